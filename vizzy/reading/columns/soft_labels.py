"""Labels that are a probability for each class, such as the shares of annotators: the largest counts as the label.

They come as columns (``label_cat``, ``label_dog``, …), as one column of lists or objects, or as an array. What they say
besides is left aside: as features, or as predicted probabilities, they would give the label away.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np

from vizzy.reading.arrays import SUMS_TO_ONE
from vizzy.reading.columns.feature_columns import is_numeric
from vizzy.reading.numbers import holds_lists, is_number, matrix_of_columns
from vizzy.reading.score_cells import sampled_shares, scores_of_cell
from vizzy.reading.tables import SAMPLE_ROWS, Table, cell_text, sampled_texts
from vizzy.sentences import Sentence, counted, sentence

# What stands before, or behind, the class in the names of columns that hold the shares of people.
SURELY_SOFT = r"soft(?:[ _]?(?:labels?|targets?))?|(?:n[ _])?votes?|annot(?:ators?|ations?)?|humans?|crowd|raters?"
NAMED_SOFT = rf"{SURELY_SOFT}|(?:labels?|targets?|truth|gold|given)(?:[ _](?:dist(?:ribution)?|probs?|shares?))?"
_PREFIXED = re.compile(rf"({NAMED_SOFT})[_\s.:-]+(.+)", re.IGNORECASE)
_SUFFIXED = re.compile(rf"(.+?)[_\s.:-]+({NAMED_SOFT})", re.IGNORECASE)
SHARE_OF_PEOPLE = sentence("what people said of a class")  # why a column is left aside


def are_soft(values: np.ndarray) -> bool:
    """Whether the rows of a matrix are shares of classes: from 0 to 1, with the sum 1 in every row.

    Parameters
    ----------
    values : np.ndarray, shape (n, K)

    Returns
    -------
    bool
        Also where every share is 0 or 1.
    """
    if values.ndim != 2 or values.shape[1] < 2 or not values.size or not np.isfinite(values).all():
        return False
    sums = values.sum(axis=1)
    return bool(values.min() >= 0 and values.max() <= 1 and sums.min() >= SUMS_TO_ONE[0] and sums.max() <= SUMS_TO_ONE[1])


def hardened(values: np.ndarray, classes: Sequence[str], where: str) -> tuple[list[str], list[Sentence]]:
    """The class with the largest share in each row, of equals the first, and a note on it.

    Parameters
    ----------
    values : np.ndarray, shape (n, K)
    classes : sequence of str, length K
    where : str
        What holds the shares, for the note.

    Returns
    -------
    labels : list of str
    notes : list of Sentence
    """
    labels = [classes[number] for number in values.argmax(axis=1)]
    if np.isin(values, (0, 1)).all():
        return labels, []
    ties = int(((values == values.max(axis=1, keepdims=True)).sum(axis=1) > 1).sum())
    note = sentence(
        "The label in {where} is a share of each class, or votes for it: the class of the largest is taken, and the numbers "
        "are used for nothing else.",
        where=where,
    )
    if not ties:
        return labels, [note]
    rows = counted(ties, "{} row", "{} rows")
    return labels, [note, sentence("In {rows} several shares are equally large: the first of them was taken.", rows=rows)]


def shares_of_column(table: Table, column: str) -> tuple[np.ndarray, tuple[str, ...]] | None:
    """The shares in a column of lists of numbers, or of objects from class to number.

    Parameters
    ----------
    table : Table
    column : str

    Returns
    -------
    tuple of (np.ndarray of shape (n, K), tuple of str), or None
        The classes are empty where the cells do not name them. None where the column holds something else.
    """
    cells = [cell for cell in table.column(column)[:SAMPLE_ROWS] if cell_text(cell).strip()]
    scores = [scores_of_cell(cell) for cell in cells]
    if not cells or any(score is None or len(score) < 2 for score in scores):
        return _shares_of_lists(table, column)
    names = tuple(dict.fromkeys(name for score in scores for name in score or ()))
    all_scores = [scores_of_cell(cell) for cell in table.column(column)]
    if any(score is None or not set(score) <= set(names) for score in all_scores):
        return None
    values = np.array([[float((score or {}).get(name, 0)) for name in names] for score in all_scores])
    return (values, names) if are_soft(values) else None


def shares_of_columns(table: Table, columns: Sequence[str]) -> np.ndarray | None:
    """The numbers in columns that hold a share for each class, or votes for it; None where they hold something else.

    Parameters
    ----------
    table : Table
    columns : sequence of str

    Returns
    -------
    np.ndarray of shape (n, K) or None
    """
    try:
        values = matrix_of_columns(table, columns)
    except ValueError:
        return None
    is_one_hot = np.isin(values, (0, 1)).all()
    return values if not is_one_hot and np.isfinite(values).all() and (values >= 0).all() else None


def soft_columns(table: Table, columns: Sequence[str], labels: Collection[str] | None = None) -> list[str]:
    """Of some columns of numbers, those that together are a share of each class, or votes for it, by their names and their sums.

    Parameters
    ----------
    table : Table
    columns : sequence of str
    labels : collection of str, optional
        Where the label is another column, its classes: then only names count that are of nothing but what people said.

    Returns
    -------
    list of str
        Empty where there are none.
    """
    groups: dict[str, list[str]] = {}
    for column in columns:
        stem, _ = _stem_and_class(column)
        if stem and is_numeric(table, column):
            groups.setdefault(stem, []).append(column)
    if labels is not None:
        sure = [group for stem, group in groups.items() if re.fullmatch(SURELY_SOFT, stem)]
        return [column for group in sure if _are_of_classes(group, labels) or _are_shares(table, group) for column in group]
    return next((group for stem, group in groups.items() if _are_shares(table, group) or _are_votes(table, stem, group)), [])


def neighbours_that_are_shares(table: Table, columns: Sequence[str]) -> list[str]:
    """The longest run of neighbouring columns of numbers whose numbers sum to one in every row; empty where there is none."""
    numeric = [column for column in columns if is_numeric(table, column)]
    values = sampled_shares(table, numeric)
    for first, length in sorted(_runs_that_sum_to_one(values), key=lambda run: -run[1]):
        if _are_shares(table, numeric[first : first + length]):
            return numeric[first : first + length]
    return []


def _runs_that_sum_to_one(values):
    """For each first column the longest run of columns of shares whose sums are one in every row: tuples of (first, length)."""
    may_be_mask = ((values >= 0) & (values <= 1)).all(axis=0)
    for first in range(values.shape[1]):
        end = first + int(np.argmin([*may_be_mask[first:], False]))
        sums = np.cumsum(values[:, first:end], axis=1)
        fits = np.flatnonzero(((sums >= SUMS_TO_ONE[0]) & (sums <= SUMS_TO_ONE[1])).all(axis=0))
        if len(values) and len(fits) and fits[-1] > 0:
            yield first, int(fits[-1]) + 1


def class_of_soft_column(column: str) -> str:
    """The class that a column such as ``label_cat`` or ``cat_votes`` is a share of: str."""
    return _stem_and_class(column)[1]


def _stem_and_class(column):
    """What a column's name says that it holds, "" where that is no label, and of which class."""
    if match := _PREFIXED.fullmatch(column.strip()):
        return match[1].lower(), match[2]
    if match := _SUFFIXED.fullmatch(column.strip()):
        return match[2].lower(), match[1]
    return "", column


def _shares_of_lists(table, column):
    if not holds_lists(table, column):
        return None
    try:
        values = matrix_of_columns(table, [column])
    except ValueError:
        return None
    return (values, ()) if are_soft(values) else None


def _are_of_classes(columns, labels):
    """Whether columns of such names are of a class each."""
    folded = {label.casefold() for label in labels}
    return len(columns) > 1 and all(class_of_soft_column(column).casefold() in folded for column in columns)


def _are_votes(table, stem, columns):
    """Whether columns that are called votes hold numbers of them."""
    if "vote" not in stem or len(columns) < 2:
        return False
    return all(text.isdigit() for column in columns for text in sampled_texts(table, column))


def _are_shares(table, columns):
    if len(columns) < 2 or not all(is_number(text) for column in columns for text in sampled_texts(table, column)):
        return False
    try:
        values = matrix_of_columns(table, columns)
    except ValueError:
        return False
    return are_soft(values) and bool((values != np.round(values)).any())
