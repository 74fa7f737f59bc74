"""The third stage: the label of each row, as text."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

import vizzy.reading.arrays as array_roles
import vizzy.reading.columns as column_roles
from vizzy.reading.choices import Choices
from vizzy.reading.coded_texts import CodedTexts
from vizzy.reading.columns import column_of, columns_of
from vizzy.reading.contents import Contents
from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.label_cells import (
    labels_of_column,
    labels_of_one_hot_array,
    labels_of_one_hot_columns,
    notes_on_answers,
)
from vizzy.reading.label_checks import check_classes
from vizzy.reading.label_cleaning import cleaned
from vizzy.reading.labels import whole_number
from vizzy.reading.missing_labels import may_mean_no_label, number_among_words, numbers_for_none
from vizzy.reading.roles import Roles, array_with, class_order, known_classes
from vizzy.reading.columns.soft_labels import are_soft, hardened, shares_of_column, shares_of_columns
from vizzy.sentences import counted, in_a_row, joined, sentence

MOST_NAMED = 6  # classes in a note


@dataclass(frozen=True)
class GivenLabels:
    """The label of each row; rows without one count until a dataset is made."""

    texts: CodedTexts = field(default_factory=lambda: CodedTexts.of(()))  # one for each row, "" where it is missing
    where: str = ""  # what holds them, for complaints
    n_signs: int = 0  # rows that say by a sign such as -1 that they have no label
    notes: tuple = ()  # of str
    doubtful: tuple = ()  # of (str, int, bool): what can mean that there is no label, in how many rows, whether it is a class


def given_labels_of(contents: Contents, roles: Roles, choices: Choices) -> GivenLabels:
    """The label of each row, cleaned.

    Parameters
    ----------
    contents : Contents
    roles : Roles
    choices : Choices

    Returns
    -------
    GivenLabels

    Raises
    ------
    ReadingError
        Where nothing holds labels, or a cell holds none that can be read.
    """
    texts, where, hardening = _texts_as_they_stand(contents, roles, choices)
    known = known_classes(contents, roles, choices)
    array = array_with(contents, roles, array_roles.PRED_PROBS)
    n_classes = array.values.shape[1] if array is not None and array.values.ndim == 2 else None
    labels, notes, n_signs = cleaned(texts, known, choices.kept_labels, choices.no_labels, n_classes)
    return GivenLabels(labels, where, n_signs, (*hardening, *notes), _doubtful(texts, labels, choices))


def _doubtful(texts, labels, choices):
    """Texts that could mean either, or of which a person said what they mean."""
    counts: dict[str, int] = {}
    for text, count in CodedTexts.of(texts).counts().items():
        counts[text.strip()] = counts.get(text.strip(), 0) + count
    counts.pop("", None)
    said = {*choices.kept_labels, *choices.no_labels, number_among_words(counts), *numbers_for_none(counts)}
    found = [text for text in sorted(counts) if text in said or may_mean_no_label(text)]
    return tuple((text, counts[text], text in labels) for text in found)


def with_checked_classes(labels: GivenLabels, choices: Choices, most: int) -> GivenLabels:
    """The labels, with notes on classes that look odd.

    Parameters
    ----------
    labels : GivenLabels
    choices : Choices
    most : int
        How many classes are read.

    Returns
    -------
    GivenLabels

    Raises
    ------
    ReadingError
        Where these can be no classes.
    """
    chosen = column_roles.LABEL in choices.roles.values()
    notes = check_classes(labels.texts, labels.where, most, chosen)
    return replace(labels, notes=(*labels.notes, *notes))


def check_unlabelled(contents: Contents, labels: GivenLabels, choices: Choices) -> None:
    """Refuse rows whose label is empty, unless they are to be left out or say so by a sign such as -1.

    Parameters
    ----------
    contents : Contents
    labels : GivenLabels
    choices : Choices

    Raises
    ------
    ReadingError
    """
    missing = labels.texts.rows_with(lambda label: not label).tolist()
    count = len(missing) - labels.n_signs
    if count > 0 and not choices.leave_out_unlabelled:
        if missing[0] > 0 and 2 * count > len(labels.texts) and max(np.diff(labels.texts.rows_with(bool)), default=0) > 1:
            raise ReadingError(sentence(
                "{where} holds a label in {n} of {rows} alone: if each counts for the rows below it, as where cells were merged, fill it "
                "down into them; else choose to leave out rows without one.",
                where=labels.where, n=len(labels.texts) - count, rows=counted(len(labels.texts), "{} row", "{} rows"),
            ))
        place = contents.table.place(missing[0]) if contents.table else sentence("row {number} (counted from 0)", number=str(missing[0]))
        values = {"where": labels.where, "rows": counted(len(labels.texts), "{} row", "{} rows"), "place": place}
        if count == 1:
            raise ReadingError(sentence(
                "{where} holds no label in 1 of {rows}, at {place}: fill it in, or choose to leave it out.", **values
            ))
        raise ReadingError(sentence(
            "{where} holds no label in {count} of {rows}, first at {place}: fill them in, or choose to leave them out.",
            count=count,
            **values,
        ))


def _texts_as_they_stand(contents, roles, choices):
    """The labels as they stand in the files, what holds them, for complaints, and notes: (list of str, str, list of str)."""
    column = column_of(roles.columns, column_roles.LABEL)
    if column is not None:
        return _texts_of_column(contents, roles, choices, column)
    one_hot = columns_of(roles.columns, column_roles.ONE_HOT)
    if one_hot:
        return _texts_of_one_hot(contents.table, one_hot)
    array = array_with(contents, roles, array_roles.LABELS)
    if array is None:
        raise ReadingError(_no_labels(contents))
    return _texts_of_array(contents, roles, choices, array)


def _texts_of_column(contents, roles, choices, column):
    where = sentence("{table}, column {column}", table=contents.table.name, column=shown(column))
    shares = shares_of_column(contents.table, column)
    if shares is None:
        texts = CodedTexts.of(labels_of_column(contents.table, column))
        texts, where, notes = named(texts, contents.class_by_number, where)
        return texts, where, [*notes, *notes_on_answers(contents.table, texts.different)]
    values, classes = shares
    texts, notes = hardened(values, classes or _classes_of_shares(contents, roles, choices, values.shape[1]), where)
    return texts, where, notes


def _texts_of_one_hot(table, columns):
    classes = column_roles.classes_of_one_hot(columns)
    where = sentence("{table}, columns {columns}", table=table.name, columns=listed(columns, 3))
    values = shares_of_columns(table, columns)
    if values is None:
        return labels_of_one_hot_columns(table, columns, classes), where, []
    texts, notes = hardened(values, classes, where)
    return texts, where, notes


def _texts_of_array(contents, roles, choices, array):
    names = array_with(contents, roles, array_roles.CLASSES)
    names = array_roles.texts_of(names.values) if names is not None else list(choices.classes)
    notes: list[str] = []
    if array.values.ndim == 2 and array.values.dtype.kind == "f" and are_soft(array.values):
        texts, notes = hardened(array.values, _names_or_numbers(names, array.values.shape[1]), array.name)
    elif array.values.ndim == 2 and min(array.values.shape) > 1:
        texts = labels_of_one_hot_array(array.values, names, array.name)
    else:
        by_number = {str(number): name for number, name in enumerate(names)} or contents.class_by_number
        texts, _, notes = named(array_roles.coded_texts_of(array.values), by_number, array.name)
    if contents.table and len(texts) != len(contents.table):
        raise ReadingError(sentence(
            "{array} has {labels}, but {table} has {rows}: were both made from the same rows?",
            array=array.name,
            labels=counted(len(texts), "{} label", "{} labels"),
            table=contents.table.name,
            rows=counted(len(contents.table), "{} row", "{} rows"),
        ))
    return texts, array.name, notes


def _classes_of_shares(contents, roles, choices, count):
    """The classes that the numbers of a list are of: as the files or a person say, else the columns of probabilities, else their numbers."""
    columns = columns_of(roles.columns, column_roles.PROBABILITY)
    of_columns = [column_roles.class_of_probability_column(column)[-1] for column in columns]
    return _names_or_numbers(class_order(contents, roles, choices) or of_columns, count)


def _names_or_numbers(names, count):
    return list(names) if len(names) == count else [str(number) for number in range(count)]


def _no_labels(contents):
    if contents.table is None:
        complaint = sentence(
            "{arrays} came without labels: bring a table or an array of labels beside it, in the same order.",
            arrays=listed(array.name for array in contents.arrays),
        )
        return contents.with_unread(in_a_row([complaint, *_misshapen(contents.arrays)]))
    for column in contents.table.columns:
        if column_roles.is_usual_label(column):
            labels_of_column(contents.table, column)  # says which of its cells is no label
    usual = listed(column_roles.USUAL_NAMES[column_roles.LABEL][1:5])
    return sentence(
        "{table} has no column with a usual name for labels, such as {usual}: choose the one that holds them among "
        "{columns}.",
        table=contents.table.name, usual=usual, columns=listed(contents.table.columns, 12),
    )


def _misshapen(arrays):
    """A sentence on an array that is called like labels but cannot be any: a list of one, or none."""
    for array in arrays:
        if array_roles.is_named_like(array, array_roles.LABELS):
            return [sentence(
                "{array} has the shape {shape}, but labels are one value a row, or 0 and 1 with a column for each class.",
                array=array.name, shape=str(array.values.shape),
            )]
    return []


def named(texts: CodedTexts, by_number: Mapping[str, str], where: str) -> tuple[CodedTexts, str, list[str]]:
    """Labels that are numbers of classes as the classes' names, what holds them, and a note on it.

    Parameters
    ----------
    texts : CodedTexts
    by_number : mapping of str to str
        The class that each number stands for.
    where : str
        What holds the labels.

    Returns
    -------
    tuple of (CodedTexts, str, list of str)
        As they were where they are no such numbers.
    """
    meant = [text for text in texts.different if text and not may_mean_no_label(text)]
    numbers = {text: _whole(text) for text in meant}
    if not meant or set(meant) <= set(by_number.values()) or not set(numbers.values()) <= by_number.keys():
        return texts, where, []
    different = sorted(set(numbers.values()), key=int)
    meanings: list[str] = [sentence("{number} for {label}", number=number, label=shown(by_number[number])) for number in different[:MOST_NAMED]]
    meanings += ["…"] if len(different) > MOST_NAMED else []
    note = sentence("The numbers in {where} stand for classes: {meanings}.", where=where, meanings=joined(meanings))
    return texts.mapped(lambda text: by_number[numbers[text]] if text in numbers else text), where, [note]


def _whole(text):
    """A whole number as lists of classes write it, 3 for 3.0; any other text as it is."""
    number = whole_number(text)
    return text if number is None else str(number)
