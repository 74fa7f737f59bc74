"""What is exported: the corrected table, the list of the changes, and a report on one page.

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

The report is one HTML file without scripts or addresses; whatever comes from the data is escaped.
"""

from __future__ import annotations

import datetime
import html
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from vizzy import confident
from vizzy.dataset import DatasetError
from vizzy.near_duplicates import NO_GROUP, Groups
from vizzy.reading.columns import LABEL, added_columns, column_of
from vizzy.reading.formats import WRITTEN, write_table
from vizzy.reading.tables import ABSENT, DELIMITED, JSON, Form, Table, cell_text, guarded
from vizzy.sentences import Sentence, counted, decimal, in_a_row, joined, ordinal, percent, sentence
from vizzy.translation import ENGLISH, Translation
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
# Two classes overlap where at least this share of the examples of one of them is suggested the other.
OVERLAP = 0.05
OUTLIER_RULES = {  # by whether there are embeddings
    True: sentence("Out of distribution are outliers: far from every class and from their neighbours, with predictions that are unsure."),
    False: sentence(
        "Out of distribution are examples of which the predictions say next to nothing. This is weak without embeddings: "
        "a model can be sure of what belongs to no class."
    ),
}
MOST_OVERLAPS = 20
ACTIONS = {  # as the report says them
    ACCEPTED: sentence("accepted"),
    KEPT: sentence("kept"),
    CHANGED: sentence("changed"),
    NO_CLASS: sentence("no class"),
    SKIPPED: sentence("skipped"),
}
HEADINGS = (  # of the report's tables of examples
    sentence("Line"),
    sentence("Example"),
    sentence("Given"),
    sentence("Corrected"),
    sentence("Suggested"),
    sentence("Quality"),
    sentence("Review"),
)
MODELS = {  # by whether Vizzy trained one
    True: sentence("trained by Vizzy; each example was judged by a model that did not see it (five-fold cross-validation)"),
    False: sentence("predicted probabilities that came with the data"),
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
MOST_IN_REPORT = 50  # of each kind: more are read in the table
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
    cells = _text_columns(opened, findings, review)
    rows = []
    table = opened.table
    for example in changed_idx:
        row = [str(table.lines[opened.row_idx[example]]), *_part_of(opened, example), dataset.ids[int(example)]]
        row += [cells[column][example] for column in CHANGES_COLUMNS[2:]]
        rows.append(row + (_evidence_cells(evidence.get(int(example)), dataset.classes) if evidence else []))
    columns = (*CHANGES_COLUMNS[:1], *([table.part_column] if table.part_column else []), *CHANGES_COLUMNS[1:])
    name = _stem(table.name) + "-changes.csv"
    changed = Table(name, columns + (EVIDENCE_COLUMNS if evidence else ()), tuple(rows), (), Form(mark=True))
    return name, write_table(_guarded(changed))


def report(
    opened: Opened,
    findings: Findings,
    review: Review,
    explanations: Callable[[int], list[str]] | None = None,
    say: Translation = ENGLISH,
) -> tuple[str, bytes]:
    """The report, on one page.

    Parameters
    ----------
    opened, findings, review
        As for `corrected_table`.
    explanations : callable, optional
        ``explanations(example)`` is a list of str: why the example is suspect.
    say : Translation, optional
        Its language.

    Returns
    -------
    name : str
        What to call the file.
    content : bytes
        An HTML page.
    """
    title = _escaped(say(sentence("Label errors in {dataset}", dataset=opened.dataset.name)))
    body = "\n".join(
        [
            f"<h1>{title}</h1>",
            _counts_section(opened, findings, review, say),
            _thresholds_section(opened.dataset.classes, findings, opened.dataset.embeddings is not None, say),
            _joint_section(opened.dataset.classes, findings.analysis.confident_joint, say),
            _classes_section(opened.dataset, findings, say),
            _duplicates_section(opened, findings, say),
            _decided_sections(opened, findings, review, explanations, say),
        ]
    )
    page = PAGE.replace("LANGUAGE", say.language, 1).replace("BODY", body, 1).replace("TITLE", title, 1)  # the later first: either may hold the other's name
    return _stem(opened.table.name) + "-report.html", page.encode("utf-8")


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
    return _stem(opened.table.name) + "-embeddings.npy", buffer.getvalue()


def _text_columns(opened, findings, review):
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
    cells = _text_columns(opened, findings, review)
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
    return f"{_stem(table.name)}-{what}{suffix or SUFFIXES.get(table.form.kind, '.csv')}"


def _base(name):
    """The last part of a path, fit for a file's name on any system."""
    return UNFIT.sub("_", name.replace("\\", "/").rpartition("/")[2])


def _stem(name):
    base = _base(name)
    stem = base.rpartition(".")[0] or base
    return stem.removesuffix("-corrected")[:LONGEST_STEM]


def _counts_section(opened, findings, review, say):
    analysis, dataset = findings.analysis, opened.dataset
    changed = int((review.corrected_label != dataset.given_label).sum())
    facts: list[tuple] = [
        (sentence("File"), opened.table.name),
        (sentence("Date"), datetime.date.today().isoformat()),
        (sentence("Model"), MODELS[dataset.pred_probs is None]),
        (sentence("Examples"), len(dataset)),
        (sentence("Classes"), len(dataset.classes)),
        (sentence("Rows without a label, left out"), len(opened.table) - len(dataset)),
        (sentence("Label issues"), int(analysis.label_issue_mask.sum())),
        (sentence("Out of distribution"), int(analysis.out_of_distribution_mask.sum())),
        (sentence("Unconfident"), int(analysis.unconfident_mask.sum())),
        (sentence("Reviewed"), review.reviewed),
        (sentence("Labels changed"), changed),
        (sentence("Near duplicates whose labels differ"), _conflicts_in_words(findings.near_duplicates)),
        (sentence("Marked as of no class"), sum(action == NO_CLASS for action in review.actions)),
    ]
    if findings.accuracy is not None:
        share = sentence("{number} %", number=decimal(100 * findings.accuracy, 1))
        facts.insert(5, (sentence("Predictions that agree with the label"), share))
    rows = "".join(f"<tr><th scope=row>{say(name)}</th><td>{_escaped(say(value))}</td></tr>" for name, value in facts)
    return f"<table>{rows}</table>"


def _thresholds_section(classes, findings, opened_with_embeddings, say):
    has_percentile = findings.ood_percentile is not None
    rows = "".join(
        f"<tr><th scope=row>{_escaped(name)}</th><td>{say(_threshold(class_threshold))}</td>"
        + (f"<td>{say(_threshold(ood))}</td>" if has_percentile else "")
        + "</tr>"
        for name, class_threshold, ood in zip(
            classes, findings.analysis.class_thresholds, findings.analysis.ood_thresholds, strict=True
        )
    )
    head = "".join(f"<th>{say(name)}</th>" for name in _headings_of_thresholds(has_percentile))
    said = say(in_a_row(_rules(findings, opened_with_embeddings)))
    return f"<h2>{say(sentence('Thresholds'))}</h2><p>{said}</p><table><tr>{head}</tr>{rows}</table>"


def _headings_of_thresholds(has_percentile):
    headings = [sentence("Class"), sentence("Threshold")]
    return [*headings, sentence("Out of distribution below")] if has_percentile else headings


def _rules(findings, opened_with_embeddings):
    """What the thresholds are, and what is out of distribution: list of Sentence."""
    if findings.threshold_mode == "mean":
        said = [sentence("The threshold of a class is the mean of its self-confidences.")]
    else:
        place = ordinal(findings.class_percentile)
        said = [sentence("The threshold of a class is the {place} percentile of its self-confidences.", place=place)]
    if findings.by_noise_rate:
        said.append(sentence("Labels are flagged by the estimated noise rates (prune by noise rate)."))
    if findings.ood_percentile is None:
        return [*said, OUTLIER_RULES[opened_with_embeddings]]
    place = ordinal(findings.ood_percentile)
    return [*said, sentence("The out-of-distribution threshold is their {place} percentile.", place=place)]


def _threshold(value):
    return decimal(value, 3) if np.isfinite(value) else sentence("none: no example")


def _joint_section(classes, joint, say):
    head = "".join(f"<th scope=col>{_escaped(name)}</th>" for name in classes)
    rows = "".join(
        f"<tr><th scope=row>{_escaped(name)}</th>"
        + "".join(
            f"<td{' class=agree' if given == suggested else ' class=issue' if count else ''}>{say(count)}</td>"
            for suggested, count in enumerate(counts)
        )
        + "</tr>"
        for given, (name, counts) in enumerate(zip(classes, joint.tolist(), strict=True))
    )
    said = sentence("Examples by given label (rows) and suggested label (columns); off the diagonal stand the label issues.")
    return f"<h2>{say(sentence('Confident joint'))}</h2><p>{say(said)}</p><table><tr><td></td>{head}</tr>{rows}</table>"


def _classes_section(dataset, findings, say):
    """How many examples each class has, and which classes the confident joint says overlap."""
    counts = np.bincount(dataset.given_label, minlength=len(dataset.classes))
    issues = np.bincount(
        findings.label[findings.analysis.label_issue_mask], minlength=len(dataset.classes)
    )
    rows = "".join(
        f"<tr><th scope=row>{_escaped(name)}</th><td>{say(count)}</td><td>{say(n_issues)}</td></tr>"
        for name, count, n_issues in zip(dataset.classes, counts.tolist(), issues.tolist(), strict=True)
    )
    head = "".join(f"<th>{say(name)}</th>" for name in (sentence("Class"), sentence("Examples"), sentence("Label issues")))
    said = _escaped(say(_on_overlaps(dataset.classes, overlapping_classes(findings.analysis.confident_joint))))
    return f"<h2>{say(sentence('Classes'))}</h2><table><tr>{head}</tr>{rows}</table><p>{said}</p>"


def _on_overlaps(classes, overlaps):
    if not overlaps:
        return sentence("No two classes overlap.")
    pairs: list[Sentence] = [
        sentence("{one} and {other} ({share})", one=classes[one], other=classes[other], share=percent(share))
        for one, other, share in overlaps[:MOST_OVERLAPS]
    ]
    if len(overlaps) > MOST_OVERLAPS:
        pairs.append(sentence("{n} pairs more", n=len(overlaps) - MOST_OVERLAPS))
    return sentence("Classes that overlap, by the share of one that is suggested the other: {pairs}.", pairs=joined(pairs))


def overlapping_classes(joint: np.ndarray) -> list[tuple[int, int, float]]:
    """Pairs of classes that the confident joint says overlap, the strongest first.

    Parameters
    ----------
    joint : np.ndarray of int, shape (K, K)

    Returns
    -------
    list of (int, int, float)
        Two classes, and the share of the examples given the one that are suggested the other: the larger of both ways,
        at least ``OVERLAP``.
    """
    shares = joint / np.maximum(joint.sum(axis=1, keepdims=True), 1)
    both_ways = np.triu(np.maximum(shares, shares.T), 1)
    pairs = np.argwhere(both_ways >= OVERLAP)
    return sorted(((int(one), int(other), float(both_ways[one, other])) for one, other in pairs), key=lambda pair: -pair[2])


def _conflicts_in_words(groups):
    if groups is None:
        return sentence("not looked for")
    return sentence("{n} in {groups}", n=int(groups.conflict_mask.sum()), groups=counted(len(groups.conflicts), "{} group", "{} groups"))


def _duplicates_section(opened, findings, say):
    """The groups of near duplicates whose labels differ, each on a row."""
    groups = findings.near_duplicates
    if groups is None:
        return ""
    dataset, conflicts = opened.dataset, groups.conflicts
    rows = ""
    for members in conflicts[:MOST_IN_REPORT]:
        ids = "<br>".join(_escaped(dataset.ids[example]) for example in members)
        labels = "<br>".join(_escaped(dataset.classes[dataset.given_label[example]]) for example in members)
        rows += f"<tr><td>{ids}</td><td>{labels}</td></tr>"
    left_out, more = len(conflicts) - MOST_IN_REPORT, ""
    if left_out > 0:
        more = f"<p>{say(sentence('{n} groups more are in the table.', n=left_out))}</p>"
    head = f"<tr><th>{say(sentence('Ids'))}</th><th>{say(sentence('Given labels'))}</th></tr>"
    table = f"<table>{head}{rows}</table>" if conflicts else ""
    return f"<h2>{say(sentence('Near duplicates whose labels differ'))}</h2><p>{_escaped(say(groups.note))}</p>{table}{more}"


def _decided_sections(opened, findings, review, explanations, say):
    """What was changed, what was kept, and what is to be reviewed, each the most suspect first."""
    order = confident.ranking(findings.label_quality)
    cells = _text_columns(opened, findings, review)
    changed_mask = review.corrected_label != opened.dataset.given_label
    kept_mask = np.array([action == KEPT for action in review.actions]) & ~changed_mask
    undecided_mask = np.array([action in ("", SKIPPED) for action in review.actions]) & ~changed_mask
    sections = (
        (sentence("Changed"), changed_mask),
        (sentence("Kept"), kept_mask),
        (sentence("To review, the most suspect first"), undecided_mask),
    )
    return "\n".join(
        _examples_section(title, order[mask[order]], opened, findings, cells, explanations, say)
        for title, mask in sections
        if mask.any()
    )


def _part_of(opened, example):
    """The sheet or file that an example's line is of, where several were put one below the other: list of one str, or of none."""
    table = opened.table
    return [] if table.part_column is None else [table.rows[opened.row_idx[example]][table.columns.index(table.part_column)]]


def _evidence_cells(seen, classes):
    """What was suggested when somebody decided, and the quality of the label; empty where that is not known."""
    if seen is None:
        return ["", ""]
    suggested, quality = seen
    return [classes[suggested] if suggested >= 0 else "", f"{quality:.6g}"]


def _examples_section(title, examples, opened, findings, cells, explanations, say):
    dataset = opened.dataset
    rows = ""
    for example in examples[:MOST_IN_REPORT].tolist():
        text = _escaped(opened.texts[example]) if opened.texts else ""
        why = _escaped("; ".join(map(say, explanations(example)))) if explanations else ""
        shown = [
            _escaped(", ".join([*_part_of(opened, example), str(opened.table.lines[opened.row_idx[example]])])),
            f"<b>{_escaped(dataset.ids[example])}</b> {text}" + (f"<p class=why>{why}</p>" if why else ""),
            *(_escaped(cells[column][example]) for column in (added_columns.GIVEN_LABEL, added_columns.CORRECTED_LABEL, added_columns.SUGGESTED_LABEL)),
            say(decimal(findings.label_quality[example], 3)),
            say(ACTIONS.get(cells[added_columns.REVIEW_ACTION][example], "")),
        ]
        rows += "<tr>" + "".join(f"<td>{cell}</td>" for cell in shown) + "</tr>"
    head = "".join(f"<th scope=col>{say(name)}</th>" for name in HEADINGS)
    left_out, more = len(examples) - MOST_IN_REPORT, ""
    if left_out > 0:
        more = f"<p>{say(sentence('{n} more are in the table.', n=left_out))}</p>"
    return f"<h2>{say(title)}: {say(len(examples))}</h2><table class=examples><tr>{head}</tr>{rows}</table>{more}"


def _escaped(text):
    return html.escape(cell_text(text))


PAGE = """<!DOCTYPE html>
<html lang="LANGUAGE">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>TITLE</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c2333; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; display: block; overflow-x: auto; }
th, td { border: 1px solid #d5d9e2; padding: .2rem .6rem; text-align: left; vertical-align: top; }
th { background: #f2f4f8; font-weight: 600; }
.agree { background: #e5f4ea; }
.issue { background: #fdeaea; font-weight: 600; }
.examples td:nth-child(2) { min-width: 24rem; overflow-wrap: anywhere; }
.why { margin: .2rem 0 0; color: #5b6478; }
@media print { /* on paper nothing scrolls: every column is as narrow as it must be */
  body { margin: 0; max-width: none; padding: 0; font-size: 9pt; }
  table { display: table; overflow: visible; }
  th, td { padding: .15rem .3rem; overflow-wrap: anywhere; }
  th { overflow-wrap: normal; }
  .examples td:nth-child(2) { min-width: 45%; }
  tr, h2, h3 { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  th, .agree, .issue { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
</style>
<body>
BODY
</body>
</html>
"""
