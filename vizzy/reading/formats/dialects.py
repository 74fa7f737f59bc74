"""Which character separates the fields of a table (or runs of spaces), and whether quotation marks enclose them: found by trying."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

DELIMITERS = (",", ";", "\t", "|")
RARE_DELIMITERS = ("^", "~", "\x01", "\x1f", "\x1e", "\xa6", "\xa7")  # where none of the usual ones fits
SPACES = " "
APOSTROPHE = "'"
WITHOUT_QUOTING = ("\t", "|", " ")  # separators with which many programs give quotation marks no meaning
SAMPLE_RECORDS = 50
SAMPLE_CHARACTERS = 100_000
SHARE_ALIKE = 0.9  # of the records with equally many fields, where a way of reading fits
csv.field_size_limit(2**31 - 1)  # a text, or a vector in one cell, may be as long as a file


@dataclass(frozen=True)
class Dialect:
    """How fields are separated and enclosed."""

    delimiter: str
    quoting: bool = True
    quote: str = '"'
    escape: str | None = None  # the character before a quotation mark within a field, where it is not doubled


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
    records = [record for record in reader_of(sample, plain) if len(record) == width]
    return any(_are_enclosed([record[place].strip() for record in records]) for place in range(width))


def _are_enclosed(cells):
    """Whether all cells of a column that hold anything, but for its name, stand between apostrophes."""
    filled = [cell for cell in cells[1:] if cell]
    return bool(filled) and all(len(cell) > 1 and cell[0] == cell[-1] == APOSTROPHE for cell in filled)


def _fit(sample, way):
    """How well a way of reading fits: (the share of records of equal width, that width)."""
    try:
        widths = [len(record) for record in reader_of(sample, way) if any(record)]
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
    widths = [len(record) for record in reader_of(sample, way) if any(record)] if _fit(sample, way)[0] else []
    return Counter(widths).most_common(1)[0][1] / len(widths) if widths else 0.0


def _swallows_lines(sample, quoted, plain):
    """Whether quotation marks, taken seriously, join lines that are whole by themselves."""
    try:
        return len(list(reader_of(sample, quoted))) < len(list(reader_of(sample, plain)))
    except csv.Error:
        return True


def reader_of(text: str, way: Dialect) -> Iterator[list[str]]:
    """What gives the records of a text, each a list of its fields."""
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
