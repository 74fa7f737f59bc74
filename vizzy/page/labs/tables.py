"""The tables of the labs: the numbers of a chart, a small matrix of shares, and any other."""

from pyscript.ffi import create_proxy

from vizzy.page.labs.plotting import shade, two
from vizzy.page.language import _
from vizzy.page.ui import dom


class DataTable:
    """The numbers of a chart, unfolded when asked for, and only then made."""

    def __init__(self, title):
        self._title = title
        self._rows = ([], [])
        self.node = dom.element("details", "chart-table")
        self._holder = dom.element("div", "table-holder", None, {"tabindex": "0", "role": "region", "aria-label": title})
        self.node.append(dom.element("summary", "", _("As a table")), self._holder)
        self.node.addEventListener("toggle", create_proxy(self._toggled))

    def show(self, head, rows):
        """These are the numbers now."""
        self._rows = (head, rows)
        if self.node.open:
            self._draw()

    def _toggled(self, _event):
        if self.node.open:
            self._draw()
        else:
            dom.clear(self._holder)

    def _draw(self):
        self._holder.replaceChildren(table(self._title, *self._rows))


class Matrix:
    """A small matrix of shares as a table, shaded."""

    def __init__(self, title, row_kind, column_kind):
        self._title = title
        self._kinds = (row_kind, column_kind)
        self.node = dom.element("div", "matrix-holder")

    def show(self, names, rows):
        """Draw rows of numbers, None for a row without."""
        table = dom.element("table", "share-matrix")
        table.append(dom.element("caption", "", self._title))
        head = dom.element("tr")
        head.append(dom.element("td", "corner"))
        head.append(*[_class_heading("col", self._kinds[1], name) for name in names])
        table.append(head)
        for place, name in enumerate(names):
            line = dom.element("tr")
            line.append(_class_heading("row", self._kinds[0], name))
            for value in rows[place] or [None] * len(names):
                line.append(dom.element("td", "none" if value is None else "shade-" + str(shade(value, 0, 1)), two(value)))
            table.append(line)
        self.node.replaceChildren(table)


def _class_heading(scope, kind, name):
    return dom.element("th", kind, name, {"scope": scope})


def table(title, head, rows, class_name="numbers"):
    """A table of texts, its first column headings."""
    node = dom.element("table", class_name)
    node.append(dom.element("caption", "visually-hidden", title))
    line = dom.element("tr")
    line.append(*[heading(name) for name in head])
    node.append(line)
    for row in rows:
        line = dom.element("tr")
        line.append(dom.element("th", "", row[0], {"scope": "row"}), *[dom.element("td", "", text) for text in row[1:]])
        node.append(line)
    return node


def heading(name):
    """A column's heading; an empty one is none."""
    return dom.element("th", "", name, {"scope": "col"}) if name else dom.element("td")
