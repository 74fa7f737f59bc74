"""Which columns are read and for what, and the labels and numbers that they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vizzy.native.scale.pieces import Chunk, FileFacts
from vizzy.reading.errors import ReadingError, shown
from vizzy.reading.formats.columnar import plain
from vizzy.reading.probability_classes import classes_by_name, classes_by_order
from vizzy.reading.tables import cell_text
from vizzy.sentences import Sentence, counted


@dataclass(frozen=True)
class Columns:
    """Which columns are read, and for what."""

    label: str
    probabilities: tuple[str, ...]  # one that holds lists, or one for each class
    n_classes: int
    are_lists: bool
    id: str | None = None
    shown: tuple[str, ...] = ()  # texts and images, for the file of the most suspect
    class_order: tuple[str, ...] = ()  # where the files give it
    class_by_number: tuple[tuple[str, str], ...] = ()  # number as text, and the class that it stands for, where the files say so

    @property
    def to_judge(self) -> list[str]:
        """What every pass reads."""
        return list(dict.fromkeys([self.label, *self.probabilities]))


@dataclass(frozen=True)
class Understood:
    """What some files hold and what for."""

    facts: tuple[FileFacts, ...]
    columns: Columns
    where: str  # what holds the probabilities, for a sentence
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """Names the rows of a chunk in complaints, as `vizzy.reading.numbers.Source` those of a table."""

    chunk: Chunk
    columns: Columns
    row_idx: np.ndarray  # which rows of the chunk these are

    def row(self, row: int) -> str:
        return self.chunk.place(self.row_idx[row])

    def cell(self, row: int, column: int) -> str:
        names = self.columns.probabilities
        if self.columns.are_lists:
            chunk = self.chunk
            return chunk.piece.file.place_in_list(chunk.group, chunk.start + int(self.row_idx[row]), names[0], column)
        return f"{self.row(row)}, column {shown(names[column])}"


def classes_of(
    columns: Columns, labels: Sequence[str], chosen: Sequence[str], where: str
) -> tuple[tuple[str, ...], list[Sentence]]:
    """What each probability stands for, as for a table in memory: (classes, notes)."""
    order = tuple(chosen) or columns.class_order
    if columns.are_lists:
        return classes_by_order(columns.n_classes, list(labels), order, where)
    return classes_by_name(list(columns.probabilities), list(labels), order, where)


def texts_of_labels(chunk: Chunk, columns: Columns) -> tuple[list[str], np.ndarray]:
    """The different labels of a chunk, and which each row has: (list of str, np.ndarray of int, -1 where it has none)."""
    encoded = chunk.table.column(columns.label)
    if not hasattr(encoded, "dictionary"):
        encoded = encoded.dictionary_encode()
    texts = [cell_text(plain(value)) for value in encoded.dictionary.to_pylist()]
    return texts, encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.intp)


def numbers_of(chunk: Chunk, columns: Columns) -> np.ndarray:
    """The numbers of a chunk in the columns of probabilities, as they are: np.ndarray of float64, shape (n, K).

    Raises
    ------
    ReadingError
        Where a list has another length, or a column holds no numbers.
    """
    if columns.are_lists:
        return _numbers_of_lists(chunk, columns)
    values = np.empty((len(chunk), columns.n_classes))
    for place, name in enumerate(columns.probabilities):
        values[:, place] = _floats(chunk.table.column(name), chunk, name)
    return values


def _numbers_of_lists(chunk, columns):
    import pyarrow as pa

    column = chunk.table.column(columns.probabilities[0])
    if column.null_count:
        row = int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
        raise ReadingError(f"{chunk.place(row)} has no probabilities: fill them in, or leave the row out.")
    if not pa.types.is_fixed_size_list(column.type):
        lengths = np.diff(column.offsets.to_numpy())
        bad_idx = np.flatnonzero(lengths != columns.n_classes)
        if len(bad_idx):
            raise ReadingError(
                f"{chunk.place(bad_idx[0])}, column {shown(columns.probabilities[0])} holds {counted(lengths[bad_idx[0]], '{} number', '{} numbers')}, "
                f"but the first row {columns.n_classes}: every row needs one for each class."
            )
    return _floats(column.flatten(), chunk, columns.probabilities[0]).reshape(len(chunk), columns.n_classes)


def _floats(column, chunk, name):
    import pyarrow as pa

    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        raise ReadingError(
            f"{chunk.piece.file}, column {shown(name)} holds values of the type {column.type}, but probabilities are numbers: "
            "save it as float32 or float64."
        )
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
