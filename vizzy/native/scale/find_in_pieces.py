"""The part of ``vizzy find`` for many rows: options to a run, and what is said of it."""

from __future__ import annotations

import contextlib
import csv
import json
import sys
import tempfile
import time
from argparse import Namespace
from functools import partial
from pathlib import Path

from vizzy.native.scale import engines
from vizzy.native.scale.one_table import SUFFIXES, write_one_table
from vizzy.native.scale.run import MOST_SUSPECT, SUMMARY, WORST, Options, run
from vizzy.native.scale.storage import SUFFIXES as PARQUET
from vizzy.native.scale.storage import joined
from vizzy.reading import Choices, files_at, read
from vizzy.reading.errors import ReadingError
from vizzy.reading.review import SKIPPED
from vizzy.reading.tables import unguarded

DEFAULT_WORST = 20  # as the command lists in memory


def find_in_pieces(options: Namespace, choices: Choices) -> None:
    """Score Parquet files of any number of rows, as the command's options say.

    Parameters
    ----------
    options : argparse.Namespace
        Of ``python -m vizzy find``.
    choices : vizzy.reading.Choices

    Raises
    ------
    ReadingError
    """
    _check(options)
    started = time.monotonic()
    with _folder(options) as folder:
        asked = Options(
            output=folder,
            class_percentile=options.class_percentile,
            ood_percentile=options.ood_percentile,
            choices=choices,
            worst=_worst(options),
            decisions=_decisions(options.decisions) if options.decisions else (),
        )
        say = partial(print, "Note:", file=sys.stderr if options.json else sys.stdout)
        with _engine(options) as engine:
            result = run(options.files, asked, engine, say)
        if _is_one_table(options.output):
            write_one_table(Path(options.output), folder, result.pieces, result.label)
        worst = _listed_worst(folder) if asked.worst and folder != options.output else []
    if options.json:
        print(json.dumps(_as_json(options, result, worst), ensure_ascii=False))
    else:
        _print_result(options, asked, result, worst, time.monotonic() - started)


def _worst(options):
    """How many of the most suspect are gathered: by default none beside parts, which can be asked for later."""
    if options.worst is not None:
        return max(0, options.worst)
    return 0 if options.output and not _is_one_table(options.output) else DEFAULT_WORST


def _is_one_table(output):
    return output is not None and "://" not in output and not Path(output).is_dir() and Path(output).suffix.lower() in SUFFIXES


@contextlib.contextmanager
def _folder(options):
    """The folder of the parts: the one to write to, or one beside the table to write, or anywhere, that is gone afterwards."""
    if options.output is not None and not _is_one_table(options.output):
        yield options.output
        return
    beside = None if options.output is None else Path(options.output).resolve().parent
    try:
        with tempfile.TemporaryDirectory(prefix=".vizzy-", dir=beside) as folder:
            yield folder
    except FileNotFoundError as error:
        raise ReadingError(f"{options.output} cannot be written: name a file in a folder that exists.") from error


def _listed_worst(folder):
    """The most suspect rows, as the command lists them: list of dict."""
    with (Path(folder) / WORST).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["chosen_as"] == MOST_SUSPECT]
    return [
        {
            "id": unguarded(row["id"]),
            "given_label": unguarded(row["label"]),
            "suggested_label": unguarded(row["suggested_in_all"]) or None,
            "label_quality": float(row["quality_in_all"]),
            "is_label_issue": row["suggested_in_all"] not in ("", row["label"]),
        }
        for row in rows
    ]


def _as_json(options, result, worst):
    """What was found, under the names that the command uses in memory."""
    found = result.found
    return {
        "name": Path(options.files[0]).stem,
        "examples": found.rows,
        "classes": list(result.classes),
        "notes": list(result.notes),
        "accuracy": None,
        "label_issues": found.label_issues,
        "out_of_distribution": found.out_of_distribution,
        "unconfident": found.unconfident,
        "reviewed": found.decided,
        "worst": worst,
        "written": [options.output] if options.output else [],
    }


def _print_result(options, asked, result, worst, seconds):
    found = result.found
    print(f"{found.rows:,} examples, {len(result.classes):,} classes, in {seconds:.1f} s.")
    if asked.decisions:
        print(
            f"{found.decided:,} rows have the label that was decided in {options.decisions}, in the column corrected_label."
        )
    if found.reused:
        print(
            f"{found.reused:,} of {len(result.pieces):,} parts were there already, and undamaged: they were not written again."
        )
    print(
        f"{found.label_issues:,} label issues, {found.out_of_distribution:,} out of distribution, {found.unconfident:,} unconfident."
    )
    print(
        "Note: label quality is the self-confidence; scores by neighbours need all rows at once, and were not computed."
    )
    for number, row in enumerate(worst, 1):
        print(f"{number:4}. id {row['id']}: {row['given_label']} -> {row['suggested_label'] or 'nothing'}, label quality {row['label_quality']:.3g}")
    if options.output is None:
        print("Nothing was written: name a folder for parts, as in -o results/, or a table, as in -o found.csv.")
    elif _is_one_table(options.output):
        print(f"Written to {options.output}.")
    else:
        print(f"Written to {options.output}: {len(result.pieces):,} parts, and {joined(options.output, SUMMARY)}.")
        if asked.worst:
            print(f"The most suspect, for review in the page: {joined(options.output, WORST)}.")


def _decisions(path):
    """What a reviewer decided in the table of the most suspect, as the page exported it: id and label of each row."""
    opened = read(files_at([path])).make()
    classes = (*opened.dataset.classes, "")  # -1, of no class, is the last
    review = opened.review
    decided = tuple(
        (id, classes[label])
        for id, label, action in zip(opened.dataset.ids, review.corrected_label, review.actions, strict=True)
        if action not in ("", SKIPPED)
    )
    if not decided:
        raise ReadingError(
            f"{path} holds no decisions: review it in the page, and export the corrected table."
        )
    return decided


def _engine(options):
    if options.no_cluster:
        return contextlib.nullcontext(engines.Loop())
    return engines.dask(options.scheduler, options.workers)


def _check(options):
    """Refuse what scoring in pieces cannot do."""
    if options.output is None and not options.no_cluster:
        raise ReadingError("Scoring on a cluster writes many files: name their folder, as in -o results/.")
    is_one, of_parquet = _is_one_table(options.output), [name for name in options.files if name.lower().endswith(PARQUET)]
    if is_one and (of_parquet or options.decisions or not options.no_cluster):
        raise ReadingError(f"Here, scoring in pieces writes a folder of parts and not the one file {options.output}: name a folder, as in -o results/.")
    if options.output is not None and not is_one and "://" not in options.output and Path(options.output).is_file():
        raise ReadingError(
            f"{options.output} is a file, but scoring in pieces writes into a folder: name another one."
        )
    if options.no_cluster and (options.scheduler or options.workers):
        raise ReadingError(
            "--no-cluster scores in one process, without --scheduler and --workers: give one or the other."
        )
    refused = {
        "--report": options.report,
        "--accept": options.accept,
        "--embeddings": options.embeddings,
        "--method": options.method if options.method != "confident-learning" else None,
        "--feature-column": options.feature_column,
        "--measurement-column": options.measurement_column,
        "--sheet": options.sheet,
    }
    given = next((name for name, value in refused.items() if value), None)
    if given:
        raise ReadingError(f"{given} needs all rows at once: leave it out, or score fewer rows in memory.")
