"""A session: the open dataset, the predictions of the last training, and what follows from them.

The worker holds one ``Session`` and hands its answers to the page. It knows nothing of the
browser: the command line and the tests use it as it is. Answers are plain lists and numbers,
bounded in size however many examples there are, so that a step of a slider stays cheap.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from vizzy import confident, ranking, training
from vizzy.dataset import Dataset
from vizzy.estimate import LOGISTIC, NYSTROEM, solver_note, solver_of, training_seconds
from vizzy.noise_rates import analysis_by_noise_rate
from vizzy.steps import result_of
from vizzy.vocabulary import NOISE_RATE

HISTOGRAM_BINS = 50
# Up to this many examples every one is listed; beyond, each cell lists its worst.
MOST_LISTED_WHOLE = 600
MOST_IN_CELLS = 800
FEWEST_IN_A_CELL = 8
MOST_IN_A_LIST = 120
MADE_UP = 300, 32, 3  # examples, dimensions, classes


@dataclass(frozen=True, eq=False)
class Predictions:
    """What one training left, and what is computed from it once."""

    given_label: np.ndarray  # (n,) int, the labels that were trained on
    pred_probs: np.ndarray  # (n, K)
    confidences: confident.SortedSelfConfidences
    parts: ranking.Parts
    label_quality: np.ndarray  # (n,) in [0, 1], low = suspect
    quality_rank: np.ndarray  # (n,) int: 0 for the example whose label is most suspect
    worst_first: np.ndarray  # (n,) int: the examples in the order of that rank

    @classmethod
    def of(
        cls,
        given_label: np.ndarray,
        pred_probs: np.ndarray,
        embeddings: np.ndarray | None = None,
        far_is_suspect: bool = True,
    ) -> Predictions:
        """Sort and rank some predictions.

        Parameters
        ----------
        given_label : np.ndarray of int, shape (n,), in [0, K)
            The labels that were trained on.
        pred_probs : np.ndarray of float, shape (n, K), in [0, 1], out of sample
        embeddings : np.ndarray of float, shape (n, d), finite, optional
        far_is_suspect : bool
            As for `vizzy.ranking.parts`.

        Returns
        -------
        Predictions
        """
        confidences = confident.SortedSelfConfidences.of(given_label, pred_probs)
        parts = ranking.parts(given_label, pred_probs, embeddings, far_is_suspect)
        label_quality = ranking.combine(parts)
        worst_first = confident.ranking(label_quality)
        quality_rank = np.empty(len(worst_first), dtype=np.intp)
        quality_rank[worst_first] = np.arange(len(worst_first))
        return cls(given_label, pred_probs, confidences, parts, label_quality, quality_rank, worst_first)

    @cached_property
    def outlier_mask(self) -> np.ndarray:
        """Where an example is odd, whatever the thresholds: np.ndarray of bool, shape (n,)."""
        return ranking.outlier_mask(self.parts, self.pred_probs)

    @property
    def accuracy(self) -> float:
        """The share of examples whose most probable class is the label they were given."""
        return float((self.pred_probs.argmax(axis=1) == self.given_label).mean())


class Session:
    """A dataset and, once trained, its predictions.

    Parameters
    ----------
    dataset : vizzy.dataset.Dataset
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.predictions: Predictions = None  # type: ignore[assignment]  # until the first training
        self.rules: Any = confident  # whoever analyses and explains: see vizzy.labs.rule_editor for another
        self.rule_trouble: str | None = None  # why the last edited rule was given up
        self.prompt_scope: dict = {}  # the names that a reader's own lines of Python have defined
        self._latest: tuple | None = None  # (predictions, settings, analysis): questions often come about the same

    def use_rules(self, rules: Any) -> None:
        """Analyse and explain with these from now on: anything with those two functions of `vizzy.confident`."""
        self.rules = rules
        self._latest = None

    @property
    def problem_mask(self) -> np.ndarray | None:
        """Where the label trained on is not the true one: np.ndarray of bool, shape (n,), or None: not known."""
        true_label = self.dataset.true_label
        return None if true_label is None else self.predictions.given_label != true_label

    @classmethod
    def made_up(cls) -> Session:
        """A session of random examples, as many as the shipped ones."""
        n, dimensions, classes = MADE_UP
        embeddings = np.random.default_rng(0).normal(size=(n, dimensions))
        given_label = np.arange(n) % classes
        names = tuple(str(number) for number in range(n))
        return cls(Dataset(names, names[:classes], given_label, embeddings=embeddings))

    def train(self, changed_labels: dict[int, int]) -> dict:
        """Cross-validate in one go.

        Parameters
        ----------
        changed_labels
            As for `training_steps`.

        Returns
        -------
        dict
            As `training_steps` returns.
        """
        return result_of(self.training_steps(changed_labels))

    def training_steps(self, changed_labels: dict[int, int]) -> Generator[tuple[int, int], None, dict]:
        """Cross-validate on the given labels with some of them changed; the predictions are kept at the end.

        Parameters
        ----------
        changed_labels : dict of int to int
            Example -> given label, where it differs from the dataset's.

        Yields
        ------
        (int, int)
            Models trained, and how many there will be.

        Returns
        -------
        dict
            ``accuracy``, ``notes`` and ``histograms``, K lists of counts of self-confidences.
        """
        given_label = self.dataset.given_label.copy()
        for example, label in changed_labels.items():
            given_label[example] = label
        pred_probs, notes = yield from self._predict(given_label)
        dataset = self.dataset
        self.predictions = Predictions.of(given_label, pred_probs, dataset.embeddings, dataset.made_of is None)
        return {
            "accuracy": self.predictions.accuracy,
            "notes": notes + training.notes_on_accuracy(self.predictions.accuracy, given_label, dataset.classes),
            "histograms": confident.self_confidence_histogram(given_label, pred_probs, HISTOGRAM_BINS).tolist(),
        }

    def _predict(self, given_label):
        """The predicted probabilities and what there is to note: those that the dataset brought, or newly trained."""
        if self.dataset.pred_probs is not None:
            return self.dataset.pred_probs, []
        result = yield from cross_validation_of(self.dataset, given_label)
        return result.pred_probs, list(result.notes)

    def estimated_seconds(self) -> float | None:
        """About how long a training takes in a browser; None if there is nothing to train."""
        if self.dataset.pred_probs is not None:
            return None
        dataset = self.dataset
        size = *dataset.embeddings.shape, len(dataset.classes)  # type: ignore[union-attr]  # there without pred_probs
        return training_seconds(*size, in_browser=True, solver=solver_of(len(dataset), dataset.made_of))  # type: ignore[misc]

    def solver_note(self) -> str | None:
        """Why another classifier than a support vector machine is trained, in a sentence; None where that is not so."""
        return None if self.dataset.pred_probs is not None else solver_note(len(self.dataset), self.dataset.made_of)

    def analyse(self, *settings: Any) -> dict:
        """What the thresholds make of the predictions, in plain numbers.

        Parameters
        ----------
        *settings
            As `analysis_at` takes them.

        Returns
        -------
        dict
            ``class_thresholds``, ``ood_thresholds``: K numbers, None for a class that no example is given;
            ``joint``: K*K counts, row by row (given, then suggested label);
            ``cells``: for each of them its examples, the worst first, perhaps not all;
            ``label_issues``, ``out_of_distribution``, ``unconfident``: the same for the three lists;
            ``counts``: how many each of the three has in all;
            ``score``: where the truth is known, how many ``problems`` the trained labels have (a wrong label, or
            any label where no class is true), how many examples are ``flagged`` (label issues and out of
            distribution) and how many of those are problems (``found``); else None.
        """
        predictions = self.predictions
        analysis = self.analysis_at(*settings)
        by_quality = predictions.quality_rank
        issues, odd, unsure = (
            np.flatnonzero(mask)
            for mask in (analysis.label_issue_mask, analysis.out_of_distribution_mask, analysis.unconfident_mask)
        )
        in_cell, in_list = self.most_listed()
        answer: dict[str, Any] = {
            "label_issues": _worst(issues, by_quality[issues], in_list),
            "out_of_distribution": _worst(odd, self._ood_score(analysis, odd), in_list),
            "unconfident": _worst(unsure, by_quality[unsure], in_list),
        }
        answer["counts"] = dict(zip(answer, map(len, (issues, odd, unsure)), strict=True))
        answer["score"] = self._score(analysis)
        answer["joint"] = analysis.confident_joint.ravel().tolist()
        answer["cells"] = self._cells(analysis, in_cell)
        answer["class_thresholds"] = finite_or_none(analysis.class_thresholds)
        answer["ood_thresholds"] = finite_or_none(analysis.ood_thresholds)
        return answer

    def explain(self, example: int, *settings: Any) -> dict:
        """Why an example has its category under the settings of an analysis, and what would change it.

        Parameters
        ----------
        example : int in [0, n)
        *settings
            As `analysis_at` takes them.

        Returns
        -------
        dict of plain numbers and lists
            What `vizzy.confident.Explanation` holds, without ``_mask`` and with ``class_percentile`` as
            ``suggested_up_to``; and ``example``.
        """
        explanation = self._explanation(example, settings)
        return {
            "example": example,
            "category": explanation.category,
            "given_label": explanation.given_label,
            "suggested_label": explanation.suggested_label,
            "pred_probs": explanation.pred_probs.tolist(),
            "class_thresholds": finite_or_none(explanation.class_thresholds),
            "ood_thresholds": finite_or_none(explanation.ood_thresholds),
            "reaches_class": explanation.reaches_class_mask.tolist(),
            "reaches_ood": explanation.reaches_ood_mask.tolist(),
            "suggested_up_to": explanation.class_percentile.tolist(),
            "suggested_above": explanation.suggested_above.tolist(),
            "out_of_distribution_above": explanation.out_of_distribution_above,
        }

    def _explanation(self, example, settings):
        """By the usual rules an example is judged by itself, so that nothing is calculated of the others."""
        given_label, pred_probs, *percentiles, outlier_mask, confidences = self.rule_arguments(*settings)
        if self.rules is not confident or settings[2] == NOISE_RATE:
            return self.rules.explain(given_label, pred_probs, example, self.analysis_at(*settings), confidences)
        rows = slice(example, example + 1)
        of_example = given_label[rows], pred_probs[rows]
        outlier_mask = None if outlier_mask is None else outlier_mask[rows]
        analysis = confident.analyse(*of_example, *percentiles, outlier_mask, confidences)
        return confident.explain(*of_example, 0, analysis, confidences)

    def cell_examples(self, given: int, suggested: int, *settings: Any) -> list[int]:
        """All examples of one cell of the confident joint.

        Parameters
        ----------
        given, suggested : int in [0, K)
            The cell's row and column.
        *settings
            As `analysis_at` takes them.

        Returns
        -------
        list of int
            The most suspect first.
        """
        analysis = self.analysis_at(*settings)
        in_cell = (self.predictions.given_label == given) & (analysis.suggested_label == suggested)
        examples = np.flatnonzero(in_cell)
        return _worst(examples, self.predictions.quality_rank[examples], None)

    def _ood_score(self, analysis, examples):
        """Who is listed first of some that are out of distribution, low = first: np.ndarray of their shape."""
        pred_probs = self.predictions.pred_probs[examples]
        if np.isfinite(analysis.ood_thresholds).any():
            return confident.out_of_distribution_score(pred_probs, analysis.ood_thresholds)
        return -ranking.outlier_score(ranking.parts_of(self.predictions.parts, examples), pred_probs)

    def _score(self, analysis):
        problem_mask = self.problem_mask
        if problem_mask is None:
            return None
        flagged_mask = analysis.label_issue_mask | analysis.out_of_distribution_mask
        return {
            "problems": int(problem_mask.sum()),
            "flagged": int(flagged_mask.sum()),
            "found": int((problem_mask & flagged_mask).sum()),
        }

    def analysis_at(
        self,
        class_percentile: float,
        ood_percentile: float,
        threshold_mode: str,
        ood_mode: str = "percentile",
    ) -> confident.Analysis:
        """What the thresholds make of the predictions.

        Parameters
        ----------
        class_percentile, ood_percentile, threshold_mode
            As for `vizzy.confident.analyse`; the mode may also be "noise-rate", as `vizzy.noise_rates` prunes by it.
        ood_mode : "percentile" or "outliers"
            Which examples are out of distribution: those that the percentile leaves out, or the outliers.

        Returns
        -------
        vizzy.confident.Analysis
        """
        predictions = self.predictions
        if threshold_mode == NOISE_RATE and ood_mode == "outliers" and self.rules is confident:
            class_percentile = ood_percentile = 0  # without effect: whatever they are, what is known is not calculated again
        settings = (class_percentile, ood_percentile, threshold_mode, ood_mode)
        if self._latest is None or self._latest[:2] != (predictions, settings):
            analysis = self.rules.analyse(*self.rule_arguments(*settings))
            if threshold_mode == NOISE_RATE and self.rules is confident:
                analysis = analysis_by_noise_rate(predictions.given_label, predictions.pred_probs, analysis)
            self._latest = (predictions, settings, analysis)
        return self._latest[2]

    def rule_arguments(
        self,
        class_percentile: float,
        ood_percentile: float,
        threshold_mode: str,
        ood_mode: str = "percentile",
    ) -> tuple:
        """The arguments that a rule is called with under some settings.

        Parameters
        ----------
        class_percentile, ood_percentile, threshold_mode, ood_mode
            As for `analysis_at`.

        Returns
        -------
        tuple
            The arguments of `vizzy.confident.analyse`, in their order.
        """
        predictions = self.predictions
        outlier_mask = predictions.outlier_mask if ood_mode == "outliers" else None
        percentiles = class_percentile, ood_percentile, "mean" if threshold_mode == NOISE_RATE else threshold_mode
        return predictions.given_label, predictions.pred_probs, *percentiles, outlier_mask, predictions.confidences

    def most_listed(self) -> tuple[int, int]:
        """How many examples a cell and a list name at the most: (int, int)."""
        if len(self.dataset.ids) <= MOST_LISTED_WHOLE:
            return MOST_LISTED_WHOLE, MOST_LISTED_WHOLE
        n_cells = len(self.dataset.classes) ** 2
        return max(FEWEST_IN_A_CELL, MOST_IN_CELLS // n_cells), MOST_IN_A_LIST

    def _cells(self, analysis, most):
        """The examples of every cell of the confident joint, row by row, the worst first."""
        example = self.predictions.worst_first
        in_cells = self.in_cells(self.predictions.given_label[example], analysis.suggested_label[example], most)
        return [example[ranks].tolist() for ranks in in_cells]

    def in_cells(self, given_label: np.ndarray, suggested_label: np.ndarray, most: int) -> list[np.ndarray]:
        """The first places of every cell of the confident joint.

        Parameters
        ----------
        given_label : np.ndarray of int, shape (m,), in [0, K)
        suggested_label : np.ndarray of int, shape (m,), in [-1, K)
            -1: in no cell.
        most : int
            How many places to name of each cell.

        Returns
        -------
        list of K*K np.ndarrays of int, in [0, m)
            Row by row; places in the two arrays, ascending.
        """
        n_classes = len(self.dataset.classes)
        places = np.flatnonzero(suggested_label != confident.NO_LABEL)
        cell = given_label[places] * n_classes + suggested_label[places]
        if n_classes**2 <= np.iinfo(np.int16).max:
            cell = cell.astype(np.int16)  # which numpy sorts in linear time
        in_cells = places[np.argsort(cell, kind="stable")]
        ends = np.cumsum(np.bincount(cell, minlength=n_classes * n_classes))
        return [part[:most] for part in np.split(in_cells, ends[:-1])]


def analysis_of(
    dataset: Dataset,
    given_label: np.ndarray,
    pred_probs: np.ndarray,
    class_percentile: float,
    ood_percentile: float,
    threshold_mode: str,
    ood_mode: str = "percentile",
) -> confident.Analysis:
    """What settings make of other labels or other predictions of a dataset, as `Session.analysis_at` does of the session's own.

    Parameters
    ----------
    dataset : vizzy.dataset.Dataset
    given_label : np.ndarray of int, shape (n,), in [0, K)
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1], out of sample
    class_percentile, ood_percentile, threshold_mode, ood_mode
        As for `Session.analysis_at`.

    Returns
    -------
    vizzy.confident.Analysis
    """
    outlier_mask = None
    if ood_mode == "outliers":
        parts = ranking.parts(given_label, pred_probs, dataset.embeddings, dataset.made_of is None)
        outlier_mask = ranking.outlier_mask(parts, pred_probs)
    by_noise_rate = threshold_mode == NOISE_RATE
    mode = "mean" if by_noise_rate else threshold_mode
    analysis = confident.analyse(given_label, pred_probs, class_percentile, ood_percentile, mode, outlier_mask)
    return analysis_by_noise_rate(given_label, pred_probs, analysis) if by_noise_rate else analysis


def trained(dataset: Dataset, given_label: np.ndarray) -> training.TrainingResult:
    """Cross-validate the classifier that a dataset takes, in one go.

    Parameters
    ----------
    dataset, given_label
        As for `cross_validation_of`.

    Returns
    -------
    vizzy.training.TrainingResult
    """
    return result_of(cross_validation_of(dataset, given_label))


def cross_validation_of(
    dataset: Dataset, given_label: np.ndarray
) -> Generator[tuple[int, int], None, training.TrainingResult]:
    """Cross-validate the classifier that a dataset takes, in steps.

    Parameters
    ----------
    dataset : vizzy.dataset.Dataset
        With embeddings.
    given_label : np.ndarray of int, shape (n,), in [0, K)
        The labels to train on.

    Yields
    ------
    (int, int)
        Models trained, and how many there will be.

    Returns
    -------
    vizzy.training.TrainingResult
    """
    cross_validation: Callable = training.cross_validation
    solver = solver_of(len(dataset), dataset.made_of)
    if solver == LOGISTIC:
        from vizzy.linear import cross_validation  # comes with the modules for raw data
    elif solver == NYSTROEM:
        from vizzy.nystroem import cross_validation  # likewise

    result = yield from cross_validation(dataset.embeddings, given_label, len(dataset.classes), classes=dataset.classes)
    note = solver_note(len(dataset), dataset.made_of)
    return replace(result, notes=(note, *result.notes)) if note else result


def _worst(examples, score, most):
    """Of some examples those of the lowest scores, which are given for each of them."""
    return examples[confident.ranking(score, most)].tolist()


def finite_or_none(thresholds: np.ndarray) -> list[float | None]:
    """Thresholds as plain numbers: list of float, None for one that is not finite."""
    return [value if math.isfinite(value) else None for value in thresholds.tolist()]
