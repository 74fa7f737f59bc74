"""Images by their address: s3://, gs:// and whatever else fsspec reads.

A folder is listed once by each process of a run; an image is read whole, when its turn comes.
"""

from __future__ import annotations

import functools
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from vizzy.native.scale.storage import filesystem, in_words, joined
from vizzy.reading.errors import ReadingError

SCHEME = "://"
NOT_THERE = -1  # the size of a file that is not


@dataclass(frozen=True)
class RemoteFile:
    """A file by its address.

    Attributes
    ----------
    address : str
        As fsspec has it.
    size : int
        In bytes, as it was listed, or `NOT_THERE`.
    """

    address: str
    size: int

    def read_bytes(self) -> bytes:
        """The whole content.

        Raises
        ------
        FileNotFoundError, PermissionError
            As a path does.
        ReadingError
            Where the store does not answer, or says something else.
        """
        files, path = filesystem(self.address)
        try:
            return files.cat_file(path)
        except (FileNotFoundError, PermissionError):
            raise
        except Exception as error:  # each store's library has its own
            why = (str(error).splitlines() or [type(error).__name__])[0]
            raise ReadingError(
                f"{self.address} cannot be read ({why}): check the network and the address; the same command goes on from here."
            ) from error

    def __str__(self) -> str:
        return self.address


@dataclass(frozen=True)
class RemoteFolder:
    """A folder by its address.

    Attributes
    ----------
    address : str
        As fsspec has it, without a slash at the end.
    run : str
        Of one run, whose processes list the folder once each; another run lists it anew.
    """

    address: str
    run: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.address.rpartition("/")[2]

    def __truediv__(self, name: str) -> RemoteFile:
        return RemoteFile(joined(self.address, name), _sizes(self).get(name, NOT_THERE))

    def __str__(self) -> str:
        return self.address

    def is_dir(self) -> bool:
        """Whether there is anything in it: stores have no empty folders."""
        return bool(_sizes(self))

    def listed(self) -> list[tuple[tuple[str, ...], RemoteFile]]:
        """Every file below it, hidden ones left out, with the parts of its path from here."""
        named = [(tuple(name.split("/")), RemoteFile(joined(self.address, name), size)) for name, size in _sizes(self).items()]
        return [(parts, file) for parts, file in named if not any(part.startswith(".") for part in parts)]


@functools.lru_cache(maxsize=1)
def _sizes(folder: RemoteFolder) -> dict[str, int]:
    """The files below a folder: name from there to size."""
    files, path = filesystem(folder.address)
    with in_words(folder.address, "read"):
        files.invalidate_cache()
        found = files.find(path, detail=True)
    start = path.rstrip("/") + "/"
    return {name.removeprefix(start): int(about["size"]) for name, about in found.items() if name.startswith(start)}


def place(text: str) -> Path | RemoteFolder:
    """A folder of this machine, or by its address."""
    return RemoteFolder(text.rstrip("/")) if SCHEME in text else Path(text)
