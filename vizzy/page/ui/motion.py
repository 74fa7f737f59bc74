"""Motion that explains: an image that changes place travels there, unless motion is unwanted.

What travels is a copy above the page, so that it can cross from panel to panel; the image itself is in its
new place at once.
"""

from js import window
from pyscript.ffi import create_proxy, to_js

from vizzy.page.ui import dom

MOST_TRAVELLERS = 24  # more at once explain nothing and cost frames
TIMING = {"duration": 320, "easing": "cubic-bezier(.3, .1, .2, 1)"}

_arrived = create_proxy(lambda event: event.target.effect.target.remove())  # one for all, as long as the page


def movers(before, after):
    """The examples that are in another group than before.

    Parameters
    ----------
    before, after : list of lists of int
        The examples of each group: cells and lists, in the same order.
    """
    moved = []
    for old, new in zip(before, after):
        if old != new:
            already = set(old)
            moved += [example for example in new if example not in already]
    were_shown = set()
    for group in before:
        were_shown.update(group)
    return [example for example in moved if example in were_shown]


def places_of(examples, node_of):
    """Where examples are on the screen: a list of (example, box); empty where motion is not to be."""
    if not 0 < len(examples) <= MOST_TRAVELLERS or dom.by_id("travellers").childElementCount:
        return []  # while some are on their way, a drag of a slider goes on without more
    if window.matchMedia("(prefers-reduced-motion: reduce)").matches:
        return []
    return [(example, node_of(example).getBoundingClientRect()) for example in examples]


def travel(places, node_of):
    """Let a copy of each example glide from where it was to where it is now."""
    overlay = dom.by_id("travellers")
    arrivals = [(node_of(example), start) for example, start in places]
    boxes = [node.getBoundingClientRect() for node, _ in arrivals]  # all read before anything is set in motion
    for (node, start), end in zip(arrivals, boxes):
        copy = node.cloneNode(False)
        copy.removeAttribute("data-example")
        copy.tabIndex = -1
        copy.style.width = copy.style.height = "{:.1f}px".format(end.width)
        overlay.append(copy)
        animation = copy.animate(to_js([{"transform": _at(start, end)}, {"transform": _at(end, end)}]), to_js(TIMING))
        animation.onfinish = _arrived


def _at(box, size):
    return "translate({:.1f}px, {:.1f}px) scale({:.3f})".format(box.left, box.top, box.width / max(1, size.width))
