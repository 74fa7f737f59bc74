"""Analyses and explanations: put together from parts at each change of the settings, asked of the worker until they have come."""

import asyncio
import json

from js import performance
from pyscript.ffi import create_proxy, to_js

from vizzy.page.client.latest_request import LatestRequest
from vizzy.page.model import explanation_text
from vizzy.page.model.received_parts import ReceivedParts, explanation_at, names_from
from vizzy.page.ui import dom
from vizzy.page.ui.error_dialog import report
from vizzy.page.ui.scheduling import after_frame, call_in_frame, yield_to_browser
from vizzy.vocabulary import NOISE_RATE

PARTS_PER_CALL = 100
MOST_MEASURES = 2000
MOST_UNPAINTED_MS = 100  # that something drawn may wait for its frame before another step is drawn


class AnalysisController:
    """Keeps the analysis and the explanation on the screen those of the present settings."""

    def __init__(self, app):
        self._app = app
        self._analyses = LatestRequest(
            app.worker.analyse, self._show_analysis, report, lambda settings: self._parts.analysis(settings)
        )
        self._explanations = LatestRequest(
            lambda question: app.worker.explain(question[0], question[1]),
            self._show_explanation,
            report,
            self._known_explanation,
        )
        self._parts = None
        self._explanation = None  # the worker's last one
        self._unpainted_since = None  # when something was drawn for which there was no frame yet
        self._on_frame = after_frame(create_proxy(self._go_on))
        app.on_dataset_opened(self._take_dataset)

    def _take_dataset(self, dataset):
        for request in (self._analyses, self._explanations):
            request.drop()
        self.forget_parts()
        self.has_predictions = False  # whether the worker has any to answer from
        self._inspected = self._changed_labels = None  # what the inspector was last asked to explain
        self._step_began = None  # when the oldest slider event whose effect is not all on the screen came in

    # --- asking ------------------------------------------------------------------------------

    def ask(self):
        """Ask what the present thresholds make of the predictions.

        An answer that is known is drawn at once, unless the last one waits long for its frame: browsers let inputs go before
        frames, and those of a held key would leave no time for any where drawing takes long.
        """
        if self.has_predictions and not self._app.state.training and not self._frame_is_overdue():
            self._analyses.want(self._app.state.analysis_settings)

    def _frame_is_overdue(self):
        return self._unpainted_since is not None and performance.now() - self._unpainted_since > MOST_UNPAINTED_MS

    def _go_on(self):
        self._unpainted_since = None
        self.ask()

    def follow_active(self):
        """Mark and explain the inspected example, where it or the labels are others than before."""
        state = self._app.state
        is_another = state.inspected != self._inspected
        if is_another:
            self._inspected = state.inspected
            self._app.panels.mark_active(state)
        if is_another or state.changed_labels != self._changed_labels:
            self._changed_labels = state.changed_labels
            self.explain()

    def explain(self):
        """Ask why the inspected example is where it is, under the analysis on the screen."""
        state = self._app.state
        if state.inspected is None:
            return
        if not self.has_predictions:
            self._app.panels.inspector.render(state, None)
        elif not state.training:
            self._explanations.want((state.inspected, self._analyses.answered, state.changed_labels))

    def ask_for_parts(self):
        """Ask for the parts of the answers that the sliders may need in the present modes, where they have not come."""
        modes = self._app.state.analysis_settings[2:]
        if self.has_predictions and not self._asking and modes not in self._complete:
            self._asking = True
            asyncio.create_task(self._ask_for_parts(self._parts))

    async def _ask_for_parts(self, parts):
        """Ask for a few at a time, so that no question waits for long, in the order in which the sliders may need them."""
        settings, names, left = None, (), []
        while parts is self._parts:
            if settings != self._app.state.analysis_settings:
                settings = self._app.state.analysis_settings
                names, left = names_from(settings), []
            wanted = left + parts.missing(names, PARTS_PER_CALL - len(left))
            if not wanted:
                self._complete.append(settings[2:])
                performance.mark("vizzy:parts")
                break
            try:
                texts, count = await self._app.worker.answer_parts(wanted)
            except Exception as error:
                if parts is self._parts:
                    self._asking = False
                    report(error)
                return
            if texts is None:
                break
            parts.take(wanted[:count], texts)
            left = wanted[count:]
            await yield_to_browser()
        if parts is self._parts:
            self._asking = False

    def forget_parts(self):
        """Forget the parts and ask for no more of them: something else is about to hold."""
        self._parts = ReceivedParts(len(self._app.dataset.index))
        self._complete = []  # the modes whose parts are all there
        self._asking = False
        self._explanation = None

    def _known_explanation(self, question):
        """What the last explanation, of the same example, says at the settings of the analysis on the screen; or None."""
        example, settings, _ = question
        known = self._explanation
        if known is None or known["example"] != example or not known["everywhere"] or settings is None:
            return None
        if settings[2] == NOISE_RATE:
            return None  # whether it is flagged depends on all examples
        return explanation_at(known, settings, self._app.analysis)

    def rule_changed(self):
        """The rule is another now: what was answered under the last one no longer holds."""
        self._analyses.forget()
        self._explanations.forget()
        self.forget_parts()
        self._app.update(self._app.state)
        self.ask_for_parts()

    def predictions_lost(self):
        """The worker that had the predictions is gone; nothing is asked until there are some again."""
        self.has_predictions = False
        self.forget_parts()

    def predictions_made(self, settings):
        """There are new predictions, and the analysis at these settings is on the screen."""
        self.has_predictions = True
        self._analyses.took(settings)
        self._explanations.forget()
        self.forget_parts()

    # --- drawing -----------------------------------------------------------------------------

    def draw(self, analysis):
        """Put an analysis on the screen."""
        before, self._app.analysis = self._app.analysis, analysis
        self._app.panels.draw(before, analysis, self._app.state)
        self.explain()
        dom.by_id("announcer").textContent = explanation_text.counts_sentence(analysis["counts"])

    def _show_analysis(self, _settings, answer):
        is_known = isinstance(answer, dict)
        if is_known and self._unpainted_since is None:
            self._unpainted_since = performance.now()
            call_in_frame(self._on_frame)
        self.draw(answer if is_known else json.loads(answer))
        if self._app.state.inspected is None:
            self._measure_step()
        self._app.announce()

    def _show_explanation(self, _request, answer):
        if not isinstance(answer, dict):
            answer = self._explanation = json.loads(answer)
        self._app.panels.show_explanation(self._app.state, answer)
        self._measure_step()

    # --- how long a slider's step takes --------------------------------------------------------

    def begin_step(self, event):
        """An event changes the settings: remember when the first came whose effect is still to be drawn."""
        if self._step_began is None:
            self._step_began = event.timeStamp

    def _measure_step(self):
        """The last of what a slider's step changes is written."""
        if self._step_began is None:
            return
        performance.measure("vizzy:update", to_js({"start": self._step_began, "end": performance.now()}))
        if performance.getEntriesByName("vizzy:update").length > MOST_MEASURES:
            performance.clearMeasures("vizzy:update")
        self._step_began = None
