"""The files that are read: names and bytes from the browser, paths from the command line.

A folder is its files, named by their path within it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vizzy.reading.errors import ReadingError
from vizzy.reading.limits import NATIVE, Limits, check_sizes
from vizzy.reading.suffixes import IMAGE_SUFFIXES, READ_SUFFIXES
from vizzy.sentences import sentence

# What systems and programs put beside somebody's own files, in any case; and what begins with a dot, or as Excel's locks do.
CLUTTER = ("thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "@eadir", "#recycle", "$recycle.bin")


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


def _found_at(path):
    if path.is_dir():
        inside = sorted(
            inner
            for inner in path.rglob("*")
            if inner.is_file() and inner.suffix.lower() in READ_SUFFIXES and not is_clutter(inner.relative_to(path).as_posix())
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


def is_clutter(name: str) -> bool:
    """Whether a system or a program put a file beside somebody's own, by its path."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any(part.startswith((".", "~$")) or part.lower() in CLUTTER for part in parts)
