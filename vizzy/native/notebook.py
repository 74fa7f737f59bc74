"""The page in a notebook: ``vizzy.review(frame, …)`` shows it in a cell, and ``.result()`` has what is decided there.

The page is shown in an iframe that a loopback server fills, see `vizzy.native.server`. A widget (anywidget) would run in
the notebook's own document, but the page needs a document and a worker of its own, 30 MB of runtime served beside them,
and a content security policy that a notebook does not have. The price: the browser must run on the kernel's machine.
"""

from __future__ import annotations

import atexit
import html
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from vizzy.native.label_issues import as_list, as_numbers
from vizzy.native.server import PageServer, ServedData
from vizzy.reading import columns as roles
from vizzy.reading.arrays import EMBEDDINGS, PRED_PROBS
from vizzy.reading.errors import ReadingError
from vizzy.reading.limits import IN_BROWSER, check_sizes
from vizzy.reviewing import review_of
from vizzy.vocabulary import NO_LABEL

ROW, LABEL, TEXT, IMAGE = "row", "label", "text", "image"  # the columns of the table that the page gets
ADDED = CORRECTED_LABEL, REVIEW_ACTION = "corrected_label", "review_action"
ELSEWHERE = (
    "The page is served on the machine where this notebook's kernel runs, and is reached only by a browser on that machine. "
    "Stays it empty, write the data to a file and open it there with the command vizzy open, or in the published page."
)
IN_COLAB = (
    "Colab's browser cannot reach the kernel's loopback address: write the frame to a CSV file, download it, and open it "
    "in the page; vizzy.find_label_issues works here."
)


def review(
    frame: Any,
    label: str = "label",
    *,
    text: str | None = None,
    image: str | None = None,
    embeddings: Any = None,
    pred_probs: Any = None,
    classes: Any = None,
    height: int = 760,
) -> Review:
    """Show the page with a table in a notebook's cell, to see and correct its labels.

    Parameters
    ----------
    frame : pandas.DataFrame, polars.DataFrame, datasets.Dataset or dict of columns
        With a row for each example.
    label : str
        The column of given labels. Rows without one are left out.
    text, image : str, optional
        The column of texts; of paths of images.
    embeddings : array-like of float, shape (n, d), optional
        From which a classifier is trained in the page. Without these, and without ``pred_probs``, features are made of
        the texts, of the images, or of all other columns.
    pred_probs : array-like of float, shape (n, K), optional
        Out of sample.
    classes : sequence, optional
        The classes in the order of the columns of ``pred_probs``; the sorted labels by default.
    height : int
        Of the cell, in pixels.

    Returns
    -------
    Review
        Its ``result()`` is the frame with what was decided so far.

    Raises
    ------
    ReadingError
        Where a column is missing, the data are too large for a browser, or the browser cannot reach the kernel.

    Examples
    --------
    In a notebook, then as often as wanted while decisions are made::

        review = vizzy.review(frame, label="label", text="message")
        review.result()
    """
    if "google.colab" in sys.modules:
        raise ReadingError(IN_COLAB)
    named = {LABEL: label, TEXT: text, IMAGE: image}
    used = {role: column_of(frame, name) for role, name in named.items() if name is not None}
    files, choices = _files(frame, named, used, embeddings, pred_probs, classes)
    check_sizes([(name, len(content)) for name, content in files if isinstance(content, bytes)], IN_BROWSER)
    return Review(frame, used[LABEL], ServedData(files, choices, preview=False, trains=True), height)


class Review:
    """A review that is under way in a cell; closed with the kernel at the latest.

    Attributes
    ----------
    address : str
        Of the page.
    """

    def __init__(self, frame: Any, labels: list, data: ServedData, height: int) -> None:
        self._frame = frame
        self._labels = labels
        self._data = data
        self._height = height
        self._server = PageServer(data).start()
        atexit.register(self.close)

    @property
    def address(self) -> str:
        """Of the page, with the secret: for a tab of its own."""
        return self._server.address

    def result(self) -> Any:
        """The frame with what was decided so far.

        Returns
        -------
        The kind of frame that was given
            A copy with ``corrected_label`` (None where the example belongs to no class) and ``review_action``.
        """
        corrected, actions = list(self._labels), [""] * len(self._labels)
        for row, label, action in self._decided():
            actions[row], corrected[row] = action, label
        return with_columns(self._frame, dict(zip(ADDED, (corrected, actions), strict=True)))

    def close(self) -> None:
        """Stop the server; what was decided stays in `result`."""
        atexit.unregister(self.close)
        self._server.close()

    def _decided(self):
        """Row, label and action of each example that was decided on."""
        index, fields = self._data.index, self._data.fields
        if index is None or fields is None:
            return
        changed, acted = dict(fields["changed_labels"]), dict(fields["reviews"])
        reviewed = review_of(np.array(index["given_label"]), changed, acted)
        own = {str(name): name for name in self._labels if not is_missing(name)}
        for example in {*changed, *acted}:
            row, corrected = int(index["ids"][example]), int(reviewed.corrected_label[example])
            name = None if corrected == NO_LABEL else index["classes"][corrected]
            yield row, own.get(name, name), reviewed.actions[example]

    def _repr_html_(self) -> str:
        address = html.escape(self.address, quote=True)
        return (
            f'<iframe src="{address}" title="Vizzy" style="width: 100%; height: {int(self._height)}px; border: 0" '
            f'allow="clipboard-write"></iframe><p><small>{html.escape(ELSEWHERE)}</small></p>'
        )


# --- frames of several libraries --------------------------------------------------------------------


def column_of(frame: Any, name: str) -> list:
    """A column's values.

    Parameters
    ----------
    frame : pandas.DataFrame, polars.DataFrame, datasets.Dataset or dict of columns
    name : str

    Returns
    -------
    list

    Raises
    ------
    ReadingError
        Where there is no such column.
    """
    if name not in column_names(frame):
        raise ReadingError(f"The frame has no column {name!r}: it has {', '.join(map(str, column_names(frame)[:20]))}.")
    return as_list(frame[name])


def column_names(frame: Any) -> list:
    """The names of a frame's columns."""
    names = getattr(frame, "column_names", None) or getattr(frame, "columns", None)
    return list(frame) if names is None else list(names)


def with_columns(frame: Any, added: dict) -> Any:
    """A copy of a frame with columns added, or replaced; of a Hugging Face dataset, a pandas frame."""
    if hasattr(frame, "assign"):
        return frame.assign(**added)
    if hasattr(frame, "with_columns"):
        return frame.with_columns(*[type(frame)({name: values})[name] for name, values in added.items()])
    if hasattr(frame, "to_pandas"):
        return frame.to_pandas().assign(**added)
    return {**frame, **added}


def is_missing(value: Any) -> bool:
    """Whether a cell holds nothing: None, or a NaN of whatever library."""
    return value is None or (isinstance(value, float) and value != value) or type(value).__name__ in ("NAType", "NaTType")


# --- what the page gets -----------------------------------------------------------------------------


def _files(frame, named, used, embeddings, pred_probs, classes):
    """The files, (name, content), and the choices by which they are read."""
    labels = [None if is_missing(name) else str(name) for name in used[LABEL]]
    table: dict[str, list] = {ROW: [str(row) for row in range(len(labels))], LABEL: labels}
    table.update({role: [None if is_missing(cell) else str(cell) for cell in used[role]] for role in (TEXT, IMAGE) if role in used})
    chosen = {ROW: roles.ID, LABEL: roles.LABEL, TEXT: roles.TEXT, IMAGE: roles.FILE}
    if len(used) == 1 and embeddings is None and pred_probs is None:
        table.update(_other_columns(frame, named[LABEL]))
    files: list[tuple[str, Path | bytes]] = [("notebook.jsonl", _json_lines(table))]
    choices: dict = {
        "roles": {name: role for name, role in chosen.items() if name in table},
        "leave_out_unlabelled": None in labels,
        "kept_labels": sorted({name for name in labels if name is not None}),
    }
    for name, role, values in (("embeddings.npy", EMBEDDINGS, embeddings), ("pred_probs.npy", PRED_PROBS, pred_probs)):
        if values is not None:
            files.append((name, _array(values, name, len(labels))))
            choices.setdefault("arrays", {})[name] = role
    if pred_probs is not None:
        in_order = sorted({name for name in used[LABEL] if not is_missing(name)}) if classes is None else as_list(classes)
        choices["classes"] = [str(name) for name in in_order]
    files += [(path, Path(path)) for path in dict.fromkeys(table.get(IMAGE, [])) if path is not None]
    return files, choices


def _other_columns(frame, label):
    """All columns but the labels, to make features of; those that have a name of ours get another."""
    others = [name for name in column_names(frame) if name != label]
    plain = {f"{name}_" if str(name) in (ROW, LABEL) else str(name): column_of(frame, name) for name in others}
    return {name: [None if is_missing(cell) else cell for cell in cells] for name, cells in plain.items()}


def _json_lines(table):
    rows = zip(*table.values(), strict=True)
    return "".join(json.dumps(dict(zip(table, row, strict=True)), default=str) + "\n" for row in rows).encode()


def _array(values, what, rows):
    array = as_numbers(values, what.removesuffix(".npy"))
    if len(array) != rows:
        raise ReadingError(f"{what.removesuffix('.npy')} has {len(array):,} rows, but the frame has {rows:,}: give a row for each.")
    buffer = io.BytesIO()
    np.save(buffer, array.astype(np.float32))
    return buffer.getvalue()
