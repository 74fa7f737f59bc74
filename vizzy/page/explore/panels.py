"""The panels together: made anew for each dataset, each drawn from the state or from an analysis."""

import js

from vizzy.page.explore.cell_dialog import CellDialog
from vizzy.page.explore.dataset_panel import DatasetPanel
from vizzy.page.explore.inspector import InspectorPanel
from vizzy.page.explore.matrix import MatrixPanel
from vizzy.page.explore.predictions import PredictionsPanel
from vizzy.page.explore.results import ResultsPanel
from vizzy.page.explore.thresholds import ThresholdsPanel
from vizzy.page.ui import dom
from vizzy.page.ui.motion import Motion, movers
from vizzy.page.ui.scheduling import in_slices, yield_to_browser, yield_until_idle
from vizzy.page.ui.thumbnails import Thumbnails, drop_others

MOST_MADE_AHEAD = 600  # thumbnails: of more examples the matrix shows only some


class Panels:
    """The page's panels and the dialog of a cell, all of one dataset."""

    def __init__(self, app):
        self.dataset = self.predictions = None
        self._motion = Motion()
        app.on_dataset_opened(self._take_dataset)

    def _take_dataset(self, dataset):
        for panel in (self.dataset, self.predictions):
            if panel:
                panel.close()
        thumbnails = Thumbnails(dataset)
        longest = max([len(name) for name in dataset.index.classes])
        root = js.document.documentElement
        root.style.setProperty("--longest", str(longest))
        root.setAttribute("data-examples", dataset.index.shown_by)
        self._index = dataset.index
        self._active = None
        self._marked = []  # nodes that show the active example
        self._pool = {}  # example -> its thumbnail in the matrix, or in the list of those without a suggestion
        self.dataset = DatasetPanel(dataset, self._mark_row)
        self.predictions = PredictionsPanel(dataset, thumbnails, self._mark_row)
        self.matrix = MatrixPanel(dataset, thumbnails, self._pool)
        self.thresholds = ThresholdsPanel(dataset, thumbnails)
        self.inspector = InspectorPanel(dataset)
        self.results = ResultsPanel(dataset, thumbnails, self._pool)
        self._motion.follow(self._grids())
        self.cell_dialog = CellDialog(dataset, thumbnails)

    # --- drawing -----------------------------------------------------------------------------

    def render(self, state):
        """Show what follows from the state alone."""
        self.dataset.render(state)
        self.thresholds.render_settings(state)

    async def prepare_ahead(self):
        """Make the matrix's thumbnails while the worker trains: of a small dataset every example is shown."""
        grid, examples = self.matrix.grids[0], range(len(self._index))
        if len(examples) <= MOST_MADE_AHEAD:
            await in_slices((grid.prepare(example) for example in grid.missing(examples)), yield_until_idle)

    async def prepare(self, analysis):
        """Make the thumbnails that are about to be shown, so that showing them takes no long task."""
        in_lists = [(self.results.grids[0], analysis["label_issues"])]
        pairs = list(zip(self._grids(), _groups(analysis))) + in_lists
        await in_slices(grid.prepare(example) for grid, examples in pairs for example in grid.missing(examples))
        await yield_to_browser()

    def draw(self, before, analysis, state):
        """Show an analysis in place of another (None: of none); what moves to another group travels there."""
        focused = js.document.activeElement
        groups_before, groups = _groups(before) if before else [], _groups(analysis)
        places = self._motion.places_of(movers(groups_before, groups))
        self.results.drop_tab_stops()  # else they would move on with their images
        self.matrix.render(analysis)
        self.results.render(analysis)
        drop_others(self._pool, _union(groups_before), _union(groups))
        self._keep_focus(focused)
        self._motion.travel(places, self._pool.get)
        self.thresholds.render_thresholds(analysis)
        self.mark_active(state)

    def _keep_focus(self, focused):
        """What had the focus has it again: a thumbnail that is put elsewhere in the document loses it."""
        if js.document.activeElement != focused:
            node = self._pool.get(self._index.row_of(dom.closest_example(focused)))
            (node or focused).focus()

    def show_predictions(self, pred_probs, histograms):
        """Show what a training came to: a typed array of n rows of K, and K lists of counts."""
        self.predictions.show(pred_probs)
        self.thresholds.show_histograms(histograms)

    def show_explanation(self, state, explanation):
        """Show why the active example is where it is."""
        self.inspector.render(state, explanation)
        self.thresholds.render_active(explanation)

    def mark_active(self, state):
        """Mark the inspected example wherever it is shown."""
        if state.inspected is None:
            return
        self._active = state.inspected
        before, self._marked = self._marked, list(dom.all_showing(self._index.ids[state.inspected]))
        for node in before:
            if node not in self._marked:
                node.classList.remove("active")
        for node in self._marked:
            if node not in before:
                node.classList.add("active")

    def _mark_row(self, node, example):
        """A node of a list has come to show an example, maybe in place of another."""
        is_active = example == self._active
        if is_active != (node in self._marked):
            node.classList.toggle("active", is_active)
            if is_active:
                self._marked.append(node)
            else:
                self._marked.remove(node)

    # --- room --------------------------------------------------------------------------------

    def scroll_to(self, example):
        """Bring an example's rows into view."""
        self.dataset.list.scroll_to(example)
        self.predictions.list.scroll_to(example)

    def resize(self, _event=None):
        """Another window size: the thumbnails' sizes follow."""
        self.matrix.resized()
        self.results.resized()
        self.dataset.list.refresh([])
        self.predictions.list.refresh([])

    def _grids(self):
        """The grids of the groups, in their order."""
        return self.matrix.grids + self.results.grids[1:]


def _groups(analysis):
    """The examples of each cell, then those without a suggestion."""
    return analysis["cells"] + [analysis["out_of_distribution"], analysis["unconfident"]]


def _union(groups):
    """The examples of all groups together."""
    together = set()
    for group in groups:
        together.update(group)
    return together
