"""One visit's numbers, as the worker holds them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from vizzy import confident, ranking
from vizzy.dataset import Dataset
from vizzy.session import MOST_IN_A_LIST, Predictions, Session


def made_session(n_per_class=20, n_classes=3, seed=0):
    random = np.random.default_rng(seed)
    label = np.repeat(np.arange(n_classes), n_per_class)
    embeddings = np.eye(n_classes)[label] * 3 + random.normal(size=(len(label), n_classes))
    dataset = Dataset(
        ids=tuple(f"x{row}" for row in range(len(label))),
        classes=tuple("abcdefghij"[:n_classes]),
        given_label=label,
        embeddings=embeddings.astype(np.float32),
    )
    return Session(dataset)


def trained_session(**options):
    session = made_session(**options)
    session.train({})
    return session


def test_every_example_is_in_just_one_place():
    session = trained_session()
    answer = session.analyse(50, 15, "percentile")
    placed = [example for cell in answer["cells"] for example in cell]
    placed += answer["out_of_distribution"] + answer["unconfident"]
    assert sorted(placed) == list(range(60))


def test_cells_are_in_rows_of_given_labels_and_count_as_the_joint_does():
    session = trained_session()
    answer = session.analyse(50, 15, "percentile")
    assert [len(cell) for cell in answer["cells"]] == answer["joint"]
    for number, cell in enumerate(answer["cells"]):
        assert set(session.dataset.given_label[cell]) <= {number // 3}


def test_lists_and_cells_are_worst_first():
    session = trained_session()
    answer = session.analyse(30, 30, "percentile")
    quality = ranking.label_quality(
        session.predictions.given_label, session.predictions.pred_probs, session.dataset.embeddings
    )
    for group in [answer["label_issues"], answer["unconfident"], *answer["cells"]]:
        assert quality[group].tolist() == sorted(quality[group])


def test_changed_labels_are_what_is_trained_on_and_the_dataset_stays_as_it_is():
    session = made_session()
    session.train({0: 2, 5: 1})
    assert session.predictions.given_label[[0, 5, 1]].tolist() == [2, 1, 0]
    assert session.dataset.given_label[[0, 5]].tolist() == [0, 0]


def test_a_class_nobody_is_given_has_no_threshold_and_the_answer_is_plain_json():
    session = made_session()
    session.train({example: 0 for example in range(20, 40)})
    answer = session.analyse(50, 15, "percentile")
    assert answer["class_thresholds"][1] is None and answer["ood_thresholds"][1] is None
    for content in (answer, session.explain(0, 50, 15, "percentile")):
        assert json.loads(json.dumps(content, allow_nan=False)) == content


def test_the_training_summary_is_plain_json():
    summary = made_session().train({})
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary
    assert [sum(counts) for counts in summary["histograms"]] == [20, 20, 20]


def test_an_explanation_agrees_with_the_analysis():
    session = trained_session()
    answer = session.analyse(50, 15, "percentile")
    for example in answer["out_of_distribution"]:
        assert session.explain(example, 50, 15, "percentile")["category"] == confident.OUT_OF_DISTRIBUTION
    for example in answer["label_issues"]:
        explanation = session.explain(example, 50, 15, "percentile")
        assert explanation["suggested_label"] not in (-1, explanation["given_label"])


def test_a_large_dataset_is_listed_in_part_and_counted_in_full():
    session = made_session(n_per_class=1000, n_classes=4)
    random = np.random.default_rng(1)
    pred_probs = random.dirichlet([1] * 4, size=4000)
    session.predictions = Predictions.of(session.dataset.given_label, pred_probs)
    answer = session.analyse(50, 15, "percentile")
    assert sum(answer["joint"]) + answer["counts"]["out_of_distribution"] + answer["counts"]["unconfident"] == 4000
    assert len(answer["label_issues"]) == MOST_IN_A_LIST < answer["counts"]["label_issues"]
    assert sum(map(len, answer["cells"])) <= 1500
    given, suggested = 0, 1
    whole = session.cell_examples(given, suggested, 50, 15, "percentile")
    assert len(whole) == answer["joint"][1]
    assert whole[: len(answer["cells"][1])] == answer["cells"][1]


@pytest.mark.parametrize("mode", ["percentile", "mean"])
def test_the_answer_is_the_librarys(mode):
    session = trained_session()
    answer = session.analyse(40, 10, mode)
    expected = confident.analyse(
        session.predictions.given_label, session.predictions.pred_probs, 40, 10, mode
    )
    assert answer["joint"] == expected.confident_joint.ravel().tolist()
    assert answer["class_thresholds"] == pytest.approx(expected.class_thresholds.tolist())
    assert answer["counts"]["out_of_distribution"] == expected.out_of_distribution_mask.sum()


def test_a_training_that_is_not_run_to_its_end_leaves_the_predictions_as_they_were():
    session = trained_session()
    before = session.predictions
    steps = session.training_steps({0: 1})
    assert next(steps) == (0, 15)
    assert next(steps) == (1, 15)
    steps.close()
    assert session.predictions is before


def test_a_dataset_that_brings_its_predicted_probabilities_is_not_trained():
    pred_probs = np.random.default_rng(0).dirichlet([1] * 3, size=60)
    dataset = Dataset(
        ids=tuple(f"x{row}" for row in range(60)),
        classes=("a", "b", "c"),
        given_label=np.repeat(np.arange(3), 20),
        pred_probs=pred_probs,
    )
    session = Session(dataset)
    assert session.estimated_seconds() is None
    session.train({0: 1})
    assert session.predictions.pred_probs is dataset.pred_probs
    assert session.predictions.given_label[0] == 1


def test_the_score_follows_the_labels_that_were_trained_on():
    session = made_session()
    assert session.train({}) and session.analyse(50, 15, "percentile")["score"] is None
    truth = session.dataset.given_label.copy()
    truth[3] = -1  # no class is true
    session = Session(replace(session.dataset, true_label=truth))
    session.train({7: 1})
    answer = session.analyse(50, 15, "percentile")
    flagged = set(answer["label_issues"]) | set(answer["out_of_distribution"])
    assert answer["score"] == {"problems": 2, "flagged": len(flagged), "found": len(flagged & {3, 7})}


def test_a_made_up_session_trains_like_any_other():
    assert Session.made_up().dataset.embeddings.shape == (300, 32)
    assert 0 <= Session.made_up().train({})["accuracy"] <= 1
