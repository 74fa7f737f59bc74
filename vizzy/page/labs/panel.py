"""The panel of the labs: a tab for each, one shown. It takes the room of the dataset and the predictions.

The matrix, the sliders, the inspector and the lists stay beside it, so that what an experiment changes is seen there at
once. On a narrow screen it covers all.
"""

import js
from pyscript.ffi import create_proxy

from vizzy.page.labs import parts
from vizzy.page.labs.challenge import ChallengeLab
from vizzy.page.labs.code import CodeLab
from vizzy.page.labs.map import MapLab
from vizzy.page.labs.models import ModelsLab
from vizzy.page.labs.noise import NoiseLab
from vizzy.page.labs.percentiles import PercentilesLab
from vizzy.page.labs.score import ScoreLab
from vizzy.page.labs.label_issue_rules import WaysLab
from vizzy.page.language import _
from vizzy.page.model import events
from vizzy.page.ui import dom

# In the order of their tabs. A lab has NAME, as links call it, TITLE, QUESTION and NEEDS_PREDICTIONS; IS_WIDE where the matrix
# beside it would tell nothing; and WORDS, which explain the terms that it uses. It is made with the Experiments, has a
# node, and follows the app.
LABS = (ScoreLab, PercentilesLab, WaysLab, NoiseLab, ChallengeLab, MapLab, ModelsLab, CodeLab)
NAMES = [lab.NAME for lab in LABS]
TAB_KEYS = {"ArrowLeft": -1, "ArrowRight": 1}


class LabPanel:
    """Built at the first opening; a lab when it is first shown, and all but the code anew when another dataset was opened."""

    def __init__(self, labs):
        self._labs = labs
        self.app = labs.app
        self.experiments = parts.Experiments(labs.app)
        self._views = {}
        self._shown = None
        self._has_widened = False  # whether somebody has chosen how wide the labs are
        self._changed = create_proxy(lambda _event: self._resized())
        self.node = dom.element("section", "", None, {"data-panel": "labs", "aria-labelledby": "labs-heading"})
        self._build()
        dom.show(self.node, False)
        js.document.querySelector("main").prepend(self.node)
        js.window.addEventListener("resize", self._changed)
        self.node.addEventListener("keydown", create_proxy(self._pressed))
        self.app.on_dataset_opened(self._take_dataset)

    def _build(self):
        title = dom.element("h2", "", _("Labs"), {"id": "labs-heading", "tabindex": "-1"})
        bar = dom.element("header", "labs-bar")
        self._wide = dom.button("⤢", "quiet", create_proxy(self._widen))
        self._wide.setAttribute("aria-label", _("Take more room"))
        self._wide.setAttribute("aria-pressed", "false")
        self._wide.title = _("Take more room")
        close = dom.button("×", "quiet close", create_proxy(lambda _event: self._labs.show(None)))
        close.setAttribute("aria-label", _("Close the labs"))
        bar.append(title, self._wide, close)
        tabs = dom.element("div", "lab-tabs", None, {"role": "tablist", "aria-label": _("Labs")})
        self._tabs = {}
        for lab in LABS:
            tab = dom.element("button", "", lab.TITLE, {"type": "button", "role": "tab", "id": "lab-tab-" + lab.NAME})
            tab.setAttribute("data-lab", lab.NAME)
            tab.setAttribute("aria-controls", "lab-body")
            self._tabs[lab.NAME] = tab
            tabs.append(tab)
        tabs.addEventListener("keydown", create_proxy(self._walk_tabs))
        self._body = dom.element("div", "lab-body", None, {"id": "lab-body", "role": "tabpanel", "tabindex": "0"})
        self._question = dom.element("h3", "lab-question")
        self._words = dom.element("p", "aside lab-words")
        self._untrained = dom.element("div", "lab-untrained")
        self._untrained.append(
            dom.element("p", "", _("This lab looks at what the model predicts.")),
            dom.button(_("Train the model"), "primary", create_proxy(self.app.training.request)),
        )
        self._stale = dom.element("div", "row lab-stale")
        self._train_again = dom.button("", "primary", create_proxy(self.app.training.request))
        self._stale.append(dom.element("p", "", _("Labels have changed: train again.")), self._train_again)
        dom.show(self._stale, False)
        self._holder = dom.element("div", "lab-holder")
        self._body.append(self._stale, self._question, self._words, self._untrained, self._holder)
        self.node.append(bar, tabs, self._body)

    # --- what is shown ------------------------------------------------------------------------

    def follow(self, state, analysis):
        """The app's state or analysis has changed."""
        if state.lab is not None and state.lab not in NAMES:
            self.app.note(_("There is no lab called {}: the link was made for another version of this page.").format(state.lab))
            self.app.update(events.open_lab(state, None))
            return
        if "code" in self._views:
            self._views["code"].watch(analysis)
        focused = js.document.activeElement
        if state.lab != self._shown:
            loses_focus = self.node.contains(focused) or focused == js.document.body
            self._show(state.lab)
            if loses_focus:
                self.focus()  # opened by an address
        if state.lab is None:
            return
        untrained = _lab(state.lab).NEEDS_PREDICTIONS and analysis is None
        # The page's own button for it lies under the labs.
        stale = _lab(state.lab).NEEDS_PREDICTIONS and state.labels_are_stale and not state.training
        self._train_again.textContent = self.app.training.button_text
        if not untrained and self._untrained.contains(focused) or not stale and self._stale.contains(focused):
            self._body.focus()  # its button has trained, and goes
        dom.show(self._stale, stale)
        dom.show(self._untrained, untrained)
        dom.show(self._holder, not untrained)
        if not untrained:
            self._view(state.lab).follow(state, analysis)

    def focus(self):
        """Bring the keyboard's focus to the open lab's tab."""
        if self._shown:
            self._tabs[self._shown].focus()

    def _show(self, lab):
        before, self._shown = self._shown, lab
        if lab is None and self.node.contains(js.document.activeElement):
            self._labs.give_focus_back()  # closed by an address: the focus would fall to nothing
        dom.show(self.node, lab is not None)
        js.document.body.classList.toggle("labs-open", lab is not None)
        if lab is not None and not self._has_widened:
            self._set_wide(getattr(_lab(lab), "IS_WIDE", False))
        if lab is None or before is None:
            self._make_room()
        if lab is None:
            return
        for name, tab in self._tabs.items():
            tab.setAttribute("aria-selected", "true" if name == lab else "false")
            tab.tabIndex = 0 if name == lab else -1
        self._tabs[lab].scrollIntoView(parts.NEAREST)
        self._body.setAttribute("aria-labelledby", "lab-tab-" + lab)
        self._question.textContent = _lab(lab).QUESTION
        self._words.textContent = _lab(lab).WORDS
        self._holder.replaceChildren(self._view(lab).node)
        self._body.scrollTop = 0

    def _view(self, lab):
        if lab not in self._views:
            self._views[lab] = _lab(lab)(self.experiments)
        return self._views[lab]

    def _take_dataset(self, _dataset):
        """Another dataset is open: nothing of what was shown holds, but the editor, which is heavy, serves it too."""
        self._views = {"code": self._views["code"]} if "code" in self._views else {}
        if self._views:
            self._views["code"].start_anew()
        self._shown = None
        dom.show(self.node, False)
        js.document.body.classList.remove("labs-open")
        dom.clear(self._holder)

    def _make_room(self):
        """The other panels have other sizes now."""
        self.app.panels.resize()

    def _widen(self, _event):
        self._has_widened = True
        self._set_wide(not js.document.body.classList.contains("labs-wide"))
        self._resized()

    def _set_wide(self, is_wide):
        if is_wide != js.document.body.classList.contains("labs-wide"):
            js.document.body.classList.toggle("labs-wide", is_wide)
            self._wide.setAttribute("aria-pressed", "true" if is_wide else "false")
            self._make_room()

    def _resized(self):
        if self._shown and self._shown in self._views:
            self._views[self._shown].resized()

    # --- keys -----------------------------------------------------------------------------------

    def _walk_tabs(self, event):
        places = {"Home": 0, "End": len(NAMES) - 1}
        if event.key in TAB_KEYS:
            places[event.key] = (NAMES.index(self._shown) + TAB_KEYS[event.key]) % len(NAMES)
        if event.key in places:
            event.preventDefault()
            self._labs.show(NAMES[places[event.key]])

    def _pressed(self, event):
        if event.key == "Escape" and not event.defaultPrevented and not dom.is_popover_open():
            self._labs.show(None)


def _lab(name):
    return LABS[NAMES.index(name)]
