"""Arrays (.npy, .npz) and delimited tables (CSV and its relatives) whose rows are read some at a time.

Files that have the same rows, such as predicted probabilities and their labels, are one `RowFiles`, whose columns are the
arrays and the table's columns. Its rows are divided into groups, as those of a Parquet file are. What each column is for
is found by `sampling`.
"""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vizzy.native.scale import storage
from vizzy.native.scale.pieces import FileFacts
from vizzy.reading.arrays import coded_texts_of
from vizzy.reading.errors import ReadingError, shown
from vizzy.reading.formats.delimited import read_records
from vizzy.reading.formats.dialects import Dialect
from vizzy.reading.numbers import numbers_of
from vizzy.reading.tables import Form, Table
from vizzy.sentences import counted

GROUP_ROWS = 50_000


@dataclass(frozen=True)
class ArrayColumn:
    """An array of as many rows as the data, in a file."""

    name: str
    address: str
    member: str | None  # of an .npz
    offset: int  # of the first number in the file; in a compressed member, within that
    is_compressed: bool
    dtype: str
    shape: tuple[int, ...]
    in_columns: bool  # column after column (Fortran's order)

    @property
    def row_bytes(self) -> int:
        """Bytes of a row."""
        return int(np.dtype(self.dtype).itemsize * np.prod(self.shape[1:], dtype=np.int64))


@dataclass(frozen=True)
class TextTable:
    """A delimited table in a file."""

    name: str
    address: str
    columns: tuple[str, ...]
    dialect: Dialect
    form: Form
    begins: tuple[int, ...]  # the byte at which each group of rows begins, and the end
    lines: tuple[int, ...]  # the line of the file at which each group begins, counted from 1
    rows: int = 0

    def parsed(self, content: bytes, group: int, names: Sequence[str], expected: int) -> dict[str, Any]:
        """Some columns of a group of rows as pyarrow's arrays of text: dict.

        Raises
        ------
        ReadingError
            Where a row has too many fields, or holds nothing.
        """
        found = self._by_arrow(content, names)
        if found is None:
            table = self.as_table(content, group)
            import pyarrow as pa

            found = {name: pa.array(table.column(name), pa.string()) for name in names}
        rows = len(next(iter(found.values())))
        if rows != expected:
            raise ReadingError(
                f"{self.name} has {counted(rows, '{} row', '{} rows')} from line {self.lines[group]} on where {expected:,} were counted: it has "
                "blank lines within it, or a quotation mark that is not closed. Delete such lines, or close it."
            )
        return found

    def _by_arrow(self, content, names):
        """The columns, read by pyarrow; None where the table is not written in its way, or a row is wrong."""
        if self.dialect.escape or self.dialect.delimiter == " " or f"{self.dialect.delimiter} {self.dialect.quote}".encode() in content:
            return None
        import pyarrow as pa
        from pyarrow import csv

        text = content if self.form.encoding in ("utf-8", "ascii") else content.decode(self.form.encoding).encode()
        try:
            table = csv.read_csv(
                io.BytesIO(text),
                csv.ReadOptions(use_threads=False, block_size=len(text) + 1, column_names=list(self.columns)),
                csv.ParseOptions(
                    delimiter=self.dialect.delimiter,
                    quote_char=self.dialect.quote if self.dialect.quoting else False,
                    newlines_in_values=True,
                ),
                csv.ConvertOptions(column_types=dict.fromkeys(self.columns, pa.string()), include_columns=list(names), null_values=[]),
            )
        except (pa.ArrowException, UnicodeDecodeError):
            return None
        return {name: table.column(name).combine_chunks() for name in names}

    def bytes_of_group(self, file: io.IOBase, group: int, most: int | None = None) -> bytes:
        """The first bytes of a group of rows, by default all of them."""
        file.seek(self.begins[group])
        size = self.begins[group + 1] - self.begins[group]
        return file.read(size if most is None else min(size, most))

    def text_of(self, content: bytes) -> str:
        """Some bytes of the table as text.

        Raises
        ------
        ReadingError
            Where they are in another encoding than the table's first lines.
        """
        try:
            return content.decode(self.form.encoding)
        except UnicodeDecodeError as error:
            raise ReadingError(
                f"{self.name} cannot be read as {self.form.encoding}: {shown(repr(content[error.start : error.start + 1]))} stands in it. "
                "Save it in UTF-8."
            ) from error

    def as_table(self, content: bytes, group: int) -> Table:
        """A group of rows as `vizzy.reading` reads a table; complaints name their lines."""
        rows, lines = read_records(self.name, self.text_of(content), self.dialect, self.columns, bool(self.form.header), self.lines[group] - 1)
        return Table(self.name, self.columns, tuple(rows), tuple(lines), self.form)


@dataclass(frozen=True)
class RowFiles:
    """Arrays, and perhaps a table, that have the same rows, as `vizzy.native.scale.pieces.Rows`."""

    rows: int
    arrays: tuple[ArrayColumn, ...]
    table: TextTable | None = None
    numeric: tuple[str, ...] = ()  # the table's columns of numbers

    def __str__(self):
        names = [array.name for array in self.arrays] + ([self.table.name] if self.table else [])
        return " with ".join(names)

    @property
    def group_rows(self) -> tuple[int, ...]:
        """How many rows each group has."""
        return tuple(min(GROUP_ROWS, self.rows - start) for start in range(0, self.rows, GROUP_ROWS))

    def number(self, group: int, row: int) -> int:
        """The number, among all rows, of a row of a group; both from 0."""
        return group * GROUP_ROWS + row

    def place(self, group: int, row: int) -> str:
        """Where a row of a group is, for a sentence."""
        if self.table is None:
            return f"{self} row {self.number(group, row)} (counted from 0)"
        return f"{self.table.name} line {self.table_of(group).lines[row]}"

    def place_in_list(self, group: int, row: int, column: str, number: int) -> str:
        """Where a number of a row of an array is, for a sentence."""
        return f"{column} row {self.number(group, row)} (counted from 0), column {number}"

    def id_of(self, group: int, row: int) -> str:
        """What a row is called where no column has ids: its number, from 1 on, as in memory."""
        return str(self.number(group, row) + 1)

    def facts(self) -> FileFacts:
        """What is known of the files without reading their rows: FileFacts.

        Raises
        ------
        ReadingError
            Where one of them is not there.
        """
        addresses = {array.address for array in self.arrays} | ({self.table.address} if self.table else set())
        kept = [storage.size_and_version(address) for address in sorted(addresses)]
        return FileFacts(self, sum(size for size, _ in kept), " ".join(version for _, version in kept), self.group_rows, ())

    def table_of(self, group: int) -> Table:
        """The rows of the table in a group, as it holds them."""
        with storage.opened(self.table.address) as file:  # type: ignore[union-attr]  # asked for where there is a table
            return self.table.as_table(self.table.bytes_of_group(file, group), group)  # type: ignore[union-attr]

    def batches(self, groups: Sequence[int], names: Sequence[str], most_rows: int) -> Iterator[tuple[int, int, Any]]:
        """Some columns of the rows of some groups: yields the group, the first row within it, and pyarrow's RecordBatch."""
        import pyarrow as pa

        with Streams() as streams:
            for group in groups:
                texts = self._texts(streams, group, names)
                first, rows = group * GROUP_ROWS, self.group_rows[group]
                for start in range(0, rows, most_rows):
                    count = min(most_rows, rows - start)
                    columns = [
                        texts[name].slice(start, count)
                        if name in texts
                        else _as_arrow(streams.rows_of(self._array(name), first + start, count))
                        for name in names
                    ]
                    yield group, start, pa.RecordBatch.from_arrays(columns, names=list(names))

    def _array(self, name):
        return next(array for array in self.arrays if array.name == name)

    def _texts(self, streams, group, names):
        """The table's columns of a group, those of numbers as numbers."""
        wanted = [name for name in names if self.table and name in self.table.columns]
        if not wanted:
            return {}
        content = self.table.bytes_of_group(streams.file(self.table.address), group)
        found = self.table.parsed(content, group, wanted, self.group_rows[group])
        table = None
        for name in set(wanted) & set(self.numeric):
            number = _numbers(found[name])
            if number is None:
                table = table or self.table.as_table(content, group)
                number = _as_arrow(numbers_of(table, name))
            found[name] = number
        return found


class Streams:
    """Files that are open while rows are read from them."""

    def __enter__(self) -> Streams:
        self._files: dict[str, Any] = {}
        self._members: dict[str, Any] = {}
        self._open = contextlib.ExitStack()
        return self

    def __exit__(self, *raised):
        self._open.__exit__(*raised)

    def file(self, address: str) -> Any:
        """A file, open."""
        if address not in self._files:
            self._files[address] = self._open.enter_context(storage.opened(address))
        return self._files[address]

    def _stream(self, array):
        """What an array's numbers are read from: the file, or what unpacks a compressed member of it."""
        file = self.file(array.address)
        if not array.is_compressed:
            return file
        if array.name not in self._members:
            archive = self._open.enter_context(zipfile.ZipFile(file))
            self._members[array.name] = self._open.enter_context(archive.open(array.member))
        return self._members[array.name]

    def content(self, address: str) -> bytes:
        """All that a file holds."""
        file = self.file(address)
        file.seek(0)
        return file.read()

    def rows_of(self, array: ArrayColumn, start: int, count: int) -> np.ndarray:
        """Some rows of an array."""
        stream, dtype = self._stream(array), np.dtype(array.dtype)
        if not array.in_columns:
            content = _read_at(stream, array, array.offset + start * array.row_bytes, count * array.row_bytes)
            return np.frombuffer(content, dtype).reshape(count, *array.shape[1:])
        values = np.empty((count, *array.shape[1:]), dtype)
        for column in range(array.shape[1]):
            place = array.offset + (column * array.shape[0] + start) * dtype.itemsize
            values[:, column] = np.frombuffer(_read_at(stream, array, place, count * dtype.itemsize), dtype)
        return values


def _read_at(stream, array, place, size):
    stream.seek(place)
    content = stream.read(size)
    if len(content) != size:
        raise ReadingError(f"{array.name} ends before its last row: is it cut off? Save it again with numpy.save.")
    return content


def _numbers(texts):
    """Texts as float64; None where one of them is not a plain number."""
    import pyarrow as pa

    try:
        return texts.cast(pa.float64())
    except pa.ArrowException:
        return None


def _as_arrow(values):
    """Rows of an array: texts where they are labels, lists where they are a matrix."""
    import pyarrow as pa

    if values.ndim == 2 and values.shape[1] > 1:
        is_float = values.dtype.kind == "f" and values.dtype.itemsize > 2
        values = values.astype(values.dtype.newbyteorder("=") if is_float else np.float64, copy=False)
        return pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])
    if values.dtype == np.float64 and values.ndim == 1:
        return pa.array(values)
    texts = coded_texts_of(values)
    return pa.DictionaryArray.from_arrays(pa.array(texts.codes.astype(np.int32)), pa.array(list(texts.different), pa.string()))
