"""Second visit: the same comparison in a profile that knows the page, and Vizzy without a network.

A first visit of each page leaves a profile: Vizzy's with its service worker and what that keeps, the plain
page's with what the browser's own cache and PyScript's keep. Every start measured is a second visit, in a
copy of that profile and a browser just started, ours and theirs in turn. Then Vizzy starts and trains once
more with the browser offline and the server stopped. Prints one JSON line, as cold-start does, with that
start under ``offline``.

``--rounds N`` for other than 5 of each; ``--quick`` for one of each, which gives no ratio, and the start offline where
time is left (else ``offline`` is null). ``--write`` puts the table into docs/performance.md.
"""

import contextlib
import time
from dataclasses import asdict

from document import figure, markdown, write
from machine import watched
from measuring import browser_on, playing, profile_folder, report, say, served, until, until_kept
from options import parser_for, read
from starts import (
    OURS,
    PLAIN,
    QUICK_SECONDS,
    compared,
    in_turn,
    prepare_plain,
    rows_of_times,
    scripts_for,
    start,
)

ROUNDS, QUICK_ROUNDS = 5, 1
QUICK_SECONDS_OFFLINE = 6
SECONDS_TO_SETTLE = 1  # in which the browser writes its own caches


def main(argv):
    """Print the comparison; returns the exit status."""
    options = read(parser_for("warm-start", __doc__, ROUNDS, QUICK_ROUNDS), argv)
    prepare_plain()
    began = time.monotonic()
    with (
        watched() as machine,
        served() as site,
        playing() as playwright,
        contextlib.ExitStack() as profiles,
    ):
        kept = {}
        for which in (OURS, PLAIN):
            kept[which] = profiles.enter_context(profile_folder())
            first_visit(playwright, site, which, kept[which])

        def one(which, **options):
            return second_visit(playwright, site, which, kept[which], **options)

        starts = in_turn(one, options.rounds, options.quick)
        site.stop()
        there_is_time = time.monotonic() - began < QUICK_SECONDS - QUICK_SECONDS_OFFLINE
        offline = one(OURS, offline=True) if there_is_time or not options.quick else None
        seen = machine.figures()
    line = {"benchmark": "warm-start"} | compared(starts, seen["busy"])
    line |= {"offline": offline and rounded(offline)} | seen
    report(line)
    return write(options, "warm-start", table(line), line)


def first_visit(playwright, site, which, folder):
    """Visit a page until all that it keeps is kept: it has all that it fetches once it answers and trains."""
    with browser_on(playwright, folder) as page:
        page.goto(site.address + which.path)
        say(f"{which.name} answered at its first visit after {until(page, which.answers):.0f} ms")
        if which is OURS:
            until_kept(page)
        page.wait_for_timeout(1000 * SECONDS_TO_SETTLE)


def second_visit(playwright, site, which, kept, offline=False):
    """Visit a page in a copy of a profile that knows it."""
    with profile_folder(copy_of=kept) as folder, browser_on(playwright, folder, *scripts_for(which)) as page:
        page.context.set_offline(offline)
        return start(page, site, which)


def rounded(one):
    """A start as numbers to print."""
    shown = ("interactive_ms", "first_result_ms", "requests")
    return {name: round(value, 1) for name, value in asdict(one).items() if name in shown}


def table(line):
    """The comparison as a Markdown table; the start offline was made once."""
    offline = line["offline"] or {"interactive_ms": None, "first_result_ms": None}
    rows = [
        (*row, figure(offline[unit] and offline[unit] / 1000, 2))
        for row, unit in zip(rows_of_times(line), ("interactive_ms", "first_result_ms"), strict=True)
    ]
    ours, plain = (figure(line[page]["megabytes"], 2) for page in ("vizzy", "plain"))
    rows.append(("fetched, MB", ours, plain, "", ""))
    return markdown(("", "Vizzy", "plain PyScript", "ratio (of single rounds)", "Vizzy offline (once)"), rows)
