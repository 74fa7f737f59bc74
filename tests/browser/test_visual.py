"""The main states look as they did: stored pictures, compared so that fonts may differ and a layout may not.

Both pictures are shrunk to a few thousand points first, in which letters are a grey haze and panels are not.
After a wanted change: ``VIZZY_KEEP_SCREENS=1 ./test.sh tests/browser/test_visual.py``, look at
``tests/browser/screens``, and commit it. The same makes the pictures in ``docs/``.
"""

import io
import os
from pathlib import Path

import pytest
from visits import visiting
from PIL import Image, ImageChops, ImageStat
from states import STATES

SCREENS = Path(__file__).parent / "screens"
DOCS = Path(__file__).resolve().parents[2] / "docs"
STORED_WIDTH = {"phone": 195}
DEFAULT_WIDTH = 640
POINTS = 80  # the width compared
MEAN_DIFFERENCE = 6  # of 255
WORST_DIFFERENCE = 90  # of 255, of one point: a panel of another colour is 100 and more


def shrunk(picture, width):
    return picture.convert("RGB").resize((width, round(picture.height * width / picture.width)), Image.LANCZOS)


def differences(one, other):
    """Mean and worst difference of two pictures, of 255."""
    small = [shrunk(picture, POINTS) for picture in (one, other)]
    assert small[0].size == small[1].size, "the window has another shape"
    difference = ImageChops.difference(*small).convert("L")
    return ImageStat.Stat(difference).mean[0], difference.getextrema()[1]


@pytest.mark.parametrize("name", STATES)
def test_a_state_looks_as_it_did(browser, site, name):
    reach, options = STATES[name]
    with visiting(browser, site, reduced_motion="reduce", **options) as visit:
        reach(visit)
        screen = Image.open(io.BytesIO(visit.page.screenshot()))
        visit.complaints.clear()
    stored = SCREENS / f"{name}.webp"
    if os.environ.get("VIZZY_KEEP_SCREENS"):
        keep(screen, stored)
    mean, worst = differences(screen, Image.open(stored))
    assert mean < MEAN_DIFFERENCE and worst < WORST_DIFFERENCE, f"mean {mean:.1f}, worst {worst}"


def keep(screen, stored):
    SCREENS.mkdir(exist_ok=True)
    DOCS.mkdir(exist_ok=True)
    shrunk(screen, STORED_WIDTH.get(stored.stem, DEFAULT_WIDTH)).save(stored, quality=80)
    screen.convert("RGB").quantize(256).save(DOCS / f"{stored.stem}.png", optimize=True)


def test_the_comparison_sees_a_missing_panel():
    stored = Image.open(SCREENS / "trained.webp").convert("RGB")
    broken = stored.copy()
    broken.paste((244, 243, 247), (stored.width // 2, 0, stored.width, stored.height))
    mean, worst = differences(stored, broken)
    assert mean > MEAN_DIFFERENCE or worst > WORST_DIFFERENCE
