"""The tables that are exported: the corrected table, the list of the changes, and embeddings. `vizzy.report` makes the report.

The table comes back as it came: same format, separator, encoding, columns in their order, all rows, those without a
label too. Added to it are ``given_label``, ``suggested_label``, ``corrected_label``, ``label_quality``,
``is_label_issue``, ``is_out_of_distribution``, ``review_action``, ``decision`` (where the corrected label comes from;
"undecided" until somebody, or ``--accept``, has decided) and ``near_duplicates`` (the number of a group of examples
that are nearly the same, with "labels differ" where they do). A table that was exported before has them filled
in anew, and one with columns of its own by such names gets them as ``vizzy_label_quality`` and so on. An empty
``corrected_label`` beside the review action "no class" means that the example belongs to none; an empty
``suggested_label``, that nothing was suggested. `vizzy.reading` reads all of it back to the same state.

Tables are safe to open in a spreadsheet: a cell that it would run as a formula gets an apostrophe before it, and
so does one that already looks like that, so that loading the table back, which takes one apostrophe off, always
gives the cell that was there. JSON needs no guard and has none.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from vizzy import confident
from vizzy.dataset import DatasetError
from vizzy.near_duplicates import NO_GROUP, Groups
from vizzy.reading.columns import LABEL, added_columns, column_of
from vizzy.reading.formats import WRITTEN, write_table
from vizzy.reading.tables import ABSENT, DELIMITED, JSON, Form, Table, guarded
from vizzy.sentences import sentence
from vizzy.vocabulary import ACCEPTED, CHANGED, DEFAULT_CLASS_PERCENTILE, DEFAULT_OOD_PERCENTILE, KEPT, NO_CLASS, SKIPPED

if TYPE_CHECKING:
    from vizzy.reading.imported import Opened
    from vizzy.reading.review import Review

UNDECIDED = "undecided"
# What `decision` says of each review action.
DECISIONS = {
    "": UNDECIDED,
    SKIPPED: UNDECIDED,
    ACCEPTED: "suggested label accepted",
    KEPT: "given label kept",
    CHANGED: "another label",
    NO_CLASS: "no class",
}
CHANGES_COLUMNS = (
    "line",
    "id",
    added_columns.GIVEN_LABEL,
    added_columns.CORRECTED_LABEL,
    added_columns.SUGGESTED_LABEL,
    added_columns.LABEL_QUALITY,
    added_columns.REVIEW_ACTION,
)
EVIDENCE_COLUMNS = ("suggested_when_decided", "label_quality_when_decided")
SUFFIXES = {JSON: ".json", "json lines": ".jsonl"}
LONGEST_STEM = 100
# What no file's name should hold: control characters, what some system gives a meaning, what turns text around.
UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\u2028\u2029\u202a-\u202e\u2066-\u2069]')


@dataclass(frozen=True, eq=False)
class Findings:
    """What was found in a dataset: under which labels and thresholds, and how far each label can be trusted."""

    label: (
        np.ndarray
    )  # (n,) int, the labels that were judged: the given ones, or as they were at the last training
    pred_probs: np.ndarray  # (n, K)
    analysis: confident.Analysis
    label_quality: np.ndarray  # (n,) in [0, 1], low = suspect
    threshold_mode: str = "percentile"
    class_percentile: float | None = DEFAULT_CLASS_PERCENTILE
    ood_percentile: float | None = DEFAULT_OOD_PERCENTILE  # None: outliers, whatever their percentile
    accuracy: float | None = None  # of the cross-validation, where there was one
    training_notes: tuple = ()  # of str: what a person should know of it
    near_duplicates: Groups | None = None  # None: not looked for
    by_noise_rate: bool = False  # label issues are those that prune by noise rate flags


def corrected_table(opened: Opened, findings: Findings, review: Review) -> tuple[str, bytes]:
    """The input's table with what was found and decided added.

    Parameters
    ----------
    opened : vizzy.reading.Opened
    findings : Findings
    review : vizzy.reading.Review

    Returns
    -------
    name : str
        What to call the file.
    content : bytes
    """
    table = _with_columns(opened.table, _added(opened, findings, review))
    return _file_name(opened.table, "corrected"), write_table(_guarded(table))


def changes(
    opened: Opened, findings: Findings, review: Review, evidence: dict[int, Sequence] | None = None
) -> tuple[str, bytes]:
    """The rows whose label was changed, alone.

    Parameters
    ----------
    opened, findings, review
        As for `corrected_table`.
    evidence : dict, optional
        Example -> (suggested label or -1, label quality) as they were when it was decided on: once the changed labels
        are trained on, what is suggested is the new label, and nothing is suspect. Stands in two columns more.

    Returns
    -------
    name : str
        What to call the file.
    content : bytes
        A CSV table; of sheets or files that were put one below the other with the one that the line is of.
    """
    dataset = opened.dataset
    changed_idx = np.flatnonzero(review.corrected_label != dataset.given_label)
    cells = text_columns(opened, findings, review)
    rows = []
    table = opened.table
    for example in changed_idx:
        row = [str(table.lines[opened.row_idx[example]]), *part_of(opened, example), dataset.ids[int(example)]]
        row += [cells[column][example] for column in CHANGES_COLUMNS[2:]]
        rows.append(row + (_evidence_cells(evidence.get(int(example)), dataset.classes) if evidence else []))
    columns = (*CHANGES_COLUMNS[:1], *([table.part_column] if table.part_column else []), *CHANGES_COLUMNS[1:])
    name = stem_of(table.name) + "-changes.csv"
    changed = Table(name, columns + (EVIDENCE_COLUMNS if evidence else ()), tuple(rows), (), Form(mark=True))
    return name, write_table(_guarded(changed))


def embeddings(opened: Opened) -> tuple[str, bytes]:
    """The embeddings, a row for each row of the table, for the next time.

    Parameters
    ----------
    opened : vizzy.reading.Opened

    Returns
    -------
    name : str
        What to call the file.
    content : bytes
        A .npy file of float32, a row for each row of the table; NaN where a row has no embedding, as reading expects.

    Raises
    ------
    DatasetError
        Where there are none.
    """
    if opened.dataset.embeddings is None:
        raise DatasetError(
            sentence("There are no embeddings here, only predicted probabilities, which are in your table already.")
        )
    of_examples = opened.dataset.embeddings.astype(np.float32)
    of_rows = np.full((len(opened.table), of_examples.shape[1]), np.nan, np.float32)
    of_rows[opened.row_idx] = of_examples
    buffer = io.BytesIO()
    np.save(buffer, of_rows)
    return stem_of(opened.table.name) + "-embeddings.npy", buffer.getvalue()


def text_columns(opened: Opened, findings: Findings, review: Review) -> dict[str, list[str]]:
    """The added columns of the n examples as text: dict of lists of str."""
    classes = np.array([*opened.dataset.classes, ""], dtype=object)  # -1 is the last one: no class, no text
    analysis = findings.analysis
    return {
        added_columns.GIVEN_LABEL: classes[opened.dataset.given_label].tolist(),
        added_columns.SUGGESTED_LABEL: classes[analysis.suggested_label].tolist(),
        added_columns.CORRECTED_LABEL: classes[review.corrected_label].tolist(),
        added_columns.LABEL_QUALITY: [repr(quality) for quality in findings.label_quality.tolist()],
        added_columns.IS_LABEL_ISSUE: [str(bool(issue)) for issue in analysis.label_issue_mask],
        added_columns.IS_OUT_OF_DISTRIBUTION: [str(bool(out)) for out in analysis.out_of_distribution_mask],
        added_columns.REVIEW_ACTION: list(review.actions),
        added_columns.DECISION: [DECISIONS[action] for action in review.actions],
        added_columns.NEAR_DUPLICATES: _groups_in_words(findings),
    }


def _groups_in_words(findings):
    """The near duplicates of each example: "" or the number of its group, and whether its labels differ."""
    groups = findings.near_duplicates
    if groups is None:
        return [""] * len(findings.label)
    return [
        "" if group == NO_GROUP else f"group {group + 1}" + (", labels differ" if conflict else "")
        for group, conflict in zip(groups.group.tolist(), groups.conflict_mask.tolist(), strict=True)
    ]


def _added(opened, findings, review):
    """The columns to add, by their names in the table, with a cell for every row of it."""
    cells = text_columns(opened, findings, review)
    as_json = opened.table.form.kind != DELIMITED
    out = {}
    for column, name in _names_in(opened).items():
        values = [_json_value(column, cell) for cell in cells[column]] if as_json else cells[column]
        nothing = ABSENT if as_json else ""
        all_rows = [nothing] * len(opened.table)
        if column in (added_columns.GIVEN_LABEL, added_columns.CORRECTED_LABEL) and opened.labels_of_rows is not None:
            all_rows = [label or nothing for label in opened.labels_of_rows]  # a row without an embedding keeps its label
        for row, value in zip(opened.row_idx, values, strict=True):
            all_rows[row] = value
        out[name] = all_rows
    return out


def _names_in(opened):
    """What each added column is called in this table: dict in their order."""
    return names_of_added(opened.table.columns, column_of(opened.roles, LABEL))


def names_of_added(columns: Sequence[str], label_column: str | None) -> dict[str, str]:
    """What each added column is called in a table that has some columns already.

    Parameters
    ----------
    columns : sequence of str
    label_column : str, optional
        The one of them with the labels.

    Returns
    -------
    dict of str to str
        In their order.
    """
    exported = added_columns.exported_columns(columns)
    out = {}
    for column in added_columns.ADDED_COLUMNS:
        if column in exported:
            out[column] = exported[column]
        elif column == added_columns.GIVEN_LABEL and label_column == added_columns.GIVEN_LABEL:
            continue  # the table says it already
        else:
            out[column] = added_columns.TAKEN_PREFIX + column if column in columns else column
    return out


def _json_value(column, cell):
    if column == added_columns.LABEL_QUALITY:
        return float(cell)
    if column in (added_columns.IS_LABEL_ISSUE, added_columns.IS_OUT_OF_DISTRIBUTION):
        return cell == "True"
    return cell or None


def _with_columns(table, added):
    """The table, as it came, with columns replaced where it has them, added at the end where not."""
    if table.joined:
        own = [place for place, column in enumerate(table.columns) if column not in table.joined]
        own_cells = tuple([row[place] for place in own] for row in table.rows)
        table = replace(table, columns=tuple(table.columns[place] for place in own), rows=own_cells, joined=())
    columns = (*table.columns, *(name for name in added if name not in table.columns))
    replaced = {table.columns.index(name): cells for name, cells in added.items() if name in table.columns}
    appended = [cells for name, cells in added.items() if name not in table.columns]
    rows = []
    for number, row in enumerate(table.rows):
        kept = [replaced[column][number] if column in replaced else cell for column, cell in enumerate(row)]
        rows.append(kept + [cells[number] for cells in appended])
    return replace(table, columns=columns, rows=tuple(rows))


def _guarded(table):
    if table.form.kind != DELIMITED:
        return table
    rows = tuple([guarded(cell) for cell in row] for row in table.rows)
    return replace(table, columns=tuple(guarded(column) for column in table.columns), rows=rows)


def _file_name(table, what):
    base = _base(table.name)
    suffix = base[base.rfind(".") :] if "." in base else ""
    if WRITTEN.get(suffix.lower()) != table.form.kind and suffix != ".txt":
        suffix = ""  # what was read, but is not written, comes out as CSV
    return f"{stem_of(table.name)}-{what}{suffix or SUFFIXES.get(table.form.kind, '.csv')}"


def _base(name):
    """The last part of a path, fit for a file's name on any system."""
    return UNFIT.sub("_", name.replace("\\", "/").rpartition("/")[2])


def stem_of(name: str) -> str:
    """What the names of exported files begin with: the name of the table's file, without folders and suffix."""
    base = _base(name)
    stem = base.rpartition(".")[0] or base
    return stem.removesuffix("-corrected")[:LONGEST_STEM]


def part_of(opened: Opened, example: int | np.integer) -> list[str]:
    """The sheet or file that an example's line is of, where several were put one below the other: list of one str, or of none."""
    table = opened.table
    return [] if table.part_column is None else [table.rows[opened.row_idx[example]][table.columns.index(table.part_column)]]


def _evidence_cells(seen, classes):
    """What was suggested when somebody decided, and the quality of the label; empty where that is not known."""
    if seen is None:
        return ["", ""]
    suggested, quality = seen
    return [classes[suggested] if suggested >= 0 else "", f"{quality:.6g}"]
