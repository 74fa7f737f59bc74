"""Embeddings of what was read without any: of its texts, its measurements, or both side by side.

Neither looks at a label, so they are made once for all rows, before the folds are dealt: nothing can leak. Where texts
and measurements come together, each is scaled to the same total variance, and the measurements are then halved. Measured
on docstrings of two packages: columns of noise then cost no planted error, and columns that tell the label are used.
"""

from collections.abc import Generator
from dataclasses import replace

import numpy as np

from vizzy.dataset import DatasetError
from vizzy.features.measurements import measurement_features
from vizzy.reading import Opened
from vizzy.steps import result_of

MEASUREMENTS_BESIDE_TEXTS = 0.5  # of the texts' standard deviation


def embedded(opened: Opened) -> Opened:
    """What was read, with embeddings where it came with raw data alone.

    Parameters
    ----------
    opened : Opened

    Returns
    -------
    Opened

    Raises
    ------
    DatasetError
        Where the raw data tells nothing that could be compared.
    """
    return result_of(embedding_steps(opened))


def embedding_steps(opened: Opened) -> Generator[tuple[int, int], None, Opened]:
    """The same in steps, so that whoever asks can show progress or stop.

    Parameters
    ----------
    opened : Opened

    Yields
    ------
    (int, int)
        Steps done, and how many there will be.

    Returns
    -------
    Opened
    """
    raw = opened.raw
    if raw is None:
        return opened
    blocks = []
    if raw.texts is not None:
        from vizzy.features.texts import text_feature_steps  # brings more of scikit-learn, which tables do not need

        try:
            blocks.append((yield from text_feature_steps(raw.texts)))
        except ValueError as error:
            raise DatasetError(f"The texts cannot be compared: {error}. Choose another column for the text.") from error
    if raw.columns:
        blocks.append(measurement_features(raw.columns).values)
    embeddings = _side_by_side([block for block in blocks if block.shape[1]])
    return replace(opened, dataset=replace(opened.dataset, embeddings=embeddings, made_of=raw.kind))


def _side_by_side(blocks):
    if not blocks:
        raise DatasetError("No column tells one row from another: choose others for the measurements.")
    if len(blocks) == 1:
        return blocks[0]
    texts, measurements = [block / (np.sqrt(block.var(axis=0).sum()) or 1.0) for block in blocks]
    return np.hstack([texts, MEASUREMENTS_BESIDE_TEXTS * measurements])
