"""The figures of the theory, some of them to play with. Each function makes a node; the calculations are in ``theory``."""

from pyscript.ffi import create_proxy

from vizzy.page.guide import theory, widgets
from vizzy.page.language import _
from vizzy.page.model.explanation_text import percentile_name
from vizzy.page.ui import dom

FOLDS = 5
SAMPLE_JOINT = ((84, 3, 0), (5, 79, 1), (0, 2, 88))
MOST_OWN_CLASSES = 6  # the visitor's own joint is shown up to this size
MOST_SEARCHED = 2000  # examples, for one with a wrong label
STAMPS = {
    "agreement": ("agrees", "◆ " + _("no error")),
    "issue": ("differs", "▲ " + _("label issue")),
    "none": ("silent", "– " + _("no suggestion")),
    "unconfident": ("silent", "? " + _("unconfident")),
    "ood": ("ood", "○ " + _("out of distribution")),
}
RULES = (("naive", _("The most probable wins")), ("ours", _("With thresholds")))
CONTROLS = {"probability": _("probability"), "threshold": _("threshold")}
ACCUSED = {True: ("differs", "▲ " + _("label error")), False: ("agrees", "◆ " + _("no error"))}


def mislabelled(dataset_index):
    """A picture of the open dataset with a wrong label, where the truth is known; else None."""
    row = _first_mislabelled(dataset_index) if dataset_index.has_sprites and dataset_index.true_label else None
    if row is None:
        return None
    truth = dataset_index.true_label
    given, true = dataset_index.classes[dataset_index.given_label[row]], dataset_index.classes[truth[row]]
    figure = dom.element("figure", "mislabelled")
    caption = dom.element("figcaption")
    label = dom.element("span", "", _("given") + " ")
    label.append(dom.element("b", "badge given", given))
    caption.append(label, dom.element("span", "", _("true label: {}").format(true)))
    picture = {"src": dataset_index.picture_address(row), "alt": dataset_index.alt[row], "width": "96", "height": "96"}
    figure.append(dom.element("img", "", None, picture), caption)
    return figure


def _first_mislabelled(dataset_index):
    for row in range(min(len(dataset_index), MOST_SEARCHED)):
        true = dataset_index.true_label[row]
        if true >= 0 and true != dataset_index.given_label[row]:
            return row
    return None


def folds():
    """Five rounds of cross-validation."""
    figure = dom.element("figure", "folds")
    rounds = dom.element("div", "rounds", None, {"aria-hidden": "true"})
    for kept_back in range(FOLDS):
        rounds.append(dom.element("span", "name", _("model {}").format(kept_back + 1)))
        for heap in range(FOLDS):
            rounds.append(dom.element("i", "judged" if heap == kept_back else "", "?" if heap == kept_back else ""))
    figure.append(
        rounds,
        dom.element("figcaption", "", _("A row is a model: it learns from four heaps and judges the fifth, marked “?”.")),
    )
    return figure


def joint(dataset_index, analysis):
    """The confident joint as numbers: the visitor's own, or a sample."""
    own = analysis is not None and len(dataset_index.classes) <= MOST_OWN_CLASSES
    classes = dataset_index.classes if own else theory.CLASSES
    counts = analysis["joint"] if own else [count for row in SAMPLE_JOINT for count in row]
    table = dom.element("table", "small-joint")
    head = dom.element("tr")
    head.append(dom.element("td"), *[dom.element("th", "suggested", name, {"scope": "col"}) for name in classes])
    body = []
    for given, name in enumerate(classes):
        row = dom.element("tr")
        row.append(dom.element("th", "given", name, {"scope": "row"}))
        for suggested in range(len(classes)):
            count = counts[given * len(classes) + suggested]
            row.append(dom.element("td", _kind_of_cell(given, suggested, count), str(count)))
        body.append(row)
    caption = _("Your data, at its present thresholds") if own else _("An example")
    table.append(dom.element("caption", "", caption), head, *body)
    return table


def _kind_of_cell(given, suggested, count):
    return "agrees" if given == suggested else "differs" if count else "unfilled"


class LineUp:
    """Self-confidences in a row, and the threshold that a percentile, or their mean, makes of them."""

    def __init__(self):
        self.node = dom.element("figure", "line-up")
        self._dots = [dom.element("i", "dot") for _value in theory.LINE_UP]
        self._mark = dom.element("b", "threshold-mark")
        line = dom.element("div", "line", None, {"aria-hidden": "true"})
        for dot, value in zip(self._dots, theory.LINE_UP):
            dot.style.setProperty("--at", str(value / 100))
        line.append(*self._dots, self._mark)
        changed = create_proxy(self._show)
        self._slider = _slider(50, changed)
        self._mean = dom.element("input", "", None, {"type": "checkbox", "role": "switch"})
        self._mean.addEventListener("change", changed)
        self._said = dom.element("figcaption", "", None, {"aria-live": "polite"})
        percentile, mean = dom.element("label", "control"), dom.element("label", "control")
        percentile.append(dom.element("span", "", _("percentile")), self._slider)
        mean.append(self._mean, dom.element("span", "", _("mean instead")))
        controls = dom.element("div", "controls")
        controls.append(percentile, mean)
        self.node.append(line, controls, self._said)
        self._show(None)

    def _show(self, _event):
        values = [value / 100 for value in theory.LINE_UP]
        share = int(self._slider.value)
        by_mean = self._mean.checked
        threshold = theory.mean(values) if by_mean else theory.percentile(values, share)
        self._slider.disabled = by_mean
        self._mark.style.setProperty("--at", str(threshold))
        reached = [theory.reaches(value, threshold) for value in values]
        for dot, reaches in zip(self._dots, reached):
            dot.classList.toggle("reached", reaches)
        name = _("the mean") if by_mean else percentile_name(share)
        said = _("{} is {}: {} of these {} dogs reach it.").format(
            name, theory.number(threshold), sum(reached), len(values)
        )
        self._said.textContent = said[0].upper() + said[1:]


class RuleExample:
    """One picture's probabilities against the thresholds: the simplest rule's verdict beside ours."""

    def __init__(self, name):
        self._values = theory.EXAMPLES[name]
        self._given = self._values["given"]
        self._parts = list(self._values["probabilities"])
        self._thresholds = list(self._values["thresholds"])
        self._lower = self._values.get("lower_thresholds")
        self._proxies = []
        self.node = dom.element("section", "rule-example", None, {"aria-labelledby": "example-" + name})
        self.node.append(
            dom.element("h4", "", self._values["title"], {"id": "example-" + name}),
            widgets.paragraph(self._values["text"]),
        )
        self._rows = [self._build_row(label) for label in range(len(theory.CLASSES))]
        self.node.append(*[row["node"] for row in self._rows])
        self._build_verdicts()
        self._build_foot()
        self._show()

    # --- building --------------------------------------------------------------------------------

    def _build_row(self, label):
        name = theory.CLASSES[label]
        node = dom.element("div", "rule-row", None, {"role": "group", "aria-label": name})
        bar = dom.element("span", "rule-bar", None, {"aria-hidden": "true"})
        bar.append(dom.element("i"), dom.element("b", "upper"))
        if self._lower:
            bar.append(dom.element("b", "lower"))
        state = dom.element("span", "rule-state")
        row = {"node": node, "bar": bar, "state": state}
        node.append(dom.element("span", "name", name), bar, state)
        node.append(self._control(row, "probability", label, self._move_probability))
        if not self._lower:
            node.append(self._control(row, "threshold", label, self._move_threshold))
        return row

    def _control(self, row, kind, label, move):
        control = dom.element("label", "control " + kind)
        row[kind] = _slider(0, self._proxy(lambda event: move(label, int(event.target.value))), 1)
        row[kind + "-value"] = dom.element("output")
        control.append(dom.element("span", "", CONTROLS[kind]), row[kind], row[kind + "-value"])
        return control

    def _build_verdicts(self):
        given = dom.element("label", "given-label")
        self._menu = dom.element("select")
        for name in theory.CLASSES:
            self._menu.append(dom.element("option", "", name, {"value": name}))
        self._menu.addEventListener("change", self._proxy(self._choose_given))
        given.append(_("given label"), " ", self._menu)
        verdicts = dom.element("div", "verdicts", None, {"aria-live": "polite"})
        self._verdicts = {}
        for kind, name in RULES[1:] if self._lower else RULES:
            verdict = dom.element("div", "verdict")
            stamp, text = dom.element("b", "stamp"), dom.element("p")
            verdict.append(dom.element("span", "", name), stamp, text)
            self._verdicts[kind] = (verdict, stamp, text)
            verdicts.append(verdict)
        self.node.append(given, verdicts)

    def _build_foot(self):
        foot = widgets.paragraph(_("*Try:* {}").replace("{}", self._values["try"]), "try")
        foot.append(" ", dom.button(_("Start over"), "plain", self._proxy(self._start_over)))
        self.node.append(foot)

    def _proxy(self, action):
        self._proxies.append(create_proxy(action))
        return self._proxies[-1]

    # --- what a visitor does ------------------------------------------------------------------

    def _move_probability(self, label, value):
        self._parts = theory.rescaled(self._parts, label, value)
        self._show()

    def _move_threshold(self, label, value):
        self._thresholds[label] = max(1, value)
        self._show()

    def _choose_given(self, event):
        self._given = event.target.selectedIndex
        self._show()

    def _start_over(self, _event):
        self._given = self._values["given"]
        self._parts = list(self._values["probabilities"])
        self._thresholds = list(self._values["thresholds"])
        self._show()

    # --- what is shown ----------------------------------------------------------------------------

    def _show(self):
        self._menu.selectedIndex = self._given
        probabilities = [part / 100 for part in self._parts]
        thresholds = [value / 100 for value in self._thresholds]
        lower = [value / 100 for value in self._lower] if self._lower else None
        for label, row in enumerate(self._rows):
            self._show_row(row, probabilities[label], thresholds[label], lower[label] if lower else None)
        if "naive" in self._verdicts:
            accused, text = theory.verdict_of_most_probable(theory.CLASSES, probabilities, self._given)
            self._show_verdict("naive", ACCUSED[accused], text)
        found, text = theory.verdict_of_thresholds(theory.CLASSES, probabilities, thresholds, self._given, lower)
        self._show_verdict("ours", STAMPS[found], text)

    def _show_row(self, row, probability, threshold, lower):
        reached = theory.reaches(probability, threshold)
        row["node"].classList.toggle("reached", reached)
        style = row["bar"].style
        style.setProperty("--p", str(probability))
        style.setProperty("--upper", str(threshold))
        if lower is not None:
            style.setProperty("--lower", str(lower))
        row["state"].textContent = "✓ " + _("reaches") if reached else _("below")
        for kind, value in (("probability", probability), ("threshold", threshold)):
            if kind in row:
                row[kind].value = str(round(100 * value))
                row[kind].setAttribute("aria-valuetext", theory.number(value))
                row[kind + "-value"].textContent = theory.number(value)

    def _show_verdict(self, kind, stamp, text):
        verdict, mark, paragraph = self._verdicts[kind]
        verdict.className = "verdict " + stamp[0]
        mark.textContent = stamp[1]
        paragraph.replaceChildren(*widgets.nodes(text))


def _slider(value, listener, step=5):
    slider = dom.element("input", "", None, {"type": "range", "min": "0", "max": "100", "step": str(step)})
    slider.value = str(value)
    slider.addEventListener("input", listener)
    return slider
