"""Near duplicates: exact and near, in groups, in bounded memory, and where labels disagree."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_breast_cancer, load_digits, load_wine

from vizzy import image_hashes, near_duplicates

ROOT = Path(__file__).parents[2]


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


def test_hashes_that_differ_in_few_bits_are_near_as_comparing_every_pair_says(monkeypatch):
    random = np.random.default_rng(0)
    hashes = random.integers(1, 2**63, 300, dtype=np.uint64)
    for copy in range(150, 300):  # of another, with up to seven bits the other way
        flipped = random.choice(63, copy % 8, replace=False)
        hashes[copy] = hashes[copy - 150] ^ np.uint64(sum(1 << int(bit) for bit in flipped))
    hashes[[7, 9]] = 0  # two without one
    pairs = [
        (one, other)
        for one in range(300)
        for other in range(one + 1, 300)
        if hashes[one] and hashes[other] and bin(int(hashes[one] ^ hashes[other])).count("1") <= near_duplicates.NEAR_BITS
    ]
    assert len(pairs) > 80
    for cells in (near_duplicates.BLOCK_CELLS, 3):
        monkeypatch.setattr(near_duplicates, "BLOCK_CELLS", cells)
        groups = near_duplicates.find(np.zeros(300, dtype=int), image_hashes=hashes)
        assert {tuple(np.flatnonzero(groups.group == number).tolist()) for number in range(groups.count)} == set(pairs)
        assert groups.note == "Near duplicates: compared images by a perceptual hash."


def copies_of(image):
    """An image saved anew in ways that leave it the same to the eye."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=50)
    yield Image.open(buffer).convert("RGB")
    yield image.resize((image.width // 2, image.height // 2))
    yield image.convert("L").convert("RGB")


def test_copies_of_the_shipped_images_have_near_hashes_and_different_images_do_not():
    images = [Image.open(path).convert("RGB") for path in sorted((ROOT / "static" / "images").glob("*.webp"))]
    shown = [*images, *(copy for image in images[:60] for copy in copies_of(image))]
    greys = np.array([image_hashes.greys_of(np.asarray(image)) for image in shown])
    groups = near_duplicates.find(np.zeros(len(shown), dtype=int), image_hashes=image_hashes.hashes_of(greys))
    assert groups.count == 60
    assert (groups.group[60:300] == near_duplicates.NO_GROUP).all()
    assert (groups.group[300:].reshape(60, 3) == groups.group[:60, None]).mean() > 0.97


@pytest.mark.parametrize("side", [1, 7, 16, 224, 1023])
def test_the_greys_of_an_image_are_means_over_a_grid(side):
    square = np.random.default_rng(side).integers(0, 256, (side, side, 4), dtype=np.uint8)
    greys = image_hashes.greys_of(square).reshape(16, 16)
    for row, column in ((0, 0), (3, 15), (15, 8)):
        top, left = row * side // 16, column * side // 16
        part = square[top : max(top + 1, (row + 1) * side // 16), left : max(left + 1, (column + 1) * side // 16), :3]
        assert abs(greys[row, column] - (part @ [0.299, 0.587, 0.114]).mean()) <= 0.5 + 1e-6


def test_a_blank_image_has_no_hash_and_equals_no_other():
    greys = np.full((3, 256), 250, dtype=np.uint8)
    assert image_hashes.hashes_of(greys).tolist() == [0, 0, 0]
    assert near_duplicates.find(np.array([0, 1, 0]), image_hashes=image_hashes.hashes_of(greys)).count == 0


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
