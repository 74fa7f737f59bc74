"""A visit that many tests share is as it was before each of them, and without starting the page anew."""

import pytest
from visits import APPEARANCE


def relabel(visit):
    visit.page.locator('[data-panel=dataset] [data-given][aria-pressed="false"]').first.click()


def relabel_and_train(visit):
    relabel(visit)
    visit.train()


def slide(visit):
    visit.slide("class", 80)
    visit.slide("ood", 3)
    visit.page.click("#mean-mode")
    visit.page.wait_for_function("location.hash.includes('mode=mean')")


def open_the_labs_on_a_phone(visit):
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.page.evaluate("document.getElementById('labs').click()")
    visit.page.wait_for_selector("#lab-tab-score")


def choose_a_theme_and_open_a_dialog(visit):
    visit.page.click("#theme")
    visit.page.keyboard.press("?")
    visit.page.wait_for_selector("#shortcuts[open]")


def review(visit):
    visit.page.click("#review-button")
    visit.page.wait_for_selector("#queue-list .queue-row")


@pytest.mark.parametrize(
    "use", [relabel, relabel_and_train, slide, open_the_labs_on_a_phone, choose_a_theme_and_open_a_dialog, review]
)
def test_a_reset_takes_back_what_a_test_did(trained, use):
    trained.reset()
    before, starts = trained.page.evaluate(APPEARANCE), trained.starts
    use(trained)
    assert trained.page.evaluate(APPEARANCE) != before
    trained.reset()
    assert trained.page.evaluate(APPEARANCE) == before
    assert trained.starts == starts


def test_where_the_controls_do_not_lead_back_the_page_is_started_anew(trained):
    before, starts = trained.reset().page.evaluate(APPEARANCE), trained.starts
    trained.page.evaluate("document.getElementById('label-issues').replaceChildren()")
    trained.reset()
    assert trained.page.evaluate(APPEARANCE) == before
    assert trained.starts == starts + 1
