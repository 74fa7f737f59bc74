"""The menu behind the Guide button: look around, do it yourself, read why it works, or see the keys."""

import asyncio

import js
from pyscript.ffi import create_proxy

from vizzy.page.language import _
from vizzy.page.ui import dom
from vizzy.page.ui.dom import button

CHOICES = (
    ("open_tour", _("Look around"), _("What each part of the page is for. One minute.")),
    ("open_tutorial", _("Do it yourself"), _("Train, break a label, and see it found. Four minutes.")),
    ("open_learn", _("Understand it"), _("Why it works, with examples to play with. Three minutes.")),
    ("open_keys", _("Keyboard"), _("Which keys do what, and a switch for those that are letters.")),
)


def open_menu(guide):
    """Show the menu, building it the first time."""
    dialog = dom.by_id("guide-menu")
    if not dialog:
        dialog = _build(guide)
        js.document.body.append(dialog)
    dialog.showModal()


def _build(guide):
    dialog = dom.element("dialog", "", None, {"id": "guide-menu", "aria-labelledby": "guide-menu-heading"})
    dialog.append(dom.element("h2", "", _("Guide"), {"id": "guide-menu-heading"}))
    for action, title, description in CHOICES:
        choice = button("", "choice-of-guide", create_proxy(_chosen(dialog, guide, action)))
        choice.append(dom.element("b", "", title), dom.element("span", "", description))
        dialog.append(choice)
    dialog.append(button(_("Close"), "", create_proxy(lambda _event: dialog.close())))
    return dialog


def _chosen(dialog, guide, action):
    def chosen(_event):
        dialog.close()
        asyncio.create_task(getattr(guide, action)())

    return chosen
