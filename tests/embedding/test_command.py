"""The command line, from images to a dataset folder: whole, interrupted, in shards, and with broken images."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="pip install -e '.[embeddings]' to test embedding")
from samples import COLOURS, files_of, picture, run_without_torch

from embedding import command
from vizzy.dataset import from_bytes, read_folder

pytestmark = pytest.mark.usefixtures("tiny_backbone")


def build_with_map(images, out, *options):
    return command.main(
        ["--images", str(images), "--out", str(out), "--batch-size", "4", "--workers", "0", *options]
    )


def build(images, out, *options):
    """Without the map, which takes far longer than the rest of so small a dataset."""
    return build_with_map(images, out, "--no-map", *options)


@pytest.fixture
def whole(image_folder, tmp_path):
    """What one uninterrupted run makes."""
    assert build(image_folder, tmp_path / "whole", "--name", "colours") == 0
    return files_of(tmp_path / "whole")


def test_a_dataset_folder_has_all_that_the_page_reads(image_folder, tmp_path):
    out = tmp_path / "out"
    assert build_with_map(image_folder, out, "--dimensions", "8", "--name", "Three colours") == 0
    dataset, index = read_folder(out), json.loads((out / "dataset.json").read_text())
    assert dataset.name == "Three colours" and dataset.classes == ("blue", "green", "red")
    assert dataset.embeddings.shape == (24, 8) and dataset.embeddings.dtype == np.float32
    assert index["map"] == "map.npy" and np.load(out / "map.npy").shape == (24, 2)
    assert all((out / file).is_file() for file in [*index["files"], *index["thumbnails"]["files"]])
    assert index["true_label"] is None
    loaded = from_bytes((out / "dataset.json").read_bytes(), (out / "embeddings.npy").read_bytes())
    assert loaded.ids == dataset.ids


def test_thumbnails_stand_in_the_order_of_the_table(image_folder, tmp_path):
    from PIL import Image

    build(image_folder, tmp_path / "out")
    index = json.loads((tmp_path / "out" / "dataset.json").read_text())
    sheets, sprite = index["thumbnails"], Image.open(tmp_path / "out" / "thumbnails.webp").convert("RGB")
    for k, label in enumerate(index["given_label"]):
        x, y = (k % sheets["columns"] + 0.5) * sheets["tile"], (k // sheets["columns"] + 0.5) * sheets["tile"]
        strongest = int(np.argmax(sprite.getpixel((int(x), int(y)))))
        assert ("red", "green", "blue")[strongest] == index["classes"][label]


def test_the_work_is_cleared_away_unless_it_is_to_be_kept(image_folder, tmp_path):
    build(image_folder, tmp_path / "a")
    build(image_folder, tmp_path / "b", "--keep-work")
    assert not (tmp_path / "a" / ".build").exists()
    assert (tmp_path / "b" / ".build" / "plan.json").exists()


def test_the_same_input_gives_the_same_bytes(image_folder, tmp_path):
    build_with_map(image_folder, tmp_path / "once")
    build_with_map(image_folder, tmp_path / "again" / "once", "--workers", "2")
    assert files_of(tmp_path / "again" / "once") == files_of(tmp_path / "once")


def test_a_run_killed_on_the_way_is_continued_to_the_same_bytes(image_folder, tmp_path, whole):
    out = tmp_path / "killed"
    arguments = [
        "--images",
        image_folder,
        "--out",
        out,
        "--batch-size",
        "4",
        "--workers",
        "0",
        "--name",
        "colours",
    ]
    script = Path(__file__).with_name("tiny.py")
    process = subprocess.Popen([sys.executable, script, *map(str, arguments)], stderr=subprocess.DEVNULL)
    batches = out / ".build" / "batches"
    wait_for(lambda: batches.is_dir() and any(batches.glob("0*.npz")), seconds=120)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = len(list(batches.glob("0*.npz")))
    assert 0 < done < 6 and not (out / "embeddings.npy").exists()
    (out / "images" / "000" / ".000001-99.webp").write_bytes(b"half a picture")
    before = {path: path.stat().st_mtime_ns for path in batches.glob("0*.npz")}

    assert build(image_folder, out, "--name", "colours", "--keep-work") == 0
    assert all(path.stat().st_mtime_ns == time_then for path, time_then in before.items()), (
        "done work was redone"
    )
    assert files_of(out) == whole


def wait_for(happened, seconds):
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "the run did not get anywhere"
        time.sleep(0.02)


def test_an_interruption_says_how_to_go_on(image_folder, tmp_path, monkeypatch, capsys):
    from embedding import work

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(work, "embed", interrupted)
    assert build(image_folder, tmp_path / "out") == 130
    assert "the same command goes on from here" in capsys.readouterr().err


@pytest.mark.parametrize("shards", [2, 3, 6, 8])
def test_shards_in_any_order_merge_to_the_bytes_of_one_run(image_folder, tmp_path, whole, shards, capsys):
    out = tmp_path / "sharded"
    for number in reversed(range(1, shards + 1)):
        assert build(image_folder, out, "--shard", f"{number}/{shards}") == 0
        assert not (out / "embeddings.npy").exists()
    assert "all shards are done" in capsys.readouterr().out
    assert build(image_folder, out, "--merge", "--name", "colours") == 0
    assert files_of(out) == whole


def test_shards_made_in_folders_of_their_own_merge_when_copied_together(image_folder, tmp_path, whole):
    for number in (1, 2):
        build(image_folder, tmp_path / f"part{number}", "--shard", f"{number}/2")
    shutil.copytree(tmp_path / "part2", tmp_path / "part1", dirs_exist_ok=True)
    assert build(image_folder, tmp_path / "part1", "--merge", "--name", "colours") == 0
    assert files_of(tmp_path / "part1") == whole


def test_merging_needs_no_network(image_folder, tmp_path, monkeypatch):
    build(image_folder, tmp_path / "out", "--shard", "1/1")
    monkeypatch.setattr(command, "load_backbone", None)
    assert build(image_folder, tmp_path / "out", "--merge") == 0


def test_merging_imports_no_torch(image_folder, tmp_path):
    out = tmp_path / "out"
    build(image_folder, out, "--shard", "1/1")
    done = run_without_torch("--images", image_folder, "--out", out, "--merge", "--no-map")
    assert done.returncode == 0, done.stderr
    assert len(read_folder(out)) == 24


def test_kept_work_serves_other_dimensions_without_embedding_again(image_folder, tmp_path, monkeypatch):
    from embedding import work

    build(image_folder, tmp_path / "out", "--keep-work")
    monkeypatch.setattr(work, "_batch", None)
    assert build(image_folder, tmp_path / "out", "--dimensions", "5") == 0
    assert read_folder(tmp_path / "out").embeddings.shape == (24, 5)


def test_mixed_precision_gives_nearly_the_same(image_folder, tmp_path):
    build(image_folder, tmp_path / "full")
    build(image_folder, tmp_path / "mixed", "--precision", "mixed")
    full, mixed = (np.load(tmp_path / name / "embeddings.npy")[:, 0] for name in ("full", "mixed"))
    assert not np.array_equal(full, mixed)
    np.testing.assert_allclose(full, mixed, rtol=0.05)


def test_merging_too_early_says_what_is_missing(image_folder, tmp_path, capsys):
    build(image_folder, tmp_path / "out", "--shard", "1/3")
    assert build(image_folder, tmp_path / "out", "--merge") == 1
    assert "4 of 6 batches are missing, from number 2 on" in capsys.readouterr().err
    assert build(image_folder, tmp_path / "new", "--merge") == 1
    assert "nothing to merge" in capsys.readouterr().err


def test_changed_images_are_not_merged_with_what_was_made_before(image_folder, tmp_path, capsys):
    build(image_folder, tmp_path / "out", "--shard", "1/1")
    picture(9, COLOURS["red"]).save(image_folder / "red" / "new.png")
    assert build(image_folder, tmp_path / "out", "--merge") == 1
    assert "not those that the shards were made from" in capsys.readouterr().err


def test_another_plan_needs_restart(image_folder, tmp_path, capsys):
    build(image_folder, tmp_path / "out", "--shard", "1/2")
    assert build(image_folder, tmp_path / "out", "--image-size", "50") == 1
    assert "--restart" in capsys.readouterr().err
    assert build(image_folder, tmp_path / "out", "--image-size", "50", "--restart") == 0


def test_broken_images_are_named_skipped_and_counted(image_folder, tmp_path, capsys):
    good = (image_folder / "red" / "0.png").read_bytes()
    picture(1, COLOURS["red"], (200, 200)).save(image_folder / "red" / "cut.jpg")
    cut = image_folder / "red" / "cut.jpg"
    cut.write_bytes(cut.read_bytes()[:2000])
    (image_folder / "green" / "empty.png").write_bytes(b"")
    (image_folder / "blue" / "text.png").write_text("no picture")
    (image_folder / "blue" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    (image_folder / "blue" / "copy.png").write_bytes(good)
    out = tmp_path / "out"
    assert build(image_folder, out) == 0
    dataset, said, report = read_folder(out), capsys.readouterr().err, (out / "report.txt").read_text()
    assert len(dataset) == len(dataset.embeddings) == 25
    for name in ("red/cut.jpg", "green/empty.png", "blue/text.png", "blue/gone.png"):
        assert name in said and name in report and name not in dataset.ids
    assert "Skipped: 4" in report and "there is no such file" in report
    assert "blue/copy.png = red/0.png  <- labelled blue and red" in report


def test_a_broken_image_changes_nothing_for_the_others(image_folder, tmp_path):
    build(image_folder, tmp_path / "sound", "--keep-work")
    (image_folder / "blue" / "3.png").write_bytes(b"")
    build(image_folder, tmp_path / "broken", "--keep-work")
    sound, broken = (np.load(tmp_path / name / ".build/batches/0000000.npz") for name in ("sound", "broken"))
    np.testing.assert_array_equal(sound["features"][:3], broken["features"][:3])
    assert broken["kept_mask"].tolist() == [True, True, True, False] and not broken["features"][3].any()


def test_nothing_readable_is_an_error(tmp_path, capsys):
    (tmp_path / "photos" / "cat").mkdir(parents=True)
    (tmp_path / "photos" / "cat" / "1.png").write_bytes(b"")
    assert build(tmp_path / "photos", tmp_path / "out") == 1
    assert "not one of the images could be read" in capsys.readouterr().err


def test_a_class_with_one_image_and_an_odd_path(image_folder, tmp_path):
    (image_folder / "Käse 猫").mkdir()
    picture(5, (200, 200, 30)).save(image_folder / "Käse 猫" / "à la carte.webp")
    assert build(image_folder, tmp_path / "sortie é") == 0
    dataset = read_folder(tmp_path / "sortie é")
    assert "Käse 猫/à la carte.webp" in dataset.ids and "Käse 猫" in dataset.classes
    assert "Warning: Käse 猫 has only 1" in (tmp_path / "sortie é" / "report.txt").read_text()


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_handful_of_images_is_a_dataset_too(tmp_path, count):
    for k in range(count):
        folder = tmp_path / "photos" / f"label {k % 2}"
        folder.mkdir(parents=True, exist_ok=True)
        picture(k, COLOURS["red"]).save(folder / f"{k}.png")
    assert build(tmp_path / "photos", tmp_path / "out") == 0
    assert len(read_folder(tmp_path / "out")) == count


def test_a_table_with_truth(image_folder, tmp_path):
    lines = ["file,given_label,true_label,licence"]
    lines += [f"{label}/{k}.png,{label},{'red' if k else ''},MIT" for label in COLOURS for k in range(8)]
    table = tmp_path / "labels.csv"
    table.write_text("\n".join(lines))
    assert build(image_folder, tmp_path / "out", "--table", str(table)) == 0
    dataset = read_folder(tmp_path / "out")
    assert (dataset.true_label == -1).sum() == 3 and (dataset.given_label != dataset.true_label).sum() == 17
    assert "licence" in (tmp_path / "out" / "dataset.csv").read_text().splitlines()[0]


def test_a_dataset_is_embedded_again_in_place(image_folder, tmp_path, whole):
    out = tmp_path / "whole"
    (out / "embeddings.npy").unlink()
    assert command.main(["--out", str(out), "--batch-size", "4", "--workers", "0", "--no-map"]) == 0
    now = files_of(out)
    assert now["dataset.csv"] == whole["dataset.csv"] and now["dataset.json"] == whole["dataset.json"]
    assert set(now) == set(whole) and len(np.load(out / "embeddings.npy")) == 24


def test_the_menu_lists_a_dataset_once(tmp_path):
    from embedding.folder import FolderError, add_to_menu

    (tmp_path / "static" / "mine").mkdir(parents=True)
    for name in ("Mine", "Mine, again"):
        add_to_menu(tmp_path / "static" / "mine", name, tmp_path)
    assert json.loads((tmp_path / "static" / "datasets.json").read_text()) == [
        {"path": "static/mine", "name": "Mine, again"}
    ]
    with pytest.raises(FolderError, match="outside"):
        add_to_menu(tmp_path, "Mine", tmp_path / "static")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--images", "x"], "--out DIR is needed"),
        (["--out", "nowhere"], "--images FOLDER or --table CSV is needed"),
        (["--images", "x", "--out", "y", "--shard", "4/3"], "the first number"),
        (["--images", "x", "--out", "y", "--shard", "three"], "not like 3/16"),
        (["--images", "x", "--out", "y", "--merge", "--shard", "1/2"], "leave out --shard"),
    ],
)
def test_options_that_do_not_fit_are_explained(arguments, complaint, capsys):
    with pytest.raises(SystemExit):
        command.main(arguments)
    assert complaint in capsys.readouterr().err


def test_a_device_that_is_not_there_is_explained(image_folder, tmp_path, capsys):
    assert build(image_folder, tmp_path / "out", "--device", "nonsense") == 1
    assert "there is no device 'nonsense'" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_named(image_folder, tmp_path, capsys):
    (tmp_path / "taken").write_text("a file, not a folder")
    assert build(image_folder, tmp_path / "taken" / "out") == 1
    assert "taken" in capsys.readouterr().err
