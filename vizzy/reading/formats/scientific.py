"""Files of scientific programs that hold arrays by name: MATLAB's and HDF5, as .npz files do."""

from __future__ import annotations

import numpy as np

from vizzy.reading.arrays import Array
from vizzy.reading.errors import ReadingError, listed
from vizzy.reading.files import InputFile
from vizzy.reading.formats import hdf5, matlab
from vizzy.reading.limits import Limits
from vizzy.sentences import Sentence, sentence


def read_scientific(file: InputFile, limits: Limits) -> tuple[list[Array], list[Sentence]]:
    """The arrays of a file of MATLAB's, or of HDF5, and a note on what it holds besides.

    Parameters
    ----------
    file : InputFile
    limits : Limits

    Returns
    -------
    arrays : list of Array
        Without those of one number or text, which are settings.
    notes : list of Sentence

    Raises
    ------
    ReadingError
        Where it is damaged or too large, holds nothing that is read, or where what reads it is not installed.
    """
    turned: list[str] = []
    if hdf5.is_hdf5(file):
        arrays, left_out = hdf5.variables_of(file, limits)
    elif file.content.startswith(matlab.START):
        arrays, left_out = matlab.variables_of(file, limits)
        arrays, turned = _with_examples_first(arrays)
    else:
        raise ReadingError(sentence(
            "{file} is no HDF5 file and none of MATLAB's of version 5 or later, whatever its name says: save the table as CSV.", file=file.name
        ))
    read = [Array(f"{file.name}/{name}", values) for name, values in arrays.items() if values.size > 1]
    values = {"names": listed(left_out, 4), "file": file.name}
    if not read and left_out:
        raise ReadingError(sentence(
            "{names} in {file} are neither numbers nor texts, such as tables and categories of MATLAB's: save their columns as numbers, "
            "or with cellstr.",
            **values,
        ))
    if not read:
        raise ReadingError(sentence("{file} holds no arrays of numbers or texts: is it the right file?", file=file.name))
    notes = []
    if turned:
        notes.append(sentence("{names} in {file} were read with an example in each column, as there are labels.", names=listed(turned, 4), file=file.name))
    if left_out:
        notes.append(sentence("{names} in {file} are neither numbers nor texts, such as tables and categories of MATLAB's: left out.", **values))
    return read, notes


def _with_examples_first(arrays):
    """Arrays with the examples along the first axis, where a list has as many entries as the last: so MATLAB's tools keep images and vectors."""
    lengths = {max(values.shape) for values in arrays.values() if max(values.shape, default=0) == values.size > 1}
    turned = [
        name
        for name, values in arrays.items()
        if values.ndim > 1 and min(values.shape) > 0 and values.size not in lengths and values.shape[-1] in lengths and values.shape[0] not in lengths
    ]
    return {name: np.moveaxis(values, -1, 0) if name in turned else values for name, values in arrays.items()}, turned
