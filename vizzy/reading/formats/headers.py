"""The names of a table's columns: whether its first line holds them, and what they are where it alone does not give them.

Programs write names in two lines (groups of columns and the columns in them, as merged cells and pandas' MultiIndex), leave
the names of rows without one (R, pandas), or leave several columns without a name.
"""

import re
from collections.abc import Sequence

from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.labels import PLAIN_NUMBER
from vizzy.reading.tables import NAMES_OF_COLUMNS, ROW, SAMPLE_ROWS
from vizzy.sentences import Sentence, sentence

WITHOUT_NAME = "Unnamed: "  # and a number from 0 on, as pandas calls such a column
KINDS_OF_ORANGE = frozenset("c d s t continuous discrete string time basket numeric categorical text datetime".split())
FLAGS_OF_ORANGE = frozenset("class c meta m ignore i weight w".split())
OF_QUALTRICS = '{"ImportId"'  # what the second row below a header of its surveys begins with, in every cell
WRITTEN_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?%?")
# Of the first line's fields, what stands among the values below it, or looks like them, is no name of a column.
HEADER_SAMPLE = 2000
_FRACTION = re.compile(r"-?\d*[.,]\d+([eE][+-]?\d+)?")
_WHOLE_FRACTION = re.compile(r"\d+\.0+")
_PLACE = re.compile(r".*([/\\]|\.(jpe?g|png|webp|gif|bmp|tiff?|txt|wav|mp3|npy))", re.IGNORECASE)


def holds_data(records: Sequence[Sequence[str]]) -> bool:
    """Whether the first of a table's records is a row like the others, and not the names of the columns."""
    header = records[0]
    if len(header) == 1 and header in records[1:] and header[0].strip().lower() not in NAMES_OF_COLUMNS:
        return True  # a list of labels, of which the first comes again
    if any(len(record) == len(header) and all(cell.startswith(OF_QUALTRICS) for cell in record) for record in records[1:3]):
        return False
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


def header_of(name: str, records: Sequence[Sequence[str]]) -> tuple[list[str], int, list[Sentence]]:
    """The names of the columns, by the first records of a table that has a header.

    Parameters
    ----------
    name : str
        Of the file, for the notes.
    records : sequence of sequences of str
        All of them, the header first.

    Returns
    -------
    columns : list of str
        Perhaps some of them the same, which is a mistake in the file.
    n_records : int
        How many records hold names.
    notes : list of Sentence

    Examples
    --------
    >>> header_of("a.csv", [["p", "p", "meta"], ["cat", "dog", "label"], ["0.9", "0.1", "cat"]])[:2]
    (['cat', 'dog', 'label'], 2)
    """
    columns = [cell.strip() for cell in records[0]]
    named = _by_two_records(records)
    used, notes = 1, []
    if named is not None:
        columns, used = named, 2
        notes.append(sentence("The names of the columns of {file} stand in two lines: {columns}.", file=name, columns=listed(columns, 4)))
        if len(records) > used and _names_an_index(records[used]):
            columns = [cell.strip() or column for cell, column in zip(records[used], columns, strict=True)]
            used += 1
    width = len(columns) + 1
    below = [record for record in records[used:] if any(record)]
    wider = bool(below) and all(len(record) == width for record in below) and any(record[-1].strip() for record in below)
    if wider and len({record[0] for record in below}) == len(below):
        columns = ["", *columns]
        notes.append(sentence("The first column of {file} has no name, as where R writes names of rows.", file=name))
    unnamed = [place for place, column in enumerate(columns) if not column]
    if len(unnamed) > 1:
        for place in unnamed:
            columns[place] = f"{WITHOUT_NAME}{place}"
        named = listed([columns[place] for place in unnamed], 3)
        notes.append(sentence("Columns of {file} that have no name are called {columns}.", file=name, columns=named))
    return columns, used, notes


def declared_by_orange(name: str, columns: Sequence[str], records: Sequence[Sequence[str]]) -> tuple[str | None, Sentence] | None:
    """What the two lines below a header say that Orange writes there: kinds of columns, and which one is the class.

    Parameters
    ----------
    name : str
        Of the file.
    columns : sequence of str
    records : sequence of sequences of str
        Below the header.

    Returns
    -------
    tuple of (str or None, Sentence) or None
        The column of the class, and a note; None where there are no such lines.
    """
    if len(records) < 3 or len(records[0]) != len(columns) or len(records[1]) != len(columns):
        return None
    kinds, flags = ([cell.strip() for cell in record] for record in records[:2])
    known = sum(kind.lower() in KINDS_OF_ORANGE for kind in kinds)
    if not known or 2 * known < len(kinds) or not set(filter(None, (flag.split("=")[0].split(" ")[0] for flag in flags))) <= FLAGS_OF_ORANGE:
        return None
    label = next((column for column, flag in zip(columns, flags, strict=True) if flag == "class" or flag == "c"), None)
    return label, sentence("Two lines below the header of {file} say what its columns are, as Orange writes them.", file=name)


def with_names_of_their_own(
    name: str, columns: Sequence[str], records: Sequence[Sequence[str]], unit: str, place: int
) -> tuple[list[str], list[Sentence]]:
    """The names of columns, with a number behind one that comes again, and a note on it.

    Parameters
    ----------
    name : str
        Of the file.
    columns : sequence of str
    records : sequence of sequences of str
        Below the header.
    unit : str
        What the header is in its file: "line" or "row".
    place : int
        Where it is.

    Returns
    -------
    columns : list of str
    notes : list of Sentence

    Raises
    ------
    ReadingError
        Where a column that is called like labels comes again and says something else: only a person knows which one counts.

    Examples
    --------
    >>> with_names_of_their_own("a.csv", ["id", "size", "size"], [["a", "1", "2"]], "line", 1)[0]
    ['id', 'size', 'size_2']
    """
    first = {column: number for number, column in reversed(list(enumerate(columns)))}
    names, again = list(columns), []
    for number, column in enumerate(columns):
        if first[column] == number:
            continue
        if column.lower() in NAMES_OF_COLUMNS and any(record[number] != record[first[column]] for record in records if len(record) > number):
            raise ReadingError(_twice(name, unit, place, column))
        names[number] = next(new for count in range(2, len(columns) + 2) if (new := f"{column}_{count}") not in names)
        again.append(names[number])
    if not again:
        return names, []
    said = sentence("Columns of {file} have the name of another one: they are called {columns}.", file=name, columns=listed(again, 4))
    return names, [said]


def _twice(name, unit, place, column):
    values = {"file": name, "place": str(place), "column": shown(column)}
    if unit == ROW:
        return sentence("{file} row {place} has the column {column} twice, with other values: give every column a name of its own.", **values)
    return sentence("{file} line {place} has the column {column} twice, with other values: give every column a name of its own.", **values)


def _by_two_records(records):
    """The names in the second record, with those of groups in the first where they are not all different; None where it holds none."""
    if len(records) < 3 or len(records[0]) < 2 or len(records[0]) != len(records[1]):
        return None
    first, second = ([cell.strip() for cell in record] for record in records[:2])
    groups = [cell for cell in first if cell]
    if len(set(groups)) == len(groups) and len(first) - len(groups) < 2:
        return None  # the first names each column
    filled = [cell for cell in second if cell]
    if len(filled) < len(second) - 1 or any(WRITTEN_NUMBER.fullmatch(cell) for cell in filled) or not _names_what_is_below(second, records[2:]):
        return None
    if len(set(filled)) == len(filled):
        return second
    return [f"{group}_{cell}" if group and cell else cell or group for group, cell in zip(_filled_forward(first), second, strict=True)]


def _names_what_is_below(names, below):
    """Whether some texts are names: a usual one is among them, or one that stands above numbers, and none comes again below itself."""
    sample = [record for record in below[:SAMPLE_ROWS] if len(record) == len(names)]
    columns = [[record[place].strip() for record in sample if record[place].strip()] for place in range(len(names))]
    above_numbers = [bool(values) and all(WRITTEN_NUMBER.fullmatch(value) for value in values) for values in columns]
    again = any(name and name in values for name, values in zip(names, columns, strict=True))
    return bool(sample) and not again and (any(above_numbers) or any(name.lower() in NAMES_OF_COLUMNS for name in names))


def _names_an_index(record):
    """Whether a record holds nothing but the name of an index in its first cell, as pandas writes below names in two lines."""
    return bool(record[0].strip()) and not any(cell.strip() for cell in record[1:])


def _filled_forward(groups):
    """The name of its group for each column, where a merged cell has left all but the first empty."""
    names, last = [], ""
    for group in groups:
        last = group or last
        names.append(last)
    return names
