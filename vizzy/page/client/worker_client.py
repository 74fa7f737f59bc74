"""The page's end of the worker: every call that crosses, and the steps of its start."""

import asyncio
import json

from js import URL, Array, Promise, document, fetch
from pyscript import workers
from pyscript.ffi import create_proxy, to_js
from pyscript.workers import create_named_worker

STEPS = (
    ("load_packages", "Loading numpy and scikit-learn…", 0.4),
    ("import_numerics", "Importing scikit-learn…", 0.7),
)
# A worker whose runtime does not load says nothing, so the page looks itself after a while.
SECONDS_UNTIL_SUSPICIOUS = 10
MANIFEST = "runtime/manifest.json"
WHEELS_FOLDER = "runtime/wheels/"  # libraries that the worker fetches only for the files that need them
TRIES = 2  # at bringing a worker up
# A worker that says nothing for so long has died; while it calculates, it may only be busy.
SECONDS_BETWEEN_BEATS = 5
BEATS_OF_PATIENCE = 6
BEATS_OF_PATIENCE_WHEN_BUSY = 36


class WorkerError(Exception):
    """A sentence for the visitor."""


class WorkerClient:
    """Calls the functions that ``vizzy/worker.py`` exports."""

    def __init__(self):
        self._worker = None
        self._started = 0  # workers so far
        self._calculating = 0  # calls under way that may take long
        self._heard = True
        self._broken = None  # why the worker is of no use any more
        self._gone = None  # a promise that is kept once the worker is gone
        self._on_beat = create_proxy(self._hear)  # made once: a proxy a call would never be freed
        self._on_silence = create_proxy(self._break)
        self.most_seconds = 0  # that a single calculation may well take, beside the usual
        self.features = []  # those whose modules the worker has, beside what it started with

    async def start(self, report):
        """Bring a worker up, in place of the last one; ``report(words, share)`` says how far it is."""
        for left in range(TRIES - 1, -1, -1):
            self.end()
            try:
                await self._bring_up(report)
                return
            except Exception as error:
                if not left:
                    raise
                print("Python did not start, which is tried again:", error)

    async def _bring_up(self, report):
        report("Starting Python…" if self._started < 1 else "Starting Python anew…", 0.1)
        watch = asyncio.create_task(self._watch_runtime(asyncio.current_task()))
        try:
            self._worker = await self._next_worker()
        except asyncio.CancelledError:
            raise WorkerError(self._missing)
        finally:
            watch.cancel()
        for name, said, share in STEPS:
            report(said, share)
            await getattr(self._worker, name)()

    def _next_worker(self):
        """The first stands in the page, so that it starts before this does."""
        self._started += 1
        if self._started == 1:
            return workers["trainer"]
        return create_named_worker("vizzy/worker.py", "trainer-" + str(self._started))

    def end(self):
        """Stop the worker, if there was one, and forget what it had."""
        if self._started:
            script = document.querySelector('script[name^="trainer"]')
            if getattr(script, "xworker", None):
                script.xworker.terminate()
            script.remove()
            self._gone.resolve(None)
        self._gone = Promise.withResolvers()
        self._worker = self._broken = None
        self._calculating = 0
        self.features = []

    async def until_lost(self):
        """Wait until the worker has died, hangs or has run out of memory: why, in a sentence."""
        self._heard, silent = True, 0
        while not self._broken:
            if self._heard:
                self._heard, silent = False, 0
                self._worker.progress().then(self._on_beat, self._on_silence)
            await asyncio.sleep(SECONDS_BETWEEN_BEATS)
            silent += 1  # counted, not measured: nobody beats while the machine sleeps
            if silent > self._patience() and not self._heard:
                return "Python has stopped answering."
        return self._broken

    @property
    def broken(self):
        """Whether the worker is of no use any more, and `until_lost` about to say so."""
        return self._broken is not None

    def _patience(self):
        if self._calculating:
            return BEATS_OF_PATIENCE_WHEN_BUSY + self.most_seconds / SECONDS_BETWEEN_BEATS
        return BEATS_OF_PATIENCE

    def _hear(self, _progress):
        self._heard = True

    def _break(self, error):
        self._broken = _why(error)

    async def _calculate(self, call):
        """Wait for what may take long; an interpreter that ran out of memory by it is not used again."""
        self._calculating += 1
        started = self._started
        try:
            return await call
        except Exception as error:
            if _is_fatal(error):
                self._break(error)
            raise
        finally:
            if started == self._started:
                self._calculating -= 1

    async def add_modules(self, texts):
        """Give the worker modules that it started without: ``{path in the package: text}``."""
        await self._worker.add_modules(json.dumps(texts))

    async def open_dataset(self, index_text, address):
        """Hand a dataset over: the text of its ``dataset.json``, and the address of the folder of its arrays."""
        return _answer(await self._calculate(self._worker.open_dataset(index_text, address)))

    async def check_sizes(self, sizes):
        """Raise a WorkerError where files of these (name, bytes) are too many or too large."""
        _answer(await self._worker.check_sizes(json.dumps(sizes)))

    async def propose(self, names, contents, choices):
        """What is understood of some files: a dict, see ``vizzy.reading.Proposal.summary``."""
        wheels = URL.new(WHEELS_FOLDER, document.baseURI).href
        return _answer(await self._calculate(self._worker.propose(to_js(names), contents, json.dumps(choices), wheels)))

    async def correct(self, changes):
        """The same files, understood with other choices."""
        return _answer(await self._calculate(self._worker.correct(json.dumps(changes))))

    async def open_proposal(self):
        """Make what was understood the worker's dataset; what the page needs of it: a dict."""
        return _answer(await self._calculate(self._worker.open_proposal()))

    async def image(self, name):
        """The bytes of an image in a zip, a Uint8Array, or None."""
        return await self._worker.image(name)

    def queue(self, wish):
        """The examples to review: a promise of typed arrays, see ``vizzy/worker.py``.

        ``wish`` is (settings, the state's queue, examples already reviewed).
        """
        return self._worker.queue(*[json.dumps(part) for part in wish])

    def reasons(self, example):
        """Why a label has its quality: a promise of JSON text."""
        return self._worker.reasons(example)

    async def export(self, what, settings, state):
        """What a reviewer takes home: (name of the file, Uint8Array)."""
        decided = [json.dumps(list(pairs.items())) for pairs in (state.changed_labels, state.reviews)]
        answer = await self._calculate(self._worker.export(what, json.dumps(settings), *decided))
        return _answer(answer.told)["name"], answer.content

    async def warm_up(self):
        """Let the worker get ready for a first training."""
        await self._worker.warm_up()

    async def train(self, changed_labels):
        """Train on the changed labels.

        Returns
        -------
        (dict, typed array)
            The summary and the predicted probabilities; (None, None) if it was cancelled.
        """
        answer = await self._calculate(self._worker.train(json.dumps(list(changed_labels.items()))))
        summary = _answer(answer.summary)
        return (None, None) if "cancelled" in summary else (summary, answer.pred_probs)

    async def progress(self):
        """How far the training is, from 0 to 1."""
        return await self._worker.progress()

    def cancel(self):
        """Stop the training soon."""
        self._worker.cancel()

    def analyse(self, settings):
        """What the thresholds make of the predictions: a promise of JSON text."""
        return self._worker.analyse(*settings)

    async def analyse_many(self, settings):
        """The same for a list of settings: an array of JSON texts."""
        return await self._worker.analyse_many(json.dumps(settings))

    def explain(self, example, settings):
        """Why an example is where it is: a promise of JSON text."""
        return self._worker.explain(example, *settings)

    async def explain_many(self, example, settings):
        """The same for a list of settings: an array of JSON texts."""
        return await self._worker.explain_many(example, json.dumps(settings))

    async def cell_examples(self, given, suggested, settings):
        """All examples of one cell of the confident joint, the worst first."""
        return json.loads(await self._worker.cell_examples(given, suggested, *settings))

    def lab(self, name, arguments):
        """Run a short experiment of ``vizzy.labs``: a promise of JSON text."""
        return self._worker.lab(name, json.dumps(arguments))

    async def long_lab(self, name, arguments):
        """Run an experiment that may take long: a dict. A WorkerError says if the worker is lost meanwhile."""
        answer = Promise.race(Array.of(self.lab(name, arguments), self._gone.promise))
        answer = await self._calculate(answer)
        if answer is None:
            raise WorkerError("Python was lost meanwhile. Try again once it has been started anew.")
        return _answer(answer)

    async def lab_progress(self):
        """How far the experiment is, from 0 to 1."""
        return await self._worker.progress("lab")

    def cancel_lab(self):
        """Stop the experiment soon."""
        self._worker.cancel("lab")

    async def loaded(self):
        """The addresses of all that the worker has loaded."""
        return [address for address in json.loads(await self._worker.loaded()) if address.startswith("http")]

    async def _watch_runtime(self, starting):
        while self._worker is None:
            await asyncio.sleep(SECONDS_UNTIL_SUSPICIOUS)
            self._missing = await missing_file()
            if self._missing and self._worker is None:
                starting.cancel()
                return


def _said(error):
    """An error's text, whether it was raised here or is a promise's."""
    return str(getattr(error, "message", None) or error)


def _is_fatal(error):
    return any(sign in _said(error) for sign in ("MemoryError", "fatally failed", "out of memory"))


def _why(error):
    return "Python has run out of memory." if "emory" in _said(error) else "Python has broken down."


async def missing_file(whole=False):
    """A sentence about the first file of the runtime that cannot be had, or None where all can.

    With ``whole`` each is fetched to its end, which shows also what arrives cut off.
    """
    for address, size in await _runtime_files():
        complaint = await _complaint_about(address, size, whole)
        if complaint:
            return complaint
    return None


async def _runtime_files():
    """The files that Python starts from, (address, bytes), the manifest of the runtime first."""
    try:
        files = json.loads(await (await fetch(MANIFEST)).text())["files"]
    except Exception as error:
        print("no manifest:", error)
        files = {}
    started_from = [("runtime/" + name, files[name]["size"]) for name in files if name.startswith("pyodide/")]
    return [(MANIFEST, None)] + started_from


async def _complaint_about(address, size, whole):
    try:
        method = "GET" if whole else "HEAD"
        response = await fetch(address, to_js({"method": method, "cache": "no-store"}))
        if response.ok and size is not None:
            arrived = (await response.arrayBuffer()).byteLength if whole else _announced(response)
            if arrived is not None and arrived != size:
                return "{} arrived with {:,} of its {:,} bytes. Try again in a while.".format(address, arrived, size)
    except Exception as error:
        return "{} could not be loaded ({}). Are you offline? Reload the page to try again.".format(address, error)
    if response.ok:
        return None
    return "{} could not be loaded (status {}). Reload the page to try again.".format(address, response.status)


def _announced(response):
    """How many bytes a file is said to have, or None where it is packed for the way."""
    length = response.headers.get("Content-Length")
    return int(length) if length and not response.headers.get("Content-Encoding") else None


def _answer(text):
    answer = json.loads(text)
    if "error" in answer:
        raise WorkerError(answer["error"])
    return answer
