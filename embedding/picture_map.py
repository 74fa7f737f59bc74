"""A map of the images: t-SNE of the reduced embeddings, two numbers per image.

Images that the embedding takes for alike stand together, so one look tells whether the classes come apart at all.
t-SNE compares everything with everything; beyond `MOST_FITTED` images it is fitted to a seeded sample, and each
other image is set among the nearest of the sample.
"""

from __future__ import annotations

import numpy as np

MOST_FITTED = 4000
PERPLEXITY = 30.0
FEWEST_FOR_TSNE = 5
NEIGHBOURS = 3
BLOCK = 4096
SEED = 0


def map_of(embeddings: np.ndarray) -> np.ndarray:
    """Where each image stands on the map.

    Parameters
    ----------
    embeddings : np.ndarray of float, shape (n, d)
        May be memory-mapped.

    Returns
    -------
    np.ndarray of float32, shape (n, 2), in [-1, 1]
    """
    count = len(embeddings)
    if count <= MOST_FITTED:
        return _centred(_tsne(np.asarray(embeddings)))
    sample_idx = np.sort(np.random.default_rng(SEED).choice(count, MOST_FITTED, replace=False))
    sample = np.asarray(embeddings[sample_idx])
    places = _tsne(sample)
    everything = np.concatenate(
        [_among(sample, places, embeddings[k : k + BLOCK]) for k in range(0, count, BLOCK)]
    )
    everything[sample_idx] = places
    return _centred(everything)


def _tsne(embeddings: np.ndarray) -> np.ndarray:
    from sklearn.manifold import TSNE

    count = len(embeddings)
    if count < FEWEST_FOR_TSNE or np.ptp(embeddings, axis=0).max() == 0:
        return np.stack([np.arange(count), np.zeros(count)], axis=1)  # a row: there is nothing to map
    perplexity = min(PERPLEXITY, (count - 1) / 3)
    start = "pca" if embeddings.shape[1] > 1 else "random"
    return TSNE(perplexity=perplexity, init=start, random_state=SEED, n_jobs=1).fit_transform(embeddings)


def _among(sample: np.ndarray, places: np.ndarray, block: np.ndarray) -> np.ndarray:
    from sklearn.neighbors import NearestNeighbors

    nearest = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(sample)
    return places[nearest.kneighbors(np.asarray(block), return_distance=False)].mean(axis=1)


def _centred(places: np.ndarray) -> np.ndarray:
    low, high = places.min(axis=0), places.max(axis=0)
    half = float((high - low).max()) / 2 or 1.0
    return ((places - (low + high) / 2) / half).astype(np.float32)
