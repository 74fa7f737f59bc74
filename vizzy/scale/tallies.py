"""Counts of pairs of whole numbers, of which only those that occur are held; counts of different pieces are added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

# From so many pairs on that can occur, they are sorted instead of counted in an array that has a place for each.
MOST_PLACES = 1 << 22


@dataclass(frozen=True, eq=False)
class Tally:
    """How often each pair occurs, in ascending order of the pairs."""

    first: np.ndarray  # (m,) int64
    second: np.ndarray  # (m,) uint64
    count: np.ndarray  # (m,) int64, above 0


def tallied(first: np.ndarray, second: np.ndarray, count: np.ndarray | None = None) -> Tally:
    """Count pairs.

    Parameters
    ----------
    first : np.ndarray of int64, shape (n,), at least 0
    second : np.ndarray of uint64, shape (n,)
    count : np.ndarray of int64, shape (n,), optional
        How often each stands for; once by default.

    Returns
    -------
    Tally
    """
    if count is None and len(first):
        places = (int(first.max()) + 1) * (int(second.max()) + 1)
        if places <= min(MOST_PLACES, 64 * len(first)):
            return _counted_in_places(first, second)
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    count = np.ones(len(first), dtype=np.int64) if count is None else count[order]
    starts_mask = np.ones(len(first), dtype=bool)
    starts_mask[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    start = np.flatnonzero(starts_mask)
    total = np.add.reduceat(count, start) if len(start) else count
    return Tally(first[start], second[start], total)


def merged(tallies: Iterable[Tally]) -> Tally:
    """The sum of some tallies, in whatever order.

    Parameters
    ----------
    tallies : iterable of Tally

    Returns
    -------
    Tally
    """
    tallies = list(tallies)
    none = Tally(np.empty(0, np.int64), np.empty(0, np.uint64), np.empty(0, np.int64))
    return tallied(
        *(
            np.concatenate([getattr(tally, name) for tally in (none, *tallies)])
            for name in ("first", "second", "count")
        )
    )


def _counted_in_places(first, second):
    width = int(second.max()) + 1
    count = np.bincount(first * width + second.astype(np.int64))
    place = np.flatnonzero(count)
    return Tally(place // width, (place % width).astype(np.uint64), count[place].astype(np.int64))
