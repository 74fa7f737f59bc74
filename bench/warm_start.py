"""Second visit: the same comparison in a profile that knows the page, and Vizzy without a network.

A first visit of each page leaves a profile: Vizzy's with its service worker and what that keeps, the plain
page's with what the browser's own cache and PyScript's keep. Every start measured is a second visit, in a
copy of that profile and a browser just started, ours and theirs in turn. Then Vizzy starts and trains once
more with the browser offline and the server stopped. Prints one JSON line, as cold-start does, with that
start under ``offline``.

``--runs N`` for other than 5 of each; ``--quick`` for one of each, and the start offline where time is left (else
``offline`` is null).
"""

import argparse
import contextlib
import time
from dataclasses import asdict

from measuring import browser_on, load, playing, profile_folder, report, say, served, until
from starts import OURS, PLAIN, QUICK_SECONDS, compared, in_turn, prepare_plain, scripts_for, start

RUNS, QUICK_RUNS = 5, 1
KEPT = """async () => {
  for (;;) {
    const sites = (await caches.keys()).filter((name) => name.startsWith("vizzy-site-"));
    const whole = await Promise.all(sites.map((cacheName) => caches.match("whole", { cacheName })));
    if (sites.length && whole.every(Boolean)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}"""
QUICK_SECONDS_OFFLINE = 6
SECONDS_TO_SETTLE = 1  # in which the browser writes its own caches


def main(argv):
    """Print the comparison."""
    parser = argparse.ArgumentParser(prog="bench/run warm-start", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=None)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(argv)
    prepare_plain()
    busy, began = load(), time.monotonic()
    with served() as site, playing() as playwright, contextlib.ExitStack() as profiles:
        kept = {}
        for which in (OURS, PLAIN):
            kept[which] = profiles.enter_context(profile_folder())
            first_visit(playwright, site, which, kept[which])

        def one(which, **options):
            return second_visit(playwright, site, which, kept[which], **options)

        starts = in_turn(one, options.runs or (QUICK_RUNS if options.quick else RUNS), options.quick)
        site.stop()
        there_is_time = time.monotonic() - began < QUICK_SECONDS - QUICK_SECONDS_OFFLINE
        offline = one(OURS, offline=True) if there_is_time or not options.quick else None
    report({"benchmark": "warm-start"} | compared(starts) | {"offline": offline and rounded(offline)} | busy)


def first_visit(playwright, site, which, folder):
    """Visit a page until all that it keeps is kept: it has all that it fetches once it answers and trains."""
    with browser_on(playwright, folder) as page:
        page.goto(site.address + which.path)
        say(f"{which.name} answered at its first visit after {until(page, which.answers):.0f} ms")
        if which is OURS:
            page.evaluate(KEPT)
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
