"""What the visitor does on the panels, and which handler of ``vizzy.page.model.events`` makes the next state of it."""

import asyncio

import js
from pyscript.ffi import create_proxy, to_js

from vizzy.page.model import events
from vizzy.page.site import letter_keys, offline, theme
from vizzy.page.ui import dom
from vizzy.page.ui.roving_focus import card_step, move_among_counts, move_among_thumbnails
from vizzy.vocabulary import NOISE_RATE

ONCE = to_js({"once": True})
PANEL_KEYS = {"1": "dataset", "2": "predictions", "3": "matrix", "4": "results"}  # the numbers that stand at their headings
# What the focus goes to in a panel, the first there is; an empty matrix has but its heading.
FIRST_IN_PANEL = ('[aria-selected="true"]', '.choice[tabindex="0"]', "#train", ".count[tabindex='0']", '.thumb[tabindex="0"]', "h2[tabindex]", "button")


class InputController:
    """Listens to the panels; the proxies live as long as the page."""

    def __init__(self, app):
        self._app = app
        self._moved = create_proxy(self._point)
        document, window, main, cell = js.document, js.window, js.document.querySelector("main"), dom.by_id("cell")
        for target, name, listener in (
            (dom.by_id("train"), "click", app.training.request),
            (dom.by_id("train-here"), "click", self._train_here),
            (dom.by_id("cancel"), "click", app.training.cancel),
            (dom.by_id("class-percentile"), "input", self._slides(events.set_class_percentile)),
            (dom.by_id("ood-percentile"), "input", self._slides(events.set_ood_percentile)),
            (dom.by_id("class-percentile"), "change", app.decisions.settle),
            (dom.by_id("ood-percentile"), "change", app.decisions.settle),
            (dom.by_id("undo"), "click", app.decisions.undo),
            (dom.by_id("redo"), "click", app.decisions.redo),
            (document, "keydown", self._press_shortcut),
            (dom.by_id("mean-mode"), "change", self._switch_mode),
            (dom.by_id("noise-rate-mode"), "change", self._switch_mode),
            (dom.by_id("outliers-mode"), "change", self._switch_ood_mode),
            (dom.by_id("reset"), "click", self._reset),
            (main, "pointerover", self._enter),
            (main, "focusin", self._focus),
            (main, "click", self._click),
            (main, "change", self._choose),
            (main, "keydown", self._press),
            (document.querySelector(".pager"), "click", _press_pager),
            (main, "scroll", _mark_panel),
            (dom.by_id("theme"), "click", theme.switch),
            (dom.by_id("letter-keys"), "change", letter_keys.switch),
            (cell, "pointerover", self._enter),
            (cell, "focusin", self._point),
            (cell, "keydown", self._press),
            (dom.by_id("cell-more"), "click", self._show_more),
            (dom.by_id("reload"), "click", lambda _event: window.location.reload()),
            (dom.by_id("forget"), "click", offline.forget),
            (window, "resize", app.panels.resize),
            (window, "beforeunload", app.decisions.begin_to_leave),
            (window, "pagehide", app.decisions.leave),
            (document, "visibilitychange", app.decisions.hide),
            (window, "popstate", app.decisions.follow_address),
        ):
            target.addEventListener(name, create_proxy(listener))

    def _train_here(self, event):
        """Train beside the dataset, on a phone: what comes of it is in the next panel."""
        self._app.training.request(event)
        _go_to_panel("predictions")

    # --- thresholds ----------------------------------------------------------------------------

    def _slides(self, handler):
        """A listener that hands a slider's value to one of the state's handlers."""

        def slide(event):
            state = handler(self._app.state, event.target.value)
            if state.analysis_settings != self._app.state.analysis_settings:
                self._app.analyses.begin_step(event)
            self._app.update(state)

        return slide

    def _switch_mode(self, event):
        """The mean, or the noise rates, instead of a percentile, or back."""
        self._app.analyses.begin_step(event)
        chosen = NOISE_RATE if event.target.id == "noise-rate-mode" else "mean"
        mode = chosen if event.target.checked else "percentile"
        self._app.update(events.set_threshold_mode(self._app.state, mode))
        self._app.decisions.settle()

    def _switch_ood_mode(self, event):
        """Outliers instead of a percentile, or back."""
        self._app.analyses.begin_step(event)
        mode = "outliers" if event.target.checked else "percentile"
        self._app.update(events.set_ood_mode(self._app.state, mode))
        self._app.decisions.settle()

    # --- examples ------------------------------------------------------------------------------

    def _example_at(self, event):
        """The example that an event's element shows, or None."""
        return self._app.dataset.index.row_of(dom.closest_example(event.target))

    def _enter(self, event):
        """The pointer is over something else: it points at that as soon as it moves.

        Where the page changes under a pointer that rests (a dialog closes, images move), the browser tells that the
        pointer is over something else, though nobody has pointed at it; a movement does not follow.
        """
        self._app.panels.matrix.name_cell(event.target)
        if event.pointerType != "touch":
            event.currentTarget.addEventListener("pointermove", self._moved, ONCE)
        else:
            self._point(event)

    def _point(self, event):
        """The pointer or the focus is on an example."""
        example = self._example_at(event)
        if example is not None and example != self._app.state.active:
            self._app.update(events.activate(self._app.state, example))

    def _focus(self, event):
        """The focus is on an example, maybe on one of its label's choices, or on the count of a cell."""
        cell = self._app.panels.matrix.cell_number(event.target)
        if cell is not None:
            self._app.panels.matrix.set_tab_cell(cell)
            self._app.panels.matrix.name_cell(event.target)
        if event.target.classList.contains("choice"):
            self._app.panels.dataset.set_tab_row(self._example_at(event))
        self._point(event)

    def _click(self, event):
        """A click: on a cell's count, on a label's choice, or on a thumbnail, which brings its rows into view."""
        count = event.target.closest(".count, .confusion")
        if count:
            number = self._app.panels.matrix.cell_number(count)
            asyncio.create_task(self._open_cell(*divmod(number, len(self._app.dataset.index.classes))))
            return
        choice = event.target.closest("[data-given]")
        example = self._example_at(event)
        if choice and example is not None and choice.tagName == "BUTTON":
            self._relabel(example, choice.getAttribute("data-given"))
        elif example is not None:
            self._app.update(events.activate(self._app.state, example))
            self._app.panels.scroll_to(example)
            self._app.panels.mark_active(self._app.state)
            self._app.decisions.write_address_soon()

    def _choose(self, event):
        """A label chosen from a menu."""
        example = self._example_at(event)
        if example is not None and event.target.tagName == "SELECT":
            self._relabel(example, event.target.value)

    def _relabel(self, example, name):
        index = self._app.dataset.index
        label = index.classes.index(name)
        self._app.update(events.relabel(self._app.state, example, label, index.given_label[example]))
        self._app.decisions.settle()

    def _reset(self, _event):
        """Every label as the dataset has it."""
        self._app.update(events.reset_labels(self._app.state))
        self._app.decisions.settle()

    # --- a cell --------------------------------------------------------------------------------

    async def _open_cell(self, given, suggested):
        app, dataset = self._app, self._app.dataset
        if not app.analyses.has_predictions:
            return  # they come back with the worker
        examples = await app.worker.cell_examples(given, suggested, app.state.analysis_settings)
        if dataset is app.dataset:
            app.panels.cell_dialog.open(given, suggested, examples)

    def _show_more(self, _event):
        self._app.panels.cell_dialog.show_more()

    # --- keys ----------------------------------------------------------------------------------

    def _press(self, event):
        """A key that moves the focus on."""
        move_among_thumbnails(event)
        move_among_counts(event)
        step = card_step(event)
        if step:
            self._app.panels.dataset.focus_row(self._example_at(event) + step)

    def _press_shortcut(self, event):
        """A key that works everywhere, except where text is typed."""
        if event.altKey or event.target.closest("input:not([type=range], [type=checkbox]), textarea, select, dialog, .editor"):
            return
        with_control = event.ctrlKey or event.metaKey
        if not (with_control or letter_keys.allow(event.key)):
            return
        action = self._shortcut(event.key.lower(), with_control, event.shiftKey)
        if action:
            event.preventDefault()
            action()

    def _shortcut(self, key, control, shift):
        decisions = self._app.decisions
        if control:
            if key == "z":
                return decisions.redo if shift else decisions.undo
            return decisions.redo if key == "y" else None
        if key in PANEL_KEYS and self._app.state.view == "explore":
            return lambda: _focus_panel(PANEL_KEYS[key])
        return {"t": self._app.training.request, "s": _focus_slider, "?": dom.by_id("shortcuts").showModal}.get(key)


def _focus_panel(name):
    """Give the focus to what the keyboard meets first in a panel after its heading, its button for training or its images."""
    panel = js.document.querySelector('[data-panel="' + name + '"]')
    panel = panel if panel.checkVisibility() else js.document.querySelector('[data-panel="labs"]')  # which lie over it
    for selector in FIRST_IN_PANEL:
        node = panel and panel.querySelector(selector)
        if node:
            _go_to_panel(panel.getAttribute("data-panel"))
            node.focus()
            return


def _focus_slider():
    """Give the focus to the class percentile's slider; where that has it, to the other."""
    sliders = dom.by_id("class-percentile"), dom.by_id("ood-percentile")
    sliders[1 if js.document.activeElement == sliders[0] else 0].focus()


def _press_pager(event):
    button = event.target.closest("[data-goto]")
    if button:
        _go_to_panel(button.getAttribute("data-goto"))


def _go_to_panel(name):
    """On a narrow screen: bring one panel into view."""
    panel = js.document.querySelector('[data-panel="' + name + '"]')
    column = panel.closest("main > *")
    column.scrollIntoView(to_js({"behavior": "smooth", "inline": "start", "block": "nearest"}))


def _mark_panel(event):
    """On a narrow screen: mark in the pager which of the columns, all of one width, is in view."""
    main, buttons = event.target, list(js.document.querySelectorAll(".pager button"))
    in_view = min(len(buttons) - 1, int(main.scrollLeft * len(buttons) / main.scrollWidth + 0.5))
    for place, button in enumerate(buttons):
        if place == in_view:
            button.setAttribute("aria-current", "true")
        else:
            button.removeAttribute("aria-current")
