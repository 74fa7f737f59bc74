"""The report that is exported: counts, thresholds, the confident joint, and what was changed, kept or is to be reviewed.

It is one HTML file without scripts or addresses; whatever comes from the data is escaped.
"""

from __future__ import annotations

import datetime
import html
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from vizzy import confident
from vizzy.exporting import Findings, part_of, stem_of, text_columns
from vizzy.reading.columns import added_columns
from vizzy.reading.tables import cell_text
from vizzy.sentences import Sentence, counted, decimal, in_a_row, joined, ordinal, percent, sentence
from vizzy.translation import ENGLISH, Translation
from vizzy.vocabulary import ACCEPTED, CHANGED, KEPT, NO_CLASS, SKIPPED

if TYPE_CHECKING:
    from vizzy.reading.imported import Opened
    from vizzy.reading.review import Review

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
MOST_IN_REPORT = 50  # of each kind: more are read in the table


def html_report(
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
    return stem_of(opened.table.name) + "-report.html", page.encode("utf-8")


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
    cells = text_columns(opened, findings, review)
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


def _examples_section(title, examples, opened, findings, cells, explanations, say):
    dataset = opened.dataset
    rows = ""
    for example in examples[:MOST_IN_REPORT].tolist():
        text = _escaped(opened.texts[example]) if opened.texts else ""
        why = _escaped("; ".join(map(say, explanations(example)))) if explanations else ""
        shown = [
            _escaped(", ".join([*part_of(opened, example), str(opened.table.lines[opened.row_idx[example]])])),
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
