"""Hostile texts and files in the real page: wherever they stand, they are text, and nothing of them runs.

The page's policy would stop most of what a text might start; it is told apart from text that stays text by listening
for violations of the policy, too, and by comparing the elements and attributes on the page with those of harmless data.
"""

import base64
import re
import shutil
from contextlib import contextmanager

import numpy as np
import pytest
from hostile import (
    CANARY,
    EVIL,
    FILES,
    HARMLESS_LABELS,
    HARMLESS_TEXTS,
    LABELS_OF_TEXTS,
    N_CLASSES,
    PICTURES,
    TEXTS,
    embedded_rows,
    harmless_table,
    hostile_table,
    picture_zip,
)
from visits import ROOT, Visit

from vizzy.dataset import Dataset, write_index

FOLDER = ".cache/made-for-hostile"
LISTEN = """document.addEventListener("securitypolicyviolation",
    event => refused(event.effectiveDirective + " " + event.blockedURI))"""
KINDS = """() => [...document.querySelectorAll("*")].flatMap(node =>
    [node.localName, ...node.getAttributeNames().map(name => node.localName + " " + name)])"""
DROP = """async files => {
    const carried = new DataTransfer();
    for (const [name, content] of files) {
        const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
        carried.items.add(new File([bytes], name));
    }
    for (const id of ["import-problem", "import-preview"]) {
        const node = document.getElementById(id);
        if (node) node.hidden = true;
    }
    document.querySelector("main").dispatchEvent(new DragEvent("drop", {dataTransfer: carried, bubbles: true}));
}"""
UNDERSTOOD = "#import-preview:not([hidden]), #import-problem:not([hidden])"


class Watched(Visit):
    """A visit that gathers the kinds of elements and attributes it has seen."""

    def __init__(self, page, site):
        super().__init__(page, site)
        self.kinds = set()
        self.refused = []  # by the policy
        self.sent = []  # elsewhere: what the policy did not refuse
        for event in ("requestfinished", "requestfailed"):
            page.context.on(event, self._note_sent)

    def _note_sent(self, request):
        if not request.url.startswith((self.site, "blob:", "data:")) and request.failure not in ("csp", "origin"):
            self.sent.append((request.url, request.failure))

    def look(self):
        self.kinds.update(self.page.evaluate(KINDS))


@contextmanager
def watched(browser, site):
    """A visit in which nothing may run, be refused by the policy, ask for anything elsewhere, or open a dialog."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, service_workers="block")
    ran, pages = [], []
    context.expose_function("hacked", lambda *said: ran.append(said))
    context.add_init_script(LISTEN)
    context.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.accept()))
    visit = Watched(context.new_page(), site)
    context.expose_function("refused", lambda said: visit.refused.append(said))
    context.on("page", lambda page: pages.append(page.url))
    try:
        yield visit
        visit.page.wait_for_timeout(200)
    finally:
        context.close()
    assert ran == []
    assert visit.refused == []
    assert visit.sent == []
    assert [url for url in pages if not url.startswith("blob:" + site)] == []
    assert site + "x" not in visit.requests  # what <img src=x> asks for
    assert visit.foreign_requests() == []


def open_dialog(visit):
    visit.page.click("#import-button")
    visit.page.wait_for_selector("#import[open]")


def drop(visit, *files):
    """Drop files, which may have any name there is, and wait for what is made of them."""
    visit.page.evaluate(DROP, [[name, base64.b64encode(content).decode()] for name, content in files])
    visit.page.wait_for_selector(UNDERSTOOD)


def open_dropped(visit, *files):
    drop(visit, *files)
    visit.look()
    page = visit.page
    page.click("#import-open:not([disabled])")
    page.wait_for_selector("#import", state="hidden")
    if page.get_attribute("html", "data-vizzy") == "ready":
        page.click("#train")
    visit.wait("trained")


def use(visit, labs=()):
    """See every part of the page with what is open and trained: cells, inspector, review, exports, Learn, labs."""
    page = visit.page
    page.locator("#matrix .count:not([disabled])").first.press("Enter")
    page.wait_for_selector("#cell[open]")
    visit.look()
    page.keyboard.press("Escape")
    page.hover("#label-issues .thumb >> nth=0")
    page.wait_for_selector("#inspector-probabilities:not([hidden])")
    page.select_option("[data-panel=dataset] select >> nth=0", index=3)
    page.wait_for_selector("#changes:not([hidden])")
    visit.look()
    review(visit)
    page.click("#learn")
    page.wait_for_selector("#learn-dialog[open]")
    visit.look()
    page.click("#learn-dialog .close")
    page.wait_for_selector("#learn-dialog", state="hidden")
    if labs:
        page.click("#labs")
    for lab in labs:
        page.click(f"#lab-tab-{lab}")
        page.wait_for_selector(f'#lab-tab-{lab}[aria-selected="true"]')
        if lab == "challenge":
            page.click(".lab-holder .runner button:not([hidden]) >> nth=0")
            page.wait_for_selector(".challenge-table > *")
        page.wait_for_timeout(300)
        visit.look()


def review(visit):
    """Decide on some, search, look at what would be done to many, and take everything home."""
    page = visit.page
    page.click("#review-button")
    page.wait_for_selector("#queue-list .queue-row")
    for place, key in enumerate("akn2", start=1):
        page.keyboard.press(key)
        page.wait_for_function(f"document.getElementById('reviewed').textContent.startsWith('{place} ')")
    page.check("#select-all")
    page.click('#bulk [data-bulk="accepted"]')
    page.wait_for_selector("#bulk-confirm[open]")
    visit.look()
    page.keyboard.press("Escape")
    page.uncheck("#select-all")
    page.click("#export-button")
    for what in ("table", "changes", "report"):
        with page.expect_download() as waiting:
            page.click(f'[data-export="{what}"]')
        assert not set(waiting.value.suggested_filename) & set('/\\:*?"<>|')
        if what == "report":
            visit.report = waiting.value.path().read_text("utf-8")
    visit.look()
    page.keyboard.press("Escape")
    page.click("#review-back")


# --- own data ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("labs", [("score", "code"), pytest.param(("ways", "challenge", "map"), marks=pytest.mark.thorough)])
def test_hostile_data_of_ones_own_makes_no_element_or_attribute_that_harmless_data_does_not(browser, site, labs):
    seen, reports = [], []
    for name, content in (("harmless.csv", harmless_table("csv")), (f"{EVIL}\u202e.csv", hostile_table("csv"))):
        with watched(browser, site) as visit:
            visit.open()
            open_dialog(visit)
            open_dropped(visit, (name, content.encode()))
            use(visit, labs)
            assert visit.complaints == []
            seen.append(visit.kinds)
            reports.append(visit.report)
    assert len(seen[0]) > 100
    assert seen[1] - seen[0] == set()
    # Some hostile texts are alike but for what cannot be seen, and so are listed as near duplicates: more rows of a table.
    assert set(kinds_of_page(browser, reports[1])) == set(kinds_of_page(browser, reports[0]))


def kinds_of_page(browser, content):
    """The elements of a page, opened without any policy but its own, in which nothing may run either."""
    context, ran = browser.new_context(), []
    for name in ("hacked", "refused"):
        context.expose_function(name, lambda *said: ran.append(said))
    context.add_init_script(LISTEN)
    page = context.new_page()
    page.set_content(content)
    page.wait_for_timeout(200)
    kinds = sorted(page.evaluate(KINDS))
    context.close()
    assert ran == []
    return kinds


def test_every_hostile_file_is_read_or_answered_with_a_sentence_and_nothing_of_it_runs(browser, site):
    small = [case for case in FILES if " in " not in case.title or case.title.endswith((" csv", " jsonl"))]
    small = [case for place, case in enumerate(small) if not case.title.startswith("a file called") or place % 3 == 0]
    with watched(browser, site) as visit:
        page = visit.open().page
        open_dialog(visit)
        for case in small:
            drop(visit, *((file.name, file.content) for file in case.files))
            said = page.text_content("#import-problem") if page.is_visible("#import-problem") else "understood."
            assert said.strip().endswith((".", "?")) and "Traceback" not in said, (case.title, said)
            visit.look()
        assert visit.complaints == []
        assert not {kind for kind in visit.kinds if kind.startswith(("iframe", "object", "embed", "base", "mpy-script"))}
        assert not {kind for kind in visit.kinds if re.search(r" on|srcdoc| formaction", kind)}


def test_hostile_pictures_are_shown_as_pictures_or_not_at_all_and_opened_by_themselves_run_nothing(browser, site):
    with watched(browser, site) as visit:
        page = visit.open().page
        open_dialog(visit)
        files = [*PICTURES.items()]
        for packed in ([("pictures.zip", picture_zip())], [("table.csv", picture_table()), *files]):
            open_dropped(visit, *packed)
            page.wait_for_function("document.querySelectorAll('#dataset-list img[src^=\"blob:\"]').length >= 4")
            page.wait_for_timeout(300)
            shown = page.eval_on_selector_all("img[src^='blob:']", "all => all.map(one => one.src)")
            assert shown
            visit.complaints.clear()  # a picture that cannot be shown is named in the console
            assert visit.refused == []
            for address in set(shown):  # opened by itself, a picture is a document of this origin
                with page.expect_popup() as waiting:
                    page.evaluate("address => { open(address); }", address)
                waiting.value.wait_for_load_state()
                waiting.value.wait_for_timeout(100)
                waiting.value.close()
            for heard in (visit.refused, visit.requests):  # the page's policy is such a document's, too
                heard.clear()
            open_dialog(visit)


def picture_table():
    rows = [f'"{name}",{"ab"[row % 2]},{x},{y}' for row, (name, (x, y)) in enumerate(zip(PICTURES, embedded_rows(9), strict=True))]
    return "\n".join(["file,label,e0,e1", *rows, ""]).encode()


# --- a dataset folder, and the address --------------------------------------------------------------------


@pytest.fixture
def folders():
    """Two dataset folders of one shape beside the app, a harmless and a hostile one; taken away again."""
    shutil.rmtree(ROOT / FOLDER, ignore_errors=True)
    texts = [text for text in TEXTS if len(text) < 1000][::2]
    labels = np.arange(len(texts)) % N_CLASSES
    points = np.array(embedded_rows(len(texts)), dtype=np.float32)
    for name, ids, classes in (("harmless", HARMLESS_TEXTS[: len(texts)], HARMLESS_LABELS), ("hostile", texts, LABELS_OF_TEXTS)):
        folder = ROOT / FOLDER / name
        folder.mkdir(parents=True)
        files = [f"images/{'%22' * (name == 'hostile')}{row}');x.png" for row in range(len(ids))]
        title = EVIL if name == "hostile" else name
        dataset = Dataset(tuple(ids), tuple(classes), labels, None, tuple(files), tuple(ids), points, name=title)
        sheet = f'");background:url(//{CANARY}/s.png);x:("' if name == "hostile" else "sheet.webp"
        sprite = {"files": [sheet], "tile": 16, "columns": 20, "per_file": 1000}
        write_index(folder / "dataset.json", dataset, sprite)
        np.save(folder / "embeddings.npy", points)
    yield FOLDER
    shutil.rmtree(ROOT / FOLDER, ignore_errors=True)


@pytest.mark.thorough  # what shows it is what shows the data of one's own above
def test_a_hostile_dataset_folder_makes_no_element_or_attribute_that_a_harmless_one_does_not(browser, site, folders):
    seen = []
    for name in ("harmless", "hostile"):
        with watched(browser, site) as visit:
            visit.open(f"?dataset={folders}/{name}").train()
            page = visit.page
            page.locator("#matrix .count:not([disabled])").first.press("Enter")
            page.wait_for_selector("#cell[open]")
            visit.look()
            page.keyboard.press("Escape")
            page.hover("#label-issues .thumb >> nth=0")
            page.wait_for_selector("#inspector-probabilities:not([hidden])")
            page.click("#review-button")
            page.wait_for_selector("#queue-list .queue-row")
            page.keyboard.press("a")
            page.wait_for_function("document.getElementById('reviewed').textContent.startsWith('1 ')")
            visit.look()
            assert [said for said in visit.complaints if "Failed to load resource" not in said] == []
            seen.append(visit.kinds)
    assert seen[1] - seen[0] == set()


KEYS = ("class", "ood", "mode", "show", "labels", "lab", "reviews", "view", "<b>", "__proto__")
AT_ONCE = 120


def test_no_hostile_fragment_makes_an_element_or_runs(browser, site):
    with watched(browser, site) as visit:
        page = visit.page
        page.route("**/runtime/pyodide/**", lambda route: None)  # never answered: Python's numerics have no part in it
        visit.open("#colour=red")
        page.wait_for_selector("#note:not([hidden])")
        page.wait_for_selector("#dataset-menu:not([disabled])")
        page.wait_for_timeout(1000)  # what comes late comes for harmless data, too
        visit.look()
        page.goto(visit.site + "vizzy/late.json")
        visit.open("#lab=score")  # a lab's frame is shown before it is known whether there is such a lab
        page.wait_for_selector("#lab-tab-score")
        visit.look()
        page.click("#labs")
        visit.look()
        before = set(visit.kinds)
        for start in range(0, len(TEXTS), AT_ONCE):
            for encoded in (False, True):
                parts = [f"{KEYS[place % 10]}={text}" for place, text in enumerate(TEXTS[start : start + AT_ONCE], start)]
                parts += [f"show={EVIL}"]
                said = page.evaluate("([parts, encoded]) => parts.map(one => encoded ? encodeURIComponent(one) : one).join('&')", [parts, encoded])
                page.goto(visit.site + "vizzy/late.json")  # the app would follow the new fragment
                page.evaluate("fragment => { history.replaceState(null, '', '/'); location.hash = fragment; }", said)
                page.reload()
                visit.wait("ready")
                page.wait_for_selector("#note:not([hidden])")
                assert "onerror" in page.text_content("#note") or start
                visit.look()
        # All of them follow one another at once in the open page, which follows every one: it is ready again after the last.
        page.evaluate("texts => texts.forEach(text => { location.hash = text; })", [*TEXTS, "class=41"])
        page.wait_for_function("document.getElementById('class-percentile').value === '41'")
        visit.wait("ready")
        visit.look()
        # The menu of datasets until it is there, and what marks a lab's frame until its lab has come.
        assert visit.kinds - before <= {"select disabled", "body class", "section aria-busy", "section aria-label", "section hidden"}
        assert visit.complaints == []


LEADING = re.compile(r"\w+:|//|\\\\|/|\.\.|\?|#|<|\"|%2e")


def test_no_hostile_name_of_a_dataset_in_the_address_leads_elsewhere_or_runs(browser, site):
    leading = [text for text in TEXTS if LEADING.match(text.lower()) and len(text) < 1000]
    chosen = [*leading[::8], *(text for text in leading if CANARY in text[:13])]
    chosen += ["\n".join(TEXTS[start : start + 60])[:1500] for start in range(0, len(TEXTS), 60)]
    with watched(browser, site) as visit:
        page = visit.page
        page.route("**/runtime/pyodide/**", lambda route: None)
        for text in chosen:
            query = page.evaluate("text => 'dataset=' + encodeURIComponent(text) + '&work=' + encodeURIComponent(text)", text)
            page.goto(f"{site}?{query}")
            page.wait_for_selector("#failure[open]")
            assert page.get_attribute("html", "data-vizzy") == "error"
            visit.look()
        assert not {kind for kind in visit.kinds if kind.startswith(("iframe", "object", "embed", "base"))}
        assert not {kind for kind in visit.kinds if re.search(r" on|srcdoc", kind)}
        assert [said for said in visit.complaints if "Failed to load" not in said] == []
