"""Guide and Learn in the real page: the invitation, the tour, the tutorial done for real, the theory's examples."""

import pytest
from axe import DESKTOP, PHONE, THEMES_AND_SIZES, violations
from visits import visiting

NEAR_ENOUGH = 2  # px


def focused(page):
    """The text or id of what has the focus."""
    return page.evaluate("document.activeElement.id || document.activeElement.textContent")


def open_guide(page, choice):
    page.click("#guide")
    page.click(f'#guide-menu button:has-text("{choice}")')


def open_learn(page):
    page.click("#learn")
    page.wait_for_selector("#learn-dialog[open]")


# --- the first visit ----------------------------------------------------------------------------


@pytest.mark.without_worker
def test_the_start_fetches_nothing_but_the_buttons_and_the_invitations_style(visit):
    visit.open()
    visit.page.wait_for_selector(".invitation")
    asked = [url.removeprefix(visit.site) for url in visit.requests]
    for late in ("guide/theory", "guide/tour", "guide/tutorial", "driver"):
        assert not [url for url in asked if late in url], late


def test_a_later_visit_does_not_even_fetch_the_style(visit):
    visit.open()
    visit.page.click(".invitation .dismiss")
    visit.requests.clear()
    visit.open().wait("ready")
    visit.page.wait_for_function("performance.getEntriesByName('vizzy:trainer-ready').length")
    assert not [url for url in visit.requests if "guide.css" in url]
    assert visit.page.locator(".invitation").count() == 0


@pytest.fixture(scope="module")
def invited(browser, site):
    """A first visit, which is invited to look around."""
    with visiting(browser, site, worker=False) as visit:
        visit.open().page.wait_for_selector(".invitation", state="attached")
        yield visit


@pytest.mark.parametrize("width", [1100, 1280, 1920])
def test_the_invitation_covers_no_control_and_shifts_nothing(invited, width):
    visit = invited
    visit.page.set_viewport_size({"width": width, "height": 800})
    visit.page.evaluate("document.querySelector('.invitation').hidden = false")
    covered = visit.page.evaluate(
        """() => [...document.querySelectorAll('.masthead button, .masthead select')]
            .filter(node => node.getClientRects().length)
            .filter(node => {
                const box = node.getBoundingClientRect();
                const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return !node.contains(there);
            }).map(node => node.id || node.textContent)"""
    )
    assert covered == []
    with_it = visit.page.evaluate("document.getElementById('guide').getBoundingClientRect().x")
    height = visit.page.evaluate("document.querySelector('main').getBoundingClientRect().y")
    visit.page.evaluate("document.querySelector('.invitation').hidden = true")
    assert visit.page.evaluate("document.getElementById('guide').getBoundingClientRect().x") == with_it
    assert visit.page.evaluate("document.querySelector('main').getBoundingClientRect().y") == height


@pytest.mark.without_worker
def test_accepting_the_invitation_starts_the_tour_and_is_an_answer(visit):
    visit.open()
    visit.page.click("text=Show me around")
    visit.page.wait_for_selector(".driver-popover")
    assert visit.page.locator(".invitation").count() == 0
    assert visit.page.evaluate("localStorage.getItem('vizzy:guide')") == "seen"


# --- the tour -------------------------------------------------------------------------------------


WHOLE_BOX_IN_THE_WINDOW = """() => {
    const box = document.querySelector(".driver-popover").getBoundingClientRect();
    return box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight;
}"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_tour_walks_forward_and_back_by_keyboard(browser, site, size):
    with visiting(browser, site, worker=False, **size) as visit:
        page = visit.open().page
        page.focus("#guide")
        page.keyboard.press("Enter")
        page.wait_for_selector("#guide-menu[open]")
        page.keyboard.press("Enter")  # the first choice has the focus
        titles = []
        while True:
            page.wait_for_function("/Next|Done/.test(document.activeElement.textContent)")
            titles.append(page.inner_text(".driver-popover h2"))
            last = focused(page) == "Done"
            page.wait_for_function(WHOLE_BOX_IN_THE_WINDOW)  # once the panel it points at has scrolled into view
            if last:
                break
            page.keyboard.press("Enter")
            page.wait_for_function(f"document.querySelector('.driver-popover h2')?.textContent !== '{titles[-1]}'")
        assert len(titles) == len(set(titles)) == 9
        page.click(".driver-popover-prev-btn")
        page.wait_for_function(f"document.querySelector('.driver-popover h2')?.textContent === '{titles[-2]}'")
        page.wait_for_timeout(400)  # the box's own motion
        page.keyboard.press("Escape")
        page.wait_for_selector(".driver-popover", state="detached")
        assert focused(page) == "guide"
        assert page.evaluate("document.scrollingElement.scrollTop") == 0


@pytest.mark.shared
def test_the_focus_stays_in_the_tours_box_and_skip_ends_it(visit):
    page = visit.page
    open_guide(page, "Look around")
    page.wait_for_function("document.activeElement.textContent === 'Next'")
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.driver-popover') !== null")
    page.click('.driver-popover button:text-is("Skip")')
    page.wait_for_selector(".driver-popover", state="detached")
    assert focused(page) == "guide"
    assert page.evaluate("document.querySelectorAll('[aria-controls^=driver], .driver-active-element').length") == 0


def test_with_motion_unwanted_the_tour_jumps(browser, site):
    with visiting(browser, site, worker=False, reduced_motion="reduce") as visit:
        page = visit.open().page
        open_guide(page, "Look around")
        page.wait_for_selector("body.driver-simple")
        assert page.locator("body.driver-fade").count() == 0


# --- the tutorial --------------------------------------------------------------------------------


def said(page):
    return page.inner_text(".tutorial-words p")


def go_on(page):
    """The step is done: to the next one."""
    page.wait_for_selector(".tutorial.done")
    title = page.inner_text(".tutorial h2")
    page.click(".tutorial .next")
    page.wait_for_function(f"document.querySelector('.tutorial h2').textContent !== '{title}'")


@pytest.mark.parametrize(
    "size", [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone", marks=pytest.mark.thorough)]
)
def test_the_tutorial_is_done_by_doing_it(browser, site, size):
    with visiting(browser, site, **size) as visit:
        page = visit.open().page
        point = page.hover if size is DESKTOP else page.tap
        open_guide(page, "Do it yourself")
        page.wait_for_selector(".tutorial")
        strip, main = page.locator(".tutorial").bounding_box(), page.locator("main").bounding_box()
        assert strip["y"] + strip["height"] <= main["y"] + NEAR_ENOUGH  # it covers nothing
        assert page.inner_text(".tutorial .next") == "Skip step"
        page.click("#train")
        page.wait_for_selector(".tutorial.done")
        assert page.evaluate("document.documentElement.dataset.vizzy") == "trained"
        go_on(page)

        point("#label-issues .thumb >> nth=1")
        page.wait_for_selector(".tutorial.done")
        assert "the model suggests" in said(page)
        go_on(page)

        card = page.locator('[data-panel="dataset"] .spoken-of')
        broken = card.get_attribute("data-example")
        card.locator('[aria-pressed="false"]').first.click()
        go_on(page)
        assert not page.evaluate("document.querySelector('.tutorial').classList.contains('done')")
        page.click("#train")
        go_on(page)

        assert "Was your mistake found?" in said(page)
        point(f'#label-issues [data-example="{broken}"]')
        page.wait_for_selector(".tutorial.done")
        assert said(page).startswith("Found: given")
        go_on(page)

        page.click("text=Take me there")
        assert focused(page) == "class-percentile"
        for _ in range(5):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Escape")
        assert focused(page) == "Next"
        page.wait_for_function("document.querySelector('.tutorial-words p').textContent.includes('From 50 to 55')")
        go_on(page)

        page.click("text=Take me there")  # the list itself scrolls and could take the focus
        assert page.evaluate("document.activeElement.matches('#out-of-distribution .thumb')")
        page.wait_for_selector(".tutorial.done")
        go_on(page)
        page.click("text=Put everything back")
        visit.wait("trained")
        page.wait_for_function("document.getElementById('changes').hidden")
        assert page.input_value("#class-percentile") == "50"
        page.click("text=Finish")
        assert page.locator(".tutorial, .spoken-of").count() == 0
        assert focused(page) == "guide"


@pytest.mark.without_worker
def test_the_tutorial_goes_back_and_can_be_ended_at_any_step(visit):
    page = visit.open().page
    open_guide(page, "Do it yourself")
    page.wait_for_selector(".tutorial")
    assert page.is_disabled('.tutorial button:text-is("Back")')
    page.click("text=Skip step")
    page.wait_for_function("document.querySelector('.tutorial h2').textContent === 'See what it found'")
    assert said(page) == "Train the model first: it is the first step."
    page.click('.tutorial button:text-is("Back")')
    page.wait_for_function("document.querySelector('.tutorial h2').textContent === 'Train'")
    page.wait_for_timeout(100)  # the browser takes the focus from what is disabled at its next frame
    assert focused(page) == "Back"
    page.click('[aria-label="End the tutorial"]')
    assert page.locator(".tutorial, .spoken-of").count() == 0
    assert focused(page) == "guide"


@pytest.mark.shared
def test_undo_takes_a_done_step_back(visit):
    page = visit.page
    open_guide(page, "Do it yourself")
    page.wait_for_selector(".tutorial.done")
    page.click(".tutorial .next")
    page.click("text=Skip step")
    card = page.locator('[data-panel="dataset"] .spoken-of')
    card.locator('[aria-pressed="false"]').first.click()
    page.wait_for_selector(".tutorial.done")
    page.click("#undo")
    page.wait_for_selector(".tutorial:not(.done)")


# --- the theory ----------------------------------------------------------------------------------


def verdicts(example):
    return [example.locator(".stamp").nth(number).inner_text() for number in range(example.locator(".stamp").count())]


@pytest.mark.shared
def test_the_first_example_accuses_by_one_rule_and_is_silent_by_the_other(visit):
    page = visit.page
    open_learn(page)
    example = page.locator(".rule-example").nth(0)
    assert verdicts(example) == ["▲ label error", "– no suggestion"]
    dog = example.locator('.rule-row[aria-label="dog"] .probability input')
    dog.focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    assert verdicts(example) == ["▲ label error", "▲ label issue"]
    shares = [float(text) for text in example.locator(".probability output").all_inner_texts()]
    assert shares[0] == 0.74 and round(sum(shares), 2) == 1
    example.locator("text=Start over").click()
    assert verdicts(example) == ["▲ label error", "– no suggestion"]


@pytest.mark.shared
def test_the_second_example_hears_the_shy_class(visit):
    page = visit.page
    open_learn(page)
    example = page.locator(".rule-example").nth(1)
    assert verdicts(example) == ["▲ label error", "◆ no error"]
    assert "Only cat reaches its threshold: 0.49 of 0.35." in example.inner_text()
    example.locator('.rule-row[aria-label="dog"] .threshold input').fill("50")
    assert verdicts(example) == ["▲ label error", "▲ label issue"]
    example.locator("select").select_option("dog")
    assert verdicts(example) == ["◆ no error", "◆ no error"]


@pytest.mark.shared
def test_the_third_example_has_three_outcomes(visit):
    page = visit.page
    open_learn(page)
    example = page.locator(".rule-example").nth(2)
    assert verdicts(example) == ["○ out of distribution"]
    cat = example.locator('.rule-row[aria-label="cat"] .probability input')
    cat.fill("45")
    assert verdicts(example) == ["? unconfident"]
    cat.fill("70")
    assert verdicts(example) == ["◆ no error"]


@pytest.mark.shared
def test_the_line_up_shows_what_a_percentile_is(visit):
    page = visit.page
    open_learn(page)
    figure = page.locator(".line-up")
    assert figure.locator("figcaption").inner_text() == "The 50th percentile is 0.74: 6 of these 11 dogs reach it."
    figure.locator("input[type=range]").fill("100")
    assert figure.locator("figcaption").inner_text() == "The 100th percentile is 0.97: 1 of these 11 dogs reach it."
    figure.locator("input[type=checkbox]").check()
    assert figure.locator("figcaption").inner_text().startswith("The mean is 0.66")


@pytest.mark.shared
def test_a_section_shows_its_panel_and_the_joint_is_the_visitors_own(visit):
    page = visit.page
    open_learn(page)
    own = page.locator(".small-joint td.agrees").all_inner_texts()
    assert own == [page.inner_text(f'[data-cell="{name}|{name}"] output') for name in ("cat", "dog", "bear")]
    page.locator("#learn-dialog section:has(#learn-confident-joint) .show-me").click()
    page.wait_for_selector("#learn-dialog:not([open])", state="attached")
    assert focused(page) == "joint-heading"


@pytest.mark.shared
def test_escape_closes_the_theory_and_the_focus_returns(visit):
    page = visit.page
    open_learn(page)
    assert focused(page) == "learn-heading"
    page.click('.learn-contents >> text="What it cannot do"')
    page.wait_for_function("document.querySelector('.learn-contents [aria-current]').textContent === 'What it cannot do'")
    page.keyboard.press("Escape")
    assert focused(page) == "learn"


# --- all of it ------------------------------------------------------------------------------------


@THEMES_AND_SIZES
def test_axe_finds_nothing_in_guide_and_learn(browser, site, theme, size):
    with visiting(browser, site, color_scheme=theme, reduced_motion="reduce", **size) as visit:
        page = visit.open().page
        page.wait_for_selector(".invitation", state="attached")
        assert violations(page) == [], "the invitation"
        page.click("#guide")
        page.wait_for_selector("#guide-menu[open]")
        assert violations(page, "#guide-menu") == [], "the menu"
        page.click("text=Look around")
        page.wait_for_function("document.activeElement.textContent === 'Next'")
        page.wait_for_selector(".driver-active-element:not([aria-expanded])")
        assert violations(page) == [], "a step of the tour"
        page.keyboard.press("Escape")
        visit.train()
        open_guide(page, "Do it yourself")
        page.wait_for_selector(".tutorial.done")
        assert violations(page, ".tutorial") == [], "a step of the tutorial"
        page.click('[aria-label="End the tutorial"]')
        open_learn(page)
        assert violations(page, "#learn-dialog") == [], "the theory"


def test_what_comes_late_and_does_not_arrive_is_told(browser, site):
    with browser.new_context(service_workers="block") as context:  # one that has kept the file would give it
        page = context.new_page()
        page.route("**/vizzy/page/guide/theory.py", lambda route: route.abort())
        page.goto(site)
        page.click("#learn")  # perhaps before Python has wired it
        page.wait_for_selector("#note:not([hidden])")
        assert "could not be loaded" in page.inner_text("#note")
        page.unroute("**/vizzy/page/guide/theory.py")
        open_learn(page)


@pytest.mark.without_worker
@pytest.mark.parametrize("late", ["main.py", "runtime/micropython/micropython.wasm.bin"])
def test_a_button_pressed_before_python_has_wired_it_is_pressed_again_then(visit, late):
    page = visit.page
    held, released = [], []
    page.route(f"**/{late}", lambda route: route.continue_() if released else held.append(route))
    page.goto(visit.site, wait_until="commit")
    page.click("#guide")
    page.click("#learn")  # the last counts
    page.wait_for_timeout(200)
    assert page.get_attribute("html", "data-vizzy") == "loading" and page.locator("dialog[open]").count() == 0
    released.append(True)  # what is asked for only from now on is not held
    for route in held:
        route.continue_()
    page.wait_for_selector("#learn-dialog[open]")
    assert page.locator("#guide-menu[open]").count() == 0


@pytest.mark.without_worker
def test_of_two_clicks_made_while_the_guide_is_fetched_the_last_counts(visit):
    page = visit.open().page
    held = []
    page.route("**/guide/theory_dialog.py", lambda route: held.append(route))
    page.click("#guide")
    page.click("#learn")
    page.wait_for_timeout(300)
    for route in held:
        route.continue_()
    page.wait_for_selector("#learn-dialog[open]")
    assert page.locator("#guide-menu[open]").count() == 0
