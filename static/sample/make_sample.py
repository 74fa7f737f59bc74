"""Make the sample data: short messages to a shop, measured flowers and pictures, with some labels wrong on purpose.

    python static/sample/make_sample.py      # rewrites the five files beside it

``messages.csv``                 240 rows: id, text, label
``messages-embeddings.npy``      (240, 16): what the texts are like, in the order of the table
``messages-probabilities.csv``   the same rows with predicted probabilities in columns, so that nothing is trained
``iris.csv``                     150 rows: sepals and petals of three species, measured, ten labels wrong
``pictures.zip``                 75 of the shipped pictures in a folder for each label, four in the wrong folder

The messages are put together from the phrases below, so they belong to nobody. An embedding counts the words and
the letter triplets of a message, weighs the rare ones up, and keeps the 16 directions in which messages differ most.
12 labels are wrong, three of each class, and 8 messages belong to no class; `messages` knows which.

The flowers are those of Fisher's iris data as scikit-learn has it; `iris` knows which labels are wrong, and `pictures` which lie in the wrong folder.
"""

import csv
import io
import re
import sys
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

SEED = 4
WRONG_FLOWERS = 10
PICTURES_PER_LABEL, WRONG_PICTURES = 25, (5, 31, 48, 66)
PER_CLASS, WRONG_PER_CLASS, DIMENSIONS = 58, 3, 16
OPENINGS = ("", "Hello, ", "Hi! ", "Good morning. ", "Please help: ", "Quick question: ", "Dear team, ")
CLOSINGS = (
    "",
    " Thank you.",
    " Can you check?",
    " Please reply soon.",
    " Thanks in advance!",
    " Kind regards",
)
THINGS = (
    "the lamp",
    "my jacket",
    "the kettle",
    "the mirror",
    "the radio",
    "my order",
    "the desk",
    "the teapot",
)
PHRASES = {
    "billing": (
        "I was charged twice for {thing} on my credit card.",
        "The invoice for {thing} shows the wrong amount.",
        "Why does my bill include tax twice for {thing}?",
        "My card payment for {thing} was declined but the money is gone.",
        "Could you send the invoice for {thing} with our VAT number?",
        "The discount code was not deducted from the price of {thing}.",
    ),
    "delivery": (
        "The parcel with {thing} has not arrived and the tracking stopped.",
        "When will {thing} be shipped? The courier says nothing.",
        "The driver left {thing} at the wrong address.",
        "Tracking says {thing} was delivered, but there is no parcel.",
        "Can you ship {thing} to a pick-up point instead?",
        "Delivery of {thing} is a week late.",
    ),
    "returns": (
        "I want to send {thing} back, it does not fit.",
        "How do I return {thing} and get a refund?",
        "{thing} came broken, I would like to exchange it.",
        "The return label for {thing} cannot be printed.",
        "I returned {thing} two weeks ago, where is my refund?",
        "Can I exchange {thing} for another colour?",
    ),
    "account": (
        "I cannot log in, the password reset mail never comes.",
        "Please change the e-mail address of my account.",
        "My account is locked after three wrong passwords.",
        "How do I delete my profile and my data?",
        "Two-step login asks for a code on my old phone number.",
        "I forgot my user name and cannot sign in.",
    ),
}
STRAYS = (
    "Are you looking for new sales staff in Lyon?",
    "asdf test test 123",
    "We offer cheap search engine ranking for your site!",
    "Happy birthday, Aunt Rosa, see you on Sunday!",
    "What is the weather like at your place?",
    "Your newsletter photo was taken by my cousin, great shot.",
    "lorem ipsum dolor sit amet",
    "Who won the match last night?",
)


def messages(seed=SEED):
    """Texts, given labels and true labels, "" for none, in a shuffled order: three lists of str."""
    rng = np.random.default_rng(seed)
    rows = [(stray, str(rng.choice(list(PHRASES))), "") for stray in STRAYS]
    for label in PHRASES:
        others = [name for name in PHRASES if name != label]
        texts = _texts_of(label, rng)
        given = [
            str(rng.choice(others)) if number < WRONG_PER_CLASS else label for number in range(PER_CLASS)
        ]
        rows += [(text, name, label) for text, name in zip(texts, given, strict=True)]
    shuffled = [rows[number] for number in rng.permutation(len(rows))]
    return tuple(map(list, zip(*shuffled, strict=True)))


def _texts_of(label, rng):
    """Different messages of one class."""
    texts = dict.fromkeys(())
    while len(texts) < PER_CLASS:
        phrase = str(rng.choice(PHRASES[label])).format(thing=str(rng.choice(THINGS)))
        texts[str(rng.choice(OPENINGS)) + phrase[0].upper() + phrase[1:] + str(rng.choice(CLOSINGS))] = None
    return list(texts)


def embeddings_of(texts, dimensions=DIMENSIONS):
    """What texts are like: np.ndarray of float32, shape (n, dimensions)."""
    counts = [Counter(_terms(text)) for text in texts]
    in_texts = Counter(term for count in counts for term in count)
    terms = sorted(term for term, number in in_texts.items() if number > 1)
    weights = np.array([[count[term] for term in terms] for count in counts], dtype=float)
    weights = np.log1p(weights) * np.log(len(texts) / np.array([in_texts[term] for term in terms]))
    weights /= np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-9)
    left, strength, right = np.linalg.svd(weights - weights.mean(axis=0), full_matrices=False)
    signs = np.sign(right[np.arange(len(right)), np.abs(right).argmax(axis=1)])
    return np.round((left * strength * signs)[:, :dimensions], 4).astype(np.float32)


def _terms(text):
    words = re.findall(r"[a-z0-9]+", text.lower())
    return words + [f"{word[start : start + 3]}~" for word in words for start in range(len(word) - 2)]


def iris(seed=SEED):
    """The columns of the table by name, and the rows whose species is wrong: dict and np.ndarray of int."""
    from sklearn.datasets import load_iris

    data, rng = load_iris(), np.random.default_rng(seed)
    wrong = np.sort(rng.choice(len(data.target), WRONG_FLOWERS, replace=False))
    label = data.target.copy()
    label[wrong] = (label[wrong] + rng.integers(1, 3, WRONG_FLOWERS)) % 3
    names = [name.removesuffix(" (cm)").replace(" ", "_") + "_cm" for name in data.feature_names]
    columns = {name: data.data[:, place].tolist() for place, name in enumerate(names)}
    return columns | {"species": data.target_names[label].tolist()}, wrong


def pictures():
    """The files of the zip by their names in it, and the names of those in the wrong folder: dict of Path, list of str."""
    with open(HERE.parent / "dataset.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["true_label"]]
    labels, files, wrong = sorted({row["true_label"] for row in rows}), {}, []
    chosen = [row for label in labels for row in [row for row in rows if row["true_label"] == label][:PICTURES_PER_LABEL]]
    for number, row in enumerate(chosen):
        place = (labels.index(row["true_label"]) + (number in WRONG_PICTURES)) % len(labels)
        name = f"pictures/{labels[place]}/{Path(row['file']).name}"
        files[name] = HERE.parent / row["file"]
        wrong += [name] if number in WRONG_PICTURES else []
    return files, wrong


def zip_of(files):
    """A zip of some files, the same bytes each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, path in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), path.read_bytes())
    return buffer.getvalue()


def main():
    """Write the five files."""
    from vizzy.training import cross_validated_pred_probs

    texts, given, _ = messages()
    embeddings, classes = embeddings_of(texts), sorted(PHRASES)
    label = np.array([classes.index(name) for name in given])
    pred_probs = cross_validated_pred_probs(embeddings, label, len(classes)).pred_probs
    ids = [f"m{number:03d}" for number in range(1, len(texts) + 1)]
    np.save(HERE / "messages-embeddings.npy", embeddings)
    _write("messages.csv", ["id", "text", "label"], zip(ids, texts, given, strict=True))
    header = ["id", "text", "label", *(f"p_{name}" for name in classes)]
    shown = [[f"{prob:.4f}" for prob in probs] for probs in pred_probs]
    rows = ([*row, *probs] for *row, probs in zip(ids, texts, given, shown, strict=True))
    _write("messages-probabilities.csv", header, rows)
    flowers, _ = iris()
    _write("iris.csv", list(flowers), zip(*flowers.values(), strict=True))
    (HERE / "pictures.zip").write_bytes(zip_of(pictures()[0]))


def _write(name, header, rows):
    with open(HERE / name, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
