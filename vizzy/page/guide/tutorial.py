"""The tutorial: a strip under the masthead that asks for something, waits for it, and says what came of it.

It lies in the page's own flow and covers nothing; every control stays usable. What to say is decided by
``vizzy.page.guide.tutorial_steps``.
"""

import asyncio

import js
from pyscript.ffi import create_proxy

from vizzy.page.guide import widgets
from vizzy.page.guide.tutorial_steps import STEPS, Story, broken, proposal
from vizzy.page.language import _
from vizzy.page.model import events
from vizzy.page.ui import dom
from vizzy.page.ui.dom import button

WHERE_IMAGES_ARE_FOUND = '[data-panel="results"], [data-panel="matrix"], #cell'
PANELS = 'main [data-panel]:not([data-panel="labs"])'  # the labs close at Escape


class Tutorial:
    """One run of the tutorial, from mounting its strip to ``end``."""

    def __init__(self, guide):
        self._guide = guide
        self._app = guide.app
        self._story = Story(self._app.dataset.index, self._app.state, self._app.analysis)
        self._before = self._app.state  # what "put everything back" brings back
        self._step = 0
        self._shown_texts = None
        self._marked = []
        self._proxies = []
        self._listening = []
        self._build()
        self._app.subscribe(self._changed)
        for name in ("pointerover", "focusin", "click"):
            self._listen(js.document.body, name, self._pointed)
        self._listen(js.document, "keydown", self._press)
        self._begin(0)
        self._strip.focus()

    def end(self, _event=None):
        """Take the strip and everything that belongs to it away."""
        if not self._strip:
            return
        self._app.unsubscribe(self._changed)
        self._mark([])
        for node, name, proxy in self._listening:
            node.removeEventListener(name, proxy)
        self._strip.remove()
        self._strip = None
        self._app.panels.resize()
        dom.by_id("guide").focus()
        widgets.release_soon(self._proxies)

    # --- the strip -----------------------------------------------------------------------------

    def _build(self):
        self._strip = dom.element("section", "tutorial", None, {"aria-label": _("Tutorial"), "tabindex": "-1"})
        self._dots = dom.element("p", "tutorial-progress", None, {})
        self._title = dom.element("h2")
        self._text = dom.element("p")
        words = dom.element("div", "tutorial-words", None, {"role": "status"})
        words.append(self._title, self._text)
        self._go = self._button(_("Take me there"), "there", self._take_there)
        self._go.setAttribute("title", _("Esc leads back here"))
        self._back = self._button(_("Back"), "", lambda _event: self._begin(self._step - 1))
        self._next = self._button(_("Next"), "next", self._go_on)
        self._restore = self._button(_("Put everything back"), "", self._put_back)
        self._learn = self._button(_("Learn why"), "", self._open_learn)
        close = self._button("×", "close", self.end)
        close.setAttribute("aria-label", _("End the tutorial"))
        buttons = dom.element("div", "tutorial-buttons")
        buttons.append(self._go, self._restore, self._learn, self._back, self._next)
        self._strip.append(self._dots, words, buttons, close)
        js.document.querySelector("main").before(self._strip)

    def _button(self, words, class_name, action):
        return button(words, class_name, self._proxy(action))

    def _proxy(self, action):
        proxy = create_proxy(action)
        self._proxies.append(proxy)
        return proxy

    def _listen(self, node, name, action):
        proxy = self._proxy(action)
        node.addEventListener(name, proxy)
        self._listening.append((node, name, proxy))

    # --- the steps -------------------------------------------------------------------------------

    def _begin(self, number):
        self._step = max(0, min(number, len(STEPS) - 1))
        self._story.begin()
        last = self._step == len(STEPS) - 1
        self._dots.textContent = _("{} of {}").format(self._step + 1, len(STEPS))
        self._dots.style.setProperty("--done", "{:.3f}".format((self._step + 1) / len(STEPS)))
        self._title.textContent = STEPS[self._step]["title"]
        dom.enable(self._back, self._step > 0)
        dom.show(self._go, not last)
        dom.show(self._restore, last and self._can_restore())
        dom.show(self._learn, last)
        self._choose_subject()
        self._shown_texts = None
        self._look()
        if STEPS[self._step]["panel"]:
            widgets.bring_into_view(STEPS[self._step]["panel"])
        self._app.panels.resize()  # the strip may have another height

    def _look(self):
        """Say what the step says now, and mark what it speaks of."""
        story = self._story
        if story.analysis is None and self._step:
            texts = (_("Train the model first: it is the first step."), None)
        else:
            texts = STEPS[self._step]["look"](story)
        self._mark(self._targets())
        if texts == self._shown_texts:
            return
        self._shown_texts = texts
        asked, outcome = texts
        self._text.replaceChildren(*widgets.nodes(outcome or asked))
        self._strip.classList.toggle("done", outcome is not None)
        last = self._step == len(STEPS) - 1
        self._next.textContent = _("Finish") if last else _("Next") if outcome else _("Skip step")

    def _changed(self, state, analysis):
        story = self._story
        story.state, story.analysis = state, analysis
        if STEPS[self._step]["target"] == "subject" and broken(story) is not None:
            story.subject = broken(story)
        self._look()

    def _choose_subject(self):
        """Where a label is to be broken: the one that was, or else one to propose."""
        story = self._story
        if STEPS[self._step]["target"] == "subject" and story.analysis is not None:
            story.subject = broken(story)
            if story.subject is None:
                story.subject = proposal(story)
            self._scroll_to_subject()

    def _pointed(self, event):
        """An image in the matrix or the results was pointed at, tapped or focused."""
        example = self._app.dataset.index.row_of(dom.closest_example(event.target))
        if example is not None and event.target.closest(WHERE_IMAGES_ARE_FOUND):
            self._story.pointed = example
            self._look()

    def _press(self, event):
        """Escape in a panel leads back to the strip, however many stops away that is."""
        meant_for_another = event.defaultPrevented or dom.is_popover_open() or not event.target.closest(PANELS)
        if event.key == "Escape" and not meant_for_another:
            self._next.focus()

    def _go_on(self, _event):
        if self._step == len(STEPS) - 1:
            self._guide.end_tutorial()
        else:
            self._begin(self._step + 1)

    # --- what a step speaks of -------------------------------------------------------------------

    def _targets(self):
        """The elements that the step speaks of."""
        target = STEPS[self._step]["target"]
        if target is None:
            return []
        if target == "subject":
            target = self._showing_subject('[data-panel="dataset"]')
        elif STEPS[self._step]["title"] == _("Find it") and self._story.subject is not None:
            target = self._showing_subject('[data-panel="results"]')
        return list(js.document.querySelectorAll(target)) if target else []

    def _showing_subject(self, within):
        if self._story.subject is None:
            return None
        example_id = self._app.dataset.index.ids[self._story.subject]
        return within + ' [data-example="' + js.window.CSS.escape(example_id) + '"]'

    def _mark(self, nodes):
        for node in self._marked:
            node.classList.remove("spoken-of")
        self._marked = nodes
        for node in nodes:
            node.classList.add("spoken-of")

    def _scroll_to_subject(self):
        if self._story.subject is not None:
            self._app.panels.dataset.list.scroll_to(self._story.subject)
            self._app.panels.dataset.list.refresh([])

    def _take_there(self, _event):
        """Move the focus to what the step speaks of."""
        widgets.bring_into_view(STEPS[self._step]["panel"])
        if STEPS[self._step]["target"] == "subject":
            self._scroll_to_subject()
        for node in self._targets():
            within = node.querySelectorAll('[tabindex="0"], input[type=range], select, button')
            for candidate in list(within) + [node]:  # a list that scrolls would take the focus before its images
                candidate.focus()
                if candidate.contains(js.document.activeElement):
                    return

    # --- the end -----------------------------------------------------------------------------------

    def _can_restore(self):
        state, before = self._app.state, self._before
        return state.changed_labels != before.changed_labels or state.analysis_settings != before.analysis_settings

    def _put_back(self, _event):
        before = self._before
        self._app.update(
            self._app.state.replace(
                changed_labels=before.changed_labels,
                class_percentile=before.class_percentile,
                ood_percentile=before.ood_percentile,
                threshold_mode=before.threshold_mode,
                ood_mode=before.ood_mode,
            )
        )
        self._app.decisions.settle()
        if events.request_training(self._app.state).train_requested:
            self._app.training.request()
        dom.show(self._restore, False)
        self._next.focus()

    def _open_learn(self, _event):
        asyncio.create_task(self._guide.open_learn())
