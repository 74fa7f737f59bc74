"""A module for each family of file formats: from bytes to a `vizzy.reading.tables.Table`, and back where that can be.

`delimited` reads CSV in all its dialects and what is like it, `json_tables` the shapes in which JSON holds a table,
`ml_tools` the text formats of machine learning tools, `rasa` a chatbot's training data, `html_tables` and `databases` what Python's standard library opens,
`spreadsheets` and `columnar` what takes a library that is imported, or fetched, only when such a file comes. What holds
several tables is a `workbooks.Workbook`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from vizzy.reading.choices import Choices
from vizzy.reading.errors import ReadingError
from vizzy.reading.files import COLUMNAR_SUFFIXES, DATABASE_SUFFIXES, SPREADSHEET_SUFFIXES, WEB_PAGE_SUFFIXES, InputFile
from vizzy.reading.limits import NATIVE, Limits
from vizzy.reading.formats.delimited import delimited_text, read_delimited
from vizzy.reading.formats.json_tables import is_one_list, json_text, read_json, read_json_lines
from vizzy.reading.formats.ml_tools import (
    are_labels_and_texts,
    are_paths_and_labels,
    is_arff,
    is_fasttext,
    is_libsvm,
    is_lst,
    read_arff,
    read_fasttext,
    read_labels_and_texts,
    read_libsvm,
    read_lst,
    read_paths_and_labels,
)
from vizzy.reading.formats.rasa import is_rasa, read_rasa
from vizzy.reading.tables import DELIMITED, FEATHER, JSON, JSON_LINES, PARQUET, Table, cell_text, decoded, encoded
from vizzy.sentences import sentence

if TYPE_CHECKING:
    from vizzy.reading.formats.workbooks import Workbook

# What a file of a library's format begins with; an .ods and an .xlsx are zips, and known by what they hold.
PARQUET_START, ARROW_START, XLS_START, ZIP_START = b"PAR1", b"ARROW1", b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
ARROW_STREAM_START = b"\xff\xff\xff\xff"
SQLITE_START = b"SQLite format 3\0"
# What a web page begins with, behind what may stand before that, and what it must hold.
_PAGE_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*)*<(?:!doctype html|html|table|head|meta|style|body|div)\b", re.IGNORECASE | re.DOTALL
)
_TABLE_IN_PAGE = re.compile(rb"<table[\s>]", re.IGNORECASE)
IN_SPREADSHEETS = (b"xl/workbook", b"application/vnd.oasis.opendocument.spreadsheet", b"xl/")
DELIMITED_SUFFIXES = (".csv", ".tsv", ".tab")
RASA_SUFFIXES = (".yml", ".yaml", ".md")
# What is written into a file with such a suffix.
WRITTEN = {
    **dict.fromkeys((".csv", ".tsv"), DELIMITED),
    **dict.fromkeys((".jsonl", ".ndjson"), JSON_LINES),
    ".json": JSON,
    **dict.fromkeys((".parquet", ".pq"), PARQUET),
    **dict.fromkeys((".feather", ".arrow"), FEATHER),
}

READ_ONLY = (*SPREADSHEET_SUFFIXES, *DATABASE_SUFFIXES, *WEB_PAGE_SUFFIXES)


def read_table(file: InputFile, choices: Choices | None = None, limits: Limits = NATIVE) -> Table:
    """Read a table from a file's bytes, by what it holds rather than by its name.

    Parameters
    ----------
    file : InputFile
    choices : Choices, optional
        Of encoding, delimiter, header and sheet, which are found out where they are not chosen.
    limits : Limits
        On what files unpack to that say how large they are.

    Returns
    -------
    Table

    Raises
    ------
    ReadingError
    """
    choices = choices or Choices()
    if file.content.startswith((PARQUET_START, ARROW_START)) or is_arrow_stream(file):
        from vizzy.reading.formats.columnar import read_columnar

        return read_columnar(file, limits)
    if has_sheets(file):
        return open_workbook(file, choices, limits).table(choices.sheet)
    text, form, notes = decoded(file, choices.encoding)
    first = text.lstrip()[:1]
    if not first:
        raise ReadingError(sentence("{file} is empty: was it saved, or copied completely?", file=file.name))
    if file.suffix in (".jsonl", ".ndjson", ".manifest") and not is_one_list(text):
        return read_json_lines(file.name, text, form, notes)
    if file.suffix in (".json", ".jsonl", ".ndjson", ".manifest") or (file.suffix not in DELIMITED_SUFFIXES and first in "[{"):
        return read_json(file.name, text, form, notes)
    if has_intents(file):
        return read_rasa(file.name, text, form, notes)
    lists = ((is_fasttext, read_fasttext), (is_lst, read_lst), (are_paths_and_labels, read_paths_and_labels), (are_labels_and_texts, read_labels_and_texts))
    for recognised, read in lists:
        if recognised(text):
            return read(file.name, text, form, notes)
    for recognised, read_out in ((is_arff, read_arff), (is_libsvm, read_libsvm)):
        if recognised(text):
            return read_out(file.name, text, form, notes, limits.cells)
    return read_delimited(file.name, text, form, notes, choices.delimiter, choices.header)


def has_intents(file: InputFile) -> bool:
    """Whether a file is a chatbot's training data, by its name and what it holds."""
    return file.suffix in RASA_SUFFIXES and is_rasa(file.content.decode("utf-8", "replace"))


def has_sheets(file: InputFile) -> bool:
    """Whether a file holds several tables: a spreadsheet, a database or a web page with a table, by what it holds."""
    return is_spreadsheet(file) or is_database(file) or is_web_page(file)


def open_workbook(file: InputFile, choices: Choices, limits: Limits = NATIVE) -> Workbook:
    """Open a file that `has_sheets`, each of which is then read: a `vizzy.reading.formats.workbooks.Workbook`."""
    if is_database(file):
        from vizzy.reading.formats.databases import open_database

        return open_database(file, limits)
    if is_web_page(file):
        from vizzy.reading.formats.html_tables import open_web_page

        return open_web_page(file, choices.encoding, limits)
    from vizzy.reading.formats.spreadsheets import open_spreadsheet

    return open_spreadsheet(file, limits)


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


def is_arrow_stream(file: InputFile) -> bool:
    """Whether a file is a stream of Arrow's batches, such as Hugging Face's datasets keep, by name and beginning."""
    return file.suffix in COLUMNAR_SUFFIXES and file.content.startswith(ARROW_STREAM_START)


def is_spreadsheet(file: InputFile) -> bool:
    """Whether a file is a workbook, by what it holds, or a zip that is named like one."""
    if file.content.startswith(XLS_START):
        return True
    named = file.suffix in SPREADSHEET_SUFFIXES
    return file.content.startswith(ZIP_START) and (named or any(sign in file.content for sign in IN_SPREADSHEETS))


def is_database(file: InputFile) -> bool:
    """Whether a file is a database of SQLite's, by what it begins with."""
    return file.content.startswith(SQLITE_START)


def is_web_page(file: InputFile) -> bool:
    """Whether a file is a web page with a table, by what it holds."""
    return bool(_PAGE_START.match(file.content)) and bool(_TABLE_IN_PAGE.search(file.content))


__all__ = ["DELIMITED", "JSON", "JSON_LINES", "has_intents", "has_sheets", "in_form_of", "is_spreadsheet", "is_web_page", "open_workbook", "read_table", "write_table"]
