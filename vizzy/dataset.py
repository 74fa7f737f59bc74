"""A dataset: its examples, their classes, given labels and, where known, true labels; reading and writing.

A dataset folder holds

``dataset.csv``
    One row per example, UTF-8, with the columns ``id``, ``file`` (the image, relative to the folder),
    ``given_label`` and ``true_label`` (names of classes; a true label may be empty, for an example that
    belongs to no class), optionally ``alt`` (what the image shows, in words), and any others after them:
    where the image comes from, its licence. Without the column ``true_label`` the truth is unknown.
``embeddings.npy``
    One row of numbers per example, in the order of the table: np.ndarray of float, shape (n, d).
``dataset.json``
    What the page needs to show the dataset before Python's numerics are up; see `page_index`.

Classes stand in the order in which the table first names them as a true label, then as a given label.
These names are defined here once, for the tools that write such a folder and for everything that reads it.
"""

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TABLE_FILE = "dataset.csv"
INDEX_FILE = "dataset.json"
EMBEDDINGS_FILE = "embeddings.npy"
IMAGES_FOLDER = "images"

ID_COLUMN = "id"
FILE_COLUMN = "file"
GIVEN_LABEL_COLUMN = "given_label"
TRUE_LABEL_COLUMN = "true_label"
ALT_COLUMN = "alt"
REQUIRED_COLUMNS = (ID_COLUMN, GIVEN_LABEL_COLUMN)

INDEX_FORMAT = 1
NO_LABEL = -1


class DatasetError(ValueError):
    """What is wrong with a dataset, where, and what to do: a sentence for the person who brought it."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Checked when it is made; arrays are of n examples in one order."""

    ids: tuple  # of str, all different
    classes: tuple  # of str, all different
    given_label: np.ndarray  # (n,) int, index into classes
    true_label: np.ndarray | None = None  # (n,) int, -1 where no class is true; None: the truth is unknown
    files: tuple | None = None  # of str, the image of each example
    alt: tuple | None = None  # of str, what each image shows
    embeddings: np.ndarray | None = None  # (n, d) float
    pred_probs: np.ndarray | None = None  # (n, K) float, out of sample
    name: str = "dataset"

    def __post_init__(self):
        _check_names(self.ids, self.classes)
        _check_lengths(self)
        _check_labels(self.given_label, len(self.classes), lowest=0, what=GIVEN_LABEL_COLUMN)
        if self.true_label is not None:
            _check_labels(self.true_label, len(self.classes), lowest=NO_LABEL, what=TRUE_LABEL_COLUMN)
        if self.embeddings is not None:
            _check_embeddings(self.embeddings)

    def __len__(self):
        return len(self.ids)

    @property
    def problem_mask(self):
        """Where the given label is not the true one: np.ndarray of bool, shape (n,); the truth must be known."""
        return self.given_label != self.true_label


def read_folder(path):
    """Read the dataset folder at a path: its table and, where it is there, its embeddings."""
    folder = Path(path)
    table_path = folder / TABLE_FILE
    if not table_path.is_file():
        raise DatasetError(f"{folder} has no {TABLE_FILE}: is it the folder of a dataset?")
    embeddings_path = folder / EMBEDDINGS_FILE
    return dataset_of(
        read_table(table_path),
        embeddings=_load_array(embeddings_path.read_bytes()) if embeddings_path.is_file() else None,
        name=folder.resolve().name,
    )


def from_bytes(index_json, embeddings_bytes):
    """The dataset of a page index (the text of ``dataset.json``) and the content of ``embeddings.npy``."""
    index = json.loads(index_json)
    if index.get("format") != INDEX_FORMAT:
        raise DatasetError(
            f"{INDEX_FILE} is of format {index.get('format')!r}, but this version reads {INDEX_FORMAT}: "
            "rebuild the site, or reload the page without its cache."
        )
    true_label = index["true_label"]
    return Dataset(
        ids=tuple(index["ids"]),
        classes=tuple(index["classes"]),
        given_label=np.array(index["given_label"], dtype=np.intp),
        true_label=None if true_label is None else np.array(true_label, dtype=np.intp),
        files=_tuple_or_none(index["files"]),
        alt=_tuple_or_none(index["alt"]),
        embeddings=_load_array(embeddings_bytes),
        name=index["name"],
    )


def page_index(dataset, thumbnails=None, map_xy=None):
    """What the page shows before numpy is up, as a dict for ``dataset.json``.

    Parameters
    ----------
    dataset : Dataset
    thumbnails : dict, optional
        The sheets of thumbnails, each a grid filled row by row in the order of the examples:
        ``{"files": ["thumbnails.webp"], "tile": 64, "columns": 20, "per_file": 1000}``, sizes in pixels.
    map_xy : np.ndarray, shape (n, 2), optional
        Where each example stands on a map of the embeddings.
    """
    return {
        "format": INDEX_FORMAT,
        "name": dataset.name,
        "classes": list(dataset.classes),
        "ids": list(dataset.ids),
        "files": dataset.files and list(dataset.files),
        "given_label": dataset.given_label.tolist(),
        "true_label": None if dataset.true_label is None else dataset.true_label.tolist(),
        "alt": dataset.alt and list(dataset.alt),
        "thumbnails": thumbnails,
        "embeddings": EMBEDDINGS_FILE,
        "map": None if map_xy is None else np.round(map_xy, 4).tolist(),
    }


def read_table(path):
    """Read ``dataset.csv``: list of dicts, one per row, with all its columns."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return parse_table(file.read(), file_name=Path(path).name)


def parse_table(text, file_name=TABLE_FILE):
    """The rows of a table's text: list of dicts, with all its columns."""
    reader = csv.DictReader(io.StringIO(text))
    columns = reader.fieldnames or []
    missing = [column for column in REQUIRED_COLUMNS if column not in columns]
    if missing:
        raise DatasetError(
            f"{file_name} has no column {missing[0]!r}; its first line names {', '.join(columns) or 'none'}. "
            "Is the header line missing, or the separator not a comma?"
        )
    rows = list(reader)
    if not rows:
        raise DatasetError(f"{file_name} has a header but no rows: is it cut off?")
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise DatasetError(
                f"{file_name} line {number} does not have the {len(columns)} fields the header names: "
                "is a comma in a text not between quotation marks?"
            )
    return rows


def write_table(path, rows):
    """Write ``dataset.csv`` from dicts that all have the columns of the first one."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_index(path, dataset, thumbnails=None, map_xy=None):
    """Write ``dataset.json``; see `page_index`."""
    index = page_index(dataset, thumbnails, map_xy)
    Path(path).write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def dataset_of(rows, embeddings=None, pred_probs=None, name="dataset"):
    """The dataset of a table's rows, as `read_table` returns them."""
    given = [row[GIVEN_LABEL_COLUMN] for row in rows]
    if "" in given:
        raise DatasetError(f"{TABLE_FILE} line {given.index('') + 2} has no {GIVEN_LABEL_COLUMN}: fill it in.")
    true = [row[TRUE_LABEL_COLUMN] for row in rows] if TRUE_LABEL_COLUMN in rows[0] else None
    classes = tuple(name for name in dict.fromkeys((true or []) + given) if name)
    index_of = {"": NO_LABEL} | {name: number for number, name in enumerate(classes)}
    return Dataset(
        ids=tuple(row[ID_COLUMN] for row in rows),
        classes=classes,
        given_label=np.array([index_of[label] for label in given], dtype=np.intp),
        true_label=true and np.array([index_of[label] for label in true], dtype=np.intp),
        files=tuple(row[FILE_COLUMN] for row in rows) if FILE_COLUMN in rows[0] else None,
        alt=tuple(row[ALT_COLUMN] for row in rows) if ALT_COLUMN in rows[0] else None,
        embeddings=embeddings,
        pred_probs=pred_probs,
        name=name,
    )


def _load_array(content):
    try:
        return np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise DatasetError(
            f"{EMBEDDINGS_FILE} cannot be read ({error}): save plain numbers with numpy.save, or fetch it again."
        ) from error


def _tuple_or_none(values):
    return None if values is None else tuple(values)


def _check_names(ids, classes):
    if not ids:
        raise DatasetError("the dataset has no examples")
    for names, what in ((ids, "id"), (classes, "class")):
        seen = set()
        for row, name in enumerate(names):
            if not name:
                raise DatasetError(f"the {what} in row {row} (counted from 0) is empty: give it a name")
            if name in seen:
                raise DatasetError(f"the {what} {name!r} comes twice, again in row {row}: make each one unique")
            seen.add(name)


def _check_lengths(dataset):
    for what in ("given_label", "true_label", "files", "alt", "embeddings", "pred_probs"):
        values = getattr(dataset, what)
        if values is not None and len(values) != len(dataset):
            raise DatasetError(
                f"{what} has {len(values)} rows but the table has {len(dataset)}: were both made from the same data?"
            )


def _check_labels(label, n_classes, lowest, what):
    bad_idx = np.flatnonzero((label < lowest) | (label >= n_classes))
    if len(bad_idx):
        row = bad_idx[0]
        raise DatasetError(
            f"{what} in row {row} (counted from 0) is {label[row]}, but there are {n_classes} classes, so it must "
            f"be between {lowest} and {n_classes - 1}"
        )


def _check_embeddings(embeddings):
    if embeddings.ndim != 2 or not embeddings.shape[1]:
        raise DatasetError(
            f"embeddings has the shape {embeddings.shape}, but must have one row per example and one column per "
            "dimension: was it flattened?"
        )
    if not np.issubdtype(embeddings.dtype, np.floating) and not np.issubdtype(embeddings.dtype, np.integer):
        raise DatasetError(f"embeddings holds {embeddings.dtype} values, but must hold numbers")
    bad_idx = np.argwhere(~np.isfinite(embeddings))
    if len(bad_idx):
        row, column = bad_idx[0]
        raise DatasetError(
            f"embeddings row {row}, column {column} (counted from 0) is {embeddings[row, column]}, which is not a "
            "finite number: leave the example out, or embed it again"
        )
