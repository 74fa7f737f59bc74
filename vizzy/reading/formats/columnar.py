"""Parquet and Feather (Arrow IPC): by pyarrow where it is installed, else, as in the browser, Parquet alone by arro3.

Cells become JSON's values: a list of numbers stays one, as for embeddings, and a structure is an object, as for
probabilities by class; times, decimals and bytes become text. A column that was not changed is written back with the
type that it came with. Feather is left to pyarrow: arro3 ends the whole process on a Feather file that is damaged.
"""

import datetime
import importlib.util
import io
from decimal import Decimal
from typing import Any

from vizzy.reading.class_lists import names_of_columns
from vizzy.reading.errors import ReadingError
from vizzy.reading.files import InputFile
from vizzy.reading.formats.json_tables import flattened
from vizzy.reading.limits import MEGABYTE, NATIVE, Limits
from vizzy.reading.tables import ABSENT, FEATHER, PARQUET, Form, Table, cell_text
from vizzy.sentences import sentence

PARQUET_MARK, FEATHER_MARK = b"PAR1", b"ARROW1"
IMAGE_KEYS = frozenset(["bytes", "path"])  # of an image, or a sound, as Hugging Face's datasets keep it
FOOTER_LENGTH = 4  # bytes before the mark at a Parquet file's end, which tell how long its description is
INSTALL = sentence("{command}, or save the table as CSV", command="pip install pyarrow")


def read_columnar(file: InputFile, limits: Limits = NATIVE) -> Table:
    """Read a Parquet or Feather file, or a stream of Arrow's.

    Parameters
    ----------
    file : InputFile
    limits : Limits

    Returns
    -------
    Table

    Raises
    ------
    ReadingError
        Where the file is damaged or too large, or where what reads it is not installed.
    """
    kind = PARQUET if file.content.startswith(PARQUET_MARK) else FEATHER
    if kind == PARQUET:
        _check_footer(file)
    try:
        arrow_table, schema, batches = _opened(file, kind)
        table = arrow_table.from_batches(list(_bounded(batches, file.name, limits)), schema=schema)
        columns = [[plain(cell) for cell in column.to_pylist()] for column in table.columns]
    except ReadingError:
        raise
    except BaseException as error:  # of a damaged file Rust panics, which is no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        raise ReadingError(sentence(
            "{file} cannot be read ({error}): is it cut off? Save it again, or as CSV.",
            file=file.name, error=_first_words(error),
        )) from error
    if not columns or not columns[0]:
        raise ReadingError(sentence("{file} holds no rows: is it the right file?", file=file.name))
    rows = tuple(list(row) for row in zip(*columns, strict=True))
    form = Form(kind=kind, origin=table)
    if any(isinstance(cell, dict) for cell in rows[0]):
        objects = [dict(zip(table.column_names, row, strict=True)) for row in rows]
        wider, notes = flattened(file.name, objects)
        if notes:
            names = tuple(wider[0])
            return Table(file.name, names, tuple([row.get(name) for name in names] for row in wider), tuple(range(1, len(rows) + 1)), form, notes, unit="row")
    named = {column: names for column, names in names_of_columns(schema.metadata).items() if column in table.column_names}
    return Table(file.name, tuple(table.column_names), rows, tuple(range(1, len(rows) + 1)), form, unit="row", class_names=named)


def _bounded(batches, name, limits):
    """The batches of rows, one by one, for as long as what they hold fits: a file of a few bytes can say that it has any number."""
    rows = size = 0
    for batch in batches:
        rows += batch.num_rows
        size += batch.nbytes
        if not limits.hold(rows, max(1, batch.num_columns)) or size > limits.file_bytes:
            raise ReadingError(sentence(
                "{file} holds more than the {rows} rows, {cells} cells or {most} MB, unpacked, that fit: "
                "{advice}.",
                file=name,
                rows=limits.rows,
                cells=limits.cells,
                most=round(limits.file_bytes / MEGABYTE),
                advice=limits.advice(name),
            ))
        yield batch


def _opened(file, kind):
    """Arrow's type of table, the columns' types, and the batches of rows of a file, read one by one as they are asked for."""
    source = io.BytesIO(file.content)
    if _is_installed("pyarrow"):
        return _opened_by_pyarrow(source, kind, is_stream=not file.content.startswith((PARQUET_MARK, FEATHER_MARK)))
    if kind == FEATHER:
        raise ReadingError(sentence(
            "{file} is a Feather file, which is read by pyarrow alone: {install} or as Parquet.",
            file=file.name, install=INSTALL,
        ))
    if not _is_installed("arro3"):
        raise ReadingError(sentence("{file} is a Parquet file, and pyarrow is needed to read it: {install}.", file=file.name, install=INSTALL))
    from arro3.core import Table as ArrowTable
    from arro3.io import read_parquet

    reader = read_parquet(source)
    return ArrowTable, reader.schema, reader


def _opened_by_pyarrow(source, kind, is_stream):
    import pyarrow

    if kind == PARQUET:
        from pyarrow.parquet import ParquetFile

        parquet = ParquetFile(source)
        return pyarrow.Table, parquet.schema_arrow, parquet.iter_batches()
    if is_stream:
        stream = pyarrow.ipc.open_stream(source)
        return pyarrow.Table, stream.schema, stream
    arrow = pyarrow.ipc.open_file(source)
    return pyarrow.Table, arrow.schema, map(arrow.get_batch, range(arrow.num_record_batches))


def written_columnar(table: Table) -> bytes:
    """A table as a Parquet or Feather file's bytes.

    Parameters
    ----------
    table : Table
        Of any form; from one that `read_columnar` read the types of the columns that were not changed are taken.

    Returns
    -------
    bytes

    Raises
    ------
    ReadingError
        Where what writes it is not installed.
    """
    out = io.BytesIO()
    names = list(table.columns)
    if _is_installed("pyarrow"):
        import pyarrow
        from pyarrow import feather, parquet

        made = pyarrow.Table.from_arrays([_pyarrow_column(table, name) for name in names], names=names)
        if table.form.kind == PARQUET:
            parquet.write_table(made, out)
        else:
            feather.write_feather(made, out)
        return out.getvalue()
    if table.form.kind == FEATHER or not _is_installed("arro3"):
        raise ReadingError(sentence("{file} needs pyarrow to be written in its format: {install}.", file=table.name, install=INSTALL))
    from arro3.core import Table as ArrowTable
    from arro3.io import write_parquet

    write_parquet(ArrowTable.from_arrays([_arro3_column(table, name) for name in names], names=names), out)
    return out.getvalue()


def plain(cell: Any) -> Any:
    """A cell of Arrow's as JSON has it: times, decimals and bytes as text, a map's pairs as an object."""
    if cell is None or isinstance(cell, (str, int, float)):
        return cell
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    if isinstance(cell, dict) and IMAGE_KEYS <= cell.keys():
        return plain(cell["path"])
    if isinstance(cell, dict):
        return {str(key): plain(value) for key, value in cell.items()}
    if isinstance(cell, list):
        if cell and all(isinstance(pair, tuple) for pair in cell):
            return {str(key): plain(value) for key, value in cell}
        return [plain(value) for value in cell]
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def _check_footer(file):
    """Refuse a Parquet file without its end, before arro3 does so in a way that writes to the console."""
    content = file.content
    described = int.from_bytes(content[-FOOTER_LENGTH - len(PARQUET_MARK) : -len(PARQUET_MARK)], "little")
    if not content.endswith(PARQUET_MARK) or not 0 < described <= len(content) - 12:
        raise ReadingError(sentence("{file} cannot be read (its end is missing): is it cut off? Save it again, or as CSV.", file=file.name))


def _first_words(error):
    return " ".join(str(error).split())[:120]


def _unchanged(table, name):
    """The column of Arrow's that a column came as, where it still holds the same; else None."""
    origin = table.form.origin
    if origin is None or name not in origin.column_names:
        return None
    column = origin.column(name)
    return column if repr([plain(cell) for cell in column.to_pylist()]) == repr(table.column(name)) else None


def _cells_of_one_kind(table, name):
    """A column's cells, as text where they are of several kinds, and the kinds."""
    cells = [None if cell is ABSENT else cell for cell in table.column(name)]
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds == {int, float}:
        cells = [None if cell is None else float(cell) for cell in cells]
        kinds = {float}
    if kinds == {int} and any(not -(2**63) <= cell < 2**63 for cell in cells if cell is not None):
        kinds = {int, str}
    if len(kinds) > 1:
        return [None if cell is None else cell_text(cell) for cell in cells], {str}
    return cells, kinds or {str}


def _pyarrow_column(table, name):
    import pyarrow

    column = _unchanged(table, name)
    if column is not None:
        return column
    cells, kinds = _cells_of_one_kind(table, name)
    return pyarrow.array(cells, type=pyarrow.string() if kinds == {str} else None)


def _arro3_column(table, name):
    from arro3.core import Array, DataType

    column = _unchanged(table, name)
    if column is not None:
        return column.combine_chunks()
    cells, kinds = _cells_of_one_kind(table, name)
    types = {bool: DataType.bool(), int: DataType.int64(), float: DataType.float64()}
    (kind,) = kinds
    if kind in types:
        return Array(cells, type=types[kind])
    return Array([None if cell is None else cell_text(cell) for cell in cells], type=DataType.utf8())


def _is_installed(module):
    return importlib.util.find_spec(module) is not None
