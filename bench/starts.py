"""Starts of two pages compared: Vizzy's, and a plain PyScript page that computes the same."""

import subprocess
import sys
import time
from dataclasses import dataclass

from document import figure
from machine import judged
from measuring import ROOT, TRAIN_AT_ONCE, Missing, browser_name, median, ratio, say, spread, until

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
    browser: str = ""


def prepare_plain():
    """Lay the packages as published where the plain page looks for them."""
    made = subprocess.run([sys.executable, ROOT / "tools/runtime.py", "--full"], stdout=sys.stderr)
    if made.returncode:
        raise Missing("the plain page's packages", "tools/runtime.py --full failed; see its messages above")


def start(page, site, which):
    """Open a page, train as soon as it answers, and wait for the first result."""
    site.forget()
    page.goto(site.address + which.path, wait_until="commit")
    first_result = until(page, which.result)
    sent, compressed, requests = site.bytes_sent, site.bytes_if_compressed(), len(site.requests)
    return Start(until(page, which.answers), first_result, sent, compressed, requests, browser_name(page))


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


def compared(starts, busy=None):
    """Compare the starts of both pages.

    Parameters
    ----------
    starts : dict of Page to list of Start
    busy : str, optional
        Why the machine was too busy to judge by these figures.

    Returns
    -------
    dict
        Medians and spreads of each page, the ratios of the medians, and the smallest and largest ratio of a single
        round; ratios are None where they would say nothing, with the reason under ``no_ratio``.
    """
    ours, plain = (_summary(starts[which]) for which in (OURS, PLAIN))
    ratios = {}
    for name, unit in (("interactive", "interactive_ms"), ("first_result", "first_result_ms")):
        ratios[f"{name}_ratio"] = ratio(ours[unit]["median"], plain[unit]["median"])
        ratios[f"{name}_ratios"] = [
            ratio(getattr(ours_then, unit), getattr(plain_then, unit))
            for ours_then, plain_then in zip(starts[OURS], starts[PLAIN], strict=True)
        ]
    rounds = len(starts[OURS])
    told = {"rounds": rounds, "browser": starts[OURS][0].browser}
    return told | judged(ratios, rounds, busy) | {"vizzy": ours, "plain": plain}


def seconds(milliseconds):
    """A median and its spread, from ms to s."""
    return {name: value / 1000 for name, value in milliseconds.items()}


def rows_of_times(comparison):
    """The lines about time of a table: list of (what, Vizzy's, the plain page's, ratio)."""
    ours, plain = comparison["vizzy"], comparison["plain"]
    rows = []
    for what, unit, name in (
        ("page answers; first line of Python, s", "interactive_ms", "interactive"),
        ("first result, s", "first_result_ms", "first_result"),
    ):
        rounds = comparison[f"{name}_ratios"]
        of_medians = comparison[f"{name}_ratio"]
        told = rounds and f"{of_medians:.3f} ({min(rounds):.3f} to {max(rounds):.3f})"
        rows.append(
            (what, figure(seconds(ours[unit]), 2), figure(seconds(plain[unit]), 2), told or "not judged")
        )
    return rows


def _summary(starts):
    return {
        "interactive_ms": spread([one.interactive_ms for one in starts]),
        "first_result_ms": spread([one.first_result_ms for one in starts]),
        "megabytes": round(median([one.transferred for one in starts]) / 1e6, 2),
        "megabytes_if_compressed": round(median([one.compressed for one in starts]) / 1e6, 2),
        "requests": median([one.requests for one in starts]),
    }
