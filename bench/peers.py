"""Vizzy against another app of the same kind that is served somewhere, in the same browser by the same script.

It is made for the original app (React and libsvm-js), of which no code is kept here: build and serve it, and name its
address with ``--url URL``. Both pages are opened in turn, each time in a new browser profile. Train is clicked as soon
as the page is usable; then the sliders are moved by single keys every 300 ms, drags with a move of five percent every
100 ms, clicks at distant places every 500 ms, and keys held down, 30 repetitions a second. Last, the browser is started
again with the same profile for a second visit, which ends with its first result. Both pages are timed alike:

usable_ms
    Vizzy: ``vizzy:interactive``. The other: the first frame that shows a Train button that is not disabled.
first_result_ms, training_ms
    Until results are painted, from the navigation and from the start of the training. Vizzy: ``vizzy:trained``. The
    other: the last changed frame before nothing changes for 5 s.
again_usable_ms, again_first_result_ms
    The same at the second visit.
megabytes
    Fetched at the first visit until its first result. Vizzy: counted by the server, so what its worker fetches is
    included. The other: as the browser's resource timing has it, without what workers fetch.
keys, drags, jumps
    From the key or pointer event to the last DOM write before the next step ("write") and to the end of the main
    thread's work for the frame that shows it ("painted"), as ``bench/steps.py`` says. A key moves Vizzy's slider by
    one percent, and that of the original app by five.
held
    The time between two changed frames while a key is held down ("gap").

The other page's Train button is found by its name or by the word beside it, its sliders (``role=slider`` or an
``<input type=range>``) by "class" and "out of distribution" in their names or beside them; ``--train``, ``--class-slider``
and ``--ood-slider`` name others as CSS selectors. Prints one JSON line, with ratios of the medians (Vizzy's over the
other's) unless the machine was busy or there were fewer than three rounds.

``--rounds N`` for other than 4; ``--quick`` for 3, with a third of the steps; ``--write`` puts the table into
docs/performance.md.
"""

import json
import sys
from dataclasses import dataclass, field

from document import figure, markdown, write
from machine import judged, watched
from measuring import (
    PATIENCE_MS,
    TRAIN_AT_ONCE,
    browser_name,
    browser_on,
    playing,
    profile_folder,
    ratio,
    report,
    say,
    served,
    spread,
    until,
    until_kept,
)
from options import parser_for, read
from slider import SLIDERS, places, shorter, values_between
from steps import RECORDER, Slider, by_picture, drag, gaps, hold_keys, jump, over_rounds, press_keys, summary
from train import trainings_began

ROUNDS, QUICK_ROUNDS, QUICK_SHARE = 4, 3, 3
KEY_SECONDS, DRAG_SECONDS, JUMP_SECONDS, HELD_SECONDS = 0.3, 0.1, 0.5, 1 / 30
QUIET_SECONDS = 5
DRAG_STEP = 5
# Slider, and keys with how often.
KEYS = (
    ("class", (("ArrowRight", 6), ("ArrowLeft", 9))),
    ("ood", (("ArrowRight", 6), ("ArrowLeft", 3))),
)
HELD = (("class", (("ArrowRight", 9), ("ArrowLeft", 15))),)
DRAGS = (("class", 50, 90), ("class", 90, 20), ("ood", 15, 40))
JUMPS = 20

# Finds the controls of a page by what they are named, or by what is written beside them.
FINDER = """
(() => {
  const HANDLES = "[role=slider], input[type=range]";
  // The original app's Train button is an icon without a role.
  const BUTTONS = "button, [role=button], input[type=button], svg[aria-label]";
  const nameOf = (element) => {
    const labels = (element.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean);
    const texts = labels.map((id) => document.getElementById(id)?.textContent);
    return [element.getAttribute("aria-label"), element.value, element.textContent, ...texts].join(" ");
  };
  const besideWord = (word) => {
    const leaves = [...document.body.querySelectorAll(":not(script, style)")];
    for (const leaf of leaves.filter((one) => !one.childElementCount && word.test(one.textContent)))
      for (let box = leaf; box && box !== document.body; box = box.parentElement)
        if (box.querySelector(BUTTONS)) return box.querySelector(BUTTONS);
    return null;
  };
  const only = (box) => box.querySelectorAll(HANDLES).length <= 1;
  const textAround = (handle) => {
    let box = handle;
    while (box.parentElement && only(box.parentElement)) box = box.parentElement;
    return nameOf(handle) + " " + box.textContent;
  };
  const trackOf = (handle) => {
    if (handle.tagName === "INPUT") return handle;
    const width = handle.getBoundingClientRect().width;
    let box = handle;
    while (box.parentElement && only(box.parentElement) && box.getBoundingClientRect().width < 5 * width)
      box = box.parentElement;
    return box;
  };
  const isNamed = {
    class: (text) => /class/i.test(text) && !/distribution|ood/i.test(text),
    ood: (text) => /distribution|ood/i.test(text),
  };
  bench.findTrain = (selector) => {
    if (!document.body) return null;
    if (selector) return document.querySelector(selector);
    const named = [...document.querySelectorAll(BUTTONS)].find((one) => /train/i.test(nameOf(one)));
    return named ?? besideWord(/train/i);
  };
  bench.markSlider = (name, selector) => {
    const handles = [...document.querySelectorAll(selector || HANDLES)];
    const handle = selector ? handles[0] : handles.find((one) => isNamed[name](textAround(one)));
    if (!handle) return null;
    const track = trackOf(handle);
    handle.setAttribute("data-bench-handle", name);
    track.setAttribute("data-bench-track", name);
    return { isInput: handle.tagName === "INPUT" };
  };
})();
"""
# Clicks Train as soon as there is such a button, and waits until nothing changes any more. A tick that comes late means
# that the page was at work.
TRAIN_WHEN_USABLE = """
(([selector, quietMs, patienceMs]) => {
  bench.trainedByOther = new Promise((resolve, reject) => {
    const begin = () => {
      const button = bench.findTrain(selector);
      if (!button || button.matches(":disabled, [disabled], [aria-disabled=true]")) return;
      watcher.disconnect();
      bench.whenPainted((usable) => {
        const clicked = performance.now();
        let last = clicked, result = null, tick = clicked;
        bench.findTrain(selector).dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
        bench.onPicture = (painted) => { last = result = painted; };
        const timer = setInterval(() => {
          const now = performance.now();
          if (now - tick > 1000) last = now;
          tick = now;
          if (now - clicked > patienceMs)
            reject(new Error("it kept changing after the click on Train, or never changed"));
          else if (result === null || now - last < quietMs) return;
          else resolve({ usable, clicked, result });
          clearInterval(timer);
          bench.onPicture = null;
        }, 200);
      });
    };
    const watcher = new MutationObserver(begin);
    watcher.observe(document, { subtree: true, childList: true, attributes: true });
    setTimeout(() => reject(new Error("it has no Train button that can be clicked")), patienceMs);
  });
  bench.trainedByOther.catch(() => {});  // whoever waits for it is told
})
"""


@dataclass
class Visits:
    """What the visits of one page took, round by round."""

    usable_ms: list = field(default_factory=list)
    first_result_ms: list = field(default_factory=list)
    training_ms: list = field(default_factory=list)
    again_usable_ms: list = field(default_factory=list)
    again_first_result_ms: list = field(default_factory=list)
    megabytes: list = field(default_factory=list)
    steps: dict = field(default_factory=lambda: {"keys": [], "drags": [], "jumps": [], "held": []})

    def add(self, start, again, recorded):
        """One more round: both visits' `Start`, and what each way of moving the sliders recorded."""
        self.usable_ms.append(start.usable)
        self.first_result_ms.append(start.first_result)
        self.training_ms.append(start.training)
        self.again_usable_ms.append(again.usable)
        self.again_first_result_ms.append(again.first_result)
        self.megabytes.append(start.fetched / 1e6)
        for way, parts in recorded.items():
            self.steps[way].append([by_picture(part) for part in parts])


@dataclass(frozen=True)
class Start:
    """What one page took until its first result, in ms, and how many bytes it fetched until then."""

    usable: float
    first_result: float
    training: float
    fetched: int


@dataclass(frozen=True)
class Controls:
    """Selectors of another page's controls, where they cannot be found by name."""

    train: str | None = None
    class_slider: str | None = None
    ood_slider: str | None = None


def main(argv):
    """Print the comparison; returns the exit status."""
    parser = parser_for("peers", __doc__, ROUNDS, QUICK_ROUNDS)
    parser.add_argument("--url", required=True, help="where the other app is served")
    for name in ("train", "class-slider", "ood-slider"):
        parser.add_argument(
            f"--{name}", metavar="SELECTOR", help=f"the other page's {name.replace('-', ' ')}"
        )
    options = read(parser, argv)
    controls = Controls(options.train, options.class_slider, options.ood_slider)
    share = QUICK_SHARE if options.quick else 1
    ours, other = Visits(), Visits()
    with watched() as machine, served() as site, playing() as playwright:
        for number in range(options.rounds):
            with profile_folder() as folder:
                with browser_on(playwright, folder, *OUR_SCRIPTS) as page:
                    start, recorded = visit_ours(page, site, share)
                with browser_on(playwright, folder, *OUR_SCRIPTS) as page:
                    ours.add(start, start_ours(page, site), recorded)
            with profile_folder() as folder:
                with browser_on(playwright, folder, *scripts_for(controls)) as page:
                    start, recorded = visit_other(page, options.url, controls, share)
                    browser = browser_name(page)
                with browser_on(playwright, folder, *scripts_for(controls)) as page:
                    other.add(start, start_other(page, options.url), recorded)
            say(f"peers, round {number + 1} of {options.rounds}")
        seen = machine.figures()
    line = {"benchmark": "peers", "url": options.url, "rounds": options.rounds, "browser": browser}
    line |= compared(summed(ours), summed(other), options.rounds, seen["busy"]) | seen
    report(line)
    return write(options, "peers", table(line), line)


OUR_SCRIPTS = (RECORDER, TRAIN_AT_ONCE)
REMEMBER_ALL_RESOURCES = "performance.setResourceTimingBufferSize(100000);"
FETCHED = """(until) => ["navigation", "resource"]
  .flatMap((type) => performance.getEntriesByType(type))
  .reduce((sum, { responseEnd, transferSize }) => sum + (responseEnd <= until ? transferSize : 0), 0)"""


def scripts_for(controls, patience_ms=PATIENCE_MS):
    """What the other page is told before anything of its own runs."""
    arguments = [controls.train, 1000 * QUIET_SECONDS, patience_ms]
    return RECORDER, REMEMBER_ALL_RESOURCES, FINDER, f"{TRAIN_WHEN_USABLE.strip()}({json.dumps(arguments)});"


def start_ours(page, site):
    """Open Vizzy and train: `Start`."""
    site.forget()
    page.goto(site.address)
    trained = until(page, "vizzy:trained")
    fetched = site.bytes_sent
    return Start(until(page, "vizzy:interactive"), trained, trained - trainings_began(page)[0], fetched)


def visit_ours(page, site, share=1):
    """Open Vizzy, train, and move the sliders once all is kept: `Start`, and what was recorded."""
    start = start_ours(page, site)
    until_kept(page)
    return start, move_sliders(page, SLIDERS, share)


def start_other(page, address):
    """Open the other page and train: `Start`."""
    from playwright.sync_api import Error

    page.goto(address)
    try:
        times = page.evaluate("bench.trainedByOther")
    except Error as error:
        sys.exit(f"bench/run: {address} could not be trained: {error}")
    fetched = page.evaluate(FETCHED, times["result"])
    return Start(times["usable"], times["result"], times["result"] - times["clicked"], fetched)


def visit_other(page, address, controls, share=1):
    """The same with the other page as `visit_ours`."""
    start = start_other(page, address)
    return start, move_sliders(page, sliders_of(page, controls), share)


def sliders_of(page, controls):
    """The other page's sliders: dict of Slider."""
    sliders = {}
    for name, selector in (("class", controls.class_slider), ("ood", controls.ood_slider)):
        found = page.evaluate("([name, selector]) => bench.markSlider(name, selector)", [name, selector])
        if found is None:
            sys.exit(
                f"bench/run: no {name} slider was found on the page: name it with --{name}-slider SELECTOR"
            )
        sliders[name] = Slider(f"[data-bench-handle={name}]", f"[data-bench-track={name}]", found["isInput"])
    return sliders


def move_sliders(page, sliders, share=1):
    """Move a page's sliders in every way: dict of lists of what was recorded."""
    jump(page, sliders["class"], [50], 0)
    jump(page, sliders["ood"], [15], 0)
    recorded = {
        "keys": [press_keys(page, sliders[name], shorter(keys, share), KEY_SECONDS) for name, keys in KEYS],
        "held": [hold_keys(page, sliders[name], shorter(keys, share), HELD_SECONDS) for name, keys in HELD],
    }
    for name, value in (("class", 50), ("ood", 15)):
        jump(page, sliders[name], [value], 0)
    recorded["drags"] = [
        drag(page, sliders[name], values_between(start, end, DRAG_STEP), DRAG_SECONDS)
        for name, start, end in DRAGS[: None if share == 1 else 1]
    ]
    recorded["jumps"] = [jump(page, sliders["class"], places(JUMPS // share), JUMP_SECONDS)]
    for way, parts in recorded.items():
        if not any(by_picture(part) for part in parts):
            sys.exit(
                f"bench/run: nothing on the page changed ({way}): were its sliders found? See --class-slider."
            )
    return recorded


STARTS = (
    "usable_ms",
    "first_result_ms",
    "training_ms",
    "again_usable_ms",
    "again_first_result_ms",
    "megabytes",
)


def summed(visits):
    """A page's visits in numbers: dict."""
    numbers = {name: spread(getattr(visits, name)) for name in STARTS}
    for way in ("keys", "drags", "jumps"):
        numbers[way] = summary([[step for part in parts for step in part] for parts in visits.steps[way]])
    between = [
        [gap for part in parts for gap in gaps([step["at"] for step in part])]
        for parts in visits.steps["held"]
    ]
    numbers["held"] = {f"gap_p{percent}_ms": over_rounds(between, percent) for percent in (50, 95)}
    return numbers


FIGURES = (
    ("usable, ms", "usable_ms", None),
    ("first result, ms", "first_result_ms", None),
    ("training, ms", "training_ms", None),
    ("second visit: usable, ms", "again_usable_ms", None),
    ("second visit: first result, ms", "again_first_result_ms", None),
    ("fetched until the first result, MB", "megabytes", None),
    *(
        (f"{what}, {percent}, ms", way, f"painted_{percent}_ms")
        for way, what in (("keys", "single keys"), ("drags", "drags"), ("jumps", "clicks at distant places"))
        for percent in ("p50", "p95")
    ),
    ("held key, between two pictures, p50, ms", "held", "gap_p50_ms"),
    ("held key, between two pictures, p95, ms", "held", "gap_p95_ms"),
)


def compared(ours, other, rounds, busy):
    """Both pages' numbers with the ratios of those in the table, if they can be judged: dict."""
    ratios = {}
    for _, name, part in FIGURES:
        left, right = (_middle(numbers[name][part] if part else numbers[name]) for numbers in (ours, other))
        ratios[_ratio_name(name, part)] = ratio(left, right)
    return judged(ratios, rounds, busy) | {"vizzy": ours, "other": other}


def _ratio_name(name, part):
    return "_".join(filter(None, (name, part))).removesuffix("_ms") + "_ratio"


def _middle(value):
    return value["median"] if "median" in value else value["all"]


def table(line):
    """The comparison as a Markdown table."""
    rows = []
    for what, name, part in FIGURES:
        values = (line[page][name][part] if part else line[page][name] for page in ("vizzy", "other"))
        rows.append((what, *map(figure, values), figure(line[_ratio_name(name, part)], 2) or "not judged"))
    return markdown(("", "Vizzy", "original", "ratio"), rows)
