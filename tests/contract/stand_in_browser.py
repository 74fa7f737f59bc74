"""The worker under plain Python, beside stand-ins for what Pyodide and the browser give it."""

import asyncio
import importlib.util
import json
import sys
import types
from pathlib import Path

from coroutines import run

ROOT = Path(__file__).parents[2]


class JsProxy:
    """What is JavaScript's: here the Python value in it."""

    def __init__(self, value):
        self.value = value


async def load_nothing(_packages, **_options):
    """All packages are here."""


def modules():
    """Stand-ins for the modules that only Pyodide has."""
    js, pyodide_js, pyodide, ffi = (types.ModuleType(name) for name in ("js", "pyodide_js", "pyodide", "pyodide.ffi"))
    pyodide_js.loadPackage = load_nothing
    js.Object = types.SimpleNamespace(fromEntries=dict)
    ffi.JsProxy, ffi.create_proxy = JsProxy, lambda function: function
    ffi.to_js = lambda value, **_options: JsProxy(value)
    return {"js": js, "pyodide_js": pyodide_js, "pyodide": pyodide, "pyodide.ffi": ffi}


def new_worker(monkeypatch):
    """The module vizzy/worker.py, newly started."""
    for name, module in modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    spec = importlib.util.spec_from_file_location("worker", ROOT / "vizzy/worker.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "worker", module)
    run(started(spec.loader, module))
    return module


async def started(loader, module):
    """Run a module that begins tasks."""
    loader.exec_module(module)
    await module.importing


class File:
    """An ArrayBuffer."""

    def __init__(self, content):
        self._content = content

    def to_bytes(self):
        return self._content


def answer_of(crossed):
    """What an exported function answers, as the page reads it."""
    if asyncio.iscoroutine(crossed):
        crossed = run(crossed)
    if isinstance(crossed, JsProxy):
        return crossed.value
    return None if crossed is None else json.loads(crossed)
