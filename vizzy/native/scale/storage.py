"""Files by their address: a path of this machine, or s3://, gs:// and whatever else fsspec knows."""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from vizzy.reading.errors import ReadingError, shown

LOCK = "vizzy.lock"
ASIDE = ".aside"  # how the name of a file ends that is not complete
SUFFIXES = (".parquet", ".pq")


def filesystem(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path there: tuple of (fsspec's file system, str).

    Raises
    ------
    ReadingError
        Where nothing installed reads such addresses.
    """
    fsspec = _fsspec()
    try:
        return fsspec.core.url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise ReadingError(
            f"{address} cannot be reached ({error}): install what is missing, or give a path."
        ) from error


def located(patterns: Sequence[str]) -> list[str]:
    """The Parquet files that some addresses name, in order; ``*`` stands for any text, and a folder for its files.

    Raises
    ------
    ReadingError
        Where an address names no such file.
    """
    found = []
    for pattern in patterns:
        files, path = filesystem(pattern)
        with in_words(pattern, "read"):
            if files.isdir(path):
                names = [name for name in files.find(path) if name.endswith(SUFFIXES)]
            else:
                names = (
                    files.glob(path) if any(sign in path for sign in "*?[") else [path] * files.exists(path)
                )
        if not names:
            raise ReadingError(f"{shown(pattern, 200)} names no Parquet file: is the path right?")
        found += [files.unstrip_protocol(name).removeprefix("file://") for name in sorted(names)]
    doubled = [name for name, count in Counter(found).items() if count > 1]
    if doubled:
        raise ReadingError(
            f"{doubled[0]} is named more than once: its rows would count twice. Name each file once."
        )
    return found


def check_apart(files: Sequence[str], folder: str) -> None:
    """Refuse a folder for the results that holds some of the files: their pattern would take results for input.

    Raises
    ------
    ReadingError
        Where it does.
    """
    _, results = filesystem(folder)
    for file in files:
        if filesystem(file)[1].rpartition("/")[0] == results.rstrip("/"):
            raise ReadingError(
                f"{file} is in the folder that results go to, {folder}: write to another folder."
            )


def joined(folder: str, name: str) -> str:
    """The address of a file in a folder."""
    return f"{folder.rstrip('/')}/{name}"


def written(address: str, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, whatever happens meanwhile.

    Raises
    ------
    ReadingError
        Where it cannot be written: the disk is full, or it is not allowed.
    """
    files, path = filesystem(address)
    with in_words(address, "written"):
        if not _is_local(files):
            files.pipe_file(path, content)  # an object is there when its upload is complete
            return
        aside = f"{path}.{uuid.uuid4().hex}{ASIDE}"
        try:
            with open(aside, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(aside)


def content_of(address: str) -> bytes | None:
    """What a file holds; None where there is none."""
    files, path = filesystem(address)
    with in_words(address, "read"):
        try:
            return files.cat_file(path)
        except FileNotFoundError:
            return None


def size_and_version(address: str) -> tuple[int, str]:
    """How long a file is, and when it was changed or the storage's mark of its content: (int, str).

    Raises
    ------
    ReadingError
        Where it is not there.
    """
    files, path = filesystem(address)
    with in_words(address, "read"):
        info = files.info(path)
    marks = (str(info[key]) for key in ("ETag", "etag", "md5Hash", "mtime", "LastModified") if info.get(key))
    return int(info.get("size") or 0), next(marks, "")


@contextlib.contextmanager
def opened(address: str) -> Iterator[io.IOBase]:
    """A file open for reading; what goes wrong is said in a sentence."""
    files, path = filesystem(address)
    with in_words(address, "read"), files.open(path, "rb") as file:
        yield file


@contextlib.contextmanager
def locked(folder: str, say: Callable[[str], None]) -> Iterator[None]:
    """Keep other runs out of a folder; on this machine it is made where it is not there.

    Raises
    ------
    ReadingError
        Where another run has it.
    """
    files, path = filesystem(folder)
    address = joined(folder, LOCK)
    if _is_local(files):  # elsewhere there are no folders, and a bucket is not made in passing
        with in_words(folder, "written"):
            files.makedirs(path, exist_ok=True)
    mine = {
        "host": socket.gethostname(),
        "process": os.getpid(),
        "run": uuid.uuid4().hex,
        "since": time.strftime("%F %T"),
    }
    if not _taken(address, mine):
        owner = _owner(address)
        if not _is_dead(owner):
            raise ReadingError(
                f"{folder} is being written by another run (process {owner.get('process')} on {owner.get('host')}, since "
                f"{owner.get('since')}): wait for it, write to another folder, or, if that run has ended, delete {address}."
            )
        say(f"The run that wrote to {folder} before was interrupted: it goes on from there.")
        written(address, json.dumps(mine).encode())
        if _owner(address).get("run") != mine["run"]:
            raise ReadingError(
                f"{folder} was taken by another run at this moment: wait for it, or write to another folder."
            )
    try:
        _without_leftovers(files, path)
        yield
        _without_leftovers(files, path)  # of workers that died
    finally:
        if _owner(address).get("run") == mine["run"]:
            lock_files, lock_path = filesystem(address)
            lock_files.rm_file(lock_path)


@contextlib.contextmanager
def in_words(address: str, done: str) -> Iterator[None]:
    """Turn what a file system complains of into a sentence.

    Raises
    ------
    ReadingError
        In the place of an ``OSError``.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise ReadingError(
            f"{address} cannot be {done}: it is not there, or was removed meanwhile."
        ) from error
    except OSError as error:
        advice = (
            "free some space, or write elsewhere"
            if error.errno == 28
            else "check the address and the permissions"
        )
        why = error.strerror or str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ReadingError(
            f"{address} cannot be {done} ({why}): {advice}, and start again; what is done is kept."
        ) from error


def _fsspec():
    try:
        import fsspec
    except ImportError as error:
        raise ReadingError(
            "Scoring in pieces needs fsspec and pyarrow: pip install fsspec pyarrow."
        ) from error
    return fsspec


def _is_local(files):
    protocol = files.protocol
    return "file" in ((protocol,) if isinstance(protocol, str) else protocol)


def _taken(address, mine):
    """Write the lock if there is none: whether this run has it now."""
    files, path = filesystem(address)
    content = json.dumps(mine).encode()
    with in_words(address, "written"):
        if files.exists(path):  # asked first, since some stores create where they should refuse to replace
            return False
        try:
            with files.open(path, "xb") as file:
                file.write(content)
            return True
        except FileExistsError:
            return False
        except (ValueError, NotImplementedError):  # this storage cannot create without replacing
            files.pipe_file(path, content)
    return _owner(address).get("run") == mine["run"]


def _owner(address):
    content = content_of(address)
    try:
        return json.loads(content) if content else {}
    except ValueError:
        return {}


def _is_dead(owner):
    """Whether the run that wrote a lock ran on this machine and runs no more."""
    if not owner:
        return True
    if owner.get("host") != socket.gethostname():
        return False
    try:
        os.kill(int(owner["process"]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _without_leftovers(files, path):
    if _is_local(files):
        for name in os.listdir(path):
            if name.endswith(ASIDE):
                os.unlink(os.path.join(path, name))
