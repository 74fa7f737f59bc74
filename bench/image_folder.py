"""A folder of 5,000 photographs of 12 megapixels, brought to the page: memory meanwhile, time, and planted errors found.

The photographs, of 2 to 3 MB, are 50 different ones under many names, in a folder for each of five labels; of one in 200 the
folder is a wrong one. The folder is chosen in the import dialog, of a browser with a profile on disk as a person's, looked at,
trained, and put in order of label quality. Each time a tenth of the photographs was looked at, and at the end, the memory of
the page's process (``process_mb``) and of all the browser's processes, what they share counted once (``browser_mb``), is noted,
with the size of the profile (``disk_mb``). ``found`` is how many of the planted errors are among as many rows of lowest quality.

One round. ``--images N`` for another number (10,000 and more have not been tried), ``--quick`` for 100.
"""

import contextlib
import csv
import io
import os
import random
import time

from document import figure, markdown, write
from images import LARGE, photograph, sources_by_label
from machine import watched
from measuring import (
    PATIENCE_MS,
    browser_megabytes,
    browser_name,
    browser_on,
    playing,
    process_megabytes,
    profile_folder,
    report,
    say,
    served,
)
from options import parser_for, read

IMAGES, QUICK_IMAGES = 5000, 100
DIFFERENT = 10  # of each label
ONE_IN = 200  # has a wrong label
SAMPLES = 10
LOOKED_AT = "() => parseInt(document.getElementById('import-status').textContent.split(':')[1]?.replaceAll(',', ''))"
PHASE = "document.documentElement.dataset.vizzy"


def main(argv):
    """Print a line; returns the exit status."""
    parser = parser_for("image-folder", __doc__, 1, 1)
    parser.add_argument("--images", type=int, help=f"how many photographs (otherwise {IMAGES:,})")
    options = read(parser, argv)
    count = options.images or (QUICK_IMAGES if options.quick else IMAGES)
    line = {"benchmark": "image-folder", "rounds": 1, "photographs": count}
    with watched() as machine, served() as site:
        line |= brought(site, count)
        line |= machine.figures()
    report(line)
    return write(options, "image-folder", table(line), line)


def brought(site, count):
    """What is seen while a folder is brought, looked at and trained: dict."""
    with profile_folder() as files, playing() as playwright, profile_folder() as profile:
        say(f"making {count} photographs")
        wrong = make_folder(files, count)
        with browser_on(playwright, profile) as page:
            page.set_default_timeout(10 * PATIENCE_MS)
            page.goto(site.address)
            choose(page, files / "photographs")
            start = time.perf_counter()
            page.click("#import-open:not([disabled])")
            samples = [sampled(page, profile, count * number // SAMPLES, start) for number in range(1, SAMPLES)]
            page.wait_for_selector("#import", state="hidden")
            line = {"browser": browser_name(page), "seconds": round(time.perf_counter() - start)}
            page.click("#train")
            page.wait_for_function(f"{PHASE} === 'trained'")
            samples.append(memory(page, profile, count, line["seconds"]))
            return line | {"memory": samples, "planted": len(wrong), "found": len(wrong & first_rows(page, len(wrong)))}


def make_folder(folder, count):
    """Photographs in a folder for each label; the paths of those in a wrong one."""
    made = {}
    (folder / "different").mkdir()
    for label, sources in sources_by_label().items():
        for number in range(DIFFERENT):
            made[label, number] = folder / "different" / f"{label}-{number}.jpg"
            made[label, number].write_bytes(photograph(number, LARGE, sources))
    labels, wrong = sorted({label for label, _ in made}), set()
    rng = random.Random(0)
    planted = set(rng.sample(range(count), max(1, count // ONE_IN)))
    for number in range(count):
        label = labels[number % len(labels)]
        given = rng.choice([other for other in labels if other != label]) if number in planted else label
        path = folder / "photographs" / given / f"{number:05d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        os.link(made[label, number // len(labels) % DIFFERENT], path)
        wrong |= {str(path.relative_to(folder))} if number in planted else set()
    return wrong


def choose(page, folder):
    """Choose a folder in the import dialog, and wait for its preview."""
    say("bringing them")
    page.click("#import-button")
    page.set_input_files("#import-folder", folder)
    page.wait_for_selector("#import-preview:not([hidden])")


def sampled(page, profile, looked_at, start):
    """What is seen when some photographs were looked at: dict."""
    page.wait_for_function(f"({LOOKED_AT})() >= {looked_at}", polling=200)
    return memory(page, profile, looked_at, time.perf_counter() - start)


def memory(page, profile, looked_at, seconds):
    """The memory of the browser, and what its profile takes on disk: dict."""
    browser = page.context.browser
    sizes = {"process_mb": process_megabytes(browser), "browser_mb": browser_megabytes(browser), "disk_mb": megabytes_in(profile)}
    return {"looked_at": looked_at, "seconds": round(seconds)} | sizes


def megabytes_in(folder):
    """The size of all files in a folder, while some may go."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return round(total / 1e6)


def first_rows(page, count):
    """The files of the rows of lowest quality, as the exported table has them: set."""
    page.click("#review-button")
    page.click("#export-button")
    with page.expect_download() as waiting:
        page.click('[data-export="table"]')
    rows = list(csv.DictReader(io.StringIO(waiting.value.path().read_text(encoding="utf-8-sig"))))
    return {row["file"] for row in sorted(rows, key=lambda row: float(row["label_quality"] or 2))[:count]}


def table(line):
    """The line as Markdown: a table and a sentence."""
    names = ("looked_at", "seconds", "process_mb", "browser_mb", "disk_mb")
    rows = [[figure(sample[name], 0) for name in names] for sample in line["memory"]]
    head = ("of 12 megapixels, looked at", "after, s", "page's process, MB", "whole browser, MB", "its profile on disk, MB")
    found = f"Of {line['planted']} photographs in a wrong folder, {line['found']} are among the {line['planted']} of lowest quality."
    return "\n\n".join([markdown(head, rows), found])
