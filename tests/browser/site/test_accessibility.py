"""axe-core finds nothing, in either theme, in the states a visit goes through.

With its rules as they come. Its optional rule on target sizes would complain of the small thumbnails in a full
cell of the matrix; their larger equivalents are in the cell's dialog, which is what WCAG 2.5.8 asks for then.
"""

import pytest
from axe import violations
from visits import visiting

FOCUSED = "document.activeElement.id"


def test_axe_would_find_what_is_wrong(browser, site):
    with visiting(browser, site) as visit:
        visit.page.goto(site + "404.html")
        visit.page.evaluate("document.querySelector('main').append(document.createElement('button'))")
        assert "button-name" in [rule for rule, _ in violations(visit.page)]


@pytest.mark.parametrize("theme", [pytest.param("light", marks=pytest.mark.thorough), "dark"])
def test_axe_finds_nothing_in_any_state(browser, site, theme):
    with visiting(browser, site, color_scheme=theme) as visit:
        visit.open()
        assert violations(visit.page) == [], "untrained"
        visit.train()
        visit.page.hover("#label-issues .thumb")
        visit.page.wait_for_selector("#inspector-probabilities:not([hidden])")
        assert violations(visit.page) == [], "trained, an image active"
        visit.page.click('[data-cell="dog|dog"] .count')
        visit.page.wait_for_selector("#cell[open]")
        assert violations(visit.page, "#cell") == [], "a cell open"
        visit.page.keyboard.press("Escape")
        visit.page.keyboard.press("?")
        visit.page.wait_for_selector("#shortcuts[open]")
        assert violations(visit.page, "#shortcuts") == [], "the list of keys"
        visit.page.keyboard.press("Escape")
        visit.page.click(".private")
        visit.page.wait_for_selector("#about:popover-open")
        assert violations(visit.page, "#about") == [], "what the page tells of itself"
        visit.page.keyboard.press("Escape")
        visit.page.set_viewport_size({"width": 390, "height": 844})
        assert violations(visit.page) == [], "on a phone"


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.thorough)])
def test_axe_finds_nothing_while_own_data_is_brought_and_reviewed(browser, site, theme):
    with visiting(browser, site, color_scheme=theme) as visit:
        page = visit.open().page
        page.click("#import-button")
        page.wait_for_selector("#import[open]")
        assert violations(page, "#import") == [], "the dialog"
        page.click('[data-sample^="messages.csv"]')
        page.wait_for_selector("#import-preview:not([hidden])")
        assert violations(page, "#import") == [], "what was understood"
        page.click("#import-open")
        page.wait_for_selector("#import", state="hidden")
        page.wait_for_function("document.activeElement.id === 'train'")  # what comes next
        visit.train()
        assert violations(page) == [], "texts in the panels"
        page.click("#review-button")
        page.wait_for_selector("#queue-list .queue-row")
        page.keyboard.press("x")
        page.wait_for_selector("#bulk:not([hidden])")
        assert violations(page) == [], "the review"
        page.click('#bulk [data-bulk="kept"]')
        assert violations(page, "#bulk-confirm") == [], "before many are decided on"
        page.keyboard.press("Escape")
        page.set_viewport_size({"width": 390, "height": 844})
        assert violations(page) == [], "the review on a phone"


def test_the_whole_job_can_be_done_by_keyboard(visit):
    visit.open()
    page = visit.page
    page.keyboard.press("t")
    visit.wait("trained")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "joint-heading"
    page.focus('[data-panel="dataset"] .choice[tabindex="0"]')
    first = page.evaluate("document.activeElement.closest('[data-example]').dataset.example")
    page.keyboard.press("ArrowRight")
    second = page.evaluate("document.activeElement.closest('[data-example]').dataset.example")
    assert second != first
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    other = page.locator(f'[data-panel="dataset"] [data-example="{second}"] .choice[aria-pressed="false"]').first
    other.focus()
    page.keyboard.press("Enter")
    assert page.is_visible("#changes")
    page.keyboard.press("Control+z")
    assert page.is_hidden("#changes")
    page.keyboard.press("Control+Shift+z")
    assert page.is_visible("#changes")


@pytest.mark.shared
def test_what_is_done_in_the_review_leaves_the_focus_in_it_and_escape_closes_one_thing_at_a_time(visit):
    page = visit.page
    page.click("#review-button")
    page.wait_for_selector("#queue-list .queue-row.current")
    page.focus('[data-action="accepted"]')
    for _ in range(300):
        page.keyboard.press("ArrowDown")
        if page.get_attribute('[data-action="accepted"]', "aria-disabled") == "true":
            break
    page.wait_for_timeout(100)  # the browser takes the focus from what is disabled at its next frame
    assert page.evaluate("document.activeElement.dataset.action") == "accepted"
    page.keyboard.press("Enter")
    assert page.text_content("#review-status").startswith("Nothing is suggested here")
    page.keyboard.press("x")
    page.press('#bulk [data-bulk="skipped"]', "Enter")
    page.press("#bulk-do", "Enter")
    assert page.evaluate(FOCUSED) == "queue-list"
    page.press("#export-button", "Enter")
    page.wait_for_selector("#export-menu:popover-open")
    page.keyboard.press("Escape")
    page.wait_for_selector("#export-menu", state="hidden")
    assert page.is_visible("#review")
    page.keyboard.press("Escape")
    page.wait_for_selector("#review", state="hidden")
    assert page.evaluate(FOCUSED) == "review-button"


@pytest.mark.shared
def test_letters_digits_and_signs_are_no_shortcuts_once_they_are_switched_off(visit):
    page = visit.page
    page.keyboard.press("?")
    page.press("#letter-keys", "Space")
    page.keyboard.press("Escape")
    before = page.evaluate(FOCUSED)
    for key in ("t", "s", "1", "?"):
        page.keyboard.press(key)
        assert page.evaluate(FOCUSED) == before
    assert page.get_attribute("html", "data-vizzy") == "trained"
    assert not page.is_visible("#shortcuts")
    page.click("#review-button")
    page.wait_for_selector("#queue-list .queue-row.current")
    for key in ("a", "k", "n", "s", "c", "x", "1"):
        page.keyboard.press(key)
    assert page.text_content("#reviewed").startswith("0 of")
    assert not page.is_visible("#review .actions kbd")
    page.focus(".queue-row.current > input")
    page.keyboard.press("Space")  # what X does
    assert page.is_visible("#bulk")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('.queue-row.current').dataset.place") == "1"
    page.keyboard.press("Escape")
    page.click("#guide")
    page.click('#guide-menu button:has-text("Keyboard")')
    page.press("#letter-keys", "Space")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    assert page.evaluate(FOCUSED) == "class-percentile"


@pytest.mark.without_worker
def test_shortcuts_that_were_switched_off_are_so_at_the_next_visit(visit):
    page = visit.open().page
    page.keyboard.press("?")
    page.click("#letter-keys")
    page.reload()
    visit.wait("ready")
    page.keyboard.press("s")
    assert page.evaluate(FOCUSED) == ""
    assert not page.is_checked("#letter-keys")


@pytest.mark.without_worker
def test_the_dataset_is_one_tab_stop(visit):
    visit.open()
    stops = visit.page.locator('[data-panel="dataset"] .scroller [tabindex="0"]').count()
    assert stops == 1


def test_a_slider_step_is_announced(trained):
    trained.slide("class", 40)
    trained.slide("class", 62)
    count = len(trained.ids_in("#label-issues"))
    assert trained.page.text_content("#announcer").startswith(f"{count} label issue")
