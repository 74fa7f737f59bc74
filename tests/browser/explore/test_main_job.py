"""Train in the browser, drag a threshold, see the label errors: what a person does, checked in Chromium."""

import numpy as np
import pytest
from visits import ROOT, visiting

from vizzy import confident, noise_rates, ranking, training
from vizzy.dataset import read_folder

LISTS = {
    "#label-issues": "label_issue_mask",
    "#out-of-distribution": "out_of_distribution_mask",
    "#unconfident": "unconfident_mask",
}


@pytest.fixture(scope="module")
def shipped():
    return read_folder(ROOT / "static")


@pytest.fixture(scope="module")
def native_pred_probs(shipped):
    return training.cross_validated_pred_probs(
        shipped.embeddings, shipped.given_label, len(shipped.classes)
    ).pred_probs


def ids(dataset, mask):
    return {dataset.ids[example] for example in np.flatnonzero(mask)}


def assert_shows(visit, dataset, analysis):
    """The matrix and the lists hold just the examples that the library puts there."""
    suggested = analysis.suggested_label
    for cell, shown in visit.cells().items():
        given, suggestion = (dataset.classes.index(name) for name in cell.split("|"))
        expected = ids(dataset, (suggested == suggestion) & (dataset.given_label == given))
        assert set(shown) == expected, cell
        assert visit.page.inner_text(f'[data-cell="{cell}"] output') == str(len(expected))
    for selector, mask in LISTS.items():
        assert set(visit.ids_in(selector)) == ids(dataset, getattr(analysis, mask)), selector


@pytest.mark.parametrize(("class_percentile", "ood_percentile"), [(50, 15), (80, 15), (80, 60), (20, 5), (100, 0)])
def test_the_matrix_and_the_lists_equal_the_librarys_own_result(
    trained, shipped, native_pred_probs, class_percentile, ood_percentile
):
    trained.slide("class", 90)  # away from both, so that neither carries the other
    trained.slide("ood", 2)
    trained.slide("ood", ood_percentile)
    trained.slide("class", class_percentile)
    expected = confident.analyse(shipped.given_label, native_pred_probs, class_percentile, ood_percentile)
    assert_shows(trained, shipped, expected)


def test_in_mean_mode_too(trained, shipped, native_pred_probs):
    trained.slide("class", 50)
    trained.slide("ood", 15)
    before = trained.page.evaluate("performance.getEntriesByName('vizzy:update').length")
    trained.page.click("#mean-mode")
    trained.page.wait_for_function(f"performance.getEntriesByName('vizzy:update').length > {before}")
    assert trained.page.is_disabled("#class-percentile")
    expected = confident.analyse(shipped.given_label, native_pred_probs, 50, 15, "mean")
    assert_shows(trained, shipped, expected)
    trained.page.click("#mean-mode")
    trained.page.wait_for_function(f"performance.getEntriesByName('vizzy:update').length > {before} + 1")


def test_by_noise_rate_too(trained, shipped, native_pred_probs):
    page = trained.page
    trained.slide("class", 50)
    trained.slide("ood", 15)
    before = page.evaluate("performance.getEntriesByName('vizzy:update').length")
    page.click("#noise-rate-mode")
    page.wait_for_function(f"performance.getEntriesByName('vizzy:update').length > {before}")
    assert page.is_disabled("#class-percentile") and not page.is_checked("#mean-mode")
    means = confident.analyse(shipped.given_label, native_pred_probs, 50, 15, "mean")
    assert_shows(trained, shipped, noise_rates.analysis_by_noise_rate(shipped.given_label, native_pred_probs, means))
    page.click("#mean-mode")
    assert not page.is_checked("#noise-rate-mode")
    page.click("#mean-mode")
    page.wait_for_function(f"performance.getEntriesByName('vizzy:update').length > {before} + 2")


def test_at_the_default_thresholds_half_of_the_problems_are_flagged(trained, shipped):
    trained.slide("class", 50)
    trained.slide("ood", 15)
    problems = ids(shipped, shipped.given_label != shipped.true_label)
    assert len(problems) == 18
    flagged = set(trained.ids_in("#label-issues")) | set(trained.ids_in("#out-of-distribution"))
    assert len(problems & flagged) >= 9
    said = f"{len(problems & flagged)} of 18 problems found, {len(flagged - problems)} false alarms"
    assert trained.page.inner_text("#score") == said


def test_the_lists_are_worst_first(trained, shipped, native_pred_probs):
    trained.slide("class", 50)
    quality = ranking.label_quality(shipped.given_label, native_pred_probs, shipped.embeddings)
    shown = [quality[shipped.ids.index(example_id)] for example_id in trained.ids_in("#label-issues")]
    assert shown == sorted(shown)


def test_one_slider_carries_the_other_along(trained):
    trained.slide("class", 50)
    trained.slide("ood", 70)
    assert trained.page.input_value("#class-percentile") == "70"
    trained.slide("class", 10)
    assert trained.page.input_value("#ood-percentile") == "10"
    assert trained.page.inner_text("#ood-value") == "10"


def test_one_key_press_is_one_step(trained):
    trained.slide("class", 50)
    trained.page.focus("#class-percentile")
    trained.page.keyboard.press("ArrowRight")
    trained.page.wait_for_function("document.getElementById('class-value').textContent === '51'")


def test_raising_the_class_percentile_moves_images_out_of_the_matrix(trained):
    trained.slide("ood", 0)
    trained.slide("class", 40)
    before = trained.cells()
    trained.slide("class", 60)
    after = trained.cells()
    assert sum(map(len, after.values())) < sum(map(len, before.values()))
    assert sum(map(len, after.values())) + len(trained.ids_in("#unconfident")) + len(
        trained.ids_in("#out-of-distribution")
    ) == 300


def test_pointing_at_an_image_shows_it_in_the_inspector_and_marks_it_everywhere(trained):
    trained.slide("class", 50)
    example_id = trained.ids_in("#label-issues")[0]
    trained.page.click(f'#label-issues [data-example="{example_id}"]')  # brings its rows into the document, too
    trained.page.wait_for_function(
        f"document.getElementById('inspector-image').dataset.example === '{example_id}'"
    )
    trained.page.wait_for_function(
        "document.getElementById('inspector-reason').textContent.includes('a likely label error')"
    )
    for name in ("dataset", "predictions"):
        trained.page.wait_for_selector(f"#{name}-list .active")
    marked = trained.page.eval_on_selector_all(
        ".active[data-example]", "nodes => nodes.map(node => node.closest('[data-panel]').dataset.panel)"
    )
    assert {"dataset", "predictions", "matrix", "results"} <= set(marked)
    assert trained.page.eval_on_selector_all(
        ".active", "nodes => new Set(nodes.map(node => node.dataset.example)).size"
    ) == 1


def test_the_keyboard_walks_through_a_grid(trained):
    trained.slide("class", 50)
    shown = trained.ids_in("#unconfident")
    trained.page.focus("#unconfident .thumb[tabindex='0']")
    trained.page.keyboard.press("Home")
    trained.page.keyboard.press("ArrowRight")
    assert trained.page.evaluate("document.activeElement.dataset.example") == shown[1]
    trained.page.keyboard.press("End")
    assert trained.page.evaluate("document.activeElement.dataset.example") == shown[-1]
    assert trained.page.locator("#unconfident .thumb[tabindex='0']").count() == 1


def test_the_page_shows_images_before_the_trainer_is_up_and_remembers_a_click_on_train(visit):
    visit.open()
    assert visit.page.evaluate("performance.getEntriesByName('vizzy:trainer-ready').length") == 0
    assert visit.page.locator("[data-panel=dataset] [data-example]").count() > 5
    assert visit.page.locator("#progress").is_visible()
    visit.page.click("#train")
    assert visit.page.inner_text("#train") == "Waiting for Python…"
    visit.wait("trained")
    assert visit.page.locator("#label-issues [data-example]").count() > 0
    assert visit.page.evaluate("performance.getEntriesByName('vizzy:trained').length") == 1


def test_a_relabelled_image_changes_the_outcome_after_retraining(visit):
    visit.open().train()
    assert visit.page.is_disabled("#train")
    correct = visit.ids_in('[data-cell="dog|dog"]')[-1]
    issues_before = visit.ids_in("#label-issues")
    card = f'[data-panel="dataset"] [data-example="{correct}"]'
    visit.page.eval_on_selector(f'#matrix [data-example="{correct}"]', "node => node.click()")  # brings the card into view
    visit.page.click(f'{card} [data-given="bear"]')
    assert visit.page.get_attribute(f'{card} [data-given="bear"]', "aria-pressed") == "true"
    assert visit.ids_in("#label-issues") == issues_before  # nothing moves before it is trained again
    visit.train()
    assert correct in visit.ids_in('[data-cell="bear|dog"]')
    assert correct in visit.ids_in("#label-issues")
    visit.page.click("#reset")
    visit.train()
    assert visit.ids_in("#label-issues") == issues_before


def test_a_class_that_loses_every_example_has_no_threshold_and_breaks_nothing(visit, shipped):
    visit.open()
    bears = ids(shipped, shipped.given_label == shipped.classes.index("bear"))
    visit.page.evaluate(
        """async places => {
            const list = document.getElementById("dataset-list"), height = list.querySelector(".card").offsetHeight;
            for (const [row, id] of places) {
                list.scrollTop = row * height;
                let choice;
                while (!(choice = list.querySelector(`[data-example="${id}"] [data-given=cat]`))) await new Promise(requestAnimationFrame);
                choice.click();
            }
        }""",
        [[shipped.ids.index(bear), bear] for bear in sorted(bears)],
    )
    visit.train()
    assert "bear" in visit.page.inner_text("#status")
    assert visit.page.inner_text('[data-cell="cat|bear"] output') == "0"
    body = visit.page.inner_text("body")
    assert "NaN" not in body and "Infinity" not in body and "undefined" not in body
    assert sum(len(shown) for shown in visit.cells().values()) > 0


@pytest.mark.parametrize("size", [(1280, 720), (1440, 900), (1920, 1080), (3840, 2160)])
def test_the_page_fits_the_window_without_scrolling(trained, size):
    trained.page.set_viewport_size({"width": size[0], "height": size[1]})
    root = trained.page.evaluate(
        "(() => { const e = document.scrollingElement; return [e.scrollWidth, e.scrollHeight] })()"
    )
    trained.page.set_viewport_size({"width": 1280, "height": 720})
    assert root == list(size)


def test_on_a_phone_the_panels_are_a_sequence(trained):
    trained.page.set_viewport_size({"width": 390, "height": 844})
    trained.page.click('[data-goto="inspector"]')
    trained.page.wait_for_function(
        "Math.abs(document.querySelector('[data-panel=results]').getBoundingClientRect().left) < 30"
    )
    assert trained.page.evaluate("document.scrollingElement.scrollWidth") == 390
    trained.page.wait_for_selector('[data-goto="inspector"][aria-current="true"]')
    assert trained.page.locator(".pager [aria-current]").count() == 1
    trained.page.set_viewport_size({"width": 1280, "height": 720})


@pytest.mark.thorough
def test_what_the_worker_trains_while_nobody_asks_changes_no_result(browser, site):
    found = []
    for seconds in (0, 3):
        with visiting(browser, site) as visit:
            visit.open()
            visit.page.wait_for_function("performance.getEntriesByName('vizzy:trainer-ready').length")
            visit.page.wait_for_timeout(1000 * seconds)
            visit.train()
            found.append(visit.page.inner_text("#label-issues-heading output"))
    assert found[0] == found[1] != "–"
