"""What the page asks of the worker: a method for each function that ``vizzy/worker.py`` exports.

Every call takes one way, `WorkerClient._call`, and settles: with the worker's answer, with a `WorkerError` (its refusal, a
sentence for the visitor), with a `WorkerLost` as soon as the worker is lost, or with a `WorkerDefect`.
What a slider or a list asks at every step is a promise, for `vizzy.page.client.latest_request`; all the rest is awaited.
"""

import json

from js import URL, Map, document
from pyscript.ffi import to_js

from vizzy.page.client import liveness
from vizzy.page.client.answers import WorkerDefect, WorkerError, as_error, unpacked
from vizzy.page.client.connection import NOT_UP
from vizzy.page.client.diagnostics import missing_file
from vizzy.page import language
from vizzy.page.language import _

WHEELS_FOLDER = "runtime/wheels/"  # libraries that the worker fetches only for the files that need them
WORDS = "runtime/texts/minilm-words.npz"  # vectors of words, which it fetches for texts
TRIES = 2  # at bringing a worker up
FOR_WANT_OF_A_FILE = ("ModuleNotFoundError", "ImportError", "OSError")  # how Python says that its files stay away


class Run:
    """Something long that the worker does: its number there, by which it alone is watched and cancelled."""

    def __init__(self, client, number):
        self.cancelled = False
        self.number = number
        self._client = client

    async def progress(self):
        """How far it is, from 0 to 1."""
        return await self._client.progress(self.number)

    def cancel(self):
        """Let it stop after the step it is at; one that has not begun does not begin."""
        self.cancelled = True
        self._client.cancel(self.number)


class WorkerClient:
    """Calls the functions that ``vizzy/worker.py`` exports; of whichever worker is up."""

    def __init__(self, patience=None):
        self.patience = patience or liveness.wanted_patience()
        self.most_seconds = 0  # that a single calculation may well take, beside the usual
        self.started = 0  # workers so far: who asks whether the worker is still the same compares it
        self._connection = NOT_UP
        self._runs = 0
        self._training = None  # the Run of the last training
        self._modules = Map.new()  # feature -> JSON text of its modules, for the worker that may have to follow

    # --- the worker's life ---------------------------------------------------------------------

    async def start(self, report):
        """Bring a worker up, in place of the last one; ``report(words, share)`` says how far it is."""
        for left in range(TRIES - 1, -1, -1):
            self.end()
            self.started += 1
            try:
                self._connection = await liveness.bring_up(self.started, report, self.patience)
                for modules in list(self._modules.values()):
                    await self._answer("add_modules", modules)
                return
            except Exception as error:
                if not left:
                    raise
                print("Python did not start, which is tried again:", error)

    def end(self):
        """Stop the worker, if there was one; its calls are settled."""
        self._connection.lose(_("Python was stopped."))
        self._connection = NOT_UP
        if self.started:
            liveness.terminate()

    async def until_lost(self):
        """Wait until the worker has died, hangs or has run out of memory: why, in a sentence."""
        return await self._connection.until_lost()

    # --- the one way a call takes ------------------------------------------------------------------

    def _call(self, name, *arguments, long=False):
        """A promise of the worker's answer as it comes; ``long`` where the worker may say nothing for a while."""
        silent_seconds = self.patience.calculation + self.most_seconds if long else 0
        return self._connection.call(name, *arguments, silent_seconds=silent_seconds)

    async def _answer(self, name, *arguments, long=False):
        """The same, awaited, where failures are exceptions."""
        try:
            answer = await self._call(name, *arguments, long=long)
        except Exception as error:
            raise await _with_missing_file(as_error(error))
        return unpacked(answer)

    async def _read(self, name, *arguments, long=False):
        """The same of an answer that is JSON text, read."""
        return json.loads(await self._answer(name, *arguments, long=long))

    # --- datasets -------------------------------------------------------------------------------------

    def has_modules(self, feature):
        """Whether the worker has, or will have once it is up, the modules of a feature."""
        return self._modules.has(feature)

    async def add_modules(self, feature, texts):
        """Give the worker modules that it started without: ``{path in the package: text}``; its successors have them too."""
        modules = json.dumps(texts)
        await self._answer("add_modules", modules)
        self._modules.set(feature, modules)

    async def open_dataset(self, index_text, address):
        """Hand a dataset over: the text of its ``dataset.json``, and the address of the folder of its arrays."""
        return await self._read("open_dataset", index_text, address, long=True)

    async def check_sizes(self, sizes):
        """Raise a WorkerError where files of these (name, bytes) are too many or too large."""
        await self._answer("check_sizes", json.dumps(sizes))

    async def propose(self, names, contents, choices):
        """What is understood of some files: a dict, see ``vizzy.reading.Proposal.summary``."""
        wheels = URL.new(WHEELS_FOLDER, document.baseURI).href
        return await self._read("propose", to_js(names), contents, json.dumps(choices), wheels, long=True)

    async def correct(self, changes):
        """The same files, understood with other choices."""
        return await self._read("correct", json.dumps(changes), long=True)

    async def images_to_embed(self):
        """The image of each row of what was understood, where there are no embeddings yet: a list of str or None."""
        return await self._read("images_to_embed")

    async def proposed_image(self, name):
        """The bytes of an image in a zip that is not open yet, a Uint8Array, or None."""
        return await self._answer("proposed_image", name)

    async def image_embeddings(self, features):
        """Embeddings of images, as bytes of a .npy file, a Uint8Array; of a Float32Array of the features of each."""
        return await self._answer("image_embeddings", features.buffer, long=True)

    async def image_hashes(self, greys):
        """Perceptual hashes of images, as bytes of a .npy file, a Uint8Array; of a Uint8Array of the greys of each."""
        return await self._answer("image_hashes", greys.buffer)

    async def word_vectors_used(self):
        """Whether vectors of words will be used of the texts that were understood; they are fetched to see that."""
        return await self._read("word_vectors_used", URL.new(WORDS, document.baseURI).href, long=True)

    async def open_proposal(self, run):
        """Make what was understood the worker's dataset; what the page needs of it: a dict, None if it was cancelled.

        Its ``index`` is a ``dataset.json`` as a Uint8Array.
        """
        words = URL.new(WORDS, document.baseURI).href
        answer = await self._answer("open_proposal", run.number, words, long=True)
        return None if answer is None else dict(json.loads(answer.told), index=answer.index)

    async def image(self, name):
        """The bytes of an image of the open dataset, a Uint8Array, or None."""
        return await self._answer("image", name)

    async def shipped_map(self, name):
        """Where a file of the open dataset's folder puts its examples: a Float32Array of x, y, x, y, ... in [0, 1]."""
        return await self._answer("shipped_map", name)

    # --- training -------------------------------------------------------------------------------------

    async def warm_up(self):
        """Let the worker get ready for a first training."""
        await self._answer("warm_up")

    async def train(self, changed_labels):
        """Train on the changed labels.

        Returns
        -------
        (dict, typed array)
            The summary and the predicted probabilities; (None, None) if it was cancelled.
        """
        self._training = self.new_run()
        changes = json.dumps(list(changed_labels.items()))
        answer = await self._answer("train", changes, self._training.number, long=True)
        return (None, None) if answer is None else (json.loads(answer.told), answer.pred_probs)

    def new_run(self):
        """A number for something long, before it is asked for."""
        self._runs += 1
        return Run(self, self._runs)

    async def progress(self, run=None):
        """How far a run is, from 0 to 1; without a number the last training."""
        return await self._read("progress", self._training.number if run is None else run)

    def cancel(self, run=None):
        """Let a run stop soon; without a number the last training."""
        self._call("cancel", self._training.number if run is None else run)

    # --- what the thresholds make of the predictions ----------------------------------------------------

    def analyse(self, settings):
        """What the thresholds make of the predictions: a promise of JSON text."""
        return self._call("analyse", *settings)

    async def answer_parts(self, names):
        """Parts of the answers to all settings: an array of the JSON texts of the first of these names, and how many.

        (None, 0) where there are none, as the rules are edited ones.
        """
        texts = await self._answer("answer_parts", json.dumps(names))
        return texts, 0 if texts is None else texts.length

    def explain(self, example, settings):
        """Why an example is where it is: a promise of JSON text."""
        return self._call("explain", example, *settings)

    async def cell_examples(self, given, suggested, settings):
        """All examples of one cell of the confident joint, the worst first: a list of int."""
        return await self._read("cell_examples", given, suggested, *settings)

    # --- the review --------------------------------------------------------------------------------------

    def queue(self, wish):
        """The examples to review: a promise of typed arrays, see ``vizzy/worker.py``.

        ``wish`` is (settings, the state's queue, examples already reviewed).
        """
        return self._call("queue", *[json.dumps(part) for part in wish])

    def reasons(self, example):
        """Why a label has its quality: a promise of JSON text."""
        return self._call("reasons", example)

    async def export(self, what, settings, state):
        """The file that a reviewer exports: (its name, Uint8Array)."""
        decided = [json.dumps(list(pairs.items())) for pairs in (state.changed_labels, state.reviews, state.evidence)]
        catalogue = language.as_text() if what == "report" else ""
        answer = await self._answer("export_review", what, json.dumps(settings), *decided, catalogue, long=True)
        return json.loads(answer.told)["name"], answer.content

    # --- the experiments ---------------------------------------------------------------------------------

    def lab(self, name, arguments):
        """Run a short experiment of ``vizzy.labs``: a promise of JSON text."""
        return self._call("lab", name, json.dumps(arguments))

    async def long_lab(self, name, arguments, run):
        """Run an experiment that may take long: a dict or a typed array; None if ``run`` was cancelled."""
        answer = await self._answer("lab", name, json.dumps(arguments), run.number, long=True)
        return json.loads(answer) if isinstance(answer, str) else answer

    # --- the site ----------------------------------------------------------------------------------------

    async def loaded(self):
        """The addresses of all that the worker has loaded."""
        return [address for address in await self._read("loaded") if address.startswith("http")]


async def _with_missing_file(error):
    """The same error, or a sentence about the runtime's file for want of which the worker failed."""
    if isinstance(error, WorkerDefect) and error.args[0].startswith(FOR_WANT_OF_A_FILE):
        complaint = await missing_file()
        if complaint:
            return WorkerError(complaint)
    return error
