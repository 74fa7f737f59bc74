"""Which of the files that were brought hold tables: by their suffix, else by what they hold, the surest first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vizzy.dataset import INDEX_FILE
from vizzy.reading.choices import Choices
from vizzy.reading.columns import LABEL, column_of
from vizzy.reading.errors import ReadingError
from vizzy.reading.files import InputFile
from vizzy.reading.formats import has_intents, has_sheets, is_stata, is_web_page, open_workbook, read_table
from vizzy.reading.joining import holds_numbers, roles_of_table, table_of_workbook
from vizzy.reading.limits import Limits
from vizzy.reading.suffixes import (
    COLUMNAR_SUFFIXES,
    FOREIGN_SUFFIXES,
    NO_TABLE_SUFFIXES,
    PERHAPS_TABLE_SUFFIXES,
    SPREADSHEET_SUFFIXES,
    SUFFIXES_OF_ARRAYS,
    TABLE_SUFFIXES,
    WORD_LABEL_SUFFIXES,
)
from vizzy.reading.tables import Table

SAMPLE_BYTES = 100_000
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")


def tables_in(files: Sequence[InputFile], choices: Choices, limits: Limits, has_labels: bool = False) -> tuple[list[Table], list[InputFile]]:
    """The tables among some files, and the files that are left.

    Parameters
    ----------
    files : sequence of InputFile
    choices : Choices
    limits : Limits
    has_labels : bool
        Whether labels are known already: then a text that is not surely a table is a note that lies beside the data, unless it
        holds numbers for the rows of a table.

    Returns
    -------
    tables : list of Table
    left : list of InputFile

    Raises
    ------
    ReadingError
        Where what is surely a table cannot be read.
    """
    surely = [file for file in files if file.suffix in TABLE_SUFFIXES or _holds_table(file)]
    perhaps = [file for file in files if _is_perhaps_table(file) and file.base_name != INDEX_FILE and file not in surely]
    if surely:
        read = [(file, _read(file, choices, limits)) for file in surely]
    else:
        read = [] if has_labels else _readable(perhaps, files, choices, limits)
    if surely and perhaps:
        labelled = any(column_of(roles_of_table(table, choices), LABEL) is not None for _, table in read)
        n_rows = len(read[0][1])
        for file in perhaps:
            table = _read_or_none(file, choices, limits)  # what cannot be read is named as a file that was not read
            if table is not None and _adds_to(n_rows, labelled, table, choices):
                read.append((file, table))
    files_read = [file for file, _ in read]
    others = [file for file in files if file not in files_read and file.suffix not in SUFFIXES_OF_ARRAYS and not file.is_image]
    return [table for _, table in read], [file for file in others if file.base_name != INDEX_FILE]


def _read(file, choices, limits):
    """The table in a file; of a workbook with what its other sheets add, where none was chosen."""
    if has_sheets(file) and choices.sheet is None:
        return table_of_workbook(open_workbook(file, choices, limits), choices)
    return read_table(file, choices, limits)


def _read_or_none(file, choices, limits):
    try:
        return _read(file, choices, limits)
    except ReadingError:
        return None


def _readable(perhaps, files, choices, limits):
    """Of texts that may be tables those that can be read as one; if none can, all are, to be complained about, unless others say more.

    Each with its table: list of (InputFile, Table).
    """
    named = [file for file in perhaps if file.suffix in PERHAPS_TABLE_SUFFIXES or is_web_page(file)]
    if len(perhaps) > 1 or not named:
        read = [(file, table) for file in perhaps if (table := _read_or_none(file, choices, limits)) is not None]
        if read or any(file.suffix in WORD_LABEL_SUFFIXES for file in files):
            return read
    return [(file, _read(file, choices, limits)) for file in named]


def _is_perhaps_table(file):
    """Whether a file may be a table, by its name, or as a text of a suffix that says nothing."""
    if file.suffix in PERHAPS_TABLE_SUFFIXES or is_web_page(file):
        return True
    if file.is_image or file.suffix in (*TABLE_SUFFIXES, *SUFFIXES_OF_ARRAYS, *FOREIGN_SUFFIXES) or _holds_table(file):
        return False
    return file.suffix not in NO_TABLE_SUFFIXES and _is_text(file.content[:SAMPLE_BYTES])


def _is_text(content):
    """Whether some bytes are UTF-8 without signs that no text has; their end may be within a letter."""
    try:
        text = content[: content.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return text.isprintable() or bool(text) and not _NO_TEXT.search(text)


def _adds_to(n_rows, labelled, table, choices):
    """Whether a text beside tables adds something to their rows: numbers or, where none of them has labels, those."""
    if len(table) != n_rows:
        return False
    if labelled:
        return all(holds_numbers(table, column) for column in table.columns)
    return column_of(roles_of_table(table, choices), LABEL) is not None


def may_be_table(file: InputFile) -> bool:
    """Whether a file is a table, or would be read as one where nothing else is."""
    return file.suffix in (*TABLE_SUFFIXES, *PERHAPS_TABLE_SUFFIXES) or _holds_table(file) or is_web_page(file)


def has_sure_table(files: Sequence[InputFile]) -> bool:
    """Whether a file among them is a table by its name or its form, and not a note that may lie beside images."""
    return any(file.suffix in TABLE_SUFFIXES or _holds_table(file) for file in files)


def _holds_table(file):
    """Whether a file surely holds a table, by its name or by what it holds; a web page may be a note."""
    if file.suffix in (*SPREADSHEET_SUFFIXES, *COLUMNAR_SUFFIXES):
        return True
    return not file.is_image and file.suffix not in SUFFIXES_OF_ARRAYS and (is_stata(file) or has_intents(file) or has_sheets(file) and not is_web_page(file))
