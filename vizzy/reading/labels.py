"""Labels as text, to classes and numbers: what counts as missing, trimmed, one class or too many."""

from collections import Counter

import numpy as np

from vizzy.reading.errors import ReadingError, counted, listed, shown

# What other programs write where there is no label; as pandas reads them.
MISSING = frozenset(
    ["", "nan", "NaN", "NAN", "NA", "N/A", "n/a", "#N/A", "<NA>", "null", "NULL", "None", "NaT", "#NA"]
)
MOST_CLASSES = 500
# With more classes than this share of the rows, hardly any label comes twice: it is no label, but an id or a text.
MOST_CLASSES_PER_ROW = 0.5
FEW_ROWS = 10


def cleaned(texts):
    """Labels without what is not part of them, "" where one is missing, and what was done about it.

    Returns
    -------
    labels : list of str
    notes : list of str
    """
    notes = []
    trimmed = [text.strip() for text in texts]
    n_trimmed = sum(before != after for before, after in zip(texts, trimmed, strict=True))
    if n_trimmed:
        notes.append(
            f"{counted(n_trimmed, 'label')} had spaces around them, which are not counted as part of the label."
        )
    labels = ["" if text in MISSING else text for text in trimmed]
    whole = {label: _as_whole_number(label) for label in set(labels) if label}
    if whole and all(whole.values()) and any(label != number for label, number in whole.items()):
        notes.append("Labels like 1.0 are taken for the whole numbers they are.")
        labels = [whole.get(label, "") for label in labels]
    return labels, notes + _alike(labels)


def ordered(classes):
    """Classes in the order scikit-learn gives them: by number where all are numbers, else by letter: tuple."""
    classes = set(classes)
    try:
        return tuple(sorted(classes, key=float))
    except ValueError:
        return tuple(sorted(classes))


def check_classes(labels, where):
    """Refuse labels that are of one class, or of almost as many as there are rows.

    Parameters
    ----------
    labels : list of str
        "" where one is missing.
    where : str
        What holds them, for the complaint: "data.csv, column 'label',".
    """
    counts = Counter(label for label in labels if label)
    total = sum(counts.values())
    if not counts:
        raise ReadingError(
            f"{where} holds no label in any of {counted(len(labels), 'row')}: choose the column that does."
        )
    if len(counts) == 1:
        raise ReadingError(
            f"{where} says {shown(next(iter(counts)))} in all of {counted(total, 'row')}, but it takes two classes to "
            "mistake one for the other: choose another column, or bring rows of other classes too."
        )
    if len(counts) > MOST_CLASSES or (total >= FEW_ROWS and len(counts) > MOST_CLASSES_PER_ROW * total):
        raise ReadingError(
            f"{where} has {len(counts):,} different values in {counted(total, 'row')}, such as {listed(counts, 3)}: "
            "is it an id, a text or a measurement? Choose the column that holds the labels."
        )


def indexed(labels, classes):
    """The number of each label among the classes: np.ndarray of int, shape (n,)."""
    number = {name: index for index, name in enumerate(classes)}
    return np.array([number[label] for label in labels], dtype=np.intp)


def _as_whole_number(label):
    try:
        number = float(label)
        return str(int(number)) if number == int(number) else None
    except (ValueError, OverflowError):
        return None


def _alike(labels):
    by_folded = {}
    for label in sorted(set(labels) - {""}):
        by_folded.setdefault(label.casefold(), []).append(label)
    alike = [names for names in by_folded.values() if len(names) > 1]
    return [
        f"{' and '.join(shown(name) for name in names)} are counted as different classes."
        for names in alike[:3]
    ]
