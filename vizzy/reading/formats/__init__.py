"""A module for each family of file formats: from bytes to a `vizzy.reading.tables.Table`, and back where that can be.

- Text: `delimited` reads CSV in all its dialects and what is like it (with `dialects`, `headers`, `surroundings`),
  `json_tables` the shapes in which JSON holds a table, `ml_tools` the text formats of machine learning tools, `rasa` a
  chatbot's training data.
- By Python's standard library: `html_tables`, `databases`; `stata` by itself.
- By a library that is imported, or fetched, only when such a file comes: `spreadsheets` (whose size `workbook_sizes` checks) and
  `columnar`.
- What holds several tables is a `workbooks.Workbook`. `scientific` reads what holds arrays by name, MATLAB's files (`matlab`)
  and HDF5 (`hdf5`).
- `recognition` tells formats apart, `writing` goes back from a table to bytes.

To read a new format: write its reader in a module here, tell it apart (a text by a function in that module and a row of
`TEXT_FORMATS`, anything else in `recognition` and `read_table`), enter its suffix in `vizzy.reading.suffixes`, name it in
static/importing.html and README.md, and test it in tests/core/test_reading_formats.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vizzy.reading.choices import Choices
from vizzy.reading.errors import ReadingError
from vizzy.reading.files import InputFile
from vizzy.reading.formats.delimited import read_delimited
from vizzy.reading.formats.json_tables import is_one_list, read_json, read_json_lines
from vizzy.reading.formats.ml_tools import (
    are_labels_and_texts,
    are_paths_and_labels,
    are_tagged_words,
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
    refuse_tagged_words,
)
from vizzy.reading.formats.rasa import read_rasa
from vizzy.reading.formats.recognition import has_intents, has_sheets, is_columnar, is_database, is_spreadsheet, is_stata, is_web_page
from vizzy.reading.formats.writing import WRITTEN, in_form_of, write_table
from vizzy.reading.limits import NATIVE, Limits
from vizzy.reading.tables import Table, decoded
from vizzy.sentences import sentence

if TYPE_CHECKING:
    from vizzy.reading.formats.workbooks import Workbook

DELIMITED_SUFFIXES = (".csv", ".tsv", ".tab")
JSON_LINES_SUFFIXES = (".jsonl", ".ndjson", ".manifest")
# Texts that are known by what they hold, in the order in which that is tried: whether a text is of a format, and what reads it.
TEXT_FORMATS = (
    (are_tagged_words, refuse_tagged_words),
    (is_fasttext, read_fasttext),
    (is_lst, read_lst),
    (are_paths_and_labels, read_paths_and_labels),
    (are_labels_and_texts, read_labels_and_texts),
)
# The same of formats with sparse rows, which are written out in full as far as there is room.
SPARSE_TEXT_FORMATS = ((is_arff, read_arff), (is_libsvm, read_libsvm))


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
    if is_columnar(file):
        from vizzy.reading.formats.columnar import read_columnar

        return read_columnar(file, limits)
    if is_stata(file):
        from vizzy.reading.formats.stata import read_stata

        return read_stata(file, limits)
    if has_sheets(file):
        return open_workbook(file, choices, limits).table(choices.sheet)
    return _read_text(file, choices, limits)


def _read_text(file, choices, limits):
    text, form, notes = decoded(file, choices.encoding)
    first = text.lstrip()[:1]
    if not first:
        raise ReadingError(sentence("{file} is empty: was it saved, or copied completely?", file=file.name))
    if file.suffix in JSON_LINES_SUFFIXES and not is_one_list(text):
        return read_json_lines(file.name, text, form, notes)
    if file.suffix in (".json", *JSON_LINES_SUFFIXES) or (file.suffix not in DELIMITED_SUFFIXES and first in "[{"):
        return read_json(file.name, text, form, notes)
    if has_intents(file):
        return read_rasa(file.name, text, form, notes)
    for is_of_format, read in TEXT_FORMATS:
        if is_of_format(text):
            return read(file.name, text, form, notes)
    for is_of_format, read_sparse in SPARSE_TEXT_FORMATS:
        if is_of_format(text):
            return read_sparse(file.name, text, form, notes, limits.cells)
    return read_delimited(file.name, text, form, notes, choices.delimiter, choices.header)


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


__all__ = [
    "WRITTEN",
    "has_intents",
    "has_sheets",
    "in_form_of",
    "is_spreadsheet",
    "is_stata",
    "is_web_page",
    "open_workbook",
    "read_table",
    "write_table",
]
