"""A slider's step on the shipped 300 examples, from the input event to the last DOM write and to the painted frame.

Every round opens the page in a new browser profile, trains, points at an image, which the page then explains anew at
each step, and moves the sliders as a person does, with real key and mouse events: jumps every 100 ms in the first
second after training ("after_training"); then, once the offline copy is complete, single keys every 150 ms ("keys"),
keys held down with 30 repetitions a second ("held"), drags with a move every 30 ms ("drags") and clicks at distant
places of the class slider every 500 ms ("jumps": 20 + 7k mod 70, for k = 0, 1, 2 …).

For each of these the JSON line has "write", from the slider's ``input`` event to the last DOM write, which is the
page's own ``vizzy:update``, and "painted", from the key or pointer event to the end of the main thread's work for the
frame that shows it (``bench/steps.py`` says exactly what); p50 and p95 of all steps, and the smallest and largest of
a single round. "steps" counts the updates that were timed, "inputs" the input events: if the page is asked faster than
it answers, one update covers several inputs. "gap" is the time between two pictures while a key is held down.
``longest_task_ms`` is the longest task of the main thread after the page became interactive (0: none over 50 ms).

``--rounds N`` for other than 4; ``--quick`` for 3, with a third of the steps; ``--write`` puts the table into
docs/performance.md.
"""

from document import figure, markdown, write
from machine import watched
from measuring import (
    TRAIN_AT_ONCE,
    browser_name,
    browser_on,
    playing,
    profile_folder,
    report,
    say,
    served,
    spread,
    until,
    until_kept,
)
from options import parser_for, read
from steps import RECORDER, Slider, by_update, drag, gaps, hold_keys, jump, over_rounds, press_keys, summary

SLIDERS = {name: Slider(f"#{name}-percentile", f"#{name}-percentile") for name in ("class", "ood")}
KEY_SECONDS, HELD_SECONDS, DRAG_SECONDS, JUMP_SECONDS, FIRST_SECONDS = 0.15, 1 / 30, 0.03, 0.5, 0.1
# Slider, and keys with how often: there and back, and each once past the other's place.
KEYS = (
    ("class", (("ArrowRight", 15), ("ArrowLeft", 30))),
    ("ood", (("ArrowRight", 15), ("ArrowLeft", 15))),
)
HELD = (
    ("class", (("ArrowRight", 30), ("ArrowLeft", 60), ("ArrowRight", 30))),
    ("ood", (("ArrowRight", 45), ("ArrowLeft", 45))),
)
# Slider, from, to: percentiles.
DRAGS = (("class", 50, 90), ("class", 90, 20), ("class", 20, 50), ("ood", 15, 40), ("ood", 40, 15))
JUMPS = 30
JUMPS_AFTER_TRAINING = 10
ROUNDS, QUICK_ROUNDS, QUICK_SHARE = 4, 3, 3
NAMES = {
    "keys": "single keys",
    "held": "keys held down",
    "drags": "dragged with the mouse",
    "jumps": "clicks at distant places",
    "after_training": "the same in the first second after training",
}


def main(argv):
    """Print how long the steps take; returns the exit status."""
    options = read(parser_for("slider", __doc__, ROUNDS, QUICK_ROUNDS), argv)
    rounds, share = options.rounds, QUICK_SHARE if options.quick else 1
    recorded, longest = [], []
    with watched() as machine, served() as site, playing() as playwright:
        for number in range(rounds):
            with profile_folder() as folder, browser_on(playwright, folder, RECORDER, TRAIN_AT_ONCE) as page:
                recorded.append(one_round(page, site.address, share))
                longest.append(page.evaluate("bench.longestTaskSince(bench.marks['vizzy:interactive'][0])"))
                browser = browser_name(page)
            say(f"slider, round {number + 1} of {rounds}")
        line = {"benchmark": "slider", "examples": 300, "rounds": rounds, "browser": browser}
        line |= summed(recorded) | {"longest_task_ms": spread(longest)} | machine.figures()
    report(line)
    return write(options, "slider", table(line), line)


def one_round(page, address, share=1):
    """Open the page, train, and move the sliders in every way; what was recorded for each: dict."""
    page.goto(address)
    until(page, "vizzy:trained")
    page.mouse.move(*an_image(page))
    recorded = {"after_training": [jump(page, SLIDERS["class"], places(JUMPS_AFTER_TRAINING), FIRST_SECONDS)]}
    until_kept(page)
    jump(page, SLIDERS["class"], [50], 0)
    jump(page, SLIDERS["ood"], [15], 0)
    recorded["keys"] = [
        press_keys(page, SLIDERS[name], shorter(keys, share), KEY_SECONDS) for name, keys in KEYS
    ]
    recorded["held"] = [
        hold_keys(page, SLIDERS[name], shorter(keys, share), HELD_SECONDS) for name, keys in HELD
    ]
    jump(page, SLIDERS["class"], [50], 0)
    jump(page, SLIDERS["ood"], [15], 0)
    recorded["drags"] = [
        drag(page, SLIDERS[name], values_between(start, end, share), DRAG_SECONDS)
        for name, start, end in DRAGS
    ]
    recorded["jumps"] = [jump(page, SLIDERS["class"], places(JUMPS // share), JUMP_SECONDS)]
    return recorded


def an_image(page):
    """Where the matrix shows an image: whoever goes from Train to the sliders crosses some."""
    box = page.locator("[data-panel=matrix] [data-example]").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def places(count):
    """Percentiles to jump to."""
    return [20 + 7 * k % 70 for k in range(count)]


def values_between(start, end, step=1):
    """The values that a drag passes: list, both ends included."""
    return [*range(start, end, step if end > start else -step), end]


def shorter(keys, share):
    """Keys, pressed less often."""
    return tuple((key, max(1, times // share)) for key, times in keys)


def summed(recorded):
    """What all rounds recorded, in numbers: dict by way of moving the slider."""
    numbers = {}
    for way in NAMES:
        rounds = [[step for part in one[way] for step in by_update(part)] for one in recorded]
        numbers[way] = summary(rounds) | {
            "inputs": sum(len(part["steps"]) for one in recorded for part in one[way])
        }
    between = [
        [gap for part in one["held"] for gap in gaps([step["at"] for step in by_update(part)])]
        for one in recorded
    ]
    for percent in (50, 95, 100):
        numbers["held"][f"gap_p{percent}_ms"] = over_rounds(between, percent)
    return numbers


def table(line):
    """The result as a Markdown table, and what does not fit into it."""
    columns = ("write_p50_ms", "write_p95_ms", "painted_p50_ms", "painted_p95_ms")
    header = ("", "steps", "last write, p50, ms", "p95", "painted frame, p50, ms", "p95")
    rows = [
        (
            name,
            f"{line[way]['steps']:,} of {line[way]['inputs']:,}",
            *(figure(line[way][key]) for key in columns),
        )
        for way, name in NAMES.items()
    ]
    held = line["held"]
    return (
        f"{markdown(header, rows)}\n\n"
        f"Between two pictures while a key is held down: p50 {figure(held['gap_p50_ms'])} ms, "
        f"p95 {figure(held['gap_p95_ms'])} ms, longest {figure(held['gap_p100_ms'])} ms. "
        f"Longest task: {figure(line['longest_task_ms'])} ms."
    )
