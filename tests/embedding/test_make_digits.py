"""The tool that makes the digits makes the committed ones."""

import sys
from pathlib import Path

import numpy as np
import pytest

PIL = pytest.importorskip("PIL", reason="pip install -e '.[embeddings]' to test the embedding tool")

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import make_digits

PINNED_PILLOW = "12.2.0"


def test_every_class_has_forty_and_two_of_them_flipped():
    targets = np.arange(600) % 10
    digits = make_digits.choose_digits(targets, seed=5)
    assert len({digit.index for digit in digits}) == len(digits) == 400
    assert all(targets[digit.index] == int(digit.true_label) for digit in digits)
    flipped = [digit.true_label for digit in digits if digit.given_label != digit.true_label]
    assert sorted(flipped) == sorted("0123456789" * 2)
    assert [digit.given_label for digit in digits[:10]] == list("0123456789")


def test_ink_is_dark_on_light_paper():
    pixels = np.zeros((8, 8))
    pixels[3:5, 3:5] = 16
    picture = np.asarray(make_digits.draw(pixels)).astype(int).sum(axis=2)
    assert picture[48, 48] < 200
    assert picture[5, 5] > 700


@pytest.mark.skipif(PIL.__version__ != PINNED_PILLOW, reason="the bytes hold for the pinned Pillow alone")
def test_the_shipped_digits_are_made_again_byte_for_byte(tmp_path):
    assert make_digits.main(["--out", str(tmp_path)]) == 0
    for name in ["dataset.csv", "thumbnails.webp", *[f"images/digit-{k:03d}.webp" for k in range(1, 401)]]:
        assert (tmp_path / name).read_bytes() == (ROOT / "static" / "digits" / name).read_bytes(), name
