"""The forms in which models give probabilities, each brought to one probability for each class.

They are scores before the softmax (logits), logarithms, percentages, numbers rounded for a table, or for two classes the
probability of one of them. A note says what was done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vizzy.sentences import Sentence, counted, decimal, sentence

ABOVE_ONE = 1e-4  # a probability that is so much above 1, or below 0, is one that was rounded
NOTABLY_OFF = 0.005  # a sum that is off by less needs no note
MOST_DECIMALS = 4  # with more, rounding explains no sum that is off
LOG_SUM_TOLERANCE = 0.02
SHARE_OUTSIDE = 0.5  # of the rows with a value that is no probability, from which on all are taken for scores
PER_CENT_TOLERANCE = 1.5  # of a sum of 100, or more where rounding to whole numbers explains it
PER_CENT_AT_LEAST = 10  # the largest of numbers that may be percentages
LOOKED_AT_FIRST = 10  # rows, which mostly tell already that numbers have more decimals


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
        whole=_has_decimals(values[:LOOKED_AT_FIRST], 0) and _has_decimals(values, 0),
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


def share_of_one(share: np.ndarray, where: str) -> tuple[np.ndarray, list[Sentence]]:
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
        _has_decimals(values[:LOOKED_AT_FIRST], number) and _has_decimals(values, number)
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
