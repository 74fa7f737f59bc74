"""Telling that something went wrong, in a dialog that says how to go on."""

import sys

from vizzy.page.language import _
from vizzy.page.ui import dom


def fail(sentence):
    """Say in a dialog what went wrong."""
    dom.by_id("failure-text").textContent = sentence
    if not dom.by_id("failure").open:
        dom.by_id("failure").showModal()


def explained(error):
    """The last line of what the other interpreter said, with what to do."""
    last_line = str(error.args[-1] if error.args else error).strip().split("\n")[-1]
    return _("{}. Reload the page to try again: your labels and thresholds are kept in its address.").format(last_line.rstrip("."))


def report(error):
    """Tell of an exception as what it is; nothing is switched off because of it.

    An error with a true ``announced`` is told by somebody else; one with a true ``advice`` is a sentence for the visitor
    already. All others are defects: the console has the traceback.
    """
    if getattr(error, "announced", False):
        print(error)
        return
    sys.print_exception(error)
    fail(error.args[0] if getattr(error, "advice", False) else _("This went wrong: {}").format(explained(error)))


def report_task(_loop, context):
    """Tell of the exception that ended a task which nobody waits for: asyncio's exception handler."""
    report(context["exception"])
