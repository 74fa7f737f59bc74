"""The first screen on a phone: Lighthouse's mobile audit, on a static host that compresses.

Lighthouse opens the page on a screen of 412 x 823, calculates from what it sees how long this would take on a slow 4G
network (150 ms, 1.6 Mbit/s) with a processor a fourth as fast, and rates it from 0 to 1. All times are in s as it gives
them; blocking time is what tasks of the main thread take beyond 50 ms each, between the first paint and the time from
which the page is quiet. It measures the processor on this machine, so that any other load counts fourfold. Prints one
JSON line.

``--rounds N`` for other than 5; ``--quick`` for 1; ``--url URL`` for a page served elsewhere; ``--write`` puts the table
into docs/performance.md. Lighthouse is not among the project's packages: ``npm install --prefix .cache/lighthouse lighthouse``
makes it, or LIGHTHOUSE names another one.
"""

import contextlib
import json
import os
import shutil
import subprocess
from collections import namedtuple

from document import figure, markdown, write
from machine import watched
from measuring import BROWSER_FLAGS, ROOT, Missing, chromium, median, report, say, served
from options import parser_for, read

ROUNDS, QUICK_ROUNDS = 5, 1
INSTALLED = ROOT / ".cache" / "lighthouse" / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = "performance,accessibility"
SECONDS_PER_AUDIT = 240

Measure = namedtuple("Measure", "name audit divisor digits target")  # of an audit's number, and what it should reach
MEASURES = (
    Measure("first contentful paint, s", "first-contentful-paint", 1000, 2, "at most 1.2"),
    Measure("largest contentful paint, s", "largest-contentful-paint", 1000, 2, "at most 2.5"),
    Measure("speed index, s", "speed-index", 1000, 2, ""),
    Measure("total blocking time, ms", "total-blocking-time", 1, 0, "at most 300"),
    Measure("cumulative layout shift", "cumulative-layout-shift", 1, 2, "at most 0.1"),
)


def main(argv):
    """Print what Lighthouse says; returns the exit status."""
    parser = parser_for("phone", __doc__, ROUNDS, QUICK_ROUNDS)
    parser.add_argument("--url", help="a page that is served already")
    options = read(parser, argv)
    lighthouse = find_lighthouse()
    with watched() as machine, contextlib.ExitStack() as stack:
        address = options.url or stack.enter_context(served(compresses=True)).address
        audits = []
        for number in range(options.rounds):
            audits.append(audit(lighthouse, address))
            say(f"{number + 1}: performance {audits[-1]['categories']['performance']['score']}")
        seen = machine.figures()
    line = {"benchmark": "phone", "rounds": options.rounds} | summary(audits) | seen
    report(line)
    return write(options, "phone", table(line), line)


def find_lighthouse():
    """Where Lighthouse is."""
    for name in (os.environ.get("LIGHTHOUSE"), str(INSTALLED), "lighthouse"):
        if name and shutil.which(name):
            return shutil.which(name)
    raise Missing("Lighthouse", "npm install --prefix .cache/lighthouse lighthouse, or name one with LIGHTHOUSE=/path/to/lighthouse")


def audit(lighthouse, address):
    """Lighthouse's report on a page, read: a dict."""
    command = [
        lighthouse, address, "--quiet", "--output=json", "--output-path=stdout", f"--only-categories={CATEGORIES}",
        "--chrome-flags=" + " ".join(("--headless=new", *BROWSER_FLAGS)),
    ]  # fmt: skip
    environment = os.environ | {"CHROME_PATH": chromium()}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=SECONDS_PER_AUDIT, check=False
    )
    said = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    if not said or "runtimeError" in said:
        raise RuntimeError(f"Lighthouse has no report on {address}: {said.get('runtimeError') or done.stderr[-500:]}")
    return said


def summary(audits):
    """The medians of all audits with the smallest and largest value, by name: dict."""
    of_all = {"performance": [one["categories"]["performance"]["score"] for one in audits]}
    for measure in MEASURES:
        of_all[measure.name] = [one["audits"][measure.audit]["numericValue"] / measure.divisor for one in audits]
    return {
        "browser": browser_of(audits[0]),
        "lighthouse": audits[0]["lighthouseVersion"],
        "figures": {name: {"median": median(values), "min": min(values), "max": max(values)} for name, values in of_all.items()},
        "small_targets": max(len((one["audits"]["target-size"].get("details") or {}).get("items", [])) for one in audits),
    }


def browser_of(report):
    """The browser and its major version."""
    _, _, version = report["environment"]["hostUserAgent"].partition("Chrome/")
    return f"Chromium {version.partition('.')[0]}, Lighthouse {report['lighthouseVersion']}"


def table(line):
    """The figures as a Markdown table."""
    figures = line["figures"]
    rows = [("performance, 0 to 1", figure(figures["performance"], 2), "at least 0.9")]
    rows += [(one.name, figure(figures[one.name], one.digits), one.target) for one in MEASURES]
    rows.append(("targets too small for a finger", line["small_targets"], "0"))
    return markdown(("", "Vizzy", "target"), rows)
