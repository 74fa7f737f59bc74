"""The same saved project in two tabs: nobody's decisions are overwritten without being asked."""

import pytest
from own_data import as_file, bring, small_table
from visits import Visit


@pytest.fixture
def tabs(visit):
    """Two tabs with the same project, both ready."""
    visit.open()
    visit.page.click("#import-button")
    bring(visit, as_file("odd.csv", small_table()))
    visit.page.click("#import-open:not([disabled])")
    visit.page.wait_for_function("localStorage.getItem('vizzy:works')")
    other = Visit(visit.page.context.new_page(), visit.site)
    other.page.goto(visit.page.url)
    return visit, other.wait("ready")


def give(visit, example, label):
    visit.page.click(f'#dataset-list [data-example="{example}"] [data-given="{label}"]')


def is_given(visit, example, label):
    return visit.page.get_attribute(f'#dataset-list [data-example="{example}"] [data-given="{label}"]', "aria-pressed") == "true"


def test_a_tab_is_told_as_soon_as_the_other_has_decided_and_can_load_that(tabs):
    one, other = tabs
    give(one, "n1", "even")
    other.page.wait_for_selector("#overtaken[open]")
    other.page.get_by_role("button", name="Load the other tab's").click()
    other.page.wait_for_selector("#overtaken", state="hidden")
    other.wait("ready")
    assert is_given(other, "n1", "even")
    assert one.page.locator("#overtaken[open]").count() == 0


def test_a_tab_can_keep_its_own_and_then_the_first_is_asked(tabs):
    one, other = tabs
    give(one, "n1", "even")
    other.page.wait_for_selector("#overtaken[open]")
    other.page.get_by_role("button", name="Keep this tab's").click()
    one.page.wait_for_selector("#overtaken[open]")
    one.page.reload()
    one.wait("ready")
    assert is_given(one, "n1", "odd")


def test_looking_on_in_two_tabs_asks_nothing(tabs):
    one, other = tabs
    for tab in tabs:
        tab.page.hover('#dataset-list [data-example="n3"]')
        tab.page.reload()
        tab.wait("ready")
        tab.page.wait_for_timeout(300)
    assert [tab.page.locator("#overtaken[open]").count() for tab in (one, other)] == [0, 0]
