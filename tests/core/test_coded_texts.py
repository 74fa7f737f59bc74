"""Texts of which few are different, against the plain list."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vizzy.reading import IN_BROWSER, InputFile, read
from vizzy.reading.arrays import texts_of
from vizzy.reading.coded_texts import CodedTexts

TEXTS = st.lists(st.sampled_from(["", "a", "a ", "b", " b", "-1"]), max_size=12)


@given(TEXTS)
def test_they_are_the_texts_in_their_order(texts):
    coded = CodedTexts.of(texts)
    assert list(coded) == texts == coded[:] and coded == texts and len(coded) == len(texts)
    assert coded.different == tuple(dict.fromkeys(texts))
    assert coded.counts() == {text: texts.count(text) for text in dict.fromkeys(texts)}
    assert [coded[row] for row in range(len(texts))] == texts
    assert ("b" in coded) == ("b" in texts)


@given(TEXTS)
def test_changing_each_text_merges_those_that_become_equal(texts):
    changed = CodedTexts.of(texts).mapped(str.strip)
    assert changed == [text.strip() for text in texts]
    assert changed.different == tuple(dict.fromkeys(text.strip() for text in texts))


@given(TEXTS, st.data())
def test_some_rows_have_their_texts(texts, data):
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=8)) if texts else []
    some = CodedTexts.of(texts).at(np.array(rows, dtype=np.intp))
    assert some == [texts[row] for row in rows] and set(some.different) == set(some)
    assert CodedTexts.of(texts).rows_with(bool).tolist() == [row for row, text in enumerate(texts) if text]


@given(st.lists(st.integers(-3, 3), max_size=12), st.sampled_from(["i8", "i2", "u1", "f4", "U3", "bool"]))
def test_an_arrays_values_have_the_texts_that_they_have_one_by_one(values, dtype):
    array = np.array([abs(value) for value in values] if dtype == "u1" else values, dtype=np.int64).astype(dtype)
    coded = CodedTexts.of_values(array, texts_of)
    assert coded == texts_of(array)
    assert coded.different == tuple(dict.fromkeys(texts_of(array)))


def test_far_apart_numbers_are_texts_too():
    assert CodedTexts.of_values(np.array([10**15, -5, 10**15]), texts_of) == ["1000000000000000", "-5", "1000000000000000"]


def npy(array):
    import io

    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def test_an_array_of_labels_is_a_table_whose_rows_are_made_when_they_are_asked_for():
    label, pred_probs = np.array([3, 5, 3, 5]), np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.4, 0.6]])
    opened = read([InputFile("labels.npy", npy(label)), InputFile("pred_probs.npy", npy(pred_probs))]).make()
    assert opened.dataset.ids == ("1", "2", "3", "4") and opened.dataset.classes == ("3", "5")
    assert list(opened.table.rows) == [["1", "3"], ["2", "5"], ["3", "3"], ["4", "5"]]
    assert opened.table.rows[1:3] == [["2", "5"], ["3", "3"]] and opened.table.rows[-1] == ["4", "5"]
    assert opened.table.texts("label") == ["3", "5", "3", "5"] and opened.table.unit_and_number(3) == "row 4"


def test_arrays_of_more_rows_than_a_table_may_have_are_read_in_the_browser_too():
    n = IN_BROWSER.rows + 1
    label = np.arange(n) % 2
    files = [InputFile("labels.npy", npy(label)), InputFile("pred_probs.npy", npy(np.eye(2, dtype=np.float32)[label] * 0.8 + 0.1))]
    proposal = read(files, limits=IN_BROWSER)
    assert len(proposal.make().dataset) == n and proposal.summary()["classes"] == [
        {"name": "0", "count": n // 2 + 1},
        {"name": "1", "count": n // 2},
    ]
