"""The network that the page runs, by ONNX Runtime: for machines without torch.

It is EfficientNet-Lite0 with the same weights, stored as float16 (`embedding.export_onnx`); its features are nearly those that
torch gives (`tests/embedding/test_without_torch.py` says how nearly).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from embedding.backbones import DEFAULT_BACKBONE
from embedding.store import ONNX_RUNTIME
from embedding.work import Prepared, PreparedImages
from vizzy.native.image_features import NETWORK_FILE, WIDTH, middle_square, network_of_squares

PRECISION, DEVICE = "full", "cpu"


class OnnxNetwork:
    """See `embedding.work.Network`. An image's transform gives its features at once: images go through the network one by one."""

    def __init__(self) -> None:
        features_of_square = network_of_squares()
        self.transform = lambda image: features_of_square(middle_square(image))
        self.blank = np.zeros(WIDTH, np.float32)

    @property
    def plan(self) -> dict[str, str]:
        """What of it decides the numbers, by the names of `embedding.store.Plan`."""
        return {
            "backbone": DEFAULT_BACKBONE,
            "weights": f"sha256:{hashlib.sha256(NETWORK_FILE.read_bytes()).hexdigest()}",
            "precision": PRECISION,
            "device": DEVICE,
            "inference": ONNX_RUNTIME,
        }

    @property
    def described(self) -> str:
        """What runs which network where."""
        import onnxruntime

        return f"ONNX Runtime {onnxruntime.__version__} on {DEVICE} runs {NETWORK_FILE.name}, the network of the page"

    def batches(self, images: PreparedImages, members: list[list[int]], workers: int) -> Iterator[list[Prepared]]:
        """The images of each batch, through the network in so many threads: decoding and the network let others run."""
        with ThreadPoolExecutor(max(1, workers)) as pool:
            for batch in members:
                yield list(pool.map(images.__getitem__, batch))

    def features(self, made: list[np.ndarray]) -> np.ndarray:
        """Of shape (n, width), float32."""
        return np.stack(made)
