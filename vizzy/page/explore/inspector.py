"""The inspector: one image, its labels, its probabilities, and why it is where it is."""

import js

from vizzy.page.language import _, decimal, followed
from vizzy.page.model import explanation_text
from vizzy.page.ui import dom
from vizzy.page.ui.thumbnails import picture_holder, show_picture
from vizzy.vocabulary import in_sentence

NOBODY_YET = _("Point at an {}, or move to it with the keyboard, to see what the model makes of it.")
NOBODY_TAPPED_YET = _("Tap an {} to see what the model makes of it.")
MOST_IN_ORDER = 5  # with more classes the most probable come first


class InspectorPanel:
    """Shows the inspected example."""

    def __init__(self, dataset):
        self._dataset = dataset
        self._index = dataset.index
        self._names = [in_sentence(name) for name in dataset.index.classes]
        self._example = None
        self._said, self._pieces = [], []
        self._bars = [self._build_bar(name) for name in self._index.classes]
        self._holder = dom.by_id("inspector-probabilities")
        self._holder.replaceChildren(*[bar["row"] for bar in self._bars])
        dom.let_scroll(self._holder, _("Predicted probabilities"), len(self._bars) > MOST_IN_ORDER)
        dom.show(self._holder, False)
        self._picture = picture_holder(self._index)
        self._picture.id = "inspector-image"
        self._picture.hidden = True
        dom.by_id("inspector-picture").replaceChildren(self._picture)
        _show_badge("given", None)
        _show_badge("suggested", None)
        only_touch = js.matchMedia("(hover: none)").matches
        self._say([("", (NOBODY_TAPPED_YET if only_touch else NOBODY_YET).format(self._index.thing))])

    def render(self, state, explanation):
        """Show the inspected example; ``explanation`` is None before training."""
        if state.inspected is None:
            return
        self._show_picture(state.inspected)
        given = self._index.classes[self._index.current_label(state, state.inspected)]
        _show_badge("given", given)
        if explanation is None:
            _show_badge("suggested", None)
            dom.show(self._holder, False)
            self._say([("", _("Train the model to see what it makes of this {}.").format(self._index.thing))])
            return
        suggested = explanation["suggested_label"]
        _show_badge("suggested", self._index.classes[suggested] if suggested >= 0 else None)
        dom.show(self._holder, True)
        for label, bar in enumerate(self._bars):
            _show_bar(bar, explanation, label)
        if len(self._bars) > MOST_IN_ORDER:
            _most_probable_first(self._bars, explanation["pred_probs"])
        self._say(self._text(state, explanation))

    def _text(self, state, explanation):
        classes = self._names
        text = explanation_text.reason(explanation, classes, state)
        text = followed(text, explanation_text.remedy(explanation, classes, state))
        if self._index.current_label(state, state.inspected) != self._index.trained_label(state, state.inspected):
            text = followed([("warning", _("Its label has changed since training: train again."))], text)
        return text

    def _show_picture(self, example):
        if example == self._example:
            return
        self._example = example
        show_picture(self._picture, self._dataset, example)
        self._picture.setAttribute("data-example", self._index.ids[example])
        dom.show(self._picture, True)

    def _build_bar(self, name):
        row = dom.element("div", "bar")
        value = dom.element("span", "value")
        track = dom.element("i")
        track.append(dom.element("b", "mark ood"), dom.element("b", "mark class"))
        row.append(dom.element("span", "name", name), track, value)
        return {"row": row, "value": value}

    def _say(self, text):
        """Show the pieces of a text; where they are of the same kinds as those shown, only words that are others change."""
        if [kind for kind, _words in text] != [kind for kind, _words in self._said]:
            self._pieces = [dom.element("span", kind, words) for kind, words in text]
            dom.by_id("inspector-reason").replaceChildren(*self._pieces)
        else:
            for piece, (_kind, words), (_same, before) in zip(self._pieces, text, self._said):
                if words != before:
                    piece.textContent = words
        self._said = text


def _most_probable_first(bars, probabilities):
    ranked = sorted(range(len(bars)), key=lambda label: -probabilities[label])
    for place, label in enumerate(ranked):
        bars[label]["row"].style.order = str(place)


def _show_badge(kind, name):
    badge = dom.by_id("inspector-" + kind)
    dom.show(badge, name is not None)
    words = _("given: {}") if kind == "given" else _("suggested: {}")
    badge.textContent = words.format(name) if name is not None else ""


def _show_bar(bar, explanation, label):
    style = bar["row"].style
    probability = explanation["pred_probs"][label]
    style.setProperty("--p", "{:.4f}".format(probability))
    for kind in ("class", "ood"):
        threshold = explanation[kind + "_thresholds"][label]
        style.setProperty("--" + kind + "-at", "2" if threshold is None else "{:.4f}".format(threshold))
    bar["value"].textContent = decimal(probability)
    bar["row"].classList.toggle("reached", explanation["reaches_class"][label])
