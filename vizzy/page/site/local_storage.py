"""What the browser remembers for the next visit, or until the tab is closed. One that refuses to still shows the page."""

from js import window

# Of static/start.js, as MicroPython cannot catch what a refusing storage throws: each answers null where it is refused.

PROBE = "vizzy:probe"
UNDO = "vizzy:undo:"  # and a saved project or a dataset's address: the steps that can be undone and redone
FOR_GOOD, FOR_THIS_TAB = "localStorage", "sessionStorage"


def keeps():
    """Whether this browser keeps anything at all; private windows may not."""
    kept = remember(PROBE, "")
    forget(PROBE)
    return kept


def remember(key, value, storage=FOR_GOOD):
    """Keep a text; whether that was done."""
    return bool(window.vizzyStorage(storage, "setItem", key, value))


def recall(key, storage=FOR_GOOD):
    """The text kept under a key, or None."""
    return window.vizzyStorage(storage, "getItem", key)


def forget(key, storage=FOR_GOOD):
    """Keep what is under a key no longer."""
    window.vizzyStorage(storage, "removeItem", key)
