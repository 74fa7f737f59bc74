"""HDF5 (.h5, .hdf5) and MATLAB's .mat files of version 7.3, which are HDF5: arrays of numbers or texts, by h5py, which the browser does not have.

What programs keep in it that is no array, such as weights of a Keras model or a table of pandas', is named for what it is.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Iterator
from typing import Any

import numpy as np

from vizzy.reading.errors import ReadingError
from vizzy.reading.files import InputFile
from vizzy.reading.limits import Limits, check_unpacked
from vizzy.reading.unread import not_read
from vizzy.sentences import sentence

START = b"\x89HDF\r\n\x1a\n"
PLACES = (0, 512)  # where it may begin: MATLAB puts a text before it
MATLAB_CLASS, MATLAB_EMPTY = "MATLAB_class", "MATLAB_empty"
OF_MATLAB = ("#refs#", "#subsystem#")  # what cells hold, and MATLAB's own objects
# Attributes of a group that say what program keeps something else than arrays in it.
OF_PROGRAMS = (
    (("keras_version", "layer_names", "model_config"), sentence("the weights of a Keras model: save what it predicts with numpy.save")),
    (("pandas_type", "pandas_version"), sentence("a table of pandas', partly pickled: save it with to_csv or to_parquet")),
    (("encoding-type",), sentence("an AnnData file: save adata.obs with to_csv, and adata.X or adata.obsm with numpy.save")),
)
MOST_NESTED = 8
INSTALL = sentence("{command}, or save the table as CSV and the numbers with numpy.save", command="pip install h5py")


def is_hdf5(file: InputFile) -> bool:
    """Whether a file is HDF5, by what it begins with."""
    return any(file.content[place : place + len(START)] == START for place in PLACES)


def variables_of(file: InputFile, limits: Limits) -> tuple[dict[str, np.ndarray], list[str]]:
    """The arrays of an HDF5 file.

    Parameters
    ----------
    file : InputFile
    limits : Limits
        On the size of all arrays.

    Returns
    -------
    arrays : dict of str to numpy.ndarray
        Of numbers or texts, by their paths; columns of a table within it by the table's path and their names.
    left_out : list of str
        The paths of what is none.

    Raises
    ------
    ReadingError
        Where the file is damaged or too large, is another program's, or where what reads it is not installed.
    """
    if importlib.util.find_spec("h5py") is None:
        raise ReadingError(sentence("{file} is an HDF5 file, which h5py reads outside the browser: {install}.", file=file.name, install=INSTALL))
    import h5py

    arrays: dict[str, np.ndarray] = {}
    left_out: list[str] = []
    try:
        with h5py.File(io.BytesIO(file.content), "r") as opened:
            _check_program(file, opened)
            size = 0
            for path, dataset in _datasets(opened):
                size += dataset.nbytes
                check_unpacked(file.name, size, limits)
                values = _values(dataset, opened)
                arrays |= {f"{path}/{name}" if name else path: column for name, column in values.items()}
                left_out += [] if values else [path]
    except ReadingError:
        raise
    except Exception as error:  # of a damaged file the library raises about anything
        raise ReadingError(sentence(
            "{file} cannot be read as HDF5 ({error}): is it cut off? Save it again, or as CSV.", file=file.name, error=str(error)[:120]
        )) from error
    return arrays, left_out


def _check_program(file, opened):
    """Refuse what another program keeps, by the attributes of the file and of the groups in it."""
    groups = [opened, *(opened[name] for name in opened if opened.get(name, getclass=True).__name__ == "Group")]
    for names, what in OF_PROGRAMS:
        if any(name in group.attrs for group in groups for name in names):
            raise ReadingError(not_read(file.name, what))


def _datasets(group: Any, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The datasets in a group and in those within it; without links, which may lead out of the file or around in it."""
    for name in group:
        link = group.get(name, getlink=True)
        if type(link).__name__ != "HardLink" or name in OF_MATLAB:
            continue
        kind = group.get(name, getclass=True).__name__
        if kind == "Group" and depth < MOST_NESTED:
            yield from _datasets(group[name], f"{prefix}{name}/", depth + 1)
        elif kind == "Dataset":
            yield prefix + name, group[name]


def _values(dataset, opened):
    """What a dataset holds: {"": array}, of a table {name of a column: array}, or nothing where it is neither numbers nor texts."""
    if dataset.external or dataset.is_virtual or dataset.shape is None or not dataset.size:
        return {}
    kind = dataset.attrs.get(MATLAB_CLASS, b"")
    kind = kind.decode() if isinstance(kind, bytes) else str(kind)
    if kind == "cell":
        texts = [_letters(opened[reference]) for reference in dataset[()].ravel()]
        return {"": np.array(texts)} if all(isinstance(text, str) for text in texts) else {}
    if kind == "char":
        text = _letters(dataset)
        return {"": np.array([text])} if text is not None else {}
    values = dataset[()]
    if dataset.dtype.names:
        columns = {name: _plain(values[name]) for name in dataset.dtype.names}
        return {name: column for name, column in columns.items() if column is not None}
    plain = _plain(np.asarray(values))
    return {} if plain is None else {"": plain.T if kind else plain}  # MATLAB counts along the columns first


def _plain(values):
    """An array of numbers or of texts; None for anything else."""
    if values.dtype.kind in "fiubS":
        return values
    if values.dtype.kind == "O" and all(isinstance(value, (bytes, str)) for value in values.ravel()):
        return np.array([value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in values.ravel()]).reshape(values.shape)
    return None


def _letters(dataset):
    """The text of an array of letters that MATLAB wrote, in one row; None where it is none."""
    if dataset.attrs.get(MATLAB_EMPTY, 0):
        return ""
    if dataset.dtype.kind != "u" or dataset.dtype.itemsize != 2 or min(dataset.shape) > 1:
        return None
    return dataset[()].astype("<u2").tobytes().decode("utf-16-le", "replace")
