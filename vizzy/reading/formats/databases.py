"""SQLite's databases: their tables, by the sqlite3 of Python's standard library.

Views are left out, since what they calculate may never end; so are columns of bytes, which are no text.
"""

import re
import sqlite3
from contextlib import closing

from vizzy.reading.errors import ReadingError, listed
from vizzy.reading.files import InputFile
from vizzy.reading.formats.workbooks import Sheet, Workbook
from vizzy.reading.limits import NATIVE, Limits
from vizzy.sentences import sentence

JOURNAL_VERSIONS = slice(18, 20)  # of the header: 2 in a database with a log beside it, which cannot be read out of memory
WITHOUT_LOG = b"\1\1"
# Where the header has the size of a page, the number of changes, that of pages, and the change at which these were counted.
PAGE_SIZE, CHANGES, PAGES, COUNTED_AT = slice(16, 18), slice(24, 28), slice(28, 32), slice(92, 96)
OWN_TABLES, VIRTUAL = "sqlite_", re.compile(r"CREATE\s+VIRTUAL\s", re.IGNORECASE)


def open_database(file: InputFile, limits: Limits = NATIVE) -> Workbook:
    """Read the tables of a database.

    Parameters
    ----------
    file : InputFile
    limits : Limits

    Returns
    -------
    Workbook
        A sheet for each table that has rows.

    Raises
    ------
    ReadingError
        Where it is damaged, holds more rows than fit, or no table with rows.
    """
    if len(file.content) < _declared_size(file.content):
        raise ReadingError(_complaint(file, sentence("its end is missing")))
    content = bytearray(file.content)
    content[JOURNAL_VERSIONS] = WITHOUT_LOG
    notes: list = []
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(bytes(content))
            database.text_factory = lambda text: text.decode("utf-8", "replace")
            database.execute("PRAGMA trusted_schema = OFF")
            made = [(name, sql) for name, sql in database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")]
            names = [name for name, sql in made if not name.startswith(OWN_TABLES) and not VIRTUAL.match(sql)]
            tables = {name: _rows(file.name, database, name, limits, notes) for name in names}
    except sqlite3.Error as error:
        raise ReadingError(_complaint(file, str(error))) from error
    filled = {name: Sheet(rows, 0, has_header=True) for name, rows in tables.items() if len(rows) > 1}
    if not filled:
        raise ReadingError(sentence("{file} is a database without a table that has rows: is it the right file?", file=file.name))
    return Workbook(file.name, filled, len(names), notes=tuple(notes), are_tables=True)


def _declared_size(content):
    """How many bytes a database says that it has: SQLite itself takes pages that are missing for empty ones."""
    page, changes, pages, counted_at = (int.from_bytes(content[where], "big") for where in (PAGE_SIZE, CHANGES, PAGES, COUNTED_AT))
    return (65_536 if page == 1 else page) * pages if changes == counted_at else 0


def _complaint(file, error):
    return sentence(
        "{file} cannot be read as a database of SQLite's ({error}): is it cut off, or still being written? Save its table as CSV.",
        file=file.name, error=error,
    )


def _rows(name, database, table, limits, notes):
    """The names of a table's columns, and below them its rows, without columns of bytes, which a note names."""
    quoted = table.replace('"', '""')
    cursor = database.execute(f'SELECT * FROM "{quoted}"')
    columns = [column for column, *_ in cursor.description]
    rows = cursor.fetchmany(min(limits.rows, limits.cells // len(columns)) + 1)
    if not limits.hold(len(rows), len(columns)):
        raise ReadingError(sentence(
            "{file} holds more than the {rows} rows, or {cells} cells, that fit in its table {table}: {advice}.",
            file=name, rows=limits.rows, cells=limits.cells, table=repr(table), advice=limits.advice(name),
        ))
    of_bytes = {place for row in rows for place, cell in enumerate(row) if isinstance(cell, bytes)}
    if of_bytes:
        named = listed([columns[place] for place in sorted(of_bytes)], 4)
        notes.append(sentence("{columns} of the table {table} in {file} hold bytes: left out.", columns=named, table=repr(table), file=name))
    kept = [place for place in range(len(columns)) if place not in of_bytes]
    return [[row[place] for place in kept] for row in [columns, *rows]] if kept else []
