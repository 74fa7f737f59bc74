"""Parquet and Feather (Arrow), read and written by pyarrow.

A column of lists of numbers stays one, as for embeddings; dates and decimals become text; a column of structures or of
anything else that a table cannot show is refused by name.
"""

import io
from dataclasses import replace

from vizzy.reading.errors import ReadingError, shown
from vizzy.reading.files import InputFile
from vizzy.reading.tables import FEATHER, PARQUET, Form, Table

INSTALL = "pyarrow is needed to read it: pip install pyarrow, or save the table as CSV"


def read_columnar(file: InputFile) -> Table:
    """Read a Parquet or Feather file.

    Parameters
    ----------
    file : InputFile

    Returns
    -------
    Table

    Raises
    ------
    ReadingError
        Where the file is damaged or holds what no table shows, or where pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import feather, parquet
    except ImportError:
        raise ReadingError(f"{file.name} is a Parquet or Feather file, and {INSTALL}.") from None
    is_parquet = file.content.startswith(b"PAR1")
    try:
        source = io.BytesIO(file.content)
        table = parquet.read_table(source) if is_parquet else feather.read_table(source)
        columns = [_cells(file.name, name, table.column(name), pyarrow) for name in table.column_names]
    except ReadingError:
        raise
    except Exception as error:  # pyarrow raises its own errors, and others on damaged files
        raise ReadingError(f"{file.name} cannot be read ({error}): is it cut off? Save it again, or as CSV.") from error
    if not columns or not table.num_rows:
        raise ReadingError(f"{file.name} holds no rows: is it the right file?")
    rows = tuple(list(row) for row in zip(*columns, strict=True))
    form = Form(kind=PARQUET if is_parquet else FEATHER)
    made = Table(file.name, tuple(table.column_names), rows, tuple(range(1, len(rows) + 1)), form)
    return replace(made, unit="row")


def written_columnar(table: Table) -> bytes:
    """A table as a Parquet or Feather file's bytes."""
    import pyarrow
    from pyarrow import feather, parquet

    columns = {name: _arrow_values(table.column(name)) for name in table.columns}
    made = pyarrow.table(columns)
    out = io.BytesIO()
    if table.form.kind == PARQUET:
        parquet.write_table(made, out)
    else:
        feather.write_feather(made, out, compression="uncompressed")
    return out.getvalue()


def _cells(file, name, column, pyarrow):
    """A column's cells as text, numbers or lists."""
    kind = column.type
    if pyarrow.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pyarrow.types.is_struct(kind) or pyarrow.types.is_map(kind):
        raise ReadingError(f"{file}, column {shown(name)} holds structures of several values: save each value as a column of its own.")
    if pyarrow.types.is_temporal(kind) or pyarrow.types.is_decimal(kind):
        return ["" if cell is None else str(cell) for cell in column.to_pylist()]
    if pyarrow.types.is_binary(kind) or pyarrow.types.is_large_binary(kind):
        return ["" if cell is None else cell.decode("utf-8", "replace") for cell in column.to_pylist()]
    return column.to_pylist()


def _arrow_values(cells):
    """Cells of one kind as they are; of several kinds, as text."""
    kinds = {type(cell) for cell in cells if cell is not None}
    if len(kinds) <= 1 or kinds <= {int, float}:
        return cells
    return [None if cell is None else str(cell) for cell in cells]
