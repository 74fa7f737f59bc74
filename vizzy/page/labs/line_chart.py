"""A chart of lines with bands, drawn as SVG, with its numbers as a table below.

It is made once and shown anew with other numbers. Where an x can be picked, the chart is a slider to the keyboard. Colour
never says anything alone: lines are dashed differently and named at their ends.
"""

from js import window
from pyscript.ffi import create_proxy

from vizzy.page.labs.plotting import Scale, band_path, line_path, tick_text, ticks, two
from vizzy.page.labs.tables import DataTable
from vizzy.page.language import _
from vizzy.page.ui import dom

LEFT, TOP, BOTTOM = 42, 12, 38
LETTER = 7.6  # px, about, of a name at a line's end
FIRST_WIDE, WIDE = 0x2E80, 1.6  # from this character on they are wide, and so many letters
LOWEST, HIGHEST = 225, 0.5  # of a chart: px, and of its width
USUAL_REM = 14  # px, for which all lengths here are; a larger window has larger letters
KEY_STEPS = {"ArrowLeft": -1, "ArrowDown": -1, "ArrowRight": 1, "ArrowUp": 1, "PageDown": -10, "PageUp": 10}
LABEL_GAP = 14  # px between the names at the lines' ends


class LineChart:
    """Lines over a common x axis.

    Parameters
    ----------
    title : str, what a screen reader calls it
    x_label, y_label : str
    pick : (x) -> None, optional
        Called with the x that was clicked or moved to by keyboard.
    said : (x) -> str, optional
        What the chart says at an x, for those who move along it by keyboard.
    """

    def __init__(self, title, x_label, y_label, pick=None, describe=None):
        self._labels = (title, x_label, y_label)
        self._pick = pick
        self._describe = describe
        self._shown = None
        self._across = None
        self.node = dom.element("figure", "chart")
        self._frame = dom.element("div", "chart-frame")
        self._table = DataTable(title)
        self.node.append(self._frame, self._table.node)
        if pick:
            self._be_a_slider()

    def show(self, lines, x_range, y_range, cursor=None, marks=(), steps=1):
        """Draw.

        Parameters
        ----------
        lines : list of dict
            ``name``, ``kind`` (its look in the stylesheet), ``points``: list of (x, y or None); ``band``: list of
            (x, low, high), optional; ``dots``: True for dots instead of a line.
        x_range, y_range : (low, high)
        cursor : x, optional
            Where the page's setting is.
        marks : list of (x, y or None, name)
            Further places worth a mark: a point, or where y is None a vertical line.
        steps : int
            Every so many points stand in the table.
        """
        self._shown = (lines, x_range, y_range, cursor, marks, steps)
        self._frame.replaceChildren(self._picture(lines, x_range, y_range, cursor, marks))
        if self._pick:
            self._tell_slider(x_range, cursor)
        self._show_table(lines, steps)

    def _picture(self, lines, x_range, y_range, cursor, marks):
        """The chart as SVG, for the room there is."""
        zoom = dom.rem() / USUAL_REM
        width = max(260, (self._frame.clientWidth or 520) / zoom)
        right = width - 10 - int(LETTER * max([_letters(line["name"]) for line in lines] + [0]))
        across = Scale(x_range[0], x_range[1], LEFT, right)
        height = int(max(LOWEST, min(HIGHEST * width, 0.6 * window.innerHeight / zoom - 200)))  # what is around it stays in sight
        up = Scale(y_range[0], y_range[1], height - BOTTOM, TOP)
        self._across = across
        picture = dom.svg("svg", {"viewBox": "0 0 {:.1f} {}".format(width, height), "role": "img"})
        picture.setAttribute("aria-label", self._labels[0] + ": " + "; ".join([_summary(line) for line in lines]))
        picture.append(*self._axes(across, up, right, height))
        for line in lines:
            if line.get("band"):
                picture.append(dom.svg("path", {"class": "band " + line["kind"], "d": band_path(line["band"], across, up)}))
        for line in lines:
            picture.append(_line(line, across, up))
        picture.append(*_names(lines, across, up))
        for mark in marks:
            picture.append(*_mark(mark, across, up))
        if cursor is not None:
            x = "{:.1f}".format(across.place(cursor))
            picture.append(dom.svg("line", {"class": "cursor", "x1": x, "x2": x, "y1": str(TOP), "y2": str(height - BOTTOM)}))
        return picture

    def _show_table(self, lines, steps):
        points = lines[0]["points"] if lines else []
        rows = [
            [tick_text(points[place][0])] + [two(line["points"][place][1]) for line in lines]
            for place in range(0, len(points), steps)
        ]
        self._table.show([self._labels[1]] + [line["name"] for line in lines], rows)

    def resized(self):
        """Draw for the room there is now."""
        if self._shown:
            self.show(*self._shown)

    # --- the axes ---------------------------------------------------------------------------

    def _axes(self, across, up, right, height):
        nodes = []
        for value in ticks(up.low, up.high):
            y = up.place(value)
            nodes.append(dom.svg("line", {"class": "rule", "x1": str(LEFT), "x2": str(right), "y1": _px(y), "y2": _px(y)}))
            nodes.append(_text(tick_text(value), LEFT - 6, y + 4, "tick end"))
        for value in ticks(across.low, across.high, 10 if right > 380 else 5):
            nodes.append(_text(tick_text(value), across.place(value), height - BOTTOM + 16, "tick middle"))
        nodes.append(_text(self._labels[1], (LEFT + right) / 2, height - 5, "axis middle"))
        name = _text(self._labels[2], 0, 0, "axis middle")
        name.setAttribute("transform", "translate(11 {}) rotate(-90)".format(_px((height - BOTTOM + TOP) / 2)))
        return nodes + [name]

    # --- picking ------------------------------------------------------------------------------

    def _be_a_slider(self):
        frame = self._frame
        frame.classList.add("pickable")
        frame.tabIndex = 0
        frame.setAttribute("role", "slider")
        frame.setAttribute("aria-label", self._labels[0])
        frame.addEventListener("click", create_proxy(self._clicked))
        frame.addEventListener("keydown", create_proxy(self._pressed))

    def _tell_slider(self, x_range, cursor):
        frame = self._frame
        frame.setAttribute("aria-valuemin", str(x_range[0]))
        frame.setAttribute("aria-valuemax", str(x_range[1]))
        frame.setAttribute("aria-valuenow", str(x_range[0] if cursor is None else cursor))
        frame.setAttribute("aria-valuetext", self._describe(cursor) if self._describe else str(cursor))

    def _clicked(self, event):
        if self._across is None:
            return
        box = self._frame.firstElementChild.getBoundingClientRect()
        scale = self._frame.firstElementChild.viewBox.baseVal.width / max(1, box.width)
        self._pick(self._across.value((event.clientX - box.left) * scale))

    def _pressed(self, event):
        if not self._shown or self._shown[3] is None:
            return
        low, high = self._shown[1]
        places = {"Home": low, "End": high}
        if event.key in KEY_STEPS:
            places[event.key] = self._shown[3] + KEY_STEPS[event.key]
        if event.key in places:
            event.preventDefault()
            self._pick(max(low, min(high, places[event.key])))


def _summary(line):
    there = [point[1] for point in line["points"] if point[1] is not None]
    if not there:
        return _("{} none").format(line["name"])
    return _("{} from {} to {}").format(line["name"], two(min(there)), two(max(there)))


def _line(line, across, up):
    if line.get("dots"):
        group = dom.svg("g", {"class": "dots " + line["kind"]})
        for x, y in line["points"]:
            if y is not None:
                group.append(dom.svg("circle", {"cx": _px(across.place(x)), "cy": _px(up.place(y)), "r": "3.5"}))
        return group
    return dom.svg("path", {"class": "line " + line["kind"], "d": line_path(line["points"], across, up)})


def _names(lines, across, up):
    """Each line's name at its end, moved apart where they would lie on each other."""
    ends = []
    for line in lines:
        there = [point for point in line["points"] if point[1] is not None]
        if there and line["name"]:
            ends.append([up.place(there[-1][1]) + 4, across.place(there[-1][0]) + 6, line])
    ends.sort(key=lambda end: end[0])
    for above, below in zip(ends, ends[1:]):
        below[0] = max(below[0], above[0] + LABEL_GAP)
    lowest = up.place(up.low) + 4
    for place in reversed(range(len(ends))):
        ends[place][0] = min(ends[place][0], lowest)
        lowest = ends[place][0] - LABEL_GAP
    return [_text(line["name"], x, y, "end-name " + line["kind"]) for y, x, line in ends]


def _letters(name):
    """About how many letters wide a name is: a Chinese character counts for more than one."""
    return sum([WIDE if ord(letter) >= FIRST_WIDE else 1 for letter in name])


def _mark(mark, across, up):
    x, y, name = mark
    place = across.place(x)
    if y is None:
        line = {"class": "mark-line", "x1": _px(place), "x2": _px(place), "y1": str(TOP), "y2": _px(up.place(up.low))}
        return [dom.svg("line", line), _text(name, place + 3, TOP + 8, "mark-name")]
    height = up.place(y)
    diamond = "M{0:.1f} {1:.1f}l5 5-5 5-5-5z".format(place, height - 5)
    return [dom.svg("path", {"class": "mark-point", "d": diamond}), _text(name, place, height - 9, "mark-name middle")]


def _text(words, x, y, class_name):
    node = dom.svg("text", {"x": _px(x), "y": _px(y), "class": class_name})
    node.textContent = words
    return node


def _px(value):
    return "{:.1f}".format(value)
