"""Every table of docs/performance.md: runs the benchmarks one after another, each with --write.

``--url URL`` includes the comparison with a served copy of the original app; ``--quick``, ``--rounds N``,
``--write FILE`` and ``--although-busy`` are handed on to each. It goes on after a benchmark that failed, and its own
exit status is then 1.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from measuring import say

BENCHMARKS = ("cold-start", "warm-start", "phone", "slider", "train", "scale", "images", "image-folder", "texts")


def main(argv):
    """Run them all; returns the exit status."""
    parser = argparse.ArgumentParser(prog="bench/run tables", description=__doc__.splitlines()[0])
    parser.add_argument("--url", help="where the original app is served")
    options, handed_on = parser.parse_known_args(argv)
    failed = []
    for command in commands(handed_on, options.url):
        say(f"bench/run {' '.join(command)}")
        if subprocess.run(
            [sys.executable, Path(__file__).with_name("run"), *command], check=False
        ).returncode:
            failed.append(command[0])
    if failed:
        say(f"bench/run tables: without a new table: {', '.join(failed)}")
    return int(bool(failed))


def commands(argv, url=None):
    """What to run: a list of arguments for each benchmark."""
    handed_on = argv if "--write" in argv else ["--write", *argv]
    compared = [["peers", "--url", url, *handed_on]] if url else []
    return [[name, *handed_on] for name in BENCHMARKS] + compared
