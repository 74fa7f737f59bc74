"""What each column of a table is for: guessed by its name and what it holds, or chosen by a person.

A role that was chosen is never taken away, nor given to another column where only one can have it. What is
guessed takes the columns' names first, then what they hold. Nothing is trained on by accident: of the numbers that
remain, `vizzy.reading.features` leaves aside what only looks like a feature.
"""

from __future__ import annotations

import re
from dataclasses import replace
from collections.abc import Collection, Sequence

import numpy as np

from vizzy.features.measurements import is_date
from vizzy.reading.arrays import SUMS_TO_ONE
from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.files import IMAGE_SUFFIXES
from vizzy.reading.features import feature_columns, is_numeric, normalised, why_no_feature_by_name
from vizzy.reading.label_cells import classes_of_one_hot_columns, labels_of_cell, may_be_labels, one_hot_columns
from vizzy.reading.labels import whole_number
from vizzy.reading.numbers import holds_lists
from vizzy.reading.score_cells import holds_objects, holds_scores, parsed_cell, sampled_shares, scores_of_pairs, share_of
from vizzy.reading.soft_labels import class_of_soft_column, shares_of_column, soft_columns
from vizzy.reading.tables import SAMPLE_ROWS, UNNAMED, Table, cell_text, sampled_texts
from vizzy.reading.text_columns import text_column, texts_within
from vizzy.sentences import sentence

LABEL, ONE_HOT, ID, FILE, TEXT, TRUE_LABEL, ALT, PROBABILITY, EMBEDDING, MEASUREMENT, REVIEW, IGNORED = (
    "label",
    "label, one column a class",
    "id",
    "image",
    "text",
    "true label",
    "alternative text",
    "predicted probability",
    "embedding",
    "measurement",
    "review",
    "ignored",
)
COLUMN_ROLES = (LABEL, ONE_HOT, ID, FILE, TEXT, TRUE_LABEL, ALT, PROBABILITY, EMBEDDING, MEASUREMENT, REVIEW, IGNORED)
ONE_COLUMN_ROLES = (LABEL, ONE_HOT, ID, FILE, TEXT, TRUE_LABEL, ALT)

# Usual names, the surest first; compared in lower case with "_" between words.
USUAL_NAMES = {
    LABEL: [
        "given_label",
        "label",
        "labels",
        "class",
        "target",
        "y",
        "category",
        "class_label",
        "class_name",
        "label_name",
        "given",
        "noisy_label",
        "annotation",
        "annotated_label",
        "tag",
        "sentiment",
        "intent",
        "species",
        "diagnosis",
        "labels_text",
        "tags",
        "cats",
        "accept",
        "annotations",
        "completions",
        "responses",
        "response",
        "outcome",
        "variety",
        "survived",
        "churn",
        "spam",
        "is_spam",
        "is_duplicate",
        *("final_label", "majority", "majority_vote", "consensus", "majority_label", "adjudicated"),
        # In other languages, in which a column of numbers would not be known for labels by what it holds.
        *("klasse", "kategorie", "klassen", "zielvariable", "classe", "étiquette", "catégorie", "clase", "etiqueta", "categoría", "categoria"),
        *("etichetta", "rótulo", "etykieta", "klasa", "kategoria", "třída", "štítek", "etiket", "sınıf", "luokka", "klass", "метка", "класс"),
        *("категория", "мітка", "标签", "类别", "分类", "標籤", "類別", "分類", "ラベル", "クラス", "カテゴリ", "라벨", "레이블", "클래스", "분류"),
    ],
    TRUE_LABEL: ["true_label", "truth", "ground_truth", "gold_label", "gold", "correct_label"],
    ID: ["id", "example_id", "sample_id", "row_id", "uid", "uuid", "guid", "key", "index", "idx", "__index_level_0__"] + [""],
    FILE: [
        "file",
        "filename",
        "file_name",
        "image",
        "image_path",
        "image_file",
        "img",
        "img_path",
        "path",
        "filepath",
        "file_path",
    ],
    TEXT: [
        "text",
        "sentence",
        "review",
        "message",
        "content",
        "comment",
        "body",
        "document",
        "utterance",
        "question",
        "title",
        "description",
    ],
    ALT: ["alt", "alt_text", "caption"],
}
# What Vizzy adds to a table it exports; all but the first, which a table may have of its own, tell such a table.
GIVEN_LABEL, SUGGESTED_LABEL, CORRECTED_LABEL = "given_label", "suggested_label", "corrected_label"
LABEL_QUALITY, IS_LABEL_ISSUE, IS_OUT_OF_DISTRIBUTION = (
    "label_quality",
    "is_label_issue",
    "is_out_of_distribution",
)
REVIEW_ACTION, DECISION, NEAR_DUPLICATES = "review_action", "decision", "near_duplicates"
# Columns that a table exported by an earlier version lacks.
NEWER_COLUMNS = (DECISION, NEAR_DUPLICATES)
ADDED_COLUMNS = (
    GIVEN_LABEL,
    SUGGESTED_LABEL,
    CORRECTED_LABEL,
    LABEL_QUALITY,
    IS_LABEL_ISSUE,
    IS_OUT_OF_DISTRIBUTION,
    REVIEW_ACTION,
    *NEWER_COLUMNS,
)
# Where a table has a column of such a name that is not Vizzy's, its own is called so.
TAKEN_PREFIX = "vizzy_"

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
# What other tools suggest, beside the label that a person gave.
OF_OTHERS = re.compile(r"(.*_)?(suggestions?|suggested|predictions?|predicted|preds?|agents?|status)(_.*)?")
CALLED_LABEL = re.compile(r"(.*_)?(label|class|target|category|labels|classes|sentiment|emotion|intent|polarity|diagnosis|species|(is|has)_.*)(_(num|number|code|idx|index|name))?|type|(label|class|target)_[^\d].*")
LONGEST_LABEL_WORDS = 6  # in the middle of all: a column of sentences that come again holds no labels
FEWEST_ROWS_THAT_REPEAT = 10  # of fewer, a model may agree with all
ROUNDED_TO_2 = 0.005  # how far off a number with two decimals may be
# Where no column has a usual name for labels, one of words with so few values, each so often, is taken for them.
RATING_NAMES = ("stars", "star", "star_rating", "rating", "ratings", "overall", "score")
PLAIN_RATING_NAMES = RATING_NAMES[:5]  # those that are the label even beside a column of few words, such as a country
MOST_RATINGS = 11  # from 0 to 10
PARTS_OF_DATA = frozenset(["train", "training", "test", "validation", "valid", "val", "dev", "unassigned", ""])
FEW_VALUES, ROWS_A_VALUE, SHARE_FILLED = 50, 3, 0.9


def exported_columns(columns: Sequence[str]) -> dict[str, str]:
    """Of a table that Vizzy exported, the names of what it added: dict by usual name; empty for any other table."""
    found = {}
    for name in ADDED_COLUMNS[1:]:
        for actual in (TAKEN_PREFIX + name, name):
            if actual in columns:
                found[name] = actual
                break
        else:
            if name not in NEWER_COLUMNS:
                return {}
    if GIVEN_LABEL in columns:
        found[GIVEN_LABEL] = GIVEN_LABEL
    return found


def check_choices(table: Table, chosen: dict[str, str]) -> None:
    """Refuse roles chosen for columns that are not there, or roles that do not exist, or twice.

    Parameters
    ----------
    table : Table
    chosen : dict of str to str
        Roles by column that a person chose.

    Raises
    ------
    ReadingError
        It names the column or the role.
    """
    for column, role in chosen.items():
        if column not in table.columns:
            raise ReadingError(sentence(
                "{table} has no column {column}: its columns are {columns}.",
                table=table.name, column=shown(column), columns=listed(table.columns, 12),
            ))
        if role not in COLUMN_ROLES:
            raise ReadingError(sentence(
                "{role} is nothing a column can be taken for: choose one of {roles}.",
                role=shown(role), roles=listed(COLUMN_ROLES, 12),
            ))
    for role in ONE_COLUMN_ROLES:
        doubled = [column for column, other in chosen.items() if other == role]
        if len(doubled) > 1:
            raise ReadingError(sentence(
                "{columns} are both taken for the {role}, but only one column can be: choose one.",
                columns=listed(doubled), role=sentence(role),
            ))


def guess_roles(table: Table, chosen: dict[str, str]) -> dict[str, str]:
    """A role for every column.

    Parameters
    ----------
    table : Table
    chosen : dict of str to str
        Roles by column that a person chose.

    Returns
    -------
    dict of str to str
        One of COLUMN_ROLES by column, in their order.
    """
    roles = dict(chosen)
    exported = exported_columns(table.columns)
    for name, column in exported.items():
        roles.setdefault(column, LABEL if name == GIVEN_LABEL and LABEL not in chosen.values() else REVIEW)
    for role in (LABEL, TRUE_LABEL, ID, FILE, TEXT, ALT):
        if role not in roles.values() and not (role == LABEL and ONE_HOT in roles.values()):
            column = _usual_column(table, role, roles)
            if column is not None:
                roles[column] = role
    if not {LABEL, ONE_HOT} & set(roles.values()):
        truth = column_of(roles, TRUE_LABEL)
        other = _unusual_label(table, roles)
        roles.update(other if other or truth is None or truth in chosen else {truth: LABEL})
    labels = labels_in(table, roles)
    if labels:
        free = [column for column in table.columns if column not in roles]
        said_again = columns_that_repeat(table, column_of(roles, LABEL), free)
        roles.update(dict.fromkeys(said_again + soft_columns(table, free, labels), IGNORED))
    if PROBABILITY not in roles.values():
        roles.update(dict.fromkeys(_probability_columns(table, roles, labels), PROBABILITY))
    if EMBEDDING not in roles.values():
        free = [column for column in table.columns if column not in roles]
        roles.update(dict.fromkeys(feature_columns(table, free), EMBEDDING))
    return {column: roles.get(column, IGNORED) for column in table.columns}


def labels_in(table: Table, roles: dict[str, str]) -> set[str]:
    """The different labels that the columns with that role hold, as they are written: set of str."""
    column = column_of(roles, LABEL)
    if column is None:
        return set(classes_of_one_hot(columns_of(roles, ONE_HOT)))
    shares = shares_of_column(table, column)
    if shares is not None:
        return set(shares[1] or map(str, range(shares[0].shape[1])))
    return {text for text in table.texts(column) if text}


def columns_that_repeat(table: Table, label: str | None, columns: Sequence[str]) -> list[str]:
    """Of some columns, those of 0 and 1 that say together what the label says in every row: list of str."""
    named = [column for column in columns if not PROBABILITY_NAME.fullmatch(column) and not SUFFIXED_PROBABILITY_NAME.fullmatch(column)]
    group = one_hot_columns(table, named) if label is not None and len(table) >= FEWEST_ROWS_THAT_REPEAT else []
    if not group:
        return []
    marked = zip(*(table.texts(column) for column in group), strict=True)
    pairs = set(zip(table.texts(label), marked, strict=True))  # type: ignore[arg-type]  # there where a group is
    return group if len(pairs) == len({text for text, _ in pairs}) == len({marks for _, marks in pairs}) else []


def classes_of_one_hot(columns: Sequence[str]) -> list[str]:
    """The classes that columns of 0 and 1, or of a share for each class, stand for, in their order: list of str."""
    soft = [class_of_soft_column(column) for column in columns]
    if len(set(soft)) == len(soft) and not set(soft) & set(columns):
        return soft
    return classes_of_one_hot_columns(columns, {*USUAL_NAMES[LABEL], "is"}) if columns else []


def is_usual_label(column: str) -> bool:
    """Whether a column's name alone says that it holds labels."""
    return normalised(column) in USUAL_NAMES[LABEL] or column == GIVEN_LABEL


def _unusual_label(table, roles):
    """Where no column has a usual name for labels: columns of 0 and 1, a class each, or the one with few values."""
    free = [column for column in table.columns if column not in roles]
    if len(table.class_names) == 1 and next(iter(table.class_names)) in free:
        return dict.fromkeys(table.class_names, LABEL)
    one_hot = one_hot_columns(table, free)
    if one_hot:
        return dict.fromkeys(one_hot, ONE_HOT)
    called = [column for column in free if _is_called_label(table, column)]
    if len(called) == 1:
        return {called[0]: LABEL}
    few = [column for column in free if not is_numeric(table, column) and has_few_values(table, column)]
    own = [column for column in few if not OF_OTHERS.fullmatch(normalised(column)) and why_no_feature_by_name(column) is None]
    few = own or few
    few = [column for column in few if not _are_sentences(table, column)]
    few = [column for column in few if not is_date(next(filter(None, table.texts(column)), ""))]
    if not few and all(column.startswith(UNNAMED) for column in table.columns):  # without names, numbers may be classes
        few = _numbers_as_labels(table, free)
    rating = _rating(table, free) if TEXT in roles.values() or text_column(table, free) else None
    if rating and (not few or normalised(rating) in PLAIN_RATING_NAMES):
        few = [rating]
    return {few[0]: LABEL} if len(few) == 1 else {}


def _numbers_as_labels(table, free):
    """Of columns without names those of few whole numbers: the last of the table, or else the first, where there are several."""
    few = [column for column in free if has_few_values(table, column) and _are_whole_numbers(table, column)]
    counts = {column: len(set(table.texts(column))) for column in few}
    for place in (-1, 0):
        column = table.columns[place]
        if column in counts and counts[column] == min(counts.values()):
            return [column]
    return few


def _is_called_label(table, column):
    """Whether a column has "label" or the like in its name, as a word, and holds few values, numbers or words."""
    name = normalised(column)
    is_called = CALLED_LABEL.fullmatch(name) and not OF_OTHERS.fullmatch(name) and why_no_feature_by_name(column) is None
    return bool(is_called) and has_few_values(table, column) and (not is_numeric(table, column) or _are_whole_numbers(table, column))


def _are_sentences(table, column):
    words = [len(cell.split()) for cell in table.column(column)[:SAMPLE_ROWS] if isinstance(cell, str) and cell.strip()]
    return bool(words) and float(np.median(words)) > LONGEST_LABEL_WORDS


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


def column_of(roles: dict[str, str], role: str) -> str | None:
    """The column with a role that only one can have, or None."""
    return next((column for column, other in roles.items() if other == role), None)


def columns_of(roles: dict[str, str], role: str) -> list[str]:
    """The columns with a role, in their order."""
    return [column for column, other in roles.items() if other == role]


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


def _usual_column(table, role, roles):
    if role == LABEL and table.label is not None and table.label not in roles:
        return table.label
    by_name = {}
    for column in table.columns:
        if column not in roles:
            by_name.setdefault(normalised(column), column)
    for name in USUAL_NAMES[role]:
        if name in by_name and _may_be(table, by_name[name], role):
            return by_name[name]
    if role == FILE:
        return next((column for column in by_name.values() if _names_images(table, column)), None)
    if role == ID:
        return next((column for name, column in by_name.items() if _is_id(table, name, column)), None)
    if role == LABEL:
        return next((column for name, column in by_name.items() if name.endswith("_responses")), None)
    return None


def _names_images(table, column):
    """Whether the first cells of a column are names of images, or hold one, each another one."""
    texts = texts_within(replace(table, rows=table.rows[:SAMPLE_ROWS]), column)
    return len(texts) > 1 and len(set(texts)) == len(texts) and all(text.lower().endswith(IMAGE_SUFFIXES) for text in texts)


def _is_id(table, name, column):
    return name.endswith("_id") and _may_be(table, column, ID)


def _may_be(table, column, role):
    """Whether what a column holds does not speak against the role that its name suggests."""
    if role == ID and column.strip().lower() not in (
        "id",
        "uid",
        "uuid",
        "guid",
        "example_id",
        "sample_id",
        "row_id",
    ):
        texts = table.texts(column)
        return len(set(texts)) == len(texts) and all(texts)
    if role == LABEL:
        return may_be_labels(table, column)
    if role in (FILE, TEXT):
        texts = sampled_texts(table, column)
        return not holds_lists(table, column) and not (role == TEXT and len(texts) > 1 == len(set(texts)))
    return True


def _probability_columns(table, roles, labels):
    free = [column for column in table.columns if column not in roles]
    for column in free:
        if LIST_OF_PROBABILITIES.fullmatch(column.strip()) and (
            holds_lists(table, column) or holds_scores(table, column) or holds_objects(table, column)
        ):
            return [column]
    listing = next((column for column in free if _lists_scores(table, column)), None)
    if listing is not None:
        return [listing]
    numeric = [column for column in free if is_numeric(table, column)]
    named = [column for column in numeric if PROBABILITY_NAME.fullmatch(column)]
    if len(named) < 2:
        named = [column for column in numeric if SUFFIXED_PROBABILITY_NAME.fullmatch(column)] or named
    meant = _folded(labels) & _folded(_meant(named)) or _whole(labels) & _whole(_meant(named))
    numbered = all(whole_number(name) is not None for name in _last_parts(named))
    if len(named) >= 2 and (meant or numbered and (len(named) == len(labels) or not labels or sum_to_one(table, named))):
        return named
    if len(named) == 1 and len(labels) == 2 and meant and _are_shares(table, named[0]):
        return named
    whole = _whole(labels)
    bare = [column for column in numeric if column in labels or whole_number(column) in whole - {None}]
    if len(bare) >= 2 and not all(whole_number(column) is not None for column in bare):
        others = [column for column in numeric if column not in bare]
        return bare + others if others and sum_to_one(table, bare + others) else bare
    # With columns named by numbers or anything else, only their sum tells probabilities from other numbers.
    within = _columns_with_classes_in_their_names(table, numeric, labels)
    if within:
        return within
    several = _columns_that_sum_to_one(table, numeric, len(labels))
    if several:
        return several
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


def _are_shares(table, column):
    """Whether a column holds numbers from 0 to 1, or percentages with their sign, that are not all whole."""
    shares = np.array([share_of(text) for text in sampled_texts(table, column) if text])
    return bool(len(shares) and (shares >= 0).all() and (shares <= 1).all() and (shares != np.round(shares)).any())


def _lists_scores(table, column):
    """Whether the first cell of a column that holds anything lists several classes, each with its score."""
    for cell in table.column(column):
        if cell_text(cell).strip():
            listed = parsed_cell(cell)
            return isinstance(listed, list) and len(scores_of_pairs(listed) or ()) > 1
    return False


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


def _whole(names):
    return {whole_number(name) for name in names} - {None}


def _meant(columns):
    return {name for column in columns for name in class_of_probability_column(column)}


def _folded(names):
    return {name.casefold() for name in names}


def _last_parts(columns):
    return [class_of_probability_column(column)[-1] for column in columns]


def sum_to_one(table: Table, columns: Sequence[str]) -> bool:
    """Whether some columns hold numbers from 0 to 1 that sum to one in nearly every row."""
    values = sampled_shares(table, columns)
    sums = values.sum(axis=1)
    spread = max(SUMS_TO_ONE[1] - 1, len(columns) * ROUNDED_TO_2)
    fits = (values >= 0).all(axis=1) & (values <= 1 + ROUNDED_TO_2).all(axis=1) & (np.abs(sums - 1) <= spread)
    return bool(len(values) and fits.mean() > 0.9)
