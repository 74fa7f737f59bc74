"""What holds of the page's state, its history and its address after any events in any order, and of a session behind it.

The machines play a visitor: hypothesis picks the events, and after each one all that must hold is looked at.
"""

import json
import math

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from vizzy import confident, reading
from vizzy.page.model import url
from vizzy.page.model import events
from vizzy.page.model.dataset_index import DatasetIndex
from vizzy.page.model.history import DECISIONS, History, decisions
from vizzy import vocabulary
from vizzy.page.model.state import DEFAULTS, OWN_DEFAULTS, State, VIEWS, reviewed
from vizzy.reviewing import EXPORTS, Reviewing, masks_of, review_of, state_of
from vizzy.vocabulary import ACCEPTED, CHANGED, KEPT, NO_CLASS, QUEUE_OF_NEAR_DUPLICATES, QUEUES, SKIPPED, THRESHOLD_MODES
from vizzy.session import Session

IDS = ["img-1", "b&d=é#1", "<b>", "100 %", "a,b:c", "x+y", "日本", "../.."]
CLASSES = ["cat", "dog", "bear"]
GIVEN = [0, 1, 2, 0, 1, 2, 0, 1]
INDEX = {"name": "Made", "classes": CLASSES, "ids": IDS, "files": None, "given_label": GIVEN, "thumbnails": None}
CATALOGUES = [DatasetIndex(INDEX), DatasetIndex(INDEX, is_own=True)]

examples = st.integers(0, len(IDS) - 1)
labels = st.integers(0, len(CLASSES) - 1)
percentiles = st.integers(-10, 110)
# What was decided, and whether with a label.
WITH_LABEL, WITHOUT = (ACCEPTED, CHANGED), (KEPT, NO_CLASS, SKIPPED)
decided = st.one_of(
    st.tuples(examples, st.sampled_from(WITH_LABEL), labels), st.tuples(examples, st.sampled_from(WITHOUT), st.none())
)
THOROUGHLY = settings(max_examples=60, stateful_step_count=40, derandomize=True, deadline=None, database=None)
QUICKLY = settings(THOROUGHLY, max_examples=10, stateful_step_count=15)


class Visitor(RuleBasedStateMachine):
    """Every event of `vizzy.page.model.state`, settled or not, with undo and redo; the steps taken are kept as a list."""

    def __init__(self):
        super().__init__()
        self.state = State()
        self.history = History(decisions(self.state))
        self.past, self.future = [decisions(self.state)], []  # what History is to amount to

    def become(self, state):
        assert isinstance(state, State)
        self.state = state

    def decide(self, state):
        """A decision, which settles at once."""
        self.become(state)
        self.settle()

    @rule()
    def settle(self):
        self.history = self.history.settle(self.state)
        if decisions(self.state) != self.past[-1]:
            self.past.append(decisions(self.state))
            self.future = []

    @rule(percentile=percentiles)
    def drag_class(self, percentile):
        self.become(events.set_class_percentile(self.state, percentile))
        assert self.state.class_percentile == min(100, max(0, percentile))

    @rule(percentile=percentiles)
    def drag_ood(self, percentile):
        self.become(events.set_ood_percentile(self.state, str(percentile)))
        assert self.state.ood_percentile == min(100, max(0, percentile))

    @rule(mode=st.sampled_from(THRESHOLD_MODES))
    def switch(self, mode):
        self.decide(events.set_threshold_mode(self.state, mode))

    @rule(example=examples, label=labels)
    def relabel(self, example, label):
        self.decide(events.relabel(self.state, example, label, GIVEN[example]))
        assert CATALOGUES[0].current_label(self.state, example) == label

    @rule(many=st.lists(decided, max_size=4, unique_by=lambda one: one[0]))
    def review(self, many):
        before = self.state
        self.decide(events.review(self.state, many, GIVEN))
        for example, action, label in many:
            assert self.state.reviews[example] == action
            kept = before if action == SKIPPED else State()
            current = CATALOGUES[0].current_label(kept, example)
            assert CATALOGUES[0].current_label(self.state, example) == (current if label is None else label)

    @rule()
    def reset(self):
        self.decide(events.reset_labels(self.state))
        assert self.state.changed_labels == {}
        assert not set(self.state.reviews.values()) & set(WITH_LABEL)

    @rule()
    def undo(self):
        self.settle()
        self.history = self.history.undo()
        if len(self.past) > 1:
            self.future.append(self.past.pop())
        self.become(self.history.applied_to(self.state))
        assert decisions(self.state) == self.past[-1]

    @rule()
    def redo(self):
        self.settle()
        self.history = self.history.redo()
        if self.future:
            self.past.append(self.future.pop())
        self.become(self.history.applied_to(self.state))
        assert decisions(self.state) == self.past[-1]

    @rule(example=st.none() | examples)
    def look(self, example):
        self.become(events.activate(self.state, example))

    @rule(lab=st.none() | st.sampled_from(("score", "map")))
    def open_lab(self, lab):
        self.become(events.open_lab(self.state, lab))

    @rule(view=st.sampled_from(VIEWS))
    def show_view(self, view):
        self.become(events.show_view(self.state, view))

    @rule(kind=st.none() | st.sampled_from(QUEUES), label=st.none() | labels, text=st.none() | st.text(max_size=3))
    def queue_for(self, kind, label, text):
        self.become(events.queue_for(self.state, kind, given=label, text=text, unreviewed=text is None))
        assert self.state.queue[1] == label and (kind is None or self.state.queue[0] == kind)

    @rule()
    def request(self):
        could = self.state.can_train
        self.become(events.request_training(self.state))
        assert self.state.train_requested or not could

    @rule()
    def worker_ready(self):
        if self.state.worker == "loading":
            self.become(events.worker_ready(self.state))

    @precondition(lambda self: self.state.train_requested and self.state.worker == "ready")
    @rule()
    def start_training(self):
        self.labels = self.state.changed_labels
        self.become(events.start_training(self.state))

    @precondition(lambda self: self.state.training)
    @rule(end=st.sampled_from(["finished", "cancelled", "failed"]))
    def end_training(self, end):
        before = self.state
        if end == "finished":
            self.become(events.finish_training(self.state, self.labels))
            assert self.state.labels_are_stale == (self.labels != self.state.changed_labels)
        else:
            cancelled = end == "cancelled"
            self.become(events.training_cancelled(before) if cancelled else events.training_failed(before, "Why."))
            assert self.state.trained_labels == before.trained_labels
        assert not self.state.training

    @rule(failed=st.booleans())
    def lose_trainer(self, failed):
        before = decisions(self.state)
        self.become(events.worker_failed(self.state, "Gone.") if failed else events.worker_lost(self.state))
        assert decisions(self.state) == before

    @invariant()
    def sliders_are_ordered_and_whole(self):
        low, high = self.state.ood_percentile, self.state.class_percentile
        assert isinstance(low, int) and isinstance(high, int) and 0 <= low <= high <= 100

    @invariant()
    def no_label_is_changed_to_itself_or_to_none_there_is(self):
        for example, label in self.state.changed_labels.items():
            assert label in range(len(CLASSES)) and label != GIVEN[example]

    @invariant()
    def what_was_reviewed_is_counted_once(self):
        counted = reviewed(self.state)
        skipped = {row for row, action in self.state.reviews.items() if action == SKIPPED}
        assert len(set(counted)) == len(counted)
        assert set(counted) == (set(self.state.reviews) | set(self.state.changed_labels)) - skipped

    @invariant()
    def the_phase_is_one_of_the_contract_and_training_is_asked_for_only_where_it_can_be(self):
        state = self.state
        assert state.phase in ("ready", "training", "trained", "error")
        assert not (state.can_train and (state.training or state.train_requested or state.worker == "failed"))
        assert not (state.training and state.train_requested)

    @invariant()
    def history_is_as_long_as_what_was_decided(self):
        assert bool(self.history.past) == (len(self.past) > 1) and bool(self.history.future) == bool(self.future)

    @invariant()
    def the_address_leads_back_to_the_same_screen(self):
        for dataset_index in CATALOGUES:
            fragment = url.write(self.state, dataset_index)
            assert set(fragment) <= set(url.SAFE + "%=&,:") - set("<>\"'")
            changes, refused, _ = url.read("#" + fragment, dataset_index)
            again = State(**dict(OWN_DEFAULTS if dataset_index.is_own else {}, **changes))
            assert refused == []
            assert url.write(again, dataset_index) == fragment
            for _, field, _, _ in url.FIELDS:
                if not (dataset_index.is_own and field in url.KEPT_ELSEWHERE):
                    assert getattr(again, field) == getattr(self.state, field)

    def teardown(self):
        while self.history.past:
            self.history = self.history.undo()
        start = self.history.applied_to(self.state)
        assert {name: getattr(start, name) for name in DECISIONS} == {name: DEFAULTS[name] for name in DECISIONS}


def test_any_events_in_any_order_leave_the_state_the_history_and_the_address_in_order():
    run_state_machine_as_test(Visitor, settings=THOROUGHLY)


# --- with a session behind it ----------------------------------------------------------------------------


def table(as_pred_probs):
    """24 rows of three classes, four of them labelled wrong, as somebody would bring them."""
    random = np.random.default_rng(1)
    true = np.arange(24) % 3
    given = np.where(np.arange(24) % 7 == 5, (true + 1) % 3, true)
    points = np.eye(3)[true] * 2 + random.normal(size=(24, 3))
    numbers = np.exp(points) / np.exp(points).sum(axis=1, keepdims=True) if as_pred_probs else points
    columns = ["p_ant", "p_bee", "p_cat"] if as_pred_probs else ["emb_0", "emb_1", "emb_2"]
    rows = [[f"row {row}", ("ant", "bee", "cat")[given[row]], *map(repr, map(float, numbers[row]))] for row in range(24)]
    text = "\n".join(",".join(cells) for cells in [["id", "label", *columns], *rows]) + "\n"
    return reading.InputFile("made.csv", text.encode())


class Reviewer(RuleBasedStateMachine):
    """A reviewer at a session: decides on what the queue brings, in bulk too, trains again, takes back, takes home."""

    as_pred_probs = False

    def __init__(self):
        super().__init__()
        self.opened = reading.read([table(self.as_pred_probs)]).make()
        self.given = self.opened.dataset.given_label
        self.session = Session(self.opened.dataset)
        self.state = State()
        self.history = History(decisions(self.state))
        self.train()

    @property
    def settings(self):
        return self.state.analysis_settings

    def decide(self, state):
        self.state = state
        before = self.history
        self.history = self.history.settle(state)
        if self.history is not before:
            assert self.history.undo().redo().settled == self.history.settled

    def train(self):
        summary = self.session.train(self.state.changed_labels)
        assert json.loads(json.dumps(summary, allow_nan=False)) == summary
        assert 0 <= summary["accuracy"] <= 1
        counts = np.bincount(self.session.predictions.given_label, minlength=3)
        assert [sum(bins) for bins in summary["histograms"]] == counts.tolist()
        self.state = events.finish_training(self.state, self.state.changed_labels)

    @rule()
    def train_again(self):
        self.train()

    @rule(class_percentile=percentiles, ood_percentile=percentiles, mode=st.sampled_from(THRESHOLD_MODES))
    def slide(self, class_percentile, ood_percentile, mode):
        moved = events.set_ood_percentile(events.set_class_percentile(self.state, class_percentile), ood_percentile)
        self.decide(events.set_threshold_mode(moved, mode))

    @rule(kind=st.sampled_from(QUEUES), action=st.sampled_from(WITH_LABEL + WITHOUT), label=labels, most=st.integers(1, 24))
    def review(self, kind, action, label, most):
        """One, or as many as there are: accepting takes the label that is suggested, and passes over where none is."""
        suggested = self.session.analysis_at(*self.settings).suggested_label
        queue = Reviewing(self.session).queue(self.settings, kind)[:most].tolist()
        if action == ACCEPTED:
            many = [(row, action, int(suggested[row])) for row in queue if suggested[row] >= 0]
        else:
            many = [(row, action, label if action == CHANGED else None) for row in queue]
        self.decide(events.review(self.state, many, self.given))

    @rule(example=st.integers(0, 23), label=labels)
    def relabel(self, example, label):
        self.decide(events.relabel(self.state, example, label, int(self.given[example])))

    @rule(label=labels)
    def give_a_whole_class_another_label(self, label):
        many = [(int(row), CHANGED, (label + 1) % 3) for row in np.flatnonzero(self.given == label)]
        self.decide(events.review(self.state, many, self.given))
        self.train()

    @rule()
    def undo(self):
        self.history = self.history.undo()
        self.state = self.history.applied_to(self.state)

    @rule()
    def redo(self):
        self.history = self.history.redo()
        self.state = self.history.applied_to(self.state)

    @rule()
    def take_home_and_open_again(self):
        review = review_of(self.given, self.state.changed_labels, self.state.reviews)
        desk = Reviewing(self.session, self.opened.texts)
        exports = {what: desk.export(what, self.opened, self.settings, review) for what in EXPORTS}
        again = reading.read([reading.InputFile(*exports["table"])]).make()
        assert again.review.actions == review.actions
        assert again.review.corrected_label.tolist() == review.corrected_label.tolist()
        changed, actions = state_of(again.review, again.dataset.given_label)
        assert changed == self.state.changed_labels
        by_hand = dict.fromkeys(self.state.changed_labels, CHANGED)
        assert actions == by_hand | self.state.reviews
        assert exports["changes"][1].count(b"\n") == 1 + (review.corrected_label != self.given).sum()

    @invariant()
    def counts_add_up_and_nothing_is_not_a_number(self):
        answer = self.session.analyse(*self.settings)
        json.dumps(answer, allow_nan=False)
        counts, joint = answer["counts"], np.reshape(answer["joint"], (3, 3))
        assert joint.sum() + counts["out_of_distribution"] + counts["unconfident"] == 24
        assert counts["label_issues"] == joint.sum() - np.trace(joint)
        placed = sum(answer["cells"], []) + answer["out_of_distribution"] + answer["unconfident"]
        assert sorted(placed) == list(range(24))
        assert all(0 < one <= 1 for kind in ("class", "ood") for one in answer[kind + "_thresholds"] if one is not None)

    @invariant()
    def queues_hold_what_their_counts_say_the_most_suspect_first(self):
        desk = Reviewing(self.session)
        for kind, count in desk.counts(self.settings).items():
            queue = desk.queue(self.settings, kind)
            assert len(queue) == count
            if kind == QUEUE_OF_NEAR_DUPLICATES:
                continue  # they are no matter of the thresholds, and stand group by group
            assert count == masks_of(self.session.analysis_at(*self.settings))[kind].sum()
            assert (np.diff(self.session.predictions.label_quality[queue]) >= 0).all()

    @invariant()
    def what_belongs_to_no_class_and_nothing_else_is_left_without_a_label(self):
        review = review_of(self.given, self.state.changed_labels, self.state.reviews)
        for row, label in enumerate(review.corrected_label):
            assert (label == confident.NO_LABEL) == (self.state.reviews.get(row) == NO_CLASS)

    @invariant()
    def every_example_can_be_explained(self):
        for example in (0, 5, 23):
            told = self.session.explain(example, *self.settings) | Reviewing(self.session).reasons(example)
            json.dumps(told, allow_nan=False)
            assert told["category"] in range(len(vocabulary.CATEGORIES)) and math.isclose(sum(told["pred_probs"]), 1)


class ReviewerOfPredProbs(Reviewer):
    """The same, where the probabilities are brought and training only judges anew."""

    as_pred_probs = True


@pytest.mark.parametrize("machine", [Reviewer, ReviewerOfPredProbs])
def test_any_review_keeps_counts_queues_explanations_and_exports_consistent(machine):
    run_state_machine_as_test(machine, settings=QUICKLY)
