"""Long calculations are generators that yield how far they are; here they are run in one go."""

from collections.abc import Callable, Generator
from typing import Any


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
