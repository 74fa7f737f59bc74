"""The roles that a column of a table can have."""


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


def column_of(roles: dict[str, str], role: str) -> str | None:
    """The column with a role that only one can have, or None."""
    return next((column for column, other in roles.items() if other == role), None)


def columns_of(roles: dict[str, str], role: str) -> list[str]:
    """The columns with a role, in their order."""
    return [column for column, other in roles.items() if other == role]
