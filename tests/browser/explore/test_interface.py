"""What an interface to be proud of does: sizes, themes, links, undo, motion, many classes."""

import io

import numpy as np
import pytest
from axe import violations
from own_data import as_file, bring, open_and_train
from visits import visiting


WITHIN_FRAME = """() => {
    const frame = document.querySelector(".matrix-frame"), [first, last] = ["#matrix tbody tr td", "#matrix tbody tr:last-child td:last-child"].map(
        one => document.querySelector(one).getBoundingClientRect()), box = frame.getBoundingClientRect();
    return first.left >= box.left && first.top >= box.top && last.right <= box.right && last.bottom <= box.bottom;
}"""


@pytest.mark.parametrize("n_classes", [2, *(pytest.param(n, marks=pytest.mark.thorough) for n in (5, 10, 40)), 20])
def test_any_number_of_classes_from_2_to_20_works(visit, made, n_classes):
    dataset, path = made(f"k{n_classes}", n_classes)
    visit.open(f"?dataset={path}").train()
    page = visit.page
    assert page.locator("#matrix tbody tr").count() == n_classes
    shown = sum(len(ids) for ids in visit.cells().values()) + sum(
        len(visit.ids_in(selector)) for selector in ("#out-of-distribution", "#unconfident")
    )
    assert shown == len(dataset)
    assert page.evaluate(WITHIN_FRAME)  # the whole matrix is in view, without scrolling
    assert page.evaluate("document.scrollingElement.scrollHeight") == 720
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(100)
    if n_classes >= 20:
        assert page.evaluate(WITHIN_FRAME)
        return
    page.evaluate("document.querySelector('.matrix-frame').scrollTo(4000, 4000)")
    header = page.locator("#matrix thead th").last.bounding_box()
    frame = page.locator(".matrix-frame").bounding_box()
    assert frame["y"] - 1 <= header["y"] <= frame["y"] + 20  # headers stay while the matrix scrolls


def test_beside_the_heat_map_of_many_classes_stand_those_that_are_confused_and_lead_to_their_cells(visit, made):
    dataset, path = made("confused", 24)
    visit.open(f"?dataset={path}").train()
    page = visit.page
    counts = page.eval_on_selector_all(
        "#matrix td.differs:not(.none)", "all => all.map(one => [one.dataset.cell, Number(one.querySelector('output').textContent)])"
    )
    listed = [text.replace(" → ", "|") for text in page.locator(".confusion > span").all_inner_texts()]
    assert sorted(listed) == sorted(name for name, _ in counts)
    assert [dict(counts)[name] for name in listed] == sorted((count for _, count in counts), reverse=True)
    assert violations(page) == []
    given, suggested = listed[0].split("|")
    page.hover(f'[data-cell="{listed[0]}"]')
    assert page.inner_text(".cell-name") == f"given {given}, suggested {suggested}: {dict(counts)[listed[0]]}"
    page.locator(".confusion").first.press("Enter")
    page.wait_for_selector("#cell[open]")
    assert (page.inner_text("#cell-given"), page.inner_text("#cell-suggested")) == (given, suggested)
    page.keyboard.press("Escape")
    visit.slide("class", 100)
    page.wait_for_function("document.querySelectorAll('#matrix td.differs:not(.none)').length === document.querySelectorAll('.confusion').length")


@pytest.mark.without_worker
def test_with_many_classes_labels_are_chosen_from_a_menu(visit, made):
    _, path = made("menu", 7)
    visit.open(f"?dataset={path}")
    visit.page.locator('[data-panel="dataset"] select').first.select_option("class 6")
    assert visit.page.is_visible("#changes") or visit.page.locator(".card.changed").count() == 0
    visit.page.locator('[data-panel="dataset"] select').first.select_option("class 5")
    assert visit.page.inner_text("#changes span") == "1 label changed."


@pytest.mark.without_worker
def test_of_many_menus_some_screens_are_in_the_document_and_every_card_can_be_reached(visit, made):
    dataset, path = made("menus", 7, per_class=30)
    visit.open(f"?dataset={path}")
    page = visit.page
    menus = "document.querySelectorAll('#dataset-list select').length"
    page.wait_for_function(f"{menus} === 48")
    page.evaluate("document.querySelector('#dataset-list').scrollTo(0, 1e6)")
    last = page.locator(f'.card[data-example="{dataset.ids[-1]}"] select')
    last.wait_for()
    assert last.input_value() == dataset.classes[dataset.given_label[-1]]
    page.wait_for_timeout(500)  # what is idle then goes on
    assert page.evaluate(menus) == 48


@pytest.mark.without_worker
def test_rows_of_a_long_list_are_marked_whenever_they_come_to_show_the_active_example(visit):
    page = visit.open().page
    page.hover('[data-panel="dataset"] [data-example="img-001"]')
    marked = "[...document.querySelectorAll('.scroller .active')].map(one => one.dataset.example)"
    assert page.evaluate(marked) == ["img-001", "img-001"]
    for top, present in ((1e6, "img-300"), (0, "img-001")):
        page.evaluate("top => document.querySelectorAll('#dataset-list, #predictions-list').forEach(one => one.scrollTo(0, top))", top)
        for name in ("dataset", "predictions"):
            page.locator(f'#{name}-list [data-example="{present}"]').wait_for()
        page.wait_for_function(f"document.querySelectorAll('.scroller [data-example]').length === {2 * 48}")
        assert page.evaluate(marked) == (["img-001", "img-001"] if top == 0 else [])


def test_a_dataset_that_is_not_there_is_explained(browser, site):
    with visiting(browser, site, worker=False) as visit:
        visit.page.goto(site + "?dataset=static/nothing")
        visit.wait("error")
        assert "static/nothing could not be loaded (status 404)" in visit.page.inner_text("#failure-text")
        assert any("404" in complaint for complaint in visit.complaints)
        visit.complaints.clear()


@pytest.mark.without_worker
def test_a_dataset_of_another_site_is_not_opened(visit):
    visit.page.goto(visit.site + "?dataset=https://example.org/data")
    visit.wait("error")
    assert "another site" in visit.page.inner_text("#failure-text")
    visit.complaints.clear()


@pytest.mark.without_worker
def test_a_link_shows_the_same_screen(visit):
    visit.open("#class=70&ood=20&show=img-007&labels=3:0,4:0")
    page = visit.page
    assert page.input_value("#class-percentile") == "70"
    assert page.input_value("#ood-percentile") == "20"
    assert page.get_attribute("#inspector-image", "data-example") == "img-007"
    changed = page.locator(".card.changed").count()
    assert changed in (1, 2)  # a label that is a cat's anyway is no change
    assert page.is_hidden("#note")


@pytest.mark.without_worker
def test_a_damaged_link_opens_with_a_note(visit):
    visit.open("#class=70&labels=x&<b>=1")
    assert visit.page.input_value("#class-percentile") == "70"
    assert "could not be read" in visit.page.inner_text("#note")


@pytest.mark.without_worker
def test_the_address_follows_and_back_is_not_trapped(visit):
    visit.page.goto("about:blank")
    visit.open()
    for percentile in (60, 61, 62):
        visit.page.locator("#class-percentile").fill(str(percentile))
        visit.page.dispatch_event("#class-percentile", "change")
    visit.page.wait_for_function("location.hash === '#class=62'")
    visit.page.go_back()
    assert visit.page.url == "about:blank"


@pytest.mark.without_worker
def test_undo_and_redo_go_through_thresholds_and_labels_after_a_reload_too(visit):
    visit.open()
    page = visit.page
    page.locator("#class-percentile").fill("70")
    page.dispatch_event("#class-percentile", "change")
    page.click('[data-panel="dataset"] [data-example="img-001"] .choice[aria-pressed="false"] >> nth=0')
    page.click("#undo")
    assert page.is_hidden("#changes") and page.input_value("#class-percentile") == "70"
    page.click("#undo")
    assert page.input_value("#class-percentile") == "50"
    assert page.is_disabled("#undo")
    page.click("#redo")
    page.click("#redo")
    assert page.is_visible("#changes") and page.input_value("#class-percentile") == "70"
    page.click("#undo")
    page.reload()
    visit.wait("ready")
    assert page.is_hidden("#changes") and page.input_value("#class-percentile") == "70"
    page.click("#redo")
    assert page.is_visible("#changes")
    page.click("#undo")
    page.click("#undo")
    assert page.input_value("#class-percentile") == "50"
    assert page.is_disabled("#undo")


@pytest.mark.without_worker
def test_the_theme_switches_and_is_remembered(visit):
    visit.open()
    before = visit.page.evaluate("getComputedStyle(document.body.parentNode).backgroundColor")
    visit.page.click("#theme")
    after = visit.page.evaluate("getComputedStyle(document.body.parentNode).backgroundColor")
    assert after != before
    visit.page.reload()
    visit.wait("ready")
    assert visit.page.evaluate("getComputedStyle(document.body.parentNode).backgroundColor") == after


def test_nothing_shifts_while_the_page_loads_and_trains(visit):
    visit.page.add_init_script(
        """window.shifts = []; new PerformanceObserver(list => {
            for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts.push(entry.value)
        }).observe({type: "layout-shift", buffered: true})"""
    )
    visit.open().train()
    visit.page.wait_for_timeout(300)
    assert sum(visit.page.evaluate("window.shifts")) < 0.02


@pytest.mark.shared
@pytest.mark.parametrize(("motion", "moves"), [("no-preference", True), ("reduce", False)])
def test_an_image_that_changes_cell_travels_unless_motion_is_unwanted(visit, motion, moves):
    visit.page.emulate_media(reduced_motion=motion)
    visit.slide("class", 95)
    visit.page.evaluate(
        """() => { window.travelled = 0; window.ends = []; const animate = Element.prototype.animate;
        Element.prototype.animate = function (...a) {
            window.travelled += 1;
            window.ends.push(Number(/ (-?[0-9.]+)px/.exec(a[0][1].transform)[1]));
            return animate.apply(this, a) } }"""
    )
    for percentile in (92, 89, 86, 83, 85):  # at last into a list that has no room for all
        visit.page.wait_for_timeout(400)  # while inputs keep coming nothing travels
        visit.slide("class", percentile)
    visit.page.wait_for_timeout(400)
    assert (visit.page.evaluate("window.travelled") > 0) == moves
    lowest = visit.page.evaluate("document.querySelector('#unconfident').getBoundingClientRect().bottom")
    assert all(top < lowest for top in visit.page.evaluate("window.ends"))  # none flies out of the page
    assert visit.page.locator("#travellers > *").count() == 0 or not moves


@pytest.mark.shared
def test_nothing_travels_while_inputs_keep_coming(visit):
    visit.page.emulate_media(reduced_motion="no-preference")
    visit.slide("class", 50)
    visit.page.wait_for_timeout(400)
    travelled = visit.page.evaluate(
        """async () => {
          let travelled = 0;
          const animate = Element.prototype.animate, slider = document.getElementById("class-percentile");
          Element.prototype.animate = function (...a) { travelled += 1; return animate.apply(this, a) };
          for (let value = 51; value < 60; value += 1) {
            slider.value = value;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
          }
          await new Promise(resolve => setTimeout(resolve, 500));
          Element.prototype.animate = animate;
          return travelled;
        }"""
    )
    assert travelled == 0


@pytest.mark.parametrize("width", [640, 390, 320])
def test_at_200_percent_zoom_and_on_small_screens_nothing_is_cut_off(trained, width):
    page = trained.page
    page.set_viewport_size({"width": width, "height": 700})
    wide = page.evaluate(
        """() => [...document.querySelectorAll('[data-panel]')].filter(panel => panel.scrollWidth > panel.clientWidth + 1)
            .map(panel => panel.dataset.panel)"""
    )
    body = page.evaluate("document.scrollingElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 720})
    assert wide == []
    assert body == width


def test_a_runtime_that_does_not_load_is_explained_and_the_page_stays(browser, site):
    with visiting(browser, site, complains=True) as visit:
        visit.page.route("**/runtime/pyodide/pyodide.asm.*", lambda route: route.abort())
        visit.open()
        visit.wait("error")
        assert "could not be loaded" in visit.page.inner_text("#failure-text")
        assert visit.page.locator('[data-panel="dataset"] [data-example]').count() > 5


def test_a_training_is_cancelled_however_soon(visit, made):
    _, path = made("hasty", 8, per_class=300, dimensions=32, pictures=False)
    visit.open(f"?dataset={path}")
    visit.page.wait_for_function("document.getElementById('status').textContent.includes('in your browser')")
    visit.page.evaluate("""() => {
        document.getElementById('train').click();
        setTimeout(() => document.getElementById('cancel').click(), 5);
    }""")
    visit.page.wait_for_selector("#cancel", state="hidden")
    assert visit.page.get_attribute("html", "data-vizzy") == "ready"


def test_a_long_training_says_how_long_shows_how_far_and_can_be_cancelled(visit, made):
    _, path = made("long", 8, per_class=300, dimensions=32, pictures=False)
    visit.open(f"?dataset={path}")
    page = visit.page
    page.wait_for_function("document.getElementById('status').textContent.includes('in your browser')")
    assert "about" in page.inner_text("#status") or "under" in page.inner_text("#status")
    page.click("#train")
    page.wait_for_function("document.getElementById('progress').value > 0")
    assert "% done" in page.inner_text("#status")
    page.click("#cancel")
    visit.wait("ready")
    assert page.is_enabled("#train")
    assert page.locator(".matrix-frame .thumb").count() == 0
    page.click("#train")  # and it can be had all the same
    visit.wait("trained")
    assert page.locator(".matrix-frame .thumb").count() > 100


def test_counts_that_have_no_room_in_a_cell_are_written_in_thousands_and_read_out_whole(visit):
    rows, classes = 20_000, 8
    given = np.arange(rows) % classes
    pred_probs = np.full((rows, classes), 0.02)
    pred_probs[np.arange(rows), given] = 0.86
    page = visit.open().page
    page.click("#import-button")
    files = {}
    for name, array in (("labels", given), ("pred_probs", pred_probs)):
        files[name] = io.BytesIO()
        np.save(files[name], array)
    bring(visit, *(as_file(f"{name}.npy", content.getvalue()) for name, content in files.items()))
    open_and_train(visit)
    count = page.locator("#matrix .agrees output").first
    for width, text in ((700, "2.5k"), (2560, "2,500"), (700, "2.5k")):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function("text => document.querySelector('#matrix .agrees output').textContent === text", arg=text)
        assert count.get_attribute("aria-label") == (None if text == "2,500" else "2,500")
        cut_off = "all => all.filter(count => count.scrollWidth > count.clientWidth).length"
        assert page.eval_on_selector_all("#matrix .count", cut_off) == 0
