"""Rows of a table that are no examples: a row of units below the header, repeated headers, totals, and remarks below the last row.

Each is left out with a note, so that "cm" is no missing number and "Total" no class.
"""

import re
from collections.abc import Sequence

from vizzy.reading.errors import shown
from vizzy.reading.formats.headers import OF_QUALTRICS, WRITTEN_NUMBER
from vizzy.reading.missing_labels import may_mean_no_label
from vizzy.reading.tables import ROW, SAMPLE_ROWS, unit_and_number
from vizzy.sentences import Sentence, counted, sentence

MOST_ROWS_BELOW = 5
FEWEST_ROWS = 3  # that hold numbers, below a row that holds none
LONGEST_UNIT = 40
SAME = 0.005  # how far off a total may be that was rounded
MOST_SUBTOTALS = 0.2  # of the rows
_TOTAL = re.compile(
    r"\W*((grand |sub[ -]?)?totals?|sums?|overall|mean|average|avg|median|count|std|min|max|insgesamt|gesamt|summe|mittelwert|anzahl"
    r"|total général|somme|moyenne|suma|promedio|合计|总计|平均)\W*",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"[#©*].*|\(?\s*\d[\d,. ]*\s*(rows?|records?|zeilen|entries|results?)\b.*|(source|quelle|note|notes|exported|generated|created|end of"
    r"|©)\b.*",
    re.IGNORECASE,
)


def rows_below(rows: Sequence[Sequence[str]], width: int) -> int:
    """How many of the last rows are totals or remarks and no part of the table.

    Parameters
    ----------
    rows : sequence of sequences of str
        Below the header; a blank line is a row without a text.
    width : int
        How many cells a row of the table has.

    Returns
    -------
    int

    Examples
    --------
    >>> rows_below([["a", "cat", "1"], ["b", "dog", "2"], ["Total", "", "3"]], 3)
    1
    """
    below = 0
    for number in range(len(rows) - 1, max(0, len(rows) - 1 - MOST_ROWS_BELOW), -1):
        row = rows[number]
        if not any(cell.strip() for cell in row):
            continue
        after_blank = not any(cell.strip() for cell in rows[number - 1])
        if not (_is_remark(row, width, after_blank) or _is_total(row, rows[:number], width) or _names_its_sums(row, rows[:number], width)):
            break
        below = len(rows) - number
    return below


def is_row_of_units(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row below a header names units, or types: words, or nothing, where all other rows hold numbers.

    Parameters
    ----------
    rows : sequence of sequences of str

    Returns
    -------
    bool

    Examples
    --------
    >>> is_row_of_units([["", "cm"], ["cat", "1.5"], ["dog", "2.5"], ["cat", "3"]])
    True
    """
    first, below = rows[0], [row for row in rows[1 : SAMPLE_ROWS + 1] if any(row)]
    if any(len(row) != len(first) for row in below):
        return False
    if len(below) < FEWEST_ROWS:
        return False
    has_unit = False
    for place, cell in enumerate(cell.strip() for cell in first):
        values = [row[place].strip() for row in below if row[place].strip()]
        if values and all(WRITTEN_NUMBER.fullmatch(value) for value in values):
            if WRITTEN_NUMBER.fullmatch(cell) or may_mean_no_label(cell) and cell != "-" or len(cell) > LONGEST_UNIT:
                return False
            has_unit |= bool(cell) and cell != "-"
        elif len(cell) > LONGEST_UNIT or cell in values:
            return False
    return has_unit and _units_everywhere(first, below)


def without_repeated(
    name: str, unit: str, header: Sequence[str], rows: Sequence[Sequence[str]], places: Sequence[int]
) -> tuple[list, list, list[Sentence]]:
    """The rows of a table without those that repeat its header, as where files were joined, and comments between rows.

    Parameters
    ----------
    name : str
        Of the file, for the notes.
    unit : str
        What a row is in its file: "line" or "row".
    header : sequence of str
    rows : sequence of sequences of str
        Below the header.
    places : sequence of int
        Where each row is in its file.

    Returns
    -------
    rows, places : list
    notes : list of Sentence
    """
    again = [number for number, row in enumerate(rows) if header[0] in row[0] and [cell.strip() for cell in row] == list(header)]
    comments = [number for number, row in enumerate(rows[:-1]) if len(header) > 1 and row[0].startswith("#") and not any(row[1:])]
    notes = []
    if again:
        values = {"file": name, "place": unit_and_number(unit, places[again[0]]), "rows": counted(len(again), "{} row", "{} rows")}
        notes.append(sentence("The header of {file} comes again, first at {place}: {rows} left out.", **values))
    if comments:
        values = {"file": name, "place": unit_and_number(unit, places[comments[0]]), "rows": counted(len(comments), "{} row", "{} rows")}
        notes.append(sentence("Comments stand between the rows of {file}, first at {place}: {rows} left out.", **values))
    return *_without(rows, places, {*again, *comments}), notes


def _without(rows, places, left_out):
    """Rows and their places without those of some numbers: two lists."""
    kept = [number for number in range(len(rows)) if number not in left_out]
    return [rows[number] for number in kept], [places[number] for number in kept]


def without_surroundings(
    name: str, unit: str, rows: list, places: list, width: int, has_header: bool
) -> tuple[list, list, list[str]]:
    """The rows of a table without a row of units below its header, and totals and remarks below its last row.

    Parameters
    ----------
    name : str
        Of the file, for the notes.
    unit : str
        What a row is in its file: "line" or "row".
    rows : list of sequences of str
        Below the header.
    places : list of int
        Where each row is in its file.
    width : int
        How many cells a row of the table has.
    has_header : bool

    Returns
    -------
    rows, places : list
    notes : list of str
    """
    notes = []
    below = rows_below(rows, width)
    if below:
        left_out = [row for row in rows[-below:] if any(row)]
        notes.append(_on_rows_below(name, unit, left_out))
        rows, places = rows[:-below], places[:-below]
    within = _rows_within(rows, width)
    if within:
        notes.append(_on_rows_within(name, unit, rows, places, within))
        rows, places = _without(rows, places, within)
    if has_header and len(rows) > 2 and all(cell.startswith(OF_QUALTRICS) for cell in rows[1]):
        notes.append(sentence("The lines below the header of {file} that hold questions and ids of Qualtrics were left out.", file=name))
        return rows[2:], places[2:], notes
    if has_header and rows and len(rows[0]) == width and is_row_of_units(rows):
        notes.append(_on_units(name, unit, rows[0]))
        rows, places = rows[1:], places[1:]
    return rows, places, notes


def _on_rows_below(name, unit, left_out):
    values = {"file": name, "cells": _in_words(left_out[0])}
    if len(left_out) == 1:
        if unit == ROW:
            return sentence("The last row of {file} is {cells}, which is no row of the table: left out.", **values)
        return sentence("The last line of {file} is {cells}, which is no row of the table: left out.", **values)
    if unit == ROW:
        return sentence("The last {n} rows of {file} begin with {cells}, which is no row of the table: left out.", n=len(left_out), **values)
    return sentence("The last {n} lines of {file} begin with {cells}, which is no row of the table: left out.", n=len(left_out), **values)


def _rows_within(rows, width):
    """The rows that are totals of some rows above them: set of int."""
    found = set()
    for number, row in enumerate(rows):
        if "" not in row:
            continue  # it lacks nothing that the others have
        first = next((place for place, cell in enumerate(row) if cell.strip()), None)
        if number and first is not None and _TOTAL.fullmatch(row[first].strip()):
            found.add(number)
    if not found:
        return found
    others = [row for number, row in enumerate(rows) if number not in found and any(cell.strip() for cell in row)]
    filled = sorted(sum(bool(cell.strip()) for cell in row) for row in others)
    if not others or len(found) > MOST_SUBTOTALS * len(rows):
        return set()
    least = filled[len(filled) // 10]  # fewer cells than nearly every other row has
    numbers = [number for number in found if len(rows[number]) <= width and sum(bool(cell.strip()) for cell in rows[number]) < least]
    return set(numbers) if len(numbers) == len(found) else set()


def _on_rows_within(name, unit, rows, places, within):
    first = min(within)
    values = {
        "file": name, "n": counted(len(within), "{} row", "{} rows"), "place": str(places[first]), "cells": _in_words(rows[first])
    }
    if unit == ROW:
        return sentence("{file} row {place}, {cells}, is a total and no row of the table: {n} left out.", **values)
    return sentence("{file} line {place}, {cells}, is a total and no row of the table: {n} left out.", **values)


def _on_units(name, unit, row):
    values = {"file": name, "cells": _in_words(row)}
    if unit == ROW:
        return sentence(
            "The first row below the header of {file}, {cells}, holds units, or kinds of columns, and no values: left out.", **values
        )
    return sentence(
        "The first line below the header of {file}, {cells}, holds units, or kinds of columns, and no values: left out.", **values
    )


def _in_words(row):
    return shown(", ".join(cell.strip() for cell in row if cell.strip()))


def _units_everywhere(first, below):
    """Whether there is one number a row only, or most columns of numbers have a word, so that it is not one faulty number."""
    numeric = [
        place
        for place in range(len(first))
        if all(WRITTEN_NUMBER.fullmatch(row[place].strip()) for row in below if row[place].strip()) and any(row[place].strip() for row in below)
    ]
    words = [cell.strip() for place, cell in enumerate(first) if place not in numeric and cell.strip() not in ("", "-")]
    named = sum(bool(first[place].strip()) for place in numeric)
    return 2 * named > len(numeric) and (len(numeric) > 1 or not words or all(word[:1] in "([" for word in words))


def _is_remark(row, width, after_blank):
    """Whether a row is one cell of another row's width that says where a table comes from, how many rows it has, or the like."""
    filled = [cell for cell in row if cell.strip()]
    if width < 2 or len(filled) != 1 or not row[0].strip():
        return False
    return bool(after_blank or _REMARK.fullmatch(filled[0].strip()))


def _is_total(row, above, width):
    """Whether a row begins with a word for totals that no other row begins with, and lacks something that the others have."""
    first = next((place for place, cell in enumerate(row) if cell.strip()), 0)
    if len(row) > width or not _TOTAL.fullmatch(row[first].strip()):
        return False
    if _sums_up(row, above, width):
        return True
    sample = [other for other in above[-SAMPLE_ROWS:] if len(other) == width and any(cell.strip() for cell in other)]
    while len(sample) > 1 and _TOTAL.fullmatch(sample[-1][first].strip()):
        sample.pop()  # several such rows, as of means and counts
    if not sample or any(_TOTAL.fullmatch(other[first].strip()) for other in sample):
        return False
    usual = sorted(sum(bool(cell.strip()) for cell in other) for other in sample)[len(sample) // 2]
    return sum(bool(cell.strip()) for cell in row) < usual or _has_number_among_words(row, sample)


def _names_its_sums(row, above, width):
    """Whether a row has a word for totals in another cell than the first, and the sums of what stands above."""
    return len(row) <= width and any(_TOTAL.fullmatch(cell.strip()) for cell in row if cell.strip()) and _sums_up(row, above, width)


def _sums_up(row, above, width):
    """Whether the numbers in a row are the sums, or the means, of those above them."""
    found = 0
    for place, cell in enumerate(row):
        number = _number(cell)
        numbers = [_number(other[place]) for other in above if len(other) == width and other[place].strip()]
        if number is None or len(numbers) < FEWEST_ROWS or None in numbers:
            continue
        total = sum(numbers)
        if not any(abs(number - one) <= SAME * max(1, abs(one)) for one in (total, total / len(numbers))):
            return False
        found += 1
    return found > 0


def _number(text):
    text = text.strip().replace(",", ".")
    return float(text) if WRITTEN_NUMBER.fullmatch(text) and not text.endswith("%") else None


def _has_number_among_words(row, sample):
    for place, cell in enumerate(row):
        values = [other[place].strip() for other in sample if other[place].strip()]
        if WRITTEN_NUMBER.fullmatch(cell.strip()) and values and not any(WRITTEN_NUMBER.fullmatch(value) for value in values):
            return True
    return False
