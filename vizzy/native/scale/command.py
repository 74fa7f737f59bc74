"""The part of ``vizzy find`` for many rows: options to a run, and what is said of it."""

from __future__ import annotations

import contextlib
import time
from argparse import Namespace
from pathlib import Path

from vizzy.native.scale import engines
from vizzy.native.scale.run import SUMMARY, WORST, Options, run
from vizzy.native.scale.storage import joined
from vizzy.reading import Choices, files_at, read
from vizzy.reading.errors import ReadingError
from vizzy.reading.review import SKIPPED


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
    asked = Options(
        output=options.output,
        class_percentile=options.class_percentile,
        ood_percentile=options.ood_percentile,
        roles=tuple(choices.roles.items()),
        classes=choices.classes,
        kept_labels=choices.kept_labels,
        no_labels=choices.no_labels,
        leave_out_unlabelled=choices.leave_out_unlabelled,
        worst=max(0, options.worst or 0),
        encoding=choices.encoding,
        header=choices.header,
        decisions=_decisions(options.decisions) if options.decisions else (),
    )
    with _engine(options) as engine:
        result = run(options.files, asked, engine, lambda sentence: print(f"Note: {sentence}"))
    found = result.found
    print(f"{found.rows:,} examples, {len(result.classes):,} classes, in {time.monotonic() - started:.1f} s.")
    if asked.decisions:
        print(
            f"{found.decided:,} rows have the label that was decided in {options.decisions}, in the column corrected_label."
        )
    if found.reused:
        print(
            f"{found.reused:,} of {result.pieces:,} parts were there already, and undamaged: they were not written again."
        )
    print(
        f"{found.label_issues:,} label issues, {found.out_of_distribution:,} out of distribution, {found.unconfident:,} unconfident."
    )
    print(
        "Note: label quality is the self-confidence; scores by neighbours need all rows at once, and were not computed."
    )
    print(f"Written to {options.output}: {result.pieces:,} parts, and {joined(options.output, SUMMARY)}.")
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
    if options.output is None:
        raise ReadingError("Scoring in pieces writes many files: name their folder, as in -o results/.")
    if "://" not in options.output and Path(options.output).is_file():
        raise ReadingError(
            f"{options.output} is a file, but scoring in pieces writes into a folder: name another one."
        )
    if options.no_cluster and (options.scheduler or options.workers):
        raise ReadingError(
            "--no-cluster scores in one process, without --scheduler and --workers: give one or the other."
        )
    refused = {
        "--report": options.report,
        "--json": options.json,
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
