"""Truncated singular value decomposition of features that need not fit into memory.

The right singular vectors of the features F are the eigenvectors of the Gram matrix F'F, which is as small as
the backbone's layer is wide and a sum over blocks of rows. So two passes over the blocks do: one to add up the
Gram matrix, one to project. Memory does not grow with the number of images, and whoever adds the same blocks in
the same order gets the same bytes.

Singular vectors have no sign of their own; here the largest component of each is positive.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

import numpy as np

BLOCK = 1024  # rows that are calculated with at once
DIMENSIONS = 32  # of the embeddings of images, unless another number is asked for


def gram_matrix(blocks: Iterable[np.ndarray], width: int) -> np.ndarray:
    """The sum of B'B over blocks of rows: np.ndarray of float64, shape (width, width)."""
    gram = np.zeros((width, width))
    for block in blocks:
        rows = block.astype(np.float64)
        gram += rows.T @ rows
    return gram


def components(gram: np.ndarray, dimensions: int) -> np.ndarray:
    """The right singular vectors of the largest singular values, largest first.

    Returns
    -------
    np.ndarray of float64, shape (min(dimensions, width), width)
    """
    _, vectors = np.linalg.eigh(gram)  # ascending
    rows = vectors.T[::-1][:dimensions]
    largest_idx = np.abs(rows).argmax(axis=1)
    signs = np.sign(rows[np.arange(len(rows)), largest_idx])
    return rows * np.where(signs == 0, 1.0, signs)[:, None]


def project(block: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The coordinates of a block's rows: np.ndarray of float32, shape (rows of block, dimensions)."""
    return (block.astype(np.float64) @ rows.T).astype(np.float32)


def reduce(features: np.ndarray, dimensions: int) -> np.ndarray:
    """All of the above for features that are in memory at once: np.ndarray of float32.

    Of fewer rows than columns, the Gram matrix of the rows is the smaller one, and comes to the same.
    """
    blocks = [features[start : start + BLOCK] for start in range(0, len(features), BLOCK)]
    if dimensions < len(features) < features.shape[1]:
        rows = _normalised(components(gram_matrix([features.T], len(features)), dimensions) @ features)
    else:
        rows = components(gram_matrix(blocks, features.shape[1]), dimensions)
    return np.concatenate([project(block, rows) for block in blocks])


def _normalised(rows):
    """Rows of length 1; one without a direction stays as it is."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths == 0, 1.0, lengths)


def reduce_present(features: np.ndarray, dimensions: int = DIMENSIONS) -> np.ndarray:
    """The same where some rows have no features, which the result has not either.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n, width)
        NaN in the whole row of an example without features.
    dimensions : int

    Returns
    -------
    np.ndarray of float32, shape (n, min(dimensions, width))
    """
    present_mask = ~np.isnan(features[:, 0])
    reduced = reduce(features[present_mask], dimensions)
    result = np.full((len(features), reduced.shape[1]), np.nan, np.float32)
    result[present_mask] = reduced
    return result


def npy_of(features: bytes, count: int) -> bytes:
    """The same, from float32 numbers as bytes to the bytes of a .npy file.

    Parameters
    ----------
    features : bytes
        Of as many numbers for each example.
    count : int
        How many examples there are.

    Returns
    -------
    bytes
    """
    buffer = io.BytesIO()
    np.save(buffer, reduce_present(np.frombuffer(features, np.float32).reshape(count, -1)))
    return buffer.getvalue()
