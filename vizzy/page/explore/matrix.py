"""Panel 3: the confident joint as a table of thumbnails."""

from vizzy.page.explore.confusions import Overview
from vizzy.page.language import _, short_count, thousands
from vizzy.page.ui import dom
from vizzy.page.ui.geometry import tile_size
from vizzy.page.ui.thumbnails import ThumbnailGrid

LARGEST = {True: 4, False: 8}  # rem; on the diagonal, off it: what may be wrong is drawn larger
SMALLEST = {True: 0.45, False: 0.75}  # rem; with many classes, where the cells are small and tell by their counts, with fewer
COUNT = {True: 1.15, False: 1.75}  # rem, of the line with a cell's count, in small cells and in larger ones, as in the stylesheet
PADDING = 3  # px, around a cell's images, as there
DIGIT, BESIDE_COUNT, MARK = 0.5, 0.8, 0.8  # rem, about: a digit of a count, the space around the count, the mark before it
LINE = 1.25  # rem, of a text without a picture: off the diagonal there is room for a line of it
LETTER, BOLD_LETTER, BADGE = 0.47, 0.6, 2.2  # rem, about, of a heading: small letters, those of a name, and what is around the name
KINDS = {"given": _("given"), "suggested": _("suggested")}
SHORTEST = 1000  # from here on a count may be written in thousands
MANY_CLASSES = 6  # from here on the headings name the class alone
CROWD_OF_CLASSES = 20  # from here on cells are as narrow as their counts; where not all have room, they are a heat map
CROWDED_CELL, CROWDED_EDGE = (2.1, 1.5), (9, 7)  # rem: what a cell takes there, and the names at the edges


class MatrixPanel:
    """The K x K table; a node of the pool moves from cell to cell with its example."""

    def __init__(self, dataset, thumbnails, pool):
        self._index = dataset.index
        self._pool = pool
        self._cells = []
        self._counts = []
        self._shortened = set()  # the cells whose counts are written in thousands
        self._grids = []
        self._fitted = []  # of each cell: how many examples it holds, and shows
        self._looks = []  # of each cell: what follows from that, as it was written
        self._tab_cell = 0  # the one cell whose count and images the Tab key reaches: two stops for the whole matrix
        self._room = None  # width, height of a cell's images and the size of a rem, in px; read once a window size
        self._has_results = False
        self._is_overview = self._shows_counts_alone = False
        self._build(dom.by_id("matrix"), thumbnails)
        is_crowded = len(self._index.classes) >= CROWD_OF_CLASSES
        self._overview = Overview(dom.by_id("matrix"), self._index.classes, self._cells) if is_crowded else None
        dom.show(dom.by_id("matrix-empty"), True)

    def render(self, analysis):
        """Show the confident joint of an analysis."""
        self._measure_room()  # before anything is written, which would then have to be laid out at once
        if not self._has_results:
            self._has_results = True
            dom.show(dom.by_id("matrix-empty"), False)
        cells = analysis["cells"]
        self._grids[self._tab_cell].drop_tab_stop()  # else it would move on with its image
        for grid, examples in zip(self._grids, cells):
            grid.show(examples)
        self._show_counts(analysis)
        if self._overview:
            self._overview.show(analysis["joint"])
        self.set_tab_cell(self._tab_cell)
        self.fit()

    def set_tab_cell(self, number):
        """Let the Tab key reach this cell's count and images, or those of the first cell that holds any."""
        if not self._counts[number]:
            number = next((other for other, count in enumerate(self._counts) if count), number)
        self._grids[self._tab_cell].drop_tab_stop()
        self._cells[self._tab_cell].firstElementChild.tabIndex = -1
        self._tab_cell = number
        self._grids[number].set_tab_stop()
        self._cells[number].firstElementChild.tabIndex = 0

    def name_cell(self, node):
        """Say which cell a node stands in, where the cells bear no names."""
        number = self.cell_number(node) if self._is_overview else None
        if number is not None:
            self._overview.name(number, self._counts[number] or 0)

    def cell_number(self, node):
        """The number of the cell that a node stands in, or that it leads to; or None."""
        listed = node.closest("[data-number]")
        if listed:
            return int(listed.getAttribute("data-number"))
        cell = node.closest("[data-cell]")
        return (cell.parentNode.rowIndex - 1) * len(self._index.classes) + cell.cellIndex - 1 if cell else None

    @property
    def grids(self):
        """Each cell's grid, row by row."""
        return self._grids

    def resized(self):
        """The window has another size."""
        self._room = None
        self._fitted = [None] * len(self._grids)
        self.fit()
        for number, count in enumerate(self._counts):
            if count and count >= SHORTEST:
                self._write_count(number)

    def fit(self):
        """Choose each cell's thumbnail size so that they fill it; where not all fit, show whole rows and how many more there are."""
        self._measure_room()
        if self._room is None or self._shows_counts_alone:
            return  # the panels are hidden behind the review, or cells are too low for images
        for number, grid in enumerate(self._grids):
            held = (self._counts[number], len(grid.shown))
            if held != self._fitted[number]:
                self._fitted[number] = held
                self._fit_cell(number, grid)

    def _fit_cell(self, number, grid):
        width, height, rem = self._room
        classes, count, style = len(self._index.classes), len(grid.shown), grid.container.style
        on_diagonal, is_many = number // classes == number % classes, classes >= MANY_CLASSES
        if self._index.shows_pictures or on_diagonal or is_many:
            size = tile_size(count, width, height, int(SMALLEST[is_many] * rem), int(LARGEST[on_diagonal] * rem))
            fit = max(1, int(width // size)) * max(1, int(height // size))
        else:  # texts, a line each
            size = int(LINE * rem)
            fit = max(1, int(height // size))
        more = (self._counts[number] or 0) - min(count, fit)
        look = (size, int(height % size) if count > fit else 0, "+" + thousands(more) if more and not is_many else "")
        if look == self._looks[number]:
            return
        self._looks[number] = look
        style.setProperty("--tile", str(look[0]) + "px")
        style.setProperty("--rest", str(look[1]) + "px")
        grid.container.setAttribute("data-more", look[2])

    def _measure_room(self):
        if self._room is not None:
            return
        cell, rem = self._cells[0], dom.rem()
        if cell.offsetWidth > 0:
            self._choose_form(rem)
            is_many = len(self._index.classes) >= MANY_CLASSES
            self._lay_out_headings(cell.offsetWidth / rem)  # before the height is read, which follows
            height = cell.offsetHeight - PADDING
            is_low = not is_many and height - COUNT[False] * rem < LINE * rem  # then the line with the count is as low as with many
            room = height - COUNT[is_many or is_low] * rem
            dom.by_id("matrix").classList.toggle("low", is_low)
            self._shows_counts_alone = is_many and room < SMALLEST[True] * rem
            dom.by_id("matrix").classList.toggle("counts", self._shows_counts_alone)
            # Exact, as offsetWidth is rounded: a row would hold one image less than was counted.
            self._room = (cell.getBoundingClientRect().width - 2 * PADDING, room, rem)

    def _choose_form(self, rem):
        """Of many classes: a table, where every cell has room for its count, or else the overview."""
        if not self._overview:
            return
        frame, classes = dom.by_id("matrix").parentNode, len(self._index.classes)
        sides = frame.offsetWidth, frame.offsetHeight
        self._is_overview = any(side < rem * (edge + classes * cell) for side, edge, cell in zip(sides, CROWDED_EDGE, CROWDED_CELL))
        frame.classList.toggle("overview", self._is_overview)

    def _lay_out_headings(self, width):
        """For cells of this width, in rem: all headings on one line, or all on two, or with the name alone."""
        kind = LETTER * len(KINDS["suggested"])
        name = BOLD_LETTER * max([len(name) for name in self._index.classes]) + BADGE
        dom.by_id("matrix").classList.toggle("stacked", width < kind + name)
        dom.by_id("matrix").classList.toggle("bare", width < kind)

    def _show_counts(self, analysis):
        for number, cell in enumerate(self._cells):
            count = analysis["joint"][number]
            if count == self._counts[number]:
                continue
            self._counts[number] = count
            self._write_count(number)
            cell.classList.toggle("none", count == 0)
            cell.firstElementChild.disabled = count == 0

    def _write_count(self, number):
        """The count of a cell; where that has too little room, in thousands, and as it is where it is pointed at or read out."""
        count, output = self._counts[number], self._cells[number].firstElementChild.firstElementChild
        exact = thousands(count)
        is_short = count >= SHORTEST and not self._has_room(number, exact)
        output.textContent = short_count(count) if is_short else exact
        if is_short or number in self._shortened:  # else a step would take away what none of its counts has
            dom.put_attributes(output, {"title": exact, "aria-label": exact}, is_short)
            self._shortened.discard(number)
        if is_short:
            self._shortened.add(number)

    def _has_room(self, number, text):
        if self._room is None:
            return True
        width, _height, rem = self._room
        on_diagonal = number % (len(self._index.classes) + 1) == 0
        return len(text) * DIGIT + BESIDE_COUNT + (0 if on_diagonal else MARK) <= width / rem

    def _build(self, table, thumbnails):
        classes = self._index.classes
        table.style.setProperty("--classes", str(len(classes)))
        table.classList.toggle("many", len(classes) >= MANY_CLASSES)
        table.classList.toggle("crowded", len(classes) >= CROWD_OF_CLASSES)
        head = dom.element("thead")
        line = dom.element("tr")
        line.append(dom.element("td", "corner"))
        for name in classes:
            line.append(_heading("col", "suggested", name))
        head.append(line)
        body = dom.element("tbody")
        for given, name in enumerate(classes):
            line = dom.element("tr")
            line.append(_heading("row", "given", name))
            for suggested, other in enumerate(classes):
                line.append(self._build_cell(given, suggested, thumbnails))
            body.append(line)
        while table.nextElementSibling and table.nextElementSibling.id != "matrix-empty":
            table.nextElementSibling.remove()  # the overview of another dataset
        table.parentNode.classList.remove("overview")
        table.replaceChildren(dom.element("caption", "visually-hidden", _("Confident joint: examples by given and suggested label")), head, body)

    def _build_cell(self, given, suggested, thumbnails):
        classes = self._index.classes
        cell = dom.element(
            "td",
            "agrees none" if given == suggested else "differs none",
            None,
            {"data-cell": classes[given] + "|" + classes[suggested]},
        )
        title = _("Open the cell: given {}, suggested {}").format(classes[given], classes[suggested])
        header = dom.element("button", "count", None, {"type": "button", "tabindex": "-1", "aria-haspopup": "dialog", "title": title})
        header.append(dom.element("output", "", "–"))
        header.disabled = True
        container = dom.element("div", "thumbs")
        cell.append(header, container)
        self._cells.append(cell)
        self._counts.append(None)
        self._fitted.append(None)
        self._looks.append(None)
        self._grids.append(ThumbnailGrid(container, thumbnails, self._pool))
        return cell


def _heading(scope, kind, name):
    heading = dom.element("th", kind, None, {"scope": scope})
    heading.append(dom.element("span", "kind", KINDS[kind] + " "), dom.element("b", "badge " + kind, name, {"title": name}))
    return heading
