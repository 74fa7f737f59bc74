"""What went wrong is told as what it is, and disables nothing."""

import js

from vizzy.page.client.answers import WorkerError, WorkerLost
from vizzy.page.ui import dom, error_dialog


def told(error):
    """What the dialog says after an error, or None where it stays closed."""
    error_dialog.report(error)
    return dom.by_id("failure-text").textContent if dom.by_id("failure").open else None


def test_an_exception_of_a_view_is_shown_as_what_it_is_and_disables_nothing():
    before = [node.disabled for node in js.document.querySelectorAll("button, input, select")]
    sentence = told(KeyError("class_thresholds"))
    assert sentence.startswith("This went wrong: class_thresholds.")
    assert "Python" not in sentence
    assert [node.disabled for node in js.document.querySelectorAll("button, input, select")] == before


def test_a_sentence_for_the_visitor_is_shown_as_it_stands():
    assert told(WorkerError("Bring another file.")) == "Bring another file."


def test_a_lost_worker_is_told_by_whoever_starts_the_next():
    assert told(WorkerLost("Python was lost meanwhile.")) is None
