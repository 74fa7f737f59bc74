"""Files that are compressed one by one: gzip, bzip2, xz and, from Python 3.14 on, Zstandard, by what they begin with and not by their names.

Nothing is unpacked beyond the limits that hold for every file, whatever the file says of its own size.
"""

import bz2
import gzip
import importlib
import io
import lzma
from collections.abc import Sequence

from vizzy.reading.errors import ReadingError
from vizzy.reading.files import InputFile
from vizzy.reading.suffixes import COMPRESSED_SUFFIXES
from vizzy.reading.limits import Limits, check_unpacked
from vizzy.sentences import sentence

# What a file begins with, what that is called, and what opens it.
KINDS = ((b"\x1f\x8b", "gzip", gzip.open), (b"BZh", "bzip2", bz2.open), (b"\xfd7zXZ", "xz", lzma.open))
ZSTANDARD = b"\x28\xb5\x2f\xfd"
LZMA = b"\x5d\x00\x00"  # of the older format of xz, too short to go by it alone


def decompressed(files: Sequence[InputFile], limits: Limits) -> list[InputFile]:
    """The files, with each that is compressed replaced by what it holds.

    Parameters
    ----------
    files : sequence of InputFile
    limits : Limits

    Returns
    -------
    list of InputFile

    Raises
    ------
    ReadingError
        Where one is damaged, or unpacks to more than fits.
    """
    return [_decompressed(file, limits) for file in files]


def _decompressed(file, limits):
    for start, kind, opened_by in KINDS:
        if file.content.startswith(start):
            return InputFile(_name_without_suffix(file), _unpacked(file, kind, opened_by, limits))
    if file.content.startswith(ZSTANDARD):
        zstd = _zstandard()
        return InputFile(_name_without_suffix(file), _unpacked(file, "Zstandard", zstd.open, limits, zstd.ZstdError)) if zstd else file
    if file.suffix == ".lzma" and file.content.startswith(LZMA):
        return InputFile(_name_without_suffix(file), _unpacked(file, "lzma", lzma.open, limits))
    if file.suffix in COMPRESSED_SUFFIXES:
        raise ReadingError(sentence(
            "{file} is named like a compressed file but is none: give it the name of what it holds, such as data.csv.",
            file=file.name,
        ))
    return file


def _zstandard():
    """Python's module for Zstandard; None where Python is older than 3.14, and such files are named as not read."""
    try:
        return importlib.import_module("compression.zstd")
    except ImportError:
        return None


def _unpacked(file, kind, opened_by, limits, own_error=OSError):
    try:
        with opened_by(io.BytesIO(file.content)) as opened:
            content = opened.read(limits.file_bytes + 1)
    except (OSError, EOFError, lzma.LZMAError, ValueError, own_error) as error:
        raise ReadingError(sentence(
            "{file} cannot be unpacked as {kind} ({error}): is it cut off? Make or download it again.",
            file=file.name, kind=kind, error=str(error),
        )) from error
    check_unpacked(file.name, len(content), limits)
    return content


def _name_without_suffix(file):
    return file.name[: -len(file.suffix)] if file.suffix in COMPRESSED_SUFFIXES else file.name
