"""Images without embeddings: labels by folder, tables that name them, and embeddings computed natively."""

import io
import zipfile
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from bad_files import zipped
from PIL import Image

from vizzy import __main__ as command
from vizzy import exporting, reading
from vizzy.dataset import DatasetError
from vizzy.native.image_features import NETWORK_FILE, embeddings_of
from vizzy.reading.image_folders import table_of_folders
from vizzy.reduction import reduce_present

STATIC = Path(__file__).parents[2] / "static"


def images(*names):
    return [reading.InputFile(name, b"") for name in names]


def labels_of(*names):
    return [label for _, label in table_of_folders(names).rows]


def array(values):
    buffer = io.BytesIO()
    np.save(buffer, values)
    return buffer.getvalue()


TWO_OF_EACH = ("pets/cat/1.jpg", "pets/cat/2.jpg", "pets/dog/1.jpg", "pets/dog/2.jpg")


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["cat/1.jpg", "dog/1.jpg"], ["cat", "dog"]),
        (["a/b/cat/1.jpg", "a/b/dog/1.jpg"], ["cat", "dog"]),
        (["cat/tabby/1.jpg", "dog/1.jpg"], ["cat", "dog"]),
        (["x/train/cat/1.jpg", "x/train/dog/1.jpg", "x/val/cat/2.jpg"], ["cat", "dog", "cat"]),
        (["train/1.jpg", "cat/1.jpg"], ["cat", "train"]),
        (["pets\\cat\\1.jpg", "pets\\dog\\1.jpg"], ["cat", "dog"]),
        (["cat/1.jpg", "cover.jpg", "dog/1.jpg"], ["cat", "dog"]),
    ],
)
def test_the_label_is_the_first_folder_that_images_do_not_share_and_that_is_no_part_of_the_data(
    names, labels
):
    assert labels_of(*names) == labels


@pytest.mark.parametrize(
    "names", [[], ["1.jpg", "2.jpg"], ["cat/1.jpg", "cat/2.jpg"], ["train/1.jpg", "val/1.jpg"]]
)
def test_images_in_fewer_than_two_folders_of_labels_have_none(names):
    assert table_of_folders(names) is None


def test_images_that_were_left_out_are_counted_in_a_note():
    notes = table_of_folders(["cat/1.jpg", "dog/1.jpg", "cover.jpg"]).notes
    assert any("1 image outside" in note for note in notes)


def test_a_folder_of_images_needs_no_choice_and_no_table():
    proposal = reading.read(images(*TWO_OF_EACH))
    assert proposal.problem is None
    assert proposal.images_to_embed == TWO_OF_EACH
    summary = proposal.summary()
    assert summary["name"] == "pets"
    assert summary["command"] == "python -m vizzy find pets"
    assert summary["images_to_embed"] == 4
    assert [(entry["name"], entry["count"]) for entry in summary["classes"]] == [("cat", 2), ("dog", 2)]


def test_a_note_that_lies_beside_the_images_is_not_taken_for_the_table():
    proposal = reading.read(
        [*images(*TWO_OF_EACH), reading.InputFile("pets/README.txt", b"Pets\nwith love\n")]
    )
    assert proposal.images_to_embed == TWO_OF_EACH
    assert any("README.txt was not read" in note for note in proposal.notes)


def test_a_table_that_names_images_says_their_labels_whatever_folder_they_are_in():
    table = b"file,label\n1.jpg,cat\n2.jpg,dog\n3.jpg,dog\n"
    proposal = reading.read(
        [*images("a/1.jpg", "b/2.jpg", "b/9.jpg"), reading.InputFile("labels.csv", table)]
    )
    assert proposal.images_to_embed == ("a/1.jpg", "b/2.jpg", None)


def test_a_zip_of_a_folder_is_read_as_the_folder():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in TWO_OF_EACH:
            archive.writestr(name, b"not looked at")
    proposal = reading.read([reading.InputFile("pets.zip", buffer.getvalue())])
    assert proposal.images_to_embed == TWO_OF_EACH
    assert reading.Images(proposal.files).read("pets/dog/2.jpg") == b"not looked at"


@pytest.mark.parametrize("encoding", ["utf-8", "cp437"])
def test_names_in_a_zip_that_does_not_say_their_encoding_are_read_as_they_were_meant(encoding):
    meant = "k\u00e4tze/1.jpg"
    stand_in = "k" + "?" * len("\u00e4".encode(encoding)) + "tze/1.jpg"  # ASCII, so that the zip says nothing of UTF-8
    content = zipped([(stand_in, b"a cat"), ("dog/1.jpg", b"a dog")]).replace(stand_in.encode(), meant.encode(encoding))
    proposal = reading.read([reading.InputFile("pets.zip", content)])
    assert proposal.images_to_embed == ("dog/1.jpg", meant)
    assert reading.Images(proposal.files).read(meant) == b"a cat"


CLUTTER = (".DS_Store", "cat/._1.jpg", "cat/Thumbs.db", "cat/THUMBS.DB", "__MACOSX/cat/._1.jpg", "@eaDir/1.jpg/SYNOPHOTO_THUMB_M.jpg", "cat/.hidden/1.jpg", "Desktop.ini", "$RECYCLE.BIN/1.jpg")


@pytest.mark.parametrize("name", CLUTTER)
def test_what_systems_put_beside_images_is_passed_over(name):
    brought = [*images(*TWO_OF_EACH), reading.InputFile(f"pets/{name}", b"\0\1\2")]
    proposal = reading.read(brought)
    assert (proposal.problem, proposal.images_to_embed) == (None, TWO_OF_EACH)
    assert not any(PurePosixPath(name).name in str(note) for note in proposal.notes)


ODD_NAMES = ("\U0001f600 emoji.png", "\u0642\u0637\u0629.png", "a#b.png", "100%.png", "%41.png", "q?.png", "Cat.PNG", "cat.png", "e\u0301.png", "\u00e9.png", "x.jfif", "X.JPE", "x.pgm")


def test_names_with_signs_other_scripts_and_other_letter_case_are_each_an_image_of_its_own():
    names = [f"cat/{name}" for name in ODD_NAMES]
    assert sorted(reading.read(images("dog/1.jpg", *names)).images_to_embed) == sorted([*names, "dog/1.jpg"])


def test_a_zip_that_holds_zips_alone_is_refused_and_one_beside_images_is_named():
    inner = zipped([("cat/1.jpg", b""), ("dog/1.jpg", b"")])
    with pytest.raises(reading.ReadingError, match="outer.zip holds 'all.zip', a zip itself: unpack outer.zip"):
        reading.read([reading.InputFile("outer.zip", zipped([("all.zip", inner), ("README.txt", b"Pets")]))])
    proposal = reading.read([reading.InputFile("outer.zip", zipped([("old.zip", inner), *[(name, b"") for name in TWO_OF_EACH]]))])
    assert proposal.images_to_embed == TWO_OF_EACH
    assert any("old.zip was not read: it is a zip within a zip" in str(note) for note in proposal.notes)


def test_embeddings_make_it_a_dataset_and_rows_without_one_are_left_out_and_named():
    values = np.array([[0, 1], [np.nan, np.nan], [1, 0], [1, 1]], np.float32)
    opened = reading.read(images(*TWO_OF_EACH)).embedded(array(values)).make()
    assert opened.images == ("pets/cat/1.jpg", "pets/dog/1.jpg", "pets/dog/2.jpg")
    np.testing.assert_array_equal(opened.dataset.embeddings, values[[0, 2, 3]])
    assert any("without an embedding left out: 'pets/cat/2.jpg'" in note for note in opened.notes)


def test_an_embedding_with_some_numbers_missing_is_still_refused():
    values = np.array([[0, 1], [np.nan, 1], [1, 0], [1, 1]], np.float32)
    assert "must be finite numbers" in reading.read(images(*TWO_OF_EACH)).embedded(array(values)).problem


def test_images_beside_predicted_probabilities_are_not_embedded():
    table = b"file,label,p_cat,p_dog\n1.jpg,cat,0.9,0.1\n2.jpg,dog,0.2,0.8\n"
    proposal = reading.read([*images("1.jpg", "2.jpg"), reading.InputFile("labels.csv", table)])
    assert proposal.images_to_embed == ()
    assert proposal.opened


def test_images_without_labels_are_refused_with_what_to_do():
    with pytest.raises(reading.ReadingError, match=r"without labels.*cat/1\.jpg.*a table"):
        reading.read(images("1.jpg", "2.jpg"))


def test_exported_embeddings_are_read_back_in_the_order_of_the_table():
    values = np.array([[0, 1], [np.nan, np.nan], [1, 0], [1, 1]], np.float32)
    opened = reading.read(images(*TWO_OF_EACH)).embedded(array(values)).make()
    name, content = exporting.embeddings(opened)
    assert name == "pets-embeddings.npy"
    again = reading.read([*images(*TWO_OF_EACH), reading.InputFile(name, content)]).make()
    np.testing.assert_array_equal(again.dataset.embeddings, opened.dataset.embeddings)
    assert again.images == opened.images


def test_without_embeddings_there_are_none_to_export():
    table = b"id,label,p_cat,p_dog\na,cat,0.9,0.1\nb,dog,0.2,0.8\n"
    with pytest.raises(DatasetError, match="no embeddings here"):
        exporting.embeddings(reading.read([reading.InputFile("data.csv", table)]).make())


# --- computing them ---------------------------------------------------------------------------


def picture(seed, colour, size=(40, 40)):
    noise = np.random.default_rng(seed).integers(0, 60, (size[1], size[0], 3))
    return Image.fromarray((np.array(colour) * 0.75 + noise).clip(0, 255).astype(np.uint8))


def test_the_network_is_the_one_that_the_site_publishes():
    import runtime

    assert runtime.NETWORK == NETWORK_FILE


def test_images_that_look_alike_have_embeddings_that_are_alike_and_a_damaged_one_has_none(capsys):
    files = {}
    for name, colour in {"red-1": (230, 20, 20), "red-2": (230, 20, 20), "blue": (20, 20, 230)}.items():
        buffer = io.BytesIO()
        picture(len(files), colour).save(buffer, "PNG")
        files[name] = buffer.getvalue()
    files["damaged"] = b"\x89PNG not at all"
    embeddings, hashes = embeddings_of([*files, None], files.__getitem__)
    red, other_red, blue, damaged, nothing = embeddings
    assert np.linalg.norm(red - other_red) < np.linalg.norm(red - blue)
    assert np.isnan(damaged).all() and np.isnan(nothing).all()
    assert hashes[:3].all() and not hashes[3:].any()
    assert "damaged was skipped: " in capsys.readouterr().err


def test_no_readable_image_at_all_is_an_error():
    with pytest.raises(reading.ReadingError, match="None of the images can be read"):
        embeddings_of(["a"], lambda _name: b"nothing")


def test_reducing_leaves_rows_without_features_without():
    features = np.random.default_rng(0).normal(size=(6, 8)).astype(np.float32)
    features[2] = np.nan
    reduced = reduce_present(features, 3)
    assert reduced.shape == (6, 3)
    assert np.isnan(reduced[2]).all() and np.isfinite(np.delete(reduced, 2, axis=0)).all()


def test_the_command_finds_pictures_in_the_wrong_folder_and_reads_what_it_wrote(tmp_path, capsys):
    photos = tmp_path / "photos"
    for seed in range(24):
        label, colour = ("red", (230, 20, 20)) if seed % 2 else ("blue", (20, 20, 230))
        folder = photos / ("blue" if seed == 1 else label)  # one red picture among the blue ones
        folder.mkdir(parents=True, exist_ok=True)
        picture(seed, colour).save(folder / f"{seed:02}.png")
    table, embeddings = tmp_path / "corrected.csv", tmp_path / "embeddings.npy"
    assert command.main(["find", str(photos), "-o", str(table), "--embeddings", str(embeddings)]) == 0
    out = capsys.readouterr().out
    assert "blue -> red" in out.split("most suspect:")[1].splitlines()[1]
    assert "blue/01.png" in out
    assert np.load(embeddings).shape == (24, 32)
    assert command.main(["find", str(table), str(embeddings)]) == 0
    assert "blue -> red" in capsys.readouterr().out


def test_without_what_computes_them_the_command_says_what_to_install(tmp_path, monkeypatch, capsys):
    for label in ("cat", "dog"):
        (tmp_path / "pets" / label).mkdir(parents=True)
        picture(0, (9, 9, 9)).save(tmp_path / "pets" / label / "1.png")
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    assert command.main(["find", str(tmp_path / "pets")]) == command.BAD_INPUT
    assert "pip install onnxruntime pillow" in capsys.readouterr().err


def test_a_copy_in_another_folder_that_was_saved_anew_is_a_near_duplicate_whose_labels_differ(tmp_path, capsys):
    photos, table = tmp_path / "photos", tmp_path / "corrected.csv"
    shipped = sorted((Path(__file__).parents[2] / "static" / "images").glob("*.webp"))
    for number, path in enumerate(shipped[:20]):
        folder = photos / "ab"[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / path.name).write_bytes(path.read_bytes())
    Image.open(shipped[0]).convert("RGB").resize((150, 150)).save(photos / "b" / "again.jpg", quality=50)
    assert command.main(["find", str(photos), "-o", str(table)]) == 0
    out = capsys.readouterr().out
    assert "images by a perceptual hash" in out
    assert "2 examples in 1 group of near duplicates; in 1 group the labels differ." in out
    header, *rows = [line.split(",") for line in table.read_text().splitlines()]
    place = header.index("near_duplicates")
    assert {row[0] for row in rows if row[place]} == {f"a/{shipped[0].name}", "b/again.jpg"}


def test_tiff_is_read_and_an_image_that_cannot_be_keeps_its_label_in_the_table(tmp_path, capsys):
    photos, table = tmp_path / "photos", tmp_path / "corrected.csv"
    for number in range(12):
        label, colour = ("red", (230, 20, 20)) if number % 2 else ("blue", (20, 20, 230))
        (photos / label).mkdir(parents=True, exist_ok=True)
        picture(number, colour).save(photos / label / f"{number:02}.tif")
    (photos / "red" / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic")
    assert command.main(["find", str(photos), "-o", str(table), "--embeddings", str(tmp_path / "embeddings.npy")]) == 0
    told = capsys.readouterr()
    assert "red/phone.heic was skipped: it is a HEIC image, which Pillow cannot read" in told.err
    assert "12 examples" in told.out
    header, *rows = [line.split(",") for line in table.read_text().splitlines()]
    (skipped,) = [dict(zip(header, row, strict=True)) for row in rows if row[0] == "red/phone.heic"]
    assert skipped["given_label"] == skipped["corrected_label"] == "red" and skipped["label_quality"] == ""
    assert command.main(["find", str(table), str(tmp_path / "embeddings.npy")]) == 0
    assert "1 row without an embedding left out: 'red/phone.heic'." in capsys.readouterr().out
