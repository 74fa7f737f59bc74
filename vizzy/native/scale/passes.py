"""What is done to one piece in each pass over the data, and how what pieces give is merged.

Every pass is a function of the job and a piece; it depends on nothing else, so that it can run anywhere, and again.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from vizzy import confident
from vizzy.native.scale import storage
from vizzy.native.scale.columns import Columns, Source, numbers_of, texts_of_labels
from vizzy.native.scale.parquet_rows import ParquetIn
from vizzy.native.scale.pieces import Piece, chunks_of
from vizzy.reading.columns import added_columns
from vizzy.reading.errors import ReadingError, shown
from vizzy.reading.numbers import check_finite, check_probabilities
from vizzy.reading.probability_forms import Survey, surveyed
from vizzy.scale import sums, tallies
from vizzy.scale.percentiles import Search
from vizzy.scale.scoring import Thresholds, score

MOST_LABELS = 100_000
RESULT_KEY, RUN_KEY = b"vizzy.result", b"vizzy.run"
SAMPLE_SEED = 0x9E3779B97F4A7C15  # an odd number, by which row numbers are scattered


@dataclass(frozen=True)
class Job:
    """What every pass has to know; later passes know more."""

    columns: Columns
    no_labels: frozenset[str] = frozenset([""])  # what means that there is no label
    class_of: dict[str, int] = field(
        default_factory=dict
    )  # label as written -> class, -1 where it is no label
    classes: tuple[str, ...] = ()
    form: Any = None  # makes probabilities of the numbers in the files
    search: Search | None = None
    thresholds: Thresholds = Thresholds(np.empty(0))
    output: str = ""  # the folder of the parts
    decisions: dict[str, str] = field(
        default_factory=dict
    )  # id -> label that a reviewer decided on, "" for no class
    run: str = ""  # what identifies data and options, see `run.fingerprint`


@dataclass(frozen=True)
class LabelsAndForm:
    """What the first pass finds."""

    labels: Counter
    survey: Survey
    without_label: int = 0
    first_without_label: str = ""


@dataclass(frozen=True)
class Counted:
    """What a counting pass finds."""

    sums: sums.Sums
    tally: tallies.Tally | None
    agreeing: int  # rows whose label is the most probable class


@dataclass(frozen=True)
class Found:
    """What the last pass finds, besides what it writes; ``joint`` has given label, suggested label, count."""

    rows: int = 0
    label_issues: int = 0
    out_of_distribution: int = 0
    unconfident: int = 0
    decided: int = 0  # rows that a decision names
    reused: int = 0  # parts that an earlier run wrote
    joint: tuple[tuple[int, int, int], ...] = ()


def survey_piece(piece: Piece, job: Job) -> LabelsAndForm:
    """Which labels there are, and in which form the probabilities are: LabelsAndForm."""
    labels: Counter = Counter()
    survey, without, first = Survey(job.columns.n_classes), 0, ""
    for chunk in chunks_of(piece, job.columns.to_judge, job.columns.n_classes):
        texts, text_idx = texts_of_labels(chunk, job.columns)
        is_label = np.array([*(text.strip() not in job.no_labels for text in texts), False])
        rows = np.flatnonzero(is_label[text_idx])
        values = numbers_of(chunk, job.columns)[rows]
        check_finite(values, Source(chunk, job.columns, rows), "probabilities")
        survey = survey.merged(surveyed(values))
        for text, count in zip(
            texts, np.bincount(text_idx[rows], minlength=len(texts)).tolist(), strict=True
        ):
            labels[text] += count  # a text that means no label has none
        without_idx = np.flatnonzero(~is_label[text_idx])
        if len(without_idx) and not without:
            first = chunk.place(without_idx[0])
        without += len(without_idx)
        _check_number_of_labels(labels, piece.file, job.columns.label)
    return LabelsAndForm(labels, survey, without, first)


def merged_surveys(found: Sequence[LabelsAndForm]) -> LabelsAndForm:
    """The survey of several pieces."""
    labels: Counter = Counter()
    survey = found[0].survey
    for one in found:
        labels.update(one.labels)
    for one in found[1:]:
        survey = survey.merged(one.survey)
    first = min((one.first_without_label for one in found if one.first_without_label), default="")
    return LabelsAndForm(labels, survey, sum(one.without_label for one in found), first)


def count_piece(piece: Piece, job: Job) -> Counted:
    """Count and add up the self-confidences of each class: Counted."""
    labels, confidences, agreeing = [], [], 0
    for chunk in chunks_of(piece, job.columns.to_judge, job.columns.n_classes):
        label, probs, _ = _judged_rows(chunk, job)
        labels.append(label)
        confidences.append(confident.self_confidence(label, probs))
        agreeing += int((probs.argmax(axis=1) == label).sum())
    # All rows of the piece at once: with many classes a chunk has few rows, and counts of its own would be larger than it.
    label, confidence = np.concatenate(labels), np.concatenate(confidences)
    tally = None if job.search is None else job.search.count(label, confidence)
    return Counted(sums.summed(label, confidence, len(job.classes)), tally, agreeing)


def merged_counts(found: Sequence[Counted]) -> Counted:
    """The counts of several pieces."""
    counts = [one.tally for one in found if one.tally is not None]
    return Counted(
        sums.merged((one.sums for one in found), len(found[0].sums.count)),
        tallies.merged(counts) if counts else None,
        sum(one.agreeing for one in found),
    )


def score_piece(piece: Piece, job: Job) -> Found:
    """Judge the rows of a piece and write its part, unless a part of the same run is there and undamaged: Found."""
    address = storage.joined(job.output, piece.name)
    earlier = _part_there(address, piece, job)
    if earlier is not None:
        return replace(earlier, reused=1)
    import pyarrow as pa

    found, tables, joints, classes = Found(), [], [], pa.array(job.classes, pa.string())
    for chunk in chunks_of(piece, _columns_to_write(job.columns), job.columns.n_classes):
        label, probs, rows = _judged_rows(chunk, job)
        scored = score(label, probs, job.thresholds)
        verdict = scored.verdict
        joints.append(scored.joint)
        found = replace(
            found,
            rows=found.rows + len(label),
            label_issues=found.label_issues + int(verdict.label_issue_mask.sum()),
            out_of_distribution=found.out_of_distribution + int(verdict.out_of_distribution_mask.sum()),
            unconfident=found.unconfident + int(verdict.unconfident_mask.sum()),
        )
        table = _findings(chunk, label, scored, rows, job.columns.id, classes)
        if job.decisions:
            table, decided = _with_decisions(table, chunk, job)
            found = replace(found, decided=found.decided + decided)
        tables.append(table)
    joint = tallies.merged(joints)
    cells = zip(joint.first.tolist(), joint.second.tolist(), joint.count.tolist(), strict=True)
    found = replace(found, joint=tuple(cells))
    storage.written(address, _part_content(tables, found, job))
    return found


def merged_findings(found: Sequence[Found]) -> Found:
    """The findings of several pieces."""
    joint: Counter = Counter()
    for one in found:
        for given, suggested, count in one.joint:
            joint[given, suggested] += count
    totals = {name: sum(getattr(one, name) for one in found) for name in vars(Found()) if name != "joint"}
    return Found(**totals, joint=tuple((*cell, count) for cell, count in sorted(joint.items())))


@dataclass(frozen=True)
class Chosen:
    """Rows to look at: (key, piece, row in the piece), in ascending order; see `choose_rows`."""

    worst: tuple[tuple[float, int, int], ...]
    sample: tuple[tuple[str, int, int, int], ...]  # with the given label first


def choose_rows(piece: Piece, job: Job, worst: int, per_class: int) -> Chosen:
    """The most suspect rows of a piece, and some of each class that a number made of the row's number picks: Chosen."""
    with ParquetIn(storage.joined(job.output, piece.name)) as parquet:
        table = parquet.read([added_columns.GIVEN_LABEL, added_columns.LABEL_QUALITY], use_threads=False)
    quality = table.column(added_columns.LABEL_QUALITY).to_numpy()
    rows = np.flatnonzero(~np.isnan(quality))
    order = rows[confident.ranking(quality[rows])[:worst]]
    most_suspect = tuple((float(quality[row]), piece.number, int(row)) for row in order)
    encoded = table.column(added_columns.GIVEN_LABEL).combine_chunks()
    label = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    classes = encoded.dictionary.to_pylist()
    scattered = _scattered(np.arange(len(quality), dtype=np.uint64) + np.uint64(piece.first_row))
    picked = []
    for number in np.unique(label[rows]):
        of_class = rows[label[rows] == number]
        for row in of_class[confident.ranking(scattered[of_class], per_class)]:
            picked.append((classes[number], int(scattered[row]), piece.number, int(row)))
    return Chosen(most_suspect, tuple(picked))


def merged_choices(found: Sequence[Chosen], worst: int, per_class: int) -> Chosen:
    """The choice among what several pieces gave."""
    most_suspect = sorted(row for one in found for row in one.worst)[:worst]
    by_class: dict[str, list] = {}
    for row in sorted(row for one in found for row in one.sample):
        by_class.setdefault(row[0], []).append(row)
    return Chosen(tuple(most_suspect), tuple(row for rows in by_class.values() for row in rows[:per_class]))


def rows_of_piece(piece: Piece, job: Job, wanted: dict[int, list[int]]) -> list[tuple[int, int, dict]]:
    """Some rows with all that the page needs of them: list of (piece, row in the piece, cell by column)."""
    rows = sorted(wanted.get(piece.number, []))
    if not rows:
        return []
    findings = [added_columns.GIVEN_LABEL, added_columns.SUGGESTED_LABEL, added_columns.LABEL_QUALITY]
    with ParquetIn(storage.joined(job.output, piece.name)) as parquet:
        judged = parquet.read(findings, use_threads=False).take(rows).to_pylist()
    out: list[tuple[int, int, dict]] = []
    start = 0
    for chunk in chunks_of(
        piece, _columns_to_write(job.columns) + list(job.columns.shown), job.columns.n_classes
    ):
        inside = [row - start for row in rows if start <= row < start + len(chunk)]
        if inside:
            ids = _ids_of(chunk, job.columns)
            probs = job.form(numbers_of(chunk, job.columns)[inside])
            for place, row in enumerate(inside):
                out.append(
                    (piece.number, start + row, _cells(chunk, ids, row, probs[place], judged[len(out)], job))
                )
        start += len(chunk)
    return out


def _cells(chunk, ids, row, probs, judged, job):
    cells = {"id": ids[row], "label": judged[added_columns.GIVEN_LABEL]}
    for name in job.columns.shown:
        cells[name] = chunk.table.column(name)[row].as_py()
    cells |= {f"p_{name}": repr(float(value)) for name, value in zip(job.classes, probs, strict=True)}
    return cells | {
        "suggested_in_all": judged[added_columns.SUGGESTED_LABEL] or "",
        "quality_in_all": repr(judged[added_columns.LABEL_QUALITY]),
    }


def _scattered(number):
    """Whole numbers that look like random ones, the same for the same row whatever the division (splitmix64)."""
    with np.errstate(over="ignore"):
        mixed = (number + np.uint64(1)) * np.uint64(SAMPLE_SEED)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _check_number_of_labels(labels, file, column):
    if len(labels) > MOST_LABELS:
        raise ReadingError(
            f"{file}, column {shown(column)} holds more than {MOST_LABELS:,} different labels: is it an id or a text? Name the column "
            "of labels with --label-column."
        )


def _judged_rows(chunk, job):
    """The labels and probabilities of the rows that have a label, checked, and which rows these are."""
    texts, text_idx = texts_of_labels(chunk, job.columns)
    unknown = [text for text in texts if text not in job.class_of]
    if unknown:
        raise ReadingError(
            f"{chunk.piece.file} has the label {shown(unknown[0])}, which it had not before: it has changed. Start again."
        )
    of_text = np.array([*(job.class_of[text] for text in texts), confident.NO_LABEL], dtype=np.intp)
    label = of_text[text_idx]
    rows = np.flatnonzero(label != confident.NO_LABEL)
    values = numbers_of(chunk, job.columns)
    probs = job.form(values if len(rows) == len(values) else values[rows])
    check_probabilities(probs, Source(chunk, job.columns, rows))
    return label[rows], probs, rows


def _columns_to_write(columns):
    return list(dict.fromkeys([*columns.to_judge, *([columns.id] if columns.id else [])]))


def _findings(chunk, label, scored, rows, id_column, classes):
    """What is written of the rows of a chunk: pyarrow's Table, with nothing but an id in rows without a label."""
    import pyarrow as pa

    n = len(chunk)
    given, suggested = np.full((2, n), confident.NO_LABEL, dtype=np.int32)
    given[rows], suggested[rows] = label, scored.verdict.suggested_label
    quality, issue, odd = np.full(n, np.nan), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    quality[rows] = scored.label_quality
    issue[rows], odd[rows] = scored.verdict.label_issue_mask, scored.verdict.out_of_distribution_mask
    columns = {id_column: chunk.table.column(id_column)} if id_column else {}
    for name, number in ((added_columns.GIVEN_LABEL, given), (added_columns.SUGGESTED_LABEL, suggested)):
        columns[name] = pa.DictionaryArray.from_arrays(
            pa.array(number, mask=number == confident.NO_LABEL), classes
        )
    columns[added_columns.LABEL_QUALITY] = pa.array(quality)
    columns[added_columns.IS_LABEL_ISSUE] = pa.array(issue)
    columns[added_columns.IS_OUT_OF_DISTRIBUTION] = pa.array(odd)
    return pa.table(columns)


def _with_decisions(table, chunk, job):
    """The table with the labels after the review, and how many of its rows were decided on."""
    import pyarrow as pa

    corrected = table.column(added_columns.GIVEN_LABEL).to_pylist()
    decided = [
        (row, job.decisions[id]) for row, id in enumerate(_ids_of(chunk, job.columns)) if id in job.decisions
    ]
    for row, label in decided:
        corrected[row] = label or None
    return table.append_column(added_columns.CORRECTED_LABEL, pa.array(corrected, pa.string())), len(decided)


def _ids_of(chunk, columns):
    """The ids of all rows of a chunk, or where there are none their places: list of str."""
    if columns.id:
        return [str(value) for value in chunk.table.column(columns.id).to_pylist()]
    return [chunk.piece.file.id_of(chunk.group, chunk.start + row) for row in range(len(chunk))]


def _part_content(tables, found, job):
    """The part of a piece as a Parquet file's bytes; in its footer, what was found and the run it belongs to."""
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.concat_tables(tables).replace_schema_metadata(
        {RESULT_KEY: json.dumps(vars(found)), RUN_KEY: job.run}
    )
    out = io.BytesIO()
    parquet.write_table(table, out, write_page_checksum=True)
    return out.getvalue()


def _part_there(address, piece, job):
    """What was found in a piece, where its part is there, of this run, and undamaged; else None."""
    from pyarrow import ArrowException, parquet

    content = storage.content_of(address)
    if content is None:
        return None
    try:
        table = parquet.read_table(io.BytesIO(content), page_checksum_verification=True, use_threads=False)
    except (ArrowException, OSError):
        return None
    metadata = table.schema.metadata or {}
    if metadata.get(RUN_KEY) != job.run.encode() or table.num_rows != piece.rows:
        return None
    found = json.loads(metadata[RESULT_KEY])
    return Found(**found | {"joint": tuple(map(tuple, found["joint"])), "reused": 0})


def digest(*values: object) -> str:
    """A short text that differs where the values do."""
    return hashlib.sha256("\0".join(map(repr, values)).encode()).hexdigest()[:32]
