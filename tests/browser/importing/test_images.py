"""Images without embeddings: a folder of them, a zip, a table that names them; looked at in the page, and kept."""

import csv
import shutil
from collections import Counter

import pytest
from own_data import exported, rows_of, start_review
from visits import ROOT, visiting

STATIC = ROOT / "static"
PER_LABEL = 20


def shipped(count=PER_LABEL):
    """Some of the shipped pictures with their true labels: list of (path, label)."""
    with (STATIC / "dataset.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["true_label"] in ("cat", "dog", "bear")]
    taken, pictures = Counter(), []
    for row in rows:
        taken[row["true_label"]] += 1
        if taken[row["true_label"]] <= count:
            pictures.append((STATIC / row["file"], row["true_label"]))
    return pictures


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """A folder with a subfolder for each label, and in it the paths of those that lie in the wrong one."""
    folder = tmp_path_factory.mktemp("images") / "photos"
    wrong = []
    for number, (path, label) in enumerate(shipped()):
        is_wrong = number in (3, 25, 48)
        given = {"cat": "dog", "dog": "bear", "bear": "cat"}[label] if is_wrong else label
        (folder / given).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / given)
        if is_wrong:
            wrong.append(f"photos/{given}/{path.name}")
    (folder / "cat" / "damaged.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more of it")
    (folder / "notes.txt").write_text("Taken on holiday\n")
    return folder, wrong


@pytest.fixture(scope="module")
def own(browser, site):
    with visiting(browser, site) as visit:
        visit.open()
        yield visit


def choose_folder(visit, folder):
    visit.page.click("#import-button")
    visit.page.set_input_files("#import-folder", str(folder))
    visit.page.wait_for_selector("#import-preview:not([hidden]), #import-problem:not([hidden])")


def test_a_folder_is_read_looked_at_trained_and_those_in_the_wrong_subfolder_are_found(own, photos):
    folder, wrong = photos
    choose_folder(own, folder)
    understood = own.page.inner_text("#import-understood")
    assert understood == "photos: 61 rows, 3 classes, 61 pictures to compute embeddings of."
    assert "is the folder that it lies in" in own.page.inner_text("#import-notes")
    own.page.click("#import-open:not([disabled])")
    own.page.wait_for_selector("#import", state="hidden")
    own.page.wait_for_function("document.getElementById('note').textContent.includes('photos/cat/damaged.jpg: it is damaged')")
    own.train()
    start_review(own)
    table = rows_of(exported(own.page, "table")[1])
    assert len(table) == 61
    looked_at = [row for row in table if row["label_quality"]]
    assert {row["file"] for row in table} - {row["file"] for row in looked_at} == {"photos/cat/damaged.jpg"}
    suspects = sorted(looked_at, key=lambda row: float(row["label_quality"]))[:6]
    assert set(wrong) <= {row["file"] for row in suspects}
    assert own.foreign_requests() == []
    assert own.complaints == []
