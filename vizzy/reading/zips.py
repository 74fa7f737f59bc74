"""What a zip holds, checked before and while it is unpacked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from vizzy.reading.errors import ReadingError, shown
from vizzy.reading.files import IMAGE_SUFFIXES, ZIP_SUFFIX, InputFile, is_clutter
from vizzy.reading.limits import MEGABYTE, NATIVE, Limits, check_count, megabytes
from vizzy.sentences import counted, sentence

NOTES = (".txt", ".md", ".pdf", "")  # what may lie beside data, and is none
UTF_8_FLAG = 0x800  # of a name in a zip
# Compressed this much, a file is no data but a bomb; small ones may be.
MOST_COMPRESSION = 200
SMALL = MEGABYTE


def unpacked(files: Iterable[InputFile], limits: Limits = NATIVE) -> list[InputFile]:
    """The files with every zip replaced by what it holds.

    Parameters
    ----------
    files : iterable of InputFile
    limits : Limits

    Returns
    -------
    list of InputFile

    Raises
    ------
    ReadingError
        Where a zip is damaged or holds too much.
    """
    out = []
    for file in files:
        out.extend(unzipped(file, limits) if file.suffix == ZIP_SUFFIX else [file])
    return [file for file in out if not is_clutter(file.name)]


class Images:
    """The images among some files, alone or in zips, each read when it is asked for.

    A zip is opened once and its list of names read once, however many images are asked for.

    Parameters
    ----------
    files : sequence of InputFile
    """

    def __init__(self, files: Iterable[InputFile]) -> None:
        self._read: dict = {}  # name -> what reads it; of several with one name the first counts
        for file in files:
            if file.suffix == ZIP_SUFFIX:
                archive = zipfile.ZipFile(io.BytesIO(file.content))
                for entry in archive.infolist():
                    self._read.setdefault(name_of(entry), lambda _name, archive=archive, entry=entry: archive.read(entry))
            else:
                self._read.setdefault(file.name, lambda _name, file=file: file.path.read_bytes() if file.path else file.content)

    def read(self, name: str) -> bytes | None:
        """The bytes of an image.

        Parameters
        ----------
        name : str
            Of the file, or of the entry in its zip.

        Returns
        -------
        bytes or None
            None where there is none of that name.
        """
        return self._read[name](name) if name in self._read else None


def unzipped(file: InputFile, limits: Limits) -> list[InputFile]:
    """What a zip holds, checked before and while it is unpacked.

    Parameters
    ----------
    file : InputFile
    limits : Limits

    Returns
    -------
    list of InputFile

    Raises
    ------
    ReadingError
        Where the zip is damaged or holds too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            check_entries(file.name, entries, limits)
            return [InputFile(name_of(entry), _unzipped(archive, entry, file.name)) for entry in entries]
    except ReadingError:
        raise
    except Exception as error:  # damaged, a zip raises about anything
        raise ReadingError(sentence(
            "{file} cannot be unpacked ({error}): is it cut off? Make or download it again.",
            file=file.name, error=str(error),
        )) from error


def name_of(entry: zipfile.ZipInfo) -> str:
    """The name of what a zip holds, as it was meant.

    Parameters
    ----------
    entry : zipfile.ZipInfo

    Returns
    -------
    str
        A name that is UTF-8 without being said to be, as macOS and older programs write it, is read so, where Python reads
        code page 437: what is not ASCII there is hardly ever UTF-8 by chance.
    """
    if not entry.flag_bits & UTF_8_FLAG:
        try:
            return entry.filename.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return entry.filename


def check_entries(name: str, entries: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse what a zip holds where it would unpack to too much, as it declares itself.

    Parameters
    ----------
    name : str
        Of the zip.
    entries : sequence of zipfile.ZipInfo
    limits : Limits

    Raises
    ------
    ReadingError
    """
    if not entries:
        raise ReadingError(sentence("{file} holds no files: put a table with labels into it.", file=name))
    suffixes = {PurePosixPath(entry.filename).suffix.lower() for entry in entries if not is_clutter(entry.filename)}
    if ZIP_SUFFIX in suffixes and suffixes <= {ZIP_SUFFIX, *NOTES}:
        inner = next(entry.filename for entry in entries if entry.filename.lower().endswith(ZIP_SUFFIX))
        raise ReadingError(sentence("{file} holds {entry}, a zip itself: unpack {file}, and bring what it holds.", file=name, entry=shown(inner)))
    check_count(name, len(entries), limits)
    total = 0
    for entry in entries:
        _check_entry(name, entry)
        total += entry.file_size
        if entry.file_size > limits.file_bytes or total > limits.total_bytes:
            raise ReadingError(sentence(
                "{file} would unpack to {total} and more, of which {entry} has {size}, but at most {most} "
                "a file and {most_in_all} in all fit: unpack it and bring the files that are needed.",
                file=name,
                total=megabytes(total),
                entry=shown(entry.filename),
                size=megabytes(entry.file_size),
                most=megabytes(limits.file_bytes),
                most_in_all=megabytes(limits.total_bytes),
            ))


def _check_entry(name, entry):
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in entry.filename:
        raise ReadingError(sentence(
            "{file} holds {entry}, a path that leads outside of it: make the zip anew from a folder.",
            file=name, entry=shown(entry.filename),
        ))
    if entry.flag_bits & 1:
        raise ReadingError(sentence(
            "{file} holds {entry}, which has a password: make the zip without one.",
            file=name, entry=shown(entry.filename),
        ))
    if entry.file_size > SMALL and entry.file_size > MOST_COMPRESSION * max(1, entry.compress_size):
        raise ReadingError(sentence(
            "{file} holds {entry}, which would unpack to {times} times its size, as no real data does: unpack it "
            "and bring the files that are needed.",
            file=name, entry=shown(entry.filename), times=entry.file_size // max(1, entry.compress_size),
        ))


def _unzipped(archive, entry, name):
    """What an entry holds: nothing of an image, and never more than its size as declared and checked."""
    if PurePosixPath(entry.filename).suffix.lower() in IMAGE_SUFFIXES:
        return b""
    with archive.open(entry) as opened:
        content = opened.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise ReadingError(sentence(
            "{file} holds {entry}, whose size is not the {size} it declares: make the zip anew.",
            file=name, entry=shown(entry.filename), size=counted(entry.file_size, "{} byte", "{} bytes"),
        ))
    return content
