"""Firefox without a network: a start that is not kept yet says so, and one that is kept trains again."""

import pytest

pytest.importorskip("websockets", reason="Firefox is driven over a web socket: pip install -e '.[test]'")

from firefox import EXECUTABLE, firefox
from visits import ROOT, serving

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(EXECUTABLE is None, reason="Firefox is needed: install the package firefox-esr (Debian) or firefox"),
]

PHASE = "document.documentElement.dataset.vizzy"
ISSUES = "[...document.querySelectorAll('#label-issues [data-example]')].map(node => node.dataset.example)"
# As tests/browser/visits.py asks Chromium: whether the service worker has marked what it keeps.
IS_KEPT = """caches.keys().then(async names => {
    const marks = names.filter(name => name.startsWith("vizzy-site-")).map(cacheName => caches.match("MARK", { cacheName }));
    return marks.length > 0 && (await Promise.all(marks)).every(Boolean);
})"""


@pytest.fixture
def tab_and_server(tmp_path):
    """A Firefox on the page, which is ready and has its service worker, and the server, which a test may end."""
    (tmp_path / "profile").mkdir()
    with serving(ROOT) as (address, server), firefox(tmp_path / "profile") as tab:
        tab.open(address)
        tab.wait_for(f"{PHASE} === 'ready'")
        assert tab.evaluate("navigator.serviceWorker.ready.then(Boolean)")
        yield tab, server


def reload_without(server, tab):
    server.kill()
    server.wait()
    tab.of_tab("reload", wait="interactive")


def train(tab):
    """The ids of the label issues."""
    tab.click("#train")
    tab.wait_for(f"{PHASE} === 'trained'")
    return tab.evaluate(ISSUES)


def test_in_firefox_a_reload_before_the_start_is_kept_says_that_it_is_not_kept_yet(tab_and_server):
    tab, server = tab_and_server
    reload_without(server, tab)
    assert tab.evaluate("document.querySelector('h1').textContent") == "Vizzy is not kept yet"
    assert "Reload this page once you are online" in tab.evaluate("document.querySelector('p').textContent")


@pytest.mark.parametrize("mark", ["startable", "whole"])
def test_in_firefox_what_is_kept_trains_without_a_server(tab_and_server, mark):
    tab, server = tab_and_server
    issues = train(tab)
    assert issues
    tab.wait_for(IS_KEPT.replace("MARK", mark))
    reload_without(server, tab)
    tab.wait_for(f"{PHASE} === 'ready'")
    assert train(tab) == issues
    if mark == "whole":
        tab.click("#import-button")
        tab.wait_for("document.getElementById('import')?.open")
        tab.click("#import-close")
        tab.click("#learn")
        tab.wait_for("document.getElementById('learn-dialog')?.open")
