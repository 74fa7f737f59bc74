"""Cells that name a score for each class: objects, and lists of ``{"label": …, "score": …}`` or of ``[label, score]``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vizzy.reading.numbers import is_per_cent
from vizzy.reading.safe_json import parse_value
from vizzy.reading.tables import SAMPLE_ROWS, Table, cell_text

# In a list of scores, the keys under which a class and its score stand.
CLASS_KEYS = ("label", "class", "class_name", "name", "category", "intent", "tag")
SCORE_KEYS = ("score", "probability", "prob", "proba", "confidence", "value", "p")


def holds_scores(table: Table, column: str) -> bool:
    """Whether the first cell of a column that holds anything names a score for each class.

    That is an object from class to score, or a list of ``{"label": …, "score": …}`` or of ``[label, score]``, as JSON
    or as Python prints it.
    """
    for cell in table.column(column):
        if cell_text(cell).strip():
            return scores_of_cell(cell) is not None
    return False


def holds_objects(table: Table, column: str) -> bool:
    """Whether the first cell of a column is an object."""
    return any(isinstance(parsed_cell(cell), dict) for cell in table.column(column)[:1])


def scores_of_cell(cell: Any) -> dict[str, float] | None:
    """What a cell says of each class: dict from str to number, or None where it says something else."""
    cell = parsed_cell(cell)
    if isinstance(cell, list):
        cell = scores_of_pairs(cell)
    elif isinstance(cell, dict) and _are_lists_of_one_length(cell.get("labels"), cell.get("scores")):
        cell = dict(zip(map(str, cell["labels"]), cell["scores"], strict=True))  # a zero-shot classifier's answer
    if not isinstance(cell, dict) or not cell:
        return None
    numbers = [_score(number) for number in cell.values()]
    return None if None in numbers else {str(name): number for name, number in zip(cell, numbers, strict=True)}


def parsed_cell(cell: Any) -> Any:
    """A cell that is a text of JSON, or printed by Python, as what it says; any other as it is."""
    if not isinstance(cell, str) or cell.strip()[:1] not in ("{", "["):
        return cell
    try:
        return parse_value(cell)
    except ValueError:
        return cell


def _are_lists_of_one_length(one, other):
    return isinstance(one, list) and isinstance(other, list) and len(one) == len(other) > 0


def _score(number):
    """A score as a number, None where it is none."""
    if type(number) in (int, float):
        return number
    return share_of(number) if isinstance(number, str) and is_per_cent(number) else None


def scores_of_pairs(entries: list) -> dict | None:
    """What a list of classes with their scores says, as a dict; None where it is none."""
    if len(entries) == 1 and isinstance(entries[0], list):
        entries = entries[0]  # transformers nests the scores of one text in a list of its own
    pairs = [_pair(entry) for entry in entries]
    if not pairs or None in pairs:
        return None
    return dict(pairs)


def _pair(entry):
    """A class and its score, of an object or of a list of two; None where it is neither."""
    if isinstance(entry, list) and len(entry) == 2:
        name, score = entry if isinstance(entry[0], str) else entry[::-1]
    elif isinstance(entry, dict) and "start" not in entry:  # with a place, it is of a word and not of the whole
        name = next((entry[key] for key in CLASS_KEYS if key in entry), None)
        score = next((entry[key] for key in SCORE_KEYS if key in entry), None)
    else:
        return None
    if not isinstance(name, (str, int)) or _score(score) is None:
        return None
    return str(name), score


def share_of(text: str) -> float:
    """A cell as a number, of which one with a per cent sign is a hundredth; NaN where it is none."""
    try:
        number = float(text.strip().rstrip("%").replace(",", "."))
    except ValueError:
        return np.nan
    if not np.isfinite(number):
        return np.nan
    return number / 100 if text.strip().endswith("%") else number


def sampled_shares(table: Table, columns: Sequence[str]) -> np.ndarray:
    """The numbers in the first rows of some columns, NaN where there is none: np.ndarray of shape (n, len(columns))."""
    places = [table.columns.index(column) for column in columns]
    cells = [[share_of(cell_text(row[place])) for place in places] for row in table.rows[:SAMPLE_ROWS]]
    return np.array(cells, dtype=float).reshape(len(cells), len(places))
