"""Starts of two pages compared: Vizzy's, and a plain PyScript page that computes the same."""

import subprocess
import sys
import time
from dataclasses import dataclass

from measuring import ROOT, TRAIN_AT_ONCE, median, ratio, say, spread, until

QUICK_SECONDS = 42  # a run that would end later is not begun


@dataclass(frozen=True)
class Page:
    """A page to start: where it is, its mark when it answers, and its mark when the first result is shown."""

    name: str
    path: str
    answers: str
    result: str


OURS = Page("vizzy", "", "vizzy:interactive", "vizzy:trained")
PLAIN = Page("plain", "bench/plain/", "plain:first-line", "plain:first-result")


@dataclass(frozen=True)
class Start:
    """What one start took."""

    interactive_ms: float
    first_result_ms: float
    transferred: int
    compressed: int
    requests: int


def prepare_plain():
    """Lay the packages as published where the plain page looks for them."""
    made = subprocess.run([sys.executable, ROOT / "tools/runtime.py", "--full"], stdout=sys.stderr)
    if made.returncode:
        sys.exit("bench/run: the unmodified packages could not be laid down; see above")


def start(page, site, which):
    """Open a page, train as soon as it answers, and wait for the first result."""
    site.forget()
    page.goto(site.address + which.path, wait_until="commit")
    first_result = until(page, which.result)
    sent, compressed, requests = site.bytes_sent, site.bytes_if_compressed(), len(site.requests)
    return Start(until(page, which.answers), first_result, sent, compressed, requests)


def scripts_for(which):
    """What the page is told beside being watched."""
    return (TRAIN_AT_ONCE,) if which is OURS else ()


def in_turn(one, runs, quick):
    """Run ours, theirs, ours, theirs; a quick one stops in time.

    Parameters
    ----------
    one : (Page) -> Start

    Returns
    -------
    dict of Page to list of Start
    """
    starts, began = {OURS: [], PLAIN: []}, time.monotonic()
    for number in range(runs):
        round_began = time.monotonic()
        for which in starts:
            starts[which].append(one(which))
            say(f"{which.name} {number + 1}: {starts[which][-1]}")
        now = time.monotonic()
        if quick and now - began + (now - round_began) > QUICK_SECONDS:
            break
    return starts


def compared(starts):
    """Medians, spreads and ratios: dict; the ratio of each round shows where other work disturbed some."""
    ours, plain = (_summary(starts[which]) for which in (OURS, PLAIN))
    return {
        "runs": len(starts[OURS]),
        "interactive_ratio": ratio(ours["interactive_ms"]["median"], plain["interactive_ms"]["median"]),
        "first_result_ratio": ratio(ours["first_result_ms"]["median"], plain["first_result_ms"]["median"]),
        "first_result_ratios": [
            ratio(ours_then.first_result_ms, plain_then.first_result_ms)
            for ours_then, plain_then in zip(starts[OURS], starts[PLAIN], strict=True)
        ],
        "vizzy": ours,
        "plain": plain,
    }


def _summary(starts):
    return {
        "interactive_ms": spread([one.interactive_ms for one in starts]),
        "first_result_ms": spread([one.first_result_ms for one in starts]),
        "megabytes": round(median([one.transferred for one in starts]) / 1e6, 2),
        "megabytes_if_compressed": round(median([one.compressed for one in starts]) / 1e6, 2),
        "requests": median([one.requests for one in starts]),
    }
