"""The order in which examples are to be looked at: its parts by hand, its limits, and what it finds."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from hypothesis import given
from hypothesis import strategies as st

from vizzy import confident, ranking
from vizzy.dataset import read_folder
from vizzy.training import cross_validated_pred_probs

STATIC = Path(__file__).parents[2] / "static"


def ring(n_per_class=8, seed=0):
    """Two classes, far apart, with an example of each among the other and one far from both."""
    rng = np.random.default_rng(seed)
    embeddings = np.vstack(
        [rng.normal(0, 0.3, (n_per_class, 2)), rng.normal(5, 0.3, (n_per_class, 2)), [[2.5, 40]]]
    )
    label = np.repeat([0, 1], [n_per_class, n_per_class + 1])
    label[0], label[n_per_class] = 1, 0
    return embeddings, label


def undecided(label, n_classes=2):
    return np.full((len(label), n_classes), 1 / n_classes)


def test_without_embeddings_the_score_is_the_self_confidence():
    label, pred_probs = np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8]])
    np.testing.assert_array_equal(ranking.label_quality(label, pred_probs), [0.9, 0.3, 0.8])


def test_the_parts_of_a_case_worked_by_hand():
    # On a line: a, a, then b, b. With five neighbours, everything there is counts.
    embeddings, label = np.array([[0.0], [1.0], [3.0], [7.0]]), np.array([0, 0, 1, 1])
    pred_probs = np.array([[0.7, 0.3], [0.4, 0.6], [0.5, 0.5], [0.1, 0.9]])
    parts = ranking.parts(label, pred_probs, embeddings)
    np.testing.assert_allclose(parts.self_confidence, [0.7, 0.4, 0.5, 0.9])
    np.testing.assert_allclose(parts.margin, [0.4, -0.2, 0.0, 0.8])
    assert parts.rival.tolist() == [1, 1, 0, 0]
    nearest = np.array([11 / 3, 9 / 3, 9 / 3, 17 / 3])
    usual = np.median(nearest)
    floor = 0.01 * usual
    same, other = np.array([1, 1, 4, 4.0]), np.array([5, 4, 2.5, 6.5])
    np.testing.assert_allclose(parts.distance_ratio, (same + floor) / (other + floor))
    np.testing.assert_allclose(parts.knn_outlier_ratio, (nearest + floor) / (usual + floor))
    assert parts.neighbour_idx.tolist() == [
        [1, 2, 3, -1, -1],
        [0, 2, 3, -1, -1],
        [1, 0, 3, -1, -1],
        [2, 1, 0, -1, -1],
    ]
    model = np.sqrt((parts.self_confidence + 0.01) * ((1 + parts.margin) / 2 + 0.01))
    trust = model / parts.distance_ratio**4 / np.maximum(1, parts.knn_outlier_ratio) ** 2
    trust = trust / np.maximum(1, parts.class_distance) ** 2
    np.testing.assert_allclose(ranking.combine(parts), trust / (1 + trust))


def test_the_rival_of_a_certain_label_is_another_class_and_of_a_single_class_nothing_leads():
    parts = ranking.parts(np.array([0, 1]), np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert parts.rival.tolist() == [1, 0] and parts.margin.tolist() == [1, 1]
    alone = ranking.parts(np.array([0]), np.array([[1.0]]))
    assert alone.margin.tolist() == [1]


def test_where_most_examples_are_duplicates_the_mean_distance_is_the_usual_one():
    embeddings, label = np.array([[0.0]] * 7 + [[1.0]]), np.zeros(8, dtype=int)
    knn_outlier_ratio = ranking.parts(label, undecided(label), embeddings).knn_outlier_ratio
    usual, floor = 1 / 8, 0.01 / 8
    np.testing.assert_allclose(knn_outlier_ratio, [floor / (usual + floor)] * 7 + [(1 + floor) / (usual + floor)])


def test_neighbours_find_wrong_labels_that_the_model_is_undecided_about():
    embeddings, label = ring()
    quality = ranking.label_quality(label, undecided(label), embeddings)
    assert set(np.argsort(quality)[:3]) == {0, 8, 16}


def test_remoteness_finds_what_belongs_to_no_class_though_the_model_is_sure():
    embeddings, label = ring()
    pred_probs = np.where(label[:, None] == [0, 1], 0.99, 0.01)
    parts = ranking.parts(label, pred_probs, embeddings)
    assert parts.knn_outlier_ratio.argmax() == 16 and parts.knn_outlier_ratio[16] > 10


def test_the_score_falls_with_self_confidence_all_else_being_equal():
    embeddings, label = ring()
    sure, doubtful = undecided(label), undecided(label)
    doubtful[5] = [0.1, 0.9]
    assert (
        ranking.label_quality(label, doubtful, embeddings)[5]
        < ranking.label_quality(label, sure, embeddings)[5]
    )


def test_scaling_and_moving_the_embeddings_changes_no_score():
    embeddings, label = ring()
    once = ranking.label_quality(label, undecided(label), embeddings)
    np.testing.assert_allclose(ranking.label_quality(label, undecided(label), embeddings * 1e-150 + 0), once)
    np.testing.assert_allclose(ranking.label_quality(label, undecided(label), embeddings * 3e200), once)
    for moved in (1e6, [1e6, -1e6]):
        np.testing.assert_allclose(
            ranking.label_quality(label, undecided(label), embeddings + moved), once, rtol=1e-6
        )


def test_embeddings_of_half_precision_are_reckoned_with_in_double():
    embeddings, label = ring()
    half = embeddings.astype(np.float16)
    np.testing.assert_array_equal(
        ranking.label_quality(label, undecided(label), half),
        ranking.label_quality(label, undecided(label), half.astype(np.float64)),
    )


def test_the_order_of_the_examples_changes_no_score():
    embeddings, label = ring()
    order = np.random.default_rng(1).permutation(len(label))
    once = ranking.label_quality(label, undecided(label), embeddings)
    again = ranking.label_quality(label[order], undecided(label), embeddings[order])
    np.testing.assert_allclose(again, once[order])


def test_blocks_of_any_size_give_the_same_scores(monkeypatch):
    embeddings, label = ring()
    once = ranking.label_quality(label, undecided(label), embeddings)
    monkeypatch.setattr(ranking, "BLOCK_CELLS", 1)
    np.testing.assert_allclose(ranking.label_quality(label, undecided(label), embeddings), once)


def test_with_more_examples_than_references_a_sample_stands_for_all(monkeypatch):
    embeddings, label = ring(n_per_class=200)
    exact = ranking.label_quality(label, undecided(label), embeddings)
    monkeypatch.setattr(ranking, "MOST_REFERENCES", 150)
    sampled = ranking.label_quality(label, undecided(label), embeddings)
    np.testing.assert_array_equal(sampled, ranking.label_quality(label, undecided(label), embeddings))
    assert set(np.argsort(sampled)[:3]) == set(np.argsort(exact)[:3]) == {0, 200, 400}
    assert len(np.unique(ranking.parts(label, undecided(label), embeddings).neighbour_idx)) <= 150


def test_a_class_that_the_sample_misses_has_finite_scores(monkeypatch):
    monkeypatch.setattr(ranking, "MOST_REFERENCES", 5)
    label, embeddings = np.repeat([0, 1, 2], [30, 30, 1]), np.random.default_rng(0).normal(size=(61, 2))
    parts = ranking.parts(label, undecided(label, 3), embeddings)
    assert 60 not in parts.neighbour_idx
    assert parts.distance_ratio[60] == 1  # nobody to compare with
    assert np.isfinite(ranking.combine(parts)).all()


@given(
    n=st.integers(1, 12),
    n_classes=st.integers(2, 4),
    dimensions=st.integers(1, 3),
    distinct=st.integers(1, 3),
    seed=st.integers(0, 10_000),
)
def test_duplicates_single_classes_and_single_examples_give_finite_scores(
    n, n_classes, dimensions, distinct, seed
):
    rng = np.random.default_rng(seed)
    embeddings = rng.normal(size=(distinct, dimensions))[rng.integers(0, distinct, n)]
    label, pred_probs = rng.integers(0, n_classes, n), rng.dirichlet(np.ones(n_classes), n)
    parts = ranking.parts(label, pred_probs, embeddings)
    quality = ranking.combine(parts)
    assert ((quality >= 0) & (quality <= 1)).all()
    for example in range(n):
        explanation = ranking.explain(parts, label, example)
        assert example not in explanation.get("neighbours", [])
        assert ranking.reasons(explanation, label[example], list("abcd"))


def test_the_score_is_explained_in_words_the_weightiest_first():
    embeddings, label = ring()
    pred_probs = undecided(label)
    pred_probs[0] = [0.7, 0.3]
    parts = ranking.parts(label, pred_probs, embeddings)
    explanation = ranking.explain(parts, label, 0)
    assert explanation["neighbours"] == parts.neighbour_idx[0].tolist()
    assert explanation["neighbour_labels"] == [0, 0, 0, 0, 0]
    assert ranking.reasons(explanation, 1, ["cat", "dog"]) == [
        "none of its 5 nearest neighbours is labelled dog; all 5 are cat",
        "the model gives dog 30 %, but cat 70 %",
    ]
    remote = ranking.reasons(ranking.explain(parts, label, 16), 1, ["cat", "dog"])
    assert any("times as far as usual" in reason for reason in remote)


def test_a_label_that_nothing_speaks_against_is_said_to_be_so():
    embeddings, label = ring()
    pred_probs = np.where(label[:, None] == [0, 1], 0.99, 0.01)
    parts = ranking.parts(label, pred_probs, embeddings)
    calm = int(np.argmax(ranking.combine(parts)))
    said = ranking.reasons(ranking.explain(parts, label, calm), int(label[calm]), ["cat", "dog"])
    assert said == [f"nothing speaks against {['cat', 'dog'][label[calm]]}"]


def test_explanations_without_embeddings_name_the_rival():
    parts = ranking.parts(np.array([0]), np.array([[0.2, 0.7, 0.1]]))
    explanation = ranking.explain(parts, np.array([0]), 0)
    assert explanation == {"self_confidence": 0.2, "margin": pytest.approx(-0.5), "rival": 1}
    assert ranking.reasons(explanation, 0, ["a", "b", "c"]) == ["the model gives a 20 %, but b 70 %"]


CALM = {"self_confidence": 0.9, "margin": 0.8, "rival": 1, "distance_ratio": 0.5, "knn_outlier_ratio": 1.0}
FACTORS = {"self_confidence": 0.1, "distance_ratio": 0.2, "knn_outlier_ratio": 0.3}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"self_confidence": 0.5, "margin": -0.1}, "nothing speaks against a"),
        ({"self_confidence": 0.49, "margin": -0.01}, "the model gives a 49 %, but b 50 %"),
        ({"self_confidence": 0.4, "margin": 0.0}, "the model gives a only 40 %"),
        ({"self_confidence": 0.4, "margin": 0.1}, "the model gives a only 40 %"),
        ({"knn_outlier_ratio": 1.24}, "nothing speaks against a"),
        ({"knn_outlier_ratio": 1.25}, "its nearest neighbours are 1.2 times as far as usual"),
        ({"distance_ratio": 1.0, "neighbour_labels": [1, 1]}, "nothing speaks against a"),
        ({"distance_ratio": 1.1, "neighbour_labels": []}, "nothing speaks against a"),
        (
            {"distance_ratio": 1.1, "neighbour_labels": [0, 0, 1, 1]},
            "2 of its 4 nearest neighbours are labelled a; 2 are b",
        ),
        (
            {"distance_ratio": 1.1, "neighbour_labels": [2, 1, 0, 1]},
            "1 of its 4 nearest neighbours is labelled a; 2 are b",
        ),
        (
            {"distance_ratio": 1.1, "neighbour_labels": [0, 1, 0, 0]},
            "the nearest examples with other labels are closer to it than the nearest labelled a",
        ),
    ],
)
def test_a_part_of_the_score_is_put_into_words_from_where_it_counts(told, words):
    explanation = {**CALM, "neighbour_labels": [0], "factors": FACTORS, **told}
    assert ranking.reasons(explanation, 0, ["a", "b", "c"]) == [words]


def test_reasons_stand_in_the_order_of_their_factors():
    told = {"self_confidence": 0.2, "margin": 0.1, "knn_outlier_ratio": 2.0, "distance_ratio": 2.0, "neighbour_labels": [1]}
    for first in ("distance_ratio", "knn_outlier_ratio"):
        explanation = {**CALM, **told, "factors": {**FACTORS, first: 0.01}}
        reasons = ranking.reasons(explanation, 0, ["a", "b"])
        assert len(reasons) == 3
        assert reasons[0].startswith({"distance_ratio": "none of its 1 nearest", "knn_outlier_ratio": "its nearest"}[first])


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer, load_digits])
def test_at_most_3_per_cent_of_clean_data_are_outliers(load):
    features, label = load(return_X_y=True)
    assert share_of_outliers(features, label).mean() <= 0.03


def test_few_of_the_shipped_digits_are_outliers_and_of_the_images_those_of_no_class():
    digits, images = read_folder(STATIC / "digits"), read_folder(STATIC)
    assert share_of_outliers(digits.embeddings, digits.true_label).mean() <= 0.03
    stranger_mask = images.true_label < 0
    assert share_of_outliers(images.embeddings[~stranger_mask], images.true_label[~stranger_mask]).mean() <= 0.03
    outlier_mask = share_of_outliers(images.embeddings, images.given_label)
    assert outlier_mask[stranger_mask].sum() >= 7
    assert outlier_mask[~stranger_mask].mean() <= 0.03


def share_of_outliers(features, label):
    pred_probs = cross_validated_pred_probs(features, label, label.max() + 1).pred_probs
    return ranking.outlier_mask(ranking.parts(label, pred_probs, features), pred_probs)


def test_without_embeddings_only_an_example_that_the_model_knows_nothing_of_is_an_outlier():
    probs = np.array([[0.34, 0.33, 0.33], [0.5, 0.4, 0.1], [1, 0, 0]])
    parts = ranking.parts(np.array([0, 0, 0]), probs)
    assert ranking.outlier_mask(parts, probs).tolist() == [True, False, False]


def test_equal_embeddings_have_no_outliers_and_a_quality_that_is_finite():
    label, probs = np.arange(40) % 2, np.tile([0.6, 0.4], (40, 1))
    parts = ranking.parts(label, probs, np.ones((40, 3)))
    assert not ranking.outlier_mask(parts, probs).any()
    assert np.isfinite(ranking.combine(parts)).all()


@pytest.mark.parametrize("shape", [(40, 5), (20, 60), (3, 2)])
def test_the_covariance_is_shrunk_as_scikit_learn_shrinks_it(shape):
    from sklearn.covariance import ledoit_wolf

    rows = np.random.default_rng(0).normal(size=shape) * np.arange(1, shape[1] + 1)
    np.testing.assert_allclose(ranking.shrunk_covariance(rows), ledoit_wolf(rows, assume_centered=True)[0])


def test_on_the_shipped_images_it_finds_more_in_the_first_30_than_self_confidence_over_20_draws_of_noise():
    dataset = read_folder(STATIC)
    found = {"combined": [], "self_confidence": []}
    for seed in range(20):
        given_label = redrawn(dataset.true_label, len(dataset.classes), seed)
        pred_probs = cross_validated_pred_probs(
            dataset.embeddings, given_label, len(dataset.classes)
        ).pred_probs
        problem_mask = given_label != dataset.true_label
        for name, embeddings in (("combined", dataset.embeddings), ("self_confidence", None)):
            quality = ranking.label_quality(given_label, pred_probs, embeddings)
            found[name].append(problem_mask[confident.ranking(quality)[:30]].sum())
    assert np.mean(found["combined"]) >= np.mean(found["self_confidence"]) + 0.5
    assert np.mean(found["combined"]) >= 16.5


def redrawn(true_label, n_classes, seed, per_class=3):
    """New wrong labels: so many of each class, and any label for what belongs to none."""
    rng = np.random.default_rng(seed)
    label = true_label.copy()
    for number in range(n_classes):
        wrong = rng.choice(np.flatnonzero(true_label == number), per_class, replace=False)
        label[wrong] = (number + rng.integers(1, n_classes, per_class)) % n_classes
    label[true_label < 0] = rng.integers(0, n_classes, (true_label < 0).sum())
    return label


def test_ten_thousand_examples_of_64_dimensions_take_little_memory():
    import tracemalloc

    rng = np.random.default_rng(0)
    embeddings, label = rng.normal(size=(10_000, 64)), rng.integers(0, 12, 10_000)
    pred_probs = rng.dirichlet(np.ones(12), 10_000)
    tracemalloc.start()
    quality = ranking.label_quality(label, pred_probs, embeddings)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert quality.shape == (10_000,)
    assert peak < 150e6


def test_the_benchmark_is_listed_and_prints_a_line_of_json_for_every_dataset():
    def run(*arguments):
        command = [sys.executable, str(STATIC.parent / "bench" / "run"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert re.search(r"^  detection +How many label problems", run().stdout, re.MULTILINE)
    assert run("nonsense").returncode == 2
    lines = [json.loads(line) for line in run("detection", "--quick").stdout.splitlines()]
    names = [(line["dataset"], line["noise"]) for line in lines]
    assert names == [(name, kind) for name in ("images", "digits", "digits-strangers", "scans") for kind in ("uniform", "pairwise", "annotator")]
    assert {line["seeds"] for line in lines} == {3}
    assert all(line["scores"]["self_confidence"] == line["scores"]["cleanlab_self_confidence"] for line in lines)
    better = [line["scores"]["combined"]["average_precision"] - line["scores"]["self_confidence"]["average_precision"] for line in lines]
    assert np.mean(better) > 0.01  # in three draws a set where both are near 1 may go either way


def test_the_parts_are_fixed_and_equal_only_themselves():
    parts = ranking.parts(np.array([0]), np.array([[0.5, 0.5]]))
    with pytest.raises(AttributeError):
        parts.margin = None
    hash(parts)


def test_of_two_examples_each_is_the_others_only_neighbour():
    parts = ranking.parts(np.array([0, 1]), undecided([0, 1]), np.array([[0.0], [1.0]]))
    assert parts.neighbour_idx.tolist() == [[1, -1, -1, -1, -1], [0, -1, -1, -1, -1]]
    np.testing.assert_array_equal(parts.distance_ratio, [1, 1])  # no example of the same label: nothing to compare
    np.testing.assert_allclose(parts.knn_outlier_ratio, [1, 1])


def test_outliers_begin_beyond_tukeys_fence_of_the_logarithms():
    logarithms = np.append(np.linspace(0, 1, 41), [1.0, 1.0])
    lower, upper = np.percentile(logarithms, [25, 75])
    fence = upper + 1.5 * (upper - lower)
    assert np.log(ranking._upper_fence(np.exp(logarithms))) == pytest.approx(fence, abs=1e-5)
    narrow = np.full(20, 3.0)
    assert ranking._upper_fence(narrow) == pytest.approx(3 * np.exp(0.15), rel=1e-5)
    assert np.isposinf(ranking._upper_fence(narrow[:19]))


def test_a_model_that_knows_nothing_makes_an_outlier_from_a_share_of_the_greatest_entropy_on():
    label = np.zeros(2, dtype=int)
    pred_probs = np.array([[0.5, 0.5], [0.7, 0.3]])
    parts = ranking.parts(label, pred_probs)
    entropy = -(0.7 * np.log(0.7) + 0.3 * np.log(0.3)) / np.log(2)
    np.testing.assert_allclose(ranking.outlier_score(parts, pred_probs), [1, entropy])
    assert ranking.outlier_mask(parts, pred_probs).tolist() == [True, False]


def far_from_both():
    """An example three times as far from the nearest class as usual, but with near neighbours."""
    return {
        "self_confidence": 0.9,
        "margin": 0.8,
        "rival": 1,
        "distance_ratio": 0.5,
        "knn_outlier_ratio": 1.0,
        "class_distance": 3.0,
        "neighbours": [1],
        "neighbour_labels": [0],
        "factors": {"self_confidence": 0.9, "distance_ratio": 16.0, "knn_outlier_ratio": 1.0, "class_distance": 1 / 9},
    }


def test_a_large_distance_to_the_nearest_class_is_a_reason_and_one_just_under_the_limit_is_none():
    assert ranking.reasons(far_from_both(), 0, ["cat", "dog"]) == ["the nearest class is 3.0 times as far as usual"]
    usual = far_from_both() | {"class_distance": 1.24}
    assert ranking.reasons(usual, 0, ["cat", "dog"]) == ["nothing speaks against cat"]
    assert ranking.reasons(usual | {"class_distance": 1.25}, 0, ["cat", "dog"]) == [
        "the nearest class is 1.2 times as far as usual"
    ]


def test_reasons_of_equal_weight_keep_their_order():
    explanation = far_from_both() | {"knn_outlier_ratio": 2.0}
    explanation["factors"] |= {"knn_outlier_ratio": 1 / 9}
    assert ranking.reasons(explanation, 0, ["cat", "dog"]) == [
        "its nearest neighbours are 2.0 times as far as usual",
        "the nearest class is 3.0 times as far as usual",
    ]


def test_the_factors_of_an_explanation_make_up_the_trust_and_distances_can_be_left_out_of_it():
    embeddings, label = ring()
    parts = ranking.parts(label, undecided(label), embeddings)
    factors = ranking.explain(parts, label, 16)["factors"]
    trust = np.prod([factors[name] for name in ("self_confidence", "distance_ratio", "knn_outlier_ratio", "class_distance")])
    assert ranking.combine(parts)[16] == pytest.approx(trust / (1 + trust))
    near = ranking.parts(label, undecided(label), embeddings, far_is_suspect=False)
    factors = ranking.explain(near, label, 16)["factors"]
    assert factors["knn_outlier_ratio"] == factors["class_distance"] == 1
    assert np.isfinite(ranking.combine(near)).all() and ranking.combine(near)[16] > ranking.combine(parts)[16]


def test_the_usual_distance_to_a_class_is_1_and_where_most_have_none_the_mean_is_taken():
    embeddings, label = ring()
    distance = ranking.parts(label, undecided(label), embeddings).class_distance
    assert np.median(distance) == pytest.approx(1) and distance.argmax() == 16
    label = np.zeros(9, dtype=int)
    two_off = np.array([[0.0]] * 7 + [[-1.0], [1.0]])
    distance = ranking.parts(label, undecided(label), two_off).class_distance
    np.testing.assert_allclose(distance, [0] * 7 + [4.5, 4.5], atol=1e-9)
    np.testing.assert_array_equal(ranking.parts(label, undecided(label), np.zeros((9, 1))).class_distance, np.ones(9))


def test_more_dimensions_than_the_covariance_takes_are_projected_with_their_distances_kept():
    rng = np.random.default_rng(1)
    wide, label = rng.normal(size=(40, ranking.MOST_DIMENSIONS + 100)), np.repeat([0, 1], 20)
    projected = ranking._at_most_dimensions(wide)
    assert projected.shape == (40, ranking.MOST_DIMENSIONS)
    assert np.linalg.norm(projected, axis=1) == pytest.approx(np.linalg.norm(wide, axis=1), rel=0.15)
    wide[label == 1] += 3
    wide[5] = wide[25] + 0.01
    assert ranking.label_quality(label, undecided(label), wide).argmin() == 5
    just_fits = wide[:, : ranking.MOST_DIMENSIONS]
    np.testing.assert_array_equal(ranking._at_most_dimensions(just_fits), just_fits)


def test_of_very_many_examples_a_sample_without_repeats_is_compared_with(monkeypatch):
    monkeypatch.setattr(ranking, "MOST_REFERENCES", 40)
    label = np.tile([1, 0], 50)
    idx = ranking._reference_idx(label)
    assert len(set(idx.tolist())) == 40 and (np.diff(label[idx]) >= 0).all()
    assert all((np.diff(idx[label[idx] == one]) > 0).all() for one in (0, 1))
    assert idx.tolist() == ranking._reference_idx(label).tolist()  # the same sample each time
    assert len(ranking._reference_idx(label[:40])) == 40


def test_blocks_of_few_rows_give_the_same_distances(monkeypatch):
    embeddings, label = ring()
    whole = ranking.parts(label, undecided(label), embeddings)
    monkeypatch.setattr(ranking, "BLOCK_CELLS", 3)
    parted = ranking.parts(label, undecided(label), embeddings)
    for name in ("distance_ratio", "knn_outlier_ratio", "class_distance", "neighbour_idx"):
        np.testing.assert_allclose(getattr(parted, name), getattr(whole, name))


def test_classes_that_are_numbers_are_quoted_and_near_certainty_is_no_100_percent():
    explanation = {"self_confidence": 0.001, "margin": -0.998, "rival": 1}
    assert ranking.reasons(explanation, 0, ["1", "3"]) == ["the model gives “1” less than 1 %, but “3” more than 99 %"]
    assert ranking.reasons(explanation, 0, ["cat", "dog"]) == ["the model gives cat less than 1 %, but dog more than 99 %"]
