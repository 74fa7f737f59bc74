"""The docstring of a package with many modules names them all, so that a newcomer finds the one to change."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("package", ["vizzy/reading", "vizzy/reading/columns", "vizzy/reading/formats"])
def test_a_packages_docstring_names_each_of_its_modules(package):
    folder = ROOT / package
    docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
    there = {path.stem for path in folder.iterdir() if path.name != "__init__.py" and (path.suffix == ".py" or (path / "__init__.py").is_file())}
    named = set(re.findall(r"`(\w+)", docstring))
    assert there <= named, f"name {sorted(there - named)} in {package}/__init__.py"
