"""What everyday tools export, and what lies beside it: each was misread or refused once."""

import csv
import io
import json
import sqlite3

import numpy as np
import pytest
from brought_files import CLASSES, GIVEN, array, given_labels, opened, probabilities
from bad_files import zipped

from vizzy import reading
from vizzy.reading import InputFile

TEXTS = [f"review {row}: I find this {'great' if row % 3 else 'bad'} and bought it {row} times" for row in range(30)]
VECTORS = np.random.default_rng(0).normal(size=(30, 4))


def lines(rows, columns, name="data.csv", **options):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", **options).writerows([columns, *rows])
    return InputFile(name, out.getvalue().encode())


def labels_and_texts(name="data.csv", columns=("id", "text", "label"), first=0):
    return lines([[first + row, text, label] for row, (text, label) in enumerate(zip(TEXTS, GIVEN, strict=True))], columns, name)


def images(pattern):
    return [InputFile(pattern.format(row), b"") for row in range(30)]


def described(value, name):
    return InputFile(name, json.dumps(value).encode())


def embedded(*files):
    """The dataset of some images of which embeddings were computed."""
    proposal = reading.read(list(files))
    rows = len(proposal.images_to_embed)
    return proposal.embedded(array(VECTORS[:rows]).content).make()


SUPERVISELY = [
    *images("ds/img/{:02d}.jpg"),
    *[described({"tags": [{"name": label}], "size": {"height": 1, "width": 1}, "objects": []}, f"ds/ann/{row:02d}.jpg.json") for row, label in enumerate(GIVEN)],
    described({"classes": [], "tags": [{"name": name, "value_type": "none"} for name in CLASSES]}, "meta.json"),
]
DARWIN = [
    *images("images/{:02d}.png"),
    *[
        described({"version": "2.0", "item": {"name": f"{row:02d}.png", "path": "/"}, "annotations": [{"name": label, "tag": {}}]}, f"{row:02d}.json")
        for row, label in enumerate(GIVEN)
    ],
]


@pytest.mark.parametrize("files", [SUPERVISELY, DARWIN], ids=["Supervisely", "V7 Darwin"])
def test_annotations_with_a_file_for_each_image_are_one_table(files):
    assert given_labels(embedded(*files)) == GIVEN


def test_labels_in_the_names_of_images_stay_when_embeddings_were_computed():
    assert embedded(*[InputFile(f"{label}_{number}.jpg", b"") for label in CLASSES for number in range(5)]).dataset.classes == CLASSES


def test_test_data_and_a_sample_of_what_to_submit_are_named_whatever_their_number_of_rows():
    files = [
        labels_and_texts("train.csv", ("id", "text", "target")),
        lines([[100 + row, text] for row, text in enumerate(TEXTS)], ("id", "text"), "test.csv"),
        lines([[100 + row, "cat"] for row in range(30)], ("id", "target"), "sample_submission.csv"),
    ]
    one = opened(*files)
    assert given_labels(one) == GIVEN
    for name in ("test.csv", "sample_submission.csv"):
        assert f"{name} was not read: its rows are others than those of train.csv." in map(str, one.notes)
    outer = zipped([("train.csv.zip", zipped([("train.csv", files[0].content)])), ("sample_submission.csv", files[2].content)])
    assert given_labels(opened(InputFile("competition.zip", outer))) == GIVEN


def test_the_questions_of_a_survey_are_names_though_some_answers_look_like_them():
    header = ["StartDate", "Status", "Progress", "Q1", "Q2"]
    above = [["Start Date", "Response Type", "Progress", "Your opinion?", "What is it?"], [f'{{"ImportId":"Q{number}"}}' for number in range(5)]]
    rows = [["2024-01-01 10:00:00", "IP Address", "100", text, label] for text, label in zip(TEXTS, GIVEN, strict=True)]
    one = opened(lines([*above, *rows], header), roles={"Q2": "label"})
    assert given_labels(one) == GIVEN and one.texts[0] == TEXTS[0]


def test_a_list_of_all_classes_in_each_row_is_no_label():
    values = probabilities(classes=CLASSES)
    rows = [[label, label, json.dumps(values[row].tolist()), json.dumps(CLASSES)] for row, label in enumerate(GIVEN)]
    one = opened(lines(rows, ("target", "predicted_label", "probabilities", "labels")))
    assert given_labels(one) == GIVEN and one.dataset.pred_probs.shape == (30, 3)


@pytest.mark.parametrize("name", ["train.txt", "train.tsv", "train.conll"])
def test_tagged_words_get_a_sentence_that_says_what_they_are(name):
    words = "EU\tB-ORG\nrejects\tO\nGerman\tB-MISC\ncall\tO\n\n" * 5
    with pytest.raises(reading.ReadingError, match=f"{name} was not read: it is a file of labels within texts"):
        reading.read([InputFile(name, words.encode())])


def test_texts_in_files_that_a_table_names_are_its_texts_and_are_not_written_back():
    table = lines([[f"{row}.txt", label] for row, label in enumerate(GIVEN)], ("file", "label"), "labels.csv")
    one = opened(table, *[InputFile(f"texts/{row}.txt", text.encode()) for row, text in enumerate(TEXTS)])
    assert given_labels(one) == GIVEN and list(one.texts) == TEXTS
    assert one.table.joined == ("text",)
    assert not any("was not read" in str(note) for note in one.notes)


def test_the_lock_of_an_open_workbook_is_passed_over():
    assert given_labels(opened(labels_and_texts(), InputFile("~$data.xlsx", b"\x05user" + b" " * 160))) == GIVEN


def test_of_a_web_framework_s_database_the_table_with_labels_is_read_though_others_are_larger(tmp_path):
    with sqlite3.connect(tmp_path / "db.sqlite3") as connection:
        connection.execute("CREATE TABLE django_migrations (id INTEGER, app TEXT, name TEXT)")
        connection.executemany("INSERT INTO django_migrations VALUES (?, 'app', ?)", [(row, f"m{row}") for row in range(90)])
        connection.execute("CREATE TABLE comments (id INTEGER, text TEXT, label TEXT)")
        connection.executemany("INSERT INTO comments VALUES (?, ?, ?)", [(row, TEXTS[row], GIVEN[row]) for row in range(30)])
    connection.close()
    assert given_labels(opened(InputFile("db.sqlite3", (tmp_path / "db.sqlite3").read_bytes()))) == GIVEN


def of_numpy(**arrays):
    out = io.BytesIO()
    np.savez(out, **arrays)
    return InputFile("data.npz", out.getvalue())


RECORDS = np.array([(*VECTORS[row, :2], label) for row, label in enumerate(GIVEN)], dtype=[("size", "f8"), ("width", "f8"), ("kind", "U5")])


@pytest.mark.parametrize(
    "file",
    [array(RECORDS, "data.npy"), of_numpy(size=VECTORS[:, 0], width=VECTORS[:, 1], kind=np.array(GIVEN))],
    ids=["records", "arrays"],
)
def test_arrays_of_one_value_a_row_are_columns(file):
    one = opened(file)
    assert given_labels(one) == GIVEN
    assert one.roles == {"size": "measurement", "width": "measurement", "kind": "label"}


def test_arrays_of_texts_and_labels_are_columns_and_labels_beside_vectors_are_labels():
    one = opened(of_numpy(text=np.array(TEXTS), label=np.array(GIVEN)))
    assert given_labels(one) == GIVEN and list(one.texts) == TEXTS
    one = opened(of_numpy(ids=np.arange(30), labels=np.array(GIVEN), vectors=VECTORS))
    assert given_labels(one) == GIVEN and one.dataset.embeddings.shape == (30, 4)


def test_measurements_and_labels_in_a_file_each_for_train_and_test_are_put_together():
    def numbers(name, rows):
        return lines([[f"{value:.4f}" for value in VECTORS[row]] for row in rows], list("abcd"), name)

    def labels(name, rows):
        return lines([[GIVEN[row]] for row in rows], ["target"], name)

    files = [numbers("X_test.csv", range(20, 30)), numbers("X_train.csv", range(20)), labels("y_test.csv", range(20, 30)), labels("y_train.csv", range(20))]
    one = opened(*files)
    order = [*range(20, 30), *range(20)]
    assert given_labels(one) == [GIVEN[row] for row in order]
    np.testing.assert_allclose(one.dataset.embeddings, VECTORS[order], atol=1e-4)


def test_rows_that_a_search_engine_wraps_are_read_without_what_it_adds():
    hits = [{"_index": "x", "_id": str(row), "_score": 1.0, "_source": {"text": TEXTS[row], "label": GIVEN[row]}} for row in range(30)]
    one = opened(described({"took": 1, "hits": {"total": {"value": 30}, "hits": hits}}, "hits.json"))
    assert given_labels(one) == GIVEN and one.table.columns == ("text", "label")


def test_doubled_tabs_between_numbers_are_no_further_column():
    rows = ["\t\t".join(cells) if row == 7 else "\t".join(cells) for row, cells in enumerate([*(f"{value:.3f}" for value in VECTORS[row]), str(row % 3)] for row in range(30))]
    one = opened(InputFile("seeds.txt", "\n".join(rows).encode()))
    assert given_labels(one) == [str(row % 3) for row in range(30)]
    assert any("left out in 1 row of seeds.txt" in str(note) for note in one.notes)


def test_a_saved_web_page_is_read_beside_what_it_is_drawn_with_and_without_its_foot():
    rows = "".join(f"<tr><td>{5 + row / 3:.2f}</td><td>{label}</td></tr>" for row, label in enumerate(GIVEN))
    page = f"<html><table><thead><tr><th>size</th><th>label</th></tr></thead><tbody>{rows}</tbody><tfoot><tr><td>295.00</td><td>Total</td></tr></tfoot></table></html>"
    one = opened(InputFile("page.html", page.encode()), InputFile("page_files/style.css", b"td { color: red }"), InputFile("page_files/x.js", b"var a = 1;"))
    assert given_labels(one) == GIVEN
    assert any("at the foot of a table in page.html was left out" in str(note) for note in one.notes)


def test_a_last_row_of_sums_is_left_out_though_its_word_stands_below_the_labels():
    rows = [[5 + row / 4, 3 - row / 8, label] for row, label in enumerate(GIVEN)]
    total = [sum(row[0] for row in rows), sum(row[1] for row in rows), "Grand Total"]
    assert given_labels(opened(lines([*rows, total], ("size", "width", "label")))) == GIVEN
    assert opened(lines([*rows, [1.5, 2.5, "total"]], ("size", "width", "label"))).dataset.classes == (*CLASSES, "total")
