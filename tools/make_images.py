"""Make the shipped dataset: 300 pictures of cats, dogs, bears and nine things that are none of them.

Photographs that may be shipped are hard to come by, so each picture is composed: a piece of open emoji
artwork (`tools/artwork.py`) at a random size, angle, place and tint over a random gradient with ellipses.
Eighteen of the given labels are problems on purpose, and the truth ships beside them: three cats, three
dogs and three bears carry another animal's label, and the nine things carry any.

Everything follows from `SEED` and from pinned versions of the artwork, of the renderer (resvg) and of
the WebP encoder (Pillow), so running this again gives the same bytes.

    pip install -e '.[artwork]'
    python tools/make_images.py            # rewrites static/ and CREDITS.md
    python build_embeddings.py             # then embeds what was made

How the seed was chosen: seeds 1 to 8 were tried with the page's classifier as it was then, at percentiles 50
and 15. Averaged over four cross-validation seeds each, they hit 7.5 to 12.2 of the 18 problems (9.1 in the
mean) and had 12.5 to 16.5 of them (15.0 in the mean) among the 30 lowest self-confidences. The seed taken is
the best of the eight, so the first impression is a little kinder than an average draw, on purpose. With the
classifier that calibrates each contest between two classes, it flags 35 with the page's cross-validation seed
and hits 12, and 10 to 14 over twenty seeds (12.3 in the mean); 16 or more are among the 30 lowest; and 0.96 of
the animals are predicted rightly.
"""

from __future__ import annotations

import argparse
import colorsys
import io
import random
import sys
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import numpy as np
import resvg_py
from artwork import Artwork, ArtworkError, fetch_sets, load_artwork
from credits import write_credits
from PIL import Image

from embedding import thumbnails
from vizzy.dataset import INDEX_FILE, TABLE_FILE, build_dataset, write_index, write_dataset_table

SEED = 6
NAME = "Cats, dogs and bears"
CLASSES = ("cat", "dog", "bear")
PER_CLASS = 97
MISLABELLED_PER_CLASS = 3
NOT_AN_ANIMAL = 9

SIZE = 160  # pixels, both ways
WEBP_QUALITY = 72
LARGEST_GAIN = 0.25  # of a colour channel
LARGEST_OFFSET = 0.5  # of the room that the artwork leaves
ELLIPSES = (3, 8)
SATURATION = (0.25, 0.7)
BRIGHTNESS = (0.5, 0.97)
HARDLY_VISIBLE = 40  # opacity, of 255: shadows do not count as part of the drawing
LEAST_CONTRAST = 0.34  # RGB distance, of a cube with sides of length one, between artwork and background


@dataclass(frozen=True)
class Pose:
    """How freely the artwork is placed."""

    scale: tuple[float, float]  # of the picture's side, for the longer side of what the icon draws
    largest_rotation: float  # degrees


ANY_POSE = Pose(scale=(0.6, 1.0), largest_rotation=25.0)
# Nobody should doubt what a deliberately mislabelled picture shows.
PLAIN_POSE = Pose(scale=(0.88, 1.0), largest_rotation=8.0)


@dataclass(frozen=True)
class Example:
    """One picture to make: what it shows, and the label it is given."""

    artwork: Artwork
    given_label: str

    @property
    def is_problem(self) -> bool:
        """Whether the given label is wrong, as it is for whatever is no animal."""
        return self.given_label != self.artwork.class_name

    @property
    def is_mislabelled(self) -> bool:
        """Whether it is an animal under another animal's label."""
        return self.is_problem and bool(self.artwork.class_name)


def choose_examples(artwork: list[Artwork], seed: int) -> list[Example]:
    """Choose what the 300 pictures show and how they are labelled, in the order they are shown.

    Every icon of a class is used before any is used again. The problems are spread: one in each
    stretch of the table, so that nobody meets them all in one corner of the screen.
    """
    generator = random.Random(f"vizzy/{seed}/choice")
    sound, problems = [], []
    for class_name in CLASSES:
        chosen = _draw(generator, [a for a in artwork if a.class_name == class_name], PER_CLASS)
        others = [other for other in CLASSES if other != class_name]
        problems += [Example(a, generator.choice(others)) for a in chosen[:MISLABELLED_PER_CLASS]]
        sound += [Example(a, class_name) for a in chosen[MISLABELLED_PER_CLASS:]]
    problems += [Example(a, generator.choice(CLASSES)) for a in _draw_things(generator, artwork)]
    generator.shuffle(sound)
    generator.shuffle(problems)
    return _one_of_each_first(_spread(generator, problems, sound))


def _draw(generator: random.Random, pool: list[Artwork], count: int) -> list[Artwork]:
    drawn: list[Artwork] = []
    while len(drawn) < count:
        drawn += generator.sample(pool, min(len(pool), count - len(drawn)))
    generator.shuffle(drawn)
    return drawn


def _draw_things(generator: random.Random, artwork: list[Artwork]) -> list[Artwork]:
    """One icon of each thing that is no animal."""
    things = [a for a in artwork if not a.class_name]
    kinds = sorted({a.description for a in things})
    return [generator.choice([a for a in things if a.description == kind]) for kind in kinds[:NOT_AN_ANIMAL]]


def _spread(generator: random.Random, problems: list[Example], sound: list[Example]) -> list[Example]:
    total = len(problems) + len(sound)
    edges = [total * k // len(problems) for k in range(len(problems) + 1)]
    places = {generator.randrange(a, b) for a, b in pairwise(edges)}
    problem, other = iter(problems), iter(sound)
    return [next(problem) if place in places else next(other) for place in range(total)]


def _one_of_each_first(examples: list[Example]) -> list[Example]:
    """Open the table with a sound example of every class: readers take the classes' order from it."""
    firsts = [next(e for e in examples if e.given_label == e.artwork.class_name == name) for name in CLASSES]
    return firsts + [e for e in examples if not any(e is first for first in firsts)]


def compose(example: Example, generator: random.Random) -> Image.Image:
    """Compose the picture of an example, SIZE pixels square; `generator` decides all that is random."""
    pose = PLAIN_POSE if example.is_mislabelled else ANY_POSE
    gain = np.array([1 + generator.uniform(-LARGEST_GAIN, LARGEST_GAIN) for _ in range(3)])
    drawing = _place(example.artwork, pose, generator)
    background = _background(generator, _mean_colour(drawing))
    pixels = _render(background + drawing)[:, :, :3].astype(np.float64) * gain
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))


def _place(artwork: Artwork, pose: Pose, generator: random.Random) -> str:
    """The artwork as an SVG group: scaled, turned, perhaps mirrored, and off the centre a little."""
    scale = generator.uniform(*pose.scale)
    left, top, right, bottom = _bounds(artwork)
    unit = scale * SIZE / max(right - left, bottom - top)
    room = (1 - scale) * SIZE * LARGEST_OFFSET
    x, y = (SIZE / 2 + generator.uniform(-room, room) for _ in range(2))
    angle = generator.uniform(-pose.largest_rotation, pose.largest_rotation)
    mirror = generator.choice((-1, 1))
    transform = (
        f"translate({x:.2f} {y:.2f}) rotate({angle:.2f}) scale({mirror * unit:.4f} {unit:.4f}) "
        f"translate({-(left + right) / 2:.3f} {-(top + bottom) / 2:.3f})"
    )
    return f'<g transform="{transform}">{artwork.body}</g>'


@cache
def _bounds(artwork: Artwork) -> tuple[float, float, float, float]:
    """What the icon draws within its box: left, top, right, bottom (sets differ in their margins)."""
    unit = SIZE / max(artwork.width, artwork.height)
    pixels = _render(f'<g transform="scale({unit:.6f})">{artwork.body}</g>')
    rows, columns = np.nonzero(pixels[:, :, 3] > HARDLY_VISIBLE)
    return columns.min() / unit, rows.min() / unit, (columns.max() + 1) / unit, (rows.max() + 1) / unit


def _background(generator: random.Random, avoid: np.ndarray) -> str:
    """A two-colour gradient with ellipses, in colours that the artwork stands out from."""
    start, end = (_colour(generator, avoid) for _ in range(2))
    angle = generator.uniform(0, 360)
    sky = (
        f'<linearGradient id="vizzy-sky" gradientTransform="rotate({angle:.1f} .5 .5)">'
        f'<stop stop-color="{start}"/><stop offset="1" stop-color="{end}"/></linearGradient>'
        f'<rect width="{SIZE}" height="{SIZE}" fill="url(#vizzy-sky)"/>'
    )
    shapes = [sky]
    for _ in range(generator.randint(*ELLIPSES)):
        x, y = (generator.uniform(0, SIZE) for _ in range(2))
        across, down = (generator.uniform(0.06, 0.22) * SIZE for _ in range(2))
        fill, opacity = _colour(generator, avoid), generator.uniform(0.15, 0.4)
        shapes.append(
            f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{across:.1f}" ry="{down:.1f}" '
            f'fill="{fill}" opacity="{opacity:.2f}"/>'
        )
    return "".join(shapes)


def _colour(generator: random.Random, avoid: np.ndarray) -> str:
    """A random colour far enough from `avoid`, as SVG writes it."""
    while True:
        red, green, blue = colorsys.hsv_to_rgb(
            generator.random(), generator.uniform(*SATURATION), generator.uniform(*BRIGHTNESS)
        )
        distance = float(np.linalg.norm(np.array([red, green, blue]) - avoid))
        if distance >= LEAST_CONTRAST:
            return f"rgb({round(red * 255)},{round(green * 255)},{round(blue * 255)})"


def _mean_colour(drawing: str) -> np.ndarray:
    """The mean colour of what a drawing covers, each channel in [0, 1]."""
    pixels = _render(drawing).astype(np.float64)
    opacity = pixels[:, :, 3:]
    return (pixels[:, :, :3] * opacity).sum(axis=(0, 1)) / max(float(opacity.sum()), 1.0) / 255


def _render(content: str) -> np.ndarray:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}">{content}</svg>'
    )
    png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)
    return np.asarray(Image.open(io.BytesIO(bytes(png))).convert("RGBA"))


def table_row(number: int, example: Example) -> dict[str, str]:
    """One row of dataset.csv. Neither id nor file name gives the class away."""
    artwork, identifier = example.artwork, f"img-{number:03d}"
    return {
        "id": identifier,
        "file": f"images/{identifier}.webp",
        "given_label": example.given_label,
        "true_label": artwork.class_name,
        "alt": f"cartoon {artwork.description}",
        "artwork": artwork.key,
        "artwork_name": f"{artwork.emoji_set.title}: {artwork.description}",
        "licence": artwork.emoji_set.licence.spdx,
        "licence_url": artwork.emoji_set.licence.url,
        "attribution": artwork.emoji_set.attribution,
    }


def write_dataset(examples: list[Example], folder: Path, seed: int) -> None:
    """Write images, sprite, table and page index of `examples` into `folder`."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    rows = [table_row(number, example) for number, example in enumerate(examples, start=1)]
    tiles = []
    for row, example in zip(rows, examples, strict=True):
        picture = compose(example, random.Random(f"vizzy/{seed}/{row['id']}"))
        picture.save(folder / row["file"], "WEBP", quality=WEBP_QUALITY, method=6)
        tiles.append(thumbnails.tile(picture))
    thumbnails.write_sprites(tiles, len(tiles), folder)
    write_dataset_table(folder / TABLE_FILE, rows)
    write_index(folder / INDEX_FILE, build_dataset(rows, name=NAME), thumbnails.layout(len(tiles)))


def main(arguments: list[str] | None = None) -> int:
    """Command line: make the dataset, or say in a sentence why not."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "static", help="dataset folder (default: static)")
    parser.add_argument("--seed", type=int, default=SEED, help=f"default: {SEED}, the shipped dataset's")
    parser.add_argument(
        "--cache", type=Path, default=ROOT / ".cache" / "artwork", help="where npm packages go"
    )
    options = parser.parse_args(arguments)
    try:
        fetch_sets(options.cache)
        artwork = load_artwork(options.cache)
    except ArtworkError as error:
        print(f"make_images: {error}", file=sys.stderr)
        return 1
    examples = choose_examples(artwork, options.seed)
    write_dataset(examples, options.out, options.seed)
    if options.out.resolve() == ROOT / "static":
        write_credits([example.artwork for example in examples], ROOT / "CREDITS.md")
    print(f"{len(examples)} pictures, {sum(e.is_problem for e in examples)} problems -> {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
