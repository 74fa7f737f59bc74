"""Images without embeddings: ms a photograph in the page's worker and natively.

*Photographs* of 500 x 375 and of 4000 x 3000 pixels are crops of scikit-learn's sample photographs and of the shipped pictures,
with noise as of a camera, all different, as JPEG. In the browser each goes through static/image_worker.mjs, one worker alone:
decoding, the network, the thumbnail. Natively every tenth goes through the same network on one thread. All of it, the whole
browser too, has one processor, where the system lets a program choose. The line says ``browser_ms`` and ``native_ms`` an image, the
time until the worker is up, and ``cosine``, the smallest of the features of both.

``--rounds N`` for other than 3 of 1,000 small and 10 large photographs; ``--quick`` for 1 of 100 and 3. What a whole folder takes,
``image-folder`` measures.
"""

import base64
import contextlib
import csv
import functools
import io
import os
import random
import time

from document import figure, markdown, write
from machine import watched
from measuring import ROOT, browser_name, browser_on, playing, profile_folder, report, say, served, spread
from options import parser_for, read

ROUNDS, QUICK_ROUNDS = 3, 1
SMALL, LARGE = (500, 375), (4000, 3000)
COUNTS, QUICK_COUNTS = {SMALL: 1000, LARGE: 10}, {SMALL: 100, LARGE: 3}  # a round
LABELS = ("cat", "dog", "bear")  # of the shipped pictures
EVERY = 10  # of the photographs, one is looked at natively, too
START = """async () => {
  const start = performance.now();
  const worker = new Worker("static/image_worker.mjs", { type: "module" });
  bench.next = () => new Promise(resolve => worker.onmessage = event => resolve(event.data));
  bench.images = worker;
  const { failed } = await bench.next();
  if (failed) throw new Error(failed);
  return performance.now() - start;
}"""
LOOK_AT = """async content => {
  const file = new File([Uint8Array.from(atob(content), letter => letter.charCodeAt(0))], "image");
  const start = performance.now();
  bench.images.postMessage(file);
  const { features, problem } = await bench.next();
  if (problem) throw new Error(problem);
  return [performance.now() - start, [...features]];
}"""


def main(argv):
    """Print a line; returns the exit status."""
    options = read(parser_for("images", __doc__, ROUNDS, QUICK_ROUNDS), argv)
    counts = QUICK_COUNTS if options.quick else COUNTS
    line = {"benchmark": "images", "rounds": options.rounds}
    with watched() as machine, served() as site:
        line |= of_photographs(site, counts, options.rounds)
        line |= machine.figures()
    report(line)
    return write(options, "images", table(line), line)


def of_photographs(site, counts, rounds):
    """How long photographs of each size take: dict."""
    with one_processor() as alone, playing() as playwright, profile_folder() as folder, browser_on(playwright, folder) as page:
        page.goto(site.address + "404.html")  # a page without Python
        line = {"browser": browser_name(page), "one_processor": alone, "worker_up_ms": round(page.evaluate(START))}
        for size, count in counts.items():
            say(f"{rounds} x {count} photographs of {named(size)}")
            line[named(size)] = {"photographs": count} | in_turn(page, size, count, rounds)
        return line


def named(size):
    return "{} x {}".format(*size)


@contextlib.contextmanager
def one_processor():
    """Give this process, and all that it starts meanwhile, one processor; whether that can be had."""
    if not hasattr(os, "sched_setaffinity"):
        yield False
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield True
    finally:
        os.sched_setaffinity(0, before)


def in_turn(page, size, count, rounds):
    """How long an image takes in the browser and natively, and the smallest cosine of their features: dict.

    Each round is its mean in the browser, and its mean natively.
    """
    from vizzy.native.image_features import network

    features_of = network()
    browser_ms, native_ms, cosines = [], [], []
    for _ in range(rounds):
        times, native_times = [], []
        for number in range(count):
            content = photograph(number, size)
            took, found = page.evaluate(LOOK_AT, base64.b64encode(content).decode())
            times.append(took)
            if number % EVERY == 0:
                start = time.perf_counter()
                wanted, _ = features_of(content)
                native_times.append(1000 * (time.perf_counter() - start))
                cosines.append(cosine(found, wanted))
        browser_ms.append(sum(times) / len(times))
        native_ms.append(sum(native_times) / len(native_times))
    return {"browser_ms": spread(browser_ms), "native_ms": spread(native_ms), "cosine": round(min(cosines), 4)}


def photograph(number, size, images=None):
    """A JPEG file: a part of one of some photographs and pictures, the shipped ones otherwise, enlarged, with noise as of a camera."""
    import numpy as np
    from PIL import Image, ImageOps

    rng = random.Random(number)
    source = Image.fromarray(rng.choice(images or sources()))
    side = rng.uniform(0.6, 1) * min(source.width, source.height * size[0] / size[1])
    left, top = rng.uniform(0, source.width - side), rng.uniform(0, source.height - side * size[1] / size[0])
    picture = source.resize(size, box=(left, top, left + side, top + side * size[1] / size[0]))
    picture = ImageOps.mirror(picture) if rng.random() < 0.5 else picture
    noise = np.random.default_rng(number).integers(0, 255, (size[1] // 4, size[0] // 4, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.blend(picture, Image.fromarray(noise).resize(size), 0.15).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


@functools.cache
def sources():
    """What photographs are made of: a list of arrays, half of them photographs."""
    files = sorted((ROOT / "static" / "images").glob("*.webp"))[::30]
    return [picture_in(file) for file in files] + sample_photographs() * (len(files) // 2)


def sources_by_label():
    """What photographs with labels are made of: dict of str to list of arrays."""
    temple, flower = sample_photographs()
    found = {"temple": [temple], "flower": [flower]}
    with (ROOT / "static" / "dataset.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["true_label"] in LABELS:
                found.setdefault(row["true_label"], []).append(picture_in(ROOT / "static" / row["file"]))
    return found


def picture_in(file):
    import numpy as np
    from PIL import Image

    return np.asarray(Image.open(file).convert("RGB"))


def sample_photographs():
    """Scikit-learn's: list of two arrays."""
    from sklearn.datasets import load_sample_images

    return load_sample_images().images


def table(line):
    """The line as a Markdown table."""
    sizes = [(name, line[name]) for name in map(named, COUNTS)]
    speed = [(f"{about['photographs']:,} of {name}", figure(about["browser_ms"], 0), figure(about["native_ms"], 0), about["cosine"]) for name, about in sizes]
    return markdown(("photographs", "page, ms each", "command, ms each", "smallest cosine"), speed)


def cosine(one, other):
    """The cosine of the angle between two vectors."""
    import numpy as np

    one, other = np.asarray(one), np.asarray(other)
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))
