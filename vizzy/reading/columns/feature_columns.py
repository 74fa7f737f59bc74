"""Which columns of numbers are features, and why the others are left aside.

Columns named like the numbers of a vector (``emb_0``, ``emb_1``, …) are one. Other numbers are measurements, which
`vizzy.reading.raw` takes where nothing else is there, but for what tables carry besides: a count of the rows, ids,
times, annotators, the scores of another tool. Trained on, such a column gives the label away, or tells nothing.
"""

import re
from collections.abc import Sequence

import numpy as np

from vizzy.features.written_numbers import without_units
from vizzy.reading.numbers import holds_lists, is_number, numbers_of
from vizzy.reading.tables import Table, cell_text, sampled_texts
from vizzy.sentences import Sentence, sentence

# Names of the numbers of a vector, known to be such even where there are only two.
VECTOR_STEMS = frozenset(
    "emb embed embedding embeddings dim d feat feature features f x v vec vector e pc pca z umap tsne h latent".split()
)
FEWEST_NUMBERED = 3  # columns with another stem and numbers in turn
FEWEST_IN_A_LIST = 5  # numbers of an embedding that is not called one
NAMED_LIKE_A_VECTOR = re.compile(r"emb|feat|vec|repr|hidden|latent|pca|umap|tsne|logit|value")
MOST_SCALE = 10.0  # of the column that varies most over the one that varies least
FEWEST_ROWS_FOR_IDS = 20
GAPS_OF_IDS, SPREAD_OF_IDS, EVENLY = 3, 2e5, 0.25  # an even spread has a standard deviation of 0.29 of it, what is measured mostly less
SECONDS = (9e8, 2.3e9)  # since 1970, from 1998 to 2042
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z])(?=I[Dd]$)")  # between the words of a name such as classLabel
_NUMBERED = re.compile(r"(.*?)[_\s.:\[-]*(\d+)\]?")

COUNT, NO_NAME = sentence("a count of the rows"), sentence("a column without a name")
# What a column's name says it is, by what is left aside; names in lower case with "_" between words.
NAMES_LEFT_ASIDE = (
    (NO_NAME, r"unnamed_?:?_?[1-9]\d*|__index_level_\d+__"),
    (COUNT, r"unnamed_?:?_?\d+|index|idx|row|row_?(number|num|no|idx)|level_\d+|"),
    (sentence("an id"), r"(.*_)?(id|ids|uid|uuid|guid|key|hash|md5|sha\d*|checksum|phash)"),
    (
        sentence("a time"),
        r"(.*_)?(time|timestamp|date|datetime|epoch|created|updated|modified|lead_time|duration(_.*)?|(seconds|minutes|ms)_?(spent|taken)?)|.*_at",
    ),
    (
        sentence("who annotated"),
        r"(.*_)?(annotators?|annotated_by|completed_by|workers?|labell?ers?|labell?ed_by|raters?|users?|reviewers?|coders?)(_?(id|name|no))?",
    ),
    (
        sentence("a score of another tool"),
        r"(.*_)?(score|scores|prob|proba|probs|probability|logit|confidence|quality|loss|entropy|margin|agreement|uncertainty|mistakenness|hardness|uniqueness"
        r"|is_label_issue|is_outlier|is_duplicate|outlier)",
    ),
    (sentence("a part of the data"), r"(.*_)?(split|fold|subset|partition|batch|page|page_?(number|no))|(is|in)_?(train|training|test|val|valid|validation|holdout)(_set)?"),
    (sentence("a weight"), r"(sample_|instance_)?weights?"),
)
_NAMES_LEFT_ASIDE = tuple((what, re.compile(pattern)) for what, pattern in NAMES_LEFT_ASIDE)


def normalised(column: str) -> str:
    """A column's name in lower case, with "_" between its words, without the signs that Weka puts around it: str.

    Examples
    --------
    >>> normalised("Given label"), normalised("givenLabel"), normalised("sepal.length")
    ('given_label', 'given_label', 'sepal_length')
    """
    return re.sub(r"[\s.-]+", "_", _CAMEL.sub("_", column.strip().strip("@")).lower())


def feature_columns(table: Table, columns: Sequence[str]) -> list[str]:
    """Of some columns without another role, those that hold features.

    Parameters
    ----------
    table : Table
    columns : sequence of str

    Returns
    -------
    list of str
        One column that holds lists, or columns of numbers whose names say that they are those of a vector.
    """
    lists = [column for column in columns if holds_lists(table, column) and _is_long_or_named(table, column)]
    if lists:
        return lists[:1]
    return _numbered_alike([column for column in columns if is_numeric(table, column)])


def _is_long_or_named(table, column):
    """Whether lists of numbers are as long as those of an embedding, or called so; a few are the corners of a box or the like."""
    if NAMED_LIKE_A_VECTOR.search(column.lower()) or column.strip().lower() in VECTOR_STEMS:
        return True
    cell = next((cell for cell in table.column(column) if cell_text(cell).strip()), "")
    length = len(cell) if isinstance(cell, list) else len(cell_text(cell).replace(",", " ").split())
    return length >= FEWEST_IN_A_LIST


def why_no_feature(table: Table, column: str) -> str | None:
    """What a column of numbers is instead of a feature, such as "an id"; None where it may be one."""
    return why_no_feature_by_name(column) or _why_no_feature_by_values(_values(table, column))


def why_no_feature_by_name(column: str) -> Sentence | None:
    """What a column's name says that it is instead of a feature, such as "an id"; None where it says nothing."""
    name = normalised(column)
    return next((what for what, pattern in _NAMES_LEFT_ASIDE if pattern.fullmatch(name)), None)


def _why_no_feature_by_values(values):
    if not len(values):
        return None
    if (values == values[0]).all():
        return sentence("the same in every row")
    if (values == np.round(values)).all():
        return _what_whole_numbers_are(values)
    return None


def is_numeric(table: Table, column: str) -> bool:
    """Whether most of the first cells of a column that hold anything are numbers."""
    texts = without_units([text for text in sampled_texts(table, column) if text])
    return bool(texts) and sum(map(is_number, texts)) > 0.5 * len(texts)


def _numbered_alike(columns):
    """Columns whose names differ in a number alone, as those of one vector: the largest such group, or none."""
    groups: dict[str, list[str]] = {}
    for column in columns:
        match = _NUMBERED.fullmatch(column.strip())
        if match:
            groups.setdefault(match[1].strip().lower(), []).append(column)
    vectors = [group for stem, group in groups.items() if _is_vector(stem, group)]
    return max(vectors, key=len, default=[])


def _is_vector(stem, group):
    if stem in VECTOR_STEMS or stem == "":
        return len(group) >= 2
    numbers = sorted(int(_NUMBERED.fullmatch(column.strip())[2]) for column in group)
    in_turn = numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return len(group) >= FEWEST_NUMBERED and in_turn


def _what_whole_numbers_are(values):
    different = len(np.unique(values))
    steps = np.diff(values)
    if len(values) > 2 and (steps == steps[0]).all():
        return COUNT
    if (values >= SECONDS[0]).all() and ((values <= SECONDS[1]) | (values >= 1000 * SECONDS[0])).all():
        return sentence("a time")
    if different == len(values) >= FEWEST_ROWS_FOR_IDS and _are_numbered(values, steps):
        return sentence("an id, since it is different in every row")
    return None


def _are_numbered(values, steps):
    """Whether different whole numbers are as ids are given out, and not as things are counted: in order, hardly with gaps, or large and spread evenly."""
    spread = values.max() - values.min()
    evenly = spread >= SPREAD_OF_IDS and values.std() > EVENLY * spread
    return bool((steps > 0).all() or (steps < 0).all() or spread < GAPS_OF_IDS * len(values) or evenly)


def _values(table, column):
    try:
        values = numbers_of(table, column)
    except ValueError:
        return np.empty(0)
    return values[np.isfinite(values)]
