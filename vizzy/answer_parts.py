"""Answers to every setting of the sliders, in parts that the page puts together by itself.

There are 5,151 pairs of percentiles, but each part of an answer depends on little: suggestions on the class percentile
alone; who is out of distribution on the other percentile alone. For as the class percentile is never below the other,
an example that reaches no class's out-of-distribution threshold has no suggestion either. An example is unconfident
where the *highest percentile* at which it still reaches any class lies between the two. So a few hundred parts, made
once after a training, hold all answers: a step of a slider then asks the worker nothing.

`vizzy.composed_answers` puts them together, in the page and, while they have not come there, in the worker. Parts are made
some rows at a time, so that a question waits for a few milliseconds however many examples there are. A part is named by a tuple:

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

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from vizzy import confident, ranking
from vizzy.composed_answers import composed, names_of
from vizzy.session import Session, finite_or_none
from vizzy.vocabulary import NOISE_RATE

PERCENTILES = range(101)
ROWS_AT_A_TIME = 4000  # of the preparation: some milliseconds
ROWS_OF_A_PART = 1 << 15  # likewise
MOST_BEGUN = 8  # parts that wait to be gone on with: each may hold a number for each row


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
        # Of examples in their own order: whether a label is known to be wrong, and the highest percentile, see `_highest`.
        self._problem_of_example = session.problem_mask
        self._highest_of_example = np.empty(self._n, np.int8)
        self._problem_mask = None if self._problem_of_example is None else self._problem_of_example[self._example]
        # The classes in the order in which they are suggested if reached: (n, K). And up to which percentile a class
        # or one before it is reached, -1: at none: (K, n), ascending along K.
        self._preference = np.empty((self._n, self._n_classes), np.min_scalar_type(self._n_classes))
        self._reached_up_to = np.empty((self._n_classes, self._n), np.int8)
        self._suggested_by_mean = np.empty(self._n, np.min_scalar_type(-self._n_classes))
        self._unconfident: dict[tuple[int, int], np.ndarray] = {}
        self._preparation, self._preparation_of_means = self._prepare(), self._prepare_means()
        self._begun: dict[tuple, Generator[None, None, dict]] = {}  # parts that are not made to their end, by name
        self.is_prepared = False

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
        part = None
        while part is None:
            part = self._part_begun(kind, *arguments)
        return part

    def _part_begun(self, kind, *arguments):
        """A part after one more step of some milliseconds, or None where another one is needed."""
        name = (kind, *arguments)
        steps = self._begun.setdefault(name, self._steps_of(kind, *arguments))
        if len(self._begun) > MOST_BEGUN:
            del self._begun[next(iter(self._begun))]  # the oldest; it is begun anew where it is still wanted
        try:
            next(steps)
        except StopIteration as end:
            del self._begun[name]
            return end.value
        return None

    def first_of(self, names: Iterable[Sequence], most_seconds: float) -> Iterator[dict]:
        """The first of some parts.

        Parameters
        ----------
        names : iterable of (kind, *arguments)
            As for `part`.
        most_seconds : float
            After which no other step is begun, be it in the middle of a part.

        Yields
        ------
        dict
        """
        began = time.monotonic()
        for name in names:
            part = None
            while part is None:
                part = self._part_begun(*name)
                is_late = time.monotonic() - began > most_seconds
                if part is None and is_late:
                    return
            yield part
            if is_late:
                return

    def answer(self, *settings: Any) -> dict | None:
        """The answer to some settings, put together from its parts.

        Parameters
        ----------
        *settings
            As `vizzy.session.Session.analyse` takes them.

        Returns
        -------
        dict or None
            As `vizzy.session.Session.analyse` returns; None where no parts give it.
        """
        names = names_of(settings)
        return composed([self.part(*name) for name in names], self._n) if names else None

    def _steps_of(self, kind, *arguments):
        """Makes a part; yields between steps."""
        for _ in self._preparation:  # not ``yield from``, which would end the preparation where a part is given up
            yield
        parts: dict[str, Callable[..., Generator[None, None, dict]]] = {
            "suggested": self._suggested,
            "ood": self._ood,
            "unconfident": self._unconfident_between,
            "outliers": self._outliers,
        }
        return (yield from parts[kind](*arguments))

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
        for rows in _blocks(self._n, ROWS_AT_A_TIME):
            examples = self._example[rows]
            probs = self.predictions.pred_probs[examples]
            preference = _preference(probs, self._given_label[rows])
            reached = np.maximum.accumulate(np.take_along_axis(self._reached(probs), preference, axis=1), axis=1)
            self._preference[rows] = preference
            self._reached_up_to[:, rows] = reached.T
            self._highest_of_example[examples] = reached[:, -1]
            yield
        self.is_prepared = True

    def _prepare_means(self):
        """What is suggested where class thresholds are means."""
        for rows in _blocks(self._n):
            probs = self.predictions.pred_probs[self._example[rows]]
            self._suggested_by_mean[rows] = confident.suggested_label(probs, self._mean_thresholds, self._given_label[rows])
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
    def _outlier_mask(self):
        return self.predictions.outlier_mask[self._example]

    @cached_property
    def _outlier_ranks(self):
        """Quality ranks of the outliers, the oddest first."""
        examples = np.flatnonzero(self.predictions.outlier_mask)
        score = ranking.outlier_score(ranking.parts_of(self.predictions.parts, examples), self.predictions.pred_probs[examples])
        return self.predictions.quality_rank[examples[np.argsort(-score, kind="stable")]]

    def _suggestions(self, percentile):
        """What is suggested, the most suspect examples first: yields (rows, np.ndarray of int)."""
        if percentile == "mean":
            for _ in self._preparation_of_means:
                yield slice(0, 0), np.empty(0, np.intp)
        for rows in _blocks(self._n):
            yield rows, self._suggested_by_mean[rows].astype(np.intp) if percentile == "mean" else self._suggested_at(percentile, rows)

    def _suggested_at(self, percentile, rows):
        preference = self._preference[rows]
        place = np.zeros(len(preference), np.min_scalar_type(self._n_classes))  # in the order of preference
        for reached_up_to in self._reached_up_to[:, rows]:
            place += reached_up_to < percentile
        suggested = preference[np.arange(len(preference)), np.minimum(place, self._n_classes - 1)]
        return np.where(place < self._n_classes, suggested.astype(np.intp), confident.NO_LABEL)

    # --- the parts: each yields between steps, and returns the part --------------------------------

    def _suggested(self, percentile):
        placed = self._placed()
        for rows, suggested in self._suggestions(percentile):
            placed.take(rows, suggested)
            yield
        return self._of_suggestions(percentile, placed) | {
            "most_listed": self._in_list,
            "problems": None if self._problem_mask is None else int(self._problem_mask.sum()),
        }

    def _placed(self):
        return Placed(self._given_label, self._problem_mask, self._n_classes, self._in_cell, self._in_list)

    def _of_suggestions(self, percentile, placed):
        thresholds = self._mean_thresholds if percentile == "mean" else self._thresholds[percentile]
        return {
            "class_thresholds": finite_or_none(thresholds),
            "joint": placed.joint.tolist(),
            "cells": [self._example[ranks].tolist() for ranks in placed.in_cells()],
            "label_issues": self._example[placed.issues.places()].tolist(),
            "count": placed.issues.count,
            "found": placed.found,
        }

    def _ood(self, percentile, threshold_mode):
        thresholds, by_mean = self._thresholds[percentile], threshold_mode == "mean"
        lowest, found, count = Lowest(self._in_list), 0, 0
        if by_mean:
            for _ in self._preparation_of_means:
                yield
        for rows in _blocks(self._n):
            below = np.flatnonzero(self._highest_of_example[rows] < percentile) + rows.start
            if by_mean:
                below = below[self._suggested_by_mean[self.predictions.quality_rank[below]] == confident.NO_LABEL]
            lowest.take(below, confident.out_of_distribution_score(self.predictions.pred_probs[below], thresholds))
            count += len(below)
            if self._problem_of_example is not None:
                found += int(np.count_nonzero(self._problem_of_example[below]))
            yield
        part = {
            "ood_thresholds": finite_or_none(thresholds),
            "out_of_distribution": lowest.places.tolist(),
            "count": count,
            "found": None if self._problem_of_example is None else found,
        }
        if by_mean:
            unconfident = First(self._in_list)
            for rows in _blocks(self._n):
                is_unsuggested = self._suggested_by_mean[rows] == confident.NO_LABEL
                unconfident.take(rows, is_unsuggested & (self._highest[rows] >= percentile))
                yield
            part["unconfident"] = self._example[unconfident.places()].tolist()
        return part

    def _unconfident_between(self, first, size):
        yield
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
        yield
        if percentile == NOISE_RATE:  # which labels are flagged depends on all examples
            return self._session.analyse(0, 0, percentile, "outliers")
        placed, unconfident, found = self._placed(), First(self._in_list), 0
        ood_mask = np.zeros(self._n, dtype=bool)
        for rows, suggested in self._suggestions(percentile):
            unsuggested_mask = suggested == confident.NO_LABEL
            is_ood = self._outlier_mask[rows] & (unsuggested_mask | (suggested == self._given_label[rows]))
            unconfident.take(rows, unsuggested_mask & ~is_ood)
            placed.take(rows, np.where(is_ood, confident.NO_LABEL, suggested))
            ood_mask[rows] = is_ood
            if self._problem_mask is not None:
                found += int(np.count_nonzero(self._problem_mask[rows] & is_ood))
            yield
        part = self._of_suggestions(percentile, placed)
        issues, found_issues = part.pop("count"), part.pop("found")
        flagged, odd = int(np.count_nonzero(ood_mask)), self._outlier_ranks
        return part | {
            "ood_thresholds": [None] * self._n_classes,
            "out_of_distribution": self._example[odd[ood_mask[odd]][: self._in_list]].tolist(),
            "unconfident": self._example[unconfident.places()].tolist(),
            "counts": {"label_issues": issues, "out_of_distribution": flagged, "unconfident": unconfident.count},
            "score": None
            if self._problem_mask is None
            else {
                "problems": int(self._problem_mask.sum()),
                "flagged": issues + flagged,
                "found": found_issues + found,
            },
        }


class Placed:
    """The confident joint, the first examples of its cells and the label issues, of suggestions that come block by block.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,)
    problem_mask : np.ndarray of bool, shape (n,), optional
    n_classes, in_cell, in_list : int
        In how many classes, and how many places a cell and the list of issues name.

    Attributes
    ----------
    joint : np.ndarray of int, shape (K*K,)
    issues : First
    found : int or None
        How many issues are problems.
    """

    def __init__(
        self, given_label: np.ndarray, problem_mask: np.ndarray | None, n_classes: int, in_cell: int, in_list: int
    ) -> None:
        self._given_label, self._problem_mask, self._n_classes, self._in_cell = given_label, problem_mask, n_classes, in_cell
        self.joint = np.zeros(n_classes * n_classes, dtype=np.intp)
        self.issues = First(in_list)
        self.found: int | None = None if problem_mask is None else 0
        self._places = [np.empty(0, dtype=np.intp)]  # those that cells name, and their cells
        self._cells = [np.empty(0, dtype=np.intp)]

    def take(self, rows: slice, suggested: np.ndarray) -> None:
        """Take the suggestions of the next rows."""
        given = self._given_label[rows]
        is_suggested = suggested != confident.NO_LABEL
        is_issue = is_suggested & (suggested != given)
        self.issues.take(rows, is_issue)
        if self.found is not None:
            self.found += int(np.count_nonzero(self._problem_mask[rows] & is_issue))  # type: ignore[index]  # there, as is found
        places = np.flatnonzero(is_suggested)
        cell = given[places] * self._n_classes + suggested[places]
        self._keep_first(rows.start + places, cell)
        self.joint += np.bincount(cell, minlength=len(self.joint))

    def _keep_first(self, places, cell):
        """Keep what still has room in its cell."""
        has_room = (self.joint < self._in_cell)[cell]
        places, cell = places[has_room], cell[has_room]
        order = np.argsort(cell, kind="stable")
        places, cell = places[order], cell[order]
        begins = np.flatnonzero(np.diff(cell, prepend=-1))
        before = np.arange(len(cell)) - np.repeat(begins, np.diff(begins, append=len(cell)))
        kept = self.joint[cell] + before < self._in_cell
        self._places.append(places[kept])
        self._cells.append(cell[kept])

    def in_cells(self) -> list[np.ndarray]:
        """The first places of every cell: list of K*K np.ndarrays of int, ascending."""
        places, cell = np.concatenate(self._places), np.concatenate(self._cells)
        ends = np.cumsum(np.bincount(cell, minlength=len(self.joint)))
        return np.split(places[np.argsort(cell, kind="stable")], ends[:-1])


class First:
    """The first places where masks that come block by block are true, and in how many places they are.

    Parameters
    ----------
    most : int
        How many places.

    Attributes
    ----------
    count : int
    """

    def __init__(self, most: int) -> None:
        self.count, self._most = 0, most
        self._places = [np.empty(0, dtype=np.intp)]

    def take(self, rows: slice, mask: np.ndarray) -> None:
        """Take the mask of the next rows."""
        if self.count < self._most:
            self._places.append(np.flatnonzero(mask)[: self._most - self.count] + rows.start)
        self.count += int(np.count_nonzero(mask))

    def places(self) -> np.ndarray:
        """The first places: np.ndarray of int, ascending."""
        return np.concatenate(self._places)


class Lowest:
    """The places of the lowest scores among many that come block by block; of equals the first.

    Parameters
    ----------
    most : int
        How many places.

    Attributes
    ----------
    places : np.ndarray of int
        In ascending order of their scores.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.places, self._scores = np.empty(0, dtype=np.intp), np.empty(0)

    def take(self, places: np.ndarray, scores: np.ndarray) -> None:
        """Take the next places, ascending, and their scores."""
        places, scores = np.concatenate([self.places, places]), np.concatenate([self._scores, scores])
        lowest = confident.ranking(scores, self._most)
        self.places, self._scores = places[lowest], scores[lowest]


def _blocks(n, rows_at_once=None):
    """Slices of n rows, in order; by default of as many as a part takes at a time."""
    rows_at_once = rows_at_once or ROWS_OF_A_PART
    return (slice(start, min(start + rows_at_once, n)) for start in range(0, n, rows_at_once))


def _preference(probs, given_label):
    """The classes of each row from the one that is suggested first, if it is reached: int, as probs."""
    preferred = np.array(probs)
    preferred[np.arange(len(probs)), given_label] += confident.TOLERANCE
    return np.argsort(-preferred, axis=1, kind="stable")
