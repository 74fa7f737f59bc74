"""Products of large matrices: by scipy's BLAS, since numpy's own has none under WebAssembly and is forty times slower.

Small products are left to numpy, so that a first visit of the page need not load scipy's module. Under WebAssembly `vizzy.simd` takes the
place of BLAS as soon as its module is there, which comes with the classifier of many examples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from vizzy.simd import Product

FEWEST_PRODUCTS = 20_000_000  # multiplications; fewer take less time than loading the module
GRAM_COLUMNS = 128  # of a Gram matrix, that are calculated at once


def product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """``left @ right``.

    Parameters
    ----------
    left : np.ndarray of float64 or float32, shape (n, m)
    right : np.ndarray of the same dtype, shape (m, k)

    Returns
    -------
    np.ndarray of the same dtype, shape (n, k)

    Examples
    --------
    >>> import numpy as np
    >>> product(np.eye(2), np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    return left @ right if left.size * right.shape[1] < FEWEST_PRODUCTS else large_product(left, right)


def large_product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """``left @ right`` by vector instructions or scipy's BLAS, however small: for what needs their modules anyway.

    Parameters
    ----------
    left, right : np.ndarray
        As for `product`.

    Returns
    -------
    np.ndarray of the same dtype, shape (n, k)
    """
    dtype = np.float32 if left.dtype == np.float32 else np.float64
    left, right = np.asarray(left, dtype=dtype), np.asarray(right, dtype=dtype)
    by_vectors = _by_vectors()
    if by_vectors and left.size and right.size:
        return by_vectors(left, right)
    from scipy.linalg import blas  # comes late

    gemm = blas.sgemm if dtype == np.float32 else blas.dgemm
    # BLAS has columns lie together, so that it is given the transposes, and gives that of the product.
    (first, turned_first), (second, turned_second) = _by_columns(right), _by_columns(left)
    return gemm(1.0, first, second, trans_a=turned_first, trans_b=turned_second).T


def gram(rows: np.ndarray) -> np.ndarray:
    """``rows.T @ rows``, in half the time.

    Parameters
    ----------
    rows : np.ndarray of float64, shape (n, d)

    Returns
    -------
    np.ndarray of float64, shape (d, d)

    Examples
    --------
    >>> import numpy as np
    >>> gram(np.array([[1.0, 2.0]])).tolist()
    [[1.0, 2.0], [2.0, 4.0]]
    """
    if rows.size * rows.shape[1] < FEWEST_PRODUCTS:
        return rows.T @ rows
    upper = np.triu(_upper_gram(rows))
    upper += np.triu(upper, 1).T
    return upper


def _upper_gram(rows):
    """The same on and above the diagonal."""
    rows = np.asarray(rows, dtype=np.float64)
    by_vectors = _by_vectors()
    if not by_vectors:
        from scipy.linalg import blas  # comes late

        given, turned = _by_columns(rows)
        return blas.dsyrk(1.0, given, trans=turned)
    products = np.empty((rows.shape[1],) * 2)
    for start in range(0, rows.shape[1], GRAM_COLUMNS):
        end = start + GRAM_COLUMNS
        products[:end, start:end] = by_vectors(rows[:, :end].T, rows[:, start:end])
    return products


def _by_vectors() -> Product | None:
    try:
        from vizzy.simd import multiplication
    except ModuleNotFoundError:  # in a page that has not fetched it
        return None
    return multiplication()


def _by_columns(matrix):
    """The transpose as BLAS takes it without a copy, and whether it is to be transposed: np.ndarray and int."""
    if matrix.flags.f_contiguous and not matrix.flags.c_contiguous:
        return matrix, 1
    return np.ascontiguousarray(matrix).T, 0
