"""Panel 4: label issues, out-of-distribution and unconfident examples, each worst first."""

from vizzy.page.language import _, thousands
from vizzy.page.model.explanation_text import score_sentence
from vizzy.page.ui import dom
from vizzy.page.ui.geometry import tile_rows
from vizzy.page.ui.thumbnails import ThumbnailGrid

GROUPS = (
    ("label-issues", "label_issues", _("No label issues at these thresholds.")),
    ("out-of-distribution", "out_of_distribution", _("Nothing is out of distribution at these thresholds.")),
    ("unconfident", "unconfident", _("The model is confident of all the others.")),
)


PADDING, GAP = 3, 4  # px, of a list and between its thumbnails, as in the stylesheet

NOTHING_YET = _("Nothing yet: train the model.")


class ResultsPanel:
    """The three lists; the pool has the nodes of the last two, whose examples are in no cell of the matrix."""

    def __init__(self, dataset, thumbnails, pool):
        self._is_pictured = dataset.index.shows_pictures
        self._grids = {}
        self._counts = {}
        self._score = None
        self._rows = {}
        self._room = None  # width of a list and the thumbnails' sizes, in px; read once a window size
        dom.show(dom.by_id("score"), False)
        for element_id, name, _nothing in GROUPS:
            dom.clear(dom.by_id(element_id))
            dom.by_id(element_id).setAttribute("data-empty", NOTHING_YET)
            dom.by_id(element_id + "-heading").firstElementChild.textContent = "–"
            dom.by_id(element_id).parentNode.classList.toggle("lines", not self._is_pictured)
            self._grids[name] = ThumbnailGrid(
                dom.by_id(element_id), thumbnails, None if name == "label_issues" else pool
            )

    @property
    def grids(self):
        """The grids of the label issues, of those out of distribution and of the unconfident."""
        return [self._grids[name] for _id, name, _nothing in GROUPS]

    def drop_tab_stops(self):
        """Let the Tab key pass by those that share the pool, until they are rendered."""
        for grid in self.grids[1:]:
            grid.drop_tab_stop()

    def render(self, analysis):
        """Show the lists of an analysis, their true counts and, where the truth is known, how right they are."""
        self._measure_room()  # before anything is written, which would then have to be laid out at once
        score = analysis["score"]
        dom.show(dom.by_id("score"), score is not None)
        if score is not None and score != self._score:
            self._score = score
            dom.by_id("score").textContent = score_sentence(score)
        for element_id, name, nothing in GROUPS:
            count = analysis["counts"][name]
            grid = self._grids[name]
            grid.show(analysis[name])
            if self._counts.get(name) != count:
                self._counts[name] = count
                grid.container.setAttribute("data-empty", "" if count else nothing)
                heading = dom.by_id(element_id + "-heading").firstElementChild
                shown = len(analysis[name])
                heading.textContent = thousands(count) if shown == count else _("{}, worst {} shown").format(thousands(count), shown)
        for grid in self.grids[1:]:
            grid.set_tab_stop()
        self._fit()

    def resized(self):
        """The window has another size."""
        self._room = None
        self._measure_room()
        self._fit()

    def _fit(self):
        """Let each list be as high as what it holds, where there is room for all."""
        if self._room is None:
            return  # the panels are hidden behind the review
        width, tiles = self._room
        for element_id, name, _nothing in GROUPS:
            count = len(self._grids[name].shown)
            rows = tile_rows(count, width, tiles[name], GAP) if self._is_pictured else max(1, count)
            if rows != self._rows.get(name):
                self._rows[name] = rows
                dom.by_id(element_id).parentNode.style.setProperty("--rows", str(rows))

    def _measure_room(self):
        if self._room is not None:
            return
        containers = {name: grid.container for name, grid in self._grids.items()}
        width = containers["label_issues"].offsetWidth - 2 * PADDING
        if width > 0:
            self._room = width, {name: dom.length(node, "--thumb") for name, node in containers.items()}
