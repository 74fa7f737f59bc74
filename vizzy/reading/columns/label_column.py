"""Which column holds the labels, where none was chosen and none has a usual name (`usual_names`): `guess_label`.

Also what the columns with that role say: the labels in them, and the classes that columns of 0 and 1 stand for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from vizzy.features.measurements import is_date
from vizzy.reading.columns.added_columns import GIVEN_LABEL
from vizzy.reading.columns.feature_columns import is_numeric, normalised, why_no_feature_by_name
from vizzy.reading.columns.probability_columns import LIST_OF_PROBABILITIES, PROBABILITY_NAME, SUFFIXED_PROBABILITY_NAME
from vizzy.reading.columns.role_names import LABEL, ONE_HOT, TEXT, column_of, columns_of
from vizzy.reading.columns.soft_labels import class_of_soft_column, shares_of_column
from vizzy.reading.columns.text_columns import text_column
from vizzy.reading.columns.usual_names import USUAL_NAMES
from vizzy.reading.label_cells import classes_of_one_hot_columns, labels_of_cell, may_be_labels, one_hot_columns
from vizzy.reading.labels import whole_number
from vizzy.reading.tables import SAMPLE_ROWS, UNNAMED, Table, cell_text

# What other tools suggest, beside the label that a person gave.
OF_OTHERS = re.compile(r"(.*_)?(suggestions?|suggested|predictions?|predicted|preds?|agents?|status)(_.*)?")
CALLED_LABEL = re.compile(
    r"(.*_)?(label|class|target|category|labels|classes|sentiment|emotion|intent|polarity|diagnosis|species|(is|has)_.*)"
    r"(_(num|number|code|idx|index|name))?|type|(label|class|target)_[^\d].*"
)
LONGEST_LABEL_WORDS = 6  # in the middle of all: a column of sentences that come again holds no labels
FEWEST_ROWS_THAT_REPEAT = 10  # of fewer, a model may agree with all
# Where no column has a usual name for labels, one of words with so few values, each so often, is taken for them.
FEW_VALUES, ROWS_A_VALUE, SHARE_FILLED = 50, 3, 0.9
RATING_NAMES = ("stars", "star", "star_rating", "rating", "ratings", "overall", "score")
PLAIN_RATING_NAMES = RATING_NAMES[:5]  # those that are the label even beside a column of few words, such as a country
MOST_RATINGS = 11  # from 0 to 10
PARTS_OF_DATA = frozenset(["train", "training", "test", "validation", "valid", "val", "dev", "unassigned", ""])


def is_usual_label(column: str) -> bool:
    """Whether a column's name alone says that it holds labels."""
    return normalised(column) in USUAL_NAMES[LABEL] or column == GIVEN_LABEL


def guess_label(table: Table, roles: dict[str, str]) -> dict[str, str]:
    """Where no column has a usual name for labels: what is taken for them.

    The first that is found: the column of which the file lists the classes; columns of 0 and 1, one a class; the only column with
    "label" or the like in its name; the only column of few words, or of ratings, each of which comes several times.

    Parameters
    ----------
    table : Table
    roles : dict of str to str
        The roles known so far, by column: their columns are not looked at.

    Returns
    -------
    dict of str to str
        LABEL, or ONE_HOT, by column; empty where nothing is found, or several columns are as likely.
    """
    free = [column for column in table.columns if column not in roles]
    if len(table.class_names) == 1 and next(iter(table.class_names)) in free:
        return dict.fromkeys(table.class_names, LABEL)
    one_hot = one_hot_columns(table, free)
    if one_hot:
        return dict.fromkeys(one_hot, ONE_HOT)
    called = [column for column in free if _is_called_label(table, column)]
    if len(called) == 1:
        return {called[0]: LABEL}
    few = _columns_of_few_words(table, free)
    if not few and all(column.startswith(UNNAMED) for column in table.columns):  # without names, numbers may be classes
        few = _numbers_as_labels(table, free)
    rating = _rating(table, free) if TEXT in roles.values() or text_column(table, free) else None
    if rating and (not few or normalised(rating) in PLAIN_RATING_NAMES):
        few = [rating]
    return {few[0]: LABEL} if len(few) == 1 else {}


def _columns_of_few_words(table, free):
    """The columns of few different words, but no sentences or dates; those that other tools made only where there are no others."""
    few = [column for column in free if not is_numeric(table, column) and has_few_values(table, column)]
    own = [column for column in few if not OF_OTHERS.fullmatch(normalised(column)) and why_no_feature_by_name(column) is None]
    return [
        column
        for column in own or few
        if not _are_sentences(table, column) and not is_date(next(filter(None, table.texts(column)), ""))
    ]


def _is_called_label(table, column):
    """Whether a column has "label" or the like in its name, as a word, and holds few values, numbers or words."""
    name = normalised(column)
    is_called = CALLED_LABEL.fullmatch(name) and not OF_OTHERS.fullmatch(name) and why_no_feature_by_name(column) is None
    return bool(is_called) and has_few_values(table, column) and (not is_numeric(table, column) or _are_whole_numbers(table, column))


def has_few_values(table: Table, column: str) -> bool:
    """Whether a column holds words of which each comes several times, as labels do."""
    if not may_be_labels(table, column):
        return False
    first = next((cell for cell in table.column(column) if cell_text(cell).strip()), None)
    texts = [text for text in table.texts(column) if text]
    if isinstance(first, list | dict):  # as many tools write one label
        if LIST_OF_PROBABILITIES.fullmatch(column.strip()):
            return False
        lists = [labels_of_cell(cell) for cell in table.column(column)]
        if any(len(labels) > 1 for labels in lists):
            return False
        texts = [labels[0] for labels in lists if labels]
    if {text.lower() for text in texts} <= PARTS_OF_DATA:
        return False
    different = len(set(texts))
    return 2 <= different <= FEW_VALUES and different * ROWS_A_VALUE <= len(texts) >= SHARE_FILLED * len(table)


def _are_sentences(table, column):
    words = [len(cell.split()) for cell in table.column(column)[:SAMPLE_ROWS] if isinstance(cell, str) and cell.strip()]
    return bool(words) and float(np.median(words)) > LONGEST_LABEL_WORDS


def _numbers_as_labels(table, free):
    """Of columns without names those of few whole numbers: the last of the table, or else the first, where there are several."""
    few = [column for column in free if has_few_values(table, column) and _are_whole_numbers(table, column)]
    counts = {column: len(set(table.texts(column))) for column in few}
    for place in (-1, 0):
        column = table.columns[place]
        if column in counts and counts[column] == min(counts.values()):
            return [column]
    return few


def _are_whole_numbers(table, column):
    return all(_is_whole(text) for text in {*table.texts(column)} if text)


def _is_whole(text):
    """Whether a text is a whole number in any spelling, as numpy's 1.000000e+00."""
    try:
        return float(text).is_integer()
    except (ValueError, OverflowError):
        return False


def _rating(table, free):
    """What reviewers gave, as whole numbers such as stars, where there are texts that it may be about."""
    by_name = {normalised(column): column for column in free}
    ratings = [by_name[name] for name in RATING_NAMES if name in by_name]
    return next((column for column in ratings if is_numeric(table, column) and _are_few_whole_numbers(table, column)), None)


def _are_few_whole_numbers(table, column):
    different = {whole_number(text) for text in table.texts(column) if text}
    return None not in different and 2 <= len(different) <= MOST_RATINGS


def labels_in(table: Table, roles: dict[str, str]) -> set[str]:
    """The different labels that the columns with that role hold, as they are written: set of str."""
    column = column_of(roles, LABEL)
    if column is None:
        return set(classes_of_one_hot(columns_of(roles, ONE_HOT)))
    shares = shares_of_column(table, column)
    if shares is not None:
        return set(shares[1] or map(str, range(shares[0].shape[1])))
    return {text for text in table.texts(column) if text}


def classes_of_one_hot(columns: Sequence[str]) -> list[str]:
    """The classes that columns of 0 and 1, or of a share for each class, stand for, in their order: list of str."""
    soft = [class_of_soft_column(column) for column in columns]
    if len(set(soft)) == len(soft) and not set(soft) & set(columns):
        return soft
    return classes_of_one_hot_columns(columns, {*USUAL_NAMES[LABEL], "is"}) if columns else []


def columns_that_repeat(table: Table, label: str | None, columns: Sequence[str]) -> list[str]:
    """Of some columns, those of 0 and 1 that say together what the label says in every row: list of str."""
    named = [column for column in columns if not PROBABILITY_NAME.fullmatch(column) and not SUFFIXED_PROBABILITY_NAME.fullmatch(column)]
    group = one_hot_columns(table, named) if label is not None and len(table) >= FEWEST_ROWS_THAT_REPEAT else []
    if not group:
        return []
    marked = zip(*(table.texts(column) for column in group), strict=True)
    pairs = set(zip(table.texts(label), marked, strict=True))  # type: ignore[arg-type]  # there where a group is
    return group if len(pairs) == len({text for text, _ in pairs}) == len({marks for _, marks in pairs}) else []
