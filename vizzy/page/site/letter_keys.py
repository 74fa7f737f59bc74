"""Shortcuts of a single character (a letter, a digit, ?), which can be switched off, as WCAG 2.1.4 asks for.

Speech input types every word as letters, and some hands press more keys than they mean to: each would be a shortcut.
"""

from js import document

from vizzy.page.site import local_storage

KEY, OFF = "vizzy:letter-keys", "off"
ATTRIBUTE = "data-no-letter-keys"  # of the root: the style hides the keys that buttons name while they do nothing


def restore():
    """The choice of the last visit."""
    _show(local_storage.recall(KEY) != OFF)


def switch(event):
    """The visitor's choice."""
    _show(event.target.checked)
    if event.target.checked:
        local_storage.forget(KEY)
    else:
        local_storage.remember(KEY, OFF)


def allow(key):
    """Whether a key pressed without Ctrl or Alt may be a shortcut: arrows, Escape and other keys with a name always may."""
    return len(key) > 1 or not document.documentElement.hasAttribute(ATTRIBUTE)


def _show(are_on):
    document.documentElement.toggleAttribute(ATTRIBUTE, not are_on)
    document.getElementById("letter-keys").checked = are_on
