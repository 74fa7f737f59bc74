"""A heat map of two percentiles: shaded cells, each of which can be picked. Shades come with their number."""

from pyscript.ffi import create_proxy

from vizzy.page.labs.plotting import SHADES, shade
from vizzy.page.ui import dom

SHOWN_TICKS = 25  # of the heat map's percentiles


class HeatMap:
    """A triangle of shaded cells, a grid to the keyboard: arrows move, Enter or a click picks.

    Parameters
    ----------
    title, x_label, y_label : str
    pick : (column, row) -> None
    said : (column, row, value) -> str
    """

    def __init__(self, title, x_label, y_label, pick, describe):
        self._pick = pick
        self._describe = describe
        self._cells = {}
        self._marked = {}
        self.node = dom.element("figure", "heat-map")
        self._grid = dom.element("table", "heat", None, {"role": "grid", "aria-label": title})
        self._readout = dom.element("figcaption", "readout", None, {"aria-live": "polite"})
        body = dom.element("div", "heat-frame")
        body.append(dom.element("span", "y-name", y_label), self._grid, dom.element("span", "x-name", x_label))
        self.node.append(body, self._readout)
        self._grid.addEventListener("click", create_proxy(self._clicked))
        self._grid.addEventListener("keydown", create_proxy(self._pressed))
        self._grid.addEventListener("pointerover", create_proxy(self._pointed))
        self._grid.addEventListener("focusin", create_proxy(self._pointed))

    def show(self, percentiles, columns, low, high, marks):
        """Draw.

        Parameters
        ----------
        percentiles : list of int
            Of both axes.
        columns : list of lists of numbers or None
            By column, each from the bottom row up to the diagonal.
        low, high : numbers
            The values of the lightest and the darkest shade.
        marks : dict of name to (column, row)
        """
        if len(self._cells) != sum([len(column) for column in columns]):
            self._build(percentiles, columns)
        for column, values in enumerate(columns):
            for row, value in enumerate(values):
                cell = self._cells[(column, row)]
                level = shade(value, low, high)
                cell.className = "none" if level is None else "shade-" + str(level)
                cell.setAttribute("aria-label", self._describe(column, row, value))
        self._marked = marks
        for name, place in marks.items():
            if place in self._cells:
                self._cells[place].classList.add(name)
        self._let_tab_reach(marks.get("current"))
        current = marks.get("current")
        if current in self._cells:
            self._say(self._cells[current])

    def _build(self, percentiles, columns):
        self._cells = {}
        rows = []
        for row in reversed(range(len(percentiles))):
            line = dom.element("tr", "", None, {"role": "row"})
            line.append(_tick_cell("rowheader", percentiles[row]))
            for column in range(len(columns)):
                if row >= len(columns[column]):
                    line.append(dom.element("td", "outside", None, {"role": "presentation"}))
                    continue
                cell = dom.element("td", "", None, {"role": "gridcell", "tabindex": "-1"})
                cell.setAttribute("data-place", "{},{}".format(column, row))
                self._cells[(column, row)] = cell
                line.append(cell)
            rows.append(line)
        foot = dom.element("tr", "foot", None, {"role": "row"})
        foot.append(dom.element("td", "tick", None, {"role": "presentation"}))
        foot.append(*[_tick_cell("columnheader", number) for number in percentiles])
        self._grid.replaceChildren(*rows, foot)

    def _let_tab_reach(self, place):
        for cell in self._cells.values():
            if cell.tabIndex == 0:
                cell.tabIndex = -1
        self._cells.get(place, self._cells[(0, 0)]).tabIndex = 0

    def _place_of(self, event):
        cell = event.target.closest("[data-place]")
        return None if not cell else tuple([int(part) for part in cell.getAttribute("data-place").split(",")])

    def _clicked(self, event):
        place = self._place_of(event)
        if place:
            self._pick(*place)

    def _pointed(self, event):
        place = self._place_of(event)
        if place:
            self._say(self._cells[place])

    def _say(self, cell):
        self._readout.textContent = cell.getAttribute("aria-label")

    def _pressed(self, event):
        place = self._place_of(event)
        if not place:
            return
        if event.key in ("Enter", " "):
            event.preventDefault()
            self._pick(*place)
            return
        step = {"ArrowLeft": (-1, 0), "ArrowRight": (1, 0), "ArrowUp": (0, 1), "ArrowDown": (0, -1)}.get(event.key)
        if step:
            event.preventDefault()
            there = (place[0] + step[0], place[1] + step[1])
            if there in self._cells:
                self._let_tab_reach(there)
                self._cells[there].focus()


def _tick_cell(role, number):
    """A heading for every row and column, of which the eye gets some."""
    cell = dom.element("td", "tick", None, {"role": role})
    cell.append(dom.element("span", "" if number % SHOWN_TICKS == 0 else "visually-hidden", str(number)))
    return cell


def legend_of_shades(low, high):
    """The shades from light to dark, with what the ends stand for."""
    node = dom.element("p", "shades")
    node.append(low, *[dom.element("i", "shade-" + str(level)) for level in range(SHADES)], high)
    return node
