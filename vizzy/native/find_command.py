"""``vizzy find``: its options, and what they make of the files.

It does natively what the page does in the browser. More rows than memory holds are handed to `vizzy.native.scale`.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from vizzy import exporting, reading, reviewing
from vizzy.report import html_report
from vizzy.native import find_output
from vizzy.native.judging import judged
from vizzy.reading import columns as column_roles
from vizzy.reading.formats import in_form_of

DEFAULT_WORST = 20
METHODS = CONFIDENT_LEARNING, PRUNE_BY_NOISE_RATE = "confident-learning", "prune-by-noise-rate"
ALL_ISSUES = "all"
SUFFIXES_OF_MANY_ROWS = (".parquet", ".npy", ".npz", ".csv", ".tsv", ".tab", ".txt")  # of files that may be scored piece by piece
ROLE_OPTIONS = {
    column_roles.LABEL: "label",
    column_roles.ID: "id",
    column_roles.FILE: "image",
    column_roles.TEXT: "text",
    column_roles.TRUE_LABEL: "true-label",
}


def add_find(commands: Any) -> None:
    """Add the command to the subparsers of a command line."""
    command = commands.add_parser(
        "find",
        epilog="Example: vizzy find reviews.csv -o corrected.csv --accept all",
        help="find the label errors in a table, or in a folder of images",
        description="Find the label errors in a table with labels and texts or measurements or, in columns or in files beside "
        "it, embeddings or predicted probabilities; or of images, in a folder for each label or named by a table. Reads CSV and "
        "its relatives, JSON, ARFF, LIBSVM, spreadsheets, SQLite, web pages, Parquet, Feather, each also compressed, .npy, .npz, .mat, HDF5, zips and folders.",
    )
    command.add_argument(
        "files", nargs="+", metavar="FILE", help="a table, arrays beside it, a zip, or a folder of them"
    )
    command.add_argument(
        "-o", "--output", metavar="FILE", help="write the table with the findings added; of many rows, a folder of parts, or a .csv"
    )
    command.add_argument(
        "--accept",
        type=_accepted,
        metavar="all|QUALITY",
        help="take the suggested labels of all label issues, or of those of lower label quality, as corrected",
    )
    command.add_argument(
        "--embeddings", type=Path, metavar="FILE", help="write the embeddings computed of images, as .npy, for the next time"
    )
    command.add_argument("--report", type=Path, metavar="FILE", help="write a report as an HTML page")
    command.add_argument(
        "--worst",
        type=int,
        metavar="N",
        help=f"list so many (default: {DEFAULT_WORST}); of many rows, gather them in a table to review",
    )
    command.add_argument("--json", action="store_true", help="say what was found as JSON, in one line")
    command.set_defaults(run=find)
    _add_thresholds(command.add_argument_group("thresholds"))
    _add_choices(command.add_argument_group("what is not to be guessed"))
    _add_engines(command.add_argument_group("more rows than memory holds, in Parquet files, arrays or CSV with probabilities"))


def _add_thresholds(group):
    group.add_argument(
        "--mean", action="store_true", help="a class's threshold is the mean of its self-confidences: the default"
    )
    group.add_argument(
        "--class-percentile",
        type=_percentile,
        metavar="N",
        help="a class's threshold is this percentile of its self-confidences instead",
    )
    group.add_argument(
        "--ood-percentile",
        type=_percentile,
        metavar="N",
        help="out of distribution is who stays below this percentile in every class (default: outliers)",
    )
    group.add_argument(
        "--method",
        choices=METHODS,
        default=CONFIDENT_LEARNING,
        help="which labels are issues: by confident learning (default), or by the noise rates it estimates, as cleanlab",
    )


def _add_choices(group):
    for role, name in ROLE_OPTIONS.items():
        group.add_argument(f"--{name}-column", metavar="NAME", help=f"the column to take for the {role}")
    group.add_argument(
        "--classes", metavar="A,B,…", help="the classes in the order of the columns of probabilities"
    )
    for name, metavar, what in (
        ("ignore-column", "NAME", "a column to leave aside"),
        ("class", "NAME", "one class, in the order of the columns of probabilities; as where a name has a comma"),
        ("feature-column", "NAME", "a column of numbers to train on"),
        ("measurement-column", "NAME", "a column of numbers, categories or dates to make features of"),
        ("keep-label", "TEXT", "a label such as NA that is a class, though it could mean that there is none"),
        ("no-label", "TEXT", "a label that means there is none"),
    ):
        group.add_argument(f"--{name}", action="append", default=[], metavar=metavar, help=f"{what}; repeat")
    group.add_argument("--leave-out-unlabelled", action="store_true", help="leave out rows without a label")
    group.add_argument("--encoding", metavar="NAME", help="of the table; found out by default")
    group.add_argument("--sheet", metavar="NAME", help="the sheet of a spreadsheet to read")
    group.add_argument(
        "--header",
        action=argparse.BooleanOptionalAction,
        help="the first line names the columns, or --no-header: it holds data; found out by default",
    )


def _add_engines(group):
    group.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="score on the Dask cluster of this scheduler, tcp://host:8786; without it, patterns such as 'parts/*.parquet' and "
        "addresses such as s3://bucket/part.parquet are scored on a cluster of this machine's cores",
    )
    group.add_argument("--workers", type=int, metavar="N", help="so many processes on this machine (default: one a core)")
    group.add_argument(
        "--decisions",
        metavar="FILE",
        help="the table of the most suspect after its review: its decisions are written beside all rows, as corrected_label",
    )
    group.add_argument("--no-cluster", action="store_true", help="score piece by piece in this process, without Dask")


def _percentile(text):
    return _number_up_to(100, text, "no percentile: give a number from 0 to 100")


def _accepted(text):
    return text if text == ALL_ISSUES else _number_up_to(1, text, f"no label quality: give a number from 0 to 1, or {ALL_ISSUES}")


def _number_up_to(most, text, what_it_is):
    with contextlib.suppress(ValueError):
        if 0 <= float(text) <= most:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text} is {what_it_is}")


def find(options: argparse.Namespace) -> None:
    """Find the label errors in some files, say so, and write what was asked for."""
    _check_thresholds(options)
    if _in_pieces(options) or _is_too_large(options):
        from vizzy.native.scale.find_in_pieces import find_in_pieces  # heavy, and needs what few have installed

        find_in_pieces(options, _choices(options))
        return
    options.output = options.output and Path(options.output)
    options.worst = DEFAULT_WORST if options.worst is None else options.worst
    _check_outputs(options)
    proposal = _embedded(reading.read(reading.files_at(options.files), _choices(options)), options.embeddings)
    if proposal.problem:
        for note in proposal.notes:
            print(f"Note: {note}", file=sys.stderr)
    started = time.monotonic()
    opened = _with_features(proposal.make())
    del proposal  # and with it the files' bytes
    by_noise_rate = options.method == PRUNE_BY_NOISE_RATE
    findings, parts = judged(opened, options.class_percentile, options.ood_percentile, options.mean, by_noise_rate)
    if options.accept is not None:
        below = None if options.accept == ALL_ISSUES else options.accept
        opened = replace(opened, review=reviewing.accepting(opened.review, findings, below))
    seconds, why = time.monotonic() - started, find_output.explanation(opened, findings, parts)
    if not options.json:
        find_output.print_summary(opened, findings, seconds)
        find_output.print_worst(opened, findings, why, options.worst)
    written = []
    for path, content in _outputs(opened, findings, why, options):
        _write(path, content)
        written.append(str(path))
        if not options.json:
            print(f"Written to {path}.")
    if options.json:
        print(json.dumps(find_output.as_json(opened, findings, why, options.worst) | {"written": written}, ensure_ascii=False))
    else:
        print(find_output.decisions_in_words(opened, findings))


def _with_features(opened):
    if opened.raw is None:
        return opened
    from vizzy.features.raw import embedded  # heavy, and not needed with embeddings or probabilities

    return embedded(opened)


def _embedded(proposal, path):
    """The proposal, with embeddings of its images where it needs them; written to a path too, if there is one."""
    if not proposal.images_to_embed:
        return proposal
    from vizzy.native.image_features import embeddings_of  # needs what few have installed

    arrays = embeddings_of(proposal.images_to_embed, reading.Images(proposal.files).read)  # type: ignore[arg-type]
    embeddings, hashes = map(_npy_of, arrays)
    if path:
        _write(path, embeddings)
        print(f"Written to {path}.", file=sys.stderr)
    return proposal.embedded(embeddings, hashes)


def _npy_of(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def _choices(options):
    roles = dict.fromkeys(options.ignore_column, column_roles.IGNORED)
    for role, name in ROLE_OPTIONS.items():
        column = getattr(options, f"{name}_column".replace("-", "_"))
        if column is not None:
            roles[column] = role
    roles.update(dict.fromkeys(options.feature_column, column_roles.EMBEDDING))
    roles.update(dict.fromkeys(options.measurement_column, column_roles.MEASUREMENT))
    listed = [name.strip() for name in options.classes.split(",")] if options.classes else []
    return reading.Choices(
        roles=roles,
        classes=tuple(vars(options)["class"] or listed),
        kept_labels=tuple(options.keep_label),
        no_labels=tuple(options.no_label),
        leave_out_unlabelled=options.leave_out_unlabelled,
        encoding=options.encoding,
        header=options.header,
        sheet=options.sheet,
    )


def _in_pieces(options):
    """Whether rows are scored piece by piece: where that is asked for, or files are named by a pattern or an address."""
    asked = options.scheduler or options.workers or options.no_cluster or options.decisions
    return bool(asked) or any(
        "://" in name or (set(name) & set("*?[") and not Path(name).exists()) for name in options.files
    )


def _is_too_large(options):
    """Whether memory does not hold the files, which then are scored piece by piece in this process; says so."""
    if not any(name.lower().endswith(SUFFIXES_OF_MANY_ROWS) for name in options.files):
        return False
    from vizzy.native.scale.choice import why_in_pieces

    why = why_in_pieces(options.files, _choices(options))
    if why:
        print(f"Note: {why}", file=sys.stderr)
        options.no_cluster = True
    return bool(why)


def _check_thresholds(options):
    if options.mean and options.class_percentile is not None:
        raise reading.ReadingError("--mean and --class-percentile are two ways to make thresholds: give one of them.")
    percentiles = options.ood_percentile, options.class_percentile
    if None not in percentiles and options.ood_percentile > options.class_percentile:
        raise reading.ReadingError(
            f"--ood-percentile is {options.ood_percentile:g} and --class-percentile {options.class_percentile:g}, but the "
            "first must not be above the second: lower it."
        )


def _check_outputs(options):
    """Refuse what would only fail, or destroy the input, after the work is done."""
    inputs = {Path(name).resolve() for name in options.files}
    for path in (options.output, options.report, options.embeddings):
        if path is None:
            continue
        if path.resolve() in inputs:
            raise reading.ReadingError(f"{path} is one of the files to read: write to another name.")
        if path.is_dir() or not path.resolve().parent.is_dir():
            raise reading.ReadingError(f"{path} cannot be written: name a file in a folder that exists.")


def _outputs(opened, findings, why, options):
    """What is to be written: yields path and bytes."""
    if options.output:
        written = replace(opened, table=in_form_of(opened.table, options.output.suffix))
        yield options.output, exporting.corrected_table(written, findings, opened.review)[1]
    if options.report:
        yield options.report, html_report(opened, findings, opened.review, why)[1]


def _write(path, content):
    try:
        path.write_bytes(content)
    except OSError as error:
        raise reading.ReadingError(
            f"{path} cannot be written ({error.strerror}): choose another place."
        ) from error
