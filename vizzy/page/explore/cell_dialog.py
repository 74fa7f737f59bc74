"""A cell of the confident joint, opened: all its images, larger, in a dialog."""

from vizzy.page.language import _
from vizzy.page.ui import dom
from vizzy.page.ui.thumbnails import ThumbnailGrid

MOST_AT_ONCE = 300  # more follow on request, so that a cell of 100,000 opens as fast as one of ten


class CellDialog:
    """Shows a list of examples; opened for one cell at a time."""

    def __init__(self, dataset, thumbnails):
        self._index = dataset.index
        self._dialog = dom.by_id("cell")
        dom.clear(dom.by_id("cell-examples"))
        self._grid = ThumbnailGrid(dom.by_id("cell-examples"), thumbnails)
        self._examples = []
        self.cell = None  # the given and suggested label of what is or was shown

    def open(self, given, suggested, examples):
        """Show the examples of a cell."""
        classes = self._index.classes
        self.cell = (given, suggested)
        self._examples = examples
        dom.by_id("cell-given").textContent = classes[given]
        dom.by_id("cell-suggested").textContent = classes[suggested]
        dom.by_id("cell-count").textContent = self._index.counted(len(examples))
        self._grid.show(examples[:MOST_AT_ONCE])
        self._show_rest()
        self._dialog.showModal()

    def show_more(self, _event=None):
        """Show some more of them."""
        self._grid.show(self._examples[: len(self._grid.shown) + MOST_AT_ONCE])
        self._show_rest()

    def _show_rest(self):
        rest = len(self._examples) - len(self._grid.shown)
        button = dom.by_id("cell-more")
        dom.show(button, rest > 0)
        button.textContent = _("Show more ({} left)").format(rest)
