"""Makes embeddings where none were brought: of texts, of measurements, or of both side by side.

Neither looks at a label, so they are made once for all rows, before the folds are dealt: nothing can leak. Where texts
and measurements come together, each is scaled to the same total variance, and the measurements are then halved. Measured
on docstrings of two packages: columns of noise then cost no planted error, and columns that tell the label are used.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np

from vizzy.dataset import DatasetError
from vizzy.features.measurements import measurement_features
from vizzy.features.word_vectors import WordVectors
from vizzy.reading import Opened
from vizzy.steps import result_of
from vizzy.sentences import Sentence, counted, sentence

ENGLISH = sentence(
    "Most words of the texts are English, so vectors of their words are added: they were distilled from all-MiniLM-L6-v2."
)
OTHER_LANGUAGE = sentence(
    "Vectors of words are there for English alone, and these texts are in another language or have few words of it."
)
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
    words = WordVectors.shipped() if opened.raw and opened.raw.texts else None
    return result_of(embedding_steps(opened, words))


def embedding_steps(opened: Opened, words: WordVectors | None = None) -> Generator[tuple[int, int], None, Opened]:
    """The same in steps, so that whoever asks can show progress or stop.

    Parameters
    ----------
    opened : Opened
    words : WordVectors, optional
        Used for texts in English.

    Yields
    ------
    (int, int)
        Steps done, and how many there will be.

    Returns
    -------
    Opened

    Raises
    ------
    DatasetError
        As for `embedded`.
    """
    raw, notes = opened.raw, opened.notes
    if raw is None:
        return opened
    texts = None
    if raw.texts is not None:
        if words is not None and not words.covers(raw.texts):
            words = None
        _check_texts_differ(raw)
        texts = yield from text_steps(raw.texts, words)
        notes = (*notes, ENGLISH if words else OTHER_LANGUAGE, *_note_on_empty_texts(raw.texts))
    measurements = measurement_features(raw.columns).values if raw.columns else None
    embeddings = _side_by_side(texts, measurements)
    dataset = replace(opened.dataset, embeddings=embeddings, made_of=raw.kind)
    return replace(opened, dataset=dataset, notes=notes)


def text_steps(
    texts: Sequence[str], words: WordVectors | None = None
) -> Generator[tuple[int, int], None, np.ndarray]:
    """Features of texts: what they say, and what their words mean, side by side with equal weight.

    Parameters
    ----------
    texts : sequence of str, length n
    words : WordVectors, optional

    Yields
    ------
    (int, int)
        Steps done, and how many there will be.

    Returns
    -------
    np.ndarray of float32, shape (n, d)

    Raises
    ------
    DatasetError
        Where no two texts have anything in common.
    """
    from vizzy.features.texts import text_feature_steps  # brings more of scikit-learn, which tables do not need

    try:
        features = yield from text_feature_steps(texts)
    except ValueError as error:
        raise DatasetError(
            sentence("The texts cannot be compared: {reason}. Choose another column for the text.", reason=error.args[0])
        ) from error
    if words is None:
        return features
    return np.hstack([features, (yield from words.steps(texts))])


def _check_texts_differ(raw):
    if not raw.columns and len({text.strip() for text in raw.texts}) < 2:
        raise DatasetError(sentence(
            "The texts are all the same, so they cannot tell one label from another. Choose another column for the text."
        ))


def _note_on_empty_texts(texts) -> tuple[Sentence, ...]:
    count = sum(not text.strip() for text in texts)
    if not count:
        return ()
    return (counted(
        count,
        "{} text is empty: nothing in it speaks for or against its label.",
        "{} texts are empty: nothing in them speaks for or against their labels.",
    ),)


def _side_by_side(texts, measurements):
    blocks = [block for block in (texts, measurements) if block is not None and block.shape[1]]
    if not blocks:
        raise DatasetError(sentence("No column tells one row from another: choose others for the measurements."))
    if len(blocks) == 1:
        return blocks[0]
    texts, measurements = [block / (np.sqrt(block.var(axis=0).sum()) or 1.0) for block in blocks]
    return np.hstack([texts, MEASUREMENTS_BESIDE_TEXTS * measurements])
