"""Confident learning: which examples of a labelled dataset are probably labelled wrongly.

Given the label each example carries and the probabilities a classifier predicts for it *without having
seen it* (out of sample), four steps find the suspects:

1. The *self-confidence* of an example is the probability predicted for the label it was given.
2. Each class gets a *class threshold*: a percentile (by default the median) of the self-confidences of
   the examples given that label, or their mean, which is the choice of the theory. So a class the model
   is never sure of needs a lower probability to be believed than a class it always recognises.
3. The *suggested label* of an example is the most probable class among those whose threshold its
   probability reaches; where the given label is as probable as the best of them, the given label. Counting examples by given and suggested label makes the *confident joint*; off its
   diagonal stand the *label issues*.
4. An example that reaches no class threshold has no suggested label. It is *out of distribution* where
   it stays below every class's lower *out-of-distribution threshold* (a low percentile of the same
   self-confidences), and *unconfident* otherwise.

So each example is exactly one of: agreement (the diagonal), label issue, out of distribution, unconfident.
A suggestion takes precedence: an example that has one is never out of distribution. (Where outliers are told apart by
another measure than percentiles, only a label issue takes precedence; see ``outlier_mask`` of `analyse`.) With percentiles this
follows as long as the out-of-distribution percentile is not above the class percentile; with the mean, or
with the percentiles the other way round, it is a rule.

Conventions
-----------
``n`` examples, ``K`` classes; classes are the integers ``0 .. K-1``, and -1 stands for "no class".
``given_label`` : np.ndarray of int, shape (n,), in [0, K)
``pred_probs`` : np.ndarray of float, shape (n, K), in [0, 1], each row summing to one, out of sample
Percentiles are in [0, 100], linearly interpolated as ``np.percentile`` does.
Scores are low where an example is suspect, so that sorting by a score puts the worst first.
A probability reaches a threshold if it is above it, equal to it, or below it by at most ``TOLERANCE``.
Probabilities that differ by at most ``TOLERANCE`` from that of the given label count as equal to it.
A class that no example was given has the threshold +inf: nothing reaches it, so it is never suggested, and
everything stays below it, so it keeps no example in distribution.
A class that is never predicted, having self-confidences of zero, would have a threshold that everything
reaches. No threshold is below ``LOWEST_THRESHOLD``, so that a probability of zero reaches none.

Functions check nothing they are handed, so that they may run at every step of a slider:
call `validate` once, where numbers come in.

Northcutt, Jiang, Chuang: Confident Learning: Estimating Uncertainty in Dataset Labels. JAIR 70, 2021.
"""

# Annotations stand without ``from __future__ import annotations``: `vizzy.labs.rule_editor` runs copies of this module
# that sys.modules does not hold, where dataclasses cannot look up annotations that are strings.
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from vizzy.vocabulary import (
    AGREEMENT,
    DEFAULT_CLASS_PERCENTILE,
    DEFAULT_OOD_PERCENTILE,
    LABEL_ISSUE,
    NO_LABEL,
    OUT_OF_DISTRIBUTION,
    THRESHOLD_MODES,
    TOLERANCE,
    UNCONFIDENT,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

LOWEST_THRESHOLD = 2 * TOLERANCE

# How far the probabilities of one example may be from summing to one: they may have been rounded for a file.
SUM_TOLERANCE = 0.01
ROWS_AT_ONCE, CELLS_AT_ONCE = 1 << 15, 1 << 22


@dataclass(frozen=True, eq=False)
class Analysis:
    """What the thresholds make of every example; see `analyse`."""

    class_thresholds: np.ndarray  # (K,) float
    ood_thresholds: np.ndarray  # (K,) float
    suggested_label: np.ndarray  # (n,) int, -1 where nothing is suggested
    confident_joint: np.ndarray  # (K, K) int: examples by given (row) and suggested label (column)
    label_issue_mask: np.ndarray  # (n,) bool
    out_of_distribution_mask: np.ndarray  # (n,) bool
    unconfident_mask: np.ndarray  # (n,) bool

    @property
    def category(self) -> np.ndarray:
        """The category of each example, as an index into `CATEGORIES`: np.ndarray of int8, shape (n,)."""
        category = np.full(len(self.suggested_label), AGREEMENT, dtype=np.int8)
        category[self.label_issue_mask] = LABEL_ISSUE
        category[self.out_of_distribution_mask] = OUT_OF_DISTRIBUTION
        category[self.unconfident_mask] = UNCONFIDENT
        return category


def analyse(
    given_label: np.ndarray,
    pred_probs: np.ndarray,
    class_percentile: float = DEFAULT_CLASS_PERCENTILE,
    ood_percentile: float = DEFAULT_OOD_PERCENTILE,
    threshold_mode: str = "percentile",
    outlier_mask: np.ndarray | None = None,
    sorted_confidences: "SortedSelfConfidences | None" = None,
) -> Analysis:
    """Put every example into its category.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,), in [0, K)
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1], out of sample
    class_percentile : float in [0, 100]
        Has no effect in mean mode.
    ood_percentile : float in [0, 100]
        Has no effect where there is an outlier mask.
    threshold_mode : "percentile" or "mean"
        What the class thresholds are; out-of-distribution thresholds are percentiles.
    outlier_mask : np.ndarray of bool, shape (n,), optional
        Where an example is odd by another measure, `vizzy.ranking.outlier_mask`. It takes the place of the
        out-of-distribution percentile: an outlier that is no label issue is out of distribution, and nothing is
        suggested for it. The out-of-distribution thresholds are then -inf.
    sorted_confidences : SortedSelfConfidences, optional
        Of the same labels and probabilities, to save the sorting when only the percentiles changed.

    Returns
    -------
    Analysis

    Raises
    ------
    ValueError
        Where the threshold mode is another one, or a percentile is outside its range.

    References
    ----------
    Northcutt, Jiang, Chuang: Confident Learning: Estimating Uncertainty in Dataset Labels. JAIR 70, 2021.
    """
    if threshold_mode not in THRESHOLD_MODES:
        raise ValueError(f"threshold_mode is {threshold_mode!r}, but must be one of {THRESHOLD_MODES}")
    confidences = sorted_confidences or SortedSelfConfidences.of(given_label, pred_probs)
    if threshold_mode == "mean":
        thresholds = confidences.mean_thresholds()
    else:
        thresholds = confidences.thresholds_at(class_percentile)

    ood_thresholds = None if outlier_mask is not None else confidences.thresholds_at(ood_percentile)
    verdict = categorise(given_label, pred_probs, thresholds, ood_thresholds, outlier_mask)
    return Analysis(
        class_thresholds=thresholds,
        ood_thresholds=np.full(pred_probs.shape[1], -np.inf) if ood_thresholds is None else ood_thresholds,
        confident_joint=confident_joint(given_label, verdict.suggested_label, pred_probs.shape[1]),
        **vars(verdict),
    )


@dataclass(frozen=True, eq=False)
class Verdict:
    """The category of every example under known thresholds; see `categorise`."""

    suggested_label: np.ndarray  # (n,) int, -1 where nothing is suggested
    label_issue_mask: np.ndarray  # (n,) bool
    out_of_distribution_mask: np.ndarray  # (n,) bool
    unconfident_mask: np.ndarray  # (n,) bool


def categorise(
    given_label: np.ndarray,
    pred_probs: np.ndarray,
    class_thresholds: np.ndarray,
    ood_thresholds: np.ndarray | None = None,
    outlier_mask: np.ndarray | None = None,
) -> Verdict:
    """Put examples into their categories where the thresholds are known: each row is judged by itself.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,), in [0, K)
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1], out of sample
    class_thresholds : np.ndarray of float, shape (K,)
        +inf for a class without examples.
    ood_thresholds : np.ndarray of float, shape (K,), optional
        Needed unless there is an outlier mask, and not used if there is one.
    outlier_mask : np.ndarray of bool, shape (n,), optional
        As for `analyse`.

    Returns
    -------
    Verdict
    """
    suggested = suggested_label(pred_probs, class_thresholds, given_label)
    if outlier_mask is None:
        out_of_distribution_mask = suggested == NO_LABEL
        unsuggested = np.flatnonzero(out_of_distribution_mask)
        for rows in in_blocks(len(unsuggested), pred_probs.shape[1]):
            some = unsuggested[rows]
            out_of_distribution_mask[some] = ~reaches(pred_probs[some], ood_thresholds).any(axis=1)  # type: ignore[arg-type]
    else:
        out_of_distribution_mask = outlier_mask & ((suggested == NO_LABEL) | (suggested == given_label))
        suggested = np.where(out_of_distribution_mask, NO_LABEL, suggested)
    unsuggested_mask = suggested == NO_LABEL
    return Verdict(
        suggested_label=suggested,
        label_issue_mask=~unsuggested_mask & (suggested != given_label),
        out_of_distribution_mask=out_of_distribution_mask,
        unconfident_mask=unsuggested_mask & ~out_of_distribution_mask,
    )


def self_confidence(given_label: np.ndarray, pred_probs: np.ndarray) -> np.ndarray:
    """The probability predicted for each example's given label.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,), in [0, K)
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1]

    Returns
    -------
    np.ndarray of float, shape (n,), in [0, 1]
    """
    return pred_probs[np.arange(len(pred_probs)), given_label]


@dataclass(frozen=True, eq=False)
class SortedSelfConfidences:
    """The self-confidences of each class in ascending order: thresholds at any percentile then cost O(K).

    Sort once per training with `SortedSelfConfidences.of`, then ask at every step of a slider.
    """

    values: np.ndarray  # (n,) ascending within each class, one class after the other
    start: np.ndarray  # (K,) int: where each class begins in values
    count: np.ndarray  # (K,) int: how many examples were given each class

    @classmethod
    def of(cls, given_label: np.ndarray, pred_probs: np.ndarray) -> "SortedSelfConfidences":
        """Sort the self-confidences of some examples, class by class.

        Parameters
        ----------
        given_label : np.ndarray of int, shape (n,), in [0, K)
        pred_probs : np.ndarray of float, shape (n, K), in [0, 1], out of sample

        Returns
        -------
        SortedSelfConfidences
        """
        confidence = self_confidence(given_label, pred_probs)
        count = np.bincount(given_label, minlength=pred_probs.shape[1])
        start = np.cumsum(count) - count
        # Small whole numbers are ordered by their digits, and each class is sorted in place.
        values = confidence[np.argsort(_smallest_type(given_label, len(count)), kind="stable")]
        for of_class in np.split(values, start[1:]):
            of_class.sort()
        return cls(values=values, start=start, count=count)

    def thresholds_at(self, percentile: float) -> np.ndarray:
        """The threshold of every class at a percentile.

        Parameters
        ----------
        percentile : float in [0, 100]

        Returns
        -------
        np.ndarray of float, shape (K,), at least `LOWEST_THRESHOLD`
            +inf for a class without examples.

        Raises
        ------
        ValueError
            Where the percentile is outside its range.
        """
        filled = self.count > 0
        below_idx, above_idx, fraction = order_statistics(self.count[filled], percentile)
        start = self.start[filled]
        return thresholds_between(
            filled, self.values[start + below_idx], self.values[start + above_idx], fraction
        )

    def mean_thresholds(self) -> np.ndarray:
        """The mean of every class as its threshold: np.ndarray of float, shape (K,); +inf for a class without examples."""
        return self._mean_thresholds

    @cached_property
    def _mean_thresholds(self):
        # fsum rounds once, so that neither the order of the examples nor how they are divided changes a bit.
        means = [math.fsum(values) / len(values) if len(values) else np.inf for values in self.by_class()]
        return np.maximum(means, LOWEST_THRESHOLD)

    def by_class(self) -> list[np.ndarray]:
        """The self-confidences of each class, ascending: list of K np.ndarrays of float, in [0, 1]."""
        return np.split(self.values, self.start[1:])


def order_statistics(count: np.ndarray, percentile: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Between which two of a class's sorted self-confidences a percentile lies, as np.percentile has it.

    Parameters
    ----------
    count : np.ndarray of int, shape (m,), above 0
        How many examples each class has.
    percentile : float in [0, 100]

    Returns
    -------
    below_idx, above_idx : np.ndarray of int, shape (m,)
    fraction : np.ndarray of float, shape (m,), in [0, 1)
        How far from the one to the other.

    Raises
    ------
    ValueError
        Where the percentile is outside its range.
    """
    if not 0 <= percentile <= 100:
        raise ValueError(f"a percentile lies between 0 and 100, but this one is {percentile}")
    last = count - 1
    position = last * (percentile / 100)
    below_idx = np.floor(position).astype(np.intp)
    return below_idx, np.minimum(below_idx + 1, last), position - below_idx


def thresholds_between(
    filled_mask: np.ndarray, below: np.ndarray, above: np.ndarray, fraction: np.ndarray
) -> np.ndarray:
    """Thresholds from the two self-confidences that each lies between.

    Parameters
    ----------
    filled_mask : np.ndarray of bool, shape (K,)
        Which classes have examples; the others have no place in the three arrays.
    below, above : np.ndarray of float, shape (m,), in [0, 1]
        The self-confidences at the indices that `order_statistics` gives, for the m classes that have examples.
    fraction : np.ndarray of float, shape (m,), in [0, 1)
        How far from the one to the other.

    Returns
    -------
    np.ndarray of float, shape (K,), at least `LOWEST_THRESHOLD`
        +inf for a class without examples.
    """
    thresholds = np.full(len(filled_mask), np.inf)
    thresholds[filled_mask] = _interpolate(below, above, fraction)
    return np.maximum(thresholds, LOWEST_THRESHOLD)


def class_thresholds(
    given_label: np.ndarray, pred_probs: np.ndarray, percentile: float = DEFAULT_CLASS_PERCENTILE
) -> np.ndarray:
    """The percentile of the self-confidences of the examples given each class.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,), in [0, K)
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1], out of sample
    percentile : float in [0, 100]

    Returns
    -------
    np.ndarray of float, shape (K,), at least `LOWEST_THRESHOLD`
        +inf for a class without examples.

    Raises
    ------
    ValueError
        Where the percentile is outside its range.
    """
    return SortedSelfConfidences.of(given_label, pred_probs).thresholds_at(percentile)


def mean_thresholds(given_label: np.ndarray, pred_probs: np.ndarray) -> np.ndarray:
    """The mean self-confidence of the examples given each class.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,), in [0, K)
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1], out of sample

    Returns
    -------
    np.ndarray of float, shape (K,), at least `LOWEST_THRESHOLD`
        +inf for a class without examples.

    References
    ----------
    Northcutt, Jiang, Chuang: Confident Learning: Estimating Uncertainty in Dataset Labels. JAIR 70, 2021.
    """
    return SortedSelfConfidences.of(given_label, pred_probs).mean_thresholds()


def reaches(pred_probs: np.ndarray, thresholds: np.ndarray | float) -> np.ndarray:
    """Where a probability reaches its class's threshold.

    Parameters
    ----------
    pred_probs : np.ndarray of float, shape (n, K) or (K,), in [0, 1]
    thresholds : np.ndarray of float, shape (K,), or float
        One number stands for all classes.

    Returns
    -------
    np.ndarray of bool, the shape of pred_probs
    """
    return pred_probs >= thresholds - TOLERANCE


def suggested_label(
    pred_probs: np.ndarray, thresholds: np.ndarray, given_label: np.ndarray | None = None
) -> np.ndarray:
    """The most probable class among those that reach their threshold.

    Parameters
    ----------
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1]
    thresholds : np.ndarray of float, shape (K,)
    given_label : np.ndarray of int, shape (n,), in [0, K), optional
        Of equally probable classes the given label counts, so that a tie is no label issue; else the first.

    Returns
    -------
    np.ndarray of int, shape (n,), in [-1, K)
        -1 where no class reaches its threshold.

    References
    ----------
    Northcutt, Jiang, Chuang: Confident Learning: Estimating Uncertainty in Dataset Labels. JAIR 70, 2021.
    """
    suggested = np.empty(len(pred_probs), dtype=np.intp)
    for rows in in_blocks(*pred_probs.shape):
        suggested[rows] = _suggested(pred_probs[rows], thresholds, None if given_label is None else given_label[rows])
    return suggested


def _suggested(pred_probs, thresholds, given_label):
    reaching_probs = np.where(reaches(pred_probs, thresholds), pred_probs, NO_LABEL)
    rows = np.arange(len(pred_probs))
    if given_label is not None:
        reaching_probs[rows, given_label] += TOLERANCE
    suggested = reaching_probs.argmax(axis=1)
    return np.where(reaching_probs[rows, suggested] >= 0, suggested, NO_LABEL)


def confident_joint(given_label: np.ndarray, suggested_label: np.ndarray, n_classes: int) -> np.ndarray:
    """How many examples have each given and each suggested label.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,), in [0, n_classes)
    suggested_label : np.ndarray of int, shape (n,), in [-1, n_classes)
        Examples without a suggested label, -1, are not counted.
    n_classes : int

    Returns
    -------
    np.ndarray of int, shape (n_classes, n_classes)
        A row per given label, a column per suggested label.

    References
    ----------
    Northcutt, Jiang, Chuang: Confident Learning: Estimating Uncertainty in Dataset Labels. JAIR 70, 2021.
    """
    suggested_mask = suggested_label != NO_LABEL
    cell = given_label[suggested_mask].astype(np.intp) * n_classes + suggested_label[suggested_mask]
    return np.bincount(cell, minlength=n_classes * n_classes).reshape(n_classes, n_classes)


def out_of_distribution_score(pred_probs: np.ndarray, ood_thresholds: np.ndarray) -> np.ndarray:
    """How far the class closest to describing an example is above its threshold, low = suspect.

    Parameters
    ----------
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1]
    ood_thresholds : np.ndarray of float, shape (K,)

    Returns
    -------
    np.ndarray of float, shape (n,)
        Negative where an example stays below all its out-of-distribution thresholds.
    """
    return (pred_probs - ood_thresholds).max(axis=1)


def ranking(scores: np.ndarray, most: int | None = None) -> np.ndarray:
    """The examples from the lowest score, the most suspect, upwards; equals keep their order.

    Parameters
    ----------
    scores : np.ndarray of float, shape (n,)
    most : int, at least 0, optional
        Only so many, which takes less time than all.

    Returns
    -------
    np.ndarray of int, shape (n,) or (most,), in [0, n)

    Examples
    --------
    >>> import numpy as np
    >>> ranking(np.array([0.5, 0.1, 0.5, 0.3]), most=3).tolist()
    [1, 3, 0]
    """
    if most is None or most >= len(scores):
        return np.argsort(scores, kind="stable")
    if most == 0:
        return np.empty(0, dtype=np.intp)
    among_idx = np.flatnonzero(scores <= np.partition(scores, most - 1)[most - 1])
    return among_idx[np.argsort(scores[among_idx], kind="stable")[:most]]


def self_confidence_histogram(given_label: np.ndarray, pred_probs: np.ndarray, bins: int) -> np.ndarray:
    """How the self-confidences of each class are distributed over [0, 1].

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,), in [0, K)
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1]
    bins : int, at least 1
        They are of equal width and include their lower edge; the last one includes 1 too.

    Returns
    -------
    np.ndarray of int, shape (K, bins)
        How many examples each bin holds.
    """
    n_classes = pred_probs.shape[1]
    bin_idx = (self_confidence(given_label, pred_probs) * bins).astype(np.intp).clip(0, bins - 1)
    cell = np.asarray(given_label, dtype=np.intp) * bins + bin_idx
    return np.bincount(cell, minlength=n_classes * bins).reshape(n_classes, bins)


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why one example is where it is, and what would move it; percentiles are those of percentile mode."""

    category: int  # index into CATEGORIES
    given_label: int
    suggested_label: int  # -1 where nothing is suggested
    pred_probs: np.ndarray  # (K,)
    class_thresholds: np.ndarray  # (K,)
    ood_thresholds: np.ndarray  # (K,)
    reaches_class_mask: np.ndarray  # (K,) which class thresholds the example reaches
    reaches_ood_mask: np.ndarray  # (K,) which out-of-distribution thresholds it reaches
    class_percentile: np.ndarray  # (K,) see class_percentile_of
    suggested_above: np.ndarray  # (K,) see suggestion_ranges
    out_of_distribution_above: float  # the ood_percentile above which no class describes the example


def explain(
    given_label: np.ndarray,
    pred_probs: np.ndarray,
    example: int,
    analysis: Analysis,
    sorted_confidences: SortedSelfConfidences | None = None,
) -> Explanation:
    """Everything needed to say in words why an example has its category, and what would change it.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,), in [0, K)
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1], out of sample
    example : int in [0, n)
    analysis : Analysis
        Of the same labels and probabilities.
    sorted_confidences : SortedSelfConfidences, optional
        Of the same labels and probabilities, to save the sorting.

    Returns
    -------
    Explanation
        An example without a suggestion is out of distribution at every `ood_percentile` above
        ``out_of_distribution_above`` (-1: at every one; 100: at none).
    """
    probs = pred_probs[example]
    percentile = class_percentile_of(given_label, pred_probs, example, sorted_confidences)
    return Explanation(
        category=int(analysis.category[example]),
        given_label=int(given_label[example]),
        suggested_label=int(analysis.suggested_label[example]),
        pred_probs=probs,
        class_thresholds=analysis.class_thresholds,
        ood_thresholds=analysis.ood_thresholds,
        reaches_class_mask=reaches(probs, analysis.class_thresholds),
        reaches_ood_mask=reaches(probs, analysis.ood_thresholds),
        class_percentile=percentile,
        suggested_above=_suggested_above(probs, percentile, given_label[example]),
        out_of_distribution_above=float(percentile.max()),
    )


def class_percentile_of(
    given_label: np.ndarray,
    pred_probs: np.ndarray,
    example: int,
    sorted_confidences: SortedSelfConfidences | None = None,
) -> np.ndarray:
    """The highest percentile at which one example still reaches each class's threshold.

    Parameters
    ----------
    given_label, pred_probs, example, sorted_confidences
        As for `explain`.

    Returns
    -------
    np.ndarray of float, shape (K,), in [0, 100] or -1
        -1 where the example does not even reach the threshold at 0, the lowest self-confidence of the class, or where
        no example is given the class.
    """
    confidences = sorted_confidences or SortedSelfConfidences.of(given_label, pred_probs)
    probs = pred_probs[example]
    return np.array([_percentile_rank(c, p) for c, p in zip(confidences.by_class(), probs, strict=True)])


def suggestion_ranges(
    given_label: np.ndarray,
    pred_probs: np.ndarray,
    example: int,
    sorted_confidences: SortedSelfConfidences | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The class percentiles at which one example would be suggested each class.

    As the percentile falls, more classes are reached, and the most probable of them is suggested: class j
    from where its own threshold is reached down to where that of a more probable class is reached too.

    Parameters
    ----------
    given_label, pred_probs, example, sorted_confidences
        As for `explain`.

    Returns
    -------
    above, up_to : np.ndarray of float, shape (K,), in [-1, 100]
        Class j is suggested where above[j] < class_percentile <= up_to[j]: nowhere if above[j] >= up_to[j].
    """
    up_to = class_percentile_of(given_label, pred_probs, example, sorted_confidences)
    return _suggested_above(pred_probs[example], up_to, given_label[example]), up_to


def validate(given_label: "ArrayLike", pred_probs: "ArrayLike") -> tuple[np.ndarray, np.ndarray]:
    """Check labels and probabilities where they come in.

    Parameters
    ----------
    given_label : array of numbers, shape (n,), whole, in [0, K)
    pred_probs : array of numbers, shape (n, K), in [0, 1], each row summing to 1 within `SUM_TOLERANCE`

    Returns
    -------
    given_label : np.ndarray of intp, shape (n,)
    pred_probs : np.ndarray of float64, shape (n, K)

    Raises
    ------
    ValueError
        A sentence that names the first offending row (counted from 0) and value, and guesses the cause.
    """
    pred_probs = _validated_pred_probs(pred_probs)
    given_label = _validated_given_label(given_label, n_classes=pred_probs.shape[1])
    n_labels, n_rows = len(given_label), len(pred_probs)
    if n_labels != n_rows:
        raise ValueError(
            f"labels has {n_labels} rows but pred_probs has {n_rows}: "
            + _guess_length_mismatch(n_labels, pred_probs.shape)
        )
    return given_label, pred_probs


def _smallest_type(given_label, n_classes):
    """The labels in as few bytes as hold them: np.ndarray of int, shape (n,)."""
    return given_label.astype(np.uint16) if n_classes <= np.iinfo(np.uint16).max else given_label


def in_blocks(n: int, n_columns: int = 1) -> Iterator[slice]:
    """Slices of n rows, so many at once that what is calculated of them stays small: yields them in order."""
    step = max(1, min(ROWS_AT_ONCE, CELLS_AT_ONCE // max(1, n_columns)))
    return (slice(start, start + step) for start in range(0, n, step))


def _interpolate(below, above, fraction):
    """Between two values, rounded as np.percentile rounds, so that thresholds agree to the last bit."""
    difference = above - below
    return np.where(fraction < 0.5, below + difference * fraction, above - difference * (1 - fraction))


def _percentile_rank(ascending, prob):
    """The highest percentile of the ascending values that the probability reaches; -1 if none."""
    if not reaches(prob, LOWEST_THRESHOLD):
        return -1.0
    reached = np.searchsorted(ascending - TOLERANCE, prob, side="right")
    if reached == 0:
        return -1.0
    if reached == len(ascending):
        return 100.0
    below, above = ascending[reached - 1 : reached + 1]
    position = reached - 1 + (prob + TOLERANCE - below) / (above - below)
    return float(np.clip(100 * position / (len(ascending) - 1), 0, 100))


def _suggested_above(probs, class_percentile, given):
    """For each class, the percentile down to which no class that takes precedence is reached."""
    preferred = np.array(probs, dtype=np.float64)
    preferred[given] += TOLERANCE
    order = np.argsort(-preferred, kind="stable")
    reached_before = np.maximum.accumulate(np.concatenate([[-1.0], class_percentile[order][:-1]]))
    above = np.empty(len(probs))
    above[order] = reached_before
    return above


def _validated_pred_probs(pred_probs):
    pred_probs = np.asarray(pred_probs)
    if pred_probs.ndim != 2:
        raise ValueError(
            f"pred_probs has the shape {pred_probs.shape}, but must have one row per example and one column "
            "per class: for two classes, are both columns there?"
        )
    if pred_probs.size == 0:
        raise ValueError(f"pred_probs has the shape {pred_probs.shape}: there is nothing in it")
    if not (np.issubdtype(pred_probs.dtype, np.number) or pred_probs.dtype == bool):
        raise ValueError(f"pred_probs holds {pred_probs.dtype} values, but must hold numbers")
    pred_probs = pred_probs.astype(np.float64, copy=False)
    _refuse_where(~np.isfinite(pred_probs), pred_probs, "is not a finite number: is a value missing?")
    outside = (pred_probs < -TOLERANCE) | (pred_probs > 1 + TOLERANCE)
    _refuse_where(outside, pred_probs, "is not between 0 and 1: " + guess_not_probabilities(pred_probs))
    _refuse_bad_sums(pred_probs)
    return pred_probs


def _refuse_where(bad_mask, pred_probs, complaint):
    if bad_mask.any():
        row, column = np.argwhere(bad_mask)[0]
        raise ValueError(f"pred_probs row {row}, column {column} is {pred_probs[row, column]:g}, which {complaint}")


def _refuse_bad_sums(pred_probs):
    sums = pred_probs.sum(axis=1)
    bad_idx = np.flatnonzero(np.abs(sums - 1) > SUM_TOLERANCE + TOLERANCE)
    if len(bad_idx):
        row = bad_idx[0]
        raise ValueError(
            f"pred_probs row {row} sums to {sums[row]:g}, but the probabilities of an example sum to 1: "
            f"is the column of a class missing? ({len(bad_idx)} of {len(sums)} rows)"
        )


def guess_not_probabilities(values: np.ndarray) -> str:
    """What numbers that are no probabilities, one row per example, are instead, as a question and what to do."""
    if np.allclose(values.sum(axis=1), 100, atol=1):
        return "are these percentages? Divide them by 100."
    if (values <= 0).all():
        return "are these logarithms of probabilities? Apply exp."
    return "are these a model's raw scores (logits)? Apply softmax."


def _validated_given_label(given_label, n_classes):
    given_label = np.asarray(given_label)
    if given_label.ndim != 1:
        raise ValueError(f"labels has the shape {given_label.shape}, but must be a single column")
    if not (np.issubdtype(given_label.dtype, np.number) or given_label.dtype == bool):
        raise ValueError(
            f"labels begins with {given_label[:1].tolist()}, but must hold the classes' numbers, 0 to {n_classes - 1}"
        )
    whole = np.isfinite(given_label) & (given_label == np.floor(given_label))
    bad_idx = np.flatnonzero(~(whole & (given_label >= 0) & (given_label < n_classes)))
    if len(bad_idx):
        row = bad_idx[0]
        raise ValueError(
            f"labels row {row} is {given_label[row]:g}, but pred_probs has {n_classes} columns, so labels are "
            f"whole numbers from 0 to {n_classes - 1}: " + _guess_bad_label(given_label, n_classes)
        )
    return given_label.astype(np.intp)


def _guess_bad_label(given_label, n_classes):
    if not np.isfinite(given_label).all():
        return "is a label missing?"
    if given_label.min() == 1 and given_label.max() == n_classes:
        return "do they count from 1? Subtract 1."
    return "is the column of a class missing, or does -1 stand for no label?"


def _guess_length_mismatch(n_labels, shape):
    n_rows, n_classes = shape
    if n_labels == n_classes:
        return "is pred_probs turned on its side? Transpose it."
    if n_labels == n_rows + 1:
        return "was a header counted as a label?"
    if n_labels == n_rows - 1:
        return "was the first label taken for a header?"
    return "were some rows left out of one of them?"
