"""What was understood of some files: shown before anything runs, corrected by a person, then made a dataset.

A `Proposal` never raises for what a person can still correct: such a complaint is its ``problem``, a sentence, and
only `Proposal.make` raises it. So a page can show the columns and what each is taken for beside the complaint.
"""

import shlex
from collections import Counter
from dataclasses import dataclass, field, replace

import vizzy.reading.arrays as array_roles
import vizzy.reading.columns as column_roles
import vizzy.reading.labels as label_texts
from vizzy.dataset import DatasetError
from vizzy.reading.columns import exported_columns
from vizzy.reading.contents import contents_of
from vizzy.reading.errors import ReadingError
from vizzy.estimate import training_seconds
from vizzy.reading.files import IN_BROWSER, NATIVE, ZIP_SUFFIX, Limits
from vizzy.reading.tables import Table, cell_text, unguarded
from vizzy.reading.understanding import (
    Opened,
    check_unlabelled,
    known_classes,
    opened_of,
    roles_of_arrays,
    texts_of_labels,
)

SAMPLE_CELLS = 3
SHOWN_CELL = 60


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


@dataclass(frozen=True, eq=False)
class Proposal:
    """What was understood; see `summary`."""

    files: tuple
    choices: Choices
    limits: Limits
    contents: object
    table: Table | None
    roles: dict
    array_roles: dict
    labels: tuple = ()  # of str, one for each row, "" where it is missing
    opened: Opened | None = None
    problem: str | None = None
    notes: tuple = ()

    def corrected(self, **changes):
        """The same files, understood with other choices: Proposal. Takes the fields of Choices."""
        return read(self.files, replace(self.choices, **changes), self.limits)

    def make(self):
        """The dataset and what belongs to it: Opened. Raises the problem, where there is one, as a ReadingError."""
        if self.problem:
            raise ReadingError(self.problem)
        return self.opened

    def summary(self):
        """All of this as plain data, for a preview: a dict that JSON can hold."""
        counts = Counter(label for label in self.labels if label)
        classes = self.opened.dataset.classes if self.opened else label_texts.ordered(counts)
        return {
            "name": self.contents.name,
            "problem": self.problem,
            "notes": list(self.notes),
            "rows": len(self.labels) or (len(self.table) if self.table else 0),
            "unlabelled": sum(not label for label in self.labels),
            "leave_out_unlabelled": self.choices.leave_out_unlabelled,
            "classes": [{"name": name, "count": counts[name]} for name in classes],
            "columns": self._columns(),
            "column_roles": list(column_roles.COLUMN_ROLES),
            "arrays": [
                {"name": array.name, "shape": list(array.values.shape), "role": self.array_roles[array.name]}
                for array in self.contents.arrays
            ],
            "array_roles": list(array_roles.ARRAY_ROLES),
            "encoding": self.table.form.encoding if self.table else None,
            "delimiter": self.table.form.delimiter if self.table else None,
            "command": self._command(),
        } | self._of_opened()

    def _command(self):
        """What does the same outside the browser."""
        names = [file.name for file in self.files if file.suffix == ZIP_SUFFIX]
        if not names:
            used = [self.table.name] if self.table else []
            given = [file.name for file in self.files]
            used += [
                name for name in given if any(array.name.startswith(name) for array in self.contents.arrays)
            ]
            names = dict.fromkeys(used)
        return "python -m vizzy find " + " ".join(map(shlex.quote, names))

    def _columns(self):
        if self.table is None:
            return []
        return [
            {
                "name": name,
                "role": self.roles[name],
                "sample": [cut(text) for text in _sample(self.table, number)],
            }
            for number, name in enumerate(self.table.columns)
        ]

    def _of_opened(self):
        if not self.opened:
            return {
                "examples": 0,
                "dimensions": None,
                "needs_training": None,
                "training_seconds": None,
                "images": None,
            }
        dataset = self.opened.dataset
        dimensions = None if dataset.embeddings is None else dataset.embeddings.shape[1]
        needs_training = dataset.pred_probs is None
        seconds = None
        if needs_training:
            in_browser = self.limits is IN_BROWSER
            seconds = training_seconds(len(dataset), dimensions, len(dataset.classes), in_browser)
        images = self.opened.images
        return {
            "examples": len(dataset),
            "dimensions": dimensions,
            "needs_training": needs_training,
            "training_seconds": seconds,
            "images": None if images is None else sum(image is not None for image in images),
            "reviewed": self.opened.review.reviewed,
        }


def cut(text):
    """A cell for a preview: not longer than a person would read there."""
    return text if len(text) <= SHOWN_CELL else text[: SHOWN_CELL - 1] + "…"


def read(files, choices=None, limits=NATIVE):
    """Read some files and say what was understood.

    Parameters
    ----------
    files : sequence of InputFile
    choices : Choices, optional
    limits : Limits

    Returns
    -------
    Proposal

    Raises
    ------
    ReadingError
        Where a file cannot be read at all.
    """
    choices = choices or Choices()
    files = tuple(files)
    contents = contents_of(files, choices, limits)
    table = _as_exported(contents.table)
    roles = column_roles.guess_roles(table, choices.roles) if table else {}
    if table and exported_columns(table.columns):
        choices = replace(choices, leave_out_unlabelled=True)
    draft = Proposal(files, choices, limits, contents, table, roles, {}, notes=contents.notes)
    return _understood(draft)


def _as_exported(table):
    """A table that Vizzy exported, without the guards against formulas; any other as it is."""
    if table is None or table.form.kind != "delimited" or not exported_columns(table.columns):
        return table
    return replace(
        table,
        columns=tuple(unguarded(column) for column in table.columns),
        rows=tuple([unguarded(cell) for cell in row] for row in table.rows),
    )


def _understood(draft):
    """The draft with its labels and, where there is no problem, its dataset."""
    roles, notes = roles_of_arrays(draft)
    draft = replace(draft, array_roles=roles, notes=draft.notes + notes)
    try:
        texts, where = texts_of_labels(draft)
        choices = draft.choices
        labels, notes, n_signs = label_texts.cleaned(
            texts, known_classes(draft), choices.kept_labels, choices.no_labels
        )
        draft = replace(draft, labels=tuple(labels), notes=draft.notes + tuple(notes))
        chosen = column_roles.LABEL in choices.roles.values()
        notes = label_texts.check_classes(labels, where, draft.limits.classes, chosen)
        draft = replace(draft, notes=draft.notes + tuple(notes))
        check_unlabelled(draft, where, n_signs)
        opened = opened_of(draft)
    except (ReadingError, DatasetError) as error:
        return replace(draft, problem=str(error))
    return replace(draft, opened=opened, notes=opened.notes)


def _sample(table, number):
    texts = (cell_text(row[number]).strip() for row in table.rows)
    return [text for text, _ in zip((text for text in texts if text), range(SAMPLE_CELLS), strict=False)]
