"""A slider's step: from the input event to the last DOM write it causes, on the shipped 300 examples.

The page is trained, then its two sliders are moved as a person moves them, with real input events from the
browser: with the arrow keys, a step every 60 ms, and by dragging with the mouse, a move every 30 ms. What
is measured is the page's own ``vizzy:update``, the way through the worker included. Prints one JSON line
with ``p50_ms`` and ``p95_ms`` of all steps, the same for keys and drags apart, and the longest task of the
main thread since the page was interactive, training and all (``longest_task_ms``; 0 means that none took
over 50 ms, below which browsers report none).

``--quick`` takes a third of the steps.
"""

import argparse
import time

from measuring import (
    TRAIN_AT_ONCE,
    browser_on,
    load,
    median,
    percentile,
    playing,
    profile_folder,
    report,
    served,
    until,
)

KEY_SECONDS, DRAG_SECONDS = 0.06, 0.03
# Slider, key, how often: there and back, and each once past the other's place.
KEYS = (
    ("class", "ArrowRight", 30),
    ("class", "ArrowLeft", 60),
    ("ood", "ArrowRight", 25),
    ("class", "ArrowRight", 30),
    ("ood", "ArrowLeft", 35),
    ("ood", "ArrowRight", 10),
)
# Slider, from, to: percentiles.
DRAGS = (("class", 50, 90), ("class", 90, 20), ("class", 20, 50), ("ood", 15, 40), ("ood", 40, 15))
ROUNDS, QUICK_ROUNDS = 3, 1
TAKE_UPDATES = """() => {
  const durations = performance.getEntriesByName("vizzy:update").map((entry) => entry.duration);
  performance.clearMeasures("vizzy:update");
  return durations;
}"""


def main(argv):
    """Print how long the steps take."""
    parser = argparse.ArgumentParser(prog="bench/run slider", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(argv)
    rounds = QUICK_ROUNDS if options.quick else ROUNDS
    with served() as site, playing() as playwright, profile_folder() as folder:
        with browser_on(playwright, folder, TRAIN_AT_ONCE) as page:
            page.goto(site.address)
            until(page, "vizzy:trained")
            page.wait_for_timeout(500)
            by_key = [duration for _ in range(rounds) for duration in press_keys(page)]
            by_drag = [duration for _ in range(rounds) for duration in drag(page)]
            longest = page.evaluate("bench.longestTaskSince(bench.marks['vizzy:interactive'][0])")
    line = {"benchmark": "slider", "examples": 300} | summary(by_key + by_drag)
    report(
        line
        | {"keys": summary(by_key), "drags": summary(by_drag), "longest_task_ms": round(longest, 1)}
        | load()
    )


def summary(durations):
    """How many steps there were, and how long they took."""
    return {
        "steps": len(durations),
        "p50_ms": round(median(durations), 1),
        "p95_ms": round(percentile(durations, 95), 1),
        "max_ms": round(max(durations), 1),
    }


def press_keys(page, keys=KEYS, seconds=KEY_SECONDS):
    """Move the sliders step by step; returns how long each step took, in ms."""
    page.evaluate(TAKE_UPDATES)
    due = time.monotonic()
    for slider, key, times in keys:
        page.focus(f"#{slider}-percentile")
        for _ in range(times):
            due = _wait_until(due) + seconds
            page.keyboard.press(key)
    return _settled(page)


def drag(page, drags=DRAGS, seconds=DRAG_SECONDS):
    """Drag the sliders' thumbs; returns how long each step took, in ms."""
    page.evaluate(TAKE_UPDATES)
    due = time.monotonic()
    for slider, start, end in drags:
        thumb = page.locator(f"#{slider}-percentile")
        thumb.scroll_into_view_if_needed()
        box = thumb.bounding_box()
        page.mouse.move(_place(box, start), box["y"] + box["height"] / 2)
        page.mouse.down()
        for value in range(start, end, 1 if end > start else -1):
            due = _wait_until(due) + seconds
            page.mouse.move(_place(box, value), box["y"] + box["height"] / 2)
        page.mouse.up()
    return _settled(page)


def _place(box, value):
    """Where a slider's thumb is at a percentile: its middle goes from half its width to half its width."""
    half = box["height"] / 2
    return box["x"] + half + (box["width"] - 2 * half) * value / 100


def _wait_until(due):
    """Keep the pace; a step that comes late does not make the next ones hurry."""
    now = time.monotonic()
    time.sleep(max(0, due - now))
    return max(now, due)


def _settled(page):
    page.wait_for_timeout(500)
    return page.evaluate(TAKE_UPDATES)
