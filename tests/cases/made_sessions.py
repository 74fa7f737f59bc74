"""Sessions with made-up predictions."""

import numpy as np

from vizzy.dataset import Dataset
from vizzy.session import Predictions, Session


def session_of(n, n_classes, seed, decimals=None, empty=None):
    """A session whose predictions are as if trained.

    Parameters
    ----------
    n, n_classes, seed : int
    decimals : int, optional
        Round the probabilities, so that many are equal.
    empty : int, optional
        A class that no example is given.
    """
    random = np.random.default_rng(seed)
    true_label = random.integers(0, n_classes, n)
    given_label = np.where(random.random(n) < 0.2, random.integers(0, n_classes, n), true_label)
    if empty is not None:
        given_label[given_label == empty] = (empty + 1) % n_classes
    scores = np.eye(n_classes)[true_label] * 1.5 + random.normal(size=(n, n_classes))
    pred_probs = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    if decimals is not None:
        pred_probs = np.round(pred_probs, decimals)
        pred_probs /= pred_probs.sum(axis=1, keepdims=True)
    dataset = Dataset(
        ids=tuple(f"x{row}" for row in range(n)),
        classes=tuple("abcdefghij"[:n_classes]),
        given_label=given_label,
        pred_probs=pred_probs,
        true_label=true_label,
    )
    session = Session(dataset)
    session.predictions = Predictions.of(given_label, pred_probs)
    return session
