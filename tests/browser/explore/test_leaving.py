"""Leaving at any moment: a reload shows what was on the screen."""

import time

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


def test_a_reload_keeps_a_step_that_is_written_into_the_address_only_after_it_has_begun(visit):
    page = visit.open().page
    page.locator("#class-percentile").fill("62")

    def answer_late(route):
        time.sleep(1.5)  # the page that is left goes on meanwhile
        route.continue_()

    page.route(visit.site, answer_late, times=1)
    reload(visit)
    assert page.input_value("#class-percentile") == "62"


def test_a_reload_during_a_drag_keeps_where_it_was(visit):
    page = visit.open().page
    page.evaluate(
        """() => { const slider = document.getElementById("ood-percentile"); slider.value = 7;
            slider.dispatchEvent(new Event("input", { bubbles: true })); }"""
    )
    reload(visit)
    assert page.input_value("#ood-percentile") == "7"


def shows(visit, **percentiles):
    """Wait until the sliders stand where they are said to."""
    for name, percentile in percentiles.items():
        visit.page.wait_for_function(f"document.getElementById('{name}-percentile').value === '{percentile}'")


def follow(visit, fragment):
    """Paste a link into the address of the open page, which is to follow it without being loaded anew."""
    visit.page.evaluate("fragment => { window.isThisPage = true; location.hash = fragment; }", fragment)


def wait_for_address(visit, fragment):
    visit.page.wait_for_function("fragment => location.hash === fragment", arg=fragment)


def test_an_address_that_a_visitor_typed_wins_over_what_was_on_the_screen(visit):
    visit.open()
    step_to_62(visit)
    follow(visit, "#class=41")
    reload(visit)
    shows(visit, **{"class": 41})


def test_what_was_undone_before_a_later_reload_stays_undone(visit):
    page = visit.open().page
    page.locator("#class-percentile").fill("62")
    reload(visit)
    page.locator("#class-percentile").fill("50")
    page.wait_for_function("location.hash === ''")
    reload(visit)
    assert page.input_value("#class-percentile") == "50"


def test_a_link_pasted_into_the_open_page_is_followed_at_once_and_back_and_forward_lead_along(visit):
    page = visit.open("#class=30").page
    shows(visit, **{"class": 30, "ood": 15})
    follow(visit, "class=20&ood=5&lab=score")
    shows(visit, **{"class": 20, "ood": 5})
    page.wait_for_selector('#lab-tab-score[aria-selected="true"]')
    page.go_back()
    shows(visit, **{"class": 30, "ood": 15})
    page.wait_for_selector("#lab-tab-score", state="hidden")
    assert page.evaluate("document.activeElement.id") == "labs"  # the focus was in the lab, which the address has closed
    page.go_forward()
    shows(visit, **{"class": 20, "ood": 5})
    follow(visit, "")
    shows(visit, **{"class": 50, "ood": 15})
    assert page.evaluate("window.isThisPage"), "the page was loaded anew, and a training would be lost"


def test_a_link_of_the_page_is_followed_and_one_to_a_heading_changes_nothing(visit):
    page = visit.open("#class=30").page
    page.evaluate("""() => { const link = document.createElement("a"); link.href = "#class=20&ood=5"; link.id = "to-20";
        link.textContent = "At 20"; document.querySelector("main").before(link); }""")
    page.click("#to-20")
    shows(visit, **{"class": 20, "ood": 5})
    page.keyboard.press("Shift+Tab")
    page.focus(".skip-link")
    page.keyboard.press("Enter")
    wait_for_address(visit, "#joint-heading")
    page.wait_for_timeout(100)
    shows(visit, **{"class": 20, "ood": 5})
    assert page.evaluate("document.activeElement.id") == "joint-heading"


def test_a_damaged_link_changes_nothing_and_what_of_it_can_be_read_is_followed(visit):
    page = visit.open("#class=30").page
    shows(visit, **{"class": 30})
    follow(visit, "class=900&colour=red")
    page.wait_for_selector("#note:not([hidden])")
    assert page.text_content("#note").endswith("left out: class=900, colour=red")
    wait_for_address(visit, "#class=30")
    follow(visit, "ood=7&colour=blue")
    shows(visit, **{"class": 50, "ood": 7})
    assert page.text_content("#note").endswith("left out: colour=blue")
    wait_for_address(visit, "#ood=7")


def test_a_link_s_labels_replace_the_visitor_s_with_a_word_about_it_and_undo_brings_them_back(visit):
    page = visit.open("#labels=3:1,4:1").page
    follow(visit, "labels=5:1&class=20")
    shows(visit, **{"class": 20})
    assert page.text_content("#note") == "The link brought other labels and decisions. Undo brings yours back."
    wait_for_address(visit, "#class=20&labels=5:1")
    page.click("#undo")
    wait_for_address(visit, "#labels=3:1,4:1")


def test_what_the_page_writes_into_the_address_is_followed_by_nothing(visit):
    page = visit.open().page
    page.evaluate("""() => { window.told = 0; for (const name of ["popstate", "hashchange"])
        addEventListener(name, () => window.told += 1); }""")
    for percentile in (62, 30, 41):
        page.locator("#class-percentile").fill(str(percentile))
        page.wait_for_function("percentile => location.hash.includes('class=' + percentile)", arg=percentile)
    assert page.evaluate("window.told") == 0
