"""What the browser remembers for the next visit. One that refuses to still shows the page."""

from js import window


def remember(key, value):
    """Keep a text; whether that was done."""
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


def forget(key):
    """Keep what is under a key no longer."""
    try:
        window.localStorage.removeItem(key)
    except Exception as error:
        print("nothing to forget:", error)
