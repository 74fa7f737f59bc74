"""Predicted probabilities out of a table or an array, and which of their columns belongs to which class.

What a model gives comes in several forms that mean the same: scores before the softmax (logits), their logarithms,
percentages, numbers rounded for a table, or for two classes the probability of one of them. Each is brought to one
probability for each class, and a note says what was done. Where the order of the classes had to be assumed, a note
says which, and another one where the predictions then agree with hardly any label.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vizzy.reading.arrays import Array
from vizzy.reading.columns import (
    class_of_probability_column,
    classes_within_names,
)
from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.labels import ordered, whole_number
from vizzy.reading.numbers import holds_lists, is_per_cent, matrix_of_columns
from vizzy.reading.score_cells import holds_objects, holds_scores, scores_of_cell
from vizzy.reading.tables import Table, cell_text
from vizzy.sentences import Sentence, counted, decimal, percent, sentence

ABOVE_ONE = 1e-4  # a probability that is so much above 1, or below 0, is one that was rounded
NOTABLY_OFF = 0.005  # a sum that is off by less needs no note
MOST_DECIMALS = 4  # with more, rounding explains no sum that is off
LOG_SUM_TOLERANCE = 0.02
SHARE_OUTSIDE = 0.5  # of the rows with a value that is no probability, from which on all are taken for scores
PER_CENT_TOLERANCE = 1.5  # of a sum of 100, or more where rounding to whole numbers explains it
PER_CENT_AT_LEAST = 10  # the largest of numbers that may be percentages
# Predictions that agree with fewer labels than this share may be in another order.
SUSPICIOUS_AGREEMENT = 0.4
BETTER_AGREEMENT = 0.5
FEWEST_ROWS = 10


def probabilities_of_table(
    table: Table, columns: Sequence[str], labels: Sequence[str], classes: Sequence[str]
) -> tuple[np.ndarray, tuple[str, ...], list[Sentence]]:
    """Probabilities in columns of a table.

    Parameters
    ----------
    table : Table
    columns : list of str
        One for each class; or one that holds lists, or objects from class to probability.
    labels : sequence of str
        Those that there are, each once or more often.
    classes : tuple of str
        The order of the classes for lists; empty where it is not known.

    Returns
    -------
    values : np.ndarray of float64, shape (n, K)
        As they are written: perhaps logits, logarithms or percentages.
    classes : tuple of str
        What each column stands for.
    notes : list of Sentence

    Raises
    ------
    ReadingError
        Where a cell is no number, or a column belongs to no class.
    """
    if len(columns) == 1 and (holds_scores(table, columns[0]) or holds_objects(table, columns[0])):
        return probabilities_of_scores(table, columns[0], labels, classes)
    values = matrix_of_columns(table, columns)
    if len(columns) == 1 and values.shape[1] == 1:
        return _of_two_classes(values, columns[0], labels, classes, _place(table, columns[0]))
    if len(columns) == 1 and holds_lists(table, columns[0]):
        return values, *classes_by_order(values.shape[1], labels, classes, _place(table, columns[0]))
    classes, notes = classes_by_name(columns, labels, classes, table.name)
    if any(is_per_cent(text) for text in table.texts(columns[0])):
        notes.append(sentence("The probabilities in {table} have per cent signs: {example} was read as {number}.", table=table.name, example="72.87%", number="0.7287"))
    return values, classes, notes


def _place(table, column):
    return sentence("{table}, column {column}", table=table.name, column=shown(column))


def probabilities_of_array(
    array: Array, labels: Sequence[str], classes: Sequence[str]
) -> tuple[np.ndarray, tuple[str, ...], list[Sentence]]:
    """Probabilities in an array; one that was a table of numbers has names for its columns.

    Parameters
    ----------
    array : Array
        Of numbers, shape (n, K), or (n,) for the probability of one of two classes.
    labels, classes
        As for `probabilities_of_table`.

    Returns
    -------
    values, classes, notes
        As `probabilities_of_table` returns.

    Raises
    ------
    ReadingError
        Where a column belongs to no class.
    """
    if array.columns:
        return array.values, *classes_by_name(list(array.columns), labels, classes, array.name)
    values = array.values.astype(np.float64).reshape(len(array.values), -1)
    if values.shape[1] == 1:
        return _of_two_classes(values, array.key, labels, classes, array.name)
    return values, *classes_by_order(values.shape[1], labels, classes, array.name)


def as_probabilities(
    values: np.ndarray, where: str, of_scores: bool = False, overwrite: bool = False
) -> tuple[np.ndarray, list[Sentence]]:
    """Numbers for each class as probabilities, and notes on what was done to them.

    Parameters
    ----------
    values : np.ndarray of float, shape (n, K), finite
    where : str
        What holds them, for the notes.
    of_scores : bool
        Whether their name says that they are a model's scores (logits).
    overwrite : bool
        Whether the values may be changed, which saves the memory and the time of a copy.

    Returns
    -------
    values : np.ndarray, shape (n, K)
        As they were where none of the known forms explains them; they are checked afterwards.
    notes : list of Sentence

    Examples
    --------
    >>> import numpy as np
    >>> values, notes = as_probabilities(np.array([[2.0, 0.0], [-1.0, 1.0]]), "logits.npy", of_scores=True)
    >>> values.sum(axis=1).round(6).tolist(), notes[0].endswith("softmax was applied.")
    ([1.0, 1.0], True)
    """
    values = np.ascontiguousarray(values)
    survey = surveyed(values)
    if not survey.rows or not survey.finite:
        return values, []
    form, notes = form_of(survey, where, of_scores)
    return form(values, values if overwrite else None), notes


@dataclass(frozen=True)
class Survey:
    """What tells in which form probabilities are; the surveys of different rows can be merged."""

    n_columns: int
    rows: int = 0
    finite: bool = True  # where it is not, no more is known
    rows_outside: int = 0  # with a value that is no probability
    least: float = np.inf
    most: float = -np.inf
    least_sum: float = np.inf
    most_sum: float = -np.inf
    log_sums_off: float = 0.0  # how far the sum of any row's powers is from 1
    with_decimals: tuple[bool, ...] = (True,) * MOST_DECIMALS  # whether so many decimals write all numbers
    whole: bool = True  # whether all numbers are whole

    def merged(self, other: Survey) -> Survey:
        """The survey of the rows of both."""
        return Survey(
            n_columns=self.n_columns,
            rows=self.rows + other.rows,
            finite=self.finite and other.finite,
            rows_outside=self.rows_outside + other.rows_outside,
            least=min(self.least, other.least),
            most=max(self.most, other.most),
            least_sum=min(self.least_sum, other.least_sum),
            most_sum=max(self.most_sum, other.most_sum),
            log_sums_off=max(self.log_sums_off, other.log_sums_off),
            with_decimals=tuple(a and b for a, b in zip(self.with_decimals, other.with_decimals, strict=True)),
            whole=self.whole and other.whole,
        )

    def sums_off(self, total: float) -> float:
        """How far the sum of any row is from a number."""
        return max(abs(self.least_sum - total), abs(self.most_sum - total))


def surveyed(values: np.ndarray) -> Survey:
    """What some rows tell of the form of their probabilities.

    Parameters
    ----------
    values : np.ndarray of float64, shape (n, K)

    Returns
    -------
    Survey
    """
    rows, n_columns = values.shape
    if not rows:
        return Survey(n_columns)
    if not np.isfinite(values).all():
        return Survey(n_columns, rows, finite=False)
    values = np.ascontiguousarray(values)
    sums, least, most = values.sum(axis=1), float(values.min()), float(values.max())
    may_be_outside = least < -ABOVE_ONE or most > 1 + ABOVE_ONE
    outside = ((values < -ABOVE_ONE) | (values > 1 + ABOVE_ONE)).any(axis=1).sum() if may_be_outside else 0
    return Survey(
        n_columns=n_columns,
        rows=rows,
        rows_outside=int(outside),
        least=least,
        most=most,
        least_sum=float(sums.min()),
        most_sum=float(sums.max()),
        log_sums_off=float(np.abs(np.exp(values).sum(axis=1) - 1).max()) if most <= ABOVE_ONE else np.inf,
        with_decimals=_with_decimals(values),
        whole=_has_decimals(values[:FEWEST_ROWS], 0) and _has_decimals(values, 0),
    )


def form_of(
    survey: Survey, where: str, of_scores: bool = False
) -> tuple[Callable[..., np.ndarray], list[Sentence]]:
    """What makes probabilities of all the rows that were surveyed, each by itself, and notes on it.

    Parameters
    ----------
    survey : Survey
        Of at least one row, and of finite numbers.
    where, of_scores
        As for `as_probabilities`.

    Returns
    -------
    tuple of (callable, list of str)
        From an np.ndarray of shape (n, K) to one of the same shape, which may be given as a second argument.
    """
    outside = survey.rows_outside / survey.rows
    per_cent_off = max(PER_CENT_TOLERANCE, survey.whole * 0.5 * survey.n_columns)
    if outside >= SHARE_OUTSIDE and survey.least >= 0 and survey.sums_off(100) <= per_cent_off:
        return _summing_to_one, [sentence("The numbers in {where} sum to 100 in every row: they are taken for percentages.", where=where)]
    if survey.most <= ABOVE_ONE and survey.log_sums_off <= LOG_SUM_TOLERANCE:
        return _of_logarithms, [sentence("The numbers in {where} are logarithms of probabilities: exp was applied.", where=where)]
    no_sums = survey.sums_off(1) > NOTABLY_OFF * survey.n_columns
    if (of_scores and (outside or no_sums)) or (outside >= SHARE_OUTSIDE and survey.least < -ABOVE_ONE):
        return _softmax, [sentence(
            "The numbers in {where}, from {least} to {most}, are no probabilities but a model's scores (logits): softmax "
            "was applied.",
            where=where, least=f"{survey.least:.4g}", most=f"{survey.most:.4g}",
        )]
    return _form_of_rounded(survey, where)


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


def _form_of_rounded(survey, where):
    """As `form_of`, of probabilities that may have been rounded: then they are made to sum to one again."""
    off, least, most = survey.sums_off(1), survey.least, survey.most
    if off <= np.finfo(np.float64).eps * survey.n_columns * 8 and least >= 0 and most <= 1:
        return _unchanged, []
    decimals = next((number for number, fits in enumerate(survey.with_decimals, 1) if fits), None)
    explained = survey.n_columns * 0.5 * 10.0**-decimals if decimals is not None else 0.0
    if survey.most_sum <= 1 + ABOVE_ONE and decimals != 1:
        explained *= 2  # where decimals are cut off, a number is up to a whole last place too small
    if least < -ABOVE_ONE or most > 1 + ABOVE_ONE or off > max(explained, ABOVE_ONE) * (1 + 1e-6):
        return _unchanged, []
    notes = []
    if off > NOTABLY_OFF:
        notes.append(sentence(
            "The probabilities in {where} are rounded to {decimals} and sum to {least_sum} to {most_sum}: each row "
            "was scaled to sum to 1.",
            where=where,
            decimals=counted(decimals, "{} decimal", "{} decimals"),
            least_sum=decimal(survey.least_sum, 2),
            most_sum=decimal(survey.most_sum, 2),
        ))
    elif most > 1 or least < 0:
        notes.append(sentence(
            "Some probabilities in {where} are up to {number} beyond 0 or 1: taken for rounding.",
            where=where, number=f"{max(most - 1, -least):.1g}",
        ))
    return _clipped_and_summing_to_one, notes


def _with_decimals(values):
    """For each of a few numbers of decimals, whether all values are written with so many: tuple of bool."""
    return tuple(
        _has_decimals(values[:FEWEST_ROWS], number) and _has_decimals(values, number)
        for number in range(1, MOST_DECIMALS + 1)
    )


def _has_decimals(values, number):
    scaled = values * 10.0**number
    return bool(np.abs(scaled - np.round(scaled)).max() < 1e-3)


def _unchanged(values, _out=None):
    return values


def _clipped_and_summing_to_one(values, out=None):
    return _summing_to_one(np.maximum(values, 0, out=out), out)


def _of_logarithms(values, out=None):
    return _summing_to_one(np.exp(values, out=out), out)


def _summing_to_one(values, out=None):
    values = np.ascontiguousarray(values)  # in another layout, sums can differ in their last bit
    return np.divide(values, values.sum(axis=1, keepdims=True), out=out)


def _softmax(values, out=None):
    values = np.ascontiguousarray(values)
    return _of_logarithms(np.subtract(values, values.max(axis=1, keepdims=True), out=out), out)


def _of_two_classes(values, name, labels, classes, where):
    """From the probability of one of two classes, those of both."""
    given = tuple(classes) or ordered(set(labels) - {""})
    if len(given) != 2:
        raise ReadingError(sentence(
            "{where} holds one number a row, which is enough for two classes, but the labels name {n}: {classes}. "
            "Bring one column for each class.",
            where=where, n=len(given), classes=listed(given, 12),
        ))
    named = _known_class(name, dict.fromkeys(given), {one.casefold(): one for one in given})
    second = named or given[1]
    first = given[0] if second == given[1] else given[1]
    share, notes = _share_of_one(values[:, 0], where)
    note = sentence(
        "{where} holds one probability a row: it is taken for that of {second}, and {first} has the rest.",
        where=where, second=shown(second), first=shown(first),
    )
    return np.column_stack([1 - share, share]), (first, second), [*notes, note]


def _share_of_one(share, where):
    """One number a row as a probability, and notes: percentages are divided, scores go through the logistic function."""
    finite = share[np.isfinite(share)]
    if not len(finite) or (finite.min() >= -ABOVE_ONE and finite.max() <= 1 + ABOVE_ONE):
        return share, []
    if finite.min() >= 0 and finite.max() <= 100 and finite.max() > PER_CENT_AT_LEAST:
        return share / 100, [sentence(
            "The numbers in {where} go from {least} to {most}: they are taken for percentages.",
            where=where, least=f"{finite.min():.4g}", most=f"{finite.max():.4g}",
        )]
    if finite.min() >= 0:
        return share, []
    note = sentence(
        "The numbers in {where}, from {least} to {most}, are no probabilities but a model's scores (logits): the logistic "
        "function was applied.",
        where=where, least=f"{finite.min():.4g}", most=f"{finite.max():.4g}",
    )
    return _softmax(np.column_stack([np.zeros_like(share), share]))[:, 1], [note]


def classes_by_name(
    columns: Sequence[str], labels: Sequence[str], classes: Sequence[str], where: str
) -> tuple[tuple[str, ...], list[Sentence]]:
    """What each named column stands for.

    Parameters
    ----------
    columns : sequence of str
    labels, classes
        As for `probabilities_of_table`.
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
    named = [_known_class(column, known, folded) for column in columns]
    last = [class_of_probability_column(column)[-1] for column in columns]
    as_many = len(columns) == len(set(labels) - {""})
    if not any(named):
        within = classes_within_names(columns, list(known))
        named = within or named
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
        note =(sentence(
            "The probabilities in {where} are taken to be of {classes}, in this order.",
            where=where, classes=listed(given, 12),
        ))
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


def probabilities_of_scores(
    table: Table, column: str, labels: Sequence[str], classes: Sequence[str]
) -> tuple[np.ndarray, tuple[str, ...], list[Sentence]]:
    """Probabilities in a column whose cells name the classes.

    Parameters
    ----------
    table : Table
    column : str
    labels, classes
        As for `probabilities_of_table`.

    Returns
    -------
    values, classes, notes
        As `probabilities_of_table` returns; 0 for a class that a cell does not name.

    Raises
    ------
    ReadingError
        Where a cell says something else, or no cell names a class that rows are labelled with.
    """
    values, names = scores_of_column(table, column)
    meant, notes = classes_by_name(names, labels, classes, _place(table, column))
    return values, meant, notes


def scores_of_column(table: Table, column: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """The scores in a column whose cells name the classes, and those names.

    Parameters
    ----------
    table : Table
    column : str

    Returns
    -------
    tuple of (np.ndarray of float64 of shape (n, K), tuple of str)

    Raises
    ------
    ReadingError
        Where a cell says something else.
    """
    scores = [_scores(table, row, column, cell) for row, cell in enumerate(table.column(column))]
    names = ordered({key for entry in scores for key in entry})
    return np.array([[float(entry.get(name, 0)) for name in names] for entry in scores]), names


def _scores(table, row, column, cell):
    scores = scores_of_cell(cell)
    if scores is None:
        raise ReadingError(sentence(
            "{place}, column {column} is {cell}, but must give every class a probability, like {one} or {other}.",
            place=table.place(row),
            column=shown(column),
            cell=shown(cell_text(cell)),
            one='{"cat": 0.9, "dog": 0.1}',
            other='[{"label": "cat", "score": 0.9}, …]',
        ))
    return scores


def _known_class(column, known, folded):
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
