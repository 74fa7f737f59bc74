"""Under the matrix: the two sliders, and a strip per class with its thresholds on it."""

from vizzy.page.language import _, decimal
from vizzy.page.ui import dom
from vizzy.page.ui.geometry import histogram_path
from vizzy.vocabulary import NOISE_RATE


FEW_CLASSES = 3  # of more the strips of the given and the suggested class come first, as not all may be in view


class ThresholdsPanel:
    """Sliders and strips; a strip shows the self-confidences of the examples given its class."""

    def __init__(self, dataset, thumbnails):
        self._index = dataset.index
        self._thumbnails = thumbnails
        self._strips = [self._build_strip(name) for name in self._index.classes]
        dom.by_id("strips").classList.toggle("many", len(self._strips) > FEW_CLASSES)
        dom.let_scroll(dom.by_id("strips"), _("Thresholds"), len(self._strips) > FEW_CLASSES)
        dom.by_id("strips").replaceChildren(*[strip["row"] for strip in self._strips])
        self._settings = None
        self._thresholds = None
        self._pin = None
        self._first = []  # the classes whose strips stand before the others

    def render_settings(self, state):
        """Show the sliders as the state has them."""
        if state.analysis_settings == self._settings:
            return
        self._settings = state.analysis_settings
        for name, percentile in (("class", state.class_percentile), ("ood", state.ood_percentile)):
            slider = dom.by_id(name + "-percentile")
            if slider.value != str(percentile):
                slider.value = str(percentile)
            slider.style.setProperty("--share", str(percentile) + "%")
            dom.by_id(name + "-value").textContent = str(percentile)
        by_mean = state.threshold_mode != "percentile"
        dom.by_id("mean-mode").checked = state.threshold_mode == "mean"
        dom.by_id("noise-rate-mode").checked = state.threshold_mode == NOISE_RATE
        dom.by_id("class-percentile").disabled = by_mean
        if by_mean:
            dom.by_id("class-value").textContent = _("mean")
        by_outliers = state.ood_mode == "outliers"
        dom.by_id("outliers-mode").checked = by_outliers
        if by_outliers:
            dom.by_id("ood-value").textContent = "–"

    def show_histograms(self, histograms):
        """Draw how the self-confidences of each class are spread: K lists of counts."""
        for strip, counts in zip(self._strips, histograms):
            strip["shape"].setAttribute("d", histogram_path(counts))
            strip["shape"].parentNode.setAttribute("viewBox", "0 0 {} 1".format(len(counts)))

    def render_thresholds(self, analysis):
        """Show the thresholds' values."""
        thresholds = (analysis["class_thresholds"], analysis["ood_thresholds"])
        if thresholds == self._thresholds:
            return
        self._thresholds = thresholds
        for strip, class_threshold, ood_threshold in zip(self._strips, *thresholds):
            strip["row"].classList.toggle("none", class_threshold is None)
            _show_threshold(strip, "class", class_threshold, 1)
            _show_threshold(strip, "ood", ood_threshold, 1 if class_threshold is None else 0)

    def render_active(self, explanation):
        """Mark the probabilities of the example that is explained."""
        example = explanation["example"]
        for label, strip in enumerate(self._strips):
            pin = strip["pin"]
            dom.show(pin, True)
            pin.style.setProperty("--at", "{:.4f}".format(explanation["pred_probs"][label]))
            if example != self._pin:
                self._fill_pin(pin, example)
        self._pin = example
        self._put_first([explanation["suggested_label"], explanation["given_label"]])

    def _fill_pin(self, pin, example):
        if self._index.shows_pictures:
            self._thumbnails.fill(pin, example)
        pin.setAttribute("aria-label", self._index.alt[example])

    def _put_first(self, labels):
        labels = [label for label in labels if label >= 0]
        if len(self._strips) <= FEW_CLASSES or labels == self._first:
            return
        for label in self._first:
            self._strips[label]["row"].style.order = ""
        self._first = labels
        for place, label in enumerate(self._first):
            self._strips[label]["row"].style.order = str(place - len(self._first))

    def _build_strip(self, name):
        row = dom.element("div", "strip none")
        track = dom.element("div", "track")
        picture = dom.svg("svg", {"viewBox": "0 0 1 1", "preserveAspectRatio": "none", "aria-hidden": "true"})
        shape = dom.svg("path", {"d": ""})
        picture.append(shape)
        pin = dom.element("span", "pin", None, {"role": "img"})
        dom.show(pin, False)
        zones = dom.element("div", "zones")
        for kind in ("ood", "between", "class"):
            zones.append(dom.element("i", kind))
        track.append(picture, zones, dom.element("i", "mark ood"), dom.element("i", "mark class"), pin)
        values = dom.element("div", "values")
        ood, confident = dom.element("span", "ood", "–"), dom.element("span", "class", "–")
        values.append(ood, confident)
        row.append(dom.element("span", "name", name), track, values)
        return {"row": row, "shape": shape, "pin": pin, "ood": ood, "class": confident}


def _show_threshold(strip, kind, threshold, where_none):
    """``threshold`` is None where nothing is given the class; that of out of distribution, too, where outliers are."""
    at = where_none if threshold is None else threshold
    strip["row"].style.setProperty("--" + kind + "-at", "{:.4f}".format(at))
    none = _("none") if where_none else "–"
    strip[kind].textContent = none if threshold is None else decimal(threshold)
