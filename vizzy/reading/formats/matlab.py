"""MATLAB's .mat files of version 5 to 7.2: arrays of numbers, texts, cells of texts, and structures of these.

Written after "MAT-File Format" (MathWorks, R2024a). A file of version 7.3 is HDF5, see `hdf5`. Tables, strings and categories are
objects of MATLAB's own, which only MATLAB reads: they are named as left out. scipy's reader would unpack whatever a file
says, and is not in the browser's scipy.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from vizzy.reading.errors import ReadingError
from vizzy.reading.files import InputFile
from vizzy.reading.limits import Limits, check_unpacked
from vizzy.sentences import sentence

START = b"MATLAB 5.0 MAT-file"
HEADER, ORDER = 128, slice(126, 128)  # bytes of the header, and where in it the order of bytes stands
MATRIX, COMPRESSED, UTF_8 = 14, 15, 16
STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}  # numbers, by their type
LETTERS = {1: "latin-1", 2: "latin-1", 4: "utf-16", UTF_8: "utf-8", 17: "utf-16", 18: "utf-32"}
CELL, STRUCTURE, CHARACTERS, SPARSE = 1, 2, 4, 5
NUMBERS = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}  # by an array's class
LOGICAL, COMPLEX = 0x0200, 0x0800
MOST_NESTED = 8


class Unreadable(Exception):
    """A variable that only MATLAB reads."""


def variables_of(file: InputFile, limits: Limits) -> tuple[dict[str, np.ndarray], list[str]]:
    """The variables of a .mat file.

    Parameters
    ----------
    file : InputFile
    limits : Limits
        On what it unpacks to.

    Returns
    -------
    arrays : dict of str to numpy.ndarray
        Of numbers or texts, by their names; a field's is behind that of its structure, after a slash.
    left_out : list of str
        The names of those that are none.

    Raises
    ------
    ReadingError
        Where the file is damaged or unpacks to too much.
    """
    arrays: dict[str, np.ndarray] = {}
    left_out: list[str] = []
    order = "<" if file.content[ORDER] == b"IM" else ">"
    try:
        for element in _unpacked(file, order, limits):
            kind, content, _ = _element(element, 0, order)
            if kind != MATRIX:
                raise ValueError(f"an element of type {kind}")
            name, value = _variable(content, order, limits)
            _add(name, value, arrays, left_out)
    except ReadingError:
        raise
    except (ValueError, IndexError, KeyError, OverflowError, StopIteration, struct.error, zlib.error) as error:
        raise ReadingError(sentence(
            "{file} cannot be read as a MATLAB file ({error}): is it cut off? Save it again, or as CSV.", file=file.name, error=str(error) or type(error).__name__
        )) from error
    return arrays, left_out


def _unpacked(file: InputFile, order: str, limits: Limits) -> Iterator[bytes]:
    """Each element of the file, unpacked, while all together fit."""
    place, left = HEADER, limits.file_bytes
    while place + 8 <= len(file.content):
        kind, content, after = _element(file.content, place, order)
        if kind == COMPRESSED:
            unpacker = zlib.decompressobj()
            content = unpacker.decompress(content, left + 1)
            if not unpacker.eof and len(content) <= left:
                raise ValueError("its end is missing")
        else:
            content = file.content[place:after]
        left -= len(content)
        check_unpacked(file.name, limits.file_bytes - left, limits)
        yield content
        place = after


def _element(content, place, order):
    """The type of the element at a place, what it holds, and where the next one begins."""
    word, size = struct.unpack_from(f"{order}II", content, place)
    if word >> 16:  # a small one, of four bytes at most
        kind, size = word & 0xFFFF, word >> 16
        return kind, content[place + 4 : place + 4 + size], place + 8
    held = content[place + 8 : place + 8 + size]
    if len(held) < size:
        raise ValueError("its end is missing")
    return word, held, place + 8 + (size if word == COMPRESSED else -(-size // 8) * 8)


def _elements(content, order):
    place = 0
    while place + 8 <= len(content):
        kind, held, place = _element(content, place, order)
        yield kind, held


def _variable(content: bytes, order: str, limits: Limits, depth: int = 0) -> tuple[str, Any]:
    """The name of an array and what it holds: an array, a list of a cell's, a dict of a structure's, or an `Unreadable`."""
    if not content:
        return "", np.zeros((0, 0))
    parts = _elements(content, order)
    flags = _first_number(parts, order)
    kind = flags & 0xFF
    if kind not in (CELL, STRUCTURE, CHARACTERS, SPARSE, *NUMBERS) or depth > MOST_NESTED:
        named = next((held for number, held in parts if number in (1, 2)), b"")
        return named.decode("latin-1"), Unreadable()
    shape = tuple(np.frombuffer(next(parts)[1], f"{order}i4").tolist())
    name = next(parts)[1].decode("latin-1")
    size = int(np.prod(shape, dtype=object))
    if min(shape, default=0) < 0 or size > limits.cells * 10:
        raise ValueError(f"an array of the shape {shape}")
    if kind in NUMBERS:
        values = _numbers(parts, NUMBERS[kind], shape, order)
        return name, values.astype(bool) if flags & LOGICAL else Unreadable() if flags & COMPLEX else values
    if kind == CHARACTERS:
        return name, _text(parts, shape, order)
    if kind == SPARSE:
        return name, Unreadable() if flags & COMPLEX else _sparse(parts, shape, order, limits)
    if kind == CELL:
        return name, [_variable(held, order, limits, depth + 1)[1] for _, held in parts]
    return name, _fields(parts, order, limits, depth)


def _first_number(parts, order):
    """The first number, of four bytes, in the next element."""
    return int.from_bytes(next(parts)[1][:4], "little" if order == "<" else "big")


def _numbers(parts, wanted, shape, order):
    stored, held = next(parts)
    return np.frombuffer(held, f"{order}{STORED[stored]}").reshape(shape, order="F").astype(wanted)


def _text(parts, shape, order):
    """The lines of an array of letters: numpy array of str, one for each row."""
    stored, held = next(parts, (UTF_8, b""))
    encoding = LETTERS[stored]
    text = held.decode(encoding + ("-le" if order == "<" else "-be") if encoding in ("utf-16", "utf-32") else encoding, "replace")
    rows = shape[0] if len(shape) == 2 else 0
    if len(text) != rows * (shape[1] if rows else 0):
        return np.array([text]) if rows < 2 else Unreadable()
    return np.array([text[row::rows].rstrip(" \0") for row in range(rows)]) if rows else np.array([""])


def _sparse(parts, shape, order, limits):
    rows, starts = (np.frombuffer(next(parts)[1], f"{order}i4") for _ in range(2))
    stored, held = next(parts)
    values = np.frombuffer(held, f"{order}{STORED[stored]}")
    if shape[0] * shape[1] > limits.cells:
        return Unreadable()
    dense = np.zeros(shape)
    columns = np.repeat(np.arange(shape[1]), np.diff(starts))
    dense[rows[: len(columns)], columns] = values[: len(columns)]
    return dense


def _fields(parts, order, limits, depth):
    """The values of a structure's fields, a list for each: one for each structure of an array of them."""
    length = _first_number(parts, order)
    names = next(parts)[1]
    fields = [names[start : start + length].split(b"\0")[0].decode("latin-1") for start in range(0, len(names), length)]
    values = [_variable(held, order, limits, depth + 1)[1] for _, held in parts]
    return {field: values[place :: len(fields)] for place, field in enumerate(fields)}


def _add(name, value, arrays, left_out):
    """Put a variable, or each field of a structure, among the arrays, or what it is called among what is left out."""
    if isinstance(value, dict):
        for field, values in value.items():
            _add(f"{name}/{field}", values[0] if len(values) == 1 else values, arrays, left_out)
        return
    if isinstance(value, list):
        value = _array_of_cells(value)
    if isinstance(value, np.ndarray):
        arrays[name] = value
    elif name:
        left_out.append(name)


def _array_of_cells(cells):
    """An array of a cell's texts or numbers, where there is one in each; an `Unreadable` for anything else."""
    if not cells or not all(isinstance(cell, np.ndarray) for cell in cells):
        return Unreadable()
    if all(cell.dtype.kind == "U" and cell.size == 1 or not cell.size for cell in cells):
        return np.array([str(cell.ravel()[0]) if cell.size else "" for cell in cells])
    if all(cell.dtype.kind in "fiub" and cell.size == 1 for cell in cells):
        return np.array([cell.ravel()[0] for cell in cells])
    if len({cell.size for cell in cells}) == 1 and all(cell.dtype.kind in "fiub" and max(cell.shape) == cell.size for cell in cells):
        return np.stack([cell.ravel() for cell in cells])
    return Unreadable()
