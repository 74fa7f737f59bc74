"""The one error that reading raises."""

from __future__ import annotations

from collections.abc import Iterable

from vizzy.dataset import DatasetError
from vizzy.sentences import Sentence, joined, sentence


class ReadingError(DatasetError):
    """What is wrong with the files someone brought: file, row and value, what was expected, what to do.

    One sentence, for that person.
    """


def shown(value: object, most: int = 40) -> str:
    """A value as it stands in a sentence: in quotation marks, and cut to that many characters."""
    text = str(value)
    return repr(text if len(text) <= most else text[: most - 1] + "…")


def listed(values: Iterable, most: int = 5) -> Sentence:
    """Some values as they stand in a sentence: the first few, and how many more there are."""
    values = list(values)
    text = joined(value if isinstance(value, Sentence) else shown(value) for value in values[:most])
    return text if len(values) <= most else sentence("{names} and {more} more", names=text, more=len(values) - most)
