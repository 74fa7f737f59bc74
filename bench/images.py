"""Features of photographs: ms an image in the page's worker, and natively, and how far both agree.

Photographs of 500 x 375 and of 4000 x 3000 pixels, made of the shipped pictures with noise, as JPEG. In the browser each goes
through static/image_worker.mjs, one worker alone: decoding, the network, the thumbnail. Natively through the same network on one
thread. Prints one JSON line: ``browser_ms`` and ``native_ms`` an image, the time until the worker is up, and ``cosine``, the
smallest of the features of both.

``--rounds N`` for other than 3 of twenty images; ``--quick`` for 1.
"""

import base64
import io
import time

from machine import watched
from measuring import ROOT, browser_name, browser_on, playing, profile_folder, report, served, spread
from options import parser_for, read

ROUNDS, QUICK_ROUNDS = 3, 1
IMAGES = 20  # a round
SIZES = {"500x375": (500, 375), "4000x3000": (4000, 3000)}
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
    photographs = {name: [photograph(number, size) for number in range(IMAGES)] for name, size in SIZES.items()}
    with watched() as machine, served() as site, playing() as playwright, profile_folder() as folder:
        with browser_on(playwright, folder) as page:
            page.goto(site.address)
            line = {"benchmark": "images", "rounds": options.rounds, "browser": browser_name(page)}
            line["worker_up_ms"] = round(page.evaluate(START))
            line |= {name: in_turn(page, files, options.rounds) for name, files in photographs.items()}
        report(line | machine.figures())
    return 0


def in_turn(page, files, rounds):
    """How long an image takes in the browser and natively, and the smallest cosine of their features: dict."""
    from vizzy.native.image_features import network

    features_of = network()
    browser_ms, native_ms, cosines = [], [], []
    for _ in range(rounds):
        for content in files:
            took, found = page.evaluate(LOOK_AT, base64.b64encode(content).decode())
            start = time.perf_counter()
            wanted, _ = features_of(content)
            native_ms.append(1000 * (time.perf_counter() - start))
            browser_ms.append(took)
            cosines.append(cosine(found, wanted))
    return {"browser_ms": spread(browser_ms), "native_ms": spread(native_ms), "cosine": round(min(cosines), 4)}


def photograph(number, size):
    """A JPEG file: one of the shipped pictures, enlarged, with noise as of a camera."""
    import numpy as np
    from PIL import Image

    files = sorted((ROOT / "static" / "images").glob("*.webp"))
    noise = np.random.default_rng(number).integers(0, 255, (size[1] // 4, size[0] // 4, 3), dtype=np.uint8)
    picture = Image.open(files[number * 7 % len(files)]).convert("RGB").resize(size)
    buffer = io.BytesIO()
    Image.blend(picture, Image.fromarray(noise).resize(size), 0.15).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def cosine(one, other):
    """The cosine of the angle between two vectors."""
    import numpy as np

    one, other = np.asarray(one), np.asarray(other)
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))
