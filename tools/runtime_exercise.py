"""What the app does with its packages, in small: run to find what a slim runtime must hold.

`runtime_slim` runs this inside Pyodide, once with the packages as published to see what is used, and again with
the slim runtime to see that it comes to the same. Whatever the app comes to use in rare paths only should be
used here too, or it will be missing: in `run` what a first visit does, which the snapshot holds; in `run_late` what
is asked for later, which is fetched then.
"""

import asyncio
import gc
import hashlib
import importlib
import io
import json
import pathlib
import sys
import traceback

import numpy as np
from runtime_names import imported_modules, library_names, worker_sources

SEED = 0
EXAMPLES, DIMENSIONS, CLASSES = 300, 32, 3
# Libraries of which only what is used is kept.
TOUCHED = ("numpy", "scipy", "sklearn")
# Modules of a browser's Python; a module that imports one cannot be imported here.
BROWSER_MODULES = {"js", "pyscript", "pyodide_js", "polyscript"}
DATASET_FOLDER = "made-up/"
STEPS_OF_A_PART = 8  # at most: a call for a part takes no more time than a question may wait, and so gives perhaps none yet
# What a first visit imports of the app; with what these import.
FIRST = ("vizzy.session", "vizzy.dataset", "vizzy.answer_parts")


def imported_from_app():
    """The app's sources that have been imported."""
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == "vizzy"]
    return sorted(pathlib.Path(module.__file__) for module in modules)


def import_all(app):
    """Import all that the worker may, but for what needs a browser."""
    for path in worker_sources(app):
        if not {name.partition(".")[0] for name in imported_modules(path.read_text())} & BROWSER_MODULES:
            importlib.import_module(
                ".".join(path.relative_to(app).with_suffix("").parts).removesuffix(".__init__")
            )


def touch_mentioned_names(sources):
    """Use every name of a library that sources mention, were it only in paths that nothing here takes."""
    for path in sources:
        for name in library_names(path.read_text()):
            module, *attributes = name.split(".")
            if module in TOUCHED and attributes:
                value = attribute(importlib.import_module(module), attributes)
                # A name that a stand-in has not: asking for it brings the real thing.
                getattr(value, "__name__", None)


def attribute(value, names):
    """What a dotted name stands for, with the modules on the way imported as `from` would."""
    for name in names:
        if not hasattr(value, name) and hasattr(value, "__path__"):
            importlib.import_module(f"{value.__name__}.{name}")
        value = getattr(value, name)
    return value


def import_standard_library(source):
    """Import what some source imports of the standard library, as far as it is there."""
    for name in sorted(imported_modules(source)):
        if name.partition(".")[0] in sys.stdlib_module_names:
            importlib.import_module(name)


def synthetic_examples():
    """Embeddings of three overlapping classes and their labels."""
    random = np.random.default_rng(SEED)
    given_label = np.arange(EXAMPLES) % CLASSES
    embeddings = random.normal(size=(EXAMPLES, DIMENSIONS))
    embeddings[np.arange(EXAMPLES), given_label] += 2
    return embeddings.astype(np.float32), given_label


def as_npy(array):
    """An array written as a .npy file and read again."""
    buffer = io.BytesIO()
    np.save(buffer, array)
    return np.load(io.BytesIO(buffer.getvalue()), allow_pickle=False)


def train_and_analyse():
    """One training and what follows from it; the predicted probabilities."""
    from vizzy import confident, training

    embeddings, given_label = synthetic_examples()
    result = training.cross_validated_pred_probs(as_npy(embeddings), given_label, CLASSES)
    confident.analyse(given_label, result.pred_probs)
    return result.pred_probs


def fail_readably():
    """An error on its way to the console brings modules of its own."""
    try:
        json.loads("not JSON")
    except ValueError:
        traceback.format_exc()


def other_classifiers():
    """The classifiers that a visitor can ask for in place of the shipped one; their predicted probabilities."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier

    embeddings, given_label = synthetic_examples()
    models = LogisticRegression(), KNeighborsClassifier(), KNeighborsClassifier(metric="cosine")
    return np.stack([model.fit(embeddings, given_label).predict_proba(embeddings) for model in models])


def features_of_texts():
    """Features of texts that somebody brings without embeddings."""
    from vizzy.features.texts import text_features

    return text_features([f"a text about {topic} {number}" for number in range(EXAMPLES) for topic in ("foxes", "parcels")])


def many_examples():
    """The classifier of many examples; its predicted probabilities."""
    from vizzy import blas, nystroem, simd
    from vizzy.steps import result_of

    if sys.platform == "emscripten" and simd.multiplication() is None:
        raise RuntimeError("the program that multiplies matrices cannot be loaded")  # training would only take longer
    embeddings, given_label = synthetic_examples()
    blas.FEWEST_PRODUCTS = 0  # large products are taken otherwise
    return result_of(nystroem.cross_validation(embeddings, given_label, CLASSES)).pred_probs


def run():
    """Do what a first visit does.

    Returns
    -------
    str
        A digest of the predicted probabilities, to the last bit.
    """
    for name in FIRST:
        importlib.import_module(name)
    touch_mentioned_names(imported_from_app())
    fail_readably()
    return digest(train_and_analyse())


def run_late(app):
    """Do what a visitor may ask for later.

    Returns
    -------
    str
        As of `run`.
    """
    import_all(app)
    touch_mentioned_names(worker_sources(app))
    features_of_texts()
    many_examples()
    return digest(other_classifiers())


def shipped_dataset():
    """The files of a dataset such as the site ships, by their addresses: text and bytes."""
    embeddings, given_label = synthetic_examples()
    index = {
        "format": 1,
        "name": "made up",
        "classes": [str(label) for label in range(CLASSES)],
        "ids": [f"example-{number}" for number in range(EXAMPLES)],
        "given_label": given_label.tolist(),
        "true_label": given_label.tolist(),
        "files": None,
        "alt": None,
        "embeddings": "embeddings.npy",
    }
    buffer = io.BytesIO()
    np.save(buffer, embeddings)
    return {DATASET_FOLDER + "dataset.json": json.dumps(index), DATASET_FOLDER + "embeddings.npy": buffer.getvalue()}


def compile_as_entered(folder):
    """Compile sources as Pyodide does with what it is given to run: by way of their syntax trees."""
    from pyodide.code import CodeRunner

    for path in sorted(pathlib.Path(folder).rglob("*.py")):
        CodeRunner(path.read_text()).compile()


def talk_to_javascript(from_python, array, function):
    """Hand values over in the ways that PyScript does."""
    from pyodide.ffi import create_proxy, to_js

    print("said once".replace("once", "here"))
    proxy = create_proxy(lambda *values: None)
    for value in (from_python, None, True, 1.5, "text", [1, [None]], {"key": [1]}, b"bytes", memoryview(b"bytes"), proxy):
        function(to_js(value))
    function(None, proxy)
    proxy.destroy()
    waiting = [asyncio.get_event_loop().create_future(), asyncio.ensure_future(asyncio.sleep(0))]
    gc.collect()  # goes through objects of every type that there is
    waiting[0].cancel()
    return [str(value) for value in array]


def calls():
    """What the page asks the worker on a first visit, in order: name of the function, arguments."""
    from vizzy.page.model.received_parts import names_from

    index = shipped_dataset()[DATASET_FOLDER + "dataset.json"]
    settings = [[percentile, 15, mode, ood] for percentile in (50, 90) for mode in ("percentile", "mean") for ood in ("percentile", "outliers")]
    return [
        ["load_packages"],
        ["import_numerics"],
        ["beat"],
        ["loaded"],
        ["open_dataset", index, DATASET_FOLDER],
        ["warm_up"],
        ["train", "[]", 1],
        ["progress", 1],
        *(["analyse", *one] for one in settings),
        *(["answer_parts", json.dumps([name])] for one in settings for name in names_from(one) for _ in range(STEPS_OF_A_PART)),
        *(["analyse", *one] for one in settings),
        *(["explain", 0, *one] for one in settings),
        ["cell_examples", 0, 1, *settings[0]],
        ["train", "[[0, 1], [1, 2]]", 2],
        ["analyse", *settings[0]],
    ]


def digest(array):
    """The SHA-256 of an array's bytes."""
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
