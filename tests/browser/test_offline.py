"""After one visit the page starts, trains and answers without a network; a new version never mixes with an old one."""

import shutil

import pytest
from visits import ROOT, serving, visiting, wait_for_caches, wait_until_kept



@pytest.fixture
def own_site(tmp_path):
    """A copy of the site in a subfolder, as on a project's pages, which a test may change and take down."""
    folder = tmp_path / "vizzy"
    folder.mkdir()
    for name in ("index.html", "main.py", "sw.js", "vizzy", "static"):
        source = ROOT / name
        shutil.copytree(source, folder / name) if source.is_dir() else shutil.copy(source, folder / name)
    (folder / "runtime").symlink_to(ROOT / "runtime")
    with serving(tmp_path) as (address, server):
        yield folder, address + "vizzy/", server


def test_after_one_visit_the_page_works_without_a_server_from_a_subfolder(browser, own_site):
    _, address, server = own_site
    with visiting(browser, address) as visit:
        visit.open().train()
        issues = visit.ids_in("#label-issues")
        wait_until_kept(visit.page)
        server.kill()
        server.wait()
        visit.page.reload()
        visit.wait("ready").train()
        assert visit.ids_in("#label-issues") == issues
        assert visit.page.locator("[data-panel=dataset] [data-example]").count() > 5
        visit.complaints = [c for c in visit.complaints if "ERR_" not in c and "Failed to fetch" not in c]


def test_a_new_version_is_taken_at_once_and_whole(browser, own_site):
    folder, address, _ = own_site
    with visiting(browser, address) as visit:
        visit.open()
        wait_until_kept(visit.page)
        visit.page.reload()  # now under the service worker
        visit.wait("ready")
        wait_until_kept(visit.page)
        page = folder / "index.html"
        page.write_text(page.read_text().replace("Worth a look", "Worth two looks"))
        state = folder / "vizzy/page/state.py"
        state.write_text(state.read_text().replace('"class_percentile": 50', '"class_percentile": 51'))
        visit.page.reload()
        visit.wait("ready")
        assert visit.page.inner_text("#results-heading").endswith("Worth two looks")
        assert visit.page.input_value("#class-percentile") == "51"


def test_what_was_kept_can_be_reset(browser, own_site):
    _, address, _ = own_site
    with visiting(browser, address) as visit:
        visit.open()
        wait_until_kept(visit.page)
        visit.page.keyboard.press("?")
        visit.page.click("#forget")
        wait_for_caches(visit.page, "names.length === 0")
        visit.wait("ready")


def test_a_service_worker_that_fails_does_no_harm(browser, own_site):
    folder, address, _ = own_site
    (folder / "sw.js").write_text("throw new Error('broken')")
    with visiting(browser, address) as visit:
        visit.open().train()
        assert visit.page.locator("#label-issues [data-example]").count() > 0
        visit.page.wait_for_timeout(4000)
        visit.complaints = [c for c in visit.complaints if "broken" not in c and "ServiceWorker" not in c]
