"""From a draft, whose files are read and whose columns have roles, to a dataset and what belongs to it.

Every function takes the draft: a `vizzy.reading.proposal.Proposal` that is not finished. Rows without a label count
until `opened_of` leaves them out, so that arrays fit and complaints name the rows as they stand in the files.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

import vizzy.reading.arrays as array_roles
import vizzy.reading.columns as column_roles
import vizzy.reading.labels as label_texts
from vizzy.confident import NO_LABEL
from vizzy.dataset import Dataset
from vizzy.reading.columns import column_of, columns_of, exported_columns
from vizzy.reading.errors import ReadingError, counted, listed, shown
from vizzy.reading.features import MOST_SCALE, why_no_feature
from vizzy.reading.label_cells import (
    labels_of_column,
    labels_of_one_hot_array,
    labels_of_one_hot_columns,
)
from vizzy.reading.numbers import Source, check_finite, check_probabilities, matrix_of_columns
from vizzy.reading.probabilities import (
    agreement_notes,
    as_probabilities,
    probabilities_of_array,
    probabilities_of_table,
)
from vizzy.reading.review import CHANGED, KEPT, NO_CLASS, REVIEW_ACTIONS, Review
from vizzy.reading.tables import Form, Table


MOST_NAMED = 6  # columns in a note


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


def roles_of_arrays(draft):
    """The role of each array, by name, and notes on those that are not used."""
    labels = column_roles.labels_in(draft.table, draft.roles) if draft.table else set()
    n_rows = len(draft.table) if draft.table else None
    n_classes = len(labels) or None
    roles, notes = {}, []
    for array in draft.contents.arrays:
        role = draft.choices.arrays.get(array.name)
        if role is None:
            role = array_roles.guess_role(array, n_rows, n_classes)
            if role == array_roles.LABELS and labels:
                role = array_roles.IGNORED
            if role != array_roles.IGNORED and role in roles.values():
                notes.append(f"{array.name} was left aside, since there are other {role}.")
                role = array_roles.IGNORED
        roles[array.name] = role
    return roles, tuple(notes)


def _array_with(draft, role):
    return next((array for array in draft.contents.arrays if draft.array_roles[array.name] == role), None)


def texts_of_labels(draft):
    """The labels as they stand in the files, and what holds them, for complaints: (list of str, str)."""
    column = column_of(draft.roles, column_roles.LABEL)
    if column is not None:
        return labels_of_column(draft.table, column), f"{draft.table.name}, column {shown(column)},"
    one_hot = columns_of(draft.roles, column_roles.ONE_HOT)
    if one_hot:
        return labels_of_one_hot_columns(draft.table, one_hot), f"{draft.table.name}, columns {listed(one_hot, 3)},"
    array = _array_with(draft, array_roles.LABELS)
    if array is None:
        raise ReadingError(_no_labels(draft))
    names = _array_with(draft, array_roles.CLASSES)
    names = array_roles.texts_of(names.values) if names is not None else list(draft.choices.classes)
    if array.values.ndim == 2 and array.values.shape[1] > 1:
        texts = labels_of_one_hot_array(array.values, names, array.name)
    else:
        texts = _named(array_roles.texts_of(array.values), names, array.name)
    if draft.table and len(texts) != len(draft.table):
        raise ReadingError(
            f"{array.name} has {counted(len(texts), 'label')}, but {draft.table.name} has {counted(len(draft.table), 'row')}: "
            "were both made from the same rows?"
        )
    return texts, array.name


def known_classes(draft):
    """The classes that the files or a person name, other than by a label: set of str."""
    columns = columns_of(draft.roles, column_roles.PROBABILITY)
    named = {name for column in columns for name in column_roles.class_of_probability_column(column)}
    return named | set(_class_order(draft))


def notes_on_roles(draft):
    """What was assumed of the columns, so that nothing is trained on, or left aside, in silence: list of str."""
    if draft.table is None:
        return []
    notes = []
    label = column_of(draft.roles, column_roles.LABEL)
    if label is not None and label not in draft.choices.roles and not column_roles.is_usual_label(label):
        notes.append(f"The column {shown(label)} is taken for the label.")
    one_hot = columns_of(draft.roles, column_roles.ONE_HOT)
    if one_hot:
        notes.append(f"The columns {listed(one_hot, 6)} hold 0 and 1 and are taken for the label, one column a class.")
    ignored = [column for column in columns_of(draft.roles, column_roles.IGNORED) if column not in draft.choices.roles]
    reasons = [f"{shown(column)} ({why})" for column in ignored if (why := _why_left_aside(draft.table, column))]
    if reasons:
        more = f" and {len(reasons) - MOST_NAMED} more" if len(reasons) > MOST_NAMED else ""
        notes.append(f"Left aside, and not trained on: {', '.join(reasons[:MOST_NAMED])}{more}.")
    return notes


def _why_left_aside(table, column):
    """Why a column that could be taken for features is none; None where nobody would take it for such."""
    if column_roles.is_numeric(table, column):
        return why_no_feature(table, column) or "numbers of another scale, or where others are named as features"
    return "lists of words" if any(isinstance(cell, list) for cell in table.column(column)[:1]) else None


def _no_labels(draft):
    if draft.table is None:
        return (
            f"{listed(array.name for array in draft.contents.arrays)} came without labels: bring a table or an array "
            "of labels beside it, in the same order."
        )
    usual = listed(column_roles.USUAL_NAMES[column_roles.LABEL][1:5])
    return (
        f"{draft.table.name} has no column with a usual name for labels, such as {usual}: choose the one that holds them "
        f"among {listed(draft.table.columns, 12)}."
    )


def _named(texts, names, where):
    """Labels that are numbers of classes, as the classes' names."""
    if set(texts) <= set(names):
        return texts
    numbered = {str(number): name for number, name in enumerate(names)}
    return [numbered.get(text, text) for text in texts] if set(texts) <= set(numbered) else texts


def check_unlabelled(draft, where, n_signs):
    """Refuse rows whose label is empty, unless they are to be left out; ``n_signs`` rows say so by a sign such as -1."""
    missing = [row for row, label in enumerate(draft.labels) if not label]
    count = len(missing) - n_signs
    if count > 0 and not draft.choices.leave_out_unlabelled:
        place = draft.table.place(missing[0]) if draft.table else f"row {missing[0]} (counted from 0)"
        raise ReadingError(
            f"{where} holds no label in {count:,} of {counted(len(draft.labels), 'row')}, first at {place}: "
            f"fill {'it' if count == 1 else 'them'} in, or choose to leave {'it' if count == 1 else 'them'} out."
        )


def opened_of(draft):
    """The dataset of a draft whose labels are known."""
    row_idx = np.array([row for row, label in enumerate(draft.labels) if label], dtype=np.intp)
    notes = [*draft.notes, *notes_on_roles(draft)]
    if len(row_idx) < len(draft.labels):
        notes.append(f"{counted(len(draft.labels) - len(row_idx), 'row')} without a label left out.")
    pred_probs, classes, more = _pred_probs(draft, row_idx)
    embeddings, features = _embeddings(draft, row_idx)
    notes += more + features
    if pred_probs is None and embeddings is None:
        raise ReadingError(_nothing_to_predict_from(draft))
    table = draft.table or _table_of_labels(draft)
    roles = draft.roles or {"id": column_roles.ID, "label": column_roles.LABEL}
    true_texts, corrected_texts = _further_labels(draft, row_idx)
    classes = _classes(draft, classes, true_texts, corrected_texts)
    if pred_probs is not None and len(classes) > pred_probs.shape[1]:
        pred_probs = np.hstack([pred_probs, np.zeros((len(pred_probs), len(classes) - pred_probs.shape[1]))])
    given = label_texts.indexed([draft.labels[row] for row in row_idx], classes)
    if pred_probs is not None:
        notes += agreement_notes(pred_probs, given, classes, _source_of_probabilities(draft))
    ids = _ids(draft, table, roles, row_idx)
    files, texts = _texts(draft, column_roles.FILE, row_idx), _texts(draft, column_roles.TEXT, row_idx)
    images = _matched_images(draft.contents.images, files, ids)
    dataset = Dataset(
        ids=ids,
        classes=classes,
        given_label=given,
        true_label=_true_label(true_texts, classes),
        files=files if files and all(map(_is_inside, files)) else None,
        alt=_texts(draft, column_roles.ALT, row_idx),
        embeddings=embeddings,
        pred_probs=pred_probs,
        name=draft.contents.name,
    )
    review = _review(draft, row_idx, given, classes)
    return Opened(dataset, table, row_idx, roles, texts, images, review, tuple(notes))


def _pred_probs(draft, row_idx):
    """Checked predicted probabilities of some rows, their classes, and notes; None, () where there are none."""
    columns = columns_of(draft.roles, column_roles.PROBABILITY)
    array = _array_with(draft, array_roles.PRED_PROBS)
    labels = list(draft.labels)
    if array is not None:
        source = Source(array_name=array.name)
        _check_matrix(array, len(labels))
        values, classes, notes = probabilities_of_array(array, labels, _class_order(draft))
    elif columns:
        source = Source(draft.table, columns)
        values, classes, notes = probabilities_of_table(draft.table, columns, labels, _class_order(draft))
    else:
        return None, (), []
    source = source.of_rows(row_idx)
    check_finite(values[row_idx], source, "probabilities")
    values, more = as_probabilities(values[row_idx], _source_of_probabilities(draft), _are_scores(array, columns))
    check_probabilities(values, source)
    return values, tuple(classes), notes + more


def _source_of_probabilities(draft):
    array = _array_with(draft, array_roles.PRED_PROBS)
    return array.name if array is not None else draft.table.name


def _are_scores(array, columns):
    """Whether the name of an array, or of columns, says that it holds a model's scores (logits)."""
    names = [array.key] if array is not None else columns
    return all("logit" in name.lower() for name in names)


def _class_order(draft):
    names = _array_with(draft, array_roles.CLASSES)
    if draft.choices.classes or names is None:
        return tuple(draft.choices.classes) or draft.contents.classes
    return tuple(array_roles.texts_of(names.values))


def _embeddings(draft, row_idx):
    """Checked embeddings of some rows, and notes on them: (np.ndarray, shape (n, d), or None, list of str)."""
    columns = columns_of(draft.roles, column_roles.EMBEDDING)
    array = _array_with(draft, array_roles.EMBEDDINGS)
    if array is not None:
        _check_matrix(array, len(draft.labels))
        source, values, notes = Source(array_name=array.name), _as_floats(array.values), []
    elif columns:
        source = Source(draft.table, columns)
        values = matrix_of_columns(draft.table, columns)
        notes = [f"The features are {listed(columns, 6)}."] if len(columns) > 1 else []
    else:
        return None, []
    check_finite(values[row_idx], source.of_rows(row_idx), "embeddings")
    values = values[row_idx]
    spread = values.std(axis=0)
    if len(columns) > 1 and array is None and spread.max() > MOST_SCALE * max(spread.min(), np.finfo(float).tiny):
        notes.append("They are of different scales: each column was divided by its standard deviation.")
        values = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)
    return values, notes


def _check_matrix(array, n_rows):
    """Refuse an array that is not a matrix of numbers with as many rows as there are labels."""
    values = array.values
    if values.ndim == 1 and len(values) == n_rows and values.dtype.kind == "f":
        return  # the probability of one of two classes
    if values.ndim != 2 or not values.size:
        raise ReadingError(
            f"{array.name} has the shape {values.shape}, but must have a row for each example and a column for each number: "
            "reshape it to two dimensions and save it again."
        )
    if values.dtype.kind not in "fiub":
        raise ReadingError(
            f"{array.name} holds {values.dtype} values, but must hold real numbers: save array.astype(float)."
        )
    if len(values) != n_rows:
        raise ReadingError(
            f"{array.name} has {counted(len(values), 'row')}, but there are {counted(n_rows, 'label')}: "
            + _guess_mismatch(values.shape, n_rows)
        )


def _guess_mismatch(shape, n_rows):
    if shape[1] == n_rows:
        return "is it turned on its side? Transpose it."
    if shape[0] == n_rows + 1:
        return "was a header counted as a row?"
    if shape[0] == n_rows - 1:
        return "was the first row taken for a header?"
    return "were both made from the same rows?"


def _as_floats(values):
    return values if values.dtype.kind == "f" else values.astype(np.float64)


def _nothing_to_predict_from(draft):
    remedy = "add embeddings (columns, or an .npy file beside the table) or predicted probabilities, one column a class"
    if draft.contents.images:
        remedy += ", or make a dataset of the images with build_embeddings.py"
    useless = [
        array.name for array in draft.contents.arrays if draft.array_roles[array.name] == array_roles.IGNORED
    ]
    if useless:
        remedy += f"; {listed(useless)} can be taken for neither"
    where = draft.table.name if draft.table else draft.contents.name
    return f"{where} has labels, but nothing to check them against: {remedy}."


def _table_of_labels(draft):
    """The table that an array of labels is exported as."""
    array = _array_with(draft, array_roles.LABELS)
    rows = tuple([str(number), label] for number, label in enumerate(draft.labels, start=1))
    return Table(f"{array.key}.csv", ("id", "label"), rows, tuple(range(1, len(rows) + 1)), Form(), unit="row")


def _further_labels(draft, row_idx):
    """True and corrected labels as text, "" where there is none; empty lists where there is no such column."""
    true_texts = _texts(draft, column_roles.TRUE_LABEL, row_idx)
    exported = exported_columns(draft.table.columns) if draft.table else {}
    corrected = None
    if exported:
        column = draft.table.texts(exported[column_roles.CORRECTED_LABEL])
        corrected = tuple(column[row] for row in row_idx)
    known = set(draft.labels) - {""}
    return _cleaned(true_texts, known), _cleaned(corrected, known)


def _cleaned(texts, known):
    if texts is None:
        return []
    return label_texts.cleaned(texts, kept=known)[0]


def _classes(draft, of_probabilities, true_texts, corrected_texts):
    """All classes in order: those of the probabilities, else as the files say, else as scikit-learn orders them."""
    known = {label for label in (*draft.labels, *true_texts, *corrected_texts) if label}
    first = of_probabilities or tuple(name for name in _class_order(draft) if name in known)
    return (*first, *label_texts.ordered(known - set(first)))


def _true_label(texts, classes):
    if not any(texts):
        return None
    number = {"": NO_LABEL} | {name: index for index, name in enumerate(classes)}
    return np.array([number[text] for text in texts], dtype=np.intp)


def _texts(draft, role, row_idx):
    column = column_of(draft.roles, role)
    if column is None:
        return None
    texts = draft.table.texts(column)
    return tuple(texts[row] for row in row_idx)


def _ids(draft, table, roles, row_idx):
    """Ids of the examples, all different: the table's, an array's, or the rows' numbers from 1."""
    array = _array_with(draft, array_roles.IDS)
    column = column_of(roles, column_roles.ID)
    if column is not None:
        texts = table.texts(column)
        _check_ids(table, column, texts)
        return tuple(texts[row] for row in row_idx)
    if array is not None and array.values.size == len(draft.labels):
        texts = array_roles.texts_of(array.values)
        if len(set(texts)) == len(texts) and all(texts):
            return tuple(texts[row] for row in row_idx)
    return tuple(str(row + 1) for row in row_idx)


def _check_ids(table, column, texts):
    first = {}
    for row, text in enumerate(texts):
        if not text:
            raise ReadingError(
                f"{table.place(row)} has no {column}: give it one, or take the column for something else."
            )
        if text in first:
            raise ReadingError(
                f"{table.place(row)} has the {column} {shown(text)}, as has {table.unit_and_number(first[text])} already: make ids "
                "different, or take the column for something else."
            )
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
            by_path.get(str(path)) or by_name.get(path.name) or by_stem.get(path.name) for path in paths
        )
    return tuple(by_name.get(name) or by_stem.get(name) for name in ids)


def _unique(named, by_path, part):
    """Without the names that several images share."""
    counts = Counter(part(PurePosixPath(path)) for path in by_path)
    return {name: image for name, image in named.items() if counts[name] == 1}


def _review(draft, row_idx, given, classes):
    """What an exported table says was decided, or nothing."""
    exported = exported_columns(draft.table.columns) if draft.table else {}
    if not exported:
        return Review.none(given)
    _, corrected_texts = _further_labels(draft, row_idx)
    actions = draft.table.texts(exported[column_roles.REVIEW_ACTION])
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
