"""Labels in the forms in which people and tools write them: what is one label, what is none, and what is a class."""

import unicodedata

import numpy as np
import pytest

from brought_files import CLASSES, GIVEN, array, given_labels, json_lines, opened, probabilities, table

from vizzy.reading import InputFile, ReadingError
from vizzy.reading.label_cells import labels_of_cell
from vizzy.reading.labels import cleaned, ordered

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


def test_minus_one_is_a_class_where_it_is_as_frequent_as_one():
    assert set(cleaned(["-1", "1"] * 10)[0]) == {"-1", "1"}
    assert set(cleaned(["-1", "0", "1"] * 10)[0]) == {"-1", "0", "1"}


# --- labels that are more than a text ------------------------------------------------------------------

FORMS = {
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


@pytest.mark.parametrize("yes, no", [("1", "0"), ("True", "False"), ("1.0", "0.0")])
def test_a_column_of_yes_and_no_for_each_class_is_the_label(yes, no):
    columns = {"file": [f"{row}.jpg" for row in range(30)]}
    columns |= {name: [yes if label == name else no for label in GIVEN] for name in CLASSES}
    one = opened(table(columns), array(probabilities()))
    assert given_labels(one) == GIVEN
    assert any("one column a class" in note for note in one.notes)


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


def test_a_span_within_a_text_is_no_label_of_the_whole():
    with pytest.raises(ValueError, match="span"):
        labels_of_cell({"start": 0, "end": 4, "labels": ["PER"]})


# --- many classes ---------------------------------------------------------------------------------------


def test_six_hundred_classes_work_and_a_note_asks_whether_they_are_labels():
    names = tuple(f"c{number:03d}" for number in range(600))
    given = [names[row % 600] for row in range(1200)]
    one = opened(table({"label": given}), array(probabilities(given, names)))
    assert len(one.dataset.classes) == 600
    assert any("600 different values" in note for note in one.notes)


def test_tags_in_one_cell_are_counted_as_one_class_and_it_is_said():
    given = [("clear", "clear primary", "cloudy primary water")[row % 3] for row in range(30)]
    one = opened(table({"tags": given}), array(probabilities(given, tuple(sorted(set(given))))))
    assert any("each combination is counted as a class" in note for note in one.notes)


def test_a_column_with_few_values_is_taken_for_the_label_where_no_name_says_so_and_it_is_said():
    one = opened(table({"created": [f"2025-01-{row + 1:02d}" for row in range(30)], "topic": GIVEN}), array(probabilities()))
    assert given_labels(one) == GIVEN
    assert "The column 'topic' is taken for the label." in one.notes
