"""First visit: Vizzy against a plain PyScript page that trains the same, each in a new browser profile.

Both are served as ``python -m http.server`` serves, in turn, with a browser of its own for every start. The
plain page is in bench/plain: PyScript as it comes, numpy and scikit-learn as published, installed through
micropip. On Vizzy's, Train is clicked as soon as the page answers. Prints one JSON line: medians with the
smallest and largest value, and ``interactive_ratio`` (Vizzy answers, over the plain page's first line of
Python), ``first_result_ratio`` and ``transfer_ratio`` (bytes on the wire until the first result;
``transfer_compressed_ratio`` is what it would be from a host that compresses).

``--runs N`` for other than 5 of each; ``--quick`` for as many as fit into 45 seconds, which the line tells.
"""

import argparse

from measuring import browser_on, load, playing, profile_folder, ratio, report, served
from starts import compared, in_turn, prepare_plain, scripts_for, start

RUNS, QUICK_RUNS = 5, 3


def main(argv):
    """Print the comparison."""
    parser = argparse.ArgumentParser(prog="bench/run cold-start", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=None)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(argv)
    prepare_plain()
    busy = load()
    with served() as site, playing() as playwright:

        def one(which):
            with profile_folder() as folder, browser_on(playwright, folder, *scripts_for(which)) as page:
                return start(page, site, which)

        starts = in_turn(one, options.runs or (QUICK_RUNS if options.quick else RUNS), options.quick)
    report({"benchmark": "cold-start"} | with_transfer(compared(starts)) | busy)


def with_transfer(comparison):
    """The same with the ratios of what was transferred."""
    ours, plain = comparison["vizzy"], comparison["plain"]
    return comparison | {
        "transfer_ratio": ratio(ours["megabytes"], plain["megabytes"]),
        "transfer_compressed_ratio": ratio(ours["megabytes_if_compressed"], plain["megabytes_if_compressed"]),
    }
