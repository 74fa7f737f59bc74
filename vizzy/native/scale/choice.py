"""Whether files fit into memory; those that do not are scored piece by piece."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from vizzy.reading import NATIVE, Choices, ReadingError
from vizzy.reading.suffixes import ARRAY_SUFFIXES

BYTES_PER_CELL = 100  # that the command in memory takes at its peak, measured on a million rows of 11 columns
BYTES_PER_CELL_OF_ARRAYS = 50  # likewise, of float32
LEAST_BYTES = 50_000_000  # smaller arrays and tables of text are not looked at: memory holds them
TABLES = (".csv", ".tsv", ".tab", ".txt")
LISTS_OF_CLASSES = (".json", ".names", ".yaml", ".yml")  # which may stand beside
MOST_OF_FREE_MEMORY = 0.8
MEMINFO = Path("/proc/meminfo")


def why_in_pieces(files: Sequence[str], choices: Choices | None = None) -> str | None:
    """Why some files are better scored piece by piece, in a sentence; None where memory holds them, or they cannot be.

    Parameters
    ----------
    files : sequence of str
    choices : Choices, optional

    Returns
    -------
    str or None
    """
    paths = [Path(name) for name in files]
    if not paths or any(not path.is_file() for path in paths):
        return None
    suffixes = {path.suffix.lower() for path in paths}
    try:
        if suffixes == {".parquet"}:
            (rows, cells), per_cell = _size_of_parquet(paths), BYTES_PER_CELL
        elif suffixes <= {*ARRAY_SUFFIXES, *TABLES, *LISTS_OF_CLASSES} and sum(path.stat().st_size for path in paths) >= LEAST_BYTES:
            from vizzy.native.scale.sampling import rows_and_cells, understood

            rows, cells = rows_and_cells(files)
            per_cell = BYTES_PER_CELL_OF_ARRAYS if suffixes & {*ARRAY_SUFFIXES} else BYTES_PER_CELL
        else:
            return None
        free, needed = free_memory(), cells * per_cell
        if rows <= NATIVE.rows and cells <= NATIVE.cells and (free is None or needed <= MOST_OF_FREE_MEMORY * free):
            return None
        if suffixes != {".parquet"}:
            _check_installed()
            understood(files, choices or Choices())
    except (ImportError, OSError, ReadingError, ValueError):  # a damaged Parquet file raises a ValueError or an OSError
        return None  # whoever reads it says what is wrong
    beside = "" if free is None else f" of {free / 1e9:.1f} GB that are free"
    return (
        f"{rows:,} rows would take about {needed / 1e9:.1f} GB of memory{beside}: they are scored piece by piece, in memory that "
        "does not grow with their number."
    )


def _size_of_parquet(paths):
    """How many rows and cells the files have."""
    from pyarrow import parquet  # which few have installed

    about = [parquet.read_metadata(path) for path in paths]
    return sum(one.num_rows for one in about), sum(one.num_rows * one.num_columns for one in about)


def _check_installed():
    """Raise an ImportError where what scores in pieces is not installed."""
    importlib.import_module("pyarrow")
    importlib.import_module("fsspec")


def free_memory() -> int | None:
    """How many bytes of memory are free, or None where that cannot be told."""
    try:
        available = re.search(r"^MemAvailable:\s*(\d+) kB", MEMINFO.read_text(), re.MULTILINE)
        return int(available[1]) * 1024 if available else None
    except OSError:
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")  # macOS says only how much there is
    except (AttributeError, ValueError, OSError):
        return None
