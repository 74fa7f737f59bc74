"""Sizes from 300 to 100,000 examples: how time and memory grow, a line per size.

Datasets of 10 classes without pictures are made under .cache/bench and opened by the page: with predicted
probabilities of their own ("pred_probs", all sizes), and with embeddings of 32 dimensions, so that the page
trains ("embeddings", up to 10,000). For each, one JSON line: when the page answers (``interactive_ms``),
how long from the click on Train until the results are on the screen (``train_ms``), the slider's steps by
key (``p50_ms``, ``p95_ms``), the longest task of the main thread, JavaScript's heap and the nodes and
elements of the document after all that, and the resident memory of the page's whole process, both Pythons
included (``process_mb``, on Linux; what a browser process needs by itself is in it).

``--quick`` takes fewer sizes; ``--write`` puts table and plot into docs/.
"""

import argparse
import contextlib
import re
from pathlib import Path

import numpy as np
from chart import chart
from measuring import (
    BROWSER_FLAGS,
    CACHE,
    PATIENCE_MS,
    ROOT,
    VIEWPORT,
    WATCH,
    chromium,
    load,
    playing,
    report,
    served,
    until,
)
from slider import press_keys, summary
from train import trainings_began

from vizzy.dataset import EMBEDDINGS_FILE, INDEX_FILE, PRED_PROBS_FILE, Dataset, write_index

CLASSES, DIMENSIONS = 10, 32
SECONDS_TO_SETTLE = 2  # in which the page fills its lists, row by row
WRONG_SHARE, STRANGE_SHARE = 0.06, 0.03
SIZES = {"pred_probs": (300, 1000, 3000, 10_000, 30_000, 100_000), "embeddings": (300, 1000, 3000, 10_000)}
QUICK_SIZES = {"pred_probs": (300, 10_000), "embeddings": (1000,)}
KEYS = (
    ("class", "ArrowRight", 30),
    ("class", "ArrowLeft", 40),
    ("ood", "ArrowRight", 20),
    ("ood", "ArrowLeft", 20),
)
QUICK_KEYS = (("class", "ArrowRight", 30), ("ood", "ArrowRight", 15))

DOCUMENT = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "performance-scale.svg"
TABLE_BEGINS, TABLE_ENDS = "<!-- bench/run scale --write: from here -->", "<!-- to here -->"


def main(argv):
    """Print a line for every dataset."""
    parser = argparse.ArgumentParser(prog="bench/run scale", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(argv)
    sizes, keys = (QUICK_SIZES, QUICK_KEYS) if options.quick else (SIZES, KEYS)
    lines = []
    with served() as site, playing() as playwright:
        for kind, size in ((kind, size) for kind in sizes for size in sizes[kind]):
            folder = make_dataset(kind, size)
            line = {"benchmark": "scale", "kind": kind, "examples": size}
            line |= measured(
                playwright, f"{site.address}?dataset={folder.relative_to(ROOT).as_posix()}", keys
            )
            report(line | load())
            lines.append(line)
    if options.write:
        write(lines)


def make_dataset(kind, size):
    """A dataset with some wrong labels and some examples of no class; returns its folder."""
    folder = CACHE / f"scale-{kind}-{size}"
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(size)
    true_label = random.integers(CLASSES, size=size)
    wrong = random.random(size) < WRONG_SHARE
    given_label = np.where(wrong, (true_label + random.integers(1, CLASSES, size=size)) % CLASSES, true_label)
    strange = random.random(size) < STRANGE_SHARE
    if kind == "pred_probs":
        array, file = made_pred_probs(random, true_label, strange), PRED_PROBS_FILE
    else:
        array, file = made_embeddings(random, true_label, strange), EMBEDDINGS_FILE
    dataset = Dataset(
        ids=tuple(f"x{row}" for row in range(size)),
        classes=tuple(f"class {label}" for label in range(CLASSES)),
        given_label=given_label,
        true_label=np.where(strange, -1, true_label),
        name=f"{size:,} examples",
        **{kind: array},
    )
    np.save(folder / file, array)
    write_index(folder / INDEX_FILE, dataset)
    return folder


def made_pred_probs(random, true_label, strange):
    """Predictions that mostly agree with the truth, more or less sure: np.ndarray, (n, K)."""
    logits = random.normal(size=(len(true_label), CLASSES))
    sureness = np.where(strange, 0, random.gamma(4, 1.2, size=len(true_label)))
    logits[np.arange(len(true_label)), true_label] += sureness
    probs = np.exp(logits)
    return probs / probs.sum(axis=1, keepdims=True)


def made_embeddings(random, true_label, strange):
    """A cloud of points around each class's centre, the strange ones between them: np.ndarray, (n, d)."""
    centres = random.normal(size=(CLASSES, DIMENSIONS)) * 1.1
    points = np.where(strange[:, None], 0, centres[true_label])
    return (points + random.normal(size=points.shape)).astype(np.float32)


def measured(playwright, address, keys):
    """Open a dataset, train, move the sliders, and take stock: dict."""
    browser = playwright.chromium.launch(executable_path=chromium(), args=BROWSER_FLAGS)
    with contextlib.closing(browser):
        page = browser.new_page(viewport=VIEWPORT)
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(WATCH)
        page.goto(address)
        interactive = until(page, "vizzy:interactive")
        page.click("#train")
        trained = until(page, "vizzy:trained")
        train_ms = trained - trainings_began(page)[0]
        page.wait_for_timeout(1000 * SECONDS_TO_SETTLE)
        steps = summary(press_keys(page, keys))
        return (
            {"interactive_ms": round(interactive), "train_ms": round(train_ms)}
            | steps
            | {"longest_task_ms": round(page.evaluate(f"bench.longestTaskSince({interactive})"))}
            | stock(browser, page)
        )


def stock(browser, page):
    """What the page holds now: dict."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {entry["name"]: entry["value"] for entry in session.send("Performance.getMetrics")["metrics"]}
    return {
        "js_heap_mb": round(metrics["JSHeapUsedSize"] / 1e6, 1),
        "nodes": int(metrics["Nodes"]),
        "elements": page.evaluate("document.querySelectorAll('*').length"),
        "process_mb": process_megabytes(browser),
    }


def process_megabytes(browser):
    """The resident memory of the largest of the browser's page processes; None where it cannot be read."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    sizes = [_resident(one["id"]) for one in processes if one["type"] == "renderer"]
    return max((size for size in sizes if size), default=None)


def _resident(process):
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{process}/status").read_text()
        return round(int(re.search(r"VmRSS:\s*(\d+) kB", status)[1]) / 1000)
    return None


def write(lines):
    """Put the table into docs/performance.md, and the plot beside it."""
    before, rest = DOCUMENT.read_text(encoding="utf-8").split(TABLE_BEGINS)
    _, after = rest.split(TABLE_ENDS)
    content = f"{before}{TABLE_BEGINS}\n\n{table(lines)}\n\n{TABLE_ENDS}{after}"
    DOCUMENT.write_text(content, encoding="utf-8")
    PLOT.write_text(plot(lines), encoding="utf-8")


COLUMNS = {
    "examples": "examples",
    "kind": "brings",
    "interactive_ms": "page answers, ms",
    "train_ms": "click to results, ms",
    "p50_ms": "slider p50, ms",
    "p95_ms": "slider p95, ms",
    "longest_task_ms": "longest task, ms",
    "js_heap_mb": "JS heap, MB",
    "elements": "elements",
    "process_mb": "process, MB",
}


def table(lines):
    """The lines as a Markdown table."""
    rows = [COLUMNS.values(), ["---:"] * len(COLUMNS)]
    for line in lines:
        rows.append(
            [
                f"{value:,}" if isinstance(value, int) else str(value)
                for value in (line[name] for name in COLUMNS)
            ]
        )
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def plot(lines):
    """Time and memory against size: the text of an SVG."""

    def series(kind, column):
        return [(line["examples"], line[column]) for line in lines if line["kind"] == kind and line[column]]

    return chart(
        "From 300 to 100,000 examples",
        "examples",
        [
            (
                "time, ms",
                {
                    "slider, p50": series("pred_probs", "p50_ms"),
                    "slider, p95": series("pred_probs", "p95_ms"),
                    "page answers": series("pred_probs", "interactive_ms"),
                    "click to results, without training": series("pred_probs", "train_ms"),
                    "click to results, training": series("embeddings", "train_ms"),
                },
            ),
            (
                "memory, MB",
                {
                    "JavaScript's heap": series("pred_probs", "js_heap_mb"),
                    "whole process": series("pred_probs", "process_mb"),
                    "whole process, training": series("embeddings", "process_mb"),
                },
            ),
        ],
    )
