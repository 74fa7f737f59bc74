"""Support vector machines on landmarks: against another minimization, on planted errors, and where they take over."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

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


def least_scores(embeddings, label, taught_mask, scale):
    """Scores of all examples where the loss is least, with every example a landmark: by another method of minimization."""
    features = training.centred_and_scaled(embeddings)
    gamma = scale / features.shape[1]
    kernel = np.exp(-gamma * ((features[:, None] - features[None]) ** 2).sum(axis=2))
    values = np.hstack([kernel, np.ones((len(kernel), 1))])
    penalty = np.zeros((len(values) + 1,) * 2)
    penalty[:-1, :-1] = kernel
    penalty = nystroem.RIDGE * (penalty + nystroem.JITTER * np.eye(len(penalty)))

    def loss(weights, taught, sign):
        short = np.maximum(1 - sign * (taught @ weights), 0)
        gradient = penalty @ weights - taught.T @ (sign * short)
        return (short**2).sum() / 2 + weights @ penalty @ weights / 2, gradient

    scores = []
    for number in range(label.max() + 1):
        sign = np.where(label[taught_mask] == number, 1.0, -1.0)
        start = np.zeros(len(penalty))
        found = minimize(loss, start, (values[taught_mask], sign), jac=True, method="L-BFGS-B", options={"maxiter": 5000, "ftol": 1e-14})
        scores.append(values @ found.x)
    return np.array(scores).T


@pytest.mark.parametrize("block", [7, 1024])
@pytest.mark.parametrize("held", [0, 2**28])
def test_steps_lead_to_where_the_loss_is_least(monkeypatch, block, held):
    monkeypatch.setattr(nystroem, "BLOCK", block)
    monkeypatch.setattr(nystroem, "MOST_HELD", held)
    embeddings, label, _ = clouds(60, n_classes=3)
    fold = training.stratified_folds(label, 5, 0)
    machines = nystroem._Machines(training.centred_and_scaled(embeddings), label, fold, np.arange(60), 2.0, 1.0)
    taught_mask = np.arange(60) % 9 != 0
    result_of_steps(machines.train(taught_mask, 300))
    scores = result_of_steps(machines.scores())
    for number in range(5):
        expected = least_scores(embeddings, label, taught_mask & (fold != number), 2.0)
        np.testing.assert_allclose(scores[fold == number], expected[fold == number], atol=5e-3)


def result_of_steps(steps):
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def test_few_steps_come_close_to_where_many_lead(monkeypatch):
    embeddings, label, _ = clouds(600)
    few = predicted(embeddings, label, 4).pred_probs
    monkeypatch.setattr(nystroem, "STEPS", 40)
    monkeypatch.setattr(nystroem, "STEPS_WITHOUT_WRONG", 40)
    many = predicted(embeddings, label, 4).pred_probs
    assert np.abs(few - many).mean() < 0.01


def test_it_finds_as_many_planted_errors_as_a_support_vector_machine():
    embeddings, label, wrong_mask = clouds(1200)

    def found(pred_probs):
        suspects = confident.ranking(confident.self_confidence(label, pred_probs))[: wrong_mask.sum()]
        return wrong_mask[suspects].sum()

    by_svm = found(training.cross_validated_pred_probs(embeddings, label, 4).pred_probs)
    assert found(predicted(embeddings, label, 4).pred_probs) >= by_svm - 2 > 40


def test_no_machine_has_seen_what_it_scores():
    embeddings, label, _ = clouds(200)
    fold = training.stratified_folds(label, 5, 0)
    changed = np.where(fold == 2, (label + 1) % 4, label)  # all labels of a fold

    def scores(taught_label):
        machines = nystroem._Machines(training.centred_and_scaled(embeddings), taught_label, fold, np.arange(200), 2.0, 1.0)
        result_of_steps(machines.train(taught_label >= 0, 3))
        return result_of_steps(machines.scores())

    before, after = scores(label), scores(changed)
    np.testing.assert_array_equal(after[fold == 2], before[fold == 2])
    assert np.abs(after[fold != 2] - before[fold != 2]).max() > 0.1


def test_its_own_label_hardly_moves_the_prediction_of_an_example():
    embeddings, label, _ = clouds(1000)
    features, fold = training.centred_and_scaled(embeddings), training.stratified_folds(label, 5, 0)
    changed = label.copy()
    changed[0] = (label[0] + 1) % 4
    before, after = (result_of(nystroem._out_of_sample_probs(features, taught, fold, 0)) for taught in (label, changed))
    own = np.abs(after[0] - before[0]).max()
    others = np.abs(after[fold != fold[0]] - before[fold != fold[0]]).max()
    assert own < 0.01 < others


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


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_products_by_blas_are_those_of_numpy_however_the_matrices_lie(monkeypatch, dtype):
    monkeypatch.setattr(blas, "FEWEST_PRODUCTS", 0)
    rng = np.random.default_rng(0)
    left, right = rng.normal(size=(14, 5)).astype(dtype), rng.normal(size=(5, 3)).astype(dtype)
    lefts, rights = (left, np.asfortranarray(left), left[::2], left[:, ::-1]), (right, right.T.copy().T)
    for one, other in itertools.product(lefts, rights):
        for product in (blas.product(one, other), blas.large_product(one, other)):
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
    assert "it compares each example with 300 of them only" in result.notes[0]
    assert session.estimated_seconds() > 0


def test_the_estimate_grows_with_the_number_of_examples_and_not_with_its_square():
    seconds = [estimate.training_seconds(n, 64, 10, solver=estimate.NYSTROEM) for n in (50_000, 100_000)]
    assert 1.5 * seconds[0] < seconds[1] < 2.1 * seconds[0]
