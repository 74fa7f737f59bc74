"""What each column of a table is for: guessed by its name and what it holds, or chosen by a person.

A role that was chosen is never taken away, nor given to another column where only one can have it. What is
guessed takes the columns' names first; where those say nothing, numbers that remain are taken for embeddings.
"""

import re

import numpy as np

from vizzy.reading.arrays import SUMS_TO_ONE
from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.nesting import parsed_json
from vizzy.reading.numbers import holds_lists
from vizzy.reading.tables import cell_text

LABEL, ID, FILE, TEXT, TRUE_LABEL, ALT, PROBABILITY, EMBEDDING, REVIEW, IGNORED = (
    "label",
    "id",
    "image",
    "text",
    "true label",
    "alternative text",
    "predicted probability",
    "embedding",
    "review",
    "ignored",
)
COLUMN_ROLES = (LABEL, ID, FILE, TEXT, TRUE_LABEL, ALT, PROBABILITY, EMBEDDING, REVIEW, IGNORED)
ONE_COLUMN_ROLES = (LABEL, ID, FILE, TEXT, TRUE_LABEL, ALT)

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
    ],
    TRUE_LABEL: ["true_label", "truth", "ground_truth", "gold_label", "gold", "correct_label"],
    ID: ["id", "example_id", "sample_id", "row_id", "uid", "uuid", "guid", "key", "index", "idx"] + [""],
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
    "pred_probs|pred_proba|pred_prob|probability|proba|probs|prob|predicted|pred|softmax|score|p"
)
PROBABILITY_NAME = re.compile(rf"(?:{PROBABILITY_PREFIXES})[_\s.:(\[-]+(.+?)[)\]]?", re.IGNORECASE)
SUFFIXED_PROBABILITY_NAME = re.compile(
    r"(.+?)[_\s.:-]+(?:p|prob|probs|proba|probability|softmax|score)", re.IGNORECASE
)
EMBEDDING_NAME = re.compile(
    r"(?:emb|embed|embedding|embeddings|dim|d|feat|feature|features|f|x|v|vec|vector|e|pc|z)[_\s.:\[-]*(\d+)\]?",
    re.IGNORECASE,
)
LIST_OF_PROBABILITIES = re.compile(
    r"(pred_?)?prob(abilitie)?s?|probas?|softmax|pred_probs?|scores", re.IGNORECASE
)
SAMPLE_ROWS = 200


def exported_columns(columns):
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


def check_choices(table, chosen):
    """Refuse roles chosen for columns that are not there, or roles that do not exist, or twice."""
    for column, role in chosen.items():
        if column not in table.columns:
            raise ReadingError(
                f"{table.name} has no column {shown(column)}: its columns are {listed(table.columns, 12)}."
            )
        if role not in COLUMN_ROLES:
            raise ReadingError(
                f"{shown(role)} is nothing a column can be taken for: choose one of {listed(COLUMN_ROLES, 12)}."
            )
    for role in ONE_COLUMN_ROLES:
        doubled = [column for column, other in chosen.items() if other == role]
        if len(doubled) > 1:
            raise ReadingError(
                f"{listed(doubled)} are both taken for the {role}, but only one column can be: choose one."
            )


def guess_roles(table, chosen):
    """A role for every column: dict by column, in their order.

    Parameters
    ----------
    table : Table
    chosen : dict of str to str
        Roles by column that a person chose.
    """
    roles = dict(chosen)
    exported = exported_columns(table.columns)
    for name, column in exported.items():
        roles.setdefault(column, LABEL if name == GIVEN_LABEL and LABEL not in chosen.values() else REVIEW)
    for role in (LABEL, TRUE_LABEL, ID, FILE, TEXT, ALT):
        if role not in roles.values():
            column = _usual_column(table, role, roles)
            if column is not None:
                roles[column] = role
    label_column = column_of(roles, LABEL)
    labels = {text for text in table.texts(label_column) if text} if label_column is not None else set()
    if PROBABILITY not in roles.values():
        roles.update(dict.fromkeys(_probability_columns(table, roles, labels), PROBABILITY))
    if EMBEDDING not in roles.values():
        wanted = PROBABILITY not in roles.values()
        roles.update(dict.fromkeys(_embedding_columns(table, roles, any_numbers=wanted), EMBEDDING))
    return {column: roles.get(column, IGNORED) for column in table.columns}


def column_of(roles, role):
    """The column with a role that only one can have, or None."""
    return next((column for column, other in roles.items() if other == role), None)


def columns_of(roles, role):
    return [column for column, other in roles.items() if other == role]


def class_of_probability_column(column):
    """The names of classes that a column of probabilities may be meant for, the likeliest first."""
    names = [column]
    for pattern in (PROBABILITY_NAME, SUFFIXED_PROBABILITY_NAME):
        match = pattern.fullmatch(column)
        if match:
            names.append(match[1].strip())
    return names


def _usual_column(table, role, roles):
    normalised = {}
    for column in table.columns:
        if column not in roles:
            normalised.setdefault(_normalised(column), column)
    for name in USUAL_NAMES[role]:
        if name in normalised and _may_be(table, normalised[name], role):
            return normalised[name]
    return None


def _normalised(column):
    return re.sub(r"[\s.-]+", "_", column.strip().lower())


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
    if role in (FILE, TEXT, LABEL):
        return not holds_lists(table, column)
    return True


def _probability_columns(table, roles, labels):
    free = [column for column in table.columns if column not in roles]
    for column in free:
        if LIST_OF_PROBABILITIES.fullmatch(column.strip()) and (
            holds_lists(table, column) or holds_objects(table, column)
        ):
            return [column]
    named = [column for column in free if PROBABILITY_NAME.fullmatch(column) and is_numeric(table, column)]
    if len(named) < 2:
        named = [
            column
            for column in free
            if SUFFIXED_PROBABILITY_NAME.fullmatch(column) and is_numeric(table, column)
        ]
    if len(named) >= 2 and (
        _folded(labels) & _folded(_meant(named)) or all(name.isdigit() for name in _last_parts(named))
    ):
        return named
    bare = [column for column in free if column in labels and is_numeric(table, column)]
    if len(bare) < 2:
        return []
    # With classes named by numbers, columns named by numbers may be dimensions: they are not if they sum to one.
    numbered = [column for column in free if column.isdigit() and is_numeric(table, column)]
    if all(column.isdigit() for column in bare):
        return numbered if _sum_to_one(table, numbered) else []
    others = [column for column in free if column not in bare and is_numeric(table, column)]
    return bare + others if others and _sum_to_one(table, bare + others) else bare


def _meant(columns):
    return {name for column in columns for name in class_of_probability_column(column)}


def _folded(names):
    return {name.casefold() for name in names}


def _last_parts(columns):
    return [class_of_probability_column(column)[-1] for column in columns]


def holds_objects(table, column):
    """Whether the first cell of a column that holds anything is a JSON object, from class to probability."""
    for cell in table.column(column):
        if isinstance(cell, dict):
            return True
        if text := cell_text(cell).strip():
            return text.startswith("{") and _is_json(text)
    return False


def _is_json(text):
    try:
        return isinstance(parsed_json(text), dict)
    except ValueError:
        return False


def _sum_to_one(table, columns):
    cells = [[row[table.columns.index(column)] for column in columns] for row in table.rows[:SAMPLE_ROWS]]
    try:
        sums = np.array([[float(cell_text(cell)) for cell in row] for row in cells]).sum(axis=1)
    except ValueError:
        return False
    return bool(np.mean((sums >= SUMS_TO_ONE[0]) & (sums <= SUMS_TO_ONE[1])) > 0.9)


def _embedding_columns(table, roles, any_numbers):
    free = [column for column in table.columns if column not in roles]
    lists = [column for column in free if holds_lists(table, column)]
    if lists:
        return lists[:1]
    named = [
        column for column in free if EMBEDDING_NAME.fullmatch(column.strip()) and is_numeric(table, column)
    ]
    if len(named) < 2:
        named = [column for column in free if column.strip().isdigit() and is_numeric(table, column)]
    if len(named) >= 2 or not any_numbers:
        return named if len(named) >= 2 else []
    # What is called a label or a number of rows must not become a feature: it would give the label away.
    usual = {name for names in USUAL_NAMES.values() for name in names}
    numbers = [column for column in free if _normalised(column) not in usual and is_numeric(table, column)]
    return numbers if len(numbers) >= 2 else []


def is_numeric(table, column):
    """Whether most of the first cells of a column that hold anything are numbers."""
    number = table.columns.index(column)
    texts = [cell_text(row[number]).strip() for row in table.rows[:SAMPLE_ROWS]]
    texts = [text for text in texts if text]
    return bool(texts) and sum(map(_is_number, texts)) > 0.5 * len(texts)


def _is_number(text):
    try:
        float(text.replace(",", ".") if text.count(",") == 1 else text)
        return True
    except ValueError:
        return False
