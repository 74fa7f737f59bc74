"""The command on predicted probabilities that are there, in turn with cleanlab: time and peak memory of whole processes.

Arrays of float32 probabilities of 10 classes and of labels are made under .cache/bench. In every round, in turn:

``vizzy``
    ``python -m vizzy find pred_probs.npy labels.npy --json``: label issues with mean thresholds, label quality, outliers.
``cleanlab``
    A program that loads both, and calls ``find_label_issues(filter_by="confident_learning")``, in one process, and
    ``get_label_quality_scores``: the same label issues and scores.

Prints one JSON line a size: for both, the seconds by the clock and of processor time (the medians of the rounds, with the
smallest and largest) and the peak memory in MB; and the ratios. Processor time is told apart, since other
programs do not lengthen it.

``--rows N`` for other than 1,000,000; ``--rounds N`` for other than 5; ``--quick`` for 100,000 and 3.
"""

import os
import subprocess
import sys
import time

import numpy as np
from machine import judged, watched
from measuring import CACHE, ROOT, median, ratio, report, spread
from options import parser_for, read
from scale import made_pred_probs

CLASSES, WRONG_SHARE = 10, 0.06
SIZES, QUICK_SIZES = (1_000_000,), (100_000,)
ROUNDS, QUICK_ROUNDS = 5, 3
CLEANLAB = """
import numpy as np
labels, pred_probs = np.load("labels.npy"), np.load("pred_probs.npy")
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
issues = find_label_issues(labels, pred_probs, filter_by="confident_learning", n_jobs=1)
print(issues.sum(), get_label_quality_scores(labels, pred_probs).mean())
"""
COMMANDS = {
    "vizzy": ["-m", "vizzy", "find", "pred_probs.npy", "labels.npy", "--json"],
    "cleanlab": ["-c", CLEANLAB],
}
FIGURES = ("seconds", "processor_seconds", "peak_mb")


def main(argv):
    """Print a line for every size; returns the exit status."""
    parser = parser_for("find", __doc__, ROUNDS, QUICK_ROUNDS)
    parser.add_argument("--rows", type=int, action="append", help="a size; repeat")
    options = read(parser, argv)
    for size in options.rows or (QUICK_SIZES if options.quick else SIZES):
        folder, rounds = made(size), {name: [] for name in COMMANDS}
        with watched() as machine:
            for _ in range(options.rounds):
                for name, command in COMMANDS.items():
                    rounds[name].append(measured(command, folder))
            seen = machine.figures()
        report({"benchmark": "find", "rows": size, "rounds": options.rounds} | compared(rounds, seen["busy"]) | seen)
    return 0


def made(size):
    """The two files of so many rows; returns their folder."""
    folder = CACHE / f"find-{size}"
    if not (folder / "labels.npy").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng(size)
        true_label = random.integers(CLASSES, size=size)
        pred_probs = made_pred_probs(random, true_label, np.zeros(size, dtype=bool)).astype(np.float32)
        wrong_mask = random.random(size) < WRONG_SHARE
        other = (true_label + random.integers(1, CLASSES, size=size)) % CLASSES
        np.save(folder / "pred_probs.npy", pred_probs)
        np.save(folder / "labels.npy", np.where(wrong_mask, other, true_label))
    return folder


def measured(command, folder):
    """One run of a process: the three figures, by their names."""
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *command], cwd=folder, stdout=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"bench/run: {' '.join(command)} ended with status {process.returncode}")
    values = time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return dict(zip(FIGURES, values, strict=True))


def compared(rounds, busy):
    """Both commands' figures, and ours by cleanlab's: dict. Only what the clock says depends on other programs."""
    of = {name: {figure: [one[figure] for one in each] for figure in FIGURES} for name, each in rounds.items()}
    ratios = {f"{figure}_ratio": ratio(*(median(of[name][figure]) for name in COMMANDS)) for figure in FIGURES}
    clock = {"seconds_ratio": ratios.pop("seconds_ratio")}
    spreads = {name: {figure: spread(values) for figure, values in figures.items()} for name, figures in of.items()}
    return judged(clock, len(rounds["vizzy"]), busy) | ratios | spreads
