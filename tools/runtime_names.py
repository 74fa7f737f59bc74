"""What some Python source uses of other packages, read off its text."""

import ast
import pathlib


# Of the app: the page, and what only the command line runs, with libraries that no browser has.
NOT_IN_THE_WORKER = ("page", "native", "__main__.py")


def worker_sources(app):
    """The app's sources that can come to run in the worker: not the page's, nor what only the command line runs."""
    vizzy = pathlib.Path(app, "vizzy")
    parts = {path: path.relative_to(vizzy).parts for path in sorted(vizzy.rglob("*.py"))}
    return [path for path, inside in parts.items() if inside[0] not in NOT_IN_THE_WORKER]


def imported_modules(source):
    """The dotted names of all modules that some source imports.

    Parameters
    ----------
    source : str

    Returns
    -------
    set of str
    """
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module)
    return names


def library_names(source):
    """All that some source imports, and what it mentions of that, as dotted names in alphabetical order.

    A change of these, unlike any other, can change what a slim runtime must hold.

    Parameters
    ----------
    source : str

    Returns
    -------
    list of str
        As in ``["numpy", "numpy.linalg.svd", "sklearn.svm.SVC"]``.
    """
    tree = ast.parse(source)
    known, mentioned = {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {(alias.asname or alias.name.partition(".")[0]): alias.name for alias in node.names}
            mentioned |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            known |= {(alias.asname or alias.name): f"{node.module}.{alias.name}" for alias in node.names}
            mentioned |= {f"{node.module}.{alias.name}" for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Name)) and (name := _dotted(node, known)):
            mentioned.add(name)
    return sorted(mentioned)


def _dotted(node, known):
    """The full name of ``a.b.c`` where ``a`` is something imported, or None."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute) and (base := _dotted(node.value, known)):
        return f"{base}.{node.attr}"
    return None
