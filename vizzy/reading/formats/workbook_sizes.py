"""Checks how large a workbook is once unpacked, before the library that reads it allocates its cells.

A workbook is a zip, and bounded like one. A sheet is read as a rectangle from its first cell to its last: a single cell
that strays to the far corner of a sheet makes 17 thousand million of them, on which the library that reads it ends the
whole process. So the places of the cells are looked at first.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from vizzy.reading.errors import ReadingError, shown
from vizzy.reading.files import InputFile
from vizzy.reading.limits import Limits
from vizzy.reading.zips import check_entries
from vizzy.sentences import Sentence, sentence

OLE_START = b"\xd0\xcf\x11\xe0"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")  # the part of an OLE file that an .xlsx with a password is
PIECE, OVERLAP = 1_000_000, 200  # bytes of a sheet at a time, and how many of them are looked at twice
SHEET = re.compile(r"(?i)xl/(worksheets|chartsheets|dialogsheets|macrosheets)/[^/]+\.(xml|bin)")
CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
LETTERS = 26

_REFERENCE = re.compile(rb'<c\b[^>]*?\br="([A-Za-z]{1,3})(\d{1,7})"')
_ODS_TOKEN = re.compile(
    rb"<table:table\s|<table:table-row\b([^>]*)>|<(?:table:table-cell|table:covered-table-cell)\b([^>]*?)(/?)>|</table:table-row>"
)
_ROWS_REPEATED = re.compile(rb'number-rows-repeated="(\d{1,9})"')
_COLUMNS_REPEATED = re.compile(rb'number-columns-repeated="(\d{1,9})"')


def check_workbook(file: InputFile, limits: Limits) -> None:
    """Refuse a workbook that has a password, or would unpack to more than fits.

    Parameters
    ----------
    file : InputFile
    limits : Limits

    Raises
    ------
    ReadingError
        It names the file and, of a sheet that is too large, its last cell.
    """
    if file.content.startswith(OLE_START):
        if ENCRYPTED_PACKAGE in file.content:
            raise ReadingError(protected(file.name))
        return  # an .xls, whose sheets have at most 65,536 rows of 256 cells
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            check_entries(file.name, entries, limits)
            if MANIFEST in archive.namelist() and b"encryption-data" in archive.read(MANIFEST):
                raise ReadingError(protected(file.name))
            for entry in entries:
                _check_part(file.name, entry.filename, _pieces(archive, entry), limits)
    except ReadingError:
        raise
    except Exception as error:  # damaged, a zip raises about anything
        raise ReadingError(sentence(
            "{file} cannot be read as a spreadsheet ({error}): is it cut off? Save the sheet as CSV.",
            file=file.name, error=str(error),
        )) from error


def protected(name: str) -> Sentence:
    """What is said of a file that has a password."""
    return sentence("{file} is protected by a password: save a copy without one.", file=name)


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part in pieces that overlap, read to its end: a size that is declared falsely is an error."""
    with archive.open(entry) as opened:
        last = b""
        while piece := opened.read(PIECE):
            yield last + piece
            last = piece[-OVERLAP:]


def _check_part(name, part, pieces, limits):
    if part == CONTENT:
        rows, columns = _extent_of_ods(b"".join(piece if not number else piece[OVERLAP:] for number, piece in enumerate(pieces)))
    elif SHEET.fullmatch(part) and part.endswith(".bin"):
        rows, columns = _extent_of_xlsb(b"".join(piece if not number else piece[OVERLAP:] for number, piece in enumerate(pieces)))
    else:
        rows, columns = _extent_of_xlsx(pieces)  # of what is no sheet nothing, but it is read to its end
    if rows * columns > limits.cells:
        raise ReadingError(sentence(
            "{file} has a sheet, {sheet}, whose cells reach to row {rows} and column {columns}, which are {cells} "
            "cells, but at most {most} fit: delete what stands far from the table, or save the table alone as CSV.",
            file=name, sheet=shown(part), rows=rows, columns=columns, cells=rows * columns, most=limits.cells,
        ))


def _extent_of_xlsx(pieces):
    rows = columns = 0
    for piece in pieces:
        for letters, number in _REFERENCE.findall(piece):
            rows = max(rows, int(number))
            columns = max(columns, _column_number(letters))
    return rows, columns


def _column_number(letters):
    """The number of a column named by letters, from 1: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * LETTERS + letter - ord("A") + 1
    return number


def _extent_of_ods(content):
    """The last row and column with anything in them, of the largest table."""
    largest, row, last_row, width, repeated, filled, place = (0, 0), 0, 0, 0, 1, 0, 0
    for token in _ODS_TOKEN.finditer(content):
        text = token[0]
        if text.startswith(b"<table:table-row"):
            repeated, filled, place = _times(_ROWS_REPEATED, token[1]), 0, 0
            if text.endswith(b"/>"):
                row += repeated
        elif text == b"</table:table-row>":
            row += repeated
            if filled:
                last_row, width = row, max(width, filled)
        elif text.startswith(b"<table:table") and token[2] is None:  # another sheet
            largest, row, last_row, width = max(largest, (last_row, width), key=_area), 0, 0, 0
        else:
            place += _times(_COLUMNS_REPEATED, token[2])
            if not token[3] or b"value" in token[2]:
                filled = place
    return max(largest, (last_row, width), key=_area)


def _area(extent):
    return extent[0] * extent[1]


def _times(pattern, attributes):
    match = pattern.search(attributes)
    return int(match[1]) if match else 1


def _extent_of_xlsb(content):
    """The last row and column of a binary sheet: rows begin with a record of the kind 0, cells are of the kinds 1 to 11."""
    rows = columns = place = 0
    while place < len(content):
        kind, place = _number_of_sevens(content, place, 2)
        size, place = _number_of_sevens(content, place, 4)
        first = int.from_bytes(content[place : place + 4], "little")
        if kind == 0:
            rows = max(rows, first + 1)
        elif kind <= 11:
            columns = max(columns, first + 1)
        place += size
    return rows, columns


def _number_of_sevens(content, place, most):
    """A number in bytes of seven bits each, of which the eighth says that another follows; and the place behind it."""
    number = 0
    for shift in range(most):
        byte = content[place] if place < len(content) else 0
        place += 1
        number |= (byte & 127) << (7 * shift)
        if not byte & 128:
            break
    return number, place
