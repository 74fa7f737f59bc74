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
from vizzy.reading.numbers import Source, check_finite, check_probabilities, matrix_of_columns
from vizzy.reading.probabilities import probabilities_of_array, probabilities_of_table
from vizzy.reading.review import CHANGED, KEPT, NO_CLASS, REVIEW_ACTIONS, Review
from vizzy.reading.tables import Form, Table, cell_text


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
    label_column = column_of(draft.roles, column_roles.LABEL)
    n_rows = len(draft.table) if draft.table else None
    n_classes = len(set(draft.table.texts(label_column)) - {""}) if label_column is not None else None
    roles, notes = {}, []
    for array in draft.contents.arrays:
        role = draft.choices.arrays.get(array.name)
        if role is None:
            role = array_roles.guess_role(array, n_rows, n_classes)
            if role == array_roles.LABELS and label_column is not None:
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
        return [
            cell_text(cell) for cell in draft.table.column(column)
        ], f"{draft.table.name}, column {shown(column)},"
    array = _array_with(draft, array_roles.LABELS)
    if array is None:
        raise ReadingError(_no_labels(draft))
    texts = [str(value) for value in array.values.ravel().tolist()]
    names = _array_with(draft, array_roles.CLASSES)
    if names is not None:
        texts = _named(texts, [str(name) for name in names.values.ravel().tolist()], array.name)
    if draft.table and len(texts) != len(draft.table):
        raise ReadingError(
            f"{array.name} has {counted(len(texts), 'label')}, but {draft.table.name} has {counted(len(draft.table), 'row')}: "
            "were both made from the same rows?"
        )
    return texts, array.name


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
    numbered = {str(number): name for number, name in enumerate(names)}
    return [numbered.get(text, text) for text in texts] if set(texts) <= set(numbered) else texts


def check_unlabelled(draft, where):
    missing = [row for row, label in enumerate(draft.labels) if not label]
    if missing and not draft.choices.leave_out_unlabelled:
        place = draft.table.place(missing[0]) if draft.table else f"row {missing[0]} (counted from 0)"
        raise ReadingError(
            f"{where} holds no label in {len(missing):,} of {counted(len(draft.labels), 'row')}, first at {place}: "
            f"fill {'it' if len(missing) == 1 else 'them'} in, or choose to leave {'it' if len(missing) == 1 else 'them'} out."
        )


def opened_of(draft):
    """The dataset of a draft whose labels are known."""
    row_idx = np.array([row for row, label in enumerate(draft.labels) if label], dtype=np.intp)
    notes = list(draft.notes)
    if len(row_idx) < len(draft.labels):
        notes.append(f"{counted(len(draft.labels) - len(row_idx), 'row')} without a label left out.")
    pred_probs, classes, more = _pred_probs(draft, row_idx)
    embeddings = _embeddings(draft, row_idx)
    notes += more
    if pred_probs is None and embeddings is None:
        raise ReadingError(_nothing_to_predict_from(draft))
    table = draft.table or _table_of_labels(draft)
    roles = draft.roles or {"id": column_roles.ID, "label": column_roles.LABEL}
    true_texts, corrected_texts = _further_labels(draft, row_idx)
    classes = _classes(draft, classes, true_texts, corrected_texts)
    if pred_probs is not None and len(classes) > pred_probs.shape[1]:
        pred_probs = np.hstack([pred_probs, np.zeros((len(pred_probs), len(classes) - pred_probs.shape[1]))])
    given = label_texts.indexed([draft.labels[row] for row in row_idx], classes)
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
    check_probabilities(values[row_idx], source)
    return values[row_idx], tuple(classes), notes


def _class_order(draft):
    names = _array_with(draft, array_roles.CLASSES)
    if draft.choices.classes or names is None:
        return tuple(draft.choices.classes) or draft.contents.classes
    return tuple(str(name) for name in names.values.ravel().tolist())


def _embeddings(draft, row_idx):
    """Checked embeddings of some rows: np.ndarray, shape (n, d), or None."""
    columns = columns_of(draft.roles, column_roles.EMBEDDING)
    array = _array_with(draft, array_roles.EMBEDDINGS)
    if array is not None:
        _check_matrix(array, len(draft.labels))
        source, values = Source(array_name=array.name), _as_floats(array.values)
    elif columns:
        source = Source(draft.table, columns)
        values = matrix_of_columns(draft.table, columns)
    else:
        return None
    check_finite(values[row_idx], source.of_rows(row_idx), "embeddings")
    return values[row_idx]


def _check_matrix(array, n_rows):
    """Refuse an array that is not a matrix of numbers with as many rows as there are labels."""
    values = array.values
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
    return Table(f"{array.key}.csv", ("id", "label"), rows, tuple(range(2, len(rows) + 2)), Form())


def _further_labels(draft, row_idx):
    """True and corrected labels as text, "" where there is none; empty lists where there is no such column."""
    true_texts = _texts(draft, column_roles.TRUE_LABEL, row_idx)
    exported = exported_columns(draft.table.columns) if draft.table else {}
    corrected = None
    if exported:
        column = draft.table.texts(exported[column_roles.CORRECTED_LABEL])
        corrected = tuple(column[row] for row in row_idx)
    return _cleaned(true_texts), _cleaned(corrected)


def _cleaned(texts):
    return [] if texts is None else label_texts.cleaned(texts)[0]


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
        texts = [str(value) for value in array.values.ravel().tolist()]
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
                f"{table.place(row)} has the {column} {shown(text)}, as has line {table.lines[first[text]]} already: make ids "
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
