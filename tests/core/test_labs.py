"""The experiments' numbers: cases worked out by hand, cleanlab's answers, and data at the edge of what makes sense."""

import json
import math

import cleanlab.count
import cleanlab.filter
import numpy as np
import pytest

from vizzy import confident, labs, noise_rates
from vizzy.dataset import Dataset
from vizzy.labs import challenge, label_issue_rules, models, noise, percentiles, projection, rule_editor, score
from vizzy.session import Predictions, Session

SETTINGS = (50, 15, "percentile")


def finish(answer):
    """What steps come to; each of them says how far it is."""
    if not hasattr(answer, "send"):
        return answer
    while True:
        try:
            done, total = next(answer)
            assert 0 <= done <= total
        except StopIteration as end:
            return end.value


def session_of(given_label, pred_probs, true_label=None, embeddings=None, n_classes=None):
    """A session that has been trained, with these probabilities."""
    given_label, pred_probs = np.array(given_label), np.array(pred_probs, dtype=float)
    dataset = Dataset(
        ids=tuple(f"x{row}" for row in range(len(given_label))),
        classes=tuple(f"class {label}" for label in range(n_classes or pred_probs.shape[1])),
        given_label=given_label,
        true_label=None if true_label is None else np.array(true_label),
        embeddings=embeddings,
        pred_probs=pred_probs if embeddings is None else None,
    )
    session = Session(dataset)
    session.predictions = Predictions.of(given_label, pred_probs, embeddings)
    return session


def made_session(n_classes=3, per_class=30, known=True, embedded=True, seed=0):
    """Clusters with one wrong label in ten and, where the truth is known, three examples of no class."""
    random = np.random.default_rng(seed)
    true = np.repeat(np.arange(n_classes), per_class)
    centres = random.normal(size=(n_classes, 6)) * 2.5
    embeddings = centres[true] + random.normal(size=(len(true), 6))
    true[:3] = -1
    embeddings[:3] = random.normal(size=(3, 6)) * 6
    given = np.where(true < 0, random.integers(n_classes, size=len(true)), true)
    wrong = random.random(len(true)) < 0.1
    given[wrong] = (given[wrong] + 1) % n_classes
    names = tuple(f"class {label}" for label in range(n_classes))
    ids = tuple(f"x{row}" for row in range(len(true)))
    truth = true if known else None
    session = Session(Dataset(ids=ids, classes=names, given_label=given, true_label=truth, embeddings=embeddings))
    session.train({})
    if not embedded:
        return session_of(given, session.predictions.pred_probs, truth)
    return session


# --- what the page may ask for --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["os.system", "nowhere.here", "score.tally", "score", "score.np.sum", "", "..session.Session"])
def test_only_what_is_marked_as_an_experiment_can_be_asked_for(name):
    with pytest.raises(LookupError):
        labs.find_experiment(name)


CALLS = {
    "score.score_card": {"settings": SETTINGS},
    "percentiles.percentile_curves": {"settings": SETTINGS},
    "percentiles.percentile_bands": {"settings": SETTINGS},
    "label_issue_rules.compare_ways": {"settings": SETTINGS},
    "noise.noise_sweep": {"settings": SETTINGS, "shares": [0, 0.2]},
    "challenge.hide_errors": {"settings": SETTINGS},
    "projection.principal_map": {},
    "projection.neighbour_map": {},
    "models.try_model": {"settings": SETTINGS, "model": "neighbours"},
    "rule_editor.show_code": {},
    "rule_editor.prompt": {"line": "labels.shape"},
}


@pytest.mark.parametrize("embedded", [True, False], ids=["embeddings", "pred_probs"])
@pytest.mark.parametrize("known", [True, False], ids=["truth", "no truth"])
@pytest.mark.parametrize("n_classes", [1, 2, 12])
@pytest.mark.parametrize("name", CALLS)
def test_every_answer_can_be_sent_whatever_the_data(name, n_classes, known, embedded):
    session = made_session(n_classes, per_class=12, known=known, embedded=embedded)
    try:
        answer = finish(labs.find_experiment(name)(session, **json.loads(json.dumps(CALLS[name]))))
    except ValueError as error:
        assert str(error)[0].isupper() and str(error).endswith(".")  # a sentence for a person
        return
    if isinstance(answer, np.ndarray):  # crosses as a typed array
        assert answer.dtype == np.float32 and np.isfinite(answer).all()
        return
    assert json.loads(json.dumps(answer, allow_nan=False)) is not None


def test_a_class_nobody_is_given_breaks_no_experiment():
    given = [0, 0, 0, 0, 2, 2, 2, 2]
    probs = np.full((8, 3), 0.1)
    probs[np.arange(8), given] = 0.8
    session = session_of(given, probs, true_label=given)
    for name in ("score.score_card", "percentiles.percentile_curves", "label_issue_rules.compare_ways", "noise.noise_sweep"):
        json.dumps(finish(labs.find_experiment(name)(session, **CALLS[name])), allow_nan=False)


# --- the score card ----------------------------------------------------------------------------


def test_precision_recall_and_f1_of_counts():
    assert score.measures(found=3, flagged=4, problems=6) == {
        "problems": 6, "flagged": 4, "found": 3, "false_alarms": 1, "precision": 0.75, "recall": 0.5, "f1": 0.6,
    }  # fmt: skip
    assert score.measures(0, 0, 0) | {"precision": None, "recall": None, "f1": None} == score.measures(0, 0, 0)
    assert score.measures(0, 0, 5)["f1"] == 0 and score.measures(0, 0, 5)["precision"] is None


# Two classes. The medians of 0.9, 0.8, 0.9, 0.2 and 0.9, 0.7, 0.45 are 0.85 and 0.7; the minima 0.2 and 0.45.
HAND_PROBS = [[0.9, 0.1], [0.8, 0.2], [0.9, 0.1], [0.2, 0.8], [0.1, 0.9], [0.3, 0.7], [0.55, 0.45]]
HAND_GIVEN = [0, 0, 0, 0, 1, 1, 1]


def test_the_score_card_of_a_case_worked_out_by_hand():
    #        agrees, unconfident, agrees, issue for 1, agrees, agrees, unconfident
    session = session_of(HAND_GIVEN, HAND_PROBS, true_label=[0, 1, -1, 1, 1, 0, 1])
    card = score.score_card(session, (50, 0, "percentile"))
    assert card["rows"]["wrong_label"] == score.measures(found=1, flagged=1, problems=3)
    assert card["rows"]["no_class"] == score.measures(found=0, flagged=0, problems=1)
    assert card["rows"]["all"] == score.measures(found=1, flagged=1, problems=4)
    assert card["right_suggestions"] == 1 and card["found"] == [3] and card["false_alarms"] == []
    missed = {entry["example"]: entry for entry in card["missed"]}
    assert set(missed) == {1, 2, 5}
    assert missed[5]["agrees"] and missed[5]["keeper"] == 1 and missed[5]["threshold"] == pytest.approx(0.7)
    assert not missed[1]["agrees"] and missed[1]["keeper"] == 0 and missed[1]["true"] == 1
    assert missed[2]["true"] == -1


def test_what_would_flag_a_missed_problem_flags_it():
    session = made_session(seed=4)
    for missed in score.score_card(session, (80, 5, "percentile"))["missed"]:
        if missed["issue_from"]:
            above, up_to = missed["issue_from"]
            settings = (math.floor(up_to), 0, "percentile")
            if math.floor(up_to) > above:
                assert session.analysis_at(*settings).label_issue_mask[missed["example"]]


def test_kinds_add_up_to_what_the_page_says():
    session = made_session()
    card, said = score.score_card(session, SETTINGS), session.analyse(*SETTINGS)["score"]
    assert {name: card["rows"]["all"][name] for name in said} == said
    kinds = card["rows"]["wrong_label"]["problems"] + card["rows"]["no_class"]["problems"]
    assert kinds == card["rows"]["all"]["problems"]
    in_lists = sum(card["rows"][kind]["found"] + card["elsewhere"][kind] for kind in card["elsewhere"])
    assert in_lists == card["rows"]["all"]["found"]


def test_without_a_truth_the_score_card_only_counts():
    card = score.score_card(made_session(known=False), SETTINGS)
    assert not card["known"] and "rows" not in card and card["counts"]["label_issues"] > 0


# --- percentiles ----------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [True, False])
def test_every_point_of_curve_and_grid_is_what_the_page_would_say(known):
    session = made_session(known=known)
    lab = finish(percentiles.percentile_curves(session, (70, 15, "percentile")))
    for percentile in (0, 10, 33, 50, 100):
        answer = session.analyse(percentile, min(15, percentile), "percentile")
        assert lab["curve"]["label_issues"][percentile] == answer["counts"]["label_issues"]
        assert lab["curve"]["out_of_distribution"][percentile] == answer["counts"]["out_of_distribution"]
        assert lab["curve"]["found"][percentile] == (answer["score"]["found"] if known else None)
    for row, column in ((0, 0), (10, 3), (20, 20), (20, 0)):
        answer = session.analyse(5 * row, 5 * column, "percentile")
        flagged = answer["counts"]["label_issues"] + answer["counts"]["out_of_distribution"]
        assert lab["grid"]["flagged"][row][column] == flagged
    assert [len(row) for row in lab["grid"]["found"]] == list(range(1, 22))
    mean = session.analyse(50, 15, "mean")
    assert lab["mean"]["flagged"] == mean["counts"]["label_issues"] + mean["counts"]["out_of_distribution"]


def test_the_percentile_of_a_mean():
    session = session_of(HAND_GIVEN, HAND_PROBS)
    # 0.2, 0.8, 0.9, 0.9 have the mean 0.7, above one of four; 0.45, 0.7, 0.9 have 0.683, above one of three
    assert percentiles.mean_percentiles(session.predictions.confidences) == pytest.approx([25, 100 / 3])


def test_bands_are_of_other_folds_and_the_same_each_time():
    session = made_session()
    one = finish(percentiles.percentile_bands(session, SETTINGS))
    assert one == finish(percentiles.percentile_bands(session, SETTINGS))
    assert len(one["found"]) == len(percentiles.SEEDS) and len(one["found"][0]) == 101
    assert len({tuple(curve) for curve in one["flagged"]}) > 1


# --- ways to decide -------------------------------------------------------------------------------


def test_the_two_counter_examples_to_the_naive_rule():
    # The article's: p = 0.50 dog, 0.49 cat with thresholds 0.9 and 0.35; and one of which the model has no idea.
    thresholds = np.array([0.9, 0.35])
    probs = np.array([[0.5, 0.49], [0.51, 0.34]])
    found = label_issue_rules.counter_examples(np.array([1, 1]), probs, thresholds)
    assert found["uneven"]["count"] == 1 and found["uneven"]["example"] == 0
    assert found["unsure"]["count"] == 1 and found["unsure"]["example"] == 1
    ways = label_issue_rules.ways_to_decide(np.array([1, 1]), probs, thresholds, thresholds)
    assert ways["argmax"].tolist() == [True, True]
    assert ways["original"].tolist() == ways["percentile"].tolist() == [False, False]


def test_a_more_probable_class_below_its_threshold_is_passed_over():
    ways = label_issue_rules.ways_to_decide(np.array([0]), np.array([[0.50, 0.49]]), np.array([0.9, 0.35]), np.array([0.9, 0.9]))
    assert {name: mask[0] for name, mask in ways.items() if name != "noise_rate"} == {
        "argmax": False, "original": False, "percentile": True, "mean": False,
    }  # fmt: skip


def noisy_probs(n_classes, n, seed, sharpness=2.0):
    random = np.random.default_rng(seed)
    given = np.concatenate([np.arange(n_classes), random.integers(n_classes, size=n - n_classes)])
    logits = random.normal(size=(n, n_classes))
    logits[np.arange(n), given] += sharpness
    wrong = random.random(n) < 0.2
    given[wrong] = random.integers(n_classes, size=wrong.sum())
    probs = np.exp(2 * logits)
    return given, probs / probs.sum(axis=1, keepdims=True)


def test_calibration_is_cleanlabs():
    given, probs = noisy_probs(4, 200, 9)
    joint = confident.confident_joint(
        given, confident.suggested_label(probs, confident.mean_thresholds(given, probs)), 4
    )
    ours = noise_rates.round_rows(noise_rates.calibrated(joint, given))
    assert np.array_equal(ours, cleanlab.count.calibrate_confident_joint(joint, given))


def test_rounding_keeps_the_sums_of_rows():
    rounded = noise_rates.round_rows(np.array([[0.4, 0.4, 0.2], [2.5, 2.5, 3.0], [1.6, 1.7, 1.7]]))
    assert rounded.sum(axis=1).tolist() == [1, 8, 5]


def test_the_differing_examples_are_those_that_some_flag_and_some_do_not():
    answer = label_issue_rules.compare_ways(made_session(), SETTINGS)
    assert answer["differing"] >= len(answer["examples"]) > 0
    for entry in answer["examples"]:
        assert 0 < len(entry["by"]) < len(answer["ways"])
    percentile = answer["ways"]["percentile"]
    assert percentile["flagged"] == made_session().analyse(*SETTINGS)["counts"]["label_issues"]
    assert percentile["tally"]["flagged"] == percentile["flagged"]


# --- noise ------------------------------------------------------------------------------------------


def test_flips_are_as_many_as_asked_and_grow_with_the_share():
    label = np.repeat([0, 1, 2, -1], 50)
    few, many = (noise.flip_labels(label, 3, share, seed=7) for share in (0.1, 0.3))
    assert (few != label).sum() == 15 and (many != label).sum() == 45
    assert ((few != label) <= (many != label)).all()
    assert (many[label == -1] == -1).all() and many.max() == 2 and (many[:150] >= 0).all()
    assert np.array_equal(few, noise.flip_labels(label, 3, 0.1, seed=7))
    assert not np.array_equal(few, noise.flip_labels(label, 3, 0.1, seed=8))


def test_flips_along_a_pair_touch_no_other_class():
    label = np.repeat([0, 1, 2], 40)
    flipped = noise.flip_labels(label, 3, 0.25, pairs=[(1, 0)])
    assert (flipped != label).sum() == 10
    assert set(label[flipped != label]) == {1} and set(flipped[flipped != label]) == {0}


def test_the_noise_matrix_counts_what_was_given_to_each_true_class():
    matrix = noise.noise_matrix(np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 0, 1, 1, 1]), 3)
    assert noise.rows_or_none(matrix) == [[0.75, 0.25, 0], [0, 1, 0], None]


def test_the_estimated_noise_matrix_scales_the_confident_to_all():
    # Given 0 (10 of them): 4 confident, one of them for 1; given 1 (6): 3 confident, all for 1. Calibrated: 7.5, 2.5; 0, 6.
    joint = np.array([[3, 1], [0, 3]])
    estimated = noise.estimated_noise_matrix(joint, np.repeat([0, 1], [10, 6]))
    assert estimated == pytest.approx(np.array([[1, 0], [2.5 / 8.5, 6 / 8.5]]))


def test_the_estimate_agrees_with_cleanlabs():
    given, probs = noisy_probs(3, 400, 1)
    joint = confident.confident_joint(
        given, confident.suggested_label(probs, confident.mean_thresholds(given, probs)), 3
    )
    calibrated = noise_rates.calibrated(joint, given)
    _, matrix, _ = cleanlab.count.estimate_latent(calibrated, given)
    assert noise.estimated_noise_matrix(joint, given).T == pytest.approx(matrix, abs=0.01)


def test_more_noise_is_estimated_as_more_noise():
    session = made_session(per_class=60)
    sweep = finish(noise.noise_sweep(session, (50, 15, "mean"), [0, 0.1, 0.3]))
    stayed = [np.mean([row[label] for label, row in enumerate(point["estimated"])]) for point in sweep["points"]]
    assert stayed[0] > stayed[1] > stayed[2]
    assert all(point["off"] < 0.1 for point in sweep["points"])
    assert sweep["points"][1]["tally"]["recall"] > 0.7
    assert sweep["points"][0]["tally"]["recall"] is None  # nothing was flipped
    assert sweep["trained"] and not sweep["assumed"]


def test_probabilities_that_came_with_the_data_do_not_follow_the_labels_and_it_says_so():
    sweep = finish(noise.noise_sweep(made_session(embedded=False, known=False), SETTINGS, [0.1]))
    assert not sweep["trained"] and sweep["assumed"]


# --- the challenge ----------------------------------------------------------------------------------


def test_ten_errors_are_hidden_the_same_for_the_same_seed():
    session = made_session()
    game = finish(challenge.hide_errors(session, SETTINGS, seed=3))
    assert game == finish(challenge.hide_errors(session, SETTINGS, seed=3))
    assert game["examples"] != finish(challenge.hide_errors(session, SETTINGS, seed=4))["examples"]
    wrong = [label != right for label, right in zip(game["labels"], game["right"], strict=True)]
    assert sum(wrong) == 10 and len(set(game["examples"])) == 60
    assert set(game["flagged"]) <= set(game["examples"])
    hidden = {example for example, is_wrong in zip(game["examples"], wrong, strict=True) if is_wrong}
    assert game["tally"]["found"] == len(hidden & set(game["flagged"])) >= 6
    assert min(game["right"]) >= 0  # examples of no class do not take part


def test_too_few_examples_are_told_of():
    with pytest.raises(ValueError, match="takes two classes and 20 examples"):
        finish(challenge.hide_errors(session_of(HAND_GIVEN, HAND_PROBS), SETTINGS))


# --- the map ----------------------------------------------------------------------------------------


def test_principal_components_are_the_directions_of_most_variation():
    random = np.random.default_rng(0)
    features = random.normal(size=(200, 5)) * [1, 9, 1, 4, 1]
    components = projection.principal_components(features)
    assert abs(np.corrcoef(components[:, 0], features[:, 1])[0, 1]) > 0.99
    assert abs(np.corrcoef(components[:, 1], features[:, 3])[0, 1]) > 0.98
    _, _, directions = np.linalg.svd(features - features.mean(axis=0), full_matrices=False)
    assert np.abs(components) == pytest.approx(np.abs((features - features.mean(axis=0)) @ directions[:2].T))


@pytest.mark.parametrize("features", [np.zeros((5, 3)), np.ones((1, 2)), np.arange(4.0)[:, None]])
def test_a_map_of_little_is_still_a_map(features):
    places = np.array(projection.as_places(projection.principal_components(features)))
    assert len(places) == 2 * len(features) and (0 <= places).all() and (places <= 1).all()
    assert np.isfinite(finish(projection.arranged_by_neighbours(features))).all()


def test_arranging_by_neighbours_keeps_clusters_together():
    session = made_session(n_classes=4, per_class=25)
    places = finish(projection.neighbour_map(session)).reshape(-1, 2)
    label = session.dataset.true_label
    squared = projection.squared_distances(places)
    np.fill_diagonal(squared, np.inf)
    assert (label[squared.argmin(axis=1)] == label).mean() > 0.8


def test_neighbour_probabilities_count_as_many_neighbours_as_asked():
    points = np.random.default_rng(0).normal(size=(80, 3))
    joint = projection.neighbour_probabilities(projection.squared_distances(points), 10)
    assert joint.sum() == pytest.approx(1, abs=1e-6) and np.allclose(joint, joint.T)
    rows = joint / joint.sum(axis=1, keepdims=True)
    assert np.exp(-(rows * np.log(rows)).sum(axis=1)).mean() == pytest.approx(12, abs=4)


# --- models -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", models.MODELS)
def test_every_model_predicts_out_of_sample(model):
    session = made_session()
    given = session.predictions.given_label
    probs = finish(models.cross_validated(model, session.dataset.embeddings, given, 3, 5, 0))
    assert probs.sum(axis=1) == pytest.approx(np.ones(len(given)))
    assert (probs.argmax(axis=1) == given).mean() > 0.75
    # Out of sample: a label changed does not change what is predicted for the example itself.
    changed = given.copy()
    fold = models.training.stratified_folds(given, 5, 0)
    twin = next(i for i in range(5, len(given)) if fold[i] == fold[5] and given[i] != given[5])
    changed[5], changed[twin] = given[twin], given[5]
    if (models.training.stratified_folds(changed, 5, 0) == fold).all() and model != "svm":
        again = finish(models.cross_validated(model, session.dataset.embeddings, changed, 3, 5, 0))
        assert again[5] == pytest.approx(probs[5])


def test_the_svm_at_the_pages_folds_and_seed_is_the_pages():
    session = made_session()
    answer = finish(models.try_model(session, SETTINGS, "svm"))
    assert answer["label_issues"] == session.analyse(*SETTINGS)["counts"]["label_issues"] == answer["shared"]


def test_a_calibration_curve_worked_out_by_hand():
    probs = np.array([[0.95, 0.05], [0.91, 0.09], [0.55, 0.45], [1.0, 0.0]])
    curve = models.calibration_curve(probs, np.array([0, 1, 0, 0]))
    assert curve["count"] == [0, 0, 0, 0, 0, 1, 0, 0, 0, 3]
    assert curve["confidence"][9] == pytest.approx((0.95 + 0.91 + 1) / 3) and curve["accuracy"][9] == pytest.approx(2 / 3)
    assert curve["confidence"][0] is None
    assert curve["error"] == pytest.approx((abs(0.55 - 1) + 3 * abs(2.86 / 3 - 2 / 3)) / 4)


def test_a_class_of_one_example_is_no_obstacle():
    embeddings = np.random.default_rng(0).normal(size=(30, 4))
    given = np.array([0] * 29 + [1])
    for model in models.MODELS:
        probs = finish(models.cross_validated(model, embeddings, given, 3, 3, 0))
        assert np.isfinite(probs).all() and probs.shape == (30, 3)


# --- the rule, edited -------------------------------------------------------------------------------

NAIVE = """
def suggested_label(pred_probs, thresholds, given_label=None):
    return pred_probs.argmax(axis=1)
"""


def test_the_code_shown_is_the_code_that_runs():
    shown = rule_editor.show_code(made_session())
    assert not shown["edited"]
    assert "def suggested_label(" in shown["source"]
    session = made_session()
    before = session.analyse(*SETTINGS)
    assert rule_editor.run_code(session, shown["source"], SETTINGS) == {"failed": None}
    assert session.analyse(*SETTINGS) == before
    assert session.explain(3, *SETTINGS) == made_session().explain(3, *SETTINGS)


def test_an_edited_rule_changes_what_the_page_shows_and_can_be_taken_back():
    session = made_session()
    before = session.analyse(*SETTINGS)
    assert rule_editor.run_code(session, NAIVE, SETTINGS)["failed"] is None
    edited = session.analyse(*SETTINGS)
    given, probs = session.predictions.given_label, session.predictions.pred_probs
    assert edited["counts"]["label_issues"] == (probs.argmax(axis=1) != given).sum()
    assert edited["counts"]["unconfident"] == 0
    assert rule_editor.show_code(session)["edited"] and rule_editor.show_code(session)["source"] == NAIVE
    assert not rule_editor.restore_code(session)["edited"]
    assert session.analyse(*SETTINGS) == before


def test_the_original_stays_what_it_is_for_whatever_compares():
    session = made_session()
    rule_editor.run_code(session, NAIVE, SETTINGS)
    assert confident.suggested_label(np.array([[0.4, 0.6]]), np.array([0.9, 0.9])).tolist() == [-1]


@pytest.mark.parametrize(
    "source, said",
    [
        ("def suggested_label(pred_probs, thresholds, given_label=None):\n    return 1 / 0", "ZeroDivisionError"),
        ("def suggested_label(", "SyntaxError"),
        ("def analyse(*arguments):\n    return 3", "without class_thresholds"),
        ("def suggested_label(pred_probs, thresholds, given_label=None):\n    return pred_probs", "ValueError"),
        ("def suggested_label(pred_probs, thresholds, given_label=None):\n    return np.full(len(pred_probs), 7)", "Error"),
        ("while True:\n    pass", "TimeoutError"),
        ("raise SystemExit", "SystemExit"),
        ("def reaches(pred_probs, thresholds):\n    return no_such_name", "NameError"),
    ],
)
def test_a_rule_that_fails_shows_where_and_the_last_good_one_stays(monkeypatch, source, said):
    monkeypatch.setattr(rule_editor, "MOST_SECONDS", 0.2)
    session = made_session()
    rule_editor.run_code(session, NAIVE, SETTINGS)
    before = session.analyse(*SETTINGS)
    failed = rule_editor.run_code(session, source, SETTINGS)["failed"]
    assert said in failed
    assert session.analyse(*SETTINGS) == before and rule_editor.show_code(session)["source"] == NAIVE


def test_a_traceback_quotes_the_readers_line_and_nothing_of_ours():
    failed = rule_editor.run_code(made_session(), "def reaches(pred_probs, thresholds):\n    return wrong", SETTINGS)["failed"]
    assert 'File "your rule", line 2, in reaches' in failed and "return wrong" in failed
    assert "rule_editor.py" not in failed


def test_a_rule_that_fails_later_gives_way_to_the_last_good_one():
    source = NAIVE + "    \n" + "def analyse(given_label, pred_probs, class_percentile, *rest):\n"
    source = (
        "original = analyse\n"
        "def analyse(given_label, pred_probs, class_percentile, *rest):\n"
        "    if class_percentile > 60: raise RuntimeError('too high')\n"
        "    return original(given_label, pred_probs, class_percentile, *rest)\n"
    )
    session = made_session()
    assert rule_editor.run_code(session, source, SETTINGS)["failed"] is None
    assert session.analyse(70, 15, "percentile") == made_session().analyse(70, 15, "percentile")
    shown = rule_editor.show_code(session)
    assert not shown["edited"] and "too high" in shown["trouble"]


def test_the_prompt_has_the_numbers_in_scope_and_keeps_its_names():
    session = made_session()
    assert rule_editor.prompt(session, "labels.shape, pred_probs.shape")["said"] == "((90,), (90, 3))\n"
    assert rule_editor.prompt(session, "worst = pred_probs.min()\nprint('done')")["said"] == "done\n"
    assert rule_editor.prompt(session, "worst >= 0")["said"].strip() in ("True", "np.True_")
    assert rule_editor.prompt(session, "vizzy.confident.TOLERANCE")["said"] == "1e-06\n"
    failed = rule_editor.prompt(session, "1 / 0")["failed"]
    assert "ZeroDivisionError" in failed and "rule_editor.py" not in failed
    rule_editor.prompt(session, "labels[:] = 0; pred_probs[:] = 0")
    assert session.predictions.given_label.any()


@pytest.mark.parametrize("ood_mode", ["percentile", "outliers"])
def test_another_model_is_judged_by_what_is_out_of_distribution_on_the_page(ood_mode):
    session = made_session()
    settings = 50, 15, "mean", ood_mode
    told = finish(models.try_model(session, settings, "svm"))
    assert told["out_of_distribution"] == int(session.analysis_at(*settings).out_of_distribution_mask.sum())
