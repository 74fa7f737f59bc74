"""Columns of numbers, categories and dates as one matrix of features.

Numbers are scaled to median 0 and interquartile range 1, so that one wild value does not squeeze all others
together, and clipped; a missing one takes the median, and a column of its own says that it was missing. Categories
become a column each, the rare ones one together. Dates count as days. A column that is constant, or different in
nearly every row without being a number, tells nothing about other rows and is left out.

No label is looked at, so the features are the same for every fold and cannot leak one.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from vizzy.features.written_numbers import MISSING, without_thousands
from vizzy.sentences import Sentence, sentence

NUMBERS_AT_LEAST = 0.95  # of the cells that hold anything, for a column of numbers
RARE = 0.01  # of the rows: categories below are counted together
MOST_CATEGORIES = 20
MOST_DISTINCT = 0.5  # of the rows, for a column of categories
CLIP = 5.0  # interquartile ranges
_DATE = re.compile(r"\d{4}[-/]\d{2}[-/]\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")


@dataclass(frozen=True, eq=False)
class Measurements:
    """Features, and where each comes from."""

    values: np.ndarray  # (n, d) float32
    columns: tuple  # (d,) of str: the table's column that each feature comes from
    binary_mask: np.ndarray  # (d,) of bool: 1 where a row has something, 0 where it has not
    names: tuple  # (d,) of str: what each feature is, such as "colour = red" or "age is missing"


def measurement_features(columns: Mapping[str, Sequence[str]]) -> Measurements:
    """Encode the columns of a table, but for its label, as features.

    Parameters
    ----------
    columns : mapping from str to sequence of str, length n
        The cells of each column as text, "" where one is empty. Columns for which `why_no_measurement` gives a
        reason are left out.

    Returns
    -------
    Measurements

    Examples
    --------
    >>> encoded = measurement_features({"age": ["1", "2", "", "4"], "colour": ["red", "blue", "red", "blue"]})
    >>> encoded.names
    ('age', 'age is missing', 'colour = blue', 'colour = red')
    >>> encoded.values.shape
    (4, 4)
    """
    features, origins, names = [], [], []
    for column, cells in columns.items():
        for name, values in _encoded(column, cells).items():
            features.append(values)
            origins.append(column)
            names.append(name)
    n = len(next(iter(columns.values()), ()))
    values = np.column_stack(features).astype(np.float32) if features else np.zeros((n, 0), dtype=np.float32)
    binary_mask = np.array([name != column for name, column in zip(names, origins, strict=True)], dtype=bool)
    return Measurements(values, tuple(origins), binary_mask, tuple(names))


def _encoded(column, cells):
    """The features of one column, by name: dict, empty where it tells nothing."""
    if why_no_measurement(cells):
        return {}
    cells = [cell.strip() for cell in cells]
    missing_mask = _missing_mask(cells)
    numbers = _as_numbers(cells, missing_mask)
    return _one_hot(column, cells, missing_mask) if numbers is None else _scaled(column, numbers)


def why_no_measurement(cells: Sequence[str]) -> Sentence | None:
    """Why a column tells nothing about other rows, such as "the same in every row"; None where it may.

    Parameters
    ----------
    cells : sequence of str
        The cells of the column as text, "" where one is empty.

    Returns
    -------
    Sentence or None

    Examples
    --------
    >>> why_no_measurement(["red", "red", "red"])
    'the same in every row'
    """
    missing_mask = _missing_mask(cells)
    present = [cell for cell, missing in zip(cells, missing_mask, strict=True) if not missing]
    distinct = set(present)
    if not distinct:
        return sentence("empty")
    if len(distinct) < 2 and not missing_mask.any():
        return sentence("the same in every row")
    if _as_numbers(cells, missing_mask) is None and len(distinct) > max(MOST_CATEGORIES, MOST_DISTINCT * len(present)):
        return sentence("different in nearly every row")
    return None


def _missing_mask(cells):
    return np.array([cell.strip().lower() in MISSING for cell in cells], dtype=bool)


def _as_numbers(cells, missing_mask):
    """A column as numbers, NaN where it has none; None where it holds something else."""
    numbers = np.full(len(cells), np.nan)
    cells = without_thousands(cells)
    read = 0
    plain = _as_plain_numbers([cell for cell, missing in zip(cells, missing_mask, strict=True) if not missing])
    if plain is not None:
        numbers[~missing_mask] = plain
        return numbers
    for row in np.flatnonzero(~missing_mask):
        number = _number(cells[row])
        if number is not None:
            numbers[row] = number
            read += 1
    return numbers if read >= NUMBERS_AT_LEAST * max(1, (~missing_mask).sum()) else None


def _as_plain_numbers(cells):
    """Cells as numbers, in one go where numpy reads all of them as `_number` does: None where one is a date, with a comma or none."""
    try:
        numbers = np.array(cells, dtype=np.float64) if cells and not any("_" in cell for cell in cells) else np.array([np.nan])
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() else None


def _number(cell):
    """A cell as a number: a date counts as days; None where it is neither."""
    if is_date(cell):
        return _days(cell)
    text = cell.rstrip("%").strip()
    text = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text.replace(",", "")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) and "_" not in text else None


def is_date(cell: str) -> bool:
    """Whether a cell is a date, in the order year, month, day, perhaps with a time.

    Parameters
    ----------
    cell : str

    Returns
    -------
    bool

    Examples
    --------
    >>> is_date("2024-02-28"), is_date("28 of February")
    (True, False)
    """
    return _DATE.fullmatch(cell.strip()) is not None


def _days(cell):
    """The days since the year 1 of a date in the order year, month, day; None where there is no such day."""
    try:
        moment = datetime.fromisoformat(cell.replace("/", "-").replace("Z", "+00:00")).replace(tzinfo=None)
    except ValueError:
        return None
    return moment.toordinal() + (moment - datetime(moment.year, moment.month, moment.day)) / timedelta(days=1)


def _scaled(column, numbers):
    missing_mask = np.isnan(numbers)
    middle = np.nanmedian(numbers)
    low, high = np.nanpercentile(numbers, [25, 75])
    spread = (high - low) or np.nanstd(numbers) or 1.0
    features = {column: np.clip((np.where(missing_mask, middle, numbers) - middle) / spread, -CLIP, CLIP)}
    if missing_mask.any():
        features[f"{column} is missing"] = missing_mask.astype(float)
    return features


def _one_hot(column, cells, missing_mask):
    texts = ["" if missing else cell for cell, missing in zip(cells, missing_mask, strict=True)]
    counts = Counter(texts)
    frequent = [text for text, count in counts.most_common(MOST_CATEGORIES) if text and count >= RARE * len(cells)]
    features = {f"{column} = {text}": np.array([cell == text for cell in texts], dtype=float) for text in sorted(frequent)}
    others = np.array([bool(cell) and cell not in frequent for cell in texts])
    if others.any():
        features[f"{column} is something rare"] = others.astype(float)
    if missing_mask.any():
        features[f"{column} is missing"] = missing_mask.astype(float)
    return features
