"""The part of the labs that loads at the start: what opens them, and the loading of the rest.

Which one is open is part of the state (``lab``), so that a link opens it. A click on anything with ``data-lab`` opens
the one it names. All the rest is fetched then, see `vizzy.page.site.late_loading`.
"""

import asyncio
import sys

import js
from pyscript.ffi import create_proxy

from vizzy.page.language import _
from vizzy.page.model import events
from vizzy.page.site import late_loading
from vizzy.page.ui import dom

# Read by tools/manifest.py
WORKER = ("vizzy.labs",)
STYLES = ("static/labs.css",)


class LabsFeature:
    """Makes the panel when it is first wanted, and tells it of every change."""

    def __init__(self, app):
        self.app = app
        self._panel = None
        self._loading = False
        self._frame = None  # stands where the panel will be while it is fetched
        self._opener = None  # who gets the focus back

    def watch(self, state, analysis):
        """The app's state or analysis has changed."""
        dom.by_id("labs").setAttribute("aria-expanded", "false" if state.lab is None else "true")
        if self._panel:
            self._panel.follow(state, analysis)
            return
        self._show_frame(state.lab is not None)
        if state.lab is not None and not self._loading:
            self._loading = True
            asyncio.create_task(self._load())

    def clicked(self, event):
        """A click on something that opens an experiment; on the button of the open panel, it closes it."""
        link = event.target.closest("[data-lab]") if hasattr(event.target, "closest") else None
        if not link:
            return
        closes = link.id == "labs" and self.app.state.lab is not None
        if self.app.state.lab is None:
            self._opener = link
        self.show(None if closes else link.getAttribute("data-lab"))

    def show(self, lab):
        """Open an experiment, or close them (None)."""
        self.app.update(events.open_lab(self.app.state, lab))
        self.app.decisions.settle()
        if lab is None:
            self.give_focus_back()
        elif self._panel:
            self._panel.focus()

    def give_focus_back(self):
        """The labs are closed: what opened them gets the focus."""
        opener = self._opener if self._opener and self._opener.isConnected else dom.by_id("labs")
        opener.focus()

    def _show_frame(self, wanted):
        """Give the labs their room at once, so that nothing moves when the panel arrives; or take it back."""
        if wanted == bool(self._frame):
            return
        if wanted:
            self._frame = dom.element("section", "", None, {"data-panel": "labs", "aria-busy": "true", "aria-label": _("Labs")})
            js.document.querySelector("main").prepend(self._frame)
        else:
            self._frame.remove()
            self._frame = None
        js.document.body.classList.toggle("labs-open", wanted)

    async def _load(self):
        try:
            await late_loading.load("labs")
            from vizzy.page.labs import panel

            self._panel = panel.LabPanel(self)
        except Exception as error:
            sys.print_exception(error)
            self.app.note(late_loading.failure_sentence(error, _("The labs could not be loaded. Check the connection and try again.")))
            self.app.update(events.open_lab(self.app.state, None))
            return
        finally:
            self._loading = False
        self._show_frame(False)
        self._panel.follow(self.app.state, self.app.analysis)
        self._panel.focus()


def mount(app):
    """Wire what opens the experiments; they live as long as the page."""
    labs = LabsFeature(app)
    app.subscribe(labs.watch)
    js.document.addEventListener("click", create_proxy(labs.clicked))
    return labs
