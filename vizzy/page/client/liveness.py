"""Starts a worker, and notices when it has ended.

A worker holds a lock of the browser's for as long as it lives (Web Locks), and the page waits for that lock: it gets it
at the moment the worker is gone. A worker that hangs keeps its lock, so the page also asks it for a sign of life every
few seconds, and is patient: it may only be busy.
"""

import asyncio
import json

import js
from js import crypto, document, navigator
from pyscript import workers
from pyscript.ffi import create_proxy
from pyscript.workers import create_named_worker

from vizzy.page.client.answers import LOST, WorkerError
from vizzy.page.client.connection import Connection, why_broken
from vizzy.page.client.diagnostics import missing_file
from vizzy.page.language import _

STEPS = (
    ("load_packages", _("Loading numpy and scikit-learn…"), 0.4),
    ("import_numerics", _("Importing scikit-learn…"), 0.7),
)
_do_nothing = create_proxy(lambda _lock: None)


class Patience:
    """How long the page waits for a sign of life of the worker, and how often it starts another.

    Parameters
    ----------
    between_beats : float
        Seconds, as all but the last.
    silence : float
        From a worker that has nothing to do.
    calculation : float
        More, while it calculates: a single step may take long.
    until_suspicious : float
        A worker whose runtime does not load says nothing, so the page looks itself after a while.
    most_lost : int
        Workers that are replaced between two trainings that came to an end.
    """

    def __init__(self, between_beats=5, silence=30, calculation=150, until_suspicious=10, most_lost=3):
        self.between_beats = between_beats
        self.silence = silence
        self.calculation = calculation
        self.until_suspicious = until_suspicious
        self.most_lost = most_lost


def wanted_patience():
    """The usual `Patience`, or as JSON text in ``vizzyPatience`` has it, a global name that tests of faults give the page."""
    return Patience(**json.loads(getattr(js, "vizzyPatience", None) or "{}"))


async def bring_up(number, report, patience):
    """Start a worker, number 1 being the one that stands in the page; its Connection, once it can calculate."""
    report(_("Starting Python…") if number == 1 else _("Starting Python anew…"), 0.1)
    connection = Connection(await _worker_or_complaint(number, patience))
    asyncio.create_task(_lose_when_gone(connection))
    asked = [(connection.call(name), said, share) for name, said, share in STEPS]  # at once: the worker is on its way to both
    for answer, said, share in asked:
        report(said, share)
        await answer
    asyncio.create_task(Heartbeat(connection, patience).watch())
    return connection


def terminate():
    """Stop the worker that is in the page, if there is one."""
    script = document.querySelector('script[name^="trainer"]')
    if script:
        if getattr(script, "xworker", None):
            script.xworker.terminate()
        script.remove()


async def _worker_or_complaint(number, patience):
    """The worker once its code has run; a WorkerError where a file of the runtime is missing."""
    starting = _worker(number)
    watch = MissingFileWatch(asyncio.current_task(), patience)
    try:
        return await starting
    except asyncio.CancelledError:
        raise WorkerError(watch.complaint)
    finally:
        watch.end()


def _worker(number):
    """The first stands in the page, so that it starts before this does."""
    if number == 1:
        return workers["trainer"]
    return create_named_worker("vizzy/worker.py", "trainer-" + str(number))


class MissingFileWatch:
    """Cancels the start of a worker, which would wait for ever, once a file that it needs cannot be had."""

    def __init__(self, starting, patience):
        self.complaint = None
        self._task = asyncio.create_task(self._look(starting, patience))

    def end(self):
        """The worker is up, or given up."""
        self._task.cancel()

    async def _look(self, starting, patience):
        while not self.complaint:
            await asyncio.sleep(patience.until_suspicious)
            self.complaint = await missing_file()
        starting.cancel()


async def _lose_when_gone(connection):
    """Wait for the lock that the worker holds. Without Web Locks (a page that is not served securely) the heartbeat is left."""
    if not getattr(navigator, "locks", None):
        return
    name = "vizzy-worker-" + crypto.randomUUID()
    try:
        await connection.call("hold_lock", name)
        await navigator.locks.request(name, _do_nothing)
    except Exception as error:
        if not connection.why_lost:
            print("no lock tells of the worker's end:", error)
        return
    connection.lose(_("Python has stopped."))


class Heartbeat:
    """Asks for a sign of life again and again, and loses the worker when none comes."""

    def __init__(self, connection, patience):
        self._connection = connection
        self._patience = patience
        self._heard = True
        self._on_beat = create_proxy(self._hear)
        self._on_refusal = create_proxy(self._refuse)

    async def watch(self):
        """Until the worker is lost. Silence is counted, not measured: nobody beats while the machine sleeps."""
        connection, silent = self._connection, 0
        while not connection.why_lost:
            if self._heard:
                self._heard, silent = False, 0
                connection.call("beat").then(self._on_beat, self._on_refusal)
            await asyncio.sleep(self._patience.between_beats)
            silent += self._patience.between_beats
            if silent > self._patience.silence + connection.silent_seconds and not self._heard:
                connection.lose(_("Python has stopped answering."))

    def _hear(self, _answer=None):  # MicroPython hands an undefined one on as no argument
        self._heard = True

    def _refuse(self, error):
        if getattr(error, "name", None) != LOST:
            self._connection.lose(why_broken(error))
