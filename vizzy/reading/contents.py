"""From files to what they hold: one table, arrays, names of images, and what of a dataset folder is known besides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from vizzy.dataset import EMBEDDINGS_FILE, IMAGE_HASHES_FILE, INDEX_FILE, PRED_PROBS_FILE, TABLE_FILE
from vizzy.reading.annotations import table_of_annotations
from vizzy.reading.arrays import LABELS, coded_texts_of, guess_role, read_arrays
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
from vizzy.reading.errors import ReadingError, listed
from vizzy.reading.files import ARRAY_SUFFIXES, COLUMNAR_SUFFIXES, SCIENTIFIC_SUFFIXES, SPREADSHEET_SUFFIXES, STATA_SUFFIXES, InputFile
from vizzy.reading.formats import has_intents, has_sheets, is_stata, is_web_page, open_workbook, read_table
from vizzy.reading.image_folders import table_of_folders, table_of_names, texts_by_file, texts_in_folders
from vizzy.reading.joining import holds_numbers, main_table, roles_of_table, table_of_workbook
from vizzy.reading.missing_labels import may_mean_no_label
from vizzy.reading.limits import Limits, check_sizes
from vizzy.reading.safe_json import parse_json
from vizzy.reading.zips import unpacked
from vizzy.reading.columns.feature_columns import is_numeric
from vizzy.reading.tables import Table, unguarded
from vizzy.reading.tars import untarred
from vizzy.sentences import Sentence, counted, in_a_row, sentence

SAMPLE_BYTES = 100_000
OF_ARRAYS = (*ARRAY_SUFFIXES, *SCIENTIFIC_SUFFIXES)
DATASET_FOLDER_FILES = (TABLE_FILE, INDEX_FILE, EMBEDDINGS_FILE, PRED_PROBS_FILE, IMAGE_HASHES_FILE)
# Read as tables at once, and where nothing is surer to be one.
TABLES = (".csv", ".tsv", ".tab", ".psv", ".ssv", ".jsonl", ".ndjson", ".manifest", ".arff", ".libsvm", ".svm", ".svmlight")
PERHAPS_TABLES = (".txt", ".json", ".dat", ".data", ".lst", "")  # and files of any other suffix that are texts
PICKLE = sentence("a Python pickle, which could run anything and is never loaded: save the table as CSV and the numbers with numpy.save")
# Files that carry labels or numbers, but in a form that is not read: what they are, and what to do.
FOREIGN_SUFFIXES = {
    ".pt": sentence("a PyTorch file: save tensor.cpu().numpy() with numpy.save"),
    ".pth": sentence("a PyTorch file: save tensor.cpu().numpy() with numpy.save"),
    ".ckpt": sentence("a model's checkpoint: save what it predicts with numpy.save"),
    ".safetensors": sentence("a file of tensors: save each with numpy.save"),
    ".pkl": PICKLE,
    ".pickle": PICKLE,
    ".joblib": PICKLE,
    ".rds": sentence("a file of R's: save the table as CSV with write.csv"),
    ".rda": sentence("a file of R's: save the table as CSV with write.csv"),
    ".rdata": sentence("a file of R's: save the table as CSV with write.csv"),
    ".sav": sentence("an SPSS file: save the table as CSV (pandas.read_spss reads it, and haven in R)"),
    ".zsav": sentence("an SPSS file: save the table as CSV (pandas.read_spss reads it, and haven in R)"),
    ".por": sentence("an SPSS file: save the table as CSV"),
    ".sas7bdat": sentence("a SAS file: save the table as CSV (pandas.read_sas reads it)"),
    ".xpt": sentence("a SAS file: save the table as CSV (pandas.read_sas reads it)"),
    ".numbers": sentence("a document of Apple's Numbers: export it as CSV or Excel"),
    ".gsheet": sentence("a link to a Google Sheet, without its cells: download it as CSV or Excel"),
    ".md": sentence("a Markdown text: save a table in it as CSV"),
    ".tex": sentence("a LaTeX text: save a table in it as CSV"),
    ".orc": sentence("an ORC file: save the table as Parquet or CSV"),
    ".avro": sentence("an Avro file: save the table as Parquet or CSV"),
    ".mdb": sentence("a database: export the table as CSV"),
    ".accdb": sentence("a database: export the table as CSV"),
    ".sql": sentence("a database: export the table as CSV"),
    ".vw": sentence("a file for Vowpal Wabbit: save the table as CSV, or as LIBSVM"),
    ".tfrecord": sentence("a file of TensorFlow's records: save the labels as CSV and the numbers with numpy.save"),
    ".xml": sentence("an XML file, such as CVAT or Pascal VOC write: export the labels as CSV or JSON, one row for each image"),
    ".yaml": sentence("a YAML file: save the labels as CSV"),
    ".yml": sentence("a YAML file: save the labels as CSV"),
    ".zip": sentence("a zip within a zip, beside images or within another zip: bring it alone if it holds the data"),
    ".7z": sentence("a 7z archive: unpack it, or make it a zip"),
    ".rar": sentence("a RAR archive: unpack it, or make it a zip"),
    ".zst": sentence("compressed by Zstandard: unpack it, or compress it as .gz"),
    ".tgz": sentence("a tar archive: unpack it, or make it a zip"),
    ".tar": sentence("a tar archive: unpack it, or make it a zip"),
    ".pdf": sentence("a PDF document: save the table as CSV"),
    ".docx": sentence("a Word document: save the table as CSV"),
    ".db": sentence("a database: export the table as CSV"),
}
OF_WORDS = (".ann", ".conll", ".conllu", ".conllx", ".bio", ".iob", ".iob2", ".bioes")
FOREIGN_SUFFIXES |= dict.fromkeys(
    OF_WORDS, sentence("a file of labels within texts, as for names of people and places: bring a table with a label for each text")
)
NO_TEXTS = (".py", ".ipynb", ".r", ".html", ".htm", ".log", ".toml", ".ini", ".cfg", ".js", ".css", ".sh", ".rtf", ".eml", ".mbox")
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
UNKNOWN = sentence("of no kind that is read: save the table as CSV, or the numbers with numpy.save")


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
    if not files:
        raise ReadingError(sentence("There is no file: bring a table with a column of labels."))
    check_sizes([(file.name, len(file.content)) for file in files], limits)
    found = _only_dataset_folder(untarred(decompressed(unpacked(files, limits), limits), limits))
    check_sizes([(file.name, len(file.content)) for file in found], limits)
    arrays, array_notes = _arrays(found, limits)
    index = _index_of(found)
    images = tuple(file.name for file in found if file.is_image)
    set_aside = _lists_of_classes(found)
    annotated, described, why_not = table_of_annotations([file for file in found if file not in set_aside], images)
    data = [file for file in found if file not in set_aside and file not in described]
    texts = texts_in_folders(data) if not images and not arrays and not _has_sure_table(data) else None
    texts = texts or (texts_by_file(data) if not images and not arrays else None)
    in_folders = texts or (table_of_folders(images) if annotated is None else None)
    data = data if texts is None else []
    tables, left = _tables(data, choices, limits, has_labels=in_folders is not None)
    tables = [annotated, *tables] if annotated is not None else tables
    if not tables and not arrays and in_folders is None:
        in_folders = table_of_names(images)
    if in_folders is not None and any(_may_have_labels(table, choices) for table in tables):
        in_folders = None
    table, more_arrays, more_notes = main_table([in_folders, *tables] if in_folders else tables, choices, lenient=bool(in_folders))
    listed_classes, listing = _listed_classes([*set_aside, *left], table, arrays, choices)
    unread = _why_unread([file for file in (*set_aside, *left) if not _lists_the_same(file, listed_classes)], listing, table, in_folders is not None)
    unread += [why_not] if why_not else []
    if listing:
        more_notes.append(sentence("The classes and their order are taken from {file}.", file=listing))
    if table is None and not arrays and not more_arrays:
        raise ReadingError(_nothing_useful(found, images, unread))
    if table is not None and len(table) > limits.rows:
        raise ReadingError(sentence(
            "{table} has {rows}, but at most {most} rows of a table are read: {advice}. Predicted probabilities and "
            "labels as two .npy files may have more rows.",
            table=table.name,
            rows=counted(len(table), "{} row", "{} rows"),
            most=limits.rows,
            advice=limits.advice(table.name),
        ))
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


def _tables(files, choices, limits, has_labels=False):
    """The tables among the files, and the files that are left: two lists.

    Where labels are known already, a text that is not surely a table is a note that lies beside the data, unless it holds
    numbers for the rows of a table.
    """
    surely = [file for file in files if file.suffix in TABLES or _holds_table(file)]
    perhaps = [file for file in files if _is_perhaps_table(file) and file.base_name != INDEX_FILE and file not in surely]
    if surely:
        read = [(file, _read(file, choices, limits)) for file in surely]
    else:
        read = [] if has_labels else _readable(perhaps, files, choices, limits)
    if surely and perhaps:
        labelled = any(column_of(roles_of_table(table, choices), LABEL) is not None for _, table in read)
        n_rows = len(read[0][1])
        for file in perhaps:
            table = _read_or_none(file, choices, limits)  # what cannot be read is named as a file that was not read
            if table is not None and _adds_to(n_rows, labelled, table, choices):
                read.append((file, table))
    files_read = [file for file, _ in read]
    others = [file for file in files if file not in files_read and file.suffix not in OF_ARRAYS and not file.is_image]
    return [table for _, table in read], [file for file in others if file.base_name != INDEX_FILE]


def _read(file, choices, limits):
    """The table in a file; of a workbook with what its other sheets add, where none was chosen."""
    if has_sheets(file) and choices.sheet is None:
        return table_of_workbook(open_workbook(file, choices, limits), choices)
    return read_table(file, choices, limits)


def _read_or_none(file, choices, limits):
    try:
        return _read(file, choices, limits)
    except ReadingError:
        return None


def _readable(perhaps, files, choices, limits):
    """Of texts that may be tables those that can be read as one; if none can, all are, to be complained about, unless others say more.

    Each with its table: list of (InputFile, Table).
    """
    named = [file for file in perhaps if file.suffix in PERHAPS_TABLES or is_web_page(file)]
    if len(perhaps) > 1 or not named:
        read = [(file, table) for file in perhaps if (table := _read_or_none(file, choices, limits)) is not None]
        if read or any(file.suffix in OF_WORDS for file in files):
            return read
    return [(file, _read(file, choices, limits)) for file in named]


def _is_perhaps_table(file):
    """Whether a file may be a table, by its name, or as a text of a suffix that says nothing."""
    if file.suffix in PERHAPS_TABLES or is_web_page(file):
        return True
    if file.is_image or file.suffix in (*TABLES, *OF_ARRAYS, *FOREIGN_SUFFIXES) or _holds_table(file):
        return False
    return file.suffix not in NO_TEXTS and _is_text(file.content[:SAMPLE_BYTES])


def _is_text(content):
    """Whether some bytes are UTF-8 without signs that no text has; their end may be within a letter."""
    try:
        text = content[: content.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return text.isprintable() or bool(text) and not _NO_TEXT.search(text)


def _adds_to(n_rows, labelled, table, choices):
    """Whether a text beside tables adds something to their rows: numbers or, where none of them has labels, those."""
    if len(table) != n_rows:
        return False
    if labelled:
        return all(holds_numbers(table, column) for column in table.columns)
    return column_of(roles_of_table(table, choices), LABEL) is not None


def _lists_of_classes(files):
    """The files that list classes by their name and by what they hold, where others hold the data: list of InputFile."""
    named = [file for file in files if not USUALLY_LABELS.fullmatch(PurePosixPath(file.base_name).stem)]
    lists = [file for file in named if file.base_name != INDEX_FILE and class_list_of(file) is not None]
    others = [file for file in files if file not in lists and not file.is_image]
    return lists if any(file.suffix in OF_ARRAYS or _may_be_table(file) for file in others) else []


def _may_be_table(file):
    return file.suffix in (*TABLES, *PERHAPS_TABLES) or _holds_table(file) or is_web_page(file)


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


def _why_unread(files, listing, table, in_folders):
    """A sentence on each file that was not read: list of Sentence."""
    return [
        sentence("{file} was not read: it is {what}.", file=file.name, what=_what_it_is(file, table, in_folders))
        for file in files
        if file.name != listing
    ]


def _has_sure_table(files):
    """Whether a file among them is a table by its name or its form, and not a note that may lie beside images."""
    return any(file.suffix in TABLES or _holds_table(file) for file in files)


def _holds_table(file):
    """Whether a file is a workbook, a database, a table of Stata's, a chatbot's training data or a file of columns, by its name or by what it holds; a web page may be a note."""
    if file.suffix in (*SPREADSHEET_SUFFIXES, *COLUMNAR_SUFFIXES, *STATA_SUFFIXES):
        return True
    return not file.is_image and file.suffix not in OF_ARRAYS and (is_stata(file) or has_intents(file) or has_sheets(file) and not is_web_page(file))


def _what_it_is(file, table, in_folders):
    if file.suffix in PERHAPS_TABLES and table is not None and in_folders:
        return sentence("beside the folders whose names are the labels; bring it alone if it is the table")
    if file.suffix in PERHAPS_TABLES and table is not None:
        return sentence("beside {table}, which is surer to be the table; bring it alone if it is the one", table=table.name)
    return FOREIGN_SUFFIXES.get(file.suffix, UNKNOWN)


def _may_have_labels(table, choices):
    """Whether a table has labels, or columns of words of which a person may choose one."""
    roles = roles_of_table(table, choices)
    return {LABEL, ONE_HOT} & set(roles.values()) or any(
        has_few_values(table, column) for column, role in roles.items() if role == IGNORED and not is_numeric(table, column)
    )


def _nothing_useful(files, images, unread):
    if images:
        said = sentence(
            "{image} and the other images come without labels: put them into a folder for each label, as in "
            "cat/1.jpg and dog/2.jpg, or bring a table that names each file and its label.",
            image=images[0],
        )
        return in_a_row([said, *unread[:3]])
    if unread:
        return in_a_row([*unread[:3], sentence("Bring a table with a column of labels.")])
    return sentence(
        "{files}: no table and no array is among this, so bring a table with a column of labels.",
        files=listed(file.name for file in files),
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
