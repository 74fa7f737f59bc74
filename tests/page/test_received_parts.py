"""Which parts of the answers the page asks for, in which order, and what it puts together of them."""

import json

from vizzy.composed_answers import names_of
from vizzy.page.model.received_parts import ReceivedParts, names_from, next_settings
from vizzy.page.model.events import set_class_percentile, set_ood_percentile
from vizzy.page.model.state import State


def test_every_move_of_either_slider_is_foreseen():
    state = State(class_percentile=60, ood_percentile=20)
    foreseen = set(next_settings(state.analysis_settings))
    for percentile in range(101):
        for move in (set_class_percentile, set_ood_percentile):
            assert move(state, percentile).analysis_settings in foreseen, percentile


def test_the_near_steps_come_first():
    assert list(next_settings((50, 15, "percentile", "percentile")))[:5] == [
        (50, 15, "percentile", "percentile"),
        (51, 15, "percentile", "percentile"),
        (50, 16, "percentile", "percentile"),
        (49, 15, "percentile", "percentile"),
        (50, 14, "percentile", "percentile"),
    ]


def test_in_mean_mode_only_the_other_slider_moves():
    assert {settings[0] for settings in next_settings((50, 15, "mean", "percentile")) if settings[1] <= 50} == {50}


def test_the_class_slider_leaves_outliers_in_force_and_the_other_takes_over():
    foreseen = list(next_settings((50, 15, "percentile", "outliers")))
    assert {mode for _, ood_percentile, _, mode in foreseen if ood_percentile == 14} == {"percentile", "outliers"}
    assert (51, 15, "percentile", "outliers") in foreseen and (50, 16, "percentile", "percentile") in foreseen


def test_the_unconfident_of_any_range_are_in_two_parts():
    for first in range(101):
        for end in range(first, 101):
            parts = [name for name in names_of((end, first, "percentile", "percentile")) if name[0] == "unconfident"]
            covered = set()
            for _, start, size in parts:
                covered.update(range(start, start + size))
            assert covered == set(range(first, end)) and len(parts) <= 2, (first, end)


def test_no_part_is_missing_for_good():
    names = set(names_from((50, 15, "percentile", "percentile")))
    for class_percentile in range(101):
        for ood_percentile in range(class_percentile + 1):
            assert set(names_of((class_percentile, ood_percentile, "percentile", "percentile"))) <= names


SUGGESTED = {
    "class_thresholds": [0.8, 0.7], "joint": [2, 1, 0, 1], "cells": [[4, 0], [3], [], [2]], "label_issues": [3],
    "count": 1, "found": 1, "problems": 2, "most_listed": 3,
}
OOD = {"ood_thresholds": [0.4, 0.3], "out_of_distribution": [7], "count": 1, "found": 0}


def test_an_answer_is_put_together_once_all_its_parts_are_there():
    settings = (52, 50, "percentile", "percentile")
    parts = ReceivedParts(9)
    names = names_of(settings)
    assert parts.missing(iter(names), 9) == [("suggested", 52), ("ood", 50, "percentile"), ("unconfident", 50, 2)]
    parts.take(names[:2], [json.dumps(SUGGESTED), json.dumps(OOD)])
    assert parts.analysis(settings) is None
    parts.take(names[2:], [json.dumps({"ranks": [1, 2, 5, 7], "examples": [5, 8, 1, 6]})])
    assert parts.missing(iter(names), 9) == []
    assert parts.analysis(settings) == {
        "class_thresholds": [0.8, 0.7], "ood_thresholds": [0.4, 0.3],
        "joint": [2, 1, 0, 1], "cells": [[4, 0], [3], [], [2]], "label_issues": [3],
        "out_of_distribution": [7], "unconfident": [5, 8, 1],
        "counts": {"label_issues": 1, "out_of_distribution": 1, "unconfident": 4},
        "score": {"problems": 2, "flagged": 2, "found": 1},
    }


def test_an_example_in_two_parts_is_named_once():
    settings = (53, 50, "percentile", "percentile")
    parts = ReceivedParts(9)
    between = [{"ranks": [2, 5], "examples": [8, 1]}, {"ranks": [1, 5], "examples": [5, 1]}]
    parts.take(names_of(settings), [json.dumps(part) for part in [SUGGESTED, OOD] + between])
    assert parts.analysis(settings)["unconfident"] == [5, 8, 1]


def test_by_noise_rate_outliers_are_one_part_and_percentiles_are_left_to_the_worker():
    assert names_of((50, 15, "noise-rate", "outliers")) == [("outliers", "noise-rate")]
    assert names_of((50, 15, "noise-rate", "percentile")) == []
    assert list(names_from((50, 15, "noise-rate", "percentile"))) == []


def test_where_none_are_wanted_no_name_is_taken_from_the_iterator():
    names = iter([("suggested", 52), ("suggested", 53)])
    assert ReceivedParts(4).missing(names, 0) == []
    assert ReceivedParts(4).missing(names, 9) == [("suggested", 52), ("suggested", 53)]
