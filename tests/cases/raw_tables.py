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
