"""Light or dark: as the system has it, unless the visitor switched, which is remembered."""

from js import document, window

from vizzy.page.site import local_storage

KEY = "vizzy:theme"


def restore():
    """The theme of the last visit."""
    theme = local_storage.recall(KEY)
    if theme in ("light", "dark"):
        document.documentElement.setAttribute("data-theme", theme)


def switch(_event=None):
    """Light to dark, or back."""
    root = document.documentElement
    system = "dark" if window.matchMedia("(prefers-color-scheme: dark)").matches else "light"
    theme = "light" if (root.getAttribute("data-theme") or system) == "dark" else "dark"
    root.setAttribute("data-theme", theme)
    local_storage.remember(KEY, theme)
