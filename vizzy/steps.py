"""Long calculations are generators that yield how far they are; here they are run, in one go or in turn with other work."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

SECONDS_BETWEEN_PAUSES = 0.1  # in a pause others ask how far it is, and say that it is to stop


def result_of(steps: Generator[tuple[int, int], None, Any], on_step: Callable | None = None) -> Any:
    """Run steps to their end.

    Parameters
    ----------
    steps : generator
        Yields (steps done, and how many there will be).
    on_step : callable, optional
        Called with these two after each step.

    Returns
    -------
    object
        What the generator returns.
    """
    while True:
        try:
            done, total = next(steps)
        except StopIteration as end:
            return end.value
        if on_step:
            on_step(done, total)


@dataclass
class Run:
    """A long calculation that is under way: how far it is, and whether it is to stop."""

    done: int = 0
    total: int = 1
    cancelled: bool = False


class Runs:
    """The long calculations under way, by what whoever asked for them calls them."""

    def __init__(self) -> None:
        self.under_way: dict[int | str | None, Run] = {}

    def begin(self, number: int | str | None) -> contextlib.AbstractContextManager[Run]:
        """Count a run from when it is asked for, not from when its coroutine starts: it may be cancelled in between.

        Parameters
        ----------
        number : int or str, optional
            What `cancel` and `share_done` call it by.

        Returns
        -------
        context manager of a Run, at whose end it is over
        """
        self.under_way[number] = run = Run()
        return self._until_end(number, run)

    @contextlib.contextmanager
    def _until_end(self, number, run) -> Iterator[Run]:
        try:
            yield run
        finally:
            if self.under_way.get(number) is run:
                del self.under_way[number]

    def cancel(self, number: int | str) -> None:
        """Stop a run, if it is under way, after the step it is at."""
        if number in self.under_way:
            self.under_way[number].cancelled = True

    def share_done(self, number: int | str) -> float:
        """How far a run is, in [0, 1]; 0 for one that has not been asked for yet, or has ended."""
        run = self.under_way.get(number, Run())
        return run.done / run.total


async def result_in_turn(steps: Generator[tuple[int, int], None, Any], run: Run) -> Any:
    """Run steps to their end, in turn with other work of the event loop.

    Parameters
    ----------
    steps : generator
        As for `result_of`.
    run : Run
        It is told how far they are, and says whether to stop.

    Returns
    -------
    object
        What the generator returns, or None if the run was cancelled.
    """
    import asyncio  # which few that import this module need

    paused = time.monotonic()
    while not run.cancelled:
        try:
            run.done, run.total = next(steps)
        except StopIteration as end:
            return end.value
        if time.monotonic() - paused > SECONDS_BETWEEN_PAUSES:
            await asyncio.sleep(0)
            paused = time.monotonic()
    steps.close()
    return None
