"""From a table back to a file's bytes, in the form in which it came or in that of another suffix."""

from dataclasses import replace

from vizzy.reading.errors import ReadingError
from vizzy.reading.suffixes import DATABASE_SUFFIXES, SPREADSHEET_SUFFIXES, STATA_SUFFIXES, WEB_PAGE_SUFFIXES
from vizzy.reading.formats.delimited import delimited_text
from vizzy.reading.formats.json_tables import json_text
from vizzy.reading.tables import DELIMITED, FEATHER, JSON, JSON_LINES, PARQUET, Table, cell_text, encoded
from vizzy.sentences import sentence

# What is written into a file with such a suffix.
WRITTEN = {
    **dict.fromkeys((".csv", ".tsv"), DELIMITED),
    **dict.fromkeys((".jsonl", ".ndjson"), JSON_LINES),
    ".json": JSON,
    **dict.fromkeys((".parquet", ".pq"), PARQUET),
    **dict.fromkeys((".feather", ".arrow"), FEATHER),
}
READ_ONLY = (*SPREADSHEET_SUFFIXES, *DATABASE_SUFFIXES, *STATA_SUFFIXES, *WEB_PAGE_SUFFIXES)


def write_table(table: Table) -> bytes:
    """A table's bytes, in the form in which it came; cells of a delimited one are written as they are."""
    if table.form.kind in (PARQUET, FEATHER):
        from vizzy.reading.formats.columnar import written_columnar

        return written_columnar(table)
    text = delimited_text(table) if table.form.kind == DELIMITED else json_text(table)
    return encoded(text, table.form)


def in_form_of(table: Table, suffix: str) -> Table:
    """A table as it is to be written into a file with a suffix such as ".csv"; its own form where that says nothing.

    Raises
    ------
    ReadingError
        Where files with that suffix are read but not written.
    """
    kind = WRITTEN.get(suffix.lower(), table.form.kind)
    if suffix.lower() in READ_ONLY:
        raise ReadingError(sentence(
            "{suffix} is read but not written: name a file that ends in .csv, which every spreadsheet opens.",
            suffix=suffix,
        ))
    if kind == table.form.kind:
        return table
    rows = table.rows
    if kind == DELIMITED:
        rows = tuple([cell_text(cell) for cell in row] for row in rows)
    elif table.form.kind == DELIMITED:
        rows = tuple(list(row) for row in rows)
    return replace(table, rows=rows, form=replace(table.form, kind=kind, delimiter="\t" if suffix == ".tsv" else ","))
