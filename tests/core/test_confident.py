"""The rules of confident learning: worked by hand, at their boundaries, by the book, and against cleanlab."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizzy import confident, vocabulary
from vizzy.confident import (
    AGREEMENT,
    LABEL_ISSUE,
    LOWEST_THRESHOLD,
    NO_LABEL,
    OUT_OF_DISTRIBUTION,
    TOLERANCE,
    UNCONFIDENT,
    SortedSelfConfidences,
    analyse,
)

CAT, DOG, BEAR = range(3)

# Nine images, three given each label. Worked by hand below; the column of the given label is in brackets.
GIVEN = np.array([CAT, CAT, CAT, DOG, DOG, DOG, BEAR, BEAR, BEAR])
PROBS = np.array(
    [
        [0.8, 0.1, 0.1],  # 0 (0.8) is above the cats' median
        [0.6, 0.3, 0.1],  # 1 (0.6) is the cats' median
        [0.1, 0.7, 0.2],  # 2 (0.1) a dog given as a cat
        [0.2, 0.7, 0.1],  # 3 (0.7)
        [0.3, 0.5, 0.2],  # 4 (0.5) is the dogs' median
        [0.4, 0.3, 0.3],  # 5 (0.3) reaches no median, but the lower threshold of cats
        [0.0, 0.1, 0.9],  # 6 (0.9)
        [0.1, 0.1, 0.8],  # 7 (0.8) is the bears' median
        [0.2, 0.2, 0.6],  # 8 (0.6)
    ]
)
# Sorted self-confidences: cats 0.1 0.6 0.8, dogs 0.3 0.5 0.7, bears 0.6 0.8 0.9.
MEDIANS = [0.6, 0.5, 0.8]
MEANS = [1.5 / 3, 1.5 / 3, 2.3 / 3]


def test_self_confidence_is_the_probability_of_the_given_label():
    assert confident.self_confidence(GIVEN, PROBS).tolist() == [0.8, 0.6, 0.1, 0.7, 0.5, 0.3, 0.9, 0.8, 0.6]


def test_the_class_threshold_is_the_median_self_confidence_by_default():
    np.testing.assert_allclose(confident.class_thresholds(GIVEN, PROBS), MEDIANS)


def test_the_mean_threshold_is_the_mean_self_confidence():
    np.testing.assert_allclose(confident.mean_thresholds(GIVEN, PROBS), MEANS)


def test_percentiles_interpolate_linearly_between_self_confidences():
    # Of three values the 15th percentile stands 0.15 * 2 = 0.3 of the way from the first to the second.
    expected = [0.1 + 0.3 * 0.5, 0.3 + 0.3 * 0.2, 0.6 + 0.3 * 0.2]
    np.testing.assert_allclose(confident.class_thresholds(GIVEN, PROBS, 15), expected)


def test_every_example_falls_into_its_hand_worked_category():
    analysis = analyse(GIVEN, PROBS)
    # Thresholds: class 0.6 0.5 0.8, out of distribution 0.25 0.36 0.66.
    # 5: 0.4 < 0.6, 0.3 < 0.5, 0.3 < 0.8, so nothing is suggested; 0.4 >= 0.25, so it is not out of distribution.
    # 8: 0.2 < 0.6, 0.2 < 0.5, 0.6 < 0.8; and 0.2 < 0.25, 0.2 < 0.36, 0.6 < 0.66, so it is.
    assert analysis.suggested_label.tolist() == [CAT, CAT, DOG, DOG, DOG, NO_LABEL, BEAR, BEAR, NO_LABEL]
    assert analysis.confident_joint.tolist() == [[2, 1, 0], [0, 2, 0], [0, 0, 2]]
    assert np.flatnonzero(analysis.label_issue_mask).tolist() == [2]
    assert np.flatnonzero(analysis.out_of_distribution_mask).tolist() == [8]
    assert np.flatnonzero(analysis.unconfident_mask).tolist() == [5]
    assert analysis.category.tolist() == [
        AGREEMENT,
        AGREEMENT,
        LABEL_ISSUE,
        AGREEMENT,
        AGREEMENT,
        UNCONFIDENT,
        AGREEMENT,
        AGREEMENT,
        OUT_OF_DISTRIBUTION,
    ]


def test_a_higher_class_percentile_suggests_less():
    # At 100 only the best of each class reaches it: 0.8 for cats, 0.7 for dogs (2 and 3), 0.9 for bears.
    assert analyse(GIVEN, PROBS, class_percentile=100).suggested_label.tolist() == [
        *(CAT, NO_LABEL, DOG),
        *(DOG, NO_LABEL, NO_LABEL),
        *(BEAR, NO_LABEL, NO_LABEL),
    ]


def test_the_suggestion_is_a_class_that_passes_and_not_the_argmax_that_does_not():
    # The article's second shortcoming of the naive rule: dog is believed from 0.9 only, cat from 0.35.
    thresholds = np.array([0.35, 0.9, 0.9])
    assert confident.suggested_label(np.array([[0.49, 0.50, 0.01]]), thresholds).tolist() == [CAT]


def test_of_several_classes_that_pass_the_most_probable_is_suggested():
    thresholds = np.array([0.1, 0.3, 0.3])
    assert confident.suggested_label(np.array([[0.2, 0.45, 0.35]]), thresholds).tolist() == [DOG]


def test_of_equally_probable_classes_that_pass_the_first_is_suggested():
    assert confident.suggested_label(np.array([[0.2, 0.4, 0.4]]), np.full(3, 0.3)).tolist() == [DOG]


def test_of_equally_probable_classes_that_pass_the_given_one_is_suggested():
    probs, given_label = np.array([[0.4, 0.2, 0.4]] * 3), np.array([CAT, BEAR, DOG])
    assert confident.suggested_label(probs, np.full(3, 0.3), given_label).tolist() == [CAT, BEAR, CAT]


@pytest.mark.parametrize(("lead", "suggested"), [(0.5 * TOLERANCE, BEAR), (2 * TOLERANCE, CAT)])
def test_probabilities_within_the_tolerance_are_a_tie(lead, suggested):
    probs = np.array([[0.4 + lead, 0.2 - lead, 0.4]])
    assert confident.suggested_label(probs, np.full(3, 0.3), np.array([BEAR])).tolist() == [suggested]


def test_a_given_label_that_ties_but_does_not_reach_its_threshold_is_not_suggested():
    assert confident.suggested_label(np.array([[0.4, 0.2, 0.4]]), np.array([0.3, 0.3, 0.5]), np.array([BEAR])).tolist() == [CAT]


def test_the_explanation_of_a_tie_prefers_the_given_label_as_the_suggestion_does():
    given_label, probs = np.array([0, 0, 1, 1]), np.array([[0.6, 0.4], [0.5, 0.5], [0.5, 0.5], [0.2, 0.8]])
    for example, label in ((1, 0), (2, 1)):
        above, up_to = confident.suggestion_ranges(given_label, probs, example)
        analysis = analyse(given_label, probs, class_percentile=0, ood_percentile=0)
        assert analysis.suggested_label[example] == label
        assert above[label] < 0 <= up_to[label]
        assert above[1 - label] >= min(up_to[1 - label], 0)


def test_a_confident_argmax_is_not_suggested_without_its_threshold():
    # The first shortcoming: 0.34 0.33 0.33 has an argmax, but no confidence.
    assert confident.suggested_label(np.array([[0.34, 0.33, 0.33]]), np.full(3, 0.6)).tolist() == [NO_LABEL]


@pytest.mark.parametrize(
    ("below_threshold", "suggested"),
    [(0.0, CAT), (0.5 * TOLERANCE, CAT), (-0.5 * TOLERANCE, CAT), (2 * TOLERANCE, NO_LABEL)],
)
def test_a_probability_reaches_a_threshold_it_equals_within_the_tolerance(below_threshold, suggested):
    probs = np.array([[0.5 - below_threshold, 0.5 + below_threshold]])
    assert confident.suggested_label(probs, np.array([0.5, 0.9])).tolist() == [suggested]


def test_the_tolerance_is_cleanlabs_a_millionth():
    probs = np.array([[0.5 - 0.9e-6, 0], [0.5 - 1.1e-6, 0]])
    assert confident.reaches(probs, np.array([0.5, 0.5]))[:, CAT].tolist() == [True, False]


def test_no_threshold_is_below_two_millionths():
    never_predicted = np.array([[1.0, 0.0], [1.0, 0.0]])
    for thresholds in (confident.class_thresholds, confident.mean_thresholds):
        np.testing.assert_allclose(thresholds(np.array([0, 1]), never_predicted), [1, 2e-6])


def test_each_category_has_its_name():
    names = {confident.AGREEMENT: "agreement", confident.LABEL_ISSUE: "label issue"}
    names |= {confident.OUT_OF_DISTRIBUTION: "out of distribution", confident.UNCONFIDENT: "unconfident"}
    assert dict(enumerate(vocabulary.CATEGORIES)) == names


def test_a_probability_the_whole_tolerance_below_a_threshold_still_reaches_it():
    assert confident.reaches(np.array([0.5 - TOLERANCE]), np.array([0.5])).all()


@pytest.mark.parametrize(("below_threshold", "out"), [(0.0, False), (0.5 * TOLERANCE, False), (2 * TOLERANCE, True)])
def test_out_of_distribution_is_below_every_threshold_by_more_than_the_tolerance(below_threshold, out):
    # Ten cats and ten dogs at 0.5 put the thresholds there; nobody is given the third class, so it keeps nothing in.
    given_label = np.array([CAT] * 11 + [DOG] * 10)
    probs = np.tile([0.5, 0.5, 0.0], (21, 1))
    probs[0] = [0.5 - below_threshold, 0.5 - below_threshold, 2 * below_threshold]
    analysis = analyse(given_label, probs)
    assert analysis.ood_thresholds.tolist() == [0.5, 0.5, np.inf]
    assert np.flatnonzero(analysis.out_of_distribution_mask).tolist() == ([0] if out else [])


def test_the_smallest_self_confidence_of_a_class_is_in_distribution_at_percentile_zero():
    analysis = analyse(GIVEN, PROBS, class_percentile=100, ood_percentile=0)
    assert not analysis.out_of_distribution_mask.any()


def test_a_mean_below_the_out_of_distribution_threshold_lets_the_suggestion_win():
    # Cats 0.0 0.9 0.9 have the mean 0.6 and the median 0.9, so 0.7 is suggested by the one and below the other.
    given_label = np.array([0, 0, 0, 1, 1, 1])
    probs = np.array([[0.0, 1.0], [0.9, 0.1], [0.9, 0.1], [0.7, 0.3], [0.0, 1.0], [0.0, 1.0]])
    analysis = analyse(given_label, probs, ood_percentile=50, threshold_mode="mean")
    np.testing.assert_allclose(analysis.class_thresholds, [0.6, 2.3 / 3])
    np.testing.assert_allclose(analysis.ood_thresholds, [0.9, 1.0])
    assert analysis.suggested_label[3] == 0
    assert not analysis.out_of_distribution_mask[3]


def test_percentiles_the_wrong_way_round_still_put_each_example_into_one_category():
    assert_partition(analyse(GIVEN, PROBS, class_percentile=10, ood_percentile=90), n=9)


def test_mean_mode_ignores_the_class_percentile():
    low, high = (analyse(GIVEN, PROBS, class_percentile=q, threshold_mode="mean") for q in (0, 100))
    np.testing.assert_allclose(low.class_thresholds, MEANS)
    np.testing.assert_array_equal(low.suggested_label, high.suggested_label)


def test_relabelling_the_last_cat_leaves_the_class_without_a_threshold():
    given_label = np.array([DOG, DOG, BEAR, BEAR])
    probs = np.array([[0.9, 0.1, 0.0], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.1, 0.2, 0.7]])
    for mode in confident.THRESHOLD_MODES:
        analysis = analyse(given_label, probs, threshold_mode=mode)
        assert analysis.class_thresholds[CAT] == analysis.ood_thresholds[CAT] == np.inf
        assert CAT not in analysis.suggested_label
        assert analysis.confident_joint[CAT].sum() == analysis.confident_joint[:, CAT].sum() == 0


def test_a_class_nobody_is_given_keeps_no_example_in_distribution():
    # The first is surely a cat, but no cats are known; of dogs, 0.1 0.8 0.8, it is the least.
    given_label = np.array([DOG, DOG, DOG])
    probs = np.array([[0.9, 0.1], [0.2, 0.8], [0.2, 0.8]])
    assert analyse(given_label, probs).out_of_distribution_mask.tolist() == [True, False, False]


def test_a_class_that_is_never_predicted_is_never_suggested():
    # The only bear was too few to learn from, so everything has probability 0 of being one, as much as it has.
    given_label = np.array([CAT, CAT, CAT, BEAR])
    probs = np.array([[0.9, 0.1, 0.0], [0.8, 0.2, 0.0], [0.1, 0.9, 0.0], [0.2, 0.8, 0.0]])
    analysis = analyse(given_label, probs)
    assert analysis.class_thresholds[BEAR] == LOWEST_THRESHOLD
    assert analysis.suggested_label.tolist() == [CAT, CAT, NO_LABEL, NO_LABEL]
    assert analysis.out_of_distribution_mask.tolist() == [False, False, True, True]


def test_a_class_with_one_example_has_its_self_confidence_as_threshold_at_every_percentile():
    given_label, probs = np.array([0, 1, 1]), np.array([[0.6, 0.4], [0.3, 0.7], [0.2, 0.8]])
    for percentile in (0, 33, 100):
        assert confident.class_thresholds(given_label, probs, percentile)[0] == 0.6


def test_one_class_alone_is_analysed():
    analysis = analyse(np.zeros(3, dtype=int), np.ones((3, 1)))
    assert analysis.confident_joint.tolist() == [[3]]
    assert not analysis.label_issue_mask.any()


def test_no_examples_make_an_empty_analysis():
    analysis = analyse(np.zeros(0, dtype=int), np.zeros((0, 3)))
    assert analysis.suggested_label.shape == analysis.category.shape == (0,)
    assert analysis.confident_joint.tolist() == [[0, 0, 0]] * 3


def test_labels_of_a_small_integer_type_do_not_overflow():
    n_classes = 100
    given_label = np.arange(n_classes, dtype=np.int8)
    analysis = analyse(given_label, np.eye(n_classes))
    np.testing.assert_array_equal(analysis.confident_joint, np.eye(n_classes))
    histogram = confident.self_confidence_histogram(given_label, np.eye(n_classes), bins=10)
    assert histogram[:, -1].tolist() == [1] * n_classes


def test_self_confidence_puts_the_planted_error_first():
    assert confident.ranking(confident.self_confidence(GIVEN, PROBS)).tolist() == [2, 5, 4, 1, 8, 3, 0, 7, 6]


def test_ranking_keeps_the_order_of_equals():
    assert confident.ranking(np.array([0.5, 0.1, 0.5, 0.1])).tolist() == [1, 3, 0, 2]


def test_the_out_of_distribution_score_is_the_distance_to_the_closest_threshold():
    # Example 8 is 0.05, 0.16 and 0.06 below its thresholds; example 5 is 0.15 above the one of cats.
    score = confident.out_of_distribution_score(PROBS, analyse(GIVEN, PROBS).ood_thresholds)
    np.testing.assert_allclose(score[[5, 8]], [0.15, -0.05])


def test_the_histogram_counts_each_class_and_puts_one_into_the_last_bin():
    given_label = np.array([0, 0, 0, 1])
    probs = np.array([[0.0, 1.0], [0.25, 0.75], [1.0, 0.0], [0.51, 0.49]])
    assert confident.self_confidence_histogram(given_label, probs, bins=4).tolist() == [[1, 1, 0, 1], [0, 1, 0, 0]]


def test_an_unknown_threshold_mode_is_refused():
    with pytest.raises(ValueError, match="'median'"):
        analyse(GIVEN, PROBS, threshold_mode="median")


@pytest.mark.parametrize("percentile", [-1, 101, float("nan")])
def test_a_percentile_outside_its_range_is_refused(percentile):
    with pytest.raises(ValueError, match="between 0 and 100"):
        analyse(GIVEN, PROBS, class_percentile=percentile)


def test_the_percentile_of_a_class_is_where_its_threshold_meets_the_probability():
    # Example 5 (0.4 0.3 0.3). Cats 0.1 0.6 0.8: 0.4 is 0.6 of the way to the second of three, percentile 30.
    # Dogs 0.3 0.5 0.7: it is the first, percentile 0. Bears 0.6 0.8 0.9: below the first.
    percentile = confident.class_percentile_of(GIVEN, PROBS, example=5)
    np.testing.assert_allclose(percentile, [30, 0, -1], atol=1e-3)


def test_the_percentile_of_a_probability_above_all_others_is_a_hundred():
    assert confident.class_percentile_of(GIVEN, PROBS, example=6)[BEAR] == 100


def test_a_probability_of_zero_has_no_percentile():
    given_label, probs = np.array([0, 1]), np.array([[0.0, 1.0], [0.0, 1.0]])
    assert confident.class_percentile_of(given_label, probs, example=0).tolist() == [-1, 100]


def test_the_percentile_of_a_class_includes_the_tolerance():
    # The others of class 0 stand at 0.5 and two tolerances above it: half of that gap is within the tolerance.
    given_label = np.array([0, 0, 1, 1, 1])
    probs = np.array([[0.5, 0.5], [0.5 + 2 * TOLERANCE, 0.5], [0.5, 0.5], [0.5 - TOLERANCE, 0.5], [0.4, 0.6]])
    percentile = [confident.class_percentile_of(given_label, probs, example)[0] for example in (1, 2, 3, 4)]
    assert percentile == pytest.approx([100, 50, 0, -1], abs=1e-3)


def test_a_less_probable_class_is_suggested_until_a_more_probable_one_is_reached():
    # Cats 0.2 0.4, dogs 0.5 0.9; 0.4 0.6 reaches cats up to 100, and dogs, a quarter of the way, up to 25.
    given_label = np.array([0, 0, 1, 1])
    probs = np.array([[0.2, 0.8], [0.4, 0.6], [0.5, 0.5], [0.1, 0.9]])
    above, up_to = confident.suggestion_ranges(given_label, probs, example=1)
    np.testing.assert_allclose(up_to, [100, 25], atol=1e-3)
    np.testing.assert_allclose(above, [25, -1], atol=1e-3)


def test_an_explanation_holds_what_decided_about_the_example():
    explanation = confident.explain(GIVEN, PROBS, 5, analyse(GIVEN, PROBS))
    assert (explanation.category, explanation.given_label, explanation.suggested_label) == (UNCONFIDENT, DOG, NO_LABEL)
    assert explanation.reaches_class_mask.tolist() == [False, False, False]
    assert explanation.reaches_ood_mask.tolist() == [True, False, False]
    assert explanation.out_of_distribution_above == pytest.approx(30, abs=1e-3)


@st.composite
def labelled_probabilities(draw, max_examples=25, max_classes=5):
    """Labels and probabilities in tenths, so that ties, equalities with a threshold and zeros are common."""
    n = draw(st.integers(1, max_examples))
    n_classes = draw(st.integers(1, max_classes))
    given_label = draw(st.lists(st.integers(0, n_classes - 1), min_size=n, max_size=n))
    weights = draw(
        st.lists(
            st.lists(st.integers(0, 4), min_size=n_classes, max_size=n_classes).filter(any), min_size=n, max_size=n
        )
    )
    weights = np.array(weights, dtype=float)
    return np.array(given_label), weights / weights.sum(axis=1, keepdims=True)


percentiles = st.integers(0, 100)


@given(labelled_probabilities(), percentiles, percentiles, st.sampled_from(confident.THRESHOLD_MODES))
def test_analysis_equals_the_rules_applied_one_example_at_a_time(labelled, class_percentile, ood_percentile, mode):
    given_label, pred_probs = labelled
    analysis = analyse(given_label, pred_probs, class_percentile, ood_percentile, mode)
    suggested, out = by_the_book(given_label, pred_probs, class_percentile, ood_percentile, mode)
    assert analysis.suggested_label.tolist() == suggested
    assert analysis.out_of_distribution_mask.tolist() == out
    assert_partition(analysis, len(given_label))


def by_the_book(given_label, pred_probs, class_percentile, ood_percentile, mode):
    """The rules as loops, with numpy's own percentile: suggested labels and who is out of distribution."""
    n_classes = pred_probs.shape[1]
    own = [pred_probs[given_label == j, j] for j in range(n_classes)]
    mean_or_percentile = np.mean if mode == "mean" else lambda values: np.percentile(values, class_percentile)
    t = [max(mean_or_percentile(values), 2e-6) if len(values) else np.inf for values in own]
    o = [max(np.percentile(values, ood_percentile), 2e-6) if len(values) else np.inf for values in own]
    suggested, out = [], []
    for label, row in zip(given_label, pred_probs, strict=True):
        passing = [j for j in range(n_classes) if row[j] >= t[j] - 1e-6]
        suggested.append(max(passing, key=lambda j: (row[j], j == label, -j)) if passing else -1)
        out.append(not passing and all(row[j] < o[j] - 1e-6 for j in range(n_classes)))
    return suggested, out


def assert_partition(analysis, n):
    """The diagonal and the three masks together hold every example exactly once."""
    masks = [analysis.label_issue_mask, analysis.out_of_distribution_mask, analysis.unconfident_mask]
    assert np.sum(masks, axis=0).max(initial=0) <= 1
    assert np.sum(masks) + np.trace(analysis.confident_joint) == n
    assert analysis.confident_joint.sum() - np.trace(analysis.confident_joint) == analysis.label_issue_mask.sum()


@given(labelled_probabilities(), st.integers(0, 2**25 - 1), st.sampled_from(confident.THRESHOLD_MODES))
def test_outliers_are_out_of_distribution_unless_they_are_label_issues(labelled, bits, mode):
    given_label, pred_probs = labelled
    outlier_mask = np.array([bool(bits >> place & 1) for place in range(len(given_label))])
    analysis = analyse(given_label, pred_probs, threshold_mode=mode, outlier_mask=outlier_mask)
    issues = analyse(given_label, pred_probs, threshold_mode=mode).label_issue_mask
    np.testing.assert_array_equal(analysis.label_issue_mask, issues)
    np.testing.assert_array_equal(analysis.out_of_distribution_mask, outlier_mask & ~issues)
    assert_partition(analysis, len(given_label))


@given(labelled_probabilities(), st.floats(0, 100))
def test_thresholds_equal_numpys_percentile_to_the_last_bit(labelled, percentile):
    given_label, pred_probs = labelled
    thresholds = SortedSelfConfidences.of(given_label, pred_probs).thresholds_at(percentile)
    for j in np.unique(given_label):
        expected = np.percentile(pred_probs[given_label == j, j], percentile)
        assert thresholds[j] == max(expected, LOWEST_THRESHOLD)


@given(labelled_probabilities(), percentiles, percentiles)
def test_sorting_once_gives_the_same_analysis_as_sorting_every_time(labelled, class_percentile, ood_percentile):
    confidences = SortedSelfConfidences.of(*labelled)
    once = analyse(*labelled, class_percentile, ood_percentile, sorted_confidences=confidences)
    anew = analyse(*labelled, class_percentile, ood_percentile)
    np.testing.assert_array_equal(once.class_thresholds, anew.class_thresholds)
    np.testing.assert_array_equal(once.category, anew.category)


@given(labelled_probabilities(), percentiles)
def test_suggestion_ranges_foretell_the_suggestion_at_every_percentile(labelled, class_percentile):
    given_label, pred_probs = labelled
    suggested = analyse(given_label, pred_probs, class_percentile, 0).suggested_label
    for example, label in enumerate(suggested):
        above, up_to = confident.suggestion_ranges(given_label, pred_probs, example)
        if np.abs(np.concatenate([above, up_to]) - class_percentile).min() < 1e-3 and class_percentile < 100:
            continue  # on the very edge, where rounding decides
        within = np.flatnonzero((above < class_percentile) & (class_percentile <= up_to))
        assert within.tolist() == ([label] if label != NO_LABEL else [])


@given(labelled_probabilities(), percentiles)
def test_an_explanation_foretells_who_is_out_of_distribution(labelled, ood_percentile):
    given_label, pred_probs = labelled
    analysis = analyse(given_label, pred_probs, class_percentile=100, ood_percentile=ood_percentile)
    for example in np.flatnonzero(analysis.suggested_label == NO_LABEL):
        above = confident.explain(given_label, pred_probs, example, analysis).out_of_distribution_above
        if abs(above - ood_percentile) > 1e-3:
            assert analysis.out_of_distribution_mask[example] == (ood_percentile > above)


@given(labelled_probabilities(), st.integers(1, 30))
def test_a_histogram_holds_every_example_of_a_class(labelled, bins):
    given_label, pred_probs = labelled
    histogram = confident.self_confidence_histogram(given_label, pred_probs, bins)
    expected = np.bincount(given_label, minlength=pred_probs.shape[1])
    assert histogram.shape == (pred_probs.shape[1], bins)
    assert histogram.sum(axis=1).tolist() == expected.tolist()


modes = st.sampled_from(confident.THRESHOLD_MODES)


def assert_same_analysis(one, other, examples=slice(None), classes=slice(None)):
    """That one analysis is the other with its examples and its classes in another order."""
    np.testing.assert_allclose(one.class_thresholds, other.class_thresholds[classes], atol=1e-12)
    np.testing.assert_allclose(one.ood_thresholds, other.ood_thresholds[classes], atol=1e-12)
    np.testing.assert_array_equal(one.category, other.category[examples])
    np.testing.assert_array_equal(one.confident_joint, other.confident_joint[classes][:, classes])


@given(labelled_probabilities(), percentiles, percentiles, modes, st.randoms())
def test_the_order_of_the_examples_does_not_matter(labelled, class_percentile, ood_percentile, mode, random):
    given_label, pred_probs = labelled
    order = np.array(random.sample(range(len(given_label)), len(given_label)))
    settings = (class_percentile, ood_percentile, mode)
    moved = analyse(given_label[order], pred_probs[order], *settings)
    still = analyse(given_label, pred_probs, *settings)
    assert_same_analysis(moved, still, examples=order)
    np.testing.assert_array_equal(moved.suggested_label, still.suggested_label[order])


@given(labelled_probabilities(), percentiles, percentiles, modes, st.randoms())
def test_the_order_of_the_classes_does_not_matter(labelled, class_percentile, ood_percentile, mode, random):
    given_label, pred_probs = labelled
    n, n_classes = pred_probs.shape
    pred_probs = pred_probs + np.linspace(0, 1e-4, n * n_classes).reshape(n, n_classes)  # of equals, the first class counts
    order = np.array(random.sample(range(n_classes), n_classes))
    settings = (class_percentile, ood_percentile, mode)
    still = analyse(given_label, pred_probs, *settings)
    assert_same_analysis(analyse(np.argsort(order)[given_label], pred_probs[:, order], *settings), still, classes=order)


@given(labelled_probabilities(), percentiles, percentiles)
def test_thresholds_rise_with_the_percentile_and_suggestions_fall(labelled, one, other):
    low, high = sorted((one, other))
    confidences = SortedSelfConfidences.of(*labelled)
    assert (confidences.thresholds_at(low) <= confidences.thresholds_at(high)).all()
    at_low, at_high = analyse(*labelled, low, 0), analyse(*labelled, high, 0)
    assert ((at_high.suggested_label == NO_LABEL) | (at_low.suggested_label != NO_LABEL)).all()
    out_low, out_high = (analyse(*labelled, 100, percentile).out_of_distribution_mask for percentile in (low, high))
    assert (out_high | ~out_low).all()


@given(labelled_probabilities(), percentiles, percentiles, modes)
def test_every_row_of_the_joint_has_the_examples_of_its_class_but_those_without_a_suggestion(
    labelled, class_percentile, ood_percentile, mode
):
    given_label, pred_probs = labelled
    analysis = analyse(given_label, pred_probs, class_percentile, ood_percentile, mode)
    unassigned = analysis.suggested_label == NO_LABEL
    n_classes = pred_probs.shape[1]
    per_class = np.bincount(given_label, minlength=n_classes) - np.bincount(given_label[unassigned], minlength=n_classes)
    assert analysis.confident_joint.sum(axis=1).tolist() == per_class.tolist()
    assert analysis.confident_joint.sum() == len(given_label) - unassigned.sum()
    issues = np.flatnonzero(analysis.label_issue_mask)
    assert set(issues) <= set(np.flatnonzero(~unassigned))
    assert confident.reaches(pred_probs, analysis.class_thresholds)[issues, analysis.suggested_label[issues]].all()


@given(labelled_probabilities(), percentiles, percentiles, modes)
def test_nothing_is_ever_not_a_number(labelled, class_percentile, ood_percentile, mode):
    given_label, pred_probs = labelled
    analysis = analyse(given_label, pred_probs, class_percentile, ood_percentile, mode)
    empty = np.bincount(given_label, minlength=pred_probs.shape[1]) == 0
    for thresholds in (analysis.class_thresholds, analysis.ood_thresholds):
        assert np.isposinf(thresholds[empty]).all()
        assert ((thresholds[~empty] >= LOWEST_THRESHOLD) & (thresholds[~empty] <= 1 + 1e-9)).all()
    quality = confident.self_confidence(given_label, pred_probs)
    assert ((quality >= 0) & (quality <= 1)).all()
    assert np.isfinite(confident.class_percentile_of(given_label, pred_probs, 0)).all()


def random_probabilities(seed, n=500, n_classes=6, sharpness=3.0):
    """Probabilities that mostly favour the given label, some of which is wrong."""
    random = np.random.default_rng(seed)
    given_label = random.integers(n_classes, size=n)
    concentration = np.ones((n, n_classes))
    concentration[np.arange(n), np.where(random.random(n) < 0.1, random.integers(n_classes, size=n), given_label)] = (
        sharpness
    )
    weights = random.gamma(concentration)
    return given_label, weights / weights.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("seed", range(10))
def test_mean_thresholds_agree_with_cleanlab(seed):
    from cleanlab.count import get_confident_thresholds

    given_label, pred_probs = random_probabilities(seed)
    np.testing.assert_allclose(
        confident.mean_thresholds(given_label, pred_probs),
        get_confident_thresholds(given_label, pred_probs),
        rtol=1e-12,
    )


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("sharpness", [1.5, 3.0, 20.0])
def test_the_confident_joint_in_mean_mode_agrees_with_cleanlab(seed, sharpness):
    """Apart from the two known differences, shown below on a case made by hand each."""
    from cleanlab.count import compute_confident_joint

    given_label, pred_probs = random_probabilities(seed, sharpness=sharpness)
    analysis = analyse(given_label, pred_probs, threshold_mode="mean")
    passing = confident.reaches(pred_probs, analysis.class_thresholds)
    argmax_passes = passing[np.arange(len(passing)), pred_probs.argmax(axis=1)]
    alike = argmax_passes | (passing.sum(axis=1) <= 1)
    assert alike.sum() > 0.5 * len(alike)
    theirs = compute_confident_joint(
        given_label[alike], pred_probs[alike], thresholds=analysis.class_thresholds, calibrate=False
    )
    ours = confident.confident_joint(given_label[alike], analysis.suggested_label[alike], pred_probs.shape[1])
    np.testing.assert_array_equal(np.maximum(ours, np.eye(len(ours))), theirs)


@pytest.mark.parametrize("decimals", [None, 1, 2])
@pytest.mark.parametrize("sharpness", [1.5, 3.0, 20.0])
@pytest.mark.parametrize("seed", range(10))
def test_label_issues_in_mean_mode_are_cleanlabs_row_by_row(seed, sharpness, decimals):
    """But for the rows of the known difference below, whose most probable class does not reach its own threshold.

    Of equally probable classes the most probable one is the given label.
    """
    from cleanlab.filter import find_label_issues

    given_label, pred_probs = random_probabilities(seed, sharpness=sharpness)
    if decimals is not None:
        pred_probs = np.round(pred_probs, decimals)
    analysis = analyse(given_label, pred_probs, threshold_mode="mean")
    reached = confident.reaches(pred_probs, analysis.class_thresholds)
    rows = np.arange(len(pred_probs))
    preferred = pred_probs.copy()
    preferred[rows, given_label] += TOLERANCE
    alike = reached[rows, preferred.argmax(axis=1)] | ~reached.any(axis=1)
    assert alike.sum() > 0.5 * len(alike)
    theirs = find_label_issues(given_label, pred_probs, filter_by="confident_learning", n_jobs=1)
    np.testing.assert_array_equal(analysis.label_issue_mask[alike], theirs[alike])


def test_known_difference_cleanlab_suggests_an_argmax_below_its_own_threshold():
    """Where two classes pass, cleanlab counts the argmax of the whole row; the paper means those that pass."""
    from cleanlab.count import compute_confident_joint

    given_label, probs = np.array([BEAR]), np.array([[0.25, 0.35, 0.4]])
    thresholds = np.array([0.2, 0.3, 0.9])  # bear, the argmax, does not pass; cat and dog do
    assert compute_confident_joint(given_label, probs, thresholds=thresholds, calibrate=False)[BEAR, BEAR] == 1
    assert confident.suggested_label(probs, thresholds).tolist() == [DOG]


def test_known_difference_cleanlab_counts_at_least_one_on_the_diagonal():
    from cleanlab.count import compute_confident_joint

    given_label, probs = np.array([0, 1]), np.array([[0.1, 0.9], [0.9, 0.1]])
    thresholds = np.array([0.5, 0.5])
    theirs = compute_confident_joint(given_label, probs, thresholds=thresholds, calibrate=False)
    ours = confident.confident_joint(given_label, confident.suggested_label(probs, thresholds), 2)
    assert theirs.tolist() == [[1, 1], [1, 1]]
    assert ours.tolist() == [[0, 1], [1, 0]]


def test_valid_input_comes_back_as_whole_numbers_and_floats():
    labels, probs = confident.validate([0.0, 1.0], [[1, 0], [0, 1]])
    assert labels.dtype == np.intp
    assert probs.dtype == np.float64


def test_probabilities_rounded_for_a_file_are_valid():
    confident.validate([0, 1, 2], np.full((3, 3), 0.33))


@pytest.mark.parametrize(
    ("labels", "probs", "sentence"),
    [
        ([0], [0.5, 0.5], "one row per example and one column per class"),
        ([], np.zeros((0, 3)), "there is nothing in it"),
        ([0], [["a", "b"]], "must hold numbers"),
        ([0, 1], [[0.5, 0.5], [float("nan"), 1]], "row 1, column 0 is nan.*value missing"),
        ([0, 1], [[0.5, 0.5], [float("inf"), 0]], "row 1, column 0 is inf"),
        ([0, 1], [[50, 50], [10, 90]], r"row 0, column 0 is 50, which is not between 0 and 1: are these percentages\? Divide them by 100\.$"),
        ([0, 1], [[60, 39.5], [10, 90]], "percentages"),  # rounded ones
        ([0, 1], [[60, 30], [10, 90]], "logits"),  # they do not sum to 100
        ([0, 1], [[0, -100], [-0.7, -0.7]], "logarithms"),  # of 1, too
        ([0, 1], [[-0.1, -2.3], [-0.7, -0.7]], r": are these logarithms of probabilities\? Apply exp\.$"),
        ([0, 1], [[3.2, -1.0], [0.1, 0.4]], r"3.2.*: are these a model's raw scores \(logits\)\? Apply softmax\.$"),
        ([0, 1], [[0.5, 0.5], [0.5, 0.3]], r"row 1 sums to 0.8.*1 of 2 rows"),
        ([0, 1], [[0.5, 0.5], [0.5, 0.488]], "row 1 sums to 0.988"),
        ([[0, 1]], [[0.5, 0.5], [0.5, 0.5]], "single column"),
        (["cat", "dog"], [[0.5, 0.5], [0.5, 0.5]], r"begins with \['cat'\].*0 to 1"),
        ([0, 2], [[0.5, 0.5], [0.5, 0.5]], "row 1 is 2.*2 columns.*0 to 1: is the column of a class missing, or does -1 stand for no label"),
        ([1, 2], [[0.5, 0.5], [0.5, 0.5]], r"row 1 is 2.*0 to 1: do they count from 1\? Subtract 1"),
        ([0, -1], [[0.5, 0.5], [0.5, 0.5]], "row 1 is -1"),
        ([0, 0.5], [[0.5, 0.5], [0.5, 0.5]], "row 1 is 0.5"),
        ([0, float("nan")], [[0.5, 0.5], [0.5, 0.5]], "row 1 is nan.*label missing"),
        ([0, 1, 0], [[0.5, 0.5]] * 2, "labels has 3 rows but pred_probs has 2: was a header counted"),
        ([0], [[0.5, 0.5]] * 2, "labels has 1 rows but pred_probs has 2: was the first label taken for a header"),
        ([0, 1, 0, 1], [[0.25] * 4] * 7, r"pred_probs has 7: is pred_probs turned on its side\? Transpose it\.$"),
        ([0, 1, 0, 1], [[0.5, 0.5]] * 7, "pred_probs has 7: were some rows left out of one of them"),
    ],
)
def test_bad_input_is_refused_with_its_row_its_value_and_a_guess(labels, probs, sentence):
    with pytest.raises(ValueError, match=sentence):
        confident.validate(labels, probs)


def test_probabilities_may_be_off_by_exactly_the_tolerance():
    tolerance = vocabulary.TOLERANCE
    _, probs = confident.validate([0, 1], [[1 + tolerance, -tolerance], [0.5, 0.5]])
    assert probs[0].tolist() == [1 + tolerance, -tolerance]


@pytest.mark.parametrize(
    "result",
    [
        analyse(GIVEN, PROBS),
        confident.SortedSelfConfidences.of(GIVEN, PROBS),
        confident.explain(GIVEN, PROBS, 0, analyse(GIVEN, PROBS)),
    ],
    ids=lambda result: type(result).__name__,
)
def test_a_result_cannot_be_changed_and_equals_only_itself(result):
    name = next(iter(vars(result)))
    with pytest.raises(AttributeError):
        setattr(result, name, None)
    assert result == result and result != copy.copy(result)  # and not an array of truths
    hash(result)


def test_the_categories_take_a_byte_each():
    assert analyse(GIVEN, PROBS).category.dtype == np.int8


def test_with_outliers_no_class_has_a_threshold_to_be_out_of_distribution():
    analysis = analyse(GIVEN, PROBS, outlier_mask=np.zeros(len(GIVEN), dtype=bool))
    assert np.isneginf(analysis.ood_thresholds).all() and analysis.ood_thresholds.shape == (PROBS.shape[1],)


def test_a_class_of_probability_0_can_be_suggested_where_its_threshold_is_0():
    assert confident.suggested_label(np.array([[0.0, 0.0]]), np.array([0.0, np.inf])).tolist() == [0]


def test_whole_numbers_are_probabilities_too_when_percentiles_are_asked_for():
    above, up_to = confident.suggestion_ranges(np.arange(3), np.eye(3, dtype=int), 1)
    assert (above < up_to).tolist() == [False, True, False]
