"""A random network small enough for tests, and a command line that uses it, slowly: to be killed on the way."""

import sys
import threading
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from embedding import backbones

SECONDS_PER_BATCH = 0.3
SEEDED = threading.Lock()  # torch has one generator for all threads, as the workers of a test's cluster are


def load_tiny(name="tiny", weights_file=None):
    """Like `backbones.load_backbone`."""
    with SEEDED:
        torch.manual_seed(0)
        network = torch.nn.Sequential(
            torch.nn.Conv2d(3, 12, 5, stride=4),
            torch.nn.ReLU(),
            torch.nn.AdaptiveAvgPool2d(2),
            torch.nn.Flatten(),
        )
    return backbones.Backbone(name, network.eval(), transform, "random")


def transform(image):
    pixels = np.asarray(image.resize((32, 32)), dtype=np.float32) / 255
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))


def load_slow(name="tiny", weights_file=None):
    """The same numbers, but late."""
    backbone = load_tiny(name)
    backbone.network.register_forward_hook(lambda *_: time.sleep(SECONDS_PER_BATCH))
    return backbone


if __name__ == "__main__":
    from embedding import command

    command.load_backbone = load_slow
    sys.exit(command.main())
