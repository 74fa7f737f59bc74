"""A folder served as the README says, and a visit that watches for what must not happen."""

import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from playwright.sync_api import Error

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120_000  # ms, for a start-up on a slow machine: a bound for the test, not a claim
SERVICE_WORKERS_ARE_BLOCKED = "Service Worker registration blocked by Playwright"  # as the test asked for
BROWSER_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync "
    # The browser's own question about form fields; pages of its own interface, which each new window would run unseen.
    "--disable-features=AutofillServerCommunication,PreloadTopChromeWebUI,WebUIOmniboxPopup,WebUIOmniboxAimPopup,"
    "OmniboxWebUIPopup,InitialWebUI,WebUIReloadButton"
).split()
# Python runs as it was compiled first: most visits are over before compiling it again, for speed, would pay.
BROWSER_FLAGS.append("--js-flags=--no-wasm-dynamic-tiering --no-wasm-tier-up")


@contextmanager
def serving(folder):
    """Serve a folder with ``python -m http.server``; gives the address and the server's process."""
    server = subprocess.Popen(
        [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    port = server.stdout.readline().split("port ")[1].split()[0]
    address = f"http://127.0.0.1:{port}/"
    urllib.request.urlopen(address).close()
    try:
        yield address, server
    finally:
        server.kill()
        server.stdout.close()
        server.wait()

BLOCKED = "Service Worker registration blocked by Playwright"  # as Playwright itself says it


class Visit:
    """One visit of the page, with everything it asked for and complained about."""

    def __init__(self, page, site):
        self.page = page
        self.site = site
        self.complaints = []
        self.requests = []
        page.context.on("request", self.note_request)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.set_default_timeout(PATIENCE)

    def forget_others(self):
        """Take away what earlier visits in this browser profile have kept, but for the browser's cache of files."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("Storage.clearDataForOrigin", {"origin": self.site, "storageTypes": "all"})
        session.detach()

    def note_request(self, request):
        """Another request of the visit."""
        self.requests.append(request.url)

    def _hear(self, message):
        if message.type in ("error", "warning") and message.text != BLOCKED:
            self.complaints.append(f"{message.type}: {message.text}")

    def open(self, path="", until="ready"):
        self.page.goto(self.site + path)
        return self.wait(until)

    def wait(self, phase):
        self.page.wait_for_selector(f'html[data-vizzy="{phase}"]', state="attached")
        return self

    def train(self):
        """Click Train and wait for the results of that training."""
        self.page.click("#train")
        self.page.wait_for_function("!['ready', 'training'].includes(document.documentElement.dataset.vizzy)")
        assert self.page.get_attribute("html", "data-vizzy") == "trained"
        return self

    def slide(self, name, percentile):
        """Move a slider as its input event would, and wait until its effect is drawn."""
        if self.page.input_value(f"#{name}-percentile") == str(percentile):
            return
        before = self.page.evaluate("performance.getEntriesByName('vizzy:update').length")
        self.page.locator(f"#{name}-percentile").fill(str(percentile))
        self.page.wait_for_function(f"performance.getEntriesByName('vizzy:update').length > {before}")

    def ids_in(self, selector):
        return self.page.eval_on_selector_all(
            f"{selector} [data-example]", "nodes => nodes.map(node => node.dataset.example)"
        )

    def cells(self):
        """Cell name -> ids of the images it shows."""
        names = self.page.eval_on_selector_all("[data-cell]", "nodes => nodes.map(node => node.dataset.cell)")
        return {name: self.ids_in(f'[data-cell="{name}"]') for name in names}

    def foreign_requests(self):
        origin = self.site[: self.site.index("/", len("http://")) + 1]
        own = (origin, "blob:" + origin, "data:")
        return [url for url in self.requests if not url.startswith(own)]


# What a visitor can see or find again: panels, controls, where every image is, what is kept. Not which image the
# inspector shows, which nothing takes back.
APPEARANCE = """() => ({
    phase: document.documentElement.dataset.vizzy,
    theme: document.documentElement.dataset.theme ?? null,
    window: [innerWidth, innerHeight],
    address: (location.search + location.hash).replace(/[#&]show=[^&]*/, ""),
    kept: Object.keys(localStorage).sort(),
    dialogs: document.querySelectorAll("dialog[open], :popover-open, .driver-popover, .tutorial").length,
    panels: [...document.querySelectorAll("[data-panel]")].filter(node => node.checkVisibility()).map(node => node.dataset.panel),
    notes: ["changes", "note", "failure"].filter(id => document.getElementById(id)?.checkVisibility()),
    controls: [...document.querySelectorAll("[data-panel=thresholds] input")].map(node => [node.id, node.value, node.checked]),
    labels: [...document.querySelectorAll("[data-panel=dataset] [aria-pressed=true]")].map(node => node.dataset.given),
    places: [...document.querySelectorAll("[data-cell], #label-issues, #out-of-distribution, #unconfident")].map(
        node => [...node.querySelectorAll("[data-example]")].map(one => one.dataset.example)),
    rule: document.querySelectorAll(".rule-chip").length,
})"""
CLOSE_ALL = """() => {
    document.querySelectorAll("dialog[open]").forEach(node => node.close());
    document.querySelectorAll(":popover-open").forEach(node => node.hidePopover());
}"""
WAYS_BACK = (".rule-chip button", '[aria-label="End the tutorial"]', '[aria-label="Close the labs"]', "#review-back")


class SharedVisit(Visit):
    """A trained visit for many tests, which `reset` takes back to how it was, mostly without starting the page anew."""

    def begin(self):
        self.starts = getattr(self, "starts", 0) + 1
        self.open().train()
        self.page.wait_for_function("document.querySelectorAll('[data-panel=dataset] [data-example]').length >= 48")
        self.page.evaluate("localStorage.clear()")
        self.page.wait_for_timeout(300)  # a last write to the address
        self.settled = self.page.evaluate(APPEARANCE)
        return self

    def reset(self):
        """Undo what a test did, with the page's own controls; where that does not lead back, start the page anew."""
        with suppress(Error, AssertionError):
            self._go_back()
            self.page.wait_for_function(
                f"settled => JSON.stringify(({APPEARANCE})()) === JSON.stringify(settled)", arg=self.settled, timeout=3000
            )
            return self
        return self.begin()

    def _go_back(self):
        page = self.page
        page.set_viewport_size({"width": 1280, "height": 720})
        page.emulate_media(reduced_motion="no-preference")
        page.evaluate(CLOSE_ALL)
        for selector in WAYS_BACK:
            if page.is_visible(selector):
                page.click(selector)
        if page.is_visible("#reset"):
            page.click("#reset")
        for switch in ("#mean-mode", "#noise-rate-mode"):
            if page.is_checked(switch):
                page.click(switch)
        page.evaluate("document.querySelectorAll('.scroller').forEach(node => node.scrollTo(0, 0))")
        self.slide("class", 50)
        self.slide("ood", 15)
        if page.is_enabled("#train"):
            self.train()
        page.evaluate("document.documentElement.removeAttribute('data-theme'); localStorage.clear()")
        page.mouse.move(640, 5)


# To the page this is a worker whose Python is still on its way.
WORKER_THAT_NEVER_ANSWERS = "window.Worker = class extends EventTarget { postMessage() {} terminate() {} }"


@contextmanager
def visiting_in(context, site, *, kind=Visit, complains=False, worker=True):
    """A visit in a browser profile; nothing may have gone wrong by its end, unless it is to complain.

    Without a worker the page starts and answers, but never trains: half the work, for what needs no results.
    """
    visit = kind(context.new_page(), site)
    if not worker:
        visit.page.add_init_script(WORKER_THAT_NEVER_ANSWERS)
    try:
        yield visit
    finally:
        for page in context.pages:
            page.close()
        context.remove_listener("request", visit.note_request)
    assert complains or visit.complaints == [], visit.complaints
    assert visit.foreign_requests() == []


def new_profile(browser, **options):
    """A browser profile of its own, of a usual size; visits in it are not kept for times without a network.

    That would take the processor for three seconds; `keeping` is a visit that is.
    """
    return browser.new_context(**{"viewport": {"width": 1280, "height": 720}, "service_workers": "block", **options})


@contextmanager
def visiting(browser, site, *, kind=Visit, complains=False, worker=True, **options):
    """A visit in a browser profile of its own: see `visiting_in` and `new_profile`."""
    with new_profile(browser, **options) as context, visiting_in(context, site, kind=kind, complains=complains, worker=worker) as visit:
        yield visit


keeping = partial(visiting, service_workers="allow")


# An answer that never comes, as from a page that is just being left, must not hang the test.
ASK_CACHES = """Promise.race([
    caches.keys().then(async names => ({ names, holds: CONDITION })),
    new Promise(done => setTimeout(done, 3000, { names: "no answer", holds: false })),
])"""


def wait_for_caches(page, condition):
    """Wait until a condition on ``names``, those of the caches, holds."""
    deadline, answer = time.monotonic() + 60, {"names": "not asked", "holds": False}
    while not answer["holds"]:
        assert time.monotonic() < deadline, answer["names"]
        page.wait_for_timeout(100)
        with suppress(Error):  # the page was left meanwhile
            answer = page.evaluate(ASK_CACHES.replace("CONDITION", condition))


def wait_until_kept(page):
    """Wait until the service worker has kept the visit whole, and given up those before it."""
    wait_for_mark(page, "whole")


def wait_for_mark(page, mark):
    """Wait until every visit that the service worker keeps has a mark: "startable" or "whole"."""
    sites = "names.filter(name => name.startsWith('vizzy-site-'))"
    marks = f"await Promise.all({sites}.map(cacheName => caches.match('{mark}', {{ cacheName }})))"
    wait_for_caches(page, f"{sites}.length > 0 && ({marks}).every(Boolean)")
