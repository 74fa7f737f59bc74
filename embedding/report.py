"""The report on a dataset that was built: what a maintainer should know before publishing it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from vizzy.training import cross_validated_pred_probs

REPORT_FILE = "report.txt"
MOST_TRAINED = 3000
MOST_LISTED = 20
FEWEST_EXAMPLES = 10
# Of the way from always guessing the commonest class to being always right.
POOR_SHARE = 0.25
SEED = 0


@dataclass(frozen=True)
class Facts:
    """What the report is made of; lists are in the order of the sources."""

    name: str
    classes: tuple[str, ...]
    given_label: np.ndarray  # (n,) int
    true_label: np.ndarray | None
    ids: tuple[str, ...]
    digests: tuple[bytes, ...]  # of the files' content
    skipped: tuple[tuple[str, str], ...]  # (id, reason)
    ignored: tuple[str, ...]  # files not taken for images
    embeddings: np.ndarray
    made_with: str


def report_text(facts: Facts) -> str:
    """The whole report, ending in a line break. The same facts give the same text."""
    sections = [
        [f"{facts.name}: {len(facts.ids)} images, {len(facts.classes)} classes", facts.made_with],
        _counts(facts),
        _accuracy(facts),
        _duplicates(facts),
        _listing("Skipped", [f"{identifier}: {reason}" for identifier, reason in facts.skipped]),
        _listing(
            "Not taken for images, by their name or because they are in no subfolder", list(facts.ignored)
        ),
    ]
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _counts(facts: Facts) -> list[str]:
    count = np.bincount(facts.given_label, minlength=len(facts.classes))
    lines = ["Images per given label:"] + [f"  {count[k]:>7}  {name}" for k, name in enumerate(facts.classes)]
    lines += [
        f"Warning: {name} has only {count[k]}; with fewer than {FEWEST_EXAMPLES} a class can hardly be learned."
        for k, name in enumerate(facts.classes)
        if count[k] < FEWEST_EXAMPLES
    ]
    if facts.true_label is not None:
        lines.append(f"Given labels known to be wrong: {int((facts.given_label != facts.true_label).sum())}")
    return lines


def _accuracy(facts: Facts) -> list[str]:
    chosen_idx = _sample(len(facts.ids))
    given = facts.given_label[chosen_idx]
    trained = cross_validated_pred_probs(facts.embeddings[chosen_idx], given, len(facts.classes), seed=SEED)
    guessing = np.bincount(given).max() / len(given)
    of = "" if len(chosen_idx) == len(facts.ids) else f" (on a random {len(chosen_idx)} of them)"
    agreement = (
        f"The page's classifier, cross-validated{of}, agrees with {trained.accuracy:.1%} of the given labels; "
        f"always guessing the commonest would with {guessing:.1%}."
    )
    if trained.accuracy < guessing + POOR_SHARE * (1 - guessing):
        poor = (
            "Warning: that is little better than guessing. The embedding does not tell these classes apart."
        )
        return [agreement, poor]
    return [agreement]


def _sample(count: int) -> np.ndarray:
    if count <= MOST_TRAINED:
        return np.arange(count)
    return np.sort(np.random.default_rng(SEED).choice(count, MOST_TRAINED, replace=False))


def _duplicates(facts: Facts) -> list[str]:
    groups = defaultdict(list)
    for index, digest in enumerate(facts.digests):
        groups[digest].append(index)
    lines = []
    for group in groups.values():
        if len(group) > 1:
            labels = {facts.classes[facts.given_label[index]] for index in group}
            conflict = "" if len(labels) == 1 else f"  <- labelled {' and '.join(sorted(labels))}"
            lines.append(" = ".join(facts.ids[index] for index in group) + conflict)
    return _listing("Duplicates, the same file byte for byte", lines)


def _listing(title: str, lines: list[str]) -> list[str]:
    if not lines:
        return [f"{title}: none"]
    more = [f"  ... and {len(lines) - MOST_LISTED} more"] if len(lines) > MOST_LISTED else []
    return [f"{title}: {len(lines)}"] + [f"  {line}" for line in lines[:MOST_LISTED]] + more
