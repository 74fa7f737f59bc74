"""Labels flipped on purpose: how many of the flips are found, and how close the estimated noise matrix is to the true one.

Labels are taken for right (the true ones where they are known, else the given ones), a share of them is flipped,
seeded, and a classifier is trained on the result. *Evenly*: any example, to any other class. *Along pairs*: the
examples of one class to one other, dogs called cats, which is how people err. Examples of no class stay
as they are, and out of the reckoning.

The *noise matrix* says of each true class which labels its examples were given: P(given | true), rows true, each
summing to 1. The true one is counted. The estimated one follows from the confident joint alone, which knows the flipped
labels and the model's probabilities and nothing else: calibrated as in the paper, so that it counts everybody and not
only whom the model is confident of, then divided by how many it takes to be truly of each class. The class
thresholds are those of the page's settings.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from vizzy import confident, noise_rates, training
from vizzy.labs.percentiles import within_a_series
from vizzy.labs.score import tally
from vizzy.labs import experiment
from vizzy.session import analysis_of

if TYPE_CHECKING:
    from vizzy.dataset import Dataset
    from vizzy.session import Session


@experiment
def noise_sweep(
    session: Session,
    settings: Sequence,
    shares: Sequence[float],
    pairs: Sequence[Sequence[int]] | None = None,
    seed: int = 0,
) -> Generator[tuple[int, int], None, dict]:
    """Flip, train and measure, for each share.

    Parameters
    ----------
    session : vizzy.session.Session
    settings : (class percentile, out-of-distribution percentile, threshold mode)
    shares : list of float in [0, 1]
        Of all labels, or of those of the class that a pair starts from.
    pairs : list of (from class, to class), optional
        None: evenly.
    seed : int

    Yields
    ------
    (int, int)
        Steps done, and how many there will be.

    Returns
    -------
    dict
        ``assumed``: whether the given labels had to be taken for right; ``trained``: False where the probabilities
        came with the data and so do not follow the labels; ``points``, a dict for each share: ``share``, ``flipped``
        (a count), ``tally`` (of the label issues), ``corrected`` (how many of the flipped are suggested their right
        label), ``true`` and ``estimated`` noise matrix (None in a row of a class without examples), and ``off``, the mean
        absolute difference of the two.
    """
    dataset = session.dataset
    right_label = labels_taken_for_right(dataset)
    points = []
    for place, share in enumerate(shares):
        flipped = flip_labels(right_label, len(dataset.classes), share, pairs, seed)
        given_label = np.where(right_label == confident.NO_LABEL, dataset.given_label, flipped)
        pred_probs = yield from within_a_series(predict(dataset, given_label), place, len(shares))
        point = measure(dataset, right_label, given_label, pred_probs, settings)
        points.append(dict(point, share=share))
    return {
        "assumed": dataset.true_label is None,
        "trained": dataset.pred_probs is None,
        "points": points,
    }


def labels_taken_for_right(dataset: Dataset) -> np.ndarray:
    """The true labels where they are known (-1: of no class), else the given ones: np.ndarray of int, shape (n,)."""
    return dataset.given_label if dataset.true_label is None else dataset.true_label


def predict(dataset: Dataset, given_label: np.ndarray) -> Generator[tuple[int, int], None, np.ndarray]:
    """Out-of-sample probabilities for other labels, in steps; those that the dataset brought stay as they are.

    Parameters
    ----------
    dataset : vizzy.dataset.Dataset
    given_label : np.ndarray of int, shape (n,), in [0, K)

    Yields
    ------
    (int, int)
        Models trained, and how many there will be.

    Returns
    -------
    np.ndarray of float, shape (n, K), in [0, 1]
    """
    yield 0, 1
    if dataset.pred_probs is not None:
        return dataset.pred_probs
    # There are embeddings where no probabilities came with the data.
    result = yield from training.cross_validation(dataset.embeddings, given_label, len(dataset.classes))  # type: ignore[arg-type]
    return result.pred_probs


def flip_labels(
    label: np.ndarray,
    n_classes: int,
    share: float,
    pairs: Sequence[Sequence[int]] | None = None,
    seed: int = 0,
) -> np.ndarray:
    """Give a share of the examples another class.

    Parameters
    ----------
    label : np.ndarray of int, shape (n,), in [-1, n_classes)
        -1 for examples of no class, which are left alone.
    n_classes : int
    share : float in [0, 1]
    pairs : list of (from class, to class), optional
        Only those of a pair's first class, to its second; else any, evenly to all others.
    seed : int
        The same seed flips the same examples, and more of them at a larger share.

    Returns
    -------
    np.ndarray of int, shape (n,), in [-1, n_classes)
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(label))
    step = random.integers(1, max(2, n_classes), size=len(label))
    flipped = label.copy()
    if pairs is None:
        if n_classes > 1:
            chosen = _first_share(order[label[order] != confident.NO_LABEL], share)
            flipped[chosen] = (label[chosen] + step[chosen]) % n_classes
        return flipped
    for start, end in pairs:
        flipped[_first_share(order[label[order] == start], share)] = end
    return flipped


def measure(
    dataset: Dataset, right_label: np.ndarray, given_label: np.ndarray, pred_probs: np.ndarray, settings: Sequence
) -> dict:
    """What confident learning makes of flipped labels.

    Parameters
    ----------
    dataset : vizzy.dataset.Dataset
    right_label : np.ndarray of int, shape (n,), in [-1, K)
        -1 for examples of no class.
    given_label : np.ndarray of int, shape (n,), in [0, K)
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1], out of sample
    settings : (class percentile, out-of-distribution percentile, threshold mode, out-of-distribution mode)

    Returns
    -------
    dict
        A point of `noise_sweep`, without its ``share``.
    """
    analysis = analysis_of(dataset, given_label, pred_probs, *settings)
    known_mask = right_label != confident.NO_LABEL
    flipped_mask = known_mask & (given_label != right_label)
    true = noise_matrix(np.where(known_mask, right_label, given_label), given_label, pred_probs.shape[1])
    estimated = estimated_noise_matrix(analysis.confident_joint, given_label)
    off = np.abs(true - estimated)
    return {
        "flipped": int(flipped_mask.sum()),
        "tally": tally(analysis.label_issue_mask & known_mask, flipped_mask),
        "corrected": int((flipped_mask & (analysis.suggested_label == right_label)).sum()),
        "true": rows_or_none(true),
        "estimated": rows_or_none(estimated),
        "off": float(np.nanmean(off)) if np.isfinite(off).any() else None,
    }


def noise_matrix(true_label: np.ndarray, given_label: np.ndarray, n_classes: int) -> np.ndarray:
    """P(given | true), counted.

    Parameters
    ----------
    true_label, given_label : np.ndarray of int, shape (n,), in [0, n_classes)
    n_classes : int

    Returns
    -------
    np.ndarray of float, shape (K, K), in [0, 1]
        A row per true label; NaN for a class that is the true label of no example.
    """
    joint = confident.confident_joint(given_label, true_label, n_classes)
    return _shares_of_columns(joint)


def estimated_noise_matrix(joint: np.ndarray, given_label: np.ndarray) -> np.ndarray:
    """P(given | true) as the confident joint estimates it.

    Parameters
    ----------
    joint : np.ndarray of int, shape (K, K)
        A row per given label, a column per suggested label.
    given_label : np.ndarray of int, shape (n,), in [0, K)

    Returns
    -------
    np.ndarray of float, shape (K, K), in [0, 1]
        A row per true label; NaN for a class that is suggested for no example.

    References
    ----------
    Northcutt, Jiang, Chuang: Confident Learning: Estimating Uncertainty in Dataset Labels. JAIR 70, 2021.
    """
    return _shares_of_columns(noise_rates.calibrated(joint, given_label))


def rows_or_none(matrix: np.ndarray) -> list[list[float] | None]:
    """A matrix of float, shape (m, K), as m lists of K numbers; None for a row that is not finite."""
    return [row if np.isfinite(row).all() else None for row in matrix.tolist()]


def _shares_of_columns(joint):
    """Columns of a joint by given and true class, as rows that sum to one."""
    by_true = joint.T.astype(float)
    totals = by_true.sum(axis=1, keepdims=True)
    return np.divide(by_true, totals, out=np.full_like(by_true, np.nan), where=totals > 0)


def _first_share(order, share):
    return order[: round(share * len(order))]
