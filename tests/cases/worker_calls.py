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


def asked_for(node):
    """The exported functions that some code asks for."""
    calls = [call for call in ast.walk(node) if isinstance(call, ast.Call)]
    named = [call for call in calls if getattr(call.func, "attr", "") in CALLS and call.args]
    return [call.args[0].value for call in named if isinstance(call.args[0], ast.Constant)]


def asking_methods():
    """The client's methods that ask the worker: name -> (how many arguments they need, what they ask for)."""
    methods = {}
    for node in functions("vizzy/page/client/worker_client.py"):
        names = asked_for(node)
        if names and node.name != STARTING:
            methods[node.name] = (len(node.args.args) - 1 - len(node.args.defaults), names)
    return methods
