"""What a table is, whatever file it came in, and text to and from bytes; `vizzy.reading.formats` reads and writes them.

A `Table` keeps what it takes to write it back as it came: separator, encoding, line ends, and for JSON the
values as they are. Rows know the line of the file they begin on, because that is how a person finds them.

Spreadsheets run a cell that begins with ``=``, ``+``, ``-`` or ``@`` as a formula. `guarded` puts an apostrophe
before such a cell when a table is written for them, and before one that already looks so guarded; `unguarded`
takes exactly one off again. Numbers are left alone. Only tables that Vizzy exported are unguarded.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vizzy.reading.encodings import NAMES, encoding_of, is_damaged_utf_8
from vizzy.reading.errors import ReadingError, shown
from vizzy.sentences import Sentence, sentence

if TYPE_CHECKING:
    from vizzy.reading.files import InputFile

DELIMITED, JSON_LINES, JSON, PARQUET, FEATHER = "delimited", "json lines", "json", "parquet", "feather"
# With these byte-order marks a file says what it is. The longer ones first: one begins like another.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAVE_BOTH = sentence("save the table as CSV and the numbers with numpy.save")
_PICKLE = sentence("a Python pickle, which could run anything")
DAMAGED_UTF_8 = "damaged-utf-8"  # a choice of `decoded` alone
END_OF_FILE = "\0\x1a"  # what DOS, and programs that write whole blocks, put behind a text
ZEROS_OF_UTF_16 = 0.02  # of the bytes of a text in any letters: those of its line ends and separators
# What other programs' files begin with, and what to do about them.
FOREIGN = (
    (b"\x89HDF", sentence("an HDF5 file"), _SAVE_BOTH),
    (b"7z\xbc\xaf", sentence("a 7z archive"), sentence("unpack it, or make it a zip")),
    (b"%PDF", sentence("a PDF document"), sentence("save the table as CSV")),
    (b"\x80\x03", _PICKLE, _SAVE_BOTH),
    (b"\x80\x04", _PICKLE, _SAVE_BOTH),
    (b"\x80\x05", _PICKLE, _SAVE_BOTH),
)
# The cell of a JSON row that has no such key.
ABSENT = type("Absent", (), {"__repr__": lambda self: "ABSENT", "__bool__": lambda self: False})()
# Words that stand in the first line of a table only as the names of columns.
NAMES_OF_COLUMNS = frozenset(
    "label labels class target category given_label true_label y id text sentence file filename image path index".split()
)
LINE, ENTRY, ROW = "line", "entry", "row"  # what a row of a table is in its file
UNNAMED = "column_"  # and a number: the name of a column whose table has no header
FASTTEXT_PREFIX = "__label__"
MOST_KEPT = 8  # columns of a table whose texts are kept
SAMPLE_ROWS = 200  # by which it is guessed what a table holds

# A cell that a spreadsheet would run, the wide forms of the signs included, behind any number of apostrophes.
_FORMULA = re.compile(r"^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?%?$")


@dataclass(frozen=True)
class Form:
    """How a table was written, and is to be written back."""

    kind: str = DELIMITED
    delimiter: str = ","
    quote: str = '"'  # what encloses fields that hold the delimiter
    encoding: str = "utf-8"
    mark: bool = False  # whether it begins with a byte-order mark
    line_end: str = "\n"
    preamble: str = ""  # the "sep=;" line that Excel understands
    header: bool | None = None  # whether the first line names the columns; None where no such question arises
    sheets: tuple = ()  # of str, the sheets of a workbook that hold rows
    sheet: str | None = None  # the one that was read; None where it was several
    sheets_together: tuple = ()  # of str: those several
    origin: Any = field(default=None, compare=False, repr=False)  # arro3's table, which knows the columns' types


@dataclass(frozen=True, eq=False)
class Table:
    """A table's cells: str where it is delimited, any JSON value, or ABSENT, otherwise."""

    name: str
    columns: tuple  # of str, all different
    rows: tuple  # of lists, each as long as columns
    lines: tuple  # of int: the line of the file, counted from 1, where each row begins
    form: Form
    notes: tuple = ()  # of str: what was assumed in reading it
    unit: str = LINE  # what a row is in its file
    label: str | None = None  # the column that the file says holds the labels
    joined: tuple = ()  # of str: columns that were joined from other tables, and are not written back
    part_column: str | None = None  # of sheets or files one below the other: the column that says in which of them a row's line counts
    class_names: dict = field(default_factory=dict)  # column -> tuple of str: the classes that its numbers from 0 on stand for
    _texts: dict[str, Sequence[str]] = field(default_factory=dict, init=False, repr=False)  # of the columns that were last asked for

    def __len__(self):
        return len(self.rows)

    def place(self, row: int) -> Sentence:
        """Where a row is, for a sentence: "data.csv line 7"."""
        values = {"table": self.name, "number": str(self.lines[row])}
        if self.unit == ROW:
            return sentence("{table} row {number}", **values)
        if self.unit == ENTRY:
            return sentence("{table} entry {number}", **values)
        return sentence("{table} line {number}", **values)

    def unit_and_number(self, row: int) -> Sentence:
        """Where a row is in its file: "line 7"."""
        return unit_and_number(self.unit, self.lines[row])

    def column(self, name: str) -> list:
        """The cells of a column: list."""
        number = self.columns.index(name)
        return [row[number] for row in self.rows]

    def texts(self, name: str) -> Sequence[str]:
        """The cells of a column as text, without the spaces around them: sequence of str, kept for who asks for it next."""
        if name not in self._texts:
            while len(self._texts) >= MOST_KEPT:
                del self._texts[next(iter(self._texts))]
            cells = self.column(name)
            self._texts[name] = [cell.strip() if isinstance(cell, str) else cell_text(cell).strip() for cell in cells]
        return self._texts[name]


def numbered_rows(name: str, columns: tuple, rows: tuple, notes: tuple = ()) -> Table:
    """A table that stands in no file as such, whose rows are counted from 1 on.

    Parameters
    ----------
    name : str
    columns : tuple of str
    rows : tuple of lists
    notes : tuple of Sentence
        What was assumed in making it.

    Returns
    -------
    Table
    """
    return Table(name, columns, rows, tuple(range(1, len(rows) + 1)), Form(), notes, unit=ROW)


def unit_and_number(unit: str, number: int) -> Sentence:
    """Where a row is in a file whose rows are lines, entries or rows: "line 7"."""
    if unit == ROW:
        return sentence("row {number}", number=str(number))
    return sentence("entry {number}", number=str(number)) if unit == ENTRY else sentence("line {number}", number=str(number))


def cell_text(cell: Any) -> str:
    """A cell as text: JSON's true and 1.5 as it writes them, null and what is missing as nothing.

    Examples
    --------
    >>> cell_text("01"), cell_text(1.5), cell_text(True), cell_text(None)
    ('01', '1.5', 'true', '')
    """
    if isinstance(cell, str):
        return cell
    return "" if cell is None or cell is ABSENT else json.dumps(cell, ensure_ascii=False)


def sampled_texts(table: Table, column: str) -> list[str]:
    """The texts in the first rows of a column, without reading all of a large table: list of str."""
    place = table.columns.index(column)
    return [cell_text(row[place]).strip() for row in table.rows[:SAMPLE_ROWS]]


def guarded(cell: str) -> str:
    """A cell of text so that no spreadsheet runs it: with an apostrophe before what would be a formula.

    Examples
    --------
    >>> guarded("=1+1"), guarded("-1"), guarded("cat")
    ("'=1+1", '-1', 'cat')
    """
    return "'" + cell if _FORMULA.match(cell) and not _NUMBER.match(cell) else cell


def unguarded(cell: Any) -> Any:
    """The cell that `guarded` was given."""
    return cell[1:] if isinstance(cell, str) and cell.startswith("'") and _FORMULA.match(cell) else cell


def decoded(file: InputFile, encoding: str | None = None, is_page: bool = False) -> tuple[str, Form, tuple[str, ...]]:
    """A file of text, decoded.

    Parameters
    ----------
    file : vizzy.reading.files.InputFile
    encoding : str, optional
        What a person chose; guessed where it is None. A byte-order mark counts for more.
    is_page : bool
        Whether it may be a web page, which is no table but may hold one.

    Returns
    -------
    text : str
    form : Form
        With its encoding.
    notes : tuple of str
        What was assumed.

    Raises
    ------
    ReadingError
        Where it is not a text, or not in that encoding.
    """
    content = file.content
    if not is_page:
        _refuse_foreign(file)
    for mark, named in MARKS:
        if content.startswith(mark):
            form = Form(encoding=named, mark=True)
            return _with_encoding(file.name, content[len(mark) :], named), form, ()
    guessed, notes = encoding, ()
    if not guessed:
        guessed, notes = _guessed_encoding(file)
    if guessed == DAMAGED_UTF_8:
        text, guessed = content.decode("utf-8", "replace"), "utf-8"
    else:
        text = _with_encoding(file.name, content, guessed)
    text = text.rstrip(END_OF_FILE)
    if "\0" in text:
        raise ReadingError(
            sentence("{file} holds bytes of zero, so it is no text: save the table as CSV in UTF-8.", file=file.name)
        )
    return text, Form(encoding=guessed), notes


def _refuse_foreign(file):
    if file.content.startswith(b"PK\x03\x04"):
        raise ReadingError(sentence(
            "{file} is a zip or an Excel workbook under the name of a table: save the sheet as CSV, or name it .zip.",
            file=file.name,
        ))
    for start, what, remedy in FOREIGN:
        if file.content.startswith(start):
            raise ReadingError(sentence(
                "{file} is {what}, but a table of text is expected: {remedy}.",
                file=file.name, what=what, remedy=remedy,
            ))
    if file.content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<?xml") or b"urn:schemas-microsoft-com:office:spreadsheet" in file.content[:2000]:
        raise ReadingError(sentence(
            "{file} is XML, whatever its name says: open it in a spreadsheet program and save the table as CSV.",
            file=file.name,
        ))
    if file.content.lstrip()[:15].lower().startswith((b"<!doctype", b"<html")):
        raise ReadingError(sentence("{file} is a web page, perhaps of an error: download the table itself.", file=file.name))


def _guessed_encoding(file):
    """The likely encoding of a text without a byte-order mark, and notes on it."""
    content = file.content
    if (utf_16 := _utf_16_of(content)) is not None:
        return utf_16, (sentence("{file} was read as UTF-16.", file=file.name),)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        values = {"file": file.name, "number": str(error.start)}
        if is_damaged_utf_8(content):
            return DAMAGED_UTF_8, (sentence("{file} is UTF-8 with damaged letters, first at byte {number}: check its texts.", **values),)
        encoding = encoding_of(content)
        values["encoding"] = NAMES[encoding]
        return encoding, (sentence("{file} is not UTF-8 (byte {number}) and was read as {encoding}: check its accents.", **values),)
    return "utf-8", ()


def _utf_16_of(content):
    """Which UTF-16 a text is in, by its line ends and what else is ASCII in it; None where it is none."""
    even = len(content) // 2 * 2
    for encoding, place in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros = content[place:even:2].count(0)
        if zeros > 2 * content[1 - place : even : 2].count(0) and zeros >= ZEROS_OF_UTF_16 * even and _is_decodable(content[:even], encoding):
            return encoding
    return None


def _is_decodable(content, encoding):
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _with_encoding(name, content, encoding):
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadingError(sentence(
            "{file} cannot be read as {encoding}: byte {number} is {byte}. Save it in UTF-8.",
            file=name, encoding=encoding, number=str(error.start), byte=f"{content[error.start]:#04x}",
        )) from error
    except LookupError as error:
        raise ReadingError(sentence(
            "{file} was to be read as {encoding}, which is no encoding: choose utf-8.",
            file=name, encoding=shown(encoding),
        )) from error


def encoded(text: str, form: Form) -> bytes:
    """Text as bytes, in the encoding in which it came, or in UTF-8 where that lacks a letter."""
    mark = {named: mark for mark, named in MARKS}.get(form.encoding, b"") if form.mark else b""
    try:
        return mark + text.encode(form.encoding)
    except UnicodeEncodeError:  # the class or the text given to a row is beyond its old encoding
        return codecs.BOM_UTF8 + text.encode("utf-8")
