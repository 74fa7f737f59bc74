"""Examples that are nearly the same: groups of them, and where their labels disagree.

Two examples are *duplicates* if their texts, or their embeddings, are equal. They are *near duplicates* if the perceptual
hashes of their images (see `vizzy.image_hashes`) differ in at most ``NEAR_BITS`` bits, or if the distance
between their embeddings is below ``NEAR`` times the usual distance to the nearest neighbour (its median over the
dataset, equal examples aside). Groups are closed: what is near to a member belongs to the group. A group
whose given labels differ holds a label error for sure, unless its examples truly belong to several classes.

``NEAR`` is 0.2: of the shipped images and digits, and of scikit-learn's wine, breast cancer and digits, no two
examples are so close; of its iris, one pair, which is equal. At 0.3 wine and breast cancer have two pairs each.

Up to ``MOST_EXACT`` examples, every pair is compared, block by block, in bounded memory. Beyond, each example is compared
with its neighbours in the order of several seeded random projections, which finds equal examples always and near
ones nearly always; ``Groups.note`` says so. Without embeddings and texts there is nothing to compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vizzy.blas import product
from vizzy.sentences import joined, sentence

NEAR = 0.2
MOST_EXACT = 20_000
BLOCK_CELLS = 2_000_000
PROJECTIONS = 8
WINDOW = 4  # neighbours on each side in the order of a projection
NEAR_BITS = 4  # of perceptual hashes
BANDS = NEAR_BITS + 1  # so many parts of a hash, of which one at least is equal where no more bits than NEAR_BITS differ
HASH_BITS = 63
NO_GROUP = -1
_BITS_SET = np.array([bin(byte).count("1") for byte in range(256)], dtype=np.uint8)


@dataclass(frozen=True, eq=False)
class Groups:
    """Which examples are nearly the same."""

    group: np.ndarray  # (n,) int, 0 and up by first example; -1 for an example with no near duplicate
    conflict_mask: np.ndarray  # (n,) bool: in a group whose labels differ
    note: str  # what was compared, in a sentence

    @property
    def count(self) -> int:
        """How many groups there are."""
        return int(self.group.max(initial=NO_GROUP)) + 1

    @property
    def conflicts(self) -> list[list[int]]:
        """The groups whose labels differ, as lists of examples in their order: list of list of int."""
        members: dict[int, list[int]] = {}
        for example in np.flatnonzero(self.conflict_mask).tolist():
            members.setdefault(int(self.group[example]), []).append(example)
        return list(members.values())


def find(
    given_label: np.ndarray,
    embeddings: np.ndarray | None = None,
    texts: Sequence[str] | None = None,
    image_hashes: np.ndarray | None = None,
) -> Groups:
    """Group the examples that are nearly the same.

    Parameters
    ----------
    given_label : np.ndarray of int, shape (n,)
    embeddings : np.ndarray of numbers, shape (n, d), finite, optional
    texts : sequence of str, of length n, optional
        Compared without regard to capitals and white space; an empty text equals no other.
    image_hashes : np.ndarray of uint64, shape (n,), optional
        0 for an example without one.

    Returns
    -------
    Groups

    Examples
    --------
    >>> import numpy as np
    >>> groups = find(np.array([0, 1, 1]), texts=["Two cats", "two  CATS", "a dog"])
    >>> groups.group.tolist(), groups.conflicts
    ([0, 0, -1], [[0, 1]])
    """
    n = len(given_label)
    pairs, compared = [np.empty((0, 2), dtype=np.intp)], []
    if texts is not None:
        pairs.append(_equal_texts(texts))
        compared.append(sentence("texts for equality"))
    if image_hashes is not None:
        pairs.append(_near_hashes(image_hashes))
        compared.append(sentence("images by a perceptual hash"))
    if embeddings is not None and n > 1:
        pairs.append(_near_pairs(np.asarray(embeddings, dtype=np.float64)))
        compared.append(
            sentence("every pair of embeddings for nearness")
            if n <= MOST_EXACT
            else sentence("neighbours in {n} random projections of the embeddings for nearness", n=PROJECTIONS)
        )
    group = _connected(np.concatenate(pairs), n)
    return Groups(group, _conflict_mask(group, given_label), _note(compared, n))


def _note(compared, n):
    if not compared:
        return sentence("Near duplicates were not looked for: that takes embeddings or texts.")
    what = compared[-1] if len(compared) == 1 else sentence("{names} and {last}", names=joined(compared[:-1]), last=compared[-1])
    if n > MOST_EXACT:
        return sentence("Near duplicates: compared {what}, as there are too many examples to compare every pair.", what=what)
    return sentence("Near duplicates: compared {what}.", what=what)


def _equal_texts(texts):
    return _equal(" ".join((text or "").casefold().split()) for text in texts)


def _equal(contents):
    """Pairs of each content that is not empty with the first that is equal to it: np.ndarray of int, shape (m, 2)."""
    first, pairs = {}, []
    for example, content in enumerate(contents):
        if content and first.setdefault(content, example) != example:
            pairs.append((first[content], example))
    return np.array(pairs, dtype=np.intp).reshape(-1, 2)


def _near_hashes(hashes):
    """Pairs of equal hashes, and of hashes that differ in few bits: np.ndarray of int, shape (m, 2).

    Hashes that differ in at most `NEAR_BITS` bits agree wholly in one of `BANDS` parts, so only those are compared.
    """
    equal = _equal(value or None for value in hashes.tolist())
    distinct = np.setdiff1d(np.flatnonzero(hashes), equal[:, 1])
    pairs = [equal]
    for first in range(BANDS):
        mask = sum(1 << bit for bit in range(first, HASH_BITS, BANDS))
        part = hashes[distinct] & np.uint64(mask)
        order = np.argsort(part, kind="stable")
        starts = np.flatnonzero(np.r_[True, part[order][1:] != part[order][:-1]])
        for start, end in zip(starts, np.r_[starts[1:], len(order)], strict=True):
            if end - start > 1:
                pairs.append(_near_within(hashes, distinct[order[start:end]]))
    return np.concatenate(pairs)


def _near_within(hashes, examples):
    """The pairs of some examples whose hashes differ in few bits."""
    pairs = []
    for rows in _blocks(len(examples), len(examples)):
        differing = np.ascontiguousarray(hashes[examples[rows], None] ^ hashes[examples])
        near_mask = _BITS_SET[differing.view(np.uint8)].reshape(*differing.shape, 8).sum(axis=2) <= NEAR_BITS
        one, other = np.nonzero(near_mask)
        pairs.append(np.column_stack([examples[rows][one], examples[other]])[examples[rows][one] < examples[other]])
    return np.concatenate(pairs)


def _near_pairs(features):
    """Pairs of equal examples, and of examples nearer than `NEAR` of the usual: np.ndarray of int, shape (m, 2)."""
    equal = _equal((row + 0.0).tobytes() for row in features)  # -0.0 becomes 0.0
    distinct = np.setdiff1d(np.arange(len(features)), equal[:, 1])
    if len(distinct) < 2:
        return equal
    features = features[distinct] - features.mean(axis=0)
    features = features / (np.abs(features).max() or 1.0)
    near = (_all_pairs if len(features) <= MOST_EXACT else _projected_pairs)(features)
    return np.concatenate([equal, distinct[near]])


def _all_pairs(features):
    """The near pairs of distinct examples: every pair is compared for what is usual, and those with a near one to find them."""
    squares = (features**2).sum(axis=1)
    nearest = np.full(len(features), np.inf)
    for rows in _blocks(len(features), len(features)):
        # Each pair is compared once, in the rows of its first example.
        squared = _squared(features[rows], features[rows.start :], squares[rows], squares[rows.start :])
        nearest[rows] = np.minimum(nearest[rows], squared.min(axis=1))
        nearest[rows.start :] = np.minimum(nearest[rows.start :], squared.min(axis=0))
    limit = (NEAR * np.median(np.sqrt(nearest))) ** 2
    close = np.flatnonzero(nearest <= limit)
    pairs = [np.zeros((0, 2), dtype=np.intp)]
    for rows in _blocks(len(close), len(close)):
        first, others = close[rows], close[rows.start :]
        one, other = np.nonzero(_squared(features[first], features[others], squares[first], squares[others]) <= limit)
        pairs.append(np.column_stack([first[one], others[other]]))
    return np.concatenate(pairs)


def _squared(features, others, squares, other_squares):
    """The squared distances of some examples, the first of `others`, to them; infinite to themselves."""
    squared = np.maximum(product(-2 * features, others.T) + squares[:, None] + other_squares, 0)
    squared[np.arange(len(features)), np.arange(len(features))] = np.inf
    return squared


def _blocks(n_rows, n_columns):
    step = max(1, BLOCK_CELLS // max(1, n_columns))
    return [slice(start, start + step) for start in range(0, n_rows, step)]


def _projected_pairs(features):
    """As `_all_pairs`, among the neighbours in the order of random projections."""
    directions = np.random.default_rng(0).normal(size=(features.shape[1], PROJECTIONS))
    orders = [np.argsort(features @ direction, kind="stable") for direction in directions.T]
    steps = [(order, step) for order in orders for step in range(1, WINDOW + 1)]
    nearest = np.full(len(features), np.inf)
    for order, step in steps:
        distance = _distances(features, order[:-step], order[step:])
        np.minimum.at(nearest, order[:-step], distance)
        np.minimum.at(nearest, order[step:], distance)
    limit, pairs = NEAR * np.median(nearest), []
    for order, step in steps:
        near_mask = _distances(features, order[:-step], order[step:]) <= limit
        pairs.append(np.column_stack([order[:-step], order[step:]])[near_mask])
    return np.unique(np.concatenate(pairs), axis=0)


def _distances(features, one, other):
    """Distances of pairs, block by block."""
    out = np.empty(len(one))
    for part in _blocks(len(one), features.shape[1]):
        out[part] = np.sqrt(((features[one[part]] - features[other[part]]) ** 2).sum(axis=1))
    return out


def _connected(pairs, n):
    """Number the groups that pairs connect, by their first example: np.ndarray of int, shape (n,)."""
    group = np.full(n, NO_GROUP, dtype=np.intp)
    if not len(pairs):
        return group
    parent = np.arange(n)
    for one, other in pairs.tolist():
        one, other = _root(parent, one), _root(parent, other)
        parent[max(one, other)] = min(one, other)
    touched = np.unique(pairs)
    roots = np.array([_root(parent, example) for example in touched.tolist()], dtype=np.intp)
    group[touched] = np.unique(roots, return_inverse=True)[1]
    return group


def _root(parent, example):
    while parent[example] != example:
        parent[example] = parent[parent[example]]
        example = parent[example]
    return example


def _conflict_mask(group, given_label):
    """Where an example's group has more than one label: np.ndarray of bool, shape (n,)."""
    count = int(group.max(initial=NO_GROUP)) + 1
    low, high = np.full(count, np.iinfo(np.intp).max), np.full(count, -1)
    member_idx = np.flatnonzero(group != NO_GROUP)
    np.minimum.at(low, group[member_idx], given_label[member_idx])
    np.maximum.at(high, group[member_idx], given_label[member_idx])
    mask = np.zeros(len(group), dtype=bool)
    mask[member_idx] = (low != high)[group[member_idx]]
    return mask
