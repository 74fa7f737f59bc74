"""Bringing one's own data, reviewing it and taking it home, as a person does: for the tests of several parts."""

import csv
import io
import shutil
from collections import Counter

import numpy as np
from visits import ROOT


WAYS_BACK = ("#import-close", "#review-back")


def with_dialog(visit):
    """A visit with the dialog open, as it is before anything is brought; what an earlier test opened is in its place."""
    page = visit.page
    for selector in WAYS_BACK:
        if page.is_visible(selector):
            page.click(selector)
    page.click("#import-button")
    page.wait_for_selector("#import[open]")
    if page.is_visible("#import-again"):
        page.click("#import-again")
    page.evaluate("document.getElementById('import-problem').hidden = true")
    page.wait_for_selector("#import-start:not([hidden])")
    return visit


def bring(visit, *files):
    """Choose files, and wait for what is understood or what is wrong."""
    visit.page.set_input_files("#import-files", list(files))
    visit.page.wait_for_selector("#import-preview:not([hidden]), #import-problem:not([hidden])")


def open_and_train(visit):
    page = visit.page
    page.click("#import-open:not([disabled])")
    page.wait_for_selector("#import", state="hidden")
    if page.is_enabled("#train") and page.get_attribute("html", "data-vizzy") == "ready":
        page.click("#train")
    visit.wait("trained")


def start_review(visit):
    visit.page.click("#review-button")
    visit.page.wait_for_selector("#queue-list .queue-row")


def exported(page, what):
    """The name and the text of a file that Export gives."""
    if not page.is_visible("#export-menu"):
        page.click("#export-button")
    with page.expect_download() as waiting:
        page.click(f'[data-export="{what}"]')
    path = waiting.value.path()
    return waiting.value.suggested_filename, path.read_bytes().decode("utf-8-sig")


def exported_bytes(page, what):
    """The name and the bytes of a file that Export gives."""
    if not page.is_visible("#export-menu"):
        page.click("#export-button")
    with page.expect_download() as waiting:
        page.click(f'[data-export="{what}"]')
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def as_file(name, text):
    return {"name": name, "mimeType": "text/csv", "buffer": text if isinstance(text, bytes) else text.encode()}


def small_table(n=40, label="label"):
    random = np.random.default_rng(0)
    lines = [f"id,{label},emb_0,emb_1"]
    for row in range(n):
        x, y = random.normal(size=2) + (4 if row % 2 else -4)
        lines.append(f"n{row},{'odd' if row % 2 else 'even'},{x:.4f},{y:.4f}")
    return "\n".join(lines) + "\n"


def shipped_pictures(count=20):
    """Some of the shipped pictures with their true labels: list of (path, label)."""
    with (ROOT / "static" / "dataset.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["true_label"] in ("cat", "dog", "bear")]
    taken, pictures = Counter(), []
    for row in rows:
        taken[row["true_label"]] += 1
        if taken[row["true_label"]] <= count:
            pictures.append((ROOT / "static" / row["file"], row["true_label"]))
    return pictures


def zip_of(folder):
    """A zip of a folder, beside it; its path."""
    return shutil.make_archive(str(folder), "zip", folder.parent, folder.name)
