"""The tables of a web page, as spreadsheets and reports save them, also under the name of an .xls."""

import re
from html.parser import HTMLParser

from vizzy.reading.errors import ReadingError
from vizzy.reading.files import InputFile
from vizzy.reading.formats.workbooks import Workbook, trimmed
from vizzy.reading.limits import NATIVE, Limits
from vizzy.reading.tables import decoded
from vizzy.sentences import sentence

SAMPLE_BYTES = 10_000
MOST_SPANNED = 1000  # columns of a cell, as HTML itself has it
NO_TEXT = ("script", "style", "template")
_CHARSET = re.compile(rb"<meta[^>]*charset=[\"']?([\w-]+)", re.IGNORECASE)
_LETTERS = re.compile("[A-Z]{1,3}")


def open_web_page(file: InputFile, encoding: str | None = None, limits: Limits = NATIVE) -> Workbook:
    """Read the tables of a web page.

    Parameters
    ----------
    file : InputFile
    encoding : str, optional
        What a person chose; else what the page declares, or as any text.
    limits : Limits

    Returns
    -------
    Workbook
        A sheet for each table of two rows and more.

    Raises
    ------
    ReadingError
        Where none has, or one has too many cells.
    """
    text, _, notes = decoded(file, encoding or _declared_encoding(file.content), is_page=True)
    parser = _Tables(file.name, limits)
    parser.feed(text)
    parser.close()
    sheets = [trimmed(_without_coordinates(rows), 1, is_merged) for rows, is_merged in parser.tables if rows]
    filled = {str(number): sheet for number, sheet in enumerate(sheets, start=1) if len(sheet.rows) > 1}
    if not filled:
        raise ReadingError(sentence("{file} is a web page without a table that has rows: download the table itself.", file=file.name))
    foot = (sentence("What stands at the foot of a table in {file} was left out.", file=file.name),) if parser.has_foot else ()
    return Workbook(file.name, filled, len(filled), notes=(*notes, *foot), are_tables=True)


def _declared_encoding(content):
    """The encoding that a page says it is in, where that can be; else None."""
    declared = _CHARSET.search(content[:SAMPLE_BYTES])
    try:
        encoding = declared[1].decode("ascii") if declared else "utf-8"
        content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None
    return encoding


def _without_coordinates(rows):
    """Rows without the letters above and the numbers beside that Google Sheets writes for its columns and rows."""
    if len(rows) < 2 or len(rows[0]) < 2 or not all(_LETTERS.fullmatch(cell) for cell in rows[0][1:]) or rows[0][1] != "A":
        return rows
    return [row[1:] for row in rows[1:]]


class _Tables(HTMLParser):
    """The cells of all tables, those of several rows or columns in each of them; what is within a cell belongs to the innermost table.

    Parameters
    ----------
    name : str
        Of the file.
    limits : Limits

    Attributes
    ----------
    tables : list of (list of lists of str, bool)
        The rows of each but for those at its foot, which sum up, and whether cells of a column are merged.
    has_foot : bool
        Whether one has such rows.
    """

    def __init__(self, name, limits):
        super().__init__(convert_charrefs=True)
        self.tables = []
        self._name, self._limits = name, limits
        self._open = []  # of _Open, the innermost last
        self.has_foot = False
        self._silent = 0

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self._open.append(_Open())
        elif tag in NO_TEXT:
            self._silent += 1
        elif tag == "tfoot" and self._open:
            self._silent += 1
            self.has_foot = True
        elif self._silent:
            pass
        elif self._open and tag == "tr":
            self._open[-1].begin_row()
        elif self._open and tag in ("td", "th"):
            table = self._open[-1]
            table.begin_cell(_span(dict(attrs).get("colspan")), _span(dict(attrs).get("rowspan")))
            if table.n_cells > self._limits.cells:
                raise ReadingError(sentence(
                    "{file} holds a table of more than the {cells} cells that fit: {advice}.",
                    file=self._name, cells=self._limits.cells, advice=self._limits.advice(self._name),
                ))
        elif self._open and tag in ("br", "p", "div", "li"):
            self._open[-1].add(" ")

    def handle_endtag(self, tag):
        if tag == "table" and self._open:
            table, self._silent = self._open.pop(), 0
            self.tables.append((table.finished(), table.is_merged))
        elif tag in (*NO_TEXT, "tfoot"):
            self._silent = max(0, self._silent - 1)

    def handle_data(self, data):
        if self._open and not self._silent:
            self._open[-1].add(data)

    def close(self):
        super().close()
        for table in reversed(self._open):  # of a page that is cut off
            self.tables.append((table.finished(), table.is_merged))


class _Open:
    """A table that is being read."""

    def __init__(self):
        self.n_cells, self.is_merged = 0, False
        self._rows = []
        self._below = {}  # column -> [text parts, rows to come]: cells that reach into the next rows
        self._cell = None

    def begin_row(self):
        self._rows.append([])
        self._cell = None
        self._put_what_reaches_here()

    def begin_cell(self, columns, rows):
        if not self._rows:
            self.begin_row()
        self._cell = []
        for _ in range(columns):
            if rows > 1:
                self._below[len(self._rows[-1])] = [self._cell, rows - 1]
                self.is_merged = True
            self._rows[-1].append(self._cell)
        self.n_cells += columns
        self._put_what_reaches_here()

    def add(self, text):
        if self._cell is not None:
            self._cell.append(text)

    def _put_what_reaches_here(self):
        row = self._rows[-1]
        while len(self._rows) > 1 and (reaching := self._below.get(len(row))) is not None:
            row.append(reaching[0])
            reaching[1] -= 1
            self.n_cells += 1
            if not reaching[1]:
                del self._below[len(row) - 1]

    def finished(self):
        rows = [[" ".join("".join(cell).split()) for cell in row] for row in self._rows if row]
        width = max(map(len, rows), default=0)
        return [row + [""] * (width - len(row)) for row in rows]


def _span(written):
    return min(int(written), MOST_SPANNED) if written and written.isdecimal() and int(written) else 1
