"""What is trained on, and what is not: features, probabilities in their forms, and the order of the classes."""

import json

import numpy as np
import pytest
from brought_files import CLASSES, GIVEN, array, given_labels, json_lines, opened, probabilities, table

from vizzy import reading
from vizzy.features import measurements
from vizzy.reading import InputFile
from vizzy.reading.formats import read_table
from vizzy.reading.numbers import numbers_of

THOUSANDS = {
    "commas": (["1,234", "999", "12,345,678", "0"], [1234, 999, 12345678, 0]),
    "commas and points": (["1,234.5", "999.25"], [1234.5, 999.25]),
    "one comma beside numbers below 1000": (["1,234", "999"], [1234, 999]),
    "points and decimal commas": (["1.234,5", "999,25", "12"], [1234.5, 999.25, 12]),
    "spaces": (["1 234", "999"], [1234, 999]),
    "apostrophes": (["1'234.5", "999"], [1234.5, 999]),
    "decimal commas": (["1,234", "0,5", "12"], [1.234, 0.5, 12]),
    "decimal commas alone": (["1,234", "2,345"], [1.234, 2.345]),
    "decimal points": (["1.234", "999"], [1.234, 999]),
}


@pytest.mark.parametrize("form", THOUSANDS)
def test_numbers_are_read_with_what_stands_between_thousands(form):
    written, meant = THOUSANDS[form]
    rows = "".join(f"{number};x\n" for number in written * 3)
    found = read_table(InputFile("data.csv", f"income;label\n{rows}".encode()))
    assert numbers_of(found, "income").tolist() == meant * 3
    assert measurements._as_numbers(written, np.zeros(len(written), dtype=bool)).tolist() == meant


N = len(GIVEN)
RANDOM = np.random.default_rng(0)
NUMBERS = RANDOM.normal(size=(N, 4)).round(4)
NAMES = np.array(CLASSES)


def roles(columns, **choices):
    proposal = reading.read([table({"label": GIVEN, **columns})], reading.Choices(**choices))
    return proposal.roles, proposal


ASIDE = {
    "a column that pandas wrote": ("Unnamed: 0", range(N), "a count of the rows"),
    "a count that starts elsewhere": ("number", range(100, 100 + N), "a count of the rows"),
    "an id": ("annotation_id", RANDOM.permutation(N), "an id"),
    "an id of no telling name": ("reference", RANDOM.permutation(10**6)[:N], "an id, since it is different in every row"),
    "a time": ("created", 1_700_000_000 + 37 * RANDOM.permutation(N), "a time"),
    "a lead time": ("lead_time", RANDOM.gamma(2, size=N).round(2), "a time"),
    "who annotated": ("annotator", RANDOM.integers(1, 4, N), "who annotated"),
    "another tool's score": ("suggestion.score", RANDOM.random(N).round(3), "a score of another tool"),
    "a constant": ("version", [3] * N, "the same in every row"),
    "the time that it took": ("seconds_spent", RANDOM.gamma(2, size=N).round(2), "a time"),
    "who labelled": ("labeled_by", RANDOM.integers(1, 4, N), "who annotated"),
    "one probability of three classes": ("prob", RANDOM.random(N).round(3), "a score of another tool"),
}


@pytest.mark.parametrize("kind", ASIDE)
def test_a_column_that_only_looks_like_a_feature_is_left_aside_and_it_is_said(kind):
    column, values, why = ASIDE[kind]
    found, proposal = roles({column: values, "length": NUMBERS[:, 0], "width": NUMBERS[:, 1]})
    assert found[column] in ("ignored", "id")
    assert found["length"] == found["width"] == "measurement"
    if found[column] == "ignored":
        assert any(repr(column) in note and why in note for note in proposal.notes)
    assert any("'length', 'width'" in note for note in proposal.notes)


@pytest.mark.parametrize(
    "names",
    [("emb_0", "emb_1"), ("0", "1", "2", "3"), ("f1", "f2", "f3"), ("PC1", "PC2"), ("dim.0", "dim.1"), ("V1", "V2"),
     ("resnet_0", "resnet_1", "resnet_2")],
    ids=" ".join,
)  # fmt: skip
def test_the_numbers_of_a_vector_are_features_whatever_stands_beside_them(names):
    columns = {name: NUMBERS[:, place] for place, name in enumerate(names)}
    found, _ = roles({"price": NUMBERS[:, 3] * 1000, "annotator": RANDOM.integers(1, 4, N), **columns})
    assert [column for column, role in found.items() if role == "embedding"] == list(names)


def test_numbers_of_different_scales_are_measurements_and_as_embeddings_they_are_scaled():
    columns = {"age": 30 + 10 * NUMBERS[:, 0], "income": 1e5 * NUMBERS[:, 1]}
    found, proposal = roles(columns)
    assert found["age"] == found["income"] == "measurement"
    assert proposal.problem is None
    _, chosen = roles(columns, roles={"age": "embedding", "income": "embedding"})
    np.testing.assert_allclose(chosen.make().dataset.embeddings.std(axis=0), 1)


# --- probabilities in their forms ---------------------------------------------------------------------------

PROBS = probabilities()
LOGITS = np.log(PROBS) * 2 + 5


def columns_of(values, names):
    return {name: values[:, place] for place, name in enumerate(names)}


def assert_same(one, values=PROBS):
    in_order = [one.dataset.classes.index(name) for name in CLASSES]
    np.testing.assert_allclose(one.dataset.pred_probs[:, in_order], values, atol=1e-9)


def test_columns_that_sum_to_one_are_probabilities_whatever_their_names():
    one = opened(table({"label": GIVEN, **columns_of(PROBS, ("0", "1", "2"))}))
    assert_same(one)
    assert any("'cat', 'dog', 'fox', in this order" in note for note in one.notes)
    assert_same(opened(table({"price": range(N), "label": GIVEN, **columns_of(PROBS, ("first", "second", "third"))})))


def test_columns_are_of_the_classes_that_they_name_in_any_order():
    shuffled = PROBS[:, [2, 0, 1]]
    assert_same(opened(table({"label": GIVEN, **columns_of(shuffled, ("p_fox", "p_cat", "p_dog"))})))


@pytest.mark.parametrize("prefix", ["p_", ""])
def test_classes_and_columns_named_by_the_same_numbers_belong_together_however_they_are_spelled(prefix):
    given = [f"{CLASSES.index(label)}.0" for label in GIVEN]
    one = opened(table({"label": given, **columns_of(PROBS, (f"{prefix}0.0", f"{prefix}1.0", f"{prefix}2.0"))}))
    np.testing.assert_allclose(one.dataset.pred_probs, PROBS)
    zeros = [f"{CLASSES.index(label):02d}" for label in GIVEN]
    one = opened(table({"label": zeros, **columns_of(PROBS, ("p_00", "p_01", "p_02"))}))
    assert one.dataset.classes == ("00", "01", "02")


PAIRS = [{str(name): float(value) for name, value in zip(CLASSES, row, strict=True)} for row in PROBS]
SCORES = {
    "objects": PAIRS,
    "a list of label and score": [[{"label": name, "score": value} for name, value in row.items()] for row in PAIRS],
    "that list within a list": [[[{"label": name, "score": value} for name, value in row.items()]] for row in PAIRS],
    "a list of pairs": [[[name, value] for name, value in row.items()] for row in PAIRS],
    "a list of pairs, the score first": [[[value, name] for name, value in row.items()] for row in PAIRS],
    "a list of class and probability": [[{"class": name, "probability": value} for name, value in row.items()] for row in PAIRS],
    "a list of name and confidence": [[{"name": name, "confidence": value} for name, value in row.items()] for row in PAIRS],
    "labels and scores apart": [{"labels": list(row), "scores": list(row.values())} for row in PAIRS],
    "per cent signs": [{name: f"{100 * value:.4f}%" for name, value in row.items()} for row in PAIRS],
}


@pytest.mark.parametrize("form", SCORES)
@pytest.mark.parametrize("column", ["scores", "prediction"])
def test_scores_by_label_are_probabilities(form, column):
    records = [{"label": label, column: scores} for label, scores in zip(GIVEN, SCORES[form], strict=True)]
    assert_same(opened(json_lines(records)))
    for written in (json.dumps, str):
        as_text = [{"label": record["label"], column: written(record[column])} for record in records]
        assert_same(opened(json_lines(as_text)))


@pytest.mark.parametrize("column", ["result", "classification", "all_scores", "model_output"])
def test_a_list_of_scores_by_label_is_of_probabilities_whatever_its_column_is_called(column):
    lists = SCORES["a list of label and score"]
    assert_same(opened(json_lines([{"label": label, column: scores} for label, scores in zip(GIVEN, lists, strict=True)])))


def test_scores_by_the_number_of_the_class_are_of_the_classes_of_these_numbers():
    records = [
        {"label": CLASSES.index(label), "prediction": [{"label": f"LABEL_{place}", "score": value} for place, value in enumerate(row)]}
        for label, row in zip(GIVEN, PROBS.tolist(), strict=True)
    ]
    one = opened(json_lines(records))
    assert one.dataset.classes == ("0", "1", "2")
    np.testing.assert_allclose(one.dataset.pred_probs, PROBS)


@pytest.mark.parametrize(
    "name",
    ["confidence_{}", "{}_confidence", "{} (prob)", "prediction.{}", "class_{}_prob", "p{}", "{}%", "scores.{}", 'Class "{}"'],
)
def test_columns_are_of_the_classes_within_their_names_in_any_order(name):
    names = [name.format(CLASSES[place]) for place in (2, 0, 1)]
    assert_same(opened(json_lines(
        [{"label": label, **dict(zip(names, row, strict=True))} for label, row in zip(GIVEN, PROBS[:, [2, 0, 1]].tolist(), strict=True)]
    )))  # fmt: skip


def test_columns_for_0_and_1_are_of_false_and_true():
    given = np.array([label == "cat" for label in GIVEN])
    share = np.where(given, 0.9, 0.2)
    one = opened(table({"label": given, "p_1": share, "p_0": 1 - share}))
    np.testing.assert_allclose(one.dataset.pred_probs[:, one.dataset.classes.index("True")], share)


@pytest.mark.parametrize("name", ["scores.npy", "outputs.npy", "decision_function.npy", "raw_scores.npy"])
def test_scores_of_each_class_are_no_embeddings(name):
    one = opened(table({"label": GIVEN}), array(LOGITS - 7, name))
    assert_same(one, softmax(LOGITS))
    wide = np.random.default_rng(0).normal(size=(N, 8))
    assert opened(table({"label": GIVEN}), array(wide, name)).dataset.embeddings is not None


def test_logits_that_lie_between_0_and_1_are_such_by_their_name():
    one = opened(table({"label": GIVEN}), array(PROBS * 0.5 + 0.4, "logits.npy"))
    assert_same(one, softmax(PROBS * 0.5 + 0.4))


@pytest.mark.parametrize(
    "name", ["probability", "p", "p1", "prob_1", "positive_probability", "y_score", "y_pred_proba", "confidence_yes", "yes"]
)
def test_one_column_with_the_probability_of_one_of_two_classes_is_known_by_its_name(name):
    given = np.array([label == "cat" for label in GIVEN])
    share = np.where(given, 0.9, 0.2)
    one = opened(table({"id": range(N), "label": np.where(given, "yes", "no"), name: share}))
    np.testing.assert_allclose(one.dataset.pred_probs, np.column_stack([1 - share, share]))
    assert any("that of 'yes'" in note for note in one.notes)


def test_one_percentage_and_one_score_of_two_classes_are_brought_to_probabilities_and_it_is_said():
    given = np.array([int(label == "cat") for label in GIVEN])
    one = opened(table({"label": given, "prob": np.where(given == 1, 90.0, 20.0)}))
    np.testing.assert_allclose(one.dataset.pred_probs[:, 1], np.where(given == 1, 0.9, 0.2))
    assert any("percentages" in note for note in one.notes)
    one = opened(table({"label": given, "logit": np.where(given == 1, 2.0, -1.0)}))
    np.testing.assert_allclose(one.dataset.pred_probs[:, 1], 1 / (1 + np.exp(-np.where(given == 1, 2.0, -1.0))))
    assert any("logistic function" in note for note in one.notes)


def test_numbers_separated_by_spaces_in_one_cell_are_a_vector_and_lists_of_many_lengths_are_none():
    vectors = RANDOM.normal(size=(N, 9)).round(3)
    one = opened(table({"label": GIVEN, "embedding": [" ".join(map(str, row)) for row in vectors]}))
    np.testing.assert_allclose(one.dataset.embeddings, vectors)
    words = [list(range(3 + row % 4)) for row in range(N)]
    records = [{"label": label, "text": f"a text of some words {row}", "input_ids": words[row]} for row, label in enumerate(GIVEN)]
    assert reading.read([json_lines(records)]).roles["input_ids"] == "ignored"


def test_whole_percentages_and_decimals_that_were_cut_off_are_rounding():
    random = np.random.default_rng(1)
    names = tuple(f"c{number:02d}" for number in range(60))
    given = [names[row % 60] for row in range(300)]
    values = random.dirichlet(np.full(60, 0.3), size=300)
    for written in (np.round(100 * values).astype(int), np.floor(1000 * values) / 1000):
        one = opened(table({"label": given, **columns_of(written, [f"p_{name}" for name in names])}))
        np.testing.assert_allclose(one.dataset.pred_probs.sum(axis=1), 1)
        np.testing.assert_allclose(one.dataset.pred_probs, values, atol=0.2)


def test_per_cent_signs_and_percentages_are_shares_and_it_is_said():
    signed = {name: [f"{100 * value:.4f}%" for value in PROBS[:, place]] for place, name in enumerate(CLASSES)}
    one = opened(table({"label": GIVEN, **signed}))
    assert_same(one)
    assert any("per cent" in note for note in one.notes)
    one = opened(table({"label": GIVEN, **columns_of(100 * PROBS, CLASSES)}))
    assert_same(one)
    assert any("percentages" in note for note in one.notes)


def softmax(values):
    powers = np.exp(values)
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("name", ["logits.npy", "pred_probs.npy"])
def test_logits_are_recognised_and_it_is_said(name):
    one = opened(table({"label": GIVEN}), array(LOGITS - 7, name))
    assert_same(one, softmax(LOGITS))
    assert any("logits" in note and "softmax" in note for note in one.notes)


def test_logits_in_columns_and_logarithms_are_recognised():
    assert_same(opened(table({"label": GIVEN, **columns_of(LOGITS, [f"logit_{name}" for name in CLASSES])})), softmax(LOGITS))
    assert_same(opened(table({"label": GIVEN, **columns_of(np.log(PROBS), [f"p_{name}" for name in CLASSES])})))


def test_one_value_that_is_no_probability_is_refused_and_not_taken_for_logits():
    values = PROBS.copy()
    values[3, 1] = -0.5
    with pytest.raises(reading.ReadingError, match=r"row 3 .*-0.5"):
        opened(table({"label": GIVEN}), array(values))


@pytest.mark.parametrize("shape", [(N,), (N, 1)])
def test_one_probability_of_two_classes_gives_two(shape):
    given = np.array([int(label == "cat") for label in GIVEN])
    share = np.where(given == 1, 0.9, 0.2)
    one = opened(array(given, "labels.npy"), array(share.reshape(shape)))
    np.testing.assert_allclose(one.dataset.pred_probs, np.column_stack([1 - share, share]))
    assert any("that of '1'" in note for note in one.notes)
    one = opened(table({"label": given, "prob": share}))
    np.testing.assert_allclose(one.dataset.pred_probs[:, 1], share)
    named = np.where(given == 1, "spam", "ham")
    one = opened(table({"label": named, "p_ham": 1 - share}))
    np.testing.assert_allclose(one.dataset.pred_probs[:, one.dataset.classes.index("spam")], share)


def test_rounded_probabilities_are_scaled_with_a_note_and_those_with_a_missing_class_are_refused():
    random = np.random.default_rng(1)
    names = tuple(f"c{number:02d}" for number in range(60))
    given = [names[row % 60] for row in range(300)]
    values = random.dirichlet(np.full(60, 0.3), size=300)
    one = opened(table({"label": given, **columns_of(values.round(2), [f"p_{name}" for name in names])}))
    np.testing.assert_allclose(one.dataset.pred_probs.sum(axis=1), 1)
    assert any("rounded to 2 decimals" in note for note in one.notes)
    with pytest.raises(reading.ReadingError, match="sum to"):
        opened(table({"label": GIVEN}), array((0.9 * PROBS).round(2)))


def test_values_a_little_above_one_are_rounding():
    values = np.where(PROBS == 0.9, 1.00001, 0.000005)
    np.testing.assert_allclose(opened(table({"label": GIVEN}), array(values)).dataset.pred_probs.sum(axis=1), 1)


# --- the order of the classes --------------------------------------------------------------------------------------


def test_predictions_that_agree_with_hardly_any_label_are_said_and_the_order_that_would_fit_is_offered():
    given = [row % 12 for row in range(120)]
    as_text = sorted(range(12), key=str)
    values = probabilities(given, tuple(range(12)))[:, as_text]
    one = opened(array(np.array(given), "labels.npy"), array(values))
    warning = next(note for note in one.notes if "agree with only" in note)
    assert "--class '0' --class '1' --class '10'" in warning
    right = opened(array(np.array(given), "labels.npy"), array(values), classes=tuple(map(str, as_text)))
    assert not any("agree with only" in note for note in right.notes)
    assert (right.dataset.pred_probs.argmax(axis=1) == right.dataset.given_label).all()


def test_a_label_whose_column_is_missing_is_named():
    given = np.arange(27).repeat(4)
    with pytest.raises(reading.ReadingError, match=r"26 classes, 0 to 25, but rows are labelled '26'"):
        opened(array(given, "labels.npy"), array(probabilities(given.clip(0, 25), tuple(range(26)))))


def test_a_class_with_a_comma_in_its_name_can_be_put_in_order():
    names = ("Health, Wellness", "Food", "Art")
    given = [names[row % 3] for row in range(30)]
    quoted = [f'"{name}"' for name in given]
    one = opened(table({"label": quoted}), array(probabilities(given, names)), classes=names)
    assert given_labels(one) == given
    assert (one.dataset.pred_probs.argmax(axis=1) == one.dataset.given_label).all()


def test_labels_from_an_array_are_at_rows_and_not_at_lines():
    one = opened(array(np.array([0, 1, 2] * 10), "labels.npy"), array(PROBS))
    assert one.table.place(4) == "labels.csv row 5"


def test_a_list_of_words_beside_the_label_is_left_aside_and_it_is_said():
    records = [{"label": label, "tokens": ["a", "b"], "emb_0": row, "emb_1": row % 5} for row, label in enumerate(GIVEN)]
    one = opened(json_lines(records))
    assert one.dataset.embeddings.shape == (N, 2)
    assert any("'tokens' (lists of words)" in note for note in one.notes)


# --- numbers in the forms in which programs write them ----------------------------------------------------------------

VECTORS = np.random.default_rng(3).normal(size=(30, 9)).round(3)
PRINTED_VECTORS = {
    "PyTorch": lambda row: f"tensor([{', '.join(map(str, row))}])",
    "PyTorch, on another device": lambda row: f"tensor([{', '.join(map(str, row))}], device='cuda:0')",
    "numpy": lambda row: f"array([{', '.join(map(str, row))}], dtype=float32)",
    "bars": lambda row: "|".join(map(str, row)),
    "semicolons": lambda row: ";".join(map(str, row)),
    "PostgreSQL": lambda row: "{" + ",".join(map(str, row)) + "}",
    "pgvector": lambda row: "[" + ",".join(map(str, row)) + "]",
}


@pytest.mark.parametrize("program", PRINTED_VECTORS)
def test_a_vector_in_a_cell_is_read_as_programs_print_it(program):
    rows = "".join(f'{label},"{PRINTED_VECTORS[program](row.tolist())}"\n' for label, row in zip(GIVEN, VECTORS, strict=True))
    one = opened(InputFile("data.csv", f"label,embedding\n{rows}".encode()))
    np.testing.assert_allclose(one.dataset.embeddings, VECTORS)


@pytest.mark.parametrize("change", [lambda p: p * 100, np.log], ids=["percentages", "logarithms"])
def test_percentages_and_logarithms_in_columns_with_the_classes_in_their_names_are_probabilities(change):
    values = change(probabilities())
    one = opened(table({"label": GIVEN, **{f"value of {name} (%)": values[:, place] for place, name in enumerate(CLASSES)}}))
    np.testing.assert_allclose(one.dataset.pred_probs, probabilities())


@pytest.mark.parametrize("stem", ["label_", "is_", ""])
def test_columns_of_0_and_1_that_repeat_the_label_are_no_predictions_and_no_features(stem):
    again = {f"{stem}{name}": [int(label == name) for label in GIVEN] for name in CLASSES}
    one = opened(table({"label": GIVEN, **again, "width": [row % 7 + 0.5 for row in range(30)]}))
    assert one.dataset.pred_probs is None
    assert list(one.raw.columns) == ["width"]
    assert sum(note.count("the label in other words") for note in one.notes) == 3
    certain = opened(table({"label": GIVEN, **{f"p_{name}": again[f"{stem}{name}"] for name in CLASSES}}))
    assert certain.dataset.pred_probs.shape == (30, 3)


def test_one_score_a_row_of_two_classes_goes_through_the_logistic_function():
    given = np.array([-1, 1] * 15)
    one = opened(array(given, "y.npy"), array(given * 2.0 + 0.5, "decision_function.npy"))
    assert one.dataset.classes == ("-1", "1")
    np.testing.assert_allclose(one.dataset.pred_probs[0, 1], 1 / (1 + np.exp(1.5)))
