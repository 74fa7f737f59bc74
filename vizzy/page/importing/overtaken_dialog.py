"""The question that is asked where another tab has saved other decisions about the same project: whose are kept?"""

import js
from pyscript.ffi import create_proxy

from vizzy.page.language import _
from vizzy.page.ui import dom

SENTENCE = _(
    "This project is open in another tab, which has saved other decisions or has forgotten it. "
    "Only the decisions of one tab can be kept."
)


class OvertakenDialog:
    """Asks whose decisions are kept; lives as long as the page.

    Parameters
    ----------
    app : vizzy.page.app.App
        Its open dataset's ``source.project`` is what is asked about.
    """

    def __init__(self, app):
        self._app = app
        self._dialog = dom.element("dialog", "", None, {"id": "overtaken", "aria-labelledby": "overtaken-heading"})
        buttons = dom.element("div", "row")
        buttons.append(
            dom.button(_("Load the other tab's"), "primary", create_proxy(self._load_theirs)),
            dom.button(_("Keep this tab's"), "", create_proxy(self._keep_mine)),
        )
        heading = dom.element("h2", "", _("Changed in another tab"), {"id": "overtaken-heading"})
        self._dialog.append(heading, dom.element("p", "", SENTENCE), buttons)
        js.document.body.append(self._dialog)

    def open(self):
        """Ask, unless the question is open already."""
        if not self._dialog.open:
            self._dialog.showModal()

    @property
    def _project(self):
        return self._app.dataset.source.project

    def _load_theirs(self, _event):
        self._project.give_way()
        js.window.location.reload()

    def _keep_mine(self, _event):
        self._dialog.close()
        self._project.overwrite(self._app.state)
