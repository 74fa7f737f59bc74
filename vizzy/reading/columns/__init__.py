"""What each column of a table is for, its role: guessed by its name and what it holds, or chosen by a person.

To change how a role is guessed: `guessing` has the order in which roles are given (`guess_roles`), `usual_names` the names that say
a role, `label_column`, `probability_columns`, `feature_columns` and `text_columns` what is looked for where names say nothing,
`soft_labels` columns with a share for each class. `role_names` lists the roles, `added_columns` the columns that Vizzy adds to what it exports.
"""

from vizzy.reading.columns.added_columns import CORRECTED_LABEL, REVIEW_ACTION, exported_columns
from vizzy.reading.columns.feature_columns import is_numeric, normalised
from vizzy.reading.columns.guessing import check_choices, guess_roles
from vizzy.reading.columns.label_column import (
    PARTS_OF_DATA,
    classes_of_one_hot,
    columns_that_repeat,
    has_few_values,
    is_usual_label,
    labels_in,
)
from vizzy.reading.columns.probability_columns import PROBABILITY_NAME, class_of_probability_column, classes_within_names, sum_to_one
from vizzy.reading.columns.role_names import (
    ALT,
    COLUMN_ROLES,
    EMBEDDING,
    FILE,
    ID,
    IGNORED,
    LABEL,
    MEASUREMENT,
    ONE_HOT,
    PROBABILITY,
    REVIEW,
    TEXT,
    TRUE_LABEL,
    column_of,
    columns_of,
)
from vizzy.reading.columns.usual_names import USUAL_NAMES

__all__ = [
    "ALT",
    "COLUMN_ROLES",
    "CORRECTED_LABEL",
    "EMBEDDING",
    "FILE",
    "ID",
    "IGNORED",
    "LABEL",
    "MEASUREMENT",
    "ONE_HOT",
    "PARTS_OF_DATA",
    "PROBABILITY",
    "PROBABILITY_NAME",
    "REVIEW",
    "REVIEW_ACTION",
    "TEXT",
    "TRUE_LABEL",
    "USUAL_NAMES",
    "check_choices",
    "class_of_probability_column",
    "classes_of_one_hot",
    "classes_within_names",
    "column_of",
    "columns_of",
    "columns_that_repeat",
    "exported_columns",
    "guess_roles",
    "has_few_values",
    "is_numeric",
    "is_usual_label",
    "labels_in",
    "normalised",
    "sum_to_one",
]
