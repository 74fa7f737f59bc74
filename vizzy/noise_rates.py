"""Prune by noise rate: the confident joint says how many labels of each class are wrong, and so many are flagged.

Confident learning flags who is counted off the diagonal of the confident joint. *Prune by noise rate*, the paper's other
proposal and the default of cleanlab, takes from the joint only how many examples given i truly are j, scaled to all
examples of the class. Among the examples given i it flags so many, those first whose probability of j exceeds
that of i by most; but none whose given label is the most probable class.

The joint is counted as cleanlab does, so that the flags equal those of
``cleanlab.filter.find_label_issues(filter_by="prune_by_noise_rate")`` row by row: where several classes reach their
threshold, the example counts for the most probable class of its row, even if that one does not reach its own.
Conventions are those of `vizzy.confident`.

Northcutt, Jiang, Chuang: Confident Learning: Estimating Uncertainty in Dataset Labels. JAIR 70, 2021.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vizzy import confident

FEWEST_KEPT = 1  # examples that stay unflagged in every class
TINY = 1e-100  # what sums are divided by at the least


def prune_by_noise_rate(
    given_label: np.ndarray, pred_probs: np.ndarray, class_thresholds: np.ndarray | None = None
) -> np.ndarray:
    """Which labels are wrong, by the noise rates that the confident joint estimates.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,), in [0, K)
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1], out of sample
    class_thresholds : np.ndarray of float, shape (K,), optional
        The mean self-confidence of each class by default.

    Returns
    -------
    np.ndarray of bool, shape (n,)

    References
    ----------
    Northcutt, Jiang, Chuang: Confident Learning: Estimating Uncertainty in Dataset Labels. JAIR 70, 2021.

    Examples
    --------
    >>> import numpy as np
    >>> given_label = np.array([0, 0, 0, 1, 1, 1])
    >>> pred_probs = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.1, 0.9], [0.3, 0.7]])
    >>> prune_by_noise_rate(given_label, pred_probs).tolist()
    [False, False, True, False, False, False]
    """
    if class_thresholds is None:
        class_thresholds = confident.mean_thresholds(given_label, pred_probs)
    return prune_by_counts(given_label, pred_probs, noise_counts(given_label, pred_probs, class_thresholds))


def analysis_by_noise_rate(
    given_label: np.ndarray, pred_probs: np.ndarray, analysis: confident.Analysis
) -> confident.Analysis:
    """The analysis with other label issues: those that prune by noise rate flags.

    Suggested is then, of a label issue, the most probable class; of any other example, the given label if that was
    suggested before, else nothing.

    Parameters
    ----------
    given_label, pred_probs
        As for `prune_by_noise_rate`.
    analysis : confident.Analysis
        Of the same labels and probabilities.

    Returns
    -------
    confident.Analysis
    """
    flagged = prune_by_noise_rate(given_label, pred_probs)
    kept = np.where(analysis.suggested_label == given_label, given_label, confident.NO_LABEL)
    suggested = np.where(flagged, pred_probs.argmax(axis=1), kept)
    out_mask = analysis.out_of_distribution_mask & ~flagged
    return replace(
        analysis,
        suggested_label=suggested,
        confident_joint=confident.confident_joint(given_label, suggested, pred_probs.shape[1]),
        label_issue_mask=flagged,
        out_of_distribution_mask=out_mask,
        unconfident_mask=(suggested == confident.NO_LABEL) & ~out_mask,
    )


def noise_counts(given_label: np.ndarray, pred_probs: np.ndarray, class_thresholds: np.ndarray) -> np.ndarray:
    """How many examples have each given and each true label, estimated for all examples.

    The diagonal of the confident joint counts at least 1 before it is scaled, so that a class of which the model is
    confident of no example is not taken to be all wrong.

    Parameters
    ----------
    given_label, pred_probs
        As for `prune_by_noise_rate`.
    class_thresholds : np.ndarray of float, shape (K,)

    Returns
    -------
    np.ndarray of int, shape (K, K)
        A row per given label, a column per true label.
    """
    reached = confident.reaches(pred_probs, class_thresholds)
    n_reached = reached.sum(axis=1)
    counted = np.where(n_reached > 1, pred_probs.argmax(axis=1), reached.argmax(axis=1))
    counted = np.where(n_reached > 0, counted, confident.NO_LABEL)
    joint = confident.confident_joint(given_label, counted, pred_probs.shape[1])
    np.fill_diagonal(joint, np.maximum(joint.diagonal(), 1))
    joint = np.asfortranarray(joint)  # sums then add up in cleanlab's order, so that halves round alike
    return round_rows(calibrated(joint, given_label))


def calibrated(joint: np.ndarray, given_label: np.ndarray) -> np.ndarray:
    """Scale a confident joint so that its rows sum to the counts of the given labels.

    The joint counts only the examples of which the model is confident; this is its estimate for all. As in the paper,
    the whole is scaled to n too, which matters where a row is empty.

    Parameters
    ----------
    joint : np.ndarray of int, shape (K, K)
        A row per given label, a column per suggested label.
    given_label : np.ndarray of int, shape (n,), in [0, K)

    Returns
    -------
    np.ndarray of float, shape (K, K), at least 0

    References
    ----------
    Northcutt, Jiang, Chuang: Confident Learning: Estimating Uncertainty in Dataset Labels. JAIR 70, 2021.
    """
    counts = np.bincount(given_label, minlength=len(joint))
    scaled = (joint.T / np.maximum(joint.sum(axis=1), TINY) * counts).T
    return scaled / max(scaled.sum(), TINY) * len(given_label)


def round_rows(matrix: np.ndarray) -> np.ndarray:
    """Whole numbers that keep the (rounded) sum of every row.

    What rounding lost or gained is made up for where it was nearest to going the other way.

    Parameters
    ----------
    matrix : np.ndarray of float, shape (m, K)

    Returns
    -------
    np.ndarray of int, shape (m, K)
    """
    whole = np.round(matrix)
    for row, rounded in zip(matrix, whole, strict=True):
        missing = int(np.round(row.sum()) - rounded.sum())
        order = np.argsort(row - rounded)
        chosen = order[::-1][:missing] if missing > 0 else order[:-missing]
        rounded[chosen] += np.sign(missing)
    return whole.astype(int)


def prune_by_counts(given_label: np.ndarray, pred_probs: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Flag as many examples of each given and true class as ``counts`` says, those of the largest margin first.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,), in [0, K)
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1]
    counts : np.ndarray of int, shape (K, K)
        By given (row) and true label (column), as `noise_counts` makes it.

    Returns
    -------
    np.ndarray of bool, shape (n,)
    """
    flagged_mask = np.zeros(len(given_label), dtype=bool)
    counts = keep_some(counts)
    for given in range(len(counts)):
        examples = np.flatnonzero(given_label == given)
        if len(examples) <= FEWEST_KEPT:
            continue
        probs = pred_probs[examples]
        for true in np.flatnonzero(counts[given]):
            if true != given:
                order = np.argsort(-(probs[:, true] - probs[:, given]))
                flagged_mask[examples[order[: counts[given, true]]]] = True
    return flagged_mask & ~most_probable_mask(given_label, pred_probs)


def keep_some(counts: np.ndarray) -> np.ndarray:
    """Leave at least ``FEWEST_KEPT`` correct examples in every class, taken evenly from its errors.

    Parameters
    ----------
    counts : np.ndarray of int, shape (K, K)
        As for `prune_by_counts`.

    Returns
    -------
    np.ndarray of int, shape (K, K)
    """
    correct = np.maximum(counts.diagonal(), FEWEST_KEPT)
    raised = correct - counts.diagonal()
    n_errors = np.maximum(np.count_nonzero(counts, axis=1) - 1, 1)
    kept = np.maximum(counts - (raised / n_errors)[:, None], 0).astype(int)
    np.fill_diagonal(kept, correct)
    return kept


def most_probable_mask(given_label: np.ndarray, pred_probs: np.ndarray) -> np.ndarray:
    """Where no other class is more probable than the given label by more than the tolerance.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,), in [0, K)
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1]

    Returns
    -------
    np.ndarray of bool, shape (n,)
    """
    rows = np.arange(len(pred_probs))
    raised = np.array(pred_probs)
    raised[rows, given_label] += confident.TOLERANCE
    return raised.argmax(axis=1) == given_label
