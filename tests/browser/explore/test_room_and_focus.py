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


def test_the_focus_stays_on_train(visit):
    page = visit.open().page
    page.wait_for_function("performance.getEntriesByName('vizzy:trainer-ready').length > 0")
    page.focus("#train")
    page.keyboard.press("Enter")
    visit.wait("trained")
    assert page.evaluate("document.activeElement.id") == "train"


@pytest.mark.without_worker
def test_the_focus_stays_on_undo_when_nothing_is_left_to_undo(visit):
    page = visit.open().page
    page.click('#dataset-list .choice[aria-pressed="false"] >> nth=0')
    page.focus("#undo")
    page.keyboard.press("Enter")
    assert page.is_disabled("#undo")
    assert page.evaluate("document.activeElement.id") == "undo"
