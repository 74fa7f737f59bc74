"""Near duplicates: exact and near, in groups, in bounded memory, and where labels disagree."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, load_wine

from vizzy import near_duplicates


def scattered(n=60, d=8, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d))


def with_copies(features, sources, noise):
    """Some examples once more at the end, moved a little."""
    return np.vstack([features, features[sources] + noise])


@pytest.mark.parametrize("noise", [0.0, 1e-3])
@pytest.mark.parametrize("most_exact", [20_000, 10])
def test_copies_are_grouped_with_what_they_copy_and_only_they(monkeypatch, noise, most_exact):
    monkeypatch.setattr(near_duplicates, "MOST_EXACT", most_exact)
    features = with_copies(scattered(), [3, 7, 3], noise * scattered(3, seed=1))
    label = np.zeros(63, dtype=int)
    label[61] = 1
    groups = near_duplicates.find(label, features)
    assert groups.count == 2
    assert np.flatnonzero(groups.group >= 0).tolist() == [3, 7, 60, 61, 62]
    assert groups.group[[3, 60, 62, 7, 61]].tolist() == [0, 0, 0, 1, 1]
    assert groups.conflicts == [[7, 61]]
    assert ("random projections" in groups.note) == (most_exact == 10)


def test_equal_texts_are_grouped_whatever_their_capitals_and_spaces_but_empty_ones_are_not():
    groups = near_duplicates.find(np.array([0, 1, 0, 0]), None, ["Good  film", "good film", "", ""])
    assert groups.conflicts == [[0, 1]] and groups.count == 1


def test_blocks_do_not_change_the_groups(monkeypatch):
    features = with_copies(scattered(), [0, 59], 1e-3)
    whole = near_duplicates.find(np.zeros(62, dtype=int), features)
    monkeypatch.setattr(near_duplicates, "BLOCK_CELLS", 100)
    parts = near_duplicates.find(np.zeros(62, dtype=int), features)
    np.testing.assert_array_equal(whole.group, parts.group)
    assert whole.count == 2


@pytest.mark.parametrize("features", [np.zeros((50, 3)), np.full((2, 1), 7.0)])
def test_equal_examples_are_one_group(features):
    groups = near_duplicates.find(np.arange(len(features)) % 2, features)
    assert groups.count == 1 and groups.conflict_mask.all()


@pytest.mark.parametrize("load", [load_wine, load_breast_cancer, load_digits])
def test_clean_data_without_copies_has_no_near_duplicates(load):
    features, label = load(return_X_y=True)
    assert near_duplicates.find(label, features).count == 0


def test_with_nothing_to_compare_it_says_so():
    groups = near_duplicates.find(np.array([0, 1]))
    assert groups.count == 0 and not groups.conflict_mask.any()
    assert "not looked for" in groups.note
