"""Rows of several tables that belong together: by an id or a file's name where both have it, else by their order; or one below the other."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from vizzy.reading.columns import FILE, ID, USUAL_NAMES
from vizzy.reading.errors import shown
from vizzy.reading.columns.feature_columns import COUNT, NO_NAME, normalised, why_no_feature_by_name
from vizzy.reading.suffixes import IMAGE_SUFFIXES
from vizzy.reading.tables import SAMPLE_ROWS, Table
from vizzy.sentences import Sentence, counted, sentence

FEWEST_NAMES, SHARE_FOUND = 2, 0.5  # of rows that another table names, too, for the two to be joined
_DECIMALS = re.compile(r"^[+-]?\d*[.,]\d+$", re.MULTILINE)
OWN = "own_"  # before the name of ids that only one part of the data has
NAMES_OF_ROWS = frozenset(name for role in (ID, FILE) for name in USUAL_NAMES[role] if name)


def join(table: Table, main: Table) -> tuple[Table, list[Sentence]] | None:
    """A table with the columns of another one, whose rows are found by what both call them, or by their order where both have as many.

    Parameters
    ----------
    table : Table
        Of which each row is called otherwise.
    main : Table
        Of which several rows may be called alike.

    Returns
    -------
    tuple of (Table, list of Sentence) or None
        The main table's rows, without those that the other lacks; None where too few rows are called alike.
    """
    if table.form.header is False or main.form.header is False:
        return None
    for column, other in _pairs(table, main):
        if _DECIMALS.search("\n".join(table.texts(column)[:SAMPLE_ROWS])) and not may_name_rows(column):
            continue  # a measurement
        for spelled in SPELLINGS:
            places = _places([spelled(text) for text in table.texts(column)], [spelled(text) for text in main.texts(other)])
            if places is not None:
                return _with_columns_of(table, main, places, column)
    return None


def _places(names: Sequence[str], wanted: Sequence[str]) -> list[int | None] | None:
    """Where each wanted name stands among some names, None for one that does not; None where most do not, or some names are equal."""
    place = {name: number for number, name in enumerate(names)}
    if len(place) < len(names) or len(set(wanted)) < FEWEST_NAMES:
        return None
    places = [place.get(name) for name in wanted]
    return places if sum(number is not None for number in places) >= SHARE_FOUND * len(wanted) else None


def _with_columns_of(table, main, places, column):
    added = [name for name in table.columns if name != column and name not in main.columns]
    numbers = [table.columns.index(name) for name in added]
    kept = [row for row, place in enumerate(places) if place is not None]
    rows = tuple([*main.rows[row], *(table.rows[places[row]][number] for number in numbers)] for row in kept)
    values = {"table": table.name, "main": main.name, "column": shown(column)}
    notes = [sentence("The columns of {table} were joined to those of {main} by {column}.", **values)]
    if len(kept) < len(main):
        lacking = counted(len(main) - len(kept), "{} row", "{} rows")
        notes.append(sentence("{rows} of {main} are not in {table} and were left out.", rows=lacking, **values))
    unused = len(table) - len({places[row] for row in kept})
    if unused:
        notes.append(sentence("{rows} of {table} are not in {main} and were left out.", rows=counted(unused, "{} row", "{} rows"), **values))
    class_names = {**{name: names for name, names in table.class_names.items() if name in added}, **main.class_names}
    lines = tuple(main.lines[row] for row in kept)
    wider = replace(
        main, columns=(*main.columns, *added), rows=rows, lines=lines, joined=(*main.joined, *added), class_names=class_names
    )
    return wider, notes


def stacked(tables: Sequence[Table], parts: Sequence[str], name: str, part_column: str) -> Table:
    """Tables with the same columns, one below the other, with a column that says which part each row is from.

    Parameters
    ----------
    tables : sequence of Table
    parts : sequence of str
        What each is called in that column.
    name : str
        Of all of them together.
    part_column : str
        The name of that column.

    Returns
    -------
    Table
    """
    first = tables[0]
    rows = tuple(
        [*(row[table.columns.index(column)] for column in first.columns), part]
        for table, part in zip(tables, parts, strict=True)
        for row in table.rows
    )
    notes = tuple(note for table in tables for note in table.notes)
    lines = tuple(line for table in tables for line in table.lines)
    return replace(first, name=name, columns=(*first.columns, part_column), rows=rows, lines=lines, notes=notes, part_column=part_column)


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
    for column, other in _pairs(table, main):
        for spelled in SPELLINGS:
            order = _order([spelled(text) for text in table.texts(column)], [spelled(text) for text in main.texts(other)])
            if order is not None:
                return _in_order(table, order, column, other, main)
    return table, None


def name_the_same_rows(tables: Sequence[Table]) -> bool:
    """Whether tables with the same columns say something of the same rows: by a column that is different in each row and mostly the same in two tables."""
    for column in tables[0].columns:
        if why_no_feature_by_name(column) in (COUNT, NO_NAME) or column.startswith(OWN):
            continue
        values = [table.texts(column) for table in tables]
        if all(len(set(texts)) == len(texts) for texts in values):
            for number, texts in enumerate(values):
                others = set().union(*values[:number], *values[number + 1 :])
                if sum(text in others for text in texts) >= SHARE_FOUND * len(texts):
                    return True
    return False


def with_own_ids(table: Table) -> Table:
    """A table whose ids are called so that they need not differ from those of another table."""
    columns = tuple(OWN + column if normalised(column) == "id" else column for column in table.columns)
    return table if columns == table.columns or len(set(columns)) < len(columns) else replace(table, columns=columns)


def _pairs(table, main):
    """The columns of two tables that may name the same rows: those of one name, and those that are called so."""
    shared = [(column, column) for column in table.columns if column in main.columns]
    named = [column for column in table.columns if may_name_rows(column) and column not in main.columns]
    return shared + [(column, other) for column in named for other in main.columns if may_name_rows(other)]


def may_name_rows(column: str) -> bool:
    """Whether a column's name says that it holds ids, or names of files."""
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


SPELLINGS = (str, _base_name, _stem)  # in which the same row may be called in two tables
