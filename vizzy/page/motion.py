"""Motion that explains: an image that changes cell travels there, unless motion is unwanted."""

from js import window
from pyscript.ffi import to_js

MOST_TRAVELLERS = 40  # more at once explain nothing and cost frames
TIMING = {"duration": 260, "easing": "ease-out"}


def places_of(nodes):
    """Where these nodes are on the screen: a list of (node, left, top)."""
    if len(nodes) > MOST_TRAVELLERS or window.matchMedia("(prefers-reduced-motion: reduce)").matches:
        return []
    places = []
    for node in nodes:
        box = node.getBoundingClientRect()
        places.append((node, box.left, box.top))
    return places


def travel(places):
    """Let nodes glide from where they were to where they are now."""
    boxes = [node.getBoundingClientRect() for node, _, _ in places]  # all read before any is set in motion
    for (node, left, top), box in zip(places, boxes):
        start = "translate({:.1f}px, {:.1f}px)".format(left - box.left, top - box.top)
        node.animate(to_js([{"transform": start}, {"transform": "none"}]), to_js(TIMING))
