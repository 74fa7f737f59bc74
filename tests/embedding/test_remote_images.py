"""Images in an object store give the bytes that the same images in a folder do: the servers are emulators, on the loopback address."""

import csv

import pytest

pytest.importorskip("torch", reason="pip install -e '.[embeddings]' to test embedding")
pytest.importorskip("s3fs")
pytest.importorskip("moto")
from object_stores import MARKS, STORES
from samples import files_of
from test_distribution import build, cluster  # noqa: F401

from embedding import command, sources
from embedding.remote import NOT_THERE, RemoteFile, RemoteFolder, place

pytestmark = [*MARKS, pytest.mark.usefixtures("tiny_backbone")]


@pytest.fixture
def bucket(monkeypatch, store, image_folder):
    """A store that holds the images of the folder, and what is none, in pictures/photos."""
    (image_folder / "red" / "broken.png").write_bytes(b"no image")
    (image_folder / "red" / "notes.txt").write_text("no image either")
    (image_folder / "blue" / ".hidden.png").write_bytes(b"")
    with STORES[store](monkeypatch, "pictures") as files:
        files.put(str(image_folder), "pictures/photos", recursive=True)
        yield files


def test_images_of_a_store_make_the_bytes_of_one_run_on_a_folder(store, bucket, image_folder, tmp_path):
    assert build(image_folder, tmp_path / "folder") == 0
    assert build(f"{store}://pictures/photos/", tmp_path / "store") == 0
    assert files_of(tmp_path / "store") == files_of(tmp_path / "folder")
    assert len([name for name in files_of(tmp_path / "store") if name.startswith("images/")]) == 24


def test_processes_that_read_images_read_them_from_a_store_too(store, bucket, image_folder, tmp_path):
    assert build(image_folder, tmp_path / "folder") == 0
    assert build(f"{store}://pictures/photos", tmp_path / "store", "--workers", "2") == 0
    assert files_of(tmp_path / "store") == files_of(tmp_path / "folder")


def test_shards_of_a_cluster_read_from_a_store(store, bucket, image_folder, tmp_path, cluster):  # noqa: F811
    assert build(image_folder, tmp_path / "folder") == 0
    assert build(f"{store}://pictures/photos", tmp_path / "store", "--scheduler", cluster.scheduler_address) == 0
    assert files_of(tmp_path / "store") == files_of(tmp_path / "folder")


def test_a_table_names_images_of_a_store(store, bucket, image_folder, tmp_path):
    table = tmp_path / "labels.csv"
    with table.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "label"])
        rows.writerows([[f"{label}/{k}.png", label] for label in ("red", "blue") for k in range(4)])
        rows.writerow(["red/gone.png", "red"])
    assert build(image_folder, tmp_path / "folder", "--table", str(table)) == 0
    assert build(f"{store}://pictures/photos", tmp_path / "store", "--table", str(table)) == 0
    assert files_of(tmp_path / "store") == files_of(tmp_path / "folder")
    assert "there is no such file" in (tmp_path / "store" / "report.txt").read_text()


def test_images_that_were_changed_since_are_seen_by_another_run(store, bucket, image_folder, tmp_path, capsys):
    assert build(f"{store}://pictures/photos", tmp_path / "store", "--keep-work") == 0
    bucket.pipe_file("pictures/photos/red/0.png", b"another size")
    assert build(f"{store}://pictures/photos", tmp_path / "store", "--keep-work") == 1
    assert "holds the beginning of another run" in capsys.readouterr().err


def test_a_store_that_holds_no_such_folder_is_a_sentence(store, bucket, tmp_path, capsys):
    assert build(f"{store}://pictures/nothing", tmp_path / "store") == 1
    assert f"there is no folder {store}://pictures/nothing" in capsys.readouterr().err


def test_a_store_that_stops_answering_ends_the_run_in_a_sentence_and_the_next_goes_on(
    store, bucket, image_folder, tmp_path, capsys, monkeypatch
):
    reads = RemoteFile.read_bytes

    def lost(file):
        if file.address.endswith("red/3.png"):
            object.__setattr__(file, "address", "nowhere://lost")
        return reads(file)

    monkeypatch.setattr(RemoteFile, "read_bytes", lost)
    assert build(f"{store}://pictures/photos", tmp_path / "store") == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("build_embeddings: nowhere://lost cannot be reached")
    monkeypatch.setattr(RemoteFile, "read_bytes", reads)
    assert build(f"{store}://pictures/photos", tmp_path / "store") == 0
    assert build(image_folder, tmp_path / "folder") == 0
    assert files_of(tmp_path / "store") == files_of(tmp_path / "folder")


def test_what_is_listed_is_what_a_folder_lists(store, bucket, image_folder):
    here, there = sources.from_folder(image_folder), sources.from_folder(place(f"{store}://pictures/photos/"))
    assert [(one.id, one.given_label) for one in there.examples] == [(one.id, one.given_label) for one in here.examples]
    assert (there.ignored, there.digest()) == (here.ignored, here.digest())
    assert here.ignored == ("red/notes.txt",)


def test_a_file_that_is_not_there_has_no_size(store, bucket):
    folder = RemoteFolder(f"{store}://pictures/photos")
    assert (folder / "red/0.png").size == len(bucket.cat_file("pictures/photos/red/0.png"))
    assert (folder / "red/9.png").size == NOT_THERE
    with pytest.raises(FileNotFoundError):
        (folder / "red/9.png").read_bytes()


def test_a_path_stays_a_path(tmp_path):
    assert place(str(tmp_path)) == tmp_path
    assert command._parse(["--images", str(tmp_path), "--out", "x"]).images == tmp_path
