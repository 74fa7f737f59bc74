"""Spreadsheets: .xlsx, .xlsb, .xls and .ods, read by python-calamine.

Cells become text as a person sees them: whole numbers without a point, dates as ISO writes them, texts such as 007 as
they are. Of several sheets the one is read that has columns with usual names, else the largest.
"""

import datetime
import io
from dataclasses import replace

from vizzy.reading.errors import ReadingError, listed
from vizzy.reading.files import NATIVE, InputFile, Limits
from vizzy.reading.formats.headers import header_of, with_names_of_their_own
from vizzy.reading.formats.surroundings import without_surroundings
from vizzy.reading.formats.workbook_sizes import check_workbook, protected
from vizzy.reading.tables import NAMES_OF_COLUMNS, ROW, Form, Table
from vizzy.sentences import sentence

INSTALL = sentence(
    "python-calamine is needed to read it: {command}, or save the sheet as CSV", command="pip install python-calamine"
)


def read_spreadsheet(file: InputFile, sheet: str | None = None, limits: Limits = NATIVE) -> Table:
    """Read a sheet of a workbook.

    Parameters
    ----------
    file : InputFile
    sheet : str, optional
        Its name; found out where it is not given.
    limits : Limits

    Returns
    -------
    Table

    Raises
    ------
    ReadingError
        Where the workbook is damaged, encrypted, empty or too large, or where what reads it is not installed.
    """
    try:
        import python_calamine
    except ImportError:
        raise ReadingError(sentence("{file} is a spreadsheet, and {install}.", file=file.name, install=INSTALL)) from None
    check_workbook(file, limits)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(file.content))
        sheets = {name: _trimmed(workbook.get_sheet_by_name(name).to_python(skip_empty_area=True)) for name in workbook.sheet_names}
    except Exception as error:  # the library raises its own errors, and others on damaged files
        raise ReadingError(_complaint(file, error)) from error
    filled = {name: rows for name, rows in sheets.items() if len(rows) > 1}
    if not filled:
        raise ReadingError(sentence("{file} holds no sheet with a header and rows: is it the right file?", file=file.name))
    if sheet is not None and sheet not in filled:
        raise ReadingError(sentence(
            "{file} has no sheet {sheet} with rows: its sheets are {sheets}.",
            file=file.name, sheet=repr(sheet), sheets=listed(filled),
        ))
    name = sheet or max(filled, key=lambda one: (_has_label(filled[one]), len(filled[one])))
    notes = () if len(sheets) == 1 else (sentence(
        "Of the sheets of {file}, {sheets}, {sheet} was read.",
        file=file.name, sheets=listed(sheets), sheet=repr(name),
    ),)
    return _table(file.name, filled[name], notes, Form(sheets=tuple(filled), sheet=name))


def _table(name, rows, notes, form):
    texts = [[_text(cell) for cell in row] for row in rows]
    columns, used, more = header_of(name, texts)
    notes = (*notes, *more)
    columns = [column or f"column_{number}" for number, column in enumerate(columns, start=1)]
    columns, more = with_names_of_their_own(name, columns, texts[used:], ROW, 1)
    notes = (*notes, *more)
    places = list(range(used + 1, len(rows) + 1))
    below, places, more = without_surroundings(name, "row", texts[used:], places, len(columns), True)
    kept = [(row, place) for row, place in zip(below, places, strict=True) if any(row)]
    table = Table(name, tuple(columns), tuple(row for row, _ in kept), tuple(place for _, place in kept), form, (*notes, *more))
    return replace(table, unit="row")


def _trimmed(rows):
    """Rows of equal width, without the empty ones at the edges and the lines above that are no part of the table."""
    rows = [list(row) for row in rows]
    while rows and not any(_text(cell) for cell in rows[-1]):
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    filled = [sum(bool(_text(cell)) for cell in row) for row in rows]
    usual = max(set(filled), key=filled.count) if filled else 0
    start = next((place for place, count in enumerate(filled) if count >= max(1, usual)), 0)
    return [row + [""] * (width - len(row)) for row in rows[start:]]


def _text(cell):
    """A cell as a person sees it."""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def _has_label(rows):
    return any(_text(cell).strip().lower() in NAMES_OF_COLUMNS for cell in rows[0])


def _complaint(file, error):
    if "password" in str(error).lower() or "encrypt" in str(error).lower():
        return protected(file.name)
    return sentence(
        "{file} cannot be read as a spreadsheet ({error}): is it cut off? Save the sheet as CSV.",
        file=file.name, error=str(error),
    )
