"""The parts of the answers, put together as the page does, are the worker's answers at every setting."""

import json

import numpy as np
import pytest
from made_sessions import session_of

from vizzy import answer_parts
from vizzy.answer_parts import AnswerParts
from vizzy.page.model import received_parts as in_page

MODES = [(mode, ood_mode) for mode in ("percentile", "mean") for ood_mode in ("percentile", "outliers")] + [("noise-rate", "outliers")]


def sent(session, names):
    """The parts with these names, as they cross to the page."""
    made = AnswerParts(session)
    return [json.dumps(made.part(*name), allow_nan=False) for name in names]


def all_parts(session, mode, ood_mode):
    """The page's parts for two modes, all of them come."""
    parts = in_page.ReceivedParts(len(session.dataset.ids))
    names = parts.missing(in_page.names_from((50, 15, mode, ood_mode)), 10_000)
    parts.take(names, sent(session, names))
    return parts


def settings_of(mode, ood_mode, step=1):
    """The settings that a visitor can reach in two modes, in whole percentiles."""
    for class_percentile in range(0, 101, step):
        for ood_percentile in range(0, class_percentile + 1, step):
            yield class_percentile, ood_percentile, mode, ood_mode


def as_sent(answer):
    return json.loads(json.dumps(answer))


@pytest.mark.parametrize(("mode", "ood_mode"), MODES)
def test_every_answer_put_together_is_the_workers(mode, ood_mode):
    session = session_of(n=90, n_classes=3, seed=1)
    parts = all_parts(session, mode, ood_mode)
    for settings in settings_of(mode, ood_mode, step=4):
        assert parts.analysis(settings) == as_sent(session.analyse(*settings)), settings


@pytest.mark.parametrize(("mode", "ood_mode"), MODES)
def test_so_are_those_that_list_only_the_most_suspect(mode, ood_mode):
    session = session_of(n=2500, n_classes=4, seed=2)
    parts = all_parts(session, mode, ood_mode)
    for settings in settings_of(mode, ood_mode, step=7):
        assert parts.analysis(settings) == as_sent(session.analyse(*settings)), settings
    most = session.most_listed()[1]
    assert session.analyse(97, 20, "percentile")["counts"]["unconfident"] > most  # else nothing was left out


@pytest.mark.parametrize(("mode", "ood_mode"), MODES)
def test_so_are_those_made_some_rows_at_a_time(mode, ood_mode, monkeypatch):
    monkeypatch.setattr(answer_parts, "ROWS_AT_A_TIME", 70)
    monkeypatch.setattr(answer_parts, "ROWS_OF_A_PART", 130)
    session = session_of(n=1500, n_classes=3, seed=6, decimals=2)
    parts, made = all_parts(session, mode, ood_mode), AnswerParts(session)
    for settings in settings_of(mode, ood_mode, step=12):
        expected = as_sent(session.analyse(*settings))
        assert parts.analysis(settings) == expected, settings
        assert as_sent(made.answer(*settings)) == expected, settings


def test_a_part_is_made_step_by_step_beside_others(monkeypatch):
    monkeypatch.setattr(answer_parts, "ROWS_OF_A_PART", 100)
    session = session_of(n=1000, n_classes=3, seed=7)
    made, names = AnswerParts(session), [("suggested", "mean"), ("ood", 30, "mean"), ("suggested", 80)]
    found = {}
    while len(found) < len(names):
        for name in names:
            if name not in found:
                found.update(zip([name], made.first_of([name], most_seconds=0), strict=False))  # by one step
    assert found == {name: AnswerParts(session).part(*name) for name in names}


@pytest.mark.parametrize(("mode", "ood_mode"), MODES)
def test_so_are_those_with_equal_probabilities_and_a_class_without_examples(mode, ood_mode):
    session = session_of(n=60, n_classes=4, seed=3, decimals=1, empty=2)
    parts = all_parts(session, mode, ood_mode)
    for settings in settings_of(mode, ood_mode, step=5):
        assert parts.analysis(settings) == as_sent(session.analyse(*settings)), settings


@pytest.mark.parametrize(("mode", "ood_mode"), MODES[:-1])
def test_every_explanation_follows_from_one(mode, ood_mode):
    session = session_of(n=40, n_classes=4, seed=4, decimals=1, empty=2)
    made = AnswerParts(session)
    for example in range(0, 40, 3):
        known = as_sent(session.explain(example, 50, 15, "percentile")) | {"everywhere": made.everywhere(example)}
        for settings in settings_of(mode, ood_mode, step=10):
            explained = in_page.explanation_at(known, settings, session.analyse(*settings))
            del explained["everywhere"]
            assert explained == as_sent(session.explain(example, *settings)), (example, settings)


def test_the_present_answer_can_be_put_together_first():
    session = session_of(n=60, n_classes=3, seed=5)
    parts = in_page.ReceivedParts(60)
    settings = (50, 15, "percentile", "percentile")
    assert parts.analysis(settings) is None
    names = parts.missing(in_page.names_from(settings), 4)
    parts.take(names, sent(session, names))
    assert parts.analysis(settings) == as_sent(session.analyse(*settings))


def test_a_part_that_is_not_sent_yet_is_still_missing():
    session = session_of(n=60, n_classes=3, seed=5)
    parts = in_page.ReceivedParts(60)
    names = parts.missing(in_page.names_from((50, 15, "mean", "percentile")), 10)
    parts.take(names[:3], sent(session, names[:3]))  # the worker had time for three
    assert parts.missing(names, 10) == names[3:]


def test_percentiles_the_wrong_way_round_are_left_to_the_worker():
    session = session_of(n=60, n_classes=3, seed=5)
    parts = all_parts(session, "percentile", "percentile")
    assert parts.analysis((10, 40, "percentile", "percentile")) is None


def test_the_thresholds_of_a_class_ascend_with_the_percentile():
    for seed in range(20):
        made = AnswerParts(session_of(n=300, n_classes=5, seed=seed))
        assert (np.diff(made._thresholds, axis=0) >= 0).all()
