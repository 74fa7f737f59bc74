"""Numbers out of tables and arrays, checked: every complaint names the file, the row and the value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from vizzy.confident import SUM_TOLERANCE, TOLERANCE, guess_not_probabilities
from vizzy.features.written_numbers import has_thousands, without_thousands
from vizzy.reading.errors import ReadingError, shown
from vizzy.reading.safe_json import parse_json
from vizzy.reading.tables import ABSENT, SAMPLE_ROWS, Table, cell_text
from vizzy.sentences import Sentence, counted, in_a_row, sentence

_GUESSES: dict[str, Sentence] = {
    guess: guess
    for guess in (  # as `vizzy.confident.guess_not_probabilities` says them
        sentence("are these percentages? Divide them by 100."),
        sentence("are these logarithms of probabilities? Apply exp."),
        sentence("are these a model's raw scores (logits)? Apply softmax."),
    )
}
FEWEST_BARE = 8  # numbers in a cell that are a list though no brackets say so
MOST_LENGTHS = 2  # of lists of which one is a mistake; of more lengths, they are the places of words or the like
UNSURE = -1
_PRINTED = re.compile(r"(?:torch\.|np\.)?(?:tensor|array)\(\s*\[([^\[\]]*)\]\s*(?:,\s*\w+=[^()]*)?\)|\{([-+\d.,eE\s]+)\}", re.DOTALL)
_DECIMAL_COMMA = re.compile(r"^\s*[+-]?\d+,\d+\s*$")
_NUMBER = re.compile(r"\s*[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?\s*(%)?\s*|\s*[+-]?(?i:nan|inf|infinity)\s*")


class Source:
    """Where the rows of a matrix come from, so that complaints can name them."""

    def __init__(
        self,
        table: Table | None = None,
        columns: Sequence[str] | None = None,
        array_name: str | None = None,
        row_idx: np.ndarray | None = None,
    ) -> None:
        self.table, self.columns, self.array_name, self.row_idx = table, columns, array_name, row_idx

    def of_rows(self, row_idx: np.ndarray) -> Source:
        """The source of these rows of the matrix alone; `row_idx` is an np.ndarray of int, shape (m,)."""
        return Source(self.table, self.columns, self.array_name, row_idx)

    def row(self, row: int) -> str:
        """ "data.csv line 7" or "embeddings.npy row 5 (counted from 0)"."""
        row = row if self.row_idx is None else self.row_idx[row]
        return self.table.place(row) if self.table else sentence("{array} row {number} (counted from 0)", array=str(self.array_name), number=str(row))

    def cell(self, row: int, column: int) -> str:
        """A row with its column: ", column 'p_cat'" or ", column 2"."""
        if self.table:
            listed = len(self.columns) == 1  # type: ignore[arg-type]  # a table comes with columns
            name = shown(self.columns[0 if listed else column])  # type: ignore[index]
            if listed:
                return sentence("{row}, column {column}, number {number} of the list", row=self.row(row), column=name, number=str(column))
            return sentence("{row}, column {column}", row=self.row(row), column=name)
        return sentence("{row}, column {column}", row=self.row(row), column=str(column))


def matrix_of_columns(table: Table, columns: Sequence[str]) -> np.ndarray:
    """The numbers in some columns of a table.

    Parameters
    ----------
    table : Table
    columns : sequence of str, at least one
        A single column may hold lists, which then have all the same length.

    Returns
    -------
    np.ndarray of float64, shape (n, len(columns)), or (n, length of the lists)

    Raises
    ------
    ReadingError
        Where a cell is not a number, or lists differ in length.
    """
    if len(columns) == 1 and holds_lists(table, columns[0]):
        return _matrix_of_lists(table, columns[0])
    return np.column_stack([numbers_of(table, column) for column in columns])


def numbers_of(table: Table, column: str) -> np.ndarray:
    """One column as numbers.

    Parameters
    ----------
    table : Table
    column : str
        A number in it may have a decimal comma.

    Returns
    -------
    np.ndarray of float64, shape (n,)

    Raises
    ------
    ReadingError
        Where a cell is not a number.
    """
    cells = table.column(column)
    try:
        # From text to numbers in one go; JSON's booleans and null are not numbers, though numpy takes them for some.
        if all(isinstance(cell, str) and "_" not in cell or type(cell) in (int, float) for cell in cells):
            return (
                np.array(cells, dtype=np.float64)
                if _all_text(cells)
                else np.array([float(cell) for cell in cells])
            )
    except (ValueError, OverflowError):
        pass
    if _all_text(cells):
        cells = without_thousands(cells)  # of which Python reads none as a number
    return np.array([_number(table, row, column, cell) for row, cell in enumerate(cells)])


def holds_lists(table: Table, column: str) -> bool:
    """Whether the first cell of a column that holds anything holds a list of numbers, and the others are not of any length."""
    lengths = [_length_of_list(cell) for cell in table.column(column)[:SAMPLE_ROWS] if cell_text(cell).strip()]
    different = len(set(lengths) - {None, UNSURE})
    return bool(lengths) and bool(lengths[0]) and different <= MOST_LENGTHS


def _length_of_list(cell):
    """How many numbers a cell lists; None where it lists none, UNSURE for what a complaint should be about."""
    if isinstance(cell, list):
        return len(cell) if all(type(value) in (int, float) for value in cell) else None
    text = _as_bracketed(cell_text(cell).strip())
    if set(text) & set("'\"{}"):
        return None
    if text.startswith("[") and text.endswith("]"):
        return UNSURE if "..." in text else text.count(",") + 1 if "," in text else len(text.strip("[]").split())
    parts = _parts(text)
    return len(parts) if len(parts) >= FEWEST_BARE and all(map(is_number, parts)) and "," not in text else None


def is_number(text: str) -> bool:
    """Whether a text is a number as tables write it: with a point or a comma, perhaps with a per cent sign.

    Examples
    --------
    >>> is_number("72.87%"), is_number("0,5"), is_number("2_1")
    (True, True, False)
    """
    return bool(_NUMBER.fullmatch(text)) or has_thousands(text.strip())


def is_per_cent(text: str) -> bool:
    """Whether a text is a number with a per cent sign."""
    match = _NUMBER.fullmatch(text) if "%" in text else None
    return bool(match and match[3])


def check_finite(values: np.ndarray, source: Any, what: str) -> None:
    """Refuse a matrix with a value that is not a finite number.

    Parameters
    ----------
    values : np.ndarray of float, shape (n, d)
    source : Source, or another object with its method ``cell``
        Where it comes from, for the error.
    what : str
        What its values are, in the plural, for the error.

    Raises
    ------
    ReadingError
        It names the first such value.
    """
    finite_mask = np.isfinite(values)
    if not finite_mask.all():
        bad_idx = np.argwhere(~finite_mask)
        row, column = bad_idx[0]
        missing = sentence("fill it in") if np.isnan(values[row, column]) else sentence("compute it again")
        raise ReadingError(sentence(
            "{cell} is {value}, but {what} must be finite numbers: {missing}, or leave the row out "
            "({rows}).",
            cell=source.cell(row, column),
            value=_infinite_in_words(values[row, column]),
            what=what,
            missing=missing,
            rows=counted(len(np.unique(bad_idx[:, 0])), "{} such row", "{} such rows"),
        ))


def check_probabilities(values: np.ndarray, source: Any) -> None:
    """Refuse a matrix whose rows are not the probabilities of classes.

    Parameters
    ----------
    values : np.ndarray of float, shape (n, K), finite
    source : Source, or another object with its methods ``row`` and ``cell``
        Where it comes from, for the error.

    Raises
    ------
    ReadingError
        It names the first value outside [0, 1], or the first row that does not sum to 1.
    """
    if values.size and (values.min() < -TOLERANCE or values.max() > 1 + TOLERANCE):
        row, column = np.argwhere((values < -TOLERANCE) | (values > 1 + TOLERANCE))[0]
        raise ReadingError(sentence(
            "{cell} is {value}, but a probability is between 0 and 1: {guess}",
            cell=source.cell(row, column),
            value=f"{values[row, column]:g}",
            guess=_GUESSES[guess_not_probabilities(values)],
        ))
    sums = values.sum(axis=1)
    bad_idx = np.flatnonzero(np.abs(sums - 1) > SUM_TOLERANCE + TOLERANCE)
    if len(bad_idx):
        raise ReadingError(sentence(
            "{row} has probabilities that sum to {total}, but those of an example sum to 1 ({rows} of {n}): is "
            "the column of a class missing, or can several classes be true at once?",
            row=source.row(bad_idx[0]),
            total=f"{sums[bad_idx[0]]:g}",
            rows=counted(len(bad_idx), "{} such row", "{} such rows"),
            n=len(sums),
        ))


def _infinite_in_words(value):
    return sentence("not a number (NaN), as if missing") if np.isnan(value) else sentence("infinite")


def _all_text(cells):
    return all(isinstance(cell, str) for cell in cells)


def _number(table, row, column, cell):
    text = cell_text(cell).strip()
    if _DECIMAL_COMMA.match(text):
        text = text.replace(",", ".")
    try:
        if not text:
            return np.nan
        if is_per_cent(text):
            return float(text.rstrip("% ").replace(",", ".")) / 100
        if "_" in text:
            raise ValueError("Python would read 2_1 as 21")
        return float(text)
    except (ValueError, OverflowError):
        raise ReadingError(sentence(
            "{place}, column {column} is {cell}, but a number is expected: correct it, leave the row out, or take "
            "the column for something else.",
            place=table.place(row), column=shown(column), cell=shown(cell_text(cell)),
        )) from None


def _matrix_of_lists(table, column):
    vectors = [_vector(table, row, column, cell) for row, cell in enumerate(table.column(column))]
    length = len(vectors[0])
    for row, vector in enumerate(vectors):
        if len(vector) != length:
            raise ReadingError(sentence(
                "{place}, column {column} lists {numbers}, but {first} lists {length}: every row needs equally many.",
                place=table.place(row),
                column=shown(column),
                numbers=counted(len(vector), "{} number", "{} numbers"),
                first=table.place(0),
                length=length,
            ))
    return np.array(vectors, dtype=np.float64).reshape(len(vectors), length)


def _vector(table, row, column, cell):
    if cell is None or cell is ABSENT:
        cell = ""
    text = cell if isinstance(cell, str) else None
    try:
        values = cell if text is None else _parsed_vector(text)
        if not isinstance(values, list) or any(type(value) not in (int, float) for value in values):
            raise ValueError("no list of numbers")
        return values
    except ValueError:
        complaint = sentence(
            "{place}, column {column} is {cell}, but a list of numbers like {example} is expected: write it anew.",
            place=table.place(row), column=shown(column), cell=shown(cell_text(cell)), example="[0.1, 0.2]",
        )
        if text and "..." in text:
            complaint = in_a_row([complaint, sentence("numpy shortened it in printing: save {call}.", call="array.tolist()")])
        raise ReadingError(complaint) from None


def _parsed_vector(text):
    """A list as JSON writes it, or numpy prints it: [0.1 0.2]."""
    text = _as_bracketed(text.strip())
    if "," in text:
        try:
            return parse_json(text)
        except ValueError:
            return [float(part) for part in text.removeprefix("[").removesuffix("]").rstrip(", ").split(",")]  # numpy writes 1. and 3.e-01
    return [float(part) for part in _parts(text.strip("[]"))]


def _parts(text):
    """The numbers of a list without commas: between spaces, bars or semicolons."""
    return re.split(r"[|;]" if re.search(r"[|;]", text) else r"\s+", text.strip())


def _as_bracketed(text):
    """A list as it stands in brackets, of one that PyTorch or numpy printed with its kind, or PostgreSQL in braces."""
    match = _PRINTED.fullmatch(text)
    return f"[{match[1] or match[2]}]" if match else text
