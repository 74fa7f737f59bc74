"""The command line that all benchmarks with rounds and a table share."""

import argparse
from pathlib import Path

from document import DOCUMENT


def parser_for(name, description, rounds, quick_rounds):
    """A parser; read it with `read`.

    Parameters
    ----------
    name, description : str
        The benchmark's name and docstring.
    rounds, quick_rounds : int
        How many there are, and with ``--quick``.
    """
    parser = argparse.ArgumentParser(prog=f"bench/run {name}", description=description.splitlines()[0])
    parser.set_defaults(usual_rounds=rounds, quick_rounds=quick_rounds)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and less in each")
    parser.add_argument("--rounds", type=_at_least_one, help=f"how many (otherwise {rounds})")
    parser.add_argument(
        "--write",
        nargs="?",
        type=Path,
        const=DOCUMENT,
        metavar="FILE",
        help="put the table into docs/performance.md, or into another file",
    )
    parser.add_argument("--although-busy", action="store_true", help="write figures of a busy machine, too")
    return parser


def read(parser, argv):
    """The options, with ``rounds`` set."""
    options = parser.parse_args(argv)
    options.rounds = options.rounds or (options.quick_rounds if options.quick else options.usual_rounds)
    return options


def _at_least_one(text):
    rounds = int(text)
    if rounds < 1:
        raise argparse.ArgumentTypeError(f"{rounds} rounds measure nothing: give 1 or more")
    return rounds
