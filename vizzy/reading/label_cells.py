"""Labels that are more than a text: lists, objects, and a column of 0 and 1 for each class.

Annotation tools write a label as a list with one element (doccano), as the choices within the annotations of a task
(Label Studio), as a value for every class (spaCy), as what was accepted (Prodigy) or as the responses of annotators
(Argilla). Each becomes the one label that it is. Several labels for one example are refused: confident learning as it
is done here takes the classes to exclude each other.
"""

import re
from collections.abc import Sequence

import numpy as np

from vizzy.reading.errors import ReadingError, counted, listed, shown
from vizzy.reading.safe_json import parse_json
from vizzy.reading.tables import Table, cell_text

ANSWER_COLUMN, ACCEPTED = "answer", "accept"  # Prodigy: whether the label of a row was accepted
# Keys under which tools put what was chosen, in the order in which they are looked for.
CHOSEN = ("choices", "value", "label", "result", "labels", "choice")
SHARE_OF_A_LABEL = 0.5  # spaCy's value for a class from which on it is the label
YES, NO = frozenset(["1", "1.0", "true", "True", "TRUE"]), frozenset(["0", "0.0", "false", "False", "FALSE", ""])
SAMPLE_ROWS = 200
_LIST = re.compile(r"\s*\[.*\]\s*", re.DOTALL)
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


class SeveralLabels(ValueError):
    """A cell that names more than one label."""


def labels_of_cell(cell: object) -> list[str]:
    """Every label that a cell names.

    Parameters
    ----------
    cell : str, or any JSON value

    Returns
    -------
    list of str
        Empty where it names none.

    Raises
    ------
    ValueError
        Where it holds something that is no label, such as the place of a word in a text.

    Examples
    --------
    >>> labels_of_cell(["cat"]), labels_of_cell({"cat": 1, "dog": 0}), labels_of_cell("['cat']")
    (['cat'], ['cat'], ['cat'])
    """
    if isinstance(cell, str):
        return _labels_of_text(cell)
    if isinstance(cell, list):
        return list(dict.fromkeys(label for entry in cell for label in labels_of_cell(entry)))
    if isinstance(cell, dict):
        return _labels_of_object(cell)
    text = cell_text(cell)
    return [text] if text else []


def labels_of_column(table: Table, column: str) -> list[str]:
    """The one label of each row of a column, "" where there is none.

    Raises
    ------
    ReadingError
        Where a row names several labels, or something that is no label.
    """
    cells = table.column(column)
    texts = [_label(table, row, column, cell) for row, cell in enumerate(cells)]
    if ANSWER_COLUMN in table.columns and column != ANSWER_COLUMN:
        answers = table.texts(ANSWER_COLUMN)
        if set(answers) <= {ACCEPTED, "reject", "ignore", ""} and ACCEPTED in answers:
            texts = [text if answer == ACCEPTED else "" for text, answer in zip(texts, answers, strict=True)]
    return texts


def may_be_labels(table: Table, column: str) -> bool:
    """Whether the first cells of a column hold nothing that cannot be a label."""
    for cell in table.column(column)[:SAMPLE_ROWS]:
        try:
            labels_of_cell(cell)
        except ValueError:
            return False
    return True


def one_hot_columns(table: Table, columns: Sequence[str]) -> list[str]:
    """Of some columns, those that hold 0 and 1 (or false and true) and say together which class a row has.

    Returns
    -------
    list of str
        Empty where there are fewer than two, or where hardly a row has exactly one 1.
    """
    found = [column for column in columns if _is_yes_or_no(table, column)]
    if len(found) < 2:
        return []
    ones = np.array([[text in YES for text in table.texts(column)] for column in found]).sum(axis=0)
    return found if (ones == 1).mean() >= SHARE_OF_A_LABEL or (ones > 1).any() and (ones >= 1).mean() > 0.9 else []


def labels_of_one_hot_columns(table: Table, columns: Sequence[str]) -> list[str]:
    """The class of each row, by the column that holds its 1; "" where none does.

    Raises
    ------
    ReadingError
        Where a row has several.
    """
    marked = {column: [text in YES for text in table.texts(column)] for column in columns}
    texts = []
    for row in range(len(table)):
        named = [column for column in columns if marked[column][row]]
        if len(named) > 1:
            raise ReadingError(_several(f"{table.place(row)}, columns {listed(named)},", named))
        texts.append(named[0] if named else "")
    return texts


def labels_of_one_hot_array(values: np.ndarray, names: Sequence[str], where: str) -> list[str]:
    """The class of each row of an array of 0 and 1, shape (n, K); "" where a row holds no 1.

    Raises
    ------
    ReadingError
        Where a row has several.
    """
    classes = list(names) if len(names) == values.shape[1] else [str(number) for number in range(values.shape[1])]
    ones = values.astype(float) > SHARE_OF_A_LABEL
    several = np.flatnonzero(ones.sum(axis=1) > 1)
    if len(several):
        named = [classes[column] for column in np.flatnonzero(ones[several[0]])]
        raise ReadingError(_several(f"{where} row {several[0]} (counted from 0)", named))
    return [classes[row.argmax()] if row.any() else "" for row in ones]


def _label(table, row, column, cell):
    try:
        labels = labels_of_cell(cell)
    except ValueError:
        raise ReadingError(
            f"{table.place(row)}, column {shown(column)} is {shown(cell_text(cell))}, which is no label of the whole example: "
            "bring one label a row, as a text."
        ) from None
    if len(labels) > 1:
        raise ReadingError(_several(f"{table.place(row)}, column {shown(column)},", labels))
    return labels[0] if labels else ""


def _several(where, labels):
    return (
        f"{where} has {counted(len(labels), 'label')}, {listed(labels)}, but several labels in a row are not supported: bring rows "
        "with one label each, or make a table for each label with the classes yes and no."
    )


def _labels_of_text(text):
    stripped = text.strip()
    if not _LIST.fullmatch(stripped):
        return [text] if stripped else []
    try:
        return labels_of_cell(parse_json(stripped))
    except ValueError:
        quoted = [match[1] or match[2] or "" for match in _QUOTED.finditer(stripped)]
        return quoted or [stripped]


def _labels_of_object(entry):
    if entry.get("was_cancelled"):
        return []
    if entry and all(isinstance(value, (bool, int, float)) for value in entry.values()):
        return [str(name) for name, value in entry.items() if value >= SHARE_OF_A_LABEL]
    if {"start", "end"} <= entry.keys():
        raise ValueError("a span of a text, which is no label of the whole")
    for key in CHOSEN:
        if key in entry:
            return labels_of_cell(entry[key])
    nested = [value for value in entry.values() if isinstance(value, (dict, list))]
    if len(nested) == 1 == len(entry):
        return labels_of_cell(nested[0])
    raise ValueError("an object that names no label")


def _is_yes_or_no(table, column):
    texts = set(table.texts(column))
    return bool(texts & YES) and texts <= YES | NO
