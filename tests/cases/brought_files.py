"""Small files as people bring them, with three classes and thirty rows."""

import io
import json

import numpy as np

from vizzy import reading
from vizzy.reading import InputFile

CLASSES = ("cat", "dog", "fox")
GIVEN = [CLASSES[row % 3] for row in range(30)]


def probabilities(given=GIVEN, classes=CLASSES):
    """Of a model that agrees with every label."""
    values = np.full((len(given), len(classes)), 0.1 / (len(classes) - 1))
    values[np.arange(len(given)), [classes.index(label) for label in given]] = 0.9
    return values


def array(values, name="pred_probs.npy"):
    out = io.BytesIO()
    np.save(out, values)
    return InputFile(name, out.getvalue())


def table(columns, name="data.csv"):
    rows = [",".join(columns)] + [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    return InputFile(name, ("\n".join(rows) + "\n").encode())


def json_lines(records, name="data.jsonl"):
    return InputFile(name, "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode())


def opened(*files, **choices):
    return reading.read(files, reading.Choices(**choices)).make()


def given_labels(one):
    return [one.dataset.classes[label] for label in one.dataset.given_label]
