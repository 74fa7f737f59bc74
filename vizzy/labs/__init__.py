"""The experiments: each changes one thing (rule, percentile, model, labels) and computes the session's numbers again.

A module is one experiment. It opens with what it asks; its functions work on arrays, and those that the page calls,
marked `@experiment`, take the session and plain arguments and return plain lists and numbers, bounded in size. One that
takes long is a generator like `vizzy.training.cross_validation`: it yields ``(done, total)``, so that whoever runs it
can show progress and stop. Nothing here knows of the browser.

The worker fetches this package when the first experiment is opened: it costs nothing at the start. For the same
reason each module is imported only when it is first asked for. A new experiment is entered nowhere: the page names it
by its module and function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def experiment(function: Callable) -> Callable:
    """Mark a function as one that the page may call, and return it."""
    function.is_experiment = True  # type: ignore[attr-defined]
    return function


def find_experiment(name: str) -> Callable:
    """The function that ``module.function`` names, in a module of this package.

    Parameters
    ----------
    name : str

    Returns
    -------
    callable

    Raises
    ------
    LookupError
        Where there is no such function, or the page may not call it.
    """
    from importlib import import_module

    module_name, _, function_name = name.partition(".")
    try:
        found: Any = getattr(import_module("vizzy.labs." + module_name), function_name, None)
    except ModuleNotFoundError as error:
        raise LookupError(f"there is no experiment {name}") from error
    if not getattr(found, "is_experiment", False):
        raise LookupError(f"there is no experiment {name}")
    return found
