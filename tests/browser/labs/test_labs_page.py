"""The labs in the real page: what they show, how they follow the page and the page them, by pointer and by keyboard."""

import re

import pytest
from axe import THEMES_AND_SIZES, violations
from visits import ROOT, visiting

LABS = ("score", "percentiles", "ways", "noise", "challenge", "map", "models", "code")
LESSON = (ROOT / "docs" / "lesson.md").read_text(encoding="utf-8")
LINKS = sorted(set(re.findall(r"\(http://localhost:8000/([^)]*)\)", LESSON)))


@pytest.fixture
def lab(visit, request):
    """A trained visit with the labs open: ``lab(name)`` shows one and gives the page."""
    if request.node.get_closest_marker("shared"):
        visit.page.click("#labs")
    else:
        visit.open("#lab=score")
        train(visit)

    def show(name):
        return open_lab(visit.page, name)

    return show


def train(visit):
    """Train, with the Train button behind the labs."""
    visit.page.evaluate("document.getElementById('train').click()")
    return visit.wait("trained")


def open_lab(page, name):
    page.wait_for_selector(f"#lab-tab-{name}")
    page.click(f"#lab-tab-{name}")
    page.wait_for_selector(f'#lab-tab-{name}[aria-selected="true"]')
    return page


def run(page, finished):
    """Press the lab's button and wait for what it comes to."""
    page.click(".lab-holder .runner button:not([hidden]) >> nth=0")
    page.wait_for_selector(finished)


ORIGINAL_IS_SHOWN = "document.querySelector('.editor')?.view?.state.doc.toString().includes('def suggested_label')"


def editor(lab):
    """The lab with the code, once its editor has come."""
    page = lab("code")
    page.wait_for_function(ORIGINAL_IS_SHOWN)
    return page


def code(page):
    """What stands in the editor."""
    return page.evaluate("document.querySelector('.editor').view.state.doc.toString()")


def type_code(page, source):
    """Put a text into the editor as typing does, all at once: line by line the editor would indent by itself."""
    page.wait_for_selector(".editor .cm-content")
    page.focus(".editor .cm-content")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(source)
    page.wait_for_function("source => document.querySelector('.editor').view.state.doc.toString() === source", arg=source)


def edit(page, source):
    type_code(page, source)
    page.click("text=Run on the whole page")


def status_is(page, words):
    page.wait_for_function(f"[...document.querySelectorAll('.code-lab .status')].some(n => n.textContent.includes({words!r}))")


# --- what they cost -----------------------------------------------------------------------------


def test_a_visit_that_opens_no_lab_fetches_nothing_of_them(visit):
    visit.open().train()
    asked = [url.removeprefix(visit.site) for url in visit.requests]
    late = [url for url in asked if re.search(r"labs/(?!feature\.py)|labs\.css|late\.zip", url)]
    assert late == []


@pytest.mark.shared
def test_another_model_stands_beside_the_pages_own(lab):
    page = lab("models")
    run(page, ".models")
    names = page.locator(".models tr:first-of-type th").all_inner_texts()
    assert len(names) == 2 and names[1].startswith("logistic")  # the page's own model and the one tried
    holder = page.locator(".table-holder", has=page.locator(".models"))
    assert holder.evaluate("node => node.scrollWidth <= node.clientWidth"), "a column is cut off"


# --- opening and closing ----------------------------------------------------------------------


@pytest.mark.shared
def test_each_lab_opens_from_where_its_question_arises(visit):
    page = visit.page
    for name in LABS:
        link = page.locator(f'.to-labs [data-lab="{name}"]').first
        link.click()
        page.wait_for_selector(f'#lab-tab-{name}[aria-selected="true"]')
        page.click('[aria-label="Close the labs"]')
        page.wait_for_selector('[data-panel="labs"]', state="hidden")
        assert page.evaluate("document.activeElement.dataset.lab") == name  # the focus is back where it was


@pytest.mark.without_worker
def test_by_keyboard_tabs_change_labs_and_escape_closes_them(visit):
    page = visit.open().page
    page.focus("#labs")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'lab-tab-score'")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.id === 'lab-tab-percentiles'")
    page.keyboard.press("End")
    page.wait_for_function("document.activeElement.id === 'lab-tab-code'")
    assert page.get_attribute("#labs", "aria-expanded") == "true"
    page.keyboard.press("Escape")
    page.wait_for_selector('[data-panel="labs"]', state="hidden")
    assert page.evaluate("document.activeElement.id") == "labs"
    assert page.is_visible('[data-panel="dataset"]')


def test_an_untrained_lab_offers_to_train(visit):
    page = visit.open("#lab=score").page
    page.focus('[data-panel="labs"] .lab-untrained button')
    page.keyboard.press("Enter")
    page.wait_for_selector(".scores")
    assert page.evaluate("document.activeElement.id") == "lab-body"  # its button is gone
    page.keyboard.press("Tab")
    page.evaluate("location.hash = 'lab=ways'")
    page.wait_for_selector('#lab-tab-ways[aria-selected="true"]')
    assert page.evaluate("document.activeElement.id") == "lab-tab-ways"  # what had the focus is gone


# --- the score card -------------------------------------------------------------------------------


@pytest.mark.shared
def test_the_score_card_follows_every_step_of_a_slider(lab, visit):
    page = lab("score")
    page.wait_for_selector(".scores")
    for percentile in (30, 70):
        visit.slide("class", percentile)
        page.wait_for_function(
            """() => {
                const cells = [...document.querySelectorAll('.scores tr:last-child td')].map(cell => cell.textContent);
                return document.getElementById('score').textContent ===
                    `${cells[2]} of ${cells[0]} problems found, ${cells[3]} false alarm${cells[3] === '1' ? '' : 's'}`;
            }"""
        )
    missed = page.locator(".missed-row").count()
    assert page.inner_text(".score-lab h4 >> nth=0") == f"Missed: {missed}"


@pytest.mark.shared
def test_pointing_at_a_missed_problem_shows_it_everywhere(lab):
    page = lab("score")
    page.wait_for_selector(".missed .thumb")
    page.hover(".missed .thumb >> nth=0")
    page.wait_for_selector(".missed .thumb.active")
    page.wait_for_function(
        """document.getElementById('inspector-image').dataset.example ===
            document.querySelector('.missed .thumb.active').dataset.example"""
    )


# --- thresholds -----------------------------------------------------------------------------------


@pytest.mark.shared
def test_a_click_in_the_charts_sets_the_sliders(lab):
    page = lab("percentiles")
    page.wait_for_selector(".heat td[data-place]")
    page.click('.heat td[data-place="6,2"]')
    page.wait_for_selector('.heat td[data-place="6,2"].current')
    assert page.input_value("#class-percentile") == "30" and page.input_value("#ood-percentile") == "10"
    assert "class 30, out of distribution 10: F1" in page.get_attribute('.heat td[data-place="6,2"]', "aria-label")
    page.click(".chart svg", position={"x": 200, "y": 100})
    page.wait_for_function("document.getElementById('class-percentile').value !== '30'")


@pytest.mark.shared
def test_the_charts_by_keyboard(lab):
    page = lab("percentiles")
    page.wait_for_selector(".heat td[data-place]")
    page.focus(".chart-frame[role=slider]")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.getElementById('class-percentile').value === '51'")
    assert "51st class percentile: F1" in page.get_attribute(".chart-frame", "aria-valuetext")
    page.focus('.heat td[tabindex="0"]')
    place = page.evaluate("document.activeElement.dataset.place")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.dataset.place") != place
    page.keyboard.press("Enter")
    page.wait_for_function("document.getElementById('class-percentile').value === '45'")


@pytest.mark.shared
def test_bands_and_the_best(lab):
    page = lab("percentiles")
    page.wait_for_selector(".chart .band")
    page.click("text=Take the best")
    page.wait_for_selector(".heat td.best.current")


@pytest.mark.shared
def test_behind_every_chart_stands_a_table(lab):
    page = lab("percentiles")
    page.wait_for_selector(".heat td[data-place]")
    page.click(".chart-table summary")
    page.wait_for_selector(".chart-table table")
    assert page.locator(".chart-table tr").count() == 22
    assert page.inner_text(".chart-table tr >> nth=0").split("\t") == ["class percentile", "precision", "recall, of 18", "F1"]


# --- ways, noise, challenge, models ------------------------------------------------------------


@pytest.mark.shared
def test_the_ways_agree_with_the_page(lab, visit):
    page = lab("ways")
    page.wait_for_selector(".ways")
    row = page.locator(".ways tr", has_text="Percentile").first
    assert row.locator("td").first.inner_text() == str(len(visit.ids_in("#label-issues")))
    assert page.locator(".ways tr").count() == 6
    assert page.locator(".counter-example").count() == 2
    assert page.locator(".differing tr").count() > 5


@pytest.mark.shared
def test_the_noise_lab_measures_and_looks_at_each_share(lab):
    page = lab("noise")
    run(page, ".share-matrix")
    hidden = page.eval_on_selector_all(".noise-lab .chart text", "nodes => nodes.filter(node => !node.checkVisibility()).map(node => node.textContent)")
    assert hidden == []  # no name of a part of the page takes a chart's words away
    assert {"0", "50", "flipped labels, %"} <= set(page.locator(".noise-lab .chart text").all_text_contents())
    said = page.inner_text(".noise-lab [aria-live]")
    page.focus('.noise-lab input[type="range"]')
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"document.querySelector('.noise-lab [aria-live]').textContent !== {said!r}")
    page.select_option(".noise-lab select >> nth=0", label="dog called cat")
    run(page, ".share-matrix")
    page.wait_for_function("/flipped/.test(document.querySelector('.noise-lab [aria-live]').textContent)")
    assert page.is_hidden("#changes")  # nothing on the page changed


@pytest.mark.shared
def test_the_challenge_is_played_by_keyboard_and_told_who_won(lab):
    page = lab("challenge")
    run(page, ".suspect")
    assert page.locator(".suspect").count() == 60
    assert page.locator(".suspect [data-example]").count() == 0  # no inspector gives it away
    page.focus(".suspect >> nth=0")
    page.keyboard.press("Space")
    assert page.get_attribute(".suspect >> nth=0", "aria-pressed") == "true"
    assert page.evaluate("document.querySelector('[data-panel=labs]').offsetWidth > innerWidth / 2")  # it opens wide
    page.click(".challenge-foot .primary")
    verdict = page.locator(".result").bounding_box()
    assert 0 <= verdict["y"] < 720
    looks = page.eval_on_selector_all(".hidden-error", "nodes => nodes.map(node => node.className.match(/found-by-[a-z]+/)[0])")
    assert set(looks) <= {"found-by-you", "found-by-algorithm", "found-by-both", "found-by-nobody"}
    assert re.search(r"(win|wins|draw).*of 10 with", page.inner_text(".result"), re.IGNORECASE)
    assert page.locator(".hidden-error").count() == 10


FOCUSED = "(one => one.id || one.textContent.trim() || one.className)(document.activeElement)"


@pytest.mark.shared
def test_from_the_challenge_s_button_two_stops_lead_through_its_cards_to_compare(lab):
    page = lab("challenge")
    page.focus(".lab-holder .runner button:not([hidden])")
    page.keyboard.press("Enter")
    page.wait_for_selector(".suspect")
    page.wait_for_selector(".lab-holder .runner button[aria-busy=false]:not([hidden])")
    assert page.evaluate(FOCUSED) == "Hide ten errors"  # which was hidden meanwhile
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.dataset.place")
    for key in ("ArrowRight", "ArrowDown", "ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
    assert (first, page.evaluate("document.activeElement.dataset.place")) == ("0", "2")
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.ariaPressed") == "true"
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Compare"


@pytest.mark.shared
def test_thumbnails_in_lines_are_one_stop_and_the_one_with_the_focus_keeps_it_when_the_lab_is_drawn_anew(lab, visit):
    page = lab("score")
    page.wait_for_selector(".missed-row")
    assert page.locator('.missed-row .thumb[tabindex="0"]').count() == 1
    page.focus('.missed-row .thumb[tabindex="0"]')
    page.keyboard.press("End")
    last = page.get_attribute(".missed-row .thumb >> nth=-1", "data-example")
    assert page.evaluate("document.activeElement.dataset.example") == last
    page.evaluate("window.drawn = document.querySelector('.missed')")
    page.keyboard.press("Control+z")  # nothing to undo: nothing is drawn
    page.eval_on_selector(
        "#class-percentile", "one => { one.value = 51; one.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    page.wait_for_function("!window.drawn.isConnected")
    assert page.evaluate("document.activeElement.dataset.example") == last


@pytest.mark.shared
def test_a_long_experiment_can_be_cancelled(lab):
    page = lab("map")
    page.wait_for_selector(".map-node")
    page.select_option(".map-lab select", "projection.neighbour_map")
    page.click(".map-lab .runner >> text=Cancel")
    page.wait_for_selector(".map-lab .runner >> text=Arrange again")
    assert page.locator(".map-node").count() == 300


# --- the map --------------------------------------------------------------------------------------


@pytest.mark.shared
def test_the_map_is_linked_with_the_page_both_ways(lab, visit):
    page = lab("map")
    page.wait_for_selector(".map-node")
    assert page.locator(".map-node").count() == 300
    assert page.locator(".map-node.issue").count() == len(visit.ids_in("#label-issues"))
    assert page.locator(".map-node.outside").count() == len(visit.ids_in("#out-of-distribution"))
    page.hover("#label-issues .thumb >> nth=0")
    page.wait_for_selector(".map-node.issue.active")
    visit.slide("class", 30)
    page.wait_for_function(
        "document.querySelectorAll('.map-node.issue').length === document.querySelectorAll('#label-issues .thumb').length"
    )


def test_the_map_zooms_pans_and_selects_by_keyboard(lab):
    page = lab("map")
    page.wait_for_selector(".map-node")
    page.focus(".map-view")
    for _ in range(5):
        page.keyboard.press("+")
    page.wait_for_function("document.querySelectorAll('.map-node').length < 300")
    before = page.locator(".map-node").count()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.classList.contains('map-node')")
    first = page.evaluate("document.activeElement.dataset.example")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.example") != first
    page.wait_for_function(
        "document.getElementById('inspector-image').dataset.example === document.activeElement.dataset.example"
    )
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className").startswith("map-view")
    page.click("text=Select all in view")
    assert re.match(r"\d+ selected, given ", page.inner_text(".map-selection p"))
    assert before > 0


@pytest.mark.shared
def test_an_area_of_the_map_is_selected_by_dragging(lab):
    page = lab("map")
    page.wait_for_selector(".map-node")
    page.click("text=Select an area")
    box = page.locator(".map-view").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    page.wait_for_selector(".map-selection .thumb")
    assert 5 < int(page.inner_text(".map-selection p").split()[0]) < 300


# --- the code -------------------------------------------------------------------------------------

# Everything in every database of this origin, as text.
DATABASES = """async () => {
  const wait = request => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const said = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await wait(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store);
      said.push(name, store, JSON.stringify(await wait(all.getAllKeys())), JSON.stringify(await wait(all.getAll())));
    }
    database.close();
  }
  return said.join(" ");
}"""
NAIVE = "def suggested_label(pred_probs, thresholds, given_label=None):\n    return pred_probs.argmax(axis=1)\n"


@pytest.mark.shared
def test_an_edited_rule_runs_on_the_whole_page_and_one_click_takes_it_back(lab, visit):
    page = editor(lab)
    before = visit.cells()
    edit(page, NAIVE)
    status_is(page, "Your rule is running")
    page.wait_for_function("document.querySelectorAll('#unconfident .thumb').length === 0")
    assert visit.cells() != before
    assert page.is_visible(".rule-chip")
    assert page.eval_on_selector_all(".masthead > .quiet", "nodes => nodes.every(node => node.offsetWidth >= 24)")  # beside the chip too
    visit.slide("class", 52)  # the sliders work on
    page.click(".rule-chip button")
    status_is(page, "original rule is back")
    visit.slide("class", 50)
    page.wait_for_function("document.querySelectorAll('#unconfident .thumb').length > 0")
    assert visit.cells() == before
    assert page.locator(".rule-chip").count() == 0


@pytest.mark.shared
def test_the_button_that_restores_the_rule_keeps_the_focus(lab, visit):
    page = editor(lab)
    edit(page, NAIVE)
    status_is(page, "Your rule is running")
    page.press('button:text-is("Restore the original")', "Enter")
    status_is(page, "original rule is back")
    page.wait_for_timeout(100)  # the browser takes the focus from what is disabled at its next frame
    assert page.evaluate("document.activeElement.textContent") == "Restore the original"


@pytest.mark.shared
def test_an_error_shows_its_traceback_and_the_last_good_rule_stays(lab, visit):
    page = editor(lab)
    edit(page, NAIVE)
    status_is(page, "Your rule is running")
    page.wait_for_function("document.querySelectorAll('#unconfident .thumb').length === 0")  # and its results are drawn
    good = visit.cells()
    edit(page, "def reaches(pred_probs, thresholds):\n    return no_such_thing")
    status_is(page, "keeps the last good rule")
    assert "NameError: name 'no_such_thing'" in page.inner_text(".traceback")
    assert 'File "your rule", line 2' in page.inner_text(".traceback")
    visit.slide("class", 51)
    visit.slide("class", 50)
    assert visit.cells() == good
    assert page.get_attribute("html", "data-vizzy") == "trained"


def test_an_edited_rule_goes_into_no_link_and_no_storage(lab, visit):
    page = editor(lab)
    edit(page, NAIVE + "# a remark that can be told apart\n")
    status_is(page, "Your rule is running")
    visit.slide("class", 61)
    page.wait_for_timeout(600)  # the address is written a little later
    kept = page.evaluate("location.href + JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie")
    assert "remark" not in kept and "argmax" not in kept
    assert "class=61" in kept and "lab=code" in kept
    assert "remark" not in page.evaluate(DATABASES)
    page.reload()
    visit.wait("ready")
    train(visit)
    page.wait_for_function(ORIGINAL_IS_SHOWN)
    assert "remark" not in code(page)
    assert page.locator(".rule-chip").count() == 0
    assert page.locator("#unconfident .thumb").count() > 0


@pytest.mark.shared
def test_the_prompt_answers_and_remembers(lab):
    page = lab("code")
    page.wait_for_selector(".prompt-line")
    for line in ("n = len(labels)", "n, pred_probs.shape, vizzy.confident.NO_LABEL", "1 / 0"):
        page.fill(".prompt-line", line)
        page.press(".prompt-line", "Enter")
        page.wait_for_function(f"document.querySelector('.prompt-log').textContent.includes('>>> ' + {line!r})")
    page.wait_for_function("document.querySelector('.prompt-log').textContent.includes('ZeroDivisionError')")
    assert "(300, (300, 3), -1)" in page.inner_text(".prompt-log")
    page.press(".prompt-line", "ArrowUp")
    assert page.input_value(".prompt-line") == "1 / 0"


@pytest.mark.shared
def test_what_the_prompt_says_is_text(lab):
    page = lab("code")
    page.wait_for_selector(".prompt-line")
    page.fill(".prompt-line", "'<img src=x onerror=alert(1)>'")
    page.press(".prompt-line", "Enter")
    page.wait_for_function("document.querySelector('.prompt-log').textContent.includes('onerror')")
    assert page.locator(".prompt-log img").count() == 0


@pytest.mark.shared
def test_a_lab_whose_predictions_are_of_other_labels_says_so_and_offers_to_train_again(lab, visit):
    page = lab("score")
    assert not page.is_visible(".lab-stale")
    page.evaluate("location.hash = 'labels=1:0,13:0&lab=score'")
    page.wait_for_selector(".lab-stale")
    assert page.inner_text(".lab-stale p") == "Labels have changed: train again."
    page.focus(".lab-stale button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".lab-stale", state="hidden")
    visit.wait("trained")
    assert page.evaluate("document.activeElement.id") == "lab-body"  # its button is gone


@pytest.mark.shared
def test_the_page_s_keys_are_letters_in_the_editor(lab):
    page = editor(lab)
    page.evaluate("document.querySelector('.editor').view.focus()")
    page.keyboard.press("Control+Home")
    page.keyboard.type("st1? ")
    assert code(page).startswith("st1? ")
    assert not page.is_visible("#shortcuts")
    for _ in "st1? ":
        page.keyboard.press("Backspace")


@pytest.mark.shared
def test_the_keyboard_is_not_caught_in_the_editor(lab):
    page = editor(lab)
    original = code(page)
    type_code(page, "")
    page.focus(".editor .cm-content")
    page.keyboard.press("Tab")
    assert code(page) == "    "
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    assert page.is_visible('[data-panel="labs"]')
    type_code(page, original)


# --- other data -------------------------------------------------------------------------------------


def walk_through(visit, look=lambda name: None):
    """Open every lab, wait until it shows something, press what runs, and look at it."""
    page = visit.page
    for name in LABS:
        open_lab(page, name)
        page.wait_for_selector(".lab-holder:not([hidden]) > div > *")
        if name in ("noise", "challenge", "models"):
            button = page.locator(".lab-holder .runner button:not([hidden])").first
            if button.is_enabled():
                button.click()
                page.wait_for_selector(".lab-holder .runner .primary:not([hidden])")
        assert page.locator('[data-panel="labs"] *').count() < 4500, name
        look(name)


@pytest.mark.parametrize("n_classes, per_class",
    [pytest.param(2, 12, marks=pytest.mark.thorough), (12, 12), pytest.param(3, 700, marks=pytest.mark.thorough)],
)
def test_every_lab_works_without_a_truth_whatever_the_size(visit, made, n_classes, per_class):
    _, path = made(f"plain{n_classes}", n_classes, per_class=per_class, pictures=n_classes == 12, known=False)
    visit.open(f"?dataset={path}#lab=score")
    train(visit)
    walk_through(visit)
    visit.page.click("#lab-tab-score")
    assert "What is true is not known" in visit.page.inner_text(".score-lab")


def test_every_lab_works_with_probabilities_alone(visit, made):
    _, path = made("probs", 3, pictures=False, as_pred_probs=True)
    visit.open(f"?dataset={path}#lab=score")
    train(visit)
    walk_through(visit)
    visit.page.click("#lab-tab-models")
    assert "without embeddings there is nothing to train on" in visit.page.inner_text(".models-lab")


def test_the_labs_go_on_with_data_that_is_brought_in_place(lab, visit):
    page = editor(lab)
    edit(page, NAIVE)
    status_is(page, "Your rule is running")
    lab("map")
    page.click("#import-button")
    page.click('[data-sample^="messages.csv"]')
    page.click("#import-open:not([disabled])")
    page.wait_for_selector("#import", state="hidden")
    page.wait_for_selector('[data-panel="labs"]', state="hidden")
    assert page.locator(".rule-chip").count() == 0
    visit.train()
    assert page.locator("#unconfident .thumb").count() > 0  # the original rule
    page.click("#labs")
    page.wait_for_selector(".score-lab > *")
    walk_through(visit)
    lab("map")
    page.wait_for_selector(".map-node.dot")
    assert page.locator(".map-node").count() == 240
    assert page.locator(".class-key").count() == 4


@pytest.mark.shared
def test_a_rule_without_an_end_is_stopped(lab, visit):
    page = editor(lab)
    edit(page, NAIVE)
    status_is(page, "Your rule is running")
    edit(page, "def reaches(pred_probs, thresholds):\n    while True:\n        pass\n")
    status_is(page, "keeps the last good rule")
    assert "TimeoutError: stopped after 5 seconds" in page.inner_text(".traceback")
    visit.slide("class", 40)


# --- how they look ------------------------------------------------------------------------------------


@THEMES_AND_SIZES
def test_axe_finds_nothing_in_any_lab(browser, site, theme, size):
    with visiting(browser, site, color_scheme=theme, **size) as visit:
        visit.open("#lab=score")
        assert violations(visit.page) == [], "untrained"
        train(visit)

        def look(name):
            visit.page.wait_for_timeout(300)
            assert violations(visit.page, '[data-panel="labs"]') == [], name

        walk_through(visit, look)


@pytest.mark.parametrize(
    ("width", "height", "language"),
    [(320, 640, "en"), pytest.param(390, 844, "de", marks=pytest.mark.thorough), pytest.param(1280, 720, "de", marks=pytest.mark.thorough)],
)
def test_no_lab_is_cut_off(browser, site, width, height, language):
    with visiting(browser, site, viewport={"width": width, "height": height}) as visit:
        page = visit.open(f"?lang={language}#lab=score").page
        train(visit)
        for name in LABS:
            open_lab(page, name)
            page.wait_for_timeout(200)
            scrollers = page.locator(".lab-body, .lab-tabs, .lab-body .table-holder:visible")
            beyond = scrollers.evaluate_all("nodes => nodes.map(node => node.scrollWidth - node.clientWidth)")
            assert max(beyond) <= 1, name
        assert page.evaluate("document.scrollingElement.scrollWidth") == width


# --- the lesson -----------------------------------------------------------------------------------


def test_the_lesson_has_a_link_for_every_lab():
    assert {name for name in LABS if any(f"lab={name}" in link for link in LINKS)} == set(LABS)


def opens_what_it_is_about(visit, link):
    """Open a link of the lesson and look at what it sets; what it names of the lab and the sliders."""
    visit.page.goto("about:blank")  # or only the fragment would change, and nothing start
    page = visit.open(link).page
    fragment = dict(part.split("=") for part in link.partition("#")[2].split("&") if part)
    if "lab" in fragment:
        page.wait_for_selector(f'#lab-tab-{fragment["lab"]}[aria-selected="true"]')
    for name in ("class", "ood"):
        if name in fragment:
            assert page.input_value(f"#{name}-percentile") == fragment[name]
    assert page.is_hidden("#note")
    return fragment


@pytest.mark.without_worker
def test_each_link_of_the_lesson_opens_what_it_is_about(visit):
    assert len(LINKS) > 10
    for link in LINKS:
        opens_what_it_is_about(visit, link)


@pytest.mark.thorough
@pytest.mark.parametrize("link", LINKS)
def test_what_each_link_of_the_lesson_opens_trains(visit, link):
    fragment = opens_what_it_is_about(visit, link)
    train(visit)
    if "lab" in fragment:
        visit.page.wait_for_selector(".lab-holder:not([hidden]) > div > *")
    assert visit.page.is_hidden("#note")


def test_the_lesson_shows_the_second_counter_example_happening(visit):
    page = visit.open(next(link for link in LINKS if "labels=" in link)).page
    train(visit)
    page.wait_for_selector(".counter-example .thumb")
    said = page.inner_text(".counter-example >> nth=1")
    assert int(re.search(r"(\d+) examples\.", said)[1]) > 20
    assert "stays below its" in said


@pytest.mark.shared
def test_the_lesson_says_what_the_buttons_say(lab):
    page = lab("challenge")
    wanted = {"challenge": "Hide ten errors", "noise": "Flip labels and train", "percentiles": "Take the best"}
    wanted["code"] = "Run on the whole page"
    for name, words in wanted.items():
        open_lab(page, name)
        assert f"**{words}**" in LESSON
        page.wait_for_selector(f'.lab-holder button:has-text("{words}")')


@pytest.mark.without_worker
def test_a_link_to_a_lab_gives_it_its_room_before_the_page_says_that_it_is_ready(visit):
    page = visit.page
    page.add_init_script(
        """new MutationObserver(() => { if (document.documentElement.dataset.vizzy === "ready")
            window.trainWas ??= document.getElementById("train").offsetParent ? "shown" : "hidden"; })
        .observe(document, { subtree: true, attributes: true, attributeFilter: ["data-vizzy"] })"""
    )
    visit.open("#lab=score")
    assert page.evaluate("window.trainWas") == "hidden"
    page.wait_for_selector("#lab-body")
    assert page.locator('[data-panel="labs"]').count() == 1


@pytest.mark.without_worker
def test_a_link_to_a_lab_that_there_is_not_says_so_and_shows_the_page(visit):
    page = visit.open("#lab=cellar").page
    page.wait_for_selector("#note:not([hidden])")
    assert "no lab called cellar" in page.inner_text("#note")
    assert page.is_visible("#train")
    assert page.locator('[data-panel="labs"]:visible').count() == 0
