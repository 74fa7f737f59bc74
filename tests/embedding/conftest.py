"""Images of every kind for the tests of the offline half, and a network small enough to run in them."""

import pytest


@pytest.fixture
def image_folder(tmp_path):
    """Three labels with eight pictures each."""
    pytest.importorskip("PIL", reason="pip install -e '.[embeddings]' to test the embedding tool")
    from samples import COLOURS, picture

    folder = tmp_path / "photos"
    for number, (label, colour) in enumerate(COLOURS.items()):
        (folder / label).mkdir(parents=True)
        for k in range(8):
            picture(100 * number + k, colour).save(folder / label / f"{k}.png")
    return folder


@pytest.fixture
def tiny_backbone(monkeypatch):
    """In place of the pretrained networks: a small random one, the same every time."""
    pytest.importorskip("torch", reason="pip install -e '.[embeddings]' to test embedding")
    from tiny import load_tiny

    from embedding import command

    monkeypatch.setattr(command, "load_backbone", load_tiny)
