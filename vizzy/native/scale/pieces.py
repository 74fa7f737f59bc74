"""Files divided into pieces, and the rows of a piece read in bounded memory.

A piece is some consecutive row groups of one file (`parquet_rows`), or of arrays and a table that have the same rows
(`row_files`). Its rows come as chunks of at most `CHUNK_CELLS` numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

CHUNK_CELLS = 2_000_000  # 16 MB of float64
ROWS_PER_PIECE = 1_000_000  # row groups are put together up to so many rows


class Rows(Protocol):
    """Rows in groups, read some at a time; `str` of it names it in a sentence."""

    def batches(self, groups: Sequence[int], names: Sequence[str], most_rows: int) -> Iterator[tuple[int, int, Any]]:
        """Some columns of the rows of some groups: yields the group, the first row within it, and pyarrow's RecordBatch."""

    def place(self, group: int, row: int) -> str:
        """Where a row of a group is, for a sentence."""

    def place_in_list(self, group: int, row: int, column: str, number: int) -> str:
        """Where a number of the list that a column holds is, for a sentence."""

    def id_of(self, group: int, row: int) -> str:
        """What a row is called where no column has ids."""


@dataclass(frozen=True)
class Piece:
    """Some row groups of a file."""

    number: int  # among all pieces, from 0
    file: Rows
    groups: tuple[int, ...]
    rows: int
    first_row: int  # of the piece, among all rows

    @property
    def name(self) -> str:
        """What its output part is called."""
        return f"part-{self.number:06d}.parquet"


@dataclass(frozen=True)
class FileFacts:
    """What is known of a file without reading its rows."""

    file: Rows
    size: int
    version: str  # when it was changed, or the storage's mark of its content
    group_rows: tuple[int, ...]
    types: tuple[tuple[str, str], ...]  # the columns and their types


@dataclass(frozen=True)
class Chunk:
    """Some consecutive rows of a row group."""

    piece: Piece
    group: int
    start: int  # the first row within the row group
    table: Any  # pyarrow's RecordBatch

    def __len__(self):
        return self.table.num_rows

    def place(self, row: int) -> str:
        """Where a row is, for a sentence."""
        return self.piece.file.place(self.group, self.start + int(row))


def divided(facts: Sequence[FileFacts], most_rows: int = ROWS_PER_PIECE) -> list[Piece]:
    """The pieces of some files, in order; a piece has more rows than asked for only where one row group has."""
    pieces: list[Piece] = []
    row = 0
    for file in facts:
        groups: list[int] = []
        rows = 0
        for group, count in enumerate(file.group_rows):
            if groups and rows + count > most_rows:
                pieces.append(Piece(len(pieces), file.file, tuple(groups), rows, row))
                row, groups, rows = row + rows, [], 0
            groups.append(group)
            rows += count
        pieces.append(Piece(len(pieces), file.file, tuple(groups), rows, row))
        row += rows
    return pieces


def chunks_of(piece: Piece, names: Sequence[str], n_classes: int) -> Iterator[Chunk]:
    """The rows of a piece, chunk by chunk; of a piece without rows, one chunk without rows.

    Parameters
    ----------
    piece : Piece
    names : sequence of str
        The columns to read.
    n_classes : int
        By which the size of a chunk is chosen.

    Raises
    ------
    ReadingError
        Where the file cannot be read, or has changed.
    """
    most_rows = max(1, CHUNK_CELLS // max(1, n_classes))
    for group, start, batch in piece.file.batches(piece.groups, names, most_rows):
        yield Chunk(piece, group, start, batch)
