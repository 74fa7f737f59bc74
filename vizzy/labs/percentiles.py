"""How well the problems are found at each percentile, with bands over other seeds.

The class percentile runs from 0 to 100 with the out-of-distribution percentile staying where it is (a lower class
percentile takes it along, as on the page); a grid runs over both. The means as thresholds, the theory's choice, are
no percentile; they are given beside, with the percentile that each class's mean happens to be. Other seeds deal
other folds: what their curves disagree on is noise.

Only counts are kept, ``found`` and ``flagged``; precision, recall and F1 follow from them
(`vizzy.labs.score.measures`). Without a truth ``found`` is None. What is flagged: label issues and out of
distribution together.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vizzy import confident, training
from vizzy.dataset import DatasetError
from vizzy.labs import experiment
from vizzy.sentences import sentence

if TYPE_CHECKING:
    from vizzy.session import Session

PERCENTILES = range(101)
GRID = range(0, 101, 5)
SEEDS = (1, 2, 3, 4, 5)  # 0 is the one that the page trains with


@experiment
def percentile_curves(session: Session, settings: Sequence) -> Generator[tuple[int, int], None, dict]:
    """Counts at every class percentile, on the grid, and with the means.

    Parameters
    ----------
    session : vizzy.session.Session, trained
    settings : (class percentile, out-of-distribution percentile, threshold mode)

    Yields
    ------
    (int, int)
        Steps done, and how many there will be.

    Returns
    -------
    dict
        ``problems`` (None where the truth is not known); ``curve``: ``found``, ``flagged``, ``label_issues`` and
        ``out_of_distribution``, a list each, by class percentile; ``grid``: ``percentiles``, ``found`` and ``flagged``
        by class (outer) and out-of-distribution percentile (inner, up to the class one); ``mean``: ``found``,
        ``flagged``, and ``percentile`` by class (None for a class that no example is given).
    """
    predictions, problem_mask = session.predictions, session.problem_mask
    count = _Counter(predictions.given_label, predictions.pred_probs, problem_mask, predictions.confidences)
    curve: dict = {name: [] for name in ("found", "flagged", "label_issues", "out_of_distribution")}
    for percentile in PERCENTILES:
        yield percentile, len(PERCENTILES) + len(GRID)
        for name, value in count.at(percentile, min(settings[1], percentile)).items():
            curve[name].append(value)
    grid: dict = {"percentiles": list(GRID), "found": [], "flagged": []}
    for row, percentile in enumerate(GRID):
        yield len(PERCENTILES) + row, len(PERCENTILES) + len(GRID)
        counts = [count.at(percentile, other) for other in GRID if other <= percentile]
        for name in ("found", "flagged"):
            grid[name].append([one[name] for one in counts])
    return {
        "problems": None if problem_mask is None else int(problem_mask.sum()),
        "curve": curve,
        "grid": grid,
        "mean": count.with_means(settings[1]) | {"percentile": mean_percentiles(predictions.confidences)},
    }


@experiment
def percentile_bands(session: Session, settings: Sequence) -> Generator[tuple[int, int], None, dict]:
    """The curve for each of ``SEEDS``: how much of it depends on how the folds were dealt.

    Parameters
    ----------
    session, settings
        As for `percentile_curves`.

    Yields
    ------
    (int, int)
        Models trained, and how many there will be.

    Returns
    -------
    dict
        ``seeds``; ``found`` and ``flagged``: for each seed a list by class percentile.

    Raises
    ------
    vizzy.dataset.DatasetError
        Where there are no embeddings to train on.
    """
    if session.dataset.embeddings is None:
        raise DatasetError(sentence("These probabilities came with the data: there is nothing to train with other folds."))
    given_label, problem_mask = session.predictions.given_label, session.problem_mask
    bands: dict = {"seeds": list(SEEDS), "found": [], "flagged": []}
    for place, seed in enumerate(SEEDS):
        steps = training.cross_validation(
            session.dataset.embeddings, given_label, len(session.dataset.classes), seed=seed
        )
        result = yield from within_a_series(steps, place, len(SEEDS))
        count = _Counter(given_label, result.pred_probs, problem_mask)
        counts = [count.at(percentile, min(settings[1], percentile)) for percentile in PERCENTILES]
        for name in ("found", "flagged"):
            bands[name].append([one[name] for one in counts])
    return bands


def within_a_series(
    steps: Generator[tuple[int, int], None, Any], place: int, n_series: int
) -> Generator[tuple[int, int], None, Any]:
    """Run steps as number ``place`` of a series of equally long ones.

    Parameters
    ----------
    steps : generator
        Yields (steps done, and how many there will be).
    place : int in [0, n_series)
    n_series : int

    Yields
    ------
    (int, int)
        Steps done of the whole series, and how many there will be.

    Returns
    -------
    object
        What the generator returns.
    """
    while True:
        try:
            done, total = next(steps)
        except StopIteration as end:
            return end.value
        yield place * total + done, n_series * total


def mean_percentiles(confidences: confident.SortedSelfConfidences) -> list[float | None]:
    """Which percentile each class's mean self-confidence is: K numbers in [0, 100], None for a class without examples."""
    ranks = []
    for values, mean in zip(confidences.by_class(), confidences.mean_thresholds(), strict=True):
        ranks.append(float(100 * (values < mean - confident.TOLERANCE).mean()) if len(values) else None)
    return ranks


class _Counter:
    """Counts what percentiles flag; what depends on one of them alone is computed once."""

    def __init__(self, given_label, pred_probs, problem_mask, confidences=None):
        self._given_label = given_label
        self._pred_probs = pred_probs
        self._problem_mask = problem_mask
        self._confidences = confidences or confident.SortedSelfConfidences.of(given_label, pred_probs)
        self._suggested = {}
        self._remote = {}

    def at(self, class_percentile, ood_percentile):
        """What two percentiles flag: ``found``, ``flagged``, ``label_issues``, ``out_of_distribution``."""
        if class_percentile not in self._suggested:
            thresholds = self._confidences.thresholds_at(class_percentile)
            self._suggested = {class_percentile: self._suggestion(thresholds)}
        return self._count(self._suggested[class_percentile], ood_percentile)

    def with_means(self, ood_percentile):
        """The same with the means as class thresholds."""
        thresholds = self._confidences.mean_thresholds()
        return self._count(self._suggestion(thresholds), ood_percentile)

    def _suggestion(self, thresholds):
        return confident.suggested_label(self._pred_probs, thresholds, self._given_label)

    def _count(self, suggested, ood_percentile):
        if ood_percentile not in self._remote:
            thresholds = self._confidences.thresholds_at(ood_percentile)
            self._remote[ood_percentile] = ~confident.reaches(self._pred_probs, thresholds).any(axis=1)
        unsuggested = suggested == confident.NO_LABEL
        issue_mask = ~unsuggested & (suggested != self._given_label)
        ood_mask = unsuggested & self._remote[ood_percentile]
        found = None if self._problem_mask is None else int(((issue_mask | ood_mask) & self._problem_mask).sum())
        issues, outside = int(np.count_nonzero(issue_mask)), int(np.count_nonzero(ood_mask))
        return {"found": found, "flagged": issues + outside, "label_issues": issues, "out_of_distribution": outside}
