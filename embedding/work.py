"""The work itself: images through the backbone, batch by batch, into a store.

Reading and decoding happen in worker processes, which also write the pictures the page shows. What the network
sees of a batch is always the same, whichever images of it are unreadable (zeros stand in for those), wherever the
batch is done and whatever was done before.
"""

from __future__ import annotations

import hashlib
import signal
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from embedding.backbones import Backbone
from vizzy.native.image_files import UnreadableImage, open_rgb
from embedding.pictures import Pictures
from vizzy.native.progress import Progress
from vizzy.reading.errors import ReadingError
from embedding.sources import Source
from embedding.store import Batch, Store


class DeviceError(Exception):
    """The device asked for is not there."""


@dataclass(frozen=True)
class Prepared:
    """One image on its way into a batch."""

    tensor: torch.Tensor | None
    digest: bytes
    reason: str  # why it is skipped
    failure: ReadingError | None = None  # why nothing can go on


class PreparedImages(Dataset):
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


def cpu_threads() -> int:
    """With how many threads a network is run on this machine's CPU."""
    return torch.get_num_threads()


def use_cpu_threads(count: int) -> None:
    """Run networks with so many threads on the CPU: how a sum is divided among them changes its last bits."""
    torch.set_num_threads(count)


def choose_device(name: str) -> torch.device:
    """The device of this name; ``auto`` is a GPU, else MPS, else the CPU."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not there.get(name.split(":")[0], False):
        raise DeviceError(f"there is no device {name!r} here: leave out --device to take the best there is")
    return torch.device(name)


def choose_precision(name: str, device: torch.device) -> str:
    """``mixed`` or ``full``; ``auto`` is mixed where it is faster, on a GPU."""
    return ("mixed" if device.type == "cuda" else "full") if name == "auto" else name


def embed(
    sources: tuple[Source, ...],
    backbone: Backbone,
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
    images = PreparedImages(sources, backbone.transform, pictures, most_megapixels)
    total, left = sum(len(plan.members(batch)) for batch in batches), sum(map(len, members))
    progress = Progress(total, done=total - left)
    network = _Network(backbone, torch.device(plan.device), plan.precision)
    loader = DataLoader(
        images,
        batch_sampler=members,
        num_workers=workers,
        collate_fn=list,
        worker_init_fn=_leave_interrupts_to_parent,
    )
    for number, prepared in zip(missing, loader, strict=True):
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


def _leave_interrupts_to_parent(_worker: int) -> None:
    """Ctrl-C reaches every process of the terminal; the workers end with their parent, without a traceback each."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _batch(prepared: list[Prepared], network: _Network) -> Batch:
    kept_mask = np.array([image.tensor is not None for image in prepared])
    blank = network.blank
    stacked = torch.stack([blank if image.tensor is None else image.tensor for image in prepared])
    features = network.features(stacked)
    features[~kept_mask] = 0
    bad_idx = np.flatnonzero(kept_mask & ~np.isfinite(features).all(axis=1))
    reasons = [image.reason for image in prepared]
    for index in bad_idx:
        features[index], kept_mask[index] = 0, False
        reasons[index] = "its features are not finite numbers: try --precision full"
    digests = np.frombuffer(b"".join(image.digest for image in prepared), np.uint8).reshape(len(prepared), -1)
    return Batch(features, kept_mask, digests, np.array(reasons, dtype=np.str_))


class _Network:
    """The backbone on its device: tensors in, numpy out."""

    def __init__(self, backbone: Backbone, device: torch.device, precision: str):
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.backends.cudnn.benchmark = False
        self._network = backbone.network.to(device).eval()
        self._device = device
        self._precision = partial(torch.autocast, device.type) if precision == "mixed" else nullcontext
        self.blank = torch.zeros_like(backbone.transform(Image.new("RGB", (64, 64))))

    def features(self, images: torch.Tensor) -> np.ndarray:
        with torch.inference_mode(), self._precision():
            return self._network(images.to(self._device)).flatten(1).float().cpu().numpy()
