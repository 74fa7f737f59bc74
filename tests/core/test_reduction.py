"""Truncated SVD over blocks of rows gives what the textbook's gives on all of them."""

import numpy as np

from vizzy import reduction


def features(rows=60, width=20):
    return np.random.default_rng(0).normal(1, 1, (rows, width)).astype(np.float32)


def test_it_agrees_with_a_singular_value_decomposition_up_to_sign():
    data = features()
    left, values, _ = np.linalg.svd(data.astype(np.float64), full_matrices=False)
    expected = left[:, :5] * values[:5]
    np.testing.assert_allclose(np.abs(reduction.reduce(data, 5)), np.abs(expected), atol=1e-4)


def test_blocks_of_rows_add_up_to_the_whole():
    data = features()
    blocks = [data[:7], data[7:40], data[40:]]
    np.testing.assert_allclose(
        reduction.gram_matrix(blocks, 20), reduction.gram_matrix([data], 20), rtol=1e-12
    )


def test_the_largest_component_of_each_vector_is_positive():
    rows = reduction.components(reduction.gram_matrix([features()], 20), 6)
    assert (rows[np.arange(6), np.abs(rows).argmax(axis=1)] > 0).all()


def test_fewer_images_than_dimensions():
    reduced = reduction.reduce(features(rows=3), 8)
    assert reduced.shape == (3, 8) and np.isfinite(reduced).all()


def test_no_more_dimensions_than_there_are():
    assert reduction.reduce(features(width=4), 32).shape == (60, 4)


def test_with_fewer_rows_than_columns_it_comes_to_the_same():
    features = np.random.default_rng(0).normal(size=(40, 90)).astype(np.float32)
    found = reduction.reduce(features, 5)
    wanted = reduction.project(features, reduction.components(reduction.gram_matrix([features], 90), 5))
    signs = np.sign((found * wanted).sum(axis=0))
    np.testing.assert_allclose(found * signs, wanted, atol=1e-4)


def test_more_dimensions_than_rows_are_those_that_there_are():
    assert np.isfinite(reduction.reduce(np.eye(4, 8, dtype=np.float32), 6)).all()
