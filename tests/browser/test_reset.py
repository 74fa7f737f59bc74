"""A visit that many tests share is as it was before each of them, and without starting the page anew."""

import pytest
from visits import APPEARANCE, visiting_in


def relabel(visit):
    visit.page.locator('[data-panel=dataset] [data-given][aria-pressed="false"]').first.click()


def relabel_and_train(visit):
    relabel(visit)
    visit.train()


def slide(visit):
    visit.slide("class", 80)
    visit.slide("ood", 3)
    visit.page.click("#mean-mode")
    visit.page.wait_for_function("location.hash.includes('mode=mean')")


def open_the_labs_on_a_phone(visit):
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.page.evaluate("document.getElementById('labs').click()")
    visit.page.wait_for_selector("#lab-tab-score")


def choose_a_theme_and_open_a_dialog(visit):
    visit.page.click("#theme")
    visit.page.keyboard.press("?")
    visit.page.wait_for_selector("#shortcuts[open]")


def review(visit):
    visit.page.click("#review-button")
    visit.page.wait_for_selector("#queue-list .queue-row")


@pytest.mark.parametrize(
    "use", [relabel, relabel_and_train, slide, open_the_labs_on_a_phone, choose_a_theme_and_open_a_dialog, review]
)
def test_a_reset_takes_back_what_a_test_did(trained, use):
    trained.reset()
    before, starts = trained.page.evaluate(APPEARANCE), trained.starts
    use(trained)
    assert trained.page.evaluate(APPEARANCE) != before
    trained.reset()
    assert trained.page.evaluate(APPEARANCE) == before
    assert trained.starts == starts


def test_where_the_controls_do_not_lead_back_the_page_is_started_anew(trained):
    before, starts = trained.reset().page.evaluate(APPEARANCE), trained.starts
    trained.page.evaluate("document.getElementById('label-issues').replaceChildren()")
    trained.reset()
    assert trained.page.evaluate(APPEARANCE) == before
    assert trained.starts == starts + 1


KEEP = """async () => {
    localStorage.setItem("kept", "kept");
    await (await caches.open("kept")).put("kept", new Response("kept"));
    await new Promise(done => indexedDB.open("kept").onsuccess = event => { event.target.result.close(); done(); });
}"""
KEPT = """async () => [
    ...Object.keys(localStorage), ...Object.keys(sessionStorage), ...await caches.keys(), ...await indexedDB.databases(),
]"""


def test_a_visit_in_the_profile_of_another_finds_nothing_of_it(profile, site):
    for keeps in (True, False):
        with visiting_in(profile, site, worker=False) as visit:
            visit.forget_others()
            visit.page.goto(site + "404.html")
            assert visit.page.evaluate(KEPT) == []
            if keeps:
                visit.page.evaluate(KEEP)
                assert len(visit.page.evaluate(KEPT)) == 3
