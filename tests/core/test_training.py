"""Cross-validated training: out of sample, repeatable, whatever the scale, however small a class becomes."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizzy import confident, training
from vizzy.dataset import read_folder
from vizzy.training import cross_validated_pred_probs, fit_platt_scaling, notes_on_accuracy, stratified_folds

NAMES = ("cat", "dog", "bear")


def blobs(sizes, dimensions=8, distance=4.0, seed=0):
    """Gaussian clouds, one per class, of the given sizes: embeddings and given labels, shuffled."""
    random = np.random.default_rng(seed)
    given_label = random.permutation(np.repeat(np.arange(len(sizes)), sizes))
    centres = distance * random.normal(size=(len(sizes), dimensions)) / np.sqrt(dimensions)
    return centres[given_label] + random.normal(size=(len(given_label), dimensions)), given_label


def train(embeddings, given_label, n_classes=3, **options):
    """Train, and check what holds for every result."""
    result = cross_validated_pred_probs(embeddings, given_label, n_classes, **options)
    assert result.pred_probs.shape == (len(given_label), n_classes)
    assert result.pred_probs.dtype == np.float64
    assert (result.pred_probs >= 0).all()
    np.testing.assert_allclose(result.pred_probs.sum(axis=1), 1, atol=1e-12)
    assert result.accuracy == (result.pred_probs.argmax(axis=1) == given_label).mean()
    return result


def test_clouds_apart_are_told_apart():
    result = train(*blobs([40, 40, 40], distance=12))
    assert result.accuracy == 1
    assert result.notes == ()


def test_a_wrong_label_is_seen_through():
    embeddings, truth = blobs([40, 40, 40], distance=12)
    given_label = truth.copy()
    given_label[7] = (truth[7] + 1) % 3
    pred_probs = train(embeddings, given_label).pred_probs
    assert pred_probs[7].argmax() == truth[7]
    assert pred_probs[np.arange(120), given_label].argmin() == 7


def result_of(steps):
    """What a generator of steps returns in the end."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def test_the_label_of_an_example_has_no_part_in_its_own_prediction():
    embeddings, given_label = blobs([30, 30, 30], distance=2)
    fold = stratified_folds(given_label, 5, seed=0)
    twin = given_label.copy()
    # Two examples of one fold change places, so that every other fold sees the same labels, dealt the same way.
    one, other = np.flatnonzero((fold == 2) & (given_label == 0))[0], np.flatnonzero((fold == 2) & (given_label == 1))[0]
    twin[[one, other]] = twin[[other, one]]
    before = result_of(training._calibrated_probs(embeddings, given_label, fold))
    after = result_of(training._calibrated_probs(embeddings, twin, fold))
    np.testing.assert_array_equal(before[fold == 2], after[fold == 2])
    assert not np.array_equal(before[fold != 2], after[fold != 2])


def test_the_same_seed_gives_the_same_bytes():
    case = blobs([30, 30, 30], distance=2)
    assert train(*case, seed=3).pred_probs.tobytes() == train(*case, seed=3).pred_probs.tobytes()


def test_another_seed_deals_other_folds():
    case = blobs([30, 30, 30], distance=2)
    assert train(*case, seed=3).fold.tolist() != train(*case, seed=4).fold.tolist()


@pytest.mark.parametrize("scale", [1e-300, 1e-8, 1e8, 1e300])
def test_the_scale_of_the_embedding_does_not_matter(scale):
    embeddings, given_label = blobs([30, 30, 30], distance=2)
    expected = train(embeddings, given_label).pred_probs
    np.testing.assert_allclose(train(embeddings * scale, given_label).pred_probs, expected, atol=1e-6)


@pytest.mark.parametrize("offset", [1e3, -1e8])
def test_the_offset_of_the_embedding_does_not_matter(offset):
    embeddings, given_label = blobs([30, 30, 30], distance=2)
    expected = train(embeddings, given_label).pred_probs
    np.testing.assert_allclose(train(embeddings + offset, given_label).pred_probs, expected, atol=1e-4)


def test_single_precision_and_whole_numbers_are_embeddings_too():
    embeddings, given_label = blobs([30, 30, 30], distance=12)
    assert train(embeddings.astype(np.float32), given_label).accuracy == 1
    assert train(np.round(embeddings * 100).astype(np.int32), given_label).accuracy == 1


def test_constant_columns_are_ignored():
    embeddings, given_label = blobs([30, 30, 30], distance=2)
    widened = np.column_stack([np.full(90, 5.0), embeddings, np.zeros(90)])
    assert train(widened, given_label).accuracy == pytest.approx(train(embeddings, given_label).accuracy, abs=0.05)


@pytest.mark.parametrize("value", [0.0, 0.1, -1e8])
def test_an_embedding_that_is_all_the_same_predicts_how_common_the_classes_are(value):
    given_label = np.repeat([0, 1, 2], [60, 30, 10])
    pred_probs = train(np.full((100, 4), value), given_label).pred_probs
    np.testing.assert_allclose(pred_probs, np.tile([0.6, 0.3, 0.1], (100, 1)), atol=0.05)


def test_duplicates_of_two_points_train():
    given_label = np.arange(60) % 3
    result = train(np.where(given_label[:, None] == 0, 1.0, 2.0), given_label)
    assert result.pred_probs[given_label == 0].argmax(axis=1).tolist() == [0] * 20


def test_two_classes_train():
    result = train(*blobs([30, 30], distance=12), n_classes=2)
    assert result.accuracy == 1


def test_a_class_nobody_is_given_gets_no_probability_and_a_note():
    embeddings, given_label = blobs([30, 30, 0])
    result = train(embeddings, given_label, classes=NAMES)
    assert (result.pred_probs[:, 2] == 0).all()
    assert result.notes == ("No example is labelled bear: it cannot be learned and is never suggested.",)


@pytest.mark.parametrize(("size", "said"), [(1, "bear has 1 example:"), (2, "bear has 2 examples:")])
def test_a_class_too_small_to_learn_gets_no_probability_and_a_note(size, said):
    embeddings, given_label = blobs([30, 30, size], distance=12)
    result = train(embeddings, given_label, classes=NAMES)
    assert (result.pred_probs[:, 2] == 0).all()
    assert (result.pred_probs.argmax(axis=1) == given_label)[given_label != 2].all()
    assert [note.startswith(said) for note in result.notes] == [True]


@pytest.mark.parametrize("size", [3, 4])
def test_a_class_with_fewer_examples_than_folds_is_learned_and_has_a_note(size):
    embeddings, given_label = blobs([30, 30, size], distance=30, seed=1)
    result = train(embeddings, given_label, classes=NAMES)
    assert result.pred_probs[given_label == 2].argmax(axis=1).tolist() == [2] * size
    assert result.notes == (
        f"bear has only {size} examples, fewer than the 5 folds: its probabilities are rough.",
    )


def test_as_many_examples_as_folds_need_no_note():
    assert train(*blobs([30, 30, 5]), classes=NAMES).notes == ()


def test_one_class_alone_is_predicted_for_all():
    embeddings, _ = blobs([10, 10, 10])
    result = train(embeddings, np.full(30, 1), classes=NAMES)
    assert (result.pred_probs[:, 1] == 1).all()
    assert ["nothing was learned" in note for note in result.notes] == [True]


def test_where_only_one_class_can_be_learned_the_shares_of_the_other_folds_are_predicted():
    embeddings, _ = blobs([12])
    result = train(embeddings, np.array([0] * 10 + [1, 2]), classes=NAMES)
    # Each prediction counts the 9 or 10 labels outside its fold, and never its own.
    assert (result.pred_probs[:10].argmax(axis=1) == 0).all()
    assert result.pred_probs[10, 1] == result.pred_probs[11, 2] == 0
    assert len(result.notes) == 1


@pytest.mark.parametrize("n", range(1, 13))
def test_a_handful_of_examples_never_fails(n):
    embeddings, given_label = blobs([5, 5, 5])
    train(embeddings[:n], given_label[:n])


def test_every_small_combination_of_class_sizes_trains():
    for sizes in np.ndindex(6, 6, 6):
        if any(sizes):
            train(*blobs(sizes))


def test_more_folds_than_examples_leave_one_out():
    embeddings, given_label = blobs([4, 4], distance=12)
    result = train(embeddings, given_label, n_classes=2, n_folds=20)
    assert sorted(result.fold.tolist()) == list(range(8))
    assert result.accuracy == 1


def test_fewer_than_three_folds_are_refused():
    with pytest.raises(ValueError, match="n_folds is 2, but at least 3"):
        cross_validated_pred_probs(*blobs([10, 10]), n_classes=2, n_folds=2)


def test_progress_counts_every_model_once():
    seen = []
    train(*blobs([10, 10, 10]), on_fold=lambda done, total: seen.append((done, total)))
    # Five models without one fold, and ten without two.
    assert seen == [(done, 15) for done in range(16)]


def test_the_input_is_left_as_it_was():
    embeddings, given_label = blobs([10, 10, 10])
    embeddings.flags.writeable = given_label.flags.writeable = False
    train(embeddings, given_label)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6).filter(any), st.integers(3, 10), st.integers(0, 5))
def test_folds_share_out_every_class_and_differ_in_size_by_one_at_most(sizes, n_folds, seed):
    given_label = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    fold = stratified_folds(given_label, n_folds, seed)
    assert np.ptp(np.bincount(fold, minlength=n_folds)) <= 1
    for label in np.unique(given_label):
        assert np.ptp(np.bincount(fold[given_label == label], minlength=n_folds)) <= 1


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.booleans()), min_size=2, max_size=60).filter(
        lambda cases: len({first for _, first in cases}) == 2
    )
)
def test_a_sigmoid_is_as_likely_as_that_of_scikit_learn(cases):
    """By the log loss on Platt's own targets, since the sigmoid itself may be ill-determined."""
    from sklearn.calibration import _SigmoidCalibration

    distance = np.array([distance for distance, _ in cases])
    first_mask = np.array([first for _, first in cases])
    slope, offset = fit_platt_scaling(distance, first_mask)
    theirs = _SigmoidCalibration().fit(distance, first_mask.astype(float))
    target = np.where(first_mask, (first_mask.sum() + 1) / (first_mask.sum() + 2), 1 / ((~first_mask).sum() + 2))

    def loss(logit):
        return (np.logaddexp(0, logit) - target * logit).mean()

    assert np.isfinite([slope, offset]).all()
    assert loss(slope * distance + offset) <= loss(-(theirs.a_ * distance + theirs.b_)) + 1e-7


def test_a_sigmoid_is_found_where_newtons_whole_step_overshoots():
    # One member far away from all others; the loss is convex, so where the gradient vanishes is the minimum.
    distance = np.array([50.0, 0.2, 0.1, -0.1, -0.2] + [0.0] * 10)
    first_mask = distance == 50
    slope, offset = fit_platt_scaling(distance, first_mask)
    probs = 1 / (1 + np.exp(-(slope * distance + offset)))
    target = np.where(first_mask, 2 / 3, 1 / 16)
    assert (probs - target).sum() == pytest.approx(0, abs=1e-5)
    assert ((probs - target) * distance).sum() == pytest.approx(0, abs=1e-4)


def test_contests_decided_beyond_all_doubt_leave_numbers():
    np.testing.assert_allclose(training.pairwise_coupling(np.array([[1e6, 1e6, -1e6]])), [[1, 0, 0]], atol=1e-40)
    np.testing.assert_allclose(training.pairwise_coupling(np.array([[1e6, -1e6, 1e6]])), [[1 / 3] * 3])


def test_equal_distances_calibrate_to_the_share_of_the_first_class():
    # Three of four; Platt's targets 4/5 and 1/3 average to (3 * 4/5 + 1/3) / 4.
    slope, offset = fit_platt_scaling(np.full(4, 0.1), np.array([True, True, False, True]))
    assert 1 / (1 + np.exp(-(slope * 0.1 + offset))) == pytest.approx((3 * 4 / 5 + 1 / 3) / 4)


def test_the_odds_against_a_class_are_the_sum_of_its_odds_against_the_others():
    # Contests decided 2:1 for cat against dog, 4:1 for cat against bear and 2:1 for dog against bear, with a
    # sigmoid that is the identity. Odds against: cat 1/2 + 1/4, dog 2 + 1/2, bear 4 + 2.
    distances = np.log([[2.0, 4.0, 2.0]])
    pred_probs = training.pairwise_coupling(distances)
    expected = 1 / np.array([1.75, 3.5, 7.0])
    np.testing.assert_allclose(pred_probs[0], expected / expected.sum())
    # Which here are the very probabilities 4/7, 2/7 and 1/7 that such contests follow from.
    np.testing.assert_allclose(pred_probs[0], [4 / 7, 2 / 7, 1 / 7])


def test_two_classes_are_calibrated_as_scikit_learn_calibrates_them():
    """Which cross-validates within each training part instead: other models, so alike and not equal."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.svm import SVC

    embeddings, given_label = blobs([150, 100], distance=2.5)
    result = train(embeddings, given_label, n_classes=2)
    features = training.centred_and_scaled(embeddings)
    theirs = np.empty_like(result.pred_probs)
    for number in range(5):
        held_out = result.fold == number
        svm = SVC(C=training.SVM_C, gamma=training.RBF_GAMMA_SCALE / features.shape[1])
        classifier = CalibratedClassifierCV(svm, method="sigmoid", cv=5, ensemble=False)
        classifier.fit(features[~held_out], given_label[~held_out])
        theirs[held_out] = classifier.predict_proba(features[held_out])
    assert np.abs(result.pred_probs - theirs).mean() < 0.02
    assert (result.pred_probs.argmax(axis=1) == theirs.argmax(axis=1)).mean() > 0.97


@pytest.fixture(scope="module")
def shipped():
    return read_folder(Path(__file__).parents[2] / "static")


@pytest.mark.parametrize("seed", range(5))
def test_the_shipped_problems_are_found_whatever_the_folds(shipped, seed):
    result = train(shipped.embeddings, shipped.given_label, seed=seed)
    analysis = confident.analyse(shipped.given_label, result.pred_probs)
    flagged_mask = analysis.label_issue_mask | analysis.out_of_distribution_mask
    problem_mask = shipped.given_label != shipped.true_label
    worst_first = confident.ranking(confident.self_confidence(shipped.given_label, result.pred_probs))
    assert result.accuracy > 0.88
    assert (flagged_mask & problem_mask).sum() >= 9
    assert problem_mask[worst_first[:30]].sum() >= 14


def test_predictions_no_better_than_one_label_for_all_are_noted():
    label = np.repeat([0, 1, 2], [40, 30, 30])
    noted = notes_on_accuracy(0.41, label, ["DE", "CN", "US"])
    assert len(noted) == 1 and "if every prediction were DE" in noted[0]
    assert notes_on_accuracy(0.6, label, ["DE", "CN", "US"]) == []
    assert notes_on_accuracy(0.41, label[:40], ["DE"]) == []  # too few to tell
