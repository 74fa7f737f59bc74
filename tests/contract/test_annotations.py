"""The public functions of the library say what they take, return and raise: in annotations, and in words."""

import ast
import builtins
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "vizzy"
# The page is MicroPython, which has no annotations.
SOURCES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.relative_to(PACKAGE).parts[0] != "page"]
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


def public_functions(body, prefix=""):
    """The (name, node) of each public function, and of each public method and ``__init__`` of a public class."""
    for node in body:
        public = not getattr(node, "name", "_").startswith("_")
        if isinstance(node, ast.ClassDef) and public:
            yield from public_functions(node.body, node.name + ".")
        if isinstance(node, FUNCTION) and (public or (prefix and node.name == "__init__")):
            yield prefix + node.name, node


def not_annotated(function, is_method):
    """The parameters that have no annotation, and "return" where that has none."""
    parameters = [*function.args.posonlyargs, *function.args.args]
    if is_method and "staticmethod" not in map(ast.unparse, function.decorator_list):
        parameters = parameters[1:]
    parameters += [*function.args.kwonlyargs, *filter(None, (function.args.vararg, function.args.kwarg))]
    missing = [parameter.arg for parameter in parameters if parameter.annotation is None]
    return missing if function.returns else [*missing, "return"]


def raised(function):
    """The names of the exceptions that a function raises itself, builtin ones apart."""
    nodes = [node.exc for node in ast.walk(function) if isinstance(node, ast.Raise) and node.exc]
    names = {ast.unparse(node.func if isinstance(node, ast.Call) else node) for node in nodes}
    return {name for name in names if name.rpartition(".")[2][:1].isupper() and not hasattr(builtins, name)}


def faults(source):
    """What the public functions of a module leave unsaid: sentences."""
    for name, function in public_functions(ast.parse(source).body):
        missing = not_annotated(function, is_method="." in name)
        if missing:
            yield f"{name} has no annotation of {', '.join(missing)}"
        if raised(function) and "Raises\n" not in (ast.get_docstring(function) or ""):
            yield f"{name} raises {', '.join(sorted(raised(function)))}, but has no section Raises"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_the_public_functions_of_a_module_are_annotated_and_say_what_they_raise(path):
    assert list(faults(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source, said",
    [
        ("def f(a: int, *b) -> int: ...", ["f has no annotation of b"]),
        ("async def f(*, a): ...", ["f has no annotation of a, return"]),
        ("class A:\n    def __init__(self, a): ...", ["A.__init__ has no annotation of a, return"]),
        ("class A:\n    @staticmethod\n    def f(a) -> int: ...", ["A.f has no annotation of a"]),
        ("def f() -> int:\n    raise tools.DatasetError('')", ["f raises tools.DatasetError, but has no section Raises"]),
        ("def f() -> int:\n    '''F.\n\n    Raises\n    ------\n    DatasetError\n    '''\n    raise DatasetError('')", []),
        ("def f() -> int:\n    raise ValueError('')", []),
        ("def _f(a): ...\nclass _A:\n    def f(self, a): ...", []),
    ],
)
def test_what_is_missing_would_be_found(source, said):
    assert list(faults(source)) == said
