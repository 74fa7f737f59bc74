"""Spreadsheets: .xlsx, .xlsb, .xls and .ods, read by python-calamine.

Cells become text as a person sees them: whole numbers without a point, dates as ISO writes them, texts such as 007 as
they are. Of several sheets the one is read that has columns with usual names, else the largest.
"""

import datetime
import io
from dataclasses import dataclass, replace

from vizzy.reading.errors import ReadingError, listed
from vizzy.reading.files import InputFile
from vizzy.reading.limits import NATIVE, Limits
from vizzy.reading.formats.headers import header_of, with_names_of_their_own
from vizzy.reading.formats.surroundings import without_repeated, without_surroundings
from vizzy.reading.formats.workbook_sizes import check_workbook, protected
from vizzy.reading.tables import NAMES_OF_COLUMNS, ROW, Form, Table
from vizzy.sentences import sentence

INSTALL = sentence(
    "python-calamine is needed to read it: {command}, or save the sheet as CSV", command="pip install python-calamine"
)


class Workbook:
    """A workbook, of which each sheet is read when it is asked for.

    Parameters
    ----------
    file : InputFile
    limits : Limits

    Raises
    ------
    ReadingError
        Where the workbook is damaged, encrypted, empty or too large, or where what reads it is not installed.
    """

    def __init__(self, file: InputFile, limits: Limits = NATIVE) -> None:
        self.name = file.name
        self._filled, self._n_sheets, self._hidden = _filled_sheets(file, limits)
        self._tables: dict[str, Table] = {}

    def table(self, sheet: str | None = None) -> Table:
        """Read a sheet.

        Parameters
        ----------
        sheet : str, optional
            Its name; found out where it is not given.

        Returns
        -------
        Table

        Raises
        ------
        ReadingError
            Where there is no such sheet, or it holds no table.
        """
        if sheet is not None and sheet not in self._filled:
            raise ReadingError(sentence(
                "{file} has no sheet {sheet} with rows: its sheets are {sheets}.",
                file=self.name, sheet=repr(sheet), sheets=listed(self._filled),
            ))
        name = sheet or _sheet_of(self._filled, self._hidden)
        table = self._table_of(name)
        if self._n_sheets == 1:
            return table
        note = sentence("Of the sheets of {file}, {sheets}, {sheet} was read.", file=self.name, sheets=listed(self._filled), sheet=repr(name))
        return replace(table, notes=(note, *table.notes))

    def tables(self) -> dict[str, Table]:
        """Read all sheets that a person sees and that hold a table: dict, by their names."""
        tables = {}
        for name in self._filled:
            if name not in self._hidden:
                try:
                    tables[name] = self._table_of(name)
                except ReadingError:
                    continue  # no table: read alone, it would be complained about
        return tables

    def _table_of(self, sheet):
        if sheet not in self._tables:
            self._tables[sheet] = _table(self.name, self._filled[sheet], Form(sheets=tuple(self._filled), sheet=sheet))
        return self._tables[sheet]


def _filled_sheets(file, limits):
    """The rows of each sheet that has any, the number of sheets, and the names of those that are hidden."""
    try:
        import python_calamine
    except ImportError:
        raise ReadingError(sentence("{file} is a spreadsheet, and {install}.", file=file.name, install=INSTALL)) from None
    check_workbook(file, limits)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(file.content))
        sheets = {name: _trimmed(*_cells(workbook.get_sheet_by_name(name))) for name in workbook.sheet_names}
        hidden = {one.name for one in workbook.sheets_metadata if one.visible != python_calamine.SheetVisibleEnum.Visible}
    except Exception as error:  # the library raises its own errors, and others on damaged files
        raise ReadingError(_complaint(file, error)) from error
    filled = {name: sheet for name, sheet in sheets.items() if len(sheet.rows) > 1}
    if not filled:
        raise ReadingError(sentence("{file} holds no sheet with a header and rows: is it the right file?", file=file.name))
    return filled, len(sheets), hidden


def _sheet_of(filled, hidden):
    """The sheet that holds the table, by its columns' names and its size, of those that a person sees."""
    seen = [name for name in filled if name not in hidden] or list(filled)
    return max(seen, key=lambda name: (_has_label(filled[name].rows) and len(filled[name].rows[0]) > 1, len(filled[name].rows)))


def _cells(sheet):
    """The rows of a sheet, with what stands in merged cells of a column in each of them, the number of the first, and whether there are such cells."""
    rows = [list(row) for row in sheet.to_python(skip_empty_area=True)]
    top, left = sheet.start or (0, 0)
    is_merged = False
    for (first, column), (last, last_column) in sheet.merged_cell_ranges or ():
        if column == last_column and 0 <= first - top < len(rows):
            for row in rows[first - top + 1 : last - top + 1]:
                row[column - left] = rows[first - top][column - left]
                is_merged = True
    return rows, top + 1, is_merged


def _table(name, sheet, form):
    texts, notes = _without_side_tables(name, [[_text(cell) for cell in row] for row in sheet.rows])
    if sheet.is_merged:
        notes = (*notes, sentence("Merged cells of {file} count for each of their rows.", file=name))
    columns, used, more = header_of(name, texts)
    notes = (*notes, *more)
    columns = [column or f"column_{number}" for number, column in enumerate(columns, start=1)]
    columns, more = with_names_of_their_own(name, columns, texts[used:], ROW, sheet.first)
    notes = (*notes, *more)
    places = list(range(sheet.first + used, sheet.first + len(texts)))
    below, places, again = without_repeated(name, ROW, [cell.strip() for cell in texts[0]], texts[used:], places)
    below, places, more = without_surroundings(name, ROW, below, places, len(columns), True)
    more = [*again, *more]
    kept = [(row, place) for row, place in zip(below, places, strict=True) if any(row)]
    return Table(name, tuple(columns), tuple(row for row, _ in kept), tuple(place for _, place in kept), form, (*notes, *more), unit=ROW)


def _without_side_tables(name, texts):
    """Rows without columns that stand apart, behind an empty column, in less than half of the rows, such as a legend; and a note on them."""
    width = len(texts[0])
    empty = [column for column in range(width) if not any(row[column].strip() for row in texts)]
    edges = [-1, *empty, width]
    blocks = [range(left + 1, right) for left, right in zip(edges, edges[1:], strict=False) if right - left > 1]
    sizes = [sum(any(row[column].strip() for column in block) for row in texts) for block in blocks]
    kept = [column for block, size in zip(blocks, sizes, strict=True) for column in block if 2 * size >= max(sizes)]
    if not empty or sum(map(len, blocks)) == len(kept):
        return texts, ()
    left_out = [texts[0][column] for block, size in zip(blocks, sizes, strict=True) for column in block if 2 * size < max(sizes)]
    note = sentence("{columns} in {file} stand beside the table, in fewer rows: left out.", columns=listed([text for text in left_out if text], 4), file=name)
    return [[row[column] for column in kept] for row in texts], (note,)


@dataclass(frozen=True)
class _Sheet:
    """The cells of a sheet where it has any."""

    rows: list
    first: int  # the number of the first row in the sheet
    is_merged: bool  # whether cells of a column are merged


def _trimmed(rows, first, is_merged):
    """Rows of equal width, without the empty ones at the edges and the lines above that are no part of the table."""
    rows = [list(row) for row in rows]
    while rows and not any(_text(cell) for cell in rows[-1]):
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    filled = [sum(bool(_text(cell)) for cell in row) for row in rows]
    usual = max(set(filled), key=filled.count) if filled else 0
    start = next((place for place, count in enumerate(filled) if count >= max(1, usual)), 0)
    return _Sheet([row + [""] * (width - len(row)) for row in rows[start:]], first + start, is_merged)


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
