"""Out-of-sample predicted probabilities: each example predicted by a classifier that has not seen it.

Confident learning asks how sure a model is of a label it was *not* taught, so the examples are dealt into
folds and each fold is predicted by a support vector machine (radial basis functions) trained on the others.
A support vector machine gives distances, not probabilities; Platt scaling turns one into the other with a
sigmoid per class, fitted on distances that are themselves out of sample.

The folds are shuffled, seeded and stratified: every fold gets its share of each class.

No class is too small. One with fewer examples than folds is simply absent from some; a class with fewer than
``FEWEST_TO_LEARN`` examples to train on gets probability 0 there. `TrainingResult.notes` says so in words.

The embedding's scale and offset do not matter: it is centred and scaled as a whole, not column by column,
because in an embedding the columns that vary more say more.

This is the one module that imports scikit-learn.

Platt: Probabilistic Outputs for Support Vector Machines. Advances in Large Margin Classifiers, 1999.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.svm import SVC

DEFAULT_FOLDS = 5
CALIBRATION_FOLDS = 5
# With one example of a class nothing is left to calibrate it on.
FEWEST_TO_LEARN = 2
# How dearly the classifier pays for a training example on the wrong side. Low, because labels may be wrong.
MARGIN_COST = 1.0


@dataclass(frozen=True, eq=False)
class TrainingResult:
    pred_probs: np.ndarray  # (n, K) float64, rows sum to one, out of sample
    fold: np.ndarray  # (n,) int: the fold in which each example was predicted
    accuracy: float  # the share of examples whose most probable class is their given label
    notes: tuple  # of str: what a person should know about classes that are too small


def cross_validated_pred_probs(
    embeddings, given_label, n_classes, n_folds=DEFAULT_FOLDS, seed=0, on_fold=None, classes=None
):
    """Train on all folds but one, predict that one; so for each fold.

    Parameters
    ----------
    embeddings : np.ndarray of float, shape (n, d), finite
    given_label : np.ndarray of int, shape (n,), in [0, n_classes)
    n_classes : int
    n_folds : int
        At most n of them are used.
    seed : int
        The same input and seed give the same result.
    on_fold : callable, optional
        Called as ``on_fold(done, total)`` before the first and after each fold.
    classes : sequence of str, optional
        The names of the classes, for the notes.

    Returns
    -------
    TrainingResult
    """
    features = _centred_and_scaled(embeddings)
    given_label = np.asarray(given_label, dtype=np.intp)
    random = np.random.default_rng(seed)
    fold = stratified_folds(given_label, min(n_folds, len(given_label)), random)
    pred_probs = np.zeros((len(features), n_classes))
    n_folds = fold.max() + 1
    _report(on_fold, 0, n_folds)
    for number in range(n_folds):
        held_out = fold == number
        pred_probs[held_out] = _predict(
            features[~held_out], given_label[~held_out], features[held_out], n_classes, random
        )
        _report(on_fold, number + 1, n_folds)
    return TrainingResult(
        pred_probs=pred_probs,
        fold=fold,
        accuracy=float((pred_probs.argmax(axis=1) == given_label).mean()),
        notes=_notes(given_label, n_classes, n_folds, classes),
    )


def stratified_folds(given_label, n_folds, random):
    """Deal the examples into folds of equal size, each with its share of every class.

    The examples of a class are shuffled and dealt in turn, each class going on where the last one stopped.

    Returns
    -------
    np.ndarray of int, shape (n,), in [0, n_folds)
    """
    shuffled = random.permutation(len(given_label))
    dealt = shuffled[np.argsort(given_label[shuffled], kind="stable")]
    fold = np.empty(len(given_label), dtype=np.intp)
    fold[dealt] = np.arange(len(given_label)) % n_folds
    return fold


def _predict(train_features, train_label, features, n_classes, random):
    """Probabilities for the features from a classifier trained on the rest: np.ndarray, shape (m, K)."""
    pred_probs = np.zeros((len(features), n_classes))
    count = np.bincount(train_label, minlength=n_classes)
    learned = np.flatnonzero(count >= FEWEST_TO_LEARN)
    if len(learned) < 2:
        pred_probs[:] = _without_learning(count)
        return pred_probs
    kept = np.isin(train_label, learned)
    classifier = _calibrated_classifier(train_label[kept], random).fit(train_features[kept], train_label[kept])
    pred_probs[:, learned] = classifier.predict_proba(features)
    return pred_probs


def _calibrated_classifier(train_label, random):
    calibration_fold = stratified_folds(train_label, CALIBRATION_FOLDS, random)
    splits = [
        (np.flatnonzero(calibration_fold != number), np.flatnonzero(calibration_fold == number))
        for number in range(calibration_fold.max() + 1)
    ]
    return CalibratedClassifierCV(SVC(C=MARGIN_COST, gamma="scale"), method="sigmoid", cv=splits, ensemble=False)


def _without_learning(count):
    """Where there are no two classes to tell apart, how common each one is must do."""
    if not count.sum():
        return np.full(len(count), 1 / len(count))
    return count / count.sum()


def _centred_and_scaled(embeddings):
    centred = np.asarray(embeddings, dtype=np.float64)
    centred = centred / (np.abs(centred).max(initial=0) or 1.0)
    centred = centred - centred.mean(axis=0)
    return centred / (centred.std() or 1.0)


def _report(on_fold, done, total):
    if on_fold:
        on_fold(int(done), int(total))


def _notes(given_label, n_classes, n_folds, classes):
    names = classes or [f"class {number}" for number in range(n_classes)]
    count = np.bincount(given_label, minlength=n_classes)
    if np.count_nonzero(count) == 1:
        only = names[int(count.argmax())]
        return (f"Every example is labelled {only}, so there is nothing to tell apart: each is predicted {only}.",)
    return tuple(filter(None, (_note(*named, n_folds) for named in zip(names, count, strict=True))))


def _note(name, count, n_folds):
    if count == 0:
        return f"No example is labelled {name}: it cannot be learned and is never suggested."
    if count <= FEWEST_TO_LEARN:
        examples = "1 example" if count == 1 else f"{count} examples"
        return (
            f"{name} has {examples}: with one set aside to be predicted, too few are left to learn from, "
            f"so {name} cannot be told from the rest."
        )
    if count < n_folds:
        return f"{name} has only {count} examples, fewer than the {n_folds} folds: its probabilities are rough."
    return None
