"""Five ways to decide whether a label is wrong, on the same predicted probabilities.

``argmax``        The most probable class is not the given one. Never in doubt, so never silent.
``original``      The most probable class is not the given one and reaches its class threshold (a percentile): the
                  rule of the app that Vizzy follows.
``percentile``    Confident learning: the most probable class *among those that reach their threshold* is not the given
                  one; thresholds are percentiles.
``mean``          The same with the mean as threshold, as in the paper.
``noise_rate``    Prune by noise rate, the paper's other proposal and cleanlab's default: the confident joint, scaled
                  to the counts of the labels, says *how many* examples given i are truly j; so many are flagged, those
                  first whose probability of j exceeds that of i by most, but for those where i is most probable.

What is called right here is a flagged example whose given label is not the true one.

The naive rule fails in two ways, and `counter_examples` finds both happening in the data: it accuses a label where the
model has no idea (*unsure*), and it lets a class that the model is generous with beat one that it is shy of
(*uneven*).
"""

import numpy as np

from vizzy import confident
from vizzy.labs.score import tally

MOST_LISTED = 60
FEWEST_KEPT = 1  # examples that prune by noise rate leave in every class


def compare_ways(session, settings):
    """What each way flags.

    Returns
    -------
    dict
        ``ways``: by name, ``flagged`` (a count) and, where the truth is known, ``tally``; ``differing``: how many
        examples some ways flag and others do not; ``examples``: of these the worst ``MOST_LISTED``, each with
        ``example``, ``given``, ``argmax``, ``suggested``, ``true`` (None: not known) and ``by``, the names of the ways
        that flag it; ``counter_examples``, see there.
    """
    predictions, problem_mask = session.predictions, session.problem_mask
    given_label, pred_probs = predictions.given_label, predictions.pred_probs
    thresholds = predictions.confidences.thresholds_at(settings[0])
    masks = ways_to_decide(given_label, pred_probs, thresholds, predictions.confidences.mean_thresholds())
    votes = np.sum(list(masks.values()), axis=0)
    differing = np.flatnonzero((votes > 0) & (votes < len(masks)))
    worst_first = differing[np.argsort(predictions.quality_rank[differing])]
    suggested, most_probable = confident.suggested_label(pred_probs, thresholds), pred_probs.argmax(axis=1)
    true_label = session.dataset.true_label
    return {
        "ways": {
            name: {
                "flagged": int(mask.sum()),
                "tally": None if problem_mask is None else tally(mask, problem_mask),
            }
            for name, mask in masks.items()
        },
        "differing": len(differing),
        "examples": [
            {
                "example": int(example),
                "given": int(given_label[example]),
                "argmax": int(most_probable[example]),
                "suggested": int(suggested[example]),
                "true": None if true_label is None else int(true_label[example]),
                "by": [name for name, mask in masks.items() if mask[example]],
            }
            for example in worst_first[:MOST_LISTED]
        ],
        "counter_examples": counter_examples(given_label, pred_probs, thresholds),
    }


def ways_to_decide(given_label, pred_probs, class_thresholds, mean_thresholds):
    """Whom each way flags: dict of name to np.ndarray of bool, shape (n,)."""
    most_probable = pred_probs.argmax(axis=1)
    differs = most_probable != given_label
    reached = confident.reaches(pred_probs, class_thresholds)[np.arange(len(pred_probs)), most_probable]
    return {
        "argmax": differs,
        "original": differs & reached,
        "percentile": _suggested_otherwise(given_label, pred_probs, class_thresholds),
        "mean": _suggested_otherwise(given_label, pred_probs, mean_thresholds),
        "noise_rate": prune_by_noise_rate(
            given_label, pred_probs, confident_counts(given_label, pred_probs, mean_thresholds)
        ),
    }


def counter_examples(given_label, pred_probs, class_thresholds):
    """Where the naive rule, argmax, goes wrong as the theory says it does.

    Returns
    -------
    dict
        ``unsure``: the model's favourite is not the given label but reaches no threshold, and no class does;
        ``uneven``: a class other than the favourite is suggested, because only that reaches its threshold.
        Each with ``count`` and ``example``, the clearest one, with its ``probs`` and ``thresholds`` (None where
        nothing reaches it), or None.
    """
    suggested = confident.suggested_label(pred_probs, class_thresholds)
    most_probable = pred_probs.argmax(axis=1)
    top = pred_probs.max(axis=1)
    unsure = (suggested == confident.NO_LABEL) & (most_probable != given_label)
    uneven = (suggested != confident.NO_LABEL) & (suggested != most_probable)
    return {
        "unsure": _clearest(unsure, -top, pred_probs, class_thresholds),
        "uneven": _clearest(uneven, top, pred_probs, class_thresholds),
    }


def confident_counts(given_label, pred_probs, thresholds):
    """The confident joint, calibrated and rounded, by given and true label: np.ndarray of int, shape (K, K).

    The diagonal counts at least 1, so that a class nobody is sure of is not taken to be all wrong.
    """
    suggested = confident.suggested_label(pred_probs, thresholds)
    joint = confident.confident_joint(given_label, suggested, pred_probs.shape[1])
    np.fill_diagonal(joint, np.maximum(joint.diagonal(), 1))
    return round_rows(calibrated(joint, given_label))


def calibrated(joint, given_label):
    """Scale a confident joint so that its rows sum to the counts of the given labels: np.ndarray, shape (K, K).

    The joint counts only whom the model is confident of; this is its estimate for all. As in the paper, the
    whole is scaled to n too, which matters where a row is empty.
    """
    counts = np.bincount(given_label, minlength=len(joint))
    scaled = joint / np.maximum(joint.sum(axis=1, keepdims=True), confident.TOLERANCE) * counts[:, None]
    return scaled / max(scaled.sum(), confident.TOLERANCE) * len(given_label)


def round_rows(matrix):
    """Whole numbers that keep the (rounded) sum of every row: np.ndarray of int.

    What rounding lost or gained is made up for where it was nearest to going the other way.
    """
    whole = np.round(matrix)
    for row, rounded in zip(matrix, whole, strict=True):
        missing = int(round(row.sum()) - rounded.sum())
        order = np.argsort(row - rounded)
        chosen = order[::-1][:missing] if missing > 0 else order[: -missing]
        rounded[chosen] += np.sign(missing)
    return whole.astype(int)


def prune_by_noise_rate(given_label, pred_probs, counts):
    """Flag as many examples of each given and true class as ``counts`` says, those of the largest margin first.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,)
    pred_probs : np.ndarray, shape (n, K)
    counts : np.ndarray of int, shape (K, K)
        By given (row) and true label (column), as `confident_counts` makes it.

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
        for true in range(len(counts)):
            margin = pred_probs[examples, true] - pred_probs[examples, given]
            if true != given:
                flagged_mask[examples[np.argsort(-margin)[: counts[given, true]]]] = True
    given_is_most_probable = pred_probs.max(axis=1) <= confident.self_confidence(given_label, pred_probs) + confident.TOLERANCE
    return flagged_mask & ~given_is_most_probable


def keep_some(counts):
    """Leave at least ``FEWEST_KEPT`` correct examples in every class, taken evenly from its errors: (K, K) of int."""
    correct = np.maximum(counts.diagonal(), FEWEST_KEPT)
    raised = correct - counts.diagonal()
    n_errors = np.maximum(np.count_nonzero(counts, axis=1) - 1, 1)
    kept = np.maximum(counts - (raised / n_errors)[:, None], 0).astype(int)
    np.fill_diagonal(kept, correct)
    return kept


def _suggested_otherwise(given_label, pred_probs, thresholds):
    suggested = confident.suggested_label(pred_probs, thresholds)
    return (suggested != confident.NO_LABEL) & (suggested != given_label)


def _clearest(mask, clarity, pred_probs, thresholds):
    candidates = np.flatnonzero(mask)
    if not len(candidates):
        return {"count": 0, "example": None}
    example = int(candidates[clarity[candidates].argmax()])
    return {
        "count": len(candidates),
        "example": example,
        "probs": pred_probs[example].tolist(),
        "thresholds": [value if np.isfinite(value) else None for value in thresholds.tolist()],
    }
