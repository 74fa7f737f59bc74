"""The page's views under MicroPython beside a small DOM, which holds the page's own index.html: the tests in this folder."""

import ast
import subprocess
from pathlib import Path

import pytest
import small_dom

HERE = Path(__file__).parent
ROOT = small_dom.ROOT
FILES = [path for path in sorted(HERE.glob("*.py")) if path != Path(__file__)]
TESTS = [
    (path.stem, node.name)
    for path in FILES
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
]


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What MicroPython says of all of them, line by line."""
    if not (ROOT / "runtime/micropython/micropython.wasm").is_file():
        pytest.skip("./serve.sh --prepare brings MicroPython")
    node = small_dom.runtime_fetch.node_command(ROOT / ".cache", say=lambda _line: None)
    dom = small_dom.module_into(tmp_path_factory.mktemp("dom"))
    command = [*node, HERE.parent / "run_in_micropython.mjs", f"--dom={dom}", ROOT, *FILES]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize(("file", "test"), TESTS)
def test_a_view_is_as_its_test_says(said, file, test):
    assert f"passed {file} {test}\n" in said, said
