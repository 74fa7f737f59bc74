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
from dataclasses import dataclass, replace
from functools import partial

from vizzy.reading.errors import ReadingError, shown
from vizzy.reading.formats.headers import declared_by_orange, header_of, with_names_of_their_own
from vizzy.reading.formats.surroundings import without_repeated, without_surroundings
from vizzy.reading.labels import PLAIN_NUMBER
from vizzy.reading.tables import LINE, NAMES_OF_COLUMNS, UNNAMED, Form, Table
from vizzy.sentences import counted, sentence

DELIMITERS = (",", ";", "\t", "|")
RARE_DELIMITERS = ("^", "~", "\x01", "\x1f", "\x1e", "\xa6", "\xa7")  # where none of the usual ones fits
SPACES = " "
APOSTROPHE = "'"
WITHOUT_QUOTING = ("\t", "|", " ")  # separators with which many programs give quotation marks no meaning
DELIMITER_NAMES = {
    ",": sentence("comma"),
    ";": sentence("semicolon"),
    "\t": sentence("tab"),
    "|": sentence("vertical bar"),
    " ": sentence("space"),
}
SAMPLE_RECORDS = 50
SAMPLE_CHARACTERS = 100_000
MOST_LINES_ABOVE = 30
SHARE_ALIKE = 0.9  # of the records with equally many fields, where a way of reading fits
# Of the first line's fields, what stands among the values below it, or looks like them, is no name of a column.
HEADER_SAMPLE = 2000
csv.field_size_limit(2**31 - 1)  # a text, or a vector in one cell, may be as long as a file

_DRAWN_LINE = re.compile(r"\s*[|+:-][\s|+:=-]*-[\s|+:=-]*")
_FRACTION = re.compile(r"-?\d*[.,]\d+([eE][+-]?\d+)?")
_WHOLE_FRACTION = re.compile(r"\d+\.0+")
_PLACE = re.compile(r".*([/\\]|\.(jpe?g|png|webp|gif|bmp|tiff?|txt|wav|mp3|npy))", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How fields are separated and enclosed."""

    delimiter: str
    quoting: bool = True
    quote: str = '"'
    escape: str | None = None  # the character before a quotation mark within a field, where it is not doubled


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
    has_header = header if header is not None else not _holds_data(records)
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


def dialect_of(text: str, delimiter: str | None = None) -> Dialect:
    """How the fields of a table are separated and enclosed: the way that gives records of equal width.

    Of several, it is the one with quotation marks as they are meant to be, if that fits.

    Parameters
    ----------
    text : str
        Of its beginning at least.
    delimiter : str, optional
        Found out where it is not given.

    Returns
    -------
    Dialect
    """
    sample = text[:SAMPLE_CHARACTERS]
    if len(text) > SAMPLE_CHARACTERS:
        sample = sample[: sample.rfind("\n") + 1] or sample
    way = _dialect_of_sample(sample, delimiter)
    if len(sample) < len(text) and _quotes_only_beyond(sample, text, way):
        return _quoting(text, way.delimiter)
    return way


def _quotes_only_beyond(sample, text, way):
    """Whether a sample does not show what quotation marks mean in a text, and reading it by the sample could go wrong."""
    if '"' not in text:
        return False
    return way.delimiter in WITHOUT_QUOTING or ('\\"' in text and '\\"' not in sample)


def _dialect_of_sample(sample, delimiter):
    ways = [_quoting(sample, one) for one in ([delimiter] if delimiter else DELIMITERS)]
    if not delimiter:
        ways.append(_quoting(sample, SPACES))
    # Of two that fit, the one that fits without exception is meant: lists of numbers in a cell may be separated, too.
    best = max(ways, key=lambda way: (_fit(sample, way)[0], _share_alike(sample, way) == 1 < _fit(sample, way)[1], _fit(sample, way)[1]))
    if not delimiter and _fit(sample, best)[1] < 2:
        rare = [_quoting(sample, one) for one in RARE_DELIMITERS if one in sample]
        ways = [way for way in rare if _share_alike(sample, way) == 1 < _fit(sample, way)[1]] or ways
        best = ways[0]
    return best if delimiter or _fit(sample, best)[1] >= 2 else ways[0]


def _quoting(sample, delimiter):
    """What quotation marks mean with a separator: they enclose fields if that fits, else they are escaped, else nothing."""
    usual, plain = Dialect(delimiter), Dialect(delimiter, quoting=False)
    if _enclosed_by_apostrophes(sample, delimiter):
        return Dialect(delimiter, quote=APOSTROPHE)
    if '"' not in sample:
        return usual
    ways = [usual]
    if '\\"' in sample:
        ways.insert(0, Dialect(delimiter, escape="\\"))
    fitting = [way for way in ways if _fit(sample, way)[0] >= SHARE_ALIKE]
    if fitting and not (_fit(sample, plain)[0] >= SHARE_ALIKE and _swallows_lines(sample, fitting[0], plain)):
        return fitting[0]
    # With commas, a quotation mark that fits nowhere is a mistake that the complaint about it names.
    return plain if delimiter in WITHOUT_QUOTING and _fit(sample, plain)[0] >= SHARE_ALIKE else usual


def _enclosed_by_apostrophes(sample, delimiter):
    """Whether every field that begins with an apostrophe ends with one, and they enclose a column, or what separates fields."""
    if not re.search(f"(^|{re.escape(delimiter)}) ?'", sample, re.MULTILINE):
        return False
    way, plain = Dialect(delimiter, quote=APOSTROPHE), Dialect(delimiter)
    share, width = _fit(sample, way)
    if share < SHARE_ALIKE or width < 2 or _swallows_lines(sample, way, plain):
        return False
    plain_share, plain_width = _fit(sample, plain)
    if plain_share < SHARE_ALIKE or plain_width != width:
        return True
    records = [record for record in _reader(sample, plain) if len(record) == width]
    return any(_are_enclosed([record[place].strip() for record in records]) for place in range(width))


def _are_enclosed(cells):
    """Whether all cells of a column that hold anything, but for its name, stand between apostrophes."""
    filled = [cell for cell in cells[1:] if cell]
    return bool(filled) and all(len(cell) > 1 and cell[0] == cell[-1] == APOSTROPHE for cell in filled)


def _fit(sample, way):
    """How well a way of reading fits: (the share of records of equal width, that width)."""
    try:
        widths = [len(record) for record in _reader(sample, way) if any(record)]
    except csv.Error:
        return (0.0, 0)
    if not widths:
        return (0.0, 0)
    width, count = Counter(widths).most_common(1)[0]
    count += widths[0] == width - 1  # R names all columns but that of the rows' names
    if width < 2:
        return (0.0, 1)
    share = count / len(widths)
    # Words are separated by spaces, too: they separate fields only if nothing else does.
    return (share if share < SHARE_ALIKE else 1.0, width) if way.delimiter != SPACES else (share - 1.0, width)


def _share_alike(sample, way):
    """The share of records of equal width: of two separators that fit, the one that fits without exception is meant."""
    widths = [len(record) for record in _reader(sample, way) if any(record)] if _fit(sample, way)[0] else []
    return Counter(widths).most_common(1)[0][1] / len(widths) if widths else 0.0


def _swallows_lines(sample, quoted, plain):
    """Whether quotation marks, taken seriously, join lines that are whole by themselves."""
    try:
        return len(list(_reader(sample, quoted))) < len(list(_reader(sample, plain)))
    except csv.Error:
        return True


def _reader(text, way):
    if way.delimiter == SPACES:
        text = re.sub(r" +$", "", text, flags=re.MULTILINE)
    if not way.quoting:
        return csv.reader(io.StringIO(text, newline=""), delimiter=way.delimiter, quoting=csv.QUOTE_NONE)
    spaced = way.delimiter == SPACES or f"{way.delimiter} {way.quote}" in text[:SAMPLE_CHARACTERS]
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=way.delimiter,
        quotechar=way.quote,
        strict=True,
        skipinitialspace=spaced,
        escapechar=way.escape,
        doublequote=way.escape is None,
    )


def _on_skipped(name, count):
    if count == 1:
        return sentence("1 line above the header of {file} was skipped.", file=name)
    return sentence("{n} lines above the header of {file} were skipped.", n=count, file=name)


def _records(name, text, dialect, lines_before):
    """The records of a text that hold anything, and the line each begins on: two lists."""
    reader = _reader(text, dialect)
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


def _holds_data(records):
    """Whether the first record is a row like the others, and not the names of the columns."""
    header = records[0]
    if len(header) == 1 and header in records[1:] and header[0].strip().lower() not in NAMES_OF_COLUMNS:
        return True  # a list of labels, of which the first comes again
    below = [record for record in records[1 : HEADER_SAMPLE + 1] if len(record) == len(header) and record != header]
    filled = [place for place, cell in enumerate(header) if cell.strip() or any(record[place].strip() for record in below)]
    values = [[record[place].strip() for record in below] for place in range(len(header))]
    if not below or any(not header[place].strip() or _is_usual_name(header[place].strip(), values[place]) for place in filled):
        return False
    evidence = [bool(cell.strip()) and _is_like(cell.strip(), values[place]) for place, cell in enumerate(header)]
    numbers = [cell.strip() for cell in header if PLAIN_NUMBER.fullmatch(cell.strip())]
    if len(numbers) > 1 and _are_in_turn(numbers) and not any(cell in values[place] for place, cell in enumerate(header) if cell in numbers):
        evidence = [found and header[place].strip() not in numbers for place, found in enumerate(evidence)]
    if not _are_in_turn(numbers):
        evidence += [cell.strip() in values[place] for place, cell in enumerate(header) if cell.strip() in numbers]
    # All numbers: 0, 1, 2, … name the columns of an array; fractions do not.
    if all(PLAIN_NUMBER.fullmatch(cell.strip()) for cell in header):
        return not _are_in_turn(numbers)
    return any(evidence) and not any(_is_name_above_numbers(cell.strip(), below, place) for place, cell in enumerate(header))


def _is_usual_name(cell, values):
    """Whether a field of the first line is a usual name of a column, and none of the values below it."""
    return cell.lower() in NAMES_OF_COLUMNS and cell not in values


def _are_in_turn(numbers):
    """Whether whole numbers grow, as those that name the columns of an array do."""
    if any(_FRACTION.fullmatch(number) and not _WHOLE_FRACTION.fullmatch(number) for number in numbers):
        return False
    places = [float(number) for number in numbers]
    if len(places) == 1:
        return places[0] <= 1
    return all(one < other for one, other in zip(places, places[1:], strict=False))


def _is_like(cell, values):
    """Whether a field of the first line looks like the values below it."""
    if PLAIN_NUMBER.fullmatch(cell):
        return all(PLAIN_NUMBER.fullmatch(value) for value in values if value) and not _WHOLE_FRACTION.fullmatch(cell)
    if _PLACE.fullmatch(cell):
        return sum(bool(_PLACE.fullmatch(value)) for value in values) > 0.5 * len(values)
    return cell in values


def _is_name_above_numbers(cell, below, place):
    """Whether a word stands above numbers, as only a name does."""
    values = [record[place].strip() for record in below if record[place].strip()]
    return not PLAIN_NUMBER.fullmatch(cell) and bool(values) and all(PLAIN_NUMBER.fullmatch(value) for value in values)


def _of_equal_width(name, records, width):
    """Records without empty fields behind the last column, and with those that programs leave off at a line's end, and notes.

    A record that is too short is filled up only where what it lacks is empty in most records: else the line is cut off, or broken.
    """
    wide = [record for record in records if len(record) > width]
    if wide and not any(cell.strip() for record in wide for cell in record[width:]):
        records = [record[:width] for record in records]
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
        if [cell.strip() for cell in row] == header:  # where a file is read in pieces, whose rows were counted
            raise ReadingError(sentence("{file} line {line} repeats the header: delete that line.", file=name, line=str(line)))

