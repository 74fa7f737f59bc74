"""A large table of texts: seconds until its suspects are known, in the page and by the command.

20,000 texts of 200 English words each, four labels, 3 % of them wrong. In the page the table is brought as a CSV file: seconds to
understand it (``preview_s``), from Open until the dataset is there, which is making features (``features_s``), and from Train to the
results (``train_s``); ``page_s`` is the sum of the last two. ``command_s`` is ``python -m vizzy find`` on the same file, from its
start to its end, with one thread for each processor.

``--rounds N`` for other than 3; ``--quick`` for 1 of 2,000 texts, which writes no table.
"""

import contextlib
import os
import subprocess
import sys
import time

from document import figure, markdown, write
from machine import watched
from measuring import BROWSER_FLAGS, PATIENCE_MS, ROOT, VIEWPORT, browser_name, chromium, playing, profile_folder, report, say, served, spread
from options import parser_for, read

ROUNDS, QUICK_ROUNDS = 3, 1
TEXTS, QUICK_TEXTS = 20_000, 2_000
WORDS = 200  # of a text
LABELS, WRONG_SHARE = 4, 0.03
OF_A_LABEL, ITS_SHARE = 400, 0.12  # words that are more frequent in the texts of a label, and what share of a text they are
TARGETS = {"page_s": 60, "command_s": 15}
COLUMNS = {
    "preview_s": "page: until understood, s",
    "features_s": "features, s",
    "train_s": "training, s",
    "page_s": "features and training, s",
    "command_s": "command, s",
}


def main(argv):
    """Print a line; returns the exit status."""
    options = read(parser_for("texts", __doc__, ROUNDS, QUICK_ROUNDS), argv)
    count = QUICK_TEXTS if options.quick else TEXTS
    with watched() as machine, served() as site, playing() as playwright, profile_folder() as folder:
        path = folder / "texts.csv"
        path.write_text(table_of_texts(count), encoding="utf-8")
        line = {"benchmark": "texts", "rounds": options.rounds, "texts": count, "words": WORDS, "file_mb": round(path.stat().st_size / 1e6, 1)}
        rounds = []
        for number in range(options.rounds):
            say(f"round {number + 1} of {options.rounds}")
            rounds.append(in_page(playwright, site.address, path) | {"command_s": by_command(path)})
        line["browser"] = rounds[0].pop("browser")
        line |= {name: spread([one[name] for one in rounds]) for name in COLUMNS} | machine.figures()
    report(line)
    return 0 if options.quick else write(options, "texts", table(line), line)


def table_of_texts(count):
    """A CSV file with ids, texts and labels."""
    import numpy as np

    rng = np.random.default_rng(0)
    words = np.array(english_words())
    rank = np.arange(1, len(words) + 1)
    share = (1 / rank) / (1 / rank).sum()
    lines = ["id,text,label"]
    own = [rng.choice(np.arange(500, len(words)), OF_A_LABEL, replace=False) for _ in range(LABELS)]
    for row in range(count):
        label = given = row % LABELS
        chosen = rng.choice(len(words), WORDS, p=share)
        told_mask = rng.random(WORDS) < ITS_SHARE
        chosen[told_mask] = rng.choice(own[label], told_mask.sum())
        if rng.random() < WRONG_SHARE:
            given = (label + 1) % LABELS
        lines.append(f"{row},{' '.join(words[chosen])},label {given}")
    return "\n".join(lines) + "\n"


def english_words():
    """Whole words, the frequent ones first, of the vocabulary that the vectors of words have."""
    import numpy as np

    from vizzy.features.word_vectors import FILE, FIRST_WORD, VOCABULARY

    with np.load(FILE) as arrays:
        pieces = arrays[VOCABULARY].tobytes().decode().split("\n")
    return [piece for piece in pieces[FIRST_WORD:] if piece.isalpha() and piece.isascii()]


def in_page(playwright, address, path):
    """Bring the table, open it and train, in a new browser: dict of seconds."""
    browser = playwright.chromium.launch(executable_path=chromium(), args=BROWSER_FLAGS)
    with contextlib.closing(browser):
        page = browser.new_page(viewport=VIEWPORT)
        page.set_default_timeout(4 * PATIENCE_MS)
        page.goto(address)
        page.wait_for_selector("html[data-vizzy=ready]", state="attached")
        page.click("#import-button")
        times = [time.perf_counter()]
        page.set_input_files("#import-files", path)
        page.wait_for_selector("#import-preview:not([hidden]) >> #import-understood:not(:empty)")
        times.append(time.perf_counter())
        page.click("#import-open:not([disabled])")
        start = time.perf_counter()
        page.wait_for_selector("#import", state="hidden")
        opened = time.perf_counter()
        page.click("#train")
        page.wait_for_selector("html[data-vizzy=trained]", state="attached")
        trained = time.perf_counter()
        return {
            "browser": browser_name(page),
            "preview_s": times[1] - times[0],
            "features_s": opened - start,
            "train_s": trained - opened,
            "page_s": trained - start,
        }


def by_command(path):
    """How long the command takes: seconds."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "vizzy", "find", str(path), "-o", str(path.with_name("out.csv"))]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    return time.perf_counter() - start


def table(line):
    """The line as a Markdown table."""
    target = [f"at most {TARGETS[name]}" if name in TARGETS else "" for name in COLUMNS]
    rows = [(f"{line['texts']:,} texts of {line['words']} words", *(figure(line[name]) for name in COLUMNS)), ("target", *target)]
    return markdown(("", *COLUMNS.values()), rows)
