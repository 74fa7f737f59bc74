"""The running page: the one state, the open dataset, and who is told of a change.

A slider's step: ``control.input`` hands the event to a handler of ``vizzy.page.model.events`` and the next state to
``App.update``, which asks the worker for what follows from it, draws, and tells those who subscribed.
"""

from vizzy.page.client.worker_client import WorkerClient
from vizzy.page.control.analysis import AnalysisController
from vizzy.page.control.decisions import DecisionsController
from vizzy.page.control.training import TrainingController
from vizzy.page.control.worker_lifecycle import WorkerLifecycle
from vizzy.page.explore.panels import Panels
from vizzy.page.site.offline import OfflineCopy
from vizzy.page.ui import dom


class App:
    """The running page.

    Attributes
    ----------
    dataset : vizzy.page.model.open_dataset.OpenDataset
    state : vizzy.page.model.state.State
    analysis : dict or None
        What the worker made of the predictions last, see ``Session.analyse``; None before the first training.
    """

    def __init__(self, dataset, state):
        self.dataset = dataset
        self.state = state
        self.analysis = None
        self._subscribers = []
        self._dataset_subscribers = []
        self.worker = WorkerClient()
        self.panels = Panels(self)
        self.offline_copy = OfflineCopy(self)
        self.worker_lifecycle = WorkerLifecycle(self)
        self.analyses = AnalysisController(self)
        self.training = TrainingController(self)
        self.decisions = DecisionsController(self)

    def subscribe(self, listener):
        """Call ``listener(state, analysis)`` after each change of either."""
        self._subscribers.append(listener)

    def unsubscribe(self, listener):
        """Do not call it any more."""
        self._subscribers.remove(listener)

    def on_dataset_opened(self, listener):
        """Call ``listener(dataset)`` with the open dataset now, and with each that takes its place."""
        self._dataset_subscribers.append(listener)
        listener(self.dataset)

    def update(self, state):
        """Take the next state: ask for what follows from it, and draw what depends on it."""
        self.state = state
        self.analyses.ask()  # first: what is known already is drawn at once, from places measured before anything is written
        self.panels.render(state)
        self.training.render_status()
        self.analyses.follow_active()
        self.announce()

    def announce(self):
        """Tell those who subscribed of the state and the analysis."""
        for listener in list(self._subscribers):
            listener(self.state, self.analysis)

    def open(self, dataset, state):
        """Put another dataset, which the worker has opened already, in the place of the open one."""
        self.dataset.close()
        self.dataset, self.state, self.analysis = dataset, state.replace(worker="ready"), None
        for listener in list(self._dataset_subscribers):
            listener(dataset)
        self.update(self.state)
        self.decisions.write_address()
        if dataset.brings_pred_probs:
            self.training.request()

    def note(self, sentence):
        """Tell something that is no failure."""
        dom.by_id("note").textContent = sentence
        dom.show(dom.by_id("note"), True)
        self.panels.resize()  # it takes a line
