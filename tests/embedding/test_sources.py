"""Which images a run is about, from a folder, a table or a dataset."""

import os

import pytest

from embedding import sources as image_sources
from embedding.sources import SourceError, from_folder, from_table, table_row, with_truth


def test_a_folder_gives_its_subfolders_as_labels(image_folder):
    found = from_folder(image_folder)
    assert [source.id for source in found.examples][:2] == ["blue/0.png", "blue/1.png"]
    assert {source.given_label for source in found.examples} == {"blue", "green", "red"}
    assert all(source.true_label is None for source in found.examples)


def test_the_same_name_in_two_folders_is_two_images(image_folder):
    ids = [source.id for source in from_folder(image_folder).examples]
    assert "blue/0.png" in ids and "red/0.png" in ids and len(set(ids)) == 24


def test_images_deeper_down_belong_to_the_topmost_subfolder(image_folder):
    (image_folder / "red" / "dark").mkdir()
    (image_folder / "red" / "dark" / "9.png").write_bytes(b"x")
    deep = [source for source in from_folder(image_folder).examples if source.id == "red/dark/9.png"]
    assert deep[0].given_label == "red"


def test_what_is_no_image_by_its_name_is_ignored_and_named(image_folder):
    (image_folder / "red" / "notes.txt").write_text("hello")
    (image_folder / "stray.png").write_bytes(b"x")
    (image_folder / "red" / ".hidden.png").write_bytes(b"x")
    assert from_folder(image_folder).ignored == ("red/notes.txt", "stray.png")


def test_a_link_that_leads_back_is_followed_once(image_folder):
    os.symlink(image_folder, image_folder / "red" / "loop")
    assert len(from_folder(image_folder).examples) == 24


def test_a_name_that_is_no_utf8_can_still_be_written(image_folder):
    path = os.fsencode(image_folder / "red") + b"/caf\xe9.png"
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    except OSError:
        pytest.skip("this file system takes UTF-8 names alone")
    ids = [source.id for source in from_folder(image_folder).examples]
    assert "red/caf\\xe9.png" in ids
    "".join(ids).encode("utf-8")


def test_an_empty_folder_is_explained(tmp_path):
    with pytest.raises(SourceError, match="subfolder per label"):
        from_folder(tmp_path)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(SourceError, match="there is no folder .*nowhere"):
        from_folder(tmp_path / "nowhere")


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_gives_paths_labels_truth_and_the_rest(tmp_path):
    table = write(
        tmp_path / "t.csv", "file,given_label,true_label,licence\na.png,cat,dog,MIT\nb.png,dog,,MIT\n"
    )
    first, second = from_table(table).examples
    assert (first.path, first.given_label, first.true_label) == (tmp_path / "a.png", "cat", "dog")
    assert second.true_label == ""
    assert table_row(first, "images/0.webp")["licence"] == "MIT"


def test_a_table_may_say_path_and_label(tmp_path):
    table = write(tmp_path / "t.csv", "path,label\na.png,cat\n")
    assert from_table(table, tmp_path / "photos").examples[0].path == tmp_path / "photos" / "a.png"


def test_a_path_that_comes_twice_gets_two_ids(tmp_path):
    table = write(tmp_path / "t.csv", "file,given_label\na.png,cat\na.png,dog\n")
    assert [source.id for source in from_table(table).examples] == ["a.png", "a.png (2)"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("name,given_label\na.png,cat\n", "no column 'file'"),
        ("file\na.png\n", "no column 'given_label'"),
        ("file,given_label\na.png,\n", "line 2 lacks"),
        ("file,given_label\na.png\n", "line 2 has another number"),
        ("file,given_label\n", "no rows"),
    ],
)
def test_a_table_that_does_not_fit_is_explained(tmp_path, text, complaint):
    with pytest.raises(SourceError, match=complaint):
        from_table(write(tmp_path / "t.csv", text))


def test_true_labels_may_come_from_a_table_of_their_own(image_folder, tmp_path):
    found = from_folder(image_folder)
    lines = [f"{source.id},red" for source in found.examples]
    told = with_truth(found, write(tmp_path / "truth.csv", "\n".join(["file,true_label", *lines])))
    assert {source.true_label for source in told.examples} == {"red"}
    with pytest.raises(SourceError, match="no true label for"):
        with_truth(found, write(tmp_path / "short.csv", "\n".join(["file,true_label", *lines[:-1]])))


def test_the_digest_changes_with_a_label_and_with_a_file(image_folder):
    before = from_folder(image_folder).digest()
    assert from_folder(image_folder).digest() == before
    (image_folder / "red" / "0.png").write_bytes(b"shorter")
    changed = from_folder(image_folder).digest()
    (image_folder / "red").rename(image_folder / "rouge")
    assert len({before, changed, from_folder(image_folder).digest()}) == 3


def test_a_folder_without_a_table_is_no_dataset(tmp_path):
    with pytest.raises(SourceError, match="is it the folder of a dataset"):
        image_sources.from_dataset(tmp_path)
