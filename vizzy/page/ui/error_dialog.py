"""Telling that something went wrong, in a dialog that says how to go on."""

from vizzy.page.ui import dom


def fail(sentence):
    """Say in a dialog what went wrong."""
    dom.by_id("failure-text").textContent = sentence
    if not dom.by_id("failure").open:
        dom.by_id("failure").showModal()


def explained(error):
    """The last line of what the other interpreter said, with what to do."""
    last_line = str(error.args[-1] if error.args else error).strip().split("\n")[-1]
    return last_line.rstrip(".") + ". Reload the page to try again: your labels and thresholds are kept in its address."
