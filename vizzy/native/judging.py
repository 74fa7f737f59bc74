"""Train where there are no predicted probabilities, and judge every label: for the command and the library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vizzy import confident, exporting, near_duplicates, noise_rates, ranking
from vizzy.dataset import Dataset
from vizzy.reading import Opened
from vizzy.steps import result_of

SECONDS_UNTIL_PROGRESS = 1.0  # what takes less needs none


def judged(opened: Opened, *settings: Any, **named_settings: Any) -> tuple[exporting.Findings, ranking.Parts]:
    """Judge the labels of what was read, as they were corrected so far; see `judge`."""
    given_label, corrected_label = opened.dataset.given_label, opened.review.corrected_label
    label = np.where(corrected_label == confident.NO_LABEL, given_label, corrected_label)
    return judge(opened.dataset, label, opened.texts, *settings, **{"image_hashes": opened.image_hashes, **named_settings})


def judge(
    dataset: Dataset,
    label: np.ndarray,
    texts: Sequence[str] | None = None,
    class_percentile: float | None = None,
    ood_percentile: float | None = None,
    mean: bool = False,
    by_noise_rate: bool = False,
    image_hashes: np.ndarray | None = None,
) -> tuple[exporting.Findings, ranking.Parts]:
    """Train where there are no predicted probabilities, and judge every label.

    Parameters
    ----------
    dataset : Dataset
    label : np.ndarray of int, shape (n,)
        What is judged.
    texts : sequence of str, optional
        To find near duplicates by.
    class_percentile, ood_percentile : float, optional
        Without the first, or with ``mean``, thresholds are means; without the second, outliers are out of distribution.
    mean : bool
    by_noise_rate : bool
        Whether label issues are those that pruning by noise rate flags.
    image_hashes : np.ndarray of uint64, shape (n,), optional
        To find near duplicates by.

    Returns
    -------
    Findings, ranking.Parts
    """
    pred_probs, accuracy, notes = dataset.pred_probs, None, ()
    if pred_probs is None:
        result = _trained(dataset, label)
        pred_probs, accuracy, notes = result.pred_probs, result.accuracy, result.notes
    mode = "mean" if mean or class_percentile is None else "percentile"
    parts = ranking.parts(label, pred_probs, dataset.embeddings, dataset.made_of is None)
    outlier_mask = ranking.outlier_mask(parts, pred_probs) if ood_percentile is None else None
    # A percentile is None only where it has no effect.
    analysis = confident.analyse(label, pred_probs, class_percentile, ood_percentile, mode, outlier_mask)  # type: ignore[arg-type]
    if by_noise_rate:
        analysis = noise_rates.analysis_by_noise_rate(label, pred_probs, analysis)
    findings = exporting.Findings(
        label=label,
        pred_probs=pred_probs,
        analysis=analysis,
        label_quality=ranking.combine(parts),
        threshold_mode=mode,
        class_percentile=class_percentile,
        ood_percentile=ood_percentile,
        accuracy=accuracy,
        training_notes=notes,
        near_duplicates=near_duplicates.find(dataset.given_label, dataset.embeddings, texts, image_hashes),
        by_noise_rate=by_noise_rate,
    )
    return findings, parts


def _trained(dataset, label):
    """Cross-validate, with a progress bar where that takes long."""
    from tqdm import tqdm

    from vizzy.session import cross_validation_of  # heavy, and not needed with probabilities

    with tqdm(desc="Training", unit="step", delay=SECONDS_UNTIL_PROGRESS, leave=False, disable=None) as bar:

        def show(done, total):
            bar.total = total
            bar.update(done - bar.n)

        return result_of(cross_validation_of(dataset, label), show)
