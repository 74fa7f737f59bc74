"""The examples in the docstrings of the library say what happens."""

import doctest
import importlib
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "vizzy"
SOURCES = [path for path in sorted(PACKAGE.rglob("*.py")) if "page" not in path.parts and ">>> " in path.read_text(encoding="utf-8")]
FEWEST = 15  # modules and functions that a user calls first have one


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_the_examples_of_a_module_come_out_as_they_say(path):
    name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    found = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted and not found.failed


def test_the_functions_that_a_user_calls_first_have_an_example():
    assert sum(path.read_text(encoding="utf-8").count("    Examples\n") for path in SOURCES) >= FEWEST
