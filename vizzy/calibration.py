"""Probabilities of several classes from scores that are out of sample: Platt scaling of more than two classes.

`fit_softmax` turns scores into probabilities by one slope and an offset for each class. It cannot say more than the scores do.

`fit_stacking` takes several sets of scores, of classifiers that see different things, and learns how much each of them says, and which
class's score speaks for which class: a multinomial logistic regression on all scores (stacking). Fitted to labels some of which
are wrong, such a regression would also learn *how* they are wrong: where cats are often labelled dogs, the label of a cat
called dog would look right. Therefore examples whose label `fit_softmax` finds clearly wrong are left out while it is fitted.
What is left is cleaner than the labels are, so that the probabilities come out too sure; one slope and an offset for each class,
fitted to all examples, bring them back.

Platt: Probabilistic Outputs for Support Vector Machines. Advances in Large Margin Classifiers, 1999.
Wolpert: Stacked generalization. Neural Networks 5, 1992.
Böhning: Multinomial logistic regression algorithm. Annals of the Institute of Statistical Mathematics 44, 1992.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vizzy.blas import gram, large_product

NEWTON_STEPS = 50
NEWTON_HALVINGS = 20
GRADIENT_TOLERANCE = 1e-7
RIDGE = 1e-9
FIRST_SLOPE = 1.0  # where Newton's steps lead to the minimum; from a steep slope they go far beyond it

# A label is left out of stacking if it has less than this share of the probability of the most probable class.
CLEARLY_WRONG = 0.1
STACKING_RIDGE = 3.0
STACKING_STEPS = 40
MOST_STACKED = 10_000  # examples; more say hardly more about so few weights
LEAST_PROB = 1e-9


def fit_stacking(scores: np.ndarray, label: np.ndarray, n_classes: int, seed: int = 0) -> Callable[[np.ndarray], np.ndarray]:
    """What best turns several classifiers' scores into probabilities, but for labels that are clearly wrong.

    Parameters
    ----------
    scores : np.ndarray of float64, shape (n, G * K), finite
        Of G classifiers, each with a column for every class.
    label : np.ndarray of int, shape (n,), in [0, K)
    n_classes : int
        K.
    seed : int
        Of more than `MOST_STACKED` examples so many are drawn.

    Returns
    -------
    callable
        Of scores, shape (m, G * K), makes probabilities, shape (m, K). With fewer examples than weights it is `fit_softmax`'s.

    References
    ----------
    Wolpert: Stacked generalization. Neural Networks 5, 1992.
    """
    alone = fit_softmax(scores, label, n_classes)
    if scores.shape[1] * n_classes > len(scores):
        return alone
    kept = np.flatnonzero(~clearly_wrong(alone(scores), label))
    if len(kept) > MOST_STACKED:
        kept = np.random.default_rng([seed, 2]).choice(kept, MOST_STACKED, replace=False)
    weights = _stacking_weights(alone.logits(scores[kept]), scores[kept], targets(label[kept], n_classes))

    def log_probs(of_scores):
        logits = alone.logits(of_scores) + large_product(_with_ones(of_scores), weights)
        return np.log(np.maximum(softmax(logits), LEAST_PROB))

    last = fit_softmax(log_probs(scores), label, n_classes)
    return lambda of_scores: last(log_probs(of_scores))


def clearly_wrong(pred_probs: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Whose label is much less probable than another class; at most half of the examples of a label.

    Where most of what a class is given are wrong labels, they are what there is to learn it from.

    Parameters
    ----------
    pred_probs : np.ndarray of float, shape (n, K)
    label : np.ndarray of int, shape (n,), in [0, K)

    Returns
    -------
    np.ndarray of bool, shape (n,)

    Examples
    --------
    >>> import numpy as np
    >>> clearly_wrong(np.array([[0.95, 0.05], [0.6, 0.4], [0.2, 0.8]]), np.array([1, 1, 1])).tolist()
    [True, False, False]
    """
    share = pred_probs[np.arange(len(label)), label] / pred_probs.max(axis=1)
    least = np.full(pred_probs.shape[1], CLEARLY_WRONG)
    for number in np.unique(label):
        least[number] = min(CLEARLY_WRONG, np.median(share[label == number]))
    return share < least[label]


def _with_ones(scores):
    return np.hstack([scores, np.ones((len(scores), 1))])


def _stacking_weights(logits, scores, target):
    """What scores add to logits, penalized: np.ndarray, shape (G * K + 1, K).

    Böhning's bound, half of the scores' products, takes the place of the Hessian, so that it is inverted once. Examples are
    columns here, since sums over few classes are several times as fast so.
    """
    inputs, logits, target = (np.ascontiguousarray(part.T) for part in (_with_ones(scores), logits, target))
    penalty = np.full(len(inputs), STACKING_RIDGE)
    inverse = np.linalg.inv(gram(inputs.T) / 2 + np.diag(penalty))
    descent = AcceleratedDescent(np.zeros((len(logits), len(inputs))))
    for _ in range(STACKING_STEPS):
        odds = logits + large_product(descent.there, inputs)
        np.exp(odds - odds.max(axis=0), out=odds)
        error = target - odds / odds.sum(axis=0)
        descent.go((large_product(error, inputs.T) - penalty * descent.there) @ inverse)
    return descent.at.T


class AcceleratedDescent:
    """Nesterov's accelerated gradient descent, which forgets its momentum where that points uphill.

    Parameters
    ----------
    start : np.ndarray, shape (..., m, k)
        Where to begin; each matrix has a momentum of its own.

    Attributes
    ----------
    at, there : np.ndarray
        The best known, and where the next step is to be calculated.

    References
    ----------
    O'Donoghue, Candès: Adaptive restart for accelerated gradient schemes. Foundations of Computational Mathematics 15, 2015.
    """

    def __init__(self, start: np.ndarray) -> None:
        self.at = self.there = start
        self._age = np.ones(start.shape[:-2] + (1, 1))

    def go(self, step: np.ndarray) -> None:
        """Go on by a step from `there`.

        Parameters
        ----------
        step : np.ndarray
            Minus the gradient, times the inverse of a bound of the Hessian.
        """
        new = self.there + step
        moved = new - self.at
        uphill = (step * moved).sum(axis=(-2, -1), keepdims=True) < 0
        age = np.where(uphill, 1.0, self._age)
        self._age = (1 + np.sqrt(1 + 4 * age**2)) / 2
        self.at, self.there = new, new + (age - 1) / self._age * moved


@dataclass(frozen=True)
class Softmax:
    """One slope and an offset for each class: called with scores it makes probabilities, np.ndarray, shape (n, K)."""

    slope: float
    offsets: np.ndarray  # (K,)

    def logits(self, scores: np.ndarray) -> np.ndarray:
        """The mean of several classifiers' scores, scaled and moved.

        Parameters
        ----------
        scores : np.ndarray of float, shape (n, G * K)

        Returns
        -------
        np.ndarray of float, shape (n, K)
        """
        return self.slope * _mean(scores, len(self.offsets)) + self.offsets

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        return softmax(self.logits(scores))


def _mean(scores, n_classes):
    return scores.reshape(len(scores), -1, n_classes).mean(axis=1)


def fit_softmax(scores: np.ndarray, label: np.ndarray, n_classes: int) -> Softmax:
    """The slope and offsets whose softmax best turns scores into probabilities.

    Newton's method on the log loss, which is convex. As with Platt, what is aimed at stays a little away from 0 and 1, so
    that the slope is finite.

    Parameters
    ----------
    scores : np.ndarray of float64, shape (n, G * K), finite
        Of G classifiers, whose mean counts.
    label : np.ndarray of int, shape (n,), in [0, K)
    n_classes : int
        K.

    Returns
    -------
    Softmax

    References
    ----------
    Platt: Probabilistic Outputs for Support Vector Machines. Advances in Large Margin Classifiers, 1999.
    Guo, Pleiss, Sun, Weinberger: On calibration of modern neural networks. ICML 2017.
    """
    # Examples are columns here, since sums over few classes are several times as fast so.
    scores, target = (np.ascontiguousarray(part.T) for part in (_mean(scores, n_classes), targets(label, n_classes)))
    parameters = np.concatenate([[FIRST_SLOPE], np.zeros(n_classes)])
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
    return Softmax(float(parameters[0]), parameters[1:])


def targets(label: np.ndarray, n_classes: int) -> np.ndarray:
    """What probabilities aim at: Platt's (n + 1) / (n + 2) for a class of n examples, and as much for each other class.

    Parameters
    ----------
    label : np.ndarray of int, shape (n,), in [0, K)
    n_classes : int
        K.

    Returns
    -------
    np.ndarray of float, shape (n, K)
        Rows sum to 1.
    """
    rest = 1 / (np.bincount(label, minlength=n_classes) + 2)[label]
    target = np.repeat(rest[:, None] / max(1, n_classes - 1), n_classes, axis=1)
    target[np.arange(len(label)), label] = 1 - rest
    return target


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities in proportion to the exponentials of each row.

    Parameters
    ----------
    logits : np.ndarray of float, shape (n, K)

    Returns
    -------
    np.ndarray of float, shape (n, K)
        Rows sum to 1.
    """
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def _loss(parameters, scores, target):
    """The mean log loss, and the probabilities, shape (K, n)."""
    logits = parameters[0] * scores + parameters[1:, None]
    logits -= logits.max(axis=0)
    odds = np.exp(logits)
    total = odds.sum(axis=0)
    loss = np.log(total).sum() - (target * logits).sum()  # each example's targets sum to 1
    return loss / len(total), odds / total


def _derivatives(probs, scores, target):
    """Of the mean log loss by slope and offsets: np.ndarrays, shape (K + 1,) and (K + 1, K + 1)."""
    n_classes, n = probs.shape
    error = probs - target
    gradient = np.concatenate([[(error * scores).sum()], error.sum(axis=1)]) / n
    weighted = probs * (scores - (probs * scores).sum(axis=0))
    hessian = np.empty((n_classes + 1, n_classes + 1))
    hessian[0, 0] = (weighted * scores).sum()
    hessian[0, 1:] = hessian[1:, 0] = weighted.sum(axis=1)
    hessian[1:, 1:] = np.diag(probs.sum(axis=1)) - gram(probs.T)
    # Adding the same to all offsets changes nothing; equal scores say nothing of the slope.
    return gradient, hessian / n + RIDGE * np.eye(n_classes + 1)
