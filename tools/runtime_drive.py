"""Drive the page for a while, as a visitor would, and say how it went: part of `runtime_upgrade`.

    python tools/runtime_drive.py [--seconds 60] [--pictures DIR]

Needs Playwright and pyarrow, which ./test.sh installs, and Chromium. The last line of its output is JSON: how long the page
took to be ready, how often it was trained, and what went wrong; with exit status 1 where anything did.
"""

import argparse
import io
import json
import os
import pathlib
import shutil
import sys
import time

import pyarrow
import pyarrow.parquet
from playwright.sync_api import Error, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
sys.path.insert(0, str(ROOT / "tests" / "browser"))

from own_data import as_file, bring, open_and_train, small_table, start_review  # noqa: E402
from visits import BROWSER_FLAGS, Visit, serving  # noqa: E402


# A table in which one label is wrong.
TABLE = small_table().replace("n4,even", "n4,odd")


def parquet_table() -> dict:
    """The table as Parquet, for which the worker fetches a library of its own."""
    header, *rows = [line.split(",") for line in TABLE.splitlines()]
    columns = {name: [row[at] for row in rows] for at, name in enumerate(header)}
    for name in header[2:]:
        columns[name] = [float(value) for value in columns[name]]
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), buffer)
    return as_file("table.parquet", buffer.getvalue())


def first_visit(visit: Visit) -> float:
    """Open the page and train; the seconds until it was ready."""
    begun = time.monotonic()
    visit.open()
    ready = time.monotonic() - begun
    visit.train()
    return ready


def look_around(visit: Visit, turn: int) -> None:
    """Train, move both sliders, and open an experiment."""
    visit.open().train()
    visit.slide("class", 40 + turn % 2 * 20)
    visit.slide("ood", 10 + turn % 2 * 10)
    visit.page.click("#labs")
    visit.page.wait_for_selector('[data-panel="labs"] .score-lab, [data-panel="labs"] svg', state="attached")


def own_data(visit: Visit, pictures: pathlib.Path | None) -> None:
    """Bring a table of each kind, train on it and review a row."""
    for file in (as_file("table.csv", TABLE), parquet_table()):
        visit.open()
        visit.page.click("#import-button")
        bring(visit, file)
        open_and_train(visit)
        start_review(visit)
        visit.page.keyboard.press("a")
    if pictures:
        visit.page.screenshot(path=pictures / "review.png")


def drive(visit: Visit, seconds: float, pictures: pathlib.Path | None) -> dict:
    """Use the page until the time is up, at least once each way; what there is to tell."""
    end, turns = time.monotonic() + seconds, 0
    told = {"ready_seconds": round(first_visit(visit), 2)}
    if pictures:
        visit.page.screenshot(path=pictures / "trained.png")
    while turns == 0 or time.monotonic() < end:
        look_around(visit, turns)
        own_data(visit, pictures)
        turns += 1
    return told | {"turns": turns}


def driven(seconds: float, pictures: pathlib.Path | None) -> dict:
    """Drive the page in a browser of its own."""
    named = os.environ.get("CHROMIUM")
    executable = next(filter(None, map(shutil.which, [named] if named else BROWSERS)), None)
    with sync_playwright() as playwright, serving(ROOT) as (address, _):
        browser = playwright.chromium.launch(executable_path=executable, args=BROWSER_FLAGS)
        visit = Visit(browser.new_page(viewport={"width": 1280, "height": 720}), address)
        try:
            told = drive(visit, seconds, pictures)
        except (Error, AssertionError) as error:
            told = {"failure": str(error).partition("\n")[0]}
            if pictures:
                visit.page.screenshot(path=pictures / "failure.png")
        told |= {"complaints": visit.complaints, "foreign": visit.foreign_requests()}
        browser.close()
    return told


def main() -> int:
    """Read the command line, drive, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pictures", type=pathlib.Path, metavar="DIR", help="where to put pictures of the page")
    options = parser.parse_args()
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    told = driven(options.seconds, options.pictures)
    print(json.dumps(told))
    return 1 if "failure" in told or told["complaints"] or told["foreign"] else 0


if __name__ == "__main__":
    sys.exit(main())
