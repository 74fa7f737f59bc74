"""What a person chose of how files are read."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choices:
    """What a person chose, where it is not to be guessed."""

    roles: dict = field(default_factory=dict)  # column -> one of columns.COLUMN_ROLES
    arrays: dict = field(default_factory=dict)  # name of an array -> one of arrays.ARRAY_ROLES
    classes: tuple = ()  # of str, the order of the columns in an array of probabilities
    leave_out_unlabelled: bool = False
    kept_labels: tuple = ()  # of str such as "NA" that are classes, though they could mean that there is no label
    no_labels: tuple = ()  # of str that mean that there is no label
    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None  # whether the first line names the columns; None: found out
    sheet: str | None = None  # of a spreadsheet
