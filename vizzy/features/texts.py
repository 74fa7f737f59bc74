"""Texts as vectors: weighted counts of words and of letters, reduced to a few dimensions.

Each text is described twice: by its words and pairs of words, and by the runs of 3 to 5 characters within them, which
need no spaces between words and forgive spelling. Counts are weighted by TF-IDF, so that what stands in every text
says little, and reduced by a truncated singular value decomposition (latent semantic analysis). Rows have length 1: a
long text counts no more than a short one. There is no vocabulary to download, and no language is assumed.

Terms are hashed to columns and not looked up in a vocabulary, which takes little memory and works block by block.
Of many texts, the decomposition is found from a seeded sample, and all are projected onto it. It is Halko's randomized
one, iterated on the side of the texts: scikit-learn's orthogonalizes a dense matrix of a row for each term, of which there
are a hundred times as many, and takes minutes under WebAssembly.

No label is looked at, so the features are the same for every fold and cannot leak one.

References
----------
Halko, Martinsson, Tropp: Finding Structure with Randomness. SIAM Review 53(2), 2011.
Deerwester, Dumais, Furnas, Landauer, Harshman: Indexing by Latent Semantic Analysis. JASIS 41(6), 1990.
"""

from collections.abc import Generator, Sequence

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer

from vizzy.features import terms
from vizzy.reading.raw import MOST_OF_TEXTS
from vizzy.sentences import sentence
from vizzy.steps import result_of

DIMENSIONS = MOST_OF_TEXTS
# Runs of characters are taken from the beginning of a text: they are many, and say little that its words do not.
CHARACTERS_READ = 300
FEWEST_TEXTS = 2  # that have a term: what stands in one text alone is like nothing else
TEXTS_DECOMPOSED = 4_000
POWER_ITERATIONS = 2  # of the randomized decomposition; more changed no result that was measured
OVERSAMPLED = 8  # dimensions more while iterating
BLOCK = 500  # texts a step


def text_features(texts: Sequence[str], dimensions: int = DIMENSIONS, seed: int = 0) -> np.ndarray:
    """Describe each text by a vector; texts with similar words and spellings are close.

    Parameters
    ----------
    texts, dimensions, seed
        As for `text_feature_steps`.

    Returns
    -------
    np.ndarray of float32, shape (n, d)
        Rows have length 1, or are 0 where a text shares nothing with another one.

    Raises
    ------
    ValueError
        Where no two texts have anything in common.

    Examples
    --------
    >>> features = text_features(["a red fox", "the red fox runs", "late delivery", "the delivery is late"])
    >>> closeness = features @ features.T
    >>> bool(closeness[0, 1] > closeness[0, 2])
    True
    """
    return result_of(text_feature_steps(texts, dimensions, seed))


def text_feature_steps(
    texts: Sequence[str], dimensions: int = DIMENSIONS, seed: int = 0
) -> Generator[tuple[int, int], None, np.ndarray]:
    """The same in steps, so that whoever asks can show progress, answer others meanwhile, or stop.

    Parameters
    ----------
    texts : sequence of str, length n
    dimensions : int
        At most so many columns; fewer where there are fewer texts or terms.
    seed : int
        Of the sample and of the decomposition: the same texts and seed give the same features.

    Yields
    ------
    (int, int)
        Steps done, and how many there will be.

    Returns
    -------
    np.ndarray of float32, shape (n, d)
    """
    blocks = [texts[start : start + BLOCK] for start in range(0, len(texts), BLOCK)]
    total = 2 * len(blocks) + POWER_ITERATIONS + 1
    counts = []
    for done, block in enumerate(blocks):
        yield done, total
        counts.append(terms.counts(block, CHARACTERS_READ))
    weighted = _weighted(sparse.vstack(counts, format="csr"))
    del counts
    sample = _sample(weighted, seed)
    subspace = _first_subspace(sample, dimensions, seed)
    for number in range(POWER_ITERATIONS):
        yield len(blocks) + number, total
        subspace = _nearer_subspace(sample, subspace)
    yield len(blocks) + POWER_ITERATIONS, total
    components = _components(sample, subspace, dimensions)
    features = np.zeros((len(texts), components.shape[1]), dtype=np.float32)
    for number in range(len(blocks)):
        yield len(blocks) + POWER_ITERATIONS + 1 + number, total
        rows = slice(number * BLOCK, (number + 1) * BLOCK)
        features[rows] = _unit_rows(weighted[rows] @ components)
    return features


def _weighted(counts):
    """TF-IDF of the terms that stand in several texts, words and characters weighing the same."""
    n_texts = np.bincount(counts.indices, minlength=counts.shape[1])
    if not (n_texts >= FEWEST_TEXTS).any():
        raise ValueError(sentence("no two texts have a word or a run of characters in common"))
    parts = []
    for columns in np.split(np.arange(counts.shape[1]), 2):
        kept = columns[n_texts[columns] >= FEWEST_TEXTS]
        if len(kept):
            parts.append(TfidfTransformer(sublinear_tf=True).fit_transform(counts[:, kept]))
    return sparse.hstack(parts, format="csr", dtype=np.float32)


def _sample(weighted, seed):
    """The texts that the decomposition is found from: all, or of many a seeded sample."""
    n = weighted.shape[0]
    if n <= TEXTS_DECOMPOSED:
        return weighted
    return weighted[np.sort(np.random.default_rng(seed).choice(n, TEXTS_DECOMPOSED, replace=False))]


def _first_subspace(weighted, dimensions, seed):
    """Orthogonal columns at random: np.ndarray of float32, shape (texts, dimensions and some more)."""
    most = min(dimensions + OVERSAMPLED, *weighted.shape)
    return _orthogonal(np.random.default_rng(seed).normal(size=(weighted.shape[0], most)))


def _nearer_subspace(weighted, subspace):
    """The same, one power iteration nearer to where the texts differ most."""
    return _orthogonal(weighted @ (weighted.T @ subspace))


def _orthogonal(columns):
    return np.linalg.qr(columns)[0].astype(np.float32)


def _components(weighted, subspace, dimensions):
    """The directions in which texts differ most, the first ones first: np.ndarray of float32, shape (terms, d)."""
    # All dense products are on the side of the texts, too, as with a row for each term they take longer than the sparse.
    squares = subspace.T @ (weighted @ (weighted.T @ subspace))
    strengths, turns = np.linalg.eigh(squares.astype(np.float64))
    kept = np.argsort(-strengths)[:dimensions]
    kept = kept[strengths[kept] > strengths.max() * np.finfo(np.float32).eps]
    return weighted.T @ (subspace @ (turns[:, kept] / np.sqrt(strengths[kept])).astype(np.float32))


def _unit_rows(vectors):
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)
