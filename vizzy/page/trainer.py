"""The page's end of the worker: every call that crosses, and the steps of its start."""

import asyncio
import json

from js import fetch
from pyscript import workers
from pyscript.ffi import to_js

STEPS = (
    ("load_packages", "Loading numpy and scikit-learn…", 0.4),
    ("import_numerics", "Importing scikit-learn…", 0.7),
)
# A worker whose runtime does not load says nothing, so the page looks itself after a while.
SECONDS_UNTIL_SUSPICIOUS = 10
MANIFEST = "runtime/manifest.json"


class TrainerError(Exception):
    """A sentence for the visitor."""


class Trainer:
    """Calls the functions that ``vizzy/worker.py`` exports."""

    def __init__(self):
        self._worker = None
        self.features = []  # those whose modules the worker has, beside what it started with

    async def start(self, report):
        """Bring the worker up; ``report(words, share)`` says how far it is."""
        report("Starting Python…", 0.1)
        watch = asyncio.create_task(self._watch_runtime(asyncio.current_task()))
        try:
            self._worker = await workers["trainer"]
        except asyncio.CancelledError:
            raise TrainerError(self._missing)
        watch.cancel()
        for name, said, share in STEPS:
            report(said, share)
            await getattr(self._worker, name)()

    async def add_modules(self, addresses):
        """Let the worker fetch modules that it started without: ``{path in the package: address}``."""
        await self._worker.add_modules(json.dumps(addresses))

    async def open_dataset(self, index_text, address):
        """Hand a dataset over: the text of its ``dataset.json``, and the address of the folder of its arrays."""
        return _answer(await self._worker.open_dataset(index_text, address))

    async def check_sizes(self, sizes):
        """Raise a TrainerError where files of these (name, bytes) are too many or too large."""
        _answer(await self._worker.check_sizes(json.dumps(sizes)))

    async def propose(self, names, contents, choices):
        """What is understood of some files: a dict, see ``vizzy.reading.Proposal.summary``."""
        return _answer(await self._worker.propose(to_js(names), contents, json.dumps(choices)))

    async def correct(self, changes):
        """The same files, understood with other choices."""
        return _answer(await self._worker.correct(json.dumps(changes)))

    async def open_proposal(self):
        """Make what was understood the worker's dataset; what the page needs of it: a dict."""
        return _answer(await self._worker.open_proposal())

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
        answer = await self._worker.export(what, json.dumps(settings), *decided)
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
        answer = await self._worker.train(json.dumps(list(changed_labels.items())))
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
        """Run an experiment of ``vizzy.labs``: a promise of JSON text."""
        return self._worker.lab(name, json.dumps(arguments))

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


async def missing_file():
    """A sentence about the first file of the runtime that cannot be had, or None where all can."""
    for address in await _runtime_files():
        complaint = await _complaint_about(address)
        if complaint:
            return complaint
    return None


async def _runtime_files():
    """The addresses of the files that Python starts from, the manifest of the runtime first."""
    try:
        names = json.loads(await (await fetch(MANIFEST)).text())["files"]
    except Exception as error:
        print("no manifest:", error)
        names = []
    return [MANIFEST] + ["runtime/" + name for name in names if name.startswith("pyodide/")]


async def _complaint_about(address):
    try:
        response = await fetch(address, to_js({"method": "HEAD", "cache": "no-store"}))
    except Exception as error:
        return "{} could not be loaded ({}). Are you offline? Reload the page to try again.".format(address, error)
    if response.ok:
        return None
    return "{} could not be loaded (status {}). Reload the page to try again.".format(address, response.status)


def _answer(text):
    answer = json.loads(text)
    if "error" in answer:
        raise TrainerError(answer["error"])
    return answer
