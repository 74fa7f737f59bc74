"""Animations: an image that changes place moves there, unless the system asks for reduced motion.

What travels is a copy above the page, so that it can cross from panel to panel; the image itself is in its
new place at once. Nothing here reads the layout while an input is handled, as all that was written until then would
have to be laid out at once: where images are is read when the browser is idle, where they have come to in the next
frame. While inputs keep coming nothing travels.
"""

from js import DOMRect, ResizeObserver, document, performance, window
from pyscript.ffi import create_proxy, to_js

from vizzy.page.ui import dom
from vizzy.page.ui.scheduling import call_in_frame, call_when_idle

MOST_TRAVELLERS = 24  # more at once explain nothing and cost frames
MOST_GRIDS = 150  # of more, where their images are is not read
QUIET_MS = 250  # since the last change: inputs that come faster keep coming
TIMING = {"duration": 320, "easing": "cubic-bezier(.3, .1, .2, 1)"}

_reduced = window.matchMedia("(prefers-reduced-motion: reduce)")
_arrived = create_proxy(lambda event: event.target.effect.target.remove())  # one for all, as long as the page


def movers(before, after):
    """The examples that are in another group than before.

    Parameters
    ----------
    before, after : list of lists of int
        The examples of each group: cells and lists, in the same order.
    """
    arrived, left = [], set()
    for old, new in zip(before, after):
        if old != new:
            already = set(old)
            arrived += [example for example in new if example not in already]
            left.update(old)
    return [example for example in arrived if example in left]


class Motion:
    """Lets the images of some grids travel when they change place."""

    def __init__(self):
        self._grids = []
        self._places = None  # (examples, their boxes) of each grid, as they lay when last looked at
        self._leaving = []  # (node, box) of those to set off in the next frame
        self._changed_at = 0
        self._in_flight = False
        self._frame_is_due = self._look_is_due = False
        self._range = document.createRange()
        self._on_frame = create_proxy(self._set_off)
        self._on_idle = create_proxy(self._look)
        self._on_shift = create_proxy(lambda _event, _observer=None: self._shifted())
        document.addEventListener("scroll", self._on_shift, to_js({"capture": True, "passive": True}))
        self._observer = ResizeObserver.new(self._on_shift)

    def follow(self, grids):
        """These are the grids from now on, lists of `vizzy.page.ui.thumbnails.ThumbnailGrid`."""
        self._grids, self._places, self._leaving = grids, None, []
        self._observer.disconnect()
        for grid in grids[:1] + grids[-1:]:
            self._observer.observe(grid.container)

    def places_of(self, examples):
        """Where examples are, before anything is written: a list of (example, box); empty where none is to travel."""
        now = performance.now()
        quiet, self._changed_at = now - self._changed_at > QUIET_MS, now
        if self._in_flight:
            dom.by_id("travellers").replaceChildren()
            self._in_flight = False
        places, self._places = self._places, None
        if not places or not quiet or not 0 < len(examples) <= MOST_TRAVELLERS:
            return []
        wanted = set(examples)
        return [
            (example, boxes[number])
            for shown, boxes in places
            if not wanted.isdisjoint(shown)
            for number, example in enumerate(shown)
            if example in wanted
        ]

    def travel(self, places, node_of):
        """Let a copy of each example glide from where it was to where it is now, from the next frame on."""
        self._leaving = [(node_of(example), box) for example, box in places]
        if not self._frame_is_due:
            self._frame_is_due = True
            call_in_frame(self._on_frame)

    def _set_off(self, _time):
        self._frame_is_due = False
        leaving, self._leaving = self._leaving, []
        if leaving:
            arrivals = [(node, start, _in_sight(node)) for node, start in leaving]
            copies = [_copy_of(node, end) for node, _, end in arrivals]
            dom.by_id("travellers").append(*copies)
            for copy, (_, start, end) in zip(copies, arrivals):
                animation = copy.animate(to_js([{"transform": _at(start, end)}, {"transform": _at(end, end)}]), to_js(TIMING))
                animation.onfinish = _arrived
            self._in_flight = True
        self._look_later()

    def _shifted(self):
        self._places = None
        self._look_later()

    def _look_later(self):
        if not self._look_is_due:
            self._look_is_due = True
            call_when_idle(self._on_idle)

    def _look(self, _deadline=None):
        """See where the images are, while there is nothing else to do."""
        self._look_is_due = False
        shown = [grid for grid in self._grids if grid.shown]
        if _reduced.matches or len(shown) > MOST_GRIDS or document.hidden:
            return
        boxes = [(grid.shown, self._boxes(grid.container)) for grid in shown]
        self._places = [(examples, here) for examples, here in boxes if here.length == len(examples)]

    def _boxes(self, container):
        """The boxes of all that is in a container, read in one call."""
        self._range.selectNodeContents(container)
        return self._range.getClientRects()


def _in_sight(node):
    """The box of an image; of one that its list has scrolled away or cut off, at the edge of that list."""
    box, holder = node.getBoundingClientRect(), node.parentNode.getBoundingClientRect()
    return DOMRect.new(box.left, max(holder.top, min(box.top, holder.bottom - box.height)), box.width, box.height)


def _copy_of(node, box):
    copy = node.cloneNode(True)
    copy.removeAttribute("data-example")
    copy.tabIndex = -1
    copy.style.width = copy.style.height = "{:.1f}px".format(box.width)
    return copy


def _at(box, size):
    return "translate({:.1f}px, {:.1f}px) scale({:.3f})".format(box.left, box.top, box.width / max(1, size.width))
