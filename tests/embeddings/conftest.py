"""Images of every kind for the tests of the offline half, and a network small enough to run in them."""

import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

pytest.importorskip("PIL", reason="pip install -e '.[embeddings]' to test the embedding tool")

from PIL import Image  # noqa: E402


def picture(seed, colour, size=(48, 40)):
    """A picture in one colour with some noise, different for every seed."""
    noise = np.random.default_rng(seed).integers(0, 60, (size[1], size[0], 3))
    return Image.fromarray((np.array(colour) * 0.75 + noise).clip(0, 255).astype(np.uint8))


COLOURS = {"blue": (20, 40, 230), "green": (30, 220, 40), "red": (230, 30, 20)}


@pytest.fixture
def image_folder(tmp_path):
    """Three labels with eight pictures each."""
    folder = tmp_path / "photos"
    for label, colour in COLOURS.items():
        (folder / label).mkdir(parents=True)
        for k in range(8):
            picture(hash_of(label) + k, colour).save(folder / label / f"{k}.png")
    return folder


def hash_of(label):
    return sum(map(ord, label)) * 100


@pytest.fixture
def tiny_backbone(monkeypatch):
    """In place of the pretrained networks: a small random one, the same every time."""
    pytest.importorskip("torch", reason="pip install -e '.[embeddings]' to test embedding")
    from embedding import command
    from tiny import load_tiny

    monkeypatch.setattr(command, "load_backbone", load_tiny)


def files_of(folder):
    """Every file of a dataset folder and its content, what is only there while working left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".build" not in path.parts
    }
