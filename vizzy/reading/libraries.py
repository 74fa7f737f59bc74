"""Which libraries some files need to be read, so that a page can fetch them before anything is read."""

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import PurePosixPath

from vizzy.reading.errors import ReadingError
from vizzy.reading.files import InputFile
from vizzy.reading.suffixes import COLUMNAR_SUFFIXES, COMPRESSED_SUFFIXES, SPREADSHEET_SUFFIXES, ZIP_SUFFIX
from vizzy.reading.formats.recognition import ARROW_START, PARQUET_START, is_spreadsheet
from vizzy.reading.limits import IN_BROWSER
from vizzy.reading.zips import entries_within

ARRO3, CALAMINE = "arro3", "python-calamine"


def libraries_needed(files: Sequence[InputFile]) -> list[str]:
    """The libraries that reading some files takes: of `ARRO3` and `CALAMINE`, sorted.

    Parameters
    ----------
    files : sequence of InputFile

    Returns
    -------
    list of str
    """
    needed = set()
    for file in files:
        for name in (file.name, *_names_inside(file)):
            needed |= _by_name(name)
        if file.content.startswith((PARQUET_START, ARROW_START)):
            needed.add(ARRO3)
        if is_spreadsheet(file):
            needed.add(CALAMINE)
    return sorted(needed)


def _by_name(name):
    path = PurePosixPath(name.replace("\\", "/").lower())
    suffix = PurePosixPath(path.stem).suffix if path.suffix in COMPRESSED_SUFFIXES else path.suffix
    if suffix in COLUMNAR_SUFFIXES:
        return {ARRO3}
    return {CALAMINE} if suffix in SPREADSHEET_SUFFIXES else set()


def _names_inside(file):
    """The names in a zip; none where it is damaged, of which reading will say so."""
    if file.suffix != ZIP_SUFFIX:
        return []
    try:
        return [name for name, _, _ in entries_within(file, IN_BROWSER)]
    except (ReadingError, zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError, zlib.error):
        return []
