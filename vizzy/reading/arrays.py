"""Arrays of numpy, from ``.npy`` and ``.npz`` files: never unpickled, each checked for what it may be taken for."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vizzy.reading.coded_texts import CodedTexts
from vizzy.reading.errors import ReadingError, listed
from vizzy.reading.files import InputFile
from vizzy.reading.limits import Limits
from vizzy.reading.zips import unzipped
from vizzy.reading.tables import SAMPLE_ROWS, Table, numbered_rows
from vizzy.sentences import sentence

EMBEDDINGS, PRED_PROBS, LABELS, CLASSES, IDS, IMAGE_HASHES, IGNORED = (
    "embeddings",
    "predicted probabilities",
    "labels",
    "classes",
    "ids",
    "perceptual hashes of images",
    "ignored",
)
ARRAY_ROLES = (EMBEDDINGS, PRED_PROBS, LABELS, CLASSES, IDS, IMAGE_HASHES, IGNORED)
SCORES = "scores"  # probabilities, if there is one for each class
# What an array's name says it holds, where it has the shape for it.
NAMES = (
    (CLASSES, r"class(es|_?names)?|label_?names|categories"),
    (PRED_PROBS, r".*(prob|proba|softmax|predict|pred|logit).*"),
    (IMAGE_HASHES, r"image_hashes"),
    (IDS, r"ids?|index|keys?"),
    (LABELS, r"(.*_)?(labels?|targets?|y|truth|gt|given|one_?hot)(_?(true|train|training|test|val|valid|one_?hot|\d))?"),
    (SCORES, r"(.*_)?(scores?|outputs?|decision(_function)?)"),
    (EMBEDDINGS, r".*(emb|feat|vector|repr|hidden|latent).*|x"),
)
# The lowest sum of a row, and the highest, that makes an array without a telling name one of probabilities.
SUMS_TO_ONE = (0.98, 1.02)
NPY, PICKLE = b"\x93NUMPY", b"\x80"
# What is left of a plain header without the texts in it.
PLAIN = re.compile(rb"(?:[\s{}()\[\]:,0-9L]|True|False)*")
LONGEST_HEADER, MOST_BRACKETS = 10_000, 20
LAST_LETTER, HALVES = 0x10FFFF, (0xD800, 0xDFFF)  # of Unicode


@dataclass(frozen=True, eq=False)
class Array:
    """An array and its name: the file's, for one of several in a file, or of a field, with "/" and its own."""

    name: str
    values: np.ndarray
    columns: tuple | None = None  # of str, where it was a table of numbers

    @property
    def key(self) -> str:
        """The last part of the name, without the suffix."""
        return re.sub(
            r"\.(npy|npz|csv|tsv|tab|txt|jsonl|ndjson|json)$", "", self.name.rpartition("/")[2].lower()
        )


def read_arrays(file: InputFile, limits: Limits) -> list[Array]:
    """The arrays that a ``.npy`` or ``.npz`` file holds.

    Parameters
    ----------
    file : vizzy.reading.files.InputFile
    limits : vizzy.reading.limits.Limits
        An .npz is a zip, and bounded like one.

    Returns
    -------
    list of Array

    Raises
    ------
    ReadingError
        Where the file is damaged or holds too much.
    """
    if not file.content.startswith(b"PK"):
        return _with_fields(file.name, _values(file))
    members = [member for member in unzipped(file, limits) if member.suffix == ".npy"]
    named = [InputFile(f"{file.name}/{member.name}", member.content) for member in members]
    return [array for member in named for array in _with_fields(member.name.removesuffix(".npy"), _values(member))]


def _with_fields(name, values):
    """An array as it is; of a structured one each field, as columns of a table."""
    return [Array(f"{name}/{field}", values[field]) for field in values.dtype.names] if values.dtype.names else [Array(name, values)]


def guess_role(array: Array, n_rows: int | None, n_classes: int | None) -> str:
    """What an array is probably for.

    Parameters
    ----------
    array : Array
    n_rows : int or None
        How many rows the table has, if there is one.
    n_classes : int or None
        How many classes its labels have, if known.

    Returns
    -------
    str
        One of ARRAY_ROLES.
    """
    values = array.values
    possible = _possible_roles(values)
    for role, pattern in NAMES:
        if role == SCORES:
            fits = n_classes is not None and (values.shape[1:] == (n_classes,) or n_classes == 2 and values.ndim == 1)
            role = PRED_PROBS if fits else SCORES
        if (role in possible or role == PRED_PROBS and _are_fractions(values)) and re.fullmatch(pattern, array.key):
            return role
    if PRED_PROBS in possible and (_looks_like_probabilities(values, n_classes) or max(values.shape) == values.size):
        return PRED_PROBS
    if EMBEDDINGS in possible:
        return EMBEDDINGS
    if LABELS in possible and n_rows is None:
        return LABELS
    return IGNORED


def table_of_arrays(name: str, arrays: Sequence[Array]) -> tuple[Table | None, list[Array]]:
    """A table of the arrays of one file that hold one value a row, where several do; and the other arrays.

    Where one is called like labels and another holds several numbers a row, they are read as arrays.

    Parameters
    ----------
    name : str
        For the table.
    arrays : sequence of Array

    Returns
    -------
    tuple of (Table or None, list of Array)
        A column is called like its array.
    """
    flat = [array for array in arrays if not array.name.endswith(".npy") and array.values.dtype.kind in "fiubUS" and max(array.values.shape, default=0) == array.values.size > 1]
    longest = max((array.values.size for array in flat), default=0)
    columns = [array for array in flat if array.values.size == longest]
    has_numbers = any(array.values.ndim > 1 and len(array.values) == longest and array not in columns for array in arrays)
    if has_numbers and any(is_named_like(array, LABELS) for array in arrays) or len(columns) < 2 or len({array.key for array in columns}) < len(columns):
        return None, list(arrays)
    rows = tuple(map(list, zip(*(texts_of(array.values) for array in columns), strict=True)))
    note = sentence("{columns} have a value for each of {rows} rows: they were read as the columns of a table.", columns=listed((array.key for array in columns), 6), rows=longest)
    return numbered_rows(name, tuple(array.name.rpartition("/")[2] for array in columns), rows, (note,)), [array for array in arrays if array not in columns]


def is_named_like(array: Array, role: str) -> bool:
    """Whether an array's name says that it holds what a role is for."""
    return bool(re.fullmatch(dict(NAMES)[role], array.key))


def texts_of(values: np.ndarray) -> list[str]:
    """An array's values as text: bytes decoded, whole numbers without a point, "" for what is not a number."""
    if values.dtype.kind == "S":
        return _decoded(values.ravel().tolist())
    if values.dtype.kind == "f":
        return ["" if value != value else str(int(value)) if value.is_integer() else str(value) for value in values.ravel().tolist()]
    return [str(value) for value in values.ravel().tolist()]


def coded_texts_of(values: np.ndarray) -> CodedTexts:
    """The same, of values of which few are different: `vizzy.reading.coded_texts.CodedTexts`."""
    return CodedTexts.of_values(values.ravel(), texts_of)


def _decoded(values):
    """Bytes as text: UTF-8, or Windows-1252 where one of them is not."""
    try:
        return [value.decode("utf-8") for value in values]
    except UnicodeDecodeError:
        return [value.decode("cp1252", "replace") for value in values]


def _possible_roles(values):
    if values.ndim == 2 and values.dtype.kind in "fiub" and values.size and min(values.shape) > 1:
        return {EMBEDDINGS, PRED_PROBS} | ({LABELS} if _is_one_hot(values) or _looks_like_probabilities(values, None) else set())
    if (
        values.ndim in (1, 2)
        and values.dtype.kind in "iuUSbf"
        and max(values.shape, default=0) == values.size
    ):
        hashes = {IMAGE_HASHES} if values.dtype == np.uint64 else set()
        return {LABELS, CLASSES, IDS} | hashes | ({PRED_PROBS} if _are_shares(values) else set())
    if values.dtype.kind in "US":
        return {LABELS} if values.ndim == 2 and values.size and _is_one_hot(values) else set()
    return {EMBEDDINGS, PRED_PROBS} if values.dtype.kind in "fiub" else set()


def _is_one_hot(values):
    """Whether an array holds nothing but 0 and 1, as numbers or as text."""
    if values.dtype.kind in "US":
        return bool(np.isin(values, np.array(["0", "1"], dtype=values.dtype)).all())
    return bool(((values == 0) | (values == 1)).all())


def _are_shares(values):
    """Whether an array holds numbers from 0 to 1 that are not all whole, as the probabilities of one of two classes."""
    if values.dtype.kind != "f" or not values.size or not np.isfinite(values).all():
        return False
    return bool((values >= 0).all() and (values <= 1).all() and (values != np.round(values)).any())


def _are_fractions(values):
    """Whether an array holds one number a row, not all whole, as a model's scores of one of two classes."""
    if values.dtype.kind != "f" or max(values.shape, default=0) != values.size or not np.isfinite(values).all():
        return False
    return bool((values != np.round(values)).any())


def _looks_like_probabilities(values, n_classes):
    if values.ndim != 2 or (n_classes is not None and values.shape[1] < n_classes):
        return False
    sample = values[:SAMPLE_ROWS].astype(np.float64)
    sums = sample.sum(axis=1)
    return bool((sample >= 0).all() and (sums >= SUMS_TO_ONE[0]).all() and (sums <= SUMS_TO_ONE[1]).all())


def _values(file):
    _check_header(file)
    try:
        values = _loaded(file.content)
    except Exception as error:  # a damaged header raises about anything
        raise ReadingError(_complaint(file, str(error))) from error
    if values.dtype.kind == "U" and values.size and values.dtype.itemsize:
        _check_letters(file, values)
    return values


def _loaded(content):
    """The array of a .npy file, in the file's own bytes where that can be: a copy would take as much memory again."""
    opened = io.BytesIO(content)
    if np.lib.format.read_magic(opened) == (1, 0):
        shape, in_columns, dtype = np.lib.format.read_array_header_1_0(opened)
        size = int(np.prod(shape, dtype=object))
        if size and not dtype.hasobject and dtype.itemsize:
            values = np.frombuffer(content, dtype, size, opened.tell())
            return values.reshape(shape[::-1]).T if in_columns else values.reshape(shape)
    opened.seek(0)
    return np.load(opened, allow_pickle=False)


def _check_letters(file, values):
    """Refuse text with numbers that are no letter's: numpy makes strings of them on which Python itself fails."""
    codes = np.ascontiguousarray(values, values.dtype.newbyteorder("=")).view(np.uint32)
    if ((codes > LAST_LETTER) | ((codes >= HALVES[0]) & (codes <= HALVES[1]))).any():
        raise ReadingError(_complaint(file, sentence("its text is damaged")))


def _check_header(file):
    """Refuse a header that is not a plain one, before numpy reads it.

    It is a Python expression, and one that is nested deeply overflows the stack of WebAssembly, which takes the whole
    interpreter with it. What numpy writes has names, numbers and a few brackets.
    """
    content = file.content
    if not content:
        raise ReadingError(sentence("{file} is empty: save the array again with numpy.save.", file=file.name))
    if content.startswith(PICKLE):
        raise ReadingError(_complaint(file, sentence("it is a pickle")))
    if not content.startswith(NPY):
        raise ReadingError(
            sentence("{file} is no array of numpy's, whatever its name says: save it with numpy.save.", file=file.name)
        )
    length_bytes = 2 if content[6:7] == b"\x01" else 4
    start = 8 + length_bytes
    length = int.from_bytes(content[8:start], "little")
    header = re.sub(rb"'[^']*'|\"[^\"]*\"", b"", content[start : start + length])
    if (
        length > LONGEST_HEADER
        or sum(map(header.count, (b"(", b"[", b"{"))) > MOST_BRACKETS
        or not PLAIN.fullmatch(header)
    ):
        raise ReadingError(_complaint(file, sentence("its header is damaged, or of a structured array")))


def _complaint(file, error):
    if "pickle" in error.lower():
        return sentence(
            "{file} holds Python objects, which could run anything and are never loaded: save an array of numbers, "
            "array.astype(float), or of text, array.astype(str), with numpy.save.",
            file=file.name,
        )
    return sentence("{file} cannot be read ({error}): is it cut off? Save it again with numpy.save.", file=file.name, error=error)
