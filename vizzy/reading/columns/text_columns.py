"""Which column of a table holds texts: long ones, mostly different, and no categories, paths or lists."""

import re
from collections.abc import Sequence

import numpy as np

from vizzy.features.measurements import is_date
from vizzy.reading.columns.feature_columns import is_numeric
from vizzy.reading.tables import Table

# A text: so many characters in the middle of all, and so great a share of different ones.
LONG_TEXT, MOSTLY_DIFFERENT = 20, 0.5
FEWEST_WORDS = 3  # of a text in letters that are written with spaces between words
FEW_WORDS = 2  # of one that is taken for a text where there is nothing better, or where a person says so


_UPLOADED = re.compile(r"^[0-9a-f]{8}-(?=.)")


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


def columns_of_words(table: Table, columns: Sequence[str]) -> list[str]:
    """Of some columns, those that could be texts, of few words too; the longest first.

    Parameters
    ----------
    table : Table
    columns : sequence of str

    Returns
    -------
    list of str
    """
    lengths = {column: _length_of_words(table, column) for column in columns if not is_numeric(table, column)}
    return sorted((column for column in lengths if lengths[column]), key=lambda column: -lengths[column])


def _text_length(table: Table, column: str) -> float:
    """The median length of a column's texts; 0 where it holds none, such as categories, paths or lists."""
    texts = _mostly_different(table, column)
    if not texts:
        return 0
    length = float(np.median([len(text) for text in texts]))
    if _is_spaceless(texts):
        return length if length >= LONG_TEXT / 2 else 0
    return length if length >= LONG_TEXT and _words(texts) >= FEWEST_WORDS else 0


def _length_of_words(table, column):
    """The same, where two words, or a sentence's beginning in letters without spaces, are a text already; no dates."""
    texts = _mostly_different(table, column)
    if not texts or is_date(texts[0]) or not any(letter.isalpha() for letter in texts[0]):
        return 0
    is_text = len(texts[0]) > 1 if _is_spaceless(texts) else _words(texts) >= FEW_WORDS
    return float(np.mean([len(text) for text in texts])) if is_text else 0


def _mostly_different(table, column):
    """The texts of a column that there are; none where they are categories or lists."""
    if any(isinstance(cell, list) for cell in table.column(column)[:1]):
        return []
    texts = [text for text in texts_within(table, column) if text]
    return texts if len(set(texts)) >= MOSTLY_DIFFERENT * len(texts) else []


def _words(texts):
    return np.median([len(text.split()) for text in texts])


def _is_spaceless(texts):
    """Whether a column is in letters that are written without spaces between words."""
    return np.mean([not text.isascii() and " " not in text for text in texts]) > MOSTLY_DIFFERENT


def without_upload_prefix(name: str) -> str:
    """The name of a file without the eight letters that Label Studio puts before it when it is brought.

    Examples
    --------
    >>> without_upload_prefix("ab12cd34-cat.jpg"), without_upload_prefix("my-cat.jpg")
    ('cat.jpg', 'my-cat.jpg')
    """
    return _UPLOADED.sub("", name)


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
    texts = list(table.texts(column))
    for row, cell in enumerate(table.column(column)):
        if isinstance(cell, dict):
            texts[row] = max((value.strip() for value in cell.values() if isinstance(value, str)), key=len, default="")
    return texts
