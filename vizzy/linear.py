"""Out-of-sample probabilities of one of scikit-learn's own classifiers, such as a logistic regression, on Vizzy's folds.

A support vector machine's time grows with the square of the number of examples. Features of texts are many and nearly
linear in what they say, so that beyond `vizzy.vocabulary.MOST_FOR_SVM` of them a logistic regression takes the machine's place: of 6,000
texts it needs a two-hundredth of the time, and `bench/run raw-data` finds as many planted errors among the first tenth,
within 0.03. Its probabilities need no further calibration.
"""

import warnings
from collections.abc import Callable, Generator

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from vizzy import training

MOST_ITERATIONS = 1000
TEXT_C = 10.0  # of features of length 1, weaker regularization than scikit-learn's default


def cross_validation(
    embeddings: np.ndarray, given_label: np.ndarray, n_classes: int, classes: tuple | None = None, seed: int = 0
) -> Generator[tuple[int, int], None, training.TrainingResult]:
    """What `vizzy.training.cross_validation` does, with a logistic regression in place of a support vector machine.

    Parameters
    ----------
    embeddings : np.ndarray of float, shape (n, d), finite
    given_label : np.ndarray of int, shape (n,), in [0, n_classes)
    n_classes : int
    classes : sequence of str, optional
        The names of the classes, for the notes.
    seed : int

    Yields
    ------
    (int, int)
        Models trained, and how many there will be.

    Returns
    -------
    vizzy.training.TrainingResult
    """
    n_folds = training.DEFAULT_FOLDS
    pred_probs, fold = yield from on_folds(
        lambda _taught: LogisticRegression(C=TEXT_C, max_iter=MOST_ITERATIONS),
        embeddings, given_label, n_classes, n_folds, seed,
    )  # fmt: skip
    return training.TrainingResult(
        pred_probs=pred_probs,
        fold=fold,
        accuracy=float((pred_probs.argmax(axis=1) == given_label).mean()),
        notes=training.notes_on_classes(given_label, n_classes, n_folds, classes),
    )


def on_folds(
    make: Callable, embeddings: np.ndarray, given_label: np.ndarray, n_classes: int, n_folds: int, seed: int
) -> Generator[tuple[int, int], None, tuple[np.ndarray, np.ndarray]]:
    """Predict every example by a classifier that was fitted to the folds it is not in.

    Parameters
    ----------
    make : callable
        Of the number of examples that are taught, returns a classifier that is not fitted yet.
    embeddings, given_label, n_classes, n_folds, seed
        As for `vizzy.training.cross_validation`.

    Yields
    ------
    (int, int)
        Folds done, and how many there are.

    Returns
    -------
    tuple of (np.ndarray of shape (n, K), np.ndarray of int of shape (n,))
        Probabilities, 0 for a class that is missing from what was taught; and each example's fold.
    """
    features = training.centred_and_scaled(embeddings)
    fold = training.stratified_folds(given_label, n_folds, seed)
    pred_probs = np.zeros((len(fold), n_classes))
    for number in range(n_folds):
        yield number, n_folds
        taught, held_out = fold != number, fold == number
        if held_out.any():
            pred_probs[held_out] = _predicted(make, features, given_label, taught, held_out, n_classes)
    return pred_probs, fold


def _predicted(make, features, given_label, taught, held_out, n_classes):
    probs = np.zeros((held_out.sum(), n_classes))
    known = np.unique(given_label[taught])
    if len(known) == 1:  # which no classifier takes for a question
        probs[:, known] = 1
        return probs
    with warnings.catch_warnings():
        # In the browser a package that counts threads asks for one in a way that warns at the console.
        warnings.simplefilter("ignore", RuntimeWarning)
        # Products with a column for each class are too small for several threads, which wait for one another: on a busy machine
        # a fit took 1.8 s of the processor with two and 0.05 with one.
        with threadpool_limits(1, user_api="blas"):
            fitted = make(taught.sum()).fit(features[taught], given_label[taught])
        probs[:, fitted.classes_] = fitted.predict_proba(features[held_out])
    return probs
