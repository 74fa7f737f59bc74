"""Answers to every setting of the sliders, in parts that the page puts together by itself.

There are 5,151 pairs of percentiles, but each part of an answer depends on little: suggestions on the class percentile
alone; who is out of distribution on the other percentile alone. For as the class percentile is never below the other,
an example that reaches no class's out-of-distribution threshold has no suggestion either. An example is unconfident
where the *highest percentile* at which it still reaches any class lies between the two. So a few hundred parts, made
once after a training, hold all answers: a step of a slider then asks the worker nothing.

`vizzy/page/model/answer_parts.py` puts them together. A part is named by a tuple:

("suggested", class percentile or "mean")
    What follows from the class thresholds.
("ood", percentile, "percentile" or "mean")
    Who is out of distribution, and its thresholds; where class thresholds are means, also who is unconfident.
("unconfident", first, size)
    Whose highest percentile is one of ``first`` … ``first + size - 1``; sizes are powers of two. The most suspect
    of any range are among those of two such parts.
("outliers", class percentile, "mean" or "noise-rate")
    The whole answer where outliers are out of distribution: the other percentile has no effect then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import numpy as np

from vizzy import confident, ranking
from vizzy.session import Session, finite_or_none
from vizzy.vocabulary import NOISE_RATE

PERCENTILES = range(101)
ROWS_AT_A_TIME = 4000  # of the preparation: some milliseconds


class AnswerParts:
    """The parts of all answers about one training's predictions.

    Parameters
    ----------
    session : vizzy.session.Session
        Trained, with `vizzy.confident` as its rules.
    """

    def __init__(self, session: Session) -> None:
        predictions = session.predictions
        self.predictions = predictions
        self._session = session
        self._in_cell, self._in_list = session.most_listed()
        self._n, self._n_classes = predictions.pred_probs.shape
        # In the order of label quality, the most suspect first, as are all arrays of n below.
        self._example = predictions.worst_first
        self._given_label = predictions.given_label[self._example]
        problem_mask = session.problem_mask
        self._problem_mask = None if problem_mask is None else problem_mask[self._example]
        # The classes in the order in which they are suggested if reached: (n, K). And up to which percentile a class
        # or one before it is reached, -1: at none: (K, n), ascending along K.
        self._preference = np.empty((self._n, self._n_classes), np.min_scalar_type(self._n_classes))
        self._reached_up_to = np.empty((self._n_classes, self._n), np.int8)
        self._unconfident: dict[tuple[int, int], np.ndarray] = {}
        self._preparation = self._prepare()

    def preparation(self) -> Iterator[None]:
        """What is to be done before the first part, in small steps; it goes on where it was left.

        Returns
        -------
        iterator
        """
        return self._preparation

    def part(self, kind: str, *arguments: Any) -> dict:
        """A part by its name; all of the preparation that is left is done before.

        Parameters
        ----------
        kind : "suggested", "ood", "unconfident" or "outliers"
        *arguments
            The rest of the name, see the module.

        Returns
        -------
        dict of plain numbers and lists
            Under the names of `vizzy.session.Session.analyse` where it is the same.
        """
        for _ in self._preparation:
            pass
        parts: dict[str, Callable[..., dict]] = {
            "suggested": self._suggested,
            "ood": self._ood,
            "unconfident": self._unconfident_between,
            "outliers": self._outliers,
        }
        return parts[kind](*arguments)

    def everywhere(self, example: int) -> dict:
        """What the place of one example under any setting follows from.

        Parameters
        ----------
        example : int in [0, n)

        Returns
        -------
        dict of plain numbers and lists
            ``reached_up_to``: the highest whole percentile at which it reaches each class's threshold, -1: at none;
            ``reaches_mean``: whether it reaches each class's mean; ``preference``: the classes, of which the first
            that is reached is suggested; ``is_outlier``.
        """
        probs = self.predictions.pred_probs[example : example + 1]
        given_label = self.predictions.given_label[example : example + 1]
        return {
            "reached_up_to": self._reached(probs)[0].tolist(),
            "reaches_mean": confident.reaches(probs[0], self._mean_thresholds).tolist(),
            "preference": _preference(probs, given_label)[0].tolist(),
            "is_outlier": bool(self.predictions.outlier_mask[example]),
        }

    # --- what is worked out once ------------------------------------------------------------------

    def _prepare(self):
        for start in range(0, self._n, ROWS_AT_A_TIME):
            rows = slice(start, start + ROWS_AT_A_TIME)
            probs = self.predictions.pred_probs[self._example[rows]]
            preference = _preference(probs, self._given_label[rows])
            reached = np.take_along_axis(self._reached(probs), preference, axis=1)
            self._preference[rows] = preference
            self._reached_up_to[:, rows] = np.maximum.accumulate(reached, axis=1).T
            yield

    def _reached(self, probs):
        """The highest whole percentile at which each class's threshold is reached, -1: at none: int8, as probs."""
        reached = np.empty(probs.shape, np.int8)
        for label, thresholds in enumerate((self._thresholds - confident.TOLERANCE).T):
            reached[:, label] = np.searchsorted(thresholds, probs[:, label], side="right") - 1
        return reached

    @cached_property
    def _thresholds(self):
        """Of every percentile: (101, K), ascending in each column."""
        return np.stack([self.predictions.confidences.thresholds_at(percentile) for percentile in PERCENTILES])

    @property
    def _mean_thresholds(self):
        return self.predictions.confidences.mean_thresholds()

    @property
    def _highest(self):
        """The highest whole percentile at which any class is reached: (n,) int8, -1 where none."""
        return self._reached_up_to[-1]

    @cached_property
    def _ranks_by_highest(self):
        """Quality ranks, for each highest percentile ascending: (n,) int; and where each percentile's begin: (102,)."""
        ranks = np.argsort(self._highest, kind="stable")
        return ranks, np.searchsorted(self._highest[ranks], np.arange(102))

    @cached_property
    def _suggested_by_mean(self):
        predictions = self.predictions
        suggested = confident.suggested_label(predictions.pred_probs, self._mean_thresholds, predictions.given_label)
        return suggested[self._example]

    @cached_property
    def _outlier_mask(self):
        return self.predictions.outlier_mask[self._example]

    @cached_property
    def _outlier_ranks(self):
        """Quality ranks of the outliers, the oddest first."""
        examples = np.flatnonzero(self.predictions.outlier_mask)
        score = ranking.outlier_score(self.predictions.parts, self.predictions.pred_probs)[examples]
        return self.predictions.quality_rank[examples[np.argsort(-score, kind="stable")]]

    def _suggested_label(self, percentile):
        if percentile == "mean":
            return self._suggested_by_mean
        place = np.zeros(self._n, np.min_scalar_type(self._n_classes))  # in the order of preference
        for reached_up_to in self._reached_up_to:
            place += reached_up_to < percentile
        suggested = self._preference[np.arange(self._n), np.minimum(place, self._n_classes - 1)]
        return np.where(place < self._n_classes, suggested.astype(np.intp), confident.NO_LABEL)

    # --- the parts --------------------------------------------------------------------------------

    def _suggested(self, percentile):
        return self._of_suggestions(percentile, self._suggested_label(percentile)) | {
            "most_listed": self._in_list,
            "problems": None if self._problem_mask is None else int(self._problem_mask.sum()),
        }

    def _of_suggestions(self, percentile, suggested):
        thresholds = self._mean_thresholds if percentile == "mean" else self._thresholds[percentile]
        issue_mask = (suggested != confident.NO_LABEL) & (suggested != self._given_label)
        return {
            "class_thresholds": finite_or_none(thresholds),
            "joint": confident.confident_joint(self._given_label, suggested, self._n_classes).ravel().tolist(),
            "cells": self._cells(suggested),
            "label_issues": self._most_suspect(issue_mask),
            "count": int(np.count_nonzero(issue_mask)),
            "found": self._found(issue_mask),
        }

    def _cells(self, suggested):
        return [
            self._example[ranks].tolist()
            for ranks in self._session.in_cells(self._given_label, suggested, self._in_cell)
        ]

    def _ood(self, percentile, threshold_mode):
        thresholds = self._thresholds[percentile]
        below_mask = self._highest < percentile
        if threshold_mode == "mean":
            below_mask = below_mask & (self._suggested_by_mean == confident.NO_LABEL)
        examples = np.flatnonzero(below_mask[self.predictions.quality_rank])
        score = confident.out_of_distribution_score(self.predictions.pred_probs[examples], thresholds)
        part = {
            "ood_thresholds": finite_or_none(thresholds),
            "out_of_distribution": examples[confident.ranking(score)[: self._in_list]].tolist(),
            "count": len(examples),
            "found": self._found(below_mask),
        }
        if threshold_mode == "mean":
            part["unconfident"] = self._most_suspect((self._suggested_by_mean == confident.NO_LABEL) & ~below_mask)
        return part

    def _unconfident_between(self, first, size):
        ranks = self._unconfident_ranks(first, size)
        return {"ranks": ranks.tolist(), "examples": self._example[ranks].tolist()}

    def _unconfident_ranks(self, first, size):
        """The lowest quality ranks of those whose highest percentile is in a range, each half made once."""
        if (first, size) not in self._unconfident:
            if size == 1:
                ranks, begins = self._ranks_by_highest
                lowest = ranks[begins[first] : begins[first + 1]]
            else:
                half = size // 2
                halves = [self._unconfident_ranks(start, half) for start in (first, first + half)]
                lowest = np.sort(np.concatenate(halves))
            self._unconfident[first, size] = lowest[: self._in_list]
        return self._unconfident[first, size]

    def _outliers(self, percentile):
        """A whole answer, see `vizzy.session.Session.analyse`."""
        if percentile == NOISE_RATE:  # which labels are flagged depends on all examples
            return self._session.analyse(0, 0, percentile, "outliers")
        suggested = self._suggested_label(percentile)
        unsuggested_mask = suggested == confident.NO_LABEL
        ood_mask = self._outlier_mask & (unsuggested_mask | (suggested == self._given_label))
        unconfident_mask = unsuggested_mask & ~ood_mask
        part = self._of_suggestions(percentile, np.where(ood_mask, confident.NO_LABEL, suggested))
        issues, found = part.pop("count"), part.pop("found")
        flagged = int(np.count_nonzero(ood_mask))
        odd = self._outlier_ranks
        return part | {
            "ood_thresholds": [None] * self._n_classes,
            "out_of_distribution": self._example[odd[ood_mask[odd]][: self._in_list]].tolist(),
            "unconfident": self._most_suspect(unconfident_mask),
            "counts": {
                "label_issues": issues,
                "out_of_distribution": flagged,
                "unconfident": int(np.count_nonzero(unconfident_mask)),
            },
            "score": None
            if self._problem_mask is None
            else {
                "problems": int(self._problem_mask.sum()),
                "flagged": issues + flagged,
                "found": found + self._found(ood_mask),
            },
        }

    def _most_suspect(self, mask):
        return self._example[np.flatnonzero(mask)[: self._in_list]].tolist()

    def _found(self, mask):
        return None if self._problem_mask is None else int(np.count_nonzero(self._problem_mask & mask))


def _preference(probs, given_label):
    """The classes of each row from the one that is suggested first, if it is reached: int, as probs."""
    preferred = np.array(probs)
    preferred[np.arange(len(probs)), given_label] += confident.TOLERANCE
    return np.argsort(-preferred, axis=1, kind="stable")
