"""The command line: ``vizzy``, or ``python -m vizzy``.

``find`` does natively what the page does in the browser; ``open``, ``serve`` and ``export-site`` bring the page.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from vizzy import reading
from vizzy.dataset import DatasetError
from vizzy.native.find_command import add_find

BAD_INPUT, INTERRUPTED, NOTHING_READS = 2, 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status.

    Parameters
    ----------
    argv : sequence of str, optional
        By default those of the process.

    Returns
    -------
    int
        0; 2 with one sentence on what is wrong with the input; 130 after Ctrl+C; 141 where nothing reads the output
        any more, as after ``| head``.
    """
    options = _parser().parse_args(argv)
    try:
        options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter would complain at its end
        return NOTHING_READS
    except (reading.ReadingError, DatasetError) as error:
        print(f"vizzy: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("vizzy: interrupted.", file=sys.stderr)
        return INTERRUPTED
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m vizzy" if Path(sys.argv[0]).name == "__main__.py" else "vizzy",
        description="Find, see and fix the label errors of a dataset.",
        epilog="Exit status: 0; 2 where the input is wrong, with a sentence that says what; 130 after Ctrl+C.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    add_find(commands)
    _add_page_commands(commands)
    return parser


def _add_page_commands(commands):
    """The commands that bring the page; what runs them is imported when they are."""
    for name, run, what, example in (
        ("open", "open_files", "open files in the page, in a browser of this machine", "vizzy open reviews.csv"),
        ("serve", "serve", "serve the page to this machine", "vizzy serve --port 8000"),
        ("export-site", "export_site", "make a static site of the page and some files", "vizzy export-site reviews.csv -o site"),
    ):
        command = commands.add_parser(name, help=what, description=f"{what.capitalize()}.", epilog=f"Example: {example}")
        command.set_defaults(run=_late(run))
        command.add_argument("--json", action="store_true", help="say what was made as JSON, in one line")
        if name != "serve":
            command.add_argument("files", nargs="+", metavar="FILE", help="a table, arrays beside it, a zip, or a folder of them")
        if name != "export-site":
            command.add_argument("--port", type=_port, default=0, metavar="N", help="serve at this port (default: a free one)")
            command.add_argument("--no-browser", action="store_true", help="only print the address")
        if name == "open":
            command.add_argument("-o", "--output", type=Path, metavar="FILE", help="where the page writes the corrected table")
            command.add_argument(
                "--in-place", action="store_true", help="the page writes the corrected table over the file that was opened"
            )
    command.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="the folder to make")


def _late(name):
    def run(options):
        from vizzy.native import page_commands

        getattr(page_commands, name)(options)

    return run


def _port(text):
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: give a number from 1 to 65535, or 0 for a free one")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
