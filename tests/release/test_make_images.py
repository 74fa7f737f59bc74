"""The tool that makes the shipped images: what it chooses, and that it makes the same again."""

import json
import random
import sys
import tarfile
from pathlib import Path

import pytest

pytest.importorskip("resvg_py", reason="pip install -e '.[artwork]' to test the tool that makes the images")
PIL = pytest.importorskip("PIL")

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import artwork as artwork_module
import make_images
from artwork import CC_BY, Artwork, ArtworkError, EmojiSet

DISC = '<circle cx="8" cy="8" r="6" fill="#d33"/>'
SET = EmojiSet("own", "Own drawings", "1.0.0", "", "somebody", "https://example.org", CC_BY)
CACHE = ROOT / ".cache" / "artwork"
PINNED = {"resvg_py": "0.5.0", "pillow": "12.2.0"}


def drawing(class_name, description="thing", name="disc"):
    return Artwork(SET, name, class_name, description, 16, 16, DISC)


@pytest.fixture
def artwork():
    animals = [
        drawing(class_name, class_name, f"{class_name}-{k}")
        for class_name in make_images.CLASSES
        for k in range(40)
    ]
    return animals + [drawing("", f"thing {k}", f"thing-{k}") for k in range(make_images.NOT_AN_ANIMAL)]


def test_the_choice_has_97_of_each_class_and_18_problems(artwork):
    examples = make_images.choose_examples(artwork, seed=3)
    assert len(examples) == 300
    assert sum(example.is_problem for example in examples) == 18
    for class_name in make_images.CLASSES:
        assert sum(example.artwork.class_name == class_name for example in examples) == 97


def test_the_table_opens_with_one_of_each_class_in_their_order(artwork):
    firsts = make_images.choose_examples(artwork, seed=3)[:3]
    assert tuple(example.given_label for example in firsts) == make_images.CLASSES
    assert not any(example.is_problem for example in firsts)


def test_no_icon_is_used_twice_before_every_other_was_used(artwork):
    examples = make_images.choose_examples(artwork, seed=3)
    cats = [example.artwork.name for example in examples if example.artwork.class_name == "cat"]
    assert {cats.count(name) for name in set(cats)} == {2, 3}


def test_another_seed_chooses_otherwise(artwork):
    assert make_images.choose_examples(artwork, 3) == make_images.choose_examples(artwork, 3)
    assert make_images.choose_examples(artwork, 3) != make_images.choose_examples(artwork, 4)


def test_a_picture_follows_from_its_seed():
    example = make_images.Example(drawing("cat"), "cat")
    once, again, other = (make_images.compose(example, random.Random(seed)) for seed in (1, 1, 2))
    assert once.size == (160, 160) and once.mode == "RGB"
    assert once.tobytes() == again.tobytes() != other.tobytes()


def test_the_background_keeps_its_distance_from_the_drawing():
    import numpy as np

    generator, avoid = random.Random(0), np.array([0.5, 0.5, 0.5])
    for _ in range(50):
        colour = make_images._colour(generator, avoid)
        channels = [int(part) / 255 for part in colour[4:-1].split(",")]
        assert np.linalg.norm(np.array(channels) - avoid) >= make_images.LEAST_CONTRAST - 0.01


def test_a_package_that_is_not_the_pinned_one_is_refused(tmp_path):
    icons = tmp_path / "icons.json"
    icons.write_text(json.dumps({"icons": {}}))
    archive = tmp_path / f"iconify-json-{SET.prefix}-{SET.version}.tgz"
    with tarfile.open(archive, "w:gz") as package:
        package.add(icons, "package/icons.json")
    with pytest.raises(ArtworkError, match="delete it and run this again"):
        artwork_module._read_icons(archive, SET)


def pinned_versions_installed():
    from importlib.metadata import version

    return all(version(name) == wanted for name, wanted in PINNED.items())


@pytest.mark.skipif(
    not (CACHE.is_dir() and pinned_versions_installed()),
    reason="python tools/make_images.py fetches the artwork; the bytes hold for the pinned versions alone",
)
def test_the_shipped_dataset_is_made_again_byte_for_byte(tmp_path):
    assert make_images.main(["--out", str(tmp_path), "--cache", str(CACHE)]) == 0
    for name in ["dataset.csv", "thumbnails.webp", *[f"images/img-{k:03d}.webp" for k in range(1, 301)]]:
        assert (tmp_path / name).read_bytes() == (ROOT / "static" / name).read_bytes(), name
