"""After one visit the page starts, trains and answers without a network; a new version never mixes with an old one."""

import shutil

import page_bundle
import pytest
from visits import ROOT, keeping as visiting, serving, wait_for_caches, wait_for_mark, wait_until_kept


@pytest.fixture
def own_site(tmp_path):
    """A copy of the site in a subfolder, as on a project's pages, which a test may change and take down."""
    folder = tmp_path / "vizzy"
    folder.mkdir()
    for name in ("index.html", "main.py", "sw.js", "vizzy", "static"):
        source = ROOT / name
        shutil.copytree(source, folder / name) if source.is_dir() else shutil.copy(source, folder / name)
    (folder / "runtime").symlink_to(ROOT / "runtime")
    with serving(tmp_path) as (address, server):
        yield folder, address + "vizzy/", server


# Of a file as it is kept: WebAssembly and the snapshot unpacked.
FIRST_BYTES = """async (name) => {
  const kept = await caches.match(new URL(name, document.baseURI).href);
  return [kept.headers.get("Content-Type"), [...new Uint8Array(await kept.arrayBuffer()).slice(0, 4)]];
}"""


def test_after_one_visit_the_page_works_without_a_server_from_a_subfolder(browser, own_site):
    _, address, server = own_site
    with visiting(browser, address) as visit:
        visit.open().train()
        issues = visit.ids_in("#label-issues")
        wait_until_kept(visit.page)
        assert visit.page.evaluate(FIRST_BYTES, "runtime/pyodide/pyodide.asm.wasm.bin") == ["application/wasm", [0, *b"asm"]]
        kept_as, first_bytes = visit.page.evaluate(FIRST_BYTES, "runtime/pyodide/snapshot.bin")
        assert kept_as == "application/x-snapshot" and first_bytes[:2] != [0x1F, 0x8B]  # as gzip begins
        server.kill()
        server.wait()
        visit.page.reload()
        visit.wait("ready").train()
        assert visit.ids_in("#label-issues") == issues
        assert visit.page.locator("[data-panel=dataset] [data-example]").count() > 5
        visit.complaints = [c for c in visit.complaints if "ERR_" not in c and "Failed to fetch" not in c]


def end_of(server):
    server.kill()
    server.wait()


# A worker whose files stay away complains by an event.
OF_THE_NETWORK = ("ERR_", "Failed to fetch", "503", "error: MessageEvent")


def without_network_errors(complaints):
    return [said for said in complaints if not any(words in said for words in OF_THE_NETWORK)]


def until_the_service_worker_answers(page):
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


@pytest.mark.parametrize(
    "phase", ["ready", pytest.param("training", marks=pytest.mark.thorough), pytest.param("trained", marks=pytest.mark.thorough)]
)
def test_a_reload_before_the_start_is_kept_says_that_it_is_not_kept_yet(browser, own_site, phase):
    _, address, server = own_site
    with visiting(browser, address) as visit:
        page = visit.open().page
        until_the_service_worker_answers(page)
        if phase != "ready":
            page.click("#train")
            visit.wait(phase)
        end_of(server)
        page.reload()
        assert page.inner_text("h1") == "Vizzy is not kept yet"
        assert "Reload this page once you are online" in page.inner_text("p")
        visit.complaints = without_network_errors(visit.complaints)


def test_a_page_that_goes_offline_before_it_is_kept_says_so(browser, site):
    with visiting(browser, site, service_workers="block", worker=False) as visit:
        page = visit.open().page
        page.context.set_offline(True)
        page.wait_for_selector("#note:not([hidden])")
        assert "not kept yet" in page.inner_text("#note")
        page.context.set_offline(False)
        visit.complaints = without_network_errors(visit.complaints)


def test_what_a_start_needs_is_kept_first_and_a_reload_works_then(browser, own_site):
    _, address, server = own_site
    with visiting(browser, address) as visit:
        page = visit.open().train().page
        issues = visit.ids_in("#label-issues")
        wait_for_mark(page, "startable")
        end_of(server)
        is_whole = page.evaluate("caches.match('whole').then(Boolean)")
        # A start may call functions that the one before did not.
        assert page.evaluate("caches.match('runtime/pyodide/rest/pyodide.bin').then(Boolean)")
        page.reload()
        visit.wait("ready").train()
        assert visit.ids_in("#label-issues") == issues
        assert not is_whole
        visit.complaints = without_network_errors(visit.complaints)


@pytest.mark.thorough
def test_nothing_is_kept_while_a_slider_moves(browser, own_site):
    _, address, _ = own_site
    with visiting(browser, address) as visit:
        page = visit.open().train().page
        page.evaluate("""() => {
            const slider = document.getElementById("class-percentile");
            const move = () => {
                slider.value = 40 + (Number(slider.value) + 1) % 20;
                slider.dispatchEvent(new Event("input", { bubbles: true }));
            };
            window.moving = setInterval(move, 100);
        }""")
        page.wait_for_timeout(500)  # what was under way ends
        kept = "caches.keys().then(async names => (await Promise.all(names.map(async name => (await (await caches.open(name)).keys()).length))).reduce((a, b) => a + b, 0))"
        before = page.evaluate(kept)
        page.wait_for_timeout(1500)
        assert page.evaluate(kept) == before
        page.evaluate("clearInterval(window.moving)")
        wait_for_mark(page, "whole")


WORDS = "runtime/texts/minilm-words.npz"


def open_texts(page):
    """Bring a table of texts alone, and ask for it to be opened."""
    page.click("#import-button")
    page.set_input_files("#import input[type=file]", files=[{"name": "texts.csv", "mimeType": "text/csv", "buffer": texts_table()}])
    page.wait_for_selector("#import-preview:not([hidden])")
    page.click("#import-open")


def cells_of_texts(visit):
    """Open them, train, and look where they are."""
    open_texts(visit.page)
    visit.page.wait_for_selector("#import", state="hidden")
    return visit.train().cells()


@pytest.mark.thorough  # daily: one's own data without a server, above
def test_texts_that_were_opened_once_can_be_opened_without_a_network(browser, own_site):
    _, address, server = own_site
    with visiting(browser, address) as visit:
        page = visit.open().page
        found = cells_of_texts(visit)
        wait_until_kept(page)
        wait_for_caches(page, f"!!await caches.match('{WORDS}')")
        end_of(server)
        page.goto(address)
        visit.wait("ready")
        assert cells_of_texts(visit) == found
        assert sum(map(len, found.values())) > 0
        visit.complaints = without_network_errors(visit.complaints)


def texts_table():
    """A table of texts without embeddings, as bytes."""
    kinds = {"fox": "the quick fox jumps over a dog", "bill": "please pay this invoice by friday"}
    rows = [f"{text} number {number},{label}" for number in range(30) for label, text in kinds.items()]
    return "\n".join(["text,label", *rows]).encode()


def test_a_new_version_is_taken_at_once_and_whole(browser, own_site):
    folder, address, _ = own_site
    with visiting(browser, address) as visit:
        visit.open()
        wait_until_kept(visit.page)
        visit.page.reload()  # now under the service worker
        visit.wait("ready")
        wait_until_kept(visit.page)
        change(folder / "index.html", "Worth a look", "Worth two looks")
        change_start(folder)
        visit.page.reload()
        visit.wait("ready")
        assert visit.page.inner_text("#results-heading").endswith("Worth two looks")
        assert visit.page.input_value("#class-percentile") == "51"


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def change_start(folder):
    """Change a module of the page's start."""
    change(folder / "vizzy/page/model/state.py", '"class_percentile": DEFAULT_CLASS_PERCENTILE', '"class_percentile": 51')
    page_bundle.prepare(folder)


def publish_another(folder):
    """Another version: the page, a module of its start, one of a lab on the page and one of that lab in the worker."""
    change(folder / "index.html", 'id="version">', 'id="version">9')
    change_start(folder)
    change(folder / "vizzy/page/labs/score.py", '("", _("problems"),', '("", "problems anew",')
    change(folder / "vizzy/labs/score.py", '"problems": problems,', '"problems": problems + 1000,')


def shown_score(page):
    """Of the score card: how its first column is called, and the problems in it."""
    page.wait_for_selector(".score-lab table")
    return page.inner_text(".score-lab th >> nth=0"), int(page.inner_text(".score-lab td >> nth=1"))


def stop_service_workers(page):
    """As browsers do when one has been idle for a while."""
    session = page.context.new_cdp_session(page)
    session.send("ServiceWorker.enable")
    session.send("ServiceWorker.stopAllWorkers")
    session.detach()


@pytest.mark.parametrize(
    ("visits", "stopped"),
    [
        pytest.param(1, True, id="one visit, stopped meanwhile"),
        pytest.param(1, False, id="one visit", marks=pytest.mark.thorough),
        pytest.param(2, True, id="two visits, stopped meanwhile", marks=pytest.mark.thorough),
        pytest.param(2, False, id="two visits", marks=pytest.mark.thorough),
    ],
)
def test_what_comes_late_is_of_the_version_that_the_visit_began_with(browser, own_site, visits, stopped):
    folder, address, _ = own_site
    with visiting(browser, address) as visit:
        for _ in range(visits):
            visit.open().train()
            wait_until_kept(visit.page)
        publish_another(folder)
        if stopped:
            stop_service_workers(visit.page)
        visit.page.click('.to-labs [data-lab="score"]')
        assert shown_score(visit.page) == ("problems", 9)
        assert visit.page.input_value("#class-percentile") == "50"
        assert visit.page.is_hidden("#note")
        visit.page.wait_for_function("location.hash.includes('lab=score')")  # the address follows a little later
        visit.page.reload()
        visit.wait("ready").page.keyboard.press("t")  # the lab is in front of the button
        visit.wait("trained")
        assert shown_score(visit.page) == ("problems anew", 1009)
        assert visit.page.input_value("#class-percentile") == "51"


def test_before_a_visit_is_kept_nothing_of_a_new_version_is_taken_and_the_page_says_so(browser, own_site):
    folder, address, _ = own_site
    with visiting(browser, address, service_workers="block") as visit:
        page = visit.open().train().page
        publish_another(folder)
        with page.expect_response("**/vizzy/late.json"):
            page.click('.to-labs [data-lab="score"]')
        page.wait_for_function("document.getElementById('note').textContent.startsWith('A new version of Vizzy is out')")
        page.wait_for_selector("[data-panel=labs]", state="hidden")
        page.reload()
        visit.wait("ready").train()
        page.click('.to-labs [data-lab="score"]')
        assert shown_score(page) == ("problems anew", 1009)
        visit.complaints = [said for said in visit.complaints if "erviceWorker" not in said and "ervice worker" not in said]


def test_a_visit_that_met_two_versions_is_not_kept_and_says_so(browser, own_site):
    folder, address, _ = own_site
    with visiting(browser, address) as visit:

        def publish_behind(route):
            """Publish the other version right after the page has seen that there is none."""
            if route.request.is_navigation_request():
                route.continue_()
                return
            answer = route.fetch()
            publish_another(folder)
            route.fulfill(response=answer)
            page.unroute(address)

        page = visit.page
        page.route(address, publish_behind)
        visit.open()
        page.wait_for_function("document.getElementById('note').textContent.startsWith('A new version of Vizzy is out')")
        page.wait_for_timeout(1000)
        assert not [name for name in page.evaluate("caches.keys()") if name.startswith("vizzy-site-")]


# What each shows once its modules, here and in the worker, and what else it needs have come.
LABS = {
    "score": ".score-lab table",
    "percentiles": ".chart .band",
    "ways": "table",
    "noise": ".lab-holder:not([hidden]) .runner",
    "challenge": ".lab-holder:not([hidden]) button",
    "map": ".map-node",
    "models": ".lab-holder:not([hidden]) .runner",
    "code": ".editor .cm-content",
}


def test_without_a_server_the_labs_and_ones_own_data_work_too_and_what_was_never_used_is_said_to_be_missing(browser, own_site):
    _, address, server = own_site
    with visiting(browser, address) as visit:
        page = visit.open().page
        wait_until_kept(visit.page)
        server.kill()
        server.wait()
        page.reload()
        visit.wait("ready").train()
        page.click("#labs")
        for lab, shown in LABS.items():
            page.click(f"#lab-tab-{lab}")
            page.wait_for_selector(f"#lab-body {shown}")
        open_texts(page)  # which nobody has opened before
        page.wait_for_function("document.getElementById('import-problem').textContent.includes('check the connection')")
        assert page.inner_text("#import-problem").startswith("minilm-words.npz, which knows English words, could not be loaded")
        page.click("#import-again")
        page.click('[data-sample^="messages.csv"]')
        page.wait_for_selector("#import-preview:not([hidden])")
        page.click("#import-open")
        page.wait_for_selector("#import", state="hidden")
        visit.train()
        page.click("#review-button")
        page.wait_for_selector("#queue-list .queue-row")
        assert page.is_hidden("#note")
        visit.complaints = [said for said in visit.complaints if "ERR_" not in said and "Failed to fetch" not in said]


def test_what_was_kept_can_be_reset(browser, own_site):
    _, address, _ = own_site
    with visiting(browser, address) as visit:
        visit.open()
        wait_until_kept(visit.page)
        visit.page.keyboard.press("?")
        visit.page.click("#forget")
        wait_for_caches(visit.page, "names.length === 0")
        visit.wait("ready")


def test_a_service_worker_that_fails_does_no_harm(browser, own_site):
    folder, address, _ = own_site
    (folder / "sw.js").write_text("throw new Error('broken')")
    with visiting(browser, address) as visit:
        visit.open().train()
        assert visit.page.locator("#label-issues [data-example]").count() > 0
        visit.page.wait_for_timeout(4000)
        visit.complaints = [c for c in visit.complaints if "broken" not in c and "ServiceWorker" not in c]
