"""Kernel ridge regression on landmarks: against the plain equations, on planted errors, and where it takes over."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizzy import blas, confident, estimate, nystroem, training
from vizzy.dataset import Dataset
from vizzy.session import Session, trained
from vizzy.steps import result_of


def clouds(n, n_classes=4, dimensions=8, seed=0):
    """Overlapping clouds, of which every twentieth label is wrong: embeddings, given labels, where they are wrong."""
    rng = np.random.default_rng(seed)
    true = rng.permutation(np.arange(n) % n_classes)
    embeddings = 2.0 * rng.normal(size=(n_classes, dimensions))[true] + rng.normal(size=(n, dimensions))
    wrong_mask = np.arange(n) % 20 == 7
    return embeddings, np.where(wrong_mask, (true + 1) % n_classes, true), wrong_mask


def predicted(embeddings, label, n_classes, **options):
    return result_of(nystroem.cross_validation(embeddings, label, n_classes, **options))


def plain_scores(embeddings, label, fold, left_out):
    """Scores of all examples by a model without some folds, with every example a landmark: by the equations alone."""
    features = training.centred_and_scaled(embeddings)
    gamma = training.RBF_GAMMA_SCALE / features.shape[1]
    kernel = np.exp(-gamma * ((features[:, None] - features[None]) ** 2).sum(axis=2))
    values = np.hstack([kernel, np.ones((len(kernel), 1))])
    penalty = np.zeros((len(values) + 1,) * 2)
    penalty[:-1, :-1] = kernel
    penalty += nystroem.JITTER * np.eye(len(penalty))
    taught = ~np.isin(fold, left_out)
    indicators = np.eye(label.max() + 1)[label]
    left = values[taught].T @ values[taught] + nystroem.RIDGE * penalty
    return values @ np.linalg.solve(left, values[taught].T @ indicators[taught])


@pytest.mark.parametrize("block", [7, 1024])
def test_probabilities_are_those_of_the_plain_equations(monkeypatch, block):
    monkeypatch.setattr(nystroem, "BLOCK", block)
    embeddings, label, _ = clouds(60, n_classes=3)
    result = predicted(embeddings, label, 3)
    fold = result.fold
    for number in range(5):
        others, held_out = [other for other in range(5) if other != number], fold == number
        scores, own = np.empty((60, 3)), fold != number
        for other in others:  # out of sample for calibration, by models that know neither fold
            scores[fold == other] = plain_scores(embeddings, label, fold, (number, other))[fold == other]
        slope, offsets = nystroem.fit_softmax(scores[own], label[own])
        logits = slope * plain_scores(embeddings, label, fold, (number,))[held_out] + offsets
        expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(result.pred_probs[held_out], expected, atol=1e-4)


def test_it_finds_as_many_planted_errors_as_a_support_vector_machine():
    embeddings, label, wrong_mask = clouds(1200)

    def found(pred_probs):
        suspects = confident.ranking(confident.self_confidence(label, pred_probs))[: wrong_mask.sum()]
        return wrong_mask[suspects].sum()

    by_svm = found(training.cross_validated_pred_probs(embeddings, label, 4).pred_probs)
    assert found(predicted(embeddings, label, 4).pred_probs) >= by_svm - 2 > 40


def test_no_example_has_a_part_in_its_own_prediction():
    embeddings, label, _ = clouds(200)
    before = predicted(embeddings, label, 4)
    changed = label.copy()
    changed[0] = (label[0] + 1) % 4
    folds = before.fold == before.fold[0]
    # The folds are dealt by label: keep them, so that the label is all that changes.
    kernel = nystroem._Kernel(training.centred_and_scaled(embeddings), 0)
    after = result_of(nystroem._calibrated_probs(kernel, changed, before.fold))
    np.testing.assert_allclose(after[folds], before.pred_probs[folds], atol=1e-6)
    assert np.abs(after[~folds] - before.pred_probs[~folds]).max() > 1e-4


@settings(deadline=None, max_examples=15)
@given(st.integers(5, 60), st.integers(2, 6), st.integers(0, 10_000))
def test_rows_sum_to_one_whatever_the_sizes_of_the_classes_are(n, n_classes, seed):
    rng = np.random.default_rng(seed)
    label = rng.integers(0, n_classes, n)
    result = predicted(rng.integers(0, 2, size=(n, 3)).astype(float), label, n_classes)  # many are equal
    assert np.isfinite(result.pred_probs).all() and (result.pred_probs >= 0).all()
    np.testing.assert_allclose(result.pred_probs.sum(axis=1), 1, atol=1e-9)
    small = np.bincount(label, minlength=n_classes) < training.FEWEST_TO_LEARN
    if (~small).sum() >= 2:
        assert not result.pred_probs[:, small].any()


def test_equal_embeddings_say_how_common_each_class_is():
    label = np.repeat([0, 1], [30, 10])
    result = predicted(np.ones((40, 2)), label, 2)
    np.testing.assert_allclose(result.pred_probs, np.tile([0.75, 0.25], (40, 1)), atol=0.03)


def test_progress_grows_to_its_end():
    embeddings, label, _ = clouds(100)
    steps = list(nystroem.cross_validation(embeddings, label, 4))
    assert [done for done, _ in steps] == list(range(len(steps)))
    assert {total for _, total in steps} == {len(steps) - 1}


@settings(deadline=None, max_examples=20)
@given(st.integers(2, 5), st.integers(5, 80), st.integers(0, 10_000))
def test_a_softmax_is_fitted_to_where_no_other_slope_and_offsets_are_better(n_classes, n, seed):
    rng = np.random.default_rng(seed)
    label = np.append(np.arange(n_classes), rng.integers(0, n_classes, n))
    scores = rng.normal(size=(len(label), n_classes)) + np.eye(n_classes)[label]
    slope, offsets = nystroem.fit_softmax(scores, label)
    parameters, target = np.append(slope, offsets), nystroem._targets(label, n_classes)
    least, _ = nystroem._loss(parameters, scores, target)
    for step in rng.normal(size=(20, n_classes + 1)):
        assert nystroem._loss(parameters + 0.1 * step, scores, target)[0] > least - 1e-9
    np.testing.assert_allclose(target.sum(axis=1), 1)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_products_by_blas_are_those_of_numpy_however_the_matrices_lie(monkeypatch, dtype):
    monkeypatch.setattr(blas, "FEWEST_PRODUCTS", 0)
    rng = np.random.default_rng(0)
    left, right = rng.normal(size=(14, 5)).astype(dtype), rng.normal(size=(5, 3)).astype(dtype)
    lefts, rights = (left, np.asfortranarray(left), left[::2], left[:, ::-1]), (right, right.T.copy().T)
    for one, other in itertools.product(lefts, rights):
        product = blas.product(one, other)
        assert product.dtype == dtype
        np.testing.assert_allclose(product, one @ other, rtol=1e-4, atol=1e-6)
    for one in lefts if dtype == np.float64 else ():
        np.testing.assert_allclose(blas.gram(one), one.T @ one)


def test_many_examples_are_trained_on_by_it_and_a_note_says_why(monkeypatch):
    embeddings, label, _ = clouds(300)
    names = tuple(f"x{number}" for number in range(300))
    dataset = Dataset(names, ("a", "b", "c", "d"), label, embeddings=embeddings)
    assert not trained(dataset, label).notes and Session(dataset).solver_note() is None
    monkeypatch.setattr(estimate, "MOST_FOR_SVM", 299)
    result, session = trained(dataset, label), Session(dataset)
    np.testing.assert_array_equal(result.pred_probs, predicted(embeddings, label, 4).pred_probs)
    assert result.notes == (session.solver_note(),) == tuple(session.train({})["notes"])
    assert "kernel ridge regression with the same kernel at 300 landmarks" in result.notes[0]
    assert session.estimated_seconds() > 0


def test_the_estimate_grows_with_the_number_of_examples_and_not_with_its_square():
    seconds = [estimate.training_seconds(n, 64, 10, solver=estimate.NYSTROEM) for n in (50_000, 100_000)]
    assert 1.5 * seconds[0] < seconds[1] < 2.1 * seconds[0]
