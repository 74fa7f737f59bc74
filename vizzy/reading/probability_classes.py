"""Which class each column of probabilities belongs to: by its name, else by its place.

Where the order of the classes had to be assumed, a note says which, and another one where the predictions then agree with
hardly any label.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vizzy.reading.columns import class_of_probability_column, classes_within_names
from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.labels import ordered, whole_number
from vizzy.sentences import Sentence, counted, percent, sentence

# Predictions that agree with fewer labels than this share may be in another order.
SUSPICIOUS_AGREEMENT = 0.4
BETTER_AGREEMENT = 0.5
FEWEST_ROWS = 10


def classes_by_name(
    columns: Sequence[str], labels: Sequence[str], classes: Sequence[str], where: str
) -> tuple[tuple[str, ...], list[Sentence]]:
    """What each named column stands for.

    Parameters
    ----------
    columns : sequence of str
    labels, classes
        As for `vizzy.reading.probabilities.probabilities_of_table`.
    where : str
        The file or column, for a sentence.

    Returns
    -------
    classes : tuple of str
    notes : list of Sentence

    Raises
    ------
    ReadingError
        Where a label has no column, or a class several.
    """
    known = dict.fromkeys([*classes, *ordered(set(labels) - {""})])
    folded = {name.casefold(): name for name in known}
    named = [known_class(column, known, folded) for column in columns]
    last = [class_of_probability_column(column)[-1] for column in columns]
    as_many = len(columns) == len(set(labels) - {""})
    if not any(named):
        named = classes_within_names(columns, list(known)) or named
    if not any(named) and (as_many or all(name.isdigit() for name in last)):
        return classes_by_order(len(columns), labels, classes, where)
    out = [name or spelt for name, spelt in zip(named, last, strict=True)]
    _check_each_once(out, columns, where)
    missing = [name for name in ordered(set(labels) - {""}) if name not in out]
    if missing:
        raise ReadingError(sentence(
            "{where} has no column with the probabilities of {missing}, but rows with that label; its columns of "
            "probabilities are {columns}: add one for every class, named like the class.",
            where=where, missing=listed(missing), columns=listed(columns, 12),
        ))
    extra = [name for name in out if name not in known]
    notes = [sentence("No row is labelled {labels}, though there are probabilities for it.", labels=listed(extra))] if extra else []
    return tuple(out), notes


def classes_by_order(
    n_columns: int, labels: Sequence[str], classes: Sequence[str], where: str
) -> tuple[tuple[str, ...], list[Sentence]]:
    """What each of some unnamed columns stands for.

    Parameters
    ----------
    n_columns : int
    labels, classes, where
        As for `classes_by_name`.

    Returns
    -------
    classes : tuple of str
    notes : list of Sentence

    Raises
    ------
    ReadingError
        Where there are not as many columns as classes.
    """
    given = ordered(set(labels) - {""})
    if classes:
        _check_order(n_columns, given, classes, where)
        return tuple(classes), []
    by_number = {whole_number(name): name for name in given}
    if None not in by_number and len(by_number) == len(given) and set(by_number) <= set(range(n_columns)):
        return tuple(by_number.get(number, str(number)) for number in range(n_columns)), []
    if len(given) == n_columns:
        note = sentence(
            "The probabilities in {where} are taken to be of {classes}, in this order.",
            where=where, classes=listed(given, 12),
        )
        return given, [note]
    beyond = [name for name, number in zip(given, map(whole_number, given), strict=True) if number is not None and number >= n_columns]
    if beyond and None not in by_number:
        raise ReadingError(sentence(
            "{where} has probabilities for {classes}, 0 to {last}, but rows are labelled {beyond}: the column "
            "of that class is missing. Add it, or leave those rows out.",
            where=where,
            classes=counted(n_columns, "{} class", "{} classes"),
            last=n_columns - 1,
            beyond=listed(beyond),
        ))
    raise ReadingError(sentence(
        "{where} has probabilities for {columns}, but the labels name {n}: {classes}. Say which classes the "
        "columns stand for, in order, or name them in a table.",
        where=where, columns=counted(n_columns, "{} class", "{} classes"), n=len(given), classes=listed(given, 12),
    ))


def known_class(column: str, known: dict[str, None], folded: dict[str, str]) -> str | None:
    """The class that a column of probabilities is named after: of those known, also by their names without capitals; or None."""
    candidates = class_of_probability_column(column)
    for name in candidates:
        if name in known:
            return name
    found = next((folded[name.casefold()] for name in candidates if name.casefold() in folded), None)
    if found is None:  # a class 1 and a column p_1.0, or the other way about, unless 1 and 01 are both classes
        spelled = [whole_number(name) for name in candidates]
        same = [name for name in known if whole_number(name) is not None and whole_number(name) in spelled]
        same = same or [name for name in known if _is_same_truth(name, candidates)]
        found = same[0] if len(same) == 1 else None
    return found


def _is_same_truth(name, candidates):
    """Whether a class such as True and one of the names of a column, such as 1, say the same of two classes."""
    truths = ({"true", "yes"}, {"1"}), ({"false", "no"}, {"0"})
    others = {candidate.casefold() for candidate in candidates}
    return any(
        name.casefold() in words and others & numbers or name in numbers and others & words for words, numbers in truths
    )


def _check_each_once(classes, columns, where):
    for number, name in enumerate(classes):
        if name in classes[:number]:
            raise ReadingError(sentence(
                "{where} has two columns for the class {label}, {one} and {other}: take one of them for "
                "something else.",
                where=where,
                label=shown(name),
                one=shown(columns[classes.index(name)]),
                other=shown(columns[number]),
            ))


def _check_order(n_columns, given, classes, where):
    if len(classes) != n_columns:
        raise ReadingError(sentence(
            "{where} has probabilities for {columns}, but {n} are listed: {classes}. List one for each "
            "column.",
            where=where,
            columns=counted(n_columns, "{} class", "{} classes"),
            n=len(classes),
            classes=listed(classes, 12),
        ))
    missing = [name for name in given if name not in classes]
    if missing:
        raise ReadingError(sentence(
            "Rows are labelled {missing}, which the listed classes {classes} lack: add it.",
            missing=listed(missing), classes=listed(classes, 12),
        ))


def fitting_order(values: np.ndarray, given: np.ndarray, classes: Sequence[str]) -> tuple[str, ...]:
    """The order of the classes that would fit, where the predictions agree with hardly any label; else none.

    Parameters
    ----------
    values, given, classes
        As for `agreement_notes`.

    Returns
    -------
    tuple of str
        A class for each column; empty where the order fits, or no other does.
    """
    predicted = values.argmax(axis=1)
    if len(given) < FEWEST_ROWS or float((predicted == given).mean()) >= SUSPICIOUS_AGREEMENT:
        return ()
    order, better = _better_order(predicted, given, classes)
    return tuple(order) if better >= BETTER_AGREEMENT else ()


def agreement_notes(
    values: np.ndarray, given: np.ndarray, classes: Sequence[str], where: str
) -> list[Sentence]:
    """Warn where the predictions agree with hardly any label, and say which order of the classes would fit.

    Parameters
    ----------
    values : np.ndarray, shape (n, K)
    given : np.ndarray of int, shape (n,)
        The number of each given label among the classes.
    classes : sequence of str, length K
    where : str

    Returns
    -------
    list of str
    """
    predicted = values.argmax(axis=1)
    agreement = float((predicted == given).mean())
    if len(given) < FEWEST_ROWS or agreement >= SUSPICIOUS_AGREEMENT:
        return []
    order, better = _better_order(predicted, given, classes)
    if better < BETTER_AGREEMENT:
        if agreement * len(classes) >= 1:
            return []
        return [sentence(
            "The predictions in {where} agree with only {share} of the labels: are the rows, or the columns, in another order "
            "than the labels?",
            where=where, share=percent(agreement),
        )]
    listing = " ".join(f"--class {shown(name)}" for name in order)
    return [
        sentence(
            "The predictions in {where} agree with only {share} of the labels. They would agree with {better} if the "
            "columns stood for {order}, in this order: if that is right, say so ({option}).",
            where=where, share=percent(agreement), better=percent(better), order=listed(order, 30), option=listing,
        )
    ]


def _better_order(predicted, given, classes):
    """The order of the classes in which the predictions agree most, column by column, and with how many labels."""
    order: list = [None] * len(classes)
    agreed, taken = 0, set()
    pairs, counts = np.unique(predicted * len(classes) + given, return_counts=True)
    for place in np.argsort(-counts, kind="stable").tolist():
        column, label = divmod(int(pairs[place]), len(classes))
        if order[column] is None and label not in taken:
            order[column] = classes[label]
            taken.add(label)
            agreed += int(counts[place])
    unused = iter([name for name in classes if name not in order])
    return [name if name is not None else next(unused) for name in order], agreed / max(1, len(given))
