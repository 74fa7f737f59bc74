"""Several tables, or the sheets of a workbook, as one: joined by what names their rows, put one below the other, or as arrays beside one.

The table with the labels is the main one. What another adds goes by its form: the numbers of vectors or of classes become an
array, as if they had come as one; anything else becomes columns of the rows that both name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from vizzy.reading.arrays import Array
from vizzy.reading.choices import Choices
from vizzy.reading.columns import LABEL, ONE_HOT, PARTS_OF_DATA, PROBABILITY_NAME, check_choices, column_of, guess_roles, is_usual_label, sum_to_one
from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.columns.feature_columns import COUNT, NO_NAME, feature_columns, is_numeric, why_no_feature
from vizzy.reading.formats.json_tables import PART_COLUMN
from vizzy.reading.image_folders import is_part_of_data
from vizzy.reading.matching import join, matched, may_name_rows, name_the_same_rows, stacked, with_own_ids
from vizzy.reading.numbers import holds_lists, matrix_of_columns
from vizzy.reading.probabilities import scores_of_column
from vizzy.reading.score_cells import holds_scores
from vizzy.reading.tables import Table
from vizzy.sentences import Sentence, sentence

if TYPE_CHECKING:
    from vizzy.reading.formats.workbooks import Workbook

MOST_BESIDE_LABELS = 3  # columns of a sheet that has labels and needs another one for what they are about


def main_table(tables: Sequence[Table], choices: Choices, lenient: bool = False) -> tuple[Table | None, list[Array], list[Sentence]]:
    """The one table with labels, the others joined to it or as arrays of numbers, and notes.

    Parameters
    ----------
    tables : sequence of Table
    choices : Choices
    lenient : bool
        Whether what holds no numbers gets a note and no complaint.

    Returns
    -------
    tuple of (Table or None, list of Array, list of Sentence)

    Raises
    ------
    ReadingError
        Where several tables have labels, or the rows of two do not match.
    """
    if len(tables) < 2:
        if tables:
            check_choices(tables[0], choices.roles)
        return (tables[0] if tables else None), [], []
    tables, notes = _without_parts(tables, choices)
    main = _labelled_table(tables, _labelled(tables, choices), choices)
    arrays: list[Array] = []
    for other in [table for table in tables if table is not main]:
        wider = None if lenient or _is_matrix(other, main) else join(other, main)
        if wider is not None:
            main, more = wider
            notes += more
            continue
        table, matching = matched(other, main)
        try:
            array, note = _table_as_array(table, main)
        except ReadingError:
            if not lenient:
                raise
            array, matching = None, None
            note = sentence("{table} was not read: it holds no labels, and no numbers for each image.", table=table.name)
        arrays += [array] if array else []
        notes += [said for said in (matching, note) if said]
    check_choices(main, choices.roles)
    return main, arrays, notes


def table_of_workbook(workbook: Workbook, choices: Choices) -> Table:
    """The table of a workbook with what its other sheets add: more rows, where they have the same columns, or the columns of the same rows.

    Parameters
    ----------
    workbook : vizzy.reading.formats.workbooks.Workbook
    choices : Choices

    Returns
    -------
    Table
    """
    table = workbook.table()
    if len(table.form.sheets) < 2:
        return table
    sheets = workbook.tables()
    has_labels = column_of(roles_of_table(table, choices), LABEL) is not None
    alike = {name: other for name, other in sheets.items() if not has_labels or set(other.columns) == set(table.columns)}
    parts = [other if has_labels else with_own_ids(other) for other in alike.values()]
    if _are_parts(parts):
        part_column = _free_name(PART_COLUMN if has_labels else LABEL, table.columns)
        whole = stacked(parts, list(alike), table.name, part_column)
        values = {"sheets": listed(alike), "file": workbook.name, "column": shown(part_column)}
        notes = [sentence("The sheets of {file}, {sheets}, have the same columns: they were put one below the other, with their names in {column}.", **values)]
        others = [name for name in table.form.sheets if name not in alike]
        if others:
            notes.append(sentence("Sheets that were not read, as their columns are others: {sheets}.", sheets=listed(others)))
        return replace(whole, notes=(*notes, *whole.notes), form=_form_of_several(whole.form, alike))
    return _joined_sheets(table, sheets, choices)


def roles_of_table(table: Table, choices: Choices) -> dict[str, str]:
    """The role of each column of one of several tables, of which each has its part of what was chosen: dict."""
    return guess_roles(
        table, {column: role for column, role in choices.roles.items() if column in table.columns}
    )


def holds_numbers(table: Table, column: str) -> bool:
    """Whether a column holds numbers, or lists or scores of them."""
    return is_numeric(table, column) or holds_lists(table, column) or holds_scores(table, column)


def _joined_sheets(table, sheets, choices):
    """The table of a workbook with the columns of sheets that name the same rows, where labels stand in one sheet and the rest in another."""
    labelled = [name for name, other in sheets.items() if column_of(roles_of_table(other, choices), LABEL) is not None]
    main = table if table.form.sheet in labelled or not labelled else sheets[labelled[0]]
    if not labelled or len(main.columns) > MOST_BESIDE_LABELS:
        return table
    notes, together = [], [main.form.sheet]
    for name, other in sheets.items():
        found = join(replace(other, name=name), main) if name != main.form.sheet else None
        if found is not None:
            main, more = found
            notes += more
            together.append(name)
    if not notes:
        return table
    return replace(main, notes=(*main.notes, *notes), form=_form_of_several(main.form, together))


def _form_of_several(form, sheets):
    """The form of a table that several sheets of a workbook were put together to."""
    return replace(form, sheet=None, sheets_together=tuple(sheets))


def _without_parts(tables, choices):
    """Tables of which those with the same columns are one below the other, without parts of the data that have no labels, and notes."""
    labelled = _labelled(tables, choices)
    if not labelled and _are_parts(tables) and not any(is_part_of_data(PurePosixPath(table.name).stem) for table in tables):
        named = [with_own_ids(table) for table in tables]
        labels = [PurePosixPath(table.name).stem for table in tables]
        said = sentence("{tables} have the same columns: they were put one below the other, with their names as labels.", tables=listed(table.name for table in tables))
        return [stacked(named, labels, f"{'+'.join(labels)}{PurePosixPath(tables[0].name).suffix}", _free_name(LABEL, named[0].columns))], [said]
    if _are_parts(labelled):
        parts = [PurePosixPath(table.name).stem for table in labelled]
        name = f"{'+'.join(parts)}{PurePosixPath(labelled[0].name).suffix}"
        whole = stacked(labelled, parts, name, _free_name(PART_COLUMN, labelled[0].columns))
        said = sentence("{tables} have the same columns and were put one below the other.", tables=listed(table.name for table in labelled))
        return [whole, *_stacked_alike([table for table in tables if table not in labelled], labelled, parts, whole)], [said]
    main = _labelled_table(tables, labelled, choices) if labelled else None
    notes, kept = [], []
    for table in tables:
        if main is not None and table is not main and _is_part_without_labels(table, main):
            notes.append(sentence("{table} was not read: its rows are others than those of {main}.", table=table.name, main=main.name))
        else:
            kept.append(table)
    return kept, notes


def _stacked_alike(others, labelled, parts, whole):
    """Tables without labels as one, in the order of those with labels, where each has the rows of one: as X_train and X_test of y_train and y_test."""
    if len(others) != len(labelled) or not _are_parts(others):
        return others
    by_part = {_part_of(table): table for table in others}
    found = [by_part.get(_part_of(table)) for table in labelled]
    if len(by_part) < len(others) or any(other is None or len(other) != len(table) for other, table in zip(found, labelled, strict=True)):
        return others
    return [stacked(found, parts, "+".join(table.name for table in found), whole.part_column)]


def _part_of(table):
    """The part of the data that a table's name says, such as "train" in X_train.csv; None where it says none."""
    words = re.split(r"[\W_]+", PurePosixPath(table.name).stem.lower())
    return next((word for word in words if word in PARTS_OF_DATA and word), None)


def _labelled(tables, choices):
    """The tables that have labels."""
    return [table for table in tables if {LABEL, ONE_HOT} & set(roles_of_table(table, choices).values())]


def _are_parts(tables):
    """Whether tables are parts of one: with names, the same columns, more than one, and no rows of each other, as where two people labelled the same."""
    same_columns = len(tables) > 1 and len({frozenset(table.columns) for table in tables}) == 1
    return same_columns and all(table.form.header is not False for table in tables) and not name_the_same_rows(tables)


def _is_part_without_labels(table, main):
    """Whether a table has nothing but columns of another one, which has more of them, and no rows of it, as competitions give test data."""
    named = table.form.header is not False and main.form.header is not False
    if not named or not set(table.columns) < set(main.columns) or len(table.columns) < 2:
        return False
    return len(table) != len(main) and join(main, table) is None or _names_other_rows(table, main)


def _names_other_rows(table, main):
    """Whether a column that names the rows of two tables has nothing in common in them."""
    columns = [column for column in table.columns if may_name_rows(column) and column in main.columns]
    return any(set(table.texts(column)).isdisjoint(main.texts(column)) for column in columns)


def _free_name(name, columns):
    return name if name not in columns else f"{name}_2"


def _labelled_table(tables, labelled, choices):
    """The table that has the labels: of several that have them the one that has a column called so, or more columns than others that do."""
    if len(labelled) < 2:
        return labelled[0] if labelled else tables[0]
    sure = [table for table in labelled if is_usual_label(str(column_of(roles_of_table(table, choices), LABEL)))]
    if len(sure) == 1:
        return sure[0]
    wider = [table for table in sure if all(set(other.columns) < set(table.columns) or other is table for other in sure)]
    if len(wider) == 1:
        return wider[0]
    raise ReadingError(sentence(
        "{tables} all have labels: bring one of them at a time, or join them first.",
        tables=listed(table.name for table in labelled),
    ))


def _is_matrix(table, main):
    """Whether a table has nothing but an id and the numbers of vectors or of classes, for as many rows: these are read as an array is."""
    if table.form.header is False or len(table) != len(main):
        return table.form.header is False
    columns = [column for column in table.columns if column not in main.columns and not may_name_rows(column)]
    if not columns or not all(holds_numbers(table, column) for column in columns):
        return False
    listing = len(columns) == 1 and not is_numeric(table, columns[0])
    return listing or set(feature_columns(table, columns)) == set(columns) or sum_to_one(table, columns) or all(PROBABILITY_NAME.fullmatch(column) for column in columns)


def _table_as_array(table, main):
    """A table without labels as an array, if it holds numbers: (Array or None, a note or None)."""
    named = table.form.header is not False
    shared = [column for column in table.columns if named and column in main.columns]
    for column in shared:
        _check_same_order(table, main, column)
    columns = [column for column in table.columns if column not in shared]
    if not columns:
        return None, sentence("{table} was not read: it holds nothing that {main} does not.", table=table.name, main=main.name)
    if len(columns) == 1 and holds_scores(table, columns[0]):
        return Array(table.name, *scores_of_column(table, columns[0])), None
    if len(columns) == 1 and holds_lists(table, columns[0]):
        return Array(table.name, matrix_of_columns(table, columns)), None
    counts = [column for column in columns if why_no_feature(table, column) in (COUNT, NO_NAME)]
    columns = [column for column in columns if column not in counts] or columns
    values = matrix_of_columns(table, columns)
    return Array(table.name, values, tuple(columns) if named else None), None


def _check_same_order(table, main, column):
    """Rows are matched by their order; where both tables have a column, it must say the same."""
    if len(table) != len(main):
        return  # a complaint about the lengths will follow, and says more
    for row, (one, other) in enumerate(zip(table.texts(column), main.texts(column), strict=True)):
        if one != other:
            raise ReadingError(sentence(
                "{place} has the {column} {one}, but {other_place} has {other}: sort both alike, since their rows are "
                "matched by their order.",
                place=table.place(row),
                column=column or sentence("first column"),
                one=repr(one),
                other_place=main.place(row),
                other=repr(other),
            ))
