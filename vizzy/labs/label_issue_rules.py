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

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vizzy import confident, noise_rates
from vizzy.labs.score import tally
from vizzy.labs import experiment

if TYPE_CHECKING:
    from vizzy.session import Session

MOST_LISTED = 60


@experiment
def compare_ways(session: Session, settings: Sequence) -> dict:
    """What each way flags.

    Parameters
    ----------
    session : vizzy.session.Session, trained
    settings : (class percentile, out-of-distribution percentile, threshold mode)

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
    suggested = confident.suggested_label(pred_probs, thresholds, given_label)
    most_probable = pred_probs.argmax(axis=1)
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


def ways_to_decide(
    given_label: np.ndarray, pred_probs: np.ndarray, class_thresholds: np.ndarray, mean_thresholds: np.ndarray
) -> dict[str, np.ndarray]:
    """Which examples each way flags.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,), in [0, K)
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1], out of sample
    class_thresholds, mean_thresholds : np.ndarray of float, shape (K,)
        Percentiles, and means.

    Returns
    -------
    dict of str to np.ndarray of bool, shape (n,)
        By the name of the way.
    """
    most_probable = pred_probs.argmax(axis=1)
    differs = most_probable != given_label
    reached = confident.reaches(pred_probs, class_thresholds)[np.arange(len(pred_probs)), most_probable]
    return {
        "argmax": differs,
        "original": differs & reached,
        "percentile": _suggested_otherwise(given_label, pred_probs, class_thresholds),
        "mean": _suggested_otherwise(given_label, pred_probs, mean_thresholds),
        "noise_rate": noise_rates.prune_by_noise_rate(given_label, pred_probs, mean_thresholds),
    }


def counter_examples(given_label: np.ndarray, pred_probs: np.ndarray, class_thresholds: np.ndarray) -> dict:
    """Where the naive rule, argmax, goes wrong as the theory says it does.

    Parameters
    ----------
    given_label, pred_probs, class_thresholds
        As for `ways_to_decide`.

    Returns
    -------
    dict
        ``unsure``: the most probable class is not the given label but reaches no threshold, and no class does;
        ``uneven``: a class other than the most probable is suggested, because only that reaches its threshold.
        Each with ``count`` and ``example``, the clearest one, with its ``probs`` and ``thresholds`` (None where
        nothing reaches it), or None.
    """
    suggested = confident.suggested_label(pred_probs, class_thresholds, given_label)
    most_probable = pred_probs.argmax(axis=1)
    top = pred_probs.max(axis=1)
    unsure = (suggested == confident.NO_LABEL) & (most_probable != given_label)
    uneven = (suggested != confident.NO_LABEL) & (suggested != most_probable)
    return {
        "unsure": _clearest(unsure, -top, pred_probs, class_thresholds),
        "uneven": _clearest(uneven, top, pred_probs, class_thresholds),
    }


def _suggested_otherwise(given_label, pred_probs, thresholds):
    suggested = confident.suggested_label(pred_probs, thresholds, given_label)
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
