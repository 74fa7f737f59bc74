"""From files to what they hold: one table, arrays, names of images, and what of a dataset folder is known besides."""

from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import numpy as np

from vizzy.dataset import EMBEDDINGS_FILE, INDEX_FILE, PRED_PROBS_FILE, TABLE_FILE
from vizzy.reading.arrays import Array, read_arrays
from vizzy.reading.columns import LABEL, check_choices, column_of, exported_columns, guess_roles
from vizzy.reading.errors import ReadingError, counted, listed
from vizzy.reading.files import ARRAY_SUFFIXES, TABLE_SUFFIXES, check_sizes, unpacked
from vizzy.reading.nesting import parsed_json
from vizzy.reading.numbers import numbers_of
from vizzy.reading.tables import read_table, unguarded

DATASET_FOLDER_FILES = (TABLE_FILE, INDEX_FILE, EMBEDDINGS_FILE, PRED_PROBS_FILE)
# Read as tables where nothing is surer to be one.
PERHAPS_TABLES = (".txt", ".json", ".dat", ".data", "")
# Files that carry the numbers, but in a form that is not read.
FOREIGN_SUFFIXES = {
    ".pt": "a PyTorch file: save tensor.cpu().numpy() with numpy.save",
    ".pth": "a PyTorch file: save tensor.cpu().numpy() with numpy.save",
    ".safetensors": "a file of tensors: save each with numpy.save",
    ".pkl": "a Python pickle, which could run anything: save the table as CSV and the numbers with numpy.save",
    ".pickle": "a Python pickle, which could run anything: save the table as CSV and the numbers with numpy.save",
    ".joblib": "a Python pickle, which could run anything: save the table as CSV and the numbers with numpy.save",
    ".parquet": "a Parquet file: save the table as CSV",
    ".feather": "an Arrow file: save the table as CSV",
    ".xlsx": "an Excel workbook: save the sheet as CSV",
    ".xls": "an Excel workbook: save the sheet as CSV",
    ".ods": "a spreadsheet: save the sheet as CSV",
    ".mat": "a MATLAB file: save the table as CSV",
    ".h5": "an HDF5 file: save the table as CSV and the numbers with numpy.save",
}


@dataclass(frozen=True, eq=False)
class Contents:
    """What the files hold, before it is understood."""

    name: str
    table: object = None  # Table, or None where labels are an array
    arrays: tuple = ()  # of Array
    images: tuple = ()  # of str
    classes: tuple = ()  # of str, where the files give their order
    notes: tuple = ()  # of str


def contents_of(files, choices, limits):
    """Read what some files hold: Contents.

    Parameters
    ----------
    files : sequence of InputFile
    choices : Choices
    limits : Limits
    """
    if not files:
        raise ReadingError("There is no file: bring a table with a column of labels.")
    check_sizes([(file.name, len(file.content)) for file in files], limits)
    found = _only_dataset_folder(unpacked(files, limits))
    check_sizes([(file.name, len(file.content)) for file in found], limits)
    arrays = [array for file in found if file.suffix in ARRAY_SUFFIXES for array in read_arrays(file, limits)]
    index = _index_of(found)
    tables, notes = _tables(found, arrays, choices)
    table, more_arrays, more_notes = _main_table(tables, choices)
    images = tuple(file.name for file in found if file.is_image)
    if table is None and not arrays and not more_arrays:
        raise ReadingError(_nothing_useful(found, images))
    if table is not None and len(table) > limits.rows:
        raise ReadingError(
            f"{table.name} has {counted(len(table), 'row')}, but at most {limits.rows:,} are read: "
            f"{limits.advice.format(names=table.name)}."
        )
    return Contents(
        name=index.get("name") or _name_of(files),
        table=_as_exported(table),
        arrays=(*arrays, *more_arrays),
        images=images,
        classes=tuple(index.get("classes") or ()),
        notes=(*notes, *more_notes, *(table.notes if table else ())),
    )


def _only_dataset_folder(files):
    """Of a dataset folder, made by build_embeddings.py or like it, what belongs to the dataset; else all."""
    names = {file.name for file in files}
    folders = [
        PurePosixPath(file.name).parent
        for file in files
        if file.base_name == TABLE_FILE and str(PurePosixPath(file.name).with_name(EMBEDDINGS_FILE)) in names
    ]
    if not folders:
        return files
    folder = min(folders, key=lambda path: len(path.parts))
    wanted = {str(folder / name) for name in DATASET_FOLDER_FILES}
    return [file for file in files if file.name in wanted or file.is_image]


def _index_of(files):
    """What the ``dataset.json`` among the files says, if it is one: dict."""
    for file in files:
        if file.base_name == INDEX_FILE:
            try:
                index = parsed_json(file.content.decode("utf-8"))
            except ValueError:
                continue
            if isinstance(index, dict) and _are_texts([index.get("name", "")]) and _are_texts(index.get("classes")):
                return index
    return {}


def _are_texts(values):
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _tables(files, arrays, choices):
    """The tables among the files, and notes on what is none: two lists."""
    tables, notes = [], []
    named = [file for file in files if file.suffix in (".csv", ".tsv", ".tab", ".jsonl", ".ndjson")]
    perhaps = [file for file in files if file.suffix in PERHAPS_TABLES and file.base_name != INDEX_FILE]
    known = TABLE_SUFFIXES + ARRAY_SUFFIXES + PERHAPS_TABLES
    others = [file for file in files if file.suffix not in known and not file.is_image]
    if not named and not perhaps and not arrays:
        for file in others:
            if file.suffix in FOREIGN_SUFFIXES:
                raise ReadingError(f"{file.name} is {FOREIGN_SUFFIXES[file.suffix]}.")
    read = named or perhaps
    tables = [read_table(file, choices.encoding, choices.delimiter) for file in read]
    left = [file.name for file in (perhaps if named else []) + others]
    if left:
        notes.append(f"{listed(left)} was not read." if len(left) == 1 else f"{listed(left)} were not read.")
    return tables, notes


def _main_table(tables, choices):
    """The one table with labels, the others as arrays of numbers, and notes."""
    if len(tables) < 2:
        if tables:
            check_choices(tables[0], choices.roles)
        return (tables[0] if tables else None), [], []
    labelled = [table for table in tables if column_of(_roles(table, choices), LABEL) is not None]
    if len(labelled) > 1:
        raise ReadingError(
            f"{listed(table.name for table in labelled)} all have labels: bring one of them at a time, or join them first."
        )
    main = labelled[0] if labelled else tables[0]
    check_choices(main, choices.roles)
    arrays, notes = [], []
    for table in tables:
        if table is not main:
            array, note = _table_as_array(table, main)
            arrays += [array] if array else []
            notes += [note] if note else []
    return main, arrays, notes


def _roles(table, choices):
    return guess_roles(
        table, {column: role for column, role in choices.roles.items() if column in table.columns}
    )


def _table_as_array(table, main):
    """A table without labels as an array, if it holds numbers: (Array or None, a note or None)."""
    shared = [column for column in table.columns if column in main.columns]
    for column in shared:
        _check_same_order(table, main, column)
    columns = tuple(column for column in table.columns if column not in shared)
    if not columns:
        return None, f"{table.name} was not read: it holds nothing that {main.name} does not."
    values = np.column_stack([numbers_of(table, column) for column in columns])
    return Array(table.name, values, columns), None


def _check_same_order(table, main, column):
    """Rows are matched by their order; where both tables have a column, it must say the same."""
    if len(table) != len(main):
        return  # a complaint about the lengths will follow, and says more
    for row, (one, other) in enumerate(zip(table.texts(column), main.texts(column), strict=True)):
        if one != other:
            raise ReadingError(
                f"{table.place(row)} has the {column or 'first column'} {one!r}, but {main.place(row)} has {other!r}: "
                "sort both alike, since their rows are matched by their order."
            )


def _nothing_useful(files, images):
    if images:
        return (
            f"{images[0]} and the other images come without a table: bring one with labels and embeddings, or make it with "
            "build_embeddings.py --images FOLDER."
        )
    return f"{listed(file.name for file in files)}: no table and no array is among this, so bring a table with a column of labels."


def _name_of(files):
    return PurePosixPath(files[0].name.replace("\\", "/")).stem


def _as_exported(table):
    """A table that Vizzy exported, without the guards against formulas; any other as it is."""
    if table is None or table.form.kind != "delimited" or not exported_columns(table.columns):
        return table
    return replace(
        table,
        columns=tuple(unguarded(column) for column in table.columns),
        rows=tuple([unguarded(cell) for cell in row] for row in table.rows),
    )
