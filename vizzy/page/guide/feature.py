"""The part of Guide and Learn that loads at the start: two buttons, and the invitation on the first visit.

All the rest is fetched when first asked for, see `vizzy.page.site.late_loading`.
"""

import asyncio

import js
from pyscript.ffi import create_proxy

from vizzy.page.language import _
from vizzy.page.site import late_loading, local_storage
from vizzy.page.ui import dom

STYLES = ("static/guide.css",)
SEEN = "vizzy:guide"  # where the browser remembers that the invitation was answered


class GuideFeature:
    """Opens the menu of guides, the tour, the tutorial and the theory."""

    def __init__(self, app):
        self.app = app
        self._invitation = None
        self._tutorial = None
        self._learn = None

    def take_dataset(self, _dataset):
        """Another dataset is open: what speaks of the last one is gone."""
        self.end_tutorial()
        if self._learn:
            self._learn.remove()
            self._learn = None

    # --- what is opened ------------------------------------------------------------------

    async def open_menu(self):
        """The choice between tour, tutorial and theory."""
        if await self._ready():
            from vizzy.page.guide import menu

            menu.open_menu(self)

    async def open_tour(self):
        """The tour of the controls."""
        if await self._ready():
            from vizzy.page.guide import tour

            self.end_tutorial()
            await tour.start(dom.by_id("guide"))

    async def open_tutorial(self):
        """The tutorial, from its beginning."""
        if await self._ready():
            from vizzy.page.guide import tutorial

            self.end_tutorial()
            self._tutorial = tutorial.Tutorial(self)

    def end_tutorial(self):
        """Take the tutorial's strip away, if it is there."""
        if self._tutorial:
            self._tutorial.end()
            self._tutorial = None

    async def open_learn(self):
        """The theory."""
        if await self._ready():
            from vizzy.page.guide import theory_dialog

            if self._learn is None:
                self._learn = theory_dialog.LearnDialog(self.app.dataset.index)
            self._learn.open(self.app.analysis)

    async def open_keys(self):
        """The list of keys."""
        dom.by_id("shortcuts").showModal()

    # --- the first visit -----------------------------------------------------------------------

    async def invite(self):
        """Offer the tour beside the page's title, unless that was answered at an earlier visit."""
        if local_storage.recall(SEEN):
            return
        await late_loading.link_styles(STYLES)
        if local_storage.recall(SEEN):  # answered while the style came
            return
        self._invitation = invitation = dom.element("p", "invitation")
        accept = dom.element("button", "", _("Show me around"), {"type": "button"})
        dismiss = dom.element("button", "dismiss", "×", {"type": "button", "aria-label": _("No tour, thank you")})
        invitation.append(_("New here?"), " ", accept, dismiss)
        dom.on_click(accept, self.open_tour)
        dismiss.addEventListener("click", create_proxy(self._dismiss))
        dom.by_id("guide").classList.add("new")
        js.document.querySelector(".tagline").after(invitation)

    def _dismiss(self, _event):
        self._forget_invitation()
        dom.by_id("guide").focus()

    def _forget_invitation(self):
        local_storage.remember(SEEN, "seen")
        dom.by_id("guide").classList.remove("new")
        if self._invitation:
            self._invitation.remove()
            self._invitation = None

    # --- what comes late ---------------------------------------------------------------------

    async def _ready(self):
        """Fetch what is needed, once; whether it is there."""
        self._forget_invitation()
        return await late_loading.fetched("guide", self.app, _("The guide could not be loaded. Check the connection and try again."))


def mount(app):
    """Wire the two buttons; the guide lives as long as the page."""
    guide = GuideFeature(app)
    app.on_dataset_opened(guide.take_dataset)
    dom.on_click(dom.by_id("guide"), guide.open_menu)
    dom.on_click(dom.by_id("learn"), guide.open_learn)
    asyncio.create_task(guide.invite())
    return guide
