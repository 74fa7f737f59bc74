"""What the worker exports, and which methods of the page's client ask for it, read off their sources."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
CALLS = ("_call", "_answer", "_read")  # what takes the name of an exported function
STARTING = "start"  # the method that brings a worker up


def functions(path):
    nodes = ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    return [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def exported():
    """The names of the functions that the worker exports."""
    found = functions("vizzy/worker.py")
    return [node.name for node in found if any(getattr(mark, "id", "") == "export" for mark in node.decorator_list)]


# Stands for an argument that a method looks into: it is empty wherever that is, and has a run's number, which crosses
# to the worker as it is. The code runs in MicroPython.
ANYTHING = """
class Anything(dict):
    def __getattr__(self, name): return 1 if name == "number" else Anything()
    def __getitem__(self, key): return Anything()
"""


def calls_in(node):
    """The calls of some code that ask for an exported function."""
    calls = [call for call in ast.walk(node) if isinstance(call, ast.Call) and call.args]
    return [call for call in calls if getattr(call.func, "attr", "") in CALLS and isinstance(call.args[0], ast.Constant)]


def _made_javascripts(node):
    calls = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "to_js"
    return [argument for argument in node.args if isinstance(argument, ast.Name)] if calls else []


def asking_methods():
    """The client's methods that ask the worker: name -> (its arguments, as code for MicroPython; what it asks for).

    An argument that crosses as it is has to be of a kind that can; what the method looks into is `ANYTHING`.
    """
    methods = {}
    for node in functions("vizzy/page/client/worker_client.py"):
        calls = calls_in(node)
        if calls and node.name != STARTING:
            crossing = {argument.id for call in calls for argument in call.args if isinstance(argument, ast.Name)}
            needed = node.args.args[1 : len(node.args.args) - len(node.args.defaults)]
            listed = {name.id for call in calls for argument in call.args for name in _made_javascripts(argument)}
            kinds = dict.fromkeys(crossing, "'1'") | dict.fromkeys(listed, "['1']")
            arguments = [kinds.get(argument.arg, "Anything()") for argument in needed]
            methods[node.name] = (", ".join(arguments), [call.args[0].value for call in calls])
    return methods
