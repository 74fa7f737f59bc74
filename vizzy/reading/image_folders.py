"""Images, and texts, whose labels are the folders that they lie in, and images of which there are no embeddings yet.

A folder with a subfolder for each label is how image datasets mostly come (torchvision's ImageFolder, Keras). It becomes a table
with a column for the file and one for the label, and goes the same way as any table from there.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from vizzy.reading.columns import PARTS_OF_DATA
from vizzy.reading.errors import listed, shown
from vizzy.reading.files import InputFile
from vizzy.reading.suffixes import DATABASE_SUFFIXES, STATA_SUFFIXES, WEB_PAGE_SUFFIXES
from vizzy.reading.tables import FASTTEXT_PREFIX, Table, decoded, numbered_rows
from vizzy.sentences import counted, sentence

FILE_COLUMN, LABEL_COLUMN, ID_COLUMN, TEXT_COLUMN = "file", "label", "id", "text"
TEXT_SUFFIXES = (".txt", ".text", ".md", ".eml", ".asc", "")
NO_LINES = (
    ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".xlsx", ".xls", ".ods", ".parquet", ".arff", ".npy", ".npz", ".md", ".py", ".yaml", ".yml", ".xml",
    ".css", ".js", *WEB_PAGE_SUFFIXES, *DATABASE_SUFFIXES, *STATA_SUFFIXES,
)
NOTES_ON_DATA = ("readme", "license", "licence", "changelog", "notes", "credits", "requirements")
FEWEST_LINES, FEWEST_WORDS = 3, 4
ROWS_A_NAME = 3  # images for each label that stands in their names
OF_CAMERAS = frozenset("img image images dsc dscn dscf photo pic picture pxl frame file sample screenshot scan train test val page".split())
# A label before a number in a name, or behind one.
_LABELS_IN_NAMES = (re.compile(r"(.*[^\W\d_])[ _.(-]*\d+\)?"), re.compile(r"\d+[ _.-]+(.*[^\W\d_])"))
_PART = re.compile(r"(.*[_ -])?(train|training|test|testing|val|valid|validation|dev|eval|holdout)([_ -]?(set|data|dataset|images|imgs))?")
FEWEST_TEXTS = 2  # in each folder
SHARE_NAMED = 0.9  # of the rows of a table, by which its column names files of texts
UNNAMED_FOLDER = "images"
FEWEST_LABELS = 2


def table_of_folders(images: Sequence[str]) -> Table | None:
    """A table of images and the folders that they lie in, where these can be labels.

    The folders that all images share are no labels, nor are parts of the data, such as ``train`` and ``test``: the label is the
    first folder below them.

    Parameters
    ----------
    images : sequence of str
        Their paths.

    Returns
    -------
    Table or None
        In the order of the paths. None where fewer than two folders hold images.

    Examples
    --------
    >>> table_of_folders(["photos/dog/2.jpg", "photos/cat/1.jpg"]).rows
    (['photos/cat/1.jpg', 'cat'], ['photos/dog/2.jpg', 'dog'])
    """
    paths = sorted((PurePosixPath(image.replace("\\", "/")).parts, image) for image in images)
    depth = _shared_folders([parts[:-1] for parts, _ in paths])
    folders = [parts[depth:-1] for parts, _ in paths]
    parts_of_data = {parts[0].lower() for parts in folders if parts}
    has_parts = bool(parts_of_data) and all(map(is_part_of_data, parts_of_data))
    labels = [_label(_below_parts(parts) if has_parts else parts) for parts in folders]
    if len(set(labels) - {""}) < FEWEST_LABELS:
        return None
    rows = tuple([image, label] for (_, image), label in zip(paths, labels, strict=True) if label)
    name = paths[0][0][depth - 1] if depth else UNNAMED_FOLDER
    return numbered_rows(f"{name}.csv", (FILE_COLUMN, LABEL_COLUMN), rows, _notes(labels, parts_of_data if has_parts else set()))


def is_part_of_data(name: str) -> bool:
    """Whether a folder, or a file without its suffix, is called like a part of the data.

    Examples
    --------
    >>> is_part_of_data("Training_set"), is_part_of_data("seg_test"), is_part_of_data("trains")
    (True, True, False)
    """
    return name.lower() in PARTS_OF_DATA or bool(_PART.fullmatch(name.lower()))


def _below_parts(folders):
    """The folders below those that are parts of the data, of which some datasets have one in another."""
    while folders and is_part_of_data(folders[0]):
        folders = folders[1:]
    return folders


def table_of_names(images: Sequence[str]) -> Table | None:
    """A table of images and the labels that stand in their names, before or behind a number, as in ``cat_001.jpg``.

    Parameters
    ----------
    images : sequence of str
        Their paths.

    Returns
    -------
    Table or None
        None where not all names are such, or no label comes several times.

    Examples
    --------
    >>> table_of_names([f"{name}_{number}.jpg" for name in ("cat", "dog") for number in (1, 2, 3)]).rows[0]
    ['cat_1.jpg', 'cat']
    """
    paths = sorted(images)
    stems = [PurePosixPath(image.replace("\\", "/")).stem for image in paths]
    for pattern in _LABELS_IN_NAMES:
        matches = [pattern.fullmatch(stem) for stem in stems]
        if not all(matches):
            continue
        labels = [match[1].rstrip(" _.-(") for match in matches if match]
        counts = Counter(labels)
        if FEWEST_LABELS <= len(counts) <= len(labels) / ROWS_A_NAME and min(counts.values()) > 1 and not {label.lower() for label in counts} & OF_CAMERAS:
            rows = tuple([image, label] for image, label in zip(paths, labels, strict=True))
            note = sentence("The label of an image is taken from its name: that of {image} is {label}.", image=paths[0], label=shown(labels[0]))
            return numbered_rows(f"{UNNAMED_FOLDER}.csv", (FILE_COLUMN, LABEL_COLUMN), rows, (note,))
    return None


def texts_by_file(files: Sequence[InputFile]) -> Table | None:
    """A table of texts, each a line, of files that are called like labels, such as ``pos.txt`` and ``neg.txt``.

    Parameters
    ----------
    files : sequence of InputFile
        Of any kind.

    Returns
    -------
    Table or None
        None where there are fewer than two, or one holds no lines of several words, or fields with tabs between them.

    Raises
    ------
    ReadingError
        Where one of them is no text.
    """
    files = [file for file in files if not PurePosixPath(file.name).stem.lower().startswith(NOTES_ON_DATA)]
    if len(files) < FEWEST_LABELS or any(file.suffix in NO_LINES or not file.content for file in files):
        return None
    stems = [PurePosixPath(file.base_name).stem for file in files]
    labels = stems if len(set(stems)) == len(stems) else [file.suffix.lstrip(".") for file in files]
    if len(set(labels)) < len(labels) or any(is_part_of_data(label) for label in labels):
        return None
    lines = [[line.strip() for line in decoded(file)[0].splitlines() if line.strip()] for file in files]
    if not all(_are_texts(part) for part in lines) or 100 * min(map(len, lines)) < max(map(len, lines)):
        return None
    rows = tuple([f"{label}-{number}", label, text] for label, part in zip(labels, lines, strict=True) for number, text in enumerate(part, start=1))
    note = sentence("Each line of {files} is a text, and its label is the name of the file.", files=listed((file.name for file in files), 6))
    return numbered_rows("texts.csv", (ID_COLUMN, LABEL_COLUMN, TEXT_COLUMN), rows, (note,))


def _are_texts(lines):
    """Whether some lines are texts of several words, mostly different, and no rows of a table."""
    if len(lines) < FEWEST_LINES or any("\t" in line or line[0] in "[{<@" for line in lines[:20]):
        return False
    words = sorted(len(line.split()) for line in lines)
    is_prose = any(len(line.split()) > 2 and not any(sign.isdigit() for sign in line.split()[0]) for line in lines[:3])
    return words[len(words) // 2] >= FEWEST_WORDS and 2 * len(set(lines)) > len(lines) and is_prose and not any(FASTTEXT_PREFIX in line for line in lines[:3])


def texts_in_folders(files: Sequence[InputFile]) -> Table | None:
    """A table of texts, each a file, and the folders that they lie in, where these can be labels.

    Parameters
    ----------
    files : sequence of InputFile
        Of any kind.

    Returns
    -------
    Table or None
        None where fewer than two folders hold texts, or one of them a single text, as of a table and a note on it.

    Raises
    ------
    ReadingError
        Where one of them is no text.
    """
    by_name = {file.name: file for file in files if file.suffix in TEXT_SUFFIXES}
    table = table_of_folders(list(by_name))
    if table is None or min(Counter(label for _, label in table.rows).values()) < FEWEST_TEXTS:
        return None
    rows = tuple([name, label, decoded(by_name[name])[0].strip()] for name, label in table.rows)
    notes = (sentence("Each file is a text, and its label is the folder that it lies in: {folders}.", folders=listed(_labels(rows), 6)),)
    return replace(table, columns=(ID_COLUMN, LABEL_COLUMN, TEXT_COLUMN), rows=rows, notes=(*notes, *table.notes[1:]))


def with_texts_of_files(table: Table, files: Sequence[InputFile]) -> tuple[Table, list[InputFile]]:
    """A table of which a column names files of texts, with these in a column; any other as it is.

    Parameters
    ----------
    table : Table
    files : sequence of InputFile
        That are no tables.

    Returns
    -------
    tuple of (Table, list of InputFile)
        And the files that the table names.
    """
    texts = [file for file in files if file.suffix in TEXT_SUFFIXES]
    by_name = {name: file for file in texts for name in {file.base_name, PurePosixPath(file.base_name).stem}}
    for column in table.columns if len(texts) >= FEWEST_TEXTS else ():
        names = [PurePosixPath(text.replace("\\", "/")).name for text in table.texts(column)]
        used = [by_name[name] for name in names if name in by_name]
        if len(used) < SHARE_NAMED * len(names) or len({file.name for file in used}) < len(used):
            continue
        cells = [decoded(by_name[name])[0].strip() if name in by_name and by_name[name].content.strip() else "" for name in names]
        name = TEXT_COLUMN if TEXT_COLUMN not in table.columns else f"{TEXT_COLUMN}_2"
        rows = tuple([*row, cell] for row, cell in zip(table.rows, cells, strict=True))
        note = sentence("The texts are the files that {column} in {table} names.", column=shown(column), table=table.name)
        return replace(table, columns=(*table.columns, name), rows=rows, joined=(*table.joined, name), notes=(*table.notes, note)), used
    return table, []


def _labels(rows):
    return sorted({row[1] for row in rows})


def _shared_folders(folders):
    """How many folders, from the outermost on, all paths share."""
    depth = 0
    while folders and all(len(parts) > depth and parts[depth] == folders[0][depth] for parts in folders):
        depth += 1
    return depth


def _label(folders):
    return folders[0] if folders else ""


def _notes(labels, parts_of_data):
    names = sorted(set(labels) - {""})
    notes = [sentence("The label of an image is the folder that it lies in: {folders}.", folders=listed(names, 6))]
    if parts_of_data:
        notes.append(sentence("{folders} are parts of the data, and no labels.", folders=listed(sorted(parts_of_data))))
    if "" in labels:
        notes.append(sentence("{images} outside of these folders left out.", images=counted(labels.count(''), "{} image", "{} images")))
    return tuple(notes)
