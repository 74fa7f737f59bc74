"""Panel 2: the Train button, and the out-of-sample probabilities of every image."""

from js import document

from vizzy.page.language import _, decimal
from vizzy.page.ui import dom
from vizzy.page.ui.virtual_list import SOME_ROWS, VirtualList

MOST_LINES = 4  # a row names the most probable ones where there are more


class PredictionsPanel:
    """The probabilities' list and what stands above it; its parameters are those of `DatasetPanel` and what makes thumbnails."""

    def __init__(self, dataset, thumbnails, mark):
        self._mark = mark
        self._index = dataset.index
        self._thumbnails = thumbnails
        self._pred_probs = None
        self._lines = min(len(self._index.classes), MOST_LINES)
        self._brings_pred_probs = dataset.brings_pred_probs
        self._prototype = self._row_prototype()
        scroller = dom.by_id("predictions-list")
        scroller.style.setProperty("--lines", str(self._lines))
        scroller.classList.toggle("lines", not self._index.shows_pictures)
        most = SOME_ROWS if self._index.shows_pictures else None
        self.list = VirtualList(scroller, len(self._index), self._make_row, self._fill_row, most)
        self.list.refresh()

    def close(self):
        """Another dataset takes the place over."""
        self.list.close()

    def show(self, pred_probs):
        """Show these predicted probabilities, a typed array of n rows of K."""
        self._pred_probs = pred_probs
        self.list.refresh()

    def render(self, state, progress):
        """Show what the Train button would do, and how far things are, from 0 to 1 (None: nothing is going on)."""
        button = dom.by_id("train")
        waiting = state.train_requested or state.training
        for one in (button, dom.by_id("train-here")):
            dom.enable(one, state.can_train)
            one.setAttribute("aria-busy", "true" if waiting else "false")
            one.textContent = _button_text(state, self._brings_pred_probs)
        if not state.training and document.activeElement.id == "cancel":  # what is hidden cannot keep the focus
            button.focus()
        dom.show(dom.by_id("cancel"), state.training)
        bar = dom.by_id("progress")
        dom.show(bar, progress is not None)
        if progress is not None:
            bar.value = progress

    def _row_prototype(self):
        row = dom.template("prediction-template")
        bars = row.lastElementChild
        for line in range(self._lines):
            name = self._index.classes[line] if self._names_are_fixed() else ""
            bar = dom.element("div", "bar")
            bar.append(dom.element("span", "name", name), dom.element("i"), dom.element("span", "value", "–"))
            bars.append(bar)
        return row

    def _names_are_fixed(self):
        return len(self._index.classes) <= MOST_LINES

    def _make_row(self):
        return self._prototype.cloneNode(True)

    def _fill_row(self, row, example):
        thumbnail = row.firstElementChild
        if thumbnail.getAttribute("data-example") != self._index.ids[example]:
            self._thumbnails.fill(thumbnail, example)
            self._mark(thumbnail, example)
        if self._pred_probs is None:
            return
        bars = row.lastElementChild.children
        for line, (label, probability) in enumerate(self._lines_of(example)):
            bar = bars[line]
            if not self._names_are_fixed():
                bar.firstElementChild.textContent = self._index.classes[label]
            bar.style.setProperty("--p", "{:.3f}".format(probability))
            bar.lastElementChild.textContent = decimal(probability)

    def _lines_of(self, example):
        count = len(self._index.classes)
        row = [(label, self._pred_probs[example * count + label]) for label in range(count)]
        if not self._names_are_fixed():
            row.sort(key=lambda pair: -pair[1])
        return row[: self._lines]


def _button_text(state, brings_pred_probs):
    if state.training:
        return _("Training…")
    if state.train_requested:
        return _("Waiting for Python…")
    if state.trained_labels is None:
        return _("Train the model")
    if brings_pred_probs:
        return _("Judge again") if state.labels_are_stale else _("Judged")
    return _("Train again") if state.labels_are_stale else _("Trained")
