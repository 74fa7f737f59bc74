"""The report, the map and the progress line."""

import numpy as np
import pytest

from embedding import picture_map
from embedding.picture_map import map_of
from vizzy.native.progress import Progress, readable_duration
from embedding.report import Facts, report_text


def facts(separation=6.0, count=60, **changes):
    given_label = np.arange(count) % 3
    noise = np.random.default_rng(0).normal(0, 1, (count, 4))
    embeddings = noise + separation * np.eye(3, 4)[given_label]
    told = {
        "name": "Three kinds",
        "classes": ("a", "b", "c"),
        "given_label": given_label,
        "true_label": None,
        "ids": tuple(f"{k}.png" for k in range(count)),
        "digests": tuple(bytes([k]) for k in range(count)),
        "skipped": (),
        "ignored": (),
        "embeddings": embeddings.astype(np.float32),
        "made_with": "Embedded by hand.",
    }
    return Facts(**(told | changes))


def test_a_sound_dataset_has_no_warning():
    text = report_text(facts())
    assert "Three kinds: 60 images, 3 classes" in text
    assert "     20  b" in text
    assert "Warning" not in text
    assert text.count(": none") == 3


def test_a_bad_embedding_is_noticed():
    assert "The embedding does not tell these classes apart" in report_text(facts(separation=0.0))


def test_a_small_class_is_noticed():
    given_label = np.array([0] * 30 + [1] * 28 + [2] * 2)
    assert "Warning: c has only 2" in report_text(facts(given_label=given_label))


def test_known_wrong_labels_are_counted():
    true_label = np.arange(60) % 3
    true_label[:4] = -1
    assert "known to be wrong: 4" in report_text(facts(true_label=true_label))


def test_duplicates_under_two_labels_stand_out():
    digests = [bytes([k]) for k in range(60)]
    digests[1] = digests[0]
    digests[3] = digests[6]
    text = report_text(facts(digests=tuple(digests)))
    assert "0.png = 1.png  <- labelled a and b" in text
    assert "3.png = 6.png\n" in text


def test_long_lists_are_cut():
    skipped = tuple((f"{k}.png", "it is damaged") for k in range(50))
    text = report_text(facts(skipped=skipped))
    assert "Skipped: 50" in text and "... and 30 more" in text and "49.png: " not in text


def test_many_images_are_judged_by_a_sample(monkeypatch):
    from embedding import report

    monkeypatch.setattr(report, "MOST_TRAINED", 30)
    assert "(on a random 30 of them)" in report_text(facts())


@pytest.fixture(scope="module")
def places():
    """The map of three kinds."""
    return map_of(facts().embeddings)


def test_the_map_keeps_kinds_together(places):
    told = facts()
    assert places.shape == (60, 2) and places.dtype == np.float32 and np.abs(places).max() == pytest.approx(1)
    centres = np.stack([places[told.given_label == k].mean(axis=0) for k in range(3)])
    nearest = np.linalg.norm(places[:, None] - centres, axis=2).argmin(axis=1)
    assert (nearest == told.given_label).mean() > 0.9


def test_the_map_is_the_same_every_time(places):
    np.testing.assert_array_equal(map_of(facts().embeddings), places)


def test_beyond_a_sample_each_image_stands_among_its_nearest(monkeypatch):
    monkeypatch.setattr(picture_map, "MOST_FITTED", 40)
    told = facts(count=90)
    places = map_of(told.embeddings)
    centres = np.stack([places[told.given_label == k].mean(axis=0) for k in range(3)])
    nearest = np.linalg.norm(places[:, None] - centres, axis=2).argmin(axis=1)
    assert places.shape == (90, 2) and (nearest == told.given_label).mean() > 0.9


@pytest.mark.parametrize(
    "embeddings", [np.zeros((1, 3)), np.zeros((20, 3)), np.random.default_rng(0).normal(size=(6, 1))]
)
def test_degenerate_embeddings_have_a_map_too(embeddings):
    places = map_of(embeddings.astype(np.float32))
    assert places.shape == (len(embeddings), 2) and np.isfinite(places).all()


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Stream:
    def __init__(self):
        self.text = ""

    def isatty(self):
        return False

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def test_progress_tells_rate_and_time_left():
    clock, stream = Clock(), Stream()
    progress = Progress(400, done=100, stream=stream, clock=clock)
    clock.now = 20.0
    progress.advance(100)
    assert stream.text == "200 of 400 images (50 %), 5.0 per second, 40 s left\n"


def test_a_log_file_is_not_flooded():
    clock, stream = Clock(), Stream()
    progress = Progress(100_000, stream=stream, clock=clock)
    for _ in range(1000):
        clock.now += 0.01
        progress.advance(10)
    assert stream.text.count("\n") <= 1


@pytest.mark.parametrize(("seconds", "text"), [(12, "12 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")])
def test_durations_are_readable(seconds, text):
    assert readable_duration(seconds) == text
