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
SECONDS_BETWEEN_PAUSES = 0.1  # in a pause the worker answers how far it is, and hears that it is to stop
SLOWER_THAN_NATIVE = 2.5

session = None
# What can take long: how far each is, and whether it is to stop.
runs = {name: {"progress": (0, 1), "cancelled": False} for name in ("training", "lab")}


async def load_packages():
    """Step 1: bring numpy and scikit-learn into this interpreter."""
    await pyodide_js.loadPackage(to_js(PACKAGES), messageCallback=lambda _said: None)


def import_numerics():
    """Step 2: import them, which takes longer than anything done with them."""
    import vizzy.session  # noqa: F401


async def add_modules(addresses_json):
    """Fetch modules of this package that no visit needs at its start: ``{path in the package: address}``."""
    package = pathlib.Path(vizzy.__path__[0])
    addresses = json.loads(addresses_json)
    arriving = [(package / path, js.fetch(address)) for path, address in addresses.items()]
    for path, waiting in arriving:
        response = await waiting
        if not response.ok:
            raise OSError(f"{response.url}: status {response.status}")
        path.parent.mkdir(exist_ok=True)
        path.write_text(await response.text())
    importlib.invalidate_caches()


async def open_dataset(index_json, folder):
    """Step 3: make a session of a dataset folder's ``dataset.json`` and the arrays that it names."""
    from vizzy import dataset
    from vizzy.session import Session

    global session
    index = json.loads(index_json)
    try:
        embeddings = await _fetch(folder, index.get("embeddings"))
        pred_probs = await _fetch(folder, index.get("pred_probs"))
        session = Session(dataset.from_bytes(index_json, embeddings, pred_probs))
    except dataset.DatasetError as error:
        return _error(str(error))
    seconds = session.estimated_seconds()
    return json.dumps({"estimated_seconds": None if seconds is None else SLOWER_THAN_NATIVE * seconds})


async def _fetch(folder, name):
    """The bytes of a dataset folder's file, or None for no file."""
    from vizzy.dataset import DatasetError

    if not name:
        return None
    response = await js.fetch(folder + name)
    if not response.ok:
        raise DatasetError(f"{name} could not be loaded (status {response.status}): is it in the dataset's folder?")
    return (await response.arrayBuffer()).to_bytes()


async def train(changed_labels_json):
    """Cross-validate; the answer is ``{summary: JSON text, pred_probs: Float32Array of n*K}``."""
    changed_labels = {int(example): label for example, label in json.loads(changed_labels_json)}
    try:
        summary = await _in_steps(session.training_steps(changed_labels), runs["training"])
    except ValueError as error:
        return to_js({"summary": _error(str(error))}, dict_converter=_object)
    if summary is None:
        return to_js({"summary": json.dumps({"cancelled": True})}, dict_converter=_object)
    pred_probs = session.predictions.pred_probs.astype("float32").ravel()
    return to_js({"summary": json.dumps(summary), "pred_probs": pred_probs}, dict_converter=_object)


async def _in_steps(steps, run):
    """Run steps to their end and return what they come to, or None if they were cancelled."""
    run["cancelled"] = False
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


async def lab(name, arguments_json):
    """Run an experiment of ``vizzy.labs`` on the session: JSON text."""
    from vizzy import labs

    try:
        answer = labs.experiment(name)(session, **json.loads(arguments_json))
        if hasattr(answer, "send"):  # a generator: it goes in steps
            runs["lab"]["progress"] = (0, 1)
            answer = await _in_steps(answer, runs["lab"])
    except ValueError as error:
        return _error(str(error))
    return json.dumps({"cancelled": True} if answer is None else answer)


def analyse(class_percentile, ood_percentile, threshold_mode):
    """What the thresholds make of the predictions: JSON text, see ``Session.analyse``."""
    return json.dumps(session.analyse(class_percentile, ood_percentile, threshold_mode))


def analyse_many(settings_json):
    """The same for a list of settings: an array of JSON texts."""
    return to_js([analyse(*settings) for settings in json.loads(settings_json)])


def explain(example, class_percentile, ood_percentile, threshold_mode):
    """Why an example is where it is: JSON text, see ``Session.explain``."""
    return json.dumps(session.explain(example, class_percentile, ood_percentile, threshold_mode))


def explain_many(example, settings_json):
    """The same for a list of settings: an array of JSON texts."""
    return to_js([explain(example, *settings) for settings in json.loads(settings_json)])


def cell_examples(given, suggested, class_percentile, ood_percentile, threshold_mode):
    """All examples of one cell, the worst first: JSON text."""
    return json.dumps(session.cell_examples(given, suggested, class_percentile, ood_percentile, threshold_mode))


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
    "train",
    "progress",
    "cancel",
    "analyse",
    "analyse_many",
    "explain",
    "explain_many",
    "cell_examples",
    "lab",
    "loaded",
]
