"""The challenge: ten hidden label errors, and how many of them the reader and the algorithm find.

Labels are taken for right, as in `vizzy.labs.noise`. Of some tens of examples, seeded, ten get another label; the
classifier is trained on all examples with these labels, and what it flags among those on the table is its answer.
Examples of no class do not take part: that none of the labels fits them is another question.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from vizzy import confident
from vizzy.dataset import DatasetError
from vizzy.labs.noise import labels_taken_for_right, predict
from vizzy.labs.score import measures
from vizzy.labs import experiment
from vizzy.session import analysis_of
from vizzy.sentences import sentence

if TYPE_CHECKING:
    from vizzy.session import Session

HIDDEN = 10
ON_THE_TABLE = 60


@experiment
def hide_errors(session: Session, settings: Sequence, seed: int = 0) -> Generator[tuple[int, int], None, dict]:
    """Hide ten errors and let the algorithm look for them.

    Parameters
    ----------
    session : vizzy.session.Session
    settings : (class percentile, out-of-distribution percentile, threshold mode)
    seed : int

    Yields
    ------
    (int, int)
        Steps done, and how many there will be.

    Returns
    -------
    dict
        ``examples``, those on the table, in random order; ``labels``, the label each shows; ``right``, the one it has;
        ``flagged``, the examples among them that are label issues; ``tally`` of those.

    Raises
    ------
    vizzy.dataset.DatasetError
        Where there are too few classes or examples.
    """
    dataset = session.dataset
    right_label = labels_taken_for_right(dataset)
    table, hidden = deal(right_label, len(dataset.classes), seed)
    random = np.random.default_rng(seed + 1)
    given_label = np.where(right_label == confident.NO_LABEL, dataset.given_label, right_label)
    step = random.integers(1, len(dataset.classes), size=len(hidden))
    given_label[hidden] = (right_label[hidden] + step) % len(dataset.classes)
    pred_probs = yield from predict(dataset, given_label)
    issue_mask = analysis_of(dataset, given_label, pred_probs, *settings).label_issue_mask
    flagged = table[issue_mask[table]]
    found = int(np.isin(flagged, hidden).sum())
    return {
        "examples": table.tolist(),
        "labels": given_label[table].tolist(),
        "right": right_label[table].tolist(),
        "flagged": flagged.tolist(),
        "tally": measures(found, len(flagged), len(hidden)),
    }


def deal(label: np.ndarray, n_classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Which examples are on the table, and which of them get another label.

    Parameters
    ----------
    label : np.ndarray of int, shape (n,), in [-1, n_classes)
        -1 for examples that do not take part.
    n_classes : int
    seed : int

    Returns
    -------
    table : np.ndarray of int, shape (at most ``ON_THE_TABLE``,), in [0, n)
        In random order.
    hidden : np.ndarray of int, shape (``HIDDEN``,), in [0, n)
        Some of them, in random order.

    Raises
    ------
    vizzy.dataset.DatasetError
        Where there are too few classes or examples.
    """
    taking_part = np.flatnonzero(label != confident.NO_LABEL)
    if n_classes < 2 or len(taking_part) < 2 * HIDDEN:
        raise DatasetError(sentence(
            "To hide {errors} errors takes two classes and {needed} examples; here are {classes} and {examples}.",
            errors=HIDDEN, needed=2 * HIDDEN, classes=n_classes, examples=len(taking_part),
        ))
    random = np.random.default_rng(seed)
    table = random.permutation(taking_part)[:ON_THE_TABLE]
    return table, random.permutation(table)[:HIDDEN]
