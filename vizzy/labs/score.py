"""The score card: how right the present settings are, where the truth is known.

A *problem* is an example whose given label is not the true one. There are two kinds: a *wrong label*, where another
class is true, and an example *of no class*, where none is. There are two lists: label issues, where the first
kind belongs, and out of distribution, where the second does. Each list is measured against its own kind, and
both together against both: an example of no class among the label issues is in the wrong list, but found.

precision = found / flagged, recall = found / problems, F1 = 2 found / (flagged + problems): None where that is 0 / 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vizzy import confident
from vizzy.vocabulary import f1, precision, recall
from vizzy.labs import experiment

if TYPE_CHECKING:
    from vizzy.session import Session

MOST_LISTED = 60


def tally(flagged_mask: np.ndarray, problem_mask: np.ndarray) -> dict:
    """How well what is flagged meets the problems.

    Parameters
    ----------
    flagged_mask, problem_mask : np.ndarray of bool, shape (n,)

    Returns
    -------
    dict
        ``problems``, ``flagged``, ``found`` and ``false_alarms``, counts; ``precision``, ``recall`` and ``f1``.
    """
    return measures(int((flagged_mask & problem_mask).sum()), int(flagged_mask.sum()), int(problem_mask.sum()))


def measures(found: int, flagged: int, problems: int) -> dict:
    """What `tally` returns, from counts.

    Parameters
    ----------
    found, flagged, problems : int, at least 0

    Returns
    -------
    dict
        As `tally` returns.
    """
    return {
        "problems": problems,
        "flagged": flagged,
        "found": found,
        "false_alarms": flagged - found,
        "precision": precision(found, flagged),
        "recall": recall(found, problems),
        "f1": f1(found, flagged, problems),
    }


@experiment
def score_card(session: Session, settings: Sequence) -> dict:
    """How the settings do; see the module.

    Parameters
    ----------
    session : vizzy.session.Session, trained
    settings : (class percentile, out-of-distribution percentile, threshold mode)

    Returns
    -------
    dict
        ``known``: whether the truth is; if it is not, only ``counts`` comes with it. Else also ``rows``, a tally
        for each of "wrong_label", "no_class" and "all"; ``elsewhere``, how many of each kind are only in the
        other list; ``right_suggestions``, how many wrong labels are suggested the true one; ``missed``, see
        `missed_problem`; ``found`` and ``false_alarms``, examples; of each list at most ``MOST_LISTED``.
    """
    analysis = session.analysis_at(*settings)
    given_label, true_label = session.predictions.given_label, session.dataset.true_label
    counts = {
        "label_issues": int(analysis.label_issue_mask.sum()),
        "out_of_distribution": int(analysis.out_of_distribution_mask.sum()),
        "unconfident": int(analysis.unconfident_mask.sum()),
    }
    if true_label is None:
        return {"known": False, "counts": counts}
    wrong_mask, no_class_mask = kinds_of_problem(given_label, true_label)
    issue_mask, ood_mask = analysis.label_issue_mask, analysis.out_of_distribution_mask
    flagged_mask, problem_mask = issue_mask | ood_mask, wrong_mask | no_class_mask
    worst_first = np.argsort(session.predictions.quality_rank)
    missed = worst_first[(problem_mask & ~flagged_mask)[worst_first]]
    return {
        "known": True,
        "counts": counts,
        "rows": {
            "wrong_label": tally(issue_mask, wrong_mask),
            "no_class": tally(ood_mask, no_class_mask),
            "all": tally(flagged_mask, problem_mask),
        },
        "elsewhere": {
            "wrong_label": int((wrong_mask & ood_mask).sum()),
            "no_class": int((no_class_mask & issue_mask).sum()),
        },
        "right_suggestions": int((wrong_mask & (analysis.suggested_label == true_label)).sum()),
        "missed": [missed_problem(session, int(example), analysis) for example in missed[:MOST_LISTED]],
        "found": worst_first[(problem_mask & flagged_mask)[worst_first]][:MOST_LISTED].tolist(),
        "false_alarms": worst_first[(flagged_mask & ~problem_mask)[worst_first]][:MOST_LISTED].tolist(),
    }


def kinds_of_problem(given_label: np.ndarray, true_label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which examples have a wrong label, and which are of no class.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,), in [0, K)
    true_label : np.ndarray of int, shape (n,), in [-1, K)

    Returns
    -------
    wrong_mask, no_class_mask : np.ndarray of bool, shape (n,)
    """
    no_class_mask = true_label == confident.NO_LABEL
    return ~no_class_mask & (given_label != true_label), no_class_mask


def missed_problem(session: Session, example: int, analysis: confident.Analysis) -> dict:
    """Why a problem is not flagged, and which percentile would flag it.

    Parameters
    ----------
    session : vizzy.session.Session, trained
    example : int in [0, n)
        Of a dataset whose true labels are known.
    analysis : vizzy.confident.Analysis
        Of the session's predictions.

    Returns
    -------
    dict
        ``example``, ``given``, ``true`` (-1: of no class); ``agrees``: whether its given label is suggested (else
        nothing is); ``prob`` and ``threshold`` of the class that keeps it unflagged, ``keeper``: the given one where
        that is suggested, else the one whose out-of-distribution threshold it reaches by most;
        ``issue_from``: percentiles (above, up to) at which it is a label issue, or None; ``no_class_above``: the
        percentile above which nothing describes it.
    """
    predictions = session.predictions
    given, true = int(predictions.given_label[example]), int(session.dataset.true_label[example])  # type: ignore[index]
    probs = predictions.pred_probs[example]
    agrees = bool(analysis.suggested_label[example] == given)
    thresholds = analysis.class_thresholds if agrees else analysis.ood_thresholds
    keeper = given if agrees else int((probs - thresholds).argmax())
    above, up_to = confident.suggestion_ranges(
        predictions.given_label, predictions.pred_probs, example, predictions.confidences
    )
    accusing = [(float(high), float(low)) for label, (low, high) in enumerate(zip(above, up_to, strict=True))
                if label != given and low < high]
    return {
        "example": example,
        "given": given,
        "true": true,
        "agrees": agrees,
        "keeper": keeper,
        "prob": float(probs[keeper]),
        "threshold": float(thresholds[keeper]),
        "issue_from": max(accusing)[::-1] if accusing else None,
        "no_class_above": float(up_to.max()),
    }
