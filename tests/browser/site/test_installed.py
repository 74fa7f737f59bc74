"""The page can be installed, from a subfolder too, with icons, a name and a place of its own."""

import json
import os
import shutil

import pytest
from visits import BROWSER_FLAGS, PATIENCE


@pytest.fixture
def page(browser, published, tmp_path):
    """The published site in a profile that lasts: nothing can be installed in a private one."""
    executable = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    context = browser.browser_type.launch_persistent_context(tmp_path, executable_path=executable, args=BROWSER_FLAGS)
    page = context.pages[0]
    page.goto(published)
    page.wait_for_selector('html[data-vizzy="ready"]', timeout=PATIENCE)
    yield page
    context.close()


def test_the_page_can_be_installed_from_a_subfolder(page, published):
    session = page.context.new_cdp_session(page)
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    told = session.send("Page.getAppManifest")
    assert told["errors"] == [] and told["url"] == published + "static/app.webmanifest"
    manifest = json.loads(told["data"])
    places = page.evaluate(
        "([from, ...to]) => to.map(place => new URL(place, from).href)",
        [told["url"], manifest["start_url"], manifest["scope"], *[icon["src"] for icon in manifest["icons"]]],
    )
    assert places[:2] == [published, published]
    for address in places[2:]:
        assert page.request.get(address).ok
