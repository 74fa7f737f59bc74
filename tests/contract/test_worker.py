"""What the worker exports, under plain Python: refusals and defects, the open session, runs that are cancelled alone."""

import io
import json
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from coroutines import run
from stand_in_browser import File, answer_of, new_worker
from worker_calls import exported

from vizzy import labs
from vizzy.page.language import said
from vizzy.reading import InputFile

TABLE = b"id,file,label,p_cat,p_dog\n1,a.png,cat,0.9,0.1\n2,b.png,dog,0.2,0.8\n3,a.png,cat,0.7,0.3\n4,b.png,dog,0.4,0.6\n"

EDITED_RULE = "def reaches(pred_probs, thresholds):\n    return pred_probs > thresholds"


@pytest.fixture
def worker(monkeypatch):
    return new_worker(monkeypatch)


def zipped(images):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("data.csv", TABLE)
        for name, image in images.items():
            archive.writestr(name, image)
    return content.getvalue()


def propose(worker, content, name="mine.zip"):
    return answer_of(worker.propose([name], [File(content)], "{}", "runtime/wheels/"))


def test_the_decorator_is_all_that_exports(worker):
    assert worker.__export__ == exported()


def test_a_refusal_crosses_as_a_sentence(worker):
    answer = propose(worker, b"no zip at all")
    assert list(answer) == ["error"] and "mine.zip" in said(answer["error"])


@pytest.mark.parametrize(("sentences", "used"), [(("where is my parcel", "the card was charged twice"), True), (("wo bleibt mein Paket", "die Karte wurde belastet"), False)])
def test_whether_vectors_of_words_will_be_used_of_the_texts_is_known_before_they_are_opened(worker, sentences, used):
    from vizzy.features.word_vectors import WordVectors

    worker.word_vectors = WordVectors.shipped()
    rows = "".join(f"{sentences[row % 2]} {row},{'ab'[row % 2]}\n" for row in range(40))
    assert propose(worker, f"text,label\n{rows}".encode(), "texts.csv")["problem"] is None
    assert answer_of(worker.word_vectors_used("runtime/texts/minilm-words.npz")) is used


def test_a_value_error_that_is_a_defect_is_no_advice(worker, monkeypatch):
    propose(worker, zipped({}))
    answer_of(worker.open_proposal())
    monkeypatch.setattr(labs, "find_experiment", lambda _name: lambda _session: int("no number"))
    with pytest.raises(ValueError, match="no number"):
        answer_of(worker.lab("score.score_card", "{}"))
    monkeypatch.setattr(worker.opened.session, "analyse", lambda *_settings: int("no number"))
    with pytest.raises(ValueError, match="no number"):
        worker.analyse(50, 15, "percentile")


def test_files_that_do_not_fit_into_memory_are_refused_and_other_calls_fail(worker, monkeypatch):
    def full(*_arguments):
        raise MemoryError

    propose(worker, zipped({}))
    answer_of(worker.open_proposal())
    monkeypatch.setattr(worker.opened.session, "analyse", full)
    with pytest.raises(MemoryError):  # by which the page knows that this interpreter is of no use any more
        worker.analyse(50, 15, "percentile")
    monkeypatch.setattr("vizzy.reading.read", full)
    assert "memory" in said(propose(worker, zipped({}))["error"])


def test_images_come_from_the_files_that_are_open_and_not_from_those_previewed(worker):
    propose(worker, zipped({"a.png": b"open"}))
    assert answer_of(worker.image("a.png")) is None
    answer_of(worker.open_proposal())
    propose(worker, zipped({"a.png": b"previewed"}))
    assert answer_of(worker.image("a.png")) == b"open"
    answer_of(worker.open_proposal())
    assert answer_of(worker.image("a.png")) == b"previewed"
    assert answer_of(worker.image("z.png")) is None


def test_a_zip_is_opened_once_for_all_its_images(worker, monkeypatch):
    propose(worker, zipped({"a.png": b"one", "b.png": b"two"}))
    answer_of(worker.open_proposal())
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert [answer_of(worker.image(name)) for name in ("a.png", "b.png", "a.png")] == [b"one", b"two", b"one"]


@pytest.mark.parametrize("call", ["open_proposal", "correct"])
def test_a_worker_that_was_started_anew_says_that_the_files_have_to_be_brought_again(worker, call):
    answer = answer_of(getattr(worker, call)(*["{}"] * (call == "correct")))
    assert said(answer["error"]) == "Python was started anew and no longer has these files: bring them again."


def test_another_dataset_takes_the_place_of_all_that_belonged_to_the_last_one(worker):
    propose(worker, zipped({}))
    answer_of(worker.open_proposal())
    before = worker.opened
    answer_of(worker.train("[]", 1))
    assert before.reviewing is before.reviewing
    propose(worker, zipped({}))
    answer_of(worker.open_proposal())
    assert worker.opened is not before
    assert worker.opened.session.predictions is None and "reviewing" not in vars(worker.opened)


def test_names_and_labels_with_emoji_reach_micropython_unescaped(worker):
    names = ["\U0001f431/\U0001f600.png", "dog/1.png"]
    answer = worker.propose(names, [None, None], "{}", "runtime/wheels/")
    for text in (run(answer) if hasattr(answer, "__await__") else answer, worker.images_to_embed()):
        assert "\U0001f431" in text and "\\u" not in text


def test_features_of_texts_are_made_in_steps_that_can_be_cancelled_and_what_was_open_stays(worker):
    propose(worker, zipped({}))
    answer_of(worker.open_proposal())
    before = worker.opened
    rows = "".join(f"the {('fox runs', 'parcel is late')[row % 2]} again {row},{'ab'[row % 2]}\n" for row in range(20))
    summary = propose(worker, f"text,label\n{rows}".encode(), "texts.csv")
    assert summary["kind"] == "texts" and summary["problem"] is None

    async def cancelled():
        opening = worker.open_proposal(5)
        worker.cancel(5)
        return await opening

    assert run(cancelled()) is None and worker.opened is before
    assert json.loads(answer_of(worker.open_proposal(6))["told"])["estimated_seconds"] > 0
    assert worker.opened.session.dataset.embeddings.shape[0] == 20


def long_experiment(_session, steps=3):
    for step in range(steps):
        yield step, steps
    return {"steps": steps}


def test_a_short_experiment_does_not_take_back_the_cancellation_of_a_long_one(worker, monkeypatch):
    propose(worker, zipped({}))
    answer_of(worker.open_proposal())
    monkeypatch.setattr(labs, "find_experiment", lambda name: long_experiment if name == "long" else lambda _session: {"short": 1})

    async def both():
        long_one = worker.lab("long", "{}", 7)
        worker.cancel(7)  # before its coroutine has begun
        short_one = worker.lab("short", "{}")
        return [await long_one, await short_one, await worker.lab("long", "{}", 8)]

    cancelled, short, other = run(both())
    assert cancelled is None
    assert (json.loads(short), json.loads(other)) == ({"short": 1}, {"steps": 3})
    assert worker.runs.under_way == {}


def test_a_run_that_was_not_asked_for_yet_shows_no_progress_and_can_be_cancelled_without_effect(worker):
    assert answer_of(worker.progress(5)) == 0
    assert worker.cancel(5) is None


def test_a_file_that_was_brought_alone_is_an_image_too():
    from vizzy.reading import Images

    assert Images([InputFile("a.png", b"alone")]).read("a.png") == b"alone"


def test_parts_of_answers_come_in_calls_that_no_question_waits_long_for(worker, monkeypatch):
    names = [["suggested", 50], ["ood", 15, "percentile"], ["outliers", "mean"]]
    propose(worker, zipped({}))
    answer_of(worker.open_proposal())
    answer_of(worker.train("[]"))
    monkeypatch.setattr(worker, "MOST_SECONDS_OF_PARTS", -1)
    counts = [len(answer_of(worker.answer_parts(json.dumps(names)))) for _ in range(12)]  # each call goes on where the last one was
    assert counts[0] == 0 and set(counts) == {0, 1}
    monkeypatch.setattr(worker, "MOST_SECONDS_OF_PARTS", 60)
    suggested, ood, whole = map(json.loads, answer_of(worker.answer_parts(json.dumps(names))))
    told = json.loads(worker.analyse(50, 15, "mean", "outliers"))
    assert whole == told
    assert sum(suggested["joint"]) + ood["count"] <= 4


def test_of_many_examples_a_question_is_answered_from_parts_that_were_prepared_with_the_training(worker, monkeypatch):
    monkeypatch.setattr(worker, "FEWEST_PREPARED_FOR", 1)
    propose(worker, zipped({}))
    answer_of(worker.open_proposal())
    answer_of(worker.train("[]"))
    settings = (50, 15, "percentile", "percentile")
    expected = worker.opened.session.analyse(*settings)
    monkeypatch.setattr(worker.opened.session, "analyse", None)  # which would judge every example anew
    assert json.loads(worker.analyse(*settings)) == expected


def test_there_are_no_parts_where_the_rules_are_edited(worker):
    propose(worker, zipped({}))
    answer_of(worker.open_proposal())
    answer_of(worker.train("[]"))
    assert json.loads(worker.explain(0, 50, 15, "percentile"))["everywhere"]
    answer_of(worker.lab("rule_editor.run_code", json.dumps({"source": EDITED_RULE, "settings": [50, 15, "percentile", "percentile"]})))
    assert worker.answer_parts(json.dumps([["suggested", 50]])) is None
    assert json.loads(worker.explain(0, 50, 15, "percentile"))["everywhere"] is None
