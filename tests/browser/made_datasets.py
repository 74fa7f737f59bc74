"""Dataset folders of any number of classes, made for the tests and served beside the app."""

import colorsys

import numpy as np
from PIL import Image

from vizzy.dataset import Dataset, page_index, write_index

TILE, COLUMNS = 16, 20


def make_dataset(
    folder, n_classes, per_class=12, dimensions=8, pictures=True, names=None, known=True, as_pred_probs=False
):
    """Clusters of points, one a class, with one label in ten moved on; returns the Dataset."""
    random = np.random.default_rng(n_classes)
    true_label = random.permutation(np.repeat(np.arange(n_classes), per_class))
    centres = random.normal(size=(n_classes, dimensions)) * 3
    given_label = np.where(random.random(len(true_label)) < 0.1, (true_label + 1) % n_classes, true_label)
    ids = tuple(f"x{row}" for row in range(len(true_label)))
    points = centres[true_label] + random.normal(size=(len(ids), dimensions))
    dataset = Dataset(
        ids=ids,
        classes=tuple(names or (f"class {label}" for label in range(n_classes))),
        given_label=given_label,
        true_label=true_label if known else None,
        files=tuple(f"images/{row}.webp" for row in range(len(ids))) if pictures else None,
        alt=None,
        embeddings=None if as_pred_probs else points.astype(np.float32),
        pred_probs=_closeness(points, centres) if as_pred_probs else None,
        name=f"{n_classes} classes",
    )
    folder.mkdir(parents=True, exist_ok=True)
    kind = "pred_probs" if as_pred_probs else "embeddings"
    np.save(folder / f"{kind}.npy", getattr(dataset, kind))
    write_index(folder / "dataset.json", dataset, _draw(folder, true_label, n_classes) if pictures else None)
    assert page_index(dataset)["classes"] == list(dataset.classes)
    return dataset


def _draw(folder, true_label, n_classes):
    """A picture and a tile of one colour for every example; returns the sprite's description."""
    (folder / "images").mkdir(exist_ok=True)
    rows = -(-len(true_label) // COLUMNS)
    sprite = Image.new("RGB", (COLUMNS * TILE, rows * TILE))
    for row, label in enumerate(true_label):
        colour = tuple(int(255 * part) for part in _colour(label / n_classes))
        tile = Image.new("RGB", (TILE, TILE), colour)
        tile.save(folder / "images" / f"{row}.webp")
        sprite.paste(tile, (row % COLUMNS * TILE, row // COLUMNS * TILE))
    sprite.save(folder / "thumbnails.webp")
    return {"files": ["thumbnails.webp"], "tile": TILE, "columns": COLUMNS, "per_file": 1000}


def _colour(hue):
    return colorsys.hls_to_rgb(hue, 0.6, 0.6)


def _closeness(points, centres):
    """How close each point is to every centre, as probabilities."""
    closeness = np.exp(-((points[:, None] - centres) ** 2).sum(axis=2) / 8)
    return closeness / closeness.sum(axis=1, keepdims=True)
