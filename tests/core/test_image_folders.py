"""Images without embeddings: labels by folder, tables that name them, and embeddings computed natively."""

import io
import json
import zipfile
from dataclasses import replace
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
from vizzy.reading.limits import NATIVE
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


def test_zips_in_a_zip_are_unpacked_and_their_names_are_folders_but_beside_images_one_is_named():
    cat, dog = zipped([("1.jpg", b""), ("2.jpg", b"")]), zipped([("dog/1.jpg", b""), ("dog/2.jpg", b"dog")])
    outer = reading.InputFile("outer.zip", zipped([("cat.zip", cat), ("dog.zip", dog), ("README.txt", b"Pets")]))
    proposal = reading.read([outer])
    assert list(proposal.images_to_embed) == ["cat/1.jpg", "cat/2.jpg", "dog/1.jpg", "dog/2.jpg"]
    assert reading.Images([outer]).read("dog/2.jpg") == b"dog"
    proposal = reading.read([reading.InputFile("outer.zip", zipped([("old.zip", dog), *[(name, b"") for name in TWO_OF_EACH]]))])
    assert proposal.images_to_embed == TWO_OF_EACH
    assert any("old.zip was not read: it is a zip within a zip" in str(note) for note in proposal.notes)


def test_zips_within_zips_unpack_to_no_more_than_one_would():
    part = zipped([(f"{number}.csv", b"label,text\n" + b"cat,a\ndog,b\n" * 90) for number in range(20)])
    outer = reading.InputFile("bomb.zip", zipped([(f"part{number}.zip", part) for number in range(20)]))
    with pytest.raises(reading.ReadingError, match="bomb.zip holds 400 files, but at most 300 are read"):
        reading.read([outer], limits=replace(NATIVE, entries=300))
    with pytest.raises(reading.ReadingError, match="and the files beside it have 0 MB together, but at most 0 MB fit"):
        reading.read([outer], limits=replace(NATIVE, total_bytes=120_000))
    deeper = reading.InputFile("deep.zip", zipped([("outer.zip", zipped([("part.zip", part)]))]))
    with pytest.raises(reading.ReadingError, match="outer/part.zip was not read: it is a zip within a zip, .* bring it alone"):
        reading.read([deeper])


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


# --- annotations, names, and columns that name images ---------------------------------------------------


PICTURES = [f"{number}.jpg" for number in range(30)]
KINDS = ("cat", "dog", "fox")
KIND = [KINDS[number % 3] for number in range(30)]


def labelled(*files, folder="images"):
    """The labels of the images, by their names, where all of them are to be embedded."""
    proposal = reading.read([*images(*(f"{folder}/{name}" for name in PICTURES)), *files])
    assert [PurePosixPath(image).name for image in proposal.images_to_embed] == PICTURES, proposal.problem
    return proposal


def of_text(name, content):
    return reading.InputFile(name, content.encode())


def cvat(part):
    parts = "".join(f'<image id="{number}" name="{name}" width="9" height="9">{part(KIND[number])}</image>' for number, name in enumerate(PICTURES))
    return of_text("annotations.xml", f'<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version>{parts}</annotations>')


def voc(number, *names):
    objects = "".join(f"<object><name>{name}</name><bndbox><xmin>1</xmin></bndbox></object>" for name in names)
    return of_text(f"Annotations/{number}.xml", f"<annotation><filename>{number}.jpg</filename>{objects}</annotation>")


def labelme(number, **described):
    return of_text(f"{number}.json", json.dumps({"version": "5.0.1", "flags": {}, "shapes": [], "imagePath": f"..\\{number}.jpg", **described}))


ANNOTATIONS = {
    "tags of CVAT": [cvat(lambda kind: f'<tag label="{kind}" source="manual"></tag><box label="head" xtl="1"></box>')],
    "boxes of CVAT": [cvat(lambda kind: f'<box label="{kind}" xtl="1"></box><polygon label="{kind}" points="1,1"></polygon>')],
    "Pascal VOC": [voc(number, kind, kind) for number, kind in enumerate(KIND)],
    "shapes of LabelMe": [labelme(number, shapes=[{"label": kind, "points": [[1, 2]]}]) for number, kind in enumerate(KIND)],
    "flags of LabelMe": [labelme(number, flags={name: name == kind for name in KINDS}) for number, kind in enumerate(KIND)],
    "boxes of YOLO": [
        *(of_text(f"labels/{number}.txt", f"{KINDS.index(kind)} 0.5 0.5 0.25 1\n") for number, kind in enumerate(KIND)),
        of_text("data.yaml", "nc: 3\nnames: [cat, dog, fox]\n"),
    ],
    "a column of an unusual name": [of_text("train.csv", "id_code,diagnosis\n" + "".join(f"{number},{kind}\n" for number, kind in enumerate(KIND)))],
    "a table for each part": [
        of_text(f"{part}/_classes.csv", "filename,cat,dog,fox\n" + "".join(f"{number}.jpg,{','.join(str(int(name == KIND[number])) for name in KINDS)}\n" for number in numbers))
        for part, numbers in (("train", range(20)), ("valid", range(20, 30)))
    ],
    "uploads of Label Studio": [of_text("project.json", json.dumps([
        {"data": {"image": f"/data/upload/1/ab12cd34-{number}.jpg"}, "annotations": [{"result": [{"type": "choices", "value": {"choices": [kind]}}]}]}
        for number, kind in enumerate(KIND)
    ]))],
}  # fmt: skip


@pytest.mark.parametrize("kind", ANNOTATIONS)
def test_labels_of_images_are_found_in_what_annotation_tools_write(kind):
    assert list(labelled(*ANNOTATIONS[kind]).labels_found.texts) == KIND


def test_annotations_beside_predicted_probabilities_need_no_images():
    opened = reading.read([*ANNOTATIONS["tags of CVAT"], reading.InputFile("pred_probs.npy", array(np.full((30, 3), 1 / 3)))]).make()
    assert [opened.dataset.classes[label] for label in opened.dataset.given_label] == KIND
    assert opened.dataset.name == "annotations"


def test_images_with_several_classes_are_left_out_and_annotations_of_mostly_such_are_no_labels():
    few = [voc(number, *(KINDS if number == 4 else [kind])) for number, kind in enumerate(KIND)]
    proposal = reading.read([*images(*PICTURES), *few])
    assert len(proposal.images_to_embed) == 29 and "1 image with several classes left out." in proposal.notes
    with pytest.raises(reading.ReadingError, match="Annotations/0.xml and 29 files like it were not read: they name boxes of several classes"):
        reading.read([*images(*PICTURES), *(voc(number, *KINDS) for number in range(30))])


def test_xml_that_declares_entities_is_not_parsed_and_damaged_xml_is_named():
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><annotations>&b;</annotations>'
    with pytest.raises(reading.ReadingError, match="annotations.xml was not read"):
        reading.read([*images(*PICTURES), of_text("annotations.xml", bomb)])
    with pytest.raises(reading.ReadingError, match="annotations.xml is damaged XML"):
        reading.read([*images(*PICTURES), of_text("annotations.xml", "<annotations><image>")])


@pytest.mark.parametrize(
    "pattern", ["{kind}_{number:03d}.jpg", "{number:03d}-{kind}.jpg", "train/{kind}.{number}.jpg", "{kind}{number}.png", "a/{kind} ({number}).jpg"]
)
def test_labels_in_the_names_of_images_are_read_and_said(pattern):
    names = [pattern.format(kind=KIND[number], number=number) for number in range(30)]
    proposal = reading.read(images(*names))
    assert dict(zip(proposal.contents.table.column("file"), proposal.labels_found.texts, strict=True)) == dict(zip(names, KIND, strict=True))
    assert any("is taken from its name" in note for note in proposal.notes)


@pytest.mark.parametrize("pattern", ["IMG_{number:04d}.jpg", "{number}.jpg", "portrait_of_{name}_{number}.jpg"])
def test_names_that_count_images_or_are_all_different_hold_no_labels(pattern):
    names = [pattern.format(number=number, name="abcdefghijklmnopqrstuvwxyz"[number % 26] * (1 + number // 26)) for number in range(30)]
    with pytest.raises(reading.ReadingError, match="come without labels"):
        reading.read(images(*names))


@pytest.mark.parametrize("parts", [("training_set", "test_set"), ("Training", "Testing"), ("seg_train/seg_train", "seg_test/seg_test"), ("train_images", "val_images")])
def test_folders_that_are_called_like_parts_of_the_data_are_no_labels(parts):
    names = [f"data/{parts[number // 3 % 2]}/{kind}/{number}.jpg" for number, kind in enumerate(KIND)]
    assert set(labels_of(*names)) == set(KINDS)
    assert set(labels_of("train/1.jpg", "bus/2.jpg", "train/3.jpg")) == {"train", "bus"}


def test_small_images_in_an_array_are_features_and_it_is_said():
    pixels = np.random.default_rng(0).integers(0, 255, (30, 8, 8, 3)).astype(np.uint8)
    proposal = reading.read([reading.InputFile("images.npy", array(pixels)), reading.InputFile("labels.npy", array(np.array(KIND)))])
    assert proposal.make().dataset.embeddings.shape == (30, 192)
    assert any("(30, 8, 8, 3)" in note and "pixels" in note for note in proposal.notes)


def test_ids_in_an_array_name_the_examples_of_labels_in_an_array():
    ids = np.array([f"a{number}" for number in range(30)])
    content = io.BytesIO()
    np.savez(content, embeddings=np.random.default_rng(0).normal(size=(30, 4)), labels=np.array(KIND), ids=ids)
    opened = reading.read([reading.InputFile("data.npz", content.getvalue())]).make()
    assert opened.dataset.ids == tuple(ids) and opened.table.rows[3] == ["a3", "cat"]


def test_a_dataset_of_images_beside_a_table_is_called_as_the_table():
    assert labelled(of_text("labels.csv", "file,label\n" + "".join(f"{name},{kind}\n" for name, kind in zip(PICTURES, KIND, strict=True)))).contents.name == "labels"


def test_a_folder_is_read_with_annotations_and_files_without_a_suffix_but_without_clutter(tmp_path):
    for number, kind in enumerate(KIND[:12]):
        (tmp_path / kind).mkdir(exist_ok=True)
        (tmp_path / kind / str(51000 + number)).write_text(f"this is the message of number {number} about it")
        (tmp_path / kind / ".DS_Store").write_text("x")
    opened = reading.read(reading.files_at([tmp_path])).make()
    assert len(opened.dataset) == 12 and set(opened.dataset.classes) == set(KINDS)
