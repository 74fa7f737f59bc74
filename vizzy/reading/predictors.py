"""Predicted probabilities and embeddings of the rows that have a label, checked: a part of the last stage."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

import vizzy.reading.arrays as array_roles
import vizzy.reading.columns as column_roles
from vizzy.reading.arrays import Array
from vizzy.reading.choices import Choices
from vizzy.reading.columns import classes_of_one_hot, columns_of
from vizzy.reading.contents import Contents
from vizzy.reading.errors import ReadingError, listed
from vizzy.reading.columns.feature_columns import MOST_SCALE
from vizzy.reading.given_labels import GivenLabels
from vizzy.reading.numbers import Source, check_finite, check_probabilities, matrix_of_columns
from vizzy.reading.probabilities import probabilities_of_array, probabilities_of_table
from vizzy.reading.probability_classes import classes_by_name
from vizzy.reading.probability_forms import as_probabilities
from vizzy.reading.score_cells import holds_scores
from vizzy.reading.roles import Roles, array_with, class_order
from vizzy.sentences import Sentence, counted, sentence

MOST_NUMBERS = 5000  # of an example in several dimensions: 28 x 28 or 32 x 32 x 3 pixels


def pred_probs_of(
    contents: Contents, roles: Roles, labels: GivenLabels, choices: Choices, row_idx: np.ndarray
) -> tuple[np.ndarray | None, tuple[str, ...], list[Sentence]]:
    """Checked predicted probabilities of some rows, their classes, and notes.

    Parameters
    ----------
    contents : Contents
    roles : Roles
    labels : GivenLabels
    choices : Choices
    row_idx : np.ndarray, shape (n,)
        The rows that have a label.

    Returns
    -------
    tuple of (np.ndarray of shape (n, K) or None, tuple of str, list of str)
        None and no classes where there are none.

    Raises
    ------
    ReadingError
        Where a number is missing or can be no such number.
    """
    columns = columns_of(roles.columns, column_roles.PROBABILITY)
    array = array_with(contents, roles, array_roles.PRED_PROBS)
    texts = labels.texts.different
    if array is not None:
        source = Source(array_name=array.name)
        check_matrix(array, len(labels.texts))
        values, classes, notes = probabilities_of_array(array, texts, class_order(contents, roles, choices))
        one_hot = classes_of_one_hot(columns_of(roles.columns, column_roles.ONE_HOT))
        if one_hot and tuple(one_hot) == tuple(classes) and not array.columns and not choices.classes:
            notes = [*notes, sentence(
                "The probabilities in {array} are taken to be of {classes}, in this order.",
                array=array.name, classes=listed(classes, 12),
            )]
    elif columns:
        source = Source(contents.table, columns)
        values, classes, notes = probabilities_of_table(
            contents.table,  # type: ignore[arg-type]  # there with its columns
            columns,
            texts,
            class_order(contents, roles, choices),
        )
    else:
        return None, (), []
    is_copy = array is not None and not np.may_share_memory(values, array.values)
    source = source.of_rows(row_idx)
    values = _at(values, row_idx)
    check_finite(values, source, sentence("probabilities"))
    values, more = as_probabilities(
        values, source_of_probabilities(contents, roles), _are_scores(array, columns), overwrite=is_copy
    )
    check_probabilities(values, source)
    return values, tuple(classes), notes + more


def order_is_assumed(contents: Contents, roles: Roles, labels: GivenLabels, classes: Sequence[str]) -> bool:
    """Whether no name and no list in the files says which class each column of probabilities is of.

    Parameters
    ----------
    contents : Contents
    roles : Roles
    labels : GivenLabels
    classes : sequence of str
        In the order that was taken.

    Returns
    -------
    bool
    """
    if contents.classes or array_with(contents, roles, array_roles.CLASSES) is not None:
        return False
    array = array_with(contents, roles, array_roles.PRED_PROBS)
    names = list(array.columns or ()) if array is not None else columns_of(roles.columns, column_roles.PROBABILITY)
    if array is None and len(names) == 1 and holds_scores(contents.table, names[0]):  # type: ignore[arg-type]  # there with its columns
        return False
    if not names or len(names) == 1:
        return True
    texts = labels.texts.different
    return classes_by_name(names, texts, classes, "")[0] != classes_by_name(names, texts, classes[::-1], "")[0]


def source_of_probabilities(contents: Contents, roles: Roles) -> str:
    """The name of what holds the predicted probabilities.

    Parameters
    ----------
    contents : Contents
    roles : Roles

    Returns
    -------
    str
    """
    array = array_with(contents, roles, array_roles.PRED_PROBS)
    source = contents.table if array is None else array
    return source.name if source is not None else contents.name


def _at(values, row_idx):
    """Some rows of a matrix, in ascending order; the matrix itself where that is all of them."""
    return values if len(row_idx) == len(values) else values[row_idx]


def _are_scores(array, columns):
    """Whether the name of an array, or of columns, says that it holds a model's scores (logits)."""
    names = [array.key] if array is not None else columns
    return all("logit" in name.lower() for name in names)


def embeddings_of(
    contents: Contents, roles: Roles, labels: GivenLabels, row_idx: np.ndarray
) -> tuple[np.ndarray | None, list[Sentence]]:
    """Checked embeddings of some rows, and notes on them.

    Parameters
    ----------
    contents : Contents
    roles : Roles
    labels : GivenLabels
    row_idx : np.ndarray, shape (n,)
        The rows that have a label.

    Returns
    -------
    tuple of (np.ndarray of shape (n, d) or None, list of str)

    Raises
    ------
    ReadingError
        Where a number is missing or can be no such number.
    """
    columns = columns_of(roles.columns, column_roles.EMBEDDING)
    array = array_with(contents, roles, array_roles.EMBEDDINGS)
    if array is not None:
        array, notes = _with_numbers_in_a_row(array, len(labels.texts))
        check_matrix(array, len(labels.texts))
        source, values = Source(array_name=array.name), _as_floats(array.values)
    elif columns:
        source = Source(contents.table, columns)
        values = matrix_of_columns(contents.table, columns)  # type: ignore[arg-type]  # there with its columns
        notes = [sentence("The features are {columns}.", columns=listed(columns, 6))] if len(columns) > 1 else []
    else:
        return None, []
    values = _at(values, row_idx)
    check_finite(values, source.of_rows(row_idx), sentence("embeddings"))
    spread = values.std(axis=0)
    if (
        len(columns) > 1
        and array is None
        and spread.max() > MOST_SCALE * max(spread.min(), np.finfo(float).tiny)
    ):
        notes.append(sentence("They are of different scales: each column was divided by its standard deviation."))
        values = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)
    return values, notes


def _with_numbers_in_a_row(array, n_rows):
    """An array of small images, or of other numbers in several dimensions, with those of an example in a row, and a note."""
    shape = array.values.shape
    if len(shape) < 3 or shape[0] != n_rows or not 1 < np.prod(shape[1:]) <= MOST_NUMBERS:
        return array, []
    note = sentence(
        "{array} has the shape {shape}: the numbers of each example, such as its pixels, are its features. Embeddings of a network find more.",
        array=array.name, shape=str(shape),
    )
    return replace(array, values=array.values.reshape(n_rows, -1)), [note]


def rows_with_embeddings(
    contents: Contents, roles: Roles, labels: GivenLabels, row_idx: np.ndarray
) -> tuple[np.ndarray, list[Sentence]]:
    """Of some rows those that have an embedding: one without a single number says that there is none, as of a damaged image.

    Parameters
    ----------
    contents : Contents
    roles : Roles
    labels : GivenLabels
    row_idx : np.ndarray, shape (n,)
        The rows that have a label.

    Returns
    -------
    tuple of (np.ndarray of shape (m,), list of str)
        The rows, and a note where some were left out. All rows where none of them has an embedding, which is an error.
    """
    array = array_with(contents, roles, array_roles.EMBEDDINGS)
    if array is None or array.values.dtype.kind != "f" or array.values.shape[:1] != (len(labels.texts),):
        return row_idx, []
    missing_mask = np.isnan(array.values.reshape(len(array.values), -1)[row_idx]).all(axis=1)
    count = int(missing_mask.sum())
    if not 0 < count < len(row_idx):
        return row_idx, []
    rows = [_row_in_words(contents, roles, row) for row in row_idx[missing_mask]]
    note = sentence(
        "{rows} without an embedding left out: {places}.", rows=counted(count, "{} row", "{} rows"), places=listed(rows)
    )
    return row_idx[~missing_mask], [note]


def _row_in_words(contents, roles, row):
    """A row by its image or its id, or else by its number."""
    for role in (column_roles.FILE, column_roles.ID):
        column = columns_of(roles.columns, role)
        if column:
            return contents.table.texts(column[0])[row]
    return sentence("row {number}", number=str(row + 1))


def check_matrix(array: Array, n_rows: int) -> None:
    """Refuse an array that is not a matrix of numbers with as many rows as there are labels.

    Parameters
    ----------
    array : vizzy.reading.arrays.Array
    n_rows : int
        How many labels there are.

    Raises
    ------
    ReadingError
    """
    values = array.values
    if values.ndim == 1 and len(values) == n_rows and values.dtype.kind == "f":
        return  # the probability of one of two classes
    if values.ndim != 2 or not values.size:
        raise ReadingError(sentence(
            "{array} has the shape {shape}, but must have a row for each example and a column for each number: "
            "reshape it to two dimensions and save it again.",
            array=array.name, shape=str(values.shape),
        ))
    if values.dtype.kind not in "fiub":
        raise ReadingError(sentence(
            "{array} holds {dtype} values, but must hold real numbers: save array.astype(float).",
            array=array.name, dtype=str(values.dtype),
        ))
    if len(values) != n_rows:
        raise ReadingError(sentence(
            "{array} has {rows}, but there are {labels}: {guess}",
            array=array.name,
            rows=counted(len(values), "{} row", "{} rows"),
            labels=counted(n_rows, "{} label", "{} labels"),
            guess=_guess_mismatch(values.shape, n_rows),
        ))


def _guess_mismatch(shape, n_rows):
    if shape[1] == n_rows:
        return sentence("is it turned on its side? Transpose it.")
    if shape[0] == n_rows + 1:
        return sentence("was a header counted as a row?")
    if shape[0] == n_rows - 1:
        return sentence("was the first row taken for a header?")
    return sentence("were both made from the same rows?")


def _as_floats(values):
    return values if values.dtype.kind == "f" else values.astype(np.float64)
