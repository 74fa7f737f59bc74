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

from functools import cached_property
from typing import Any

import numpy as np

from vizzy import confident
from vizzy.session import Session, finite_or_none

PERCENTILES = range(101)


class AnswerParts:
    """The parts of all answers about one training's predictions.

    Parameters
    ----------
    session : vizzy.session.Session
        Trained, with `vizzy.confident` as its rules.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.predictions = session.predictions
        self._given_label, self._pred_probs = self.predictions.given_label, self.predictions.pred_probs
        self._problem_mask = session.problem_mask
        self._unconfident: dict[tuple[int, int], np.ndarray] = {}

    def part(self, kind: str, *arguments: Any) -> dict:
        """A part by its name.

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
        return {
            "suggested": self._suggested,
            "ood": self._ood,
            "unconfident": self._unconfident_between,
            "outliers": self._outliers,
        }[kind](*arguments)

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
        probs = self._pred_probs[example]
        reached = confident.reaches(probs, self._thresholds)
        preferred = np.array(probs)
        preferred[self._given_label[example]] += confident.TOLERANCE
        return {
            "reached_up_to": (np.count_nonzero(reached, axis=0) - 1).tolist(),
            "reaches_mean": confident.reaches(probs, self.predictions.confidences.mean_thresholds()).tolist(),
            "preference": np.argsort(-preferred, kind="stable").tolist(),
            "is_outlier": bool(self.predictions.outlier_mask[example]),
        }

    # --- what is worked out once ------------------------------------------------------------------

    @cached_property
    def _thresholds(self):
        """Of every percentile: (101, K), ascending in each column."""
        return np.stack([self.predictions.confidences.thresholds_at(percentile) for percentile in PERCENTILES])

    @cached_property
    def _highest(self):
        """The highest whole percentile at which an example reaches any class: (n,) int8, -1 where none."""
        highest = np.full(len(self._pred_probs), -1, dtype=np.int8)
        for label, thresholds in enumerate((self._thresholds - confident.TOLERANCE).T):
            reached = np.searchsorted(thresholds, self._pred_probs[:, label], side="right") - 1
            np.maximum(highest, reached, out=highest, casting="unsafe")
        return highest

    @cached_property
    def _worst_first(self):
        """The examples in the order of their label quality: (n,) int."""
        return np.argsort(self.predictions.quality_rank)

    @cached_property
    def _ranks_by_highest(self):
        """Quality ranks, for each highest percentile ascending: (n,) int; and where each percentile's begin: (102,)."""
        highest = self._highest[self._worst_first]
        ranks = np.argsort(highest, kind="stable")
        return ranks, np.searchsorted(highest[ranks], np.arange(102))

    @cached_property
    def _without_suggestion_by_mean(self):
        thresholds = self.predictions.confidences.mean_thresholds()
        return confident.suggested_label(self._pred_probs, thresholds, self._given_label) == confident.NO_LABEL

    # --- the parts --------------------------------------------------------------------------------

    def _suggested(self, percentile):
        if percentile == "mean":
            thresholds = self.predictions.confidences.mean_thresholds()
        else:
            thresholds = self._thresholds[percentile]
        suggested = confident.suggested_label(self._pred_probs, thresholds, self._given_label)
        issue_mask = (suggested != confident.NO_LABEL) & (suggested != self._given_label)
        in_cell, in_list = self._session.most_listed()
        joint = confident.confident_joint(self._given_label, suggested, self._pred_probs.shape[1])
        return {
            "class_thresholds": finite_or_none(thresholds),
            "joint": joint.ravel().tolist(),
            "cells": self._session.cells(suggested, in_cell),
            "label_issues": self._most_suspect(issue_mask, in_list),
            "count": int(np.count_nonzero(issue_mask)),
            "found": self._found(issue_mask),
            "most_listed": in_list,
            "problems": None if self._problem_mask is None else int(self._problem_mask.sum()),
        }

    def _ood(self, percentile, threshold_mode):
        thresholds = self._thresholds[percentile]
        below_mask = self._highest < percentile
        if threshold_mode == "mean":
            below_mask = below_mask & self._without_suggestion_by_mean
        examples = np.flatnonzero(below_mask)
        score = confident.out_of_distribution_score(self._pred_probs[examples], thresholds)
        _, in_list = self._session.most_listed()
        part = {
            "ood_thresholds": finite_or_none(thresholds),
            "out_of_distribution": examples[confident.ranking(score)[:in_list]].tolist(),
            "count": len(examples),
            "found": self._found(below_mask),
        }
        if threshold_mode == "mean":
            unconfident_mask = self._without_suggestion_by_mean & ~below_mask
            part["unconfident"] = self._most_suspect(unconfident_mask, in_list)
        return part

    def _unconfident_between(self, first, size):
        ranks = self._unconfident_ranks(first, size)
        return {"ranks": ranks.tolist(), "examples": self._worst_first[ranks].tolist()}

    def _unconfident_ranks(self, first, size):
        """The lowest quality ranks of those whose highest percentile is in a range, each half made once."""
        if (first, size) not in self._unconfident:
            _, in_list = self._session.most_listed()
            if size == 1:
                ranks, begins = self._ranks_by_highest
                lowest = ranks[begins[first] : begins[first + 1]]
            else:
                half = size // 2
                halves = [self._unconfident_ranks(start, half) for start in (first, first + half)]
                lowest = np.sort(np.concatenate(halves))
            self._unconfident[first, size] = lowest[:in_list]
        return self._unconfident[first, size]

    def _outliers(self, percentile):
        by_percentile = isinstance(percentile, int)
        return self._session.analyse(*((percentile, 0, "percentile") if by_percentile else (0, 0, percentile)), "outliers")

    def _most_suspect(self, mask, most):
        return self._worst_first[np.flatnonzero(mask[self._worst_first])[:most]].tolist()

    def _found(self, mask):
        return None if self._problem_mask is None else int((self._problem_mask & mask).sum())
