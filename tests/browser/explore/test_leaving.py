"""Leaving at any moment: a reload shows what was on the screen."""

import pytest

pytestmark = pytest.mark.without_worker


def step_to_62(visit):
    """Step to 62, and wait until the address says so."""
    visit.page.locator("#class-percentile").fill("62")
    visit.page.wait_for_function("location.hash === '#class=62'")


def reload(visit):
    visit.page.reload()
    visit.wait("ready")


def test_a_reload_right_after_a_step_keeps_it(visit):
    page = visit.open().page
    page.locator("#class-percentile").fill("62")
    reload(visit)
    assert page.input_value("#class-percentile") == "62"
    page.wait_for_function("location.hash === '#class=62'")


def test_a_reload_during_a_drag_keeps_where_it_was(visit):
    page = visit.open().page
    page.evaluate(
        """() => { const slider = document.getElementById("ood-percentile"); slider.value = 7;
            slider.dispatchEvent(new Event("input", { bubbles: true })); }"""
    )
    reload(visit)
    assert page.input_value("#ood-percentile") == "7"


def test_an_address_that_a_visitor_typed_wins_over_what_was_on_the_screen(visit):
    page = visit.open().page
    step_to_62(visit)
    page.evaluate("location.hash = '#class=41'")
    reload(visit)
    assert page.input_value("#class-percentile") == "41"


def test_what_was_undone_before_a_later_reload_stays_undone(visit):
    page = visit.open().page
    page.locator("#class-percentile").fill("62")
    reload(visit)
    page.locator("#class-percentile").fill("50")
    page.wait_for_function("location.hash === ''")
    reload(visit)
    assert page.input_value("#class-percentile") == "50"
