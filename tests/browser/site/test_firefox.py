"""Firefox ESR: the page trains, slides, relabels and trains again there too, and asks no other origin for anything."""

import pytest

pytest.importorskip("websockets", reason="Firefox is driven over a web socket: pip install -e '.[test]'")

from firefox import EXECUTABLE, firefox
from recording import recording_proxy
from visits import serving

pytestmark = pytest.mark.skipif(
    EXECUTABLE is None, reason="Firefox is needed: install the package firefox-esr (Debian) or firefox"
)

PHASE = "document.documentElement.dataset.vizzy"
ISSUES = "document.querySelectorAll('#label-issues [data-example]').length"
RIGHT = "\ue014"
FIREFOX_ITSELF = "firefox.settings.services.mozilla.com:443"  # asked on any page, and not to be switched off


@pytest.fixture(scope="module")
def proxied(site, tmp_path_factory):
    """A Firefox on the page, all of whose requests go through a proxy; the browser, and what was asked for."""
    with recording_proxy(site) as (proxy, asked):
        host, port = proxy.removeprefix("http://").split(":")
        preferences = {
            "network.proxy.type": 1,
            "network.proxy.http": host,
            "network.proxy.http_port": int(port),
            "network.proxy.ssl": host,
            "network.proxy.ssl_port": int(port),
            "network.proxy.allow_hijacking_localhost": True,
        }
        with firefox(tmp_path_factory.mktemp("firefox"), preferences) as tab:
            tab.open(site)
            yield tab, asked


def train(tab):
    tab.click("#train")
    tab.wait_for(f"{PHASE} === 'trained' && document.getElementById('train').textContent === 'Trained'")


@pytest.fixture(scope="module")
def trained(proxied):
    """The same once it has trained and a slider was moved."""
    tab, asked = proxied
    tab.wait_for(f"{PHASE} === 'ready'")
    train(tab)
    assert tab.evaluate(ISSUES) > 0
    tab.click("#class-percentile")
    tab.press(RIGHT, times=5)
    tab.wait_for("performance.getEntriesByName('vizzy:update').length > 0")
    return tab, asked


def test_in_firefox_the_page_trains_and_slides_without_a_complaint_or_another_origin(trained, site):
    tab, asked = trained
    assert tab.evaluate("document.getElementById('class-percentile').value") == "55"
    assert tab.complaints() == []
    assert {address for address in asked if not address.startswith(site)} <= {FIREFOX_ITSELF}


@pytest.fixture(scope="module")
def used(trained):
    """The same after all that a visit does."""
    tab, asked = trained
    tab.click('[data-panel=dataset] [data-given][aria-pressed="false"]')
    tab.wait_for("!document.getElementById('changes').hidden")
    train(tab)
    tab.click("#label-issues .thumb")
    tab.wait_for("document.getElementById('inspector-image').naturalWidth > 0")
    tab.click("#learn")
    tab.wait_for("document.getElementById('learn-dialog')?.open")
    return tab, asked


@pytest.mark.thorough
def test_in_firefox_a_visit_trains_slides_relabels_and_trains_again(used):
    tab, _ = used
    assert tab.evaluate(ISSUES) > 0
    assert tab.evaluate("document.querySelectorAll('#matrix [data-cell]').length") == 9
    assert tab.evaluate("location.hash").startswith("#class=55")


@pytest.mark.thorough
def test_in_firefox_nothing_is_complained_about_and_nothing_refused_by_the_policy(used):
    tab, _ = used
    assert tab.complaints() == []


@pytest.mark.thorough
def test_in_firefox_no_other_origin_is_asked_for_anything(used, site):
    tab, asked = used
    assert {site, site + "static/embeddings.npy", site + "runtime/pyodide/snapshot.bin"} <= set(asked)
    own = (site, "blob:" + site, "data:")
    assert [url for url in tab.requests() if not url.startswith(own)] == []
    assert {address for address in asked if not address.startswith(site)} <= {FIREFOX_ITSELF}


@pytest.mark.thorough
def test_in_firefox_the_policy_refuses_another_origin_and_that_would_be_heard(used):
    tab, _ = used
    with serving(tab.profile) as (elsewhere, _):
        answer = tab.evaluate(f"fetch('{elsewhere}', {{mode: 'no-cors'}}).then(() => 'sent', () => 'refused')")
    assert answer == "refused"
    assert any("connect-src" in complaint for complaint in tab.complaints())


@pytest.mark.thorough
def test_in_firefox_the_rows_of_the_matrix_share_its_height(used):
    tab, _ = used
    heights = "[...document.querySelectorAll('#matrix tr')].map(row => row.offsetHeight)"
    head, *rows = tab.evaluate(heights)
    assert max(rows) - min(rows) <= 1
    frame = tab.evaluate("document.querySelector('.matrix-frame').clientHeight")
    assert head + sum(rows) > 0.85 * frame


@pytest.mark.thorough  # a Firefox of its own
def test_in_firefox_the_heat_map_of_many_classes_fills_its_frame(site, made, tmp_path):
    _, path = made("many", 24)
    with firefox(tmp_path) as tab:
        tab.open(f"{site}?dataset={path}")
        tab.wait_for(f"{PHASE} === 'ready'")
        train(tab)
        boxes = "[...document.querySelectorAll('.matrix-frame, #matrix tbody')].map(one => one.getBoundingClientRect())"
        assert tab.evaluate(f"(([frame, body]) => body.height / frame.height)({boxes})") > 0.8
