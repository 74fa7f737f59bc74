"""Sprites: the thumbnails of a dataset, many to a file, so that a grid of images needs one request.

A sprite is a grid of square tiles in the order of the dataset's table, row by row. The page places tile
`k` of a file at column `k % columns`, row `k // columns`, as `dataset.json` tells it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from PIL import Image, ImageOps

TILE = 64  # pixels, both ways
COLUMNS = 20
PER_FILE = 1000
QUALITY = 78


def sprite_names(count: int) -> list[str]:
    """The files that the thumbnails of `count` examples go to, in order."""
    files = max(1, -(-count // PER_FILE))
    return ["thumbnails.webp"] if files == 1 else [f"thumbnails-{k}.webp" for k in range(files)]


def layout(count: int) -> dict:
    """What ``dataset.json`` says of the thumbnails of `count` examples."""
    return {"files": sprite_names(count), "tile": TILE, "columns": COLUMNS, "per_file": PER_FILE}


def tile(image: Image.Image) -> Image.Image:
    """An image as a thumbnail: its middle square, TILE pixels both ways."""
    return ImageOps.fit(image, (TILE, TILE), Image.Resampling.LANCZOS)


def write_sprites(thumbnails: Iterable[Image.Image], count: int, folder: Path) -> list[str]:
    """Write the sprites of `count` thumbnails into `folder`, holding one file's worth at a time.

    Parameters
    ----------
    thumbnails : iterable of PIL.Image.Image
        TILE x TILE pixels each, in the order of the table.
    """
    remaining = iter(thumbnails)
    names = sprite_names(count)
    for name in names:
        sprite = _arrange(list(islice(remaining, PER_FILE)))
        sprite.save(folder / name, "WEBP", quality=QUALITY, method=6)
    return names


def _arrange(tiles: list[Image.Image]) -> Image.Image:
    rows = max(1, -(-len(tiles) // COLUMNS))
    sprite = Image.new("RGB", (COLUMNS * TILE, rows * TILE))
    for k, thumbnail in enumerate(tiles):
        sprite.paste(thumbnail, (k % COLUMNS * TILE, k // COLUMNS * TILE))
    return sprite
