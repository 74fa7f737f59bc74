"""A long list of rows of one height, of which only some are in the document.

Rows near the visible part come first, the others in idle moments. In a list of up to ``MOST_ROWS`` all are there
soon, so that the browser's search finds their words; of a longer one, and where no row has words, ``SOME_ROWS`` are.
"""

import asyncio

from pyscript.ffi import create_proxy

from vizzy.page.ui.scheduling import in_slices, yield_until_idle

MOST_ROWS = 600
SOME_ROWS = 48  # of a list that is not to be whole: some screens, as every row costs a little in every frame


_lists = {}  # id of a scroller -> the list that has it now


def _listen(virtual_list):
    """Let a list hear its scroller; one listener for all lists it ever has, as MicroPython frees no proxy."""
    name = virtual_list.scroller.id
    if name not in _lists:
        virtual_list.scroller.addEventListener("scroll", create_proxy(lambda event: _lists[name].scrolled(event)))
    _lists[name] = virtual_list


class VirtualList:
    """Rows of equal height in a scrolling container.

    Parameters
    ----------
    scroller : element that scrolls; its rows are placed by the stylesheet from ``--row``
    count : int, number of rows
    make_row : () -> node
    fill_row : (node, row number) -> None
    most : int, of rows in the document at once, where it is not to be ``MOST_ROWS`` or ``SOME_ROWS``
    ready : list of nodes, the first rows where the document has them already, still to be filled
    see_row : (node) -> None, called with each row in view as often as it is found there
    """

    def __init__(self, scroller, count, make_row, fill_row, most=None, ready=(), see_row=None):
        self.scroller = scroller
        self.count = count
        self._make_row = make_row
        self._fill_row = fill_row
        self._see_row = see_row
        self._most_wanted = most
        self._nodes = dict(enumerate(ready))
        self._stale = set(self._nodes)
        self._working = False
        self._middle = 0  # of the rows that are wanted: those farthest from it make room for others
        self._in_view = 0  # how many rows are
        self._sheet = scroller.ownerDocument.createElement("div")
        self._sheet.className = "sheet"
        self._sheet.setAttribute("role", "list")
        self._sheet.style.setProperty("--count", str(count))
        for row, node in self._nodes.items():
            self._adopt(node, row)
        self._sheet.append(*ready)
        scroller.replaceChildren(self._sheet)
        _listen(self)

    def close(self):
        """Another list takes the container over."""
        self.count = 0
        self._stale.clear()

    def resize(self, count):
        """Another number of rows, all of which are to be filled anew."""
        self.count = count
        self._sheet.style.setProperty("--count", str(count))
        for row in [row for row in self._nodes if row >= count]:
            self._nodes.pop(row).remove()
            self._stale.discard(row)
        self.refresh()

    @property
    def _most(self):
        usual = MOST_ROWS if self.count <= MOST_ROWS else SOME_ROWS
        return min(self.count, max(self._most_wanted or usual, 2 * self._in_view))

    def refresh(self, rows=None):
        """Fill rows anew: those named, or all; the visible ones now, the others when idle."""
        self._stale.update(self._nodes if rows is None else [row for row in rows if row in self._nodes])
        self._fill_visible()
        self._continue_later()

    def scroll_to(self, row):
        """Bring a row into view, if it is not."""
        height = self._row_height()
        top = row * height
        if not self.scroller.scrollTop <= top <= self.scroller.scrollTop + self.scroller.clientHeight - height:
            self.scroller.scrollTop = max(0, top - height)

    def row_node(self, row):
        """The node of a row, or None while it is not in the document."""
        return self._nodes.get(row)

    def scrolled(self, _event):
        """The visible rows are others now."""
        self._fill_visible()
        self._continue_later()

    def _row_height(self):
        return max(1, self._sheet.offsetHeight / max(1, self.count))

    def _visible(self):
        height = self._row_height()
        first = int(self.scroller.scrollTop / height)
        last = int((self.scroller.scrollTop + self.scroller.clientHeight) / height) + 1
        return max(0, first), min(self.count, last)

    def _fill_visible(self):
        first, last = self._visible()
        self._middle, self._in_view = (first + last) // 2, last - first
        for row in range(first, last):
            self._place(row)
            if self._see_row:
                self._see_row(self._nodes[row])

    def _place(self, row):
        node = self._nodes.get(row)
        if node is None:
            node = self._take_node()
            self._insert(node, row)
            self._adopt(node, row)
        elif row not in self._stale:
            return False
        self._stale.discard(row)
        self._fill_row(node, row)
        return True

    def _take_node(self):
        if len(self._nodes) >= self._most:
            farthest = max(self._nodes, key=lambda row: abs(row - self._middle))
            self._stale.discard(farthest)
            return self._nodes.pop(farthest)
        return self._make_row()

    def _adopt(self, node, row):
        """Make a node the one of a row."""
        node.setAttribute("role", "listitem")
        node.style.setProperty("--row", str(row))

    def _insert(self, node, row):
        """Rows stand in the document in their order, for the keyboard and screen readers."""
        later = [other for other in self._nodes if other > row]
        self._sheet.insertBefore(node, self._nodes[min(later)] if later else None)
        self._nodes[row] = node

    def _pending(self):
        """Rows still to be filled, and those near the visible ones that are still to be made, from the top."""
        most = self._most
        first = max(0, min(sum(self._visible()) // 2 - most // 2, self.count - most))
        self._middle = first + most // 2
        return sorted(self._stale) + [row for row in range(first, first + most) if row not in self._nodes]

    def _continue_later(self):
        if not self._working:
            self._working = True
            asyncio.create_task(self._fill_rest())

    async def _fill_rest(self):
        await yield_until_idle()  # by then what was just drawn is laid out; to look for what is visible would do so at once
        pending = self._pending()
        while pending:
            await in_slices((self._place(row) for row in pending if row < self.count), yield_until_idle)
            await yield_until_idle()
            pending = self._pending()
        self._working = False
