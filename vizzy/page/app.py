"""The running page: the state, the views, and the worker between them.

An event goes through a handler of ``vizzy.page.model.state`` to the next state, and every change ends in
``App.update``, which draws what it touches and asks the worker for what follows.
"""

import asyncio
import json
import sys

import js
from pyscript.ffi import to_js

from vizzy.page.client.latest_request import LatestRequest, abandon_all
from vizzy.page.client.prefetch import AnalysisPrefetcher
from vizzy.page.client.worker_client import WorkerClient, WorkerError, missing_file
from vizzy.page.explore.cell_dialog import CellDialog
from vizzy.page.explore.dataset_panel import DatasetPanel
from vizzy.page.explore.inspector import InspectorPanel
from vizzy.page.explore.matrix import MatrixPanel
from vizzy.page.explore.predictions import PredictionsPanel
from vizzy.page.explore.results import ResultsPanel
from vizzy.page.explore.thresholds import ThresholdsPanel
from vizzy.page.model import events, explanation_text, url
from vizzy.page.model.history import History, decisions
from vizzy.page.site import features, offline
from vizzy.page.ui import dom, motion
from vizzy.page.ui.error_dialog import explained, fail
from vizzy.page.ui.roving_focus import card_step, move_among_thumbnails
from vizzy.page.ui.scheduling import in_slices, yield_to_browser
from vizzy.page.ui.thumbnails import Thumbnails

SECONDS_UNTIL_WRITTEN = 0.3
SECONDS_BETWEEN_LOOKS = 0.3  # at how far the training is
MOST_TO_LOOK_AHEAD = 20_000  # examples; of more, two hundred answers would keep the worker busy for too long
EXAMPLES_PER_CALL_AHEAD = 10_000  # about 15 ms
MOST_LOST = 3  # workers, between two trainings that came to an end


class App:
    """The running page."""

    def __init__(self, source, dataset_index, state):
        self.worker = WorkerClient()
        self._analyses = LatestRequest(
            self.worker.analyse, self._show_analysis, self._question_failed, lambda wish: self._ahead.get(wish)
        )
        self._explanations = LatestRequest(
            lambda wish: self.worker.explain(wish[0], wish[1]),
            self._show_explanation,
            self._question_failed,
            lambda wish: self._explained_ahead.get(wish[1]),
        )
        self._progress = ("Starting Python…", 0.05)
        self._lost = 0  # workers, since the last training that came to an end
        self.predictions_made = 0  # trainings that came to an end
        self._writing = None  # the task that will write the address
        self.listeners = []  # called with (state, analysis) after each change, for those who only watch
        self._take(source, dataset_index, state)

    def _take(self, source, dataset_index, state):
        """Everything that belongs to one dataset, at its beginning."""
        self.source = source  # where it comes from: opens it in the worker, keeps what is decided
        self.dataset_index = dataset_index
        self.state = state
        self.history = History(decisions(state))
        self.comparison = None  # what the last training changed: (before, after), see `explanation_text.comparison`
        self._estimated_seconds = 0
        self._summary = None
        self._pred_probs = None
        self._analysis = None
        per_call = max(1, min(12, EXAMPLES_PER_CALL_AHEAD // len(dataset_index)))
        self._ahead = AnalysisPrefetcher(self.worker.analyse_many, per_call)
        self._explained_ahead = AnalysisPrefetcher(
            lambda many: self.worker.explain_many(self.state.active, many), per_call
        )
        self.search = js.window.location.search
        self._shown_status = None
        self._slid_at = None  # when the oldest slider event whose effect is not all on the screen came in
        self._marked = None
        self._mount()

    def open(self, source, dataset_index, state, estimated_seconds):
        """Go on with another dataset, which is the worker's already."""
        for part in (self.dataset_panel, self.predictions):
            part.close()
        if self.dataset_index.pictures:
            self.dataset_index.pictures.close()
        for asking in (self._analyses, self._explanations):
            asking.drop()
        self.stop_looking_ahead()
        self._take(source, dataset_index, state.replace(worker="ready"))
        self._estimated_seconds = estimated_seconds
        self.worker.most_seconds = estimated_seconds or 0
        self.show_all()
        self._show_history()
        self.write_address()
        if estimated_seconds is None:
            self.request_training()  # nothing is trained: what the data brought is shown at once

    def _mount(self):
        thumbnails = Thumbnails(self.dataset_index)
        longest = max([len(name) for name in self.dataset_index.classes])
        js.document.documentElement.style.setProperty("--longest", str(longest))
        self.dataset_panel = DatasetPanel(self.dataset_index)
        self.predictions = PredictionsPanel(self.dataset_index, thumbnails)
        self.matrix = MatrixPanel(self.dataset_index, thumbnails)
        self.thresholds = ThresholdsPanel(self.dataset_index, thumbnails)
        self.inspector = InspectorPanel(self.dataset_index)
        self.results = ResultsPanel(thumbnails)
        self.cell_dialog = CellDialog(self.dataset_index, thumbnails)

    @property
    def analysis(self):
        """The worker's last, or None."""
        return self._analysis

    @property
    def estimated_seconds(self):
        """About how long a training takes here; None where there is nothing to train."""
        return self._estimated_seconds

    # --- the one way a state becomes a picture -------------------------------------------

    def update(self, state):
        """Take the next state: draw what depends on it, then ask for what follows from it."""
        before, self.state = self.state, state
        self._analyse()  # first: what is known already is drawn at once, from places measured before anything is written
        self.dataset_panel.render(state)
        self.thresholds.render_settings(state)
        self._render_status()
        if state.active != before.active:
            self.mark_active()
            self._explained_ahead.forget()
            self._look_ahead()
        if state.active != before.active or state.changed_labels != before.changed_labels:
            self._explain()
        self._tell()

    def _tell(self):
        for listener in list(self.listeners):
            listener(self.state, self._analysis)

    def _render_status(self):
        state = self.state
        said, share = self._progress
        status = (state.phase, state.train_requested, state.can_train, self._status_text(said), share)
        if status == self._shown_status:
            return
        self._shown_status = status
        js.document.documentElement.setAttribute("data-vizzy", state.phase)
        busy = state.worker == "loading" or state.training
        self.predictions.render(state, share if busy else None)
        dom.by_id("status").textContent = status[3]

    def _status_text(self, loading):
        state = self.state
        if state.message:
            return state.message
        if state.worker == "loading":
            return loading
        if state.training:
            return "Five-fold cross-validation, {:.0f} % done.".format(100 * self._progress[1])
        if state.labels_are_stale:
            return "Labels have changed: train again."
        if state.trained_labels is None:
            if self._estimated_seconds is None:
                return "Ready: this dataset brings its predicted probabilities."
            return "Ready: a five-fold SVM, " + explanation_text.duration(self._estimated_seconds) + " in your browser."
        said = [explanation_text.agreement(self._summary["accuracy"])]
        if self.comparison:
            said.append(explanation_text.comparison(*self.comparison))
        return " ".join(said + self._summary["notes"])

    @property
    def train_again(self):
        """What a button that trains says; data with predicted probabilities is only judged anew."""
        brings_pred_probs = self._estimated_seconds is None
        if self.state.labels_are_stale:
            return "Judge again" if brings_pred_probs else "Train again"
        return "Judged" if brings_pred_probs else "Trained"

    def mark_active(self):
        """Mark the active example wherever it is shown."""
        if self.state.active is None:
            return
        if self._marked:
            for node in self._marked:
                node.classList.remove("active")
        example_id = self.dataset_index.ids[self.state.active]
        self._marked = list(dom.all_showing(example_id))
        for node in self._marked:
            node.classList.add("active")

    def show_all(self):
        """Draw everything once."""
        self.update(self.state)
        if self.state.active is not None:
            self.mark_active()
            self._explain()

    def reanalyse(self):
        """The rule is another now: what was answered under the last one no longer holds."""
        self._analyses.forget()
        self._explanations.forget()
        self.stop_looking_ahead()
        self.update(self.state)
        self._look_ahead()

    def note(self, sentence):
        """Tell something that is no failure."""
        dom.by_id("note").textContent = dom.by_id("note").title = sentence
        dom.show(dom.by_id("note"), True)

    def settle(self, _event=None):
        """A decision is made: one step for undo, and the address follows. Back stays what it was."""
        self.history = self.history.settle(self.state)
        self._settled()
        self._look_ahead()

    def undo(self, _event=None):
        """Take the last decision back."""
        self._travel_to(self.history.undo())

    def redo(self, _event=None):
        """Take an undone decision again."""
        self._travel_to(self.history.redo())

    def _travel_to(self, history):
        self.history = history
        self.update(history.applied_to(self.state))
        self._settled()

    def _settled(self):
        self._show_history()
        self._write_address()
        self.source.keep(self.state)

    def _show_history(self):
        dom.by_id("undo").disabled = not self.history.past
        dom.by_id("redo").disabled = not self.history.future

    def _write_address(self):
        """Let the address follow soon: browsers are slow at it, and refuse it when it comes at every key press."""
        if self._writing:
            self._writing.cancel()
        self._writing = asyncio.create_task(self._write_address_later())

    async def _write_address_later(self):
        await asyncio.sleep(SECONDS_UNTIL_WRITTEN)
        self.write_address()

    def write_address(self, _event=None):
        """Put the state into the address, in place of what stands there."""
        location = js.window.location
        fragment = url.write(self.state, self.dataset_index)
        wanted = location.pathname + location.search + ("#" + fragment if fragment else "")
        js.window.history.replaceState(None, "", wanted)

    def stop_looking_ahead(self):
        """Forget what was foreseen, and ask for no more of it: something else is about to hold."""
        self._ahead.forget()
        self._explained_ahead.forget()

    # --- what the worker is asked ------------------------------------------------------------

    async def start(self):
        """Start the worker, and train if that was asked for meanwhile."""
        try:
            if self._lost:
                await features.require_same_version()
            await self.worker.start(self._report)
            js.performance.mark("vizzy:trainer-ready")
            opened = await self.source.open(self.worker, self._report)
            self._estimated_seconds = opened["estimated_seconds"]
            if self.dataset_index.pictures:
                self.dataset_index.pictures.worker = self.worker
        except Exception as error:  # whatever it is, the visitor is told and the page goes on
            sys.print_exception(error)
            told = error.args[0] if isinstance(error, WorkerError) else await missing_file(True) or explained(error)
            self._worker_failed(told, "Python's numerics could not be started.")
            return
        self.worker.most_seconds = self._estimated_seconds or 0
        asyncio.create_task(self._replace_when_lost())
        self.update(events.worker_ready(self.state))
        labels = self.source.trained_labels if self.state.trained_labels is None else self.state.trained_labels
        if labels is not None and not self.state.train_requested:
            await self._train(labels)
        elif self.dataset_index.is_own and self._estimated_seconds is None:
            self.update(events.request_training(self.state))
        if self.state.train_requested:
            await self._train()
        elif self._estimated_seconds is not None:
            await self.worker.warm_up()  # whoever clicks now waits no longer than for what training would have to do
        if not self._lost:
            await offline.keep(self)

    async def _replace_when_lost(self):
        """Start another worker once this one is lost, and bring it to where it was.

        A training that cost the worker is not repeated until somebody asks for it.
        """
        why = await self.worker.until_lost()
        self._lost += 1
        abandon_all()
        self.stop_looking_ahead()
        self._pred_probs = None  # nothing is asked until there are predictions again
        if self._lost > MOST_LOST:
            self._worker_failed(explained(Exception(why)), why)
            return
        self.note(why + " It is started anew: your labels and thresholds are as you left them.")
        self.update(events.worker_lost(self.state))
        await self.start()

    def _report(self, said, share):
        self._progress = (said, share)
        self._render_status()

    def request_training(self, _event=None):
        """A click on Train."""
        self.update(events.request_training(self.state))
        if self.state.train_requested and self.state.worker == "ready":
            self._begin_training()
            asyncio.create_task(self._train())

    def _begin_training(self):
        self._progress = ("", 0)
        self.update(events.start_training(self.state))

    async def _train(self, labels=None):
        """Train on the labels as they are, or on other changed labels."""
        if not self.state.training:
            self._begin_training()
        labels, dataset_index = self.state.changed_labels if labels is None else labels, self.dataset_index
        watch = asyncio.create_task(self._watch_training())
        try:
            summary, pred_probs = await self.worker.train(labels)
            if self.dataset_index is not dataset_index:
                return  # another dataset was opened meanwhile
        except WorkerError as error:
            self.update(events.training_failed(self.state, error.args[0]))
            return
        except Exception as error:
            sys.print_exception(error)
            self.update(events.training_failed(self.state, "Training failed."))
            if not self.worker.broken:  # else another is on its way
                fail(explained(error))
            return
        finally:
            watch.cancel()
        if summary is None:
            self.update(events.training_cancelled(self.state))
            return
        self.predictions_made += 1
        before = self._summary and (self._summary["accuracy"], self._analysis["counts"])
        settings = self.state.analysis_settings
        analysis = json.loads(await self.worker.analyse(settings))
        self._summary, self._pred_probs = summary, pred_probs
        if self.state.trained_labels != labels:  # else a new worker has only been brought to where the last one was
            self.comparison = before and (before, (summary["accuracy"], analysis["counts"]))
            self._lost = 0
        await self._make_thumbnails(analysis)
        if self._analysis is None:  # all of it is new: too much for one frame
            self.matrix.render(analysis)
            await yield_to_browser()
        self._draw_analysis(analysis)
        await yield_to_browser()
        self._analyses.took(settings)
        self.stop_looking_ahead()
        self.predictions.show(self._pred_probs)
        self.thresholds.show_histograms(self._summary["histograms"])
        self._explanations.forget()
        self.update(events.finish_training(self.state, labels))
        self._explain()
        self.source.keep(self.state)
        await _painted()
        js.performance.mark("vizzy:trained")
        self._look_ahead()

    async def _make_thumbnails(self, analysis):
        """Make what is about to be shown, so that showing it takes no long task."""
        grids = self.matrix.grids_for(analysis) + self.results.grids_for(analysis)
        await in_slices(grid.prepare(example) for grid, examples in grids for example in grid.missing(examples))
        await yield_to_browser()

    async def _watch_training(self):
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            self._progress = ("", await self.worker.progress())
            self._render_status()

    def cancel_training(self, _event=None):
        """A click on Cancel."""
        self.worker.cancel()

    def _look_ahead(self):
        """Ask for the next steps of the sliders, where that costs little."""
        if self._pred_probs is None or len(self.dataset_index) > MOST_TO_LOOK_AHEAD:
            return
        asyncio.create_task(self._ahead.prepare(self.state.analysis_settings))
        if self.state.active is not None:
            asyncio.create_task(self._explained_ahead.prepare(self.state.analysis_settings))

    def _analyse(self):
        """Ask what the present thresholds make of the predictions."""
        if self._pred_probs is not None and not self.state.training:
            self._analyses.want(self.state.analysis_settings)

    def _show_analysis(self, _settings, answer):
        self._draw_analysis(json.loads(answer))
        if self.state.active is None:
            self._measure_update()
        self._tell()

    def _measure_update(self):
        """The last of what a slider's step changes is written."""
        if self._slid_at is not None:
            _measure_update(self._slid_at)
            self._slid_at = None

    def _draw_analysis(self, analysis):
        before, self._analysis = self._analysis, analysis
        moved = motion.movers(_groups(before), _groups(analysis)) if before else []
        places = motion.places_of(moved, self._node_of)
        self.matrix.render(analysis)
        self.results.render(analysis)
        motion.travel(places, self._node_of)
        self.thresholds.render_thresholds(analysis)
        if self.state.active is not None:
            self.mark_active()
        self._explain()
        dom.by_id("announcer").textContent = explanation_text.counts_sentence(analysis["counts"])

    def _node_of(self, example):
        return self.matrix.node_of(example) or self.results.node_of(example)

    def _explain(self):
        """Ask why the active example is where it is, under the analysis on the screen."""
        if self.state.active is None:
            return
        if self._pred_probs is None:
            self.inspector.render(self.state, None)
        elif not self.state.training:
            self._explanations.want((self.state.active, self._analyses.answered, self.state.changed_labels))

    def _show_explanation(self, _wish, answer):
        explanation = json.loads(answer)
        self.inspector.render(self.state, explanation)
        self.thresholds.render_active(explanation["example"], explanation["pred_probs"])
        self._measure_update()

    def _question_failed(self, error):
        sys.print_exception(error) if isinstance(error, Exception) else print(error)
        if not self.worker.broken:  # else another is on its way
            self._worker_failed(explained(error), "Python has stopped answering.")

    def _worker_failed(self, told, message):
        self.update(events.worker_failed(self.state, message))
        fail(told)

    # --- events --------------------------------------------------------------------------------

    def slide(self, handler):
        """A listener that hands a slider's value to one of the state's handlers."""

        def moved(event):
            state = handler(self.state, event.target.value)
            if self._slid_at is None and state.analysis_settings != self.state.analysis_settings:
                self._slid_at = event.timeStamp
            self.update(state)

        return moved

    def switch_mode(self, event):
        """The mean instead of a percentile, or back."""
        self._slid_at = event.timeStamp
        mode = "mean" if event.target.checked else "percentile"
        self.update(events.set_threshold_mode(self.state, mode))
        self.settle()

    def point(self, event):
        """The pointer or the focus is on an example."""
        example = self.dataset_index.row_of(dom.closest_example(event.target))
        if example is not None and example != self.state.active:
            self.update(events.activate(self.state, example))

    def focus(self, event):
        """The focus is on an example, maybe on one of its label's choices."""
        if event.target.classList.contains("choice"):
            self.dataset_panel.set_tab_row(self.dataset_index.row_of(dom.closest_example(event.target)))
        self.point(event)

    def click(self, event):
        """A click: on a label's choice, or on a thumbnail, which brings its rows into view."""
        count = event.target.closest(".count")
        if count:
            cell = count.parentNode
            asyncio.create_task(self._open_cell(cell.parentNode.rowIndex - 1, cell.cellIndex - 1))
            return
        choice = event.target.closest("[data-given]")
        example = self.dataset_index.row_of(dom.closest_example(event.target))
        if choice and example is not None and choice.tagName == "BUTTON":
            self._relabel(example, choice.getAttribute("data-given"))
        elif example is not None:
            self.update(events.activate(self.state, example))
            self.dataset_panel.list.scroll_to(example)
            self.predictions.list.scroll_to(example)
            self.mark_active()
            self._write_address()

    def press(self, event):
        """A key that moves the focus on."""
        move_among_thumbnails(event)
        step = card_step(event)
        if step:
            self.dataset_panel.focus_row(self.dataset_index.row_of(dom.closest_example(event.target)) + step)

    def press_shortcut(self, event):
        """A key that works everywhere, except where text is typed."""
        if event.altKey or event.target.closest("input:not([type=range], [type=checkbox]), textarea, select, dialog"):
            return
        action = self._shortcut(event.key.lower(), event.ctrlKey or event.metaKey, event.shiftKey)
        if action:
            event.preventDefault()
            action()

    def _shortcut(self, key, control, shift):
        if control:
            if key == "z":
                return self.redo if shift else self.undo
            return self.redo if key == "y" else None
        return {"t": self.request_training, "?": dom.by_id("shortcuts").showModal}.get(key)

    async def _open_cell(self, given, suggested):
        if self._pred_probs is None:
            return  # they come back with the worker
        self.cell_dialog.open(given, suggested, await self.worker.cell_examples(given, suggested, self.state.analysis_settings))

    def choose(self, event):
        """A label chosen from a menu."""
        example = self.dataset_index.row_of(dom.closest_example(event.target))
        if example is not None and event.target.tagName == "SELECT":
            self._relabel(example, event.target.value)

    def _relabel(self, example, name):
        label = self.dataset_index.classes.index(name)
        self.update(events.relabel(self.state, example, label, self.dataset_index.given_label[example]))
        self.settle()

    def reset(self, _event):
        """Every label as the dataset has it."""
        self.update(events.reset_labels(self.state))
        self.settle()

    def resize(self, _event):
        """Another window size: the thumbnails' sizes follow."""
        self.matrix.resized()
        self.dataset_panel.list.refresh([])
        self.predictions.list.refresh([])


def _groups(analysis):
    """The examples of each cell, then those without a suggestion."""
    return analysis["cells"] + [analysis["out_of_distribution"], analysis["unconfident"]]


def _measure_update(started):
    js.performance.measure("vizzy:update", to_js({"start": started, "end": js.performance.now()}))
    if js.performance.getEntriesByName("vizzy:update").length > 2000:
        js.performance.clearMeasures("vizzy:update")


async def _painted():
    """Wait until what was drawn is on the screen; a hidden page paints nothing and does not wait."""
    if not js.document.hidden:
        await js.Promise.new(lambda resolve, _reject: js.requestAnimationFrame(resolve))
    await asyncio.sleep(0)
