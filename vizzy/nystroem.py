"""Out-of-sample probabilities of many examples: support vector machines on landmarks, on Vizzy's folds.

A support vector machine's time grows with the square of the number of examples. So beyond `vizzy.vocabulary.MOST_FOR_SVM`
of them kernels are evaluated only against some examples, the *landmarks*, drawn at random whatever their labels are (Nyström's
method). With kernel values z of an example, an intercept among them, and the landmarks' own kernel matrix R, the weights w
of a class minimize

    sum of max(0, 1 - t (z w))² / 2 + RIDGE w'R w / 2,

where t is 1 for examples of the class and -1 for others: a machine for each class against all others, with the
squared hinge loss. An upper bound of its Hessian, Z'Z + RIDGE R, is the same for all classes and folds. It is inverted once, and from the
regularized least-squares fit some accelerated steps lead to the minimum. Time and memory grow in proportion to the number of examples.

A wide kernel finds its way with fewer landmarks, a narrow one sees more. So both are trained, and `vizzy.calibration.fit_stacking`
turns the scores of both into probabilities. It is fitted to scores of the other folds, each by models that had not seen
*it*. These models had seen the fold that is predicted: an example's own label has a part in its prediction, but only by way of some
hundred numbers that are fitted to thousands of examples.

Then examples whose label is clearly wrong by these probabilities are left out, some more steps lead to the minimum without
them, and probabilities are made anew. `bench/run solvers` measures what is found; docs/performance.md has its table.

Williams, Seeger: Using the Nyström method to speed up kernel machines. NIPS 2000.
Chapelle: Training a support vector machine in the primal. Neural Computation 19, 2007.
Rudi, Carratino, Rosasco: FALKON: an optimal large scale kernel method. NIPS 2017.
Northcutt, Jiang, Chuang: Confident learning: estimating uncertainty in dataset labels. JAIR 70, 2021.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np

from vizzy import training
from vizzy.blas import gram, large_product
from vizzy.calibration import AcceleratedDescent, clearly_wrong, fit_softmax, fit_stacking
from vizzy.estimate import n_landmarks

# The widths of the kernels, as `vizzy.training.RBF_GAMMA_SCALE` is one, and at which share of the landmarks each is evaluated.
KERNELS = ((2.0, 1.0), (0.7, 0.5))
RIDGE = 0.5
STEPS, STEPS_WITHOUT_WRONG = 2, 2  # from the least-squares fit on
BOUND_ROWS = 3  # examples for each landmark, from which the Hessian's bound is estimated
# Of the landmarks' own kernel matrix, whose smallest eigenvalues are 0 but for the rounding of float32.
JITTER = 1e-5
BLOCK = 1024  # examples whose kernel values are calculated at once
MOST_HELD = 2**28  # bytes of kernel values; others are calculated again in each step


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
        return _out_of_sample_probs(features, label, fold, seed)

    return (yield from training.cross_validation(embeddings, given_label, n_classes, n_folds, seed, classes, predicted))


def _out_of_sample_probs(features, label, fold, seed):
    """Probabilities for every example: np.ndarray, shape (n, K), returned at the end of the steps.

    Labels are 0 .. K-1, or -1 for examples that are predicted but not taught.
    """
    order = np.random.default_rng([seed, 1]).permutation(len(features))
    machines = [_Machines(features, label, fold, order, scale, share) for scale, share in KERNELS]
    rounds = (1 + STEPS, STEPS_WITHOUT_WRONG)
    total = sum(machine.n_steps(rounds) for machine in machines) + len(rounds) * (int(fold.max()) + 1)
    return (yield from _counted(_trained_twice(machines, label, fold, rounds, seed), total))


def _counted(steps, total):
    """Steps that say how many of how many are done."""
    done = 0
    yield done, total
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
        done += 1
        yield done, total


def _trained_twice(machines, label, fold, rounds, seed):
    """The probabilities, after a second training without the examples whose label the first one finds clearly wrong."""
    n_steps, n_more = rounds
    scores = yield from _scores(machines, label >= 0, n_steps)
    pred_probs = yield from _calibrated(scores, label, fold, fit_softmax)
    taught_mask = label >= 0
    taught_mask[taught_mask] = ~clearly_wrong(pred_probs[taught_mask], label[taught_mask])
    scores = yield from _scores(machines, taught_mask, n_more)
    return (yield from _calibrated(scores, label, fold, lambda *given: fit_stacking(*given, seed)))


def _scores(machines, taught_mask, n_steps):
    """All machines' scores after so many steps more: np.ndarray, shape (n, number of machines * K)."""
    scores = []
    for machine in machines:
        yield from machine.train(taught_mask, n_steps)
        scores.append((yield from machine.scores()))
    return np.hstack(scores).astype(np.float64)


def _calibrated(scores, label, fold, fit):
    """Probabilities of each fold, by what is fitted to the scores of the others: np.ndarray, shape (n, K)."""
    n_classes = label.max() + 1
    pred_probs = np.empty((len(label), n_classes))
    for number in range(fold.max() + 1):
        others, held_out = (label >= 0) & (fold != number), fold == number
        pred_probs[held_out] = fit(scores[others], label[others], n_classes)(scores[held_out])
        yield
    return pred_probs


class _Machines:
    """For every fold the machines that are trained on the others, all on the same landmarks: weights by fold, value, class."""

    def __init__(self, features, label, fold, order, scale, share):
        self._kernel = _Kernel(features, order[: n_landmarks(len(features), share)], scale)
        self._label, self._n_classes = label, label.max() + 1
        self._folds = [_in_blocks(np.flatnonzero(fold == number)) for number in range(fold.max() + 1)]
        # The bound of the Hessian is estimated from some examples, whatever their labels are.
        self._bound_blocks = _in_blocks(order[: BOUND_ROWS * self._kernel.n_landmarks])
        self._inverse = None
        self._weights = np.zeros((len(self._folds), self._kernel.size, self._n_classes))

    def n_steps(self, rounds):
        """How many steps rounds of so many steps each yield, with their scores."""
        return len(self._bound_blocks) + sum(map(len, self._folds)) * (sum(rounds) + len(rounds))

    def train(self, taught_mask, n_steps):
        """Go on from the weights, by as many steps, towards the minimum for some taught examples."""
        if self._inverse is None:
            self._inverse = yield from self._inverse_bound()
        descent = AcceleratedDescent(self._weights)
        for _ in range(n_steps):
            moments = yield from self._moments(descent.there, taught_mask)
            downhill = _side_by_side(moments) - RIDGE * self._kernel.penalized(_side_by_side(descent.there))
            descent.go(_one_by_one(self._inverse(downhill), self._n_classes))
        self._weights = descent.at

    def scores(self):
        """The scores of every example by the machines that have not seen it: np.ndarray, shape (n, K)."""
        scores = np.empty((len(self._label), self._n_classes), dtype=np.float32)
        for weights, blocks in zip(self._weights, self._folds, strict=True):
            for rows in blocks:
                scores[rows] = large_product(self._kernel.values(rows), weights.astype(np.float32))
                yield
        return scores

    def _inverse_bound(self):
        """A function that multiplies by the inverse of the Hessian's bound."""
        from scipy.linalg import cho_factor, cho_solve  # comes late

        bound = np.zeros((self._kernel.size, self._kernel.size))
        for rows in self._bound_blocks:
            bound += gram(self._kernel.calculated(rows).astype(np.float64))
            yield
        bound *= len(self._label) / sum(map(len, self._bound_blocks))
        factor = cho_factor(bound + RIDGE * self._kernel.penalty, overwrite_a=True, check_finite=False)
        return lambda right: cho_solve(factor, right, check_finite=False)

    def _moments(self, weights, taught_mask):
        """Minus the gradient of the loss: the values of examples, by how far they are short of the margin."""
        moments = np.zeros_like(weights)
        for number, blocks in enumerate(self._folds):
            others = np.arange(len(self._folds)) != number
            # At first all machines say the same: nothing.
            known = _side_by_side(weights[others] if weights.any() else weights[:1]).astype(np.float32)
            found = np.zeros(known.shape)
            for rows in blocks:
                values, sign = self._kernel.values(rows), self._signs(rows, taught_mask, known.shape[1])
                found += large_product(values.T, np.maximum(1 - sign * large_product(values, known), 0) * sign)
                yield
            moments[others] += _one_by_one(found, self._n_classes)
        return moments

    def _signs(self, rows, taught_mask, n_columns):
        """1 for the class of an example, -1 for the others, 0 for an example that is not taught."""
        sign = np.where(self._label[rows, None] == np.arange(self._n_classes), np.float32(1), np.float32(-1))
        return np.tile(sign * taught_mask[rows, None], n_columns // self._n_classes)


def _side_by_side(by_fold):
    return np.moveaxis(by_fold, 0, 1).reshape(by_fold.shape[1], -1)


def _one_by_one(side_by_side, n_classes):
    return np.moveaxis(side_by_side.reshape(len(side_by_side), -1, n_classes), 1, 0)


def _in_blocks(idx):
    return [idx[start : start + BLOCK] for start in range(0, len(idx), BLOCK)]


class _Kernel:
    """The kernel of some examples at the landmarks; a last column of 1 is for the intercept."""

    def __init__(self, features, landmark_idx, scale):
        gamma, landmarks = scale / features.shape[1], features[landmark_idx]
        self.n_landmarks, self.size = len(landmarks), len(landmarks) + 1
        # exp(-gamma |x - l|²) = exp(2 gamma x·l - gamma |x|² - gamma |l|²), whose exponent is one product.
        ones = np.ones((len(landmarks), 1))
        self._features = np.hstack([features, _squares(features), np.ones((len(features), 1))]).astype(np.float32)
        self._landmarks = np.hstack([2 * gamma * landmarks, -gamma * ones, -gamma * _squares(landmarks)]).astype(np.float32).T
        self._held, self._room = {}, MOST_HELD // len(KERNELS)
        self.penalty = np.eye(self.size) * JITTER
        between = self.calculated(landmark_idx)[:, :-1].astype(np.float64)
        self.penalty[:-1, :-1] += (between + between.T) / 2

    def values(self, rows):
        """Of a block's examples: np.ndarray of float32, shape (len(rows), size). Held as long as there is room."""
        if int(rows[0]) in self._held:
            return self._held[int(rows[0])]
        values = self.calculated(rows)
        if values.nbytes <= self._room:
            self._room -= values.nbytes
            self._held[int(rows[0])] = values
        return values

    def calculated(self, rows):
        """The same, held by nobody."""
        values = np.ones((len(rows), self.size), dtype=np.float32)
        exponent = np.minimum(large_product(self._features[rows], self._landmarks), 0)
        np.exp(exponent, out=values[:, :-1])
        return values

    def penalized(self, weights):
        """The penalty's matrix times weights."""
        return large_product(self.penalty, weights)


def _squares(rows):
    return (rows**2).sum(axis=1, keepdims=True)
