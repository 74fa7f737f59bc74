"""Spreadsheets: .xlsx, .xlsb, .xls and .ods, read by python-calamine.

Cells become text as a person sees them: whole numbers without a point, dates as ISO writes them, texts such as 007 as
they are.
"""

import io

from vizzy.reading.errors import ReadingError
from vizzy.reading.files import InputFile
from vizzy.reading.limits import NATIVE, Limits
from vizzy.reading.formats.workbook_sizes import check_workbook, protected
from vizzy.reading.formats.workbooks import Workbook, trimmed
from vizzy.sentences import sentence

INSTALL = sentence(
    "python-calamine is needed to read it: {command}, or save the sheet as CSV", command="pip install python-calamine"
)


def open_spreadsheet(file: InputFile, limits: Limits = NATIVE) -> Workbook:
    """Open a spreadsheet.

    Parameters
    ----------
    file : InputFile
    limits : Limits

    Returns
    -------
    Workbook

    Raises
    ------
    ReadingError
        Where it is damaged, encrypted, empty or too large, or where what reads it is not installed.
    """
    try:
        import python_calamine
    except ImportError:
        raise ReadingError(sentence("{file} is a spreadsheet, and {install}.", file=file.name, install=INSTALL)) from None
    check_workbook(file, limits)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(file.content))
        sheets = {name: trimmed(*_cells(workbook.get_sheet_by_name(name))) for name in workbook.sheet_names}
        hidden = {one.name for one in workbook.sheets_metadata if one.visible != python_calamine.SheetVisibleEnum.Visible}
    except Exception as error:  # the library raises its own errors, and others on damaged files
        raise ReadingError(_complaint(file, error)) from error
    filled = {name: sheet for name, sheet in sheets.items() if len(sheet.rows) > 1}
    if not filled:
        raise ReadingError(sentence("{file} holds no sheet with a header and rows: is it the right file?", file=file.name))
    return Workbook(file.name, filled, len(sheets), frozenset(hidden))


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


def _complaint(file, error):
    if "password" in str(error).lower() or "encrypt" in str(error).lower():
        return protected(file.name)
    return sentence(
        "{file} cannot be read as a spreadsheet ({error}): is it cut off? Save the sheet as CSV.",
        file=file.name, error=str(error),
    )
