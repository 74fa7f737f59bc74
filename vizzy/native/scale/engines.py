"""Applies a pass to all pieces: in a plain loop, or on Dask.

An engine has one method: ``reduced(what, function, pieces, merge, **shared)`` is ``merge`` of ``function(piece, **shared)``
over all pieces. Merging is done in groups, so that no process ever holds what all pieces gave.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from vizzy.native.progress import Progress
from vizzy.reading.errors import ReadingError

MERGED_AT_ONCE = 16
NOT_IN_TASKS = ("page", "worker.py", "__main__.py")
Result = TypeVar("Result")


class Loop:
    """One piece after the other, in this process."""

    def reduced(
        self, what: str, function: Callable, pieces: Sequence, merge: Callable[[Sequence], Result], **shared: Any
    ) -> Result:
        """See the module."""
        progress = Progress(len(pieces), unit=f"pieces: {what}")
        results: list[Any] = []
        for piece in pieces:
            results.append(function(piece, **shared))
            progress.advance(1)
            if len(results) == MERGED_AT_ONCE:
                results = [merge(results)]
        return merge(results)


class Dask:
    """As tasks of a Dask cluster."""

    def __init__(self, client: Any, resources: dict[str, int] | None = None) -> None:
        self.client = client
        self._resources = resources  # what each piece takes of a worker, such as {"GPU": 1}

    def reduced(
        self, what: str, function: Callable, pieces: Sequence, merge: Callable[[Sequence], Result], **shared: Any
    ) -> Result:
        """See the module.

        Raises
        ------
        ReadingError
            Where workers died with a piece again and again, or the cluster was lost.
        """
        from distributed import CancelledError, KilledWorker, progress
        from distributed.comm import CommClosedError

        print(f"{what}:", file=sys.stderr)
        # As the result of a task, it is made again where the worker that holds it dies; what is scattered is lost.
        known = self.client.submit(_same, shared, pure=False)
        futures = self.client.map(partial(_with_shared, function), list(pieces), shared=known, pure=False, resources=self._resources)
        try:
            level = futures
            while len(level) > 1:
                groups = [
                    level[start : start + MERGED_AT_ONCE] for start in range(0, len(level), MERGED_AT_ONCE)
                ]
                level = [self.client.submit(merge, group, pure=False) for group in groups]
            if level is futures:
                level = [self.client.submit(merge, futures, pure=False)]
            with self.client.as_current():
                progress(futures, notebook=False)
            print(file=sys.stderr)
            return level[0].result()
        except KilledWorker as error:
            raise ReadingError(
                f"Workers died while they were {what} ({error.task}): is their memory enough? Give them more, and start again; what "
                "is done is kept."
            ) from error
        except (CancelledError, CommClosedError, TimeoutError) as error:
            raise ReadingError(
                "The connection to the Dask cluster was lost: start again; what is done is kept."
            ) from error
        finally:
            with contextlib.suppress(Exception):  # the cluster may be gone
                self.client.cancel(futures)


@contextlib.contextmanager
def dask(
    scheduler: str | None = None, workers: int | None = None, packages: Sequence[str] = ("vizzy",)
) -> Iterator[Dask]:
    """An engine on the cluster of a scheduler, or on one of this machine's cores that ends with it.

    Parameters
    ----------
    scheduler : str, optional
        Its address, "tcp://host:8786".
    workers : int, optional
        How many processes on this machine; by default, one for each core.
    packages : sequence of str
        What the workers of a scheduler must have in the version that runs here.

    Raises
    ------
    ReadingError
        Where Dask is not installed, the scheduler does not answer, or a worker lacks a package or has another version of it.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ReadingError(
            "Dask is not installed: pip install 'dask[distributed]', or give --no-cluster to score in one process."
        ) from error
    with contextlib.ExitStack() as open_until_end:
        if scheduler is None:
            scheduler = open_until_end.enter_context(
                LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1"
                )
            )
        try:
            client = open_until_end.enter_context(Client(scheduler, set_as_default=False))
        except (OSError, ValueError) as error:
            raise ReadingError(
                f"No Dask scheduler answers at {scheduler}: is the address right, and does it run?"
            ) from error
        check_workers(client, packages)
        print(f"Dask's dashboard: {client.dashboard_link}", file=sys.stderr)
        yield Dask(client)


def check_workers(client: Any, packages: Sequence[str]) -> None:
    """Refuse workers on which tasks would fail, or calculate by other rules.

    Parameters
    ----------
    client : distributed.Client
    packages : sequence of str
        What they must have in the version that runs here.

    Raises
    ------
    ReadingError
        Naming the first such worker.
    """
    # A text, since a function of this package can be sent only to where the package is.
    code = f"__import__({__name__!r}, fromlist=['_']).sources_digest({tuple(packages)!r})"
    mine = sources_digest(packages)
    for address, answer in sorted(client.run(eval, code, on_error="return").items()):
        if isinstance(answer, ImportError):
            raise ReadingError(
                f"The worker {address} cannot import {answer.name} ({answer}): install there what is installed here, the same version, "
                "or name this checkout in its PYTHONPATH."
            ) from answer
        if answer != mine:
            raise ReadingError(
                f"The worker {address} has another version of {' or '.join(packages)} than this command: install the same there, "
                "since results of several versions cannot be joined."
            ) from (answer if isinstance(answer, Exception) else None)


def sources_digest(packages: Sequence[str]) -> str:
    """What differs between two versions of some packages: the SHA-256 of their sources, the page's apart."""
    digest = hashlib.sha256()
    for package in packages:
        folder = Path(importlib.import_module(package).__path__[0])
        for path in sorted(folder.rglob("*.py")):
            inside = path.relative_to(folder)
            if inside.parts[0] not in NOT_IN_TASKS:
                digest.update(f"{package} {inside.as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _same(value):
    return value


def _with_shared(function, piece, shared):
    return function(piece, **shared)
