"""What a first visit fetches, and what is fetched once it is needed."""

from itertools import pairwise
from urllib.parse import urlsplit

from visits import visiting

LATE = ("/runtime/pyodide/rest/", "/runtime/pyodide/late.zip", "/runtime/pyodide/python_stdlib.zip", "/runtime/wheels/", "/runtime/onnx/", "/runtime/texts/")


def late_requests(visit):
    paths = [urlsplit(url).path for url in visit.requests]
    return [path for path in paths if any(late in path for late in LATE)]


def test_until_its_results_a_first_visit_fetches_nothing_that_only_later_work_needs(browser, site):
    with visiting(browser, site, service_workers="block") as visit:
        visit.open().train()
        visit.slide("class", 70)
        visit.page.check("#mean-mode")
        assert visit.page.locator("#label-issues [data-example]").count() > 0
        assert late_requests(visit) == []
        visit.page.click("#labs")
        visit.page.click("#lab-tab-models")
        visit.page.click(".lab-holder:not([hidden]) .runner button:not([hidden]) >> nth=0")
        visit.page.wait_for_selector(".models tr")
        assert any("/rest/" in path for path in late_requests(visit))


# --- the first rows, which the markup has ---------------------------------------------------------

ROWS = "[...document.querySelectorAll('#dataset-list .card')]"
PYTHON_NEVER_COMES = "**/pyscript/core.js"


def pictures(page):
    return page.eval_on_selector_all("#dataset-list img", "nodes => nodes.map(node => node.getAttribute('src'))")


def test_the_first_pictures_and_labels_are_there_before_python(browser, site):
    with browser.new_context(service_workers="block") as context:
        page = context.new_page()
        page.route(PYTHON_NEVER_COMES, lambda route: None)
        page.goto(site, wait_until="commit")
        page.wait_for_selector(".card")
        assert pictures(page)[:2] == ["static/images/img-001.webp", "static/images/img-002.webp"]
        assert page.eval_on_selector_all("#dataset-list img", "nodes => nodes.some(node => node.loading === 'lazy')") is False
        assert page.locator('.card [aria-pressed="true"]').all_inner_texts()[:3] == ["cat", "dog", "bear"]
        tops = page.evaluate(f"{ROWS}.map(node => node.getBoundingClientRect().top)")
        assert all(below > above for above, below in pairwise(tops))


def test_python_takes_the_rows_of_the_markup_over_in_their_places(browser, site):
    with visiting(browser, site, worker=False) as visit:
        visit.page.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ window.first = {ROWS}; window.at = first.map(node => node.getBoundingClientRect().top) }})")
        visit.open()
        assert visit.page.evaluate(f"{ROWS}.slice(0, first.length).every((node, place) => node === first[place])")
        assert visit.page.evaluate("first.map(node => node.getBoundingClientRect().top).join() === at.join()")
        assert visit.page.evaluate("first.map(node => node.dataset.example).join()").startswith("img-001,img-002,img-003")


def test_an_address_of_other_data_or_labels_shows_no_rows_of_the_markup(browser, site):
    for address in ("?dataset=static/digits", "?work=1", "#labels=0:1"):
        with browser.new_context(service_workers="block") as context:
            page = context.new_page()
            page.route(PYTHON_NEVER_COMES, lambda route: None)
            page.goto(site + address, wait_until="commit")
            page.wait_for_function("document.getElementById('announcer') && !document.querySelector('.card')")


def test_a_label_chosen_before_python_runs_is_given_then(browser, site):
    with visiting(browser, site, worker=False) as visit:
        visit.page.add_init_script("""addEventListener('DOMContentLoaded', () => setTimeout(() =>
            document.querySelectorAll('.card')[1].querySelector('[data-given=bear]').click()))""")
        visit.open()
        visit.page.wait_for_selector('.card.changed [data-given="bear"][aria-pressed="true"]')
        assert visit.page.locator(".card.changed").count() == 1


PRESS_AT_EACH_TURN = """addEventListener('DOMContentLoaded', () => {
    const button = document.getElementById('labs'), seen = window.pressesSeen = [];
    button.addEventListener('click', () => seen.push(document.documentElement.dataset.vizzy));
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {  // in every turn of the event loop, also while the page is drawn in parts
        if (document.documentElement.dataset.vizzy !== 'loading') return;
        button.click();
        port2.postMessage(null);
    };
    port2.postMessage(null);
})"""


def test_a_button_pressed_while_the_page_is_wired_in_parts_is_pressed_once(browser, site):
    with visiting(browser, site, worker=False) as visit:
        visit.page.add_init_script(PRESS_AT_EACH_TURN)
        visit.open()
        visit.page.wait_for_selector("html.labs, #lab-body", state="attached")
        assert visit.page.evaluate("window.pressesSeen") == ["ready"]


NEVER_PAINTED = "PerformanceObserver.prototype.observe = () => {}"


def test_on_a_phone_the_start_is_fetched_once_the_first_screen_is_there(browser, site):
    with browser.new_context(service_workers="block", viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.add_init_script(NEVER_PAINTED)
        page.route(PYTHON_NEVER_COMES, lambda route: None)
        asked = []
        page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        page.goto(site, wait_until="commit")
        page.wait_for_selector(".card")
        page.wait_for_timeout(300)
        assert "/static/vizzy.css" in asked
        assert [path for path in asked if path.startswith(("/runtime", "/vizzy", "/main.py", "/static/dataset.json"))] == []


def test_on_a_phone_python_starts_in_a_tab_that_is_never_painted(browser, site):
    with browser.new_context(service_workers="block", viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.clock.install()
        page.add_init_script(NEVER_PAINTED)
        page.goto(site, wait_until="domcontentloaded")
        with page.expect_request(PYTHON_NEVER_COMES):
            page.clock.run_for(5000)


def test_on_a_phone_python_starts_after_a_frame_where_the_browser_does_not_tell_of_paints(browser, site):
    with browser.new_context(service_workers="block", viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.clock.install()  # the wait for a tab that is never painted does not end
        page.add_init_script("Object.defineProperty(PerformanceObserver, 'supportedEntryTypes', { value: [] })")
        with page.expect_request(PYTHON_NEVER_COMES):
            page.goto(site, wait_until="commit")
            page.clock.run_for(1000)
