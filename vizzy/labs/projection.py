"""Two-dimensional maps of the embeddings: principal components, or t-SNE.

`principal_map` projects onto the two directions in which the examples vary most (principal component analysis):
at once, but classes may lie over each other. `neighbour_map` arranges up to ``MOST_ARRANGED`` examples so that
those close in the embedding are close on the map (t-SNE): better to look at, and slower. Where a dataset brought
probabilities and no embeddings, these take their place.

van der Maaten, Hinton: Visualizing Data using t-SNE. JMLR 9, 2008.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np

from vizzy.dataset import DatasetError
from vizzy.labs import experiment
from vizzy.sentences import sentence

if TYPE_CHECKING:
    from vizzy.session import Session

MOST_ARRANGED = 1500
PERPLEXITY = 30  # about how many neighbours count
STEPS = 400
EXAGGERATED_STEPS, EXAGGERATION = 100, 12.0
EARLY_MOMENTUM, MOMENTUM = 0.5, 0.8
BISECTIONS = 40
SMALLEST = 1e-12


@experiment
def principal_map(session: Session) -> np.ndarray:
    """The map of two principal components: np.ndarray of float32, shape (2n,), x, y, x, y, ... in [0, 1]."""
    return as_places(principal_components(_features(session)))


@experiment
def neighbour_map(session: Session) -> Generator[tuple[int, int], None, np.ndarray]:
    """A t-SNE map, in steps.

    Parameters
    ----------
    session : vizzy.session.Session

    Yields
    ------
    (int, int)
        Steps done, and how many there will be.

    Returns
    -------
    np.ndarray of float32, shape (2n,), in [0, 1]
        x, y, x, y, ...

    Raises
    ------
    vizzy.dataset.DatasetError
        Where there are more than ``MOST_ARRANGED`` examples.

    References
    ----------
    van der Maaten, Hinton: Visualizing Data using t-SNE. Journal of Machine Learning Research 9, 2008.
    """
    features = _features(session)
    if len(features) > MOST_ARRANGED:
        raise DatasetError(sentence(
            "Arranging by neighbours takes up to {most} examples, and here are {n}: the map of "
            "principal components has room for all.",
            most=MOST_ARRANGED, n=len(features),
        ))
    places = yield from arranged_by_neighbours(features)
    return as_places(places)


def principal_components(features: np.ndarray) -> np.ndarray:
    """The first two principal components.

    Parameters
    ----------
    features : np.ndarray of numbers, shape (n, d), finite

    Returns
    -------
    np.ndarray of float64, shape (n, 2)
        Zeros in the second column where there is one dimension only.
    """
    centred = np.asarray(features, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    directions = directions[:, ::-1][:, :2]
    # A direction may point either way: the largest entry is made positive, so that every machine draws the same map.
    largest = np.abs(directions).argmax(axis=0)
    directions = directions * np.sign(directions[largest, np.arange(directions.shape[1])])
    components = centred @ directions
    return np.pad(components, ((0, 0), (0, 2 - components.shape[1])))


def arranged_by_neighbours(features: np.ndarray) -> Generator[tuple[int, int], None, np.ndarray]:
    """t-SNE, exact, from the principal components on.

    Parameters
    ----------
    features : np.ndarray of numbers, shape (n, d), finite

    Yields
    ------
    (int, int)
        Steps done, and how many there will be.

    Returns
    -------
    np.ndarray of float64, shape (n, 2)

    References
    ----------
    van der Maaten, Hinton: Visualizing Data using t-SNE. Journal of Machine Learning Research 9, 2008.
    """
    n = len(features)
    start = principal_components(features)
    places = 1e-4 * start / max(start.std(), SMALLEST)
    if n < 4:
        return places
    joint = neighbour_probabilities(squared_distances(np.asarray(features, dtype=np.float64)), min(PERPLEXITY, (n - 1) / 3))
    velocity, gain = np.zeros_like(places), np.ones_like(places)
    rate = max(n / EXAGGERATION / 4, 50)
    for step in range(STEPS):
        yield step, STEPS
        early = step < EXAGGERATED_STEPS
        gradient = _gradient(joint * (EXAGGERATION if early else 1), places)
        gain = np.where(np.sign(gradient) != np.sign(velocity), gain + 0.2, gain * 0.8).clip(0.01)
        velocity = (EARLY_MOMENTUM if early else MOMENTUM) * velocity - rate * gain * gradient
        places = places + velocity
    return places


def squared_distances(points: np.ndarray) -> np.ndarray:
    """Between every two of some points.

    Parameters
    ----------
    points : np.ndarray of float, shape (n, d), finite

    Returns
    -------
    np.ndarray of float, shape (n, n), at least 0
    """
    squares = (points**2).sum(axis=1)
    return np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0)


def neighbour_probabilities(squared: np.ndarray, perplexity: float) -> np.ndarray:
    """How much each pair are neighbours.

    A Gaussian around each example, as wide as it takes for about ``perplexity`` neighbours to count; the width is
    found by bisection, for all examples at once.

    Parameters
    ----------
    squared : np.ndarray of float, shape (n, n), at least 0
        Squared distances.
    perplexity : float, at least 1

    Returns
    -------
    np.ndarray of float, shape (n, n), in [0, 1]
        Symmetric, summing to 1.

    References
    ----------
    van der Maaten, Hinton: Visualizing Data using t-SNE. Journal of Machine Learning Research 9, 2008.
    """
    squared = squared - np.where(np.eye(len(squared)) > 0, np.inf, squared).min(axis=1, keepdims=True)
    np.fill_diagonal(squared, np.inf)
    finite = np.where(np.isfinite(squared), squared, 0)
    scale = max(finite.mean(), SMALLEST)
    low, high = np.full(len(squared), 1e-4 / scale), np.full(len(squared), 1e6 / scale)
    for _ in range(BISECTIONS):
        sharpness = np.sqrt(low * high)
        probs = np.exp(-squared * sharpness[:, None])
        probs /= probs.sum(axis=1, keepdims=True)
        entropy = -(probs * np.log(np.maximum(probs, SMALLEST))).sum(axis=1)
        too_wide = entropy > np.log(perplexity)
        low, high = np.where(too_wide, sharpness, low), np.where(too_wide, high, sharpness)
    return np.maximum(probs + probs.T, SMALLEST) / (2 * len(probs))


def as_places(points: np.ndarray) -> np.ndarray:
    """Points stretched to fill the unit square.

    Parameters
    ----------
    points : np.ndarray of float, shape (n, 2), finite

    Returns
    -------
    np.ndarray of float32, shape (2n,), in [0, 1]
        x, y, x, y, ...
    """
    low, high = points.min(axis=0), points.max(axis=0)
    size = np.where(high > low, high - low, 1.0)
    return ((points - (low + high) / 2) / size + 0.5).astype(np.float32).ravel()


def _gradient(joint, places):
    closeness = 1 / (1 + squared_distances(places))
    np.fill_diagonal(closeness, 0)
    pull = (joint - np.maximum(closeness / closeness.sum(), SMALLEST)) * closeness
    return 4 * (pull.sum(axis=1)[:, None] * places - pull @ places)


def _features(session):
    embeddings = session.dataset.embeddings
    return session.dataset.pred_probs if embeddings is None else embeddings
