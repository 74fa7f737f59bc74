"""Out-of-sample predicted probabilities: each example predicted by a classifier that has not seen it.

Confident learning asks how sure a model is of a label it was *not* taught. So the examples are dealt into
folds, shuffled, seeded and stratified, and each fold is predicted by a support vector machine (with radial
basis functions) that was trained on the others.

A support vector machine of K classes holds a contest between every two of them, whose outcome is a signed
distance and not a probability. Platt scaling turns it into one with a sigmoid per contest, and needs distances
that are themselves out of sample. Instead of cross-validating anew within each training part, as scikit-learn's
CalibratedClassifierCV does, one model is trained without *each pair* of folds: its distances in either fold
calibrate the model that predicts the other. Five folds then take 15 models instead of 30, and no model ever
has a part in predicting what it was trained on. From the contests' probabilities follow those of the classes:
the odds against a class are the sum of its odds against each of the others.

No class is too small to be handed in. One with fewer than ``FEWEST_TO_LEARN`` examples would be missing where
its two folds are left out; it is not taught, and gets probability 0. `TrainingResult.notes` says so in words.

The embedding's scale and offset do not matter: it is centred and scaled as a whole, and not column by column,
because in an embedding the columns that vary more say more.

Of scikit-learn this needs the support vector machine alone, which a page loads at its start. What else is used of it
is imported by modules that come later: `vizzy.linear`, `vizzy.features.texts` and `vizzy.labs.models`.

Platt: Probabilistic Outputs for Support Vector Machines. Advances in Large Margin Classifiers, 1999.
Price, Knerr, Personnaz, Dreyfus: Pairwise Neural Network Classifiers with Probabilistic Outputs. NIPS 1994.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from sklearn.svm import SVC

from vizzy.sentences import Sentence, counted, sentence
from vizzy.steps import result_of

DEFAULT_FOLDS = 5
# Two folds are left out at a time, and a third must be there to learn from.
FEWEST_FOLDS = 3
FEWEST_TO_LEARN = 3
NOTHING_LEARNED = sentence(
    "Fewer than two classes have the {fewest} examples it takes to learn one, so nothing was learned: "
    "every prediction only says how common each label is.",
    fewest=FEWEST_TO_LEARN,
)
# What a training example on the wrong side of a margin costs the classifier.
SVM_C = 1.0
# Gamma is this over the number of dimensions, the features having variance 1; scikit-learn's "scale" would be 1.
# Between 1 and 2 little changes; measured on the shipped embeddings under 20 other draws of wrong labels.
RBF_GAMMA_SCALE = 1.5

NEWTON_STEPS = 100
NEWTON_HALVINGS = 30
GRADIENT_TOLERANCE = 1e-8
RIDGE = 1e-9
FEWEST_TO_COMPARE = 50  # examples; of fewer, chance alone decides how often predictions agree
# Distances that differ by less than this, relative to their size, differ by rounding.
EQUAL_DISTANCES = 1e-9
# Beyond this, a contest is as good as decided, and exponentials would overflow.
MAX_LOGIT = 100.0


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """What `cross_validated_pred_probs` returns."""

    pred_probs: np.ndarray  # (n, K) float64, out of sample; rows sum to one
    fold: np.ndarray  # (n,) int: the fold in which each example was predicted
    accuracy: float  # the share of examples whose most probable class is their given label
    notes: tuple[Sentence, ...]  # what a person should know about classes that are too small


def cross_validated_pred_probs(
    embeddings: np.ndarray,
    given_label: np.ndarray,
    n_classes: int,
    n_folds: int = DEFAULT_FOLDS,
    seed: int = 0,
    on_fold: Callable[[int, int], object] | None = None,
    classes: Sequence[str] | None = None,
) -> TrainingResult:
    """Predict every example with a classifier that was trained on the folds it is not in.

    Parameters
    ----------
    embeddings, given_label, n_classes, n_folds, seed, classes
        As for `cross_validation`.
    on_fold : callable, optional
        Called as ``on_fold(done, total)``, in models trained, before the first one and after each.

    Returns
    -------
    TrainingResult

    Raises
    ------
    ValueError
        Where there are fewer than 3 folds.

    Examples
    --------
    >>> import numpy as np
    >>> embeddings = np.repeat([[0.0, 0.0], [5.0, 5.0]], 10, axis=0) + np.random.default_rng(0).normal(size=(20, 2))
    >>> result = cross_validated_pred_probs(embeddings, np.repeat([0, 1], 10), n_classes=2)
    >>> result.pred_probs.shape, result.accuracy
    ((20, 2), 1.0)
    """
    return result_of(cross_validation(embeddings, given_label, n_classes, n_folds, seed, classes), on_fold)


def cross_validation(
    embeddings: np.ndarray,
    given_label: np.ndarray,
    n_classes: int,
    n_folds: int = DEFAULT_FOLDS,
    seed: int = 0,
    classes: Sequence[str] | None = None,
    predict: Callable | None = None,
) -> Generator[tuple[int, int], None, TrainingResult]:
    """What `cross_validated_pred_probs` does, in steps, so that a caller can show progress, answer others, or stop.

    Parameters
    ----------
    embeddings : np.ndarray of float, shape (n, d), finite
    given_label : np.ndarray of int, shape (n,), in [0, n_classes)
    n_classes : int
    n_folds : int, at least 3
        With fewer examples than folds, there are as many folds as examples.
    seed : int
        The same input and seed give the same result.
    classes : sequence of str, optional
        The names of the classes, for the notes.
    predict : callable, optional
        Another classifier than the support vector machine: of features, labels from 0 up (-1 for what is not to be taught)
        and folds, makes steps that yield as these do and return np.ndarray, shape (n, number of labels).

    Yields
    ------
    (int, int)
        Models trained, and how many there will be: before the first one and after each.

    Returns
    -------
    TrainingResult

    Raises
    ------
    ValueError
        Where there are fewer than 3 folds.
    """
    if n_folds < FEWEST_FOLDS:
        raise ValueError(f"n_folds is {n_folds}, but at least {FEWEST_FOLDS} folds are needed")
    given_label = np.asarray(given_label, dtype=np.intp)
    fold = stratified_folds(given_label, n_folds, seed)
    learned = np.flatnonzero(np.bincount(given_label, minlength=n_classes) >= FEWEST_TO_LEARN)
    if len(learned) < 2:
        pred_probs = _shares_in_other_folds(given_label, fold, n_classes)
    else:
        pred_probs = np.zeros((len(fold), n_classes))
        taught_label = np.full(n_classes, -1)
        taught_label[learned] = np.arange(len(learned))
        features = centred_and_scaled(embeddings)
        pred_probs[:, learned] = yield from (predict or _calibrated_probs)(features, taught_label[given_label], fold)
    return TrainingResult(
        pred_probs=pred_probs,
        fold=fold,
        accuracy=float((pred_probs.argmax(axis=1) == given_label).mean()),
        notes=notes_on_classes(given_label, n_classes, n_folds, classes),
    )


def stratified_folds(given_label: np.ndarray, n_folds: int, seed: int) -> np.ndarray:
    """Deal the examples into folds of equal size, each with its share of every class.

    The examples of a class are shuffled and dealt in turn, each class going on where the last one stopped, so
    that as many examples of a class as there are folds stand in different ones.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,)
    n_folds : int, at least 1
    seed : int

    Returns
    -------
    np.ndarray of int, shape (n,), in [0, n_folds)

    Examples
    --------
    >>> import numpy as np
    >>> fold = stratified_folds(np.array([0, 0, 0, 1, 1, 1]), n_folds=3, seed=0)
    >>> [sorted(fold[[0, 1, 2]].tolist()), sorted(fold[[3, 4, 5]].tolist())]
    [[0, 1, 2], [0, 1, 2]]
    """
    shuffled = np.random.default_rng(seed).permutation(len(given_label))
    by_class = shuffled[np.argsort(given_label[shuffled], kind="stable")]
    fold = np.empty(len(given_label), dtype=np.intp)
    fold[by_class] = np.arange(len(given_label)) % n_folds
    return fold


def centred_and_scaled(embeddings: np.ndarray) -> np.ndarray:
    """The embeddings with mean 0 in every column and standard deviation 1 as a whole.

    Parameters
    ----------
    embeddings : np.ndarray of numbers, shape (n, d), finite

    Returns
    -------
    np.ndarray of float64, shape (n, d)
        All 0 where the embeddings of all examples are the same.
    """
    features = np.asarray(embeddings, dtype=np.float64)
    features = features / (np.abs(features).max(initial=0) or 1.0)
    features = features - features.mean(axis=0)
    return features / (features.std() or 1.0)


def fit_platt_scaling(distance: np.ndarray, first_mask: np.ndarray) -> tuple[float, float]:
    """Platt scaling: the sigmoid that best turns distances into probabilities of being the first of two classes.

    Newton's method on the log loss, which is convex.

    Parameters
    ----------
    distance : np.ndarray of float, shape (m,), finite
    first_mask : np.ndarray of bool, shape (m,)
        Which examples are given the first class.

    Returns
    -------
    slope, offset : float
        The probability is ``1 / (1 + exp(-(slope * distance + offset)))``.

    References
    ----------
    Platt: Probabilistic Outputs for Support Vector Machines. Advances in Large Margin Classifiers, 1999.
    """
    centre, spread = distance.mean(), distance.std()
    if spread <= EQUAL_DISTANCES * np.abs(distance).max():
        spread = math.inf  # nothing to tell from: the slope becomes 0
    inputs = np.stack([(distance - centre) / spread, np.ones(len(distance))])
    # Platt's targets stay a little away from 0 and 1, so that no slope becomes infinite.
    first, second = first_mask.sum(), (~first_mask).sum()
    target = np.where(first_mask, (first + 1) / (first + 2), 1 / (second + 2))
    parameters = np.array([0.0, np.log((first + 1) / (second + 1))])
    for _ in range(NEWTON_STEPS):
        probs = _sigmoid(parameters @ inputs)
        gradient = inputs @ (probs - target)
        if np.abs(gradient).max() < GRADIENT_TOLERANCE * len(distance):
            break
        weight = probs * (1 - probs)
        # A hair more than the Hessian, so that it can be inverted where all distances are equal.
        hessian = (inputs * weight) @ inputs.T + RIDGE * weight.sum() * np.eye(2)
        parameters = _descend(parameters, -np.linalg.solve(hessian, gradient), inputs, target)
    slope = parameters[0] / spread
    return slope, parameters[1] - slope * centre


def _descend(parameters, direction, inputs, target):
    """Go in a direction, half as far each time until the log loss does not rise."""
    before = _log_loss(parameters @ inputs, target)
    for halvings in range(NEWTON_HALVINGS):
        there = parameters + 0.5**halvings * direction
        if _log_loss(there @ inputs, target) <= before:
            return there
    return parameters


def _log_loss(logit, target):
    return (np.logaddexp(0, logit) - target * logit).sum()


def _sigmoid(logit):
    return 0.5 + 0.5 * np.tanh(0.5 * logit)


def _calibrated_probs(features, label, fold):
    """Probabilities for every example: np.ndarray, shape (n, K), returned at the end of the steps.

    Labels are 0 .. K-1, at least two and each at least ``FEWEST_TO_LEARN`` times, or -1 for examples that are
    predicted but not taught.
    """
    n_folds, n_classes = fold.max() + 1, label.max() + 1
    total = n_folds * (n_folds + 1) // 2
    yield 0, total
    own_contests = np.zeros((n_folds, len(fold), n_classes))
    pairs = list(combinations(range(n_folds), 2))
    for done, (one, other) in enumerate(pairs, start=1):
        model = _model(features, label, (label >= 0) & (fold != one) & (fold != other))
        for calibrated, held_out in ((one, fold == other), (other, fold == one)):
            own_contests[calibrated, held_out] = _own_contests(_distances(model, features[held_out]), label[held_out])
        yield done, total
    pred_probs = np.empty((len(fold), n_classes))
    for number in range(n_folds):
        taught, held_out = (label >= 0) & (fold != number), fold == number
        distances = _distances(_model(features, label, taught), features[held_out])
        pred_probs[held_out] = _class_probs(distances, own_contests[number, taught], label[taught])
        yield len(pairs) + number + 1, total
    return pred_probs


def _model(features, label, train_mask):
    gamma = RBF_GAMMA_SCALE / features.shape[1]
    model = SVC(C=SVM_C, kernel="rbf", gamma=gamma, decision_function_shape="ovo")
    return model.fit(features[train_mask], label[train_mask])


def _distances(model, features):
    """The outcome of each contest: np.ndarray, shape (m, K * (K - 1) / 2).

    Positive for the first class, but of two classes alone for the second: calibration finds out.
    """
    return model.decision_function(features).reshape(len(features), -1)


def _contests(n_classes):
    """The two classes of each contest, in scikit-learn's order: two np.ndarrays of int."""
    return np.triu_indices(n_classes, k=1)


def _n_classes(n_contests):
    """Of how many classes every two meet in this many contests."""
    return int((1 + math.sqrt(1 + 8 * n_contests)) / 2)


def _own_contests(distances, label):
    """Of all contests, those of each example's own class, by the other class: np.ndarray, shape (m, K).

    That is all calibration needs, and K distances are far fewer than K * (K - 1) / 2 where K is large. The
    entries of an example labelled -1, and of a class against itself, mean nothing and are not used.
    """
    n_classes = _n_classes(distances.shape[1])
    first, second = _contests(n_classes)
    contest = np.zeros((n_classes, n_classes), dtype=np.intp)
    contest[first, second] = contest[second, first] = np.arange(distances.shape[1])
    return np.take_along_axis(distances, contest[label], axis=1)


def _class_probs(distances, own_contests, label):
    """Probabilities from the distances of some examples, calibrated on those of others: np.ndarray, shape (m, K)."""
    logits = np.empty(distances.shape)
    for contest, (first, second) in enumerate(zip(*_contests(own_contests.shape[1]), strict=True)):
        first_distance = own_contests[label == first, second]
        second_distance = own_contests[label == second, first]
        slope, offset = fit_platt_scaling(
            np.concatenate([first_distance, second_distance]),
            np.repeat([True, False], [len(first_distance), len(second_distance)]),
        )
        logits[:, contest] = slope * distances[:, contest] + offset
    return pairwise_coupling(logits)


def pairwise_coupling(logits: np.ndarray) -> np.ndarray:
    """Probabilities of the classes from those of the pairs of classes.

    Parameters
    ----------
    logits : np.ndarray of float, shape (m, K * (K - 1) / 2)
        For each pair, the logit of the first class against the second, in the order of `itertools.combinations`.

    Returns
    -------
    np.ndarray of float, shape (m, K), in [0, 1]
        Rows sum to 1.

    References
    ----------
    Price, Knerr, Personnaz, Dreyfus: Pairwise Neural Network Classifiers with Probabilistic Outputs. NIPS 1994.
    """
    n_classes = _n_classes(logits.shape[1])
    odds = np.exp(np.clip(logits, -MAX_LOGIT, MAX_LOGIT))
    odds_against = np.zeros((len(logits), n_classes))
    for contest, (first, second) in enumerate(zip(*_contests(n_classes), strict=True)):
        odds_against[:, first] += 1 / odds[:, contest]
        odds_against[:, second] += odds[:, contest]
    probs = 1 / (1 + odds_against)
    return probs / probs.sum(axis=1, keepdims=True)


def _shares_in_other_folds(given_label, fold, n_classes):
    """Where there are no two classes to tell apart: how common each class is among the other folds."""
    pred_probs = np.full((len(fold), n_classes), 1 / n_classes)
    for number in np.unique(fold):
        others = given_label[fold != number]
        if len(others):
            pred_probs[fold == number] = np.bincount(others, minlength=n_classes) / len(others)
    return pred_probs


def notes_on_accuracy(accuracy: float, given_label: np.ndarray, classes: Sequence[str]) -> list[Sentence]:
    """What to note where predictions agree with the labels hardly more often than one label for all would.

    Parameters
    ----------
    accuracy : float in [0, 1]
        The share of examples whose most probable class is their given label.
    given_label : np.ndarray of int, shape (n,), in [0, K)
    classes : sequence of str
        The K names.

    Returns
    -------
    list of Sentence
        Empty where the predictions say more than that, by a standard deviation at the least.
    """
    n = len(given_label)
    count = np.bincount(given_label, minlength=len(classes))
    share = count.max() / n
    if n < FEWEST_TO_COMPARE or accuracy > share + (share * (1 - share) / n) ** 0.5:
        return []
    return [
        sentence(
            "That is hardly more than if every prediction were {label}, so what is found here means little: "
            "are these the right labels, and does the data say anything about them?",
            label=classes[int(count.argmax())],
        )
    ]


def notes_on_classes(
    given_label: np.ndarray, n_classes: int, n_folds: int, classes: Sequence[str] | None = None
) -> tuple[Sentence, ...]:
    """What a person should know about classes that are too small.

    Parameters
    ----------
    given_label, n_classes, n_folds, classes
        As for `cross_validation`.

    Returns
    -------
    tuple of Sentence
        Empty where every class is large enough.
    """
    names = classes or [f"class {number}" for number in range(n_classes)]
    count = np.bincount(given_label, minlength=n_classes)
    if (count >= FEWEST_TO_LEARN).sum() < 2:
        return (NOTHING_LEARNED,)
    notes = (_note(name, int(size), n_folds) for name, size in zip(names, count, strict=True))
    return tuple(note for note in notes if note)


def _note(name, size, n_folds):
    if size == 0:
        return sentence("No example is labelled {label}: it cannot be learned and is never suggested.", label=name)
    examples = counted(size, "{} example", "{} examples")
    if size < FEWEST_TO_LEARN:
        return sentence(
            "{label} has {examples}: fewer than {fewest} cannot be learned, so its probability is 0.",
            label=name,
            examples=examples,
            fewest=FEWEST_TO_LEARN,
        )
    if size < n_folds:
        return sentence(
            "{label} has only {examples}, fewer than the {folds} folds: its probabilities are rough.",
            label=name,
            examples=examples,
            folds=n_folds,
        )
    return None
