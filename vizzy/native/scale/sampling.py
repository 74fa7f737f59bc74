"""What arrays and delimited tables hold and what for, found by `vizzy.reading` from a sample of their rows."""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np

from vizzy.native.scale import row_files, storage
from vizzy.native.scale.columns import Columns, Understood
from vizzy.native.scale.line_ends import end_of_rows, line_and_row_ends, whole_rows
from vizzy.native.scale.row_files import ArrayColumn, RowFiles, Streams, TextTable
from vizzy.reading.arrays import LABELS, PRED_PROBS, Array, read_arrays
from vizzy.reading.choices import Choices
from vizzy.reading.columns import ID, LABEL, PROBABILITY, column_of, columns_of
from vizzy.reading.contents import contents_of
from vizzy.reading.encodings import NAMES
from vizzy.reading.errors import ReadingError
from vizzy.reading.files import InputFile
from vizzy.reading.suffixes import ARRAY_SUFFIXES
from vizzy.reading.limits import NATIVE
from vizzy.reading.formats import read_table
from vizzy.reading.formats.dialects import DELIMITERS, Dialect, dialect_of
from vizzy.reading.given_labels import given_labels_of
from vizzy.reading.label_cells import labels_of_column
from vizzy.reading.predictors import check_matrix
from vizzy.reading.roles import array_with, class_order, roles_of
from vizzy.reading.columns.soft_labels import shares_of_column
from vizzy.reading.tables import DELIMITED
from vizzy.sentences import counted

SAMPLE_ROWS = 1000  # in all, and so many from the beginning
HEAD_BYTES = 1_000_000  # of a table, from which it is found out how it is written
WHOLE_BYTES = 1_000_000  # a file that is no longer is read whole: a list of classes
BLOCK_BYTES = 1 << 24  # of a table, looked through at once
ASCII_LIKE = ("utf-8", "latin-1", "iso-8859-1", "ascii", *NAMES)  # encodings in which a line ends with one byte
NEEDS_MEMORY = "save it as CSV, .npy or Parquet, or score fewer rows in memory"


def understood(addresses: Sequence[str], choices: Choices) -> Understood:
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
    table, sampled = _sampled(addresses, arrays, choices)
    contents = contents_of(sampled, choices, NATIVE)
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
    found = Columns(
        label=label or labels.name,  # type: ignore[union-attr]  # one of the two is there
        probabilities=columns or (probs.name,),  # type: ignore[union-attr]
        n_classes=len(columns) or probs.values.shape[1],  # type: ignore[union-attr]
        are_lists=probs is not None,
        id=column_of(roles.columns, ID) if table else None,
        class_order=class_order(contents, roles, choices),
        class_by_number=tuple(by_number.items()),
    )
    files = RowFiles(_rows_of(used, table), used, table, columns)
    where = table.name if table and columns else found.probabilities[0]
    return Understood((files.facts(),), found, where, contents.notes + roles.notes)


def _sampled(addresses, arrays, choices):
    """The table that has the rows, if one has, and all files with a sample of their rows: (TextTable or None, list of InputFile)."""
    texts = [address for address in addresses if _suffix(address) not in ARRAY_SUFFIXES]
    rows = max((array.shape[0] for array in arrays), default=0)
    sizes = {text: _size(text) for text in texts}
    tables = [_table_in(address, choices) for address in texts if _holds_rows(address, sizes, rows)]
    if len(tables) > 1:
        raise ReadingError(f"{tables[0].name} and {tables[1].name} are two large tables: join them first, or {NEEDS_MEMORY}.")
    with Streams() as streams:
        table = _with_groups(streams.file(tables[0].address), tables[0]) if tables else None
        sample_idx = _sample_idx(table.rows if table else rows)
        files = [_sampled_arrays(streams, address, arrays, rows, sample_idx) for address in addresses if _suffix(address) in ARRAY_SUFFIXES]
        if table:
            files.append(_sampled_table(streams.file(table.address), table))
        whole = [address for address in texts if table is None or address != table.address]
        return table, files + [InputFile(_name(address), streams.content(address)) for address in whole]


def _holds_rows(address, sizes, rows):
    """Whether a text, of those with these sizes, has the rows of the data, as a list of classes beside it has not."""
    if sizes[address] > WHOLE_BYTES or not rows:
        return sizes[address] in (max(sizes.values()), *(size for size in sizes.values() if size > WHOLE_BYTES))
    with Streams() as streams:
        return 2 * (streams.content(address).count(b"\n") + 1) > rows


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
            fields = max(head.count(sign.encode()) for sign in DELIMITERS) // lines + 1
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
    return min(row_files.GROUP_ROWS, max(SAMPLE_ROWS // 2, of_each) if group == 0 else of_each)


def _sample_idx(rows):
    """The rows of the sample: np.ndarray of int, ascending."""
    groups = -(-rows // row_files.GROUP_ROWS)
    found = [group * row_files.GROUP_ROWS + np.arange(_sampled_of(group, groups)) for group in range(groups)]
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
    head = min((whole_rows(head, one) for one in separators), key=len) or whole_rows(head, Dialect(",", quoting=False))
    if not head:
        raise ReadingError(f"{_name(address)} has lines of more than a megabyte: {NEEDS_MEMORY}.")
    table = read_table(InputFile(_name(address), head), choices)
    if table.form.kind != DELIMITED or table.form.encoding not in ASCII_LIKE:
        raise ReadingError(f"{_name(address)} is read at once, and so with all its rows in memory: {NEEDS_MEMORY}.")
    dialect = dialect_of(head.decode(table.form.encoding), table.form.delimiter)
    begins, line = len(codecs.BOM_UTF8) * table.form.mark, table.lines[0]
    for _ in range(line - 1):
        begins = head.index(b"\n", begins) + 1
    return TextTable(table.name, address, table.columns, dialect, table.form, (begins,), (line,))


def _with_groups(file, table):
    """The table with its number of rows, and the places where groups of them begin.

    A line end is that of a row unless an odd number of quotation marks stands before it.
    """
    place, line, end = table.begins[0], table.lines[0], end_of_rows(file)
    begins, lines, ended, is_inside, before = [place], [line], 0, False, b"\n\n"
    file.seek(place)
    while place < end:
        block = file.read(min(BLOCK_BYTES, end - place))
        line_ends, of_rows, is_inside = line_and_row_ends(block, table.dialect, is_inside, before)
        before = (before + block)[-2:]
        for number in range(-(ended + 1) % row_files.GROUP_ROWS, len(of_rows), row_files.GROUP_ROWS):
            begins.append(place + int(of_rows[number]) + 1)
            lines.append(line + int(np.searchsorted(line_ends, of_rows[number])) + 1)
        ended, line, place = ended + len(of_rows), line + len(line_ends), place + len(block)
    return replace(table, begins=(*begins, end), lines=tuple(lines), rows=ended + 1)  # the last row ends with the file


def _sampled_table(file, table):
    """A table with its head and a sample of its rows."""
    file.seek(0)
    content = file.read(table.begins[0])
    groups = len(table.begins) - 1
    for group in range(groups):
        some = table.bytes_of_group(file, group, HEAD_BYTES)
        some = whole_rows(some, table.dialect, _sampled_of(group, groups)) or some.rstrip() + b"\n"
        table.as_table(some, group)  # complains of a row with its line
        content += some
    return InputFile(table.name, content)
