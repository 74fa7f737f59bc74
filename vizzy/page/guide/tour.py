"""The tour of the controls, with driver.js, fetched when the tour is first taken."""

import asyncio

import js
from pyscript import js_import
from pyscript.ffi import create_proxy, to_js

from vizzy.page.guide import theory, widgets
from vizzy.page.language import _
from vizzy.page.ui import dom

DRIVER = ("runtime/driver/driver.js.mjs", "runtime/driver/driver.css")  # fetched when the tour is first taken
# What driver.js marks the shown element with; they promise a menu that none of our panels has.
FOREIGN_ATTRIBUTES = ("aria-haspopup", "aria-expanded", "aria-controls")


async def start(return_focus_to):
    """Take the tour; when it ends, the focus goes to ``return_focus_to``."""
    _link_style()
    (library,) = await js_import(js.URL.new(DRIVER[0], js.document.baseURI).href)
    Tour(library, return_focus_to)


class Tour:
    """One walk through ``theory.TOUR``; owns the proxies of its callbacks until it ends."""

    def __init__(self, library, return_focus_to):
        self._return_focus_to = return_focus_to
        self._proxies = [create_proxy(call) for call in (self._render, self._highlighted, self._ended, self._scrolled)]
        rendered, highlighted, ended, scrolled = self._proxies
        js.window.addEventListener("scrollend", scrolled, True)
        self._driver = library.driver(
            to_js(
                {
                    "steps": [_step(step) for step in theory.TOUR],
                    "popoverClass": "vizzy-tour",
                    "showProgress": True,
                    "progressText": _("{{current}} of {{total}}"),
                    "prevBtnText": _("Back"),
                    "nextBtnText": _("Next"),
                    "doneBtnText": _("Done"),
                    "animate": not widgets.unmoving(),
                    "duration": 250,
                    "overlayOpacity": 0.55,
                    "stagePadding": 4,
                    "stageRadius": 10,
                    "skipMissingElement": True,
                    "disableActiveInteraction": True,
                    "onPopoverRender": rendered,
                    "onHighlighted": highlighted,
                    "onDestroyed": ended,
                }
            )
        )
        self._driver.drive()

    def _render(self, popover, options):
        """Driver.js has built a step's box; give it marked text, Skip beside Back, and the focus to Next."""
        step = theory.TOUR[options.index]
        popover.wrapper.setAttribute("aria-modal", "true")
        for part in (popover.title, popover.footer):  # else a banner and a page's footer, which they are not
            part.setAttribute("role", "none")
        popover.title.replaceChildren(dom.element("h2", "", step["title"]))
        popover.description.replaceChildren(*widgets.nodes(step["text"]))
        skip = popover.closeButton
        skip.textContent = _("Skip")
        skip.setAttribute("aria-label", _("Skip the tour"))
        popover.footerButtons.prepend(skip)
        dom.show(skip, options.index < len(theory.TOUR) - 1)
        asyncio.create_task(_focus_soon(popover.nextButton))

    def _highlighted(self, element, _step, _options):
        for name in FOREIGN_ATTRIBUTES:
            element.removeAttribute(name)

    def _scrolled(self, _event):
        """A panel has come to rest: driver.js placed the box while it was still on its way."""
        if self._driver.isActive():
            self._driver.refresh()

    def _ended(self, _element, _step, _options):
        js.window.removeEventListener("scrollend", self._proxies[-1], True)
        self._return_focus_to.focus()
        widgets.release_soon(self._proxies)


def _step(step):
    return {
        "element": step["element"],
        "popover": {"title": step["title"], "description": theory.plain(step["text"])},
    }


async def _focus_soon(node):
    """Once driver.js has focused what it finds first."""
    await asyncio.sleep(0)
    node.focus()


def _link_style():
    if dom.by_id("driver-style"):
        return
    link = dom.element("link", "", None, {"rel": "stylesheet", "id": "driver-style", "href": DRIVER[1]})
    js.document.querySelector('link[href="static/guide.css"]').before(link)  # ours goes over theirs
