"""The site, a real browser and visits, for every test of this folder."""

import importlib.util
import os
import shutil
from pathlib import Path

import page_bundle
import pytest
from made_datasets import make_dataset
from playwright.sync_api import sync_playwright
from visits import BROWSER_FLAGS, ROOT, SharedVisit, new_profile, serving, visiting, visiting_in


@pytest.fixture(scope="session", autouse=True)
def page_of_the_sources():
    """The page's modules, compiled as they are now: they may have been edited since ./serve.sh."""
    page_bundle.prepare()


@pytest.fixture(scope="session")
def site():
    """The project's root served as the README says; its address."""
    with serving(ROOT) as (address, _):
        yield address


@pytest.fixture(scope="session")
def browser():
    executable = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    assert executable, "Chromium is needed: run the tests with ./test.sh"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=BROWSER_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """The publishable site at /vizzy/ of a server of its own; its address."""
    spec = importlib.util.spec_from_file_location("vizzy_site", ROOT / "tools" / "site.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    root = tmp_path_factory.mktemp("pages")
    tool.build(ROOT, root / "vizzy")
    with serving(root) as (address, _):
        yield address + "vizzy/"


@pytest.fixture(scope="module")
def profile(browser):
    """A browser profile for the visits of a module, one after the other."""
    with new_profile(browser) as context:
        yield context


@pytest.fixture
def visit(site, request):
    """A visit of its own; without a worker in tests that are marked so; the module's trained one in `shared` tests."""
    if request.node.get_closest_marker("shared"):
        yield request.getfixturevalue("trained").reset()
        return
    profile = request.getfixturevalue("profile")
    with visiting_in(profile, site, worker=not request.node.get_closest_marker("without_worker")) as one:
        one.forget_others()
        yield one


@pytest.fixture(scope="module")
def trained(browser, site):
    """A visit shared by a module's tests, trained on the data as it comes."""
    with visiting(browser, site, kind=SharedVisit) as one:
        yield one.begin()


@pytest.fixture(scope="module")
def made(request):
    """Makes dataset folders under the served root, taken away again: ``made(name, n_classes) -> (dataset, path)``."""
    folder = Path(".cache") / f"made-for-{request.module.__name__}"
    shutil.rmtree(ROOT / folder, ignore_errors=True)

    def make(name, *arguments, **options):
        return make_dataset(ROOT / folder / name, *arguments, **options), f"{folder.as_posix()}/{name}"

    yield make
    shutil.rmtree(ROOT / folder, ignore_errors=True)
