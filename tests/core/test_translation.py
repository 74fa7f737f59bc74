"""The report's sentences in another language, with its numbers and plural forms."""

import pytest

from vizzy import reading
from vizzy.reviewing import Reviewing
from vizzy.sentences import counted, decimal, in_a_row, joined, ordinal, percent, sentence
from vizzy.session import Session
from vizzy.translation import ENGLISH, Translation

GERMAN = Translation(
    "de",
    {"{rows} left out.": "{rows} ausgelassen.", "{} row|one": "{} Zeile", "{} row|other": "{} Zeilen", "Label errors in {dataset}": "Labelfehler in {dataset}"},
    {"decimal": ",", "thousands": ".", "percent": "{} %", "ordinal": "{}.", "space": " "},
    lambda count: "one" if count == 1 else "other",
)
CHINESE = Translation("zh", {", ": "、"}, {"decimal": ".", "thousands": ",", "percent": "{}%", "ordinal": "{}", "space": ""}, lambda count: "other")


@pytest.mark.parametrize(
    ("said", "german"),
    [
        (sentence("{rows} left out.", rows=counted(1200, "{} row", "{} rows")), "1.200 Zeilen ausgelassen."),
        (counted(1, "{} row", "{} rows"), "1 Zeile"),
        (counted(2, "{} file", "{} files"), "2 files"),
        (decimal(1234.5, 1), "1234,5"),
        (percent(0.5), "50 %"),
        (ordinal(2.5), "2,5."),
        (joined(["a", percent(0.1)]), "a, 10 %"),
        (2000, "2.000"),
        ("from the data, 1.5", "from the data, 1.5"),
    ],
)
def test_a_sentence_is_said_as_its_language_does(said, german):
    assert GERMAN(said) == german


def test_a_language_may_have_no_space_between_sentences():
    assert CHINESE(in_a_row(["一。", sentence("二。")])) == "一。二。"
    assert CHINESE(joined(["猫", "狗"])) == "猫、狗"


@pytest.mark.parametrize("said", [sentence("{n} of {rows}", n=1200, rows=counted(1, "{} row", "{} rows")), ordinal(11), percent(0.25), decimal(0.5, 2), in_a_row(["One.", "Two."])])
def test_english_is_the_sentence_itself(said):
    assert ENGLISH(said) == said


def test_the_report_is_in_the_language_that_it_is_given():
    rows = "".join(f"{row},{'ab'[row % 2]},{row % 2},{1 - row % 2}\n" for row in range(30))
    opened = reading.read([reading.InputFile("data.csv", f"id,label,p_b,p_a\n{rows}".encode())]).make()
    session = Session(opened.dataset)
    list(session.training_steps({}))
    _, content = Reviewing(session, opened.texts).export("report", opened, (50, 15, "percentile"), opened.review, None, GERMAN)
    page = content.decode()
    assert "<h1>Labelfehler in data</h1>" in page and '<html lang="de">' in page
    assert "1,000" in page and "1.000" not in page, "the thresholds"
    assert "<h2>Confident joint</h2>" in page, "what has no translation stays English"


def test_a_name_that_runs_from_right_to_left_leaves_the_numbers_after_it_where_they_are():
    said = ENGLISH.said(sentence("The model gives {name} {share}.", name="\u0642\u0637\u0629", share=percent(0.78)))
    assert said == "The model gives \u2068\u0642\u0637\u0629\u2069 78 %."  # isolated, as Unicode's bidirectional algorithm has it
    assert ENGLISH.said(sentence("{name}", name="Überlänge 猫")) == "Überlänge 猫"
