"""The threshold lab: precision, recall and F1 at every percentile, the page's setting, and bands over other seeds."""

import asyncio

from pyscript.ffi import create_proxy

from vizzy.page.language import _, counted
from vizzy.page.labs import parts, sentences
from vizzy.page.labs.heat_map import HeatMap, legend_of_shades
from vizzy.page.labs.line_chart import LineChart
from vizzy.page.labs.plotting import best, measure, measures, percent, spread, two
from vizzy.page.model import events
from vizzy.page.ui import dom

MEASURES = (("f1", "F1"), ("precision", _("Precision")), ("recall", _("Recall")))
SECONDS_FOR_BANDS = 1.5  # of one training: up to here the bands are drawn without asking


class PercentilesLab:
    """Curves and a heat map; a click on either sets the sliders."""

    NAME, TITLE = "percentiles", _("Thresholds")
    QUESTION = _("Which percentile is best?")
    WORDS = sentences.MEASURES
    NEEDS_PREDICTIONS = True

    def __init__(self, experiments):
        self._app = experiments.app
        self._experiments = experiments
        self._analysis = None
        self._asked = None  # what the curves depend on
        self._curves = None
        self._bands = None
        self._build()

    def _build(self):
        self._chart = LineChart(_("Scores by class percentile"), _("class percentile"), "", self._pick_class, self._said)
        self._heat = HeatMap(_("Both percentiles"), _("class percentile"), _("out-of-distribution percentile"), self._pick, self._said_of)
        self._mean = dom.element("p", "aside")
        self._bands_runner = parts.Runner(self._experiments, _("Train with five other seeds"), self._fetch_bands, "")
        label, self._menu = parts.choice(_("Shade by"), MEASURES, "f1", self._shade)
        self._menu_label = label
        self._scale = dom.element("div")
        self._best = dom.button(_("Take the best"), "", create_proxy(self._take_best))
        foot = dom.element("div", "row")
        foot.append(label, self._best, self._scale, dom.element("span", "aside", _("▢ now  ◆ the means, about  ★ best")))
        self._hint = dom.element("p", "aside")
        self.node = dom.element("div", "percentiles-lab")
        self.node.append(
            self._hint,
            self._chart.node,
            self._bands_runner.node,
            self._mean,
            parts.group(_("Both percentiles"), self._heat.node, foot),
        )

    # --- following the page ----------------------------------------------------------------------

    def follow(self, state, analysis):
        """New predictions, or another out-of-distribution percentile, need other curves; the rest is marks."""
        depends = (self._app.training.count, state.ood_percentile)
        if self._asked != depends:
            self._asked, self._bands = depends, None
            parts.start(self._fetch(), self._say)
        if self._curves:
            self._draw()  # the marks at once, so that a key moves on from where the sliders are

    def resized(self):
        """The chart has another room."""
        self._chart.resized()

    def _say(self, sentence):
        self._hint.textContent = sentence

    async def _fetch(self):
        wanted = self._asked
        await asyncio.sleep(0.2)  # a slider on its way
        if wanted != self._asked:
            return
        answer = await self._experiments.ask("percentiles.percentile_curves", {"settings": self._app.state.analysis_settings})
        if answer is None or wanted != self._asked:
            return
        self._curves = answer
        self._draw()
        self._draw_bands_if_cheap()

    def _draw_bands_if_cheap(self):
        """Bands hold for one out-of-distribution percentile; where they take long, only a press makes them."""
        seconds = self._app.dataset.estimated_seconds
        dom.show(self._bands_runner.node, seconds is not None)
        if seconds is not None and not self._bands and seconds < SECONDS_FOR_BANDS:
            self._bands_runner.run()

    async def _fetch_bands(self):
        wanted = self._asked
        answer = await self._bands_runner.ask("percentiles.percentile_bands", {"settings": self._app.state.analysis_settings})
        if answer and wanted == self._asked:
            self._bands = answer
            self._bands_runner.say(_("Bands: five other ways to deal the folds."))
            self._draw()

    # --- drawing -----------------------------------------------------------------------------------

    @property
    def _known(self):
        return self._curves["problems"] is not None

    def _draw(self):
        known = self._known
        self._hint.textContent = (
            _("Click in a chart to set the sliders. The out-of-distribution percentile is the page's, {}.").format(
                self._app.state.ood_percentile
            )
            if known
            else _("What is true is not known for this data, so the charts count what is flagged. Click to set the sliders.")
        )
        self._chart.show(*self._lines(), cursor=self._cursor(), marks=self._mean_marks(), steps=5)
        self._mean.textContent = sentences.mean_percentiles(self._curves["mean"]["percentile"], self._app.dataset.index.classes)
        dom.show(self._menu_label, known)
        dom.show(self._best, known)
        self._shade(None)

    def _cursor(self):
        state = self._app.state
        return state.class_percentile if state.threshold_mode == "percentile" else None

    def _lines(self):
        curve = self._curves["curve"]
        if not self._known:
            names = (("label_issues", _("label issues"), "f1"), ("out_of_distribution", _("outside"), "recall"))
            lines = [{"name": name, "kind": kind, "points": list(enumerate(curve[key]))} for key, name, kind in names]
            return lines, (0, 100), (0, max(max(curve["flagged"]), 1))
        lines = []
        for kind, name in (("precision", _("precision")), ("recall", _("recall, of {}").format(self._curves["problems"])), ("f1", "F1")):
            values = measures(kind, curve["found"], curve["flagged"], self._curves["problems"])
            line = {"name": name, "kind": kind, "points": list(enumerate(values))}
            if self._bands:
                line["band"] = self._band(kind)
            lines.append(line)
        return lines, (0, 100), (0, 1)

    def _band(self, kind):
        """The smallest and the largest over all seeds, at every percentile."""
        curve, problems = self._curves["curve"], self._curves["problems"]
        runs = [(curve["found"], curve["flagged"])] + list(zip(self._bands["found"], self._bands["flagged"]))
        lows, highs = spread([measures(kind, found, flagged, problems) for found, flagged in runs])
        return list(zip(range(101), lows, highs))

    def _mean_marks(self):
        mean = self._curves["mean"]
        middle = self._middle_of_means()
        if middle is None:
            return ()
        if not self._known:
            return ((middle, None, _("mean")),)
        return ((middle, measure("f1", mean["found"], mean["flagged"], self._curves["problems"]), _("mean: F1")),)

    def _said(self, percentile):
        if percentile is None:
            return _("the mean is the threshold")
        curve, place = self._curves["curve"], int(percentile)
        if not self._known:
            return sentences.at_class_percentile(place, [(_("flagged"), str(curve["flagged"][place]))])
        counts = curve["found"][place], curve["flagged"][place], self._curves["problems"]
        return sentences.at_class_percentile(place, [(name, percent(measure(kind, *counts))) for kind, name in MEASURES])

    def _shade(self, _event):
        """Draw the heat map by the measure chosen."""
        if not self._curves:
            return
        grid = self._curves["grid"]
        columns = [self._values(found, flagged) for found, flagged in zip(grid["found"], grid["flagged"])]
        there = [value for column in columns for value in column if value is not None] or [0]
        low, high = min(there), max(there)
        marks = {"current": self._current_place(), "mean": self._place_of_mean()}
        if self._known:
            marks["best"] = best(columns)
        self._heat.show(grid["percentiles"], columns, low, high, marks)
        text = two if self._known else str
        self._scale.replaceChildren(legend_of_shades(text(low), text(high)))

    def _values(self, found, flagged):
        return measures(self._menu.value if self._known else "flagged", found, flagged, self._curves["problems"])

    def _current_place(self):
        state = self._app.state
        if state.threshold_mode != "percentile":
            return None
        return (int(state.class_percentile / 5 + 0.5), int(state.ood_percentile / 5 + 0.5))

    def _place_of_mean(self):
        """The cell nearest to what the means are, on average over the classes; they are no percentile of their own."""
        middle = self._middle_of_means()
        return None if middle is None else (int(middle / 5 + 0.5), int(self._app.state.ood_percentile / 5 + 0.5))

    def _middle_of_means(self):
        places = [place for place in self._curves["mean"]["percentile"] if place is not None]
        return sum(places) / len(places) if places else None

    def _said_of(self, column, row, value):
        grid = self._curves["grid"]
        where = _("class {}, out of distribution {}").format(grid["percentiles"][column], grid["percentiles"][row])
        flagged = grid["flagged"][column][row]
        if not self._known:
            return _("{}: {} flagged").format(where, flagged)
        name = dict(MEASURES)[self._menu.value]
        return _("{}: {} {}, {} of {} found, {}").format(
            where,
            name,
            two(value),
            grid["found"][column][row],
            self._curves["problems"],
            counted(flagged - grid["found"][column][row], "{} false alarm", "{} false alarms"),
        )

    # --- setting the sliders -------------------------------------------------------------------

    def _pick_class(self, percentile):
        self._set(int(percentile + 0.5), None)

    def _pick(self, column, row):
        grid = self._curves["grid"]["percentiles"]
        self._set(grid[column], grid[row])

    def _take_best(self, _event):
        grid = self._curves["grid"]
        columns = [self._values(found, flagged) for found, flagged in zip(grid["found"], grid["flagged"])]
        place = best(columns)
        if place:
            self._pick(*place)

    def _set(self, class_percentile, ood_percentile):
        state = events.set_threshold_mode(self._app.state, "percentile")
        state = events.set_class_percentile(state, class_percentile)
        if ood_percentile is not None:
            state = events.set_ood_percentile(state, ood_percentile)
        self._app.update(state)
        self._app.decisions.settle()
