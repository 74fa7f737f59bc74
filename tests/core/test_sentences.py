"""Sentences are English text, and know what they were made of."""

import json
import pickle

import pytest

from vizzy.sentences import Sentence, counted, decimal, in_a_row, in_parts, joined, percent, sentence

ROWS = counted(2000, "{} row", "{} rows")


def test_a_sentence_is_its_english_text():
    said = sentence("{file} has {rows}, {most} at most.", file="{a}.csv", rows=ROWS, most=1000)
    assert said == "{a}.csv has 2,000 rows, 1,000 at most."
    assert json.dumps([said]) == '["{a}.csv has 2,000 rows, 1,000 at most."]'


def test_its_parts_are_its_template_and_values():
    assert sentence("{file} has {rows}.", file="a.csv", rows=ROWS).parts == [
        "sentence",
        "{file} has {rows}.",
        {"file": "a.csv", "rows": ["counted", 2000, "{} row", "{} rows"]},
    ]


@pytest.mark.parametrize(
    ("said", "english", "parts"),
    [
        (counted(1, "{} row", "{} rows"), "1 row", ["counted", 1, "{} row", "{} rows"]),
        (decimal(0.256, 2), "0.26", ["decimal", 0.256, 2]),
        (percent(0.974), "97 %", ["percent", 0.974]),
        (joined(["a", percent(0.5)]), "a, 50 %", ["joined", ["a", ["percent", 0.5]]]),
        (in_a_row(["One.", sentence("Two.")]), "One. Two.", ["sentences", ["One.", ["sentence", "Two.", {}]]]),
    ],
)
def test_what_a_sentence_is_made_of_is_one_too(said, english, parts):
    assert said == english
    assert json.loads(json.dumps(in_parts({"a": [said, "text", 3]}))) == {"a": [parts, "text", 3]}


def test_a_value_that_is_missing_is_an_error_and_not_an_empty_place():
    with pytest.raises(KeyError):
        sentence("{file} is empty.")


def test_a_sentence_that_went_to_another_process_is_the_same():
    there = pickle.loads(pickle.dumps(ROWS))
    assert isinstance(there, Sentence)
    assert (there, there.parts) == (ROWS, ROWS.parts)
