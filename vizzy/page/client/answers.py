"""What a call to the worker comes to: an answer, a sentence for the visitor, or a failure that nobody foresaw."""

import json

from vizzy.page.language import said

# How the JSON text of a refusal begins; no answer of `vizzy/worker.py` has "error" as its first key.
REFUSAL = '{"error": '
LOST = "WorkerLost"  # the name of the JavaScript error that settles the calls to a lost worker


class WorkerError(Exception):
    """A sentence for the visitor, who can do something about it."""

    advice = True  # as `vizzy.page.ui.error_dialog` sees it


class WorkerLost(WorkerError):
    """The worker is gone before it answered. The page notes that once and starts another by itself."""

    announced = True


class WorkerDefect(Exception):
    """The worker failed in a way that nobody foresaw: the last line of its traceback."""


def unpacked(answer):
    """An answer as it came; raises a WorkerError where it is the worker's refusal."""
    if isinstance(answer, str) and answer.startswith(REFUSAL):
        raise WorkerError(said(json.loads(answer)["error"]))
    return answer


def as_error(error):
    """The exception that a rejected promise stands for.

    Parameters
    ----------
    error : JavaScript's Error, or the exception that awaiting the promise raised
    """
    text = text_of(error)
    if LOST == getattr(error, "name", None) or LOST in list(getattr(error, "args", ())):
        return WorkerLost(text)
    print(text)  # the traceback, whole
    return WorkerDefect(text.strip().split("\n")[-1])


def text_of(error):
    """The text of an error, whether it was raised here or is a promise's."""
    args = [part for part in getattr(error, "args", ()) if isinstance(part, str)]
    return str(getattr(error, "message", None) or (args[-1] if args else error))
