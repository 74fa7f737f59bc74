"""The page in other languages: no text stays English, nothing is cut off, axe finds nothing, and the choice is remembered."""

from pathlib import Path

import pseudo_language
import pytest
from axe import DESKTOP, PHONE, violations
from languages import language_names
from visits import visiting

LANGUAGES = language_names(Path(__file__).parents[3])
AS_BROWSERS_SAY = {"de": "de-DE", "zh-Hans": "zh-CN"}
SIZES = {"desktop": DESKTOP, "phone": PHONE}
SHIFTS = """window.shifted = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((one) => (shifted += one.hadRecentInput ? 0 : one.value)))
        .observe({ type: "layout-shift", buffered: true });"""
# Controls and headings that hold more than they show; of names that are data an end may be missing.
CUT_OFF = """() => [...document.querySelectorAll("button, select, h1, h2, h3, label, summary, th, .hint, #status, output, legend")]
    .filter(node => node.checkVisibility({ visibilityProperty: true }) && !node.closest(".thumb, .visually-hidden, [data-example], .language"))
    .filter(node => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== "inline")
    .map(node => `${node.tagName} #${node.id} .${node.className}: ${node.textContent.trim().slice(0, 60)}`)"""


def open_import(page):
    page.click("#import-button")
    page.wait_for_selector("#import[open]")


def close_dialogs(page):
    page.evaluate("document.querySelectorAll('dialog[open]').forEach(one => one.close())")


# --- no text stays English ----------------------------------------------------------------------------

DATA = {"known": pseudo_language.words_of_dataset(), "data": "[data-example]"}


def test_no_text_of_the_panels_and_dialogs_stays_english(browser, site):
    with visiting(browser, site, complains=True, service_workers="block", locale="de-DE") as visit:
        pseudo_language.speak(visit.page)
        page = visit.open().page
        assert pseudo_language.plain_words(page, **DATA) == {}, "untrained"
        visit.train()
        page.hover("#label-issues .thumb")
        page.wait_for_selector("#inspector-probabilities:not([hidden])")
        assert pseudo_language.plain_words(page, **DATA) == {}, "trained"
        page.click('[data-cell="dog|dog"] .count')
        page.wait_for_selector("#cell[open]")
        assert pseudo_language.plain_words(page, **DATA) == {}, "a cell"
        close_dialogs(page)
        page.keyboard.press("?")
        page.evaluate("document.getElementById('about').showPopover()")
        assert pseudo_language.plain_words(page, **DATA) == {}, "keys, and what the page tells of itself"
        close_dialogs(page)
        page.click("#guide")
        page.wait_for_selector("#guide-menu[open]")
        assert pseudo_language.plain_words(page, **DATA) == {}, "the guide's menu"
        close_dialogs(page)
        open_import(page)
        page.evaluate("document.querySelector('#import details').open = true")
        assert pseudo_language.plain_words(page, **with_names_of_formats()) == {}, "the import dialog"


def with_names_of_formats():
    return {"known": [*DATA["known"], "b"], "data": DATA["data"]}


@pytest.mark.thorough
def test_no_text_of_labs_guide_and_review_stays_english(browser, site):
    with visiting(browser, site, complains=True, service_workers="block", locale="de-DE") as visit:
        pseudo_language.speak(visit.page)
        page = visit.open("#lab=score").page
        page.evaluate("document.getElementById('train').click()")
        visit.wait("trained")
        found = {name: plain_words_of_lab(page, name) for name in LABS}
        assert found == {name: {} for name in LABS}
        page.click(".labs-bar .close")
        page.click("#learn")
        page.wait_for_selector("#learn-dialog[open]")
        assert pseudo_language.plain_words(page, **DATA) == {}, "the theory"
        close_dialogs(page)
        assert {step: words for step, words in enumerate(tour(page)) if words} == {}, "the tour"
        assert {step: words for step, words in enumerate(tutorial(page)) if words} == {}, "the tutorial"
        review_own_texts(visit)


LABS = {  # what is pressed in each, and what comes of it
    "score": (None, ".scores"),
    "percentiles": (None, ".chart .band"),
    "ways": (None, ".counter-example"),
    "noise": (".runner .primary", ".noise-lab .matrices td"),
    "challenge": (".runner .primary", ".challenge-table .suspect"),
    "map": (None, ".map-node"),
    "models": (".runner .primary", ".models-lab .chart svg"),
    "code": (None, ".code-lab .numbers"),
}


def plain_words_of_lab(page, name):
    """The English words in a lab, once it shows what it comes to."""
    press, shown = LABS[name]
    page.click(f"#lab-tab-{name}")
    if press:
        page.click(f"#lab-body {press}")
    page.wait_for_selector(f"#lab-body {shown}")
    for summary in page.locator("#lab-body summary").all():
        summary.click()
    if name == "challenge":
        page.click(".suspect >> nth=0")
        page.click(".challenge-foot .primary")
    page.wait_for_timeout(300)
    return pseudo_language.plain_words(page, DATA["known"], "[data-example], .editor, .code-lab option, .code-lab th, .prompt-line, .map-lab th")


def tour(page):
    """The English words of each step."""
    page.click("#guide")
    page.click("#guide-menu .choice-of-guide >> nth=0")
    page.wait_for_selector(".driver-popover")
    while page.locator(".driver-popover").count():
        page.wait_for_timeout(400)
        yield pseudo_language.plain_words(page, **DATA)
        page.click(".driver-popover-next-btn")
        page.wait_for_timeout(300)


def tutorial(page):
    """The English words of each step, as it begins."""
    page.click("#guide")
    page.click("#guide-menu .choice-of-guide >> nth=1")
    page.wait_for_selector(".tutorial")
    while page.locator(".tutorial").count():
        yield pseudo_language.plain_words(page, **DATA)
        page.click(".tutorial-buttons .next")


# Data without a plain letter, and what the worker says of them.
OWN = "label,text\n" + "".join(f"{'άλφα' if row % 2 else 'βήτα'},{'καλημέρα' if row % 2 else 'ευχαριστώ'} {row} {row % 7}\n" for row in range(40))
# The preview has notes on spaces, on what means that there is no label, on rows left out, on features of texts, and on a column left aside.
NOTED = OWN.replace("text\n", "text,split\n") + ' άλφα,καλημέρα,"[1, 2]"\n-1,ευχαριστώ,"[1, 2]"\n'
NOTED = "".join(line + ("" if line.count(",") > 1 else ",0") + "\n" for line in NOTED.splitlines())
DOUBLED = "label,text,id\nα,β,1\nβ,γ,1\n"
IN_PREVIEW = ["csv", "label", "text", "id", "split"]
OF_FILE = "#import-columns th[scope=row], #import-understood, #dataset-menu"


def bring(page, text):
    page.set_input_files("#import-files", {"name": "α.csv", "mimeType": "text/csv", "buffer": text.encode()})


def test_notes_and_errors_on_own_files_are_in_the_language(browser, site):
    with visiting(browser, site, service_workers="block", locale="de-DE") as visit:
        pseudo_language.speak(visit.page)
        page = visit.open().page
        open_import(page)
        bring(page, NOTED)
        page.wait_for_selector("#import-preview:not([hidden])")
        assert page.locator("#import-notes li").count() == 5
        data = f"[data-example], {OF_FILE}, #import-command"
        assert pseudo_language.plain_words(page, [*DATA["known"], *IN_PREVIEW], data) == {}, "notes"
        bring(page, DOUBLED)
        page.wait_for_selector("#import-problem:not([hidden])")
        assert pseudo_language.plain_words(page, [*DATA["known"], *IN_PREVIEW], data) == {}, "an error"


SAID_OF_NOTED = {
    "de": "1 Label hatte Leerzeichen am Rand, die nicht zum Label zählen.",
    "zh-Hans": "1 个标签首尾有空格，空格不算作标签的一部分。",
}
TITLE_OF_REPORT = {"de": "Labelfehler in α", "zh-Hans": "α 中的标签错误"}


@pytest.mark.thorough
@pytest.mark.parametrize("language", SAID_OF_NOTED)
def test_a_note_and_the_report_on_own_files_are_said_as_the_catalogue_has_them(browser, site, language):
    with visiting(browser, site, locale=AS_BROWSERS_SAY.get(language, language)) as visit:
        page = visit.open().page
        open_import(page)
        bring(page, NOTED)
        page.wait_for_selector("#import-preview:not([hidden])")
        assert SAID_OF_NOTED[language] in page.locator("#import-notes li").all_inner_texts()
        page.click("#import-open")
        page.wait_for_selector("#import", state="hidden")
        visit.train()
        page.click("#review-button")
        page.wait_for_selector("#queue-list .queue-row")
        page.evaluate("document.getElementById('export-menu').showPopover()")
        with page.expect_download() as download:
            page.click('[data-export="report"]')
        report = download.value.path().read_text(encoding="utf-8")
        assert f'<html lang="{language}">' in report and f"<h1>{TITLE_OF_REPORT[language]}</h1>" in report


def review_own_texts(visit):
    """Bring texts, look at the preview, review."""
    page = visit.page
    open_import(page)
    bring(page, OWN)
    page.wait_for_selector("#import-preview:not([hidden])")
    data = f"[data-example], {OF_FILE}, #import-command"
    assert pseudo_language.plain_words(page, [*DATA["known"], *IN_PREVIEW], data) == {}, "the preview"
    page.click("#import-open")
    page.wait_for_selector("#import", state="hidden")
    visit.train()
    page.click("#review-button")
    page.wait_for_selector("#queue-list .queue-row")
    page.click("#select-all")
    page.keyboard.press("k")
    page.evaluate("document.getElementById('export-menu').showPopover()")
    page.wait_for_timeout(500)
    data = f"[data-example], {OF_FILE}, #review-id, .queue-row b"
    assert pseudo_language.plain_words(page, [], data) == {}, "the review"


# --- the languages there are --------------------------------------------------------------------------


def look_right(page, name):
    """Nothing is cut off, and axe finds nothing."""
    assert page.evaluate(CUT_OFF) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert violations(page) == [], name


def test_in_german_the_start_shifts_little_and_a_phone_cuts_nothing_off(browser, site):
    with visiting(browser, site, locale="de-DE", **PHONE) as visit:
        visit.page.add_init_script(SHIFTS)
        page = visit.open().page
        assert page.get_attribute("html", "lang") == "de"
        assert page.inner_text("#train") == "Modell trainieren"
        assert page.evaluate("shifted") < 0.1  # "good", as browsers' makers call it
        visit.train()
        for panel in ("dataset", "predictions", "matrix", "inspector"):
            page.click(f'[data-goto="{panel}"]')
            page.wait_for_timeout(700)
            assert page.evaluate(CUT_OFF) == [], panel
        assert violations(page) == []


@pytest.mark.thorough
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_view_looks_right_in_every_language(browser, site, language, size):
    with visiting(browser, site, locale=AS_BROWSERS_SAY.get(language, language), **SIZES[size]) as visit:
        page = visit.open().page
        assert page.get_attribute("html", "lang") == language
        look_right(page, "untrained")
        visit.train()
        page.wait_for_selector("#inspector-probabilities", state="attached")
        look_right(page, "trained")
        for lab in LABS:
            page.evaluate("lab => document.querySelector(`#labs`).click()", lab) if lab == "score" else page.click(f"#lab-tab-{lab}")
            page.wait_for_selector(f'#lab-tab-{lab}[aria-selected="true"]')
            page.wait_for_timeout(800)
            look_right(page, lab)
        page.click(".labs-bar .close")
        page.click("#learn")
        page.wait_for_selector("#learn-dialog[open]")
        look_right(page, "the theory")
        close_dialogs(page)
        open_import(page)
        look_right(page, "the import dialog")
        page.click('[data-sample^="messages.csv"]')
        page.wait_for_selector("#import-preview:not([hidden])")
        look_right(page, "the preview")
        page.click("#import-open")
        page.wait_for_selector("#import", state="hidden")
        visit.train()
        page.click("#review-button")
        page.wait_for_selector("#queue-list .queue-row")
        look_right(page, "the review")


# --- choosing -----------------------------------------------------------------------------------------


@pytest.mark.without_worker
def test_the_menu_changes_the_language_and_the_next_visit_remembers_it(visit):
    page = visit.open("#class=40").page
    assert not [url for url in visit.requests if "languages/" in url or "translate" in url]
    assert page.input_value("#language") == "en"
    page.select_option("#language", "zh-Hans")
    page.wait_for_selector('html[lang="zh-Hans"][data-vizzy="ready"]', state="attached")
    assert page.inner_text("#train") == "训练模型"
    assert page.input_value("#class-percentile") == "40"
    visit.open()
    assert page.get_attribute("html", "lang") == "zh-Hans"
    visit.open("?lang=de")
    assert page.get_attribute("html", "lang") == "de"
    page.select_option("#dataset-menu", "static/digits")
    page.wait_for_url("**dataset=*")
    visit.wait("ready")
    assert page.get_attribute("html", "lang") == "de", "what the address asks for goes along"
    page.select_option("#language", "en")
    page.wait_for_selector('html[lang="en"][data-vizzy="ready"]', state="attached")
    assert "lang=" not in page.url and "dataset=" in page.url


@pytest.mark.parametrize(("locale", "address", "language"), [("fr-FR", "", "en"), ("de-AT", "", "de"), ("de-DE", "?lang=en", "en"), ("en-GB", "?lang=xx", "en")])
def test_the_language_is_the_address_the_choice_or_the_browsers(browser, site, locale, address, language):
    with visiting(browser, site, worker=False, locale=locale) as visit:
        assert visit.open(address).page.get_attribute("html", "lang") == language


def test_without_its_catalogue_the_page_is_english(browser, site):
    with visiting(browser, site, worker=False, complains=True, service_workers="block", locale="de-DE") as visit:
        visit.page.context.route("**/static/languages/*", lambda route: route.abort())
        page = visit.open().page
        assert page.get_attribute("html", "lang") == "en"
        assert page.inner_text("#train") == "Train the model"
        assert "could not be loaded in your language" in page.inner_text("#note")
