"""Reviewing: the queue of suspects, the most suspect first, and the decisions taken on them.

The worker ranks and filters; what was decided stands in the page's state, so that undo, the address and what is saved
know it like everything else. The next example comes by itself.
"""

import asyncio

import js
from pyscript.ffi import create_proxy

from vizzy.page.client.latest_request import LatestRequest
from vizzy.page.language import _, decimal, thousands
from vizzy.page.model import events
from vizzy.page.model.state import reviewed
from vizzy.page.review import actions
from vizzy.page.review.card import ReviewCard
from vizzy.page.review.export_menu import ExportMenu
from vizzy.page.review.selection import Selection
from vizzy.page.site import letter_keys
from vizzy.page.ui import dom
from vizzy.page.ui.error_dialog import report
from vizzy.page.ui.thumbnails import Thumbnails
from vizzy.page.ui.virtual_list import VirtualList
from vizzy.translation import isolated
from vizzy.vocabulary import (
    ACCEPTED,
    CHANGED,
    NO_LABEL,
    QUEUE_OF_ALL,
    QUEUE_OF_LABEL_ISSUES,
    QUEUE_OF_NEAR_DUPLICATES,
    QUEUE_OF_OUT_OF_DISTRIBUTION,
    QUEUE_OF_SUSPECTS,
    QUEUE_OF_UNCONFIDENT,
)

SECONDS_UNTIL_SOUGHT = 0.25
QUEUE_NAMES = (  # in the order of the menu
    (QUEUE_OF_ALL, _("all, most suspect first")),
    (QUEUE_OF_SUSPECTS, _("label issues and out of distribution")),
    (QUEUE_OF_LABEL_ISSUES, _("label issues")),
    (QUEUE_OF_OUT_OF_DISTRIBUTION, _("out of distribution")),
    (QUEUE_OF_UNCONFIDENT, _("unconfident")),
    (QUEUE_OF_NEAR_DUPLICATES, _("near duplicates with other labels")),
)


class ReviewView:
    """The second view of the page; it lives as long as the page, and re-makes its list for another dataset."""

    def __init__(self, app):
        self._app = app
        self._list = None
        self._examples = self._suggested = self._quality = None  # typed arrays, in the queue's order
        self._summary = None
        self._place = 0  # of the current example in the queue
        self._seeking = None
        self._shown = None  # what the queue was last asked about
        self._queue = LatestRequest(lambda about: app.worker.queue(about[:3]), self._show_queue, self._failed)
        self._card = ReviewCard(app)
        self._selection = Selection(app, lambda: self._list.refresh(), self._take)
        self._export = ExportMenu(app)
        self._wire()
        app.on_dataset_opened(self._take_dataset)

    def open(self, cell=None):
        """Go there; with a cell of the confident joint, to its examples."""
        state = self._app.state
        if cell:
            state = events.queue_for(state, QUEUE_OF_ALL, cell[0], cell[1], "", False)
        self._app.update(events.show_view(state, "review"))
        self._app.decisions.write_address_soon()
        dom.by_id("review-heading").focus()

    def close(self):
        """Back to all panels."""
        self._app.update(events.show_view(self._app.state, "explore"))
        self._app.decisions.write_address_soon()
        self._app.panels.resize()  # what was drawn meanwhile had no size
        dom.by_id("review-button").focus()

    # --- showing -------------------------------------------------------------------------------

    def render(self, state, analysis):
        """Follow the app's state."""
        open_now = state.view == "review" and analysis is not None
        dom.show(dom.by_id("review"), open_now)
        dom.show(js.document.querySelector("main"), not open_now)
        if not open_now:
            return
        self._show_busy(self._examples is None)
        self._show_settings(state)
        self._ask(state)
        self._show_current()

    def _show_busy(self, is_busy):
        """Until the examples are ranked there is nothing to decide about, and the buttons are not there."""
        dom.by_id("review").setAttribute("aria-busy", "true" if is_busy else "false")
        if is_busy:
            dom.by_id("queue-empty").textContent = _("Ranking the examples…")
            dom.show(dom.by_id("queue-empty"), True)

    def _take_dataset(self, dataset):
        self._index = dataset.index
        self._class_keys = dict(dataset.index.class_keys())
        self._queue.drop()
        self._shown = self._summary = None
        self._examples = None
        self._selection.take_dataset(dataset)
        self._place = 0
        self._thumbnails = Thumbnails(dataset)
        self._pictured = dataset.index.shows_pictures
        if self._list:
            self._list.close()
        self._list = VirtualList(dom.by_id("queue-list"), 0, self._make_row, self._fill_row)
        self._card.take_dataset(dataset, self._thumbnails)
        for name in ("given", "suggested"):
            _fill_menu(dom.by_id("queue-" + name), [("", _("any"))] + _numbered(dataset.index.classes))

    def _show_settings(self, state):
        kind, given, suggested, text, unreviewed = state.queue
        dom.by_id("queue-kind").value = kind
        dom.by_id("queue-given").value = "" if given is None else str(given)
        dom.by_id("queue-suggested").value = "" if suggested is None else str(suggested)
        if js.document.activeElement != dom.by_id("queue-text"):
            dom.by_id("queue-text").value = text
        dom.by_id("queue-unreviewed").checked = unreviewed
        train = dom.by_id("review-train")
        dom.enable(train, state.can_train)
        train.textContent = _("Training…") if state.training else self._app.training.button_text
        sentence = dom.by_id("status").textContent if state.training or state.trained_labels is not None else ""
        if dom.by_id("review-status").textContent != sentence:
            dom.by_id("review-status").textContent = sentence

    def _ask(self, state):
        if state.training or not self._app.analyses.has_predictions:
            return
        about = (state.analysis_settings, state.queue, sorted(reviewed(state)), self._app.training.count)
        if about != self._shown:
            self._shown = about
            self._queue.want(about)

    def _show_queue(self, _request, answer):
        self._summary = js.JSON.parse(answer.told)
        self._examples, self._suggested, self._quality = answer.examples, answer.suggested, answer.label_quality
        self._selection.take_queue(self._examples, self._suggested)
        current = self._find(self._app.state.active)
        self._place = min(self._place, max(0, self._examples.length - 1)) if current is None else current
        self._list.resize(self._examples.length)
        self._show_busy(False)
        self._show_counts()
        self._go_to(self._place)

    def _find(self, example):
        place = -1 if example is None else self._examples.indexOf(example)
        return None if place < 0 else place

    def _show_counts(self):
        summary, state = self._summary, self._app.state
        total, done = int(summary.total), int(summary.reviewed)
        dom.by_id("reviewed").textContent = _("{} of {} reviewed").format(thousands(done), thousands(total))
        dom.by_id("reviewed-bar").value = done / total if total else 0
        overall = dom.by_id("reviewed-overall")
        dom.show(overall, total < len(self._index))
        overall.textContent = _("in all {} of {}").format(thousands(len(reviewed(state))), thousands(len(self._index)))
        kinds = [(kind, name + _counted(getattr(summary.counts, kind))) for kind, name in QUEUE_NAMES]
        _fill_menu(dom.by_id("queue-kind"), kinds)
        dom.by_id("queue-kind").value = state.queue[0]
        empty = dom.by_id("queue-empty")
        dom.show(empty, not self._examples.length)
        empty.textContent = _("All of these are reviewed.") if total else _("Nothing matches. Change the filters.")
        self._selection.show()

    def _make_row(self):
        row = dom.element("div", "queue-row pictured" if self._pictured else "queue-row")
        who = dom.element("div", "who")
        who.append(dom.element("b"), dom.element("span"))
        end = dom.element("div", "end")
        end.append(dom.element("span"), dom.element("span", "done"))
        row.append(dom.element("input", "", None, {"type": "checkbox", "tabindex": "-1"}))
        if self._pictured:
            row.append(dom.element("span", "thumb"))
        row.append(who, end)
        return row

    def _fill_row(self, row, place):
        if self._examples is None or place >= self._examples.length:
            return
        example, dataset_index, state = self._examples[place], self._index, self._app.state
        row.setAttribute("data-place", str(place))
        row.classList.toggle("current", place == self._place)
        tick = row.firstElementChild
        tick.checked = self._selection.holds(example)
        tick.tabIndex = 0 if place == self._place else -1
        tick.setAttribute("aria-label", _("Select {}").format(dataset_index.ids[example]))
        if self._pictured:
            self._thumbnails.fill(tick.nextElementSibling, example)
            tick.nextElementSibling.removeAttribute("aria-label")
        who, end = row.lastElementChild.previousElementSibling, row.lastElementChild
        who.firstElementChild.textContent = dataset_index.caption(example)
        given = dataset_index.classes[dataset_index.given_label[example]]
        who.lastElementChild.textContent = isolated(given) + " → " + isolated(self._suggestion(place))
        end.firstElementChild.textContent = decimal(self._quality[place])
        end.lastElementChild.textContent = done_words(state, dataset_index, example)

    def _suggestion(self, place):
        label = self._suggested[place]
        return "?" if label == NO_LABEL else self._index.classes[label]

    def _go_to(self, place):
        """Make an example of the queue the current one."""
        if self._examples is None or not self._examples.length:
            self._card.show(None, NO_LABEL, None)
            return
        before, self._place = self._place, max(0, min(place, self._examples.length - 1))
        self._list.scroll_to(self._place)
        self._list.refresh([before, self._place])
        self._take_focus_along()
        example = self._examples[self._place]
        if self._app.state.active != example:
            self._app.update(events.activate(self._app.state, example))
        else:
            self._show_current()

    def _take_focus_along(self):
        """A row's tick that has the focus gives it to the tick of the current row."""
        tick = dom.by_id("queue-list").querySelector(".current > input")
        if tick and js.document.activeElement.matches(".queue-row > input"):
            tick.focus()

    def _show_current(self):
        if self._examples is not None and self._place < self._examples.length:
            example = self._examples[self._place]
            self._card.show(example, self._suggested[self._place], self._quality[self._place])

    # --- deciding --------------------------------------------------------------------------------

    def _decide(self, action, label=None):
        """Decide about the current example and go on to the next."""
        if self._examples is None or not self._examples.length:
            return
        example = self._examples[self._place]
        if action == ACCEPTED:
            label = self._suggested[self._place]
            if label == NO_LABEL:
                self._say(_("Nothing is suggested here: choose a label, or say that it belongs to no class."))
                return
        sentence = self._card.words_for(action, label)
        self._take([(example, action, label)], sentence)

    def _take(self, decisions, sentence):
        """What was decided; go on to the next example, and say what was done."""
        state = events.review(self._app.state, decisions, self._index.given_label, self._evidence_of(decisions))
        self._app.update(state)
        self._app.decisions.settle()
        self._list.refresh()
        self._next()
        self._say(sentence)

    def _evidence_of(self, decisions):
        """What was seen of the examples that are decided on: another training changes both."""
        places = [(example, self._find(example)) for example, _action, _label in decisions]
        return {example: (self._suggested[place], round(self._quality[place], 6)) for example, place in places if place is not None}

    def _next(self):
        """The next one that nobody has decided about; at the end, the first."""
        if self._app.state.queue[4]:
            return  # the decided one leaves the queue, and the next takes its place
        decided = self._app.state.reviews
        changed = self._app.state.changed_labels
        count = self._examples.length
        for step in range(1, count + 1):
            place = (self._place + step) % count
            example = self._examples[place]
            if example not in decided and example not in changed:
                self._go_to(place)
                return
        self._go_to(self._place)

    # --- events ----------------------------------------------------------------------------------

    def _wire(self):
        actions.put_buttons(dom.by_id("review-choice").parentNode, dom.by_id("bulk"))
        for name, event, listener in (
            ("review-back", "click", lambda _event: self.close()),
            ("review-train", "click", self._app.training.request),
            ("queue-kind", "change", lambda event: self._choose(kind=event.target.value)),
            ("queue-given", "change", lambda event: self._choose(given=_label(event))),
            ("queue-suggested", "change", lambda event: self._choose(suggested=_label(event))),
            ("queue-unreviewed", "change", lambda event: self._choose(unreviewed=event.target.checked)),
            ("queue-text", "input", self._type),
            ("queue-list", "click", self._click_row),
            ("review", "click", self._click_action),
            ("review-choice", "change", self._choose_label),
        ):
            dom.by_id(name).addEventListener(event, create_proxy(listener))
        js.document.addEventListener("keydown", create_proxy(self._press))

    def _choose(self, **changes):
        self._place = 0
        self._app.update(events.queue_for(self._app.state, **changes))

    def _type(self, event):
        if self._seeking:
            self._seeking.cancel()
        self._seeking = asyncio.create_task(self._seek(event.target.value))

    async def _seek(self, text):
        await asyncio.sleep(SECONDS_UNTIL_SOUGHT)
        self._choose(text=text)

    def _click_row(self, event):
        row = event.target.closest("[data-place]")
        if not row:
            return
        place = int(row.getAttribute("data-place"))
        if event.target.tagName == "INPUT":
            self._selection.select(self._examples[place], event.target.checked)
        else:
            self._go_to(place)

    def _click_action(self, event):
        button = event.target.closest("[data-action]")
        if button:
            self._decide(button.getAttribute("data-action"))

    def _choose_label(self, event):
        if event.target.value:
            self._decide(CHANGED, int(event.target.value))
            event.target.value = ""

    def _press(self, event):
        """A key, where no text is typed and no dialog is open."""
        if self._app.state.view != "review" or event.ctrlKey or event.metaKey or event.altKey:
            return
        if event.target.closest("input:not([type=checkbox]), select, textarea, dialog, [popover]"):
            return
        action = self._action_of(event.key) if letter_keys.allow(event.key) else None
        if action:
            event.preventDefault()
            action()

    def _action_of(self, key):
        if key.lower() in actions.KEYS:
            return lambda: self._decide(actions.KEYS[key.lower()])
        if key in self._class_keys:
            return lambda: self._decide(CHANGED, self._class_keys[key])
        return {
            "ArrowDown": lambda: self._go_to(self._place + 1),
            "ArrowUp": lambda: self._go_to(self._place - 1),
            "c": dom.by_id("review-choice").focus,
            "x": self._toggle_selected,
            "Escape": None if dom.is_popover_open() else self.close,
        }.get(key)

    def _toggle_selected(self):
        example = self._examples[self._place]
        self._selection.select(example, not self._selection.holds(example))
        self._list.refresh([self._place])

    def _say(self, sentence):
        dom.by_id("announcer").textContent = sentence
        dom.by_id("review-status").textContent = sentence

    def _failed(self, error):
        self._shown = None  # asked for again at the next change
        report(error)


def done_words(state, dataset_index, example):
    """What was decided about an example, in a word."""
    action = state.reviews.get(example)
    if action is None and example in state.changed_labels:
        action = CHANGED
    words = actions.decided_words(action, dataset_index.classes[dataset_index.current_label(state, example)])
    return "✓ " + words if words else ""


def _label(event):
    return int(event.target.value) if event.target.value else None


def _numbered(classes):
    return [(str(label), name) for label, name in enumerate(classes)]


def _fill_menu(menu, entries):
    """Give a menu these (value, text), keeping its choice; untouched where it has them already."""
    options = menu.options
    if options.length == len(entries) and all(options[n].textContent == text for n, (_value, text) in enumerate(entries)):
        return
    chosen = menu.value
    menu.replaceChildren(*[dom.element("option", "", text, {"value": value}) for value, text in entries])
    menu.value = chosen


def _counted(count):
    """How many examples a queue has, behind its name; nothing where that was not counted yet."""
    return "" if count is None else " ({})".format(thousands(int(count)))
