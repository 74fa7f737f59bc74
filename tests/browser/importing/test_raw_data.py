"""Tables without embeddings: texts and measurements, from a click on the sample to the review, with nothing chosen."""

import pytest
from firefox import EXECUTABLE, firefox
from own_data import as_file, bring, open_and_train, start_review
from visits import ROOT

MESSAGES = ROOT / "static/sample/messages.csv"
MANY = 60  # times the sample, so that making features takes seconds
KINDS = {
    "texts": ("messages.csv", "240 rows, 4 classes, texts to make features of", "of its words"),
    "measurements": ("iris.csv", "150 rows, 3 classes, measurements to make features of", "of its values"),
}


@pytest.mark.thorough  # daily: test_three_kinds.py
@pytest.mark.parametrize("kind", KINDS)
def test_raw_data_reaches_the_suspects_and_why_with_nothing_chosen(visit, kind):
    sample, understood, why = KINDS[kind]
    page = visit.page
    visit.open()
    page.click("#import-button")
    page.click(f'[data-sample="{sample}"]')
    page.wait_for_selector("#import-preview:not([hidden])")
    assert understood in page.inner_text("#import-understood")
    assert f"features are made of the {kind}" in page.inner_text("#import-notes")
    assert "Making features and training take" in page.inner_text("#import-estimate")
    if kind == "texts":
        page.wait_for_function("document.getElementById('import-words').textContent.startsWith('Vectors of words will be used')")
    else:
        assert page.is_hidden("#import-words") and page.is_hidden("#import-text")
    open_and_train(visit)
    start_review(visit)
    page.wait_for_function(f"document.getElementById('review-reasons').textContent.toLowerCase().includes('{why}')")
    if kind == "measurements":
        assert "petal_length_cm: " in page.inner_text("#review-picture")
        return  # once is enough for what does not depend on the kind
    page.keyboard.press("k")
    page.wait_for_function("document.getElementById('reviewed').textContent.startsWith('1 of')")
    page.wait_for_timeout(800)  # the files are being kept
    page.reload()
    visit.wait("trained")
    page.wait_for_selector("#queue-list .queue-row")
    assert page.inner_text("#reviewed").startswith("1 of")


@pytest.mark.thorough  # daily: tests/core/test_features.py and tests/contract/test_worker.py
def test_what_is_taken_for_a_measurement_can_be_corrected_and_making_features_cancelled(visit):
    page = visit.page
    visit.open()
    page.click("#import-button")
    bring(visit, ROOT / "static/sample/iris.csv")
    page.select_option('#import-columns [data-name="petal_length_cm"]', "ignored")
    page.wait_for_function("!document.getElementById('import-notes').textContent.includes('petal_length_cm')")
    assert "'petal_width_cm'" in page.inner_text("#import-notes")
    page.click("#import-again")
    lines = [line.split(",", 1)[1] for line in MESSAGES.read_text(encoding="utf-8").splitlines()]
    bring(visit, as_file("many.csv", "\n".join([lines[0]] + lines[1:] * MANY)))
    page.click("#import-open")
    page.click("#import-cancel")
    page.wait_for_selector("#import-open:not([disabled])")
    assert page.is_hidden("#import-progress") and page.is_visible("#import")
    assert page.inner_text('[data-panel="dataset"] .choice[aria-pressed="true"] >> nth=0') == "cat"  # what was open is


@pytest.mark.thorough  # daily: tests/page/views/preview.py and tests/core/test_features.py
def test_which_of_several_columns_of_few_words_is_the_text_can_be_said_and_vectors_of_words_are_not_for_german(visit):
    rows = ["first,second,label"]
    for number in range(60):
        good = number % 2
        rows.append(f"{'guter' if good else 'schlechter'} Stuhl {number},Lampe {number} kaufte ich,{'pos' if good else 'neg'}")
    page = visit.page
    page.context.route("**/minilm-words.npz", lambda route: route.abort())
    visit.open()
    page.click("#import-button")
    bring(visit, as_file("reviews.csv", "\n".join(rows)))
    question = page.locator("#import-text select")
    assert question.input_value() == "second" and question.locator("option").all_inner_texts() == ["first", "second", "none of them"]
    page.wait_for_function("document.getElementById('import-words').textContent.includes('could not be fetched')")
    page.context.unroute("**/minilm-words.npz")
    question.select_option("first")
    page.wait_for_function("document.getElementById('import-words').textContent.startsWith('Vectors of words will not be used')")
    assert "made of the texts in 'first'" in page.inner_text("#import-notes")
    question.select_option("")
    page.wait_for_selector("#import-problem:not([hidden])")
    assert page.is_hidden("#import-words") and question.input_value() == ""
    question.select_option("first")
    page.wait_for_selector("#import-problem", state="hidden")
    open_and_train(visit)
    visit.complaints.clear()  # the browser's own, of the request that was aborted


@pytest.mark.thorough
@pytest.mark.skipif(EXECUTABLE is None, reason="no Firefox here")
def test_in_firefox_both_kinds_reach_the_suspects(site, tmp_path):
    with firefox(tmp_path) as tab:
        tab.open(site)
        tab.wait_for("document.documentElement.dataset.vizzy === 'ready'")
        for sample, _, why in KINDS.values():
            tab.click("#import-button")
            tab.wait_for("document.getElementById('import')?.open")
            tab.evaluate(f"""document.querySelector('[data-sample="{sample}"]').click()""")
            tab.wait_for("!document.getElementById('import-preview').hidden")
            tab.open_train_and_review()
            tab.wait_for(f"document.getElementById('review-reasons')?.textContent.toLowerCase().includes('{why}')")
            tab.click("#review-back")
        assert tab.complaints() == []
