"""Tables as lines of separated fields: CSV, TSV and their relatives, as programs and people really write them.

What a file does not say is found out by trying: which character separates fields (or runs of spaces), whether
quotation marks enclose fields, are doubled or escaped within them, or mean nothing, which lines above the header
belong to no table, and whether there is a header at all. Whatever was assumed is said in a note.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from vizzy.reading.errors import ReadingError, shown
from vizzy.reading.formats.dialects import APOSTROPHE, SAMPLE_CHARACTERS, SAMPLE_RECORDS, SPACES, Dialect, dialect_of, reader_of
from vizzy.reading.formats.headers import declared_by_orange, header_of, holds_data, with_names_of_their_own
from vizzy.reading.formats.surroundings import without_repeated, without_surroundings
from vizzy.reading.labels import PLAIN_NUMBER
from vizzy.reading.tables import LINE, NAMES_OF_COLUMNS, UNNAMED, Form, Table
from vizzy.sentences import counted, sentence

DELIMITER_NAMES = {
    ",": sentence("comma"),
    ";": sentence("semicolon"),
    "\t": sentence("tab"),
    "|": sentence("vertical bar"),
    " ": sentence("space"),
}
MOST_LINES_ABOVE = 30
_DRAWN_LINE = re.compile(r"\s*[|+:-][\s|+:=-]*-[\s|+:=-]*")


def read_delimited(name: str, text: str, form: Form, notes: tuple, delimiter: str | None = None, header: bool | None = None) -> Table:
    """Read a table from text.

    Parameters
    ----------
    name : str
        Of the file, for complaints.
    text : str
    form : Form
        Its encoding is kept.
    notes : tuple of str
    delimiter : str, optional
        Found out where it is not given.
    header : bool, optional
        Whether the first line names the columns; found out where it is not given.

    Returns
    -------
    Table

    Raises
    ------
    ReadingError
    """
    all_notes = list(notes)
    form, records, lines = _split(name, text, form, delimiter, all_notes)
    has_header = header if header is not None else not holds_data(records)
    form = replace(form, header=has_header)
    label = None
    if has_header:
        columns, records, lines = _below_header(name, records, lines, all_notes)
        if declared := declared_by_orange(name, columns, records):
            label, note = declared
            all_notes.append(note)
            records, lines = records[2:], lines[2:]
    else:
        columns = [f"{UNNAMED}{number}" for number in range(1, len(records[0]) + 1)]
        if header is None:
            all_notes.append(sentence(
                "The first line of {file} holds data and not names: the columns are called {column}, … .",
                file=name, column=columns[0],
            ))
    records, lines, more = without_surroundings(name, LINE, records, lines, len(columns), has_header)
    all_notes += more
    records, more = _of_equal_width(name, records, len(columns))
    all_notes += more
    rows, lines = _filled(columns, records, lines)
    _check_rows(name, columns, rows, lines, form.delimiter, has_header)
    return Table(name, tuple(columns), tuple(rows), tuple(lines), form, tuple(all_notes), label=label)


def _split(name, text, form, delimiter, notes):
    """A text in fields, without the lines above the table: its Form with the dialect, its records, and the line of each."""
    line_end = "\r\n" if "\r\n" in text[:SAMPLE_CHARACTERS] else "\n"
    preamble, text, delimiter = _hint_of_excel(text, delimiter)
    text, delimiter, more = _without_drawn_lines(name, text, delimiter)
    notes += more
    text = _without_comment_sign(text)
    dialect = dialect_of(text, delimiter)
    records, lines = _records(name, text, dialect, 1 if preamble else 0)
    skipped = _lines_above(records)
    if skipped:
        notes.append(_on_skipped(name, skipped))
        preamble += _text_before(text, lines[skipped] - (1 if preamble else 0))
        records, lines = records[skipped:], lines[skipped:]
    if not dialect.quoting:
        notes.append(sentence("Quotation marks in {file} were read as part of its texts.", file=name))
    if dialect.quote == APOSTROPHE:
        notes.append(sentence("Apostrophes in {file} enclose its fields, and are no part of them.", file=name))
    records = _without_empty_last(records)
    records[0] = [records[0][0].removeprefix("# "), *records[0][1:]]
    form = replace(form, delimiter=dialect.delimiter, quote=dialect.quote, line_end=line_end, preamble=preamble)
    return form, records, lines


def _below_header(name, records, lines, notes):
    """The names of the columns, and the records below them with the line of each."""
    columns, used, more = header_of(name, records)
    notes += more
    columns, more = with_names_of_their_own(name, columns, records[used:], LINE, lines[0])
    notes += more
    records, lines, more = without_repeated(name, LINE, [cell.strip() for cell in records[0]], records[used:], lines[used:])
    notes += more
    return columns, records, lines


def read_records(
    name: str, text: str, dialect: Dialect, columns: Sequence[str], has_header: bool, lines_before: int
) -> tuple[list[list[str]], list[int]]:
    """Some rows of a table below its header, and the lines of the file on which they begin.

    Parameters
    ----------
    name : str
    text : str
        Of whole rows.
    dialect : Dialect
    columns : sequence of str
    has_header : bool
        Whether the file names the columns.
    lines_before : int
        How many lines of the file stand before the text.

    Returns
    -------
    tuple of (list of list of str, list of int)

    Raises
    ------
    ReadingError
        Where a row has another number of fields, or a quotation mark is not closed.
    """
    rows, lines = _filled(columns, *_records(name, text, dialect, lines_before))
    _check_rows(name, list(columns), rows, lines, dialect.delimiter, has_header)
    return rows, lines


def delimited_text(table: Table) -> str:
    """A table as text, in the form in which it came; quotation marks are doubled."""
    out = io.StringIO()
    # Between spaces, a cell without anything in it has to be enclosed, or it is none.
    form = table.form
    begun = partial(csv.writer, out, delimiter=form.delimiter, quotechar=form.quote, lineterminator=form.line_end)
    writer = begun(quoting=csv.QUOTE_ALL) if form.delimiter == SPACES else begun()
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return table.form.preamble + out.getvalue()


def _hint_of_excel(text, delimiter):
    """The "sep=;" line that Excel understands: (that line, the rest, the separator)."""
    if text[:4].lower() != "sep=":
        return "", text, delimiter
    first, *rest = text.splitlines(keepends=True)
    hinted = first[4:5].strip('"\r\n')  # what separates nothing is no hint
    return first, "".join(rest), delimiter or hinted or None


def _without_comment_sign(text):
    """A text without the sign before its header where that is a comment and has as many words as the line below, as numpy writes it."""
    first, second = (text.split("\n", 2) + ["", ""])[:2]
    named = first[1:].split()
    is_header = first.startswith("# ") and len(named) == len(second.split()) > 1 and PLAIN_NUMBER.fullmatch(second.split()[0])
    return text[1:].lstrip(" ") if is_header else text


def _without_drawn_lines(name, text, delimiter):
    """A table drawn with lines, as databases print it and Markdown has it, with a bar between its cells alone: (text, separator, notes)."""
    head = text[:SAMPLE_CHARACTERS].splitlines()[:MOST_LINES_ABOVE]
    if not any(_DRAWN_LINE.fullmatch(line) and re.search(r"--", line) for line in head) or sum("|" in line for line in head) < 2:
        return text, delimiter, ()
    lines = ["" if _DRAWN_LINE.fullmatch(line) else re.sub(r"\s*\|\s*", "|", line.strip()) for line in text.splitlines()]
    framed = all(line.startswith("|") and line.endswith("|") for line in lines if line)
    lines = [line[1:-1] if framed else line for line in lines]
    return "\n".join(lines) + "\n", "|", (sentence("{file} was read as a table that is drawn with lines.", file=name),)


def _on_skipped(name, count):
    if count == 1:
        return sentence("1 line above the header of {file} was skipped.", file=name)
    return sentence("{n} lines above the header of {file} were skipped.", n=count, file=name)


def _records(name, text, dialect, lines_before):
    """The records of a text that hold anything, and the line each begins on: two lists."""
    reader = reader_of(text, dialect)
    records, lines, begins = [], [], 1
    try:
        for record in reader:
            if records or any(record):
                records.append(record or [""])
                lines.append(begins + lines_before)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ReadingError(sentence(
            "{file} line {line} has a quotation mark that is not closed, or one inside a field ({error}): write a "
            'quotation mark within a field twice ("").',
            file=name, line=str(begins + lines_before), error=str(error),
        )) from error
    while len(records) > 1 and not any(records[-1]):
        records.pop(), lines.pop()
    if not records:
        raise ReadingError(sentence("{file} holds blank lines only: was it saved, or copied completely?", file=name))
    return records, lines


def _lines_above(records):
    """How many records at the beginning are no part of the table: comments, a title, units of another shape."""
    widths = [len(record) for record in records[:SAMPLE_RECORDS] if any(record)]
    width, count = Counter(widths).most_common(1)[0]
    if width < 2 or count < 2:
        return 0
    for number, record in enumerate(records[: MOST_LINES_ABOVE + 1]):
        filled = sum(bool(cell.strip()) for cell in record)
        if len(record) == width and any(cell.strip().lower() in NAMES_OF_COLUMNS for cell in record):
            return number
        is_comment = record[0].lstrip().startswith("#") and not _is_named(record, records[number + 1 :])
        if len(record) == width and filled > 1 and not is_comment:
            return number
        if len(record) == width and filled == width:
            return number
        if len(record) > 1 and len(record) != width and not is_comment:
            if number == 0 and (surely := _sure_header(records, width) or _behind_a_blank(records, width)):
                return surely
            return 0  # a line that is cut off, or has a field too many: the complaint about it says more
    return 0


def _sure_header(records, width):
    """The number of the first record that has the usual width and names a column as usual, with the same width all below it."""
    for number, record in enumerate(records[: MOST_LINES_ABOVE + 1]):
        if len(record) == width and any(cell.strip().lower() in NAMES_OF_COLUMNS for cell in record):
            return number if all(len(below) == width for below in records[number:SAMPLE_RECORDS] if any(below)) else 0
    return 0


def _behind_a_blank(records, width):
    """The number of the record behind a first blank one, where all above it are narrower and all below have the usual width; else 0."""
    blank = next((number for number, record in enumerate(records[: MOST_LINES_ABOVE + 1]) if not any(record)), 0)
    below = [record for record in records[blank + 1 : SAMPLE_RECORDS] if any(record)]
    is_apart = all(len(record) < width for record in records[:blank]) and all(len(record) == width for record in below)
    return blank + 1 if blank and is_apart and len(below) > 1 and any(records[blank + 1]) else 0


def _is_named(record, below):
    """Whether a first field that begins with # is the header of its column, as in "#id,label"."""
    return bool(below) and len(record) == len(below[0]) and all(cell.strip() for cell in record)


def _text_before(text, line):
    """The lines before a line, counted from 1, as they stand in the text."""
    return "".join(text.splitlines(keepends=True)[: line - 1])


def _without_empty_last(records):
    """Without the empty last column that a separator at every line's end makes."""
    header = records[0]
    wide = [row for row in records if any(row)]
    if len(header) > 1 and not header[-1] and all(len(row) == len(header) and not row[-1] for row in wide):
        return [row[:-1] for row in records]
    return records


def _of_equal_width(name, records, width):
    """Records without empty fields behind the last column, and with those that programs leave off at a line's end, and notes.

    A record that is too short is filled up only where what it lacks is empty in most records: else the line is cut off, or broken.
    """
    wide = [record for record in records if len(record) > width]
    if wide and not any(cell.strip() for record in wide for cell in record[width:]):
        records = [record[:width] for record in records]
    elif wide and all(_are_numbers_apart(record, width) for record in wide):
        records = [[cell for cell in record if cell.strip()] if len(record) > width else record for record in records]
        note = sentence("Empty fields between numbers were left out in {rows} of {file}.", rows=counted(len(wide), "{} row", "{} rows"), file=name)
        return records, (note,)
    short = [record for record in records if any(record) and len(record) < width]
    if not short:
        return records, ()
    filled = [record for record in records if any(record)]
    least = min(map(len, short))
    if any(2 * sum(len(record) > place and bool(record[place].strip()) for record in filled) > len(filled) for place in range(least, width)):
        return records, ()
    note = sentence(
        "{rows} of {file} have fewer fields than the header names: what they lack at their end is taken to be empty.",
        rows=counted(len(short), "{} row", "{} rows"), file=name,
    )
    return [record + [""] * (width - len(record)) if any(record) else record for record in records], (note,)


def _are_numbers_apart(record, width):
    """Whether a record has as many numbers as there are columns, and between them nothing but empty fields, as of doubled tabs."""
    filled = [cell.strip() for cell in record if cell.strip()]
    return len(filled) == width and all(map(PLAIN_NUMBER.fullmatch, filled))


def _filled(columns, records, lines):
    """The records that hold anything, and their lines."""
    if len(columns) < 2:
        return records, lines
    kept = [number for number, row in enumerate(records) if any(row)]
    return [records[number] for number in kept], [lines[number] for number in kept]


def _check_rows(name, header, rows, lines, delimiter, has_header):
    if not rows:
        raise ReadingError(sentence("{file} has a header but no rows: is it cut off?", file=name))
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(header):
            named = sentence("the header names {n}", n=len(header)) if has_header else sentence("the first line has {n}", n=len(header))
            raise ReadingError(sentence(
                "{file} line {line} has {fields}, but {named}: is a text with a {delimiter} not between quotation marks, "
                "or the line cut off?",
                file=name,
                line=str(line),
                fields=counted(len(row), "{} field", "{} fields"),
                named=named,
                delimiter=DELIMITER_NAMES.get(delimiter, shown(delimiter)),
            ))
        if row[0].strip() == header[0] and [cell.strip() for cell in row] == header:  # where a file is read in pieces, whose rows were counted
            raise ReadingError(sentence("{file} line {line} repeats the header: delete that line.", file=name, line=str(line)))
