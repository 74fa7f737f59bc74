"""Make the second shipped dataset: handwritten digits, ten classes, with labels flipped on purpose.

Four hundred of the real digits that scikit-learn ships (`load_digits`: 8 x 8 pixels, from the Optical Recognition
of Handwritten Digits data set of E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, CC BY 4.0), forty of each
class, enlarged to pictures. Twenty of them, two of each class, are given the label of another digit. The table
keeps the truth.

    pip install -e '.[embeddings]'
    python tools/make_digits.py                      # rewrites static/digits/
    python build_embeddings.py --out static/digits   # then embeds what was made
"""

from __future__ import annotations

import argparse
import random
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from embedding import thumbnails
from vizzy.dataset import INDEX_FILE, TABLE_FILE, build_dataset, write_index, write_dataset_table

SEED = 1
NAME = "Handwritten digits"
CLASSES = tuple("0123456789")
PER_CLASS = 40
FLIPPED_PER_CLASS = 2

SIZE = 96  # pixels, both ways: there is no more in 8 x 8
MARGIN = 1  # of the 8 pixels' kind, all around
DARKEST = 16  # of load_digits
QUALITY = 60
PAPER, INK = np.array([250, 248, 240]), np.array([32, 36, 66])
SOURCE = "https://archive.ics.uci.edu/dataset/80"
CREDIT = {
    "licence": "CC-BY-4.0",
    "licence_url": "https://creativecommons.org/licenses/by/4.0/",
    "attribution": "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository",
    "source": SOURCE,
}


@dataclass(frozen=True)
class Digit:
    """One digit: its place in load_digits, what it is, and the label it is given."""

    index: int
    true_label: str
    given_label: str


def choose_digits(targets: np.ndarray, seed: int) -> list[Digit]:
    """Choose the digits and their labels, in the order they are shown: the first ten are 0 to 9."""
    generator = random.Random(f"vizzy digits/{seed}")
    sound, flipped = [], []
    for name in CLASSES:
        chosen = generator.sample(np.flatnonzero(targets == int(name)).tolist(), PER_CLASS)
        others = [other for other in CLASSES if other != name]
        flipped += [Digit(index, name, generator.choice(others)) for index in chosen[:FLIPPED_PER_CLASS]]
        sound += [Digit(index, name, name) for index in chosen[FLIPPED_PER_CLASS:]]
    firsts = [next(digit for digit in sound if digit.true_label == name) for name in CLASSES]
    rest = [digit for digit in sound if digit not in firsts] + flipped
    generator.shuffle(rest)
    return firsts + rest


def draw(pixels: np.ndarray) -> Image.Image:
    """A digit's 8 x 8 pixels as a picture of ink on paper."""
    ink = Image.fromarray(np.pad(pixels * (255 / DARKEST), MARGIN).astype(np.uint8))
    share = np.asarray(ink.resize((SIZE, SIZE), Image.Resampling.BICUBIC), dtype=np.float64)[:, :, None] / 255
    return Image.fromarray(np.rint(PAPER + (INK - PAPER) * share).astype(np.uint8))


def table_row(number: int, digit: Digit) -> dict[str, str]:
    """One row of dataset.csv."""
    identifier = f"digit-{number:03d}"
    return {
        "id": identifier,
        "file": f"images/{identifier}.webp",
        "given_label": digit.given_label,
        "true_label": digit.true_label,
        "alt": f"handwritten {digit.true_label}",
        "load_digits_index": str(digit.index),
    } | CREDIT


def write_dataset(digits: list[Digit], images: np.ndarray, folder: Path) -> None:
    """Write images, sprite, table and page index of `digits` into `folder`."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    rows = [table_row(number, digit) for number, digit in enumerate(digits, start=1)]
    pictures = [draw(images[digit.index]) for digit in digits]
    for row, picture in zip(rows, pictures, strict=True):
        picture.save(folder / row["file"], "WEBP", quality=QUALITY, method=6)
    thumbnails.write_sprites(map(thumbnails.tile, pictures), len(pictures), folder)
    write_dataset_table(folder / TABLE_FILE, rows)
    write_index(folder / INDEX_FILE, build_dataset(rows, name=NAME), thumbnails.layout(len(rows)))


def main(arguments: list[str] | None = None) -> int:
    """Command line: make the dataset."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "static" / "digits", help="default: static/digits")
    options = parser.parse_args(arguments)
    source = load_digits()
    digits = choose_digits(source.target, SEED)
    write_dataset(digits, source.images, options.out)
    print(
        f"{len(digits)} digits, {sum(d.given_label != d.true_label for d in digits)} flipped -> {options.out}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
