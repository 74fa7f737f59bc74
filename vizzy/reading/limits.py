"""The limits on what is read, in the browser and natively. Sizes are checked before anything is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vizzy.reading.errors import ReadingError
from vizzy.sentences import Sentence, counted, sentence

MEGABYTE = 1_000_000


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

    def hold(self, n_rows: int, n_columns: int) -> bool:
        """Whether a table of this size is read."""
        return n_rows <= self.rows and n_rows * n_columns <= self.cells


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
                file=name, size=megabytes(size), most=megabytes(limits.file_bytes), advice=advice,
            ))
    total = sum(size for _, size in sizes)
    if total > limits.total_bytes:
        raise ReadingError(sentence(
            "{file} and the files beside it have {total} together, but at most {most_in_all} fit: {advice}.",
            file=sizes[0][0], total=megabytes(total), most_in_all=megabytes(limits.total_bytes), advice=advice,
        ))


def check_unpacked(name: str, size: int, limits: Limits) -> None:
    """Refuse a file that unpacks to more than fits.

    Parameters
    ----------
    name : str
        Of the file.
    size : int
        Of what was unpacked so far, in bytes.
    limits : Limits

    Raises
    ------
    ReadingError
    """
    if size > limits.file_bytes:
        raise ReadingError(sentence(
            "{file} unpacks to more than the {most} MB that fit: {advice}.",
            file=name, most=round(limits.file_bytes / MEGABYTE), advice=limits.advice(name),
        ))


def check_count(name: str, count: int, limits: Limits) -> None:
    """Refuse an archive that holds too many files.

    Parameters
    ----------
    name : str
        Of the archive.
    count : int
    limits : Limits

    Raises
    ------
    ReadingError
    """
    if count > limits.entries:
        raise ReadingError(sentence(
            "{file} holds {entries}, but at most {most} are read: make it smaller.",
            file=name, entries=counted(count, "{} file", "{} files"), most=limits.entries,
        ))


def megabytes(size: int) -> Sentence:
    """A number of bytes in words."""
    return sentence("{size} MB", size=round(size / MEGABYTE))
