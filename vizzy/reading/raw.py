"""The texts and measurements of a table, for where there are neither embeddings nor predicted probabilities.

The columns that no other role took are looked through: the one with long, mostly different texts, and those with
numbers, categories or dates. What only looks like a measurement is left aside: ids, counts, the scores of other tools,
and a column that says the same as the label. `vizzy.features` makes embeddings of them when the dataset is opened.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

import vizzy.reading.arrays as array_roles
import vizzy.reading.columns as column_roles
from vizzy.features.measurements import why_no_measurement
from vizzy.features.written_numbers import with_few_digits, without_units
from vizzy.reading.choices import Choices
from vizzy.reading.columns import column_of, columns_of
from vizzy.reading.contents import Contents
from vizzy.reading.errors import listed, shown
from vizzy.reading.label_cells import ACCEPT, REJECT
from vizzy.reading.columns.feature_columns import is_numeric, why_no_feature, why_no_feature_by_name
from vizzy.reading.columns.soft_labels import soft_columns
from vizzy.reading.columns.text_columns import columns_of_words, text_column, texts_within
from vizzy.sentences import Sentence, counted, sentence

MOST_OF_TEXTS = 64  # features
MOST_NAMED = 6  # columns in a note
ROWS_A_LABEL = 3
SHARE_REPEATED = 0.4  # of the texts, from which on a note warns of copies
# What stands in a column of words, where its name says so.
_NOT_MEASURED = re.compile(
    r"(.*_)?(created|updated|modified|timestamp|url|uri|link|path|file|filename|file_name|email|phone|comment|comments|note|notes)|(.*_)?at"
    r"|(.*_)?(predicted|prediction|predictions|pred|suggested|corrected)(_.*)?|.*_labels?|label_.*"
)
_OF_PEOPLE = re.compile(r"((first|last|full|user|nick|sur|family|given|middle|customer|client|patient|student|employee|contact)_?)?names?|authors?|users?|persons?")
MEASURED_IN_A_TABLE = frozenset(["weight"])  # a thing's weight, where nothing is trained with weights of rows


@dataclass(frozen=True, eq=False)
class Raw:
    """What features are to be made of."""

    texts: tuple | None  # (n,) of str, or None where there are none
    columns: Mapping  # column -> (n,) of str: the measurements, by their column

    @property
    def described(self) -> tuple:
        """What is to be shown of each example: its text, or what its columns hold."""
        if self.texts is not None:
            return self.texts
        return tuple(
            ", ".join(f"{column}: {with_few_digits(cell)}" for column, cell in zip(self.columns, cells, strict=True) if cell)
            for cells in zip(*self.columns.values(), strict=True)
        )

    @property
    def dimensions(self) -> int:
        """About how many features there will be."""
        return MOST_OF_TEXTS * (self.texts is not None) + len(self.columns)

    @property
    def kind(self) -> str:
        """In words, for a sentence: "texts", "measurements" or both."""
        return " and ".join(["texts"] * (self.texts is not None) + ["measurements"] * bool(self.columns))


def raw_roles(contents: Contents, columns: dict, arrays: dict, choices: Choices) -> tuple[dict, dict]:
    """The roles of the columns where there are neither embeddings nor predicted probabilities.

    Parameters
    ----------
    contents : Contents
    columns : dict
        Column -> role, as guessed or chosen so far.
    arrays : dict
        Name of an array -> role.
    choices : Choices

    Returns
    -------
    tuple of (dict, dict)
        The roles, with `TEXT` and `MEASUREMENT` where they were found; and by column why others were left aside.
    """
    table = contents.table
    if table is None or not len(table) or contents.images or _predicts(columns, arrays):
        return columns, {}
    columns = dict(columns)
    free = [column for column in columns_of(columns, column_roles.IGNORED) if column not in choices.roles]
    said_by_people = soft_columns(table, free, column_roles.labels_in(table, columns))
    said_again = column_roles.columns_that_repeat(table, column_of(columns, column_roles.LABEL), free)
    free = [column for column in free if column not in said_by_people]
    if column_of(columns, column_roles.TEXT) is None:
        text = text_column(table, free)
        if text is not None:
            columns[text] = column_roles.TEXT
            free.remove(text)
    if column_roles.MEASUREMENT in choices.roles.values():
        return columns, {}
    label = column_of(columns, column_roles.LABEL)
    reasons = {column: _why_left_aside(table, column, label) for column in free if column not in said_again}
    reasons |= dict.fromkeys(said_again, sentence("the label in other words"))
    columns.update({column: column_roles.MEASUREMENT for column, why in reasons.items() if why is None})
    if not {column_roles.TEXT, column_roles.MEASUREMENT} & set(columns.values()):
        columns.update(dict.fromkeys(_texts_of_few_words(table, free)[:1], column_roles.TEXT))
    return columns, {column: why for column, why in reasons.items() if why and columns[column] == column_roles.IGNORED}


def may_be_text(contents: Contents, columns: dict, arrays: dict) -> list[str]:
    """The columns that features of texts could be made of: the one that has that role, and others that hold words.

    Parameters
    ----------
    contents : Contents
    columns : dict
        Column -> role.
    arrays : dict
        Name of an array -> role.

    Returns
    -------
    list of str
        In the table's order; empty where features are brought.
    """
    table = contents.table
    if table is None or not len(table) or contents.images or _predicts(columns, arrays):
        return []
    free = [column for column, role in columns.items() if role in (column_roles.IGNORED, column_roles.MEASUREMENT)]
    words = {*_texts_of_few_words(table, free), *columns_of(columns, column_roles.TEXT)}
    return [column for column in columns if column in words]


def _texts_of_few_words(table, columns):
    """Of some columns, those that hold words, the longest first, but for what nobody reads for a label: links, people's names."""
    return [
        column
        for column in columns_of_words(table, columns)
        if why_no_feature_by_name(column) is None and not _OF_PEOPLE.fullmatch(column_roles.normalised(column))
    ]


def raw_of(contents: Contents, columns: dict, row_idx: np.ndarray) -> Raw | None:
    """What features are to be made of, of some rows.

    Parameters
    ----------
    contents : Contents
    columns : dict
        Column -> role.
    row_idx : np.ndarray of int

    Returns
    -------
    Raw or None
        None where there is nothing.
    """
    if contents.table is None:
        return None
    text = column_of(columns, column_roles.TEXT)
    measured = columns_of(columns, column_roles.MEASUREMENT)
    if text is None and not measured:
        return None
    return Raw(
        None if text is None else _cells(contents.table, text, row_idx),
        {column: _cells(contents.table, column, row_idx) for column in measured},
    )


def notes_on_raw(columns: dict, raw: Raw) -> list[Sentence]:
    """What the features are made of, and that it is so because nothing better came.

    Parameters
    ----------
    columns : dict
        Column -> role.
    raw : Raw

    Returns
    -------
    list of str
    """
    notes = []
    if raw.texts is not None:
        notes.append(sentence(
            "There are no embeddings and no predicted probabilities, so features are made of the texts in {column}: "
            "words and runs of letters, weighted by TF-IDF and reduced to a few numbers; where most words are "
            "English, vectors of the words are added.",
            column=shown(column_of(columns, column_roles.TEXT)),
        ))
    repeated = 0 if raw.texts is None else len(raw.texts) - len(set(raw.texts))
    if raw.texts is not None and repeated > SHARE_REPEATED * len(raw.texts):
        notes.append(sentence(
            "{n} of {rows} have a text that another row has, too, as where several people gave a label to each: copies of a text "
            "are trained on when its label is judged. Bring each text once, with the label that most gave.",
            n=repeated, rows=counted(len(raw.texts), "{} row", "{} rows"),
        ))
    with_units = [column for column, cells in raw.columns.items() if without_units(cells) is not cells]
    if with_units:
        notes.append(sentence("Units, currencies and signs such as < in {columns} are left off their numbers.", columns=listed(with_units, MOST_NAMED)))
    if raw.columns:
        named = listed(list(raw.columns), MOST_NAMED)
        if notes:
            notes.append(sentence("Features are made also of the measurements in {columns}.", columns=named))
        else:
            notes.append(sentence(
                "There are no embeddings and no predicted probabilities, so features are made of the measurements in {columns}.",
                columns=named,
            ))
    return notes


def _cells(table, column, row_idx):
    texts = texts_within(table, column)
    return tuple(texts[row] for row in row_idx)


def _predicts(columns, arrays):
    return bool(
        {column_roles.PROBABILITY, column_roles.EMBEDDING} & set(columns.values())
        or {array_roles.PRED_PROBS, array_roles.EMBEDDINGS} & set(arrays.values())
    )


def _why_left_aside(table, column, label):
    """Why a column is no measurement; None where it is one."""
    name = column_roles.normalised(column)
    cells = table.column(column)
    answers = set(table.texts(column)) - {""}
    if len(answers) > 1 and {text.lower() for text in answers} <= column_roles.PARTS_OF_DATA:
        return sentence("a part of the data")
    if column in table.class_names or (answers and answers <= {ACCEPT, REJECT, "ignore"}):
        return sentence("other labels")
    if any(isinstance(cell, list | dict) for cell in cells[:1]):
        return sentence("lists or objects")
    if is_numeric(table, column):
        why = None if name in MEASURED_IN_A_TABLE else why_no_feature(table, column)
    else:
        why = why_no_feature_by_name(column)
        if why is None and _NOT_MEASURED.fullmatch(name):
            why = sentence("no measurement by its name")
    texts = table.texts(column)
    if why is None and label is not None and _says_the_label(column, texts, table.texts(label)):
        why = sentence("the label in other words")
    return why or why_no_measurement(texts)


def _says_the_label(column, texts, labels):
    """Whether each value goes with one label alone, and each label with one value: then the column gives it away."""
    different = len(set(labels))
    if len(texts) < ROWS_A_LABEL * different and not column_roles.is_usual_label(column):
        return False  # of so few rows, anything says the label
    return different == len(set(texts)) == len(set(zip(texts, labels, strict=True)))
