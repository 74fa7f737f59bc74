"""Sizes from 300 to 100,000 examples: how time and memory grow, a line per size.

Datasets of 10 classes without pictures are made under .cache/bench and opened by the page: with predicted
probabilities of their own ("pred_probs", all sizes), and with embeddings of 32 dimensions, so that the page
trains ("embeddings", up to 10,000). For each, one JSON line: when the page answers (``interactive_ms``),
how long from the click on Train until the results are on the screen (``train_ms``), the slider's steps by
key (``p50_ms``, ``p95_ms``), the longest task of the main thread, JavaScript's heap and the nodes and
elements of the document after all that, and the resident memory of the page's whole process, both Pythons
included (``process_mb``, on Linux; what a browser process needs by itself is in it).

Every round opens each dataset once, in a new browser; each figure is the median of the rounds, with the smallest and
largest beside it. ``--rounds N`` for other than 3; ``--quick`` takes fewer sizes and one round; ``--write`` puts table
and plot into docs/.
"""

import contextlib

import numpy as np
from chart import chart
from document import figure, markdown, write
from machine import watched
from measuring import (
    BROWSER_FLAGS,
    CACHE,
    PATIENCE_MS,
    ROOT,
    VIEWPORT,
    WATCH,
    browser_name,
    chromium,
    percentile,
    playing,
    process_megabytes,
    report,
    served,
    spread,
    until,
)
from options import parser_for, read
from slider import SLIDERS
from steps import RECORDER, by_update, press_keys
from train import trainings_began

from vizzy.dataset import EMBEDDINGS_FILE, INDEX_FILE, PRED_PROBS_FILE, Dataset, write_index

CLASSES, DIMENSIONS = 10, 32
SECONDS_TO_SETTLE = 2  # in which the page fills its lists, row by row
WRONG_SHARE, STRANGE_SHARE = 0.06, 0.03
SIZES = {"pred_probs": (300, 1000, 10_000, 30_000, 100_000), "embeddings": (300, 1000, 10_000)}
QUICK_SIZES = {"pred_probs": (300, 10_000), "embeddings": (1000,)}
KEYS = (
    ("class", (("ArrowRight", 20), ("ArrowLeft", 30))),
    ("ood", (("ArrowRight", 10), ("ArrowLeft", 10))),
)
QUICK_KEYS = (("class", (("ArrowRight", 30),)), ("ood", (("ArrowRight", 15),)))
KEY_SECONDS = 0.06
ROUNDS, QUICK_ROUNDS = 3, 1

PLOT = "performance-scale.svg"  # beside the document


def main(argv):
    """Print a line for every dataset; returns the exit status."""
    options = read(parser_for("scale", __doc__, ROUNDS, QUICK_ROUNDS), argv)
    sizes, keys = (QUICK_SIZES, QUICK_KEYS) if options.quick else (SIZES, KEYS)
    lines = []
    with watched() as machine, served() as site, playing() as playwright:
        for kind, size in ((kind, size) for kind in sizes for size in sizes[kind]):
            address = f"{site.address}?dataset={make_dataset(kind, size).relative_to(ROOT).as_posix()}"
            each = [measured(playwright, address, keys) for _ in range(options.rounds)]
            line = {"benchmark": "scale", "kind": kind, "examples": size, "rounds": options.rounds}
            lines.append(line | over_rounds(each) | machine.figures())
            report(lines[-1])
    if options.write:
        status = write(options, "scale", table(lines), lines[-1])
        if status == 0:
            options.write.with_name(PLOT).write_text(plot(lines), encoding="utf-8")
        return status
    return 0


def over_rounds(each):
    """The figures of all rounds as one: median, smallest and largest of each, None where nothing was measured; dict."""
    out = {}
    for name, first in each[0].items():
        values = [one[name] for one in each if one[name] is not None]
        out[name] = first if isinstance(first, str) else spread(values) if values else None
    return out


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
        page.add_init_script(WATCH + RECORDER)
        page.goto(address)
        interactive = until(page, "vizzy:interactive")
        page.click("#train")
        trained = until(page, "vizzy:trained")
        train_ms = trained - trainings_began(page)[0]
        page.wait_for_timeout(1000 * SECONDS_TO_SETTLE)
        recorded = [press_keys(page, SLIDERS[name], presses, KEY_SECONDS) for name, presses in keys]
        writes = [step["write"] for part in recorded for step in by_update(part)]
        return (
            {"browser": browser_name(page), "interactive_ms": round(interactive), "train_ms": round(train_ms)}
            | {"p50_ms": percentile(writes, 50), "p95_ms": percentile(writes, 95)}
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


DIGITS = {"p50_ms": 1, "p95_ms": 1, "js_heap_mb": 1}
COLUMNS = {
    "kind": "brings",
    "examples": "examples",
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
    names = list(COLUMNS)[2:]
    rows = [
        (line["kind"], f"{line['examples']:,}", *(figure(line[name], DIGITS.get(name, 0)) for name in names))
        for line in lines
    ]
    return markdown(list(COLUMNS.values()), rows)


def plot(lines):
    """Time and memory against size: the text of an SVG."""

    def series(kind, column):
        of_kind = [line for line in lines if line["kind"] == kind and line[column]]
        return [(line["examples"], line[column]["median"]) for line in of_kind if line[column]["median"]]

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
