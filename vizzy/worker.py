"""The worker's entry: it holds the session and exports what the page asks for.

Runs under Pyodide, beside the page. It is up before numpy is: the page calls the steps of
``STEPS`` one after the other and so knows how far things are. Answers cross as JSON text, which both
sides parse natively, and large arrays as typed arrays. What a person can do something about
comes back as ``{"error": sentence}``; anything else is a defect and raises.
"""

import json

import js
import pyodide_js
from pyodide.ffi import to_js

PACKAGES = ["numpy", "scikit-learn"]

session = None


async def load_packages():
    """Step 1: bring numpy and scikit-learn into this interpreter."""
    await pyodide_js.loadPackage(to_js(PACKAGES), messageCallback=lambda _said: None)


def import_numerics():
    """Step 2: import them, which takes longer than anything done with them."""
    import vizzy.session  # noqa: F401


async def open_dataset(index_json, embeddings_address):
    """Step 3: make a session of a dataset folder's ``dataset.json`` and ``embeddings.npy``."""
    from vizzy import dataset
    from vizzy.session import Session

    global session
    response = await js.fetch(embeddings_address)
    if not response.ok:
        return _error(f"{embeddings_address} could not be loaded (status {response.status}).")
    buffer = await response.arrayBuffer()
    try:
        session = Session(dataset.from_bytes(index_json, buffer.to_bytes()))
    except dataset.DatasetError as error:
        return _error(str(error))
    return json.dumps({"examples": len(session.dataset.ids)})


def train(changed_labels_json):
    """Cross-validate; the answer is ``{summary: JSON text, pred_probs: Float32Array of n*K}``."""
    changed_labels = {int(example): label for example, label in json.loads(changed_labels_json)}
    try:
        summary = session.train(changed_labels)
    except ValueError as error:
        return to_js({"summary": _error(str(error))}, dict_converter=_object)
    pred_probs = session.predictions.pred_probs.astype("float32").ravel()
    return to_js({"summary": json.dumps(summary), "pred_probs": pred_probs}, dict_converter=_object)


def analyse(class_percentile, ood_percentile, threshold_mode):
    """What the thresholds make of the predictions: JSON text, see ``Session.analyse``."""
    return json.dumps(session.analyse(class_percentile, ood_percentile, threshold_mode))


def explain(example):
    """Why an example is where it is: JSON text, see ``Session.explain``."""
    return json.dumps(session.explain(example))


def cell_examples(given, suggested):
    """All examples of one cell, the worst first: JSON text."""
    return json.dumps(session.cell_examples(given, suggested))


def _object(entries):
    return js.Object.fromEntries(entries)


def _error(sentence):
    return json.dumps({"error": sentence})


__export__ = ["load_packages", "import_numerics", "open_dataset", "train", "analyse", "explain", "cell_examples"]
