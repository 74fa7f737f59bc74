"""The output of ``vizzy find``: text, or JSON."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vizzy import confident, ranking
from vizzy.exporting import Findings
from vizzy.reading.imported import Opened
from vizzy.sentences import counted
from vizzy.vocabulary import ACCEPTED

MOST_TEXT = 60


def print_summary(opened: Opened, findings: Findings, seconds: float) -> None:
    """What was read, assumed and found, and how long that took."""
    dataset, analysis = opened.dataset, findings.analysis
    what = []
    if dataset.embeddings is not None:
        size = f"{dataset.embeddings.shape[1]:,}"
        what.append(f"{opened.raw.kind}, {size} features" if opened.raw else f"embeddings of {size} dimensions")
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
    if findings.near_duplicates:
        _print_near_duplicates(findings.near_duplicates)


def _print_near_duplicates(groups):
    print(groups.note)
    if groups.count:
        print(
            f"{int((groups.group >= 0).sum()):,} examples in {counted(groups.count, '{} group', '{} groups')} of near duplicates; in "
            f"{counted(len(groups.conflicts), '{} group', '{} groups')} the labels differ."
        )


def as_json(opened: Opened, findings: Findings, why: Callable[[int], list[str]], count: int) -> dict:
    """What was found, as plain data; of so many of the most suspect, one by one."""
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


def decisions_in_words(opened: Opened, findings: Findings) -> str:
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


def print_worst(opened: Opened, findings: Findings, why: Callable[[int], list[str]], count: int) -> None:
    """So many of the most suspect examples, one by one, and why they are."""
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


def explanation(opened: Opened, findings: Findings, parts: ranking.Parts) -> Callable[[int], list[str]]:
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
