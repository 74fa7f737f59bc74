"""Arrays (.npy, .npz) and delimited tables (CSV and its relatives) whose rows are read some at a time.

What each is for is found by `vizzy.reading`, from a sample of their rows. Files that have the same rows, such as predicted
probabilities and their labels, are one `RowFiles`, whose columns are the arrays and the table's columns. Its rows are
divided into groups, as those of a Parquet file are.
"""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from vizzy.native.scale import storage
from vizzy.reading.arrays import LABELS, PRED_PROBS, Array, coded_texts_of, read_arrays
from vizzy.reading.choices import Choices
from vizzy.reading.columns import ID, LABEL, PROBABILITY, column_of, columns_of
from vizzy.reading.contents import contents_of
from vizzy.reading.errors import ReadingError, shown
from vizzy.reading.files import ARRAY_SUFFIXES, NATIVE, InputFile
from vizzy.reading.formats import read_table
from vizzy.reading.formats.delimited import DELIMITERS, Dialect, dialect_of, read_records
from vizzy.reading.given_labels import given_labels_of
from vizzy.reading.label_cells import labels_of_column
from vizzy.reading.numbers import numbers_of
from vizzy.reading.predictors import check_matrix
from vizzy.reading.roles import array_with, class_order, roles_of
from vizzy.reading.soft_labels import shares_of_column
from vizzy.reading.tables import DELIMITED, Form, Table
from vizzy.sentences import counted

GROUP_ROWS = 50_000
SAMPLE_ROWS = 1000  # in all, and so many from the beginning
HEAD_BYTES = 1_000_000  # of a table, from which it is found out how it is written
WHOLE_BYTES = 1_000_000  # a file that is no longer is read whole: a list of classes
BLOCK_BYTES = 1 << 24  # of a table, looked through at once
TAIL_BYTES = 4096
ASCII_LIKE = ("utf-8", "cp1252", "latin-1", "iso-8859-1", "ascii")  # encodings in which a line ends with one byte
NEEDS_MEMORY = "save it as CSV, .npy or Parquet, or score fewer rows in memory"


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

    def as_table(self, content: bytes, group: int) -> Table:
        """A group of rows as `vizzy.reading` reads a table; complaints name their lines."""
        text = _text(self.name, content, self.form)
        rows, lines = read_records(self.name, text, self.dialect, self.columns, bool(self.form.header), self.lines[group] - 1)
        return Table(self.name, self.columns, tuple(rows), tuple(lines), self.form)


@dataclass(frozen=True)
class RowFiles:
    """Arrays, and perhaps a table, that have the same rows; see `row_files_of`."""

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

    def table_of(self, group: int) -> Table:
        """The rows of the table in a group, as it holds them."""
        with storage.opened(self.table.address) as file:  # type: ignore[union-attr]  # asked for where there is a table
            return self.table.as_table(_bytes_of_group(file, self.table, group), group)  # type: ignore[union-attr]

    def batches(self, groups: Sequence[int], names: Sequence[str], most_rows: int) -> Iterator[tuple[int, int, Any]]:
        """Some columns of the rows of some groups: yields the group, the first row within it, and pyarrow's RecordBatch."""
        import pyarrow as pa

        with _Streams() as streams:
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
        content = _bytes_of_group(streams.file(self.table.address), self.table, group)
        found = self.table.parsed(content, group, wanted, self.group_rows[group])
        table = None
        for name in set(wanted) & set(self.numeric):
            number = _numbers(found[name])
            if number is None:
                table = table or self.table.as_table(content, group)
                number = _as_arrow(numbers_of(table, name))
            found[name] = number
        return found


class _Streams:
    """Files that are open while rows are read from them, one place after the other."""

    def __enter__(self):
        self._files, self._members, self._open = {}, {}, []
        return self

    def __exit__(self, kind, error, traceback):
        for opened in reversed(self._open):
            opened.__exit__(kind, error, traceback)

    def _opened(self, opened):
        entered = opened.__enter__()
        self._open.append(opened)
        return entered

    def file(self, address):
        if address not in self._files:
            self._files[address] = self._opened(storage.opened(address))
        return self._files[address]

    def _stream(self, array):
        """What an array's numbers are read from: the file, or what unpacks a compressed member of it."""
        file = self.file(array.address)
        if not array.is_compressed:
            return file
        if array.name not in self._members:
            self._members[array.name] = self._opened(zipfile.ZipFile(file).open(array.member))  # noqa: SIM115 - closed with the others
        return self._members[array.name]

    def rows_of(self, array, start, count):
        """Some rows of an array: np.ndarray."""
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


def _bytes_of_group(file, table, group, most=None):
    file.seek(table.begins[group])
    size = table.begins[group + 1] - table.begins[group]
    return file.read(size if most is None else min(size, most))


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


# --- what is found of files ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Understood:
    """What some files hold and what for; see `row_files_of`."""

    files: RowFiles
    label: str  # the name of a column, as are the next ones
    probabilities: tuple[str, ...]
    n_classes: int
    are_lists: bool
    id: str | None
    class_order: tuple[str, ...]
    class_by_number: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def row_files_of(addresses: Sequence[str], choices: Choices) -> Understood:
    """Find the labels and the predicted probabilities among some files, without reading all of their rows.

    Parameters
    ----------
    addresses : sequence of str
    choices : Choices

    Returns
    -------
    Understood

    Raises
    ------
    ReadingError
        Where there are no labels or probabilities, they do not have the same rows, or they take all rows at once to be read.
    """
    arrays = [array for address in addresses for array in _arrays_in(address)]
    table, files = _sampled(addresses, arrays, choices)
    contents = contents_of(files, choices, NATIVE)
    roles = roles_of(contents, choices)
    given_labels_of(contents, roles, choices)  # complains where nothing holds labels
    label, columns = _label_of(contents, roles), tuple(columns_of(roles.columns, PROBABILITY))
    labels, probs = (array_with(contents, roles, role) for role in (LABELS if label is None else "", PRED_PROBS))
    columns = columns if probs is None else ()
    if (len(columns) < 2) if probs is None else (probs.values.ndim != 2 or probs.values.shape[1] < 2):
        raise ReadingError(f"{contents.name}: there is no array, and no column a class, of predicted probabilities; {NEEDS_MEMORY}.")
    of_arrays = {array.name: array for array in arrays}
    used = tuple(of_arrays[array.name] for array in (probs, labels) if array is not None)
    table = None if label is None and not columns else table
    by_number = contents.class_by_number
    if labels is not None:
        by_number = {str(number): name for number, name in enumerate(class_order(contents, roles, choices))} or by_number
    return Understood(
        files=RowFiles(_rows_of(used, table), used, table, columns),
        label=label or labels.name,  # type: ignore[union-attr]  # one of the two is there
        probabilities=columns or (probs.name,),  # type: ignore[union-attr]
        n_classes=len(columns) or probs.values.shape[1],  # type: ignore[union-attr]
        are_lists=probs is not None,
        id=column_of(roles.columns, ID) if table else None,
        class_order=class_order(contents, roles, choices),
        class_by_number=tuple(by_number.items()),
        notes=contents.notes + roles.notes,
    )


def _sampled(addresses, arrays, choices):
    """The table that has the rows, if one has, and all files with a sample of their rows: (TextTable or None, list of InputFile)."""
    texts = [address for address in addresses if _suffix(address) not in ARRAY_SUFFIXES]
    rows = max((array.shape[0] for array in arrays), default=0)
    sizes = {text: _size(text) for text in texts}
    tables = [_table_in(address, choices) for address in texts if _holds_rows(address, sizes, rows)]
    if len(tables) > 1:
        raise ReadingError(f"{tables[0].name} and {tables[1].name} are two large tables: join them first, or {NEEDS_MEMORY}.")
    with _Streams() as streams:
        table = _with_groups(streams.file(tables[0].address), tables[0]) if tables else None
        sample_idx = _sample_idx(table.rows if table else rows)
        files = [_sampled_arrays(streams, address, arrays, rows, sample_idx) for address in addresses if _suffix(address) in ARRAY_SUFFIXES]
        if table:
            files.append(_sampled_table(streams.file(table.address), table))
        whole = [address for address in texts if table is None or address != table.address]
        return table, files + [InputFile(_name(address), _content(streams, address)) for address in whole]


def _holds_rows(address, sizes, rows):
    """Whether a text, of those with these sizes, has the rows of the data, as a list of classes beside it has not."""
    if sizes[address] > WHOLE_BYTES or not rows:
        return sizes[address] in (max(sizes.values()), *(size for size in sizes.values() if size > WHOLE_BYTES))
    with _Streams() as streams:
        return 2 * (_content(streams, address).count(b"\n") + 1) > rows


def _label_of(contents, roles):
    """The column of the labels, None where an array holds them; both as one value a row."""
    label, labels = column_of(roles.columns, LABEL), array_with(contents, roles, LABELS)
    if label is not None:
        table = contents.table
        are_plain = shares_of_column(table, label) is None and labels_of_column(table, label) == table.texts(label)
    else:
        are_plain = labels is not None and labels.values.size == max(labels.values.shape)
    if not are_plain:
        raise ReadingError(f"{contents.name}: the labels are not one plain value a row; {NEEDS_MEMORY}.")
    return label


def _rows_of(used, table):
    """How many rows arrays and a table have; complains where these are different, as of arrays in memory."""
    rows = [array.shape[0] for array in used] + ([table.rows] if table else [])
    if used:
        check_matrix(Array(used[0].name, np.broadcast_to(np.zeros((), np.dtype(used[0].dtype)), used[0].shape)), rows[-1])
    return rows[-1]


def rows_and_cells(addresses: Sequence[str]) -> tuple[int, int]:
    """How many rows and cells some files have, about: (int, int); of a table, by the length of its first lines.

    Raises
    ------
    ReadingError
        Where one of them cannot be read.
    """
    rows = cells = 0
    for address in addresses:
        if _suffix(address) in ARRAY_SUFFIXES:
            shapes = [array.shape for array in _arrays_in(address)]
            rows = max([rows, *(shape[0] for shape in shapes)])
            cells += sum(int(np.prod(shape, dtype=np.int64)) for shape in shapes)
        else:
            with storage.opened(address) as file:
                head = file.read(HEAD_BYTES)
            lines = head.count(b"\n") or 1
            estimated = _size(address) * lines // max(1, len(head))
            fields = max(head.count(sign) for sign in (b",", b";", b"\t", b"|")) // lines + 1
            rows, cells = max(rows, estimated), cells + estimated * fields
    return rows, cells


def _name(address):
    return PurePosixPath(address.replace("\\", "/")).name


def _suffix(address):
    return PurePosixPath(address).suffix.lower()


def _size(address):
    files, path = storage.filesystem(address)
    with storage.in_words(address, "read"):
        return int(files.info(path)["size"])


def _content(streams, address):
    file = streams.file(address)
    file.seek(0)
    return file.read()


def _arrays_in(address):
    """The arrays of a file, and where their numbers are: list of ArrayColumn; none in a file of another kind."""
    if _suffix(address) not in ARRAY_SUFFIXES:
        return []
    with storage.opened(address) as file:
        if file.read(2) != b"PK":
            file.seek(0)
            return [_header(file, InputFile(_name(address), b""), address, None, 0, False)]
        file.seek(0)
        try:
            archive = zipfile.ZipFile(file)
            return [_member(file, archive, entry, address) for entry in archive.infolist() if entry.filename.endswith(".npy")]
        except zipfile.BadZipFile as error:
            raise ReadingError(f"{_name(address)} cannot be unpacked ({error}): is it cut off? Save it again with numpy.savez.") from error


def _member(file, archive, entry, address):
    named = InputFile(f"{_name(address)}/{entry.filename}", b"")
    is_compressed = entry.compress_type != zipfile.ZIP_STORED
    with archive.open(entry) as opened:
        array = _header(opened, named, address, entry.filename, 0, is_compressed)
    if is_compressed and array.in_columns and len(array.shape) > 1:
        raise ReadingError(f"{array.name} is compressed, column after column: save it with numpy.ascontiguousarray, or not compressed.")
    start = 0
    if not is_compressed:
        file.seek(entry.header_offset)
        local = file.read(30)  # a zip's own header before the content, whose name and extra field may be of any length
        start = entry.header_offset + 30 + int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little")
    return replace(array, name=array.name.removesuffix(".npy"), offset=array.offset + start)


def _header(file, named, address, member, start, is_compressed):
    """What an array's header says; it is read as that of a small one is, which refuses what is damaged or would run something."""
    begin = file.read(12)
    is_first_version = begin[6:7] == b"\x01"
    length_end = 10 if is_first_version else 12
    offset = length_end + int.from_bytes(begin[8:length_end], "little")
    content = begin + file.read(max(0, min(offset - len(begin), HEAD_BYTES)))
    read_header = np.lib.format.read_array_header_1_0 if is_first_version else np.lib.format.read_array_header_2_0
    try:
        opened = io.BytesIO(content)
        np.lib.format.read_magic(opened)
        shape, in_columns, dtype = read_header(opened)
        if dtype.hasobject or not shape:
            raise ValueError("pickle")
    except (ValueError, OSError):
        read_arrays(InputFile(named.name, content), NATIVE)  # says what is wrong
        raise ReadingError(f"{named.name} holds no rows: save the array again with numpy.save.") from None
    return ArrayColumn(named.name, address, member, start + offset, is_compressed, dtype.str, shape, in_columns and len(shape) > 1)


def _sampled_of(group, groups):
    """How many rows of a group, its first ones, are in the sample."""
    of_each = max(1, SAMPLE_ROWS // groups)
    return min(GROUP_ROWS, max(SAMPLE_ROWS // 2, of_each) if group == 0 else of_each)


def _sample_idx(rows):
    """The rows of the sample: np.ndarray of int, ascending."""
    groups = -(-rows // GROUP_ROWS)
    found = [group * GROUP_ROWS + np.arange(_sampled_of(group, groups)) for group in range(groups)]
    idx = np.concatenate(found or [np.empty(0, dtype=np.intp)])
    return idx[idx < rows]


def _sampled_arrays(streams, address, arrays, rows, sample_idx):
    """A file of arrays with a sample of their rows; arrays of other lengths, such as lists of classes, whole."""
    values = {}
    for array in (array for array in arrays if array.address == address):
        if array.shape[0] == rows and rows > 1:
            inside = sample_idx[sample_idx < rows]
            runs = np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1)
            values[array.name] = np.concatenate([streams.rows_of(array, int(run[0]), len(run)) for run in runs])
        elif array.row_bytes * array.shape[0] <= WHOLE_BYTES:
            values[array.name] = streams.rows_of(array, 0, array.shape[0])
        else:
            raise ReadingError(f"{array.name} has {counted(array.shape[0], '{} row', '{} rows')}, but another array has {rows:,}: were both made from the same rows?")
    buffer = io.BytesIO()
    if _suffix(address) == ".npy":
        np.save(buffer, next(iter(values.values())), allow_pickle=False)
    else:
        np.savez(buffer, **{name.removeprefix(f"{_name(address)}/"): one for name, one in values.items()})
    return InputFile(_name(address), buffer.getvalue())


# --- tables ------------------------------------------------------------------------------------------------


def _table_in(address, choices):
    """How a table is written, from its first lines: TextTable without groups."""
    with storage.opened(address) as file:
        head = file.read(HEAD_BYTES)
    separators = (Dialect(sign) for sign in DELIMITERS)  # of them it is not known yet which one is meant
    head = min((_whole_rows(head, one) for one in separators), key=len) or _whole_rows(head, Dialect(",", quoting=False))
    if not head:
        raise ReadingError(f"{_name(address)} has lines of more than a megabyte: {NEEDS_MEMORY}.")
    table = read_table(InputFile(_name(address), head), choices.encoding, choices.delimiter, choices.header)
    if table.form.kind != DELIMITED or table.form.encoding not in ASCII_LIKE:
        raise ReadingError(f"{_name(address)} is read at once, and so with all its rows in memory: {NEEDS_MEMORY}.")
    dialect = dialect_of(_text(table.name, head, table.form), table.form.delimiter)
    begins, line = len(codecs.BOM_UTF8) * table.form.mark, table.lines[0]
    for _ in range(line - 1):
        begins = head.index(b"\n", begins) + 1
    return TextTable(table.name, address, table.columns, dialect, table.form, (begins,), (line,))


def _with_groups(file, table):
    """The table with its number of rows, and the places where groups of them begin.

    A line end is that of a row unless an odd number of quotation marks stands before it.
    """
    place, line, end = table.begins[0], table.lines[0], _end_of_rows(file)
    begins, lines, ended, is_inside, before = [place], [line], 0, False, b"\n\n"
    file.seek(place)
    while place < end:
        block = file.read(min(BLOCK_BYTES, end - place))
        line_ends, of_rows, is_inside = _line_ends(block, table.dialect, is_inside, before)
        before = (before + block)[-2:]
        for number in range(-(ended + 1) % GROUP_ROWS, len(of_rows), GROUP_ROWS):
            begins.append(place + int(of_rows[number]) + 1)
            lines.append(line + int(np.searchsorted(line_ends, of_rows[number])) + 1)
        ended, line, place = ended + len(of_rows), line + len(line_ends), place + len(block)
    return replace(table, begins=(*begins, end), lines=tuple(lines), rows=ended + 1)  # the last row ends with the file


def _line_ends(block, dialect, is_inside=False, before=b"\n\n"):
    """Where lines end, where rows do, and whether the end is between quotation marks; ``before`` are the two bytes before the block."""
    signs = np.frombuffer(block, np.uint8)
    line_ends = np.flatnonzero(signs == ord("\n"))
    quotes = _quotes(signs, dialect, is_inside, before) if dialect.quoting else ()
    if not len(quotes) and not is_inside:
        return line_ends, line_ends, False
    of_rows = line_ends[(np.searchsorted(quotes, line_ends) + is_inside) % 2 == 0]
    return line_ends, of_rows, bool((len(quotes) + is_inside) % 2)


def _quotes(signs, dialect, is_inside, before):
    """Where the quotation marks are that open and close fields: one within a field that none encloses is a part of it."""
    quote = ord(dialect.quote)
    quotes = np.flatnonzero(signs == quote)
    with_before = np.concatenate([np.frombuffer(before, np.uint8), signs])
    last, last_but_one = with_before[quotes + 1], with_before[quotes]
    separators = [ord(dialect.delimiter), ord("\n")]
    begins = np.isin(last, separators) | ((last == ord(" ")) & np.isin(last_but_one, separators))
    if (begins | (last == quote))[int(is_inside) :: 2].all():  # each opens where a field begins, or closes one, or is written twice
        return quotes
    kept: list[int] = []
    for place, at_beginning in zip(quotes.tolist(), begins.tolist(), strict=True):
        if is_inside or at_beginning or (kept[-1] == place - 1 if kept else place == 0 and before[1] == quote):
            kept.append(place)
            is_inside = not is_inside
    return np.array(kept, dtype=np.intp)


def _whole_rows(content, dialect, most=None):
    """The first rows of some bytes, without one that does not end in them; nothing where none does."""
    of_rows = _line_ends(content, dialect)[1][:most]
    return content[: int(of_rows[-1]) + 1] if len(of_rows) else b""


def _end_of_rows(file):
    """Where the last row ends, before the line ends at the end of a file."""
    end = file.seek(0, 2)
    while end:
        start = max(0, end - TAIL_BYTES)
        file.seek(start)
        kept = file.read(end - start).rstrip(b"\r\n")
        if kept:
            return start + len(kept)
        end = start
    return end


def _sampled_table(file, table):
    """A table with its head and a sample of its rows."""
    file.seek(0)
    content = file.read(table.begins[0])
    groups = len(table.begins) - 1
    for group in range(groups):
        some = _bytes_of_group(file, table, group, HEAD_BYTES)
        some = _whole_rows(some, table.dialect, _sampled_of(group, groups)) or some.rstrip() + b"\n"
        table.as_table(some, group)  # complains of a row with its line
        content += some
    return InputFile(table.name, content)


def _text(name, content, form):
    try:
        return content.decode(form.encoding)
    except UnicodeDecodeError as error:
        raise ReadingError(
            f"{name} cannot be read as {form.encoding}: {shown(repr(content[error.start : error.start + 1]))} stands in it. Save it in UTF-8."
        ) from error
