"""Raw data: a table of texts, or of measurements, is recognised, made features of and judged."""

import numpy as np
import pytest
from raw_tables import TOPICS, messages, read, table_of
from sklearn.datasets import load_iris
from sklearn.feature_extraction.text import CountVectorizer

from vizzy import __main__ as command
from vizzy import linear
from vizzy.dataset import DatasetError
from vizzy.features import terms
from vizzy.features.evidence import Evidence
from vizzy.features.measurements import _as_plain_numbers, _number, measurement_features, why_no_measurement
from vizzy.features.raw import embedded
from vizzy.features.texts import text_feature_steps, text_features
from vizzy.native.judging import judged
from vizzy.reading.raw import Raw
from vizzy.reviewing import Reviewing
from vizzy.session import Session, trained
from vizzy.steps import result_of

RANDOM = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def the_same_numbers_whichever_tests_ran_before():
    RANDOM.bit_generator.state = np.random.default_rng(0).bit_generator.state


# --- what is recognised ---------------------------------------------------------------------


def test_a_table_of_texts_is_recognised_whatever_its_column_is_called():
    texts, labels = messages()
    proposal = read({"was der Kunde schrieb": texts, "label": labels})
    assert proposal.roles["was der Kunde schrieb"] == "text"
    assert proposal.summary()["kind"] == "texts"
    assert proposal.summary()["training_seconds"] > 0
    assert any("features are made of the texts in 'was der Kunde schrieb'" in note for note in proposal.notes)


def of_few_words(n=40):
    """Two columns of two or three words, and the labels that both tell."""
    good = [bool(number % 2) for number in range(n)]
    first = [f"{'good' if is_good else 'poor'} lamp {number}" for number, is_good in enumerate(good)]
    second = [f"the {'bright' if is_good else 'dim'} lamp {number}" for number, is_good in enumerate(good)]
    return first, second, ["pos" if is_good else "neg" for is_good in good]


def test_of_columns_of_few_words_the_longest_is_the_text_where_nothing_else_tells_anything():
    first, second, labels = of_few_words()
    proposal = read({"answer 1": first, "answer 2": second, "label": labels})
    assert proposal.roles == {"answer 1": "ignored", "answer 2": "text", "label": "label"}
    assert proposal.problem is None and proposal.summary()["may_be_text"] == ["answer 1", "answer 2"]
    other = proposal.corrected(roles={"answer 1": "text", "answer 2": "ignored"})
    assert other.summary()["kind"] == "texts" and other.summary()["may_be_text"] == ["answer 1", "answer 2"]


def test_a_column_of_few_words_beside_measurements_is_only_offered():
    first, _, labels = of_few_words()
    proposal = read({"size": RANDOM.normal(size=40), "product": first, "label": labels})
    assert proposal.roles["product"] == "ignored" and proposal.roles["size"] == "measurement"
    assert proposal.summary()["may_be_text"] == ["product"]
    assert proposal.corrected(roles={"product": "text"}).summary()["kind"] == "texts and measurements"


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("customer_name", [f"Ann{number} Smith" for number in range(40)]),
        ("when", [f"2024-01-{1 + number % 28:02} 10:{number:02}" for number in range(40)]),
        ("code", [f"A{number} {number}" if number < 5 else f"A{number}" for number in range(40)]),
        ("file", [f"my photos/{number} a.jpg" for number in range(40)]),
    ],
)
def test_names_dates_codes_and_paths_are_no_texts_of_few_words(column, cells):
    proposal = read({column: cells, "label": of_few_words()[2]})
    assert proposal.roles[column] != "text" and proposal.summary()["may_be_text"] == []


def test_texts_without_spaces_between_words_are_texts():
    texts = [f"包裹还没有到达请帮忙查询订单号码{row}" for row in range(30)]
    assert read({"内容": texts, "label": ["a", "b"] * 15}).roles["内容"] == "text"


@pytest.mark.parametrize(
    "values",
    [["red", "blue"] * 15, [f"images/of/a/cat/{row}.png" for row in range(30)], [f"person{row}@example.org" for row in range(30)]],
    ids=["categories", "paths", "addresses"],
)
def test_what_is_short_or_no_sentence_is_no_text(values):
    assert read({"what": values, "label": ["a", "b"] * 15, "size": RANDOM.random(30)}).roles["what"] != "text"


def test_beside_embeddings_texts_and_numbers_are_not_trained_on():
    texts, labels = messages(30)
    vectors = {f"emb_{number}": RANDOM.random(30) for number in range(3)}
    proposal = read({"text": texts, "label": labels, "price": RANDOM.random(30) * 1000, **vectors})
    assert proposal.roles["price"] == "ignored"
    assert proposal.summary()["kind"] == "embeddings"


def test_stars_are_the_label_of_reviews():
    texts, _ = messages(30)
    proposal = read({"review": texts, "stars": [1, 3, 5] * 10})
    assert proposal.roles == {"review": "text", "stars": "label"}
    assert proposal.make().dataset.classes == ("1", "3", "5")
    beside = read({"review": texts, "stars": [1, 3, 5] * 10, "country": ["DE", "CN", "US"] * 10})
    assert beside.roles["stars"] == "label"  # and not what has few words, as labels of other tables do
    assert read({"review": texts, "score": [1, 3, 5] * 10, "kind": ["a", "b", "c"] * 10}).roles["kind"] == "label"


def test_a_score_of_whole_numbers_is_the_label_of_texts_where_no_other_column_is_one():
    texts, _ = messages(30)
    columns = {"content": texts, "score": [1, 3, 5] * 10, "at": [f"2024-01-0{1 + row % 9} 10:00" for row in range(30)]}
    assert read(columns).roles == {"content": "text", "score": "label", "at": "ignored"}
    assert read(columns | {"score": RANDOM.random(30)}).problem is not None
    assert read({"Was sie schrieben": texts, "Rating": [1, 3, 5] * 10}).roles["Rating"] == "label"
    assert read(columns | {"verdict": ["good", "bad"] * 15}).roles["verdict"] == "label"


def test_a_column_of_dates_is_not_taken_for_the_label():
    columns = {"size": RANDOM.random(30), "visited": ["2024-01-01", "2024-01-02"] * 15, "kind": ["x", "y", "z"] * 10}
    assert read(columns).roles == {"size": "measurement", "visited": "measurement", "kind": "label"}


LEFT_ASIDE = {
    "an id": ("patient_id", RANDOM.permutation(10**6)[:30], "an id"),
    "a constant": ("hospital", ["east"] * 30, "the same in every row"),
    "a different word in every row": ("surname", [f"name{row}" for row in range(30)], "different in nearly every row"),
    "the label in other words": ("code", [7, 9] * 15, "the label in other words"),
    "what a model predicted": ("predicted_label", ["a", "b", "b"] * 10, "no measurement by its name"),
    "nothing": ("remarks", [""] * 30, "empty"),
}


@pytest.mark.parametrize("kind", LEFT_ASIDE)
def test_a_column_that_only_looks_like_a_measurement_is_left_aside_and_it_is_said(kind):
    column, values, why = LEFT_ASIDE[kind]
    proposal = read({column: values, "age": RANDOM.integers(20, 60, 30), "weight": RANDOM.normal(70, 9, 30).round(1), "label": ["a", "b"] * 15})
    assert proposal.roles[column] in ("ignored", "id")
    assert proposal.roles["age"] == proposal.roles["weight"] == "measurement"
    if proposal.roles[column] == "ignored":
        assert any(repr(column) in note and why in note for note in proposal.notes)


def test_what_is_taken_for_a_measurement_can_be_chosen():
    columns = {"age": RANDOM.random(30), "shoe": RANDOM.random(30), "label": ["a", "b"] * 15}
    assert read(columns, roles={"shoe": "ignored"}).roles["age"] == "measurement"
    chosen = read(columns, roles={"shoe": "measurement"})
    assert list(chosen.make().raw.columns) == ["shoe"]


# --- measurements ----------------------------------------------------------------------------


def test_numbers_are_scaled_by_median_and_quartiles_and_a_missing_one_says_so():
    encoded = measurement_features({"age": ["10", "20", "", "30", "40", "50", "1e9"]})
    assert encoded.names == ("age", "age is missing")
    age, missing = encoded.values.T
    assert missing.tolist() == [0, 0, 1, 0, 0, 0, 0]
    # The median of the six is 35, the quartiles 22.5 and 47.5.
    np.testing.assert_allclose(age, [-1, -0.6, 0, -0.2, 0.2, 0.6, 5], atol=1e-6)


def test_rare_categories_are_one_feature_and_dates_count_as_days():
    colours = ["red"] * 150 + ["blue"] * 150 + ["mauve", "teal"]
    encoded = measurement_features({"colour": colours, "when": ["2024-02-28", "2024-03-01"] * 151})
    assert encoded.names == ("colour = blue", "colour = red", "colour is something rare", "when")
    assert encoded.values[:, 2].sum() == 2
    assert encoded.values[1, 3] - encoded.values[0, 3] == pytest.approx(1)  # two days, in quartile distances


def test_a_column_of_dates_that_do_not_exist_is_no_measurement():
    assert why_no_measurement([f"2023-02-{30 + row % 2}x{row}" for row in range(30)]) == "different in nearly every row"


# --- texts -------------------------------------------------------------------------------------


def test_texts_of_one_topic_are_closer_than_others_and_the_same_texts_give_the_same_features():
    texts, labels = messages(60)
    features = text_features(texts)
    closeness = features @ features.T
    same = np.array(labels)[:, None] == np.array(labels)
    assert closeness[same].mean() > closeness[~same].mean() + 0.3
    np.testing.assert_array_equal(features, text_features(texts))


OF_MANY_KINDS = [
    "To be, or not to be: that is  the question", "a", "", "  ", "ab a\tb\n\nc", "straße ĐÖN İstanbul ΟΔΟΣ", "包裹还没有到达 请帮忙",
    "สวัสดีครับ 😀😀 👍", "x_y 12 3.4 don't", "a" * 50, "\ud800 alone",
]  # fmt: skip
SCIKIT_LEARNS = (CountVectorizer(ngram_range=(1, 2), token_pattern=r"\w+"), CountVectorizer(analyzer="char_wb", ngram_range=(3, 5)))


def test_terms_are_counted_as_scikit_learn_counts_them(monkeypatch):
    monkeypatch.setattr(terms, "HASHED_BITS", 26)  # so that no two terms share a column
    monkeypatch.setattr(terms, "HASHED_TO", 2**26)
    counted = terms.counts(OF_MANY_KINDS, characters_read=100)
    for columns, vectorizer in zip((slice(2**26), slice(2**26, None)), SCIKIT_LEARNS, strict=True):
        ours, theirs = counted[:, columns], vectorizer.fit_transform(OF_MANY_KINDS)
        assert ours.nnz == theirs.nnz
        np.testing.assert_array_equal((ours @ ours.T).toarray(), (theirs @ theirs.T).toarray())


def test_a_very_long_text_is_counted_in_pieces_and_few_terms_change(monkeypatch):
    whole = terms.counts(["one two three " * 100, "four"], characters_read=5000)
    monkeypatch.setattr(terms, "AT_ONCE", 500)
    in_pieces = terms.counts(["one two three " * 100, "four"], characters_read=5000)
    assert in_pieces.shape == whole.shape and in_pieces[1].sum() == whole[1].sum()
    assert 0 < abs(in_pieces - whole)[0].sum() < 0.02 * whole[0].sum()


def test_many_texts_are_projected_onto_what_a_sample_shows(monkeypatch):
    texts, _ = messages(200)
    whole = text_features(texts, dimensions=8)
    monkeypatch.setattr("vizzy.features.texts.TEXTS_DECOMPOSED", 100)
    sampled = text_features(texts, dimensions=8)
    # Closeness is what counts: the axes may turn.
    assert np.corrcoef((whole @ whole.T).ravel(), (sampled @ sampled.T).ravel())[0, 1] > 0.95


def test_steps_are_counted_and_an_empty_text_has_no_direction():
    texts, _ = messages(40)
    steps = list(text_feature_steps([*texts, ""]))
    assert steps == [(number, 5) for number in range(5)]
    assert not text_features([*texts, ""])[-1].any()


def test_texts_that_are_all_the_same_are_refused_in_a_sentence():
    opened = read({"text": ["no comment from me"] * 30, "label": ["a", "b", "a"] * 10}, roles={"text": "text"}).make()
    with pytest.raises(DatasetError, match="The texts are all the same, so .* Choose another column"):
        embedded(opened)


def test_how_many_texts_are_empty_is_said():
    texts, labels = messages(40)
    assert not any("empty" in note for note in embedded(read({"text": texts, "label": labels}).make()).notes)
    opened = embedded(read({"text": ["", " ", *texts[2:]], "label": labels}).make())
    assert any("2 texts are empty: nothing in them speaks for or against" in note for note in opened.notes)


SENTENCES = {  # two of either label, and a word that tells the first
    "Hindi": (("यह किताब मुझे बहुत पसंद है", "पसंद आया"), ("यह किताब खराब है", "खराब सेवा"), "पसंद"),
    "Thai": (("ดีมาก", "ดีมาก"), ("พัง", "พัง"), "ดีมา"),
    "Japanese": (("この最高カメラ", "カメラ最高"), ("この最悪", "最悪"), "最高"),
    "Chinese": (("喜欢这个", "喜欢"), ("坏了这个", "坏了"), "喜欢"),
    "Arabic": (("هذا المنتج رائع", "رائع جدا"), ("هذا المنتج رديء", "رديء جدا"), "رائع"),
    "emoji": (("😍📦", "😍👍🏽"), ("😡📦", "😡"), "😍"),
    "German": (("Großartig!", "großartig, danke"), ("kaputt", "kaputt."), "großartig"),
}


@pytest.mark.parametrize("language", SENTENCES)
def test_the_words_that_speak_for_a_label_are_whole_in_every_language(language):
    one, other, word = SENTENCES[language]
    evidence = Evidence(Raw((*one * 5, *other * 5), {}), np.repeat([0, 1], 10), 2)
    weights = evidence.word_weights(1, 0, 1)
    assert weights[f"“{word}”"] == max(weights.values()) > np.log(3)
    assert not any("\u093e" <= name[1] <= "\u094d" for name in weights)  # no word begins with a vowel sign


def test_texts_with_nothing_in_common_are_refused_in_a_sentence():
    texts = ["aaaa", "bbbb", "cccc"]
    opened = read({"text": texts, "label": ["a", "b", "a"]}).make()
    with pytest.raises(DatasetError, match="The texts cannot be compared: no two texts have .* Choose another column"):
        embedded(opened)


# --- from the file to the suspects ----------------------------------------------------------------


def flipped_iris(seed):
    """Iris with ten wrong labels: its columns, and the rows of these."""
    iris, rng = load_iris(), np.random.default_rng(seed)
    wrong = rng.choice(150, 10, replace=False)
    label = iris.target.copy()
    label[wrong] = (label[wrong] + rng.integers(1, 3, 10)) % 3
    columns = {name: iris.data[:, place] for place, name in enumerate(iris.feature_names)}
    return columns | {"species": iris.target_names[label]}, wrong


def first_rows(opened, share=0.1):
    _, parts = judged(opened)
    from vizzy import ranking

    return np.argsort(ranking.combine(parts))[: int(share * len(opened.dataset))]


def test_ten_wrong_labels_of_iris_are_among_the_first_tenth():
    columns, wrong = flipped_iris(0)
    assert len(set(wrong) & set(first_rows(embedded(read(columns).make())))) >= 9


def test_wrong_labels_of_texts_are_among_the_first_tenth():
    wrong = (5, 20, 41, 60)
    texts, labels = messages(flipped=wrong)
    assert set(wrong) <= set(first_rows(embedded(read({"text": texts, "label": labels}).make())))


def test_texts_and_measurements_are_used_together_and_measurements_weigh_half():
    texts, labels = messages()
    opened = embedded(read({"text": texts, "label": labels, "price": RANDOM.random(90) * 1000}).make())
    variance = opened.dataset.embeddings.var(axis=0)
    assert variance[:-1].sum() == pytest.approx(1, rel=1e-3)
    assert variance[-1] == pytest.approx(0.25, rel=1e-3)


@pytest.mark.parametrize("kind", ["texts", "measurements"])
def test_the_command_takes_raw_data_with_nothing_chosen(kind, tmp_path, capsys):
    if kind == "texts":
        texts, labels = messages(flipped=(5, 20))
        columns = {"text": texts, "label": labels}
    else:
        columns, _ = flipped_iris(1)
    path = tmp_path / "data.csv"
    path.write_bytes(table_of(columns).content)
    assert command.main(["find", str(path), "-o", str(tmp_path / "out.csv")]) == 0
    said = capsys.readouterr().out
    assert kind in said
    assert "The 20 most suspect:" in said
    assert "suggested_label" in (tmp_path / "out.csv").read_text().splitlines()[0]


# --- why ---------------------------------------------------------------------------------------


def test_the_words_of_another_topic_speak_against_a_wrong_label():
    texts, labels = messages(flipped=(0,))  # a text on delivery, labelled billing
    names = sorted(TOPICS)
    evidence = Evidence(Raw(tuple(texts), {}), np.array([names.index(label) for label in labels]), 3)
    given, rival = names.index("billing"), names.index("delivery")
    weights = evidence.word_weights(0, given, rival)
    assert all(weights[f"“{word}”"] < 0 for word in {"parcel", "courier", "tracking", "arrived"} & set(texts[0].split()))
    assert f"“{texts[0].split()[-1]}”" not in weights  # which no other text has
    assert evidence.reasons(0, given, rival, names)[0].endswith("for delivery")


def test_a_word_that_only_the_example_and_one_other_has_is_not_named():
    raw = Raw(("one rare word", "another rare thing", "else", "more"), {})
    assert Evidence(raw, np.array([0, 1, 0, 1]), 2).word_weights(0, 0, 1) == {}


def test_a_label_does_not_vouch_for_itself():
    raw = Raw(None, {"size": ("1", "9", "9", "1", "1"), "kind": ("x", "y", "y", "x", "x")})
    # The first row is labelled like the second and the third, but is like the others.
    weights = Evidence(raw, np.array([0, 0, 0, 1, 1]), 2).column_weights(0, 0, 1)
    assert list(weights) == ["size (1)", "kind (x)"]
    assert weights["size (1)"] < 0
    # No other of the two with its label has x, both of the rival's have: (0.5 / 3) / (2.5 / 3).
    assert weights["kind (x)"] == pytest.approx(np.log(0.2))


def test_a_missing_value_can_speak_for_a_label():
    columns = {"age": ("", "30", "40", "", "", "", "20", "20")}
    weights = Evidence(Raw(None, columns), np.array([0, 0, 0, 1, 1, 1, 0, 0]), 2).column_weights(0, 0, 1)
    assert weights["age (missing)"] < 0


def test_the_review_names_the_columns_and_is_searched_by_what_they_hold():
    columns, wrong = flipped_iris(0)
    opened = embedded(read(columns).make())
    session = Session(opened.dataset)
    session.train({})
    reviewing = Reviewing(session, opened.texts, opened.raw)
    said = [reviewing.reasons(int(example))["reasons"] for example in wrong]
    assert sum(any("of its values" in reason and "petal" in reason for reason in reasons) for reasons in said) >= 9
    first = opened.raw.described[0]
    assert first.startswith("sepal length (cm): 5.1, sepal width (cm): 3.5")
    assert 0 in reviewing.queue((50, 15, "mean", "outliers"), "all", text=first)


def test_an_extreme_but_rightly_labelled_row_is_not_ranked_above_wrong_labels():
    columns, wrong = flipped_iris(2)
    columns["petal width (cm)"] = columns["petal width (cm)"].copy()
    extreme = next(row for row in range(100, 150) if row not in wrong)
    columns["petal width (cm)"][extreme] = 9
    opened = embedded(read(columns).make())
    assert opened.dataset.made_of == "measurements"
    assert extreme not in first_rows(opened, 0.05)


def test_many_texts_are_trained_on_by_a_logistic_regression_which_finds_the_wrong_labels_too(monkeypatch):
    wrong = (5, 20, 41, 60)
    texts, labels = messages(flipped=wrong)
    opened = embedded(read({"text": texts, "label": labels}).make())
    by_svm = trained(opened.dataset, opened.dataset.given_label)
    monkeypatch.setattr("vizzy.estimate.MOST_FOR_SVM", len(texts) - 1)
    session = Session(opened.dataset)
    session.train({})
    assert set(wrong) <= set(np.argsort(session.predictions.label_quality)[:9])
    assert not np.array_equal(session.predictions.pred_probs, by_svm.pred_probs)
    np.testing.assert_allclose(session.predictions.pred_probs.sum(axis=1), 1)
    assert session.estimated_seconds() < 0.1
    assert "logistic regression" in session.solver_note()


def test_a_logistic_regression_gives_a_class_that_no_other_fold_has_no_probability():
    features = np.vstack([RANDOM.normal(size=(40, 3)) + 3 * (np.arange(40) % 2)[:, None], [[9, 9, 9]]])
    label = np.append(np.arange(40) % 2, 2)
    result = result_of(linear.cross_validation(features, label, 3, ("a", "b", "c")))
    assert result.pred_probs[40, 2] == 0
    assert any("c has 1 example" in note for note in result.notes)


@pytest.mark.parametrize("other", ["2", "-3.5e2", "+.5", " 7 ", "1_000", "inf", "nan", "0x1A", "1,5", "12%", "2024-02-28", "\u0663", "\u221212", "one", "1e999"])
def test_numbers_of_a_column_that_are_read_at_once_are_what_each_is_alone(other):
    read = _as_plain_numbers(["1", other])
    if read is not None:
        assert read.tolist() == [1.0, _number(other)]
