"""Reading good files: what columns and arrays are taken for, how choices correct it, what becomes of the rows."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from bad_files import EMBEDDINGS, GOOD, LABELS, PROBS, npy, npz, table, text_file, zipped

from vizzy.reading import IN_BROWSER, Choices, InputFile, ReadingError, Images, files_at, read
from vizzy.estimate import training_seconds
from vizzy.reading.formats import read_table, write_table
from vizzy.reading.tables import guarded, unguarded

STATIC = Path(__file__).parents[2] / "static"


def roles(proposal):
    return {column["name"]: column["role"] for column in proposal.summary()["columns"]}


def csv(text, name="data.csv"):
    return read([text_file(name, text)])


def test_a_table_with_probabilities_is_read_with_its_classes_ids_and_labels():
    dataset = csv(GOOD).make().dataset
    assert dataset.ids == ("a", "b", "c", "d")
    assert dataset.classes == ("cat", "dog")
    assert dataset.given_label.tolist() == [0, 1, 0, 1]
    np.testing.assert_array_equal(dataset.pred_probs, PROBS)
    assert dataset.embeddings is None and dataset.name == "data"


def test_columns_of_probabilities_go_to_the_classes_they_name_in_any_order():
    text = "label,prob_dog,prob_cat\ncat,0.1,0.9\ndog,0.8,0.2\n"
    dataset = csv(text).make().dataset
    assert dataset.classes == ("dog", "cat")
    assert dataset.given_label.tolist() == [1, 0]
    assert dataset.pred_probs.tolist() == [[0.1, 0.9], [0.8, 0.2]]


@pytest.mark.parametrize(
    "names",
    [
        "p_cat,p_dog",
        "prob(cat),prob(dog)",
        "cat,dog",
        "cat_prob,dog_prob",
        "pred_probs.cat,pred_probs.dog",
        "P_Cat,P_Dog",
    ],
)
def test_probabilities_are_known_by_the_usual_names(names):
    proposal = csv(f"label,{names}\ncat,0.9,0.1\ndog,0.2,0.8\n")
    assert proposal.make().dataset.pred_probs.tolist() == [[0.9, 0.1], [0.2, 0.8]]
    assert proposal.make().dataset.classes == ("cat", "dog")


def test_numbered_columns_of_probabilities_are_of_the_classes_in_order_and_it_is_said():
    proposal = csv("label,prob_0,prob_1\ndog,0.1,0.9\ncat,0.8,0.2\n")
    assert proposal.make().dataset.classes == ("cat", "dog")
    assert any("taken to be of 'cat', 'dog', in this order" in note for note in proposal.notes)


def test_numbered_columns_are_probabilities_if_they_sum_to_one_and_dimensions_if_not():
    probs = csv("label,0,1\n0,0.9,0.1\n1,0.2,0.8\n").make().dataset
    assert probs.pred_probs.tolist() == [[0.9, 0.1], [0.2, 0.8]]
    dimensions = csv("label,0,1\n0,5,0.1\n1,0.2,7\n").make().dataset
    assert dimensions.pred_probs is None and dimensions.embeddings.tolist() == [[5, 0.1], [0.2, 7]]


@pytest.mark.parametrize(
    "names", ["e0,e1", "emb_0,emb_1", "dim 0,dim 1", "feature_1,feature_2", "x1,x2"]
)
def test_embeddings_are_known_by_the_usual_names_or_by_being_numbers(names):
    dataset = csv(f"label,{names},remark\ncat,1,2,x\ndog,3,4,y\n").make().dataset
    assert dataset.embeddings.tolist() == [[1, 2], [3, 4]]


def test_what_gives_the_label_away_is_no_feature():
    proposal = csv("target,label,index,width,height\na,1,5,1,2\nb,0,5,3,4\n")
    assert roles(proposal) == {
        "target": "ignored",
        "label": "label",
        "index": "ignored",
        "width": "measurement",
        "height": "measurement",
    }
    assert list(proposal.make().raw.columns) == ["width", "height"]


def test_a_column_of_lists_is_an_embedding_as_json_or_as_numpy_prints_it():
    for cell in ("[1, 2.5]", "[1.  2.5]"):
        assert csv(f'label,embedding\ncat,"{cell}"\ndog,"[3, 4]"\n').make().dataset.embeddings.tolist() == [
            [1, 2.5],
            [3, 4],
        ]


def test_json_lines_hold_text_lists_and_objects_of_probabilities():
    rows = [
        {
            "text": "hello",
            "label": "greeting",
            "probs": {"greeting": 0.9, "other": 0.1},
            "nested": {"a": [1]},
        },
        {"text": "what?", "label": "other", "probs": {"other": 1}},
    ]
    opened = csv("\n".join(map(json.dumps, rows)), "data.jsonl").make()
    assert opened.texts == ("hello", "what?")
    assert opened.dataset.classes == ("greeting", "other")
    assert opened.dataset.pred_probs.tolist() == [[0.9, 0.1], [0, 1]]


def test_labels_of_json_keep_numbers_and_booleans_as_names():
    rows = [{"label": True, "e0": 1, "e1": 2}, {"label": False, "e0": 3, "e1": 4}]
    assert csv(json.dumps(rows), "data.json").make().dataset.classes == ("false", "true")


def test_an_array_beside_a_table_is_taken_for_what_it_looks_like():
    labels = text_file("labels.csv", LABELS)
    assert (
        read([labels, InputFile("a.npy", npy(EMBEDDINGS))]).make().dataset.embeddings.tolist()
        == EMBEDDINGS.tolist()
    )
    assert read([labels, InputFile("a.npy", npy(PROBS))]).make().dataset.pred_probs.tolist() == PROBS.tolist()
    # What looks like probabilities is an embedding if it is called one.
    assert read([labels, InputFile("embeddings.npy", npy(PROBS))]).make().dataset.pred_probs is None


def test_an_npz_holds_everything():
    content = npz(
        X=EMBEDDINGS,
        y=np.array([1, 0, 1, 0]),
        pred_probs=PROBS[:, ::-1],
        class_names=np.array(["dog", "cat"]),
    )
    dataset = read([InputFile("all.npz", content)]).make().dataset
    assert dataset.classes == ("dog", "cat")
    assert dataset.given_label.tolist() == [1, 0, 1, 0]
    assert dataset.pred_probs.tolist() == PROBS[:, ::-1].tolist()
    assert dataset.embeddings.tolist() == EMBEDDINGS.tolist()
    assert dataset.ids == ("1", "2", "3", "4")


def test_labels_as_an_array_of_text_or_numbers():
    for labels in (np.array(["cat", "dog", "cat", "dog"]), np.array([0, 1, 0, 1])):
        files = [InputFile("labels.npy", npy(labels)), InputFile("embeddings.npy", npy(EMBEDDINGS))]
        assert read(files).make().dataset.given_label.tolist() == [0, 1, 0, 1]


def test_classes_listed_put_the_columns_of_an_array_in_order():
    files = [text_file("labels.csv", LABELS), InputFile("pred_probs.npy", npy(PROBS))]
    dataset = read(files, Choices(classes=("dog", "cat"))).make().dataset
    assert dataset.classes == ("dog", "cat")
    assert dataset.given_label.tolist() == [1, 0, 1, 0]


def test_a_table_of_numbers_beside_the_labels_is_matched_by_its_columns_names():
    probs = text_file("probs.csv", "id,dog,cat\na,0.1,0.9\nb,0.8,0.2\nc,0.4,0.6\nd,0.7,0.3\n")
    dataset = read([text_file("labels.csv", LABELS), probs]).make().dataset
    assert dataset.classes == ("dog", "cat")
    np.testing.assert_allclose(dataset.pred_probs[:, ::-1], PROBS)


def test_a_class_nobody_is_given_is_kept_if_it_has_probabilities():
    proposal = csv("label,p_cat,p_dog,p_bear\ncat,0.8,0.1,0.1\ndog,0.2,0.5,0.3\n")
    assert proposal.make().dataset.classes == ("cat", "dog", "bear")
    assert any("No row is labelled 'bear'" in note for note in proposal.notes)


def test_numbers_are_classes_in_the_order_of_numbers():
    text = "label,e0,e1\n" + "".join(f"{i},{i},1\n" for i in (10, 9, 2, 10, 9, 2))
    assert csv(text).make().dataset.classes == ("2", "9", "10")


def test_spaces_around_labels_are_taken_off_and_counted_and_letter_case_is_noted():
    proposal = csv("label,e0,e1\n cat,1,2\ncat ,2,3\nCat,4,5\ndog,1,1\ndog,2,2\n")
    assert proposal.make().dataset.classes == ("Cat", "cat", "dog")
    assert any("2 labels had spaces" in note for note in proposal.notes)
    assert any("'Cat' and 'cat' are counted as different" in note for note in proposal.notes)


def test_rows_without_a_label_are_left_out_on_request_and_their_number_is_said():
    proposal = csv(table("a,cat,0.9,0.1", "b,,0.5,0.5", "c,dog,0.2,0.8", "d,N/A,1,0"))
    assert proposal.summary()["unlabelled"] == 2
    with pytest.raises(ReadingError, match="2 of 4 rows, first at data.csv line 3"):
        proposal.make()
    opened = proposal.corrected(leave_out_unlabelled=True).make()
    assert opened.dataset.ids == ("a", "c")
    assert opened.row_idx.tolist() == [0, 2]
    assert opened.dataset.pred_probs.tolist() == [[0.9, 0.1], [0.2, 0.8]]


def test_an_array_beside_a_table_loses_the_rows_without_a_label_too():
    labels = text_file("labels.csv", "label\ncat\n\ndog\ncat\n")
    files = [labels, InputFile("embeddings.npy", npy(EMBEDDINGS))]
    dataset = read(files, Choices(leave_out_unlabelled=True)).make().dataset
    assert dataset.embeddings.tolist() == EMBEDDINGS[[0, 2, 3]].tolist()


def test_the_label_column_can_be_chosen():
    proposal = csv("kind,e0,e1\ncat,1,2\ndog,3,4\n")
    assert "choose the one" in proposal.problem
    assert proposal.corrected(roles={"kind": "label"}).make().dataset.classes == ("cat", "dog")


def test_a_chosen_role_takes_the_place_of_the_guess():
    proposal = csv("label,kind,e0,e1\nx,cat,1,2\ny,dog,3,4\n").corrected(roles={"kind": "label"})
    assert roles(proposal) == {"label": "ignored", "kind": "label", "e0": "embedding", "e1": "embedding"}


def test_the_role_of_an_array_can_be_chosen():
    files = [text_file("labels.csv", LABELS), InputFile("a.npy", npy(PROBS))]
    proposal = read(files).corrected(arrays={"a.npy": "embeddings"})
    assert proposal.make().dataset.embeddings.tolist() == PROBS.tolist()
    assert proposal.make().dataset.pred_probs is None


def test_images_are_matched_by_path_then_name_then_id():
    names = ("pictures/a.png", "b.jpg", "deep/c.png", "other/x.png")
    images = [InputFile(name, b"") for name in names]
    by_file = table(
        "pictures/a.png,cat,1,0",
        "/home/me/b.jpg,dog,0,1",
        "missing.png,cat,1,0",
        header="file,label,p_cat,p_dog",
    )
    opened = read([text_file("data.csv", by_file), *images]).make()
    assert opened.images == ("pictures/a.png", "b.jpg", None)
    assert opened.dataset.files is None, "a path outside the folder is no file of a dataset"
    assert read([text_file("data.csv", GOOD), *images]).make().images == (
        "pictures/a.png",
        "b.jpg",
        "deep/c.png",
        None,
    )


def test_images_of_one_name_in_two_folders_are_not_guessed_between():
    images = [InputFile("one/a.png", b""), InputFile("two/a.png", b"")]
    assert read([text_file("data.csv", GOOD), *images]).make().images == (None,) * 4


def test_an_image_is_taken_out_of_a_zip_when_it_is_shown():
    files = [InputFile("all.zip", zipped([("data.csv", GOOD), ("a.png", b"picture")]))]
    opened = read(files).make()
    assert opened.images[0] == "a.png"
    assert Images(files).read("a.png") == b"picture"
    assert Images(files).read("z.png") is None


def test_the_shipped_dataset_is_read_from_its_folder_from_a_zip_of_it_and_in_pieces():
    folder = read(files_at([STATIC / "digits"])).make().dataset
    assert folder.name == "Handwritten digits" and len(folder) == 400 and folder.files
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("dataset.csv", "dataset.json", "embeddings.npy", "map.npy"):
            archive.write(STATIC / "digits" / name, f"digits/{name}")
    zip_dataset = read([InputFile("digits.zip", out.getvalue())]).make().dataset
    pieces = (
        read(files_at([STATIC / "digits" / "dataset.csv", STATIC / "digits" / "embeddings.npy"]))
        .make()
        .dataset
    )
    for other in (zip_dataset, pieces):
        assert other.classes == folder.classes and other.ids == folder.ids
        np.testing.assert_array_equal(other.given_label, folder.given_label)
        np.testing.assert_array_equal(other.true_label, folder.true_label)
        np.testing.assert_array_equal(other.embeddings, folder.embeddings)


def test_the_summary_is_plain_data_and_says_everything_a_preview_shows():
    proposal = read(
        [text_file("labels.csv", LABELS), InputFile("embeddings.npy", npy(EMBEDDINGS))], limits=IN_BROWSER
    )
    summary = json.loads(json.dumps(proposal.summary()))
    assert (summary["rows"], summary["examples"], summary["unlabelled"], summary["dimensions"]) == (
        4,
        4,
        0,
        2,
    )
    assert summary["classes"] == [{"name": "cat", "count": 2}, {"name": "dog", "count": 2}]
    assert summary["columns"][1] == {"name": "label", "role": "label", "sample": ["cat", "dog", "cat"]}
    assert summary["arrays"] == [{"name": "embeddings.npy", "shape": [4, 2], "role": "embeddings"}]
    assert summary["needs_training"] is True and summary["training_seconds"] > 0
    assert summary["command"] == "python -m vizzy find labels.csv embeddings.npy"
    assert summary["problem"] is None


def test_with_probabilities_there_is_nothing_to_train():
    summary = csv(GOOD).summary()
    assert summary["needs_training"] is False and summary["training_seconds"] is None


def test_a_summary_of_what_cannot_be_used_yet_is_plain_data_too():
    summary = json.loads(json.dumps(csv(LABELS).summary()))
    assert "nothing to check them against" in summary["problem"]
    assert summary["rows"] == 4 and summary["examples"] == 0


def test_the_estimated_time_grows_with_rows_dimensions_and_classes_and_in_the_browser():
    base = training_seconds(1000, 32, 5)
    assert training_seconds(2000, 32, 5) > 3 * base
    assert training_seconds(1000, 64, 5) > base < training_seconds(1000, 32, 50)
    assert training_seconds(1000, 32, 5, in_browser=True) == 2 * base
    assert 4 < training_seconds(5000, 64, 12) < 12


@pytest.mark.parametrize("cell", ["=1+1", "+x", "-x", "@x", "\tx", "'=1", "''=1", "＝1", "\r1"])
def test_a_formula_is_guarded_and_comes_back(cell):
    assert guarded(cell) == "'" + cell
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["", "x", "-1", "+1.5e-3", "-.5", "1=1", "'x", "'", "a@b", "-5%"])
def test_what_no_spreadsheet_runs_is_left_alone(cell):
    assert guarded(cell) == cell
    assert unguarded(cell) == cell


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_table_is_written_back_byte_for_byte(encoding, delimiter, line_end):
    lines = [
        ["id", "label", "remark"],
        ["1", "Kätzchen", f'"a{delimiter}b"'],
        ["2", "dog", '"say ""hi"""'],
        ["3", "dog", ""],
    ]
    content = (line_end.join(delimiter.join(line) for line in lines) + line_end).encode(encoding)
    assert write_table(read_table(InputFile("data.csv", content))) == content


def test_json_lines_are_written_back_with_their_values_and_without_keys_they_did_not_have():
    content = b'{"label": "a", "n": 1.0, "deep": {"x": [null, true]}}\n{"label": "b", "other": null}\n'
    assert write_table(read_table(InputFile("data.jsonl", content))) == content


def test_a_folder_is_read_as_its_files(tmp_path):
    (tmp_path / "labels.csv").write_text(LABELS)
    np.save(tmp_path / "embeddings.npy", EMBEDDINGS)
    (tmp_path / "notes.docx").write_bytes(b"x")
    assert len(read(files_at([tmp_path])).make().dataset) == 4


def test_files_that_hold_nothing_are_named_in_a_note():
    proposal = read([text_file("data.csv", GOOD), text_file("readme.md", "hello")])
    assert any(note.startswith("readme.md was not read: it is") for note in proposal.notes)
