"""Everything that may go wrong around the page is made to: it goes on, or says what is missing, and keeps one's work."""

import json
import re

import pytest
from own_data import exported, open_and_train, rows_of, start_review, with_dialog
from visits import ROOT, visiting

from vizzy.vocabulary import MOST_FOR_SVM

IMPATIENT = {"between_beats": 0.4, "silence": 2.4, "calculation": 1, "until_suspicious": 3}


def set_patience(visit, **patience):
    """Let the page wait for its worker as `Patience` of ``vizzy/page/client/liveness.py`` describes it."""
    visit.page.add_init_script(f"window.vizzyPatience = {json.dumps(json.dumps(patience))}")


@pytest.fixture
def faulty(browser, site):
    """A visit whose page looks after its worker every moment, and in which complaints are expected."""
    with visiting(browser, site, complains=True) as visit:
        set_patience(visit, **IMPATIENT)
        yield visit


def relabel(visit):
    visit.page.locator('[data-panel=dataset] [data-given][aria-pressed="false"]').first.click()
    visit.page.wait_for_selector("#changes:not([hidden])")


def wait_until_replaced(visit, why):
    page = visit.page
    page.wait_for_function("document.getElementById('note').textContent.includes('started anew')")
    assert why in page.inner_text("#note")
    page.wait_for_selector('script[name="trainer-2"]', state="attached")
    page.wait_for_function("performance.getEntriesByName('vizzy:trainer-ready').length === 2")
    page.wait_for_function("!/^(Starting|Loading|Importing|Opening)/.test(document.getElementById('status').textContent)")


# --- the worker ------------------------------------------------------------------------------------------


def test_a_worker_that_dies_is_replaced_and_everything_comes_back(faulty):
    page = faulty.open().train().page
    faulty.slide("class", 60)
    issues = faulty.ids_in("#label-issues")
    page.evaluate("document.querySelector('script[name=trainer]').xworker.terminate()")
    wait_until_replaced(faulty, "Python has stopped.")
    page.wait_for_function("performance.getEntriesByName('vizzy:trained').length === 2")
    assert faulty.ids_in("#label-issues") == issues
    assert page.input_value("#class-percentile") == "60"
    faulty.slide("class", 90)  # answered by the new one
    assert faulty.ids_in("#label-issues") != issues
    relabel(faulty)
    faulty.train()
    assert not page.is_visible("#failure")


@pytest.mark.thorough  # daily: each loss, and that training and labs go on after it
def test_after_a_loss_the_whole_visit_goes_on_with_labs_own_data_review_and_export(faulty):
    page = faulty.open().train().page
    page.evaluate("document.querySelector('script[name=trainer]').xworker.terminate()")
    wait_until_replaced(faulty, "Python has stopped.")
    page.wait_for_function("performance.getEntriesByName('vizzy:trained').length === 2")
    page.click("#labs")
    page.wait_for_selector("#lab-body .scores")
    page.click("#lab-tab-map")
    page.wait_for_selector(".map-node")
    page.click("#labs")
    with_dialog(faulty)
    page.click('[data-sample^="messages.csv"]')
    open_and_train(faulty)
    start_review(faulty)
    for place, key in enumerate("ak", start=1):
        page.keyboard.press(key)
        page.wait_for_function(f"document.getElementById('reviewed').textContent.startsWith('{place} of')")
    assert [row["review_action"] for row in rows_of(exported(page, "table")[1])].count("accepted") == 1
    assert not page.is_visible("#failure") and faulty.complaints == []


def test_an_experiment_whose_worker_dies_says_so_and_can_be_run_again(faulty):
    page = faulty.open("#lab=noise").page
    run = page.locator(".lab-holder .runner button").first
    run.click()
    page.wait_for_function("document.querySelector('.lab-holder .runner progress').value > 0")
    page.evaluate("document.querySelector('script[name=trainer]').xworker.terminate()")
    page.wait_for_function("document.querySelector('.lab-holder .runner .status').textContent.includes('lost meanwhile')")
    wait_until_replaced(faulty, "Python has stopped.")
    run.click()
    page.wait_for_function("document.querySelector('.lab-holder .runner progress').value > 0")
    page.locator(".lab-holder .runner button").last.click()
    run.wait_for(state="visible")


HANG = "setTimeout(() => { for (;;); })"
REFUSE_MEMORY = "WebAssembly.Memory.prototype.grow = () => { throw new RangeError('refused'); }; null"


def test_a_worker_that_hangs_in_a_training_is_replaced_and_keeps_the_changed_labels(faulty):
    page = faulty.open().train().page
    issues = faulty.ids_in("#label-issues")
    relabel(faulty)
    page.workers[0].evaluate(HANG)
    page.click("#train")
    wait_until_replaced(faulty, "Python has stopped answering")
    page.wait_for_function("performance.getEntriesByName('vizzy:trained').length === 2")
    assert faulty.ids_in("#label-issues") == issues  # of the labels before, which could be trained on
    assert page.inner_text("#changes span").startswith("1 label")
    assert page.is_enabled("#train")
    page.click("#reset")
    faulty.slide("class", 70)
    assert page.get_attribute("html", "data-vizzy") == "trained"


@pytest.mark.thorough  # tests/contract/test_worker_client.py has what the page makes of it
def test_a_worker_that_runs_out_of_memory_in_a_training_is_replaced_and_keeps_the_changed_labels(browser, site, made):
    _, path = made("large", 3, per_class=MOST_FOR_SVM // 3, pictures=False)
    with visiting(browser, site, complains=True) as visit:
        page = visit.open(f"?dataset={path}").page
        relabel(visit)
        page.wait_for_function("performance.getEntriesByName('vizzy:trainer-ready').length === 1")
        page.workers[0].evaluate(REFUSE_MEMORY)
        page.click("#train")
        wait_until_replaced(visit, "Python has run out of memory")
        assert page.inner_text("#changes span").startswith("1 label")
        assert page.get_attribute("html", "data-vizzy") == "ready"  # the training that cost the worker is not repeated unasked
        assert page.is_enabled("#train")


def test_a_worker_that_is_lost_again_and_again_is_given_up_with_a_button_to_try_again(faulty):
    set_patience(faulty, **IMPATIENT, most_lost=1)
    page = faulty.open().page
    for number in (1, 2):
        page.wait_for_function(f"performance.getEntriesByName('vizzy:trainer-ready').length === {number}")
        page.evaluate("document.querySelector('script[name^=trainer]').xworker.terminate()")
    page.wait_for_selector("#failure[open]")
    assert "Python has stopped" in page.inner_text("#failure-text")
    assert page.is_visible("#reload")
    assert page.get_attribute("html", "data-vizzy") == "error"


# --- files that do not arrive ---------------------------------------------------------------------------------


def broken(visit, pattern, times=None, content=None):
    """Let the first so many requests for a file fail, or all; or arrive with other content."""
    asked = []

    def answer(route):
        asked.append(route.request.url)
        if times is not None and len(asked) > times:
            route.continue_()
        elif content is None:
            route.abort()
        else:
            route.fulfill(body=content)

    visit.page.context.route(re.compile(pattern), answer)
    return asked


RUNTIME_FILES = ["pyodide/pyodide\\.mjs", pytest.param("pyodide/pyodide\\.asm\\.wasm", marks=pytest.mark.thorough)]


@pytest.mark.parametrize("file", RUNTIME_FILES)
def test_a_runtime_file_that_fails_once_is_asked_for_again(faulty, file):
    asked = broken(faulty, f"runtime/{file}", times=2 if "wasm" in file else 1)
    faulty.open().train()
    assert len(asked) >= 2


@pytest.mark.parametrize("file", RUNTIME_FILES)
def test_a_runtime_file_that_stays_cut_off_is_explained_with_a_button_to_try_again(faulty, file):
    cut = next((ROOT / "runtime/pyodide").glob(file.rpartition("/")[2].replace("\\", "") + "*")).read_bytes()[:5000]
    broken(faulty, f"runtime/{file}", content=cut)
    faulty.page.goto(faulty.site)  # it may be told before the page is ready, or after
    page = faulty.page
    page.wait_for_selector("#failure[open]")
    told = page.inner_text("#failure-text")
    assert re.search(file, told) and "5,000 of its" in told
    assert page.is_visible("#reload")


@pytest.fixture
def sample_without(faulty):
    """Opens one's own data while files of the runtime stay away, in a page that would wait ten minutes for a silent worker."""
    set_patience(faulty, **IMPATIENT | {"silence": 600})
    faulty.open().train()

    def open_sample(pattern):
        asked = broken(faulty, pattern)
        with_dialog(faulty)
        faulty.page.click('[data-sample^="messages.csv"]')
        return asked

    return open_sample


def test_a_worker_whose_program_cannot_be_loaded_to_its_end_is_replaced_at_once(faulty, sample_without):
    asked = sample_without("runtime/pyodide/rest/pyodide\\.bin")
    page = faulty.page
    page.wait_for_function("document.getElementById('note').textContent.includes('started anew')")
    assert asked and "Python has stopped" in page.inner_text("#note")


def test_modules_that_do_not_arrive_cost_the_question_and_not_the_worker(faulty, sample_without):
    asked = sample_without("runtime/pyodide/(late|python_stdlib)\\.zip")
    page = faulty.page
    page.wait_for_selector("#import-problem:not([hidden])")
    told = page.inner_text("#import-problem")
    assert asked and "runtime/pyodide/" in told and "Are you offline?" in told
    page.context.unroute_all()
    page.click('[data-sample^="messages.csv"]')
    open_and_train(faulty)
    assert page.locator('script[name="trainer-2"]').count() == 0


PAGE_FILES = [
    "vizzy/page\\.bundle",
    pytest.param("runtime/pyscript/core\\.js", marks=pytest.mark.thorough),
    pytest.param("runtime/micropython/micropython\\.(wasm|mjs)", marks=pytest.mark.thorough),
]


@pytest.mark.parametrize("file", PAGE_FILES)
def test_a_file_of_the_page_that_fails_once_is_retried(faulty, file):
    asked = broken(faulty, file, times=1)
    faulty.open().train()
    assert len(asked) >= 2


@pytest.mark.parametrize("file", PAGE_FILES)
def test_a_file_of_the_page_that_stays_away_is_explained_with_a_button_to_try_again(faulty, file):
    broken(faulty, file)
    page = faulty.open(until="error").page
    assert "could not load all of itself" in page.inner_text("#cannot-start")
    page.context.unroute_all()
    page.click("#cannot-start button")
    faulty.wait("ready")


# --- browsers that lack something --------------------------------------------------------------------------------

LACKING = {
    "WebAssembly": "delete window.WebAssembly",
    "web workers": "delete window.Worker",
    "dialog boxes": "delete window.HTMLDialogElement",
    "JavaScript modules": "delete HTMLScriptElement.prototype.noModule",
    "Promise.withResolvers": "delete Promise.withResolvers",
}


@pytest.mark.parametrize("what", LACKING)
def test_a_browser_that_lacks_something_is_told_what(faulty, what):
    faulty.page.add_init_script(LACKING[what])
    page = faulty.open(until="error").page
    assert page.is_visible("#cannot-start")
    assert f"needs {what}." in page.inner_text("#cannot-start")
    page.wait_for_timeout(1000)  # by then Python would have made the page answer
    assert page.get_attribute("html", "data-vizzy") == "error"


REFUSING = """
    const refuse = () => { throw new DOMException("refused", "SecurityError"); };
    for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { get: refuse });
    CacheStorage.prototype.open = CacheStorage.prototype.keys = async () => refuse();
    IDBFactory.prototype.open = refuse;
    ServiceWorkerContainer.prototype.register = async () => refuse();
"""
ABSENT = """
    for (const name of ["localStorage", "sessionStorage", "caches", "indexedDB"])
        Object.defineProperty(window, name, { value: undefined, configurable: true });
    delete Navigator.prototype.serviceWorker;
    delete Navigator.prototype.storage;
"""


@pytest.mark.parametrize("script", [REFUSING, pytest.param(ABSENT, marks=pytest.mark.thorough)], ids=["refusing", "absent"])
def test_without_any_storage_the_page_trains_slides_and_relabels(faulty, script):
    faulty.page.add_init_script(script)
    page = faulty.open().train().page
    faulty.slide("class", 60)
    relabel(faulty)
    faulty.train()
    page.click("#theme")
    page.wait_for_timeout(4000)  # by now it has tried to keep the visit
    assert not page.is_visible("#failure") and not page.is_visible("#cannot-start")
    complaints = [said for said in faulty.complaints if "refused" not in said and "reading 'open'" not in said]
    assert complaints == []  # but for what PyScript itself says of a storage that it can do without
