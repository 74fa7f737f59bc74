"""Training in the browser against the same training natively, in turn in the same run.

In the browser it is the worker's own ``train`` on the shipped 300 examples, asked for again and again
without drawing anything; natively it is the same session under this Python and its scikit-learn. Prints one
JSON line: ``ratio`` of the medians, both in ms, and what a visitor sees, from the start of the page's first
training, while WebAssembly is still being compiled, to its results on the screen (``seen_ms``).

``--rounds N`` for other than 5 of ten trainings on each side; ``--quick`` for 3; ``--write`` puts the table into
docs/performance.md.
"""

import time

from document import figure, markdown, write
from machine import judged, watched
from measuring import (
    ROOT,
    TRAIN_AT_ONCE,
    browser_name,
    browser_on,
    median,
    playing,
    profile_folder,
    ratio,
    report,
    served,
    spread,
    until,
)
from options import parser_for, read

ROUNDS, QUICK_ROUNDS = 5, 3
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
    """Print the ratio; returns the exit status."""
    options = read(parser_for("train", __doc__, ROUNDS, QUICK_ROUNDS), argv)
    rounds = options.rounds
    with watched() as machine, served() as site, playing() as playwright, profile_folder() as folder:
        with browser_on(playwright, folder, TRAIN_AT_ONCE) as page:
            page.goto(site.address)
            seen_ms = until(page, "vizzy:trained") - trainings_began(page)[0]
            browser_ms, native_ms = trained_in_turn(page, rounds)
            browser = browser_name(page)
        seen = machine.figures()
    line = {"benchmark": "train", "examples": 300, "rounds": rounds, "browser": browser}
    line |= compared(browser_ms, native_ms, rounds, seen["busy"]) | {"seen_ms": round(seen_ms, 1)} | seen
    report(line)
    return write(options, "train", table(line), line)


def trained_in_turn(page, rounds):
    """How long each training took, in the browser and natively: two lists, in ms."""
    page.evaluate(ADD_SCRIPT, HAND_OVER)
    session, browser_ms, native_ms = native_session(), [], []
    for _ in range(rounds):
        browser_ms += page.evaluate(TRAIN, TRAININGS)
        native_ms += train_natively(session, TRAININGS)
    return browser_ms, native_ms


def compared(browser_ms, native_ms, rounds, busy):
    """Both sides' trainings in numbers, and the ratio of their medians if it can be judged: dict."""
    ratios = {"ratio": ratio(median(browser_ms), median(native_ms))}
    return judged(ratios, rounds, busy) | {"browser_ms": spread(browser_ms), "native_ms": spread(native_ms)}


def table(line):
    """The result as a Markdown table."""
    told = (figure(line["browser_ms"]), figure(line["native_ms"]), figure(line["ratio"], 2) or "not judged")
    rows = [
        ("one training of 300 examples, ms", *told),
        ("first training until its results show, ms", figure(line["seen_ms"]), "", ""),
    ]
    return markdown(("", "browser", "native Python", "ratio"), rows)


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
