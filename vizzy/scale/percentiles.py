"""Exact percentiles of each class from counts that can be added: a radix search for order statistics.

    search = searching(class_counts, percentiles, dtype)
    while not search.done:
        search = search.narrowed(merged(search.count(label, confidence) for label, confidence in pieces))
    thresholds = search.thresholds_at(percentile)

Each round takes one pass over the data and fixes the next 16 bits of every order statistic that is looked for; where the
bins that hold them have few values left, all bits that remain are counted at once. So float32 takes two passes, and
float64 two to four. A round holds at most 65,536 counts for each bin that is open, at most four a class and percentile.

Conventions are those of `vizzy.confident`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import DTypeLike

from vizzy import confident
from vizzy.scale.tallies import Tally, tallied

DIGIT_BITS = 16
# Values that open bins hold together, up to which all of their bits are counted at once.
FEW_VALUES = 1 << 20


@dataclass(frozen=True, eq=False)
class Search:
    """Which order statistics are looked for, and what is known of their bits: see `searching`."""

    class_counts: np.ndarray  # (K,) int
    dtype: np.dtype  # of the values, float32 or float64
    label: np.ndarray  # (r,) int64: the class of each order statistic
    rank: np.ndarray  # (r,) int64: its index among all values of the class, in ascending order
    prefix: np.ndarray  # (r,) uint64: the bits that are known
    before: np.ndarray  # (r,) int64: how many values of the class have lesser bits there
    unknown_bits: int  # how many bits are still to find
    digit_bits: int  # how many of them the next round finds

    @property
    def done(self) -> bool:
        """Whether all order statistics are known."""
        return not self.unknown_bits or not len(self.label)

    def count(self, label: np.ndarray, confidence: np.ndarray) -> Tally:
        """Count the values of one piece that lie in open bins, by bin and by the bits to find next.

        Parameters
        ----------
        label : np.ndarray of int, shape (n,)
        confidence : np.ndarray of the search's dtype, shape (n,), finite

        Returns
        -------
        Tally
            By the bin's place among `_open_bins` and the next digit; of several pieces, `vizzy.scale.tallies.merged`.
        """
        key = ordered_bits(confidence.astype(self.dtype, copy=False))
        bins = self._open_bins()
        place, open_mask = _places(
            np.asarray(label, dtype=np.int64), _without_low(key, self.unknown_bits), bins
        )
        digit = _without_low(_low(key[open_mask], self.unknown_bits), self.unknown_bits - self.digit_bits)
        return tallied(place[open_mask], digit)

    def narrowed(self, tally: Tally) -> Search:
        """The search with the bits known that one round over all pieces has counted.

        Parameters
        ----------
        tally : Tally
            The sum over all pieces of what `count` gives.

        Returns
        -------
        Search

        Raises
        ------
        ValueError
            Where the counts are not of as many values as the search was begun for: the data changed between passes.
        """
        bin_label, bin_prefix = self._open_bins()
        prefix, before, size = self.prefix.copy(), self.before.copy(), np.zeros(len(self.label), np.int64)
        start = np.searchsorted(tally.first, np.arange(len(bin_label) + 1))
        place, _ = _places(self.label, self.prefix, (bin_label, bin_prefix))
        for wanted, bin_idx in enumerate(place):
            in_bin = slice(start[bin_idx], start[bin_idx + 1])
            above = self.before[wanted] + np.cumsum(tally.count[in_bin])
            digit_idx = int(np.searchsorted(above, self.rank[wanted], side="right"))
            if digit_idx == len(above):
                raise ValueError(
                    "fewer values were counted than before: the data changed between two passes over it"
                )
            size[wanted] = tally.count[in_bin][digit_idx]
            before[wanted] = above[digit_idx] - size[wanted]
            prefix[wanted] = _joined(self.prefix[wanted], tally.second[in_bin][digit_idx], self.digit_bits)
        unknown = self.unknown_bits - self.digit_bits
        few = size.sum() <= FEW_VALUES
        return replace(
            self,
            prefix=prefix,
            before=before,
            unknown_bits=unknown,
            digit_bits=unknown if few else min(DIGIT_BITS, unknown),
        )

    def thresholds_at(self, percentile: float) -> np.ndarray:
        """The threshold of every class at one of the percentiles that were searched for: np.ndarray, shape (K,)."""
        filled_mask = self.class_counts > 0
        below_idx, above_idx, fraction = confident.order_statistics(
            self.class_counts[filled_mask], percentile
        )
        value = values_of_bits(self.prefix, self.dtype)
        classes = np.flatnonzero(filled_mask)
        below, above = (value[self._wanted_idx(classes, rank)] for rank in (below_idx, above_idx))
        return confident.thresholds_between(filled_mask, below, above, fraction)

    def _wanted_idx(self, label, rank):
        """Where order statistics stand among those looked for, which are in ascending order."""
        place, found_mask = _places(
            label.astype(np.int64), rank.astype(np.uint64), (self.label, self.rank.astype(np.uint64))
        )
        if not found_mask.all():
            raise ValueError("this percentile was not searched for")
        return place

    def _open_bins(self):
        """The class and the known bits of each bin that holds a wanted order statistic, in ascending order."""
        bins = tallied(self.label, self.prefix)
        return bins.first, bins.second


def searching(class_counts: np.ndarray, percentiles: Sequence[float], dtype: DTypeLike = np.float64) -> Search:
    """Begin the search for the thresholds of every class at some percentiles.

    Parameters
    ----------
    class_counts : np.ndarray of int, shape (K,)
        How many values each class has, over all pieces.
    percentiles : sequence of float in [0, 100]
    dtype : np.float32 or np.float64
        Of the values.

    Returns
    -------
    Search

    Examples
    --------
    >>> import numpy as np
    >>> label, confidence = np.array([0, 0, 0, 1]), np.array([0.1, 0.5, 0.9, 0.25])
    >>> search = searching(np.bincount(label), [50])
    >>> while not search.done:
    ...     search = search.narrowed(search.count(label, confidence))
    >>> search.thresholds_at(50).tolist()
    [0.5, 0.25]
    """
    class_counts, dtype = np.asarray(class_counts), np.dtype(dtype)
    classes = np.flatnonzero(class_counts)
    found = [confident.order_statistics(class_counts[classes], percentile)[:2] for percentile in percentiles]
    ranks = [rank.astype(np.uint64) for pair in found for rank in pair]
    none = np.empty(0, np.uint64)
    wanted = tallied(np.tile(classes, len(ranks)).astype(np.int64), np.concatenate([none, *ranks]))
    nothing = np.zeros(len(wanted.first))
    return Search(
        class_counts=class_counts,
        dtype=dtype,
        label=wanted.first,
        rank=wanted.second.astype(np.int64),
        prefix=nothing.astype(np.uint64),
        before=nothing.astype(np.int64),
        unknown_bits=8 * dtype.itemsize,
        digit_bits=DIGIT_BITS,
    )


def ordered_bits(values: np.ndarray) -> np.ndarray:
    """Whole numbers that are in the same order as some floats.

    Parameters
    ----------
    values : np.ndarray of float32 or float64, shape (n,), finite

    Returns
    -------
    np.ndarray of uint64, shape (n,)
        The bit pattern, with the sign's bit turned; of a negative value, all bits. Both zeros have one number.
    """
    bits, sign = _unsigned(values.dtype)
    pattern = (values + values.dtype.type(0)).view(bits)
    return np.where(pattern & sign, ~pattern, pattern | sign).astype(np.uint64)


def values_of_bits(key: np.ndarray, dtype: DTypeLike) -> np.ndarray:
    """The floats of which `ordered_bits` made these numbers: np.ndarray of the dtype, shape (n,)."""
    dtype = np.dtype(dtype)
    bits, sign = _unsigned(dtype)
    pattern = key.astype(bits)
    return np.where(pattern & sign, pattern ^ sign, ~pattern).view(dtype)


def _unsigned(dtype):
    """The whole numbers of a float's size, and the one that has its sign's bit alone."""
    bits = np.dtype(f"u{dtype.itemsize}")
    return bits, bits.type(1 << (8 * dtype.itemsize - 1))


def _places(label, prefix, bins):
    """The place of each pair among sorted pairs, and where it is among them: two np.ndarrays, shape (n,)."""
    known, of_known = np.unique(bins[1], return_inverse=True)
    if not len(known):
        return np.zeros(len(label), np.int64), np.zeros(len(label), bool)
    place = np.minimum(np.searchsorted(known, prefix), len(known) - 1)
    cells = bins[0] * len(known) + of_known
    cell = label * len(known) + place
    bin_idx = np.minimum(np.searchsorted(cells, cell), len(cells) - 1)
    return bin_idx, (known[place] == prefix) & (cells[bin_idx] == cell)


def _without_low(key, bits):
    """Without so many of the lowest bits; a shift by all 64 is not defined."""
    return np.zeros_like(key) if bits >= 64 else key >> np.uint64(bits)


def _low(key, bits):
    return key if bits >= 64 else key & np.uint64((1 << bits) - 1)


def _joined(prefix, digit, bits):
    return np.uint64((int(prefix) << bits) | int(digit))
