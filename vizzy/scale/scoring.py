"""The last pass: with the thresholds known, every row is judged by itself, by the rules of `confident` and `ranking`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizzy import confident, ranking
from vizzy.scale.tallies import Tally, tallied


@dataclass(frozen=True, eq=False)
class Thresholds:
    """What all rows together decide."""

    class_thresholds: np.ndarray  # (K,)
    ood_thresholds: np.ndarray | None = None  # (K,); None: outliers are out of distribution


@dataclass(frozen=True, eq=False)
class Scored:
    """What is found of the rows of one piece."""

    verdict: confident.Verdict
    label_quality: np.ndarray  # (n,) in [0, 1], low = suspect
    joint: Tally  # the cells of the confident joint that are not zero: given label, suggested label, count


def score(given_label: np.ndarray, pred_probs: np.ndarray, thresholds: Thresholds) -> Scored:
    """Judge the rows of one piece.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,)
    pred_probs : np.ndarray, shape (n, K), out of sample
    thresholds : Thresholds

    Returns
    -------
    Scored
    """
    parts = ranking.parts(given_label, pred_probs)
    by_outliers = thresholds.ood_thresholds is None
    outlier_mask = ranking.outlier_mask(parts, pred_probs) if by_outliers else None
    verdict = confident.categorise(
        given_label, pred_probs, thresholds.class_thresholds, thresholds.ood_thresholds, outlier_mask
    )
    suggested_mask = verdict.suggested_label != confident.NO_LABEL
    joint = tallied(
        given_label[suggested_mask].astype(np.int64),
        verdict.suggested_label[suggested_mask].astype(np.uint64),
    )
    return Scored(verdict, ranking.combine(parts), joint)
