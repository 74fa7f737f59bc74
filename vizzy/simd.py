"""Products of matrices by vector instructions of WebAssembly, where Python runs under it: several times as fast as scipy's BLAS.

Scipy's BLAS for WebAssembly was compiled without vector instructions. So what multiplies here is a small program of our own,
which is assembled below when it is first needed and loaded as any shared library is. It works as Goto and van de
Geijn describe: parts of both matrices that fit the cache are laid out in the order in which they are read (*packed*), and a tile of the
product, with as many rows and columns as there are registers for, is summed up in registers.

`vizzy.blas` calls it. Where it cannot be loaded, as in a browser without vector instructions, BLAS does the work.

Goto, van de Geijn: Anatomy of high-performance matrix multiplication. ACM Transactions on Mathematical Software 34, 2008.
WebAssembly Core Specification 2.0: https://www.w3.org/TR/wasm-core-2/
"""

from __future__ import annotations

import ctypes
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

VECTOR = 16  # bytes
# A tile of the product, whose 8 vectors of sums, with two of the right matrix and one of the left, fit the 16 registers.
TILE_ROWS, TILE_VECTORS = 4, 2
# As much of both matrices is packed at once: bytes of a row of the left one, rows of it, and columns of the right one.
PACKED_DEPTH, PACKED_ROWS, PACKED_COLUMNS = 1024, 64, 1024
NAMES = {4: "multiply_float32", 8: "multiply_float64"}  # of the functions, by the bytes of a number

Product = Callable[[np.ndarray, np.ndarray], np.ndarray]


@cache
def multiplication() -> Product | None:
    """What multiplies matrices, if Python runs under WebAssembly and has vectors.

    Returns
    -------
    callable or None
        Of two matrices of float32, or two of float64, shapes (n, m) and (m, k), not empty and however they lie in memory, it makes
        an np.ndarray, shape (n, k), whose rows may have gaps between them.
    """
    if sys.platform != "emscripten":
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "multiply.so"
        path.write_bytes(assembled())
        try:
            library = ctypes.CDLL(str(path))
        except OSError:  # the browser has no vector instructions
            return None
    return multiplication_by({size: getattr(library, name) for size, name in NAMES.items()})


def multiplication_by(functions: dict[int, Callable]) -> Product:
    """What multiplies matrices by the functions that `assembled` exports.

    Parameters
    ----------
    functions : dict of int to callable
        By the bytes of a number, what takes n, k and m; of the left and of the right matrix the address and the bytes from row to row
        and from column to column; of the product, whose columns follow each other, the address and the bytes from row to row; and the
        address of the room for packed parts.

    Returns
    -------
    callable
        As `multiplication` says.
    """
    room = np.empty(PACKED_DEPTH * (PACKED_ROWS + PACKED_COLUMNS), dtype=np.uint8)

    def multiplied(left, right):
        (n_rows, depth), n_columns, width = left.shape, right.shape[1], TILE_VECTORS * VECTOR // left.itemsize
        # Tiles at the edges are whole; what lies beyond the edge is cut off.
        out = np.empty((_rounded_up(n_rows, TILE_ROWS), _rounded_up(n_columns, width)), dtype=left.dtype)
        matrices = (_address(left), *left.strides, _address(right), *right.strides, _address(out), out.strides[0])
        functions[left.itemsize](n_rows, n_columns, depth, *matrices, _address(room))
        return out[:n_rows, :n_columns]

    return multiplied


def _rounded_up(number, multiple):
    return -(-number // multiple) * multiple


def _address(matrix):
    return matrix.__array_interface__["data"][0]


# --- the program: instructions as bytes, numbered as in section 5.4 of the specification --------------------------------------

I32, V128, NOTHING = b"\x7f", b"\x7b", b"\x40"
IF, LOOP, END, AGAIN, CALL = b"\x04", b"\x03", b"\x0b", b"\x0d\x00", b"\x10"
SELECT, LESS, ADD, SUBTRACT, TIMES = b"\x1b", b"\x49", b"\x6a", b"\x6b", b"\x6c"
LOAD_VECTOR, STORE_VECTOR = b"\xfd\x00", b"\xfd\x0b"
# By the bytes of a number: load and store one, load one into all places of a vector, and add and multiply vectors.
LOAD, STORE = {4: b"\x2a", 8: b"\x2b"}, {4: b"\x38", 8: b"\x39"}
SPREAD = {4: b"\xfd\x09", 8: b"\xfd\x0a"}
ADD_VECTORS, MULTIPLY_VECTORS = {4: b"\xfd\xe4\x01", 8: b"\xfd\xf0\x01"}, {4: b"\xfd\xe6\x01", 8: b"\xfd\xf2\x01"}
OF_MEMORY_AND_TABLE = b"\x01\x04\x00\x00\x00\x00"  # needs none of its own: what a shared library says of itself


def assembled() -> bytes:
    """The program, as a shared library for Emscripten: bytes. It exports a function for each of `NAMES`."""
    functions: list[_Function] = []
    exports = []
    for size, name in NAMES.items():
        width = TILE_VECTORS * VECTOR // size
        first = len(functions)
        functions += [_pack(TILE_ROWS, size), _pack(width, size), _tile(size)]
        exports.append(_text(name) + b"\x00" + _number(len(functions)))
        functions.append(_multiply(size, width, *(CALL + _number(first + number) for number in range(3))))
    memory = _text("env") + _text("memory") + b"\x02\x00\x01"
    sections = (
        (0, _text("dylink.0") + OF_MEMORY_AND_TABLE),
        (1, _listed([function.type for function in functions])),
        (2, _listed([memory])),
        (3, _listed([_number(number) for number in range(len(functions))])),
        (7, _listed(exports)),
        (10, _listed([_sized(function.code) for function in functions])),
    )
    return b"\0asm\x01\0\0\0" + b"".join(bytes([kind]) + _sized(content) for kind, content in sections)


def _number(value):
    """As LEB128, seven bits a byte."""
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + _number(value >> 7)


def _sized(content):
    return _number(len(content)) + content


def _text(text):
    return _sized(text.encode())


def _listed(parts):
    return _number(len(parts)) + b"".join(parts)


class _Function:
    """A function that returns nothing: its parameters and variables by name, and its instructions."""

    def __init__(self, *parameters):
        self._n_parameters, self._types = len(parameters), [I32] * len(parameters)
        self._index = {name: number for number, name in enumerate(parameters)}
        self.instructions = b""

    @property
    def type(self):
        return b"\x60" + _listed([I32] * self._n_parameters) + _listed([])

    @property
    def code(self):
        variables = [b"\x01" + kind for kind in self._types[self._n_parameters :]]
        return _listed(variables) + self.instructions + END

    def __getitem__(self, name):
        return b"\x20" + _number(self._index[name])

    def let(self, name, value, kind=I32):
        """Set a variable, which is declared where it is new."""
        if name not in self._index:
            self._index[name] = len(self._types)
            self._types.append(kind)
        return value + b"\x21" + _number(self._index[name])

    def declare(self, name, kind):
        self.let(name, b"", kind)

    def more(self, name, step):
        """Add to a variable."""
        return self.let(name, _sum(self[name], step))

    def repeated(self, name, step, end, body):
        """Do something for 0, step, 2 step, ... below the end, at least once."""
        start = self.let(name, _constant(0))
        return start + LOOP + NOTHING + body(self[name]) + self.more(name, _constant(step)) + self[name] + end + LESS + AGAIN + END


def _constant(value):
    """A number below 2**31, whose LEB128 is signed."""
    more = b""
    while value >= 64:
        more, value = more + bytes([value & 127 | 128]), value >> 7
    return b"\x41" + more + bytes([value])


def _sum(first, *others):
    return first + b"".join(other + ADD for other in others)


def _times(one, other):
    return one + other + TIMES


def _least(one, other):
    return one + other + one + other + LESS + SELECT


def _at(offset):
    """How a place in memory follows the instruction: numbers need not be aligned."""
    return b"\x00" + _number(offset)


def _pack(width, size):
    """Copies rows of a matrix side by side, so that the numbers of a column follow each other. Where there are fewer rows the last
    one is repeated."""
    do = _Function("from", "to", "n_rows", "depth", "row", "column")
    places = range(width)
    for place in places:
        in_matrix = _least(_constant(place), do["n_rows"] + _constant(1) + SUBTRACT)
        do.instructions += do.let(f"row{place}", _sum(do["from"], _times(in_matrix, do["row"])))
    copied = b"".join(do["to"] + do[f"row{place}"] + LOAD[size] + _at(0) + STORE[size] + _at(place * size) for place in places)
    copied += b"".join(do.more(f"row{place}", do["column"]) for place in places) + do.more("to", _constant(width * size))
    do.instructions += do.repeated("done", 1, do["depth"], lambda _: copied)
    return do


def _tile(size):
    """Multiplies packed rows with packed columns into a tile of the product, or adds to what stands there."""
    do = _Function("left", "right", "depth", "out", "row", "adds")
    sums = [[f"sum{row}.{column}" for column in range(TILE_VECTORS)] for row in range(TILE_ROWS)]
    for name in sum(sums, []):
        do.declare(name, V128)
    added = b""
    for column in range(TILE_VECTORS):
        added += do.let(f"right{column}", do["right"] + LOAD_VECTOR + _at(column * VECTOR), V128)
    for row in range(TILE_ROWS):
        added += do.let("number", do["left"] + SPREAD[size] + _at(row * size), V128)
        for column, name in enumerate(sums[row]):
            product = do["number"] + do[f"right{column}"] + MULTIPLY_VECTORS[size]
            added += do.let(name, do[name] + product + ADD_VECTORS[size])
    added += do.more("left", _constant(TILE_ROWS * size)) + do.more("right", _constant(TILE_VECTORS * VECTOR))
    do.instructions = do.repeated("done", 1, do["depth"], lambda _: added)
    for row in range(TILE_ROWS):
        before = [do["out"] + LOAD_VECTOR + _at(column * VECTOR) for column in range(TILE_VECTORS)]
        on_top = (do.let(name, do[name] + there + ADD_VECTORS[size]) for name, there in zip(sums[row], before, strict=True))
        do.instructions += do["adds"] + IF + NOTHING + b"".join(on_top) + END
        for column, name in enumerate(sums[row]):
            do.instructions += do["out"] + do[name] + STORE_VECTOR + _at(column * VECTOR)
        do.instructions += do.more("out", do["row"])
    return do


def _multiply(size, width, pack_rows, pack_columns, tile):
    """Packs parts of both matrices and multiplies them, tile by tile."""
    matrices = ("left", "left_row", "left_column", "right", "right_row", "right_column", "out", "out_row", "room")
    do = _Function("n_rows", "n_columns", "n_deep", *matrices)
    depth = _constant(PACKED_DEPTH // size)

    def place(matrix, row, column):
        return _sum(do[matrix], _times(row, do[f"{matrix}_row"]), _times(column, do[f"{matrix}_column"]))

    def packed(name, number):  # where a row or column stands: rows first
        return _sum(do[name], _times(number, _times(do["depth"], _constant(size))))

    def columns_packed(column):
        there = place("right", do["deep"], _sum(do["first_column"], column))
        left = do["columns"] + column + SUBTRACT
        return there + packed("columns_room", column) + left + do["depth"] + do["right_column"] + do["right_row"] + pack_columns

    def rows_packed(row):
        there = place("left", _sum(do["first_row"], row), do["deep"])
        return there + packed("room", row) + do["rows"] + row + SUBTRACT + do["depth"] + do["left_row"] + do["left_column"] + pack_rows

    def tile_made(row, column):
        there = _sum(do["out"], _times(_sum(do["first_row"], row), do["out_row"]))
        there = _sum(there, _times(_sum(do["first_column"], column), _constant(size)))
        return packed("room", row) + packed("columns_room", column) + do["depth"] + there + do["out_row"] + do["deep"] + tile

    def tiles_made(column):
        return do.repeated("row", TILE_ROWS, do["rows"], lambda row: tile_made(row, column))

    def rows_made(first):
        some = do.let("rows", _least(_constant(PACKED_ROWS), do["n_rows"] + first + SUBTRACT))
        some += do.repeated("row", TILE_ROWS, do["rows"], rows_packed)
        return some + do.repeated("column", width, do["columns"], tiles_made)

    def depth_made(deep):
        some = do.let("depth", _least(depth, do["n_deep"] + deep + SUBTRACT))
        some += do.repeated("column", width, do["columns"], columns_packed)
        return some + do.repeated("first_row", PACKED_ROWS, do["n_rows"], rows_made)

    def columns_made(first):
        some = do.let("columns", _least(_constant(PACKED_COLUMNS), do["n_columns"] + first + SUBTRACT))
        return some + do.repeated("deep", PACKED_DEPTH // size, do["n_deep"], depth_made)

    do.instructions = do.let("columns_room", _sum(do["room"], _constant(PACKED_ROWS * PACKED_DEPTH)))
    do.instructions += do.repeated("first_column", PACKED_COLUMNS, do["n_columns"], columns_made)
    return do
