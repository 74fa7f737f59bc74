"""Arrays of numpy, from ``.npy`` and ``.npz`` files: never unpickled, each checked for what it may be taken for."""

import io
import re
import zipfile
from dataclasses import dataclass

import numpy as np

from vizzy.reading.errors import ReadingError, shown
from vizzy.reading.files import MOST_COMPRESSION, SMALL

EMBEDDINGS, PRED_PROBS, LABELS, CLASSES, IDS, IGNORED = (
    "embeddings",
    "predicted probabilities",
    "labels",
    "classes",
    "ids",
    "ignored",
)
ARRAY_ROLES = (EMBEDDINGS, PRED_PROBS, LABELS, CLASSES, IDS, IGNORED)
# What an array's name says it holds, where it has the shape for it.
NAMES = (
    (CLASSES, r"class(es|_?names)?|label_?names|categories"),
    (PRED_PROBS, r".*(prob|proba|softmax|predict|pred).*"),
    (IDS, r"ids?|index|keys?"),
    (LABELS, r"(.*_)?(labels?|targets?|y|y_true|given)"),
    (EMBEDDINGS, r".*(emb|feat|vector|repr|hidden|latent).*|x"),
)
# The lowest sum of a row, and the highest, that makes an array without a telling name one of probabilities.
SUMS_TO_ONE = (0.98, 1.02)
SAMPLE_ROWS = 200


@dataclass(frozen=True, eq=False)
class Array:
    """An array and its name: the file's, for one of several in a file with "/" and its own."""

    name: str
    values: np.ndarray
    columns: tuple | None = None  # of str, where it was a table of numbers

    @property
    def key(self):
        """The last part of the name, without the suffix."""
        return re.sub(
            r"\.(npy|npz|csv|tsv|tab|txt|jsonl|ndjson|json)$", "", self.name.rpartition("/")[2].lower()
        )


def read_arrays(file):
    """The arrays that a ``.npy`` or ``.npz`` file holds: list of Array."""
    _refuse_bombs(file)
    try:
        loaded = np.load(io.BytesIO(file.content), allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return [Array(file.name, loaded)]
        with loaded:
            return [Array(f"{file.name}/{name}", loaded[name]) for name in loaded.files]
    except Exception as error:  # a header is parsed as Python's source: a damaged one raises about anything
        raise ReadingError(_complaint(file, error)) from error


def guess_role(array, n_rows, n_classes):
    """What an array is probably for: one of ARRAY_ROLES.

    Parameters
    ----------
    array : Array
    n_rows : int or None
        How many rows the table has, if there is one.
    n_classes : int or None
        How many classes its labels have, if known.
    """
    values = array.values
    possible = _possible_roles(values)
    for role, pattern in NAMES:
        if role in possible and re.fullmatch(pattern, array.key):
            return role
    if PRED_PROBS in possible and _looks_like_probabilities(values, n_classes):
        return PRED_PROBS
    if EMBEDDINGS in possible:
        return EMBEDDINGS
    if LABELS in possible and n_rows is None:
        return LABELS
    return IGNORED


def _possible_roles(values):
    if values.ndim == 2 and values.dtype.kind in "fiub" and values.size:
        return {EMBEDDINGS, PRED_PROBS}
    if (
        values.ndim in (1, 2)
        and values.dtype.kind in "iuUSbf"
        and max(values.shape, default=0) == values.size
    ):
        return {LABELS, CLASSES, IDS}
    return {EMBEDDINGS, PRED_PROBS} if values.dtype.kind in "fiub" else set()


def _looks_like_probabilities(values, n_classes):
    if values.ndim != 2 or (n_classes is not None and values.shape[1] < n_classes):
        return False
    sample = values[:SAMPLE_ROWS].astype(np.float64)
    sums = sample.sum(axis=1)
    return bool((sample >= 0).all() and (sums >= SUMS_TO_ONE[0]).all() and (sums <= SUMS_TO_ONE[1]).all())


def _refuse_bombs(file):
    """An .npz is a zip, and its entries may unpack to anything."""
    if not file.content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise ReadingError(_complaint(file, error)) from error
    for entry in entries:
        if entry.file_size > SMALL and entry.file_size > MOST_COMPRESSION * max(1, entry.compress_size):
            raise ReadingError(
                f"{file.name} holds {shown(entry.filename)}, which would unpack to "
                f"{entry.file_size // max(1, entry.compress_size):,} times its size, as no real data does: "
                "save it with numpy.savez."
            )


def _complaint(file, error):
    if not file.content:
        return f"{file.name} is empty: save the array again with numpy.save."
    if "pickle" in str(error).lower():
        return (
            f"{file.name} holds Python objects, which could run anything and are never loaded: save an array of numbers, "
            "array.astype(float), or of text, array.astype(str), with numpy.save."
        )
    return f"{file.name} cannot be read ({error}): is it cut off? Save it again with numpy.save."
