"""Which column of a table holds texts: long ones, mostly different, and no categories, paths or lists."""

from collections.abc import Sequence

import numpy as np

from vizzy.reading.features import is_numeric
from vizzy.reading.tables import Table

# A text: so many characters in the middle of all, and so great a share of different ones.
LONG_TEXT, MOSTLY_DIFFERENT = 20, 0.5
FEWEST_WORDS = 3  # of a text in letters that are written with spaces between words


def text_column(table: Table, columns: Sequence[str]) -> str | None:
    """Of some columns, the one with the longest texts.

    Parameters
    ----------
    table : Table
    columns : sequence of str

    Returns
    -------
    str or None
        None where none holds texts.
    """
    lengths = {column: _text_length(table, column) for column in columns if not is_numeric(table, column)}
    longest = max(lengths, key=lambda column: lengths[column], default=None)
    return longest if longest is not None and lengths[longest] else None


def _text_length(table: Table, column: str) -> float:
    """The median length of a column's texts; 0 where it holds none, such as categories, paths or lists."""
    if any(isinstance(cell, list) for cell in table.column(column)[:1]):
        return 0
    texts = [text for text in texts_within(table, column) if text]
    if not texts or len(set(texts)) < MOSTLY_DIFFERENT * len(texts):
        return 0
    length = float(np.median([len(text) for text in texts]))
    words = np.median([len(text.split()) for text in texts])
    spaceless = np.mean([not text.isascii() and " " not in text for text in texts]) > MOSTLY_DIFFERENT
    if spaceless:
        return length if length >= LONG_TEXT / 2 else 0
    return length if length >= LONG_TEXT and words >= FEWEST_WORDS else 0


def texts_within(table: Table, column: str) -> list[str]:
    """The texts of a column; of an object, as Label Studio's ``data`` and Argilla's ``fields``, the longest text in it.

    Parameters
    ----------
    table : Table
    column : str

    Returns
    -------
    list of str
    """
    texts = table.texts(column)
    for row, cell in enumerate(table.column(column)):
        if isinstance(cell, dict):
            texts[row] = max((value.strip() for value in cell.values() if isinstance(value, str)), key=len, default="")
    return texts
