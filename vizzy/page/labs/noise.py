"""The noise lab: labels flipped on purpose, and what is found of them."""

from pyscript.ffi import create_proxy

from vizzy.page.language import _, counted, decimal, sentences
from vizzy.page.labs import parts
from vizzy.page.labs.line_chart import LineChart
from vizzy.page.labs.tables import Matrix
from vizzy.page.labs.plotting import percent
from vizzy.page.ui import dom

EVENLY = "evenly"
SHARES = {True: (0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50), False: (0, 10, 20, 30, 40)}
SECONDS_FOR_MANY = 2  # of one training: up to here many shares are tried
MOST_IN_MATRIX = 8


class NoiseLab:
    """One press flips, trains and measures at every share; then a slider looks at each."""

    NAME, TITLE = "noise", _("Noise")
    QUESTION = _("How many wrong labels can it take?")
    WORDS = _("Flips more and more labels on purpose, trains each time, and counts how many of them are found. Seed: another number flips other labels.")
    NEEDS_PREDICTIONS, IS_WIDE = False, True

    def __init__(self, experiments):
        self._app = experiments.app
        self._experiments = experiments
        self._answer = None
        self._place = 0
        self._build()

    def _build(self):
        classes = self._app.dataset.index.classes
        kinds = [(EVENLY, _("evenly, to any class"))] + [
            ("{},{}".format(start, end), _("{} called {}").format(classes[start], classes[end]))
            for start in range(min(len(classes), MOST_IN_MATRIX))
            for end in range(min(len(classes), MOST_IN_MATRIX))
            if start != end
        ]
        how, self._how = parts.choice(_("Flip"), kinds, EVENLY)
        and_, self._and = parts.choice(_("and"), [("", "–")] + kinds[1:], "")
        seed, self._seed = parts.number_field(_("Seed"), 0, 0, 9999)
        self._and_label = and_
        self._how.addEventListener("change", create_proxy(lambda _event: self._show_second()))
        fields = dom.element("div", "row")
        fields.append(how, and_, seed)
        self._runner = parts.Runner(self._experiments, _("Flip labels and train"), self._run)
        self._note = dom.element("p", "aside", _("Nothing on the page changes: this trains on a copy of the labels."))
        self._chart = LineChart(_("What is found, by share of flipped labels"), _("flipped labels, %"), "", self._pick, self._said)
        self._slide = dom.element("input", "", None, {"type": "range", "min": "0", "step": "1", "aria-label": _("Share of flipped labels")})
        self._slide.addEventListener("input", create_proxy(lambda _event: self._show_point(int(self._slide.value))))
        self._sentence = dom.element("p", "", None, {"aria-live": "polite"})
        self._true = Matrix(_("What was done"), _("true"), _("given"))
        self._estimated = Matrix(_("What the confident joint estimates"), _("true"), _("given"))
        matrices = dom.element("div", "matrices")
        matrices.append(self._true.node, self._estimated.node)
        self._off = dom.element("p", "aside")
        self._results = dom.element("div", "noise-results")
        self._results.append(
            self._chart.node,
            self._slide,
            self._sentence,
            parts.group(_("The noise matrix: which share of each true class has which given label"), matrices, self._off),
        )
        dom.show(self._results, False)
        self.node = dom.element("div", "noise-lab")
        self.node.append(fields, self._runner.node, self._note, self._results)
        self._show_second()

    def follow(self, _state, _analysis):
        """It depends on nothing that changes on the page."""

    def resized(self):
        """The chart has another room."""
        self._chart.resized()

    def _show_second(self):
        dom.show(self._and_label, self._how.value != EVENLY)

    async def _run(self):
        seconds = self._app.dataset.estimated_seconds
        shares = SHARES[seconds is None or seconds < SECONDS_FOR_MANY]
        answer = await self._runner.ask(
            "noise.noise_sweep",
            {
                "settings": self._app.state.analysis_settings,
                "shares": [share / 100 for share in shares],
                "pairs": self._pairs(),
                "seed": parts.whole_number(self._seed, 0, 9999),
            },
        )
        if answer is None:
            return
        self._answer = answer
        self._note.textContent = _note(answer)
        dom.show(self._results, True)
        self._slide.max = str(len(shares) - 1)
        self._show_point(min(4, len(shares) - 1))

    def _pairs(self):
        if self._how.value == EVENLY:
            return None
        return [[int(part) for part in menu.value.split(",")] for menu in (self._how, self._and) if menu.value]

    def _pick(self, percent_flipped):
        points = self._answer["points"]
        self._show_point(min(range(len(points)), key=lambda place: abs(100 * points[place]["share"] - percent_flipped)))

    def _said(self, _x):
        return _sentence(self._answer["points"][self._place])

    def _show_point(self, place):
        self._place = place
        points = self._answer["points"]
        point = points[place]
        self._slide.value = str(place)
        self._slide.setAttribute("aria-valuetext", percent(point["share"]))
        self._sentence.textContent = _sentence(point)
        lines = [
            {"name": words, "kind": name, "points": [(100 * one["share"], one["tally"][name]) for one in points]}
            for name, words in (("recall", _("recall")), ("precision", _("precision")))
        ]
        lines.append(
            {"name": _("matrix error"), "kind": "f1", "points": [(100 * one["share"], one["off"]) for one in points]}
        )
        self._chart.show(lines, (0, 100 * points[-1]["share"]), (0, 1), cursor=100 * point["share"])
        names = list(self._app.dataset.index.classes)[:MOST_IN_MATRIX]
        for matrix, rows in ((self._true, point["true"]), (self._estimated, point["estimated"])):
            matrix.show(names, [row[:MOST_IN_MATRIX] if row else None for row in rows[:MOST_IN_MATRIX]])
        off = "–" if point["off"] is None else decimal(point["off"])
        said = [_("On average the two differ by {}.").format(off)]
        if len(self._app.dataset.index.classes) > MOST_IN_MATRIX:
            said.append(_("The first {} classes are shown.").format(MOST_IN_MATRIX))
        self._off.textContent = sentences(said)


def _sentence(point):
    tally = point["tally"]
    if not point["flipped"]:
        return _("Nothing flipped: {} flagged all the same.").format(tally["flagged"])
    return _("{} flipped: {} of them found ({} with the right label suggested), {}.").format(
        counted(point["flipped"], "{} label", "{} labels"), tally["found"], point["corrected"], counted(tally["false_alarms"], "{} false alarm", "{} false alarms")
    )


def _note(answer):
    said = [_("Nothing on the page changed.")]
    if answer["assumed"]:
        said.append(_("The given labels were taken for right, as the truth is not known."))
    if not answer["trained"]:
        said.append(_("The probabilities came with the data, so they do not follow the flipped labels."))
    return sentences(said)
