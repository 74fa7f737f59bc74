"""The work itself: images through the network, batch by batch, into a store.

Reading and decoding happen in worker processes or threads, which also write the pictures the page shows. What the network
sees of a batch is always the same, whichever images of it are unreadable (zeros stand in for those), wherever the
batch is done and whatever was done before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from vizzy.native.image_files import UnreadableImage, open_rgb
from embedding.pictures import Pictures
from vizzy.native.progress import Progress
from vizzy.reading.errors import ReadingError
from embedding.sources import Source
from embedding.store import Batch, Store


@dataclass(frozen=True)
class Prepared:
    """One image on its way into a batch."""

    made: Any  # by the network's transform; None where the image is skipped
    digest: bytes
    reason: str  # why it is skipped
    failure: ReadingError | None = None  # why nothing can go on


class PreparedImages:
    """Reads, decodes, and transforms image by image; in worker processes, so it must be picklable."""

    def __init__(
        self, sources: tuple[Source, ...], transform: Callable, pictures: Pictures | None, most_megapixels
    ):
        self._sources = sources
        self._transform = transform
        self._pictures = pictures
        self._most_megapixels = most_megapixels

    def __getitem__(self, number: int) -> Prepared:
        digest = b"\0" * 32
        try:
            content = self._sources[number].path.read_bytes()
            digest = hashlib.sha256(content).digest()
            image = open_rgb(content, self._most_megapixels)
            if self._pictures:
                self._pictures.write(image, number)
            return Prepared(self._transform(image), digest, "")
        except FileNotFoundError:
            return Prepared(None, digest, "there is no such file")
        except PermissionError:
            return Prepared(None, digest, "it may not be read")
        except UnreadableImage as error:
            return Prepared(None, digest, str(error))
        except ReadingError as error:  # told to the parent: what is raised in a worker process arrives as a traceback
            return Prepared(None, digest, "", error)


class Network(Protocol):
    """What runs a network without its classifier: by torch, or by ONNX Runtime."""

    transform: Callable  # PIL.Image.Image -> what `features` takes of one image
    blank: Any  # the same of an image that is not there

    @property
    def plan(self) -> dict[str, str]:
        """What of it decides the numbers, by the names of `Plan`."""
        ...

    @property
    def described(self) -> str:
        """What runs which network where, for the person at the command line."""
        ...

    def batches(self, images: PreparedImages, members: list[list[int]], workers: int) -> Iterator[list[Prepared]]:
        """The images of each batch, read beforehand by so many workers."""
        ...

    def features(self, made: list) -> np.ndarray:
        """Of shape (n, width), float32."""
        ...


def embed(
    sources: tuple[Source, ...],
    network: Network,
    store: Store,
    batches: range,
    pictures: Pictures | None,
    workers: int,
    most_megapixels: float,
) -> int:
    """Do those of `batches` that the store does not have yet.

    Returns
    -------
    int
        How many images were done now.
    """
    plan = store.plan
    missing = store.missing(batches)
    members = [list(plan.members(batch)) for batch in missing]
    images = PreparedImages(sources, network.transform, pictures, most_megapixels)
    total, left = sum(len(plan.members(batch)) for batch in batches), sum(map(len, members))
    progress = Progress(total, done=total - left)
    for number, prepared in zip(missing, network.batches(images, members, workers), strict=True):
        _raise_failure(prepared)
        store.save(number, _batch(prepared, network))
        for index, image in zip(plan.members(number), prepared, strict=True):
            if image.reason:
                progress.say(f"skipped {sources[index].path}: {image.reason}")
        progress.advance(len(prepared))
    return left


def _raise_failure(prepared: list[Prepared]) -> None:
    for image in prepared:
        if image.failure:
            raise image.failure


def _batch(prepared: list[Prepared], network: Network) -> Batch:
    kept_mask = np.array([image.made is not None for image in prepared])
    features = network.features([network.blank if image.made is None else image.made for image in prepared])
    features[~kept_mask] = 0
    bad_idx = np.flatnonzero(kept_mask & ~np.isfinite(features).all(axis=1))
    reasons = [image.reason for image in prepared]
    for index in bad_idx:
        features[index], kept_mask[index] = 0, False
        reasons[index] = "its features are not finite numbers: try --precision full"
    digests = np.frombuffer(b"".join(image.digest for image in prepared), np.uint8).reshape(len(prepared), -1)
    return Batch(features, kept_mask, digests, np.array(reasons, dtype=np.str_))
