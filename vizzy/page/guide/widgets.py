"""What the tour, the tutorial and the theory share: marked text, and scrolling to a panel."""

import asyncio

import js
from pyscript.ffi import to_js

from vizzy.page.guide import theory
from vizzy.page.ui import dom

NARROW = "(max-width: 68rem)"  # as in static/vizzy.css: one panel at a time
FLASH = {"duration": 2400, "easing": "ease-out"}


def matches(query):
    """Whether a media query holds."""
    return js.window.matchMedia(query).matches


def unmoving():
    """Whether the visitor wants no motion."""
    return matches("(prefers-reduced-motion: reduce)")


def nodes(text):
    """A marked text as nodes: terms emphasised, the other kinds in their colours."""
    return [
        dom.element({"": "span", "term": "strong"}.get(kind, "b"), kind, words) for kind, words in theory.pieces(text)
    ]


def paragraph(text, class_name=""):
    """A marked text as a paragraph."""
    node = dom.element("p", class_name)
    node.append(*nodes(text))
    return node


def panel(name):
    """A panel of the page."""
    return js.document.querySelector('[data-panel="' + name + '"]')


def bring_into_view(name):
    """Where panels stand side by side to thumb through: bring one into view."""
    if matches(NARROW):
        behaviour = "auto" if unmoving() else "smooth"
        panel(name).scrollIntoView(to_js({"behavior": behaviour, "inline": "start", "block": "nearest"}))


def show_panel(name):
    """Bring a panel into view, move the focus to its heading, and let it light up."""
    bring_into_view(name)
    shown = panel(name)
    heading = shown.querySelector("h2")
    heading.tabIndex = -1
    heading.focus(to_js({"preventScroll": True}))
    steady = "0 0 0 3px var(--accent) inset"
    frames = [{"boxShadow": steady}, {"boxShadow": steady, "offset": 0.7}, {"boxShadow": "0 0 0 3px transparent inset"}]
    shown.animate(to_js(frames), to_js(FLASH))


def release_soon(proxies):
    """Give up proxies that JavaScript may just now be on its way out of."""
    asyncio.create_task(_release(list(proxies)))


async def _release(proxies):
    await asyncio.sleep(1)
    for proxy in proxies:
        if hasattr(proxy, "destroy"):  # MicroPython's have none to call
            proxy.destroy()
