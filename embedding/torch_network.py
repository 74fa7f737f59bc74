"""Backbones run by torch: on a GPU or the CPU, with images read by worker processes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader

from embedding.backbones import Backbone, BackboneError
from embedding.store import TORCH
from embedding.work import Prepared, PreparedImages


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
        raise BackboneError(f"there is no device {name!r} here: leave out --device to take the best there is")
    return torch.device(name)


def choose_precision(name: str, device: torch.device) -> str:
    """``mixed`` or ``full``; ``auto`` is mixed where it is faster, on a GPU."""
    return ("mixed" if device.type == "cuda" else "full") if name == "auto" else name


class TorchNetwork:
    """A backbone on its device; see `embedding.work.Network`."""

    def __init__(self, backbone: Backbone, device: str, precision: str):
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.backends.cudnn.benchmark = False
        self._device = choose_device(device)
        self._precision = choose_precision(precision, self._device)
        self._backbone = backbone
        self._network = backbone.network.to(self._device).eval()
        self.transform = backbone.transform
        self.blank = torch.zeros_like(backbone.transform(Image.new("RGB", (64, 64))))

    @property
    def plan(self) -> dict[str, str]:
        """What of it decides the numbers, by the names of `embedding.store.Plan`."""
        return {
            "backbone": self._backbone.name,
            "weights": self._backbone.weights,
            "precision": self._precision,
            "device": self._device.type,
            "inference": TORCH,
        }

    @property
    def described(self) -> str:
        """What runs which network where."""
        return f"torch {torch.__version__} on {self._device.type} runs {self._backbone.name}"

    def batches(self, images: PreparedImages, members: list[list[int]], workers: int) -> Iterator[list[Prepared]]:
        """The images of each batch, read beforehand by so many processes."""
        return iter(
            DataLoader(
                images,
                batch_sampler=members,
                num_workers=workers,
                collate_fn=list,
                worker_init_fn=_leave_interrupts_to_parent,
            )
        )

    def features(self, made: list[torch.Tensor]) -> np.ndarray:
        """Of shape (n, width), float32."""
        autocast = partial(torch.autocast, self._device.type) if self._precision == "mixed" else nullcontext
        with torch.inference_mode(), autocast():
            return self._network(torch.stack(made).to(self._device)).flatten(1).float().cpu().numpy()


def _leave_interrupts_to_parent(_worker: int) -> None:
    """Ctrl-C reaches every process of the terminal; the workers end with their parent, without a traceback each."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
