"""The page's state machine; runs under MicroPython, too (test_micropython.py)."""

from vizzy.page.model.events import (
    activate,
    finish_training,
    introduce,
    queue_for,
    relabel,
    request_training,
    reset_labels,
    review,
    set_class_percentile,
    set_ood_percentile,
    set_threshold_mode,
    show_view,
    start_training,
    training_failed,
    worker_failed,
    worker_ready,
)
from vizzy.page.model.state import State, reviewed


def trained_state():
    state = start_training(request_training(worker_ready(State())))
    return finish_training(state, state.changed_labels)


def test_lowering_the_class_percentile_past_the_other_carries_it_along():
    state = set_class_percentile(State(), 10)
    assert (state.class_percentile, state.ood_percentile) == (10, 10)


def test_raising_the_out_of_distribution_percentile_past_the_other_carries_it_along():
    state = set_ood_percentile(State(), 80)
    assert (state.class_percentile, state.ood_percentile) == (80, 80)


def test_a_percentile_that_passes_nothing_moves_alone():
    assert set_class_percentile(State(), 60).ood_percentile == State().ood_percentile
    assert set_ood_percentile(State(), 20).class_percentile == State().class_percentile


def test_percentiles_are_read_from_a_slider_and_held_to_0_and_100():
    assert set_class_percentile(State(), "37").class_percentile == 37
    assert set_class_percentile(State(), 140).class_percentile == 100
    assert set_ood_percentile(State(), -3).ood_percentile == 0


def test_a_handler_leaves_the_state_it_was_given_alone():
    before = State()
    relabel(set_class_percentile(before, 3), 7, 1, 0)
    assert before.class_percentile == 50
    assert before.changed_labels == {}


def test_a_changed_label_is_remembered_and_shown():
    state = relabel(State(), 7, 2, 0)
    assert state.changed_labels == {7: 2}
    assert state.active == 7


def test_choosing_the_label_an_example_came_with_undoes_the_change():
    assert relabel(relabel(State(), 7, 2, 0), 7, 0, 0).changed_labels == {}


def test_reset_brings_all_labels_back():
    assert reset_labels(relabel(relabel(State(), 7, 2, 0), 8, 1, 0)).changed_labels == {}


def test_a_click_on_train_before_the_trainer_is_up_is_remembered():
    state = request_training(State())
    assert state.train_requested
    assert worker_ready(state).train_requested


def test_a_second_click_on_train_changes_nothing():
    state = request_training(State())
    assert request_training(state) is state


def test_after_training_there_is_nothing_to_train_until_a_label_changes():
    state = trained_state()
    assert not state.can_train
    changed = relabel(state, 3, 1, 0)
    assert changed.can_train and changed.labels_are_stale
    assert not reset_labels(changed).can_train


def test_labels_changed_while_training_are_stale_afterwards():
    state = start_training(request_training(worker_ready(State())))
    labels = state.changed_labels
    state = finish_training(relabel(state, 3, 1, 0), labels)
    assert state.labels_are_stale


def test_the_phases_of_a_visit():
    state = State()
    assert state.phase == "ready"  # labels and controls answer while the worker loads
    state = start_training(request_training(worker_ready(state)))
    assert state.phase == "training"
    assert finish_training(state, {}).phase == "trained"
    assert worker_failed(state, "gone").phase == "error"


def test_a_failed_training_keeps_what_was_there_and_says_why():
    state = relabel(trained_state(), 3, 1, 0)
    failed = training_failed(start_training(request_training(state)), "too few examples")
    assert failed.phase == "trained"
    assert failed.changed_labels == {3: 1}
    assert failed.message == "too few examples"
    assert failed.can_train


def test_what_a_reviewer_saw_is_kept_until_the_same_example_is_decided_on_again():
    state = review(State(), [(3, "changed", 1)], [0] * 9, {3: (1, 0.02)})
    state = review(state, [(4, "kept", None)], [0] * 9, {4: (-1, 0.3)})
    assert state.evidence == {3: (1, 0.02), 4: (-1, 0.3)}
    assert review(state, [(3, "kept", None)], [0] * 9, {3: (0, 0.9)}).evidence[3] == (0, 0.9)


def test_an_introduced_example_is_inspected_until_one_is_chosen():
    assert State().inspected is None
    state = introduce(State(), 4)
    assert (state.inspected, state.active) == (4, None)
    assert activate(state, 0).inspected == 0


def test_showing_the_active_example_again_is_no_change():
    state = activate(State(), 4)
    assert activate(state, 4) is state


def test_an_unknown_field_or_mode_is_refused():
    for attempt in (lambda: State(percentile=3), lambda: set_threshold_mode(State(), "median")):
        try:
            attempt()
        except (TypeError, ValueError):
            continue
        raise AssertionError("was accepted")


ORIGINAL = [0, 1, 2, 0]


def test_an_accepted_suggestion_is_another_label_and_reviewed():
    state = review(State(), [(0, "accepted", 2)], ORIGINAL)
    assert (state.changed_labels, state.reviews) == ({0: 2}, {0: "accepted"})


def test_keeping_the_label_takes_an_earlier_change_back():
    state = review(relabel(State(), 0, 2, 0), [(0, "kept", None)], ORIGINAL)
    assert (state.changed_labels, state.reviews) == ({}, {0: "kept"})


def test_skipping_leaves_the_label_as_it_is_and_counts_as_not_reviewed():
    state = review(relabel(State(), 0, 2, 0), [(0, "skipped", None), (1, "skipped", None)], ORIGINAL)
    assert state.changed_labels == {0: 2}
    assert reviewed(state) == []


def test_many_decisions_are_one_state():
    state = review(State(), [(0, "accepted", 1), (1, "no class", None), (2, "changed", 0)], ORIGINAL)
    assert state.changed_labels == {0: 1, 2: 0}
    assert sorted(reviewed(state)) == [0, 1, 2]


def test_a_label_changed_by_hand_replaces_the_decision_and_counts_as_reviewed():
    state = relabel(review(State(), [(0, "kept", None)], ORIGINAL), 0, 1, 0)
    assert state.reviews == {}
    assert reviewed(state) == [0]


def test_resetting_the_labels_forgets_the_reviews_that_changed_one():
    state = review(State(), [(0, "accepted", 1), (1, "kept", None), (2, "no class", None)], ORIGINAL)
    assert reset_labels(state).reviews == {1: "kept", 2: "no class"}


def test_a_choice_of_the_queue_leaves_the_others_as_they_are():
    state = queue_for(queue_for(State(), given=1), text="kettle")
    assert state.queue == ("all", 1, None, "kettle", False)
    assert queue_for(state, given=None).queue == ("all", None, None, "kettle", False)


def test_an_unknown_view_or_queue_is_refused():
    for change in (lambda: show_view(State(), "elsewhere"), lambda: queue_for(State(), kind="some")):
        try:
            change()
        except ValueError as error:
            assert "must be one of" in str(error)
        else:
            raise AssertionError("not refused")
