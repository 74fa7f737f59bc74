"""What a zip holds, checked before and while it is unpacked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from vizzy.reading.errors import ReadingError, shown
from vizzy.reading.files import InputFile, is_clutter
from vizzy.reading.suffixes import IMAGE_SUFFIXES, ZIP_SUFFIX
from vizzy.reading.limits import MEGABYTE, NATIVE, Limits, check_count, check_sizes, megabytes
from vizzy.sentences import counted, sentence

MOST_NESTED = 2  # zips within each other: so all that inner ones hold is known, and bounded, before any of it is unpacked
UTF_8_FLAG = 0x800  # of a name in a zip
# Compressed this much, a file is no data but a bomb; small ones may be.
MOST_COMPRESSION = 200
SMALL = MEGABYTE


def unpacked(files: Iterable[InputFile], limits: Limits = NATIVE) -> list[InputFile]:
    """The files with every zip replaced by what it holds, and so what is a zip within it.

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
    out = [inner for file in files for inner in (unzipped(file, limits, MOST_NESTED) if file.suffix == ZIP_SUFFIX else [file])]
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
                for name, archive, entry in entries_within(file):
                    self._read.setdefault(name, lambda _name, archive=archive, entry=entry: archive.read(entry))
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


def unzipped(file: InputFile, limits: Limits, depth: int = 1) -> list[InputFile]:
    """What a zip holds, checked before and while it is unpacked.

    Parameters
    ----------
    file : InputFile
    limits : Limits
    depth : int
        How many zips within each other are unpacked.

    Returns
    -------
    list of InputFile

    Raises
    ------
    ReadingError
        Where the zip, or one within it, is damaged or holds too much.
    """
    try:
        entries = entries_within(file, limits, depth)
        check_count(file.name, len(entries), limits)
        check_sizes([(name, entry.file_size) for name, _, entry in entries], limits)
        return [InputFile(name, _unzipped(archive, entry, file.name)) for name, archive, entry in entries]
    except ReadingError:
        raise
    except Exception as error:  # damaged, a zip raises about anything
        raise ReadingError(sentence(
            "{file} cannot be unpacked ({error}): is it cut off? Make or download it again.",
            file=file.name, error=str(error),
        )) from error


def entries_within(file: InputFile, limits: Limits | None = None, depth: int = MOST_NESTED) -> list[tuple[str, zipfile.ZipFile, zipfile.ZipInfo]]:
    """The files in a zip and in the zips within it; of one beside images, as of a copy of these, the zip itself.

    Parameters
    ----------
    file : InputFile
    limits : Limits, optional
        On what each zip declares; none for a zip that was checked before.
    depth : int
        How many zips within each other are opened.

    Returns
    -------
    list of (str, zipfile.ZipFile, zipfile.ZipInfo)
        The name of each, the zip that holds it and its entry there.
    """
    archive = zipfile.ZipFile(io.BytesIO(file.content))
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if limits is not None:
        check_entries(file.name, entries, limits)
    beside_images = any(entry.filename.lower().endswith(IMAGE_SUFFIXES) for entry in entries)
    found: list[tuple[str, zipfile.ZipFile, zipfile.ZipInfo]] = []
    for entry in entries:
        name = name_of(entry)
        if depth == 1 or beside_images or is_clutter(name) or not name.lower().endswith(ZIP_SUFFIX):
            found.append((name, archive, entry))
            continue
        inner = entries_within(InputFile(name, _unzipped(archive, entry, file.name)), limits, depth - 1)
        folder = _folder_of(name, [inner_name for inner_name, _, _ in inner])
        found += [(folder + inner_name, holder, held) for inner_name, holder, held in inner]
    return found


def _folder_of(name, entries):
    """The folder under which stands what a zip within a zip holds: the zip's name may be their label, or the part of the data.

    Examples
    --------
    >>> _folder_of("all/cat.zip", ["1.jpg", "2.jpg"]), _folder_of("all/cat.zip", ["cat/1.jpg", "cat/2.jpg"])
    ('all/cat/', 'all/')
    """
    path = PurePosixPath(name)
    above = "" if str(path.parent) == "." else f"{path.parent}/"
    own = f"{path.stem}/"
    return above if all(entry.startswith(own) for entry in entries if not is_clutter(entry)) else above + own


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
