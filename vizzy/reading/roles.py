"""The second stage: what each column and each array is for, guessed or chosen."""

from dataclasses import dataclass
from pathlib import PurePosixPath

import vizzy.reading.arrays as array_roles
import vizzy.reading.columns as column_roles
from vizzy.reading.arrays import Array
from vizzy.reading.choices import Choices
from vizzy.reading.columns import column_of, columns_of
from vizzy.reading.contents import Contents
from vizzy.reading.errors import listed, shown
from vizzy.reading.columns.feature_columns import why_no_feature
from vizzy.reading.raw import raw_roles
from vizzy.reading.score_cells import scores_of_cell
from vizzy.reading.columns.soft_labels import SHARE_OF_PEOPLE, neighbours_that_are_shares, shares_of_columns, soft_columns
from vizzy.reading.columns.text_columns import texts_within, without_upload_prefix
from vizzy.sentences import joined, sentence

MOST_NAMED = 6  # columns in a note


@dataclass(frozen=True)
class Roles:
    """What each column and each array is for."""

    columns: dict  # column -> one of columns.COLUMN_ROLES, in the table's order
    arrays: dict  # name of an array -> one of arrays.ARRAY_ROLES
    notes: tuple = ()  # of str


def roles_of(contents: Contents, choices: Choices) -> Roles:
    """The role of each column and of each array.

    Parameters
    ----------
    contents : Contents
    choices : Choices
        What a person chose is not guessed.

    Returns
    -------
    Roles
        With notes on what was assumed and on what is not used.
    """
    columns = column_roles.guess_roles(contents.table, choices.roles) if contents.table else {}
    columns |= _column_of_images(contents, columns, choices)
    arrays, notes = _roles_of_arrays(contents, columns, choices)
    soft = _soft_labels(contents.table, columns, arrays, choices)
    if contents.table and soft:
        columns = column_roles.guess_roles(contents.table, {**choices.roles, **dict.fromkeys(soft, column_roles.ONE_HOT)})
        arrays, notes = _roles_of_arrays(contents, columns, choices)
    columns, reasons = raw_roles(contents, columns, arrays, choices)
    return Roles(columns, arrays, (*notes, *_notes_on_columns(contents.table, columns, choices, reasons)))


def _column_of_images(contents, columns, choices):
    """The column that names the images that were brought, whatever it is called, where no other role names them: dict of its role."""
    if not contents.images or contents.table is None or column_of(columns, column_roles.FILE) is not None:
        return {}
    paths = [PurePosixPath(image.replace("\\", "/")) for image in contents.images]
    names = {path.name for path in paths} | {path.stem for path in paths}
    for column, role in columns.items():
        if role in (column_roles.IGNORED, column_roles.TEXT) and column not in choices.roles:
            texts = [PurePosixPath(text.replace("\\", "/")).name for text in texts_within(contents.table, column)]
            if 2 * sum(without_upload_prefix(text) in names or text in names for text in texts) > len(texts):
                return {column: column_roles.FILE}
    return {}


def array_with(contents: Contents, roles: Roles, role: str) -> Array | None:
    """The first array that has a role.

    Parameters
    ----------
    contents : Contents
    roles : Roles
    role : str

    Returns
    -------
    Array or None
    """
    return next((array for array in contents.arrays if roles.arrays[array.name] == role), None)


def class_order(contents: Contents, roles: Roles, choices: Choices) -> tuple[str, ...]:
    """The order of the classes that a person chose, or else that the files give.

    Parameters
    ----------
    contents : Contents
    roles : Roles
    choices : Choices

    Returns
    -------
    tuple of str
        Empty where nothing gives an order.
    """
    names = array_with(contents, roles, array_roles.CLASSES)
    if choices.classes:
        return tuple(choices.classes)
    if names is not None:
        return tuple(array_roles.texts_of(names.values))
    return contents.classes or tuple(column_roles.classes_of_one_hot(columns_of(roles.columns, column_roles.ONE_HOT)))


def known_classes(contents: Contents, roles: Roles, choices: Choices) -> set[str]:
    """The classes that the files or a person name, other than by a label.

    Parameters
    ----------
    contents : Contents
    roles : Roles
    choices : Choices

    Returns
    -------
    set of str
    """
    columns = columns_of(roles.columns, column_roles.PROBABILITY)
    named = {name for column in columns for name in column_roles.class_of_probability_column(column)}
    if len(columns) == 1:
        first = contents.table.column(columns[0])[:1]  # type: ignore[union-attr]  # there with its columns
        named |= set(scores_of_cell(first[0]) or ()) if first else set()
    return named | set(class_order(contents, roles, choices))


def _soft_labels(table, columns, arrays, choices):
    """Where nothing else is the label, the columns that are a share for each class: list of str."""
    labelled = {column_roles.LABEL, column_roles.ONE_HOT} & set(columns.values()) or array_roles.LABELS in arrays.values()
    if table is None or labelled:
        return []
    free = [column for column in columns if column not in choices.roles]
    named = soft_columns(table, free)
    if named:
        return named
    predicted = {array_roles.PRED_PROBS, array_roles.EMBEDDINGS} & set(arrays.values())
    return neighbours_that_are_shares(table, free) if predicted else []


def _roles_of_arrays(contents, columns, choices):
    """The role of each array, by name, and notes on those that are not used."""
    labels = column_roles.labels_in(contents.table, columns) if contents.table else set()
    n_rows = len(contents.table) if contents.table else None
    n_classes = len(labels) or _classes_in_arrays(contents.arrays, choices)
    roles, notes = {}, []
    for array in contents.arrays:
        role = choices.arrays.get(array.name)
        if role is None:
            role = array_roles.guess_role(array, n_rows, n_classes)
            if role == array_roles.LABELS and labels:
                role = array_roles.IGNORED
            if role != array_roles.IGNORED and role in roles.values():
                notes.append(sentence("{array} was left aside, since there are other {role}.", array=array.name, role=sentence(role)))
                role = array_roles.IGNORED
        roles[array.name] = role
    return roles, tuple(notes)


def _classes_in_arrays(arrays, choices):
    """How many classes the array of labels has; None where there is none."""
    for array in arrays:
        role = choices.arrays.get(array.name) or array_roles.guess_role(array, None, None)
        if role == array_roles.LABELS:
            values = array.values
            return values.shape[1] if values.ndim == 2 and min(values.shape) > 1 else len(array_roles.coded_texts_of(values).different)
    return None


def _notes_on_columns(table, columns, choices, reasons):
    """What was assumed of the columns, so that nothing is trained on, or left aside, in silence: list of str."""
    if table is None:
        return []
    notes = []
    label = column_of(columns, column_roles.LABEL)
    if label is not None and label not in choices.roles and not column_roles.is_usual_label(label):
        notes.append(sentence("The column {label} is taken for the label.", label=shown(label)))
    one_hot = columns_of(columns, column_roles.ONE_HOT)
    if one_hot and shares_of_columns(table, one_hot) is None:
        notes.append(sentence(
            "The columns {columns} hold 0 and 1 and are taken for the label, one column a class.",
            columns=listed(one_hot, 6),
        ))
    ignored = [column for column in columns_of(columns, column_roles.IGNORED) if column not in choices.roles]
    said_by_people = soft_columns(table, ignored, column_roles.labels_in(table, columns))
    said_again = column_roles.columns_that_repeat(table, label, ignored)
    reasons = {**dict.fromkeys(said_again, sentence("the label in other words")), **reasons, **dict.fromkeys(said_by_people, SHARE_OF_PEOPLE)}
    aside = [(column, reasons.get(column) or _why_left_aside(table, column)) for column in ignored]
    said = [sentence("{column} ({why})", column=shown(column), why=why) for column, why in aside if why]
    if said:
        named = joined(said[:MOST_NAMED])
        if len(said) > MOST_NAMED:
            named = sentence("{names} and {more} more", names=named, more=len(said) - MOST_NAMED)
        notes.append(sentence("Left aside, and not trained on: {columns}.", columns=named))
    return notes


def _why_left_aside(table, column):
    """Why a column that could be taken for features is none; None where nobody would take it for such."""
    if column_roles.is_numeric(table, column):
        return (
            why_no_feature(table, column) or sentence("numbers beside embeddings or predicted probabilities")
        )
    return sentence("lists of words") if any(isinstance(cell, list) for cell in table.column(column)[:1]) else None
