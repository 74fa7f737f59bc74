"""Analyses and explanations: asked for at each change of the settings, prefetched between two, drawn when they come."""

import asyncio
import json

import js
from pyscript.ffi import to_js

from vizzy.page.client.latest_request import LatestRequest
from vizzy.page.client.prefetch import AnalysisPrefetcher
from vizzy.page.model import explanation_text
from vizzy.page.ui import dom
from vizzy.page.ui.error_dialog import report

MOST_TO_PREFETCH = 20_000  # examples; of more, two hundred answers would keep the worker busy for too long
EXAMPLES_PER_CALL = 10_000  # of a prefetching call: about 15 ms
MOST_MEASURES = 2000


class AnalysisController:
    """Keeps the analysis and the explanation on the screen those of the present settings."""

    def __init__(self, app):
        self._app = app
        self._analyses = LatestRequest(
            app.worker.analyse, self._show_analysis, report, lambda settings: self._prefetched_analyses.get(settings)
        )
        self._explanations = LatestRequest(
            lambda question: app.worker.explain(question[0], question[1]),
            self._show_explanation,
            report,
            lambda question: self._prefetched_explanations.get(question[1]),
        )
        self._prefetched_analyses = self._prefetched_explanations = None
        app.on_dataset_opened(self._take_dataset)

    def _take_dataset(self, dataset):
        for request in (self._analyses, self._explanations):
            request.drop()
        self.forget_prefetched()
        self.has_predictions = False  # whether the worker has any to answer from
        self._inspected = self._changed_labels = None  # what the inspector was last asked to explain
        self._step_began = None  # when the oldest slider event whose effect is not all on the screen came in
        per_call = max(1, min(12, EXAMPLES_PER_CALL // len(dataset.index)))
        self._prefetched_analyses = AnalysisPrefetcher(self._app.worker.analyse_many, per_call)
        self._prefetched_explanations = AnalysisPrefetcher(
            lambda settings: self._app.worker.explain_many(self._app.state.inspected, settings), per_call
        )

    # --- asking ------------------------------------------------------------------------------

    def ask(self):
        """Ask what the present thresholds make of the predictions."""
        if self.has_predictions and not self._app.state.training:
            self._analyses.want(self._app.state.analysis_settings)

    def follow_active(self):
        """Mark and explain the inspected example, where it or the labels are others than before."""
        state = self._app.state
        is_another = state.inspected != self._inspected
        if is_another:
            self._inspected = state.inspected
            self._app.panels.mark_active(state)
            self._prefetched_explanations.forget()
            self.prefetch()
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

    def prefetch(self):
        """Ask for the next steps of the sliders, where that costs little."""
        if not self.has_predictions or len(self._app.dataset.index) > MOST_TO_PREFETCH:
            return
        settings = self._app.state.analysis_settings
        asyncio.create_task(self._prefetched_analyses.prepare(settings))
        if self._app.state.inspected is not None:
            asyncio.create_task(self._prefetched_explanations.prepare(settings))

    def forget_prefetched(self):
        """Forget what was prefetched and ask for no more of it: something else is about to hold."""
        for prefetched in (self._prefetched_analyses, self._prefetched_explanations):
            if prefetched:
                prefetched.forget()

    def rule_changed(self):
        """The rule is another now: what was answered under the last one no longer holds."""
        self._analyses.forget()
        self._explanations.forget()
        self.forget_prefetched()
        self._app.update(self._app.state)
        self.prefetch()

    def predictions_lost(self):
        """The worker that had the predictions is gone; nothing is asked until there are some again."""
        self.has_predictions = False
        self.forget_prefetched()

    def predictions_made(self, settings):
        """There are new predictions, and the analysis at these settings is on the screen."""
        self.has_predictions = True
        self._analyses.took(settings)
        self._explanations.forget()
        self.forget_prefetched()

    # --- drawing -----------------------------------------------------------------------------

    def draw(self, analysis):
        """Put an analysis on the screen."""
        before, self._app.analysis = self._app.analysis, analysis
        self._app.panels.draw(before, analysis, self._app.state)
        self.explain()
        dom.by_id("announcer").textContent = explanation_text.counts_sentence(analysis["counts"])

    def _show_analysis(self, _settings, answer):
        self.draw(json.loads(answer))
        if self._app.state.inspected is None:
            self._measure_step()
        self._app.announce()

    def _show_explanation(self, _wish, answer):
        self._app.panels.show_explanation(self._app.state, json.loads(answer))
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
        js.performance.measure("vizzy:update", to_js({"start": self._step_began, "end": js.performance.now()}))
        if js.performance.getEntriesByName("vizzy:update").length > MOST_MEASURES:
            js.performance.clearMeasures("vizzy:update")
        self._step_began = None
