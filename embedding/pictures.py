"""The pictures of a dataset folder: what the page shows of each image, small, and all as WebP."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from vizzy.dataset import IMAGES_FOLDER

QUALITY = 80
PER_SUBFOLDER = 1000


@dataclass(frozen=True)
class Pictures:
    """Where the pictures that the page shows are written, and how large."""

    folder: Path  # the dataset folder
    longest_side: int

    def write(self, image: Image.Image, number: int) -> None:
        """Write the picture of image `number`; a picture that is there is whole."""
        path = self.folder / picture_name(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        small = image.copy()
        small.thumbnail((self.longest_side, self.longest_side), Image.Resampling.LANCZOS)
        unfinished = path.with_name(f".{path.stem}-{os.getpid()}.webp")
        small.save(unfinished, "WEBP", quality=QUALITY, method=4)
        os.replace(unfinished, path)


def picture_name(number: int) -> str:
    """The file of image `number` in a dataset folder: a thousand to a subfolder."""
    return f"{IMAGES_FOLDER}/{number // PER_SUBFOLDER:03d}/{number:06d}.webp"


def remove_unfinished(folder: Path) -> None:
    """Remove the pictures of a dataset folder that a run was killed while writing."""
    for path in (folder / IMAGES_FOLDER).glob("*/.*.webp"):
        path.unlink(missing_ok=True)
