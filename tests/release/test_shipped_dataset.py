"""The dataset that ships: what the page reads, what the table says and what lies in the folder are one thing."""

import json
import struct
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from vizzy import confident
from vizzy.dataset import read_folder, read_dataset_table
from vizzy.training import cross_validated_pred_probs

STATIC = Path(__file__).parents[2] / "static"
LICENCES = {"MIT", "Apache-2.0", "CC-BY-4.0", "CC-BY-SA-4.0"}
MOST_BYTES = 1_500_000
MOST_IMAGE_BYTES = 8_000


@pytest.fixture(scope="module")
def rows():
    return read_dataset_table(STATIC / "dataset.csv")


@pytest.fixture(scope="module")
def index():
    return json.loads((STATIC / "dataset.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def dataset():
    return read_folder(STATIC)


def webp_size(path):
    """Width and height of a lossy WebP file, from its header."""
    content = path.read_bytes()
    assert content[:4] == b"RIFF" and content[8:16] == b"WEBPVP8 ", f"{path.name} is no lossy WebP"
    return tuple(side & 0x3FFF for side in struct.unpack("<HH", content[26:30]))


def test_the_classes_come_in_the_same_order_everywhere(index, dataset):
    assert index["classes"] == list(dataset.classes) == ["cat", "dog", "bear"]


def test_there_are_97_of_each_animal_and_9_of_none(rows):
    assert Counter(row["true_label"] for row in rows) == {"cat": 97, "dog": 97, "bear": 97, "": 9}


def test_three_of_each_class_and_whatever_is_no_animal_are_labelled_wrongly(rows):
    wrong = Counter(row["true_label"] for row in rows if row["given_label"] != row["true_label"])
    assert wrong == {"cat": 3, "dog": 3, "bear": 3, "": 9}


def test_the_page_reads_what_the_table_says(rows, index):
    classes = index["classes"]
    assert index["ids"] == [row["id"] for row in rows]
    assert index["files"] == [row["file"] for row in rows]
    assert index["alt"] == [row["alt"] for row in rows]
    assert [classes[k] for k in index["given_label"]] == [row["given_label"] for row in rows]
    assert ["" if k < 0 else classes[k] for k in index["true_label"]] == [row["true_label"] for row in rows]


def test_neither_id_nor_file_gives_the_class_away(rows):
    for row in rows:
        name = (row["id"] + row["file"]).lower()
        assert not any(word in name for word in ("cat", "dog", "bear"))


def test_problems_are_spread_over_the_table(dataset):
    problem_idx = np.flatnonzero(dataset.given_label != dataset.true_label)
    assert (
        np.diff(problem_idx, prepend=0, append=len(dataset)).max() <= 2 * len(dataset) / len(problem_idx) + 3
    )


def test_the_first_images_are_a_mix(rows):
    assert all(count >= 4 for count in Counter(row["given_label"] for row in rows[:20]).values())


def test_every_image_is_there_160_px_and_small(rows):
    for row in rows:
        path = STATIC / row["file"]
        assert webp_size(path) == (160, 160)
        assert path.stat().st_size < MOST_IMAGE_BYTES
    assert {path.name for path in (STATIC / "images").iterdir()} == {Path(row["file"]).name for row in rows}


def test_the_sprite_has_a_tile_for_every_image(index):
    sheets = index["thumbnails"]
    tile, columns, count = sheets["tile"], sheets["columns"], len(index["ids"])
    assert len(sheets["files"]) == -(-count // sheets["per_file"])
    assert webp_size(STATIC / sheets["files"][0]) == (columns * tile, -(-count // columns) * tile)


def test_a_visitor_loads_little():
    shipped = [*STATIC.glob("images/*.webp"), *STATIC.glob("thumbnails*.webp"), STATIC / "embeddings.npy"]
    assert sum(path.stat().st_size for path in shipped) < MOST_BYTES


def test_embeddings_are_32_numbers_per_image(dataset):
    assert dataset.embeddings.shape == (300, 32)
    assert dataset.embeddings.dtype == np.float32
    assert dataset.embeddings.flags.c_contiguous


def test_the_map_has_a_place_for_every_image(index):
    places = np.load(STATIC / index["map"], allow_pickle=False)
    assert places.shape == (300, 2) and places.dtype == np.float32
    assert np.abs(places).max() == pytest.approx(1)


def test_every_image_names_its_artwork_licence_and_author(rows):
    for row in rows:
        assert row["licence"] in LICENCES
        assert row["licence_url"].startswith("https://")
        assert row["artwork"] and row["artwork_name"] and row["attribution"]


def test_the_credits_count_every_image(rows):
    text = (STATIC.parent / "CREDITS.md").read_text(encoding="utf-8")
    counted = [line.split("|")[-2].strip() for line in text.splitlines() if line.startswith("| [")]
    assert sum(map(int, counted)) == len(rows)
    for row in rows:
        assert row["attribution"] in text and row["licence_url"] in text


@pytest.fixture(scope="module")
def pred_probs(dataset):
    return cross_validated_pred_probs(
        dataset.embeddings, dataset.given_label, len(dataset.classes)
    ).pred_probs


def test_the_classifier_finds_it_neither_easy_nor_hopeless(dataset, pred_probs):
    animal_mask = dataset.true_label >= 0
    accuracy = (pred_probs.argmax(axis=1) == dataset.true_label)[animal_mask].mean()
    assert 0.88 <= accuracy <= 0.98


def test_the_worst_thirty_by_self_confidence_hold_most_problems(dataset, pred_probs):
    self_confidence = pred_probs[np.arange(len(dataset)), dataset.given_label]
    worst_idx = np.argsort(self_confidence, kind="stable")[:30]
    assert (dataset.given_label != dataset.true_label)[worst_idx].sum() >= 14


def test_at_the_default_thresholds_half_the_problems_are_flagged(dataset, pred_probs):
    found = confident.analyse(dataset.given_label, pred_probs)
    flagged_mask = found.label_issue_mask | found.out_of_distribution_mask
    assert (flagged_mask & (dataset.given_label != dataset.true_label)).sum() >= 9
    assert flagged_mask.sum() <= 45


def test_the_menu_names_datasets_that_are_there():
    menu = json.loads((STATIC / "datasets.json").read_text(encoding="utf-8"))
    assert [entry["path"] for entry in menu] == ["static", "static/digits"]
    for entry in menu:
        assert read_folder(STATIC.parent / entry["path"]).name == entry["name"]


@pytest.fixture(scope="module")
def digits():
    return read_folder(STATIC / "digits")


def test_the_digits_have_ten_classes_and_twenty_flipped_labels(digits):
    assert digits.classes == tuple("0123456789")
    assert np.bincount(digits.true_label).tolist() == [40] * 10
    assert np.bincount(digits.true_label[(digits.given_label != digits.true_label)]).tolist() == [2] * 10
    assert digits.embeddings.shape == (400, 32)


def test_the_page_reads_of_the_digits_what_their_table_says(digits):
    index = json.loads((STATIC / "digits" / "dataset.json").read_text(encoding="utf-8"))
    assert (tuple(index["ids"]), tuple(index["files"]), tuple(index["classes"])) == (
        digits.ids,
        digits.files,
        digits.classes,
    )
    assert (
        index["given_label"] == digits.given_label.tolist()
        and index["true_label"] == digits.true_label.tolist()
    )
    assert all(
        (STATIC / "digits" / name).is_file() for name in [*index["files"], *index["thumbnails"]["files"]]
    )


def test_the_flipped_digits_are_found(digits):
    pred_probs = cross_validated_pred_probs(digits.embeddings, digits.given_label, 10).pred_probs
    self_confidence = pred_probs[np.arange(len(digits)), digits.given_label]
    worst_idx = np.argsort(self_confidence, kind="stable")[:40]
    assert (digits.given_label != digits.true_label)[worst_idx].sum() >= 16
    found = confident.analyse(digits.given_label, pred_probs)
    flagged_mask = found.label_issue_mask | found.out_of_distribution_mask
    assert (flagged_mask & (digits.given_label != digits.true_label)).sum() >= 8


def test_the_lesson_says_what_the_score_card_shows(dataset):
    pred_probs = cross_validated_pred_probs(dataset.embeddings, dataset.given_label, 3).pred_probs
    no_class_mask = dataset.true_label < 0
    wrong_mask = (dataset.true_label != dataset.given_label) & ~no_class_mask

    def found_and_flagged(class_percentile, ood_percentile=15):
        analysis = confident.analyse(dataset.given_label, pred_probs, class_percentile, ood_percentile)
        lists = (analysis.label_issue_mask, wrong_mask), (analysis.out_of_distribution_mask, no_class_mask)
        return [(int((flagged & problem).sum()), int(flagged.sum())) for flagged, problem in lists]

    issues = [found_and_flagged(percentile, min(15, percentile))[0] for percentile in (80, 50, 30, 20, 10)]
    assert issues == [(2, 2), (5, 5), (8, 8), (9, 11), (9, 25)]
    assert [found_and_flagged(50, percentile)[1] for percentile in (5, 15, 30)] == [(0, 0), (7, 30), (9, 82)]
    step = (STATIC.parent / "docs/lesson.md").read_text(encoding="utf-8").partition("## 3. ")[2].partition("## 4. ")[0]
    said = " ".join(step.split())
    for words in ("2 of the 9 are found", "at 50 5 are found, at 30 8", "all 9, for 2 false alarms", "16 of 25 alarms", "7 of the 9, among 30", "all 9, among 82"):
        assert words in said
