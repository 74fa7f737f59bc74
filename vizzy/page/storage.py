"""What the browser remembers for the next visit. One that refuses to still shows the page."""

from js import window


def remember(key, value):
    """Keep a text."""
    try:
        window.localStorage.setItem(key, value)
    except Exception as error:
        print("not remembered:", error)


def recall(key):
    """The text kept under a key, or None."""
    try:
        return window.localStorage.getItem(key)
    except Exception as error:
        print("nothing remembered:", error)
        return None
