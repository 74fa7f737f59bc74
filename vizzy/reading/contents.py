"""From files to what they hold: one table, arrays, names of images, and what of a dataset folder is known besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from vizzy.dataset import EMBEDDINGS_FILE, IMAGE_HASHES_FILE, INDEX_FILE, PRED_PROBS_FILE, TABLE_FILE
from vizzy.reading.annotations import table_of_annotations
from vizzy.reading.arrays import LABELS, coded_texts_of, guess_role, read_arrays, table_of_arrays
from vizzy.reading.choices import Choices
from vizzy.reading.class_lists import USUALLY_LABELS, ClassList, class_list_of
from vizzy.reading.columns import (
    IGNORED,
    LABEL,
    ONE_HOT,
    column_of,
    exported_columns,
    has_few_values,
    labels_in,
)
from vizzy.reading.compression import decompressed
from vizzy.reading.errors import ReadingError
from vizzy.reading.files import InputFile
from vizzy.reading.image_folders import table_of_folders, table_of_names, texts_by_file, texts_in_folders, with_texts_of_files
from vizzy.reading.joining import main_table, roles_of_table
from vizzy.reading.missing_labels import may_mean_no_label
from vizzy.reading.limits import Limits, check_sizes
from vizzy.reading.safe_json import parse_json
from vizzy.reading.suffixes import ARRAY_SUFFIXES, SCIENTIFIC_SUFFIXES, SUFFIXES_OF_ARRAYS
from vizzy.reading.table_files import has_sure_table, may_be_table, tables_in
from vizzy.reading.unread import nothing_useful, why_unread
from vizzy.reading.zips import unpacked
from vizzy.reading.columns.feature_columns import is_numeric
from vizzy.reading.tables import Table, unguarded
from vizzy.reading.tars import untarred
from vizzy.sentences import Sentence, counted, in_a_row, sentence

_EMBEDDINGS = PurePosixPath(EMBEDDINGS_FILE).stem  # what is computed of images is called so
DATASET_FOLDER_FILES = (TABLE_FILE, INDEX_FILE, EMBEDDINGS_FILE, PRED_PROBS_FILE, IMAGE_HASHES_FILE)


@dataclass(frozen=True, eq=False)
class Contents:
    """What the files hold, before it is understood."""

    name: str
    table: Table | None = None  # None where labels are an array
    arrays: tuple = ()  # of Array
    images: tuple = ()  # of str
    classes: tuple = ()  # of str, where the files give their order
    class_by_number: dict = field(default_factory=dict)  # number as text -> class, where the files say what numbers stand for
    notes: tuple = ()  # of Sentence
    unread: tuple = ()  # of Sentence: one on each file that was brought and not read, and what to do

    def with_unread(self, complaint: Sentence) -> Sentence:
        """A complaint, and after it what was brought and not read."""
        return in_a_row([complaint, *self.unread[:3]])


def contents_of(files: Sequence[InputFile], choices: Choices, limits: Limits) -> Contents:
    """Read what some files hold.

    Parameters
    ----------
    files : sequence of InputFile
    choices : Choices
    limits : Limits

    Returns
    -------
    Contents

    Raises
    ------
    ReadingError
        Where there is no file, one is too large or damaged, or none holds a table or an array.
    """
    found = _unpacked(files, limits)
    arrays, array_notes = _arrays(found, limits)
    index = _index_of(found)
    images = tuple(file.name for file in found if file.is_image)
    set_aside = _lists_of_classes(found)
    annotated, described, why_not = table_of_annotations([file for file in found if file not in set_aside], images)
    data = [file for file in found if file not in set_aside and file not in described]
    texts = None if images or arrays else _table_of_texts(data)
    in_folders = texts or (table_of_folders(images) if annotated is None else None)
    tables, left = tables_in(data if texts is None else [], choices, limits, has_labels=in_folders is not None)
    tables = [annotated, *tables] if annotated is not None else tables
    if not tables and in_folders is None and not images:
        columns, arrays = table_of_arrays(_name_of(files, None), arrays)
        tables = [columns] if columns else []
    if not tables and in_folders is None and all(array.key == _EMBEDDINGS for array in arrays):
        in_folders = table_of_names(images)
    if in_folders is not None and any(_may_have_labels(table, choices) for table in tables):
        in_folders = None
    table, more_arrays, more_notes = main_table([in_folders, *tables] if in_folders else tables, choices, lenient=in_folders is not None or annotated is not None)
    if table is not None and left:
        table, named = with_texts_of_files(table, left)
        left = [file for file in left if file not in named]
    listed_classes, listing = _listed_classes([*set_aside, *left], table, arrays, choices)
    unread = why_unread([file for file in (*set_aside, *left) if not _lists_the_same(file, listed_classes)], listing, table, in_folders is not None)
    unread += [why_not] if why_not else []
    if listing:
        more_notes.append(sentence("The classes and their order are taken from {file}.", file=listing))
    if table is None and not arrays and not more_arrays:
        raise ReadingError(nothing_useful(found, images, unread))
    if table is not None:
        _check_rows(table, limits)
    return Contents(
        name=index.get("name") or (PurePosixPath(in_folders.name).stem if in_folders else _name_of(files, table)),
        table=_as_exported(table),
        arrays=(*arrays, *more_arrays),
        images=images,
        classes=tuple(index.get("classes") or (listed_classes.names if listed_classes else ())),
        class_by_number=listed_classes.by_number() if listed_classes else {},
        notes=(*unread, *array_notes, *more_notes, *(table.notes if table else ())),
        unread=tuple(unread),
    )


def _unpacked(files, limits):
    """The files out of archives, within the limits; of a dataset folder what belongs to the dataset: list of InputFile."""
    if not files:
        raise ReadingError(sentence("There is no file: bring a table with a column of labels."))
    check_sizes([(file.name, len(file.content)) for file in files], limits)
    found = _only_dataset_folder(untarred(decompressed(unpacked(files, limits), limits), limits))
    check_sizes([(file.name, len(file.content)) for file in found], limits)
    return found


def _table_of_texts(files):
    """The table of texts of which each is a file, whose label is its folder or its file's name, if they are such; else None."""
    return (None if has_sure_table(files) else texts_in_folders(files)) or texts_by_file(files)


def _check_rows(table, limits):
    if len(table) > limits.rows:
        raise ReadingError(sentence(
            "{table} has {rows}, but at most {most} rows of a table are read: {advice}. Predicted probabilities and "
            "labels as two .npy files may have more rows.",
            table=table.name,
            rows=counted(len(table), "{} row", "{} rows"),
            most=limits.rows,
            advice=limits.advice(table.name),
        ))


def _arrays(files, limits):
    """The arrays in some files, and notes on what else these hold: list of Array, list of Sentence."""
    arrays = [array for file in files if file.suffix in ARRAY_SUFFIXES for array in read_arrays(file, limits)]
    notes = []
    for file in files:
        if file.suffix in SCIENTIFIC_SUFFIXES:
            from vizzy.reading.formats.scientific import read_scientific

            more, said = read_scientific(file, limits)
            arrays += more
            notes += said
    return arrays, notes


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
                index = parse_json(file.content.decode("utf-8"))
            except ValueError:
                continue
            if isinstance(index, dict) and _are_texts([index.get("name", "")]) and _are_texts(index.get("classes")):
                return index
    return {}


def _are_texts(values):
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _lists_of_classes(files):
    """The files that list classes by their name and by what they hold, where others hold the data: list of InputFile."""
    named = [file for file in files if not USUALLY_LABELS.fullmatch(PurePosixPath(file.base_name).stem)]
    lists = [file for file in named if file.base_name != INDEX_FILE and class_list_of(file) is not None]
    others = [file for file in files if file not in lists and not file.is_image]
    return lists if any(file.suffix in SUFFIXES_OF_ARRAYS or may_be_table(file) for file in others) else []


def _listed_classes(files, table, arrays, choices):
    """The classes that the table or one of some files lists, and its name; None and None where there is no such list."""
    column, labels = _labels_of(table, arrays, choices)
    if table is not None and column in table.class_names:
        return ClassList(table.class_names[column]), table.name
    for file in files if labels else ():
        found = class_list_of(file, column)
        if found is not None and found.fits(labels):
            return found, file.name
    return None, None


def _lists_the_same(file, listed_classes):
    return listed_classes is not None and class_list_of(file) == listed_classes


def _labels_of(table, arrays, choices):
    """The column of the labels, where a table has them, and the different labels but for those that mean none: (str or None, set of str)."""
    column, labels = None, set()
    if table is not None:
        roles = roles_of_table(table, choices)
        column, labels = column_of(roles, LABEL), labels_in(table, roles)
    for array in arrays if not labels else ():
        if guess_role(array, None, None) == LABELS and array.values.size == max(array.values.shape, default=0):
            labels = set(coded_texts_of(array.values).different)
    return column, {label for label in labels if label and not may_mean_no_label(label)}


def _may_have_labels(table, choices):
    """Whether a table has labels, or columns of words of which a person may choose one."""
    roles = roles_of_table(table, choices)
    return {LABEL, ONE_HOT} & set(roles.values()) or any(
        has_few_values(table, column) for column, role in roles.items() if role == IGNORED and not is_numeric(table, column)
    )


def _name_of(files, table):
    """What to call the dataset: as its table is called, else as the first file that is no image."""
    named = [file.name for file in files if not file.is_image] or [files[0].name]
    name = table.name if table is not None and table.name in named else named[0]
    return PurePosixPath(name.replace("\\", "/")).stem


def _as_exported(table):
    """A table that Vizzy exported, without the guards against formulas; any other as it is."""
    if table is None or table.form.kind != "delimited" or not exported_columns(table.columns):
        return table
    return replace(
        table,
        columns=tuple(unguarded(column) for column in table.columns),
        rows=tuple([unguarded(cell) for cell in row] for row in table.rows),
    )
