"""Images without embeddings: ms a photograph in the page's worker and natively, and memory while a large folder is read.

*Photographs* of 500 x 375 and of 4000 x 3000 pixels are crops of scikit-learn's sample photographs and of the shipped pictures,
with noise as of a camera, all different, as JPEG. In the browser each goes through static/image_worker.mjs, one worker alone:
decoding, the network, the thumbnail. Natively every tenth goes through the same network on one thread. All of it, the whole
browser too, has one processor, where the system lets a program choose. The line says ``browser_ms`` and ``native_ms`` an image, the
time until the worker is up, and ``cosine``, the smallest of the features of both.

*Memory*: a folder of photographs of 4000 x 3000 pixels (few different ones, under many names) is brought to the page, and each time
a sixth of them was looked at, the memory of the page's process (``process_mb``) and of all the browser's processes, what they share
counted once (``browser_mb``), is noted; in one round.

``--rounds N`` for other than 3 of 1,000 small and 10 large photographs; ``--quick`` for 1 of 100 and 3, with a folder of 60
images instead of 600. ``--leave-out memory`` or ``photographs`` measures the other alone, and writes no table.
"""

import base64
import contextlib
import io
import os
import random
import time

from document import figure, markdown, write
from machine import watched
from measuring import (
    BROWSER_FLAGS,
    PATIENCE_MS,
    ROOT,
    VIEWPORT,
    browser_megabytes,
    browser_name,
    browser_on,
    chromium,
    playing,
    process_megabytes,
    profile_folder,
    report,
    say,
    served,
    spread,
)
from options import parser_for, read

ROUNDS, QUICK_ROUNDS = 3, 1
SMALL, LARGE = (500, 375), (4000, 3000)
COUNTS, QUICK_COUNTS = {SMALL: 1000, LARGE: 10}, {SMALL: 100, LARGE: 3}  # a round
FOLDER, QUICK_FOLDER = 600, 60
DIFFERENT = 20  # in the folder
SAMPLES = 6
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
LOOKED_AT = "() => parseInt(document.getElementById('import-status').textContent.split(':')[1]?.replace(/\\D*(\\d+)\\D.*/, '$1'))"


def main(argv):
    """Print a line; returns the exit status."""
    parser = parser_for("images", __doc__, ROUNDS, QUICK_ROUNDS)
    parser.add_argument("--leave-out", choices=("photographs", "memory"), help="measure the other alone")
    options = read(parser, argv)
    counts, folder = (QUICK_COUNTS, QUICK_FOLDER) if options.quick else (COUNTS, FOLDER)
    line = {"benchmark": "images", "rounds": options.rounds}
    with watched() as machine, served() as site:
        if options.leave_out != "photographs":
            line |= of_photographs(site, counts, options.rounds)
        if options.leave_out != "memory":
            line["memory"] = of_memory(site, folder)
        line |= machine.figures()
    report(line)
    return 0 if options.leave_out else write(options, "images", table(line), line)


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


def photograph(number, size):
    """A JPEG file: a part of a photograph or a shipped picture, enlarged, with noise as of a camera."""
    import numpy as np
    from PIL import Image, ImageOps

    rng = random.Random(number)
    source = Image.fromarray(rng.choice(sources()))
    side = rng.uniform(0.6, 1) * min(source.width, source.height * size[0] / size[1])
    left, top = rng.uniform(0, source.width - side), rng.uniform(0, source.height - side * size[1] / size[0])
    picture = source.resize(size, box=(left, top, left + side, top + side * size[1] / size[0]))
    picture = ImageOps.mirror(picture) if rng.random() < 0.5 else picture
    noise = np.random.default_rng(number).integers(0, 255, (size[1] // 4, size[0] // 4, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.blend(picture, Image.fromarray(noise).resize(size), 0.15).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


_sources = []


def sources():
    """What photographs are made of: a list of arrays, half of them photographs."""
    if not _sources:
        import numpy as np
        from PIL import Image
        from sklearn.datasets import load_sample_images

        files = sorted((ROOT / "static" / "images").glob("*.webp"))[::30]
        pictures = [np.asarray(Image.open(file).convert("RGB")) for file in files]
        _sources.extend(pictures + load_sample_images().images * (len(pictures) // 2))
    return _sources


def of_memory(site, count):
    """The memory after each sixth of a folder of large photographs: list of dict."""
    with photograph_folder(count) as folder, playing() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=BROWSER_FLAGS)
        with contextlib.closing(browser):
            page = browser.new_page(viewport=VIEWPORT)
            page.set_default_timeout(10 * PATIENCE_MS)
            page.goto(site.address)
            page.click("#import-button")
            page.set_input_files("#import-folder", folder)
            page.click("#import-open:not([disabled])")
            say(f"a folder of {count} photographs of {named(LARGE)}")
            return [sampled(browser, page, count * number // SAMPLES) for number in range(1, SAMPLES)] + [at_the_end(browser, page, count)]


def sampled(browser, page, looked_at):
    """The memory when some images were looked at: dict."""
    page.wait_for_function(f"({LOOKED_AT})() >= {looked_at}", polling=200)
    return {"looked_at": looked_at, "process_mb": process_megabytes(browser), "browser_mb": browser_megabytes(browser)}


def at_the_end(browser, page, count):
    page.wait_for_selector("#import", state="hidden")
    return {"looked_at": count, "process_mb": process_megabytes(browser), "browser_mb": browser_megabytes(browser)}


@contextlib.contextmanager
def photograph_folder(count):
    """A folder of large photographs with two labels, for as long as it is needed."""
    with profile_folder() as folder:
        (folder / "different").mkdir()
        for number in range(DIFFERENT):
            (folder / "different" / f"{number}.jpg").write_bytes(photograph(number, LARGE))
        for number in range(count):
            label = folder / "photographs" / f"label {number % 2}"
            label.mkdir(parents=True, exist_ok=True)
            os.link(folder / "different" / f"{number % DIFFERENT}.jpg", label / f"{number:04d}.jpg")
        yield folder / "photographs"


def table(line):
    """The line as Markdown tables."""
    sizes = [(name, line[name]) for name in map(named, COUNTS)]
    speed = [(f"{about['photographs']:,} of {name}", figure(about["browser_ms"], 0), figure(about["native_ms"], 0), about["cosine"]) for name, about in sizes]
    memory = [(f"{sample['looked_at']:,}", f"{sample['process_mb']:,}", f"{sample['browser_mb']:,}") for sample in line["memory"]]
    return "\n\n".join(
        [
            markdown(("photographs", "page, ms each", "command, ms each", "smallest cosine"), speed),
            markdown(("of 12 megapixels, looked at", "page's process, MB", "whole browser, MB"), memory),
        ]
    )


def cosine(one, other):
    """The cosine of the angle between two vectors."""
    import numpy as np

    one, other = np.asarray(one), np.asarray(other)
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))
