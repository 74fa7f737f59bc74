"""First visit: Vizzy against a plain PyScript page that trains the same, each in a new browser profile.

Both are served as ``python -m http.server`` serves, in turn, with a browser of its own for every start. The
plain page is in bench/plain: PyScript as it comes, numpy and scikit-learn as published, installed through
micropip. On Vizzy's, Train is clicked as soon as the page answers. Prints one JSON line: medians with the
smallest and largest value, and, unless the machine was busy, ``interactive_ratio`` (Vizzy answers, over the plain page's first line of
Python), ``first_result_ratio`` and ``transfer_ratio`` (bytes on the wire until the first result;
``transfer_compressed_ratio`` is what it would be from a host that compresses).

``--rounds N`` for other than 5 of each; ``--quick`` for at most 3, as many as fit into 45 seconds: with fewer than 3
there is no ratio. ``--write`` puts the table into docs/performance.md.
"""

from document import figure, markdown, write
from machine import judged, watched
from measuring import browser_on, playing, profile_folder, ratio, report, served
from options import parser_for, read
from starts import compared, in_turn, prepare_plain, rows_of_times, scripts_for, start

ROUNDS, QUICK_ROUNDS = 5, 3


def main(argv):
    """Print the comparison; returns the exit status."""
    options = read(parser_for("cold-start", __doc__, ROUNDS, QUICK_ROUNDS), argv)
    prepare_plain()
    with watched() as machine, served() as site, playing() as playwright:

        def one(which):
            with profile_folder() as folder, browser_on(playwright, folder, *scripts_for(which)) as page:
                return start(page, site, which)

        starts = in_turn(one, options.rounds, options.quick)
        seen = machine.figures()
    line = {"benchmark": "cold-start"} | with_transfer(compared(starts, seen["busy"])) | seen
    report(line)
    return write(options, "cold-start", table(line), line)


def with_transfer(comparison):
    """The same with the ratios of what was transferred, which no other program changes."""
    ours, plain = comparison["vizzy"], comparison["plain"]
    ratios = {
        "transfer_ratio": ratio(ours["megabytes"], plain["megabytes"]),
        "transfer_compressed_ratio": ratio(ours["megabytes_if_compressed"], plain["megabytes_if_compressed"]),
    }
    return comparison | judged(ratios, comparison["rounds"], busy=None)


def table(line):
    """The comparison as a Markdown table."""
    rows = rows_of_times(line)
    for what, unit, name in (
        ("fetched until then, MB", "megabytes", "transfer_ratio"),
        ("the same from a host that compresses, MB", "megabytes_if_compressed", "transfer_compressed_ratio"),
    ):
        ours, plain = (figure(line[page][unit]) for page in ("vizzy", "plain"))
        rows.append((what, ours, plain, figure(line[name], 3) or "not judged"))
    return markdown(("", "Vizzy", "plain PyScript", "ratio (of single rounds)"), rows)
