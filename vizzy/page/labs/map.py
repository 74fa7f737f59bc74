"""The map: every example at the place of its embedding in two dimensions, with zoom; flagged examples have a ring.

However many examples there are, at most ``MOST_NODES`` stand in the document: those in view, the flagged ones first and
the others evenly. They are ordinary thumbnails of the page (or dots where there are no pictures), so pointing at one
shows it everywhere, and the one that is active elsewhere is marked here.
"""

from pyscript.ffi import create_proxy, to_js

from vizzy.page import language
from vizzy.page.labs import parts, sentences
from vizzy.page.labs.tables import DataTable
from vizzy.page.labs.plotting import Scale
from vizzy.page.language import _
from vizzy.page.ui import dom

MOST_NODES = 400
MARGIN = 0.05  # of the map, around all
LARGEST_ZOOM = 24
ZOOM_STEP = 1.35
PAN_STEP = 0.15  # of what is in view
DIRECTIONS = {"ArrowLeft": (-1, 0), "ArrowRight": (1, 0), "ArrowUp": (0, -1), "ArrowDown": (0, 1)}
SHAPES = 6
COLOURS = 8
DRAGGED = 4  # px: less is a click
WAYS = (("shipped", _("as shipped (t-SNE)")), ("projection.principal_map", _("principal components")), ("projection.neighbour_map", _("by neighbours (t-SNE, now)")))


class MapLab:
    """Places, what of them is in view, and an area that is selected."""

    NAME, TITLE = "map", _("Map")
    QUESTION = _("Where do the errors stand?")
    WORDS = _(
        "t-SNE: a map on which what the model finds alike lies side by side. "
        "Neighbours mean something, distances between groups do not."
    )
    NEEDS_PREDICTIONS = False

    def __init__(self, experiments):
        self._app = experiments.app
        self._experiments = experiments
        self._thumbnails = parts.ExampleThumbnails(experiments.app.dataset)
        self._thumbnailsd = experiments.app.dataset.index.shows_pictures
        self._places = None  # x, y, x, y, …: in [0, 1]
        self._centre = (0.5, 0.5)
        self._zoom = 1
        self._nodes = {}
        self._kinds = {}  # example -> "issue" or "outside"
        self._analysis = None
        self._labels = {}
        self._stale = True  # whether something has changed since it was drawn
        self._started = None  # where a drag began, in px, and the centre then
        self._build()
        parts.start(self._load(), self._say)

    def _build(self):
        dataset_index = self._app.dataset.index
        ways = [way for way in WAYS if way[0] != "shipped" or dataset_index.map_address()]
        way, self._way = parts.choice(_("Arranged"), ways, ways[0][0], lambda _event: self._runner.run())
        self._runner = parts.Runner(self._experiments, _("Arrange again"), self._arrange, "")
        tools = dom.element("div", "row map-tools", None, {"role": "toolbar", "aria-label": _("Map")})
        for words, label, action in (
            ("+", _("Zoom in"), lambda _event: self._zoom_by(ZOOM_STEP)),
            ("−", _("Zoom out"), lambda _event: self._zoom_by(1 / ZOOM_STEP)),
            (_("Whole map"), _("Show the whole map"), self._show_whole),
        ):
            tools.append(dom.button(words, "", create_proxy(action), **{"aria-label": label}))
        self._select = dom.button(_("Select an area"), "", create_proxy(self._toggle_select))
        self._select.setAttribute("aria-pressed", "false")
        tools.append(self._select, dom.button(_("Select all in view"), "", create_proxy(self._select_view)))
        self._view = dom.element("div", "map-view", None, {"tabindex": "0", "role": "group"})
        self._view.setAttribute("aria-label", _("Map. Arrow keys move it, plus and minus zoom, Enter goes to the example in the middle."))
        self._box = dom.element("div", "selection-box")
        dom.show(self._box, False)
        self._view.append(self._box)
        for name, listener in (
            ("pointerdown", self._press),
            ("pointermove", self._drag),
            ("pointerup", self._release),
            ("pointercancel", self._release),
            ("keydown", self._key),
        ):
            self._view.addEventListener(name, create_proxy(listener))
        self._view.addEventListener("wheel", create_proxy(self._wheel), to_js({"passive": False}))
        self._status = dom.element("p", "aside", None, {"aria-live": "polite"})
        self._selected = dom.element("div", "map-selection")
        self._table = DataTable(_("Examples in view"))
        row = dom.element("div", "row")
        row.append(way, self._runner.node)
        self.node = dom.element("div", "map-lab")
        self.node.append(row, tools, self._view, _legend(dataset_index.classes), self._status, self._selected, self._table.node)

    # --- following the page ----------------------------------------------------------------------

    def follow(self, state, analysis):
        """Ring what the page flags now."""
        if analysis is not None and analysis is not self._analysis:
            self._analysis = analysis
            self._kinds = {example: "outside" for example in analysis["out_of_distribution"]}
            self._kinds.update({example: "issue" for example in analysis["label_issues"]})
            self._stale = True
        if state.changed_labels != self._labels:
            self._labels = state.changed_labels
            for row in list(self._nodes):
                self._nodes.pop(row).remove()
            self._stale = True
        if self._stale:
            self._draw()

    def resized(self):
        """The map has another room."""
        self._draw()

    # --- where things are ------------------------------------------------------------------------

    async def _load(self):
        if self._way.value == "shipped":
            await self._arrange()
        else:
            self._runner.run()

    async def _arrange(self):
        if self._way.value == "shipped":
            await self._experiments.ready()
            places = await self._app.worker.shipped_map(self._app.dataset.index.map_file)
        else:
            places = await self._runner.ask(self._way.value, {})
        if places is not None:
            self._places = list(places)  # as MicroPython's own floats: every step of a drag goes through all of them
            self._show_whole(None)

    def _say(self, sentence):
        self._status.textContent = sentence

    def _scales(self):
        """From the map to the screen, for both directions."""
        side = self._view.clientWidth or 480, self._view.clientHeight or 400
        reach = (1 + 2 * MARGIN) / self._zoom / 2
        return [Scale(middle - reach, middle + reach, 0, length) for middle, length in zip(self._centre, side)]

    def _in_view(self, scales):
        across, up = scales
        places = self._places
        return [
            row
            for row in range(len(self._app.dataset.index))
            if across.low <= places[2 * row] <= across.high and up.low <= 1 - places[2 * row + 1] <= up.high
        ]

    def _chosen(self, examples):
        """At most ``MOST_NODES`` of those in view: the flagged ones, then others evenly."""
        if len(examples) <= MOST_NODES:
            return examples
        first = [row for row in examples if row in self._kinds or row == self._app.state.active][:MOST_NODES]
        others = [row for row in examples if row not in self._kinds]
        room = MOST_NODES - len(first)
        step = max(1, -(-len(others) // max(1, room)))
        return first + others[::step][:room]

    # --- drawing -----------------------------------------------------------------------------------

    def _draw(self):
        if self._places is None or not self._view.isConnected:
            return
        self._stale = False
        scales = self._scales()
        examples = self._in_view(scales)
        chosen = self._chosen(examples)
        staying = set(chosen)
        for row in [row for row in self._nodes if row not in staying]:
            self._nodes.pop(row).remove()
        fresh = []
        for row in chosen:
            node = self._nodes.get(row)
            if node is None:
                node = self._nodes[row] = self._make(row)
                fresh.append(node)
            self._put(node, row, scales)
        self._view.append(*fresh)
        self._view.style.setProperty("--node", "{:.1f}px".format(self._node_size(len(chosen))))
        missing = len(examples) - len(chosen)
        said = [_("{} in view.").format(len(examples))]
        if missing:
            said.append(_("{} of them are drawn, the flagged ones first: zoom in for more.").format(len(chosen)))
        self._status.textContent = language.sentences(said)
        self._app.panels.mark_active(self._app.state)
        self._show_table(chosen)

    def _node_size(self, count):
        """Smaller where there are many, larger as one comes closer."""
        if not self._thumbnailsd:
            return 13
        room = (self._view.clientWidth or 480) * (self._view.clientHeight or 400)
        return max(16, min(64, 0.75 * (room / max(1, count)) ** 0.5))

    def _make(self, row):
        dataset_index = self._app.dataset.index
        node = self._thumbnails.thumb(row)
        label = dataset_index.current_label(self._app.state, row)
        if not self._thumbnailsd:
            node.textContent = ""
        node.setAttribute("data-shape", str(label % SHAPES))
        node.style.setProperty("--class-colour", "var(--class-{})".format((label + label // SHAPES) % COLOURS))
        return node

    def _put(self, node, row, scales):
        across, up = scales
        kind = self._kinds.get(row, "")
        node.className = "thumb map-node " + ("" if self._thumbnailsd else "dot ") + kind
        node.style.transform = "translate({:.1f}px, {:.1f}px) translate(-50%, -50%)".format(
            across.place(self._places[2 * row]), up.place(1 - self._places[2 * row + 1])
        )

    def _show_table(self, chosen):
        dataset_index, state = self._app.dataset.index, self._app.state
        names = {"issue": _("label issue"), "outside": _("out of distribution")}
        rows = [
            [dataset_index.ids[row], dataset_index.classes[dataset_index.current_label(state, row)], names.get(self._kinds.get(row), "–")]
            for row in chosen
        ]
        self._table.show(["", _("given"), _("flagged")], rows)

    # --- moving about ----------------------------------------------------------------------------

    def _show_whole(self, _event):
        self._centre, self._zoom = (0.5, 0.5), 1
        self._draw()

    def _zoom_by(self, factor, around=None):
        """Come closer, or go away; what is at ``around`` (px) stays there."""
        before = self._scales()
        zoom = max(1, min(LARGEST_ZOOM, self._zoom * factor))
        if around is not None:
            point = [scale.value(place) for scale, place in zip(before, around)]
            share = 1 - self._zoom / zoom
            self._centre = tuple([middle + (there - middle) * share for middle, there in zip(self._centre, point)])
        self._zoom = zoom
        self._keep_inside()
        self._draw()

    def _keep_inside(self):
        """The centre never leaves the map."""
        if self._zoom == 1:
            self._centre = (0.5, 0.5)
        self._centre = tuple([max(0, min(1, middle)) for middle in self._centre])

    def _pan(self, direction):
        step = PAN_STEP / self._zoom
        self._centre = tuple([middle + step * part for middle, part in zip(self._centre, direction)])
        self._keep_inside()
        self._draw()

    def _wheel(self, event):
        event.preventDefault()
        self._zoom_by(ZOOM_STEP if event.deltaY < 0 else 1 / ZOOM_STEP, self._place_of(event))

    def _place_of(self, event):
        box = self._view.getBoundingClientRect()
        return (event.clientX - box.left, event.clientY - box.top)

    def _press(self, event):
        if event.button == 0:
            self._started = (self._place_of(event), self._centre, self._scales())

    def _drag(self, event):
        if self._started is None or not event.buttons:
            return
        start, centre, scales = self._started
        now = self._place_of(event)
        if max(abs(now[0] - start[0]), abs(now[1] - start[1])) < DRAGGED:
            return
        self._view.setPointerCapture(event.pointerId)
        if self._selecting:
            self._show_box(start, now)
            return
        self._centre = tuple(
            [middle - (scale.value(there) - scale.value(here)) for middle, scale, there, here in zip(centre, scales, now, start)]
        )
        self._keep_inside()
        self._draw()

    def _release(self, event):
        if self._started is None:
            return
        start, _centre, scales = self._started
        self._started = None
        if not self._box.hidden:
            dom.show(self._box, False)
            self._select_between(start, self._place_of(event), scales)

    # --- selecting -------------------------------------------------------------------------------

    @property
    def _selecting(self):
        return self._select.getAttribute("aria-pressed") == "true"

    def _toggle_select(self, _event):
        self._select.setAttribute("aria-pressed", "false" if self._selecting else "true")
        self._view.classList.toggle("selecting", self._selecting)

    def _show_box(self, one, other):
        style = self._box.style
        for name, axis, length in (("left", 0, "width"), ("top", 1, "height")):
            style.setProperty(name, "{:.1f}px".format(min(one[axis], other[axis])))
            style.setProperty(length, "{:.1f}px".format(abs(one[axis] - other[axis])))
        dom.show(self._box, True)

    def _select_between(self, one, other, scales):
        bounds = [sorted([scale.value(one[axis]), scale.value(other[axis])]) for axis, scale in enumerate(scales)]
        places = self._places
        self._show_selection(
            [
                row
                for row in self._in_view(scales)
                if bounds[0][0] <= places[2 * row] <= bounds[0][1] and bounds[1][0] <= 1 - places[2 * row + 1] <= bounds[1][1]
            ]
        )

    def _select_view(self, _event):
        if self._places is not None:
            self._show_selection(self._in_view(self._scales()))

    def _show_selection(self, examples):
        dataset_index, state = self._app.dataset.index, self._app.state
        counts = [0] * len(dataset_index.classes)
        for row in examples:
            counts[dataset_index.current_label(state, row)] += 1
        flagged = [row for row in examples if row in self._kinds]
        sentence = sentences.selection(len(examples), counts, len(flagged), dataset_index.classes)
        ordered = flagged + [row for row in examples if row not in self._kinds]
        self._selected.replaceChildren(dom.element("p", "", sentence, {"role": "status"}), self._thumbnails.row(ordered))
        self._app.panels.mark_active(self._app.state)

    # --- keys ----------------------------------------------------------------------------------------

    def _key(self, event):
        on_node = event.target.classList.contains("map-node")
        if event.key in ("+", "=", "-"):
            self._zoom_by(1 / ZOOM_STEP if event.key == "-" else ZOOM_STEP)
        elif event.key == "Enter" and not on_node:
            self._go_to(self._nearest(self._centre[0], self._centre[1]))
        elif event.key == "Escape" and on_node:
            self._view.focus()
        elif event.key in DIRECTIONS and on_node:
            self._walk(event.target, DIRECTIONS[event.key])
        elif event.key in DIRECTIONS:
            self._pan(DIRECTIONS[event.key])
        else:
            return
        event.preventDefault()

    def _walk(self, node, direction):
        """To the nearest neighbour that is more in this direction than beside it."""
        row = self._app.dataset.index.row_of(node.getAttribute("data-example"))
        x, y = self._places[2 * row], 1 - self._places[2 * row + 1]
        nearest = None
        for other in self._nodes:
            right, down = self._places[2 * other] - x, 1 - self._places[2 * other + 1] - y
            along = right * direction[0] + down * direction[1]
            beside = abs(right * direction[1]) + abs(down * direction[0])
            if other != row and along > 0 and along >= beside and (nearest is None or along + beside < nearest[0]):
                nearest = (along + beside, other)
        if nearest:
            self._go_to(nearest[1])

    def _nearest(self, x, y):
        return min(
            self._nodes,
            key=lambda row: abs(self._places[2 * row] - x) + abs(1 - self._places[2 * row + 1] - y),
            default=None,
        )

    def _go_to(self, row):
        if row is not None:
            self._nodes[row].focus()


def _legend(classes):
    """Which shape and colour is which given label, and what the rings say."""
    legend = dom.element("p", "map-legend")
    for label, name in enumerate(classes):
        key = dom.element("span", "class-key", None, {"data-shape": str(label % SHAPES)})
        key.style.setProperty("--class-colour", "var(--class-{})".format((label + label // SHAPES) % COLOURS))
        key.append(dom.element("i"), name)
        legend.append(key)
    legend.append(dom.element("span", "ring-key issue", _("label issue")), dom.element("span", "ring-key outside", _("out of distribution")))
    return legend
