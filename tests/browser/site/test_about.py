"""What the page tells of itself: that nothing leaves the browser, how to check it, its version, and its parts' licences."""

import tomllib

import pytest
from visits import ROOT, visiting

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


@pytest.mark.without_worker
def test_the_privacy_line_opens_and_closes_by_keyboard_while_python_still_loads(visit):
    page = visit.page
    page.route("**/runtime/micropython/**", lambda route: None)  # never answered: it works without Python
    page.goto(visit.site)
    opener = page.get_by_role("button", name="Everything runs in this browser")
    about = page.get_by_role("dialog", name="What you do here stays here")
    opener.focus()
    page.keyboard.press("Enter")
    assert about.is_visible()
    assert f"Vizzy {VERSION}" in about.inner_text()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Licences"
    page.keyboard.press("Escape")
    assert not about.is_visible()
    assert opener.evaluate("node => node === document.activeElement")


@pytest.mark.without_worker
def test_the_privacy_line_can_be_reached_and_read_at_every_size(visit):
    page = visit.open().page
    for width, height in [(1440, 900), (1280, 720), (390, 844), (320, 640)]:
        page.set_viewport_size({"width": width, "height": height})
        opener = page.get_by_role("button", name="Everything runs in this browser")
        box = opener.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["height"] >= 24 and box["width"] >= 24
        opener.click()
        about = page.locator("#about").bounding_box()
        assert about["x"] >= 0 and about["x"] + about["width"] <= width and about["y"] + about["height"] <= height
        assert page.evaluate("document.scrollingElement.scrollHeight") == height
        page.keyboard.press("Escape")


@pytest.mark.without_worker
def test_the_licences_are_there(visit):
    page = visit.open().page
    page.get_by_role("button", name="Everything runs in this browser").click()
    with page.expect_popup() as opened:
        page.click("#about a")
    opened.value.wait_for_load_state()
    text = opened.value.inner_text("body")
    assert "Mozilla Public License" in text and "Apache License" in text


def test_a_browser_that_keeps_nothing_is_said_so_and_another_is_not(browser, site):
    for refuses in (False, True):
        with visiting(browser, site, worker=False) as visit:
            if refuses:
                visit.page.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full') }")
            note = visit.open().page.locator("#note")
            if refuses:
                note.wait_for(state="visible")
                assert note.inner_text().startswith("This browser keeps nothing")
                visit.page.set_viewport_size({"width": 390, "height": 844})
                assert note.evaluate("one => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight"), "cut off"
            visit.page.wait_for_timeout(500)
            assert note.is_visible() == refuses
            visit.complaints.clear()
