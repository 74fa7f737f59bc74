"""The command line: ``vizzy``, or ``python -m vizzy``.

``find`` does natively what the page does in the browser; ``open``, ``serve`` and ``export-site`` bring the page.
"""

import argparse
import io
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from vizzy import confident, exporting, ranking, reading, reviewing
from vizzy.dataset import DatasetError
from vizzy.native.judging import judged
from vizzy.reading import columns as column_roles
from vizzy.reading.formats import in_form_of
from vizzy.sentences import counted
from vizzy.vocabulary import ACCEPTED

DEFAULT_WORST = 20
MOST_TEXT = 60
BAD_INPUT, INTERRUPTED, NOTHING_READS = 2, 130, 141
METHODS = CONFIDENT_LEARNING, NOISE_RATE = "confident-learning", "prune-by-noise-rate"
ALL_ISSUES = "all"
SUFFIXES_OF_MANY_ROWS = (".parquet", ".npy", ".npz", ".csv", ".tsv", ".tab", ".txt")  # of files that may be scored piece by piece


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
    by_noise_rate = options.method == NOISE_RATE
    findings, parts = judged(opened, options.class_percentile, options.ood_percentile, options.mean, by_noise_rate)
    if options.accept is not None:
        below = None if options.accept == ALL_ISSUES else options.accept
        opened = replace(opened, review=reviewing.accepting(opened.review, findings, below))
    seconds, why = time.monotonic() - started, _explanation(opened, findings, parts)
    if not options.json:
        _print_summary(opened, findings, seconds)
        _print_worst(opened, findings, why, options.worst)
    written = []
    for path, content in _outputs(opened, findings, why, options):
        _write(path, content)
        written.append(str(path))
        if not options.json:
            print(f"Written to {path}.")
    if options.json:
        print(json.dumps(_as_json(opened, findings, why, options.worst) | {"written": written}, ensure_ascii=False))
    else:
        print(_decisions_in_words(opened, findings, options))


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


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m vizzy" if Path(sys.argv[0]).name == "__main__.py" else "vizzy",
        description="Find, see and fix the label errors of a dataset.",
        epilog="Exit status: 0; 2 where the input is wrong, with a sentence that says what; 130 after Ctrl+C.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    _add_find(commands)
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


def _add_find(commands):
    command = commands.add_parser(
        "find",
        epilog="Example: vizzy find reviews.csv -o corrected.csv --accept all",
        help="find the label errors in a table, or in a folder of images",
        description="Find the label errors in a table with labels and texts or measurements or, in columns or in files beside "
        "it, embeddings or predicted probabilities; or of images, in a folder for each label or named by a table. Reads CSV and "
        "its relatives, JSON, ARFF, LIBSVM, spreadsheets, Parquet, Feather, each also compressed, .npy, .npz, zips and folders.",
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
        default=METHODS[0],
        help="which labels are issues: by confident learning (default), or by the noise rates it estimates, as cleanlab",
    )


def _add_choices(group):
    for role, name in ROLE_OPTIONS.items():
        group.add_argument(f"--{name}-column", metavar="NAME", help=f"the column to take for the {role}")
    group.add_argument(
        "--ignore-column", action="append", default=[], metavar="NAME", help="a column to leave aside; repeat"
    )
    group.add_argument(
        "--classes", metavar="A,B,…", help="the classes in the order of the columns of probabilities"
    )
    group.add_argument(
        "--class",
        action="append",
        default=[],
        dest="class_names",
        metavar="NAME",
        help="one class, in the order of the columns of probabilities; repeat, as where a name has a comma",
    )
    group.add_argument(
        "--feature-column", action="append", default=[], metavar="NAME", help="a column of numbers to train on; repeat"
    )
    group.add_argument(
        "--measurement-column",
        action="append",
        default=[],
        metavar="NAME",
        help="a column of numbers, categories or dates to make features of; repeat",
    )
    group.add_argument(
        "--keep-label",
        action="append",
        default=[],
        metavar="TEXT",
        help="a label such as NA that is a class, though it could mean that there is none; repeat",
    )
    group.add_argument(
        "--no-label", action="append", default=[], metavar="TEXT", help="a label that means there is none; repeat"
    )
    group.add_argument("--leave-out-unlabelled", action="store_true", help="leave out rows without a label")
    group.add_argument("--encoding", metavar="NAME", help="of the table; found out by default")
    group.add_argument("--sheet", metavar="NAME", help="the sheet of a spreadsheet to read")
    group.add_argument(
        "--header",
        action=argparse.BooleanOptionalAction,
        help="the first line names the columns, or --no-header: it holds data; found out by default",
    )


ROLE_OPTIONS = {
    column_roles.LABEL: "label",
    column_roles.ID: "id",
    column_roles.FILE: "image",
    column_roles.TEXT: "text",
    column_roles.TRUE_LABEL: "true-label",
}


def _port(text):
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: give a number from 1 to 65535, or 0 for a free one")
    return int(text)


def _percentile(text):
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError(f"{text} is no percentile: give a number from 0 to 100")
    return number


def _accepted(text):
    if text == ALL_ISSUES:
        return text
    try:
        quality = float(text)
    except ValueError:
        quality = -1.0
    if not 0 <= quality <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no label quality: give a number from 0 to 1, or {ALL_ISSUES}")
    return quality


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
        classes=tuple(options.class_names or listed),
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
        yield options.report, exporting.report(opened, findings, opened.review, why)[1]


def _write(path, content):
    try:
        path.write_bytes(content)
    except OSError as error:
        raise reading.ReadingError(
            f"{path} cannot be written ({error.strerror}): choose another place."
        ) from error


def _print_summary(opened, findings, seconds):
    dataset, analysis = opened.dataset, findings.analysis
    what = []
    if opened.raw is not None:
        what.append(f"{opened.raw.kind}, {dataset.embeddings.shape[1]:,} features")
    elif dataset.embeddings is not None:
        what.append(f"embeddings of {dataset.embeddings.shape[1]:,} dimensions")
    if dataset.pred_probs is not None:
        what.append("predicted probabilities")
    print(
        f"{dataset.name}: {len(dataset):,} examples, {len(dataset.classes):,} classes, {' and '.join(what)}."
    )
    for note in (*opened.notes, *findings.training_notes):
        print(f"Note: {note}")
    if findings.accuracy is not None:
        print(
            f"Trained in {seconds:.1f} s; the predictions agree with {100 * findings.accuracy:.1f} % of the labels."
        )
    print(
        f"{counted(int(analysis.label_issue_mask.sum()), '{} label issue', '{} label issues')}, {int(analysis.out_of_distribution_mask.sum()):,} out of "
        f"distribution, {int(analysis.unconfident_mask.sum()):,} unconfident."
    )
    if findings.ood_percentile is None and dataset.embeddings is None:
        print("Note: without embeddings, examples that belong to no class are hardly found: bring them to find more.")
    groups = findings.near_duplicates
    print(groups.note)
    if groups.count:
        print(
            f"{int((groups.group >= 0).sum()):,} examples in {counted(groups.count, '{} group', '{} groups')} of near duplicates; in "
            f"{counted(len(groups.conflicts), '{} group', '{} groups')} the labels differ."
        )


def _as_json(opened, findings, why, count):
    """What was found, as plain data."""
    dataset, analysis = opened.dataset, findings.analysis
    classes = [*dataset.classes, None]  # the last one: no label
    return {
        "name": dataset.name,
        "examples": len(dataset),
        "classes": list(dataset.classes),
        "notes": [*opened.notes, *findings.training_notes],
        "accuracy": None if findings.accuracy is None else float(findings.accuracy),
        "label_issues": int(analysis.label_issue_mask.sum()),
        "out_of_distribution": int(analysis.out_of_distribution_mask.sum()),
        "unconfident": int(analysis.unconfident_mask.sum()),
        "reviewed": opened.review.reviewed,
        "worst": [
            {
                "row": opened.table.unit_and_number(opened.row_idx[example]),
                "id": dataset.ids[example],
                "given_label": classes[findings.label[example]],
                "suggested_label": classes[analysis.suggested_label[example]],
                "label_quality": float(findings.label_quality[example]),
                "is_label_issue": bool(analysis.label_issue_mask[example]),
                "is_out_of_distribution": bool(analysis.out_of_distribution_mask[example]),
                "reasons": why(int(example)),
            }
            for example in confident.ranking(findings.label_quality, max(0, count)).tolist()
        ],
    }


def _decisions_in_words(opened, findings, options):
    """What was decided, at the end: a sentence that says what `corrected_label` holds."""
    reviewed = opened.review.reviewed
    if not reviewed:
        return (
            "Nothing was decided yet: corrected labels are the given ones. "
            "Review the table in the page, or give --accept all (or --accept QUALITY) to take suggested labels."
        )
    accepted = sum(action == ACCEPTED for action in opened.review.actions)
    changed = int((opened.review.corrected_label != opened.dataset.given_label).sum())
    left = int((findings.analysis.label_issue_mask & np.array([not action for action in opened.review.actions])).sum())
    return f"Decided: {reviewed:,} ({accepted:,} suggested labels accepted; {changed:,} labels differ from the given). Undecided label issues: {left:,}."


def _print_worst(opened, findings, why, count):
    worst = confident.ranking(findings.label_quality, max(0, count))
    if not len(worst):
        return
    classes, dataset = opened.dataset.classes, opened.dataset
    print(f"\nThe {len(worst)} most suspect:")
    for place, example in enumerate(worst, start=1):
        suggested = findings.analysis.suggested_label[example]
        better = (
            f" -> {classes[suggested]}"
            if suggested not in (confident.NO_LABEL, findings.label[example])
            else ""
        )
        place_in_file = opened.table.unit_and_number(opened.row_idx[example])
        if dataset.files and dataset.files[example] != dataset.ids[example]:
            place_in_file += f", {_printable(dataset.files[example])}"
        print(
            f"{place:>4}. {place_in_file}, id {_printable(dataset.ids[example])}: {_printable(classes[findings.label[example]])}{_printable(better)}"
        )
        shown = opened.raw.described if opened.raw else opened.texts
        if shown:
            print(f"      {_printable(shown[example])!r}")
        print(f"      {_printable('; '.join(why(int(example))), most=300)}")


def _explanation(opened, findings, parts):
    """A function from an example to why its label has its quality, in words: list of str."""
    classes, evidence = opened.dataset.classes, None
    if opened.raw:
        from vizzy.features.evidence import Evidence  # not needed with embeddings or probabilities

        evidence = Evidence(opened.raw, findings.label, len(classes))

    def why(example):
        given = int(findings.label[example])
        explanation = ranking.explain(parts, findings.label, example)
        in_data = evidence.reasons(example, given, explanation["rival"], classes) if evidence else []
        return [*ranking.reasons(explanation, given, classes), *in_data]

    return why


def _printable(text, most=MOST_TEXT):
    """Text from the data without what would move a terminal's cursor, or be too long for a line."""
    clean = "".join(letter if letter.isprintable() else " " for letter in text)
    return clean if len(clean) <= most else clean[: most - 1] + "…"


if __name__ == "__main__":
    sys.exit(main())
