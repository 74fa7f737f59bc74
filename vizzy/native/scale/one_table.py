"""Writes what was found of arrays or of a table of text as one table, some rows at a time."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from vizzy.exporting import UNDECIDED, names_of_added
from vizzy.native.scale import storage
from vizzy.native.scale.parquet_rows import ParquetIn
from vizzy.native.scale.pieces import Piece
from vizzy.native.scale.row_files import RowFiles
from vizzy.reading.columns import added_columns
from vizzy.reading.errors import ReadingError
from vizzy.reading.tables import Form, guarded

SUFFIXES = (".csv", ".tsv", ".txt")  # of a file that is written so


def write_one_table(path: Path, folder: str, pieces: Sequence[Piece], label: str) -> None:
    """Write the rows of the input with what was found of each.

    Parameters
    ----------
    path : Path
    folder : str
        Of the parts.
    pieces : sequence of Piece
        Of one `RowFiles`.
    label : str
        The column of labels.

    Raises
    ------
    ReadingError
        Where the file cannot be written, or the table was exported before.
    """
    files: Any = pieces[0].file
    columns = files.table.columns if files.table else ("id", "label")
    if added_columns.exported_columns(columns):
        raise ReadingError(f"{files} holds the decisions of a review, which scoring in pieces does not take over: write to a folder.")
    form = files.table.form if files.table else Form()
    added = names_of_added(columns, label)
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}{storage.ASIDE}")
    try:
        with aside.open("w", encoding=form.encoding, newline="") as file:
            if form.mark:
                file.write("\ufeff")
            file.write(form.preamble)
            writer = csv.writer(file, delimiter=form.delimiter, quotechar=form.quote, lineterminator=form.line_end)
            writer.writerow(map(guarded, (*columns, *added.values())))
            for rows in _rows(files, folder, pieces, added):
                writer.writerows([guarded(cell) for cell in row] for row in rows)
        aside.replace(path)
    except OSError as error:
        raise ReadingError(f"{path} cannot be written ({error.strerror}): choose another place.") from error
    except UnicodeEncodeError as error:
        raise ReadingError(f"{path} cannot be written in {form.encoding}, which lacks {error.object[error.start]!r}: save the table in UTF-8.") from error
    finally:
        aside.unlink(missing_ok=True)


def _rows(files: RowFiles, folder: str, pieces: Sequence[Piece], added: dict[str, str]) -> Iterator[Iterator[list[str]]]:
    """The rows of each group, with what was found of them."""
    for piece in pieces:
        with ParquetIn(storage.joined(folder, piece.name)) as part:
            found = part.read(use_threads=False)
        start = 0
        for group in piece.groups:
            count = files.group_rows[group]
            cells = _cells(found.slice(start, count), added)
            if files.table:
                rows: Any = files.table_of(group).rows
            else:
                given = found.column(added_columns.GIVEN_LABEL).slice(start, count).to_pylist()
                rows = ([files.id_of(group, row), label or ""] for row, label in enumerate(given))
            yield ([*row, *more] for row, more in zip(rows, zip(*cells, strict=True), strict=True))
            start += count


def _cells(found, added):
    """The cells of the columns to add: a list for each."""
    given = [label or "" for label in found.column(added_columns.GIVEN_LABEL).to_pylist()]
    cells = {
        added_columns.GIVEN_LABEL: given,
        added_columns.SUGGESTED_LABEL: [label or "" for label in found.column(added_columns.SUGGESTED_LABEL).to_pylist()],
        added_columns.CORRECTED_LABEL: given,
        added_columns.LABEL_QUALITY: [repr(value) for value in found.column(added_columns.LABEL_QUALITY).to_pylist()],
        added_columns.DECISION: [UNDECIDED] * len(given),
    }
    for name in (added_columns.IS_LABEL_ISSUE, added_columns.IS_OUT_OF_DISTRIBUTION):
        cells[name] = [str(value) for value in found.column(name).to_pylist()]
    nothing = [""] * len(given)
    return [
        [cell if label else "" for cell, label in zip(cells.get(column, nothing), given, strict=True)] for column in added
    ]

