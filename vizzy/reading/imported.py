"""The last stage: a dataset, and what it takes to write its table back.

Rows without a label count until here, so that arrays fit and complaints name the rows as they stand in the files.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np

import vizzy.reading.arrays as array_roles
import vizzy.reading.columns as column_roles
from vizzy.dataset import Dataset, RowNumbers
from vizzy.reading.choices import Choices
from vizzy.reading.coded_texts import CodedTexts
from vizzy.reading.columns import column_of, exported_columns
from vizzy.reading.contents import Contents
from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.given_labels import GivenLabels
from vizzy.reading.label_cleaning import cleaned
from vizzy.reading.labels import indexed, ordered
from vizzy.reading.predictors import (
    embeddings_of,
    order_is_assumed,
    pred_probs_of,
    rows_with_embeddings,
    source_of_probabilities,
)
from vizzy.reading.probability_classes import agreement_notes, fitting_order
from vizzy.reading.raw import Raw, notes_on_raw, raw_of
from vizzy.reading.review import Review
from vizzy.sentences import counted, in_a_row, sentence
from vizzy.vocabulary import CHANGED, KEPT, NO_CLASS, NO_LABEL, REVIEW_ACTIONS
from vizzy.reading.roles import Roles, array_with, class_order
from vizzy.reading.tables import Form, Table
from vizzy.reading.columns.text_columns import texts_within, without_upload_prefix


@dataclass(frozen=True, eq=False)
class Opened:
    """A dataset, and what it takes to write its table back."""

    dataset: Dataset
    table: Table  # with all its rows, as it was read
    row_idx: np.ndarray  # (n,) int: the row of the table that each example is
    roles: dict  # column -> role
    texts: tuple | None  # (n,) of str, what is to be shown of each example
    images: tuple | None  # (n,) of str or None: the image file given for each example
    review: Review  # read back from a table that Vizzy exported, or nothing reviewed
    notes: tuple
    raw: Raw | None = None  # what embeddings are to be made of: see vizzy.features.raw
    image_hashes: np.ndarray | None = None  # (n,) uint64: see vizzy.image_hashes
    fitting_order: tuple = ()  # of str: the order of the classes that would fit the predictions, where theirs does not
    order_is_assumed: bool = False  # whether nothing but a guess, or a person, says which column is of which class
    agreement: float | None = None  # the share of the labels that the predictions agree with, in [0, 1]
    labels_of_rows: CodedTexts | None = None  # of all rows of the table, also of those that are no examples


def opened_of(contents: Contents, roles: Roles, labels: GivenLabels, choices: Choices) -> Opened:
    """The dataset of what the earlier stages found.

    Parameters
    ----------
    contents : Contents
    roles : Roles
    labels : GivenLabels
    choices : Choices

    Returns
    -------
    Opened
        With the notes of all stages.

    Raises
    ------
    ReadingError
        Where there is nothing to predict from, or a number or an id cannot be used.
    DatasetError
        Where the parts do not make a dataset.
    """
    row_idx, notes = _examples(contents, roles, labels)
    pred_probs, classes, on_pred_probs = pred_probs_of(contents, roles, labels, choices, row_idx)
    embeddings, on_embeddings = embeddings_of(contents, roles, labels, row_idx)
    raw, on_raw = _raw(contents, roles, row_idx) if pred_probs is None and embeddings is None else (None, [])
    table = contents.table or _table_of_labels(contents, roles, labels)
    columns = roles.columns or {"id": column_roles.ID, "label": column_roles.LABEL}
    true_texts, corrected_texts = _further_labels(contents, roles, labels, row_idx)
    classes = _classes(labels, classes, class_order(contents, roles, choices), true_texts, corrected_texts)
    given = indexed(labels.texts.at(row_idx), classes)
    pred_probs = _with_all_classes(pred_probs, len(classes))
    order = _Order() if pred_probs is None else _order_of_columns(contents, roles, labels, pred_probs, given, classes)
    ids = _ids(contents, roles, labels, table, column_of(columns, column_roles.ID), row_idx)
    files = _texts(contents, roles, column_roles.FILE, row_idx)
    dataset = Dataset(
        ids=ids,
        classes=classes,
        given_label=given,
        true_label=_true_label(true_texts, classes),
        files=files if files and all(map(_is_inside, files)) else None,
        alt=_texts(contents, roles, column_roles.ALT, row_idx),
        embeddings=embeddings,
        pred_probs=pred_probs,
        name=contents.name,
    )
    return Opened(
        dataset=dataset,
        table=table,
        row_idx=row_idx,
        roles=columns,
        texts=_texts(contents, roles, column_roles.TEXT, row_idx),
        images=_matched_images(contents.images, files, ids),
        review=_review(contents, corrected_texts, row_idx, given, classes),
        notes=(*notes, *on_pred_probs, *on_embeddings, *on_raw, *order.notes),
        raw=raw,
        image_hashes=_image_hashes(contents, roles, labels, row_idx),
        fitting_order=order.fitting,
        order_is_assumed=order.is_assumed,
        agreement=order.agreement,
        labels_of_rows=labels.texts,
    )


def _examples(contents, roles, labels):
    """The rows that are examples, and the notes of the earlier stages and on the rows that are left out."""
    row_idx = _labelled_rows(labels)
    notes = [*contents.notes, *roles.notes, *labels.notes]
    if len(row_idx) < len(labels.texts):
        notes.append(sentence("{rows} without a label left out.", rows=counted(len(labels.texts) - len(row_idx), "{} row", "{} rows")))
    row_idx, left_out = rows_with_embeddings(contents, roles, labels, row_idx)
    return row_idx, notes + left_out


def _raw(contents, roles, row_idx):
    """The texts and measurements that features are made of, and notes on them."""
    raw = raw_of(contents, roles.columns, row_idx)
    if raw is None:
        raise ReadingError(_nothing_to_predict_from(contents, roles))
    return raw, notes_on_raw(roles.columns, raw)


def _with_all_classes(pred_probs, n_classes):
    """Predicted probabilities with a column of zeros for each class that they lack."""
    if pred_probs is None or n_classes <= pred_probs.shape[1]:
        return pred_probs
    return np.hstack([pred_probs, np.zeros((len(pred_probs), n_classes - pred_probs.shape[1]))])


@dataclass(frozen=True)
class _Order:
    """Whether the columns of predicted probabilities are in the order of the classes, as far as that can be seen."""

    fitting: tuple = ()
    is_assumed: bool = False
    agreement: float | None = None
    notes: tuple = ()


def _order_of_columns(contents, roles, labels, pred_probs, given, classes):
    return _Order(
        fitting_order(pred_probs, given, classes),
        order_is_assumed(contents, roles, labels, classes),
        float((pred_probs.argmax(axis=1) == given).mean()) if len(given) else None,
        tuple(agreement_notes(pred_probs, given, classes, source_of_probabilities(contents, roles))),
    )


def images_to_embed(contents: Contents, roles: Roles, labels: GivenLabels) -> tuple[str | None, ...]:
    """The images that there are instead of embeddings or predicted probabilities.

    Parameters
    ----------
    contents : Contents
    roles : Roles
    labels : GivenLabels

    Returns
    -------
    tuple of (str or None)
        The name of the image of each row, None for a row without a label or an image. Empty where there is something to
        predict from, or where fewer than half of the rows with a label have an image.
    """
    predictors = (column_roles.PROBABILITY, column_roles.EMBEDDING, array_roles.PRED_PROBS, array_roles.EMBEDDINGS)
    if contents.table is None or {*roles.columns.values(), *roles.arrays.values()}.intersection(predictors):
        return ()
    row_idx = _labelled_rows(labels)
    files = _texts(contents, roles, column_roles.FILE, row_idx)
    ids = _texts(contents, roles, column_roles.ID, row_idx) or ()
    found = _matched_images(contents.images, files, ids) if files or ids else None
    if not found or 2 * sum(image is not None for image in found) < len(found):
        return ()
    images: list[str | None] = [None] * len(labels.texts)
    for row, image in zip(row_idx, found, strict=True):
        images[row] = image
    return tuple(images)


def _labelled_rows(labels):
    return labels.texts.rows_with(bool)


def _nothing_to_predict_from(contents, roles):
    where = contents.table.name if contents.table else contents.name
    complaint = sentence(
        "{where} has labels, but nothing to check them against: add a column of texts or of measurements, embeddings "
        "(columns, or an .npy file beside the table) or predicted probabilities, one column a class.",
        where=where,
    )
    more = []
    if contents.images:
        more.append(sentence("Or name in a column which of the images each row is."))
    useless = [array.name for array in contents.arrays if roles.arrays[array.name] == array_roles.IGNORED]
    if useless:
        more.append(sentence("{arrays} can be taken for neither.", arrays=listed(useless)))
    return contents.with_unread(in_a_row([complaint, *more]))


def _table_of_labels(contents, roles, labels):
    """The table that an array of labels is exported as."""
    array = array_with(contents, roles, array_roles.LABELS)
    ids = _ids_of_array(contents, roles, labels)
    rows = NumberedLabels(labels.texts) if ids is None else tuple([one, label] for one, label in zip(ids, labels.texts, strict=True))
    return Table(f"{array.key}.csv", ("id", "label"), rows, range(1, len(rows) + 1), Form(), unit="row")


class NumberedLabels(Sequence):
    """The rows of a table of numbers and labels, each made when it is asked for: there may be many.

    Parameters
    ----------
    labels : CodedTexts
    """

    def __init__(self, labels: CodedTexts) -> None:
        self._labels = labels

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, row: Any) -> Any:
        if isinstance(row, slice):
            return [self[number] for number in range(*row.indices(len(self)))]
        return [str(range(1, len(self) + 1)[row]), self._labels[row]]


def _further_labels(contents, roles, labels, row_idx):
    """True and corrected labels as text, "" where there is none; empty lists where there is no such column."""
    true_texts = _texts(contents, roles, column_roles.TRUE_LABEL, row_idx)
    exported = exported_columns(contents.table.columns) if contents.table else {}
    corrected = None
    if exported:
        column = contents.table.texts(exported[column_roles.CORRECTED_LABEL])
        corrected = tuple(column[row] for row in row_idx)
    known = set(labels.texts.different) - {""}
    return _cleaned(true_texts, known), _cleaned(corrected, known)


def _cleaned(texts, known):
    if texts is None:
        return []
    return cleaned(texts, kept=known)[0]


def _classes(labels, of_probabilities, order, true_texts, corrected_texts):
    """All classes in order: those of the probabilities, else as the files say, else as scikit-learn orders them."""
    known = {label for label in (*labels.texts.different, *true_texts, *corrected_texts) if label}
    first = of_probabilities or tuple(name for name in order if name in known)
    return (*first, *ordered(known - set(first)))


def _true_label(texts, classes):
    if not any(texts):
        return None
    number = {"": NO_LABEL} | {name: index for index, name in enumerate(classes)}
    return np.array([number[text] for text in texts], dtype=np.intp)


def _image_hashes(contents, roles, labels, row_idx):
    array = array_with(contents, roles, array_roles.IMAGE_HASHES)
    return None if array is None or len(array.values) != len(labels.texts) else array.values[row_idx]


def _texts(contents, roles, role, row_idx):
    column = column_of(roles.columns, role)
    if column is None:
        return None
    texts = texts_within(contents.table, column)
    return tuple(texts[row] for row in row_idx)


def _ids(contents, roles, labels, table, column, row_idx):
    """Ids of the examples, all different: the table's, an array's, the images' names, or the rows' numbers from 1."""
    of_array = _ids_of_array(contents, roles, labels)
    if contents.table is None:
        return RowNumbers(row_idx) if of_array is None else tuple(of_array[row] for row in row_idx)  # as the table of the labels has them
    if column is not None:
        texts = table.texts(column)
        _check_ids(table, column, texts)
        return tuple(texts[row] for row in row_idx)
    if of_array is not None:
        return tuple(of_array[row] for row in row_idx)
    files = _texts(contents, roles, column_roles.FILE, row_idx)
    if contents.images and files and len(set(files)) == len(files) and all(files):
        return files  # what a person knows an image by
    return RowNumbers(row_idx)


def _ids_of_array(contents, roles, labels):
    """The ids in an array: list of str; None where there is none for each row, or two are the same."""
    array = array_with(contents, roles, array_roles.IDS)
    if array is None or array.values.size != len(labels.texts):
        return None
    texts = array_roles.texts_of(array.values)
    return texts if len(set(texts)) == len(texts) and all(texts) else None


def _check_ids(table, column, texts):
    first = {}
    for row, text in enumerate(texts):
        if not text:
            raise ReadingError(sentence(
                "{place} has no {column}: give it one, or take the column for something else.",
                place=table.place(row), column=column,
            ))
        if text in first:
            raise ReadingError(sentence(
                "{place} has the {column} {text}, as has {other_place} already: make ids different, or take the "
                "column for something else.",
                place=table.place(row), column=column, text=shown(text), other_place=table.unit_and_number(first[text]),
            ))
        first[text] = row


def _is_inside(file):
    path = PurePosixPath(file.replace("\\", "/"))
    return bool(file) and not path.is_absolute() and ".." not in path.parts and ":" not in file


def _matched_images(images, files, ids):
    """The image file of each example, by its path, else its name, else its id: tuple of str or None, or None."""
    if not images:
        return None
    by_path = {image.replace("\\", "/"): image for image in images}
    by_name = _unique(
        {PurePosixPath(path).name: image for path, image in by_path.items()}, by_path, lambda path: path.name
    )
    by_stem = _unique(
        {PurePosixPath(path).stem: image for path, image in by_path.items()}, by_path, lambda path: path.stem
    )
    if files:
        paths = [PurePosixPath(file.replace("\\", "/")) for file in files]
        return tuple(
            by_path.get(str(path)) or by_name.get(path.name) or by_stem.get(path.name) or by_name.get(without_upload_prefix(path.name)) for path in paths
        )
    return tuple(by_name.get(name) or by_stem.get(name) for name in ids)


def _unique(named, by_path, part):
    """Without the names that several images share."""
    counts = Counter(part(PurePosixPath(path)) for path in by_path)
    return {name: image for name, image in named.items() if counts[name] == 1}


def _review(contents, corrected_texts, row_idx, given, classes):
    """What an exported table says was decided, or nothing."""
    exported = exported_columns(contents.table.columns) if contents.table else {}
    if not exported:
        return Review.none(given)
    actions = contents.table.texts(exported[column_roles.REVIEW_ACTION])
    number = {"": NO_LABEL} | {name: index for index, name in enumerate(classes)}
    corrected = np.array([number[text] for text in corrected_texts], dtype=np.intp)
    decided = [
        _action(actions[row], corrected[example], given[example]) for example, row in enumerate(row_idx)
    ]
    undecided_mask = np.array([action == "" for action in decided])
    return Review(np.where(undecided_mask, given, corrected), tuple(decided))


def _action(text, corrected, given):
    """What was decided: as the table says, or, edited by hand, as its corrected label shows."""
    if text in REVIEW_ACTIONS and text:
        return text
    if corrected == given:
        return KEPT if text else ""
    return NO_CLASS if corrected == NO_LABEL and text else "" if corrected == NO_LABEL else CHANGED
