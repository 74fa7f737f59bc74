"""Which columns hold predicted probabilities, and the class that each is named after."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np

from vizzy.reading.arrays import SUMS_TO_ONE
from vizzy.reading.columns.feature_columns import is_numeric, normalised
from vizzy.reading.labels import whole_number
from vizzy.reading.numbers import holds_lists
from vizzy.reading.score_cells import holds_objects, holds_scores, parsed_cell, sampled_shares, scores_of_pairs, share_of
from vizzy.reading.tables import Table, cell_text, sampled_texts

# The longer before the shorter: in "pred_prob_cat" the class is not "prob_cat".
PROBABILITY_PREFIXES = (
    "pred_probs|pred_proba|pred_prob|probability|proba|probs|prob|predicted|predictions|prediction|pred|softmax|logits|logit"
    "|scores|score|confidence|p"
)
PROBABILITY_NAME = re.compile(rf"(?:{PROBABILITY_PREFIXES})[_\s.:(\[-]+(.+?)[)\]]?", re.IGNORECASE)
SUFFIXED_PROBABILITY_NAME = re.compile(
    r"(.+?)[_\s.:-]+(?:p|prob|probs|proba|probability|softmax|logits?|scores?|confidence)", re.IGNORECASE
)
LIST_OF_PROBABILITIES = re.compile(
    r"(pred_?)?prob(abilit(y|ie))?s?|(pred_?)?probas?|softmax|pred_probs?|(raw_)?scores?|(pred_)?logits?|predictions?|preds?|outputs?"
    r"|decision_function",
    re.IGNORECASE,
)
# One column for two classes: "prob", "y_score", "p_1", "positive_probability".
ONE_PROBABILITY = re.compile(r"((y|pred|predicted|positive|pos|model|class_?1)_)*(p|prob|proba|probability|score)(_?(1|pos|positive|true))?")
ROUNDED_TO_2 = 0.005  # how far off a number with two decimals may be


def probability_columns(table: Table, roles: dict[str, str], labels: Collection[str]) -> list[str]:
    """The columns that hold predicted probabilities, or logits or percentages of them.

    Parameters
    ----------
    table : Table
    roles : dict of str to str
        The roles known so far, by column: their columns are not looked at.
    labels : collection of str
        The different labels; empty where they are not known.

    Returns
    -------
    list of str
        One column of lists or scores, or a column for each class, or of two classes for one; empty where there are none.
    """
    free = [column for column in table.columns if column not in roles]
    numeric = [column for column in free if is_numeric(table, column)]
    return (
        _column_of_lists(table, free)
        or _columns_named_for_probabilities(table, numeric, labels)
        or _columns_named_like_classes(table, numeric, labels)
        # With columns named by numbers or anything else, only their sum tells probabilities from other numbers.
        or _columns_with_classes_in_their_names(table, numeric, labels)
        or _columns_that_sum_to_one(table, numeric, len(labels))
        or _column_of_one_class(table, numeric, labels)
    )


def _column_of_lists(table, free):
    """The column that lists a probability for each class in every cell, by its name or by what it holds."""
    for column in free:
        if LIST_OF_PROBABILITIES.fullmatch(column.strip()) and (
            holds_lists(table, column) or holds_scores(table, column) or holds_objects(table, column)
        ):
            return [column]
    listing = next((column for column in free if _lists_scores(table, column)), None)
    return [] if listing is None else [listing]


def _columns_named_for_probabilities(table, numeric, labels):
    """Columns such as "p_cat" and "dog_prob", where the names say the classes or number them."""
    named = [column for column in numeric if PROBABILITY_NAME.fullmatch(column)]
    if len(named) < 2:
        named = [column for column in numeric if SUFFIXED_PROBABILITY_NAME.fullmatch(column)] or named
    meant = _folded(labels) & _folded(_meant(named)) or _whole(labels) & _whole(_meant(named))
    numbered = all(whole_number(name) is not None for name in _last_parts(named))
    if len(named) >= 2 and (meant or numbered and (len(named) == len(labels) or not labels or sum_to_one(table, named))):
        return named
    return named if len(named) == 1 and len(labels) == 2 and meant and _are_shares(table, named[0]) else []


def _columns_named_like_classes(table, numeric, labels):
    """Columns with nothing but the classes' names, and others beside them if all together sum to one."""
    whole = _whole(labels)
    bare = [column for column in numeric if column in labels or whole_number(column) in whole]
    if len(bare) < 2 or all(whole_number(column) is not None for column in bare):
        return []
    others = [column for column in numeric if column not in bare]
    return bare + others if others and sum_to_one(table, bare + others) else bare


def _column_of_one_class(table, numeric, labels):
    """Of two classes the only column that has the probability of one."""
    if len(labels) != 2:
        return []
    folded = _folded(labels)
    only = [
        column
        for column in numeric
        if LIST_OF_PROBABILITIES.fullmatch(column.strip())
        or (ONE_PROBABILITY.fullmatch(normalised(column)) or column.strip().casefold() in folded) and _are_shares(table, column)
    ]
    return only if len(only) == 1 else []


def _lists_scores(table, column):
    """Whether the first cell of a column that holds anything lists several classes, each with its score."""
    for cell in table.column(column):
        if cell_text(cell).strip():
            listed = parsed_cell(cell)
            return isinstance(listed, list) and len(scores_of_pairs(listed) or ()) > 1
    return False


def _columns_with_classes_in_their_names(table, numeric, labels):
    """Neighbouring columns, one for each class, with the classes in their names and percentages or logarithms in them; else none."""
    for first in range(len(numeric) - len(labels) + 1 if len(labels) > 1 else 0):
        columns = numeric[first : first + len(labels)]
        if classes_within_names(columns, labels):
            values = sampled_shares(table, columns)
            with np.errstate(over="ignore"):
                totals = (values.sum(axis=1) / 100, np.exp(values).sum(axis=1))
            if any(np.isfinite(total).all() and (np.abs(total - 1) <= SUMS_TO_ONE[1] - 1).all() for total in totals):
                return columns
    return []


def _columns_that_sum_to_one(table, numeric, n_classes):
    """Neighbouring columns, one for each class or a few more, that sum to one in every row; else none."""
    numbered = [column for column in numeric if whole_number(column) is not None]
    if len(numbered) > n_classes and sum_to_one(table, numbered):
        return numbered  # classes that no row is labelled with
    if n_classes < 2:
        return []
    for first in range(len(numeric) - n_classes + 1):
        columns = numeric[first : first + n_classes]
        if sum_to_one(table, columns):
            return columns
    return []


def sum_to_one(table: Table, columns: Sequence[str]) -> bool:
    """Whether some columns hold numbers from 0 to 1 that sum to one in nearly every row."""
    values = sampled_shares(table, columns)
    sums = values.sum(axis=1)
    spread = max(SUMS_TO_ONE[1] - 1, len(columns) * ROUNDED_TO_2)
    fits = (values >= 0).all(axis=1) & (values <= 1 + ROUNDED_TO_2).all(axis=1) & (np.abs(sums - 1) <= spread)
    return bool(len(values) and fits.mean() > 0.9)


def _are_shares(table, column):
    """Whether a column holds numbers from 0 to 1, or percentages with their sign, that are not all whole."""
    shares = np.array([share_of(text) for text in sampled_texts(table, column) if text])
    return bool(len(shares) and (shares >= 0).all() and (shares <= 1).all() and (shares != np.round(shares)).any())


def class_of_probability_column(column: str) -> list[str]:
    """The names of classes that a column of probabilities may be meant for, the likeliest first.

    Examples
    --------
    >>> class_of_probability_column("pred_prob_cat")
    ['pred_prob_cat', 'cat']
    """
    names = [column]
    for pattern in (PROBABILITY_NAME, SUFFIXED_PROBABILITY_NAME):
        match = pattern.fullmatch(column)
        if match:
            names.append(match[1].strip())
    return names


def classes_within_names(columns: Sequence[str], labels: Collection[str]) -> list[str]:
    """The classes that stand in the names of some columns, with the same letters before and after in every one.

    Parameters
    ----------
    columns : sequence of str
    labels : collection of str

    Returns
    -------
    list of str
        One for each column; empty where not all names are such.

    Examples
    --------
    >>> classes_within_names(["Class cat (%)", "Class dog (%)"], ["cat", "dog"])
    ['cat', 'dog']
    """
    folded = {label.casefold(): label for label in labels if label}
    names = [column.casefold() for column in columns]
    for label in sorted(folded, key=len, reverse=True):
        for start in [match.start() for match in re.finditer(re.escape(label), names[0])]:
            before, after = names[0][:start], names[0][start + len(label) :]
            inner = [_between(name, before, after) for name in names]
            if len(set(inner)) == len(inner) and set(inner) <= folded.keys():
                return [folded[name] for name in inner]
    return []


def _between(name, before, after):
    fits = name.startswith(before) and name.endswith(after) and len(name) >= len(before) + len(after)
    return name[len(before) : len(name) - len(after)] if fits else None


def _whole(names):
    return {whole_number(name) for name in names} - {None}


def _meant(columns):
    return {name for column in columns for name in class_of_probability_column(column)}


def _folded(names):
    return {name.casefold() for name in names}


def _last_parts(columns):
    return [class_of_probability_column(column)[-1] for column in columns]
