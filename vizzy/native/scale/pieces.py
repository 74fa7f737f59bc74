"""Files divided into pieces, and the rows of a piece read in bounded memory.

A piece is some consecutive row groups of one file, or of arrays and a table that have the same rows (`row_files`). Its rows come as chunks of at most `CHUNK_CELLS` numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vizzy.native.scale import storage
from vizzy.native.scale.row_files import RowFiles, Understood
from vizzy.reading import columns as column_roles
from vizzy.reading.class_lists import ClassList, names_of_columns
from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.formats.columnar import plain
from vizzy.reading.probabilities import classes_by_name, classes_by_order
from vizzy.reading.tables import PARQUET, Form, Table, cell_text
from vizzy.sentences import Sentence, counted

CHUNK_CELLS = 2_000_000  # 16 MB of float64
ROWS_PER_PIECE = 1_000_000  # row groups are put together up to so many rows
SAMPLE_ROWS = 1000  # of the first file, from which the columns' roles are guessed
FEWEST_SAMPLE_ROWS, SAMPLE_BYTES = 100, 4_000_000  # fewer rows where they take more than this
UNSUPPORTED = column_roles.ONE_HOT, column_roles.EMBEDDING


@dataclass(frozen=True)
class Piece:
    """Some row groups of a file."""

    number: int  # among all pieces, from 0
    file: str | RowFiles
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

    file: str | RowFiles
    size: int
    version: str  # when it was changed, or the storage's mark of its content
    group_rows: tuple[int, ...]
    types: tuple[tuple[str, str], ...]  # the columns and their types


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
        if isinstance(self.piece.file, RowFiles):
            return self.piece.file.place(self.group, self.start + int(row))
        return place_of(self.piece.file, self.group, self.start + int(row))


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
        if self.columns.are_lists and isinstance(self.chunk.piece.file, RowFiles):
            return f"{names[0]} row {self.chunk.piece.file.number(self.chunk.group, self.chunk.start + int(self.row_idx[row]))} (counted from 0), column {column}"
        if self.columns.are_lists:
            return f"{self.row(row)}, column {shown(names[0])}, number {column} of the list,"
        return f"{self.row(row)}, column {shown(names[column])}"


def place_of(file: str, group: int, row: int) -> str:
    """Where a row is, for a sentence: its file, row group and row."""
    return f"{file}, row group {group}, row {row} (both counted from 0)"


def facts_of(file: str) -> FileFacts:
    """Read what a file says of itself: FileFacts.

    Raises
    ------
    ReadingError
        Where it is no Parquet file, or is damaged.
    """
    size, version = _size_and_version(file)
    with ParquetIn(file) as parquet:
        groups = tuple(
            parquet.metadata.row_group(number).num_rows for number in range(parquet.num_row_groups)
        )
        types = tuple((field.name, str(field.type)) for field in parquet.schema_arrow)
    return FileFacts(file, size, version, groups, types)


def facts_of_rows(understood: Understood) -> FileFacts:
    """What is known of arrays and a table that have the same rows: FileFacts.

    Raises
    ------
    ReadingError
        Where one of them is not there.
    """
    files = understood.files
    addresses = {array.address for array in files.arrays} | ({files.table.address} if files.table else set())
    kept = [_size_and_version(address) for address in sorted(addresses)]
    return FileFacts(files, sum(size for size, _ in kept), " ".join(version for _, version in kept), files.group_rows, ())


def _size_and_version(file):
    files, path = storage.filesystem(file)
    with storage.in_words(file, "read"):
        info = files.info(path)
    marks = (str(info[key]) for key in ("ETag", "etag", "md5Hash", "mtime", "LastModified") if info.get(key))
    return int(info.get("size") or 0), next(marks, "")


def columns_of_rows(understood: Understood) -> Columns:
    """Which columns of arrays and a table are read, and for what: Columns."""
    return Columns(
        label=understood.label,
        probabilities=understood.probabilities,
        n_classes=understood.n_classes,
        are_lists=understood.are_lists,
        id=understood.id,
        class_order=understood.class_order,
        class_by_number=understood.class_by_number,
    )


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


def columns_of(facts: Sequence[FileFacts], chosen: dict[str, str]) -> Columns:
    """Which columns hold what, from a sample of the first file that has rows.

    Parameters
    ----------
    facts : sequence of FileFacts
    chosen : dict of str to str
        Roles by column that a person chose.

    Returns
    -------
    Columns

    Raises
    ------
    ReadingError
        Where there are no labels or probabilities, or other files lack the columns.
    """
    first = next((file for file in facts if sum(file.group_rows)), None)
    if first is None:
        raise ReadingError(f"{facts[0].file} and the other files hold no rows: are they the right ones?")
    sample = _sample(first.file)
    column_roles.check_choices(sample, chosen)
    roles = column_roles.guess_roles(sample, chosen)
    label = column_roles.column_of(roles, column_roles.LABEL)
    if label is None:
        raise ReadingError(
            f"{first.file} has no column of labels among {listed(sample.columns, 12)}: name it with --label-column."
        )
    probabilities = tuple(column_roles.columns_of(roles, column_roles.PROBABILITY))
    if not probabilities:
        raise ReadingError(
            f"{first.file} has no predicted probabilities among its columns {listed(sample.columns, 12)}, and many rows are only "
            "scored with them: bring a column for each class, or one of lists."
        )
    length = _length_of_lists(sample, probabilities)
    names = sample.class_names.get(label)
    found = Columns(
        label=label,
        probabilities=probabilities,
        n_classes=length or len(probabilities),
        are_lists=bool(length),
        id=column_roles.column_of(roles, column_roles.ID),
        shown=tuple(name for name, role in roles.items() if role in (column_roles.TEXT, column_roles.FILE)),
        class_order=names or (),
        class_by_number=tuple(ClassList(names).by_number().items()) if names else (),
    )
    _check_same_columns(facts, first, found)
    return found


def classes_of(
    columns: Columns, labels: Sequence[str], chosen: Sequence[str], where: str
) -> tuple[tuple[str, ...], list[Sentence]]:
    """What each probability stands for, as for a table in memory: (classes, notes)."""
    order = tuple(chosen) or columns.class_order
    if columns.are_lists:
        return classes_by_order(columns.n_classes, list(labels), order, where)
    return classes_by_name(list(columns.probabilities), list(labels), order, where)


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
    if isinstance(piece.file, RowFiles):
        for group, start, batch in piece.file.batches(piece.groups, names, most_rows):
            yield Chunk(piece, group, start, batch)
        return
    with ParquetIn(piece.file) as parquet:
        for group in piece.groups:
            start = 0
            for batch in parquet.iter_batches(
                most_rows, row_groups=[group], columns=list(names), use_threads=False
            ):
                yield Chunk(piece, group, start, batch)
                start += batch.num_rows
        if not piece.rows:
            yield Chunk(piece, 0, 0, _no_rows(parquet.schema_arrow, names))


def _no_rows(schema, names):
    import pyarrow as pa

    arrays = [pa.array([], schema.field(name).type) for name in names]
    return pa.RecordBatch.from_arrays(arrays, names=list(names))


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


class ParquetIn:
    """A Parquet file, open; what goes wrong within is said in a sentence."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def __enter__(self):
        try:
            from pyarrow import parquet
        except ImportError as error:
            raise ReadingError("Parquet files need pyarrow to be read: pip install 'vizzy[dask]'.") from error
        self.opened = storage.opened(self.file)
        try:
            return parquet.ParquetFile(self.opened.__enter__(), pre_buffer=False)
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise

    def __exit__(self, kind, error, traceback):
        import pyarrow as pa

        if isinstance(error, pa.ArrowException) and not isinstance(error, MemoryError):
            self.opened.__exit__(None, None, None)
            said = " ".join(str(error).split())[:120]
            raise ReadingError(
                f"{self.file} cannot be read ({said}): is it cut off? Save it again."
            ) from error
        return self.opened.__exit__(kind, error, traceback)


def _sample(file):
    with ParquetIn(file) as parquet:
        batch = next(parquet.iter_batches(SAMPLE_ROWS, use_threads=False))
        share = SAMPLE_BYTES / max(1, batch.nbytes)  # lists of thousands of numbers are large as Python's objects
        batch = batch.slice(0, max(FEWEST_SAMPLE_ROWS, int(len(batch) * min(1, share))))
        names, class_names = tuple(batch.schema.names), names_of_columns(parquet.schema_arrow.metadata)
        cells = [[plain(cell) for cell in column.to_pylist()] for column in batch.columns]
    rows = tuple(list(row) for row in zip(*cells, strict=True))
    return Table(file, names, rows, tuple(range(1, len(rows) + 1)), Form(kind=PARQUET), unit="row", class_names=class_names)


def _length_of_lists(sample, probabilities):
    """How many numbers the lists of the one column of probabilities hold; 0 where there are columns."""
    if len(probabilities) > 1:
        return 0
    cell = next((cell for cell in sample.column(probabilities[0]) if cell is not None), None)
    if not isinstance(cell, list) or not all(isinstance(value, int | float) for value in cell):
        raise ReadingError(
            f"{sample.name}, column {shown(probabilities[0])} does not hold lists of numbers, one for each class: save it so, or as a "
            "column for each class."
        )
    return len(cell)


def _check_same_columns(facts, first, columns):
    needed = [*columns.to_judge, *([columns.id] if columns.id else []), *columns.shown]
    for file in facts:
        missing = [name for name in needed if name not in dict(file.types)]
        if missing:
            raise ReadingError(
                f"{file.file} has no column {listed(missing)}, but {first.file} has: all files need the same columns."
            )
