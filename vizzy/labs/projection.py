"""Where each example stands in two dimensions, so that neighbours in the embedding are neighbours on a map.

`principal_map` projects onto the two directions in which the examples vary most (principal component analysis):
at once, but classes may lie over each other. `neighbour_map` arranges up to ``MOST_ARRANGED`` examples so that
those close in the embedding are close on the map (t-SNE): better to look at, and slower. Where a dataset brought
probabilities and no embeddings, these take their place.

van der Maaten, Hinton: Visualizing Data using t-SNE. JMLR 9, 2008.
"""

import numpy as np

from vizzy.dataset import DatasetError
from vizzy.labs import experiment

MOST_ARRANGED = 1500
PERPLEXITY = 30  # about how many neighbours count
STEPS = 400
EXAGGERATED_STEPS, EXAGGERATION = 100, 12.0
EARLY_MOMENTUM, MOMENTUM = 0.5, 0.8
BISECTIONS = 40
SMALLEST = 1e-12


@experiment
def principal_map(session):
    """Two principal components: np.ndarray of float32, shape (2n,), x, y, x, y, ... in [0, 1]."""
    return as_places(principal_components(_features(session)))


@experiment
def neighbour_map(session):
    """A t-SNE map, in steps: the same."""
    features = _features(session)
    if len(features) > MOST_ARRANGED:
        raise DatasetError(
            f"Arranging by neighbours takes up to {MOST_ARRANGED} examples, and here are {len(features)}: "
            "the map of principal components has room for all."
        )
    places = yield from arranged_by_neighbours(features)
    return as_places(places)


def principal_components(features):
    """The first two principal components: np.ndarray, shape (n, 2); zeros where there is nothing more to see."""
    centred = np.asarray(features, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    directions = directions[:, ::-1][:, :2]
    # A direction may point either way: the largest entry is made positive, so that every machine draws the same map.
    largest = np.abs(directions).argmax(axis=0)
    directions = directions * np.sign(directions[largest, np.arange(directions.shape[1])])
    components = centred @ directions
    return np.pad(components, ((0, 0), (0, 2 - components.shape[1])))


def arranged_by_neighbours(features):
    """t-SNE, exact, from the principal components on: np.ndarray, shape (n, 2), at the end of the steps."""
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


def squared_distances(points):
    """Between every two of some points: np.ndarray, shape (n, n)."""
    squares = (points**2).sum(axis=1)
    return np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0)


def neighbour_probabilities(squared, perplexity):
    """How much each pair are neighbours: np.ndarray, shape (n, n), symmetric, summing to 1.

    A Gaussian around each example, as wide as it takes for about ``perplexity`` neighbours to count; the width is
    found by bisection, for all examples at once.
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


def as_places(points):
    """Points stretched to fill the unit square: np.ndarray of float32, shape (2n,), x, y, x, y, ..."""
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
