"""What the labs share: asking the worker, a button that runs something long, choices, and images in a row."""

import asyncio
import json
import sys

from js import document, window
from pyscript.ffi import create_proxy, to_js

from vizzy.page.client.latest_request import LatestRequest
from vizzy.page.client.answers import WorkerError
from vizzy.page.language import _
from vizzy.page.site import late_loading
from vizzy.page.ui import dom
from vizzy.page.ui.error_dialog import explained
from vizzy.page.ui.thumbnails import Thumbnails

SECONDS_BETWEEN_LOOKS = 0.15
MOST_SHOWN = 60


NEAREST = to_js({"block": "nearest", "inline": "nearest"})


class Experiments:
    """The worker's experiments. One at a time: what is asked meanwhile waits."""

    def __init__(self, app):
        self.app = app
        self._running = False

    async def ask(self, name, arguments, run=None):
        """Run an experiment: what it comes to, or None if ``run``, its own by default, was cancelled.

        Raises
        ------
        WorkerError
            A sentence for the visitor.
        """
        run = run or self.app.worker.new_run()
        while self._running:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        if run.cancelled:
            return None
        self._running = True
        try:
            await self.ready()
            return await self.app.worker.long_lab(name, arguments, run)
        finally:
            self._running = False

    async def ready(self):
        """Wait until the worker is up, and give it the experiments."""
        while self.app.state.worker == "loading":
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        await late_loading.load_in_worker("labs", self.app.worker)

    def latest(self, name, show, failed):
        """Ask for the newest of many requests, which are the arguments as JSON text; see `vizzy.page.client.latest_request`."""
        return LatestRequest(lambda arguments: self.app.worker.lab(name, json.loads(arguments)), show, failed)


class FollowingLab:
    """A lab that shows one of the worker's answers, asked for anew at every step of a slider.

    Who inherits has ``EXPERIMENT``, ``CLASS_NAME`` and ``FAILED``, and ``show(answer)``: what the answer looks like,
    as nodes.
    """

    def __init__(self, experiments):
        self._app = experiments.app
        self._experiments = experiments
        self._thumbnails = ExampleThumbnails(experiments.app.dataset)
        self._latest = experiments.latest(self.EXPERIMENT, self._answered, self._failed)
        self._analysis = None
        self.node = dom.element("div", self.CLASS_NAME)

    def follow(self, state, analysis):
        """Ask anew whenever the page shows another analysis."""
        if analysis is None or analysis is self._analysis:
            return
        self._analysis = analysis
        self._latest.forget()
        when_ready(self._experiments, self._ask)

    def resized(self):
        """Nothing here depends on the room."""

    def _ask(self):
        self._latest.want(json.dumps({"settings": self._app.state.analysis_settings}))

    def _answered(self, _request, text):
        focused = document.activeElement
        had_focus, example = self.node.contains(focused), dom.closest_example(focused)
        self.node.replaceChildren(*self.show(json.loads(text)))
        if had_focus:  # what had it is gone
            again = self.node.querySelector('button[data-example="' + window.CSS.escape(example) + '"]') if example else None
            (again or self.node.closest(".lab-body")).focus()
        self._app.panels.mark_active(self._app.state)

    def _failed(self, error):
        self.node.replaceChildren(dom.element("p", "warning", self.FAILED.format(error)))


class Runner:
    """A button that starts something long, how far it is, and another to stop it."""

    def __init__(self, experiments, words, start, look="primary"):
        self._experiments = experiments
        self._start = start
        self._busy = False
        self._asked = None  # what was asked last: its Run
        self.node = dom.element("div", "runner")
        self._button = dom.button(words, look, create_proxy(lambda _event: self.run()))
        self._cancel = dom.button(_("Cancel"), "", create_proxy(self._cancel_asked))
        self._bar = dom.element("progress", "", None, {"max": "1", "aria-label": words})
        self._status = dom.element("span", "status", None, {"role": "status"})
        self.node.append(self._button, self._cancel, self._bar, self._status)
        self._show(False)

    def run(self):
        """Start, unless it runs already."""
        if not self._busy:
            asyncio.create_task(self._run())

    async def ask(self, name, arguments):
        """Run an experiment for whoever was started, to be watched and cancelled here: see `Experiments.ask`."""
        self._asked = self._experiments.app.worker.new_run()
        return await self._experiments.ask(name, arguments, self._asked)

    def say(self, words):
        """Put a word beside the button."""
        self._status.textContent = words

    def enable(self, enabled):
        """Let the button be pressed, or not."""
        self._button.disabled = not enabled

    async def _run(self):
        self._show(True)
        self.say("")
        watch = asyncio.create_task(self._watch())
        try:
            await attempt(self._start(), self.say)
        finally:
            watch.cancel()
            self._asked = None
            self._show(False)

    def _cancel_asked(self, _event):
        if self._asked:
            self._asked.cancel()

    async def _watch(self):
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            if self._asked and self._experiments.app.state.worker == "ready":
                self._bar.value = await self._asked.progress()

    def _show(self, busy):
        self._busy = busy
        self._button.setAttribute("aria-busy", "true" if busy else "false")
        self._bar.value = 0
        had_focus = self.node.contains(document.activeElement)
        dom.show(self._button, not busy)
        dom.show(self._cancel, busy)
        if had_focus:  # on the one that is hidden now, from where it would fall to nothing
            (self._cancel if busy else self._button).focus()
        self._bar.style.visibility = "visible" if busy else "hidden"


class ExampleThumbnails:
    """Thumbnails of the open dataset, of which the labs make their rows."""

    def __init__(self, dataset):
        self._thumbnails = Thumbnails(dataset)

    def thumb(self, example):
        """One thumbnail."""
        return self._thumbnails.make(example)

    def paint(self, node, example):
        """Show an example on a node that stands for nothing else: no id, no name."""
        self._thumbnails.fill(node, example)
        node.removeAttribute("data-example")
        node.removeAttribute("aria-label")

    def row(self, examples, total=None, class_name=""):
        """Thumbnails in a row, the first of them reached by Tab; and how many more there are."""
        node = dom.element("div", "thumbs lab-thumbs " + class_name)
        shown = examples[:MOST_SHOWN]
        node.append(*[self._thumbnails.make(example) for example in shown])
        if shown:
            node.firstElementChild.tabIndex = 0
        more = (len(examples) if total is None else total) - len(shown)
        if more > 0:
            holder = dom.element("div", "more-holder")
            holder.append(node, dom.element("span", "more", _("and {} more").format(more)))
            return holder
        return node


def choice(words, options, chosen, changed=None):
    """A labelled menu of (value, name) pairs; returns the label and the menu."""
    label = dom.element("label", "field")
    menu = dom.element("select")
    for value, name in options:
        menu.append(dom.element("option", "", name, {"value": str(value)}))
    menu.value = str(chosen)
    if changed:
        menu.addEventListener("change", create_proxy(changed))
    label.append(dom.element("span", "", words), menu)
    return label, menu


def number_field(words, value, low, high):
    """A labelled whole number; returns the label and the input."""
    label = dom.element("label", "field")
    field = dom.element("input", "", None, {"type": "number", "min": str(low), "max": str(high), "step": "1"})
    field.value = str(value)
    label.append(dom.element("span", "", words), field)
    return label, field


def whole_number(field, low, high):
    """What a number field says, within its bounds; what cannot be read counts as the lowest."""
    try:
        value = int(float(field.value))
    except ValueError:
        value = low
    value = max(low, min(high, value))
    field.value = str(value)
    return value


def badge(kind, name):
    """A given or suggested label in its look."""
    return dom.element("b", "badge " + kind, name)


def group(title, *nodes):
    """Something with a heading of its own."""
    node = dom.element("section", "lab-group")
    node.append(dom.element("h4", "", title), *nodes)
    return node


def start(work, say):
    """Run a coroutine of a lab as a task; what it fails with is said where its result would stand."""
    asyncio.create_task(attempt(work, say))


async def attempt(work, say):
    """Wait for a coroutine of a lab; ``say(sentence)`` where it fails."""
    try:
        await work
    except WorkerError as error:
        say(error.args[0])
    except Exception as error:
        sys.print_exception(error)
        say(_("That did not work: {}").format(explained(error)))


def when_ready(experiments, action):
    """Do something as soon as the worker has the experiments: at once, if it has."""
    asyncio.create_task(_when_ready(experiments, action))


async def _when_ready(experiments, action):
    try:
        await experiments.ready()
    except Exception as error:
        sys.print_exception(error)
        experiments.app.note(late_loading.failure_sentence(error, _("The labs could not be loaded. Check the connection and try again.")))
        return
    action()
