"""The rule of the interactive examples is the one the project computes with."""

import numpy as np
from hypothesis import given, strategies as st

from vizzy import confident
from vizzy.page.guide import theory

per_cent = st.integers(0, 100)
three = st.tuples(per_cent, per_cent, per_cent)


@given(st.permutations(range(3)), per_cent, per_cent, three)
def test_the_suggestion_is_that_of_the_library(order, first, second, thresholds):
    low, high = sorted((first, second))
    probabilities = [(low, high - low, 100 - high)[place] / 100 for place in order]
    thresholds = [max(value, 1) / 100 for value in thresholds]
    expected = confident.suggested_label(np.array([probabilities]), np.array(thresholds))[0]
    suggested = theory.suggested_label(probabilities, thresholds)
    assert (confident.NO_LABEL if suggested is None else suggested) == expected


@given(per_cent, per_cent, three, three, st.integers(0, 2))
def test_the_category_is_that_of_the_library(first, second, thresholds, lower, given_label):
    low, high = sorted((first, second))
    probabilities = np.array([low, high - low, 100 - high]) / 100
    upper = np.maximum(np.maximum(thresholds, lower), 1) / 100
    lower = np.maximum(lower, 1) / 100
    suggested = confident.suggested_label(probabilities[None], upper, np.array([given_label]))[0]
    if suggested != confident.NO_LABEL:
        expected = "agreement" if suggested == given_label else "issue"
    else:
        expected = "unconfident" if confident.reaches(probabilities, lower).any() else "ood"
    assert theory.category(list(probabilities), list(upper), given_label, list(lower)) == expected


@given(st.lists(per_cent, min_size=1, max_size=12), per_cent)
def test_percentile_and_mean_are_those_of_the_library(values, share):
    confidence = np.maximum(np.array(values), 1) / 100
    pred_probs = np.column_stack([confidence, 1 - confidence])
    given_label = np.zeros(len(values), dtype=int)
    np.testing.assert_allclose(
        theory.percentile(list(confidence), share), confident.class_thresholds(given_label, pred_probs, share)[0]
    )
    np.testing.assert_allclose(
        theory.mean(list(confidence)), confident.mean_thresholds(given_label, pred_probs)[0]
    )
