"""Training in the browser against the same training natively, in turn in the same run.

In the browser it is the worker's own ``train`` on the shipped 300 examples, asked for again and again
without drawing anything; natively it is the same session under this Python and its scikit-learn. Prints one
JSON line: ``ratio`` of the medians, both in ms, and what a visitor sees, from the start of the page's first
training, while WebAssembly is still being compiled, to its results on the screen (``seen_ms``).

``--quick`` trains fewer times.
"""

import argparse
import time

from measuring import (
    ROOT,
    TRAIN_AT_ONCE,
    browser_on,
    load,
    median,
    playing,
    profile_folder,
    ratio,
    report,
    served,
    spread,
    until,
)

ROUNDS, QUICK_ROUNDS = 5, 2
TRAININGS = 10  # a round, each side
# The page keeps the worker to itself, so a script on it in the page's own language hands it over.
HAND_OVER = """
import js
from pyscript import workers

js.window.benchTrainer = await workers["trainer"]
js.performance.mark("bench:handed-over")
"""
ADD_SCRIPT = """(code) => {
  const script = document.createElement("script");
  script.type = "mpy";
  script.textContent = code;
  document.body.append(script);
  return bench.until("bench:handed-over");
}"""
TRAIN = """async (times) => {
  const took = [];
  for (let number = 0; number < times; number++) {
    const start = performance.now();
    const answer = await benchTrainer.train("[]");
    took.push(performance.now() - start);
    if (!answer.pred_probs) throw new Error(answer.summary);
  }
  return took;
}"""


def main(argv):
    """Print the ratio."""
    parser = argparse.ArgumentParser(prog="bench/run train", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    rounds = QUICK_ROUNDS if parser.parse_args(argv).quick else ROUNDS
    browser_ms, native_ms = [], []
    with served() as site, playing() as playwright, profile_folder() as folder:
        with browser_on(playwright, folder, TRAIN_AT_ONCE) as page:
            page.goto(site.address)
            seen = until(page, "vizzy:trained") - trainings_began(page)[0]
            page.evaluate(ADD_SCRIPT, HAND_OVER)
            session = native_session()
            for _ in range(rounds):
                browser_ms += page.evaluate(TRAIN, TRAININGS)
                native_ms += train_natively(session, TRAININGS)
    report(
        {
            "benchmark": "train",
            "examples": 300,
            "ratio": ratio(median(browser_ms), median(native_ms)),
            "browser_ms": spread(browser_ms),
            "native_ms": spread(native_ms),
            "seen_ms": round(seen, 1),
        }
        | load()
    )


def trainings_began(page):
    """When the page's trainings began, in ms."""
    return page.evaluate("bench.phases.filter(([phase]) => phase === 'training').map(([, time]) => time)")


def native_session():
    """What the worker holds, natively."""
    from vizzy.dataset import read_folder
    from vizzy.session import Session

    return Session(read_folder(ROOT / "static"))


def train_natively(session, times):
    """How long each of some trainings takes, in ms."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        session.train({})
        took.append(1000 * (time.perf_counter() - start))
    return took
