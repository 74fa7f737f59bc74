"""What the browser remembers for the next visit. One that refuses to still shows the page."""

from js import window


def remember(key, value):
    """Keep a text; returns whether it was kept."""
    try:
        window.localStorage.setItem(key, value)
        return True
    except Exception as error:
        print("not remembered:", error)
        return False


def recall(key):
    """The text kept under a key, or None."""
    try:
        return window.localStorage.getItem(key)
    except Exception as error:
        print("nothing remembered:", error)
        return None
