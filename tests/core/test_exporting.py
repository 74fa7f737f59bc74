"""What is taken home: the corrected table, the changes, the report; and that the table loads back to the same state."""

import csv
import html.parser
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from bad_files import EMBEDDINGS, GOOD, PROBS, npy, table, text_file
from hypothesis import given
from hypothesis import strategies as st

from vizzy import confident, exporting, ranking
from vizzy.report import html_report
from vizzy.native.page_commands import TableWriter
from vizzy.reading import Choices, InputFile, ReadingError, Review, read
from vizzy.vocabulary import REVIEW_ACTIONS

ADDED = [
    "given_label",
    "suggested_label",
    "corrected_label",
    "label_quality",
    "is_label_issue",
    "is_out_of_distribution",
]


def opened_from(text, name="data.csv", encoding="utf-8", **choices):
    return read([text_file(name, text, encoding)], Choices(**choices)).make()


def findings_of(opened):
    label, pred_probs = opened.dataset.given_label, opened.dataset.pred_probs
    return exporting.Findings(
        label=label,
        pred_probs=pred_probs,
        analysis=confident.analyse(label, pred_probs),
        label_quality=ranking.label_quality(label, pred_probs),
    )


def reviewed(opened, decisions):
    """A review with some decisions: example -> (action, corrected label)."""
    corrected, actions = opened.dataset.given_label.copy(), [""] * len(opened.dataset)
    for example, (action, label) in decisions.items():
        actions[example], corrected[example] = action, label
    return Review(corrected, tuple(actions))


def exported(opened, review=None):
    name, content = exporting.corrected_table(opened, findings_of(opened), review or opened.review)
    return InputFile(name, content)


def rows_of(file, delimiter=","):
    return list(
        csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    )


DECISIONS = {0: ("kept", 0), 1: ("changed", 0), 2: ("no class", -1), 3: ("skipped", 1)}


def test_the_table_keeps_its_columns_in_order_and_gets_the_findings_after_them():
    opened = opened_from(GOOD)
    file = exported(opened, reviewed(opened, DECISIONS))
    assert file.name == "data-corrected.csv"
    lines = file.content.decode().splitlines()
    assert lines[0].split(",") == ["id", "label", "p_cat", "p_dog", *ADDED, "review_action", "decision", "near_duplicates"]
    assert lines[1].startswith("a,cat,0.9,0.1,cat,cat,cat,0.9,False,False,kept,given label kept,")
    rows = rows_of(file)
    assert [row["corrected_label"] for row in rows] == ["cat", "cat", "", "dog"]
    assert [row["given_label"] for row in rows] == ["cat", "dog", "cat", "dog"]


@pytest.mark.parametrize(
    ("text", "name", "encoding"),
    [
        (GOOD, "data.csv", "utf-8"),
        (GOOD.replace(",", ";"), "data.csv", "utf-8"),
        (GOOD.replace(",", "\t"), "data.tsv", "utf-8"),
        (GOOD.replace("\n", "\r\n"), "data.csv", "utf-8-sig"),
        (GOOD.replace("cat", "Kätzchen"), "data.csv", "cp1252"),
        (GOOD, "data.csv", "utf-16"),
        ("sep=;\n" + GOOD.replace(",", ";"), "data.csv", "utf-8"),
        (
            "\n".join(
                json.dumps({"label": k, "probs": p.tolist()}) for k, p in zip("abab", PROBS, strict=True)
            ),
            "d.jsonl",
            "utf-8",
        ),
        (
            json.dumps([{"label": k, "probs": p.tolist()} for k, p in zip("abab", PROBS, strict=True)]),
            "d.json",
            "utf-8",
        ),
    ],
    ids=["csv", "semicolons", "tsv", "windows", "cp1252", "utf-16", "sep", "json lines", "json"],
)
def test_an_exported_table_loads_to_the_same_state_and_exports_to_the_same_bytes(text, name, encoding):
    opened = opened_from(text, name, encoding)
    review = reviewed(opened, DECISIONS)
    file = exported(opened, review)
    again = read([file]).make()
    assert again.dataset.classes == opened.dataset.classes
    assert again.dataset.ids == opened.dataset.ids
    np.testing.assert_array_equal(again.dataset.given_label, opened.dataset.given_label)
    np.testing.assert_array_equal(again.dataset.pred_probs, opened.dataset.pred_probs)
    np.testing.assert_array_equal(again.review.corrected_label, review.corrected_label)
    assert again.review.actions == review.actions
    assert exported(again, again.review) == file


@given(
    st.lists(st.sampled_from(REVIEW_ACTIONS), min_size=4, max_size=4),
    st.lists(st.integers(0, 1), min_size=4, max_size=4),
)
def test_any_review_survives_the_round_trip(actions, labels):
    opened = opened_from(GOOD)
    given_label = opened.dataset.given_label
    decided = {"": lambda i: given_label[i], "kept": lambda i: given_label[i], "no class": lambda i: -1}
    review = reviewed(opened, {i: (a, decided.get(a, labels.__getitem__)(i)) for i, a in enumerate(actions)})
    again = read([exported(opened, review)]).make().review
    assert again.actions == review.actions
    np.testing.assert_array_equal(again.corrected_label, review.corrected_label)


def test_rows_without_a_label_stay_in_the_table_and_are_left_out_again_by_themselves():
    opened = opened_from(table("a,cat,0.9,0.1", "b,,0.5,0.5", "c,dog,0.2,0.8"), leave_out_unlabelled=True)
    file = exported(opened)
    assert [row["given_label"] for row in rows_of(file)] == ["cat", "", "dog"]
    again = read([file]).make()
    assert again.dataset.ids == ("a", "c")
    assert exported(again) == file


def test_a_corrected_label_that_nobody_was_given_is_a_class_when_loaded():
    file = exported(opened_from(GOOD))
    edited = InputFile(
        file.name,
        file.content.replace(b"False,False,\n", b"False,False,\n").replace(b"cat,cat,cat", b"cat,cat,wolf"),
    )
    again = read([edited]).make()
    assert again.dataset.classes == ("cat", "dog", "wolf")
    assert again.review.corrected_label[0] == 2 and again.review.actions[0] == "changed"


FORMULAS = table(
    *(
        f'"{cell}",{label},0.5,0.5'
        for cell, label in (("=1+1", "cat"), ("'=x", "@dog"), ("-1", "cat"), ("+a", "@dog"))
    ),
    header="id,label,p_cat,p_@dog",
)


def test_no_cell_that_a_spreadsheet_would_run_is_exported_and_all_come_back():
    opened = opened_from(FORMULAS)
    file = exported(opened, reviewed(opened, {0: ("changed", 0)}))
    for cells in csv.reader(io.StringIO(file.content.decode())):
        assert not any(cell[:1] in ("=", "+", "@", "\t", "\r") for cell in cells)
        assert not any(cell[:1] == "-" and cell != "-1" for cell in cells)
    again = read([file]).make()
    assert again.dataset.ids == ("=1+1", "'=x", "-1", "+a")
    assert again.dataset.classes == opened.dataset.classes
    assert exported(again, again.review) == file


def test_an_apostrophe_in_a_table_of_others_is_left_alone():
    opened = opened_from(FORMULAS)
    assert opened.dataset.ids == ("=1+1", "'=x", "-1", "+a")


def test_json_is_exported_with_its_values_and_with_true_numbers_and_booleans():
    rows = [{"label": 1, "probs": [0.1, 0.9], "deep": {"x": None}}, {"label": 0, "probs": [0.8, 0.2]}]
    file = exported(opened_from("\n".join(map(json.dumps, rows)) + "\n", "data.jsonl"))
    first, second = (json.loads(line) for line in file.content.decode().splitlines())
    assert list(first)[:3] == ["label", "probs", "deep"] and first["deep"] == {"x": None}
    assert "deep" not in second
    assert (
        first["label_quality"] == 0.9 and first["is_label_issue"] is False and first["review_action"] is None
    )


def test_columns_of_the_same_name_that_are_not_vizzys_are_kept():
    text = (
        GOOD.replace("id,label", "id,label,label_quality")
        .replace("cat,0", "cat,mine,0")
        .replace("dog,0", "dog,mine,0")
    )
    opened = opened_from(text)
    file = exported(opened)
    rows = rows_of(file)
    assert {row["label_quality"] for row in rows} == {"mine"}
    assert rows[0]["vizzy_label_quality"] == "0.9"
    assert exported(read([file]).make()) == file


def test_a_table_whose_labels_are_called_given_label_does_not_get_them_twice():
    file = exported(opened_from(GOOD.replace("label", "given_label")))
    assert file.content.decode().splitlines()[0].split(",").count("given_label") == 1


def test_labels_from_an_array_come_home_as_a_table():
    files = [
        InputFile("labels.npy", npy(np.array(["cat", "dog", "cat", "dog"]))),
        InputFile("pred_probs.npy", npy(PROBS)),
    ]
    opened = read(files).make()
    file = exported(opened)
    assert file.name == "labels-corrected.csv"
    assert file.content.decode().splitlines()[1] == "1,cat,cat,cat,cat,0.9,False,False,,undecided,"
    again = read([file, files[1]]).make()
    np.testing.assert_array_equal(again.dataset.given_label, opened.dataset.given_label)


def test_a_label_beyond_the_tables_encoding_makes_it_utf_8():
    opened = opened_from(GOOD.replace("a,cat", "ä,cat"), encoding="cp1252")
    renamed = replace(opened, dataset=replace(opened.dataset, classes=("cat", "犬")))
    content = exporting.corrected_table(renamed, findings_of(opened), opened.review)[1]
    assert "犬" in content.decode("utf-8-sig")


def test_the_list_of_changes_has_the_changed_rows_alone_and_the_line_of_each():
    opened = opened_from(GOOD)
    name, content = exporting.changes(opened, findings_of(opened), reviewed(opened, DECISIONS))
    assert name == "data-changes.csv"
    rows = rows_of(InputFile(name, content))
    assert [
        (row["line"], row["id"], row["given_label"], row["corrected_label"], row["review_action"])
        for row in rows
    ] == [
        ("3", "b", "dog", "cat", "changed"),
        ("4", "c", "cat", "", "no class"),
    ]


def test_the_list_of_changes_keeps_what_was_suggested_when_each_was_decided_on():
    opened = opened_from(GOOD)
    _, content = exporting.changes(opened, findings_of(opened), reviewed(opened, DECISIONS), {1: (0, 0.125), 0: (1, 0.5)})
    seen = [(row["id"], row["suggested_when_decided"], row["label_quality_when_decided"]) for row in rows_of(InputFile("c.csv", content))]
    assert seen == [("b", "cat", "0.125"), ("c", "", "")]


class Page(html.parser.HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)

    def handle_data(self, data):
        self.text += data


def test_the_report_holds_counts_thresholds_and_the_matrix():
    opened = opened_from(GOOD)
    name, content = html_report(
        opened, findings_of(opened), reviewed(opened, DECISIONS), lambda example: ["because"]
    )
    assert name == "data-report.html"
    page = Page(content.decode())
    for said in (
        "Label errors in data",
        "Label issues",
        "Confident joint",
        "50th percentile",
        "Labels changed2",
        "because",
        "Filedata.csv",
        "Date20",
        "predicted probabilities that came with the data",
        "Changed: 2",
        "To review",
    ):
        assert said in page.text
    assert page.text.index("Changed: 2") < page.text.index("To review")
    assert "0.750" in page.text, "the threshold of cat, the median of 0.9 and 0.6"


@pytest.mark.parametrize(("percentile", "words"), [(51, "51st"), (2, "2nd"), (83, "83rd"), (12, "12th"), (2.5, "2.5th")])
def test_the_report_counts_as_english_does(percentile, words):
    opened = opened_from(GOOD)
    findings = replace(findings_of(opened), class_percentile=percentile, ood_percentile=percentile)
    _, content = html_report(opened, findings, reviewed(opened, DECISIONS), lambda example: ["because"])
    assert Page(content.decode()).text.count(f"{words} percentile") == 2


@pytest.mark.parametrize(
    "evil",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "TITLE", "BODY", "</style>", "&lt;"],
)
def test_the_report_runs_nothing_of_what_the_data_says(evil):
    rows = [
        {"id": f"{evil}{i}", "text": evil, "label": evil if i % 2 else "b", "probs": p.tolist()}
        for i, p in enumerate(PROBS)
    ]
    opened = opened_from(json.dumps(rows), f"{evil.replace('/', '')}.json")
    _, content = html_report(opened, findings_of(opened), opened.review, lambda example: [evil])
    page = Page(content.decode())
    assert "script" not in page.tags and "img" not in page.tags
    assert page.tags.count("style") == 1 and page.tags.count("body") == 1
    assert page.text.count(evil) >= 4


def test_classes_without_examples_show_no_infinite_threshold():
    opened = opened_from("label,p_cat,p_dog,p_bear\ncat,0.8,0.1,0.1\ndog,0.2,0.5,0.3\n")
    page = Page(html_report(opened, findings_of(opened), opened.review)[1].decode())
    assert "inf" not in page.text.replace("info", "") and "none: no example" in page.text


def test_embeddings_in_columns_survive_the_export_unchanged():
    text = "label,e0,e1\n" + "".join(
        f"{k},{a!r},{b!r}\n" for k, (a, b) in zip("abab", EMBEDDINGS.tolist(), strict=True)
    )
    opened = opened_from(text)
    pred_probs = PROBS
    findings = exporting.Findings(
        opened.dataset.given_label,
        pred_probs,
        confident.analyse(opened.dataset.given_label, pred_probs),
        pred_probs[:, 0],
    )
    file = InputFile("x.csv", exporting.corrected_table(opened, findings, opened.review)[1])
    np.testing.assert_array_equal(read([file]).make().dataset.embeddings, EMBEDDINGS)


def test_a_table_that_an_earlier_version_exported_is_still_known_as_exported():
    opened = opened_from(GOOD)
    file = exported(opened, reviewed(opened, DECISIONS))
    older = "\n".join(line.rsplit(",", 2)[0] for line in file.content.decode().splitlines()) + "\n"
    again = read([InputFile("data-corrected.csv", older.encode())]).make()
    assert again.review.actions == reviewed(opened, DECISIONS).actions


def test_columns_that_were_joined_from_another_table_are_not_written_into_that_of_the_labels():
    labels = text_file("labels.csv", "id,label\na,cat\nb,dog\nc,cat\nd,dog\n")
    more = text_file("predicted.csv", "id,p_cat,p_dog\nx,0.5,0.5\nd,0.3,0.7\nc,0.6,0.4\nb,0.2,0.8\na,0.9,0.1\n")
    opened = read([more, labels]).make()
    assert opened.dataset.pred_probs.tolist() == [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]]
    file = exported(opened)
    assert file.name == "labels-corrected.csv"
    assert list(rows_of(file)[0])[:3] == ["id", "label", "given_label"] and "p_cat" not in rows_of(file)[0]


def test_of_tables_one_below_the_other_the_changes_and_the_report_say_which_a_line_is_of():
    may = "p_cat,p_dog,label\n0.9,0.1,cat\n0.2,0.8,cat\n0.3,0.7,dog\n"
    june = "p_cat,p_dog,label\n0.85,0.15,cat\n0.1,0.9,cat\n0.25,0.75,dog\n"
    opened = read([text_file("may.csv", may), text_file("june.csv", june)]).make()
    review = reviewed(opened, {1: ("accepted", 1), 4: ("accepted", 1)})
    changed = rows_of(InputFile(*exporting.changes(opened, findings_of(opened), review)))
    assert [(row["line"], row["split"]) for row in changed] == [("3", "may"), ("3", "june")]
    report = html_report(opened, findings_of(opened), review)[1].decode()
    assert "<td>may, 3</td>" in report and "<td>june, 3</td>" in report


def test_tables_that_were_put_one_below_the_other_are_not_written_over(tmp_path):
    paths = [(name, tmp_path / name) for name in ("train.csv", "test.csv")]
    with pytest.raises(ReadingError, match="was made of several files: leave out --in-place"):
        TableWriter(paths, in_place=True).write("train+test-corrected.csv", b"")
