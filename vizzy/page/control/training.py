"""Training: asked for by a click, run by the worker, its results drawn in steps; and the line that says how far it is."""

import asyncio
import json

import js

from vizzy.page.client.answers import WorkerError, WorkerLost, as_error, unpacked
from vizzy.page.language import _, duration, percent, said, sentences
from vizzy.page.model import events, explanation_text
from vizzy.page.ui import dom
from vizzy.page.ui.error_dialog import report
from vizzy.page.ui.scheduling import yield_to_browser, yield_until_frame

SECONDS_BETWEEN_LOOKS = 0.3  # at how far the training is


class TrainingController:
    """Trains, and says in ``#status`` how far the start and a training are and what came of it."""

    def __init__(self, app):
        self._app = app
        self._progress = (_("Starting Python…"), 0.05)
        self.count = 0  # trainings that came to an end
        app.on_dataset_opened(self._take_dataset)

    def _take_dataset(self, _dataset):
        self._summary = None  # of the last training that came to an end
        self._comparison = None  # what it changed: (before, after), see `explanation_text.comparison`
        self._shown_status = None

    # --- asking for it -----------------------------------------------------------------------

    def request(self, _event=None):
        """A click on Train."""
        app = self._app
        app.update(events.request_training(app.state))
        if app.state.train_requested and app.state.worker == "ready":
            self._begin()
            asyncio.create_task(self.train())

    def cancel(self, _event=None):
        """A click on Cancel."""
        self._app.worker.cancel()

    def _begin(self):
        self._progress = ("", 0)
        self._app.update(events.start_training(self._app.state))

    # --- doing it ------------------------------------------------------------------------------

    async def train(self, labels=None):
        """Train on the labels as they are, or on other changed labels."""
        app, dataset = self._app, self._app.dataset
        if not app.state.training:
            self._begin()
        labels = app.state.changed_labels if labels is None else labels
        try:
            summary, pred_probs = await self._trained_in_worker(labels)
            settings = app.state.analysis_settings
            analysis = summary and await self._first_analysis(settings)
        except Exception as error:
            if dataset is app.dataset:
                self._failed(error)
            return
        if dataset is not app.dataset:  # another was opened meanwhile
            return
        if summary is None:
            app.update(events.training_cancelled(app.state))
            return
        self._compare(labels, summary, analysis)
        await self._show(dataset, labels, settings, analysis, pred_probs)

    async def _first_analysis(self, settings):
        try:
            return json.loads(unpacked(await self._app.worker.analyse(settings)))
        except Exception as error:
            raise as_error(error)

    async def _trained_in_worker(self, labels):
        watch = asyncio.create_task(self._watch())
        asyncio.create_task(self._app.panels.prepare_ahead())
        try:
            return await self._app.worker.train(labels)
        finally:
            watch.cancel()

    async def _watch(self):
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            self._progress = ("", await self._app.worker.progress())
            self.render_status()

    def _failed(self, error):
        app = self._app
        if isinstance(error, WorkerLost):
            return  # `WorkerLifecycle` says so, and starts another
        if isinstance(error, WorkerError):
            app.update(events.training_failed(app.state, error.args[0]))
            return
        app.update(events.training_failed(app.state, _("Training failed.")))
        report(error)

    def _compare(self, labels, summary, analysis):
        """Keep what the training changed; where only a new worker was brought to where the last one was, nothing did."""
        self.count += 1
        before = self._summary and (self._summary["accuracy"], self._app.analysis)
        self._summary = summary
        if self._app.state.trained_labels != labels:
            self._comparison = before and (before, (summary["accuracy"], analysis))
            self._app.worker_lifecycle.trained()

    async def _show(self, dataset, labels, settings, analysis, pred_probs):
        """Draw what a training came to, in steps, so that no task is long."""
        app, panels = self._app, self._app.panels
        await panels.prepare(analysis)
        if dataset is not app.dataset:
            return
        if app.analysis is None:  # all of it is new: too much for one frame
            panels.matrix.render(analysis)
            await yield_to_browser()
            if dataset is not app.dataset:
                return
        app.analyses.draw(analysis)
        await yield_to_browser()
        if dataset is not app.dataset:
            return
        app.analyses.predictions_made(settings)
        app.analyses.ask_for_parts()  # the worker has nothing to do while this is drawn
        panels.show_predictions(pred_probs, self._summary["histograms"])
        app.update(events.finish_training(app.state, labels))
        app.analyses.explain()
        dataset.source.keep(app.state)
        await _painted()
        js.performance.mark("vizzy:trained")
        if dataset is app.dataset:
            app.update(events.introduce(app.state, explanation_text.most_suspect(app.analysis)))

    # --- saying how far it is ------------------------------------------------------------------

    def report(self, words, share):
        """How far the start of the worker is: words, and a share of 1."""
        self._progress = (words, share)
        self.render_status()

    def render_status(self):
        """Show how far things are, where that has changed."""
        state = self._app.state
        words, share = self._progress
        status = (state.phase, state.train_requested, state.can_train, self._status_text(words), share)
        if status == self._shown_status:
            return
        self._shown_status = status
        js.document.documentElement.setAttribute("data-vizzy", state.phase)
        busy = state.worker == "loading" or state.training
        self._app.panels.predictions.render(state, share if busy else None)
        line = dom.by_id("status")
        # A screen reader says how something ended, and that it began by the button; the bar has the rest where it is asked for.
        line.setAttribute("aria-live", "off" if busy else "polite")
        line.textContent = status[3]

    def _status_text(self, loading):
        state, dataset = self._app.state, self._app.dataset
        if state.message:
            return state.message
        if state.worker == "loading":
            return loading
        if state.training:
            return _("Five-fold cross-validation, {} done.").format(percent(self._progress[1]))
        if state.labels_are_stale:
            return _("Labels have changed: train again.")
        if state.trained_labels is None:
            return _before_training(dataset)
        told = [explanation_text.agreement(self._summary["accuracy"])]
        if self._comparison:
            told.append(explanation_text.comparison(*self._comparison))
        return sentences(told + [said(note) for note in self._summary["notes"]])

    @property
    def button_text(self):
        """What a button that trains says; data with predicted probabilities is only analysed anew."""
        brings_pred_probs = self._app.dataset.brings_pred_probs
        if self._app.state.labels_are_stale:
            return _("Judge again") if brings_pred_probs else _("Train again")
        return _("Judged") if brings_pred_probs else _("Trained")


def _before_training(dataset):
    if dataset.brings_pred_probs:
        return _("Ready: this dataset brings its predicted probabilities.")
    if dataset.estimated_seconds is None:
        return _("Ready: a five-fold SVM in your browser.")
    if dataset.solver_note:
        ready = _("Ready: training takes {} in your browser.").format(duration(dataset.estimated_seconds))
        return sentences([ready, said(dataset.solver_note)])
    return _("Ready: a five-fold SVM, {} in your browser.").format(duration(dataset.estimated_seconds))


async def _painted():
    """Wait until what was drawn is on the screen; a hidden page paints nothing and does not wait."""
    if not js.document.hidden:
        await yield_until_frame()
    await asyncio.sleep(0)
