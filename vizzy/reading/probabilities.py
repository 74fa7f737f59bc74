"""Predicted probabilities out of a table or an array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vizzy.reading.arrays import Array
from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.labels import ordered
from vizzy.reading.numbers import holds_lists, is_per_cent, matrix_of_columns
from vizzy.reading.probability_classes import classes_by_name, classes_by_order, known_class
from vizzy.reading.probability_forms import share_of_one
from vizzy.reading.score_cells import holds_objects, holds_scores, scores_of_cell
from vizzy.reading.tables import Table, cell_text
from vizzy.sentences import Sentence, sentence


def probabilities_of_table(
    table: Table, columns: Sequence[str], labels: Sequence[str], classes: Sequence[str]
) -> tuple[np.ndarray, tuple[str, ...], list[Sentence]]:
    """Probabilities in columns of a table.

    Parameters
    ----------
    table : Table
    columns : list of str
        One for each class; or one that holds lists, or objects from class to probability.
    labels : sequence of str
        Those that there are, each once or more often.
    classes : tuple of str
        The order of the classes for lists; empty where it is not known.

    Returns
    -------
    values : np.ndarray of float64, shape (n, K)
        As they are written: perhaps logits, logarithms or percentages.
    classes : tuple of str
        What each column stands for.
    notes : list of Sentence

    Raises
    ------
    ReadingError
        Where a cell is no number, or a column belongs to no class.
    """
    if len(columns) == 1 and (holds_scores(table, columns[0]) or holds_objects(table, columns[0])):
        return probabilities_of_scores(table, columns[0], labels, classes)
    values = matrix_of_columns(table, columns)
    if len(columns) == 1 and values.shape[1] == 1:
        return _of_two_classes(values, columns[0], labels, classes, _place(table, columns[0]))
    if len(columns) == 1 and holds_lists(table, columns[0]):
        return values, *classes_by_order(values.shape[1], labels, classes, _place(table, columns[0]))
    classes, notes = classes_by_name(columns, labels, classes, table.name)
    if any(is_per_cent(text) for text in table.texts(columns[0])):
        notes.append(sentence("The probabilities in {table} have per cent signs: {example} was read as {number}.", table=table.name, example="72.87%", number="0.7287"))
    return values, classes, notes


def _place(table, column):
    return sentence("{table}, column {column}", table=table.name, column=shown(column))


def probabilities_of_array(
    array: Array, labels: Sequence[str], classes: Sequence[str]
) -> tuple[np.ndarray, tuple[str, ...], list[Sentence]]:
    """Probabilities in an array; one that was a table of numbers has names for its columns.

    Parameters
    ----------
    array : Array
        Of numbers, shape (n, K), or (n,) for the probability of one of two classes.
    labels, classes
        As for `probabilities_of_table`.

    Returns
    -------
    values, classes, notes
        As `probabilities_of_table` returns.

    Raises
    ------
    ReadingError
        Where a column belongs to no class.
    """
    if array.columns:
        return array.values, *classes_by_name(list(array.columns), labels, classes, array.name)
    values = array.values.astype(np.float64).reshape(len(array.values), -1)
    if values.shape[1] == 1:
        return _of_two_classes(values, array.key, labels, classes, array.name)
    return values, *classes_by_order(values.shape[1], labels, classes, array.name)


def _of_two_classes(values, name, labels, classes, where):
    """From the probability of one of two classes, those of both."""
    given = tuple(classes) or ordered(set(labels) - {""})
    if len(given) != 2:
        raise ReadingError(sentence(
            "{where} holds one number a row, which is enough for two classes, but the labels name {n}: {classes}. "
            "Bring one column for each class.",
            where=where, n=len(given), classes=listed(given, 12),
        ))
    named = known_class(name, dict.fromkeys(given), {one.casefold(): one for one in given})
    second = named or given[1]
    first = given[0] if second == given[1] else given[1]
    share, notes = share_of_one(values[:, 0], where)
    note = sentence(
        "{where} holds one probability a row: it is taken for that of {second}, and {first} has the rest.",
        where=where, second=shown(second), first=shown(first),
    )
    return np.column_stack([1 - share, share]), (first, second), [*notes, note]


def probabilities_of_scores(
    table: Table, column: str, labels: Sequence[str], classes: Sequence[str]
) -> tuple[np.ndarray, tuple[str, ...], list[Sentence]]:
    """Probabilities in a column whose cells name the classes.

    Parameters
    ----------
    table : Table
    column : str
    labels, classes
        As for `probabilities_of_table`.

    Returns
    -------
    values, classes, notes
        As `probabilities_of_table` returns; 0 for a class that a cell does not name.

    Raises
    ------
    ReadingError
        Where a cell says something else, or no cell names a class that rows are labelled with.
    """
    values, names = scores_of_column(table, column)
    meant, notes = classes_by_name(names, labels, classes, _place(table, column))
    return values, meant, notes


def scores_of_column(table: Table, column: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """The scores in a column whose cells name the classes, and those names.

    Parameters
    ----------
    table : Table
    column : str

    Returns
    -------
    tuple of (np.ndarray of float64 of shape (n, K), tuple of str)

    Raises
    ------
    ReadingError
        Where a cell says something else.
    """
    scores = [_scores(table, row, column, cell) for row, cell in enumerate(table.column(column))]
    names = ordered({key for entry in scores for key in entry})
    return np.array([[float(entry.get(name, 0)) for name in names] for entry in scores]), names


def _scores(table, row, column, cell):
    scores = scores_of_cell(cell)
    if scores is None:
        raise ReadingError(sentence(
            "{place}, column {column} is {cell}, but must give every class a probability, like {one} or {other}.",
            place=table.place(row),
            column=shown(column),
            cell=shown(cell_text(cell)),
            one='{"cat": 0.9, "dog": 0.1}',
            other='[{"label": "cat", "score": 0.9}, …]',
        ))
    return scores
