"""The figures of the theory, some of them to play with. Each function makes a node; the sums are in ``lessons``."""

from pyscript.ffi import create_proxy

from vizzy.page import dom, guide_dom, lessons, words

FOLDS = 5
SAMPLE_JOINT = ((84, 3, 0), (5, 79, 1), (0, 2, 88))
MOST_CLASSES = 6  # the visitor's own joint is shown up to this size
MOST_SEARCHED = 2000  # examples, for one with a wrong label
STAMPS = {
    "agreement": ("agrees", "◆ no error"),
    "issue": ("differs", "▲ label issue"),
    "none": ("silent", "– no suggestion"),
    "unconfident": ("silent", "? unconfident"),
    "ood": ("ood", "○ out of distribution"),
}
RULES = (("naive", "The most probable wins"), ("ours", "With thresholds"))
ACCUSED = {True: ("differs", "▲ label error"), False: ("agrees", "◆ no error")}


def mislabelled(catalogue):
    """A picture of the open dataset with a wrong label, where the truth is known; else None."""
    row = _first_mislabelled(catalogue) if catalogue.has_pictures and catalogue.true_label else None
    if row is None:
        return None
    truth = catalogue.true_label
    given, true = catalogue.classes[catalogue.given_label[row]], catalogue.classes[truth[row]]
    figure = dom.element("figure", "mislabelled")
    caption = dom.element("figcaption")
    label = dom.element("span", "", "given ")
    label.append(dom.element("b", "badge given", given))
    caption.append(label, dom.element("span", "", "in truth: " + true))
    picture = {"src": catalogue.picture_address(row), "alt": catalogue.alt[row], "width": "96", "height": "96"}
    figure.append(dom.element("img", "", None, picture), caption)
    return figure


def _first_mislabelled(catalogue):
    for row in range(min(len(catalogue), MOST_SEARCHED)):
        true = catalogue.true_label[row]
        if true >= 0 and true != catalogue.given_label[row]:
            return row
    return None


def folds():
    """Five rounds of cross-validation."""
    figure = dom.element("figure", "folds")
    rounds = dom.element("div", "rounds", None, {"aria-hidden": "true"})
    for kept_back in range(FOLDS):
        rounds.append(dom.element("span", "name", "model {}".format(kept_back + 1)))
        for heap in range(FOLDS):
            rounds.append(dom.element("i", "judged" if heap == kept_back else "", "?" if heap == kept_back else ""))
    figure.append(
        rounds,
        dom.element("figcaption", "", "A row is a model: it learns from four heaps and judges the fifth, marked “?”."),
    )
    return figure


def joint(catalogue, analysis):
    """The confident joint as numbers: the visitor's own, or a sample."""
    own = analysis is not None and len(catalogue.classes) <= MOST_CLASSES
    classes = catalogue.classes if own else lessons.CLASSES
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
    caption = "Your data, at its present thresholds" if own else "An example"
    table.append(dom.element("caption", "", caption), head, *body)
    return table


def _kind_of_cell(given, suggested, count):
    return "agrees" if given == suggested else "differs" if count else "unfilled"


class LineUp:
    """Self-confidences in a row, and the threshold that a percentile, or their mean, makes of them."""

    def __init__(self):
        self.node = dom.element("figure", "line-up")
        self._dots = [dom.element("i", "dot") for _ in lessons.LINE_UP]
        self._mark = dom.element("b", "threshold-mark")
        line = dom.element("div", "line", None, {"aria-hidden": "true"})
        for dot, value in zip(self._dots, lessons.LINE_UP):
            dot.style.setProperty("--at", str(value / 100))
        line.append(*self._dots, self._mark)
        changed = create_proxy(self._show)
        self._slider = _slider(50, changed)
        self._mean = dom.element("input", "", None, {"type": "checkbox", "role": "switch"})
        self._mean.addEventListener("change", changed)
        self._said = dom.element("figcaption", "", None, {"aria-live": "polite"})
        percentile, mean = dom.element("label", "control"), dom.element("label", "control")
        percentile.append(dom.element("span", "", "percentile"), self._slider)
        mean.append(self._mean, dom.element("span", "", "mean instead"))
        controls = dom.element("div", "controls")
        controls.append(percentile, mean)
        self.node.append(line, controls, self._said)
        self._show(None)

    def _show(self, _event):
        values = [value / 100 for value in lessons.LINE_UP]
        share = int(self._slider.value)
        by_mean = self._mean.checked
        threshold = lessons.mean(values) if by_mean else lessons.percentile(values, share)
        self._slider.disabled = by_mean
        self._mark.style.setProperty("--at", str(threshold))
        reached = [lessons.reaches(value, threshold) for value in values]
        for dot, reaches in zip(self._dots, reached):
            dot.classList.toggle("reached", reaches)
        name = "The mean" if by_mean else "The " + words.ordinal(share) + " percentile"
        self._said.textContent = "{} is {}: {} of these {} dogs reach it.".format(
            name, lessons.number(threshold), sum(reached), len(values)
        )


class RuleExample:
    """One picture's probabilities against the thresholds: the simplest rule's verdict beside ours."""

    def __init__(self, name):
        self._values = lessons.EXAMPLES[name]
        self._given = self._values["given"]
        self._parts = list(self._values["probabilities"])
        self._thresholds = list(self._values["thresholds"])
        self._lower = self._values.get("lower_thresholds")
        self._proxies = []
        self.node = dom.element("section", "rule-example", None, {"aria-labelledby": "example-" + name})
        self.node.append(
            dom.element("h4", "", self._values["title"], {"id": "example-" + name}),
            guide_dom.paragraph(self._values["text"]),
        )
        self._rows = [self._build_row(label) for label in range(len(lessons.CLASSES))]
        self.node.append(*[row["node"] for row in self._rows])
        self._build_verdicts()
        self._build_foot()
        self._show()

    # --- building --------------------------------------------------------------------------------

    def _build_row(self, label):
        name = lessons.CLASSES[label]
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
        control.append(dom.element("span", "", kind), row[kind], row[kind + "-value"])
        return control

    def _build_verdicts(self):
        given = dom.element("label", "given-label")
        self._menu = dom.element("select")
        for name in lessons.CLASSES:
            self._menu.append(dom.element("option", "", name, {"value": name}))
        self._menu.addEventListener("change", self._proxy(self._choose_given))
        given.append("given label ", self._menu)
        verdicts = dom.element("div", "verdicts", None, {"aria-live": "polite"})
        self._verdicts = {}
        for kind, name in RULES[1:] if self._lower else RULES:
            verdict = dom.element("div", "verdict")
            stamp, said = dom.element("b", "stamp"), dom.element("p")
            verdict.append(dom.element("span", "", name), stamp, said)
            self._verdicts[kind] = (verdict, stamp, said)
            verdicts.append(verdict)
        self.node.append(given, verdicts)

    def _build_foot(self):
        foot = guide_dom.paragraph("*Try:* " + self._values["try"], "try")
        foot.append(" ", dom.button("Start over", "plain", self._proxy(self._start_over)))
        self.node.append(foot)

    def _proxy(self, action):
        self._proxies.append(create_proxy(action))
        return self._proxies[-1]

    # --- what a visitor does ------------------------------------------------------------------

    def _move_probability(self, label, value):
        self._parts = lessons.rescaled(self._parts, label, value)
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
            accused, said = lessons.verdict_of_most_probable(lessons.CLASSES, probabilities, self._given)
            self._show_verdict("naive", ACCUSED[accused], said)
        found, said = lessons.verdict_of_thresholds(lessons.CLASSES, probabilities, thresholds, self._given, lower)
        self._show_verdict("ours", STAMPS[found], said)

    def _show_row(self, row, probability, threshold, lower):
        reached = lessons.reaches(probability, threshold)
        row["node"].classList.toggle("reached", reached)
        style = row["bar"].style
        style.setProperty("--p", str(probability))
        style.setProperty("--upper", str(threshold))
        if lower is not None:
            style.setProperty("--lower", str(lower))
        row["state"].textContent = "✓ reaches" if reached else "below"
        for kind, value in (("probability", probability), ("threshold", threshold)):
            if kind in row:
                row[kind].value = str(round(100 * value))
                row[kind].setAttribute("aria-valuetext", lessons.number(value))
                row[kind + "-value"].textContent = lessons.number(value)

    def _show_verdict(self, kind, stamp, said):
        verdict, mark, paragraph = self._verdicts[kind]
        verdict.className = "verdict " + stamp[0]
        mark.textContent = stamp[1]
        paragraph.replaceChildren(*guide_dom.nodes(said))


def _slider(value, listener, step=5):
    slider = dom.element("input", "", None, {"type": "range", "min": "0", "max": "100", "step": str(step)})
    slider.value = str(value)
    slider.addEventListener("input", listener)
    return slider
