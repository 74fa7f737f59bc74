"""Parquet files, whose row groups are read some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from vizzy.native.scale import storage
from vizzy.native.scale.columns import Columns
from vizzy.native.scale.pieces import FileFacts
from vizzy.reading import columns as column_roles
from vizzy.reading.class_lists import ClassList, names_of_columns
from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.formats.columnar import plain
from vizzy.reading.tables import PARQUET, Form, Table

SAMPLE_ROWS = 1000  # of the first file, from which the columns' roles are guessed
FEWEST_SAMPLE_ROWS, SAMPLE_BYTES = 100, 4_000_000  # fewer rows where they take more than this


class ParquetIn:
    """A Parquet file, open; what goes wrong within is said in a sentence."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def __enter__(self):
        try:
            from pyarrow import parquet
        except ImportError as error:
            raise ReadingError("Parquet files need pyarrow to be read: pip install pyarrow.") from error
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


@dataclass(frozen=True)
class ParquetRows:
    """A Parquet file, as `vizzy.native.scale.pieces.Rows`."""

    address: str

    def __str__(self):
        return self.address

    def place(self, group: int, row: int) -> str:
        """Where a row of a group is, for a sentence."""
        return f"{self.address}, row group {group}, row {row} (both counted from 0)"

    def place_in_list(self, group: int, row: int, column: str, number: int) -> str:
        """Where a number of the list that a column holds is, for a sentence."""
        return f"{self.place(group, row)}, column {shown(column)}, number {number} of the list,"

    def id_of(self, group: int, row: int) -> str:
        """What a row is called where no column has ids."""
        return f"{self.address}:{group}:{row}"

    def batches(self, groups: Sequence[int], names: Sequence[str], most_rows: int) -> Iterator[tuple[int, int, Any]]:
        """Some columns of the rows of some groups: yields the group, the first row within it, and pyarrow's RecordBatch."""
        with ParquetIn(self.address) as parquet:
            for group in groups:
                start = 0
                for batch in parquet.iter_batches(most_rows, row_groups=[group], columns=list(names), use_threads=False):
                    yield group, start, batch
                    start += batch.num_rows
            if not sum(parquet.metadata.row_group(group).num_rows for group in groups):
                yield 0, 0, _no_rows(parquet.schema_arrow, names)


def facts_of(file: str) -> FileFacts:
    """Read what a file says of itself: FileFacts.

    Raises
    ------
    ReadingError
        Where it is no Parquet file, or is damaged.
    """
    size, version = storage.size_and_version(file)
    with ParquetIn(file) as parquet:
        groups = tuple(
            parquet.metadata.row_group(number).num_rows for number in range(parquet.num_row_groups)
        )
        types = tuple((field.name, str(field.type)) for field in parquet.schema_arrow)
    return FileFacts(ParquetRows(file), size, version, groups, types)


def _no_rows(schema, names):
    import pyarrow as pa

    arrays = [pa.array([], schema.field(name).type) for name in names]
    return pa.RecordBatch.from_arrays(arrays, names=list(names))


def understood_columns(facts: Sequence[FileFacts], chosen: dict[str, str]) -> Columns:
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
    sample = _sample(str(first.file))
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
