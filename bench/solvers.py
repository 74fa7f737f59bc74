"""How many planted label errors are found by the classifier of many examples, and by the exact one that it approximates.

Sets of some thousand examples, so large that training grows slow: scikit-learn's digits, each turned, moved and made noisy at
random several times over (``digits``, whose 64 pixels are the embeddings); clouds of points, three or four to a class, in 64
dimensions with 3 classes, in 32 with 10, in 16 with 40; the shipped embeddings of images and of digits, with more of them made
between neighbours of a class; and ``measurements``, numbers and indicators of categories with 7 classes of very different size,
shaped like scikit-learn's covtype. Labels are made wrong: 5 % of them any other class (``uniform``), 10 % the next class
(``pairwise``), or 8 % as two of five annotators confuse classes, each in a way of its own (``annotator``). In the last two,
most of what a rare class is given can be wrong.

Printed, one JSON line per set and noise: of either classifier the mean over the draws of the share of the wrong labels among
the first tenth and among as many as there are, by Vizzy's label quality and by self-confidence alone, and the processor seconds
of one training; and, draw by draw, by how much more the approximation finds, with the standard error of that mean.

``--examples N`` for other than 4,000, ``--seeds N`` for other than 5 draws; ``--quick`` takes 1,500 and two.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from raw_data import found

from vizzy import confident, nystroem, ranking, training
from vizzy.dataset import read_folder
from vizzy.steps import result_of

STATIC = Path(__file__).resolve().parents[1] / "static"
EXAMPLES, QUICK_EXAMPLES = 4000, 1500
SEEDS, QUICK_SEEDS = 5, 2
SHARES = {"uniform": 0.05, "pairwise": 0.1, "annotator": 0.08}
ANNOTATORS, CARELESS = 5, 2
SOLVERS = {"svm": training.cross_validation, "approximate": nystroem.cross_validation}
MEASURES = tuple(f"{by}_{among}" for by in ("label_quality", "self_confidence") for among in ("first_tenth", "first_as_many"))


def main(argv):
    """Print a line for every set and noise."""
    parser = argparse.ArgumentParser(prog="bench/run solvers", description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(argv)
    n, seeds = (QUICK_EXAMPLES, QUICK_SEEDS) if options.quick else (options.examples, options.seeds)
    for name, make in SETS.items():
        for kind in SHARES:
            draws = [(*make(n, seed), seed) for seed in range(seeds)]
            line = {"benchmark": "solvers", "set": name, "noise": kind, "examples": n, "seeds": seeds}
            print(json.dumps(line | compared({solver: measured(draws, kind, solver) for solver in SOLVERS})), flush=True)


def compared(measures):
    """Means of either solver, and of the differences of single draws with their standard error: a dict."""
    said = {solver: dict(zip((*MEASURES, "seconds"), of_draws.mean(axis=0).round(3).tolist(), strict=True)) for solver, of_draws in measures.items()}
    more = (measures["approximate"] - measures["svm"])[:, : len(MEASURES)]
    error = more.std(axis=0, ddof=1) / np.sqrt(len(more))
    pairs = zip(MEASURES, more.mean(axis=0).round(4).tolist(), error.round(4).tolist(), strict=True)
    return said | {"more": {name: {"mean": mean, "standard_error": spread} for name, mean, spread in pairs}}


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


def enlarged(folder):
    """A function that makes more embeddings like those of a shipped folder: each between one and a neighbour of its class, or
    somewhat beyond, and moved as the members of its class differ."""

    def make(n, seed):
        rng, shipped = np.random.default_rng([seed, 9]), read_folder(folder)
        label = rng.integers(0, len(shipped.classes), n)
        embeddings = np.empty((n, shipped.embeddings.shape[1]))
        for number in range(len(shipped.classes)):
            members = np.asarray(shipped.embeddings[shipped.true_label == number], dtype=np.float64)
            nearest = np.argsort(((members[:, None] - members[None]) ** 2).sum(axis=2), axis=1)[:, 1:6]
            chosen = np.flatnonzero(label == number)
            one = rng.integers(0, len(members), len(chosen))
            other = nearest[one, rng.integers(0, nearest.shape[1], len(chosen))]
            part = rng.uniform(-0.5, 1.5, (len(chosen), 1))
            moved = rng.normal(size=(len(chosen), len(members))) @ (members - members.mean(axis=0)) / np.sqrt(len(members))
            embeddings[chosen] = members[one] + part * (members[other] - members[one]) + moved
        return embeddings, label

    return make


def measurements(n, seed):
    """Ten skewed numbers and indicators of two categories, all of four hidden numbers; 7 classes of very different size."""
    rng, same = np.random.default_rng([seed, 10]), np.random.default_rng(123)  # the second is of the rule, not of the draw
    hidden = rng.normal(size=(n, 4))
    numbers = hidden @ same.normal(size=(4, 10)) + 0.5 * np.sin(2 * hidden @ same.normal(size=(4, 10)))
    numbers += 0.3 * rng.normal(size=(n, 10))
    numbers[:, 5:] = np.exp(numbers[:, 5:] / 3)
    few = (hidden @ same.normal(size=(4, 4)) + rng.gumbel(size=(n, 4))).argmax(axis=1)
    many = (hidden @ same.normal(size=(4, 40)) * 1.5 + rng.gumbel(size=(n, 40))).argmax(axis=1)
    inner = np.tanh(hidden @ same.normal(size=(4, 16)) * 1.5 + same.normal(size=16))
    commonness = np.array([1, 1.3, 0, -1.5, -1, -0.5, -0.5])
    label = (3 * inner @ same.normal(size=(16, 7)) + commonness + 0.5 * rng.gumbel(size=(n, 7))).argmax(axis=1)
    scaled = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
    return np.hstack([scaled, np.eye(4)[few], np.eye(40)[many]]), label


SETS = {
    "digits": digits,
    "clouds, 3 classes": clouds(64, 3, 0.4),
    "clouds, 10 classes": clouds(32, 10, 0.75),
    "clouds, 40 classes": clouds(16, 40, 1.6),
    "images": enlarged(STATIC),
    "digits' embeddings": enlarged(STATIC / "digits"),
    "measurements": measurements,
}


def with_wrong_labels(true_label, kind, seed):
    """Labels of which a share is another class."""
    rng, n_classes = np.random.default_rng([seed, 8]), true_label.max() + 1
    annotator, shift = rng.integers(0, ANNOTATORS, len(true_label)), rng.integers(1, n_classes, CARELESS)
    count = round(SHARES[kind] * len(true_label))
    wrong = rng.choice(np.flatnonzero(annotator < CARELESS) if kind == "annotator" else len(true_label), count, replace=False)
    shifts = {"uniform": rng.integers(1, n_classes, count), "pairwise": 1, "annotator": shift[np.minimum(annotator[wrong], CARELESS - 1)]}
    label = true_label.copy()
    label[wrong] = (label[wrong] + shifts[kind]) % n_classes
    return label


def measured(draws, kind, solver):
    """What is found in each draw, and the seconds it takes: np.ndarray, shape (draws, number of `MEASURES` + 1)."""
    rows = []
    for embeddings, true_label, seed in draws:
        given_label = with_wrong_labels(true_label, kind, seed)
        wrong_mask = given_label != true_label
        started = time.process_time()
        result = result_of(SOLVERS[solver](embeddings, given_label, true_label.max() + 1, seed=seed))
        seconds = time.process_time() - started
        orders = (
            ranking.label_quality(given_label, result.pred_probs, embeddings),
            confident.self_confidence(given_label, result.pred_probs),
        )
        rows.append([share for order in orders for share in found(order, wrong_mask)] + [seconds])
    return np.array(rows)
