"""Vizzy: confident learning, made visible. The same package runs natively and in the browser."""

# What the library offers is imported when it is first asked for: neither the page nor the worker ever does.
# Tests run this under MicroPython, too. __init__.pyi tells type checkers of it, and tools/manifest.py leaves this file out of the page.
_LAZY = {
    "LabelIssues": "vizzy.native.label_issues",
    "find_label_issues": "vizzy.native.label_issues",
    "review": "vizzy.native.notebook",
}


def __getattr__(name):
    if name not in _LAZY:
        raise AttributeError("module 'vizzy' has no attribute " + repr(name))
    import importlib

    return getattr(importlib.import_module(_LAZY[name]), name)


def __dir__():
    return sorted(list(globals()) + list(_LAZY))
