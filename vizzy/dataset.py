"""A dataset: its examples, their classes, given labels and, where known, true labels; reading and writing.

A dataset folder holds

``dataset.csv``
    One row per example, UTF-8, with the columns ``id``, ``file`` (the image, relative to the folder),
    ``given_label`` and ``true_label`` (names of classes; a true label may be empty, for an example that
    belongs to no class), optionally ``alt`` (what the image shows, in words), and any others after them:
    where the image comes from, its licence. The truth is unknown if no example has a true label.
``embeddings.npy``
    One row of numbers per example, in the order of the table: np.ndarray of float, shape (n, d).
``dataset.json``
    What the page needs to show the dataset before Python's numerics are up; see `page_index`.

Classes stand in the order in which the table first names them as a true label, then as a given label.
A problem with what is read is a `DatasetError`: where it is, what is expected, and what to do, in a sentence.
These names are defined here once, for the tools that write such a folder and for everything that reads it.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from vizzy import confident
from vizzy.vocabulary import NO_LABEL
from vizzy.sentences import sentence

TABLE_FILE = "dataset.csv"
INDEX_FILE = "dataset.json"
IMAGE_HASHES_FILE = "image_hashes.npy"
EMBEDDINGS_FILE = "embeddings.npy"
PRED_PROBS_FILE = "pred_probs.npy"
MAP_FILE = "map.npy"
IMAGES_FOLDER = "images"

ID_COLUMN = "id"
FILE_COLUMN = "file"
GIVEN_LABEL_COLUMN = "given_label"
TRUE_LABEL_COLUMN = "true_label"
ALT_COLUMN = "alt"
REQUIRED_COLUMNS = (ID_COLUMN, GIVEN_LABEL_COLUMN)

INDEX_FORMAT = 1


class DatasetError(ValueError):
    """What is wrong with a dataset, where, and what to do: a sentence for the person who brought it."""


class RowNumbers(Sequence):
    """Ids of examples that have none of their own: the numbers of their rows, from 1, each made when it is asked for.

    Parameters
    ----------
    row_idx : np.ndarray of int, shape (n,)
        All different, counted from 0.
    """

    def __init__(self, row_idx: np.ndarray) -> None:
        self._row_idx = row_idx

    def __len__(self) -> int:
        return len(self._row_idx)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return tuple(str(row + 1) for row in self._row_idx[place].tolist())
        return str(self._row_idx[place] + 1)

    def __iter__(self) -> Iterator[str]:
        return (str(row + 1) for row in self._row_idx.tolist())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, RowNumbers):
            return np.array_equal(self._row_idx, other._row_idx)
        return isinstance(other, Sequence) and not isinstance(other, str) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(tuple(self))


@dataclass(frozen=True, eq=False)
class Dataset:
    """Checked when it is made; arrays are of n examples in one order."""

    ids: Sequence[str]  # all different
    classes: tuple  # of str, all different
    given_label: np.ndarray  # (n,) int, index into classes
    true_label: np.ndarray | None = None  # (n,) int, -1 where no class is true; None: the truth is unknown
    files: tuple | None = None  # of str, the image of each example
    alt: tuple | None = None  # of str, what each image shows
    embeddings: np.ndarray | None = None  # (n, d) float
    made_of: str | None = None  # "texts", "measurements" or both, where the embeddings are features of such data
    pred_probs: np.ndarray | None = None  # (n, K) float, out of sample
    name: str = "dataset"

    def __post_init__(self):
        _check_names(self.ids, ID_COLUMN)
        _check_names(self.classes, "class")
        _check_lengths(self)
        _check_labels(self.given_label, len(self.classes), lowest=0, what=GIVEN_LABEL_COLUMN)
        if self.true_label is not None:
            _check_labels(self.true_label, len(self.classes), lowest=NO_LABEL, what=TRUE_LABEL_COLUMN)
        if self.files is not None:
            _check_files(self.files)
        if self.embeddings is not None:
            _check_embeddings(self.embeddings)
        if self.pred_probs is not None:
            _check_pred_probs(self.given_label, self.pred_probs, len(self.classes))

    def __len__(self):
        return len(self.ids)


def read_folder(path: str | Path) -> Dataset:
    """Read a dataset folder: its table and, where they are there, its name and its embeddings.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Dataset

    Raises
    ------
    DatasetError
        Where the folder has no table, or a file of it cannot be read.
    """
    folder = Path(path)
    if not (folder / TABLE_FILE).is_file():
        raise DatasetError(sentence("{folder} has no {file}: is it the folder of a dataset?", folder=str(folder), file=TABLE_FILE))
    index_path, embeddings_path = folder / INDEX_FILE, folder / EMBEDDINGS_FILE
    return build_dataset(
        read_dataset_table(folder / TABLE_FILE),
        embeddings=load_array(embeddings_path.read_bytes(), EMBEDDINGS_FILE) if embeddings_path.is_file() else None,
        name=_parse_index(index_path.read_bytes())["name"] if index_path.is_file() else folder.resolve().name,
    )


def from_bytes(
    index_json: str | bytes, embeddings_bytes: bytes | None = None, pred_probs_bytes: bytes | None = None
) -> Dataset:
    """The dataset of a page index and of the arrays that it names.

    Parameters
    ----------
    index_json : str or bytes
        What ``dataset.json`` holds.
    embeddings_bytes, pred_probs_bytes : bytes, optional
        What the ``.npy`` files hold that the index names: numbers of shape (n, d), probabilities of shape (n, K).

    Returns
    -------
    Dataset

    Raises
    ------
    DatasetError
        Where one of them cannot be read, or they do not belong together.
    """
    index = _parse_index(index_json)
    return Dataset(
        ids=tuple(index["ids"]),
        classes=tuple(index["classes"]),
        given_label=np.array(index["given_label"], dtype=np.intp),
        true_label=None if index["true_label"] is None else np.array(index["true_label"], dtype=np.intp),
        files=None if index["files"] is None else tuple(index["files"]),
        alt=None if index["alt"] is None else tuple(index["alt"]),
        embeddings=None if embeddings_bytes is None else load_array(embeddings_bytes, EMBEDDINGS_FILE),
        pred_probs=None if pred_probs_bytes is None else load_array(pred_probs_bytes, PRED_PROBS_FILE),
        name=index["name"],
    )


def page_index(dataset: Dataset, thumbnails: dict | None = None, map_file: str | None = None) -> dict:
    """What the page shows before numpy is loaded, for ``dataset.json``.

    Parameters
    ----------
    dataset : Dataset
    thumbnails : dict, optional
        The sheets of thumbnails, each a grid filled row by row in the order of the examples:
        ``{"files": ["thumbnails.webp"], "tile": 64, "columns": 20, "per_file": 1000}``, sizes in pixels.
    map_file : str, optional
        The name of the file, float32 of shape (n, 2), that says where each example stands on a map.

    Returns
    -------
    dict
        Of what JSON can hold.
    """
    return {
        "format": INDEX_FORMAT,
        "name": dataset.name,
        "classes": list(dataset.classes),
        "ids": list(dataset.ids),
        "files": None if dataset.files is None else list(dataset.files),
        "given_label": dataset.given_label.tolist(),
        "true_label": None if dataset.true_label is None else dataset.true_label.tolist(),
        "alt": None if dataset.alt is None else list(dataset.alt),
        "thumbnails": thumbnails,
        "embeddings": EMBEDDINGS_FILE if dataset.pred_probs is None else None,
        "pred_probs": None if dataset.pred_probs is None else PRED_PROBS_FILE,
        "map": map_file,
    }


def read_dataset_table(path: str | Path) -> list[dict[str, str]]:
    """Read ``dataset.csv``.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    list of dict
        One per row, with all its columns.

    Raises
    ------
    DatasetError
        Where it is not UTF-8, or no such table; see `parse_table`.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(sentence(
            "{file} is not UTF-8 at byte {number}: save it as CSV with the encoding UTF-8.",
            file=Path(path).name, number=str(error.start),
        )) from error
    return parse_table(text, Path(path).name)


def parse_table(text: str, file_name: str = TABLE_FILE) -> list[dict[str, str]]:
    """The rows of a table's text.

    Parameters
    ----------
    text : str
    file_name : str
        For the error.

    Returns
    -------
    list of dict
        One per row, with all its columns.

    Raises
    ------
    DatasetError
        Where a required column is missing or comes twice, a row has too many or too few fields or no given label, or
        there are no rows.

    Examples
    --------
    >>> parse_table("id,given_label\\na,cat\\nb,dog\\n")
    [{'id': 'a', 'given_label': 'cat'}, {'id': 'b', 'given_label': 'dog'}]
    """
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = reader.fieldnames or []
    for column in REQUIRED_COLUMNS:
        if columns.count(column) != 1:
            raise DatasetError(sentence(
                "{file} must have one column {column}, but has {n}; its first line is {line}. Is the header line missing, or the "
                "separator not a comma?",
                file=file_name,
                n=columns.count(column),
                column=repr(column),
                line=repr(",".join(columns)),
            ))
    rows = []
    for row in reader:
        if None in row or None in row.values():
            raise DatasetError(sentence(
                "{file} line {line} does not have the {n} fields that the header names: is a text "
                "with a comma not between quotation marks?",
                file=file_name, line=str(reader.line_num), n=len(columns),
            ))
        if not row[GIVEN_LABEL_COLUMN]:
            raise DatasetError(sentence(
                "{file} line {line} has no {column}: fill it in.",
                file=file_name, line=str(reader.line_num), column=GIVEN_LABEL_COLUMN,
            ))
        rows.append(row)
    if not rows:
        raise DatasetError(sentence("{file} has a header but no rows: is it cut off?", file=file_name))
    return rows


def write_dataset_table(path: str | Path, rows: Sequence[dict]) -> None:
    """Write ``dataset.csv``.

    Parameters
    ----------
    path : str or Path
    rows : sequence of dict, at least one
        All have the columns of the first one.
    """
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_index(
    path: str | Path, dataset: Dataset, thumbnails: dict | None = None, map_file: str | None = None
) -> None:
    """Write ``dataset.json``.

    Parameters
    ----------
    path : str or Path
    dataset, thumbnails, map_file
        As for `page_index`.
    """
    index = page_index(dataset, thumbnails, map_file)
    Path(path).write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def build_dataset(
    rows: Sequence[dict[str, str]],
    embeddings: np.ndarray | None = None,
    pred_probs: np.ndarray | None = None,
    name: str = "dataset",
) -> Dataset:
    """The dataset of a table's rows.

    Parameters
    ----------
    rows : sequence of dict, as `read_dataset_table` returns them
    embeddings : np.ndarray of numbers, shape (n, d), finite, optional
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1], out of sample, optional
    name : str

    Returns
    -------
    Dataset

    Raises
    ------
    DatasetError
        Where the rows and the arrays do not make a dataset.

    Examples
    --------
    >>> rows = [{"id": "a", "given_label": "cat"}, {"id": "b", "given_label": "dog"}]
    >>> build_dataset(rows).classes
    ('cat', 'dog')
    """
    given = _column(rows, GIVEN_LABEL_COLUMN)
    true = _column(rows, TRUE_LABEL_COLUMN) or ()
    classes = tuple(label for label in dict.fromkeys((*true, *given)) if label)
    index_of = {"": NO_LABEL} | {label: number for number, label in enumerate(classes)}
    return Dataset(
        ids=_column(rows, ID_COLUMN),
        classes=classes,
        given_label=np.array([index_of[label] for label in given], dtype=np.intp),
        true_label=np.array([index_of[label] for label in true], dtype=np.intp) if any(true) else None,
        files=_column(rows, FILE_COLUMN),
        alt=_column(rows, ALT_COLUMN),
        embeddings=embeddings,
        pred_probs=pred_probs,
        name=name,
    )


def _column(rows, column):
    return tuple(row[column] for row in rows) if column in rows[0] else None


def _parse_index(index_json):
    try:
        index = json.loads(index_json)
    except ValueError as error:
        raise DatasetError(sentence(
            "{file} cannot be read ({error}): rebuild it, or fetch it again.",
            file=INDEX_FILE, error=str(error),
        )) from error
    found = index.get("format") if isinstance(index, dict) else None
    if found != INDEX_FORMAT:
        raise DatasetError(sentence(
            "{file} is of format {found}, but this version of Vizzy reads format {format}: rebuild it, "
            "or reload the page without its cache.",
            file=INDEX_FILE, found=repr(found), format=str(INDEX_FORMAT),
        ))
    return index


def load_array(content: bytes, file: str) -> np.ndarray:
    """The array of an ``.npy`` file.

    Parameters
    ----------
    content : bytes
    file : str
        Its name, for the error.

    Returns
    -------
    np.ndarray
        Of the shape and dtype that the file says.

    Raises
    ------
    DatasetError
        Where it is no such file, or holds several arrays.
    """
    try:
        array = np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError, MemoryError, zipfile.BadZipFile) as error:
        raise DatasetError(sentence(
            "{file} cannot be read ({error}): save one array of numbers with numpy.save, or fetch the file again.",
            file=file, error=str(error),
        )) from error
    if not isinstance(array, np.ndarray):
        raise DatasetError(sentence("{file} holds several arrays: save one array of numbers with numpy.save.", file=file))
    return array


def _check_names(names, what):
    if not names:
        raise DatasetError(sentence("the dataset has no {what} at all: is its table empty?", what=what))
    if isinstance(names, RowNumbers):
        return
    seen = set()
    for row, name in enumerate(names):
        if not name:
            raise DatasetError(sentence("{what} number {row} (counted from 0) is empty: give it a name.", what=what, row=str(row)))
        if name in seen:
            raise DatasetError(sentence(
                "{what} {name} comes twice, the second time as number {row}: make each one unique.",
                what=what, name=repr(name), row=str(row),
            ))
        seen.add(name)


def _check_lengths(dataset):
    for what in ("given_label", "true_label", "files", "alt", "embeddings", "pred_probs"):
        values = getattr(dataset, what)
        if values is not None and len(values) != len(dataset):
            raise DatasetError(sentence(
                "{what} has {n} rows but the table has {rows}: were they made from the same data?",
                what=what, n=len(values), rows=len(dataset),
            ))


def _check_labels(label, n_classes, lowest, what):
    bad_idx = np.flatnonzero((label < lowest) | (label >= n_classes))
    if len(bad_idx):
        row = bad_idx[0]
        raise DatasetError(sentence(
            "{what} row {row} (counted from 0) is {label}, but with {n_classes} classes it must be between {lowest} "
            "and {highest}: is a class missing from the list?",
            what=what, row=str(row), label=label[row], n_classes=n_classes, lowest=lowest, highest=n_classes - 1,
        ))


def _check_files(files):
    for row, file in enumerate(files):
        path = PurePosixPath(file.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in file:
            raise DatasetError(sentence(
                "{column} row {row} (counted from 0) is {file}, which is outside the dataset's folder: give its "
                "path within the folder.",
                column=FILE_COLUMN, row=str(row), file=repr(file),
            ))


def _check_embeddings(embeddings):
    if embeddings.ndim != 2 or not embeddings.shape[1]:
        raise DatasetError(sentence(
            "embeddings has the shape {shape}, but must have one row per example and one column per dimension: was "
            "it flattened?",
            shape=str(embeddings.shape),
        ))
    if embeddings.dtype.kind not in "fiu":
        raise DatasetError(sentence("embeddings holds {dtype} values, but must hold numbers.", dtype=str(embeddings.dtype)))
    bad_idx = np.argwhere(~np.isfinite(embeddings))
    if len(bad_idx):
        row, column = bad_idx[0]
        raise DatasetError(sentence(
            "embeddings row {row}, column {column} (counted from 0) is {value}, which is not a finite number: "
            "leave the example out, or embed it again.",
            row=str(row), column=str(column), value=str(embeddings[row, column]),
        ))


def _check_pred_probs(given_label, pred_probs, n_classes):
    try:
        confident.validate(given_label, pred_probs)
    except ValueError as error:
        raise DatasetError(str(error)) from error
    if pred_probs.shape[1] != n_classes:
        raise DatasetError(sentence(
            "pred_probs has {n} columns, but there are {n_classes} classes: one column per class, in the order "
            "of the classes.",
            n=pred_probs.shape[1], n_classes=n_classes,
        ))
