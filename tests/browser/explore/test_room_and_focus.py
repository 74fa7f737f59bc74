"""Low screens show every panel at a size that can be read, and a control that cannot be used now keeps the focus."""

import pytest
from visits import visiting

HEIGHTS = """selector => [...document.querySelectorAll(selector)].map(one => Math.round(one.getBoundingClientRect().height))"""


@pytest.mark.parametrize("size", [(640, 360), (844, 390)], ids=str)
def test_on_a_low_screen_panels_have_their_natural_height(browser, site, size):
    with visiting(browser, site, viewport={"width": size[0], "height": size[1]}) as visit:
        page = visit.open().train().page
        assert min(page.evaluate(HEIGHTS, "[data-cell]")) >= 48
        assert min(page.evaluate(HEIGHTS, ".group .thumbs")) >= 32
        assert min(page.evaluate(HEIGHTS, "#label-issues .thumb, #unconfident .thumb")) >= 32
        column = page.evaluate("(one => [one.scrollHeight, one.clientHeight])(document.querySelector('.right'))")
        assert column[0] > column[1]  # it scrolls


@pytest.mark.without_worker
def test_where_two_panels_are_in_view_both_are_seen_whole(visit):
    page = visit.open().page
    page.set_viewport_size({"width": 768, "height": 1024})
    page.click('[data-goto="inspector"]')
    seen = "[...document.querySelectorAll('[data-panel=matrix], [data-panel=results]')].map(one => one.getBoundingClientRect())"
    page.wait_for_function(f"{seen}.every(box => box.left >= 0 && box.right <= innerWidth)")
    page.wait_for_selector('[data-goto="matrix"][aria-current="true"]')


@pytest.fixture(scope="module")
def first_result(browser, site):
    """A visit trained by keyboard, in which nothing was pointed at."""
    with visiting(browser, site) as visit:
        page = visit.open().page
        page.wait_for_function("performance.getEntriesByName('vizzy:trainer-ready').length > 0")
        page.focus("#train")
        page.keyboard.press("Enter")
        visit.wait("trained")
        page.wait_for_selector("#inspector-probabilities:not([hidden])")
        yield visit


def test_the_focus_stays_on_train(first_result):
    assert first_result.page.evaluate("document.activeElement.id") == "train"


def test_after_training_the_most_suspect_example_is_explained_and_the_address_does_not_name_it(first_result):
    page, suspects = first_result.page, first_result.ids_in("#label-issues")
    assert page.get_attribute("#inspector-image", "data-example") == suspects[0]
    assert "a likely label error" in page.inner_text("#inspector-reason")
    marked = "nodes => [...new Set(nodes.map(node => node.dataset.example))]"
    assert page.eval_on_selector_all(".active[data-example]", marked) == suspects[:1]
    page.wait_for_timeout(400)  # by then the address would have followed
    assert page.evaluate("location.hash") == ""


def test_a_list_is_as_high_as_what_it_holds_before_another_may_be_cut_off(first_result):
    overflow = "one => [one.scrollHeight - one.clientHeight, one.clientHeight, one.lastElementChild.offsetHeight]"
    hidden, height, tile = first_result.page.eval_on_selector("#label-issues", overflow)
    assert hidden <= 0 and height < 2 * tile  # five in one row
    hidden, height, tile = first_result.page.eval_on_selector("#unconfident", overflow)
    assert hidden > 0 and height > 2 * tile


def test_pointing_at_another_takes_the_inspector_over(first_result):
    other = first_result.ids_in("#label-issues")[-1]
    first_result.page.hover(f'#label-issues [data-example="{other}"]')
    first_result.page.wait_for_selector(f'#inspector-image[data-example="{other}"]')


def test_an_image_that_comes_to_lie_under_a_resting_pointer_is_explained_only_once_the_pointer_moves(first_result):
    page = first_result.page
    explained = page.get_attribute("#inspector-image", "data-example")
    other = first_result.ids_in('[data-cell="bear|bear"]')[0]
    box = page.locator(f'[data-cell="bear|bear"] [data-example="{other}"]').bounding_box()
    page.click("#import-button")
    page.wait_for_selector("#import[open]")
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.keyboard.press("Escape")
    page.wait_for_selector("#import:not([open])", state="hidden")
    page.wait_for_timeout(400)  # by then the browser has told what the pointer is over
    assert page.get_attribute("#inspector-image", "data-example") == explained
    page.mouse.move(box["x"] + 7, box["y"] + 7)
    page.wait_for_selector(f'#inspector-image[data-example="{other}"]')


@pytest.mark.without_worker
def test_the_focus_stays_on_undo_when_nothing_is_left_to_undo(visit):
    page = visit.open().page
    page.click('#dataset-list .choice[aria-pressed="false"] >> nth=0')
    page.focus("#undo")
    page.keyboard.press("Enter")
    assert page.is_disabled("#undo")
    assert page.evaluate("document.activeElement.id") == "undo"


def test_images_fill_their_cells_again_after_the_window_was_resized_in_the_review(first_result):
    page = first_result.page
    sizes = """() => [...document.querySelectorAll("[data-cell] .thumb")].map(one => one.offsetWidth)"""
    before = page.evaluate(sizes)
    page.click("#review-button")
    page.wait_for_selector("#review:not([hidden])")
    page.set_viewport_size({"width": 1300, "height": 720})
    page.set_viewport_size({"width": 1280, "height": 720})
    page.click("#review-back")
    assert page.evaluate(sizes) == before


def test_few_stops_of_the_tab_key_lead_from_train_to_the_sliders_and_each_shows_where_it_is(first_result):
    page, stops = first_result.page, []
    page.focus("#train")
    while "class-percentile" not in stops and len(stops) < 14:
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.id || document.activeElement.className.split(' ')[0]"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", stops
    assert stops[-4:] == ["thumb", "ood-percentile", "outliers-mode", "class-percentile"]
    assert len(stops) <= 11


def test_arrow_keys_walk_through_the_counts_and_the_tab_key_into_the_images_of_the_cell(first_result):
    page = first_result.page
    page.focus('[data-cell="cat|cat"] .count')
    cell = "document.activeElement.closest('[data-cell]').dataset.cell"
    for key, expected in (("ArrowRight", "cat|dog"), ("ArrowDown", "dog|dog"), ("End", "bear|bear"), ("Tab", "bear|bear")):
        page.keyboard.press(key)
        assert page.evaluate(cell) == expected
    assert page.evaluate("document.activeElement.dataset.example") == first_result.ids_in('[data-cell="bear|bear"]')[0]


def test_an_image_that_changes_its_place_keeps_the_focus(first_result):
    page = first_result.page
    focused = first_result.ids_in('[data-cell="bear|bear"]')[-1]
    page.focus(f'[data-cell="bear|bear"] [data-example="{focused}"]')
    before = page.evaluate("performance.getEntriesByName('vizzy:update').length")
    page.eval_on_selector(  # not as a visitor does, who would take the focus to the slider
        "#class-percentile", "one => { one.value = 100; one.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    page.wait_for_function(f"performance.getEntriesByName('vizzy:update').length > {before}")
    assert focused not in first_result.ids_in("#matrix")
    assert page.evaluate("document.activeElement.dataset.example") == focused


def test_on_a_phone_training_can_be_begun_beside_the_dataset_and_leads_to_its_outcome(browser, site):
    with visiting(browser, site, viewport={"width": 390, "height": 844}, has_touch=True) as visit:
        page = visit.open().page
        page.tap("#train-here")
        visit.wait("trained")
        page.wait_for_selector('[data-goto="predictions"][aria-current="true"]')
        lefts = """() => ["dataset", "predictions", "matrix", "inspector"].map(name => {
            const panel = document.querySelector(`[data-panel=${name}]`);
            panel.closest("main > *").scrollIntoView({ inline: "start", behavior: "instant" });
            return panel.getBoundingClientRect().left;
        })"""
        assert len(set(page.evaluate(lefts))) == 1  # each stops at the same place
        assert page.is_hidden("#train-here")


def test_names_of_eight_letters_and_all_examples_of_a_cell_are_seen_whole_at_every_width(visit, made):
    _, path = made("names", 3, per_class=70, pictures=False, names=["negative", "ordinary", "positive"])
    page = visit.open(f"?dataset={path}").train().page
    for width in (1440, 1441, 1442, 1443):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)  # the window's new size is taken up a frame later
        cut = page.eval_on_selector_all(
            ".choice, .badge, .bar .name, .strip .name", "nodes => nodes.filter(one => one.scrollWidth > one.clientWidth).map(one => one.className + one.textContent)"
        )
        assert cut == []
        outside = page.eval_on_selector_all(
            "#matrix .agrees .thumbs:not([data-more^='+'])",
            "grids => grids.map(grid => grid.scrollHeight - grid.clientHeight).filter(beyond => beyond > 0)",
        )
        assert outside == [], width


def test_keys_lead_to_each_panel_and_to_both_sliders(first_result):
    page = first_result.page
    page.keyboard.press("s")
    assert page.evaluate("document.activeElement.id") == "class-percentile"
    page.keyboard.press("s")
    assert page.evaluate("document.activeElement.id") == "ood-percentile"
    for key, panel in (("1", "dataset"), ("2", "predictions"), ("3", "matrix"), ("4", "results")):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.closest('[data-panel]').dataset.panel") == panel
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", panel
    page.keyboard.press("2")
    assert page.evaluate("document.activeElement.id") == "train"


@pytest.mark.without_worker
def test_a_screen_reader_hears_how_the_start_or_a_training_ended_and_not_each_step_of_it(first_result, visit):
    assert visit.open().page.get_attribute("#status", "aria-live") == "off"
    assert visit.page.text_content("#status")
    assert first_result.page.get_attribute("#status", "aria-live") == "polite"
