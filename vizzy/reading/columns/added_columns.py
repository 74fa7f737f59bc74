"""The columns that Vizzy adds to a table it exports, by which such a table is recognised when it is read again."""

from collections.abc import Sequence

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
