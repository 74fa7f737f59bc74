"""The example under review: what it shows, what it was given, what is suggested and why, and its neighbours."""

import json

from vizzy.page.client.latest_request import LatestRequest
from vizzy.page.language import _, decimal, said
from vizzy.page.review.actions import DONE, decided_words
from vizzy.page.ui import dom
from vizzy.page.ui.error_dialog import report
from vizzy.page.ui.thumbnails import picture_holder, show_picture
from vizzy.translation import isolated
from vizzy.vocabulary import ACCEPTED, CHANGED, KEPT, NO_LABEL

MOST_BARS = 5


class ReviewCard:
    """Shows one example; asks the worker for the reasons."""

    def __init__(self, app):
        self._app = app
        self._example = None
        self._suggested = NO_LABEL
        self._shown = None
        self._reasons = LatestRequest(app.worker.reasons, self._show_reasons, self._failed)

    def take_dataset(self, dataset, thumbnails):
        """Another dataset is open."""
        self._thumbnails = thumbnails
        self._dataset = dataset
        self._index = dataset.index
        self._shown = None
        self._reasons.drop()
        self._picture = picture_holder(self._index)
        dom.by_id("review-picture").replaceChildren(self._picture)
        entries = [dom.element("option", "", _("Another label…"), {"value": ""})]
        for label, name in enumerate(self._index.classes):
            entries.append(dom.element("option", "", name, {"value": str(label)}))
        dom.by_id("review-choice").replaceChildren(*entries)
        keys = []
        for key, label in self._index.class_keys():
            name = self._index.classes[label]
            keys += [dom.element("kbd", "", key), dom.element("span", "", "" if name == key else name)]
        if keys and not keys[-1].textContent:  # digits that stand for the classes of these names
            keys[-1].textContent = _("gives that label")
        dom.by_id("review-class-keys").replaceChildren(*keys)

    def show(self, example, suggested, quality):
        """Show an example; None where the queue is empty."""
        self._example, self._suggested = example, suggested
        card = dom.by_id("review-picture").parentNode
        dom.show(card, example is not None)
        if example is None:
            return
        state, dataset_index = self._app.state, self._index
        now = (example, suggested, dataset_index.current_label(state, example), state.reviews.get(example), id(state.trained_labels))
        if now == self._shown:
            return
        if self._shown is None or self._shown[0] != example:
            show_picture(self._picture, self._dataset, example)
            self._picture.setAttribute("data-example", dataset_index.ids[example])
        self._shown = now
        dom.by_id("review-id").textContent = _("{}, label quality {}").format(dataset_index.ids[example], decimal(quality))
        self._show_labels(state)
        self._reasons.forget()
        self._reasons.want(example)

    def words_for(self, action, label):
        """What was just decided, in words."""
        sentence = DONE[ACCEPTED if action == CHANGED else action]
        return sentence.format(self._index.ids[self._example], "" if label is None else isolated(self._index.classes[label]))

    def _show_labels(self, state):
        classes = self._index.classes
        original = classes[self._index.given_label[self._example]]
        current = classes[self._index.current_label(state, self._example)]
        dom.by_id("review-given").textContent = _("given: {}").format(original)
        suggested = dom.by_id("review-suggested")
        dom.show(suggested, self._suggested != NO_LABEL)
        if self._suggested != NO_LABEL:
            suggested.textContent = _("suggested: {}").format(classes[self._suggested])
        action = state.reviews.get(self._example) or (CHANGED if current != original else "")
        dom.by_id("review-action").textContent = decided_words(action, current)
        accept, keep = [_button(name) for name in (ACCEPTED, KEPT)]
        dom.enable(accept, self._suggested != NO_LABEL)
        accept.lastElementChild.textContent = (
            _("Accept") if self._suggested == NO_LABEL else _("Accept “{}”").format(isolated(classes[self._suggested]))
        )
        keep.lastElementChild.textContent = _("Keep “{}”").format(isolated(original))

    def _show_reasons(self, example, answer):
        if example != self._example:
            return
        findings = json.loads(answer)
        dom.by_id("review-reasons").replaceChildren(*[dom.element("li", "", _sentence(reason)) for reason in findings["reasons"]])
        self._show_probabilities(findings["pred_probs"])
        self._show_near_duplicates(findings["near_duplicates"])
        self._show_neighbours(findings)

    def _show_probabilities(self, pred_probs):
        ranked = sorted(range(len(pred_probs)), key=lambda label: -pred_probs[label])[:MOST_BARS]
        bars = []
        for label in ranked:
            bar = dom.element("div", "bar")
            bar.append(
                dom.element("span", "name", self._index.classes[label]),
                dom.element("i"),
                dom.element("span", "value", decimal(pred_probs[label])),
            )
            bar.style.setProperty("--p", "{:.4f}".format(pred_probs[label]))
            bars.append(bar)
        dom.by_id("review-probabilities").replaceChildren(*bars)

    def _show_near_duplicates(self, duplicates):
        """What is nearly the same, side by side with what it is labelled."""
        dom.show(dom.by_id("duplicates-heading"), bool(duplicates))
        examples = [entry["example"] for entry in duplicates]
        self._list_labelled(dom.by_id("review-duplicates"), examples, [entry["label"] for entry in duplicates])

    def _show_neighbours(self, findings):
        neighbours = findings.get("neighbours", [])
        dom.show(dom.by_id("neighbours-heading"), bool(neighbours))
        self._list_labelled(dom.by_id("review-neighbours"), neighbours, findings.get("neighbour_labels", []))

    def _list_labelled(self, holder, examples, labels):
        """Show examples with their labels, marked where these are not the label of the one under review."""
        dataset_index = self._index
        given = dataset_index.trained_label(self._app.state, self._example)
        pictured = dataset_index.shows_pictures
        items = []
        for neighbour, label in zip(examples, labels):
            item = dom.element("li")
            if pictured:
                picture = self._thumbnails.fill(dom.element("span", "thumb", None, {"role": "img"}), neighbour)
                item.append(picture)
            item.append(dom.element("span", "same" if label == given else "other", _("labelled {}").format(isolated(dataset_index.classes[label]))))
            if not pictured:
                item.append(dom.element("span", "soft", dataset_index.caption(neighbour)))
            items.append(item)
        holder.classList.toggle("worded", not pictured)
        holder.replaceChildren(*items)

    def _failed(self, error):
        self._shown = None  # asked for again at the next change
        report(error)


def _button(action):
    return dom.by_id("review").querySelector('[data-action="' + action + '"]')


def _sentence(reason):
    words = said(reason)
    return _("{}.").format(words[0].upper() + words[1:])
