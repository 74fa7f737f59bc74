"""What docs/trust.md promises of a visit: it asks no other origin for anything, and could not."""

import http.server
import io
import threading
import zipfile
from contextlib import contextmanager, suppress

import pytest
from PIL import Image
from playwright.sync_api import Error
from recording import recording_proxy
from own_data import bring, exported, open_and_train, small_table, start_review
from visits import keeping, visiting, wait_until_kept


# --- private: what is asked for ------------------------------------------------------------------------


def train_slide_relabel_and_look(visit):
    page = visit.train().page
    visit.slide("class", 70)
    visit.slide("ood", 5)
    page.locator('[data-panel=dataset] [data-given][aria-pressed="false"]').first.click()
    page.wait_for_selector("#changes:not([hidden])")
    visit.train()
    page.locator("#matrix .count:not([disabled])").first.press("Enter")
    page.wait_for_selector("#cell[open]")
    page.keyboard.press("Escape")


def read_guide_and_learn(page):
    choices = (("Look around", ".driver-popover"), ("Understand it", "#learn-dialog[open]"))
    for choice, shown in choices:
        page.click("#guide")
        page.click(f'#guide-menu button:has-text("{choice}")')
        page.wait_for_selector(shown)
        page.wait_for_timeout(400)  # the box's own motion
        page.keyboard.press("Escape")
        page.wait_for_selector(shown, state="hidden")


def bring_a_sample_review_export_and_open_a_lab(visit):
    page = visit.page
    page.click("#import-button")
    page.click('[data-sample^="messages.csv"]')
    page.wait_for_selector("#import-preview:not([hidden])")
    open_and_train(visit)
    start_review(visit)
    for place, key in enumerate("akn2s", start=1):
        page.keyboard.press(key)
        page.wait_for_function(f"document.querySelectorAll('#queue-list .done:not(:empty)').length >= {place}")
    for what, ending in (("table", "-corrected.csv"), ("changes", "-changes.csv"), ("report", "-report.html")):
        name, content = exported(page, what)
        assert name == "messages" + ending and content
    page.keyboard.press("Escape")
    page.click("#review-back")
    page.click("#labs")
    page.wait_for_selector(".lab-holder")
    page.click("#lab-tab-map")
    page.wait_for_selector('#lab-tab-map[aria-selected="true"]')
    page.click("#labs")


def bring_raw_data(visit):
    """Texts alone and measurements alone, of which features are made."""
    page = visit.page
    for sample in ("messages.csv", "iris.csv"):
        page.click("#import-button")
        page.click(f'[data-sample="{sample}"]')
        open_and_train(visit)


def look_at_images(visit, folder):
    """A folder with a subfolder for each label, of whose images the page computes embeddings."""
    for number in range(12):
        label, colour = ("red", (200, 30, 30)) if number % 2 else ("blue", (30, 30, 200 + number))
        (folder / label).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (60, 40), colour).save(folder / label / f"{number}.png")
    visit.page.click("#import-button")
    visit.page.set_input_files("#import-folder", str(folder))
    visit.page.wait_for_selector("#import-preview:not([hidden])")
    open_and_train(visit)


def bring_pictures(visit):
    """A zip of a table and pictures, each shown; one of them is an SVG that names another origin."""
    packed = io.BytesIO()
    outside = '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://elsewhere.test/x.png"/></svg>'
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("odd.csv", small_table())
        archive.writestr("pictures/n0.svg", outside)
        for row in range(1, 40):
            drawn = io.BytesIO()
            Image.new("RGB", (60, 40), (200, 30, 30) if row % 2 else (30, 30, 200)).save(drawn, "PNG")
            archive.writestr(f"pictures/n{row}.png", drawn.getvalue())
    visit.page.click("#import-button")
    visit.page.wait_for_selector("#import-start:not([hidden])")
    bring(visit, {"name": "all.zip", "mimeType": "application/zip", "buffer": packed.getvalue()})
    assert "40 pictures" in visit.page.inner_text("#import-understood")
    open_and_train(visit)
    shown = "all => all.every(one => one.style.backgroundImage.startsWith('url(\"blob:'))"
    visit.page.wait_for_function(f"({shown})([...document.querySelectorAll('#matrix .thumb')])")
    visit.page.wait_for_function("document.querySelectorAll('#dataset-list img[src^=\"blob:\"]').length > 2")


@contextmanager
def recorded_visit(browser, site):
    """A visit that is kept, all of whose requests go through a recorder: the visit, and the addresses. None may be elsewhere."""
    with recording_proxy(site) as (proxy, asked):  # noqa: SIM117 (the inner one checks at its end)
        # Without <-loopback> the browser would go round the proxy to this machine.
        with keeping(browser, site, proxy={"server": proxy, "bypass": "<-loopback>"}) as visit:
            yield visit.open(), asked
    assert [address for address in asked if not address.startswith(site)] == []


def heard(visit, asked):
    return [address.removeprefix(visit.site).partition("?")[0] for address in asked]


def test_a_full_visit_asks_no_other_origin_for_anything(browser, site):
    with recorded_visit(browser, site) as (visit, asked):
        page = visit.page
        train_slide_relabel_and_look(visit)
        read_guide_and_learn(page)
        wait_until_kept(page)
        page.reload()
        visit.wait("ready").train()
        assert page.evaluate("navigator.serviceWorker.controller !== null")
        bring_a_sample_review_export_and_open_a_lab(visit)
        # That the recorder hears at all: the page, the worker's fetches, and the service worker's.
        addresses = heard(visit, asked)
        assert {"", "vizzy/page.bundle", "static/embeddings.npy", "sw.js", "static/sample/messages.csv"} <= set(addresses)
        assert addresses.count("runtime/manifest.json") >= 2


@pytest.mark.thorough  # daily: one kind of data above, and what Playwright hears of every visit
def test_other_datasets_and_ones_own_images_ask_no_other_origin_for_anything(browser, site, tmp_path):
    with recorded_visit(browser, site) as (visit, asked):
        visit.page.select_option("#dataset-menu", "static/digits")
        visit.page.wait_for_url("**/?dataset=*")
        visit.wait("ready").train()
        bring_raw_data(visit)
        bring_pictures(visit)
        look_at_images(visit, tmp_path / "photos")
        assert "runtime/onnx/efficientnet-lite0.onnx" in heard(visit, asked)


# --- private: what could be asked for ----------------------------------------------------------------------


@pytest.fixture
def elsewhere():
    """Another origin that listens and would answer anyone; its address, and who asked."""

    class Welcoming(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_said):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Welcoming) as server:
        server.asked, server.daemon_threads = [], True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", server.asked
        server.shutdown()


WAYS_OUT = {
    "fetch": "fetch(address, {mode: 'no-cors'}).then(() => 'sent', () => 'refused')",
    "beacon": "Promise.resolve(navigator.sendBeacon(address, 'data') ? 'sent' : 'refused')",
    "socket": "Promise.resolve().then(() => (new WebSocket(address.replace('http', 'ws')), 'sent'))",
    "picture": "loaded(Object.assign(new Image(), {src: address}))",
    "script": "loaded(Object.assign(document.createElement('script'), {src: address}))",
    "style": "loaded(Object.assign(document.createElement('link'), {rel: 'stylesheet', href: address}))",
    "frame": "loaded(Object.assign(document.createElement('iframe'), {src: address}))",
    "form": """Promise.resolve().then(() => {
        const form = Object.assign(document.createElement('form'), {action: address, method: 'post'});
        document.body.append(form);
        form.submit();
        return 'sent';
    })""",
    "worker": """new Promise(done => {
        const code = `fetch('${address}', {mode: 'no-cors'}).then(() => postMessage('sent'), () => postMessage('refused'))`;
        new Worker(URL.createObjectURL(new Blob([code]))).onmessage = event => done(event.data);
    })""",
}
TRY = """async (address) => {
    const violations = [];
    document.addEventListener("securitypolicyviolation", event => violations.push(event.effectiveDirective));
    const loaded = node => new Promise(done => {
        node.onload = () => done("sent");
        node.onerror = () => done("refused");
        document.body.append(node);
        setTimeout(() => done("unanswered"), 1000);
    });
    const outcome = await %s.catch(() => "refused");
    await new Promise(done => setTimeout(done, 300));
    return [outcome, violations];
}"""


@pytest.fixture(scope="module")
def kept_in(browser, site):
    """A visit that stays on the page, whatever is tried there."""
    with visiting(browser, site) as visit:
        yield visit.open()


@pytest.mark.parametrize("way", WAYS_OUT)
def test_the_pages_policy_lets_nothing_out(kept_in, elsewhere, way):
    address, asked = elsewhere
    outcome, violations = kept_in.page.evaluate(TRY % WAYS_OUT[way], address)
    kept_in.complaints.clear()  # the browser says what it refused
    kept_in.requests.clear()  # and counts what it refused among the requests
    assert asked == []
    if way not in ("worker", "beacon", "socket", "form", "frame"):
        assert outcome == "refused"
    if way != "worker":  # a worker's violation is told to the worker
        assert violations
    else:
        assert outcome == "refused"


@pytest.mark.parametrize("way", WAYS_OUT)
def test_each_of_these_ways_leads_out_of_a_page_without_the_policy(browser, site, elsewhere, way):
    address, asked = elsewhere
    context = browser.new_context()
    page = context.new_page()
    page.goto(site + "404.html")
    with suppress(Error):  # the form takes the page along
        page.evaluate(TRY % WAYS_OUT[way], address)
    context.close()
    assert asked


def test_the_policy_stands_before_anything_that_could_run(browser, site):
    context = browser.new_context()
    page = context.new_page()
    page.goto(site, wait_until="commit")
    page.wait_for_selector("meta[http-equiv=Content-Security-Policy]", state="attached")
    first = "[...document.head.querySelectorAll('meta[http-equiv], script, link, style')][0].httpEquiv"
    assert page.evaluate(first) == "Content-Security-Policy"
    policy = page.get_attribute("meta[http-equiv=Content-Security-Policy]", "content")
    context.close()
    directives = {
        name: set(sources) for name, *sources in (part.split() for part in policy.split(";") if part.strip())
    }
    assert directives["default-src"] == {"'none'"}
    assert set().union(*directives.values()) <= {
        *("'none'", "'self'", "'wasm-unsafe-eval'", "'unsafe-eval'", "blob:", "data:")
    }
    assert "'unsafe-inline'" not in policy
