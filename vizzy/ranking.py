"""Which examples to look at first: one score for how far each given label can be trusted.

Someone who reviews labels looks at some tens of them, so what counts is how many problems, wrong labels and
examples of no class alike, stand among the first. Four things are known about an example, and each
catches what the others miss:

``self_confidence``
    The probability predicted for the given label, out of sample. It sees wrong labels of typical examples.
``distance_ratio``
    How far the nearest examples with the same label are, over how far the nearest with any other label are:
    the neighbours' disagreement, as a number that needs no voting. Above 1, the example stands among others.
    It sees wrong labels where the classifier hesitates.
``knn_outlier_ratio``
    How far the nearest examples of whatever label are, over what is usual in the dataset (the median).
    It sees examples that belong to no class, which a classifier, having to choose, may be quite sure of.

``class_distance``
    How far the mean of the nearest class is, over what is usual: the Mahalanobis distance under the covariance within
    classes, shrunk by the method of Ledoit and Wolf. It sees examples that stand apart from every class.

They are multiplied, each to a power, and the product is brought into [0, 1):

    model = sqrt((self_confidence + CONFIDENCE_FLOOR) * ((1 + margin) / 2 + CONFIDENCE_FLOOR))
    trust = model / distance_ratio ** RATIO_POWER
            / max(1, knn_outlier_ratio) ** KNN_OUTLIER_RATIO_POWER / max(1, class_distance) ** CLASS_DISTANCE_POWER
    label_quality = trust / (1 + trust)

Being closer than usual to others is no merit, hence the ``max``. The *margin* is the self-confidence less the
probability of the given label's strongest rival. Powers, and whether the margin counts, were chosen on eight draws
(seeds 100 to 107) of three kinds of wrong labels, uniform, pairwise and by annotator, in each of the four sets of
`bench/run detection`, which reports other draws (seeds 0 to 19). Without embeddings there are no neighbours, and
self-confidence alone is the score: entropy, margin and neighbours in the space of the probabilities did not find more
on any of those datasets.

Features of texts and measurements, which `vizzy.features` makes, are no embeddings of a network: true values are often
extreme, and no sign of a wrong label. There knn_outlier_ratio and class distance do not count. Measured by `bench/run raw-data` on
four tables (12 draws): 0.99 instead of 0.96 of the planted errors among the first tenth, and 0.92 instead of 0.85 among as
many as there are; on four sets of texts 1.00 as before, and 0.95 instead of 0.94.

Distances are Euclidean. Both ratios stay the same when embeddings are scaled or moved. They are taken block by
block, in bounded memory, and from more than ``MOST_REFERENCES`` examples only to a seeded sample of them.

**Outliers.** An example is odd where it is far from every class, far from its neighbours, and the model is unsure of it:

    outlier_score = class_distance * knn_outlier_ratio / highest predicted probability

It is an *outlier* where the logarithm of its score lies above the upper fence of Tukey's boxplot, the third quartile
plus 1.5 times the distance between the quartiles. No share of the dataset is fixed: clean data has few of them or none.
Measured: 0 to 2.6 % of six clean datasets, and 7 or 8 of the 9 images of no class that the shipped data holds.
Without embeddings there are only the probabilities, and a model can be sure of what it has never seen: only examples are
found whose probabilities are nearly the same for all classes (1 of those 9). That is weak, and callers say so.

Ledoit, Wolf: A well-conditioned estimator for large-dimensional covariance matrices. J. Multivariate Analysis 88, 2004.
Tukey: Exploratory Data Analysis. 1977.

Conventions are those of `vizzy.confident`: low = suspect, functions check nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vizzy import confident
from vizzy.blas import gram, product
from vizzy.sentences import Sentence, counted, decimal, percent, sentence
from vizzy.vocabulary import in_sentence

NEIGHBOURS = 5
CONFIDENCE_FLOOR = 0.01
RATIO_POWER = 4
KNN_OUTLIER_RATIO_POWER = 2
CLASS_DISTANCE_POWER = 2
# Embeddings of more dimensions are projected to so many at random (seeded) for the covariance.
MOST_DIMENSIONS = 512
TUKEY_FENCE = 1.5
# Fewer examples, or scores closer together than this (in logarithms), have no outliers.
FEWEST_FOR_OUTLIERS = 20
LEAST_SPREAD = 0.1
# Without embeddings: the share of the greatest possible entropy from which on a model knows nothing of an example.
IGNORANCE = 0.97
# What is added to both distances of a ratio, relative to the usual distance: duplicates must not divide by zero.
DISTANCE_FLOOR = 0.01
MOST_REFERENCES = 10_000
# Distances held at once: 16 MB of them.
BLOCK_CELLS = 2_000_000
NO_NEIGHBOUR = -1
# Columns that are searched together, see `_smallest`.
GROUP = 16

# From where on a part of the score is worth a word.
WORTH_A_REASON = 1.25
DOUBTFUL_CONFIDENCE = 0.5


@dataclass(frozen=True, eq=False)
class Parts:
    """What the score of each example is made of; the last four are None where there are no embeddings."""

    self_confidence: np.ndarray  # (n,) in [0, 1]
    margin: np.ndarray  # (n,) in [-1, 1]: self-confidence less the rival's probability
    rival: np.ndarray  # (n,) int: the most probable class other than the given one
    distance_ratio: np.ndarray | None = None  # (n,) above 0: above 1, examples of other labels are closer
    knn_outlier_ratio: np.ndarray | None = None  # (n,) above 0: 1 is usual
    neighbour_idx: np.ndarray | None = None  # (n, NEIGHBOURS) int: the closest first, -1 where there is none
    class_distance: np.ndarray | None = None  # (n,) at least 0: to the nearest class's mean; 1 is usual
    far_is_suspect: bool = True  # whether knn_outlier_ratio and class distance count


def label_quality(
    given_label: np.ndarray, pred_probs: np.ndarray, embeddings: np.ndarray | None = None
) -> np.ndarray:
    """How far each given label can be trusted, low = suspect.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,), in [0, K)
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1], out of sample
    embeddings : np.ndarray of float, shape (n, d), finite, optional

    Returns
    -------
    np.ndarray of float, shape (n,), in [0, 1]
        Without embeddings, the self-confidence.

    Examples
    --------
    >>> import numpy as np
    >>> pred_probs = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]])
    >>> label_quality(np.array([0, 0, 0]), pred_probs).tolist()
    [0.9, 0.2, 0.7]
    """
    return combine(parts(given_label, pred_probs, embeddings))


def parts(
    given_label: np.ndarray,
    pred_probs: np.ndarray,
    embeddings: np.ndarray | None = None,
    far_is_suspect: bool = True,
) -> Parts:
    """The parts of the score of every example.

    Parameters
    ----------
    given_label, pred_probs, embeddings
        As for `label_quality`.
    far_is_suspect : bool
        Whether knn_outlier_ratio and class distance count; with features of texts or measurements they should not.

    Returns
    -------
    Parts
        Without embeddings, or with a single example, the parts that need distances are None.
    """
    margin, rival = _margin(given_label, pred_probs)
    confidence = confident.self_confidence(given_label, pred_probs)
    if embeddings is None or len(embeddings) < 2:
        return Parts(confidence, margin, rival)
    same, other, nearest, neighbour_idx = _distances_to_neighbours(given_label, embeddings)
    usual = float(np.median(nearest)) or float(nearest.mean()) or 1.0
    floor = DISTANCE_FLOOR * usual
    with np.errstate(invalid="ignore"):
        ratio = (same + floor) / (other + floor)
    return Parts(
        self_confidence=confidence,
        margin=margin,
        rival=rival,
        # Where nobody else has the label, or everybody, there is nothing to compare.
        distance_ratio=np.where(np.isfinite(same) & np.isfinite(other), ratio, 1.0),
        knn_outlier_ratio=(nearest + floor) / (usual + floor),
        neighbour_idx=neighbour_idx,
        class_distance=_class_distance(given_label, embeddings),
        far_is_suspect=far_is_suspect,
    )


def parts_of(parts: Parts, examples: np.ndarray) -> Parts:
    """The parts of the scores of some examples, given as an np.ndarray of int."""
    of_examples = {name: value[examples] for name, value in vars(parts).items() if isinstance(value, np.ndarray)}
    return replace(parts, **of_examples)


def combine(parts: Parts) -> np.ndarray:
    """The score from its parts, low = suspect; see the module: np.ndarray of float, shape (n,), in [0, 1]."""
    if parts.knn_outlier_ratio is None:
        return parts.self_confidence.copy()
    trust = _model_factor(parts) * _ratio_factor(parts) * _knn_outlier_factor(parts) * _class_distance_factor(parts)
    return trust / (1 + trust)


def outlier_score(parts: Parts, pred_probs: np.ndarray) -> np.ndarray:
    """How odd each example is, high = odd; see the module.

    Parameters
    ----------
    parts : Parts
    pred_probs : np.ndarray of float, shape (n, K), in [0, 1], out of sample
        Those that the parts were made from.

    Returns
    -------
    np.ndarray of float, shape (n,), at least 0
        Without embeddings, the entropy of the probabilities as a share of the greatest possible, in [0, 1].
    """
    if parts.knn_outlier_ratio is None:
        return _entropy(pred_probs)
    return parts.class_distance * parts.knn_outlier_ratio / np.maximum(pred_probs.max(axis=1), confident.TOLERANCE)


def outlier_mask(parts: Parts, pred_probs: np.ndarray) -> np.ndarray:
    """Where an example is odd: its score lies above the upper fence of Tukey's boxplot.

    Parameters
    ----------
    parts, pred_probs
        As for `outlier_score`.

    Returns
    -------
    np.ndarray of bool, shape (n,)
        Without embeddings, where the score is above `IGNORANCE`.

    References
    ----------
    Tukey: Exploratory Data Analysis. 1977.
    """
    if parts.knn_outlier_ratio is None:
        return _knows_nothing_mask(parts, pred_probs)
    score = outlier_score(parts, pred_probs)
    return score > _upper_fence(score)


def _knows_nothing_mask(parts, pred_probs):
    """Where the entropy of the probabilities is above `IGNORANCE`; few have a highest probability so low that it can be."""
    n_classes, mask = pred_probs.shape[1], np.zeros(len(pred_probs), dtype=bool)
    for rows in confident.in_blocks(*pred_probs.shape):
        highest = np.maximum(parts.self_confidence[rows], parts.self_confidence[rows] - parts.margin[rows])
        possible = np.flatnonzero(_highest_entropy(highest, n_classes) > IGNORANCE - confident.TOLERANCE)
        mask[rows.start + possible] = _entropy(pred_probs[rows][possible]) > IGNORANCE
    return mask


def _highest_entropy(highest, n_classes):
    """The entropy where all but the highest probability are equal, as a share of the greatest possible: there is no higher."""
    rest = (1 - highest) / max(1, n_classes - 1)
    return _entropy(np.stack([highest, rest], axis=1), np.array([1, n_classes - 1]), n_classes)


def _entropy(pred_probs, times=1, n_classes=None):
    """The entropy of some probabilities, each so many times there, as a share of the greatest possible."""
    probs = np.clip(pred_probs, np.finfo(np.float64).tiny, 1)
    return -(times * probs * np.log(probs)).sum(axis=1) / np.log(max(2, n_classes or pred_probs.shape[1]))


def _upper_fence(score):
    if len(score) < FEWEST_FOR_OUTLIERS:
        return np.inf
    lower, upper = np.percentile(np.log(score + confident.TOLERANCE), [25, 75])
    return np.exp(upper + TUKEY_FENCE * max(upper - lower, LEAST_SPREAD))


def explain(parts: Parts, given_label: np.ndarray, example: int) -> dict:
    """Why one example has its score.

    Parameters
    ----------
    parts : Parts
    given_label : np.ndarray of int, shape (n,), in [0, K)
        Those that the parts were made from.
    example : int in [0, n)

    Returns
    -------
    dict of plain numbers
        ``self_confidence``, ``margin``, ``rival`` (a class); and where there are embeddings ``distance_ratio``,
        ``knn_outlier_ratio``, ``class_distance``, ``neighbours`` (examples, the closest first), ``neighbour_labels``, and
        ``factors``: what each of the four parts multiplies the example's trust by.
    """
    said = {
        "self_confidence": float(parts.self_confidence[example]),
        "margin": float(parts.margin[example]),
        "rival": int(parts.rival[example]),
    }
    if parts.knn_outlier_ratio is None:
        return said
    # Where one of the parts that need distances is there, all are.
    neighbours = [int(idx) for idx in parts.neighbour_idx[example] if idx != NO_NEIGHBOUR]  # type: ignore[index]
    return said | {
        "distance_ratio": float(parts.distance_ratio[example]),  # type: ignore[index]
        "knn_outlier_ratio": float(parts.knn_outlier_ratio[example]),
        "class_distance": float(parts.class_distance[example]),  # type: ignore[index]
        "neighbours": neighbours,
        "neighbour_labels": [int(given_label[idx]) for idx in neighbours],
        "factors": {
            "self_confidence": float(_model_factor(parts)[example]),
            "distance_ratio": float(_ratio_factor(parts)[example]),
            "knn_outlier_ratio": float(_knn_outlier_factor(parts)[example]),
            "class_distance": float(_class_distance_factor(parts)[example]),
        },
    }


def reasons(explanation: dict, given: int, classes: Sequence[str]) -> list[Sentence]:
    """What an explanation says, in words.

    Parameters
    ----------
    explanation : dict, as `explain` returns it
    given : int in [0, K)
        The example's given label.
    classes : sequence of str, of length K

    Returns
    -------
    list of Sentence
        The weightiest first; never empty.
    """
    classes = [in_sentence(name) for name in classes]
    weighted = [(explanation["self_confidence"], _confidence_in_words(explanation, given, classes))]
    if "factors" in explanation:
        factors = explanation["factors"]
        weighted.append((factors["distance_ratio"], _neighbours_in_words(explanation, given, classes)))
        weighted.append((factors["knn_outlier_ratio"], _knn_outlier_ratio_in_words(explanation)))
        if "class_distance" in factors:
            weighted.append((factors["class_distance"], _class_distance_in_words(explanation)))
    said = [words for _, words in sorted(weighted, key=lambda pair: pair[0]) if words]
    return said or [sentence("nothing speaks against {given}", given=classes[given])]


def _confidence_in_words(explanation, given, classes):
    if explanation["self_confidence"] >= DOUBTFUL_CONFIDENCE:
        return None
    probability = _percent(explanation["self_confidence"])
    if explanation["margin"] >= 0:
        return sentence("the model gives {given} only {prob}", given=classes[given], prob=probability)
    return sentence(
        "the model gives {given} {prob}, but {rival} {rival_prob}",
        given=classes[given],
        prob=probability,
        rival=classes[explanation["rival"]],
        rival_prob=_percent(explanation["self_confidence"] - explanation["margin"]),
    )


def _neighbours_in_words(explanation, given, classes):
    labels = explanation["neighbour_labels"]
    if explanation["distance_ratio"] <= 1 or not labels:
        return None
    if 2 * labels.count(given) > len(labels):
        return sentence(
            "the nearest examples with other labels are closer to it than the nearest labelled {given}", given=classes[given]
        )
    counts = {label: labels.count(label) for label in labels if label != given}
    commonest = max(counts, key=counts.get)
    name, other = classes[given], classes[commonest]
    n, own, others = len(labels), labels.count(given), counts[commonest]
    if others == n:
        return sentence("none of its {n} nearest neighbours is labelled {given}; all {n} are {other}", n=n, given=name, other=other)
    values = {"n": n, "given": name, "others": counted(others, "{} is", "{} are"), "other": other}
    if own == 0:
        return sentence("none of its {n} nearest neighbours is labelled {given}; {others} {other}", **values)
    if own == 1:
        return sentence("1 of its {n} nearest neighbours is labelled {given}; {others} {other}", **values)
    return sentence("{own} of its {n} nearest neighbours are labelled {given}; {others} {other}", own=own, **values)


def _knn_outlier_ratio_in_words(explanation):
    if explanation["knn_outlier_ratio"] < WORTH_A_REASON:
        return None
    ratio = decimal(explanation["knn_outlier_ratio"], 1)
    return sentence("its nearest neighbours are {ratio} times as far as usual", ratio=ratio)


def _class_distance_in_words(explanation):
    if explanation["class_distance"] < WORTH_A_REASON:
        return None
    ratio = decimal(explanation["class_distance"], 1)
    return sentence("the nearest class is {ratio} times as far as usual", ratio=ratio)


def _percent(probability):
    if probability > 0.99:
        return sentence("more than 99 %")
    return percent(probability) if probability >= 0.005 else sentence("less than 1 %")


def _model_factor(parts):
    """The geometric mean of self-confidence and margin, the latter brought from [-1, 1] into [0, 1]."""
    return np.sqrt((parts.self_confidence + CONFIDENCE_FLOOR) * ((1 + parts.margin) / 2 + CONFIDENCE_FLOOR))


def _ratio_factor(parts):
    return parts.distance_ratio ** -float(RATIO_POWER)


def _knn_outlier_factor(parts):
    if not parts.far_is_suspect:
        return np.ones_like(parts.knn_outlier_ratio)
    return np.maximum(parts.knn_outlier_ratio, 1.0) ** -float(KNN_OUTLIER_RATIO_POWER)


def _class_distance_factor(parts):
    if not parts.far_is_suspect:
        return np.ones_like(parts.class_distance)
    return np.maximum(parts.class_distance, 1.0) ** -float(CLASS_DISTANCE_POWER)


def _class_distance(given_label, embeddings):
    """The Mahalanobis distance to the nearest class's mean, over its median: np.ndarray, shape (n,)."""
    features = _at_most_dimensions(_centred(embeddings))
    classes, class_idx = np.unique(given_label, return_inverse=True)
    means = np.array([features[class_idx == place].mean(axis=0) for place in range(len(classes))])
    values, vectors = np.linalg.eigh(shrunk_covariance(features - means[class_idx]))
    if values[-1] <= 0:
        return np.ones(len(features))
    whitening = vectors / np.sqrt(np.maximum(values, values[-1] * np.finfo(np.float64).eps))
    whitened, centres = product(features, whitening), means @ whitening
    distance = np.empty(len(features))
    step = max(1, BLOCK_CELLS // len(centres))
    for start in range(0, len(features), step):
        rows = slice(start, start + step)
        distance[rows] = np.sqrt(np.maximum(_squared_distances(whitened[rows], centres).min(axis=1), 0))
    return distance / (float(np.median(distance)) or float(distance.mean()) or 1.0)


def _at_most_dimensions(features):
    n_dimensions = features.shape[1]
    if n_dimensions <= MOST_DIMENSIONS:
        return features
    directions = np.random.default_rng(0).normal(size=(n_dimensions, MOST_DIMENSIONS))
    return product(features, directions / np.sqrt(MOST_DIMENSIONS))


def shrunk_covariance(centred: np.ndarray) -> np.ndarray:
    """The covariance of centred rows, shrunk towards a multiple of the identity.

    Parameters
    ----------
    centred : np.ndarray of float, shape (n, d), finite
        The mean of each column is 0.

    Returns
    -------
    np.ndarray of float, shape (d, d)

    References
    ----------
    Ledoit, Wolf: A well-conditioned estimator for large-dimensional covariance matrices. J. Multivariate Analysis 88,
    2004.
    """
    n, d = centred.shape
    covariance = gram(centred) / n
    variance = np.trace(covariance) / d
    spread = (covariance**2).sum()
    beta = (((centred**2).sum(axis=1) ** 2).sum() / n - spread) / (d * n)
    delta = (spread - d * variance**2) / d
    shrinkage = min(beta, delta) / delta if delta > 0 else 1.0
    return (1 - shrinkage) * covariance + shrinkage * variance * np.eye(d)


def _margin(given_label, pred_probs):
    """By how much the given label leads, and over which class: two np.ndarrays, shape (n,)."""
    rival, rival_probs = np.empty(len(pred_probs), dtype=np.intp), np.empty(len(pred_probs))
    for rows in confident.in_blocks(*pred_probs.shape):
        rivals = np.array(pred_probs[rows], dtype=np.float64)
        row = np.arange(len(rivals))
        rivals[row, given_label[rows]] = -1
        rival[rows] = rivals.argmax(axis=1)
        rival_probs[rows] = np.maximum(rivals[row, rival[rows]], 0)
    return confident.self_confidence(given_label, pred_probs) - rival_probs, rival


def _distances_to_neighbours(given_label, embeddings):
    """Mean distances to the nearest examples with the same label, another label, and any label.

    References stand in the order of their labels, so that those of one label are a slice.

    Returns
    -------
    same, other, nearest : np.ndarray, shape (n,); infinite where there is no such example
    neighbour_idx : np.ndarray of int, shape (n, NEIGHBOURS)
    """
    features = _centred(embeddings)
    reference_idx = _reference_idx(given_label)
    references, reference_label = features[reference_idx], given_label[reference_idx]
    same, other, nearest = np.empty((3, len(features)))
    neighbour_idx = np.full((len(features), NEIGHBOURS), NO_NEIGHBOUR, dtype=np.intp)
    for rows in _blocks(given_label, max(1, BLOCK_CELLS // len(reference_idx))):
        squared = _squared_distances(features[rows], references)
        squared[rows[:, None] == reference_idx] = np.inf
        own = slice(*np.searchsorted(reference_label, given_label[rows[0]] + np.array([0, 1])))
        same_squared, same_column = _smallest(squared[:, own])
        squared[:, own] = np.inf
        other_squared, other_column = _smallest(squared)
        both_squared = np.hstack([same_squared, other_squared])
        both_idx = reference_idx[np.hstack([same_column + own.start, other_column])]
        order = np.argsort(both_squared, axis=1, kind="stable")[:, :NEIGHBOURS]
        nearest_squared = np.take_along_axis(both_squared, order, axis=1)
        found_idx = np.where(
            np.isfinite(nearest_squared), np.take_along_axis(both_idx, order, axis=1), NO_NEIGHBOUR
        )
        same[rows], other[rows] = _mean_distance(same_squared), _mean_distance(other_squared)
        nearest[rows] = _mean_distance(nearest_squared)
        neighbour_idx[rows, : order.shape[1]] = found_idx
    return same, other, nearest, neighbour_idx


def _blocks(given_label, most_rows):
    """The examples, in blocks of one label each: yields np.ndarrays of int."""
    for label in np.unique(given_label):
        of_label = np.flatnonzero(given_label == label)
        for start in range(0, len(of_label), most_rows):
            yield of_label[start : start + most_rows]


def _centred(embeddings):
    """Moved to the middle and scaled to at most 1, which changes no ratio but keeps squares exact and finite."""
    features = np.asarray(embeddings, dtype=np.float64)
    features = features / (np.abs(features).max(initial=0) or 1.0)
    return features - features.mean(axis=0)


def _reference_idx(given_label):
    """The examples that distances are taken to, in the order of their labels: np.ndarray of int."""
    n = len(given_label)
    idx = np.arange(n)
    if n > MOST_REFERENCES:
        idx = np.sort(np.random.default_rng(0).choice(n, MOST_REFERENCES, replace=False))
    return idx[np.argsort(given_label[idx], kind="stable")]


def _squared_distances(features, references):
    """As one product; a distance of 0 may come out a little below."""
    ones, other_ones = np.ones((len(features), 1)), np.ones((len(references), 1))
    left = np.hstack([-2 * features, (features**2).sum(axis=1, keepdims=True), ones])
    right = np.hstack([references, other_ones, (references**2).sum(axis=1, keepdims=True)])
    return product(left, right.T)


def _smallest(squared):
    """The NEIGHBOURS smallest of each row, at least 0, in ascending order, and their columns; fewer where there are fewer."""
    count = min(NEIGHBOURS, squared.shape[1])
    if not count:
        return squared, np.zeros(squared.shape, dtype=np.intp)
    column = _smallest_columns(squared, count)
    order = np.argsort(np.take_along_axis(squared, column, axis=1), axis=1, kind="stable")
    column = np.take_along_axis(column, order, axis=1)
    return np.maximum(np.take_along_axis(squared, column, axis=1), 0), column


def _smallest_columns(squared, count):
    """Where the smallest of each row stand: np.ndarray of int, shape (rows, count).

    The columns are dealt into groups. The smallest values are in those groups whose smallest value is among the smallest,
    so that only these are searched: taking minima is several times as fast as searching.
    """
    n_groups = squared.shape[1] // GROUP
    if n_groups <= 2 * count:
        return np.argpartition(squared, count - 1, axis=1)[:, :count]
    dealt = n_groups * GROUP
    lowest = squared[:, :dealt].reshape(len(squared), GROUP, n_groups).min(axis=1)
    group = np.argpartition(lowest, count - 1, axis=1)[:, :count]
    candidates = (group[:, :, None] + n_groups * np.arange(GROUP)).reshape(len(squared), -1)
    rest = np.broadcast_to(np.arange(dealt, squared.shape[1]), (len(squared), squared.shape[1] - dealt))
    candidates = np.hstack([candidates, rest])
    values = np.take_along_axis(squared, candidates, axis=1)
    return np.take_along_axis(candidates, np.argpartition(values, count - 1, axis=1)[:, :count], axis=1)


def _mean_distance(squared):
    """The mean over each row's finite distances; infinite where there is none: np.ndarray, shape (m,)."""
    finite_mask = np.isfinite(squared)
    total = np.sqrt(np.where(finite_mask, squared, 0)).sum(axis=1)
    return np.where(finite_mask.any(axis=1), total / np.maximum(finite_mask.sum(axis=1), 1), np.inf)
