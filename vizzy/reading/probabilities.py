"""Predicted probabilities out of a table or an array, and which of their columns belongs to which class."""

import numpy as np

from vizzy.reading.columns import class_of_probability_column, holds_objects
from vizzy.reading.errors import ReadingError, counted, listed, shown
from vizzy.reading.labels import ordered
from vizzy.reading.nesting import parsed_json
from vizzy.reading.numbers import holds_lists, matrix_of_columns
from vizzy.reading.tables import cell_text


def probabilities_of_table(table, columns, labels, classes):
    """Probabilities in columns of a table.

    Parameters
    ----------
    table : Table
    columns : list of str
        One for each class; or one that holds lists, or objects from class to probability.
    labels : list of str
    classes : tuple of str
        The order of the classes for lists; empty where it is not known.

    Returns
    -------
    values : np.ndarray, shape (n, K)
    classes : tuple of str
        What each column stands for.
    notes : list of str
    """
    if len(columns) == 1 and holds_objects(table, columns[0]):
        return _of_objects(table, columns[0], labels)
    values = matrix_of_columns(table, columns)
    if len(columns) == 1 and holds_lists(table, columns[0]):
        return values, *classes_by_order(
            values.shape[1], labels, classes, f"{table.name}, column {shown(columns[0])},"
        )
    return values, *classes_by_name(columns, labels, classes, table.name)


def probabilities_of_array(array, labels, classes):
    """As `probabilities_of_table`, from an array; one that was a table of numbers has names for its columns."""
    if array.columns:
        return array.values, *classes_by_name(list(array.columns), labels, classes, array.name)
    return array.values.astype(np.float64), *classes_by_order(
        array.values.shape[1], labels, classes, array.name
    )


def classes_by_name(columns, labels, classes, where):
    """What each named column stands for: (classes, notes)."""
    known = dict.fromkeys([*classes, *ordered(set(labels) - {""})])
    folded = {name.casefold(): name for name in known}
    named = [_known_class(column, known, folded) for column in columns]
    last = [class_of_probability_column(column)[-1] for column in columns]
    if not any(named) and all(name.isdigit() for name in last):
        return classes_by_order(len(columns), labels, classes, where)
    out = [name or spelt for name, spelt in zip(named, last, strict=True)]
    _check_each_once(out, columns, where)
    missing = [name for name in ordered(set(labels) - {""}) if name not in out]
    if missing:
        raise ReadingError(
            f"{where} has no column with the probabilities of {listed(missing)}, but rows with that label; its columns of "
            f"probabilities are {listed(columns, 12)}: add one for every class, named like the class."
        )
    extra = [name for name in out if name not in known]
    notes = [f"No row is labelled {listed(extra)}, though there are probabilities for it."] if extra else []
    return tuple(out), notes


def classes_by_order(n_columns, labels, classes, where):
    """What each of some unnamed columns stands for: (classes, notes)."""
    given = ordered(set(labels) - {""})
    if classes:
        _check_order(n_columns, given, classes, where)
        return tuple(classes), []
    numbered = tuple(str(number) for number in range(n_columns))
    if set(given) <= set(numbered):
        return numbered, []
    if len(given) == n_columns:
        note = (
            f"The probabilities in {where.rstrip(',')} are taken to be of {listed(given, 12)}, in this order."
        )
        return given, [note]
    raise ReadingError(
        f"{where} has probabilities for {counted(n_columns, 'class', 'classes')}, but the labels name {len(given)}: "
        f"{listed(given, 12)}. Say which classes the columns stand for, in order, or name them in a table."
    )


def _of_objects(table, column, labels):
    objects = [_object(table, row, column, cell) for row, cell in enumerate(table.column(column))]
    names = ordered({key for entry in objects for key in entry})
    missing = [name for name in ordered(set(labels) - {""}) if name not in names]
    if missing:
        raise ReadingError(
            f"{table.name}, column {shown(column)} has no probability of {listed(missing)} in any row: add every class."
        )
    return np.array([[float(entry.get(name, 0)) for name in names] for entry in objects]), names, []


def _object(table, row, column, cell):
    try:
        value = parsed_json(cell_text(cell))
        if isinstance(value, dict) and all(type(number) in (int, float) for number in value.values()):
            return value
    except ValueError:
        pass
    raise ReadingError(
        f"{table.place(row)}, column {shown(column)} is {shown(cell_text(cell))}, but must give every class a probability, "
        'like {"cat": 0.9, "dog": 0.1}.'
    )


def _known_class(column, known, folded):
    candidates = class_of_probability_column(column)
    for name in candidates:
        if name in known:
            return name
    return next((folded[name.casefold()] for name in candidates if name.casefold() in folded), None)


def _check_each_once(classes, columns, where):
    for number, name in enumerate(classes):
        if name in classes[:number]:
            raise ReadingError(
                f"{where} has two columns for the class {shown(name)}, {shown(columns[classes.index(name)])} and "
                f"{shown(columns[number])}: take one of them for something else."
            )


def _check_order(n_columns, given, classes, where):
    if len(classes) != n_columns:
        raise ReadingError(
            f"{where} has probabilities for {counted(n_columns, 'class', 'classes')}, but {len(classes)} are listed: "
            f"{listed(classes, 12)}. List one for each column."
        )
    missing = [name for name in given if name not in classes]
    if missing:
        raise ReadingError(
            f"Rows are labelled {listed(missing)}, which the listed classes {listed(classes, 12)} lack: add it."
        )
