"""Labels as text: their order as classes, their numbers, and how often each comes."""

import re
from collections.abc import Iterable, Sequence

import numpy as np

from vizzy.reading.coded_texts import CodedTexts

PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def ordered(classes: Iterable[str]) -> tuple[str, ...]:
    """Classes in the order scikit-learn gives them: by number where all are numbers, else by letter.

    Examples
    --------
    >>> ordered(["10", "9", "2"]), ordered(["b", "a"])
    (('2', '9', '10'), ('a', 'b'))
    """
    classes = set(classes)
    if all(PLAIN_NUMBER.fullmatch(name) for name in classes):
        return tuple(sorted(classes, key=lambda name: (float(name), name)))
    return tuple(sorted(classes))


def indexed(labels: Sequence[str], classes: Sequence[str]) -> np.ndarray:
    """The number of each label among the classes: np.ndarray of int, shape (n,)."""
    number, coded = {name: index for index, name in enumerate(classes)}, CodedTexts.of(labels)
    return np.array([number[label] for label in coded.different], dtype=np.intp)[coded.codes]


def whole_number(label: str) -> int | None:
    """The whole number that a label such as "3", "03" or "3.0" spells, or None.

    Examples
    --------
    >>> whole_number("03"), whole_number("3.0"), whole_number("3.5")
    (3, 3, None)
    """
    match = re.fullmatch(r"([+-]?\d+)(\.0*)?", label)
    return int(match[1]) if match else None


def counts_of(labels: CodedTexts) -> dict[str, int]:
    """How many rows have each label, of those that have one: dict."""
    return {label: count for label, count in labels.counts().items() if label}
