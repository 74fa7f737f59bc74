"""A folder served as the README says, and a visit that watches for what must not happen."""

import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Error

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120_000  # ms, for a start-up on a slow machine: a bound for the test, not a claim
BROWSER_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync "
    "--disable-features=AutofillServerCommunication"  # the browser's own question about form fields
).split()


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


class Visit:
    """One visit of the page, with everything it asked for and complained about."""

    def __init__(self, page, site):
        self.page = page
        self.site = site
        self.complaints = []
        self.requests = []
        page.context.on("request", lambda request: self.requests.append(request.url))
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.set_default_timeout(PATIENCE)

    def _hear(self, message):
        if message.type in ("error", "warning"):
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


@contextmanager
def visiting(browser, site, *, complains=False, **options):
    """A visit in a browser profile of its own; nothing may have gone wrong by its end, unless it is to complain."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 720}, **options})
    visit = Visit(context.new_page(), site)
    try:
        yield visit
    finally:
        context.close()
    assert complains or visit.complaints == []
    assert visit.foreign_requests() == []


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
    sites = "names.filter(name => name.startsWith('vizzy-site-'))"
    marks = f"await Promise.all({sites}.map(cacheName => caches.match('whole', {{ cacheName }})))"
    wait_for_caches(page, f"{sites}.length > 0 && ({marks}).every(Boolean)")
