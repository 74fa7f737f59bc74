"""The worker's entry: it holds the session and exports what the page asks for.

Runs under Pyodide, beside the page. It is up before numpy is: the page calls the steps of
``STEPS`` one after the other and so knows how far things are. Answers cross as JSON text, which both
sides parse natively, and large arrays as typed arrays. What a person can do something about
comes back as ``{"error": sentence}``; anything else is a defect and raises.
"""

import asyncio
import importlib
import json
import pathlib
import time

import js
import pyodide_js
import vizzy
from pyodide.ffi import to_js

PACKAGES = ["numpy", "scikit-learn"]
# What `vizzy.reading.libraries` may ask for: files of runtime/wheels.
LIBRARY_WHEELS = {"arro3": ("arro3_core.whl", "arro3_io.whl"), "python-calamine": ("python_calamine.whl",)}
SECONDS_BETWEEN_PAUSES = 0.1  # in a pause the worker answers how far it is, and hears that it is to stop

session = None
# What can take long: how far each is, and whether it is to stop.
runs = {name: {"progress": (0, 1), "cancelled": False} for name in ("training", "lab", "warm-up")}
dataset_folder = None  # the address of the shipped dataset that is open, or None for somebody's own
proposal = None  # what was understood of somebody's files
opened = None  # what they were made, with the table to write back
reviewing = None
added_wheels: set[str] = set()  # of the libraries that few need


async def load_packages():
    """Step 1: bring numpy and scikit-learn into this interpreter."""
    await pyodide_js.loadPackage(to_js(PACKAGES), messageCallback=lambda _said: None)


def import_numerics():
    """Step 2: import them, which takes longer than anything done with them."""
    import vizzy.session  # noqa: F401


def add_modules(texts_json):
    """Write modules of this package that no visit needs at its start: ``{path in the package: text}``."""
    package = pathlib.Path(vizzy.__path__[0])
    for name, text in json.loads(texts_json).items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    importlib.invalidate_caches()


async def open_dataset(index_json, folder):
    """Step 3: make a session of a dataset folder's ``dataset.json`` and the arrays that it names."""
    from vizzy import dataset
    from vizzy.session import Session

    global session, dataset_folder, opened, reviewing
    index = json.loads(index_json)
    try:
        embeddings = await _fetch(folder, index.get("embeddings"))
        pred_probs = await _fetch(folder, index.get("pred_probs"))
        session = Session(dataset.from_bytes(index_json, embeddings, pred_probs))
    except dataset.DatasetError as error:
        return _error(str(error))
    dataset_folder, opened, reviewing = folder, None, None
    return json.dumps({"estimated_seconds": session.estimated_seconds()})


async def warm_up():
    """Train on made-up examples while nobody asks for anything: the browser compiles code as it is used."""
    from vizzy.session import Session

    _begin("warm-up")
    await _in_steps(Session.made_up().training_steps({}), runs["warm-up"])


async def _fetch(folder, name):
    """The bytes of a dataset folder's file, or None for no file."""
    from vizzy.dataset import DatasetError

    if not name:
        return None
    response = await js.fetch(folder + name)
    if not response.ok:
        raise DatasetError(f"{name} could not be loaded (status {response.status}): is it in the dataset's folder?")
    return (await response.arrayBuffer()).to_bytes()


def train(changed_labels_json):
    """Cross-validate; a promise of ``{summary: JSON text, pred_probs: Float32Array of n*K}``."""
    _begin("training")
    return _train(changed_labels_json)


async def _train(changed_labels_json):
    changed_labels = {int(example): label for example, label in json.loads(changed_labels_json)}
    cancel("warm-up")
    trained = session  # another dataset may be opened meanwhile
    try:
        summary = await _in_steps(trained.training_steps(changed_labels), runs["training"])
    except ValueError as error:
        return to_js({"summary": _error(str(error))}, dict_converter=_object)
    if summary is None:
        return to_js({"summary": json.dumps({"cancelled": True})}, dict_converter=_object)
    pred_probs = trained.predictions.pred_probs.astype("float32").ravel()
    return to_js({"summary": json.dumps(summary), "pred_probs": pred_probs}, dict_converter=_object)


def _begin(name):
    """Count a run as new when it is asked for, not when its coroutine starts: it may be cancelled in between."""
    runs[name].update(progress=(0, 1), cancelled=False)


async def _in_steps(steps, run):
    """Run steps to their end and return what they come to, or None if they were cancelled."""
    paused = time.monotonic()
    while not run["cancelled"]:
        try:
            run["progress"] = next(steps)
        except StopIteration as end:
            return end.value
        if time.monotonic() - paused > SECONDS_BETWEEN_PAUSES:
            await asyncio.sleep(0)
            paused = time.monotonic()
    steps.close()
    return None


def progress(name="training"):
    """How far the training or the experiment is, from 0 to 1."""
    done, total = runs[name]["progress"]
    return done / total


def cancel(name="training"):
    """Stop the training or the experiment after the step it is at."""
    runs[name]["cancelled"] = True


def lab(name, arguments_json):
    """Run an experiment of ``vizzy.labs`` on the session: a promise of JSON text."""
    _begin("lab")
    return _lab(name, arguments_json)


async def _lab(name, arguments_json):
    from vizzy import labs

    try:
        answer = labs.experiment(name)(session, **json.loads(arguments_json))
        if hasattr(answer, "send"):  # a generator: it goes in steps
            answer = await _in_steps(answer, runs["lab"])
    except ValueError as error:
        return _error(str(error))
    return json.dumps({"cancelled": True} if answer is None else answer)


def analyse(*settings):
    """What the thresholds make of the predictions: JSON text, see ``Session.analyse``."""
    return json.dumps(session.analyse(*settings))


def analyse_many(settings_json):
    """The same for a list of settings: an array of JSON texts."""
    return to_js([analyse(*settings) for settings in json.loads(settings_json)])


def explain(example, *settings):
    """Why an example is where it is: JSON text, see ``Session.explain``."""
    return json.dumps(session.explain(example, *settings))


def explain_many(example, settings_json):
    """The same for a list of settings: an array of JSON texts."""
    return to_js([explain(example, *settings) for settings in json.loads(settings_json)])


def cell_examples(given, suggested, *settings):
    """All examples of one cell, the worst first: JSON text."""
    return json.dumps(session.cell_examples(given, suggested, *settings))


# --- somebody's own files, and their review; the modules for it come with `add_modules` -----------------


def check_sizes(sizes_json):
    """Whether files of these sizes can be read here: ``{}``, or an error that says what to do."""
    from vizzy import reading

    return _answered(lambda: reading.check_sizes([tuple(pair) for pair in json.loads(sizes_json)]) or {})


async def propose(names, contents, choices_json, wheels_folder):
    """What is understood of some files: the JSON text of ``reading.Proposal.summary``.

    ``names`` and ``contents`` (an ArrayBuffer each, None for an image, which is shown but never read) correspond.
    Libraries that only such files need come from ``wheels_folder``, an address.
    """
    from vizzy import reading
    from vizzy.reading.libraries import libraries_needed

    files = [
        reading.InputFile(name, content.to_bytes() if content else b"")
        for name, content in zip(names, contents, strict=True)
    ]
    for library in libraries_needed(files):
        complaint = await _add_library(library, wheels_folder)
        if complaint:
            return _error(complaint)
    choices = reading.Choices(**json.loads(choices_json))
    return _answered(lambda: _proposed(reading.read(files, choices, reading.IN_BROWSER)))


async def _add_library(library, folder):
    """Bring a library into this interpreter; returns why that could not be, or None."""
    for wheel in LIBRARY_WHEELS[library]:
        if wheel in added_wheels:
            continue
        try:
            response = await js.fetch(folder + wheel)
        except Exception as error:  # no connection: whatever the browser calls it
            return f"{wheel}, which reads such files, could not be loaded ({error}): check the connection and try again."
        if not response.ok:
            return f"{wheel}, which reads such files, could not be loaded (status {response.status}): try again in a while."
        pyodide_js.unpackArchive(await response.arrayBuffer(), "wheel")
        added_wheels.add(wheel)
    importlib.invalidate_caches()
    return None


def correct(changes_json):
    """The same files, understood with other choices."""
    return _answered(lambda: _proposed(proposal.corrected(**json.loads(changes_json))))


def _proposed(understood):
    global proposal
    proposal = understood
    return proposal.summary()


def open_proposal():
    """Make the proposal the session's dataset; what the page needs to show it, as JSON text."""
    return _answered(_open_proposal)


def _open_proposal():
    from vizzy import dataset, reviewing as review_module
    from vizzy.session import Session

    global session, dataset_folder, opened, reviewing
    made = proposal.make()
    session, opened, dataset_folder, reviewing = Session(made.dataset), made, None, None
    changed_labels, reviews = review_module.state_of(made.review, made.dataset.given_label)
    index = dataset.page_index(made.dataset) | {"texts": made.texts, "files": made.images}
    return {
        "index": json.dumps(index),
        "estimated_seconds": session.estimated_seconds(),
        "changed_labels": list(changed_labels.items()),
        "reviews": list(reviews.items()),
    }


def image(name):
    """The bytes of an image in a zip that was brought, a Uint8Array, or None."""
    from vizzy import reading

    content = reading.image_content(proposal.files, name)
    return None if content is None else to_js(content)


def queue(settings_json, choice_json, reviewed_json):
    """The examples to review: typed arrays, the most suspect first, and ``told``, JSON text of the counts."""
    import numpy as np

    settings, reviewed = tuple(json.loads(settings_json)), json.loads(reviewed_json)
    kind, given, suggested, text, unreviewed = json.loads(choice_json)
    desk = _reviewing()
    everything = desk.queue(settings, kind, given, suggested, text)
    done = np.isin(everything, np.array(reviewed, dtype=np.intp))
    shown = everything[~done] if unreviewed else everything
    told = {"counts": desk.counts(settings), "total": len(everything), "reviewed": int(done.sum())}
    answer = {
        "told": json.dumps(told),
        "examples": shown.astype("int32"),
        "suggested": session.analysis_at(*settings).suggested_label[shown].astype("int32"),
        "label_quality": session.predictions.label_quality[shown].astype("float32"),
    }
    return to_js(answer, dict_converter=_object)


def reasons(example):
    """Why an example's label has its quality: the JSON text of ``reviewing.Reviewing.reasons``."""
    return json.dumps(_reviewing().reasons(example))


async def export(what, settings_json, changed_labels_json, reviews_json):
    """What a reviewer takes home: ``{told: JSON text with the file's name, content: Uint8Array}``."""
    from vizzy import reviewing as review_module
    from vizzy.dataset import DatasetError

    global opened
    decided = [dict(json.loads(pairs)) for pairs in (changed_labels_json, reviews_json)]
    try:
        if opened is None:
            opened = await _shipped_table()
        review = review_module.review_of(session.dataset.given_label, *decided)
        name, content = _reviewing().export(what, opened, tuple(json.loads(settings_json)), review)
    except DatasetError as error:
        return to_js({"told": _error(str(error))}, dict_converter=_object)
    return to_js({"told": json.dumps({"name": name}), "content": content}, dict_converter=_object)


async def _shipped_table():
    """The table of the shipped dataset that is open, read as anybody's."""
    from vizzy import dataset, reading, reviewing as review_module

    names = [dataset.TABLE_FILE, dataset.EMBEDDINGS_FILE if session.dataset.pred_probs is None else dataset.PRED_PROBS_FILE]
    files = [reading.InputFile(name, await _fetch(dataset_folder, name)) for name in names]
    return review_module.reopened(session, reading.read(files, limits=reading.IN_BROWSER))


def _reviewing():
    from vizzy.reviewing import Reviewing

    global reviewing
    if reviewing is None:
        reviewing = Reviewing(session, opened.texts if opened else session.dataset.alt)
    return reviewing


def _answered(work):
    """The JSON text of what some work comes to, or of the sentence that says why not."""
    from vizzy.dataset import DatasetError

    try:
        return json.dumps(work())
    except DatasetError as error:
        return _error(str(error))
    except MemoryError:
        return _error("This browser's memory is not enough for these files: bring a part of the rows, or fewer columns.")


def loaded():
    """The addresses of all that this worker has loaded: JSON text."""
    return json.dumps([entry.name for entry in js.performance.getEntriesByType("resource")])


def _object(entries):
    return js.Object.fromEntries(entries)


def _error(sentence):
    return json.dumps({"error": sentence})


__export__ = [
    "load_packages",
    "import_numerics",
    "add_modules",
    "open_dataset",
    "warm_up",
    "train",
    "progress",
    "cancel",
    "analyse",
    "analyse_many",
    "explain",
    "explain_many",
    "cell_examples",
    "lab",
    "check_sizes",
    "propose",
    "correct",
    "open_proposal",
    "image",
    "queue",
    "reasons",
    "export",
    "loaded",
]
