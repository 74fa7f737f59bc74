"""How many planted label errors are found by either classifier: the support vector machine, and kernel ridge regression.

Sets of some thousand examples, so large that training grows slow: scikit-learn's digits, each turned, moved and made noisy at
random several times over (``digits``, whose 64 pixels are the embeddings), and clouds of points, three to a class
(``clouds``, in 64 dimensions with 3 classes, in 16 with 40). Labels are made wrong as in `bench/run detection`: 5 % of them
any other class (``uniform``), or 10 % the next class (``pairwise``). Printed, one JSON line per set, noise and classifier: the mean over the
draws of the share of the wrong labels among the first tenth and among as many as there are, by Vizzy's label quality and
by self-confidence alone, and the processor seconds of one training.

``--examples N`` for other than 4,000, ``--seeds N`` for other than 3 draws; ``--quick`` takes 1,500 and one.
"""

import argparse
import json
import time

import numpy as np
from raw_data import found

from vizzy import confident, nystroem, ranking, training
from vizzy.steps import result_of

EXAMPLES, QUICK_EXAMPLES = 4000, 1500
SEEDS, QUICK_SEEDS = 3, 1
SHARES = {"uniform": 0.05, "pairwise": 0.1}
SOLVERS = {"svm": training.cross_validation, "kernel ridge": nystroem.cross_validation}


def main(argv):
    """Print a line for every set, noise and classifier."""
    parser = argparse.ArgumentParser(prog="bench/run solvers", description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(argv)
    n, seeds = (QUICK_EXAMPLES, QUICK_SEEDS) if options.quick else (options.examples, options.seeds)
    for name, make in SETS.items():
        for kind in SHARES:
            draws = [(*make(n, seed), seed) for seed in range(seeds)]
            for solver in SOLVERS:
                line = {"benchmark": "solvers", "set": name, "noise": kind, "classifier": solver, "examples": n, "seeds": seeds}
                print(json.dumps(line | measured(draws, kind, solver)), flush=True)


def digits(n, seed):
    """Digits that are turned by about 12 degrees, moved by half a pixel, and noisy: embeddings and labels."""
    from scipy import ndimage
    from sklearn.datasets import load_digits

    data, rng = load_digits(), np.random.default_rng([seed, 6])
    chosen = rng.integers(0, len(data.images), n)
    turned = (ndimage.rotate(data.images[row], rng.normal(0, 12), reshape=False, order=1) for row in chosen)
    moved = np.array([ndimage.shift(image, rng.normal(0, 0.6, 2), order=1) for image in turned])
    return (moved + rng.normal(0, 1.5, moved.shape)).reshape(n, -1), data.target[chosen]


def clouds(dimensions, n_classes, apart):
    """A function that makes three clouds to a class, wider along the first dimensions."""

    def make(n, seed):
        rng = np.random.default_rng([seed, 7])
        centres = rng.normal(size=(n_classes, 3, dimensions)) * apart
        label = rng.integers(0, n_classes, n)
        spread = 2 * np.exp(-2 * np.arange(dimensions) / dimensions)
        return centres[label, rng.integers(0, 3, n)] + spread * rng.normal(size=(n, dimensions)), label

    return make


SETS = {"digits": digits, "clouds, 3 classes": clouds(64, 3, 0.4), "clouds, 40 classes": clouds(16, 40, 1.6)}


def with_wrong_labels(true_label, kind, seed):
    """Labels of which a share is another class."""
    rng, n_classes = np.random.default_rng([seed, 8]), true_label.max() + 1
    count = round(SHARES[kind] * len(true_label))
    wrong = rng.choice(len(true_label), count, replace=False)
    label = true_label.copy()
    label[wrong] = (label[wrong] + (rng.integers(1, n_classes, count) if kind == "uniform" else 1)) % n_classes
    return label


def measured(draws, kind, solver):
    """The means over the draws: a dict."""
    shares, seconds = [], []
    for embeddings, true_label, seed in draws:
        given_label = with_wrong_labels(true_label, kind, seed)
        wrong_mask = given_label != true_label
        started = time.process_time()
        result = result_of(SOLVERS[solver](embeddings, given_label, true_label.max() + 1, seed=seed))
        seconds.append(time.process_time() - started)
        orders = (
            ranking.label_quality(given_label, result.pred_probs, embeddings),
            confident.self_confidence(given_label, result.pred_probs),
        )
        shares.append([found(order, wrong_mask) for order in orders])
    names = ("first_tenth", "first_as_many")
    means = np.mean(shares, axis=0).round(3).tolist()
    said = {by: dict(zip(names, mean, strict=True)) for by, mean in zip(("label_quality", "self_confidence"), means, strict=True)}
    return said | {"seconds": round(float(np.mean(seconds)), 2)}
