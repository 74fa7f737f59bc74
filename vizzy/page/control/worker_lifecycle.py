"""The worker's life as the page follows it: started, brought to where the page is, replaced when it is lost."""

import asyncio
import sys

import js

from vizzy.page.client.answers import WorkerError, WorkerLost
from vizzy.page.client.diagnostics import missing_file
from vizzy.page.language import _, sentences
from vizzy.page.model import events
from vizzy.page.site import late_loading
from vizzy.page.ui.error_dialog import explained, fail


class WorkerLifecycle:
    """Starts the worker, and another in its place when it is lost."""

    def __init__(self, app):
        self._app = app
        self._lost = 0  # workers, since the last training that came to an end

    async def start(self):
        """Start the worker, open the dataset in it, and train if that was asked for meanwhile."""
        app, dataset, watch = self._app, self._app.dataset, None
        if not self._lost:
            asyncio.create_task(app.offline_copy.register())
        try:
            if self._lost:
                await late_loading.require_same_version()
            await app.worker.start(app.training.report)
            watch = asyncio.create_task(self._replace_when_lost())
            js.performance.mark("vizzy:trainer-ready")
            opened = await dataset.source.open(app.worker, app.training.report)
        except Exception as error:  # whatever it is, the visitor is told and the page goes on
            if watch and isinstance(error, WorkerLost):
                return  # it was up, and is being replaced
            sys.print_exception(error)
            sentence = error.args[0] if isinstance(error, WorkerError) else await missing_file(True) or explained(error)
            self._failed(sentence, _("Python's numerics could not be started."))
            return
        dataset.opened_in_worker(app.worker, opened)
        app.worker.most_seconds = dataset.estimated_seconds or 0
        app.update(events.worker_ready(app.state))
        await self._resume(dataset)
        if not self._lost:
            await app.offline_copy.keep()

    async def _resume(self, dataset):
        """Bring a new worker to where the page is: train as before, or as was asked for meanwhile, or get ready to."""
        app = self._app
        labels = dataset.source.trained_labels if app.state.trained_labels is None else app.state.trained_labels
        if labels is not None and not app.state.train_requested:
            await app.training.train(labels)
        elif dataset.index.is_own and dataset.brings_pred_probs:
            app.update(events.request_training(app.state))
        if app.state.train_requested:
            await app.training.train()
        elif not dataset.brings_pred_probs:
            await app.worker.warm_up()  # whoever clicks now waits no longer than for what training would have to do

    async def _replace_when_lost(self):
        """Start another worker once this one is lost, and bring it to where it was.

        A training that cost the worker is not repeated until somebody asks for it.
        """
        app = self._app
        why = await app.worker.until_lost()
        self._lost += 1
        app.dataset.lost_in_worker()
        app.analyses.predictions_lost()
        if self._lost > app.worker.patience.most_lost:
            self._failed(explained(Exception(why)), why)
            return
        app.note(sentences([why, _("It is started anew: your labels and thresholds are as you left them.")]))
        app.update(events.worker_lost(app.state))
        await self.start()

    def trained(self):
        """A training came to an end: the worker serves."""
        self._lost = 0

    def _failed(self, sentence, message):
        self._app.update(events.worker_failed(self._app.state, message))
        fail(sentence)
