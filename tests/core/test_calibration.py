"""Probabilities of several classes from scores: the best slope and offsets, stacking, and what it must not learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizzy import calibration, confident


@settings(deadline=None, max_examples=20)
@given(st.integers(2, 5), st.integers(5, 80), st.integers(0, 10_000))
def test_a_softmax_is_fitted_to_where_no_other_slope_and_offsets_are_better(n_classes, n, seed):
    rng = np.random.default_rng(seed)
    label = np.append(np.arange(n_classes), rng.integers(0, n_classes, n))
    scores = rng.normal(size=(len(label), n_classes)) + np.eye(n_classes)[label]
    fitted = calibration.fit_softmax(scores, label, n_classes)
    target = calibration.targets(label, n_classes)

    def loss(slope, offsets):
        return -(target * np.log(calibration.softmax(slope * scores + offsets))).sum(axis=1).mean()

    least = loss(fitted.slope, fitted.offsets)
    for step in 0.1 * rng.normal(size=(20, n_classes + 1)):
        assert loss(fitted.slope + step[0], fitted.offsets + step[1:]) > least - 1e-9
    np.testing.assert_allclose(target.sum(axis=1), 1)


def test_of_several_classifiers_the_mean_score_counts():
    rng = np.random.default_rng(0)
    label = np.arange(60) % 3
    one, other = rng.normal(size=(2, 60, 3)) + np.eye(3)[label]
    both = calibration.fit_softmax(np.hstack([one, other]), label, 3)
    mean = calibration.fit_softmax((one + other) / 2, label, 3)
    np.testing.assert_allclose(both(np.hstack([one, other])), mean((one + other) / 2))


def two_classifiers(n, seed=0):
    """Scores of one that knows something and of one that only guesses, and labels."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, 4, n)
    knows = 2 * np.eye(4)[true] - 1 + 0.6 * rng.normal(size=(n, 4))
    return np.hstack([knows, rng.normal(size=(n, 4))]), true


def log_loss(probs, label):
    return -np.log(probs[np.arange(len(label)), label]).mean()


def test_stacking_learns_which_classifier_to_believe():
    scores, label = two_classifiers(3000)
    unseen, unseen_label = two_classifiers(1000, seed=1)
    stacked = calibration.fit_stacking(scores, label, 4)(unseen)
    np.testing.assert_allclose(stacked.sum(axis=1), 1)
    of_mean = calibration.fit_softmax(scores, label, 4)(unseen)
    alone = calibration.fit_softmax(scores[:, :4], label, 4)(unseen[:, :4])
    assert log_loss(stacked, unseen_label) < log_loss(alone, unseen_label) + 0.02 < log_loss(of_mean, unseen_label)


def test_stacking_does_not_learn_how_labels_are_wrong():
    scores, true = two_classifiers(3000)
    wrong = np.arange(3000) % 8 == 0
    label = np.where(wrong, (true + 1) % 4, true)

    def found(pred_probs):
        return wrong[confident.ranking(confident.self_confidence(label, pred_probs))[: wrong.sum()]].mean()

    shown = calibration.fit_stacking(scores, label, 4)(scores)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibration, "CLEARLY_WRONG", 0.0)
        learned = calibration.fit_stacking(scores, label, 4)(scores)
    assert found(shown) > found(learned) + 0.02


def test_probabilities_are_as_often_right_as_they_say():
    scores, true = two_classifiers(20_000)
    label = np.where(np.arange(20_000) % 12 == 0, (true + 2) % 4, true)
    pred_probs = calibration.fit_stacking(scores[:10_000], label[:10_000], 4)(scores[10_000:])
    given_label = np.eye(4)[label[10_000:]]
    np.testing.assert_allclose(pred_probs.mean(axis=0), given_label.mean(axis=0), atol=0.015)
    for number in range(4):  # the expected calibration error of each class
        tenth = np.minimum(pred_probs[:, number] * 10, 9).astype(int)
        said = np.bincount(tenth, pred_probs[:, number] - given_label[:, number], minlength=10)
        assert np.abs(said).sum() / len(tenth) < 0.04


def test_with_fewer_examples_than_weights_only_slope_and_offsets_are_fitted():
    scores, label = two_classifiers(31)
    np.testing.assert_array_equal(calibration.fit_stacking(scores, label, 4)(scores), calibration.fit_softmax(scores, label, 4)(scores))


def test_at_most_half_of_a_label_is_clearly_wrong():
    pred_probs = np.tile([0.99, 0.01], (20, 1))
    pred_probs[0] = 0.999, 0.001
    label = np.repeat([1, 0], [5, 15])
    assert calibration.clearly_wrong(pred_probs, label).sum() == 1


def test_accelerated_descent_reaches_the_minimum_of_each_matrix():
    rng = np.random.default_rng(0)
    least, curvature = rng.normal(size=(3, 4, 2)), np.array([1.0, 0.1, 0.01])[:, None, None]
    descent = calibration.AcceleratedDescent(np.zeros((3, 4, 2)))
    for _ in range(300):
        descent.go(curvature * (least - descent.there))
    np.testing.assert_allclose(descent.at, least, atol=1e-4)
