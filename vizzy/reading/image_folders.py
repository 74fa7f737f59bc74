"""Images whose labels are the folders that they lie in, and images of which there are no embeddings yet.

A folder with a subfolder for each label is how image datasets mostly come (torchvision's ImageFolder, Keras). It becomes a table
with a column for the file and one for the label, and goes the same way as any table from there.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath

from vizzy.reading.columns import PARTS_OF_DATA
from vizzy.reading.errors import listed
from vizzy.reading.tables import Form, Table
from vizzy.sentences import counted, sentence

FILE_COLUMN, LABEL_COLUMN = "file", "label"
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
        unit="row",
        notes=_notes(labels, parts_of_data if has_parts else set()),
    )


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
