"""Where the images and their labels come from: a folder, here or elsewhere, a table, or a dataset that is already there.

Whatever the origin, the result is one list of `Source` in an order that does not depend on the file system,
so that shards on different machines, and a run that is resumed, agree on which image is which.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from embedding.remote import NOT_THERE, RemoteFile, RemoteFolder
from vizzy.dataset import (
    ALT_COLUMN,
    FILE_COLUMN,
    GIVEN_LABEL_COLUMN,
    ID_COLUMN,
    TABLE_FILE,
    TRUE_LABEL_COLUMN,
)

# Taken for images by their name, as torchvision's ImageFolder does; what is inside is seen on opening them.
IMAGE_SUFFIXES = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".png",
        ".webp",
        ".gif",
        ".bmp",
        ".tif",
        ".tiff",
        ".ppm",
        ".pgm",
        ".pbm",
        ".jp2",
        ".avif",
        ".tga",
        ".ico",
    ]
)
FILE_COLUMNS = (FILE_COLUMN, "path", "image", "filename")
LABEL_COLUMNS = (GIVEN_LABEL_COLUMN, "label", "class")


class SourceError(Exception):
    """The input is not what it should be; the message says what to change."""


@dataclass(frozen=True)
class Source:
    """One image and what is known of it."""

    id: str
    path: Path | RemoteFile
    given_label: str
    true_label: str | None = None  # None: unknown; empty: no class is true
    columns: dict = field(default_factory=dict)  # what else the table says, passed on


@dataclass(frozen=True)
class Sources:
    """All images of a run, in order, and the names of files that were not taken for images."""

    examples: tuple[Source, ...]
    ignored: tuple[str, ...] = ()

    def digest(self) -> str:
        """What a resumed run or another shard must agree with: ids, labels and file sizes."""
        hashed = hashlib.sha256()
        for source in self.examples:
            line = (source.id, source.given_label, source.true_label, _size(source.path))
            hashed.update(repr(line).encode("utf-8", "backslashreplace"))
        return hashed.hexdigest()


def from_folder(folder: Path | RemoteFolder) -> Sources:
    """The images of a folder with a subfolder per given label, at whatever depth below it.

    An image's id is its path below the folder, with slashes.
    """
    if not folder.is_dir():
        raise SourceError(f"there is no folder {folder}")
    examples, ignored = [], []
    listed: list[tuple[tuple[str, ...], Path | RemoteFile]] = []
    listed += folder.listed() if isinstance(folder, RemoteFolder) else _listed(folder)
    for parts, path in sorted(listed, key=lambda found: found[0]):
        name = "/".join(_text(part) for part in parts)
        if len(parts) > 1 and PurePosixPath(parts[-1]).suffix.lower() in IMAGE_SUFFIXES:
            examples.append(Source(name, path, _text(parts[0])))
        else:
            ignored.append(name)
    if not examples:
        raise SourceError(
            f"{folder} has no images in subfolders: put them in a subfolder per label, as in "
            f"{folder.name}/cat/1.jpg, or name paths and labels in a CSV with --table"
        )
    return Sources(tuple(examples), tuple(ignored))


def from_table(path: Path, folder: Path | RemoteFolder | None = None) -> Sources:
    """The images that a CSV lists, with columns for the file and the given label.

    Parameters
    ----------
    path : Path
        Columns ``file`` and ``given_label``; optionally ``id``, ``true_label``, ``alt``; others are passed on.
    folder : Path or RemoteFolder, optional
        What the files' paths start from; without it, the folder the table is in.
    """
    rows = _read_rows(path)
    file_column, label_column = _column(rows, FILE_COLUMNS, path), _column(rows, LABEL_COLUMNS, path)
    base = folder or path.parent
    taken = {file_column, label_column, ID_COLUMN, TRUE_LABEL_COLUMN}
    examples = []
    for number, row in enumerate(rows, start=2):
        if not row[file_column] or not row[label_column]:
            raise SourceError(
                f"{path} line {number} lacks its {file_column} or its {label_column}: fill it in"
            )
        others = {name: value for name, value in row.items() if name not in taken}
        given_id = row.get(ID_COLUMN) or row[file_column]
        true_label = row.get(TRUE_LABEL_COLUMN)
        examples.append(Source(given_id, base / row[file_column], row[label_column], true_label, others))
    return Sources(tuple(_with_unique_ids(examples)))


def from_dataset(folder: Path) -> Sources:
    """The images of a dataset folder, as its own table lists them."""
    if not (folder / TABLE_FILE).is_file():
        raise SourceError(f"{folder} has no {TABLE_FILE}: is it the folder of a dataset?")
    return from_table(folder / TABLE_FILE, folder)


def with_truth(sources: Sources, path: Path) -> Sources:
    """Add the true labels that a CSV with the columns ``file`` (or ``id``) and ``true_label`` tells."""
    rows = _read_rows(path)
    key = _column(rows, (ID_COLUMN, *FILE_COLUMNS), path)
    truth = {row[key]: row[_column(rows, (TRUE_LABEL_COLUMN,), path)] for row in rows}
    missing = [source.id for source in sources.examples if source.id not in truth]
    if missing:
        raise SourceError(
            f"{path} has no true label for {missing[0]!r} and {len(missing) - 1} others: add them"
        )
    return replace(
        sources, examples=tuple(replace(source, true_label=truth[source.id]) for source in sources.examples)
    )


def table_row(source: Source, file: str) -> dict[str, str]:
    """A source's row in ``dataset.csv``, its image being `file` there."""
    row = {ID_COLUMN: source.id, FILE_COLUMN: file, GIVEN_LABEL_COLUMN: source.given_label}
    if source.true_label is not None:
        row[TRUE_LABEL_COLUMN] = source.true_label
    row[ALT_COLUMN] = source.columns.get(ALT_COLUMN) or f"image {source.id}"
    return row | {name: value for name, value in source.columns.items() if name != ALT_COLUMN}


def _files(folder: Path) -> Iterator[Path]:
    """Every file below a folder, links followed, hidden ones left out, no folder visited twice."""
    visited = set()
    for parent, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(parent)
        if real in visited:
            folders.clear()
            continue
        visited.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in files if not name.startswith("."))


def _listed(folder: Path) -> Iterator[tuple[tuple[str, ...], Path]]:
    """Every file below a folder, with the parts of its path from there."""
    return ((path.relative_to(folder).parts, path) for path in _files(folder))


def _text(name: str) -> str:
    """A file's name as text that can be written, even where the file system's bytes are no UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _read_rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise SourceError(f"there is no table {path}")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not in UTF-8: save it again in that encoding") from error
    if not rows:
        raise SourceError(f"{path} has no rows below its header")
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise SourceError(f"{path} line {number} has another number of fields than the header")
    return rows


def _column(rows: list[dict[str, str]], names: tuple[str, ...], path: Path) -> str:
    for name in names:
        if name in rows[0]:
            return name
    raise SourceError(f"{path} has no column {names[0]!r}; its header names {', '.join(rows[0])}")


def _with_unique_ids(examples: list[Source]) -> Iterator[Source]:
    """The same, with " (2)" and so on behind an id that comes again."""
    count: dict[str, int] = {}
    for source in examples:
        count[source.id] = count.get(source.id, 0) + 1
        yield source if count[source.id] == 1 else replace(source, id=f"{source.id} ({count[source.id]})")


def _size(path: Path | RemoteFile) -> int:
    if isinstance(path, RemoteFile):
        return path.size
    try:
        return path.stat().st_size
    except OSError:
        return NOT_THERE
