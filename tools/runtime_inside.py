"""The steps of building a slim runtime that run inside Pyodide, under Node: see `runtime_slim`."""

import ast
import gc
import importlib
import importlib._bootstrap_external
import linecache
import pathlib
import site
import sys

import pyodide_js
from runtime_names import worker_sources

SITE_PACKAGES = site.getsitepackages()[0]
# Where the host's folders are mounted.
APP, TOOLS, OUT, PYSCRIPT = "/mnt/app", "/mnt/tools", "/mnt/out", "/mnt/pyscript"
WORKER = "/home/pyodide"  # where the worker has its modules
ENTERED = "_entered.py"  # beside the sources of PyScript's package: what PyScript runs to write and import them
# What a snapshot must not hold: it changes without the runtime changing, or was there to build it.
PASSING_MODULES = ("vizzy", "runtime_exercise", "runtime_deferred", "runtime_inside", "runtime_names")
# What numpy calls to document what is compiled.
DOCUMENTING = {"add_newdoc", "add_docstring"}
# A decorator of numpy's that writes a docstring where there was none, after which others expect a whole one.
COMPLETES_DOCSTRING = "finalize_array_function_like"
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
# Packages whose public subpackages may be deferred.
DEFERRABLE = ("numpy", "scipy", "sklearn")


def reference():
    """What the exercise comes to, first and late."""
    exercise = _exercise()
    return {"digest": exercise.run(), "late": exercise.run_late(APP)}


def trace(deferred=None):
    """Run the exercise with packages deferred, and tell what it came to load.

    Parameters
    ----------
    deferred : list of str, optional
        The packages to defer; every one that may be, if not given.

    Returns
    -------
    dict
        ``digest`` of the exercise; ``used``, whether any deferred package came to be used; ``deferred``, those
        that did not at first; ``needed``, those of them that something asked for; ``modules``, dotted name to file, of
        the site packages; ``libraries``, those of the first visit; ``files`` of the site packages that are needed,
        and which of them are ``late``.
    """
    opened = set()
    sys.addaudithook(lambda event, arguments: opened.add(str(arguments[0])) if event == "open" else None)
    deferring = _deferring_module()
    deferred = _public_subpackages() if deferred is None else deferred
    finder = deferring.install(deferred)
    found = {
        "digest": _run_first(),
        "used": len(finder.deferred) < len(deferred),
        "deferred": sorted(finder.deferred),
        "libraries": sorted(filter(_in_site_packages, loaded_libraries())),
    }
    first = _files(opened, deferring)
    if not found["used"]:
        found["late_digest"] = _exercise().run_late(APP)
    files = _files(opened, deferring)
    return found | {
        "needed": sorted(finder.asked_for.intersection(found["deferred"])),
        "modules": _modules(deferring),
        "files": sorted(files),
        "late": sorted(files - first),
    }


def _modules(deferring):
    return {
        name: module.__file__
        for name, module in list(sys.modules.items())
        if not isinstance(module, deferring.DeferredModule)
        and _in_site_packages(getattr(module, "__file__", None))
    }


def _files(opened, deferring):
    """All files of the site packages that were come by; opened ones too: modules may put another in their place."""
    files = {*_modules(deferring).values(), *loaded_libraries(), *opened}
    return {name for name in files if _in_site_packages(name) and "/__pycache__/" not in name}


def compile_sources():
    """Compile every source under OUT to reproducible bytecode beside it, and remove the source.

    A file's place under OUT is its place in Pyodide's own file system.
    """
    for path in sorted(pathlib.Path(OUT).rglob("*.py")):
        shown_name = f"/{path.relative_to(OUT)}"
        source = path.read_bytes()
        code = compile(without_docstrings(source), shown_name, "exec", dont_inherit=True, optimize=0)
        # The hash says nothing of when the file was made; nothing checks it where there is no source.
        source_hash = importlib.util.source_hash(source)
        content = importlib._bootstrap_external._code_to_hash_pyc(code, source_hash, checked=False)
        path.with_suffix(".pyc").write_bytes(content)
        path.unlink()
    return {}


def without_docstrings(source):
    """The syntax tree of some source without its docstrings, as under ``python -OO``: nobody reads them in a browser."""
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if not _documents(node)]
    for node in ast.walk(tree):
        decorators = {getattr(one, "id", None) for one in getattr(node, "decorator_list", ())}
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) and COMPLETES_DOCSTRING not in decorators:
            docstring = node.body.pop(0)
            if not node.body and not isinstance(node, ast.Module):
                node.body = [ast.copy_location(ast.Pass(), docstring)]
    return tree


def _documents(node):
    """Whether a statement does nothing but give something compiled its docstring."""
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and getattr(call.func, "id", None) in DOCUMENTING


def freeze():
    """Bring the interpreter into the state that a snapshot is to keep: all imported, warm, nothing left over."""
    digest = _run_first()
    known = importlib.import_module("_vizzy_compiled")
    entered = {}
    for path in (pathlib.Path(PYSCRIPT, ENTERED), pathlib.Path(APP, "vizzy/worker.py")):
        if path.is_file():
            known.note_compiled(path.read_text(), entered)
    known.install(_compiled_sources(), entered)
    for name in [name for name in sys.modules if name.partition(".")[0] in PASSING_MODULES]:
        del sys.modules[name]
    sys.path[:] = [folder for folder in sys.path if not folder.startswith("/mnt/")]
    for folder in [folder for folder in sys.path_importer_cache if folder.startswith("/mnt/")]:
        del sys.path_importer_cache[folder]
    linecache.clearcache()
    gc.collect()
    return {"digest": digest}


def _compiled_sources():
    """PyScript's package and what a first visit imports of the app, compiled as the worker would.

    Returns
    -------
    dict of (str, bytes) to code
        By path in the worker and hash of the source.
    """
    places = {path: path.relative_to(APP) for path in _exercise().imported_from_app()}
    places |= {path: path.relative_to("/mnt") for path in sorted(pathlib.Path(PYSCRIPT).glob("*.py"))}
    compiled = {}
    for path, place in places.items():
        inside, source = str(pathlib.Path(WORKER, place)), path.read_bytes()
        compiled[inside, importlib.util.source_hash(source)] = compile(source, inside, "exec", dont_inherit=True)
    return compiled


def loaded_libraries():
    """The files of all shared libraries that are loaded."""
    return [name for name in pyodide_js._module.LDSO.loadedLibsByName.object_keys() if name != "__main__"]


def _run_first():
    """A first visit; and the standard library's part of all that may come later, which is small."""
    exercise = _exercise()
    for path in [*sorted(pathlib.Path(PYSCRIPT).rglob("*.py")), *worker_sources(APP)]:
        exercise.import_standard_library(path.read_text())
    return exercise.run()


def _exercise():
    _use_folders()
    return importlib.import_module("runtime_exercise")


def _deferring_module():
    _use_folders()
    return importlib.import_module("runtime_deferred")


def _use_folders():
    for folder in (APP, TOOLS):
        if folder not in sys.path:
            sys.path.append(folder)


def _public_subpackages():
    folders = [
        path.parent for top in DEFERRABLE for path in pathlib.Path(SITE_PACKAGES, top).rglob("__init__.py")
    ]
    names = [folder.relative_to(SITE_PACKAGES).parts for folder in folders]
    return sorted(".".join(parts) for parts in names if len(parts) > 1 and all(map(_is_public, parts)))


def _is_public(name):
    return not name.startswith("_") and name != "tests"


def _in_site_packages(name):
    return name is not None and name.startswith(SITE_PACKAGES + "/")
