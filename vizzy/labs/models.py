"""Other classifiers on the same folds and labels.

``svm`` is the page's own support vector machine with calibrated probabilities (`vizzy.training`), ``logistic`` a
logistic regression, ``neighbours`` votes among the nearest neighbours, which are weighed by closeness. Each predicts
every example out of sample. A class that is missing from a training part gets probability 0 there.

How far probabilities can be believed shows the *calibration curve*: of the predictions made with about 0.8, do
eight in ten agree with the label? Here the probability is that of the most probable class. The *calibration error*
is the mean gap, weighed by how many predictions it concerns.

What these classifiers need of scikit-learn is not to be loaded by a page that never tries them.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from vizzy import confident, training
from vizzy.dataset import DatasetError
from vizzy.labs.score import tally
from vizzy.linear import MOST_ITERATIONS, on_folds
from vizzy.labs import experiment
from vizzy.session import analysis_of
from vizzy.sentences import sentence

if TYPE_CHECKING:
    from vizzy.session import Session

MODELS = ("svm", "logistic", "neighbours")
BINS = 10
NEIGHBOURS = 15


@experiment
def try_model(
    session: Session, settings: Sequence, model: str, n_folds: int = training.DEFAULT_FOLDS, seed: int = 0
) -> Generator[tuple[int, int], None, dict]:
    """Cross-validate a model on the labels that the page's was trained on, and see what it finds.

    Parameters
    ----------
    session : vizzy.session.Session, trained
    settings : (class percentile, out-of-distribution percentile, threshold mode)
    model : one of ``MODELS``
    n_folds : int, at least 3
    seed : int

    Yields
    ------
    (int, int)
        Models trained, and how many there will be.

    Returns
    -------
    dict
        ``accuracy``, the share that agrees with the given labels; ``true_accuracy``, the same for the true ones of
        the examples that have one, or None; ``calibration``, see `calibration_curve`; ``label_issues`` and
        ``out_of_distribution``, counts; ``tally`` of both together where the truth is known, else None;
        ``shared``, how many label issues are also issues of the predictions on the page.

    Raises
    ------
    vizzy.dataset.DatasetError
        Where there are no embeddings to train on.
    """
    if session.dataset.embeddings is None:
        raise DatasetError(sentence("These probabilities came with the data: without embeddings there is nothing to train on."))
    given_label = session.predictions.given_label
    pred_probs = yield from cross_validated(
        model, session.dataset.embeddings, given_label, len(session.dataset.classes), n_folds, seed
    )
    analysis = analysis_of(session.dataset, given_label, pred_probs, *settings)
    problem_mask, true_label = session.problem_mask, session.dataset.true_label
    flagged_mask = analysis.label_issue_mask | analysis.out_of_distribution_mask
    return {
        "accuracy": float((pred_probs.argmax(axis=1) == given_label).mean()),
        "true_accuracy": None if true_label is None else _accuracy(pred_probs, true_label),
        "calibration": calibration_curve(pred_probs, given_label),
        "label_issues": int(analysis.label_issue_mask.sum()),
        "out_of_distribution": int(analysis.out_of_distribution_mask.sum()),
        "tally": None if problem_mask is None else tally(flagged_mask, problem_mask),
        "shared": int((analysis.label_issue_mask & session.analysis_at(*settings).label_issue_mask).sum()),
    }


def cross_validated(
    model: str, embeddings: np.ndarray, given_label: np.ndarray, n_classes: int, n_folds: int, seed: int
) -> Generator[tuple[int, int], None, np.ndarray]:
    """Out-of-sample probabilities of a model, in steps.

    Parameters
    ----------
    model : one of ``MODELS``
    embeddings, given_label, n_classes, n_folds, seed
        As for `vizzy.training.cross_validation`.

    Yields
    ------
    (int, int)
        Models trained, and how many there will be.

    Returns
    -------
    np.ndarray of float, shape (n, K), in [0, 1]
    """
    if model == "svm":
        result = yield from training.cross_validation(embeddings, given_label, n_classes, n_folds, seed)
        return result.pred_probs
    pred_probs, _ = yield from on_folds(
        lambda n_taught: _classifier(model, n_taught), embeddings, given_label, n_classes, n_folds, seed
    )
    return pred_probs


def calibration_curve(pred_probs: np.ndarray, given_label: np.ndarray) -> dict:
    """How sure a model is, and how often it is right.

    Parameters
    ----------
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1], out of sample
    given_label : np.ndarray of int, shape (n,), in [0, K)

    Returns
    -------
    dict
        ``confidence``, ``accuracy`` and ``count`` of each of ``BINS`` equal parts of [0, 1], None and None where a
        part is empty; ``error``, the calibration error.
    """
    confidence, right = pred_probs.max(axis=1), pred_probs.argmax(axis=1) == given_label
    part = np.minimum((confidence * BINS).astype(int), BINS - 1)
    count = np.bincount(part, minlength=BINS)
    mean_confidence = np.bincount(part, confidence, BINS) / np.maximum(count, 1)
    accuracy = np.bincount(part, right, BINS) / np.maximum(count, 1)
    return {
        "confidence": [value if many else None for value, many in zip(mean_confidence.tolist(), count, strict=True)],
        "accuracy": [value if many else None for value, many in zip(accuracy.tolist(), count, strict=True)],
        "count": count.tolist(),
        "error": float((count * np.abs(mean_confidence - accuracy)).sum() / len(confidence)),
    }


def _classifier(model, n_taught):
    if model == "logistic":
        return LogisticRegression(max_iter=MOST_ITERATIONS)
    if model == "neighbours":
        return KNeighborsClassifier(n_neighbors=min(NEIGHBOURS, n_taught), weights="distance")
    raise ValueError(f"model is {model!r}, but must be one of {MODELS}")


def _accuracy(pred_probs, true_label):
    known = true_label != confident.NO_LABEL
    return float((pred_probs.argmax(axis=1) == true_label)[known].mean()) if known.any() else None
