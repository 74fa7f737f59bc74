"""Made-up tables of texts and measurements without embeddings."""

import csv
import io

import numpy as np

from vizzy import reading

TOPICS = {
    "delivery": "the parcel with my order has not arrived the courier tracking says late",
    "billing": "the invoice shows a wrong tax amount and my card was charged twice",
    "returns": "the refund for a broken item sent back with its label and receipt",
}


def messages(count=90, flipped=()):
    """Texts, given labels: random words of a topic each; the labels of some are another topic's."""
    rng = np.random.default_rng(0)  # the same texts, whichever tests ran before
    names = list(TOPICS)
    texts, labels = [], []
    for row in range(count):
        topic = row % len(names)
        words = TOPICS[names[topic]].split()
        texts.append(" ".join(rng.choice(words, 9)) + f" {row}")
        labels.append(names[(topic + (row in flipped)) % len(names)])
    return texts, labels


def table_of(columns, name="data.csv"):
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return reading.InputFile(name, file.getvalue().encode())


def read(columns, **choices):
    return reading.read([table_of(columns)], reading.Choices(**choices))


OPINIONS = {
    1: ("It broke on the first day and nobody answers.", "A waste of money, I sent it back.", "The worst {thing} I ever bought.", "It never worked, and the refund did not come."),
    2: ("Disappointing: the {thing} wobbles and scratches easily.", "Cheap material, poor finish, hardly usable.", "I expected more of this {thing}; it is noisy and slow."),
    3: ("It is okay for the price, nothing special.", "An average {thing}: some things are good, others less so.", "Does its job, but the manual is unclear."),
    4: ("A good {thing}, only the delivery took a while.", "Solid and handsome, with small weaknesses.", "I like it, though the cable could be longer."),
    5: ("Absolutely perfect, I love this {thing}!", "The best {thing} I ever had, highly recommended.", "Wonderful quality, great service, five stars."),
}
THINGS = ("lamp", "kettle", "chair", "radio", "backpack", "keyboard", "blender", "tent")
BESIDE = ("I ordered it in March.", "My sister has the same one.", "It came in a brown box.", "We use it every week.", "The colour is as in the picture.", "It stands in the kitchen.")


def reviews(count=200, wrong=12):
    """A table of reviews with stars, as a shop exports it, and the rows whose stars are another's: far from what the text says."""
    rng = np.random.default_rng(1)
    stars = rng.permutation(np.arange(count) % 5 + 1)
    texts = []
    for given in stars:
        two = rng.choice(OPINIONS[int(given)], 2, replace=False)
        texts.append(" ".join([*two, rng.choice(BESIDE)]).replace("{thing}", rng.choice(THINGS)))
    wrong_idx = rng.choice(np.flatnonzero(stars != 3), wrong, replace=False)
    stars[wrong_idx] = 6 - stars[wrong_idx]
    columns = {
        "review_id": [f"R{1000 + row}" for row in range(count)],
        "review": texts,
        "stars": stars.tolist(),
        "helpful_votes": rng.poisson(2, count).tolist(),
        "date": [f"2024-{1 + row % 12:02}-{1 + row % 28:02}" for row in range(count)],
    }
    return columns, wrong_idx.tolist()


def iris_with_ten_wrong():
    """scikit-learn's iris as a table, and the rows whose species is another."""
    from sklearn.datasets import load_iris

    iris, rng = load_iris(), np.random.default_rng(3)
    wrong_idx, label = rng.choice(150, 10, replace=False), iris.target.copy()
    label[wrong_idx] = (label[wrong_idx] + rng.integers(1, 3, 10)) % 3
    columns = {name: iris.data[:, place].tolist() for place, name in enumerate(iris.feature_names)}
    return columns | {"species": iris.target_names[label].tolist()}, wrong_idx.tolist()


def found_by_cleanlab(embeddings, given_label, wrong_idx, share=0.1):
    """How many wrong labels stand among the first tenth of cleanlab's scores, of the same features and classifier."""
    from cleanlab.rank import get_label_quality_scores

    from vizzy.training import cross_validated_pred_probs

    pred_probs = cross_validated_pred_probs(embeddings, given_label, int(given_label.max()) + 1).pred_probs
    first = np.argsort(get_label_quality_scores(given_label, pred_probs), kind="stable")[: int(share * len(given_label))]
    return len(set(first.tolist()) & set(wrong_idx))
