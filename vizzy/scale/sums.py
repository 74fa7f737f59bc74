"""Sums of the self-confidences of each class without rounding, so that they do not depend on the order of additions.

A float is a whole number times a power of two. The whole numbers are added for each power, and the powers are brought
together as Python's integers, which do not overflow. The mean is rounded as `vizzy.confident` rounds it: once for the sum
(math.fsum), once for the division.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from vizzy import confident

MANTISSA_BITS = 53
HALF_BITS = (
    27  # whole numbers are added in two halves, which leaves room for 2**26 of them in a float's mantissa
)
MOST_ROWS = 1 << 26
UNIT_BITS = 1074  # every float is a multiple of 2**-1074


@dataclass(frozen=True)
class Sums:
    """For each class how many values there are, and their sum in units of 2**-1074."""

    count: tuple[int, ...]
    total: tuple[int, ...]

    def means(self) -> np.ndarray:
        """The mean of every class, at least `confident.LOWEST_THRESHOLD`; +inf without values: np.ndarray, shape (K,)."""
        pairs = zip(self.count, self.total, strict=True)
        means = [(total / (1 << UNIT_BITS)) / count if count else np.inf for count, total in pairs]
        return np.maximum(means, confident.LOWEST_THRESHOLD)


def summed(label: np.ndarray, confidence: np.ndarray, n_classes: int) -> Sums:
    """The sums of one piece.

    Parameters
    ----------
    label : np.ndarray of int, shape (n,), in [0, n_classes)
    confidence : np.ndarray, shape (n,), finite
    n_classes : int

    Returns
    -------
    Sums

    Examples
    --------
    >>> import numpy as np
    >>> summed(np.array([0, 0]), np.array([0.25, 0.5]), 2).means().tolist()
    [0.375, inf]
    """
    total = [0] * n_classes
    for start in range(0, len(label), MOST_ROWS):
        rows = slice(start, start + MOST_ROWS)
        for class_idx, part in _parts(
            np.asarray(label[rows]), np.asarray(confidence[rows], dtype=np.float64)
        ):
            total[class_idx] += part
    return Sums(tuple(np.bincount(label, minlength=n_classes).tolist()), tuple(total))


def merged(sums: Iterable[Sums], n_classes: int) -> Sums:
    """The sum of some sums, in whatever order: Sums."""
    count, total = [0] * n_classes, [0] * n_classes
    for one in sums:
        count = [a + b for a, b in zip(count, one.count, strict=True)]
        total = [a + b for a, b in zip(total, one.total, strict=True)]
    return Sums(tuple(count), tuple(total))


def _parts(label, confidence):
    """The sum for each class and power of two that occurs: yields the class and an integer in units of 2**-1074."""
    fraction, exponent = np.frexp(confidence)
    if not len(exponent):
        return
    whole = np.ldexp(fraction, MANTISSA_BITS).astype(np.int64)
    lowest = int(exponent.min())
    width = int(exponent.max()) - lowest + 1
    cell = label.astype(np.int64) * width + (exponent - lowest)
    cells, cell_idx = np.unique(cell, return_inverse=True)
    high = np.bincount(cell_idx, weights=whole >> HALF_BITS)
    low = np.bincount(cell_idx, weights=whole & ((1 << HALF_BITS) - 1))
    for place, upper, lower in zip(cells.tolist(), high.tolist(), low.tolist(), strict=True):
        shift = place % width + lowest - MANTISSA_BITS + UNIT_BITS
        number = (int(upper) << HALF_BITS) + int(lower)
        # A subnormal float has fewer bits than its mantissa has places: the lowest are zero.
        yield place // width, number << shift if shift >= 0 else number >> -shift
