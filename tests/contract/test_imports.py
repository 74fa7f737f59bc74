"""Who may import what: the layout of the project, held to by reading the imports of every module."""

import ast
import functools
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "vizzy"
MODULES = sorted(PACKAGE.rglob("*.py"))
CORE = [path for path in MODULES if PACKAGE / "page" not in path.parents]
BROWSER_ONLY = {"js", "pyodide", "pyodide_js", "pyscript", "polyscript", "micropython", "jsffi"}
BROWSER_ENTRY = PACKAGE / "worker.py"


@functools.cache
def imported(path):
    """The full names a file imports, wherever in it: ``from vizzy import training`` counts as vizzy.training."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports relatively, which this test does not follow"
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def imported_packages(path):
    return {name.partition(".")[0] for name in imported(path)}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def shown(paths):
    return pytest.mark.parametrize("path", paths, ids=name_of)


@functools.cache
def needs_the_browser(path):
    """Whether a module imports the browser's modules, itself or through others of the package."""
    names = imported(path)
    inner = [other for other in MODULES if other != path and dotted(other) in names]
    return bool(imported_packages(path) & BROWSER_ONLY) or any(map(needs_the_browser, inner))


def dotted(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@shown([path for path in MODULES if not needs_the_browser(path)])
def test_a_module_imports_under_plain_python(path):
    importlib.import_module(dotted(path))


def test_only_the_worker_and_the_views_need_the_browser():
    bound = {path for path in MODULES if needs_the_browser(path)}
    assert bound <= {BROWSER_ENTRY, *(PACKAGE / "page").rglob("*.py")}
    assert PACKAGE / "page" / "model/state.py" not in bound


@shown(CORE)
def test_the_core_imports_nothing_of_the_browser(path):
    if path != BROWSER_ENTRY:
        assert not imported_packages(path) & BROWSER_ONLY


@shown(CORE)
def test_the_core_does_not_import_the_page(path):
    assert not {name for name in imported(path) if name == "vizzy.page" or name.startswith("vizzy.page.")}


@shown(MODULES)
def test_scikit_learn_is_imported_by_training_and_by_modules_that_come_later(path):
    # In modules of its own, so that a visit that never tries them does not load what they need.
    importers = {PACKAGE / "training.py", PACKAGE / "labs" / "models.py", PACKAGE / "features" / "texts.py", PACKAGE / "linear.py"}
    assert "sklearn" not in imported_packages(path) or path in importers


@shown(MODULES)
def test_nothing_of_the_package_imports_torch(path):
    assert "torch" not in imported_packages(path)


@shown([path for path in MODULES if PACKAGE / "page" in path.parents])
def test_the_page_keeps_to_what_micropython_has(path):
    assert not imported_packages(path) & {"dataclasses", "typing", "numpy", "sklearn", "scipy"}


@shown([path for path in (ROOT / "main.py", *MODULES) if path.name == "main.py" or PACKAGE / "page" in path.parents])
def test_the_page_makes_promises_without_a_function_of_its_own(path):
    # MicroPython 1.27 lost the promise or what was handed to its executor, now and then: Promise.withResolvers() has none.
    news = [node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Attribute) and node.attr == "new"]
    assert not [made for made in news if ast.unparse(made).endswith("Promise")]


def test_confident_learning_needs_numpy_alone_and_of_the_project_only_its_words():
    names = imported(PACKAGE / "confident.py")
    assert {name.partition(".")[0] for name in names} - sys.stdlib_module_names == {"numpy", "vizzy"}
    assert {name.rpartition(".")[0] for name in names if name.startswith("vizzy.")} == {"vizzy", "vizzy.vocabulary"}


def test_reading_a_dataset_does_not_load_scikit_learn():
    code = "import sys, vizzy.dataset; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
