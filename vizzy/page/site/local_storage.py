"""What the browser remembers for the next visit. One that refuses to still shows the page."""

from js import window

# Of static/start.js, as MicroPython cannot catch what a refusing storage throws: each answers null where it is refused.

PROBE = "vizzy:probe"


def keeps():
    """Whether this browser keeps anything at all; private windows may not."""
    kept = remember(PROBE, "")
    forget(PROBE)
    return kept


def remember(key, value):
    """Keep a text; whether that was done."""
    return bool(window.vizzyStorage("setItem", key, value))


def recall(key):
    """The text kept under a key, or None."""
    return window.vizzyStorage("getItem", key)


def forget(key):
    """Keep what is under a key no longer."""
    window.vizzyStorage("removeItem", key)
