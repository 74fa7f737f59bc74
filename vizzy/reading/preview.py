"""What the stages of reading found, as plain data for a preview."""

import shlex
from pathlib import PurePosixPath

import vizzy.reading.arrays as array_roles
import vizzy.reading.columns as column_roles
from vizzy.estimate import solver_note, solver_of, text_seconds, training_seconds
from vizzy.features.written_numbers import with_few_digits
from vizzy.reading.choices import Choices
from vizzy.reading.contents import Contents
from vizzy.reading.suffixes import ZIP_SUFFIX
from vizzy.reading.limits import IN_BROWSER, Limits
from vizzy.reading.given_labels import GivenLabels
from vizzy.reading.imported import Opened
from vizzy.reading.labels import ordered
from vizzy.reading.raw import may_be_text
from vizzy.reading.roles import Roles
from vizzy.reading.tables import cell_text

SAMPLE_CELLS = 3
SHOWN_CELL = 60


def summary_of(
    contents: Contents, roles: Roles, labels: GivenLabels, opened: Opened | None, choices: Choices
) -> dict:
    """What was found of columns, arrays and labels, for a preview.

    Parameters
    ----------
    contents : Contents
    roles : Roles
    labels : GivenLabels
    opened : Opened or None
        None where something still hinders.
    choices : Choices

    Returns
    -------
    dict
        What JSON can hold.
    """
    table = contents.table
    counts = labels.texts.counts()
    unlabelled = counts.pop("", 0)
    classes = opened.dataset.classes if opened else ordered(counts)
    return {
        "name": contents.name,
        "rows": len(labels.texts) or (len(table) if table else 0),
        "unlabelled": unlabelled,
        "leave_out_unlabelled": choices.leave_out_unlabelled,
        "doubtful_labels": [{"text": text, "rows": rows, "is_class": is_class} for text, rows, is_class in labels.doubtful],
        "kept_labels": list(choices.kept_labels),
        "no_labels": list(choices.no_labels),
        "chosen_order": list(choices.classes),
        "fitting_order": list(opened.fitting_order) if opened else [],
        "order_is_assumed": bool(opened and opened.order_is_assumed),
        "agreement": opened.agreement if opened else None,
        "classes": [{"name": name, "count": counts.get(name, 0)} for name in classes],
        "columns": _columns(table, roles),
        "may_be_text": may_be_text(contents, roles.columns, roles.arrays),
        "column_roles": list(column_roles.COLUMN_ROLES),
        "arrays": [
            {"name": array.name, "shape": list(array.values.shape), "role": roles.arrays[array.name]}
            for array in contents.arrays
        ],
        "array_roles": list(array_roles.ARRAY_ROLES),
        "encoding": table.form.encoding if table else None,
        "header": table.form.header if table else None,
        "sheets": list(table.form.sheets) if table else [],
        "sheet": table.form.sheet if table else None,
        "sheets_together": list(table.form.sheets_together) if table else [],
        "chosen_sheet": choices.sheet,
        "delimiter": table.form.delimiter if table else None,
    }


def summary_of_opened(opened: Opened | None, limits: Limits) -> dict:
    """What would be opened, for a preview.

    Parameters
    ----------
    opened : Opened or None
    limits : Limits

    Returns
    -------
    dict
        What JSON can hold.
    """
    if not opened:
        return {
            "examples": 0,
            "kind": None,
            "dimensions": None,
            "needs_training": None,
            "training_seconds": None,
            "solver_note": None,
            "images": None,
        }
    dataset = opened.dataset
    needs_training = dataset.pred_probs is None
    dimensions = None if dataset.embeddings is None else dataset.embeddings.shape[1]
    seconds = _seconds(opened, limits is IN_BROWSER) if needs_training else None
    images = opened.images
    return {
        "examples": len(dataset),
        "kind": _kind(opened),
        "dimensions": dimensions,
        "needs_training": needs_training,
        "training_seconds": seconds,
        "solver_note": solver_note(len(dataset), _made_of(opened)) if needs_training else None,
        "images": None if images is None else sum(image is not None for image in images),
        "reviewed": opened.review.reviewed,
    }


def _seconds(opened, in_browser):
    """About how long it takes to make features, where they are to be made, and to train."""
    dataset, raw = opened.dataset, opened.raw
    dimensions = raw.dimensions if raw else dataset.embeddings.shape[1]
    solver = solver_of(len(dataset), _made_of(opened))
    seconds = training_seconds(len(dataset), dimensions, len(dataset.classes), in_browser, solver)
    return seconds + (text_seconds(raw.texts, in_browser) if raw and raw.texts else 0)


def _made_of(opened):
    """What features will be made of, as `vizzy.dataset.Dataset` has it."""
    return opened.raw.kind if opened.raw else None


def _kind(opened):
    """What the labels are checked against, in words."""
    if opened.raw:
        return opened.raw.kind
    return "embeddings" if opened.dataset.pred_probs is None else "predicted probabilities"


def command_of(files: tuple, contents: Contents) -> str:
    """The command that does the same outside the browser, with the files that were read.

    Parameters
    ----------
    files : tuple of InputFile
    contents : Contents

    Returns
    -------
    str
    """
    names = [file.name for file in files if file.suffix == ZIP_SUFFIX]
    if not names:
        given = [file.name for file in files]
        used = [_path_of(contents.table.name, given)] if contents.table else []
        if contents.table and (contents.table.joined or "+" in contents.table.name and contents.table.name not in given):
            used = [file.name for file in files if not file.is_image]  # several files make one table
        used += [name for name in given if any(array.name.startswith(name) for array in contents.arrays)]
        names = dict.fromkeys(used)
    return "python -m vizzy find " + " ".join(map(shlex.quote, names))


def _path_of(table, given):
    """The name of a table's file; of a table that was made of folders of images, the folder."""
    folder = PurePosixPath(table).stem
    return folder if any(folder in PurePosixPath(name).parts[:-1] for name in given) and table not in given else table


def _columns(table, roles):
    if table is None:
        return []
    return [
        {
            "name": name,
            "role": roles.columns[name],
            "sample": [cut(with_few_digits(text)) for text in _sample(table, number)],
        }
        for number, name in enumerate(table.columns)
    ]


def cut(text: str) -> str:
    """A cell for a preview: not longer than a person would read there.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
    """
    return text if len(text) <= SHOWN_CELL else text[: SHOWN_CELL - 1] + "…"


def _sample(table, number):
    texts = (cell_text(row[number]).strip() for row in table.rows)
    return [text for text, _ in zip((text for text in texts if text), range(SAMPLE_CELLS), strict=False)]
