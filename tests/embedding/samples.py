"""Pictures to test with, and a way to compare dataset folders."""

import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image


def picture(seed, colour, size=(48, 40)):
    """A picture in one colour with some noise, different for every seed."""
    noise = np.random.default_rng(seed).integers(0, 60, (size[1], size[0], 3))
    return Image.fromarray((np.array(colour) * 0.75 + noise).clip(0, 255).astype(np.uint8))


COLOURS = {"blue": (20, 40, 230), "green": (30, 220, 40), "red": (230, 30, 20)}


def files_of(folder):
    """Every file of a dataset folder and its content, what is only there while working left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".build" not in path.parts
    }


WITHOUT_TORCH = """
import sys

class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "torchvision"):
            raise ModuleNotFoundError(f"there is no {name} here", name=name)

sys.meta_path.insert(0, NoTorch())
from embedding.command import main
sys.exit(main())
"""


def run_without_torch(*arguments):
    """The command line in a process of its own, where torch cannot be imported."""
    line = [sys.executable, "-c", WITHOUT_TORCH, *map(str, arguments)]
    return subprocess.run(line, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
