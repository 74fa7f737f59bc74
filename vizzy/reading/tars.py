"""Unpacks tar archives: tables and texts. Images are read from zips only, since a single file can be read out of a zip."""

import io
import tarfile
from collections.abc import Iterable

from vizzy.reading.errors import ReadingError, shown
from vizzy.reading.files import InputFile, is_clutter
from vizzy.reading.suffixes import IMAGE_SUFFIXES
from vizzy.reading.limits import Limits, check_count, megabytes
from vizzy.sentences import sentence

MARK, MARK_PLACE = b"ustar", 257


def untarred(files: Iterable[InputFile], limits: Limits) -> list[InputFile]:
    """The files with every tar archive replaced by what it holds.

    Parameters
    ----------
    files : iterable of InputFile
        Not compressed any more.
    limits : Limits

    Returns
    -------
    list of InputFile

    Raises
    ------
    ReadingError
        Where an archive is damaged, holds too much, or images.
    """
    return [inner for file in files for inner in (_members(file, limits) if is_tar(file) else [file])]


def is_tar(file: InputFile) -> bool:
    """Whether a file is a tar archive, by the mark in its first header."""
    return file.content[MARK_PLACE : MARK_PLACE + len(MARK)] == MARK


def _members(file, limits):
    try:
        with tarfile.open(fileobj=io.BytesIO(file.content), mode="r:") as archive:
            entries = [entry for entry in archive.getmembers() if entry.isfile() and not is_clutter(entry.name)]
            _check(file, entries, limits)
            return [InputFile(entry.name.removeprefix("./"), archive.extractfile(entry).read()) for entry in entries]
    except ReadingError:
        raise
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise ReadingError(sentence("{file} cannot be unpacked ({error}): is it cut off? Make or download it again.", file=file.name, error=str(error))) from error


def _check(file, entries, limits):
    image = next((entry.name for entry in entries if entry.name.lower().endswith(IMAGE_SUFFIXES)), None)
    if image is not None:
        raise ReadingError(sentence("{file} is a tar archive with images, such as {entry}: unpack it, or make it a zip.", file=file.name, entry=shown(image)))
    check_count(file.name, len(entries), limits)
    total = sum(entry.size for entry in entries)
    if total > limits.total_bytes:
        raise ReadingError(sentence(
            "{file} would unpack to {total}, but at most {most} fit: unpack it and bring the files that are needed.",
            file=file.name, total=megabytes(total), most=megabytes(limits.total_bytes),
        ))
