"""The overview of a matrix of many classes: its cells as a heat map without names, and beside it which classes are confused most."""

from vizzy.page.language import _, counted, thousands
from vizzy.page.ui import dom
from vizzy.translation import isolated

MOST_LISTED = 60  # pairs of classes; the rest are in the heat map
STEPS = 8  # shades of a kind of cells


class Overview:
    """Stands beside the matrix, in its frame; shown where that has no room for counts, see `MatrixPanel`."""

    def __init__(self, table, classes, cells):
        self._classes = classes
        self._cells = cells
        self._shades = [0] * len(cells)
        self._listed = []  # (count, cell) of each row
        self._rows = []
        self._name = dom.element("p", "cell-name", _("Point at a square to read it."))
        self._list = dom.element("ol", "", None, {"aria-label": _("Which classes are confused most")})
        self._more = dom.element("p", "soft")
        self.node = dom.element("div", "confusions")
        self.node.append(self._name, self._list, self._more)
        table.after(self.node)

    def show(self, joint):
        """Show a confident joint: the counts of all cells, row by row."""
        width = len(self._classes) + 1  # from a cell of the diagonal to the next
        self._shade(joint, [number for number in range(len(joint)) if number % width == 0])
        apart = [number for number in range(len(joint)) if number % width]
        self._shade(joint, apart)
        self._show_list(sorted([(-joint[number], number) for number in apart if joint[number]]))

    def name(self, number, count):
        """Say which cell the pointer or the focus is on."""
        given, suggested = divmod(number, len(self._classes))
        names = isolated(self._classes[given]), isolated(self._classes[suggested])
        self._name.textContent = _("given {}, suggested {}: {}").format(names[0], names[1], thousands(count))

    def _shade(self, joint, numbers):
        """The more examples a cell holds beside others of its kind, the stronger its colour."""
        largest = max([joint[number] for number in numbers]) or 1
        for number in numbers:
            shade = int(1 + (STEPS - 1) * (joint[number] / largest) ** 0.5) if joint[number] else 0
            if shade != self._shades[number]:
                self._shades[number] = shade
                self._cells[number].style.setProperty("--shade", str(shade / STEPS))

    def _show_list(self, pairs):
        listed = pairs[:MOST_LISTED]
        while len(self._rows) < len(listed):
            self._rows.append(_row())
        for place, pair in enumerate(listed):
            if place >= len(self._listed) or self._listed[place] != pair:
                self._fill(self._rows[place], pair)
        if len(listed) != len(self._listed):
            self._list.replaceChildren(*self._rows[: len(listed)])
        self._listed = listed
        left_out = len(pairs) - len(listed)
        dom.show(self._more, left_out > 0 or not pairs)
        self._more.textContent = (
            counted(left_out, "{} more pair in the map", "{} more pairs in the map") if pairs else _("No label issues at these thresholds.")
        )

    def _fill(self, row, pair):
        given, suggested = divmod(pair[1], len(self._classes))
        button = row.firstElementChild
        button.setAttribute("data-number", str(pair[1]))
        names, count = button.firstElementChild, button.lastElementChild
        names.firstElementChild.textContent = self._classes[given]
        names.lastElementChild.textContent = self._classes[suggested]
        count.textContent = thousands(-pair[0])


def _row():
    row, button, names = dom.element("li"), dom.button("", "confusion", **{"aria-haspopup": "dialog"}), dom.element("span")
    names.append(dom.element("b", "given"), " → ", dom.element("b", "suggested"))
    button.append(names, dom.element("output"))
    row.append(button)
    return row
