"""Tables as text: CSV in all its dialects, JSON Lines and JSON, to rows of cells and back.

A `Table` keeps what it takes to write it back as it came: separator, encoding, line ends, and for JSON the
values as they are. Rows know the line of the file they begin on, because that is how a person finds them.

Spreadsheets run a cell that begins with ``=``, ``+``, ``-`` or ``@`` as a formula. `guarded` puts an apostrophe
before such a cell when a table is written for them, and before one that already looks so guarded; `unguarded`
takes exactly one off again. Numbers are left alone. Only tables that Vizzy exported are unguarded.
"""

import codecs
import csv
import io
import json
import re
from dataclasses import dataclass, replace

from vizzy.reading.errors import ReadingError, counted, shown
from vizzy.reading.nesting import parsed_json

DELIMITED, JSON_LINES, JSON = "delimited", "json lines", "json"
DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
# With these byte-order marks a file says what it is. The longer ones first: one begins like another.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
FALLBACK_ENCODING = "cp1252"
# What other programs' files begin with, and what to do about them.
FOREIGN = (
    (b"PAR1", "a Parquet file", "save the table as CSV"),
    (b"ARROW1", "an Arrow file", "save the table as CSV"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook", "save the sheet as CSV"),
    (b"\x89HDF", "an HDF5 file", "save the table as CSV and the numbers with numpy.save"),
    (b"SQLite format 3", "an SQLite database", "export the table as CSV"),
    (b"\x1f\x8b", "compressed with gzip", "unpack it"),
    (b"BZh", "compressed with bzip2", "unpack it"),
    (b"\xfd7zXZ", "compressed with xz", "unpack it"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it, or make it a zip"),
    (b"%PDF", "a PDF document", "save the table as CSV"),
    (
        b"\x80\x03",
        "a Python pickle, which could run anything",
        "save the table as CSV and the numbers with numpy.save",
    ),
    (
        b"\x80\x04",
        "a Python pickle, which could run anything",
        "save the table as CSV and the numbers with numpy.save",
    ),
    (
        b"\x80\x05",
        "a Python pickle, which could run anything",
        "save the table as CSV and the numbers with numpy.save",
    ),
)
# The cell of a JSON row that has no such key.
ABSENT = type("Absent", (), {"__repr__": lambda self: "ABSENT", "__bool__": lambda self: False})()
FASTTEXT_PREFIX = "__label__"
SAMPLE_RECORDS = 20
SAMPLE_CHARACTERS = 100_000

# A cell that a spreadsheet would run, the wide forms of the signs included, behind any number of apostrophes.
_FORMULA = re.compile(r"^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?%?$")


@dataclass(frozen=True)
class Form:
    """How a table was written, and is to be written back."""

    kind: str = DELIMITED
    delimiter: str = ","
    encoding: str = "utf-8"
    mark: bool = False  # whether it begins with a byte-order mark
    line_end: str = "\n"
    preamble: str = ""  # the "sep=;" line that Excel understands


@dataclass(frozen=True, eq=False)
class Table:
    """A table's cells: str where it is delimited, any JSON value, or ABSENT, otherwise."""

    name: str
    columns: tuple  # of str, all different
    rows: tuple  # of lists, each as long as columns
    lines: tuple  # of int: the line of the file, counted from 1, where each row begins
    form: Form
    notes: tuple = ()  # of str: what was assumed in reading it
    unit: str = "line"  # what a row is in its file: a line, an entry, or a row

    def __len__(self):
        return len(self.rows)

    def place(self, row):
        """Where a row is, for a sentence: "data.csv line 7"."""
        return f"{self.name} {self.unit_and_number(row)}"

    def unit_and_number(self, row):
        """Where a row is in its file: "line 7"."""
        return f"{self.unit} {self.lines[row]}"

    def column(self, name):
        """The cells of a column: list."""
        number = self.columns.index(name)
        return [row[number] for row in self.rows]

    def texts(self, name):
        """The cells of a column as text, without the spaces around them: list of str."""
        return [cell_text(cell).strip() for cell in self.column(name)]


def cell_text(cell):
    """A cell as text: JSON's true and 1.5 as it writes them, null and what is missing as nothing."""
    if isinstance(cell, str):
        return cell
    return "" if cell is None or cell is ABSENT else json.dumps(cell, ensure_ascii=False)


def read_table(file, encoding=None, delimiter=None):
    """Read a table from a file's bytes: Table.

    Parameters
    ----------
    file : InputFile
    encoding, delimiter : str, optional
        Found out where they are not given.
    """
    text, form, notes = _decoded(file, encoding)
    first = text.lstrip()[:1]
    if not first:
        raise ReadingError(f"{file.name} is empty: was it saved, or copied completely?")
    if file.suffix in (".jsonl", ".ndjson"):
        return _read_json_lines(file.name, text, form, notes)
    if file.suffix == ".json" or (file.suffix not in (".csv", ".tsv", ".tab") and first in "[{"):
        return _read_json(file.name, text, form, notes)
    if first == "_" and text.lstrip().startswith(FASTTEXT_PREFIX):
        return _read_fasttext(file.name, text, form, notes)
    return _read_delimited(file.name, text, form, notes, delimiter)


def write_table(table):
    """A table's bytes, in its own form; cells of a delimited one are written as they are."""
    form = table.form
    if form.kind == DELIMITED:
        text = form.preamble + _delimited_text(table)
    else:
        text = _json_text(table)
    return _encoded(text, form)


def guarded(cell):
    """A cell of text so that no spreadsheet runs it: with an apostrophe before what would be a formula."""
    return "'" + cell if _FORMULA.match(cell) and not _NUMBER.match(cell) else cell


def unguarded(cell):
    """The cell that `guarded` was given."""
    return cell[1:] if isinstance(cell, str) and cell.startswith("'") and _FORMULA.match(cell) else cell


def _decoded(file, encoding):
    content = file.content
    _refuse_foreign(file)
    for mark, named in MARKS:
        if content.startswith(mark):
            form = Form(encoding=named, mark=True)
            return _with_encoding(file.name, content[len(mark) :], named), form, ()
    guessed, notes = encoding, ()
    if not guessed:
        guessed, notes = _guessed_encoding(file)
    text = _with_encoding(file.name, content, guessed)
    if "\0" in text:
        raise ReadingError(
            f"{file.name} holds bytes of zero, so it is no text: save the table as CSV in UTF-8."
        )
    return text, Form(encoding=guessed), notes


def _refuse_foreign(file):
    if file.content.startswith(b"PK\x03\x04"):
        raise ReadingError(
            f"{file.name} is a zip or an Excel workbook under the name of a table: save the sheet as CSV, or name it .zip."
        )
    for start, what, remedy in FOREIGN:
        if file.content.startswith(start):
            raise ReadingError(f"{file.name} is {what}, but a table of text is expected: {remedy}.")
    if file.content.lstrip()[:15].lower().startswith((b"<!doctype", b"<html")):
        raise ReadingError(f"{file.name} is a web page, perhaps of an error: download the table itself.")


def _guessed_encoding(file):
    content = file.content
    if content[1:200:2].count(0) > 0.4 * len(content[1:200:2]) > 1:
        return "utf-16-le", (f"{file.name} was read as UTF-16.",)
    if content[0:200:2].count(0) > 0.4 * len(content[0:200:2]) > 1:
        return "utf-16-be", (f"{file.name} was read as UTF-16.",)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        note = (
            f"{file.name} is not UTF-8 (byte {error.start}) and was read as Windows-1252: check its accents."
        )
        return FALLBACK_ENCODING, (note,)
    return "utf-8", ()


def _with_encoding(name, content, encoding):
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadingError(
            f"{name} cannot be read as {encoding}: byte {error.start} is {content[error.start]:#04x}. Save it in UTF-8."
        ) from error
    except LookupError as error:
        raise ReadingError(
            f"{name} was to be read as {shown(encoding)}, which is no encoding: choose utf-8."
        ) from error


def _encoded(text, form):
    mark = {named: mark for mark, named in MARKS}.get(form.encoding, b"") if form.mark else b""
    try:
        return mark + text.encode(form.encoding)
    except UnicodeEncodeError:  # the class or the text given to a row is beyond its old encoding
        return codecs.BOM_UTF8 + text.encode("utf-8")


def _read_delimited(name, text, form, notes, delimiter):
    line_end = "\r\n" if "\r\n" in text[:SAMPLE_CHARACTERS] else "\n"
    preamble, hinted = "", None
    if text[:4].lower() == "sep=":
        preamble, text = text.splitlines(keepends=True)[0], "".join(text.splitlines(keepends=True)[1:])
        hinted = preamble[4:5].strip('"\r\n')  # what separates nothing is no hint
    delimiter = delimiter or hinted or _guessed_delimiter(text)
    form = replace(form, delimiter=delimiter, line_end=line_end, preamble=preamble)
    records, lines = _records(name, text, delimiter, 1 if preamble else 0)
    header = [cell.strip() for cell in records[0]]
    records, header = _without_empty_last(records, header)
    _check_header(name, header, delimiter, lines[0])
    rows, lines = records[1:], lines[1:]
    if len(header) > 1:
        kept = [number for number, row in enumerate(rows) if any(row)]
        rows, lines = [rows[number] for number in kept], [lines[number] for number in kept]
    _check_rows(name, header, rows, lines, delimiter)
    return Table(name, tuple(header), tuple(rows), tuple(lines), form, notes)


def _read_fasttext(name, text, form, notes):
    """Lines of labels, each behind a prefix, and a text, as fastText trains on: ``__label__cat a text``."""
    rows, lines = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split(" ")
        labels = [word for word in words if word.startswith(FASTTEXT_PREFIX)]
        if line.strip():
            said = " ".join(word for word in words if not word.startswith(FASTTEXT_PREFIX))
            rows.append([labels[0] if len(labels) == 1 else json.dumps(labels), said])
            lines.append(number)
    notes = (*notes, f"{name} was read as fastText writes labels and texts.")
    return Table(name, ("label", "text"), tuple(rows), tuple(lines), replace(form, delimiter="\t"), notes)


def _records(name, text, delimiter, lines_before):
    """The records of a delimited text, and the line each begins on: two lists."""
    spaced = f'{delimiter} "' in text[:SAMPLE_CHARACTERS]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=spaced
    )
    records, lines, begins = [], [], 1
    try:
        for record in reader:
            if records or any(record):
                records.append(record or [""])
                lines.append(begins + lines_before)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ReadingError(
            f"{name} line {begins + lines_before} has a quotation mark that is not closed, or one inside a field "
            f'({error}): write a quotation mark within a field twice ("").'
        ) from error
    while len(records) > 1 and not any(records[-1]):
        records.pop(), lines.pop()
    if not records:
        raise ReadingError(f"{name} holds blank lines only: was it saved, or copied completely?")
    return records, lines


def _guessed_delimiter(text):
    """The separator that splits the first records into the most fields, all records into equally many."""
    sample = text[:SAMPLE_CHARACTERS]
    scores = {delimiter: _consistency(sample, delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=scores.get)


def _consistency(sample, delimiter):
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    try:
        widths = [len(record) for record, _ in zip(reader, range(SAMPLE_RECORDS), strict=False) if record]
    except csv.Error:
        return (0, 0)
    if not widths or widths[0] < 2:
        return (0, 0)
    return (widths.count(widths[0]) / len(widths), widths[0])


def _without_empty_last(records, header):
    """Without the empty last column that a separator at every line's end makes."""
    if (
        len(header) > 1
        and not header[-1]
        and all(len(row) == len(header) and not row[-1] for row in records[1:])
    ):
        return [row[:-1] for row in records], header[:-1]
    return records, header


def _check_header(name, header, delimiter, line):
    seen = set()
    for column in header:
        if column in seen:
            what = f"the column {shown(column)} twice" if column else "two columns without a name"
            raise ReadingError(f"{name} line {line} has {what}: give every column a name of its own.")
        seen.add(column)
    fractions = [cell for cell in header if re.fullmatch(r"-?\d*[.,]\d+([eE][+-]?\d+)?", cell)]
    if fractions and not all(re.fullmatch(r"\d+\.0+", cell) for cell in fractions):  # 0.0, 1.0 can be names of classes
        raise ReadingError(
            f"{name} line {line} should name the columns, but holds the number {shown(fractions[0])}: "
            "put a line with the columns' names before it."
        )


def _check_rows(name, header, rows, lines, delimiter):
    if not rows:
        raise ReadingError(f"{name} has a header but no rows: is it cut off?")
    trimmed_header = list(header)
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(header):
            raise ReadingError(
                f"{name} line {line} has {counted(len(row), 'field')}, but the header names {len(header)}: is a text with "
                f"a {DELIMITER_NAMES.get(delimiter, shown(delimiter))} not between quotation marks, or the line cut off?"
            )
        if [cell.strip() for cell in row] == trimmed_header:
            raise ReadingError(f"{name} line {line} repeats the header: delete that line.")


def _read_json_lines(name, text, form, notes):
    objects, lines = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            objects.append(_parsed_line(name, number, line))
            lines.append(number)
    line_end = "\r\n" if "\r\n" in text[:SAMPLE_CHARACTERS] else "\n"
    return _table_of_objects(name, objects, lines, replace(form, kind=JSON_LINES, line_end=line_end), notes)


def _parsed_line(name, number, line):
    try:
        value = parsed_json(line)
    except ValueError as error:
        raise ReadingError(
            f"{name} line {number} is no JSON ({error}): in JSON Lines every line is one object, like "
            '{"text": "…", "label": "cat"}.'
        ) from error
    if not isinstance(value, dict):
        raise ReadingError(
            f"{name} line {number} is {shown(line)}, but must be an object, like "
            '{"text": "…", "label": "cat"}.'
        )
    return value


def _read_json(name, text, form, notes):
    try:
        value = parsed_json(text)
    except ValueError as error:
        if text.lstrip().startswith("{") and "\n{" in text.strip():
            return _read_json_lines(name, text, form, notes)
        raise ReadingError(f"{name} is no JSON ({error}): is it cut off? Save the table as CSV.") from error
    if not isinstance(value, list):
        raise ReadingError(
            f"{name} holds one JSON object, but a list of them, one for a row, is expected: with pandas, "
            'to_json(orient="records") writes it.'
        )
    for number, entry in enumerate(value, start=1):
        if not isinstance(entry, dict):
            raise ReadingError(
                f"{name} entry {number} is {shown(entry)}, but must be an object, like "
                '{"text": "…", "label": "cat"}.'
            )
    return _table_of_objects(name, value, list(range(1, len(value) + 1)), replace(form, kind=JSON), notes)


def _table_of_objects(name, objects, lines, form, notes):
    if not objects:
        raise ReadingError(f"{name} holds no rows: is it cut off?")
    columns = tuple(dict.fromkeys(key for entry in objects for key in entry))
    rows = tuple([entry.get(column, ABSENT) for column in columns] for entry in objects)
    return Table(name, columns, rows, tuple(lines), form, notes, "entry" if form.kind == JSON else "line")


def _delimited_text(table):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=table.form.delimiter, lineterminator=table.form.line_end)
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return out.getvalue()


def _json_text(table):
    objects = [
        {column: value for column, value in zip(table.columns, row, strict=True) if value is not ABSENT}
        for row in table.rows
    ]
    if table.form.kind == JSON:
        return json.dumps(objects, ensure_ascii=False, indent=1) + "\n"
    return "".join(json.dumps(entry, ensure_ascii=False) + table.form.line_end for entry in objects)
