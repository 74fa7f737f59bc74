"""How many planted label errors stand among the first tenth, where features are made of texts and of measurements.

Tables are scikit-learn's iris, wine, breast-cancer and digits. Texts are the sample's messages and the docstrings of
three packages, whose subpackage is the label. In each, 5 % of the labels are made wrong (at least 5), to any other class,
in several draws. Features are made as the command makes them, then classifiers are cross-validated on the same folds:
``svm``, which Vizzy trains, and others. Printed is, one JSON line per dataset and classifier, the mean over the draws of
the share of the planted errors among the first tenth, by Vizzy's label quality and by cleanlab's score of the same
predictions; the same among as many as there are errors; and the seconds that one draw takes on one core.

``--seeds N`` takes other than 5 draws, ``--quick`` takes 2.
"""

import argparse
import importlib
import inspect
import json
import pkgutil
import time
import warnings
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from vizzy import confident, linear, ranking, training
from vizzy.features.measurements import measurement_features
from vizzy.features.raw import text_steps
from vizzy.features.word_vectors import WordVectors
from vizzy.steps import result_of

SAMPLE = Path(__file__).resolve().parents[1] / "static" / "sample" / "messages.csv"
SEEDS, QUICK_SEEDS = 5, 2
SHARE_WRONG, FEWEST_WRONG = 0.05, 5
LOOKED_AT = 0.1
FEWEST_DOCSTRINGS = 20  # of a subpackage
TABLES = ("iris", "wine", "breast_cancer", "digits")
PACKAGES = ("sklearn", "scipy", "numpy")


def main(argv):
    """Print a line for every dataset and classifier."""
    parser = argparse.ArgumentParser(prog="bench/run raw-data", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(argv)
    seeds = range(QUICK_SEEDS if options.quick else options.seeds)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, features, true_label in datasets():
            for model, predict in CLASSIFIERS.items():
                line = {"benchmark": "raw-data", "dataset": name, "classifier": model, "seeds": len(seeds)}
                print(json.dumps(line | measured(features, true_label, predict, seeds)), flush=True)


def datasets():
    """Yields name, features and true labels of every dataset."""
    from sklearn import datasets as of_scikit_learn

    for name in TABLES:
        data = getattr(of_scikit_learn, f"load_{name}")()
        columns = {str(number): list(map(str, column)) for number, column in enumerate(data.data.T.tolist())}
        yield name, measurement_features(columns).values, data.target
    yield "messages", *_texts(*_messages())
    for package in PACKAGES:
        yield f"docstrings of {package}", *_texts(*_docstrings(package))


def _texts(texts, labels):
    words = WordVectors.shipped()
    return result_of(text_steps(texts, words if words.covers(texts) else None)), np.unique(labels, return_inverse=True)[1]


def _messages():
    """The sample's messages that belong to a class, with their true labels."""
    import runpy

    texts, _, true = runpy.run_path(str(SAMPLE.with_name("make_sample.py")))["messages"]()
    known = [(text, label) for text, label in zip(texts, true, strict=True) if label]
    return tuple(map(list, zip(*known, strict=True)))


def _docstrings(package):
    """What the functions and classes of a package say of themselves, and the subpackage that each is of."""
    found = {}
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__, package + "."):
        if module.name.rpartition(".")[2].startswith(("_", "test", "conftest")):
            continue
        try:
            members = inspect.getmembers(importlib.import_module(module.name))
        except ImportError:
            continue
        for name, member in members:
            text = inspect.getdoc(member) if inspect.isfunction(member) or inspect.isclass(member) else None
            if text and not name.startswith("_") and str(getattr(member, "__module__", "")).startswith(module.name):
                found.setdefault(text, module.name)
    counts = {label: list(found.values()).count(label) for label in found.values()}
    kept = [(text, label) for text, label in found.items() if counts[label] >= FEWEST_DOCSTRINGS]
    return tuple(map(list, zip(*kept, strict=True)))


def measured(features, true_label, predict, seeds):
    """The means over the draws: a dict."""
    results, seconds = [], []
    for seed in seeds:
        given_label = with_wrong_labels(true_label, seed)
        wrong_mask = given_label != true_label
        started = time.process_time()
        pred_probs = predict(features, given_label, true_label.max() + 1, seed)
        seconds.append(time.process_time() - started)
        orders = ranking.combine(ranking.parts(given_label, pred_probs, features, far_is_suspect=False)), *_cleanlab(given_label, pred_probs)
        results.append([found(quality, wrong_mask) for quality in orders])
    names = ("vizzy", "cleanlab")[: len(results[0])]
    means = np.mean(results, axis=0)
    said = {name: dict(zip(("first_tenth", "first_as_many"), mean.round(3).tolist(), strict=True)) for name, mean in zip(names, means, strict=True)}
    return {"examples": len(true_label), "classes": int(true_label.max()) + 1, **said, "seconds": round(float(np.mean(seconds)), 2)}


def with_wrong_labels(true_label, seed):
    """Labels of which a share is another class."""
    rng, n_classes = np.random.default_rng([seed, 5]), true_label.max() + 1
    count = max(FEWEST_WRONG, round(SHARE_WRONG * len(true_label)))
    wrong = rng.choice(len(true_label), count, replace=False)
    label = true_label.copy()
    label[wrong] = (label[wrong] + rng.integers(1, n_classes, count)) % n_classes
    return label


def found(quality, wrong_mask):
    """The share of the errors among the first tenth, and among as many as there are errors."""
    in_order, errors = wrong_mask[confident.ranking(quality)], wrong_mask.sum()
    return in_order[: int(LOOKED_AT * len(in_order))].sum() / errors, in_order[:errors].sum() / errors


def _cleanlab(given_label, pred_probs):
    try:
        from cleanlab.rank import get_label_quality_scores
    except ImportError:
        return []
    return [get_label_quality_scores(given_label, pred_probs)]


def _svm(features, given_label, n_classes, seed):
    return training.cross_validated_pred_probs(features, given_label, n_classes, seed=seed).pred_probs


def _fitted_on_folds(make):
    """A function that predicts every example by a classifier of scikit-learn's, on the folds that the SVM has."""

    def predict(features, given_label, n_classes, seed):
        steps = linear.on_folds(lambda _taught: make(), features, given_label, n_classes, training.DEFAULT_FOLDS, seed)
        return result_of(steps)[0]

    return predict


def _logistic():
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=10, max_iter=1000)


def _extra_trees():
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(200, min_samples_leaf=2, random_state=0)


def _boosting():
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(max_iter=50, random_state=0)


CLASSIFIERS = {
    "svm": _svm,
    "logistic": _fitted_on_folds(_logistic),
    "extra-trees": _fitted_on_folds(_extra_trees),
    "boosting": _fitted_on_folds(_boosting),
}
