"""Labels in cells that are more than a text: lists, objects, and a column of 0 and 1 for each class.

Annotation tools write a label as a list with one element (doccano), as the choices within the annotations of a task
(Label Studio), as a value for every class (spaCy), as what was accepted (Prodigy) or as the responses of annotators
(Argilla). Each becomes the one label that it is. Several labels for one example are refused: confident learning as it
is done here takes the classes to exclude each other.
"""

import re
from collections.abc import Collection, Sequence

import numpy as np

from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.safe_json import parse_value
from vizzy.reading.tables import SAMPLE_ROWS, Table, cell_text, sampled_texts
from vizzy.sentences import Sentence, counted, sentence

ANSWER_COLUMN, ACCEPT, REJECT = "answer", "accept", "reject"  # Prodigy: whether the label of a row was accepted
# Keys under which tools put what was chosen, in the order in which they are looked for.
CHOSEN = (
    *("choices", "taxonomy", "radio_answer", "class-name", "value", "label", "result", "labels", "choice", "values", "answer", "class"),
    *("class_name", "displayName", "name", "classifications", "annotations"),
)
# Kinds of results in Label Studio that are a class of the whole task; beside them, comments and stars are not.
CLASSIFYING = frozenset(["choices", "taxonomy"])
STATUS = ".status"  # Argilla's export: beside the column of responses, what became of each
METADATA, CLASS_NAME = "-metadata", "class-name"  # SageMaker: beside the column of numbers what they stand for
NOT_SUBMITTED = frozenset(["discarded", "draft", "pending"])  # Argilla: the status of a response that does not count
# Keys of a box, a polygon or a span, which name a part of the example.
PLACES = ({"start", "end"}, {"start_offset", "end_offset"}, {"x", "y", "width", "height"}, {"points"}, {"bbox"}, {"segmentation"}, {"coordinates"})
PLACES += ({"boundingBox"}, {"bounding_box"}, {"bndbox"}, {"box"}, {"polygon"}, {"mask"})
# Keys of an object that says who gave a label, and not how probable each class is.
BESIDE_A_LABEL = frozenset(["label", "user", "user_id", "id", "annotator", "annotator_id", "created_at", "updated_at", "score", "confidence", "prob"])
SHARE_OF_A_LABEL = 0.5  # spaCy's value for a class from which on it is the label
YES = frozenset("1 1.0 true t yes y x ✓ ✔ ☑ ja wahr oui vrai si sí sì sim verdadero verdadeiro vero да истина tak prawda 是 真 はい 예".split())  # in lower case
NO = frozenset("0 0.0 false f no n ✗ ✘ ☐ nein falsch non faux não falso нет ложь nie fałsz 否 假 いいえ 아니오".split() + [""])
YES_OR_NO = YES | NO
FEWEST_OF_A_SPAN = 3  # doccano: where it begins, where it ends, and its label
_LIST = re.compile(r"\[.*\]|\(.*\)|\{.*\}", re.DOTALL)
_PREFIX = re.compile(r"\s*([^\s_.:=]+)[\s_.:=]+(.+)")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


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
        classifying = [entry for entry in cell if isinstance(entry, dict) and entry.get("type") in CLASSIFYING]
        cell = classifying or cell
        if len(cell) >= FEWEST_OF_A_SPAN and all(isinstance(place, (int, float)) for place in cell[:2]) and isinstance(cell[-1], str):
            raise ValueError("a span of a text, which is no label of the whole")
        return list(dict.fromkeys(label for entry in cell for label in labels_of_cell(entry)))
    if isinstance(cell, dict):
        return _labels_of_object(cell)
    text = cell_text(cell)
    return [text] if text else []


def labels_of_column(table: Table, column: str) -> list[str]:
    """The one label of each row of a column, "" where there is none.

    Of Prodigy's answers on a single label, each is a class: ``SPORT`` where it was accepted, ``not SPORT`` where rejected.

    Raises
    ------
    ReadingError
        Where a row names several labels, or something that is no label.
    """
    cells = table.column(column)
    if column + STATUS in table.columns:
        cells = [_submitted(cell, status) for cell, status in zip(cells, table.column(column + STATUS), strict=True)]
    known: dict[str, str] = {}  # of texts, of which few are different, each is looked at once
    for row, cell in enumerate(cells):
        if isinstance(cell, str) and cell not in known:
            known[cell] = _label(table, row, column, cell)
    texts = [known[cell] if isinstance(cell, str) else _label(table, row, column, cell) for row, cell in enumerate(cells)]
    if column + METADATA in table.columns:
        described = table.column(column + METADATA)
        texts = [str(cell.get(CLASS_NAME) or text) if isinstance(cell, dict) else text for text, cell in zip(texts, described, strict=True)]
    if ANSWER_COLUMN in table.columns and column != ANSWER_COLUMN:
        answers = table.texts(ANSWER_COLUMN)
        if set(answers) <= {ACCEPT, REJECT, "ignore", ""} and ACCEPT in answers:
            is_binary = REJECT in answers and len(set(texts) - {""}) == 1
            rejected = {text: f"not {text}" if is_binary and text else "" for text in set(texts)}
            meant = {ACCEPT: {text: text for text in texts}, REJECT: rejected}
            texts = [meant.get(answer, {}).get(text, "") for text, answer in zip(texts, answers, strict=True)]
    return texts


def notes_on_answers(table: Table, labels: Collection[str]) -> list[Sentence]:
    """A note where the answers on a single label were taken for two classes; `labels` are all different ones."""
    rejected = [label for label in labels if f"not {label}" in labels]
    if ANSWER_COLUMN not in table.columns or len(rejected) != 1 or len(set(labels) - {""}) != 2:
        return []
    name = rejected[0]
    return [sentence(
        "In {table} {label} was accepted or rejected: where it was rejected, the class is {other}.",
        table=table.name, label=shown(name), other=shown(f"not {name}"),
    )]


def may_be_labels(table: Table, column: str) -> bool:
    """Whether the first cells of a column hold nothing that cannot be a label."""
    for cell in table.column(column)[:SAMPLE_ROWS]:
        try:
            labels_of_cell(cell)
        except ValueError:
            return False
    return True


def one_hot_columns(table: Table, columns: Sequence[str]) -> list[str]:
    """Of some columns, those that hold 0 and 1 (or false and true, no and yes) and say together which class a row has.

    Returns
    -------
    list of str
        Empty where there are fewer than two, or where hardly a row has exactly one 1. Neighbours that do so in every row
        are taken without what else holds 0 and 1, such as a column that says which rows are for testing.
    """
    marks = {column: _marks(table, column) for column in columns if _is_yes_or_no(table, column)}
    found = list(marks)
    if len(found) < 2:
        return []
    values = np.array([marks[column] for column in found])
    ones = values.sum(axis=0)
    if (ones != 1).any():
        run = _longest_run_of_classes(values)
        if run is not None:
            return found[run]
    return found if (ones == 1).mean() >= SHARE_OF_A_LABEL or (ones > 1).any() and (ones >= 1).mean() > 0.9 else []


def _longest_run_of_classes(values):
    """The longest run of neighbours, of fewer than all, that says one class in every row, as a slice; None where none does."""
    sums = np.vstack([np.zeros((1, SAMPLE_ROWS), dtype=int)[:, : values.shape[1]], np.cumsum(values[:, :SAMPLE_ROWS], axis=0)])
    for length in range(len(values) - 1, 1, -1):
        for first in range(len(values) - length + 1):
            run = slice(first, first + length)
            if (sums[first + length] - sums[first] == 1).all() and (values[run].sum(axis=0) == 1).all() and values[run].any(axis=1).all():
                return run
    return None


def classes_of_one_hot_columns(columns: Sequence[str], label_names: Collection[str]) -> list[str]:
    """The class that each column stands for: its name, without what all begin with if that is a usual name for labels.

    Parameters
    ----------
    columns : sequence of str
    label_names : collection of str
        In lower case.

    Returns
    -------
    list of str

    Examples
    --------
    >>> classes_of_one_hot_columns(["class_cat", "class_dog"], {"class"}), classes_of_one_hot_columns(["cat", "dog"], {"class"})
    (['cat', 'dog'], ['cat', 'dog'])
    """
    parts = [_PREFIX.match(column) for column in columns]
    prefixes = {part[1] if part else None for part in parts}
    prefix = next(iter(prefixes))
    if len(prefixes) > 1 or prefix is None or prefix.lower() not in label_names:
        return list(columns)
    return [part[2] for part in parts if part]


def labels_of_one_hot_columns(table: Table, columns: Sequence[str], classes: Sequence[str]) -> list[str]:
    """The class of each row, by the column that holds its 1; "" where none does.

    Raises
    ------
    ReadingError
        Where a row has several.
    """
    marked = np.array([_marks(table, column) for column in columns])
    several = np.flatnonzero(marked.sum(axis=0) > 1)
    if len(several):
        row = int(several[0])
        named = [column for column, marks in zip(columns, marked, strict=True) if marks[row]]
        raise ReadingError(_several(sentence("{place}, columns {columns}", place=table.place(row), columns=listed(named)), named))
    return [classes[row.argmax()] if row.any() else "" for row in marked.T]


def _marks(table, column):
    return [text.lower() in YES for text in table.texts(column)]


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
        raise ReadingError(_several(sentence("{array} row {number} (counted from 0)", array=where, number=str(several[0])), named))
    return [classes[row.argmax()] if row.any() else "" for row in ones]


def _submitted(responses, statuses):
    """Of an example's responses, those that count."""
    if not (isinstance(responses, list) and isinstance(statuses, list) and len(responses) == len(statuses)):
        return responses
    return [response for response, status in zip(responses, statuses, strict=True) if status not in NOT_SUBMITTED]


def _label(table, row, column, cell):
    try:
        labels = labels_of_cell(cell)
    except ValueError:
        raise ReadingError(sentence(
            "{place}, column {column} is {cell}, which is no label of the whole example: bring one label a row, as a "
            "text.",
            place=table.place(row), column=shown(column), cell=shown(cell_text(cell)),
        )) from None
    if len(labels) > 1:
        raise ReadingError(_several(sentence("{place}, column {column}", place=table.place(row), column=shown(column)), labels))
    return labels[0] if labels else ""


def _several(where, labels):
    return sentence(
        "{where} has {labels}, {names}, but several labels in a row are not supported: bring rows with one label "
        "each, or make a table for each label with the classes yes and no.",
        where=where, labels=counted(len(labels), "{} label", "{} labels"), names=listed(labels),
    )


def _labels_of_text(text):
    stripped = text.strip()
    if not _LIST.fullmatch(stripped):
        return [text] if stripped else []
    try:
        value = parse_value(stripped)
    except ValueError:
        quoted = [match[1] or match[2] or "" for match in _QUOTED.finditer(stripped)]
        return quoted if quoted and stripped[0] == "[" else [stripped]
    return labels_of_cell(value) if isinstance(value, (list, dict)) else [stripped]


def _labels_of_object(entry):
    if not entry or entry.get("was_cancelled") or entry.get("status") in NOT_SUBMITTED:
        return []
    if "label" in entry and len(entry) > 1 and entry.keys() <= BESIDE_A_LABEL:
        return labels_of_cell(entry["label"])
    if entry and all(isinstance(value, (bool, int, float)) for value in entry.values()):
        return [str(name) for name, value in entry.items() if value >= SHARE_OF_A_LABEL]
    if any(place <= entry.keys() for place in PLACES):
        raise ValueError("a part of the example, such as a span or a box, which is no label of the whole")
    for key in CHOSEN:
        if key in entry:
            return labels_of_cell(entry[key])
    if len(entry) == 1:
        return labels_of_cell(next(iter(entry.values())))
    raise ValueError("an object that names no label")


def _is_yes_or_no(table, column):
    if not all(text.lower() in YES_OR_NO for text in sampled_texts(table, column)):
        return False
    texts = {text.lower() for text in table.texts(column)}
    return bool(texts & YES) and texts <= YES_OR_NO
