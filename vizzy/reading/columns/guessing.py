"""What each column of a table is for: guessed by its name and what it holds, or chosen by a person.

A role that was chosen is never taken away, nor given to another column where only one can have it. What is
guessed takes the columns' names first, then what they hold. Nothing is trained on by accident: of the numbers that
remain, `feature_columns` leaves aside what only looks like a feature.
"""

from __future__ import annotations

from dataclasses import replace

from vizzy.reading.columns.added_columns import GIVEN_LABEL, exported_columns
from vizzy.reading.columns.feature_columns import feature_columns, normalised
from vizzy.reading.columns.label_column import columns_that_repeat, labels_in, guess_label
from vizzy.reading.columns.probability_columns import probability_columns
from vizzy.reading.columns.role_names import (
    ALT,
    COLUMN_ROLES,
    EMBEDDING,
    FILE,
    ID,
    IGNORED,
    LABEL,
    ONE_COLUMN_ROLES,
    ONE_HOT,
    PROBABILITY,
    REVIEW,
    TEXT,
    TRUE_LABEL,
    column_of,
)
from vizzy.reading.columns.soft_labels import soft_columns
from vizzy.reading.columns.text_columns import texts_within
from vizzy.reading.columns.usual_names import USUAL_NAMES
from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.suffixes import IMAGE_SUFFIXES
from vizzy.reading.label_cells import labels_of_cell, may_be_labels
from vizzy.reading.numbers import holds_lists
from vizzy.reading.tables import SAMPLE_ROWS, Table, sampled_texts
from vizzy.sentences import sentence


def guess_roles(table: Table, chosen: dict[str, str]) -> dict[str, str]:
    """A role for every column.

    Parameters
    ----------
    table : Table
    chosen : dict of str to str
        Roles by column that a person chose.

    Returns
    -------
    dict of str to str
        One of COLUMN_ROLES by column, in their order.
    """
    roles = dict(chosen)
    exported = exported_columns(table.columns)
    for name, column in exported.items():
        roles.setdefault(column, LABEL if name == GIVEN_LABEL and LABEL not in chosen.values() else REVIEW)
    for role in (LABEL, TRUE_LABEL, ID, FILE, TEXT, ALT):
        if role not in roles.values() and not (role == LABEL and ONE_HOT in roles.values()):
            column = _usual_column(table, role, roles)
            if column is not None:
                roles[column] = role
    if not {LABEL, ONE_HOT} & set(roles.values()):
        truth = column_of(roles, TRUE_LABEL)
        other = guess_label(table, roles)
        roles.update(other if other or truth is None or truth in chosen else {truth: LABEL})
    labels = labels_in(table, roles)
    if labels:
        free = [column for column in table.columns if column not in roles]
        said_again = columns_that_repeat(table, column_of(roles, LABEL), free)
        roles.update(dict.fromkeys(said_again + soft_columns(table, free, labels), IGNORED))
    if PROBABILITY not in roles.values():
        roles.update(dict.fromkeys(probability_columns(table, roles, labels), PROBABILITY))
    if EMBEDDING not in roles.values():
        free = [column for column in table.columns if column not in roles]
        roles.update(dict.fromkeys(feature_columns(table, free), EMBEDDING))
    return {column: roles.get(column, IGNORED) for column in table.columns}


def _usual_column(table, role, roles):
    if role == LABEL and table.label is not None and table.label not in roles:
        return table.label
    by_name = {}
    for column in table.columns:
        if column not in roles:
            by_name.setdefault(normalised(column), column)
    for name in USUAL_NAMES[role]:
        if name in by_name and _may_be(table, by_name[name], role):
            return by_name[name]
    if role == FILE:
        return next((column for column in by_name.values() if _names_images(table, column)), None)
    if role == ID:
        return next((column for name, column in by_name.items() if _is_id(table, name, column)), None)
    if role == LABEL:
        return next((column for name, column in by_name.items() if name.endswith("_responses")), None)
    return None


def _may_be(table, column, role):
    """Whether what a column holds does not speak against the role that its name suggests."""
    if role == ID and column.strip().lower() not in (
        "id",
        "uid",
        "uuid",
        "guid",
        "example_id",
        "sample_id",
        "row_id",
    ):
        texts = table.texts(column)
        return len(set(texts)) == len(texts) and all(texts)
    if role == LABEL:
        return may_be_labels(table, column) and not _lists_the_classes(table, column)
    if role in (FILE, TEXT):
        texts = sampled_texts(table, column)
        return not holds_lists(table, column) and not (role == TEXT and len(texts) > 1 == len(set(texts)))
    return True


def _lists_the_classes(table, column):
    """Whether each of the first cells holds the same list of several texts, as of all classes beside the labels."""
    cells = [cell for cell in table.column(column)[:SAMPLE_ROWS] if cell]
    return len(cells) > 1 and all(cell == cells[0] for cell in cells) and len(labels_of_cell(cells[0])) > 1


def _is_id(table, name, column):
    return name.endswith("_id") and _may_be(table, column, ID)


def _names_images(table, column):
    """Whether the first cells of a column are names of images, or hold one, each another one."""
    texts = texts_within(replace(table, rows=table.rows[:SAMPLE_ROWS]), column)
    return len(texts) > 1 and len(set(texts)) == len(texts) and all(text.lower().endswith(IMAGE_SUFFIXES) for text in texts)


def check_choices(table: Table, chosen: dict[str, str]) -> None:
    """Refuse roles chosen for columns that are not there, or roles that do not exist, or twice.

    Parameters
    ----------
    table : Table
    chosen : dict of str to str
        Roles by column that a person chose.

    Raises
    ------
    ReadingError
        It names the column or the role.
    """
    for column, role in chosen.items():
        if column not in table.columns:
            raise ReadingError(sentence(
                "{table} has no column {column}: its columns are {columns}.",
                table=table.name, column=shown(column), columns=listed(table.columns, 12),
            ))
        if role not in COLUMN_ROLES:
            raise ReadingError(sentence(
                "{role} is nothing a column can be taken for: choose one of {roles}.",
                role=shown(role), roles=listed(COLUMN_ROLES, 12),
            ))
    for role in ONE_COLUMN_ROLES:
        doubled = [column for column, other in chosen.items() if other == role]
        if len(doubled) > 1:
            raise ReadingError(sentence(
                "{columns} are both taken for the {role}, but only one column can be: choose one.",
                columns=listed(doubled), role=sentence(role),
            ))
