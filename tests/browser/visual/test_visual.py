"""The main states look as they did: stored pictures, compared so that fonts may differ and a layout may not.

Both pictures are cut into blocks; of each block only its brightness and its contrast count. Letters that are a
little wider leave both about as they were; a panel that is missing, empty or elsewhere does not.
After a wanted change: ``VIZZY_KEEP_SCREENS=1 ./test.sh --all tests/browser/visual``, look at
``tests/browser/visual/screens``, and commit it. The same makes the pictures in ``docs/``.
"""

import io
import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from states import STATES
from visits import ROOT, visiting

SCREENS = Path(__file__).parent / "screens"
DOCS = ROOT / "docs"
STORED_WIDTH = {"phone": 195}
DEFAULT_WIDTH = 640
ALWAYS = ("trained", "phone")  # the others with --all
BLOCK = 40  # px of the stored picture
BRIGHTNESS = 24  # of 255, by which a block may differ
CONTRAST = 12  # of 255, the standard deviation below which a block counts as empty
CONTRAST_RATIO = 0.45  # what is left of the contrast at the least
SHARE_OF_BLOCKS = 0.06  # a panel takes a sixth of the window and more


def shrunk(picture, width):
    return picture.convert("RGB").resize((width, round(picture.height * width / picture.width)), Image.LANCZOS)


def blocks(picture):
    """Brightness and contrast of every block."""
    grey = picture.convert("L")
    for top in range(0, grey.height - BLOCK + 1, BLOCK):
        for left in range(0, grey.width - BLOCK + 1, BLOCK):
            stat = ImageStat.Stat(grey.crop((left, top, left + BLOCK, top + BLOCK)))
            yield stat.mean[0], stat.stddev[0]


def differ(one, other):
    """Whether two blocks show different things."""
    low, high = sorted((one[1], other[1]))
    return abs(one[0] - other[0]) > BRIGHTNESS or (high > CONTRAST and low < CONTRAST_RATIO * high)


def assert_alike(screen, stored):
    small = shrunk(screen, stored.width)
    assert small.size == stored.size, "the window has another shape"
    different = [differ(*pair) for pair in zip(blocks(small), blocks(stored), strict=True)]
    share = sum(different) / len(different)
    assert share < SHARE_OF_BLOCKS, f"{share:.0%} of the blocks look different"


@pytest.mark.parametrize(
    "name", [name if name in ALWAYS else pytest.param(name, marks=pytest.mark.thorough) for name in STATES]
)
def test_a_state_looks_as_it_did(browser, site, name):
    reach, options = STATES[name]
    with visiting(browser, site, reduced_motion="reduce", **options) as visit:
        reach(visit)
        screen = Image.open(io.BytesIO(visit.page.screenshot()))
        visit.complaints.clear()
    stored = SCREENS / f"{name}.webp"
    if os.environ.get("VIZZY_KEEP_SCREENS"):
        keep(screen, stored)
    assert_alike(screen, Image.open(stored))


def keep(screen, stored):
    SCREENS.mkdir(exist_ok=True)
    DOCS.mkdir(exist_ok=True)
    shrunk(screen, STORED_WIDTH.get(stored.stem, DEFAULT_WIDTH)).save(stored, quality=80)
    screen.convert("RGB").quantize(256).save(DOCS / f"{stored.stem}.png", optimize=True)


@pytest.mark.parametrize("left", [0, 1 / 6, 3 / 4])
def test_the_comparison_sees_a_missing_panel(left):
    stored = Image.open(SCREENS / "trained.webp").convert("RGB")
    broken = stored.copy()
    broken.paste((244, 243, 247), (int(stored.width * left), 0, int(stored.width * (left + 1 / 6)), stored.height))
    with pytest.raises(AssertionError, match="blocks"):
        assert_alike(stored, broken)


def test_the_comparison_forgives_what_fonts_differ_by():
    stored = Image.open(SCREENS / "trained.webp").convert("RGB")
    shifted = ImageChops.offset(stored, 2, 2)
    assert_alike(stored, shifted)
