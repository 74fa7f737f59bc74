"""The tests of this folder that need Python alone, once more under MicroPython, which runs the page."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tools"))

import runtime_fetch

HERE = Path(__file__).parent
OF_MICROPYTHON = {"json", "math", "random", "re", "sys", "time"}


def imported(path):
    """The names of the modules that a file imports."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in nodes if isinstance(node, ast.ImportFrom)}


OF_PAGE = set().union(*map(imported, (ROOT / "vizzy/page").rglob("*.py")))


def runs_there(path):
    """Whether a file imports nothing but modules of the page, those that it shares, and what MicroPython has."""
    return all(name.startswith("vizzy.page") or name in OF_PAGE | OF_MICROPYTHON for name in imported(path))


TESTED = [path for path in sorted(HERE.glob("test_*.py")) if runs_there(path)]


@pytest.fixture(scope="module")
def said():
    """What MicroPython says of all of them, line by line."""
    if not (ROOT / "runtime/micropython/micropython.wasm").is_file():
        pytest.skip("./serve.sh --prepare brings MicroPython")
    node = runtime_fetch.node_command(ROOT / ".cache", say=lambda _line: None)
    command = [*node, str(HERE / "run_in_micropython.mjs"), str(ROOT), *map(str, TESTED)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("path", TESTED, ids=lambda path: path.stem)
def test_the_page_modules_tests_pass_under_micropython(said, path):
    assert f"FAILED {path.stem} " not in said, said
    assert said.count(f"passed {path.stem} ") == path.read_text(encoding="utf-8").count("\ndef test_")
