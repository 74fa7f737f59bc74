"""Files as they come in: how large they may be, from where, and what a zip holds.

Sizes are checked before anything is read or unpacked, so that a file which is too large costs nothing.
The browser hands in names and bytes; the command line, paths. A folder is its files, named by their path within it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vizzy.reading.errors import ReadingError, shown
from vizzy.sentences import Sentence, counted, sentence

MEGABYTE = 1_000_000
TABLE_SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".jsonl", ".ndjson", ".json")
SPREADSHEET_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
COLUMNAR_SUFFIXES = (".parquet", ".pq", ".feather", ".arrow", ".ipc")
OTHER_TEXT_SUFFIXES = (".arff", ".libsvm", ".svm", ".svmlight", ".manifest", ".dat", ".data", ".psv", ".ssv", ".lst")
COMPRESSED_SUFFIXES = (".gz", ".gzip", ".bz2", ".xz", ".lzma")
ARRAY_SUFFIXES = (".npy", ".npz")
ZIP_SUFFIX = ".zip"
# What reads an image says of one that it cannot decode, as browsers most TIFF and HEIC, and Pillow SVG.
IMAGE_SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".avif", ".bmp", ".svg", ".tif", ".tiff", ".heic", ".heif"),
    *(".jp2", ".ppm", ".pgm", ".pbm", ".tga"),
)
# What systems and programs put beside somebody's own files, in any case; and what begins with a dot.
CLUTTER = ("thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "@eadir", "#recycle", "$recycle.bin")
NOTES = (".txt", ".md", ".pdf", "")  # what may lie beside data, and is none
UTF_8_FLAG = 0x800  # of a name in a zip
# Compressed this much, a file is no data but a bomb; small ones may be.
MOST_COMPRESSION = 200
SMALL = MEGABYTE


@dataclass(frozen=True)
class Limits:
    """How much is read: in a browser, what its memory holds several times over."""

    file_bytes: int
    total_bytes: int
    entries: int
    rows: int
    classes: int
    advice: Callable[[str], Sentence]  # what to do where these files are too much
    cells: int = 10_000_000  # of a table whose size is known before it is read


def _use_the_command(files):
    return sentence("outside the browser, {command} does the same with more memory", command=f"python -m vizzy find {files}")


def _bring_less(_files):
    return sentence("bring a part of the rows, or the numbers as .npy files")


IN_BROWSER = Limits(
    file_bytes=200 * MEGABYTE,
    total_bytes=400 * MEGABYTE,
    entries=50_000,
    rows=200_000,
    classes=500,
    advice=_use_the_command,
)
NATIVE = Limits(
    file_bytes=4_000 * MEGABYTE,
    total_bytes=8_000 * MEGABYTE,
    entries=500_000,
    rows=5_000_000,
    classes=20_000,
    advice=_bring_less,
    cells=100_000_000,
)


@dataclass(frozen=True)
class InputFile:
    """A file's name, which may be a path within a folder, and what it holds."""

    name: str
    content: bytes  # of an image never looked at, and may be empty
    path: Path | None = None  # where an image's content is, if it is not here

    @property
    def suffix(self) -> str:
        """The name's suffix in lower case, with its point."""
        return PurePosixPath(self.name.replace("\\", "/")).suffix.lower()

    @property
    def base_name(self) -> str:
        """The name without folders."""
        return PurePosixPath(self.name.replace("\\", "/")).name

    @property
    def is_image(self) -> bool:
        """Whether the suffix is that of an image."""
        return self.suffix in IMAGE_SUFFIXES


def check_sizes(sizes: Sequence[tuple[str, int]], limits: Limits = IN_BROWSER) -> None:
    """Refuse files that are too large, before they are read.

    Parameters
    ----------
    sizes : sequence of (str, int)
        Name and size in bytes of each file.
    limits : Limits

    Raises
    ------
    ReadingError
        It names the file, its size, the limit and what to do.
    """
    advice = limits.advice(" ".join(name for name, _ in sizes[:3]))
    for name, size in sizes:
        if size > limits.file_bytes:
            raise ReadingError(sentence(
                "{file} has {size}, but at most {most} fit: {advice}.",
                file=name, size=_megabytes(size), most=_megabytes(limits.file_bytes), advice=advice,
            ))
    total = sum(size for _, size in sizes)
    if total > limits.total_bytes:
        raise ReadingError(sentence(
            "{file} and the files beside it have {total} together, but at most {most_in_all} fit: {advice}.",
            file=sizes[0][0], total=_megabytes(total), most_in_all=_megabytes(limits.total_bytes), advice=advice,
        ))


def files_at(paths: Iterable[str | Path], limits: Limits = NATIVE) -> list[InputFile]:
    """Read the files, and those in the folders, at some paths.

    Parameters
    ----------
    paths : iterable of str or Path
    limits : Limits

    Returns
    -------
    list of InputFile
        Images last, without their content.

    Raises
    ------
    ReadingError
        Where a file is not there, cannot be read or is too large.
    """
    found = named_paths(paths)
    read = [(name, path) for name, path in found if path.suffix.lower() not in IMAGE_SUFFIXES]
    check_sizes([(name, path.stat().st_size) for name, path in read], limits)
    images = [InputFile(name, b"", path) for name, path in found if path.suffix.lower() in IMAGE_SUFFIXES]
    return [InputFile(name, _content(path)) for name, path in read] + images


def named_paths(paths: Iterable[str | Path]) -> list[tuple[str, Path]]:
    """The files, and those in the folders, at some paths: list of (name, Path), the name within its folder."""
    return [entry for path in paths for entry in _found_at(Path(path))]


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
    return [file for file in out if not _is_clutter(file.name)]


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


def _found_at(path):
    if path.is_dir():
        known = (
            *TABLE_SUFFIXES,
            *SPREADSHEET_SUFFIXES,
            *COLUMNAR_SUFFIXES,
            *OTHER_TEXT_SUFFIXES,
            *COMPRESSED_SUFFIXES,
            *ARRAY_SUFFIXES,
            *IMAGE_SUFFIXES,
        )
        inside = sorted(
            inner for inner in path.rglob("*") if inner.is_file() and inner.suffix.lower() in known
        )
        if not inside:
            raise ReadingError(sentence("{path} is a folder without any table or array: name one that holds them.", path=str(path)))
        return [(inner.relative_to(path).as_posix(), inner) for inner in inside]
    if not path.exists():
        raise ReadingError(sentence("{path} does not exist: check its name.", path=str(path)))
    return [(path.name, path)]


def _content(path):
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReadingError(sentence("{path} cannot be read ({error}): check who may read it.", path=str(path), error=str(error.strerror))) from error


def _is_clutter(name):
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any(part.startswith(".") or part.lower() in CLUTTER for part in parts)


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
    suffixes = {PurePosixPath(entry.filename).suffix.lower() for entry in entries if not _is_clutter(entry.filename)}
    if ZIP_SUFFIX in suffixes and suffixes <= {ZIP_SUFFIX, *NOTES}:
        inner = next(entry.filename for entry in entries if entry.filename.lower().endswith(ZIP_SUFFIX))
        raise ReadingError(sentence("{file} holds {entry}, a zip itself: unpack {file}, and bring what it holds.", file=name, entry=shown(inner)))
    if len(entries) > limits.entries:
        raise ReadingError(sentence(
            "{file} holds {entries}, but at most {most} are read: make it smaller.",
            file=name, entries=counted(len(entries), "{} file", "{} files"), most=limits.entries,
        ))
    total = 0
    for entry in entries:
        _check_entry(name, entry)
        total += entry.file_size
        if entry.file_size > limits.file_bytes or total > limits.total_bytes:
            raise ReadingError(sentence(
                "{file} would unpack to {total} and more, of which {entry} has {size}, but at most {most} "
                "a file and {most_in_all} in all fit: unpack it and bring the files that are needed.",
                file=name,
                total=_megabytes(total),
                entry=shown(entry.filename),
                size=_megabytes(entry.file_size),
                most=_megabytes(limits.file_bytes),
                most_in_all=_megabytes(limits.total_bytes),
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


def _megabytes(size):
    return sentence("{size} MB", size=round(size / MEGABYTE))
