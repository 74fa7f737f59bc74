"""How many label problems a reviewer meets in the first 30 looks, over many draws of noise.

For each dataset, kind of noise and seed, labels are made wrong anew (the truth is known): ``uniform`` to any other class,
``pairwise`` to the next class, or by ``annotator``: two of five annotators each confuse classes in a way of their own. The examples of no class get random labels, the classifier is cross-validated, and examples are ranked. Printed, one JSON line per dataset and kind: for Vizzy's
combined score, plain self-confidence and cleanlab's own scores, the mean and the standard deviation, over the seeds,
of the problems among the first 30, of those among as many as there are problems, and of the average precision; and
over how many seeds the combined score found more, or fewer, than self-confidence in the first 30.

``images`` and ``digits`` ship; ``digits-strangers`` leaves another digit out in every draw, and puts 10 examples of it
among the rest, so that the examples of no class differ too; ``scans`` are scikit-learn's digits, 8 x 8 pixels as they
are, with strangers likewise. ``--seeds N`` takes other than 20 of them, ``--quick`` takes 3; ``--write`` puts the table,
with cleanlab beside it, into docs/detection.md.
"""

import argparse
import json
import time
import warnings
from pathlib import Path

import numpy as np

from document import figure, markdown, with_table
from measuring import ROOT

from vizzy import confident, ranking
from vizzy.dataset import read_folder
from vizzy.training import cross_validated_pred_probs

STATIC, DOCUMENT = ROOT / "static", ROOT / "docs" / "detection.md"
SEEDS, QUICK_SEEDS = 20, 3
LOOKS = 30
STRANGERS = 10
ANNOTATORS, CARELESS = 5, 2
PER_CLASS_SCANS = 50
CLEANLAB_SCORES = {
    "cleanlab_self_confidence": {"method": "self_confidence", "adjust_pred_probs": False},
    "cleanlab_self_confidence_adjusted": {"method": "self_confidence", "adjust_pred_probs": True},
    "cleanlab_normalized_margin": {"method": "normalized_margin", "adjust_pred_probs": False},
    "cleanlab_normalized_margin_adjusted": {"method": "normalized_margin", "adjust_pred_probs": True},
    "cleanlab_confidence_weighted_entropy": {
        "method": "confidence_weighted_entropy",
        "adjust_pred_probs": False,
    },
}


def main(argv):
    """Print a line for every dataset."""
    parser = argparse.ArgumentParser(prog="bench/run detection", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", nargs="?", type=Path, const=DOCUMENT, metavar="FILE")
    options = parser.parse_args(argv)
    seeds, lines = range(QUICK_SEEDS if options.quick else options.seeds), []
    for name, draw in datasets().items():
        for kind in KINDS:
            started = time.monotonic()
            line = {"benchmark": "detection", "dataset": name, "noise": kind, "looks": LOOKS} | measured(draw, seeds, kind)
            lines.append(line)
            print(json.dumps(line | {"seconds": round(time.monotonic() - started, 1)}), flush=True)


    if options.write:
        text = options.write.read_text(encoding="utf-8")
        options.write.write_text(with_table(text, "detection", table(lines)), encoding="utf-8")


def table(lines):
    """What was found in the first looks, a row for each dataset and kind of noise, as Markdown.

    cleanlab's best is the one of its scores that found most in that row.
    """
    first = f"first_{LOOKS}"
    rows = []
    for line in lines:
        scores = line["scores"]
        others = {name: score for name, score in scores.items() if name.startswith("cleanlab")}
        best = max(others, key=lambda name: others[name][first], default=None)
        rows.append(
            [
                line["dataset"],
                line["noise"],
                figure(line["problems"]),
                *(f"{scores[name][first]:.2f} ± {scores[name][first + '_sd']:.2f}" for name in ("combined", "self_confidence")),
                f"{others[best][first]:.2f} ± {others[best][first + '_sd']:.2f}" if best else "",
                best.removeprefix("cleanlab_").replace("_", " ") if best else "not installed",
                f"{line['more_than_self_confidence']} / {line['fewer_than_self_confidence']}",
            ]
        )
    header = ["Dataset", "Noise", "Problems", "Vizzy", "Self-confidence", "cleanlab's best", "which", "More / fewer draws"]
    return markdown(header, rows) + f"\n\nDraws: {lines[0]['seeds']} each."


def datasets():
    """What is measured on: by name, functions of a seed that return embeddings, true labels and how many to flip."""
    from sklearn.datasets import load_digits

    images, digits, scans = read_folder(STATIC), read_folder(STATIC / "digits"), load_digits()
    return {
        "images": lambda seed: (images.embeddings, images.true_label, 3),
        "digits": lambda seed: (digits.embeddings, digits.true_label, 2),
        "digits-strangers": lambda seed: (*with_strangers(digits.embeddings, digits.true_label, seed), 2),
        "scans": lambda seed: (*with_strangers(scans.data, scans.target, seed, PER_CLASS_SCANS), 2),
    }


def with_strangers(embeddings, true_label, seed, per_class=None):
    """Leave one class out but for some examples, which then belong to no class: embeddings and true labels."""
    rng = np.random.default_rng([seed, 1])
    n_classes = true_label.max() + 1
    left_out = seed % n_classes
    kept = []
    for label in range(n_classes):
        of_label = rng.permutation(np.flatnonzero(true_label == label))
        kept.append(of_label[: STRANGERS if label == left_out else per_class])
    kept = rng.permutation(np.concatenate(kept))
    label = true_label[kept]
    renumbered = np.where(label == left_out, confident.NO_LABEL, label - (label > left_out))
    return embeddings[kept], renumbered


def redrawn(true_label, per_class, seed):
    """Given labels: so many of each class wrong, and any label for what belongs to none."""
    rng = np.random.default_rng([seed, 2])
    n_classes = true_label.max() + 1
    label = true_label.copy()
    for number in range(n_classes):
        wrong = rng.choice(np.flatnonzero(true_label == number), per_class, replace=False)
        label[wrong] = (number + rng.integers(1, n_classes, per_class)) % n_classes
    strangers = np.flatnonzero(true_label == confident.NO_LABEL)
    label[strangers] = rng.integers(0, n_classes, len(strangers))
    return label


def pairwise(true_label, per_class, seed):
    """Given labels: so many of each class become the next class, and any label for what belongs to none."""
    label, rng = redrawn(true_label, 0, seed), np.random.default_rng([seed, 3])
    n_classes = true_label.max() + 1
    for number in range(n_classes):
        wrong = rng.choice(np.flatnonzero(true_label == number), per_class, replace=False)
        label[wrong] = (number + 1) % n_classes
    return label


def by_annotator(true_label, per_class, seed):
    """Given labels: two of five annotators confuse classes, each in its own way, as many in all as `redrawn` makes wrong."""
    label, rng = redrawn(true_label, 0, seed), np.random.default_rng([seed, 4])
    n_classes = true_label.max() + 1
    annotator, shift = rng.integers(0, ANNOTATORS, len(label)), rng.integers(1, n_classes, CARELESS)
    theirs = np.flatnonzero((true_label >= 0) & (annotator < CARELESS))
    wrong = rng.choice(theirs, per_class * n_classes, replace=False)
    label[wrong] = (true_label[wrong] + shift[annotator[wrong]]) % n_classes
    return label


KINDS = {"uniform": redrawn, "pairwise": pairwise, "annotator": by_annotator}


def measured(draw, seeds, kind="uniform"):
    """All scores over all seeds, summarised: a dict."""
    results, problems = {}, []
    for seed in seeds:
        embeddings, true_label, per_class = draw(seed)
        given_label = KINDS[kind](true_label, per_class, seed)
        problem_mask = given_label != true_label
        problems.append(int(problem_mask.sum()))
        pred_probs = cross_validated_pred_probs(
            embeddings, given_label, true_label.max() + 1, seed=seed
        ).pred_probs
        for name, quality in scores(given_label, pred_probs, embeddings).items():
            results.setdefault(name, []).append(found(quality, problem_mask))
    combined, plain = (
        np.array([hits for hits, _, _ in results[name]]) for name in ("combined", "self_confidence")
    )
    return {
        "examples": len(true_label),
        "seeds": len(seeds),
        "problems": round(float(np.mean(problems)), 2),
        "more_than_self_confidence": int((combined > plain).sum()),
        "fewer_than_self_confidence": int((combined < plain).sum()),
        "scores": {name: summary(values) for name, values in results.items()},
    }


def scores(given_label, pred_probs, embeddings):
    """Every score of one draw, low = suspect: dict of np.ndarrays, shape (n,)."""
    return {
        "combined": ranking.label_quality(given_label, pred_probs, embeddings),
        "self_confidence": confident.self_confidence(given_label, pred_probs),
    } | _cleanlab_scores(given_label, pred_probs)


def _cleanlab_scores(given_label, pred_probs):
    try:
        from cleanlab.rank import get_label_quality_scores
    except ImportError:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            name: get_label_quality_scores(given_label, pred_probs, **options)
            for name, options in CLEANLAB_SCORES.items()
        }


def found(quality, problem_mask):
    """Problems among the first looks, among as many as there are problems, and the average precision."""
    in_order = problem_mask[confident.ranking(quality)]
    precision = np.cumsum(in_order) / np.arange(1, len(in_order) + 1)
    return (
        int(in_order[:LOOKS].sum()),
        int(in_order[: problem_mask.sum()].sum()),
        float(precision[in_order].mean()),
    )


def summary(values):
    """Means and standard deviations of what `found` returned for every seed."""
    values = np.array(values, dtype=float)
    means, spreads = values.mean(axis=0), values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(3)
    names = (f"first_{LOOKS}", "first_as_many", "average_precision")
    out = {name: round(float(mean), 3) for name, mean in zip(names, means, strict=True)}
    return out | {f"{name}_sd": round(float(spread), 3) for name, spread in zip(names, spreads, strict=True)}
