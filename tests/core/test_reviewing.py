"""A reviewer's queue and what is taken home, on a session trained natively."""

import numpy as np
import pytest

from vizzy import reading, reviewing, vocabulary
from vizzy.dataset import Dataset
from vizzy.session import Session

SETTINGS = (50, 15, "percentile")


@pytest.fixture(scope="module")
def session():
    random = np.random.default_rng(3)
    true = np.repeat(np.arange(3), 20)
    given = true.copy()
    given[[0, 25, 50]] = [1, 2, 0]
    pred_probs = np.full((60, 3), 0.1)
    pred_probs[np.arange(60), true] = 0.8
    pred_probs = pred_probs * random.uniform(0.97, 1.03, size=pred_probs.shape)
    pred_probs[[0, 25, 50], true[[0, 25, 50]]] = 3  # the model is sure of what it suggests for these
    pred_probs[59] = [0.34, 0.33, 0.33]
    pred_probs /= pred_probs.sum(axis=1, keepdims=True)
    made = Session(
        Dataset(
            ids=tuple(f"row {number}" for number in range(60)),
            classes=("ant", "bee", "cat"),
            given_label=given,
            pred_probs=pred_probs,
        )
    )
    made.train({})
    return made


def test_the_queue_is_ranked_by_label_quality_the_most_suspect_first(session):
    queue = reviewing.Reviewing(session).queue(SETTINGS)
    quality = session.predictions.label_quality[queue]
    assert {0, 25, 50, 59} <= set(queue.tolist())
    assert (np.diff(quality) >= 0).all()


def test_every_kind_of_queue_counts_what_it_holds(session):
    desk = reviewing.Reviewing(session)
    counts = desk.counts(SETTINGS)
    assert {kind: len(desk.queue(SETTINGS, kind)) for kind in counts} == counts
    assert counts["all"] == 60
    assert counts["suspects"] == counts["label issues"] + counts["out of distribution"]


def test_a_pair_of_labels_narrows_the_queue_as_the_matrix_does(session):
    desk = reviewing.Reviewing(session)
    joint = session.analysis_at(*SETTINGS).confident_joint
    for given in range(3):
        for suggested in range(3):
            assert len(desk.queue(SETTINGS, "all", given, suggested)) == joint[given, suggested]


def test_text_is_sought_in_ids_and_texts_in_capitals_or_not(session):
    texts = ["Nothing"] * 60
    texts[7] = "A ZEBRA crossing"
    desk = reviewing.Reviewing(session, texts)
    assert desk.queue(SETTINGS, "all", text=" zebra ").tolist() == [7]
    assert desk.queue(SETTINGS, "all", text="ROW 59").tolist() == [59]
    assert desk.queue(SETTINGS, "all", text="giraffe").tolist() == []


def test_the_reasons_name_what_speaks_against_a_label(session):
    told = reviewing.Reviewing(session).reasons(0)
    assert told["label_quality"] == pytest.approx(session.predictions.label_quality[0])
    assert any("bee" in reason and "ant" in reason for reason in told["reasons"])


def test_a_review_goes_to_the_page_s_state_and_back():
    given = np.array([0, 1, 2, 0, 1])
    actions = {1: "accepted", 2: "no class", 3: "kept", 4: "skipped"}
    review = reviewing.review_of(given, {0: 2, 1: 0}, actions)
    assert review.corrected_label.tolist() == [2, 0, -1, 0, 1]
    assert review.actions == ("changed", "accepted", "no class", "kept", "skipped")
    assert reviewing.state_of(review, given) == ({0: 2, 1: 0}, {0: "changed"} | actions)


def table_of(session):
    lines = ["name,id,label,p_ant,p_bee,p_cat"]
    for row, probabilities in enumerate(session.dataset.pred_probs):
        label = session.dataset.classes[session.dataset.given_label[row]]
        lines.append(",".join(["=x", f"row {row}", label, *map(repr, map(float, probabilities))]))
    return "\r\n".join(lines).encode()


def test_an_exported_table_opens_again_to_the_same_review(session):
    opened = reading.read([reading.InputFile("bees.csv", table_of(session))]).make()
    own = Session(opened.dataset)
    own.train({0: 0})
    review = reviewing.review_of(opened.dataset.given_label, {0: 0}, {0: "accepted", 25: "no class", 3: "skipped"})
    name, content = reviewing.Reviewing(own).export("table", opened, SETTINGS, review)
    assert name == "bees-corrected.csv"
    again = reading.read([reading.InputFile(name, content)]).make()
    assert again.dataset.given_label.tolist() == opened.dataset.given_label.tolist()
    assert again.review.corrected_label.tolist() == review.corrected_label.tolist()
    assert again.review.actions == review.actions


def test_changes_and_report_are_exported_too(session):
    opened = reading.read([reading.InputFile("bees.csv", table_of(session))]).make()
    own = Session(opened.dataset)
    own.train({})
    desk = reviewing.Reviewing(own)
    review = reviewing.review_of(opened.dataset.given_label, {0: 0}, {})
    name, content = desk.export("changes", opened, SETTINGS, review)
    assert (name, content.decode("utf-8-sig").count("\n")) == ("bees-changes.csv", 2)
    name, content = desk.export("report", opened, SETTINGS, review)
    assert name == "bees-report.html"
    assert b"50th percentile" in content


def test_a_shipped_table_of_another_dataset_is_refused(session):
    proposal = reading.read([reading.InputFile("bees.csv", table_of(session).replace(b"row 5,", b"row five,"))])
    with pytest.raises(reading.ReadingError, match=r"bees.csv does not hold the examples"):
        reviewing.reopened(session, proposal)


def test_a_shipped_table_is_exported_under_the_session_s_own_classes(session):
    opened = reviewing.reopened(session, reading.read([reading.InputFile("bees.csv", table_of(session))]))
    assert opened.dataset is session.dataset


@pytest.fixture
def with_duplicates(session):
    """The same session, with texts of which two groups are nearly the same and disagree about the label."""
    texts = [f"text {number}" for number in range(60)]
    texts[25] = texts[21] = "The same  text"
    texts[22] = "the SAME text"
    texts[50] = texts[45] = "another text twice"
    texts[30] = texts[31] = "twice with one label"
    return reviewing.Reviewing(session, texts)


def test_near_duplicates_whose_labels_differ_are_a_queue_group_by_group(with_duplicates, session):
    queue = with_duplicates.queue(SETTINGS, vocabulary.QUEUE_OF_NEAR_DUPLICATES).tolist()
    assert set(queue) == {21, 22, 25, 45, 50}
    groups = [example in (45, 50) for example in queue]
    assert groups == sorted(groups) or groups == sorted(groups, reverse=True)
    assert with_duplicates.counts(SETTINGS)["near duplicates"] == 5


def test_an_examples_near_duplicates_stand_beside_it_with_their_labels(with_duplicates, session):
    with_duplicates.counts(SETTINGS)
    others = with_duplicates.reasons(25)["near_duplicates"]
    assert [entry["example"] for entry in others] == [21, 22]
    assert all(entry["label"] == session.predictions.given_label[entry["example"]] for entry in others)
    assert with_duplicates.reasons(3)["near_duplicates"] == []


def test_near_duplicates_of_many_examples_are_counted_only_when_they_are_asked_for(with_duplicates, monkeypatch):
    monkeypatch.setattr(reviewing, "MOST_COMPARED_UNASKED", 10)
    assert with_duplicates.counts(SETTINGS)["near duplicates"] is None
    with_duplicates.queue(SETTINGS, vocabulary.QUEUE_OF_NEAR_DUPLICATES)
    assert with_duplicates.counts(SETTINGS)["near duplicates"] == 5
