"""Prune by noise rate: equal to cleanlab's default row by row, and what it never flags."""

import warnings

import cleanlab.count
import cleanlab.filter
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from made_sessions import session_of
from vizzy import noise_rates
from vizzy.answer_parts import AnswerParts
from vizzy.native.judging import judge
from vizzy.reviewing import Reviewing
from vizzy.session import analysis_of
from vizzy.vocabulary import NOISE_RATE

draws = st.tuples(st.integers(2, 12), st.integers(20, 400), st.integers(0, 2**32 - 1), st.sampled_from([0.5, 2.0, 8.0]))


def noisy_probs(n_classes, n, seed, sharpness, decimals=None):
    """Labels of which a fifth is wrong, and probabilities; a class in three is rare, one may be missing."""
    random = np.random.default_rng(seed)
    share = random.dirichlet(np.full(n_classes, 2.0))
    given_label = random.choice(n_classes, n, p=share)
    logits = random.normal(size=(n, n_classes)) + random.normal(size=n_classes)
    logits[np.arange(n), given_label] += sharpness
    wrong = random.random(n) < 0.2
    given_label[wrong] = random.integers(n_classes, size=wrong.sum())
    given_label[:2] = 0, n_classes - 1
    probs = np.exp(logits - logits.max(axis=1, keepdims=True))
    probs /= probs.sum(axis=1, keepdims=True)
    return given_label, probs if decimals is None else np.round(probs, decimals)


def cleanlabs(given_label, probs, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about every class of one example
        return cleanlab.filter.find_label_issues(given_label, probs, n_jobs=1, **options)


@settings(max_examples=60, deadline=None)
@given(draws)
def test_the_flags_are_those_of_cleanlabs_default_row_by_row(draw):
    given_label, probs = noisy_probs(*draw)
    expected = cleanlabs(given_label, probs, filter_by="prune_by_noise_rate")
    assert np.array_equal(noise_rates.prune_by_noise_rate(given_label, probs), expected)


@settings(max_examples=40, deadline=None)
@given(draws)
def test_the_flags_are_cleanlabs_where_many_probabilities_are_equal(draw):
    given_label, probs = noisy_probs(*draw, decimals=1)
    expected = cleanlabs(given_label, probs, filter_by="prune_by_noise_rate")
    assert np.array_equal(noise_rates.prune_by_noise_rate(given_label, probs), expected)


@settings(max_examples=40, deadline=None)
@given(draws)
def test_the_counts_are_cleanlabs(draw):
    given_label, probs = noisy_probs(*draw)
    thresholds = cleanlab.count.get_confident_thresholds(given_label, probs)
    ours = noise_rates.noise_counts(given_label, probs, np.array(thresholds))
    assert np.array_equal(ours, cleanlab.count.compute_confident_joint(given_label, probs, thresholds=thresholds))


@pytest.mark.parametrize("seed", range(4))
def test_it_flags_planted_errors_and_none_whose_label_is_the_most_probable(seed):
    given_label, probs = noisy_probs(4, 300, seed, 2.0)
    flagged = noise_rates.prune_by_noise_rate(given_label, probs)
    assert flagged.sum() > 5
    assert not (flagged & (probs.argmax(axis=1) == given_label)).any()


@pytest.mark.parametrize("ood_mode", ["percentile", "outliers"])
def test_the_page_flags_by_noise_rate_the_rows_that_cleanlab_and_the_command_do(ood_mode):
    session = session_of(300, 5, seed=3)
    settings_now = 50, 15, NOISE_RATE, ood_mode
    analysis = session.analysis_at(*settings_now)
    dataset, predictions = session.dataset, session.predictions
    wanted = cleanlabs(dataset.given_label, predictions.pred_probs)
    assert wanted.sum() > 10
    np.testing.assert_array_equal(analysis.label_issue_mask, wanted)
    assert session.analyse(*settings_now)["counts"]["label_issues"] == wanted.sum()
    percentiles = (None, None) if ood_mode == "outliers" else (None, 15)
    findings, _ = judge(dataset, dataset.given_label, None, *percentiles, by_noise_rate=True)
    np.testing.assert_array_equal(findings.analysis.category, analysis.category)
    again = analysis_of(dataset, dataset.given_label, predictions.pred_probs, *settings_now)
    np.testing.assert_array_equal(again.category, analysis.category)
    exported = Reviewing(session)._findings(settings_now)
    assert exported.by_noise_rate and exported.threshold_mode == "mean"
    if ood_mode == "outliers":
        assert AnswerParts(session).part("outliers", NOISE_RATE) == session.analyse(*settings_now)
