"""Compute from the imports what the page and its worker load, and when, and write it where it is read.

    python tools/manifest.py            write what has changed
    python tools/manifest.py --check    only say what is stale, with exit status 1

A module that is imported needs no entry anywhere. What main.py and vizzy/worker.py import loads at the start. What a
feature of the page (vizzy/page/*/feature.py) imports inside its functions is fetched when the feature is first used,
with what that imports. A feature.py names the rest of its needs in constants, all optional:

    WORKER    modules or whole packages that the worker gets then, and not at its start
    STYLES    stylesheets
    MARKUP    files of the site's own HTML
    KEPT      what else is kept for use without a network

Written are:

    vizzy/page.json, vizzy/worker.json    the files of the start; their other settings are kept. The page's are in one
                                          file, which page_bundle.py makes of what is listed here
    vizzy/late.json                       each feature's files, and what is kept for use without a network
    index.html                            the links that fetch the start's files ahead, and the dataset's first rows

It needs the standard library and, for the names of PyScript's files, the prepared runtime/.
"""

import argparse
import ast
import html
import json
import posixpath
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = "python tools/manifest.py"

PAGE, WORKER = "vizzy/page.json", "vizzy/worker.json"
LATE = "vizzy/late.json"
BUNDLE = "vizzy/page.bundle"
INDEX = "index.html"
LIBRARY = "vizzy/__init__.py"
PAGE_ENTRY, WORKER_ENTRY = "main.py", "vizzy/worker.py"
FEATURE_ENTRY = re.compile(r"vizzy/page/(\w+)/feature\.py")

WEB_MANIFEST = "static/app.webmanifest"
SAMPLES = "static/sample"
FIRST_DATASET = "static"  # which opens where the address names none
ROWS = 8  # of it in the markup: as many as a screen shows before Python runs
MICROPYTHON = "runtime/micropython/micropython"
PYSCRIPT = "runtime/pyscript"
PYSCRIPT_FIRST = ("core", "error")  # the parts of PyScript that each start loads, without their fingerprints

NOT_ON_A_PHONE = 'media="(min-width: 40rem)"'  # whose network is slow: there static/start.js fetches after the first frame

PRELOADS = re.compile(r"(<!-- preloads:[^\n]*-->\n).*?( *<!-- end of preloads -->)", re.DOTALL)
FIRST_ROWS = re.compile(r"(<!-- first rows:[^\n]*-->\n).*?( *<!-- end of first rows -->)", re.DOTALL)


class ManifestError(Exception):
    """What stands in the way, in a sentence."""


# --- imports --------------------------------------------------------------------------------------


def imported_files(root: Path, name: str) -> tuple[set[str], set[str]]:
    """The project's files that a module imports: when it is imported itself, and inside its functions."""
    at_once: set[str] = set()
    in_functions: set[str] = set()
    waiting: list[tuple[ast.AST, set[str]]] = [(ast.parse(read_text(root / name), name), at_once)]
    while waiting:
        node, files = waiting.pop()
        for dotted in imported_names(node):
            files.update(module_files(root, dotted))
        inner = in_functions if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) else files
        waiting += [(child, inner) for child in ast.iter_child_nodes(node)]
    return at_once, in_functions - at_once


def imported_names(node: ast.AST) -> Iterator[str]:
    """The dotted names of this project that an import statement may mean."""
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module:
        names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return (name for name in names if name.partition(".")[0] == "vizzy")


def module_files(root: Path, dotted: str) -> Iterator[str]:
    """The file of a module, if it is one, and those of the packages it is in."""
    parts = dotted.split(".")
    for length in range(1, len(parts) + 1):
        path = "/".join(parts[:length])
        yield from (name for name in (f"{path}.py", f"{path}/__init__.py") if (root / name).is_file())


def closure(
    root: Path, names: Iterable[str], with_functions: bool = True, without: Iterable[str] = ()
) -> set[str]:
    """Some files, and all that they import, directly or through others.

    Parameters
    ----------
    root : Path
        The project.
    names : iterable of str
        Where to begin.
    with_functions : bool
        Whether to follow the imports inside functions.
    without : iterable of str
        Files that are neither entered nor followed.

    Returns
    -------
    set of str
        Paths relative to the root.
    """
    found: set[str] = set()
    waiting = list(names)
    left_out = set(without)
    while waiting:
        name = waiting.pop()
        if name not in found and name not in left_out:
            found.add(name)
            at_once, in_functions = imported_files(root, name)
            waiting += at_once | in_functions if with_functions else at_once
    return found


def needed_by_micropython(root: Path, names: Iterable[str]) -> list[str]:
    """The files without the ``__init__.py`` that hold nothing for it: MicroPython imports folders that lack one.

    That of the package itself says only what the library offers natively.
    """
    return sorted(
        name for name in names if not (name.endswith("__init__.py") and (name == LIBRARY or is_docstring(root / name)))
    )


def is_docstring(path: Path) -> bool:
    """Whether a module holds a docstring at most."""
    return all(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for node in ast.parse(read_text(path)).body
    )


# --- what loads when ------------------------------------------------------------------------------


def page_start(root: Path) -> list[str]:
    """The modules that the page loads at its start, beside main.py."""
    return needed_by_micropython(root, closure(root, [PAGE_ENTRY], with_functions=False) - {PAGE_ENTRY})


def feature_entries(root: Path) -> dict[str, str]:
    """The feature.py of each feature that main.py mounts, by the feature's name."""
    entries = {}
    for name in page_start(root):
        found = FEATURE_ENTRY.fullmatch(name)
        if found:
            entries[found[1]] = name
        elif late := imported_files(root, name)[1]:
            raise ManifestError(
                f"{name} imports {', '.join(sorted(late))} inside a function, but only a feature.py fetches modules "
                "late: import at the module's top, or in the feature.py to which it belongs."
            )
    return entries


def page_features(root: Path) -> dict[str, list[str]]:
    """The modules of the page that come with each feature."""
    start = page_start(root)
    features = {}
    for feature, entry in feature_entries(root).items():
        late = closure(root, imported_files(root, entry)[1])
        features[feature] = needed_by_micropython(root, late.difference(start))
    require_all_reached(root, {*start, *(name for names in features.values() for name in names)})
    return features


def require_all_reached(root: Path, reached: set[str]) -> None:
    """Refuse a module of the page that nothing imports: it would not be published."""
    modules = needed_by_micropython(root, relative(root, (root / "vizzy/page").rglob("*.py")))
    unreached = sorted(set(modules) - reached)
    if unreached:
        raise ManifestError(f"Nothing that the page loads imports {', '.join(unreached)}: import it, or delete it.")


def worker_roots(root: Path) -> dict[str, set[str]]:
    """The files that each feature's WORKER names; all of a package, whose modules may be imported by name."""
    roots = {}
    for feature, entry in feature_entries(root).items():
        roots[feature] = {
            name for dotted in constant(root, entry, "WORKER") for name in whole(root, entry, dotted)
        }
    return roots


def whole(root: Path, entry: str, dotted: str) -> list[str]:
    """The file of a module, or all files of a package."""
    path = root / dotted.replace(".", "/")
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    if not files or not files[0].is_file():
        raise ManifestError(f"{entry} names {dotted} for the worker, which is neither a module nor a package.")
    return relative(root, files)


def worker_start(root: Path) -> list[str]:
    """The modules that the worker loads at its start: all that worker.py imports, but what comes with a feature."""
    late = set().union(*worker_roots(root).values())
    return sorted(closure(root, [WORKER_ENTRY], without=late) - {WORKER_ENTRY})


def worker_features(root: Path) -> dict[str, list[str]]:
    """The modules of the worker that come with each feature."""
    start = worker_start(root)
    return {feature: sorted(closure(root, names).difference(start)) for feature, names in worker_roots(root).items()}


def constant(root: Path, name: str, wanted: str) -> tuple[str, ...]:
    """The value of a module's constant, a tuple of strings; empty where there is none."""
    for node in ast.parse(read_text(root / name)).body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [wanted]:
            value = ast.literal_eval(node.value)
            if not isinstance(value, tuple):
                raise ManifestError(f"{wanted} in {name} is {value!r}, but should be a tuple of strings.")
            return value
    return ()


def kept_for_offline(root: Path, features: dict) -> list[str]:
    """What a visit keeps for times without a network beside what it loaded; the runtime has a list of its own."""
    late = {name for parts in features.values() for names in parts.values() for name in names}
    folder = posixpath.dirname(WEB_MANIFEST)
    icons = {
        posixpath.join(folder, icon["src"]) for icon in json.loads(read_text(root / WEB_MANIFEST))["icons"]
    }
    samples = {name for name in relative(root, (root / SAMPLES).iterdir()) if not name.endswith((".py", "__"))}
    kept = {name for entry in feature_entries(root).values() for name in constant(root, entry, "KEPT")}
    return sorted({LATE, WEB_MANIFEST, *late, *icons, *samples, *kept})


# --- what is written ------------------------------------------------------------------------------


def written(root: Path) -> dict[str, str]:
    """The text of every file that the manifest is written to."""
    return {
        PAGE: configuration(root, PAGE, [BUNDLE]),
        WORKER: configuration(root, WORKER, worker_start(root)),
        LATE: features_text(root),
        INDEX: with_first_rows(root, with_preloads(root)),
    }


def configuration(root: Path, name: str, files: list[str]) -> str:
    """A configuration of PyScript with these files: by their address from the configuration, where they are written."""
    settings = json.loads(read_text(root / name))
    folder = posixpath.dirname(name)
    settings["files"] = {"./" + posixpath.relpath(file, folder): "./" + file for file in files}
    return json_text({"files_written_by": "tools/manifest.py"} | settings)


def features_text(root: Path) -> str:
    """The JSON of all features, and of what is kept for use without a network."""
    in_page, in_worker = page_features(root), worker_features(root)
    features = {
        feature: {
            "page": in_page[feature],
            "worker": in_worker[feature],
            "styles": list(constant(root, entry, "STYLES")),
            "markup": list(constant(root, entry, "MARKUP")),
        }
        for feature, entry in sorted(feature_entries(root).items())
    }
    return json_text(
        {
            "written_by": "tools/manifest.py",
            "features": features,
            "kept_for_offline": kept_for_offline(root, features),
        }
    )


def with_preloads(root: Path) -> str:
    """The text of index.html with links that fetch the page's modules, and what runs them, ahead."""
    page = read_text(root / INDEX)
    if not PRELOADS.search(page):
        raise ManifestError(f"{INDEX} lacks the comments <!-- preloads: … --> and <!-- end of preloads -->.")
    scripts = [*pyscript_modules(root), f"{MICROPYTHON}.mjs"]
    fetched = [PAGE, f"{MICROPYTHON}.wasm.bin", BUNDLE, PAGE_ENTRY, WORKER, WORKER_ENTRY]
    links = [f'  <link rel="modulepreload" {NOT_ON_A_PHONE} href="{name}">\n' for name in scripts]
    links += [f'  <link rel="preload" as="fetch" crossorigin {NOT_ON_A_PHONE} href="{name}">\n' for name in fetched]
    return PRELOADS.sub(lambda found: found[1] + "".join(links) + found[2], page)


def with_first_rows(root: Path, page: str) -> str:
    """The text of index.html with the first rows of the dataset, as vizzy/page/explore/dataset_panel.py makes them."""
    if not FIRST_ROWS.search(page):
        raise ManifestError(f"{INDEX} lacks the comments <!-- first rows: … --> and <!-- end of first rows -->.")
    index = json.loads(read_text(root / FIRST_DATASET / "dataset.json"))
    rows = "".join(f"        {row_markup(index, example)}\n" for example in range(min(ROWS, len(index["ids"]))))
    sheet = f'      <div class="sheet" data-folder="{FIRST_DATASET}/" translate="no">\n{rows}      </div>\n'
    return FIRST_ROWS.sub(lambda found: found[1] + sheet + found[2], page)


def row_markup(index: dict, example: int) -> str:
    """An example's picture and the choice of its label, in a line."""
    urgent = "" if example else ' fetchpriority="high"'
    source, alt = (html.escape(text) for text in (f"{FIRST_DATASET}/{index['files'][example]}", index["alt"][example]))
    picture = f'<img class="picture" src="{source}" alt="{alt}" width="96" height="96"{urgent}>'
    choices = "".join(
        f'<button type="button" class="choice" data-given="{html.escape(name)}" tabindex="-1" '
        f'aria-pressed="{str(label == index["given_label"][example]).lower()}">{html.escape(name)}</button>'
        for label, name in enumerate(index["classes"])
    )
    return f'<div class="card">{picture}<div class="choices" role="group">{choices}</div></div>'


def pyscript_modules(root: Path) -> list[str]:
    """PyScript's entry and the parts that each start loads, whose names carry a fingerprint of their content."""
    entry = f"{PYSCRIPT}/core.js"
    if not (root / entry).is_file():
        raise ManifestError("There is no runtime yet: run ./serve.sh --prepare first.")
    core = fingerprinted(root, entry, "core")
    return [entry, core, *(fingerprinted(root, core, part) for part in PYSCRIPT_FIRST if part != "core")]


def fingerprinted(root: Path, script: str, part: str) -> str:
    """The file of one of PyScript's parts, by the import of it in a script."""
    found = re.search(rf'["\']\./({part}-\w+\.js)["\']', read_text(root / script))
    if not found:
        raise ManifestError(f"{script} imports no {part}-….js: see which parts this PyScript loads at its start.")
    return f"{PYSCRIPT}/{found[1]}"


def json_text(content: dict) -> str:
    """JSON as these files have it."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def read_text(path: Path) -> str:
    """A text file's content."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ManifestError(f"{path.name} is missing from {path.parent}.") from None


def relative(root: Path, paths: Iterable[Path]) -> list[str]:
    """Paths as the site names them."""
    return [path.relative_to(root).as_posix() for path in paths]


# --- the command ----------------------------------------------------------------------------------


def stale(root: Path) -> list[str]:
    """The files that are not as the imports want them, in a sentence each that says what to do."""
    return [
        f"{name} is stale: run {COMMAND}, and commit what it writes."
        for name, text in written(root).items()
        if not (root / name).is_file() or read_text(root / name) != text
    ]


def write(root: Path) -> list[str]:
    """Write what has changed, and return the names of it."""
    changed = []
    for name, text in written(root).items():
        if not (root / name).is_file() or read_text(root / name) != text:
            (root / name).write_text(text, encoding="utf-8", newline="\n")
            changed.append(name)
    return changed


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, and say what is stale")
    options = parser.parse_args(arguments)
    try:
        faults = stale(ROOT) if options.check else []
        changed = [] if options.check else write(ROOT)
    except ManifestError as error:
        faults, changed = [str(error)], []
    for sentence in faults:
        print(f"manifest: {sentence}", file=sys.stderr)
    for name in changed:
        print(f"{name} is written")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
