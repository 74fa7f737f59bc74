"""What a run has done so far, batch by batch, so that it can be interrupted, continued and shared out.

A batch always holds the same images in the same order, because a network's results can differ in the last bits
with what else is in the batch. Each finished batch is one file, written under another name and then renamed, so a
file that is there is whole. Resuming means leaving out the batches that are there; sharing out means that
different processes make different batches; joining means reading all of them in order. None of the three can
give other numbers than one uninterrupted run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

PLAN_FILE = "plan.json"
BATCHES_FOLDER = "batches"
TORCH, ONNX_RUNTIME = "torch", "onnxruntime"  # what runs the network


class StoreError(Exception):
    """The work done so far does not fit; the message says what to do."""


@dataclass(frozen=True)
class Plan:
    """All that decides the numbers. Runs that continue one another must agree on it."""

    images: int
    sources: str  # digest of ids, labels and sizes
    backbone: str
    weights: str
    batch_size: int
    precision: str
    device: str
    image_size: int
    inference: str = TORCH

    @property
    def batches(self) -> int:
        """How many batches there are."""
        return -(-self.images // self.batch_size)

    def members(self, batch: int) -> range:
        """The images of a batch, by their index in the sources."""
        return range(batch * self.batch_size, min((batch + 1) * self.batch_size, self.images))

    def shard(self, number: int, of: int) -> range:
        """The batches of shard `number`, counted from one, of `of`."""
        return range(self.batches * (number - 1) // of, self.batches * number // of)


@dataclass(frozen=True, eq=False)
class Batch:
    """What came of the images of one batch."""

    features: np.ndarray  # (m, width) float32; rows of skipped images are zero
    kept_mask: np.ndarray  # (m,) bool
    digests: np.ndarray  # (m, 32) uint8: SHA-256 of the files' content
    reasons: np.ndarray  # (m,) str: why an image was skipped, else empty


class Store:
    """The finished batches of one plan, in a folder."""

    def __init__(self, folder: Path, plan: Plan):
        self.folder = folder
        self.plan = plan

    @classmethod
    def open(cls, folder: Path, plan: Plan) -> Store:
        """Start in an empty folder, or continue what was started there with the same plan."""
        (folder / BATCHES_FOLDER).mkdir(parents=True, exist_ok=True)
        path = folder / PLAN_FILE
        if path.exists():
            _check_same_plan(read_plan(folder), plan, folder)
        else:
            _write_whole(path, (json.dumps(asdict(plan), indent=1) + "\n").encode())
        return cls(folder, plan)

    def path(self, batch: int) -> Path:
        """The file of a batch."""
        return self.folder / BATCHES_FOLDER / f"{batch:07d}.npz"

    def missing(self, batches: range) -> list[int]:
        """Those of the batches that are not finished."""
        there = {name for name in os.listdir(self.folder / BATCHES_FOLDER)}
        return [batch for batch in batches if self.path(batch).name not in there]

    def save(self, number: int, batch: Batch) -> None:
        """Keep a finished batch."""
        path = self.path(number)
        unfinished = path.with_name(f".{path.stem}-{os.getpid()}.npz")
        np.savez(unfinished, **vars(batch))
        os.replace(unfinished, path)

    def load(self, number: int) -> Batch:
        """Read a finished batch."""
        path = self.path(number)
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return Batch(**{name: arrays[name] for name in Batch.__dataclass_fields__})
        except Exception as error:  # a damaged archive raises many things
            raise StoreError(
                f"{path} is damaged ({error}): delete it and run the same command again"
            ) from error

    def load_all(self) -> Iterator[Batch]:
        """Every batch in order, one at a time."""
        return map(self.load, range(self.plan.batches))


def read_plan(folder: Path) -> Plan:
    """The plan that was started in a folder."""
    path = folder / PLAN_FILE
    try:
        return Plan(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise StoreError(f"{path} is damaged: delete the folder {folder} to start afresh") from error


def _check_same_plan(before: Plan, now: Plan, folder: Path) -> None:
    differing = [name for name, value in asdict(now).items() if getattr(before, name) != value]
    if differing:
        changes = ", ".join(
            f"{name} was {getattr(before, name)}, now {getattr(now, name)}" for name in differing
        )
        raise StoreError(
            f"{folder} holds the beginning of another run ({changes}): run as before to continue it, or with "
            "--restart to discard it"
        )


def _write_whole(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}-{os.getpid()}")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)
