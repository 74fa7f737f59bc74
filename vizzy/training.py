"""Out-of-sample predicted probabilities: each example predicted by a classifier that has not seen it.

Confident learning asks how sure a model is of a label it was *not* taught. So the examples are dealt into
folds, shuffled, seeded and stratified, and each fold is predicted by a support vector machine (with radial
basis functions) that was trained on the others.

A support vector machine gives signed distances from its margins, one per class, not probabilities. Platt
scaling turns a distance into a probability with a sigmoid per class, and needs distances that are themselves
out of sample. Instead of cross-validating anew within each training part, as scikit-learn's
CalibratedClassifierCV does, one model is trained without *each pair* of folds: its distances in either fold
calibrate the model that predicts the other. Five folds then take 15 models instead of 30, and no model ever
has a part in predicting what it was trained on.

No class is too small to be handed in. One with fewer than ``FEWEST_TO_LEARN`` examples would be missing where
its two folds are left out; it is not taught, and gets probability 0. `TrainingResult.notes` says so in words.

The embedding's scale and offset do not matter: it is centred and scaled as a whole, and not column by column,
because in an embedding the columns that vary more say more.

This is the one module that imports scikit-learn.

Platt: Probabilistic Outputs for Support Vector Machines. Advances in Large Margin Classifiers, 1999.
Lin, Lin, Weng: A Note on Platt's Probabilistic Outputs for Support Vector Machines. Machine Learning 68, 2007.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from sklearn.svm import SVC

DEFAULT_FOLDS = 5
# Two folds are left out at a time, and a third must be there to learn from.
FEWEST_FOLDS = 3
FEWEST_TO_LEARN = 3
# What a training example on the wrong side of the margin costs the classifier.
MARGIN_COST = 1.0

NEWTON_STEPS = 100
NEWTON_HALVINGS = 30
GRADIENT_TOLERANCE = 1e-8
RIDGE = 1e-9


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """What `cross_validated_pred_probs` returns."""

    pred_probs: np.ndarray  # (n, K) float64, out of sample; rows sum to one
    fold: np.ndarray  # (n,) int: the fold in which each example was predicted
    accuracy: float  # the share of examples whose most probable class is their given label
    notes: tuple  # of str: what a person should know about classes that are too small


def cross_validated_pred_probs(
    embeddings, given_label, n_classes, n_folds=DEFAULT_FOLDS, seed=0, on_fold=None, classes=None
):
    """Predict every example with a classifier that was trained on the folds it is not in.

    Parameters
    ----------
    embeddings : np.ndarray of float, shape (n, d), finite
    given_label : np.ndarray of int, shape (n,), in [0, n_classes)
    n_classes : int
    n_folds : int, at least 3
        With fewer examples than folds, there are as many folds as examples.
    seed : int
        The same input and seed give the same result.
    on_fold : callable, optional
        Called as ``on_fold(done, total)``, in models trained, before the first one and after each.
    classes : sequence of str, optional
        The names of the classes, for the notes.

    Returns
    -------
    TrainingResult
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
        features = centred_and_scaled(embeddings)
        pred_probs[:, learned] = _calibrated_probs(features, given_label, learned, fold, on_fold)
    return TrainingResult(
        pred_probs=pred_probs,
        fold=fold,
        accuracy=float((pred_probs.argmax(axis=1) == given_label).mean()),
        notes=_notes(given_label, n_classes, n_folds, classes),
    )


def stratified_folds(given_label, n_folds, seed):
    """Deal the examples into folds of equal size, each with its share of every class.

    The examples of a class are shuffled and dealt in turn, each class going on where the last one stopped, so
    that as many examples of a class as there are folds stand in different ones.

    Returns
    -------
    np.ndarray of int, shape (n,), in [0, n_folds)
    """
    shuffled = np.random.default_rng(seed).permutation(len(given_label))
    by_class = shuffled[np.argsort(given_label[shuffled], kind="stable")]
    fold = np.empty(len(given_label), dtype=np.intp)
    fold[by_class] = np.arange(len(given_label)) % n_folds
    return fold


def centred_and_scaled(embeddings):
    """The embeddings with mean 0 in every column and standard deviation 1 as a whole: np.ndarray, (n, d)."""
    features = np.asarray(embeddings, dtype=np.float64)
    features = features / (np.abs(features).max(initial=0) or 1.0)
    features = features - features.mean(axis=0)
    return features / (features.std() or 1.0)


def fit_sigmoids(distances, member_mask):
    """Platt scaling: the sigmoid that best turns a class's distances into probabilities of belonging to it.

    Newton's method, for all classes at once, halving the step of a class as long as it would not descend.

    Parameters
    ----------
    distances : np.ndarray, shape (n, K)
    member_mask : np.ndarray of bool, shape (n, K)

    Returns
    -------
    slope, offset : np.ndarray, shape (K,)
        The probability is ``1 / (1 + exp(-(slope * distance + offset)))``.
    """
    centre, spread = distances.mean(axis=0), distances.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    inputs = (distances - centre) / spread
    # Platt's targets stay a little away from 0 and 1, so that no slope becomes infinite.
    members, others = member_mask.sum(axis=0), (~member_mask).sum(axis=0)
    target = np.where(member_mask, (members + 1) / (members + 2), 1 / (others + 2))

    parameters = np.stack([np.zeros(len(members)), np.log((members + 1) / (others + 1))])
    for _ in range(NEWTON_STEPS):
        gradient, direction = _newton_direction(parameters, inputs, target)
        if np.abs(gradient).max() < GRADIENT_TOLERANCE * len(inputs):
            break
        parameters = _descend(parameters, direction, inputs, target)
    slope = parameters[0] / spread
    return slope, parameters[1] - slope * centre


def _calibrated_probs(features, given_label, learned, fold, on_fold):
    """The probability of each learned class for every example: np.ndarray, shape (n, len(learned))."""
    distances = _distances_without_each_pair(features, given_label, learned, fold, on_fold)
    member_mask = given_label[:, None] == learned
    taught_mask = member_mask.any(axis=1)
    pred_probs = np.empty(member_mask.shape)
    for number, distance in enumerate(distances):
        held_out = fold == number
        calibrating = taught_mask & ~held_out
        slope, offset = fit_sigmoids(distance[calibrating], member_mask[calibrating])
        pred_probs[held_out] = _normalised_sigmoid(slope * distance[held_out] + offset)
    return pred_probs


def _distances_without_each_pair(features, given_label, learned, fold, on_fold):
    """How far each example lies on each class's side, by models that have seen neither of two folds.

    Returns
    -------
    np.ndarray, shape (n_folds, n, len(learned))
        Entry [f, i] comes from the model that was trained without fold f and without the fold of example i.
        So [f, i in f] are the distances to predict from, and the other [f, i] those to calibrate them on.
    """
    n_folds = fold.max() + 1
    taught_mask = np.isin(given_label, learned)
    pairs = list(combinations_with_replacement(range(n_folds), 2))
    distances = np.empty((n_folds, len(fold), len(learned)))
    _report(on_fold, 0, len(pairs))
    for done, (one, other) in enumerate(pairs, start=1):
        in_one, in_other = fold == one, fold == other
        train_mask = taught_mask & ~in_one & ~in_other
        model = SVC(C=MARGIN_COST, gamma="scale").fit(features[train_mask], given_label[train_mask])
        distances[one, in_other] = _distances(model, features[in_other])
        if one != other:
            distances[other, in_one] = _distances(model, features[in_one])
        _report(on_fold, done, len(pairs))
    return distances


def _distances(model, features):
    """The model's decision function with one column per class, even for two: np.ndarray, shape (m, K)."""
    decision = model.decision_function(features)
    return np.stack([-decision, decision], axis=1) if decision.ndim == 1 else decision


def _newton_direction(parameters, inputs, target):
    """The gradient of the log loss and Newton's direction, down, for each class: two arrays of shape (2, K)."""
    probs = _sigmoid(parameters[0] * inputs + parameters[1])
    error, weight = probs - target, probs * (1 - probs)
    gradient = np.stack([(error * inputs).sum(axis=0), error.sum(axis=0)])
    # A hair more than the Hessian, so that it can be inverted where all distances are equal.
    ridge = RIDGE * weight.sum(axis=0)
    slope_slope = (weight * inputs**2).sum(axis=0) + ridge
    slope_offset = (weight * inputs).sum(axis=0)
    offset_offset = weight.sum(axis=0) + ridge
    determinant = slope_slope * offset_offset - slope_offset**2
    direction = np.stack(
        [
            slope_offset * gradient[1] - offset_offset * gradient[0],
            slope_offset * gradient[0] - slope_slope * gradient[1],
        ]
    )
    return gradient, direction / determinant


def _descend(parameters, direction, inputs, target):
    """Go in a direction, for each class half as far until its log loss no longer rises."""
    before = _log_loss(parameters, inputs, target)
    step = np.ones(len(before))
    for _ in range(NEWTON_HALVINGS):
        rises = _log_loss(parameters + step * direction, inputs, target) > before
        if not rises.any():
            break
        step[rises] /= 2
    return parameters + np.where(rises, 0, step) * direction


def _log_loss(parameters, inputs, target):
    logit = parameters[0] * inputs + parameters[1]
    return (np.logaddexp(0, logit) - target * logit).sum(axis=0)


def _sigmoid(logit):
    return 0.5 + 0.5 * np.tanh(0.5 * logit)


def _normalised_sigmoid(logit):
    """Sigmoids divided by their sum over the classes; in logarithms, so that not all of them become zero."""
    log_probs = -np.logaddexp(0, -logit)
    probs = np.exp(log_probs - log_probs.max(axis=1, keepdims=True))
    return probs / probs.sum(axis=1, keepdims=True)


def _shares_in_other_folds(given_label, fold, n_classes):
    """Where there are no two classes to tell apart: how common each class is among the other folds."""
    pred_probs = np.full((len(fold), n_classes), 1 / n_classes)
    for number in np.unique(fold):
        others = given_label[fold != number]
        if len(others):
            pred_probs[fold == number] = np.bincount(others, minlength=n_classes) / len(others)
    return pred_probs


def _report(on_fold, done, total):
    if on_fold:
        on_fold(done, total)


def _notes(given_label, n_classes, n_folds, classes):
    names = classes or [f"class {number}" for number in range(n_classes)]
    count = np.bincount(given_label, minlength=n_classes)
    notes = [note for name, size in zip(names, count, strict=True) if (note := _note(name, int(size), n_folds))]
    if (count >= FEWEST_TO_LEARN).sum() < 2:
        notes.append(
            f"Fewer than two classes have the {FEWEST_TO_LEARN} examples it takes to learn one, so nothing was "
            "learned: every prediction only says how common each label is."
        )
    return tuple(notes)


def _note(name, size, n_folds):
    if size == 0:
        return f"No example is labelled {name}: it cannot be learned and is never suggested."
    if size < FEWEST_TO_LEARN:
        examples = "1 example" if size == 1 else f"{size} examples"
        return f"{name} has {examples}: fewer than {FEWEST_TO_LEARN} cannot be learned, so its probability is 0."
    if size < n_folds:
        return f"{name} has only {size} examples, fewer than the {n_folds} folds: its probabilities are rough."
    return None
