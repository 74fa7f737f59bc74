"""Another dataset is opened over the one that is open: nothing of the first is left, and nothing reaches into it."""

import io
import json
import zipfile

import pytest
from own_data import as_file, bring, small_table
from PIL import Image


@pytest.fixture
def first(visit):
    """A visit with the shipped dataset open."""
    return visit.open()


def open_over(visit, *files):
    """Open files over what is open, and wait until they are."""
    page = visit.page
    page.click("#import-button")
    page.wait_for_selector("#import[open]")
    bring(visit, *files)
    page.click("#import-open:not([disabled])")
    page.wait_for_selector("#import", state="hidden")


def saved(page):
    """Name -> what is saved of each project's decisions."""
    return page.evaluate(
        """() => Object.fromEntries(JSON.parse(localStorage.getItem("vizzy:works") || "[]").map(project =>
            [project.name, JSON.parse(localStorage.getItem("vizzy:work:" + project.id))]))"""
    )


def packed_pictures(n, colour):
    """A zip of a table and n pictures of one colour."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("odd.csv", small_table(n))
        for row in range(n):
            drawn = io.BytesIO()
            Image.new("RGB", (12, 8), colour).save(drawn, "PNG")
            archive.writestr(f"pictures/n{row}.png", drawn.getvalue())
    return {"name": "all.zip", "mimeType": "application/zip", "buffer": packed.getvalue()}


def test_show_more_goes_on_with_the_cell_of_the_open_dataset(first):
    open_over(first, as_file("many.csv", small_table(1400)))
    first.train()
    page = first.page
    page.click('[data-cell="even|even"] .count')
    page.wait_for_selector("#cell[open]")
    total = int(page.inner_text("#cell-count").split()[0])
    assert total > 300
    page.click("#cell-more")
    assert page.locator("#cell-examples .thumb").count() == total
    assert page.is_hidden("#cell-more")


def test_a_tutorial_ends_with_the_dataset_that_it_is_about(first):
    page = first.train().page
    page.click("#guide")
    page.get_by_text("Do it yourself").click()
    page.wait_for_selector(".tutorial")
    open_over(first, as_file("odd.csv", small_table()))
    assert page.locator(".tutorial").count() == 0
    assert page.locator("#changes").is_hidden()


def test_learn_speaks_of_the_classes_that_are_open(first):
    page = first.train().page
    page.click("#learn")
    page.wait_for_selector("#learn-dialog[open]")
    assert "cat" in page.inner_text("#learn-dialog .joint-holder")
    page.keyboard.press("Escape")
    open_over(first, as_file("odd.csv", small_table()))
    first.train()
    page.click("#learn")
    page.wait_for_selector("#learn-dialog[open]")
    assert page.locator("#learn-dialog").count() == 1
    assert "even" in page.inner_text("#learn-dialog .joint-holder")
    assert "cat" not in page.inner_text("#learn-dialog .joint-holder")


def test_a_second_click_on_open_opens_nothing(first):
    page = first.page
    page.click("#import-button")
    bring(first, as_file("odd.csv", small_table()))
    visits = page.evaluate("history.length")
    page.dblclick("#import-open")
    page.wait_for_selector("#import", state="hidden")
    page.wait_for_function("localStorage.getItem('vizzy:works')")
    page.wait_for_timeout(500)
    assert list(saved(page)) == ["odd"]
    assert page.evaluate("history.length") == visits + 1


def test_a_save_that_ends_late_saves_its_own_decisions(first):
    page = first.page
    page.evaluate(
        """() => { const put = Cache.prototype.put; Cache.prototype.put = async function (...given) {
            await new Promise(done => setTimeout(done, 1000)); return put.apply(this, given); }; }"""
    )
    open_over(first, as_file("early.csv", small_table()))
    page.click('#dataset-list [data-example="n1"] [data-given="even"]')
    open_over(first, as_file("late.csv", small_table()))
    page.click('#dataset-list [data-example="n2"] [data-given="odd"]')
    page.wait_for_function("JSON.parse(localStorage.getItem('vizzy:works') || '[]').length === 2")
    decided = {name: fields["changed_labels"] for name, fields in saved(page).items()}
    assert decided == {"early": [[1, 0]], "late": [[2, 1]]}


def test_every_picture_of_a_long_list_is_shown_wherever_it_is_scrolled_to(first):
    open_over(first, packed_pictures(450, (200, 30, 30)))
    page = first.page
    for row in (449, 150, 0, 300):
        page.evaluate(f"document.getElementById('dataset-list').scrollTop = {row} * document.querySelector('.card').offsetHeight")
        page.wait_for_function(
            f"""() => [...document.querySelectorAll('#dataset-list img')].some(one => one.parentNode.dataset.example === 'n{row}'
                && one.complete && one.naturalWidth === 12)"""
        )


def test_the_date_of_a_saved_project_is_that_of_today(first):
    open_over(first, as_file("odd.csv", small_table()))
    page = first.page
    page.wait_for_function("localStorage.getItem('vizzy:works')")
    today = page.evaluate("new Date().toLocaleDateString()")
    page.click("#import-button")
    assert today in page.inner_text("#saved-projects li")
    assert json.loads(page.evaluate("localStorage.getItem('vizzy:works')"))[0]["name"] == "odd"


COLOUR_IN_INSPECTOR = """() => {
    const image = document.getElementById("inspector-image");
    if (image.naturalWidth !== 12) return null;
    const canvas = Object.assign(document.createElement("canvas"), { width: 12, height: 8 });
    canvas.getContext("2d").drawImage(image, 0, 0);
    const [red, , blue] = canvas.getContext("2d").getImageData(6, 4, 1, 1).data;
    return red > blue ? "red" : "blue";
}"""


def test_a_preview_does_not_touch_the_pictures_of_the_open_dataset(first):
    open_over(first, packed_pictures(40, "red"))
    page = first.train().page
    page.click("#import-button")
    page.wait_for_selector("#import[open]")
    bring(first, packed_pictures(40, "blue"))
    page.wait_for_selector("#import-open:not([disabled])")
    page.keyboard.press("Escape")
    page.wait_for_selector("#import", state="hidden")
    page.locator('[data-panel=matrix] [data-example="n7"], [data-panel=results] [data-example="n7"]').first.hover()
    assert page.wait_for_function(COLOUR_IN_INSPECTOR).json_value() == "red"
