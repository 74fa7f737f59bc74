"""What the app does with its packages, in small: run to find what a slim runtime must hold.

`runtime_slim` runs this inside Pyodide, once with the packages as published to see what is used, and again with
the slim runtime to see that it comes to the same. Whatever the app comes to use in rare paths only should be
used here too, or it will be missing.
"""

import asyncio  # noqa: F401  (what the worker's entry runs on)
import hashlib
import importlib
import io
import json
import operator
import pathlib
import traceback

import numpy as np
from runtime_names import imported_modules, library_names

SEED = 0
EXAMPLES, DIMENSIONS, CLASSES = 300, 32, 3
# Libraries of which only what is used is kept.
TOUCHED = ("numpy", "scipy", "sklearn")
# Modules of a browser's Python; a module that imports one cannot be imported here.
BROWSER_MODULES = {"js", "pyscript", "pyodide_js", "polyscript"}


def import_modules(package):
    """Import a package's modules, and for those that need a browser what else they import."""
    for path in sorted(pathlib.Path(importlib.import_module(package).__file__).parent.glob("*.py")):
        names = imported_modules(path.read_text())
        if not {name.partition(".")[0] for name in names} & BROWSER_MODULES:
            importlib.import_module(f"{package}.{path.stem}")


def touch_mentioned_names(package):
    """Use every name of a library that a package's modules mention, were it only in paths that nothing here takes."""
    for path in sorted(pathlib.Path(importlib.import_module(package).__file__).parent.glob("*.py")):
        for name in library_names(path.read_text()):
            module, *attributes = name.split(".")
            if module in TOUCHED and attributes:
                value = operator.attrgetter(".".join(attributes))(importlib.import_module(module))
                # A name that a stand-in has not: asking for it brings the real thing.
                getattr(value, "__name__", None)


def import_standard_library(source):
    """Import what a browser module imports of the standard library, as far as it is there."""
    for name in sorted(imported_modules(source)):
        if name.partition(".")[0] not in BROWSER_MODULES:
            try:
                importlib.import_module(name)
            except ImportError:
                pass  # a name of MicroPython's library, asked for in a try


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


def run():
    """Do it all.

    Returns
    -------
    str
        A digest of the predicted probabilities, to the last bit.
    """
    import_modules("vizzy")
    touch_mentioned_names("vizzy")
    fail_readably()
    return hashlib.sha256(np.ascontiguousarray(train_and_analyse()).tobytes()).hexdigest()
