"""Reading, writing and refusing datasets."""

import io
import json

import numpy as np
import pytest

from vizzy import dataset as dataset_module
from vizzy.dataset import (
    Dataset,
    DatasetError,
    build_dataset,
    from_bytes,
    page_index,
    parse_table,
    read_folder,
    read_dataset_table,
)

TABLE = """id,file,given_label,true_label,alt,licence
a,images/a.webp,dog,cat,"a cat, sitting",MIT
b,images/b.webp,dog,dog,a dog,MIT
c,images/c.webp,bear,,a teapot,MIT
"""
EMBEDDINGS = np.arange(6, dtype=np.float32).reshape(3, 2)


def npy(array):
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "dataset.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "embeddings.npy").write_bytes(npy(EMBEDDINGS))
    return tmp_path


def small(**changed):
    """A valid dataset of three examples, with changes."""
    return Dataset(**({"ids": ("a", "b", "c"), "classes": ("cat", "dog"), "given_label": np.array([0, 1, 1])} | changed))


def test_a_folder_is_read_with_its_labels_files_texts_and_embeddings(folder):
    dataset = read_folder(folder)
    assert len(dataset) == 3
    assert dataset.ids == ("a", "b", "c")
    assert dataset.files == ("images/a.webp", "images/b.webp", "images/c.webp")
    assert dataset.alt == ("a cat, sitting", "a dog", "a teapot")
    np.testing.assert_array_equal(dataset.embeddings, EMBEDDINGS)
    assert dataset.name == folder.name


def test_classes_stand_in_the_order_of_the_true_labels_then_of_the_given_ones():
    dataset = build_dataset(parse_table(TABLE))
    # True: cat, dog; given, besides: bear.
    assert dataset.classes == ("cat", "dog", "bear")
    assert dataset.given_label.tolist() == [1, 1, 2]


def test_an_empty_true_label_means_that_no_class_is_true():
    dataset = build_dataset(parse_table(TABLE))
    assert dataset.true_label.tolist() == [0, 1, -1]


@pytest.mark.parametrize("table", ["id,given_label\na,cat\n", "id,given_label,true_label\na,cat,\n"])
def test_without_any_true_label_the_truth_is_unknown(table):
    dataset = build_dataset(parse_table(table))
    assert dataset.true_label is None
    assert dataset.files is None


def test_a_folder_without_embeddings_has_none(folder):
    (folder / "embeddings.npy").unlink()
    assert read_folder(folder).embeddings is None


def test_a_table_written_reads_back_the_same(tmp_path):
    rows = parse_table(TABLE)
    dataset_module.write_dataset_table(tmp_path / "dataset.csv", rows)
    assert read_dataset_table(tmp_path / "dataset.csv") == rows
    assert (tmp_path / "dataset.csv").read_bytes() == TABLE.encode()


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    (tmp_path / "dataset.csv").write_bytes(b"\xef\xbb\xbf" + TABLE.replace("\n", "\r\n").encode())
    assert read_dataset_table(tmp_path / "dataset.csv") == parse_table(TABLE)


def test_the_page_index_names_all_the_page_needs():
    index = page_index(build_dataset(parse_table(TABLE), name="three"), {"files": ["t.webp"], "tile": 64})
    assert index == {
        "format": 1,
        "name": "three",
        "classes": ["cat", "dog", "bear"],
        "ids": ["a", "b", "c"],
        "files": ["images/a.webp", "images/b.webp", "images/c.webp"],
        "given_label": [1, 1, 2],
        "true_label": [0, 1, -1],
        "alt": ["a cat, sitting", "a dog", "a teapot"],
        "thumbnails": {"files": ["t.webp"], "tile": 64},
        "embeddings": "embeddings.npy",
        "pred_probs": None,
        "map": None,
    }


def test_the_page_index_names_the_map_where_there_is_one():
    assert page_index(build_dataset(parse_table(TABLE)), map_file="map.npy")["map"] == "map.npy"


def test_the_worker_reads_the_same_dataset_from_the_index_as_the_folder_holds(folder):
    dataset = read_folder(folder)
    dataset_module.write_index(folder / "dataset.json", dataset)
    again = from_bytes((folder / "dataset.json").read_text(encoding="utf-8"), (folder / "embeddings.npy").read_bytes())
    assert (again.ids, again.classes, again.files, again.alt, again.name) == (
        dataset.ids,
        dataset.classes,
        dataset.files,
        dataset.alt,
        dataset.name,
    )
    for name in ("given_label", "true_label", "embeddings"):
        np.testing.assert_array_equal(getattr(again, name), getattr(dataset, name))


def test_an_index_without_truth_files_texts_and_embeddings_is_read():
    dataset = from_bytes(json.dumps(page_index(small())))
    assert dataset.true_label is dataset.files is dataset.alt is dataset.embeddings is None


def test_a_folder_takes_its_name_from_its_index(folder):
    dataset_module.write_index(folder / "dataset.json", build_dataset(parse_table(TABLE), name="Three"))
    assert read_folder(folder).name == "Three"


def test_the_index_keeps_letters_of_every_language(tmp_path):
    dataset_module.write_index(tmp_path / "dataset.json", small(classes=("Kätzchen", "犬")))
    assert "犬" in (tmp_path / "dataset.json").read_text(encoding="utf-8")


def test_predicted_probabilities_can_come_instead_of_embeddings():
    assert small(pred_probs=np.full((3, 2), 0.5)).pred_probs.shape == (3, 2)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("", "one column 'id', but has 0.*header line missing"),
        ("id;given_label\na;cat\n", "one column 'id', but has 0.*'id;given_label'.*separator not a comma"),
        ("id,label\na,cat\n", "one column 'given_label', but has 0"),
        ("id,given_label,given_label\na,cat,dog\n", "one column 'given_label', but has 2"),
        ("id,given_label\n", "no rows: is it cut off"),
        ("id,given_label\na,cat\nb,cat,dog\n", "line 3 does not have the 2 fields.*quotation marks"),
        ("id,given_label\na,cat\nb\n", "line 3 does not have the 2 fields"),
        ('id,given_label,alt\na,cat,"two\nlines"\nb,,x\n', "line 4 has no given_label: fill it in"),
        ("id,given_label\na,cat\na,cat\n", "id 'a' comes twice, the second time as number 1"),
        ("id,given_label\n,cat\n", "id number 0 .* is empty"),
        ("id,file,given_label\na,../../etc/passwd,cat\n", "file row 0 .*outside the dataset's folder"),
        ("id,file,given_label\na,/etc/passwd,cat\n", "outside the dataset's folder"),
        ("id,file,given_label\na,..\\secret,cat\n", "outside the dataset's folder"),
        ("id,file,given_label\na,https://example.org/a.png,cat\n", "outside the dataset's folder"),
    ],
)
def test_a_bad_table_is_refused_with_its_line_and_a_remedy(table, sentence):
    with pytest.raises(DatasetError, match=f"(?s){sentence}"):
        build_dataset(parse_table(table))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"ids": ()}, "no id at all"),
        ({"classes": ("cat", "cat")}, "class 'cat' comes twice"),
        ({"given_label": np.array([0, 1])}, "given_label has 2 rows but the table has 3"),
        ({"given_label": np.array([0, 1, 2])}, "given_label row 2 .* is 2, .* between 0 and 1"),
        ({"given_label": np.array([0, -1, 1])}, "given_label row 1 .* is -1"),
        ({"true_label": np.array([0, -2, 1])}, "true_label row 1 .* is -2, .* between -1 and 1"),
        ({"files": ("a", "b")}, "files has 2 rows"),
        ({"embeddings": np.zeros((2, 4))}, "embeddings has 2 rows but the table has 3: were they made"),
        ({"embeddings": np.zeros(3)}, r"embeddings has the shape \(3,\).*flattened"),
        ({"embeddings": np.zeros((3, 0))}, r"embeddings has the shape \(3, 0\)"),
        ({"embeddings": np.array([["a"]] * 3)}, "must hold numbers"),
        ({"embeddings": np.array([[1, 2], [3, np.nan], [5, 6]])}, "row 1, column 1 .* is nan.*embed it again"),
        ({"pred_probs": np.full((3, 2), 0.4)}, "pred_probs row 0 sums to 0.8"),
        ({"pred_probs": np.full((3, 4), 0.25)}, "4 columns, but there are 2 classes"),
    ],
)
def test_a_dataset_that_does_not_fit_together_cannot_be_made(changed, sentence):
    with pytest.raises(DatasetError, match=sentence):
        small(**changed)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not an array",
        npy(EMBEDDINGS)[:-4],
        npy(EMBEDDINGS)[:20],
        npy(np.array([{"pickled": 1}], dtype=object)),
        b"PK\x03\x04 no zip",
    ],
    ids=["empty", "text", "cut off", "cut off in its header", "pickled", "broken zip"],
)
def test_embeddings_that_cannot_be_read_are_refused(folder, content):
    (folder / "embeddings.npy").write_bytes(content)
    with pytest.raises(DatasetError, match="embeddings.npy cannot be read .*numpy.save"):
        read_folder(folder)


def test_several_arrays_in_one_file_are_refused(folder):
    np.savez(folder / "several.npz", a=EMBEDDINGS, b=EMBEDDINGS)
    (folder / "several.npz").replace(folder / "embeddings.npy")
    with pytest.raises(DatasetError, match="several arrays"):
        read_folder(folder)


def test_a_folder_without_a_table_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="has no dataset.csv: is it the folder of a dataset"):
        read_folder(tmp_path)


def test_a_table_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "dataset.csv").write_bytes("id,given_label\na,Kätzchen\n".encode("latin-1"))
    with pytest.raises(DatasetError, match="not UTF-8 at byte 18: save it"):
        read_dataset_table(tmp_path / "dataset.csv")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 2}'])
def test_an_index_of_another_format_is_refused(text):
    with pytest.raises(DatasetError, match="dataset.json (cannot be read|is of format)"):
        from_bytes(text, npy(EMBEDDINGS))
