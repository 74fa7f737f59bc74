"""What the benchmarks share: a site that counts its bytes, visits that watch the clock, and summaries."""

import contextlib
import functools
import gzip
import http.server
import io
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "bench"
RUNTIME = ROOT / "runtime" / "manifest.json"

BROWSER_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
VIEWPORT = {"width": 1280, "height": 720}
PATIENCE_MS = 150_000
SECONDS_FOR_BROWSER = 1.5  # for its own start, and for what the one before it left to do; neither is measured

# Runs in every page before anything else: notes marks, phases of the app and long tasks as they come, without
# asking over and over, which would take processor time from what is measured.
WATCH = """
(() => {
  const marks = {}, waiting = [], phases = [], tasks = [];
  const answer = () => {
    for (const one of waiting.splice(0)) {
      const times = marks[one.name] ?? [];
      if (times.length < one.count) waiting.push(one);
      else one.resolve(times[one.count - 1]);
    }
  };
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) (marks[name] ??= []).push(startTime);
    answer();
  }).observe({ type: "mark", buffered: true });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) tasks.push([startTime, duration]);
  }).observe({ type: "longtask", buffered: true });
  new MutationObserver(() => phases.push([document.documentElement.dataset.vizzy, performance.now()]))
    .observe(document, { subtree: true, attributeFilter: ["data-vizzy"] });
  window.bench = {
    marks, phases, tasks,
    until: (name, count = 1) => new Promise((resolve, reject) => {
      waiting.push({ name, count, resolve });
      setTimeout(() => reject(new Error(`no ${name} within PATIENCE ms`)), PATIENCE);
      answer();
    }),
    longestTaskSince: (start) => Math.max(0, ...tasks.map(([began, took]) => (began >= start ? took : 0))),
  };
})();
""".replace("PATIENCE", str(PATIENCE_MS))
TRAIN_AT_ONCE = """
bench.until("vizzy:interactive").then(() => document.getElementById("train").click());
"""


class Missing(Exception):
    """Something that a benchmark needs is not installed.

    Parameters
    ----------
    missing : str
        What.
    advice : str
        What to do.
    """

    def __init__(self, missing, advice):
        super().__init__(advice)
        self.missing = missing


def median(values):
    """The middle value, or the mean of the two in the middle."""
    return statistics.median(values)


def percentile(values, percent):
    """The value below which a share of all lies, between two neighbours in proportion, as numpy has it."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("there is no percentile of no values: did nothing happen that could be measured?")
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def ratio(ours, theirs):
    """How many times theirs ours is, to three digits after the point."""
    if theirs <= 0:
        raise ValueError(f"cannot compare {ours} with {theirs}: was nothing measured?")
    return round(ours / theirs, 3)


def spread(values):
    """The median with the smallest and largest value beside it: dict."""
    return {"median": round(median(values), 1), "min": round(min(values), 1), "max": round(max(values), 1)}


def report(line):
    """Print one result: a JSON line."""
    print(json.dumps(line), flush=True)


def say(words):
    """Tell whoever waits how far it is; results alone go to standard output."""
    print(words, file=sys.stderr, flush=True)


class _CountingFile:
    """A response on its way out, counted."""

    def __init__(self, file, site):
        self._file = file
        self._site = site

    def write(self, content):
        self._site.bytes_sent += len(content)  # before the other side can have it
        return self._file.write(content)

    def __getattr__(self, name):
        return getattr(self._file, name)


class _Handler(http.server.SimpleHTTPRequestHandler):
    """What ``python -m http.server`` serves, with every byte counted."""

    def __init__(self, *arguments, site, **options):
        self._site = site
        super().__init__(*arguments, **options)

    def setup(self):
        super().setup()
        self.wfile = _CountingFile(self.wfile, self._site)

    def log_request(self, code="-", size="-"):
        self._site.requests.append((urllib.parse.urlsplit(self.path).path, int(code)))

    def log_message(self, *_):
        pass


class _CompressingHandler(_Handler):
    """What a static host serves: texts and programs compressed, on connections that stay open."""

    protocol_version = "HTTP/1.1"

    def send_head(self):
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        if not file.is_file():
            return super().send_head()
        content, is_smaller = _compressed(file, file.stat().st_mtime)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(file)))
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=600")
        if is_smaller:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        return io.BytesIO(content)


@functools.cache
def _compressed(file, _changed):
    """A file's content, compressed if that is smaller, and whether it is: (bytes, bool)."""
    content = file.read_bytes()
    packed = gzip.compress(content, 6)
    return (packed, True) if len(packed) < len(content) else (content, False)


class Site:
    """The project served as ``python -m http.server`` would, or as a host that compresses, and how much it has sent."""

    def __init__(self, folder=ROOT, compresses=False):
        self.folder = folder
        self.forget()
        handler = functools.partial(_CompressingHandler if compresses else _Handler, site=self, directory=folder)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def forget(self):
        """Count from here on."""
        self.bytes_sent = 0
        self.requests = []

    def bytes_if_compressed(self):
        """How much it would have been from a host that compresses whatever gets smaller by it."""
        return sum(_compressed_size(self._file_of(path)) for path, status in self.requests if status == 200)

    def _file_of(self, path):
        file = self.folder / urllib.parse.unquote(path).lstrip("/")
        return file / "index.html" if file.is_dir() else file

    def stop(self):
        """Answer nobody any more."""
        self._server.shutdown()
        self._server.server_close()


def _compressed_size(file):
    return len(_compressed(file, file.stat().st_mtime)[0]) if file.is_file() else 0


@contextlib.contextmanager
def served(compresses=False):
    """The site for as long as it is needed."""
    if not RUNTIME.is_file():
        raise Missing("the browser runtime", "run ./serve.sh --prepare first")
    if subprocess.run([sys.executable, ROOT / "tools/page_bundle.py"], stdout=sys.stderr).returncode:
        raise Missing("the page's modules, compiled", "tools/page_bundle.py failed; see its message above")
    site = Site(compresses=compresses)
    try:
        yield site
    finally:
        with contextlib.suppress(OSError):
            site.stop()


def chromium():
    """Where the browser is."""
    for name in (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        if name and shutil.which(name):
            return shutil.which(name)
    raise Missing("Chromium", "install it, or name one with CHROMIUM=/path/to/chromium")


@contextlib.contextmanager
def playing():
    """Playwright, for as long as it is needed."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright


@contextlib.contextmanager
def profile_folder(copy_of=None):
    """A folder for a browser profile, new or a copy of another one; gone afterwards."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="profile-", dir=CACHE, ignore_cleanup_errors=True) as folder:
        if copy_of:
            shutil.copytree(copy_of, folder, dirs_exist_ok=True, symlinks=True)
        yield Path(folder)


@contextlib.contextmanager
def browser_on(playwright, folder, *scripts):
    """A browser of its own with the profile in a folder; gives its page, which is watched."""
    context = playwright.chromium.launch_persistent_context(
        folder, executable_path=chromium(), args=BROWSER_FLAGS, viewport=VIEWPORT
    )
    try:
        for script in (WATCH, *scripts):
            context.add_init_script(script)
        page = context.pages[0] if context.pages else context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.wait_for_timeout(1000 * SECONDS_FOR_BROWSER)
        yield page
    finally:
        context.close()


def until(page, mark, count=1):
    """Wait for a performance mark to be set for the count-th time; returns when that was, in ms."""
    return page.evaluate("([mark, count]) => bench.until(mark, count)", [mark, count])


# The offline copy of the site is complete; it is made after the first training, and takes processor time.
KEPT = """async () => {
  for (;;) {
    const sites = (await caches.keys()).filter((name) => name.startsWith("vizzy-site-"));
    const whole = await Promise.all(sites.map((cacheName) => caches.match("whole", { cacheName })));
    if (sites.length && whole.every(Boolean)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}"""


def until_kept(page):
    """Wait until the page's offline copy is complete."""
    page.evaluate(KEPT)


def browser_name(page):
    """The browser and its major version."""
    found = re.search(r"(Chrom\w*)/(\d+)", page.evaluate("navigator.userAgent"))
    return f"{found[1].replace('Chrome', 'Chromium')} {found[2]}" if found else "unknown browser"


def process_megabytes(browser):
    """The resident memory of the largest of the browser's page processes; None where it cannot be read."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    sizes = [_resident(one["id"]) for one in processes if one["type"] == "renderer"]
    return max((size for size in sizes if size), default=None)


def browser_megabytes(browser):
    """The memory of all of the browser's processes, what several share counted once; None where it cannot be read."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    sizes = [_proportional(one["id"]) for one in processes]
    return None if None in sizes else sum(sizes)


def _proportional(process):
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
        return round(int(re.search(r"Pss:\s*(\d+) kB", text)[1]) / 1000)
    return None


def _resident(process):
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{process}/status").read_text()
        return round(int(re.search(r"VmRSS:\s*(\d+) kB", status)[1]) / 1000)
    return None
