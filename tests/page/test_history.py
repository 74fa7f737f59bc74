"""Undo and redo; runs under MicroPython, too (test_micropython.py)."""

import json

from vizzy.page.model import history as history_module
from vizzy.page.model.history import History, decisions, difference, from_plain, to_plain
from vizzy.page.model.events import activate, relabel, review, set_class_percentile
from vizzy.page.model.state import State


def started():
    return State(), History(decisions(State()))


def test_undo_brings_back_what_was_and_redo_what_followed():
    state, history = started()
    first = relabel(state, 3, 1, 0)
    second = set_class_percentile(first, 70)
    history = history.settle(first).settle(second)
    undone = history.undo()
    assert decisions(undone.applied_to(second)) == decisions(first)
    assert decisions(undone.undo().applied_to(second)) == decisions(state)
    assert decisions(undone.redo().applied_to(first)) == decisions(second)


def test_a_drag_settles_as_one_step():
    state, history = started()
    for percentile in range(50, 70):
        state = set_class_percentile(state, percentile)
    history = history.settle(state)
    assert history.undo().applied_to(state).class_percentile == 50


def test_looking_at_an_example_is_no_step():
    state, history = started()
    assert history.settle(activate(state, 5)) is history


def test_a_new_decision_forgets_what_was_undone():
    state, history = started()
    history = history.settle(relabel(state, 3, 1, 0)).undo()
    history = history.settle(relabel(state, 4, 1, 0))
    assert history.redo() is history


def test_at_either_end_nothing_happens():
    _, history = started()
    assert history.undo() is history
    assert history.redo() is history


def test_undo_keeps_what_is_not_a_decision():
    state, history = started()
    changed = activate(relabel(state, 3, 1, 0), 9)
    back = history.settle(changed).undo().applied_to(changed)
    assert back.active == 9
    assert back.changed_labels == {}


def test_a_review_of_many_is_taken_back_and_done_again_as_one_step():
    state, history = started()
    first = relabel(state, 3, 1, 0)
    second = review(first, [(3, "kept", None), (4, "accepted", 2)], [0] * 9)
    history = history.settle(first).settle(second)
    undone = history.undo()
    assert decisions(undone.applied_to(second)) == decisions(first)
    assert decisions(undone.redo().applied_to(first)) == decisions(second)


def test_a_step_keeps_only_what_it_changed():
    many = State(changed_labels={row: 1 for row in range(500)})
    step = difference(decisions(many), decisions(relabel(many, 7, 2, 0)))
    assert list(step.values()) == [{7: (1, 2)}]


def test_a_thousand_steps_are_undone_to_the_very_beginning():
    state, history = started()
    for row in range(1000):
        state = relabel(state, row, 1, 0)
        history = history.settle(state)
    while history.past:
        history = history.undo()
    assert history.applied_to(state).changed_labels == {}


def after_three_steps():
    """A state and its history: a label, a threshold and a review of two, the last of them undone."""
    state, history = started()
    first = relabel(state, 3, 1, 0)
    second = set_class_percentile(first, 70)
    third = review(second, [(3, "kept", None), (4, "accepted", 2)], [0] * 9)
    history = history.settle(first).settle(second).settle(third).undo()
    return history.applied_to(third), history, third


def kept(history, state):
    """The history as the next visit finds it."""
    return from_plain(json.loads(json.dumps(to_plain(history))), decisions(state))


def test_a_history_that_was_kept_undoes_and_redoes_as_before():
    state, history, third = after_three_steps()
    found = kept(history, state)
    assert decisions(found.redo().applied_to(state)) == decisions(third)
    assert found.undo().applied_to(state).class_percentile == 50
    assert decisions(found.undo().undo().applied_to(state)) == decisions(State())
    assert found.undo().undo().past is None
    assert found.redo().future is None


def test_a_history_is_not_taken_for_other_decisions_than_it_ends_in():
    state, history, third = after_three_steps()
    assert kept(history, third) is None
    assert from_plain(dict(to_plain(history), fields=["changed_labels"]), decisions(state)) is None
    assert from_plain({}, decisions(state)) is None


def test_of_a_long_history_the_latest_steps_are_kept():
    state, history = started()
    for row in range(30):
        state = relabel(state, row, 1, 0)
        history = history.settle(state)
    most, history_module.MOST_KEPT = history_module.MOST_KEPT, 20
    try:
        found = kept(history, state)
    finally:
        history_module.MOST_KEPT = most
    while found.past:
        found = found.undo()
    assert sorted(found.applied_to(state).changed_labels) == list(range(10))
