"""The worker's entry: it holds the open session and exports what the page asks for.

Runs under Pyodide, beside the page. It is up before numpy is: the page first asks for `load_packages` and
`import_numerics`, and so knows how far things are. What is open is one record, `OpenSession`, replaced as a whole when
another dataset is opened. A function that the page may call carries `export`, which says how answers and errors cross.

The sections below: how answers and errors cross; the worker's life; what can take long; the open dataset; training and what
follows from it; somebody's own files; the review. A function here takes JSON text or typed arrays, calls the core, and returns
the same; what it calculates is in the module that it imports.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
import inspect
import json
import pathlib
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import js
import pyodide_js
import vizzy
from pyodide.ffi import JsProxy, create_proxy, to_js
from vizzy.sentences import in_parts, sentence
from vizzy.steps import Runs, result_in_turn
from vizzy.translation import ENGLISH, Translation

if TYPE_CHECKING:
    from vizzy.answer_parts import AnswerParts
    from vizzy.features.word_vectors import WordVectors
    from vizzy.reading import Images, Opened, Proposal
    from vizzy.reviewing import Reviewing
    from vizzy.session import Session

PACKAGES = ["numpy", "scikit-learn"]
# What `vizzy.reading.libraries` may ask for: files of runtime/wheels.
LIBRARY_WHEELS = {"arro3": ("arro3_core.whl", "arro3_io.whl"), "python-calamine": ("python_calamine.whl",)}
FEWEST_PREPARED_FOR = 20_000  # examples, from which on a question that is not answered from parts takes longer than a step should
MOST_SECONDS_OF_PARTS = 0.008  # of answers in one call: a question waits no longer

__export__: list = []  # the names that PyScript hands to the page
added_wheels: set = set()  # of the libraries that few need


def export(function: Callable) -> Callable:
    """Let the page call a function.

    Plain data crosses as JSON text, which both sides parse natively; what is JavaScript's already (typed arrays, texts
    in an array) and None cross as they are. A `DatasetError`, which a person can do something about, crosses as
    ``{"error": sentence}``. Any other exception is a defect: it raises here and rejects the page's promise.
    """

    @functools.wraps(function)
    def answered(*arguments):
        try:
            answer = function(*arguments)
        except Exception as error:
            return _refusal(error)
        return _awaited(answer) if inspect.iscoroutine(answer) else _crossed(answer)

    __export__.append(function.__name__)
    return answered


async def _awaited(coroutine):
    try:
        return _crossed(await coroutine)
    except Exception as error:
        return _refusal(error)


def _json(value):
    """JSON text; MicroPython reads escaped halves of a sign beyond 16 bits, as of an emoji, as two that are none."""
    return json.dumps(value, ensure_ascii=False)


def _crossed(answer):
    return answer if answer is None or isinstance(answer, JsProxy) else _json(answer)


def _refusal(error):
    """The JSON text of a `DatasetError`; any other error is raised again."""
    dataset = sys.modules.get("vizzy.dataset")  # which is imported only after the worker has started
    if dataset and isinstance(error, dataset.DatasetError):
        return _json({"error": in_parts(error.args[0])})
    raise error


def _with_arrays(told, **arrays):
    """An answer with arrays: an object of ``told``, JSON text, and of typed arrays."""
    return to_js({"told": _json(told)} | arrays, dict_converter=js.Object.fromEntries)


# --- the worker's life ----------------------------------------------------------------------------------


@export
async def load_packages() -> None:
    """Step 1: bring numpy and scikit-learn into this interpreter."""
    await loading


@export
async def import_numerics() -> None:
    """Step 2: import them, which takes longer than anything done with them."""
    await importing


async def _load():
    await pyodide_js.loadPackage(to_js(PACKAGES), messageCallback=lambda _said: None)


async def _import():
    await loading
    import vizzy.session  # noqa: F401


# Both are begun before the page asks for them, which it can only once it has heard that this worker is there.
loading = asyncio.ensure_future(_load())
importing = asyncio.ensure_future(_import())


@export
def add_modules(texts_json: str) -> None:
    """Write modules of this package that no visit needs at its start.

    Parameters
    ----------
    texts_json : str
        JSON of ``{path in the package: text}``.
    """
    package = pathlib.Path(vizzy.__path__[0])
    for name, text in json.loads(texts_json).items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    importlib.invalidate_caches()


@export
async def hold_lock(name: str) -> None:
    """Hold a lock of the browser's as long as this worker lives: the page gets it at the moment the worker is gone.

    Parameters
    ----------
    name : str
        Of the lock, as the Web Locks API calls it.
    """
    held = asyncio.get_running_loop().create_future()

    def hold(_lock):
        held.set_result(None)
        return js.Promise.withResolvers().promise  # never kept, so the lock is never given back

    js.navigator.locks.request(name, create_proxy(hold))
    await held


@export
def beat() -> None:
    """Give a sign of life."""


@export
def loaded() -> list[str]:
    """The addresses of all that this worker has loaded."""
    return [entry.name for entry in js.performance.getEntriesByType("resource")]


# --- what can take long -----------------------------------------------------------------------------------


WARM_UP = "warm-up"
runs = Runs()  # by the page's number, or WARM_UP


@export
def progress(number: int) -> float:
    """How far a run is, from 0 to 1; 0 for one that has not been asked for yet, or has ended.

    Parameters
    ----------
    number : int
        What the page called the run by when it asked for it.
    """
    return runs.share_done(number)


@export
def cancel(number: int | str) -> None:
    """Stop a run after the step it is at.

    Parameters
    ----------
    number : int or str
        What the page called the run by, or ``WARM_UP``.
    """
    runs.cancel(number)


# --- the open dataset ---------------------------------------------------------------------------------------


@dataclass
class OpenSession:
    """All that belongs to the open dataset."""

    session: Session
    folder: str | None = None  # the address of the shipped dataset's folder; None for somebody's own
    table: Opened | None = None  # to write the table back; of a shipped dataset read when first needed
    images: Images | None = None  # of the files that are open, never of those only previewed
    _answer_parts: AnswerParts | None = None  # of the last training

    @property
    def answer_parts(self) -> AnswerParts | None:
        """The parts of the answers about the present predictions; None where the rules are edited ones."""
        from vizzy import answer_parts, confident

        if self.session.rules is not confident:
            return None
        if self._answer_parts is None or self._answer_parts.predictions is not self.session.predictions:
            self._answer_parts = answer_parts.AnswerParts(self.session)
        return self._answer_parts

    def prepared_answer(self, *settings: object) -> dict | None:
        """An answer put together from its parts, which takes a fraction of the time; None where these are not prepared."""
        parts = self._answer_parts
        return self.answer_parts.answer(*settings) if parts and parts.is_prepared and self.answer_parts is parts else None

    @functools.cached_property
    def reviewing(self) -> Reviewing:
        """What the examples are for a reviewer."""
        from vizzy.reviewing import Reviewing

        if self.table is None:
            return Reviewing(self.session, self.session.dataset.alt)
        return Reviewing(self.session, self.table.texts, self.table.raw, self.table.image_hashes)


opened: OpenSession | None = None
word_vectors: WordVectors | None = None  # once texts have come
proposal: Proposal | None = None  # what was understood of files that are not open yet


def _current() -> OpenSession:
    """What is open: the page asks about nothing before something is."""
    assert opened
    return opened


@export
async def open_dataset(index_json: str, folder: str) -> object:
    """Make a session of a dataset folder's ``dataset.json`` and the arrays that it names.

    Parameters
    ----------
    index_json : str
        What the file holds.
    folder : str
        The folder's address, with a slash at its end.

    Returns
    -------
    dict
        ``estimated_seconds`` of a training, and ``solver_note``, a sentence or None.
    """
    from vizzy import dataset
    from vizzy.session import Session

    global opened
    index = json.loads(index_json)
    embeddings = await _fetch(folder, index.get("embeddings"))
    pred_probs = await _fetch(folder, index.get("pred_probs"))
    opened = OpenSession(Session(dataset.from_bytes(index_json, embeddings, pred_probs)), folder)
    return _about_training(opened.session)


def _about_training(session):
    return in_parts({"estimated_seconds": session.estimated_seconds(), "solver_note": session.solver_note()})


async def _fetch(folder, name):
    """The bytes of a dataset folder's file, or None for no file."""
    from vizzy.dataset import DatasetError

    if not name:
        return None
    response = await js.fetch(folder + name)
    if not response.ok:
        raise DatasetError(sentence(
            "{file} could not be loaded (status {status}): is it in the dataset's folder?", file=name, status=str(response.status)
        ))
    return (await response.arrayBuffer()).to_bytes()


@export
async def shipped_map(name: str) -> JsProxy:
    """Where a file of the dataset's folder puts its examples.

    Parameters
    ----------
    name : str
        Of a .npy file in the folder of the open dataset, shape (n, 2).

    Returns
    -------
    JsProxy of a Float32Array
        x, y, x, y, … in [0, 1].
    """
    from vizzy import dataset
    from vizzy.labs.projection import as_places

    points = dataset.load_array(await _fetch(_current().folder, name), name)
    return to_js(as_places(points))


# --- training and what follows from it ----------------------------------------------------------------------


@export
async def warm_up() -> None:
    """Train on made-up examples while nobody asks for anything: the browser compiles code as it is used."""
    from vizzy.session import Session

    with runs.begin(WARM_UP) as run:
        await result_in_turn(Session.made_up().training_steps({}), run)


@export
def train(changed_labels_json: str, number: int | None = None) -> Awaitable[JsProxy | None]:
    """Cross-validate.

    Parameters
    ----------
    changed_labels_json : str
        JSON of ``[[example, label], …]``.
    number : int, optional
        What ``progress`` and ``cancel`` call this run by.

    Returns
    -------
    Awaitable of a JsProxy of an object, or of None if it was cancelled
        ``told``, the summary of the training, and ``pred_probs``, a Float32Array of n*K.
    """
    return _train(json.loads(changed_labels_json), runs.begin(number))


def _preparation(session):
    """Prepare the parts of the answers about many examples, so that the first question is answered from them; yields as a training does."""
    opened = _current()
    parts = opened.answer_parts if opened.session is session else None
    for _ in parts.preparation() if parts else ():
        yield 1, 1


async def _train(changed_labels, begun):
    runs.cancel(WARM_UP)
    session = _current().session  # another dataset may be opened meanwhile
    with begun as run:
        summary = await result_in_turn(session.training_steps({int(example): label for example, label in changed_labels}), run)
        if summary is not None and len(session.dataset.ids) >= FEWEST_PREPARED_FOR:
            await result_in_turn(_preparation(session), run)
    if summary is None or run.cancelled:
        return None
    return _with_arrays(in_parts(summary), pred_probs=session.predictions.pred_probs.astype("float32").ravel())


@export
def analyse(*settings: object) -> dict:
    """What the thresholds make of the predictions, see ``Session.analyse``.

    Parameters
    ----------
    *settings
        The thresholds, in the order in which ``Session.analyse`` takes them.
    """
    return _current().prepared_answer(*settings) or _current().session.analyse(*settings)


@export
def answer_parts(names_json: str) -> JsProxy | None:
    """Parts of the answers to all settings, see `vizzy.answer_parts`.

    Parameters
    ----------
    names_json : str
        JSON of the names of the parts that are wanted, ``[[kind, …], …]``.

    Returns
    -------
    JsProxy of an Array, or None where the rules are edited ones
        The JSON texts of the first of these parts, as many as take no longer than a question may wait; perhaps none yet.
    """
    parts = _current().answer_parts
    return parts and to_js([_json(part) for part in parts.first_of(json.loads(names_json), MOST_SECONDS_OF_PARTS)])


@export
def explain(example: int, *settings: object) -> dict:
    """Why an example is where it is, see ``Session.explain``.

    Parameters
    ----------
    example : int
        Its row.
    *settings
        The thresholds, in the order in which ``Session.analyse`` takes them.

    Returns
    -------
    dict
        With ``everywhere``: what that follows from at other settings; None where the rules are edited ones.
    """
    parts = _current().answer_parts
    everywhere = parts.everywhere(example) if parts else None
    return _current().session.explain(example, *settings) | {"everywhere": everywhere}


@export
def cell_examples(given: int, suggested: int, *settings: object) -> list[int]:
    """All examples of one cell, the worst first.

    Parameters
    ----------
    given, suggested : int
        The classes of the cell.
    *settings
        The thresholds, in the order in which ``Session.analyse`` takes them.
    """
    return _current().session.cell_examples(given, suggested, *settings)


@export
def lab(name: str, arguments_json: str, number: int | None = None) -> Awaitable[object]:
    """Run an experiment of ``vizzy.labs`` on the session.

    Parameters
    ----------
    name : str
        ``module.function`` of the experiment.
    arguments_json : str
        JSON of its arguments by name.
    number : int, optional
        What ``progress`` and ``cancel`` call this run by.

    Returns
    -------
    Awaitable
        Of the plain data or the array that the experiment returns, or of None if it was cancelled.
    """
    return _lab(name, json.loads(arguments_json), runs.begin(number))


async def _lab(name, arguments, begun):
    from vizzy import labs

    with begun as run:
        answer = labs.find_experiment(name)(_current().session, **arguments)
        if inspect.isgenerator(answer):
            answer = await result_in_turn(answer, run)
    return to_js(answer) if hasattr(answer, "__array__") else in_parts(answer)


# --- somebody's own files; the modules for it come with `add_modules` -------------------------------------------


@export
def check_sizes(sizes_json: str) -> None:
    """Refuse files that are too large to be read here, and say what to do.

    Parameters
    ----------
    sizes_json : str
        JSON of ``[[name, bytes], …]``.
    """
    from vizzy import reading

    reading.check_sizes([tuple(pair) for pair in json.loads(sizes_json)])


@export
async def propose(names: JsProxy, contents: JsProxy, choices_json: str, wheels_folder: str) -> object:
    """What is understood of some files, see ``reading.Proposal.summary``.

    Parameters
    ----------
    names, contents : JsProxy of an Array
        Of each file; its content is an ArrayBuffer, None for an image, which is shown but never read.
    choices_json : str
        JSON of the fields of ``reading.Choices`` that were chosen.
    wheels_folder : str
        The address from which libraries come that only such files need.
    """
    from vizzy import reading
    from vizzy.reading.libraries import libraries_needed

    global proposal
    with _within_memory():
        files = [
            reading.InputFile(name, content.to_bytes() if content else b"")
            for name, content in zip(names, contents, strict=True)
        ]
        for library in libraries_needed(files):
            await _add_library(library, wheels_folder)
        proposal = reading.read(files, reading.Choices(**json.loads(choices_json)), reading.IN_BROWSER)
        return in_parts(proposal.summary())


async def _add_library(library, folder):
    """Bring a library into this interpreter, or raise a `ReadingError` that says why that could not be."""
    for wheel in LIBRARY_WHEELS[library]:
        if wheel in added_wheels:
            continue
        content = await _late_file(folder + wheel, sentence("{file}, which reads such files,", file=wheel))
        pyodide_js.unpackArchive(content, "wheel")
        added_wheels.add(wheel)
    importlib.invalidate_caches()


@export
def correct(changes_json: str) -> object:
    """The same files, understood with other choices.

    Parameters
    ----------
    changes_json : str
        JSON of the fields of ``reading.Choices`` that are other now.
    """
    global proposal
    with _within_memory():
        proposal = _proposed().corrected(**json.loads(changes_json))
        return in_parts(proposal.summary())


@export
def images_to_embed() -> list:
    """The image of each row, where embeddings are to be computed of them, see ``reading.Proposal``."""
    return _proposed().images_to_embed


@export
def proposed_image(name: str) -> JsProxy | None:
    """The bytes of an image in a zip of the proposal, a Uint8Array, or None.

    Parameters
    ----------
    name : str
        Of the image, as the proposal calls it.
    """
    from vizzy import reading

    return to_js(reading.Images(_proposed().files).read(name))


@export
def image_embeddings(features: JsProxy) -> JsProxy:
    """The content of a .npy file, a Uint8Array, of the features of each image.

    Parameters
    ----------
    features : JsProxy of an ArrayBuffer
        float32, image by image; NaN for an image that has none.
    """
    from vizzy import reduction

    with _within_memory():
        return to_js(reduction.npy_of(features.to_bytes(), len(_proposed().images_to_embed)))


@export
def image_hashes(greys: JsProxy) -> JsProxy:
    """The content of a .npy file, a Uint8Array, of the perceptual hash of each image.

    Parameters
    ----------
    greys : JsProxy of an ArrayBuffer
        The images, small and grey, see ``vizzy.image_hashes``.
    """
    from vizzy import image_hashes

    return to_js(image_hashes.npy_of(greys.to_bytes(), len(_proposed().images_to_embed)))


@export
def open_proposal(number: int | None = None, words_address: str | None = None) -> Awaitable[JsProxy | None]:
    """Make the proposal the open dataset.

    Parameters
    ----------
    number : int, optional
        What ``progress`` and ``cancel`` call this run by.
    words_address : str, optional
        Of the vectors of words, which are fetched for texts.

    Returns
    -------
    Awaitable of a JsProxy of an object, or of None if it was cancelled
        What the page needs to show it: ``told`` and ``index``, the bytes of a ``dataset.json``.
    """
    return _open_proposal(runs.begin(number), words_address)


async def _open_proposal(begun, words_address):
    from vizzy import dataset, reading, reviewing
    from vizzy.features.raw import embedding_steps
    from vizzy.session import Session

    global opened
    with begun as run, _within_memory():
        understood = _proposed()  # files brought meanwhile are another proposal
        table = understood.make()
        words = await _word_vectors(words_address) if table.raw and table.raw.texts else None
        table = await result_in_turn(embedding_steps(table, words), run)
        if table is None:
            return None
        index = dataset.page_index(table.dataset) | {"texts": table.raw.described if table.raw else table.texts, "files": table.images}
        changed_labels, reviews = reviewing.state_of(table.review, table.dataset.given_label)
        opened = OpenSession(Session(table.dataset), table=table, images=reading.Images(understood.files))
    told = {"changed_labels": list(changed_labels.items()), "reviews": list(reviews.items())}
    return _with_arrays(_about_training(opened.session) | told, index=json.dumps(index).encode())


@export
def word_vectors_used(address: str) -> Awaitable[bool]:
    """Whether vectors of words will be used of the texts of the proposal.

    Parameters
    ----------
    address : str
        Of the vectors, which are fetched to see that, and kept.
    """
    return _word_vectors_used(address)


async def _word_vectors_used(address):
    table = _proposed().opened
    return bool(table and table.raw and table.raw.texts) and (await _word_vectors(address)).covers(table.raw.texts)


async def _word_vectors(address):
    """The vectors of words, kept for the next texts."""
    from vizzy.features.word_vectors import WordVectors

    global word_vectors
    if word_vectors is None and address:
        content = await _late_file(address, sentence("{file}, which knows English words,", file="minilm-words.npz"))
        word_vectors = WordVectors(content.to_bytes())
    return word_vectors


async def _late_file(address, what):
    """The ArrayBuffer of a file that few need, or a `ReadingError` that says why it could not be had."""
    from vizzy.reading import ReadingError

    try:
        response = await js.fetch(address)
    except Exception as error:  # no connection: whatever the browser calls it
        raise ReadingError(
            sentence("{what} could not be loaded ({error}): check the connection and try again.", what=what, error=str(error))
        ) from error
    if not response.ok:
        status = str(response.status)
        raise ReadingError(sentence("{what} could not be loaded (status {status}): try again in a while.", what=what, status=status))
    return await response.arrayBuffer()


def _proposed():
    """The proposal, which a worker that was started anew does not have."""
    from vizzy.reading import ReadingError

    if proposal is None:
        raise ReadingError(sentence("Python was started anew and no longer has these files: bring them again."))
    return proposal


@contextlib.contextmanager
def _within_memory():
    """Where files need more memory than there is, say so: only they take more than a bounded part of it."""
    from vizzy.reading import ReadingError

    try:
        yield
    except MemoryError:
        raise ReadingError(
            sentence("This browser's memory is not enough for these files: bring a part of the rows, or fewer columns.")
        ) from None


@export
def image(name: str) -> JsProxy | None:
    """The bytes of an image of the open dataset, a Uint8Array, or None.

    Parameters
    ----------
    name : str
        Of the image's file, as the dataset calls it.
    """
    content = opened.images.read(name) if opened and opened.images else None
    return None if content is None else to_js(content)


# --- the review --------------------------------------------------------------------------------------------------


@export
def queue(settings_json: str, choice_json: str, reviewed_json: str) -> JsProxy:
    """The examples to review, the most suspect first.

    Parameters
    ----------
    settings_json : str
        JSON of the thresholds, in the order in which ``Session.analyse`` takes them.
    choice_json : str
        JSON of ``[kind, given, suggested, text, whether only what is not reviewed]``.
    reviewed_json : str
        JSON of the examples that are reviewed.

    Returns
    -------
    JsProxy of an object
        ``told``, how many there are of each kind, in all and reviewed; and of those to show, typed arrays ``examples``,
        ``suggested`` and ``label_quality``.
    """
    import numpy as np

    current = _current()
    settings, reviewed = tuple(json.loads(settings_json)), json.loads(reviewed_json)
    kind, given, suggested, text, unreviewed = json.loads(choice_json)
    everything = current.reviewing.queue(settings, kind, given, suggested, text)
    done = np.isin(everything, np.array(reviewed, dtype=np.intp))
    shown = everything[~done] if unreviewed else everything
    return _with_arrays(
        {"counts": current.reviewing.counts(settings), "total": len(everything), "reviewed": int(done.sum())},
        examples=shown.astype("int32"),
        suggested=current.session.analysis_at(*settings).suggested_label[shown].astype("int32"),
        label_quality=current.session.predictions.label_quality[shown].astype("float32"),
    )


@export
def reasons(example: int) -> object:
    """Why an example's label has its quality, see ``reviewing.Reviewing.reasons``.

    Parameters
    ----------
    example : int
        Its row.
    """
    return in_parts(_current().reviewing.reasons(example))


@export
async def export_review(
    what: str,
    settings_json: str,
    changed_labels_json: str,
    reviews_json: str,
    evidence_json: str = "[]",
    catalogue_json: str = "",
) -> JsProxy:
    """The file that a reviewer exports.

    Parameters
    ----------
    what : str
        One of ``vizzy.reviewing.EXPORTS``, or its ``EMBEDDINGS``.
    settings_json : str
        JSON of the thresholds, in the order in which ``Session.analyse`` takes them.
    changed_labels_json, reviews_json, evidence_json : str
        JSON of ``[[example, label], …]``, ``[[example, action], …]`` and ``[[example, what was seen of it], …]``.
    catalogue_json : str, optional
        The language of a report, as ``asText()`` of static/translate.js gives it; "" for English.

    Returns
    -------
    JsProxy of an object
        ``told``, with the ``name`` of the file, and ``content``, a Uint8Array.
    """
    from vizzy import reviewing

    exported = _current()
    if exported.table is None:
        exported.table = await _shipped_table(exported)
    decided = [dict(json.loads(pairs)) for pairs in (changed_labels_json, reviews_json)]
    review = reviewing.review_of(exported.session.dataset.given_label, *decided)
    settings, evidence = tuple(json.loads(settings_json)), dict(json.loads(evidence_json))
    name, content = exported.reviewing.export(what, exported.table, settings, review, evidence, _language_of(catalogue_json))
    return _with_arrays({"name": name}, content=content)


def _language_of(catalogue_json):
    """What says a report's sentences: a `vizzy.translation.Translation`."""
    if not catalogue_json:
        return ENGLISH
    catalogue = json.loads(catalogue_json)
    rules = js.Intl.PluralRules.new(catalogue["language"])
    return Translation(catalogue["language"], catalogue["texts"], catalogue["written"], rules.select)


async def _shipped_table(shipped: OpenSession) -> Opened:
    """The table of a shipped dataset, read as anybody's."""
    from vizzy import dataset, reading, reviewing

    has_embeddings = shipped.session.dataset.pred_probs is None
    names = [dataset.TABLE_FILE, dataset.EMBEDDINGS_FILE if has_embeddings else dataset.PRED_PROBS_FILE]
    files = [reading.InputFile(name, await _fetch(shipped.folder, name)) for name in names]
    return reviewing.reopened(shipped.session, reading.read(files, limits=reading.IN_BROWSER))
