"""Whether memory holds some Parquet files: those that it does not are scored piece by piece without being asked to."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from vizzy.reading import NATIVE

BYTES_PER_CELL = 100  # that the command in memory takes at its peak, measured on a million rows of 11 columns
MOST_OF_FREE_MEMORY = 0.8
MEMINFO = Path("/proc/meminfo")


def why_in_pieces(files: Sequence[str]) -> str | None:
    """Why some files are better scored piece by piece, in a sentence; None where memory holds them, or they are not Parquet.

    Parameters
    ----------
    files : sequence of str

    Returns
    -------
    str or None
    """
    paths = [Path(name) for name in files]
    if not paths or any(path.suffix.lower() != ".parquet" or not path.is_file() for path in paths):
        return None
    try:
        from pyarrow import ArrowException, parquet  # which few have installed
    except ImportError:
        return None
    try:
        about = [parquet.read_metadata(path) for path in paths]
    except (ArrowException, OSError):
        return None  # whoever reads it says what is wrong
    rows, cells = sum(one.num_rows for one in about), sum(one.num_rows * one.num_columns for one in about)
    free = free_memory()
    needed = cells * BYTES_PER_CELL
    if rows <= NATIVE.rows and cells <= NATIVE.cells and (free is None or needed <= MOST_OF_FREE_MEMORY * free):
        return None
    beside = "" if free is None else f" of {free / 1e9:.1f} GB that are free"
    return (
        f"{rows:,} rows would take about {needed / 1e9:.1f} GB of memory{beside}: they are scored piece by piece, in memory that "
        "does not grow with their number, and written as a folder of parts."
    )


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
