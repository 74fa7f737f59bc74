"""The program for WebAssembly that multiplies matrices: run by Node, and called with addresses."""

import ctypes
import json
import subprocess

import numpy as np
import pytest

from vizzy import blas, simd

# Multiplies random matrices that lie in memory by rows or by columns, in reversed order or with gaps, and says where the product is not
# what plain loops make of them, or a byte around it has changed.
RUN = """
const fs = require("node:fs");
const [program, room, cases] = [fs.readFileSync(process.argv[1]), Number(process.argv[2]), JSON.parse(process.argv[3])];
const memory = new WebAssembly.Memory({initial: 600});
const {exports} = new WebAssembly.Instance(new WebAssembly.Module(program), {env: {memory}});
const MARK = 12345.5, MARKED = 64;
const strides = (rows, columns, size, order) => {
  if (order === "rows") return [0, columns * size, size];
  if (order === "columns") return [0, size, rows * size];
  if (order === "gaps") return [0, 3 * columns * size, 2 * size];
  return [(rows * columns - 1) * size, -columns * size, -size];
};
const size = cases[0][0], numbers = new (size === 4 ? Float32Array : Float64Array)(memory.buffer);
for (let place = 0; place < numbers.length; place++) numbers[place] = Math.random() - 0.5;
for (const [, rows, columns, depth, leftOrder, rightOrder] of cases) {
  const [left, leftRow, leftColumn] = strides(rows, depth, size, leftOrder);
  const [right, rightRow, rightColumn] = strides(depth, columns, size, rightOrder);
  const leftAt = 1024 + left, rightAt = 10e6 + right, roomAt = 20e6, outAt = 22e6;
  const width = columns + (32 / size - columns % (32 / size)) % (32 / size), height = rows + (4 - rows % 4) % 4;
  const [first, end, roomEnd] = [outAt / size, outAt / size + width * height, (roomAt + room) / size];
  for (let place = 0; place < MARKED; place++)
    for (const at of [first - 1 - place, end + place, roomAt / size - 1 - place, roomEnd + place]) numbers[at] = MARK;
  exports[size === 4 ? "multiply_float32" : "multiply_float64"](
    rows, columns, depth, leftAt, leftRow, leftColumn, rightAt, rightRow, rightColumn, outAt, width * size, roomAt);
  let furthest = 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let deep = 0; deep < depth; deep++)
        sum += numbers[(leftAt + row * leftRow + deep * leftColumn) / size] * numbers[(rightAt + deep * rightRow + column * rightColumn) / size];
      furthest = Math.max(furthest, Math.abs(sum - numbers[first + row * width + column]));
    }
  let changed = 0;
  for (let place = 0; place < MARKED; place++)
    for (const at of [first - 1 - place, end + place, roomAt / size - 1 - place, roomEnd + place]) changed += numbers[at] !== MARK;
  console.log(JSON.stringify([furthest, changed]));
}
"""
# One tile, less than one, and more than is packed at once in each direction.
SHAPES = [(1, 1, 1), (4, 8, 3), (3, 5, 300), (65, 9, 257), (7, 1030, 2), (130, 33, 129), (66, 1026, 260)]
ORDERS = ("rows", "columns", "gaps", "reversed")


@pytest.mark.parametrize(("size", "closeness"), [(4, 1e-4), (8, 1e-11)])
def test_the_program_multiplies_matrices_of_any_shape_and_order_and_writes_nowhere_else(tmp_path, size, closeness):
    (tmp_path / "multiply.wasm").write_bytes(simd.assembled())
    orders = [(left, right) for left in ORDERS for right in ORDERS]
    cases = [(size, *shape, *orders[number % len(orders)]) for number, shape in enumerate(SHAPES * 3)]
    room = simd.PACKED_DEPTH * (simd.PACKED_ROWS + simd.PACKED_COLUMNS)
    arguments = ["node", "-e", RUN, str(tmp_path / "multiply.wasm"), str(room), json.dumps(cases)]
    said = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=60).stdout
    found = [json.loads(line) for line in said.splitlines()]
    assert len(found) == len(cases)
    wrong = [(case, result) for case, result in zip(cases, found, strict=True) if not (result[0] < closeness and result[1] == 0)]
    assert not wrong


def by_numpy(dtype):
    """A function that takes addresses as the program's do, and multiplies what is there by numpy."""

    def matrix(address, shape, strides):
        # ctypes reaches memory from an address on; a stride below 0 begins at the far end.
        below = sum(-(size - 1) * stride for size, stride in zip(shape, strides, strict=True) if stride < 0)
        length = sum((size - 1) * abs(stride) for size, stride in zip(shape, strides, strict=True)) + dtype.itemsize
        memory = (ctypes.c_char * length).from_address(address - below)
        return np.ndarray(shape, dtype, memory, below, strides)

    def multiply(rows, columns, depth, left, left_row, left_column, right, right_row, right_column, out, out_row, room):
        product = matrix(left, (rows, depth), (left_row, left_column)) @ matrix(right, (depth, columns), (right_row, right_column))
        matrix(out, (rows, columns), (out_row, dtype.itemsize))[:] = product

    return multiply


@pytest.fixture
def under_webassembly(monkeypatch):
    """As where Python runs under WebAssembly, but that numpy does what the program does."""
    functions = {np.dtype(name).itemsize: by_numpy(np.dtype(name)) for name in ("float32", "float64")}
    monkeypatch.setattr(simd, "multiplication", lambda: simd.multiplication_by(functions))
    monkeypatch.setattr(blas, "FEWEST_PRODUCTS", 0)


@pytest.mark.usefixtures("under_webassembly")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_products_are_those_of_numpy_however_the_matrices_lie(dtype):
    rng = np.random.default_rng(0)
    left, right = rng.normal(size=(14, 5)).astype(dtype), rng.normal(size=(5, 3)).astype(dtype)
    for one in (left, np.asfortranarray(left), left[::2], left[:, ::-1], left[:0]):
        for other in (right, right.T.copy().T, right[:, :0]):
            product = blas.product(one, other)
            assert product.dtype == dtype and product.shape == (len(one), other.shape[1])
            np.testing.assert_allclose(product, one @ other, rtol=1e-4, atol=1e-6)
    assert blas.product(left[:, :0], right[:0]).tolist() == np.zeros((14, 3)).tolist()


@pytest.mark.usefixtures("under_webassembly")
def test_numbers_of_other_types_are_turned_into_those_that_the_program_knows():
    rng = np.random.default_rng(0)
    left, right = rng.normal(size=(6, 5)), rng.normal(size=(5, 3))
    for one, other in ((left, right.astype(np.float32)), (left.astype(np.float32), right), (left.astype(">f8"), right), (left > 0, right)):
        np.testing.assert_allclose(blas.product(one, other), one.astype(float) @ other, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(blas.gram(left.astype(np.float32)), left.T @ left, rtol=1e-4, atol=1e-6)


@pytest.mark.usefixtures("under_webassembly")
@pytest.mark.parametrize("columns", [3, blas.GRAM_COLUMNS, blas.GRAM_COLUMNS + 5])
def test_gram_matrices_are_those_of_numpy(columns):
    rows = np.random.default_rng(0).normal(size=(20, columns))
    np.testing.assert_allclose(blas.gram(rows), rows.T @ rows, atol=1e-12)


def test_natively_blas_does_the_work():
    assert simd.multiplication() is None
