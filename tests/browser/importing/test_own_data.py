"""One's own data, from the files to what is taken home, in the real page."""

import csv
import io
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from own_data import as_file, bring, exported, open_and_train, rows_of, small_table, start_review, with_dialog
from PIL import Image
from visits import PATIENCE, ROOT, visiting

SAMPLE = ROOT / "static/sample"
ROWS, DIMENSIONS, CLASSES = 5000, 64, 12


@pytest.fixture(scope="module")
def opened(browser, site):
    """A visit shared by the tests of this module that bring something of their own."""
    with visiting(browser, site) as one:
        yield one.open()


@pytest.fixture
def own(opened):
    """The shared visit with the dialog open."""
    yield with_dialog(opened)
    assert opened.complaints == []


# --- bringing -------------------------------------------------------------------------------------------


def test_a_sample_is_understood_before_anything_runs(own):
    before = own.page.inner_text('[data-panel="dataset"] .choice[aria-pressed="true"] >> nth=0')
    own.page.click('[data-sample^="messages.csv"]')
    own.page.wait_for_selector("#import-preview:not([hidden])")
    assert own.page.inner_text("#import-understood") == "messages: 240 rows, 4 classes, embeddings of 16 dimensions."
    roles = own.page.eval_on_selector_all("#import-columns select", "all => all.map(one => [one.dataset.name, one.value])")
    assert roles == [["id", "id"], ["text", "text"], ["label", "label"]]
    assert "Training takes" in own.page.inner_text("#import-estimate")
    assert own.page.inner_text('[data-panel="dataset"] .choice[aria-pressed="true"] >> nth=0') == before  # untouched


def test_what_is_understood_can_be_corrected(own):
    lines = small_table(label="kind").splitlines()  # two columns might be the label: which one is not guessed
    colours = ["colour"] + [("red", "blue")[row % 2] for row in range(len(lines) - 1)]
    bring(own, as_file("odd.csv", "".join(f"{line},{colour}\n" for line, colour in zip(lines, colours, strict=True))))
    page = own.page
    assert "choose the one that holds them" in page.inner_text("#import-problem")
    assert page.is_disabled("#import-open")
    page.select_option('#import-columns [data-name="kind"]', "label")
    page.wait_for_selector("#import-problem", state="hidden")
    page.wait_for_selector("#import-open:not([disabled])")
    assert "2 classes" in page.inner_text("#import-understood")


def test_a_broken_file_gets_a_sentence_and_leaves_the_work_untouched(visit):
    visit.open().train()
    issues = visit.page.inner_text("#label-issues-heading output")
    bring(with_dialog(visit), as_file("broken.npy", b"\x93NUMPY\x01\x00cut off"))
    assert "broken.npy" in visit.page.inner_text("#import-problem")
    visit.page.click("#import-close")
    assert visit.page.inner_text("#label-issues-heading output") == issues
    visit.slide("class", 60)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(own):
    page = own.page
    page.evaluate(
        """() => {
            const big = new File(["label\\n"], "huge.csv");
            Object.defineProperty(big, "size", { value: 2e9 });
            big.arrayBuffer = () => { throw new Error("was read"); };
            const input = document.getElementById("import-files");
            Object.defineProperty(input, "files", { value: [big], configurable: true });
            input.dispatchEvent(new Event("change"));
            delete input.files;
        }"""
    )
    page.wait_for_selector("#import-problem:not([hidden])")
    said = page.inner_text("#import-problem")
    assert "huge.csv" in said and "python -m vizzy find" in said


def test_files_can_be_dropped_anywhere_on_the_page(own):
    page = own.page
    page.click("#import-close")
    page.wait_for_selector("#import", state="hidden")
    dropped = page.evaluate_handle(
        """text => {
            const carried = new DataTransfer();
            carried.items.add(new File([text], "odd.csv"));
            return carried;
        }""",
        small_table(),
    )
    page.dispatch_event("main", "dragover", {"dataTransfer": dropped})
    page.dispatch_event("main", "drop", {"dataTransfer": dropped})
    page.wait_for_selector("#import-preview:not([hidden])")
    assert page.inner_text("#import-understood").startswith("odd: 40 rows, 2 classes")


def test_pictures_in_a_zip_are_matched_by_name_and_shown(own):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("odd.csv", small_table())
        for row in range(40):
            drawn = io.BytesIO()
            Image.new("RGB", (60, 40), (200, 30, 30) if row % 2 else (30, 30, 200)).save(drawn, "PNG")
            archive.writestr(f"pictures/n{row}.png", drawn.getvalue())
    bring(own, {"name": "all.zip", "mimeType": "application/zip", "buffer": packed.getvalue()})
    assert "40 pictures" in own.page.inner_text("#import-understood")
    open_and_train(own)
    own.page.wait_for_function(
        "[...document.querySelectorAll('#matrix .thumb')].every(one => one.style.backgroundImage.startsWith('url(\"blob:'))"
    )
    own.page.wait_for_function("document.querySelector('#dataset-list img').naturalWidth === 60")


LOADING_IN_VIEW = """(() => {
    const { top, bottom } = document.getElementById("dataset-list").getBoundingClientRect();
    const places = [...document.querySelectorAll("#dataset-list img")].map(image => [image, image.getBoundingClientRect()]);
    return places.filter(([, place]) => place.bottom > top && place.top < bottom).map(([image]) => image.loading);
})()"""


def test_pictures_as_files_beside_a_table_are_shown(own):
    drawn = io.BytesIO()
    Image.new("RGB", (60, 40), (200, 30, 30)).save(drawn, "PNG")
    picture = {"name": "n0.png", "mimeType": "image/png", "buffer": drawn.getvalue()}
    bring(own, as_file("odd.csv", small_table()), picture)
    assert "1 picture" in own.page.inner_text("#import-understood")
    open_and_train(own)
    own.page.wait_for_function("document.querySelector('#dataset-list img').naturalWidth === 60")
    own.page.wait_for_function("document.querySelectorAll('#dataset-list img[loading=lazy]').length > 10")  # far below
    for top in (0, 700, 0):
        own.page.evaluate(f"document.getElementById('dataset-list').scrollTop = {top}")
        own.page.wait_for_function(f"{LOADING_IN_VIEW}.length > 1 && !{LOADING_IN_VIEW}.includes('lazy')")


# --- reviewing ------------------------------------------------------------------------------------------


def in_review(visit):
    """The sample, opened anew, trained and in review."""
    visit.page.click('[data-sample^="messages.csv"]')
    visit.page.wait_for_selector("#import-preview:not([hidden])")
    open_and_train(visit)
    start_review(visit)
    return visit


@pytest.fixture
def reviewing(own):
    return in_review(own)


@pytest.fixture
def reviewing_alone(visit):
    """A visit in which nothing else is saved."""
    return in_review(with_dialog(visit.open()))


def progress(page):
    return page.inner_text("#reviewed")


def current(page):
    return page.inner_text("#review-id").partition(",")[0]


def test_keys_decide_and_the_next_one_comes_by_itself(reviewing):
    page = reviewing.page
    total = int(progress(page).split()[2])
    seen = []
    for key, said in (("a", "accepted"), ("k", "kept"), ("n", "no class"), ("2", "changed"), ("s", "skipped")):
        seen.append(current(page))
        page.keyboard.press(key)
        page.wait_for_function(f"document.querySelectorAll('#queue-list .done')[{len(seen) - 1}].textContent.includes('{said}')")
    assert len(set(seen)) == 5
    page.wait_for_function(f"document.getElementById('reviewed').textContent === '4 of {total} reviewed'")
    for _ in range(5):
        page.keyboard.press("Control+z")
    page.wait_for_function(f"document.getElementById('reviewed').textContent === '0 of {total} reviewed'")
    page.keyboard.press("Control+Shift+z")
    page.wait_for_function(f"document.getElementById('reviewed').textContent === '1 of {total} reviewed'")


def test_training_again_says_what_has_changed(reviewing):
    page = reviewing.page
    for _ in range(6):
        page.keyboard.press("a")
    page.click("#review-train")
    page.wait_for_function("document.getElementById('review-status').textContent.includes('Before:')")
    said = page.inner_text("#review-status")
    assert "label issues; now" in said


def test_the_matrix_is_a_filter(reviewing):
    page = reviewing.page
    page.click("#review-back")
    cell = page.locator("#matrix td.differs:not(.none) .count").first
    count = int(cell.inner_text())
    cell.click()
    page.click("#cell-review")
    page.wait_for_function(f"document.getElementById('reviewed').textContent === '0 of {count} reviewed'")
    assert page.input_value("#queue-given") != "" and page.input_value("#queue-suggested") != ""


def test_text_is_sought(reviewing):
    page = reviewing.page
    page.select_option("#queue-kind", "all")
    page.wait_for_function("document.getElementById('reviewed').textContent === '0 of 240 reviewed'")
    page.fill("#queue-text", "m129")
    page.wait_for_function("document.getElementById('reviewed').textContent === '0 of 1 reviewed'")
    assert current(page) == "m129"


def test_a_selection_is_decided_on_after_showing_what_will_happen(reviewing):
    page = reviewing.page
    page.select_option("#queue-kind", "label issues")
    count = int(page.text_content('#queue-kind option[value="label issues"]').rpartition("(")[2].rstrip(")"))
    page.wait_for_function(f"document.getElementById('queue-heading').textContent.startsWith('{count} ')")
    page.keyboard.press("k")
    page.check("#select-all")
    page.click('#bulk [data-bulk="accepted"]')
    assert page.inner_text("#bulk-heading") == f"Accept the suggestion for {count - 1} examples?"
    assert "1 example reviewed already" in page.inner_text("#bulk-confirm ul")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    page.wait_for_function(f"document.getElementById('reviewed').textContent === '0 of {count} reviewed'")
    page.click('#bulk [data-bulk="accepted"]')
    assert page.inner_text("#bulk-heading") == f"Accept the suggestion for {count} examples?"
    lines = page.locator("#bulk-confirm li").all_inner_texts()
    assert sum(int(line.rpartition(" ")[2]) for line in lines) == count and all("→" in line for line in lines)
    assert progress(page).startswith("0 of")
    page.click("#bulk-do")
    page.wait_for_function(f"document.getElementById('reviewed').textContent === '{count} of {count} reviewed'")
    page.keyboard.press("Control+z")
    page.wait_for_function(f"document.getElementById('reviewed').textContent === '0 of {count} reviewed'")


def test_only_what_is_to_do_can_be_shown(reviewing):
    page = reviewing.page
    page.check("#queue-unreviewed")
    first = current(page)
    page.keyboard.press("k")
    page.wait_for_function(f"!document.getElementById('review-id').textContent.startsWith('{first},')")
    assert first not in page.inner_text("#queue-list")


# --- taking home, and coming back ------------------------------------------------------------------------


def test_what_is_exported_opens_again_to_the_same_review(reviewing, browser, site, tmp_path):
    page = reviewing.page
    for key in "aakn":
        page.keyboard.press(key)
    page.wait_for_function("document.getElementById('reviewed').textContent.startsWith('4 of')")
    name, text = exported(page, "table")
    assert name == "messages-corrected.csv"
    rows = rows_of(text)
    assert len(rows) == 240
    assert [row["review_action"] for row in rows].count("accepted") == 2
    name, changed = exported(page, "changes")
    assert len(rows_of(changed)) == 3
    name, report = exported(page, "report")
    assert "Reviewed</th><td>4</td>" in report and "<script" not in report
    with visiting(browser, site) as other:
        other.open()
        other.page.click("#import-button")
        embeddings = (SAMPLE / "messages-embeddings.npy").read_bytes()
        bring(other, as_file("messages-corrected.csv", text), {"name": "e.npy", "mimeType": "", "buffer": embeddings})
        assert "4 reviewed already" in other.page.inner_text("#import-understood")
        open_and_train(other)
        start_review(other)
        assert rows_of(exported(other.page, "table")[1])[0].keys() == rows[0].keys()
        again = rows_of(exported(other.page, "table")[1])
        for column in ("corrected_label", "review_action", "given_label"):
            assert [row[column] for row in again] == [row[column] for row in rows]


def test_a_reload_goes_on_with_the_same_work(reviewing_alone):
    page = reviewing_alone.page
    for key in "ak":
        page.keyboard.press(key)
    page.wait_for_function("document.getElementById('reviewed').textContent.startsWith('2 of')")
    before = progress(page)
    page.wait_for_timeout(800)  # the files are being kept
    page.reload()
    reviewing_alone.wait("trained")
    page.wait_for_selector("#queue-list .queue-row")
    assert progress(page) == before
    page.goto(reviewing_alone.site)
    reviewing_alone.wait("ready")
    page.click("#import-button")
    page.wait_for_selector("#saved-projects [data-project]")
    page.keyboard.press("Escape")
    assert "2 reviewed" in page.inner_text(".continue")  # offered on the page itself, too
    page.click(".continue")
    page.wait_for_url("**/?work=*")
    reviewing_alone.wait("trained")
    assert page.input_value("#dataset-menu") == "own"


def test_what_was_decided_before_a_reload_can_be_undone_and_done_again(reviewing_alone):
    page = reviewing_alone.page
    for key in "akn":
        page.keyboard.press(key)
    reviewed = "document.getElementById('reviewed').textContent.startsWith('{} of')"
    page.wait_for_function(reviewed.format(3))
    page.keyboard.press("Control+z")
    page.wait_for_function(reviewed.format(2))
    page.wait_for_timeout(800)  # the files are being kept
    for _visit in range(2):
        page.reload()
        reviewing_alone.wait("trained")
        page.wait_for_selector("#queue-list .queue-row")
        for count, key in ((1, "z"), (0, "z"), (1, "y"), (2, "y"), (3, "y"), (2, "z")):
            page.keyboard.press(f"Control+{key}")
            page.wait_for_function(reviewed.format(count))
    address = page.url
    page.goto(reviewing_alone.site + "404.html")
    steps = "Object.keys(localStorage).filter(key => key.startsWith('vizzy:undo:'))"
    assert page.evaluate(f"{steps}.map(key => localStorage.removeItem(key)).length") == 1
    page.goto(address)  # as after an earlier version, which kept no steps
    reviewing_alone.wait("trained")
    page.wait_for_function(reviewed.format(2))
    assert page.get_attribute("#undo", "aria-disabled") == "true"


def test_forgotten_work_is_gone(reviewing_alone):
    page = reviewing_alone.page
    page.wait_for_timeout(800)
    page.goto(reviewing_alone.site)
    reviewing_alone.wait("ready")
    page.click("#import-button")
    page.click("#saved-projects [data-forget]")
    page.wait_for_selector("#saved-projects", state="hidden")
    kept = page.evaluate("async () => (await (await caches.open('vizzy-work')).keys()).length")
    assert kept == 0


def test_without_storage_the_page_says_so_and_warns_before_it_is_left(browser, site):
    with visiting(browser, site) as visit:
        visit.page.add_init_script("CacheStorage.prototype.open = () => Promise.reject(new Error('refused'))")
        visit.open()
        visit.page.click("#import-button")
        visit.page.click('[data-sample="messages-probabilities.csv"]')
        visit.page.wait_for_selector("#import-preview:not([hidden])")
        open_and_train(visit)
        visit.page.wait_for_selector("#note:not([hidden])")
        assert "export your work" in visit.page.inner_text("#note")
        start_review(visit)
        visit.page.keyboard.press("k")
        visit.page.wait_for_function("document.getElementById('reviewed').textContent.startsWith('1 of')")
        asked = []
        visit.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        visit.page.reload()
        assert asked == ["beforeunload"]


def test_shipped_data_can_be_reviewed_and_exported_too(visit):
    visit.open().train()
    start_review(visit)
    for key in "ak":
        visit.page.keyboard.press(key)
    visit.page.wait_for_function("document.getElementById('reviewed').textContent.startsWith('2 of')")
    name, text = exported(visit.page, "table")
    assert name == "dataset-corrected.csv"
    assert sorted(row["review_action"] for row in rows_of(text))[-2:] == ["accepted", "kept"]


# --- at size: the same, natively --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Files of 5,000 rows, 64 dimensions and 12 classes, one label in twenty wrong: a table, and probabilities."""
    folder = tmp_path_factory.mktemp("large")
    random = np.random.default_rng(1)
    true = random.integers(0, CLASSES, ROWS)
    centres = random.normal(size=(CLASSES, DIMENSIONS)) * 0.9
    embeddings = centres[true] + random.normal(size=(ROWS, DIMENSIONS))
    moved = (true + random.integers(1, CLASSES, ROWS)) % CLASSES
    given = np.where(random.random(ROWS) < 0.05, moved, true)
    with open(folder / "large.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "label", *(f"emb_{number}" for number in range(DIMENSIONS))])
        for row in range(ROWS):
            writer.writerow([f"row{row}", f"class {given[row]:02d}", *(f"{value:.5f}" for value in embeddings[row])])
    with open(folder / "labels.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "label"])
        writer.writerows([f"row{row}", f"class {given[row]:02d}"] for row in range(ROWS))
    logits = -((embeddings[:, None] - centres) ** 2).sum(axis=2) / 8
    pred_probs = np.exp(logits - logits.max(axis=1, keepdims=True))
    np.save(folder / "pred_probs.npy", pred_probs / pred_probs.sum(axis=1, keepdims=True))
    return folder


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["large.csv"], id="embeddings", marks=pytest.mark.thorough),
        pytest.param(["labels.csv", "pred_probs.npy"], id="pred_probs"),
    ],
)
def test_five_thousand_rows_go_from_files_to_corrections_as_they_do_natively(own, large, names, tmp_path):
    paths = [str(large / name) for name in names]
    page = own.page
    page.set_default_timeout(2 * PATIENCE)
    bring(own, *paths)
    assert "5,000 rows, 12 classes" in page.inner_text("#import-understood")
    open_and_train(own)
    start_review(own)
    for _ in range(3):
        page.keyboard.press("a")
    page.wait_for_function("document.getElementById('reviewed').textContent.startsWith('3 of')")
    rows = rows_of(exported(page, "table")[1])
    command = [sys.executable, "-m", "vizzy", "find", *paths, "-o", str(tmp_path / "native.csv")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    native = rows_of((tmp_path / "native.csv").read_text("utf-8-sig"))
    assert len(rows) == len(native) == ROWS
    for column in ("suggested_label", "is_label_issue", "is_out_of_distribution"):
        assert [row[column] for row in rows] == [row[column] for row in native]
    quality = [np.array([float(row["label_quality"]) for row in table]) for table in (rows, native)]
    np.testing.assert_allclose(*quality, atol=2e-6)
    accepted = [row for row in rows if row["review_action"] == "accepted"]
    assert len(accepted) == 3
    assert all(row["corrected_label"] == row["suggested_label"] != row["label"] for row in accepted)


def test_many_rows_are_told_the_command_that_does_it_elsewhere(own):
    table = "id,label,p_a,p_b\n" + "\n".join(f"{row},{'ab'[row % 2]},0.5,0.5" for row in range(20_001))
    bring(own, as_file("many rows.csv", table))
    own.page.wait_for_selector("#import-command:not([hidden])")
    assert own.page.inner_text("#import-command code") == "python -m vizzy find 'many rows.csv'"


@pytest.mark.thorough  # tests/page says the same of the state
def test_a_link_of_the_lesson_pasted_while_ones_own_data_are_open_moves_sliders_and_leaves_decisions_alone(visit):
    visit.open()
    bring(with_dialog(visit), as_file("odd.csv", small_table()))
    open_and_train(visit)
    page = visit.page
    start_review(visit)
    page.keyboard.press("k")
    page.keyboard.press("2")
    page.wait_for_function("document.getElementById('reviewed').textContent.startsWith('2 ')")
    page.wait_for_function("location.hash.includes('view=review')")
    kept = page.evaluate("Object.entries(localStorage).find(([key]) => key.startsWith('vizzy:work:'))")
    page.evaluate("location.hash = 'class=28&labels=3:1,4:0&reviews=5:k&lab=score'")
    page.wait_for_selector("#lab-tab-score")
    assert page.text_content("#note") == "The labels and decisions in the link are about a dataset of this site: yours stay as they are."
    assert page.input_value("#class-percentile") == "28"
    page.wait_for_function("location.hash.includes('class=28') && !location.hash.includes('labels')")
    before, after = json.loads(kept[1]), json.loads(page.evaluate("name => localStorage[name]", kept[0]))
    assert before["changed_labels"] == after["changed_labels"] and len(after["reviews"]) == 2
    assert before["reviews"] == after["reviews"]
    page.go_back()
    page.wait_for_selector("#review:not([hidden])")
    assert page.text_content("#reviewed").startswith("2 ")
