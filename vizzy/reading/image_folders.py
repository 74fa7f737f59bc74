"""Images, and texts, whose labels are the folders that they lie in, and images of which there are no embeddings yet.

A folder with a subfolder for each label is how image datasets mostly come (torchvision's ImageFolder, Keras). It becomes a table
with a column for the file and one for the label, and goes the same way as any table from there.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from vizzy.reading.columns import PARTS_OF_DATA
from vizzy.reading.errors import listed
from vizzy.reading.files import InputFile
from vizzy.reading.tables import ROW, Form, Table, decoded
from vizzy.sentences import counted, sentence

FILE_COLUMN, LABEL_COLUMN, ID_COLUMN, TEXT_COLUMN = "file", "label", "id", "text"
TEXT_SUFFIXES = (".txt", "")
FEWEST_TEXTS = 2  # in each folder
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
    has_parts = bool(parts_of_data) and parts_of_data <= PARTS_OF_DATA
    labels = [_label(parts[1:] if has_parts else parts) for parts in folders]
    if len(set(labels) - {""}) < FEWEST_LABELS:
        return None
    rows = tuple([image, label] for (_, image), label in zip(paths, labels, strict=True) if label)
    name = paths[0][0][depth - 1] if depth else UNNAMED_FOLDER
    return Table(
        f"{name}.csv",
        (FILE_COLUMN, LABEL_COLUMN),
        rows,
        tuple(range(1, len(rows) + 1)),
        Form(),
        unit=ROW,
        notes=_notes(labels, parts_of_data if has_parts else set()),
    )


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
