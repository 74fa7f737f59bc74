"""The folder that is published, served from a subfolder as on a project's pages: it starts, trains and opens all."""

from contextlib import contextmanager

import pytest
from visits import keeping, visiting, wait_until_kept


@contextmanager
def answered(visits):
    """A visit of the published site; by its end nothing it asked for may have been missing."""
    with visits as visit:
        missing = []
        visit.page.context.on("response", lambda got: missing.append(got.url) if got.status >= 400 else None)
        yield visit
    assert missing == []


@pytest.fixture
def answers(browser, published):
    with answered(visiting(browser, published)) as visit:
        yield visit


def test_the_published_folder_trains_and_is_kept(browser, published):
    with answered(keeping(browser, published)) as visit:
        visit.open().train()
        assert visit.page.locator("#label-issues [data-example]").count() > 0
        assert len(visit.cells()) == 9
        visit.slide("class", 60)
        wait_until_kept(visit.page)


def test_the_published_folder_has_what_is_fetched_later(answers):
    page = answers.open().page
    for choice, shown in (("Look around", ".driver-popover"), ("Understand it", "#learn-dialog[open]")):
        page.click("#guide")
        page.click(f'#guide-menu button:has-text("{choice}")')
        page.wait_for_selector(shown)
        page.wait_for_timeout(400)  # the box's own motion
        page.keyboard.press("Escape")
        page.wait_for_selector(shown, state="detached" if "driver" in shown else "hidden")
    page.click("#guide")
    page.click('#guide-menu button:has-text("Do it yourself")')
    page.wait_for_selector("text=Train", state="attached")


def test_the_published_folder_has_every_dataset_it_offers(answers):
    page = answers.open().page
    page.wait_for_selector("#dataset-menu:enabled option:nth-child(2)", state="attached")
    paths = page.eval_on_selector_all("#dataset-menu option", "nodes => nodes.map(node => node.value)")
    assert len(paths) >= 2
    for path in paths[1:]:  # the first is what the page opens by itself
        answers.open(f"?dataset={path}").train()


def test_whoever_takes_a_wrong_way_finds_the_page(answers):
    page = answers.page
    page.goto(answers.site + "404.html")
    page.click("#home")
    answers.wait("ready")
