"""Malformed files: every one gets a sentence that says what is wrong, where, and what to do; none gets through."""

import io
import json
import random
import re

import numpy as np
import pytest
from bad_files import ODD, REFUSED, _huge_table

from vizzy.reading import IN_BROWSER, NATIVE, Choices, InputFile, ReadingError, check_sizes, files_at, read
from vizzy.sentences import Sentence


def titled(cases):
    return pytest.mark.parametrize("case", cases, ids=[case.title for case in cases])


def opened(case):
    return read(case.files, Choices(**case.choices), IN_BROWSER).make()


@titled(REFUSED)
def test_a_malformed_file_is_refused_in_a_sentence_that_says_where_and_what_to_do(case):
    with pytest.raises(ReadingError) as raised:
        opened(case)
    sentence = str(raised.value)
    assert isinstance(raised.value.args[0], Sentence), "else the page could not translate it"
    assert re.search(case.sentence, sentence, re.DOTALL), sentence
    assert sentence.endswith((".", "?", "softmax.", "exp."))
    assert "\n" not in sentence and "Traceback" not in sentence
    assert len(sentence) < 500
    assert ":" in sentence, "what to do comes after a colon"
    if case.files:
        assert any(file.name in sentence or "label" in sentence for file in case.files)


@titled(ODD)
def test_an_odd_but_readable_file_is_read_to_the_same_labels(case):
    dataset = opened(case).dataset
    assert len(dataset) in (3, 4)
    assert dataset.given_label.tolist() == [0, 1, 0, 1][: len(dataset)] or dataset.given_label.tolist() == [
        1,
        0,
        1,
        0,
    ]


def test_a_problem_that_can_be_corrected_leaves_a_proposal_to_correct():
    case = next(case for case in REFUSED if case.title == "a word in an embedding")
    proposal = read(case.files)
    assert "'e0' is 'x'" in proposal.problem
    assert [column["role"] for column in proposal.summary()["columns"]] == [
        "id",
        "label",
        "embedding",
        "embedding",
    ]
    corrected = proposal.corrected(roles={"e0": "ignored", "e1": "embedding"})
    assert corrected.make().dataset.embeddings.tolist() == [[2], [4], [6]]


def test_a_file_of_2_gb_is_refused_by_its_size_before_it_is_read():
    with pytest.raises(ReadingError, match="huge.csv has 2,147 MB"):
        check_sizes([("huge.csv", 2 << 30)], IN_BROWSER)
    assert _huge_table().content[:2] == b"id"


def test_natively_a_file_that_is_too_large_is_not_even_opened(tmp_path):
    with open(tmp_path / "huge.csv", "wb") as file:
        file.truncate(NATIVE.file_bytes + 1)  # a hole: it takes no space
    with pytest.raises(ReadingError, match="huge.csv has 4,000 MB, but at most 4,000 MB fit: bring a part"):
        files_at([tmp_path / "huge.csv"])


def test_many_files_are_refused_by_what_they_have_together():
    with pytest.raises(ReadingError, match="a.npy and the files beside it have 450 MB together"):
        check_sizes([(name, 150_000_000) for name in ("a.npy", "b.npy", "c.npy")], IN_BROWSER)


def test_more_rows_than_a_browser_can_hold_are_refused_with_the_command_that_can():
    text = "id,label,x1,x2\n" + "".join(f"{i},{i % 2},1,2\n" for i in range(IN_BROWSER.rows + 1))
    with pytest.raises(
        ReadingError, match="200,001 rows, but at most 200,000 rows of a table are read: .*python -m vizzy find a.csv"
    ):
        read([InputFile("a.csv", text.encode())], limits=IN_BROWSER)


@pytest.mark.parametrize("start", range(0, 160, 4))
def test_a_damaged_array_never_raises_anything_but_a_reading_error(start):
    out = io.BytesIO()
    np.save(out, np.arange(8.0).reshape(4, 2))
    content = bytearray(out.getvalue())
    content[start : start + 4] = b"\xff(\x00'"
    try:
        read(
            [InputFile("labels.csv", b"label\na\nb\na\nb\n"), InputFile("embeddings.npy", bytes(content))]
        ).make()
    except ReadingError:
        pass


@pytest.mark.parametrize(
    "header",
    [
        "-" * 9000 + "1",
        "(" * 5000,
        "[" * 199,
        "{1:" * 199,
        "not " * 2000 + "1",
        "1" + "+1" * 4000,
        "a." * 4000 + "b",
        "1" * 9000,
    ],
    ids=["signs", "brackets", "lists", "objects", "words", "sums", "dots", "digits"],
)
def test_a_header_that_would_overflow_webassemblys_stack_is_not_even_parsed(header):
    content = b"\x93NUMPY\x01\x00" + (len(header) + 1).to_bytes(2, "little") + header.encode() + b"\n"
    with pytest.raises(ReadingError, match="embeddings.npy (cannot be read|is)"):
        read([InputFile("labels.csv", b"label\na\nb\n"), InputFile("embeddings.npy", content)])


@pytest.mark.parametrize("levels", [50, 51])
def test_json_may_be_nested_50_levels_deep_and_brackets_in_texts_do_not_count(levels):
    text = (
        json.dumps({"label": "[" * 1000 + '\\"{'})[:-1]
        + ', "deep": '
        + "[" * (levels - 1)
        + "]" * (levels - 1)
        + "}"
    )
    if levels > 50:
        with pytest.raises(ReadingError, match="line 1 is no JSON .nested more than 50 levels deep"):
            read([InputFile("data.jsonl", text.encode())])
    else:
        assert "says" in read([InputFile("data.jsonl", text.encode())]).problem  # one class: it was parsed


DAMAGE = [
    b",",
    b'"',
    b"\n",
    b"\r",
    b"\0",
    b"label",
    b"nan",
    b"[",
    b"{",
    b"1e400",
    b";",
    b"'",
    b"\xff",
    b"null",
    b"given_label",
]


@pytest.mark.parametrize("case", ODD, ids=[case.title for case in ODD])
def test_whatever_is_damaged_in_a_file_it_is_read_or_refused_in_a_sentence(case):
    chance = random.Random(case.title)
    for _ in range(40):
        files = list(case.files)
        number = chance.randrange(len(files))
        content = bytearray(files[number].content)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(content) + 1)
            content[at : at + chance.randint(0, 20) * chance.randint(0, 1)] = chance.choice(DAMAGE)
        files[number] = InputFile(files[number].name, bytes(content))
        try:
            proposal = read(files, Choices(**case.choices), IN_BROWSER)
            json.dumps(proposal.summary())
            proposal.make()
        except ReadingError as error:
            assert str(error).count("\n") == 0
