"""The page's texts in the visitor's language; runs under MicroPython, too (test_micropython.py)."""

from vizzy.page import language
from vizzy.page.language import _, counted, decimal, duration, joined, ordinal, percent, pieces, sentences, short_count, thousands


class German:
    language = "de"
    texts = {
        "Train again": "Neu trainieren",
        "{} label|one": "{} Label",
        "{} label|other": "{} Labels",
        "{} and {}": "{} und {}",
        "{suggested} gets {prob}.": "Mit {prob} erhält {suggested} den Vorschlag.",
        "{file} has {labels} in {rows} rows.": "In {rows} Zeilen hat {file} {labels}.",
        "{what}: {share} of them, {least} at least": "{what}: {share} davon, mindestens {least}",
    }
    decimal, thousands, percent, ordinal, space = ",", ".", "{} %", "{}.", " "

    def plural(count):
        return "one" if count == 1 else "other"


class Chinese:
    language = "zh-Hans"
    texts = {"{} label|other": "{} 个标签", "{} and {}": "{}和{}", ", ": "、"}
    decimal, thousands, percent, ordinal, space = ".", ",", "{}%", "{}", ""

    def plural(count):
        return "other"


def test_english_is_what_stands_in_the_code():
    language.use(None)
    assert _("Train again") == "Train again"
    assert [counted(n, "{} label", "{} labels") for n in (0, 1, 2000)] == ["0 labels", "1 label", "2,000 labels"]
    assert (decimal(0.5), percent(0.973, 1), thousands(1234567)) == ("0.500", "97.3 %", "1,234,567")
    assert [short_count(count) for count in (1_249, 9_949, 9_950, 17_975, 999_499, 999_500, 1_250_001)] == ["1.2k", "9.9k", "10k", "18k", "999k", "1.0M", "1.3M"]
    assert joined(["cat"]) == "cat"
    assert joined(["cat", "dog", "bear"]) == "cat, dog and bear"


def test_english_ordinals():
    language.use(None)
    assert [ordinal(n) for n in (0, 1, 2, 3, 4, 11, 12, 13, 21, 50, 100)] == "0th 1st 2nd 3rd 4th 11th 12th 13th 21st 50th 100th".split()


def test_durations_are_rounded_to_what_can_be_promised():
    language.use(None)
    assert duration(0.4) == "under a second"
    assert duration(1.2) == "about 1 second"
    assert duration(47) == "about 47 seconds"
    assert duration(170) == "about 3 minutes"


def test_another_language_has_its_words_plurals_and_numbers():
    language.use(German)
    assert _("Train again") == "Neu trainieren"
    assert [counted(n, "{} label", "{} labels") for n in (0, 1, 2000)] == ["0 Labels", "1 Label", "2.000 Labels"]
    assert (decimal(0.5), percent(0.973, 1), ordinal(50)) == ("0,500", "97,3 %", "50.")
    assert joined(["Katze", "Hund"]) == "Katze und Hund"
    language.use(None)


def test_a_language_without_plurals_has_one_form():
    language.use(Chinese)
    assert [counted(n, "{} label", "{} labels") for n in (1, 2000)] == ["1 个标签", "2,000 个标签"]
    assert joined(["猫", "狗", "熊"]) == "猫、狗和熊"
    assert sentences(["一。", "二。"]) == "一。二。"
    assert percent(0.5) == "50%"
    language.use(None)


# As vizzy/sentences.py makes them, and tests/core/test_sentences.py.
NESTED = [
    "sentence",
    "{what}: {share} of them, {least} at least",
    {
        "what": ["sentence", "{file} has {labels} in {rows} rows.", {"file": "{a}.csv", "labels": ["counted", 1200, "{} label", "{} labels"], "rows": 2000}],
        "share": ["percent", 0.25],
        "least": ["decimal", 0.5, 1],
    },
]


def test_sentences_of_the_worker_are_said_with_their_values():
    language.use(None)
    assert language.said("as it is") == "as it is"
    assert language.said(NESTED) == "{a}.csv has 1,200 labels in 2,000 rows.: 25 % of them, 0.5 at least"
    assert language.said(["joined", ["cat", NESTED[2]["least"]]]) == "cat, 0.5"
    assert language.said(["sentences", ["One.", NESTED[2]["what"]]]) == "One. {a}.csv has 1,200 labels in 2,000 rows."


def test_sentences_of_the_worker_are_said_in_the_language():
    language.use(German)
    assert language.said(NESTED) == "In 2.000 Zeilen hat {a}.csv 1.200 Labels.: 25 % davon, mindestens 0,5"
    language.use(Chinese)
    assert language.said(["joined", ["猫", "狗"]]) == "猫、狗"
    assert language.said(["sentences", ["一。", ["sentence", "二。", {}]]]) == "一。二。"
    language.use(None)


def test_what_is_not_translated_stays_english():
    language.use(German)
    assert _("The model") == "The model"
    assert [counted(n, "{} row", "{} rows") for n in (1, 2)] == ["1 row", "2 rows"]
    language.use(None)


def test_a_translation_orders_the_pieces_of_a_text_anew():
    values = {"suggested": ("suggested", "cat"), "prob": ("number", "0.5")}
    english = pieces("{suggested} gets {prob}.", values)
    assert english == [("suggested", "cat"), ("", " gets "), ("number", "0.5"), ("", ".")]
    language.use(German)
    german = pieces(_("{suggested} gets {prob}."), values)
    assert german == [("", "Mit "), ("number", "0.5"), ("", " erhält "), ("suggested", "cat"), ("", " den Vorschlag.")]
    language.use(None)


def test_a_sentence_follows_another_after_a_space():
    one, two = [("", "One.")], [("", "Two.")]
    assert language.followed(one, two) == [("", "One."), ("", " "), ("", "Two.")]
    assert language.followed(one, []) == one
