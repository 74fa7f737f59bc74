"""The folders of the page lie in layers, and no modules of the project import each other in a circle."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "vizzy"
MODULES = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}

# folder of the page -> the folders that it may import besides itself
# what every folder may import: the page's texts in the visitor's language
BASE = "vizzy.page.language"
BELOW = {
    "model": set(),
    "client": set(),
    "ui": set(),
    "site": {"model", "client", "ui"},
    "explore": {"model", "client", "ui"},
    "control": {"model", "client", "ui", "site", "explore"},
    "review": {"model", "client", "ui", "site"},
    "importing": {"model", "client", "ui", "site", "review"},
    "labs": {"model", "client", "ui", "site"},
    "guide": {"model", "client", "ui", "site"},
}


def imports(path):
    """The modules of the project that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names] + [node.module]
        for name in names:
            for module in (name, name + ".__init__"):
                if module in MODULES:
                    yield module


GRAPH = {module: set(imports(path)) - {module} for module, path in MODULES.items()}


def folder_of(module):
    parts = module.split(".")
    return parts[2] if parts[:2] == ["vizzy", "page"] and len(parts) > 3 else None


def circle_in(graph):
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return None


def test_no_modules_import_each_other_in_a_circle():
    assert circle_in(GRAPH) is None


def test_a_circle_would_be_found():
    assert circle_in(GRAPH | {"vizzy.page.ui.dom": {"vizzy.page.app"}})


def test_every_folder_of_the_page_has_its_layer():
    folders = {path.name for path in (PACKAGE / "page").iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert folders == set(BELOW)


@pytest.mark.parametrize("folder", BELOW)
def test_a_folder_of_the_page_imports_only_what_lies_below(folder):
    reached = {
        (module, other)
        for module, others in GRAPH.items()
        if folder_of(module) == folder
        for other in others
        if other.startswith("vizzy.page.")
        and other != BASE
        and folder_of(other) not in {folder, *BELOW[folder]} and not other.endswith("__init__")
    }
    assert reached == set()
