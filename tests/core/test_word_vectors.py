"""Vectors of English words: how words are cut into pieces, which texts they are for, and what they add."""

import io

import numpy as np
import pytest
from raw_tables import messages, read

from vizzy.features.raw import embedded, embedding_steps
from vizzy.features.word_vectors import VECTORS, VOCABULARY, WordVectors
from vizzy.steps import result_of


def table_of(pieces, vectors):
    content = io.BytesIO()
    text = np.frombuffer("\n".join(pieces).encode(), dtype=np.uint8)
    np.savez(content, **{VOCABULARY: text, VECTORS: np.array(vectors, dtype=np.int8)})
    return WordVectors(content.getvalue())


@pytest.fixture(scope="module")
def shipped():
    return WordVectors.shipped()


def test_a_word_is_cut_into_the_longest_pieces_and_one_that_cannot_be_has_none():
    words = table_of(["un", "unaff", "##aff", "##able", "##ab"], np.eye(5))
    assert words.pieces("unaffable") == [1, 3]
    assert words.pieces("unab") == [0, 4]
    assert words.pieces("xun") == words.pieces("unx") == []


def test_a_text_is_the_mean_of_its_pieces_whatever_its_capitals_and_accents():
    words = table_of(["cafe", "bar"], [[1, 0], [0, 1]])
    np.testing.assert_allclose(words.of(["Café BAR", "bar bar", "", "?"]), [[0.5**0.5] * 2, [0, 1], [0, 0], [0, 0]], atol=1e-6)


def test_words_of_like_meaning_are_close_though_they_share_no_letters(shipped):
    doctor, physician, banana = shipped.of(["doctor", "physician", "banana"])
    assert doctor @ physician > doctor @ banana + 0.5


def test_they_are_for_english_alone(shipped):
    assert shipped.covers(["The parcel has not arrived and the tracking stopped.", "Where is my refund?"])
    assert not shipped.covers(["Das Paket ist nicht angekommen, und die Sendungsverfolgung schweigt."])
    assert not shipped.covers(["包裹还没有到达请帮忙查询"])
    assert not shipped.covers(["", "123 456"])


def test_the_features_of_english_texts_have_them_and_a_note_says_so(shipped):
    texts, labels = messages(40)
    opened = embedded(read({"text": texts, "label": labels}).make())
    assert any("vectors of their words are added" in note for note in opened.notes)
    features = opened.dataset.embeddings
    np.testing.assert_allclose(features[:, -64:], shipped.of(texts), atol=1e-6)
    np.testing.assert_allclose((features[:, :-64] ** 2).sum(axis=1), 1, rtol=1e-5)


def test_texts_in_another_language_do_without_and_a_note_says_so(shipped):
    texts = [f"包裹还没有到达请帮忙查询订单号码{row}" for row in range(30)]
    opened = read({"text": texts, "label": ["a", "b"] * 15}).make()
    with_words = result_of(embedding_steps(opened, shipped))
    assert any("another language" in note for note in with_words.notes)
    np.testing.assert_array_equal(with_words.dataset.embeddings, result_of(embedding_steps(opened)).dataset.embeddings)
