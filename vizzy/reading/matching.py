"""Rows of two tables that belong together: by an id or a file's name where both have it, else by their order."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from vizzy.reading.columns import FILE, ID, USUAL_NAMES, normalised
from vizzy.reading.errors import shown
from vizzy.reading.files import IMAGE_SUFFIXES
from vizzy.reading.tables import Table
from vizzy.sentences import Sentence, sentence

NAMES_OF_ROWS = frozenset(name for role in (ID, FILE) for name in USUAL_NAMES[role] if name)


def matched(table: Table, main: Table) -> tuple[Table, Sentence | None]:
    """A table with its rows in the order of another, where both name the same rows.

    Parameters
    ----------
    table, main : Table

    Returns
    -------
    Table
        Without the column of names, where the other table calls it otherwise. As it was where the two name no rows alike.
    Sentence or None
        A note, where rows were matched that stood in another order, or under other names.
    """
    if len(table) != len(main) or table.form.header is False or main.form.header is False:
        return table, None
    shared = [(column, column) for column in table.columns if column in main.columns]
    named = [column for column in table.columns if _may_name_rows(column) and column not in main.columns]
    pairs = shared + [(column, other) for column in named for other in main.columns if _may_name_rows(other)]
    for column, other in pairs:
        for spelled in (str, _base_name, _stem):
            order = _order([spelled(text) for text in table.texts(column)], [spelled(text) for text in main.texts(other)])
            if order is not None:
                return _in_order(table, order, column, other, main)
    return table, None


def _may_name_rows(column):
    return normalised(column) in NAMES_OF_ROWS or normalised(column).endswith("_id")


def _order(names: Sequence[str], wanted: Sequence[str]) -> list[int] | None:
    """Where each wanted name stands among some names; None where these are not the same, or some are equal."""
    place = {name: number for number, name in enumerate(names)}
    if len(place) < len(names) or set(wanted) != place.keys():
        return None
    return [place[name] for name in wanted]


def _in_order(table, order, column, other, main):
    if column == other and order == list(range(len(order))):
        return table, None
    said = sentence(
        "The rows of {table} were matched with those of {main} by {column}.", table=table.name, main=main.name, column=shown(column)
    )
    table = replace(table, rows=tuple(table.rows[row] for row in order), lines=tuple(table.lines[row] for row in order))
    return (table if column == other else _without(table, column)), said


def _without(table, column):
    place = table.columns.index(column)
    rows = tuple([*row[:place], *row[place + 1 :]] for row in table.rows)
    return replace(table, columns=(*table.columns[:place], *table.columns[place + 1 :]), rows=rows)


def _base_name(text):
    return PurePosixPath(text.replace("\\", "/")).name


def _stem(text):
    """The name of a file without its suffix, of an image alone: other names have points, too."""
    name = _base_name(text)
    return PurePosixPath(name).stem if name.lower().endswith(IMAGE_SUFFIXES) else name
