"""Labels in the forms in which people and tools write them: what is one label, what is none, and what is a class."""

import io
import json
import unicodedata

import numpy as np
import pytest

from brought_files import CLASSES, GIVEN, array, given_labels, json_lines, opened, probabilities, table

from vizzy.reading import Choices, InputFile, ReadingError, read
from vizzy.reading.label_cells import labels_of_cell
from vizzy.reading.label_checks import check_classes
from vizzy.reading.label_cleaning import cleaned
from vizzy.reading.labels import ordered
from vizzy.reading.probability_classes import fitting_order
from vizzy.reading.safe_json import parse_value

# --- a label's spelling --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "labels",
    [("01", "1", "10"), ("2_1", "21", "3"), ("1e3", "1000", "7"), ("123456789012345678", "123456789012345679", "1")],
    ids=["leading zeros", "an underscore", "an exponent", "18 digits"],
)
def test_labels_that_are_spelled_differently_are_different_classes_and_come_back_as_they_were(labels):
    given = [labels[row % 3] for row in range(30)]
    one = opened(table({"label": given}), array(probabilities(given, ordered(labels))))
    assert given_labels(one) == given


def test_only_where_1_0_stands_beside_1_are_they_one_class():
    assert set(cleaned(["1.0", "1", "2"])[0]) == {"1", "2"}
    assert set(cleaned(["0.0", "1.0", "2.0"])[0]) == {"0.0", "1.0", "2.0"}


def test_unicode_forms_that_look_the_same_are_one_class_and_it_is_said():
    decomposed = unicodedata.normalize("NFD", "café")
    labels, notes, _ = cleaned(["café", decomposed, "thé"])
    assert labels[0] == labels[1] == "café"
    assert "Unicode" in notes[0]


def test_labels_that_are_bytes_are_the_text_that_they_encode():
    one = opened(array(np.array([label.encode() for label in GIVEN]), "labels.npy"), array(probabilities()))
    assert given_labels(one) == GIVEN
    assert set(cleaned(["b'cat'", "b'dog'"])[0]) == {"cat", "dog"}
    assert set(cleaned(["np.str_('cat')", "np.bytes_(b'dog')"])[0]) == {"cat", "dog"}


def test_what_cannot_be_seen_at_a_labels_edges_and_quotation_marks_around_all_are_no_part_of_them():
    assert set(cleaned(["\u200bcat", "cat\u00a0", "cat\ufeff", "dog"])[0]) == {"cat", "dog"}
    assert set(cleaned(['"cat"', '"dog"'])[0]) == {"cat", "dog"}
    assert set(cleaned(['"cat"', "dog"])[0]) == {'"cat"', "dog"}


def test_labels_that_are_bytes_of_an_old_encoding_are_read_in_it():
    given = [label.replace("o", "ö") for label in GIVEN]
    one = opened(array(np.array([label.encode("cp1252") for label in given]), "labels.npy"), array(probabilities()))
    assert given_labels(one) == given


# --- what means that there is no label ---------------------------------------------------------------


@pytest.mark.parametrize("name", ["NA", "None", "null"])
def test_a_class_that_is_called_like_nothing_is_a_class_if_the_predictions_name_it(name):
    given = [("EU", name, "SA")[row % 3] for row in range(30)]
    columns = {f"p_{one}": probabilities(given, ("EU", name, "SA"))[:, place] for place, one in enumerate(("EU", name, "SA"))}
    one = opened(table({"label": given, **columns}))
    assert given_labels(one) == given
    assert any(repr(name) in note for note in one.notes)


def test_a_frequent_na_is_a_class_and_a_rare_one_is_not_unless_it_is_chosen():
    frequent = ["a", "b", "NA"] * 10
    assert cleaned(frequent)[0] == frequent
    rare = ["a", "b"] * 20 + ["NA"]
    assert cleaned(rare)[0][-1] == ""
    assert cleaned(rare, kept=["NA"])[0][-1] == "NA"
    assert cleaned(frequent, unlabelled=["NA"])[0][2] == ""


def test_json_null_is_no_label_though_the_text_none_may_be_a_class():
    records = [{"label": label, "x": row, "y": row % 7} for row, label in enumerate(["None", "a", "b"] * 10)]
    records[4]["label"] = None
    one = opened(json_lines(records), leave_out_unlabelled=True, roles={"x": "embedding", "y": "embedding"})
    assert len(one.dataset) == 29
    assert "None" in one.dataset.classes


def test_minus_one_among_class_numbers_means_no_label_and_its_rows_are_left_out():
    given = [row % 3 for row in range(30)]
    given[4] = given[9] = -1
    one = opened(array(np.array(given), "labels.npy"), array(probabilities([max(0, label) for label in given], (0, 1, 2))))
    assert one.dataset.classes == ("0", "1", "2")
    assert len(one.dataset) == 28
    assert any("'-1'" in note and "2 rows" in note for note in one.notes)


@pytest.mark.parametrize("sign", ["-100", "-999", "Unlabeled", "NO LABEL", "not labeled", "todo", "skip", "unknown", "?", "--", "NULL"])
def test_a_rare_sign_that_means_no_label_is_none_however_it_is_spelled_and_it_is_said(sign):
    given = [sign if row in (4, 9) else label for row, label in enumerate(GIVEN)]
    one = opened(table({"label": given}), array(probabilities()), leave_out_unlabelled=True)
    assert given_labels(one) == [label for row, label in enumerate(GIVEN) if row not in (4, 9)]
    assert any(repr(sign) in note and "2 rows" in note for note in one.notes)


@pytest.mark.parametrize("sign", ["-", "NA", "unknown", "unlabeled"])
def test_a_rare_sign_is_a_class_where_there_are_predictions_for_as_many_classes(sign):
    given = [sign if row in (4, 9) else label for row, label in enumerate(GIVEN)]
    one = opened(table({"label": given}), array(probabilities(given, ordered(set(given)))))
    assert given_labels(one) == given
    records = [
        {"label": label, "scores": dict(zip(ordered(set(given)), map(float, values), strict=True))}
        for label, values in zip(given, probabilities(given, ordered(set(given))), strict=True)
    ]
    assert given_labels(opened(json_lines(records))) == given


def test_minus_one_is_a_class_where_it_is_as_frequent_as_one():
    assert set(cleaned(["-1", "1"] * 10)[0]) == {"-1", "1"}
    assert set(cleaned(["-1", "0", "1"] * 10)[0]) == {"-1", "0", "1"}


@pytest.mark.parametrize("sign", ["99999", "-999", "999", "-1", "-99999.0", "-100"])
@pytest.mark.parametrize("every", [2, 30], ids=["often", "once"])
def test_a_number_that_stands_for_no_label_among_words_is_none_however_often_and_can_be_kept(sign, every):
    given = [sign if row % every == 0 else label for row, label in enumerate(GIVEN)]
    words = [label for row, label in enumerate(GIVEN) if row % every]
    beside = (table({"label": given}), array(np.random.default_rng(0).normal(size=(30, 4)), "embeddings.npy"))
    one = opened(*beside)
    assert given_labels(one) == words
    assert any(repr(sign) in note and "no label" in note and "kept" in note for note in one.notes)
    assert read(beside).summary()["doubtful_labels"] == [{"text": sign, "rows": given.count(sign), "is_class": False}]
    assert given_labels(opened(*beside, kept_labels=(sign,))) == given


@pytest.mark.parametrize("sign", ["99", "-999", "99999", "255"])
def test_a_number_far_beyond_the_classes_means_no_label_unless_predictions_are_for_as_many(sign):
    given = [sign if row % 4 == 3 else str(row % 4) for row in range(40)]
    kept = [label for label in given if label != sign]
    one = opened(table({"label": given}), array(np.eye(3)[[int(label) if label != sign else 0 for label in given]]))
    assert given_labels(one) == kept
    assert one.dataset.classes == ("0", "1", "2")
    of_four = opened(table({"label": given}), array(probabilities(given, ordered(set(given)))))
    assert given_labels(of_four) == given


def test_numbers_that_are_not_far_beyond_the_others_are_classes():
    assert set(cleaned(["990", "995", "999"] * 10)[0]) == {"990", "995", "999"}
    assert set(cleaned([str(number) for number in range(256)] * 5)[0]) == {str(number) for number in range(256)}
    assert set(cleaned(["10115", "20095", "99999"] * 10)[0]) == {"10115", "20095", "99999"}


def test_255_in_an_array_of_class_numbers_means_ignore_and_its_rows_are_left_out():
    given = np.array([0, 1, 2, 255] * 10, dtype=np.uint8)
    one = opened(array(given, "labels.npy"), array(np.eye(3)[np.where(given == 255, 0, given)]))
    assert given_labels(one) == ["0", "1", "2"] * 10
    assert any("'255' in 10 rows" in note and "no label" in note for note in one.notes)


def test_the_only_number_among_words_is_a_class_with_a_question():
    given = ["0" if row % 5 == 0 else label for row, label in enumerate(GIVEN)]
    beside = (table({"label": given}), array(np.random.default_rng(0).normal(size=(30, 4)), "embeddings.npy"))
    one = opened(*beside)
    assert given_labels(one) == given
    assert any("'0' in 6 rows is the only number" in note for note in one.notes)
    assert given_labels(opened(*beside, no_labels=("0",))) == [label for label in given if label != "0"]
    assert cleaned(given, known_classes=ordered(set(given)))[1] == []


# --- labels that are more than a text ------------------------------------------------------------------

FORMS = {
    "Ground Truth": lambda label: {"source-ref": "s3://x", "job": 3, "job-metadata": {"class-name": label, "confidence": 0.9}},
    "Labelbox": lambda label: {
        "projects": {"p": {"labels": [{"annotations": {"objects": [], "classifications": [{"name": "kind", "radio_answer": {"name": label}}]}}]}}
    },
    "an object with one text": lambda label: {"Label": json.dumps({"kind": label})},
    "doccano": lambda label: {"text": "t", "label": [label]},
    "spaCy": lambda label: {"text": "t", "cats": {name: int(name == label) for name in CLASSES}},
    "Prodigy": lambda label: {"text": "t", "accept": [label], "answer": "accept"},
    "Label Studio": lambda label: {
        "annotations": [{"result": [{"type": "choices", "value": {"choices": [label]}}], "was_cancelled": False}],
        "data": {"text": "t"},
    },
    "Label Studio, short": lambda label: {"text": "t", "sentiment": label, "annotator": 1, "lead_time": 3.5},
    "Argilla": lambda label: {"text": "t", "label.responses": [label], "label.suggestion.score": 0.5},
    "Argilla, nested": lambda label: {"fields": {"text": "t"}, "responses": {"label": [{"value": label, "user_id": "u"}]}},
    "Argilla, a list of responses": lambda label: {
        "fields": {"text": "t"},
        "responses": [{"user_id": "u", "status": "submitted", "values": {"topic": {"value": label}}}],
    },
    "Argilla, a discarded response": lambda label: {
        "text": "t",
        "topic.responses": ["wolf", label],
        "topic.responses.status": ["discarded", "submitted"],
    },
    "Label Studio, an early version": lambda label: {"completions": [{"result": [{"value": {"choices": [label]}}]}], "data": {}},
    "Label Studio, stars and a comment beside": lambda label: {
        "annotations": [
            {
                "result": [
                    {"type": "choices", "value": {"choices": [label]}},
                    {"type": "rating", "value": {"rating": 4}},
                    {"type": "textarea", "value": {"text": ["a comment"]}},
                ]
            }
        ],
        "predictions": [],
    },
    "Python, a list": lambda label: {"text": "t", "label": str([label])},
    "Python, a tuple": lambda label: {"text": "t", "label": str((label,))},
    "Python, a set": lambda label: {"text": "t", "label": str({label})},
    "spaCy, printed": lambda label: {"text": "t", "cats": str({name: int(name == label) for name in CLASSES})},
    "spaCy, as a text": lambda label: {"text": "t", "cats": json.dumps({name: name == label for name in CLASSES})},
}


@pytest.mark.parametrize("tool", FORMS)
def test_the_labels_of_an_annotation_tool_are_read(tool):
    one = opened(json_lines([FORMS[tool](label) for label in GIVEN]), array(probabilities()))
    assert given_labels(one) == GIVEN


def test_fasttext_lines_are_labels_and_texts():
    lines = "".join(f"__label__{label} some text {row}\n" for row, label in enumerate(GIVEN))
    one = opened(InputFile("train.txt", lines.encode()), array(probabilities()))
    assert given_labels(one) == GIVEN
    assert one.texts[3] == "some text 3"


@pytest.mark.parametrize(
    "yes, no", [("1", "0"), ("True", "False"), ("1.0", "0.0"), ("yes", "no"), ("Y", "N"), ("x", ""), ("t", "f")]
)
def test_a_column_of_yes_and_no_for_each_class_is_the_label(yes, no):
    columns = {"file": [f"{row}.jpg" for row in range(30)]}
    columns |= {name: [yes if label == name else no for label in GIVEN] for name in CLASSES}
    one = opened(table(columns), array(probabilities()))
    assert given_labels(one) == GIVEN
    assert any("one column a class" in note for note in one.notes)


def test_a_flag_beside_the_columns_of_yes_and_no_is_no_class():
    columns = {"is_valid": [row % 2 for row in range(30)], **{name: [int(name == label) for label in GIVEN] for name in CLASSES}}
    assert given_labels(opened(table(columns), array(probabilities()))) == GIVEN


def test_columns_that_pandas_made_of_the_labels_are_called_like_the_classes_without_the_prefix():
    columns = {f"species_{name}": [int(name == label) for label in GIVEN] for name in CLASSES}
    assert given_labels(opened(table(columns), array(probabilities()))) == GIVEN


def test_probabilities_beside_columns_of_yes_and_no_are_in_the_order_of_those_columns_and_it_is_said():
    order = ("fox", "cat", "dog")
    one = opened(table({name: [int(name == label) for label in GIVEN] for name in order}), array(probabilities(GIVEN, order)))
    assert given_labels(one) == GIVEN
    assert (one.dataset.pred_probs.argmax(axis=1) == one.dataset.given_label).all()


@pytest.mark.parametrize("name", ["y_train.npy", "ground_truth.npy", "gt.npy", "labels_onehot.npy", "train_labels.npy"])
def test_an_array_with_a_usual_name_for_labels_holds_them(name):
    given = [CLASSES.index(label) for label in GIVEN]
    for values in (np.eye(3, dtype=int)[given], np.array(given), np.array(given)[None], np.array(given)[:, None]):
        one = opened(array(values, name), array(probabilities()), classes=CLASSES)
        assert given_labels(one) == GIVEN


SHARES = probabilities() * 0.6 + 0.4 / 3
SHARES[4] = [0.5, 0.5, 0.0]  # of equals the first counts
HARDENED = ["cat" if row == 4 else label for row, label in enumerate(GIVEN)]
SHARE_COLUMNS = {f"label_{name}": SHARES[:, place] for place, name in enumerate(CLASSES)}
SOFT_LABELS = {
    "columns": lambda: [table(SHARE_COLUMNS), array(probabilities())],
    "columns named at their end": lambda: [
        table({f"{name} votes": (SHARES[:, place] * 30).round().astype(int) for place, name in enumerate(CLASSES)}),
        array(probabilities()),
    ],
    "columns named like the classes": lambda: [
        table({name: SHARES[:, place] for place, name in enumerate(CLASSES)}),
        array(probabilities()),
    ],
    "columns beside those of predictions": lambda: [
        table({**SHARE_COLUMNS, **{f"p_{name}": probabilities()[:, place] for place, name in enumerate(CLASSES)}})
    ],
    "objects": lambda: [
        json_lines([{"text": "t", "label": dict(zip(CLASSES, row.tolist(), strict=True))} for row in SHARES]),
        array(probabilities()),
    ],
    "lists": lambda: [json_lines([{"text": "t", "label": row.tolist()} for row in SHARES]), array(probabilities())],
    "an array": lambda: [array(SHARES, "soft_labels.npy"), array(probabilities())],
}


@pytest.mark.parametrize("form", SOFT_LABELS)
def test_of_a_probability_for_each_class_as_the_label_the_largest_is_taken_and_it_is_said(form):
    names = dict(zip("012", CLASSES, strict=True))
    one = opened(*SOFT_LABELS[form]())
    assert [names.get(label, label) for label in given_labels(one)] == HARDENED
    assert np.allclose(one.dataset.pred_probs, probabilities())
    assert any("largest is taken" in note for note in one.notes)
    assert "In 1 row several shares are equally large: the first of them was taken." in one.notes


@pytest.mark.parametrize("stem", ["soft", "votes", "annotators"])
def test_what_people_said_of_each_class_is_no_feature_beside_the_label(stem):
    beside = {f"{stem}_{name}": SHARES[:, place] for place, name in enumerate(CLASSES)}
    measured = {"age": [20 + row % 7 for row in range(30)], "weight": [0.5 + row % 11 for row in range(30)]}
    one = opened(table({"label": GIVEN, **beside, **measured}))
    assert list(one.raw.columns) == ["age", "weight"]
    assert any("what people said" in note for note in one.notes)


def test_numbers_called_labels_that_a_classifier_gives_stay_predictions_beside_a_label():
    given = [row % 2 for row in range(30)]
    one = opened(table({"label": given, "LABEL_0": [1 - 0.9 * one for one in given], "LABEL_1": [0.9 * one for one in given]}))
    assert one.dataset.pred_probs.shape == (30, 2)


def test_an_array_called_labels_that_can_be_none_is_named_with_its_shape():
    with pytest.raises(ReadingError, match=r"labels.npy has the shape \(30, 3\), but labels are one value a row"):
        opened(array(3 * probabilities(), "labels.npy"), array(probabilities()))


def test_a_one_hot_array_is_the_label():
    one_hot = np.eye(3)[[CLASSES.index(label) for label in GIVEN]]
    one = opened(array(one_hot, "labels.npy"), array(probabilities()), classes=CLASSES)
    assert given_labels(one) == GIVEN


@pytest.mark.parametrize("letters", ["<U1", "S1", "<U4"])
def test_a_one_hot_array_of_texts_is_the_label_as_one_of_numbers_is(letters):
    one_hot = np.eye(len(CLASSES), dtype=int)[[CLASSES.index(label) for label in GIVEN]].astype(letters)
    one = opened(array(one_hot, "labels.npy"), array(probabilities()), classes=CLASSES)
    assert given_labels(one) == list(GIVEN)


SEVERAL = {
    "a list": (json_lines([{"label": [label]} for label in GIVEN[:-1]] + [{"label": ["cat", "dog"]}]), "data.jsonl line 30"),
    "columns": (
        table({name: [int(name == label) for label in GIVEN[:-1]] + [int(name != "fox")] for name in CLASSES}),
        "data.csv line 31",
    ),
    "an array": (array(np.array([[1, 0, 0], [1, 1, 0]] * 15), "labels.npy"), "labels.npy row 1"),
}


@pytest.mark.parametrize("form", SEVERAL)
def test_several_labels_in_a_row_get_a_sentence_that_says_where(form):
    file, place = SEVERAL[form]
    with pytest.raises(ReadingError, match=f"{place}.*2 labels.*'cat|{place}.*2 labels.*'0'") as raised:
        opened(file, array(probabilities()))
    assert "not supported" in str(raised.value)


@pytest.mark.parametrize(
    "part",
    [
        {"start": 0, "end": 4, "labels": ["PER"]},
        {"start_offset": 0, "end_offset": 4, "label": "PER"},
        {"x": 1, "y": 2, "width": 3, "height": 4, "rectanglelabels": ["car"]},
        [0, 4, "PER"],
    ],
    ids=["Label Studio", "doccano", "a box", "a list"],
)
def test_a_span_or_a_box_is_no_label_of_the_whole(part):
    with pytest.raises(ValueError, match="no label of the whole"):
        labels_of_cell(part)
    with pytest.raises(ReadingError, match="data.jsonl line 1, column 'label'.*no label of the whole example"):
        opened(json_lines([{"text": "t", "label": [part]} for _ in GIVEN]), array(probabilities()))


# --- many classes ---------------------------------------------------------------------------------------


def test_six_hundred_classes_work_and_a_note_asks_whether_they_are_labels():
    names = tuple(f"c{number:03d}" for number in range(600))
    given = [names[row % 600] for row in range(1200)]
    one = opened(table({"label": given}), array(probabilities(given, names)))
    assert len(one.dataset.classes) == 600
    assert any("600 different values" in note for note in one.notes)


@pytest.mark.parametrize("between", [" ", ";", "|", " / ", "+", "__"])
def test_tags_in_one_cell_are_counted_as_one_class_and_it_is_said(between):
    given = [between.join(("clear", "clear primary", "cloudy primary water")[row % 3].split()) for row in range(30)]
    one = opened(table({"tags": given}), array(probabilities(given, tuple(sorted(set(given))))))
    assert any("each combination is counted as a class" in note for note in one.notes)


def test_a_column_with_few_values_is_taken_for_the_label_where_no_name_says_so_and_it_is_said():
    one = opened(table({"created": [f"2025-01-{row + 1:02d}" for row in range(30)], "topic": GIVEN}), array(probabilities()))
    assert given_labels(one) == GIVEN
    assert "The column 'topic' is taken for the label." in one.notes


# --- values as Python prints them ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["(" * 60 + ")" * 60, "[1-1]", "[" + "-" * 9000 + "1]", "[1" + "+1" * 9000 + "]", "[__import__('os')]", "[cat]", "{1: [}", "cat"],
    ids=["deep", "a difference", "signs", "a long sum", "a call", "a name", "broken", "a word"],
)
def test_of_what_python_prints_only_plain_values_are_read(text):
    with pytest.raises(ValueError):
        parse_value(text)


# --- what the preview offers to choose -------------------------------------------------------------------


def test_what_can_mean_no_label_is_listed_with_what_it_was_taken_for_and_can_be_chosen_otherwise():
    given = ["NA" if row in (4, 9) else label for row, label in enumerate(GIVEN)]
    proposal = read([table({"label": given}), array(np.arange(60.0).reshape(30, 2), "embeddings.npy")], Choices(leave_out_unlabelled=True))
    assert proposal.summary()["doubtful_labels"] == [{"text": "NA", "rows": 2, "is_class": False}]
    kept = proposal.corrected(kept_labels=["NA"]).summary()
    assert kept["doubtful_labels"] == [{"text": "NA", "rows": 2, "is_class": True}]
    assert "NA" in [entry["name"] for entry in kept["classes"]]
    without = proposal.corrected(no_labels=["fox"]).summary()
    assert {"text": "fox", "rows": 10, "is_class": False} in without["doubtful_labels"]


def test_the_order_that_fits_the_predictions_is_offered_and_can_be_chosen():
    order = ("fox", "cat", "dog")
    proposal = read([table({"label": GIVEN}), array(probabilities(GIVEN, order))])
    assert proposal.summary()["fitting_order"] == list(order)
    chosen = proposal.corrected(classes=list(order))
    assert chosen.summary()["fitting_order"] == [] and chosen.summary()["chosen_order"] == list(order)
    one = chosen.make()
    assert (one.dataset.pred_probs.argmax(axis=1) == one.dataset.given_label).all()


def test_where_nothing_says_of_which_class_a_column_is_any_order_can_be_chosen_with_how_many_labels_agree():
    proposal = read([table({"label": GIVEN}), array(probabilities())])
    assert (proposal.summary()["order_is_assumed"], proposal.summary()["agreement"]) == (True, 1.0)
    turned = proposal.corrected(classes=["dog", "cat", "fox"]).summary()
    assert (turned["order_is_assumed"], turned["agreement"]) == (True, pytest.approx(1 / 3))
    assert [entry["name"] for entry in turned["classes"]] == ["dog", "cat", "fox"]


@pytest.mark.parametrize(
    "files",
    [
        [table({"label": GIVEN, **{f"p_{name}": probabilities()[:, place] for place, name in enumerate(CLASSES)}})],
        [table({"label": GIVEN}), array(probabilities()), InputFile("classes.txt", "\n".join(CLASSES).encode())],
        [json_lines([{"label": label, "scores": {"cat": 0.2, "dog": 0.3, "fox": 0.5}} for label in GIVEN])],
    ],
    ids=["columns with names", "a list of classes", "scores by class"],
)
def test_an_order_that_the_files_give_is_not_assumed(files):
    assert read(files).summary()["order_is_assumed"] is False


def test_columns_that_are_numbered_while_labels_are_words_are_in_an_assumed_order():
    numbered = {f"LABEL_{place}": probabilities()[:, place] for place in range(3)}
    assert read([table({"label": GIVEN, **numbered})]).summary()["order_is_assumed"] is True
    assert read([table({"label": [row % 2 for row in range(30)]}), array(np.linspace(0.1, 0.9, 30))]).summary()["order_is_assumed"] is True


def test_a_correction_that_makes_no_difference_to_the_files_does_not_read_them_again():
    proposal = read([table({"label": GIVEN}), array(probabilities())])
    assert proposal.corrected(classes=["dog", "cat", "fox"]).contents is proposal.contents
    assert proposal.corrected(header=False).contents is not proposal.contents


def test_the_order_of_thousands_of_classes_is_found_at_once():
    names = tuple(f"c{number:04d}" for number in range(3000))
    given = [names[row % 3000] for row in range(6000)]
    assert fitting_order(probabilities(given, names[::-1]), np.arange(6000) % 3000, names) == names[::-1]


# --- what annotation tools write beside a label ------------------------------------------------------------


def test_who_gave_a_label_is_no_label():
    records = [{"text": f"text {row}", "annotations": [{"label": label, "user": 1}]} for row, label in enumerate(GIVEN)]
    assert given_labels(opened(json_lines(records), array(probabilities()))) == GIVEN


def test_prodigys_answers_on_one_label_are_two_classes_and_it_is_said_and_no_feature():
    answers = ["accept" if row % 2 else "reject" for row in range(30)]
    records = [{"text": f"text {row}", "label": "SPORT", "answer": answer} for row, answer in enumerate(answers)]
    one = opened(json_lines([*records, {"text": "t", "label": "SPORT", "answer": "ignore"}]), leave_out_unlabelled=True)
    assert given_labels(one) == ["SPORT" if answer == "accept" else "not SPORT" for answer in answers]
    assert not one.raw.columns
    assert any("rejected, the class is 'not SPORT'" in note for note in one.notes)


def test_label_studios_tasks_of_images_name_them():
    tasks = [
        {
            "id": row,
            "annotations": [{"completed_by": 1, "result": [{"type": "choices", "value": {"choices": [label]}}]}],
            "data": {"image": f"/data/upload/3/{row}.jpg", "note": "n"},
        }
        for row, label in enumerate(GIVEN)
    ]
    images = [InputFile(f"export/{row}.jpg", b"") for row in range(30)]
    proposal = read([InputFile("project.json", json.dumps(tasks).encode()), *images])
    assert proposal.images_to_embed == tuple(image.name for image in images)


def test_a_gold_label_is_the_label_where_there_is_no_other():
    records = [{"gold_label": label, "sentence1": f"this is a sentence no {row}"} for row, label in enumerate(GIVEN)]
    assert given_labels(opened(json_lines(records))) == GIVEN
    both = [{**record, "label": GIVEN[0] if row == 1 else record["gold_label"]} for row, record in enumerate(records)]
    one = opened(json_lines(both))
    assert given_labels(one)[1] == "cat" and one.dataset.true_label is not None


def test_two_numbers_in_a_list_are_no_embedding_unless_they_are_called_one():
    records = [{"label": label, "helpful": [row, 3], "text": f"this is a review no {row}"} for row, label in enumerate(GIVEN)]
    assert opened(json_lines(records)).dataset.embeddings is None
    named = [{"label": record["label"], "umap": record["helpful"]} for record in records]
    assert opened(json_lines(named)).dataset.embeddings.shape == (30, 2)


def test_a_word_of_a_class_that_is_a_class_of_its_own_joins_no_tags():
    assert not check_classes(["dog", "hot dog", "C", "C#"] * 9, "x", 9)
    assert "several tags" in check_classes(["cat", "dog", "cat#dog"] * 9, "x", 9)[0]
    assert "several words" in check_classes(["cat", "dog", "cat dog"] * 9, "x", 9)[0]


# --- numbers that stand for classes ------------------------------------------------------------------------

NUMBERS = [CLASSES.index(label) for label in GIVEN]
FEATURES = {"text": {"dtype": "string", "_type": "Value"}, "label": {"names": list(CLASSES), "_type": "ClassLabel"}}
README = """---
license: mit
dataset_info:
  features:
  - name: other
    dtype:
      class_label:
        names:
          '0': x
          '1': y
          '2': z
  - name: label
    dtype:
      class_label:
        names:
          '0': cat
          '1': dog
          '2': fox
  splits:
  - name: train
---
# A dataset
"""
LISTS_OF_CLASSES = {
    "classes.txt": "cat\ndog\nfox\n",
    "label_map.txt": "0 cat\n1 dog\n2 fox\n",
    "class_names.txt": "0: cat\n1: dog\n2: fox\n",
    "classes.csv": "id,name\n0,cat\n1,dog\n2,fox\n",
    "label_map.csv": "cat,0\ndog,1\nfox,2\n",
    "config.json": json.dumps({"architectures": ["X"], "id2label": {"0": "cat", "1": "dog", "2": "fox"}}),
    "class_to_idx.json": json.dumps({"cat": 0, "dog": 1, "fox": 2}),
    "dataset_infos.json": json.dumps({"default": {"features": FEATURES}}),
    "dataset_info.json": json.dumps({"features": FEATURES, "splits": {}}),
    "README.md": README,
    "data.yaml": "nc: 3\nnames: ['cat', 'dog', 'fox']\n",
    "dataset.yaml": "names:\n  0: cat\n  1: dog\n  2: fox\ntrain: images\n",
    "data.yml": "names:\n- cat\n- dog\n- fox\n",
}


@pytest.mark.parametrize("name", LISTS_OF_CLASSES)
def test_a_list_of_classes_beside_numbers_gives_them_their_names_and_it_is_said(name):
    beside = InputFile(name, LISTS_OF_CLASSES[name].encode())
    for labels in (table({"label": NUMBERS}, "train.csv"), array(np.array(NUMBERS), "labels.npy")):
        one = opened(labels, array(probabilities()), beside)
        assert given_labels(one) == GIVEN
        assert one.dataset.classes == CLASSES
        assert any("0 for 'cat', 1 for 'dog', 2 for 'fox'" in note for note in one.notes)
        assert any(f"taken from {name}" in note for note in one.notes)


def test_numbers_from_1_on_are_named_by_a_list_that_says_so_and_not_by_one_of_another_length():
    from_one = InputFile("label_map.txt", b"1 cat\n2 dog\n3 fox\n")
    numbers = table({"label": [number + 1 for number in NUMBERS]})
    assert given_labels(opened(numbers, array(probabilities()), from_one)) == GIVEN
    two = opened(table({"label": NUMBERS}), array(probabilities()), InputFile("classes.txt", b"cat\ndog\n"))
    assert set(given_labels(two)) == {"0", "1", "2"}
    assert any("classes.txt was not read" in note for note in two.notes)


@pytest.mark.parametrize("column", ["label", "kind_of_animal"])
@pytest.mark.parametrize("form", ["parquet", "a stream of arrow"])
def test_the_names_that_datasets_keep_with_a_column_of_numbers_come_back(form, column):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    described = json.dumps({"info": {"features": {column: FEATURES["label"]}}})
    numbers = [-1, *NUMBERS[1:]]
    made = arrow.table({column: numbers, **{f"p_{name}": probabilities()[:, place] for place, name in enumerate(CLASSES)}})
    made = made.replace_schema_metadata({"huggingface": described})
    out = io.BytesIO()
    if form == "parquet":
        parquet.write_table(made, out)
    else:
        with arrow.ipc.new_stream(out, made.schema) as writer:
            writer.write_table(made)
    one = opened(InputFile("data.parquet" if form == "parquet" else "data.arrow", out.getvalue()))
    assert given_labels(one) == GIVEN[1:]  # -1 is what datasets write where there is no label


def test_of_two_columns_with_names_none_is_guessed_and_the_other_is_no_feature():
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    features = {"coarse": {"names": ["a", "b"], "_type": "ClassLabel"}, "fine": FEATURES["label"]}
    made = arrow.table({"coarse": [number % 2 for number in NUMBERS], "fine": NUMBERS, "width": [row % 7 + 0.5 for row in range(30)]})
    out = io.BytesIO()
    parquet.write_table(made.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})}), out)
    proposal = read([InputFile("data.parquet", out.getvalue())])
    assert "choose the one that holds them" in proposal.problem
    one = proposal.corrected(roles={"fine": "label"}).make()
    assert given_labels(one) == GIVEN
    assert list(one.raw.columns) == ["width"]


# --- as people write labels and call their column ---------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["Klasse", "classe", "etiqueta", "метка", "标签", "類別", "ラベル", "라벨", "animal_label", "Animal class", "classLabel", "target_class", "is_fraud", "majority"],
)  # fmt: skip
def test_a_column_of_numbers_is_the_label_where_its_name_says_so_in_another_language_or_in_one_of_its_words(name):
    numbers = [str(1 + row % 2) for row in range(30)]
    columns = {"width": [row * 0.37 % 3 for row in range(30)], name: numbers, "height": [row * 0.61 % 5 for row in range(30)]}
    proposal = read([table(columns)])
    assert proposal.roles == {"width": "measurement", name: "label", "height": "measurement"}
    assert given_labels(proposal.make()) == numbers


@pytest.mark.parametrize("name", ["class_size", "predicted_class", "classic", "label_score"])
def test_a_column_of_numbers_whose_name_only_looks_like_it_is_not_taken_for_the_label(name):
    columns = {"width": [row * 0.37 % 3 for row in range(30)], name: [1 + row % 2 + row % 3 / 4 for row in range(30)]}
    assert read([table(columns)]).roles[name] != "label"


@pytest.mark.parametrize("sign", ["n.a.", "k.A.", "keine Angabe", "inconnu", "不明", "未知", "#VALUE!", "#DIV/0!", "(blank)", "\\N", "not available", "."])
def test_what_says_in_other_words_that_there_is_no_label_is_asked_about_and_a_frequent_one_is_a_class(sign):
    few = read([table({"label": [sign, *GIVEN[1:]], "width": range(30)})])
    assert "holds no label in 1 of 30 rows" in few.problem
    many = [sign if row % 3 == 0 else label for row, label in enumerate(GIVEN)]
    assert sign in read([table({"label": many, "width": [row * 0.37 % 3 for row in range(30)]})]).make().dataset.classes


def test_labels_that_differ_in_what_stands_between_their_words_are_named():
    labels = ["hot_dog", "hot dog", "C++", "C", "A-", "A"] * 5
    proposal = read([table({"label": labels, "width": [row * 0.37 % 3 for row in range(30)]})])
    assert [note for note in proposal.notes if "different classes" in note] == ["'hot dog' and 'hot_dog' are counted as different classes."]


@pytest.mark.parametrize(("yes", "no"), [("✓", ""), ("ja", "nein"), ("WAHR", "FALSCH"), ("是", "否")])
def test_a_column_for_each_class_is_marked_in_other_ways_too(yes, no):
    columns = {"width": [row * 0.37 % 3 for row in range(30)]}
    columns |= {name: [yes if label == name else no for label in GIVEN] for name in CLASSES}
    assert given_labels(opened(table(columns))) == GIVEN


def test_a_column_of_sentences_that_come_again_is_no_label_beside_one_that_only_repeats_others():
    premises = [f"the cat sat on the mat of house {row // 3} again" for row in range(30)]
    columns = {"premise": premises, "hypothesis": [f"somebody {row} was at home in the end" for row in range(30)], "gold_label": GIVEN}
    assert read([table(columns)]).roles["gold_label"] == "label"


def test_texts_that_several_people_labelled_in_rows_of_their_own_are_warned_of():
    columns = {"text": [f"the text of number {row // 3} is here" for row in range(30)], "annotator": ["ann", "ben", "cy"] * 10, "label": GIVEN}
    assert any("20 of 30 rows have a text that another row has" in note for note in read([table(columns)]).notes)
    columns["text"] = [f"the text of number {row} is here" for row in range(30)]
    assert not any("another row has" in note for note in read([table(columns)]).notes)


def test_labels_that_stand_above_the_rows_they_count_for_are_asked_about_as_such():
    labels = [GIVEN[row // 10] if row % 10 == 0 else "" for row in range(30)]
    columns = {"label": labels, "width": [row * 0.37 % 3 for row in range(30)]}
    assert "holds a label in 3 of 30 rows alone: if each counts for the rows below it" in read([table(columns)]).problem
    columns["label"] = [label if row % 3 else "" for row, label in enumerate(GIVEN)]
    assert "holds no label in 10 of 30 rows" in read([table(columns)]).problem
