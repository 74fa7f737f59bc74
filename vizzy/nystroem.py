"""Out-of-sample probabilities of many examples: kernel ridge regression on landmarks, on Vizzy's folds.

A support vector machine's time grows with the square of the number of examples, so beyond `vizzy.vocabulary.MOST_FOR_SVM`
of them the same kernel is evaluated only against some examples, the *landmarks*, drawn at random whatever their labels are
(Nyström's method). Scores of the classes are least-squares fits of their indicators to those kernel values: for landmarks L
with kernel matrix R, kernel values Z of the taught examples and indicators Y, the weights solve

    (Z'Z + RIDGE * R) weights = Z'Y.

Z'Z and Z'Y are sums over folds. So they are taken once for each fold, and a model without some folds costs no more than
solving the equations: time and memory grow in proportion to the number of examples.

Ten times the root of the number of examples are as many landmarks as theory asks for, up to a logarithm (Rudi et al.).
Measured by `bench/run solvers` on 4,000 examples, two draws: of the wrong labels, as many stand among the first tenth within
0.006 where any other class is given (0.952, 0.982 and 1.0 in three sets; the support vector machine 0.952, 0.988 and 1.0), and
0.022 fewer to 0.002 fewer among as many as there are; where the next class is given, 0.003 fewer to 0.054 more. The 0.022 (of
turned digits, about 4 of 200 labels) are what least squares costs, and not a setting: a ridge of 0.1, 1, 2 or 4, a kernel 0.6 or
1.5 times as narrow, or a slope of its own for each class gives as many or fewer, and 1,500 landmarks 0.002 more for twice the time.

Scores become probabilities as in `vizzy.training`: by models that were fitted without *each pair* of folds, whose scores in
either fold calibrate the model that predicts the other. Calibration is a softmax of the scores times a number, plus an
offset for each class, all fitted by Newton's method.

Williams, Seeger: Using the Nyström method to speed up kernel machines. NIPS 2000.
Rudi, Camoriano, Rosasco: Less is more: Nyström computational regularization. NIPS 2015.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import combinations

import numpy as np

from vizzy import training
from vizzy.blas import gram, product
from vizzy.estimate import n_landmarks

RIDGE = 0.5
# Of the landmarks' own kernel matrix, whose smallest eigenvalues are 0 but for rounding.
JITTER = 1e-6
BLOCK = 1024  # examples whose kernel values are held at once

NEWTON_STEPS = 50
NEWTON_HALVINGS = 20
GRADIENT_TOLERANCE = 1e-7
FIRST_SLOPE = 5.0  # of scores that are near 0 and 1


def cross_validation(
    embeddings: np.ndarray,
    given_label: np.ndarray,
    n_classes: int,
    n_folds: int = training.DEFAULT_FOLDS,
    seed: int = 0,
    classes: Sequence[str] | None = None,
) -> Generator[tuple[int, int], None, training.TrainingResult]:
    """What `vizzy.training.cross_validation` does, in time proportional to the number of examples.

    Parameters
    ----------
    embeddings, given_label, n_classes, n_folds, seed, classes
        As for `vizzy.training.cross_validation`.

    Yields
    ------
    (int, int)
        Steps done, and how many there will be: before the first one and after each.

    Returns
    -------
    vizzy.training.TrainingResult

    Raises
    ------
    ValueError
        Where there are fewer than 3 folds.

    References
    ----------
    Williams, Seeger: Using the Nyström method to speed up kernel machines. NIPS 2000.
    """

    def predicted(features, label, fold):
        return _calibrated_probs(_Kernel(features, seed), label, fold)

    return (yield from training.cross_validation(embeddings, given_label, n_classes, n_folds, seed, classes, predicted))


class _Kernel:
    """The kernel of some examples at the landmarks; a last column of 1 is for the intercept."""

    def __init__(self, features, seed):
        # Landmarks are drawn whatever their labels and folds are.
        drawn = np.random.default_rng([seed, 1]).choice(len(features), n_landmarks(len(features)), replace=False)
        landmarks = features[np.sort(drawn)]
        gamma = training.RBF_GAMMA_SCALE / features.shape[1]
        self.size = len(landmarks) + 1
        # exp(-gamma |x - l|²) = exp(2 gamma x·l - gamma |x|² - gamma |l|²), whose exponent is one product.
        squares, ones = _squares(features), np.ones((len(features), 1))
        self._features = np.hstack([features, squares, ones])
        self._landmarks = np.hstack([2 * gamma * landmarks, np.full((len(landmarks), 1), -gamma), -gamma * _squares(landmarks)]).T
        self.penalty = np.eye(self.size) * JITTER
        self.penalty[:-1, :-1] += self.values(np.sort(drawn))[:, :-1]

    def values(self, idx):
        """Of some examples: np.ndarray, shape (len(idx), size)."""
        values = np.ones((len(idx), self.size))
        exponent = np.minimum(product(self._features[idx], self._landmarks), 0)
        np.exp(exponent, out=values[:, :-1])
        return values


def _squares(rows):
    return (rows**2).sum(axis=1, keepdims=True)


def _calibrated_probs(kernel, label, fold):
    """Probabilities for every example: np.ndarray, shape (n, K), returned at the end of the steps.

    Labels are 0 .. K-1, or -1 for examples that are predicted but not taught.
    """
    n_folds, n_classes = fold.max() + 1, label.max() + 1
    left_out = [*combinations(range(n_folds), 2), *((number,) for number in range(n_folds))]
    blocks = [rows for number in range(n_folds) for rows in _in_blocks(np.flatnonzero(fold == number))]
    progress = _Progress(2 * len(blocks) + len(left_out))
    yield progress.at(0)
    sums = yield from _sums_by_fold(kernel, label, fold, blocks, progress)
    weights = yield from _weights(kernel.penalty, sums, left_out, progress)
    scores = np.empty((n_folds, len(fold), n_classes), dtype=np.float32)
    for rows in blocks:
        held_out = fold[rows[0]]
        concerned = [models for models in left_out if held_out in models]
        found = product(kernel.values(rows), np.hstack([weights[models] for models in concerned]))
        for models, values in zip(concerned, np.split(found, len(concerned), axis=1), strict=True):
            # A pair's scores in one fold calibrate the model that predicts the other.
            scores[sum(models) - held_out if len(models) == 2 else held_out, rows] = values
        yield progress.next()
    pred_probs = np.empty((len(fold), n_classes))
    for number in range(n_folds):
        taught, held_out = (label >= 0) & (fold != number), fold == number
        slope, offsets = fit_softmax(scores[number, taught].astype(np.float64), label[taught])
        pred_probs[held_out] = _softmax(slope * scores[number, held_out].astype(np.float64) + offsets)
    return pred_probs


def _in_blocks(idx):
    return [idx[start : start + BLOCK] for start in range(0, len(idx), BLOCK)]


class _Progress:
    """Steps done, of how many."""

    def __init__(self, total):
        self._done, self._total = 0, total

    def at(self, done):
        self._done = done
        return self._done, self._total

    def next(self):
        return self.at(self._done + 1)


def _sums_by_fold(kernel, label, fold, blocks, progress):
    """Z'Z beside Z'Y of each fold's taught examples: np.ndarray, shape (n_folds, size, size + K)."""
    n_classes = label.max() + 1
    sums = np.zeros((fold.max() + 1, kernel.size, kernel.size + n_classes))
    for rows in blocks:
        taught = rows[label[rows] >= 0]
        values, of_fold = kernel.values(taught), sums[fold[rows[0]]]
        of_fold[:, : kernel.size] += gram(values)
        of_fold[:, kernel.size :] += product(values.T, np.eye(n_classes)[label[taught]])
        yield progress.next()
    return sums


def _weights(penalty, sums, left_out, progress):
    """The weights of each model: dict from the folds it was fitted without to np.ndarray, shape (size, K)."""
    from scipy.linalg import cho_factor, cho_solve  # comes late

    total, size, weights = sums.sum(axis=0), len(penalty), {}
    for models in left_out:
        taught = total - sums[list(models)].sum(axis=0)
        factor = cho_factor(taught[:, :size] + RIDGE * penalty, overwrite_a=True, check_finite=False)
        weights[models] = cho_solve(factor, taught[:, size:], check_finite=False)
        yield progress.next()
    return weights


def fit_softmax(scores: np.ndarray, label: np.ndarray) -> tuple[float, np.ndarray]:
    """The slope and offsets whose softmax best turns scores into probabilities: Platt scaling of several classes.

    Newton's method on the log loss, which is convex. As with Platt, what is aimed at stays a little away from 0 and 1, so
    that the slope is finite.

    Parameters
    ----------
    scores : np.ndarray of float64, shape (n, K), finite
    label : np.ndarray of int, shape (n,), in [0, K)

    Returns
    -------
    slope : float
    offsets : np.ndarray of float, shape (K,)
        The probabilities are ``softmax(slope * scores + offsets)``.

    References
    ----------
    Platt: Probabilistic Outputs for Support Vector Machines. Advances in Large Margin Classifiers, 1999.
    Guo, Pleiss, Sun, Weinberger: On calibration of modern neural networks. ICML 2017.
    """
    target = _targets(label, scores.shape[1])
    parameters = np.concatenate([[FIRST_SLOPE], np.zeros(scores.shape[1])])
    loss, probs = _loss(parameters, scores, target)
    for _ in range(NEWTON_STEPS):
        gradient, hessian = _derivatives(probs, scores, target)
        if np.abs(gradient).max() < GRADIENT_TOLERANCE:
            break
        step = np.linalg.solve(hessian, gradient)
        for halvings in range(NEWTON_HALVINGS):
            there = parameters - 0.5**halvings * step
            new_loss, new_probs = _loss(there, scores, target)
            if new_loss <= loss:
                break
        else:
            break
        parameters, loss, probs = there, new_loss, new_probs
    return float(parameters[0]), parameters[1:]


def _targets(label, n_classes):
    """What probabilities aim at: Platt's (n + 1) / (n + 2) for a class of n examples, and as much for each other class."""
    rest = 1 / (np.bincount(label, minlength=n_classes) + 2)[label]
    target = np.repeat(rest[:, None] / max(1, n_classes - 1), n_classes, axis=1)
    target[np.arange(len(label)), label] = 1 - rest
    return target


def _loss(parameters, scores, target):
    """The mean log loss, and the probabilities."""
    logits = parameters[0] * scores + parameters[1:]
    probs = _softmax(logits)
    floor = np.finfo(np.float64).tiny
    return -(target * np.log(np.maximum(probs, floor))).sum() / len(scores), probs


def _softmax(logits):
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def _derivatives(probs, scores, target):
    """Of the mean log loss by slope and offsets: np.ndarrays, shape (K + 1,) and (K + 1, K + 1)."""
    n, n_classes = probs.shape
    error = probs - target
    gradient = np.concatenate([[(error * scores).sum()], error.sum(axis=0)]) / n
    weighted = probs * (scores - (probs * scores).sum(axis=1, keepdims=True))
    hessian = np.empty((n_classes + 1, n_classes + 1))
    hessian[0, 0] = (weighted * scores).sum()
    hessian[0, 1:] = hessian[1:, 0] = weighted.sum(axis=0)
    hessian[1:, 1:] = np.diag(probs.sum(axis=0)) - gram(probs)
    # Adding the same to all offsets changes nothing; equal scores say nothing of the slope.
    return gradient, hessian / n + training.RIDGE * np.eye(n_classes + 1)
