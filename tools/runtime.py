"""Make runtime/, the browser runtime: PyScript, MicroPython, and Pyodide with scikit-learn.

    python tools/runtime.py            make or check runtime/
    python tools/runtime.py --full     the packages as published, in .cache/runtime-full/
    python tools/runtime.py --into DIR elsewhere
    python tools/runtime.py --upgrade pyodide=newest pyscript=0.7.31     other versions: see `runtime_upgrade`

Which packages these are, in which versions, with size and SHA-256, is in `runtime.lock.json`.

The page loads everything it runs from its own origin. This tool gets the packages (`runtime_fetch`), checks
each file, and lays them in one folder:

    pyscript/       core.js, core.css and the modules they import
    micropython/    the page's interpreter
    driver/         driver.js, for the tour of the controls
    pyodide/        the worker's interpreter, its standard library and packages, and a lock file naming them:
                    as published, or else made slim and quick to start by `runtime_slim`; in rest/, functions
                    of the program and of libraries that no first visit calls
    wheels/         libraries for files that few bring: Parquet and Feather, spreadsheets
    texts/          vectors of English words
    onnx/           what computes the features of images: ONNX Runtime's build for CPUs, and the network
    licences.txt    under which licences all of it is, with their texts (`runtime_licences`)
    manifest.json   version, SHA-256 and size of all of it

Beside it, vizzy/page.bundle is made of the page's modules (`page_bundle`).

The folder is assembled beside the old one and swapped in when whole, so it can be interrupted at any time and
run again. When the folder is right already, that is found in a fraction of a second and nothing is done.
A change to PyScript or Pyodide that cannot be made, because another version has other code, is done without: the runtime
is then slower to start, which is said in a warning and stands in the manifest under ``degraded``. From quickest to slowest:
slim with a snapshot, slim, as published.
It needs the standard library alone; what goes wrong is told in a sentence, with exit status 1.
"""

import sys

OLDEST_PYTHON = (3, 11)

if sys.version_info < OLDEST_PYTHON:
    sys.exit(
        # Read by a Python that may be old, and so written for one.
        "Python {}.{} or newer is needed, and this is {}; run this with a newer Python.".format(
            *OLDEST_PYTHON, sys.version.split()[0]
        )
    )

import argparse
import contextlib
import hashlib
import json
import os
import pathlib
import re
import shutil
import tarfile
import tempfile
import zipfile

import page_bundle
import runtime_fetch
import runtime_licences
import runtime_names
import runtime_slim
from runtime_fetch import ARCHIVES, PARTIAL_PREFIX, PatchError, SetupError

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
TOOLS = ROOT / "tools"

# What the worker imports, under the names Pyodide's lock file knows; their dependencies come along.
PACKAGES = ("numpy", "scikit-learn")
# PyScript installs through micropip unless told otherwise; the full runtime is for pages that do.
FULL_PACKAGES = (*PACKAGES, "micropip")

# Fetched by the worker for the files that need them; so named in ARCHIVES, and in vizzy/worker.py with .whl.
LATE_WHEELS = ("arro3_core", "arro3_io", "python_calamine")

# Fetched by the page when images come. The network is made by embedding/export_onnx.py.
ONNXRUNTIME_FILES = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
NETWORK = ROOT / "vizzy" / "networks" / "efficientnet-lite0.onnx"

# Fetched by the worker when texts come; made by embedding/distil_words.py.
WORDS = ROOT / "vizzy" / "networks" / "minilm-words.npz"

WHEELS_FOLDER = "open_webui/frontend/pyodide/"
PYODIDE_CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
# What decides how archives are got and chosen, which changes nothing in them.
NOT_IN_THE_FINGERPRINT = ("runtime_fetch.py", "runtime.lock.json", "runtime_upgrade.py", "runtime_drive.py")
PYSCRIPT_LIBRARY = b"{pyscript:"  # in its JavaScript, before the sources of its Python package: name to text
# Chunks of PyScript that it loads only into a terminal, of which the page has none.
UNUSED_CHUNKS = re.compile(r"^xterm")
# PyScript looks through all that is ever added to the document, and each attribute that changes, for tags and
# attributes of its own: a third of what drawing costs. The page adds none but the script of another worker, to the body.
WATCHES_ALL = b"As(n(document))"
WATCHES_BODY = b"As(document),e.observe(document.body,{childList:!0})"
# How MicroPython's module gets its WebAssembly in a browser; and how it gets a third of the bytes.
FETCHES = b'var response=fetch(binaryFile,{credentials:"same-origin"});'
FETCHES_PACKED = (
    b'var response=fetch(binaryFile+".bin",{credentials:"same-origin"}).then(response=>{if(!response.ok)throw new Error(`status ${response.status}`);'
    b'if(response.headers.get("Content-Type")==="application/wasm")return response;'  # as sw.js keeps it
    b'return new Response(response.body.pipeThrough(new DecompressionStream("gzip")),{headers:{"Content-Type":"application/wasm"}})});'
)
CHANGED = b"// Changed for Vizzy: watches what is added to the body itself, not all of the document.\n"
ROOM_NEEDED = 400_000_000


def say(line: str) -> None:
    """Show a line of progress at once, whether or not anyone's terminal is there."""
    print(line, flush=True)


def parts() -> dict[str, runtime_fetch.Archive]:
    """The archives that the runtime is made of, by name."""
    return {name: archive for name, archive in ARCHIVES.items() if name != runtime_fetch.COMPILER}


def sha256(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def write_file(path: pathlib.Path, content: bytes) -> None:
    """Write a file, making its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def npm_file(archive_path: pathlib.Path, name: str) -> bytes:
    """The content of one file of an npm package."""
    with tarfile.open(archive_path) as archive:
        try:
            return archive.extractfile(f"package/{name}").read()
        except KeyError:
            raise SetupError(
                f"{archive_path.name} holds no {name}; its pinned version must be changed."
            ) from None


def lay_pyscript(archive_path: pathlib.Path, folder: pathlib.Path) -> None:
    """Write PyScript's core and, following their imports, the modules it can load."""
    write_file(folder / "core.css", npm_file(archive_path, "dist/core.css"))
    waiting, written = ["core.js"], set()
    while waiting:
        name = waiting.pop()
        if name in written or UNUSED_CHUNKS.match(name):
            continue
        written.add(name)
        content = npm_file(archive_path, f"dist/{name}")
        waiting += re.findall(r'(?:from|import)\s*\(?\s*"\./([\w.-]+\.js)"', content.decode())
        write_file(folder / name, without_source_map(content))


def pyscript_module(pyscript: pathlib.Path, mark: bytes, what: str) -> tuple[pathlib.Path, bytes]:
    """The module of PyScript's core that a mark stands in once, and its content."""
    for module in pyscript.glob("core-*.js"):
        content = module.read_bytes()
        if content.count(mark) == 1:
            return module, content
    raise PatchError(f"{what} is not where it was in PyScript's JavaScript; is it another version?")


def watch_only_the_body(pyscript: pathlib.Path) -> None:
    """Let PyScript look for scripts among what is added to the body itself, and nowhere else."""
    module, content = pyscript_module(pyscript, WATCHES_ALL, "The start of watching the document")
    module.write_bytes(CHANGED + content.replace(WATCHES_ALL, WATCHES_BODY))


def lay_pyscript_library(pyscript: pathlib.Path, folder: pathlib.Path) -> None:
    """Write the sources of PyScript's Python package as its JavaScript has them, to see what it imports and compile it."""
    _, content = pyscript_module(pyscript, PYSCRIPT_LIBRARY, "PyScript's Python package")
    sources, _ = json.JSONDecoder().raw_decode(content.partition(PYSCRIPT_LIBRARY)[2].decode())
    for name, source in sources.items():
        write_file(folder / name, source.encode())
    write_file(folder / runtime_slim.ENTERED, writing_the_library(sources).encode())


def writing_the_library(sources: dict[str, str]) -> str:
    """The Python that PyScript runs in a worker, before all else, to write its package and import it."""
    lines = [
        "import os as _os",
        "from pathlib import Path as _Path",
        "_path = None",
        '_path = _Path("./pyscript")',
        'if not _os.path.exists("./pyscript"):',
        "    _path.mkdir(parents=True, exist_ok=True)",
    ]
    for name, source in sources.items():
        lines += [f'_path = _Path("./pyscript/{name}")', f'_path.write_text({json.dumps(source, ensure_ascii=False)},encoding="utf-8")']
    lines += ["import pyscript as _pyscript", *(f"del {name}" for name in ("_Path", "_path", "_os", "_pyscript")), "\n"]
    return "\n".join(lines)


def without_source_map(content: bytes) -> bytes:
    """JavaScript without the comment that sends developer tools after a map that is not served."""
    return re.sub(rb"\n?//# sourceMappingURL=\S+\s*$", b"\n", content)


def lay_micropython(archive_path: pathlib.Path, folder: pathlib.Path) -> None:
    """Write MicroPython's module and its WebAssembly."""
    for name in ("micropython.mjs", "micropython.wasm"):
        write_file(folder / name, npm_file(archive_path, name))


def pack_micropython(folder: pathlib.Path) -> None:
    """Add MicroPython's WebAssembly compressed, and let its module fetch that; the other is for Node, and where that fails."""
    module, program = folder / "micropython.mjs", folder / "micropython.wasm"
    content = module.read_bytes()
    program.with_name(f"{program.name}.bin").write_bytes(runtime_slim.packed(program.read_bytes()))  # index.html asks for it
    if content.count(FETCHES) != 1:
        raise PatchError("How it fetches its WebAssembly is not where it was in MicroPython's module; is it another version?")
    module.write_bytes(content.replace(FETCHES, FETCHES_PACKED))


def lay_driver(archive_path: pathlib.Path, folder: pathlib.Path) -> None:
    """Write driver.js, its stylesheet and its licence."""
    for name in ("driver.js.mjs", "driver.css"):
        write_file(folder / name, npm_file(archive_path, f"dist/{name}"))
    write_file(folder / "license.txt", npm_file(archive_path, "license"))


def lay_images(archive_path: pathlib.Path, network: pathlib.Path, folder: pathlib.Path) -> None:
    """Write ONNX Runtime's module, its WebAssembly, and the network that it runs."""
    for name in ONNXRUNTIME_FILES:
        write_file(folder / name, without_source_map(npm_file(archive_path, f"dist/{name}")))
    write_file(folder / network.name, network.read_bytes())


def lay_late_wheels(got: dict[str, pathlib.Path], folder: pathlib.Path) -> list[pathlib.Path]:
    """Write the wheels that the worker fetches when a file needs them, under names without versions; their paths."""
    laid = [folder / f"{name}.whl" for name in LATE_WHEELS]
    for path in laid:
        write_file(path, got[path.stem].read_bytes())
    return laid


def with_dependencies(names: tuple[str, ...], lock: dict) -> list[str]:
    """Packages and all they depend on, by a Pyodide lock file, in alphabetical order."""
    needed, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += lock["packages"][name]["depends"]
    return sorted(needed)


def trimmed_lock(lock: dict, names: list[str]) -> bytes:
    """A lock file of some of the packages, as bytes to write."""
    packages = {name: lock["packages"][name] for name in names}
    return json.dumps({**lock, "packages": packages}, indent=1, sort_keys=True).encode() + b"\n"


def lay_pyodide(pyodide: pathlib.Path, wheels: pathlib.Path, folder: pathlib.Path, names) -> None:
    """Write Pyodide's core and packages as published, each wheel checked against Pyodide's own lock file."""
    for name in PYODIDE_CORE:
        write_file(folder / name, without_source_map(npm_file(pyodide, name)))
    lock = json.loads(npm_file(pyodide, "pyodide-lock.json"))
    needed = with_dependencies(names, lock)
    with zipfile.ZipFile(wheels) as archive:
        for name in needed:
            file_name = lock["packages"][name]["file_name"]
            content = archive.read(WHEELS_FOLDER + file_name)
            runtime_fetch.check_sha256(
                sha256(content), lock["packages"][name]["sha256"], f"{file_name} in {wheels.name}"
            )
            write_file(folder / file_name, content)
    write_file(folder / "pyodide-lock.json", trimmed_lock(lock, needed))


def fingerprint(kind: str) -> str:
    """A digest of everything that decides what a finished runtime holds."""
    digest = hashlib.sha256(kind.encode())
    for archive in parts().values():
        digest.update(archive.sha256.encode())
    for path in sorted([*TOOLS.glob("runtime*"), *runtime_licences.TEXTS.glob("*.txt"), NETWORK, WORDS]):
        if path.is_file() and path.name not in NOT_IN_THE_FINGERPRINT:
            digest.update(path.read_bytes())
    if kind == "slim":
        for path in runtime_names.worker_sources(ROOT):
            digest.update("\n".join(runtime_names.library_names(path.read_text())).encode())
    return digest.hexdigest()


def write_manifest(folder: pathlib.Path, kind: str, degraded: list[str]) -> None:
    """Write manifest.json: what the folder is, what it was made from and without, and every file's SHA-256 and size."""
    files = {
        path.relative_to(folder).as_posix(): {
            "sha256": runtime_fetch.sha256_of_file(path),
            "size": path.stat().st_size,
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    manifest = {
        "kind": kind,
        "fingerprint": fingerprint(kind),
        "degraded": degraded,
        "versions": {archive.package: archive.version for archive in parts().values()},
        "files": files,
    }
    write_file(folder / "manifest.json", json.dumps(manifest, indent=1).encode() + b"\n")


def what_differs(folder: pathlib.Path, kind: str) -> str | None:
    """Why a runtime folder cannot be used as it is, or None when it can.

    Parameters
    ----------
    folder : pathlib.Path
        Where the runtime should be.
    kind : str
        The kind of runtime wanted there.

    Returns
    -------
    str or None
        A reason in words.
    """
    if not folder.exists():
        return "it is not there yet"
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        if manifest["fingerprint"] != fingerprint(kind):
            return "it was made from something else"
        for name, expected in manifest["files"].items():
            path = folder / name
            if (
                path.stat().st_size != expected["size"]
                or runtime_fetch.sha256_of_file(path) != expected["sha256"]
            ):
                return f"{name} was changed"
    except FileNotFoundError as error:
        return f"{pathlib.Path(error.filename).name} is missing"
    except (ValueError, KeyError, TypeError):
        return "its manifest cannot be read"
    return None


def lay_slim_worker(
    got: dict[str, pathlib.Path], folder: pathlib.Path, cache: pathlib.Path, work: pathlib.Path
) -> list[str]:
    """Write the changes to PyScript and MicroPython and a slim Pyodide, or as much of them as these versions let.

    Parameters
    ----------
    got : dict of str to pathlib.Path
        The archives by their names in `ARCHIVES`.
    folder : pathlib.Path
        The runtime, which has PyScript and MicroPython as published.
    cache, work : pathlib.Path
        As in `assemble`.

    Returns
    -------
    list of str
        What could not be made, and what that costs, in a sentence each.
    """
    degraded, library = [], work / "pyscript"
    library.mkdir()
    try:
        pack_micropython(folder / "micropython")
    except PatchError as error:
        degraded.append(f"MicroPython's WebAssembly is fetched uncompressed: {error}")
    try:
        watch_only_the_body(folder / "pyscript")
    except PatchError as error:
        degraded.append(f"PyScript looks through all that is drawn for tags of its own, so drawing is slower: {error}")
    try:
        lay_pyscript_library(folder / "pyscript", library)
    except PatchError as error:
        degraded.append(f"PyScript's Python package is compiled at each start: {error}")
    lay_pyodide(got["pyodide"], got["wheels"], work / "full", PACKAGES)
    node = runtime_fetch.node_command(cache, say=say)
    inflate = npm_file(got["inflate"], "index.js")
    late_wheels = [got[name] for name in LATE_WHEELS]
    build = runtime_slim.SlimBuild(work / "full", folder / "pyodide", work, ROOT, library, inflate, late_wheels, node, say)
    try:
        degraded += build.make()
    except SetupError as error:
        degraded.append(f"Pyodide and its packages are as published, several times as large and slower to start: {error}")
        shutil.rmtree(folder / "pyodide", ignore_errors=True)
        shutil.copytree(work / "full", folder / "pyodide")
    return degraded


def assemble(folder: pathlib.Path, kind: str, cache: pathlib.Path, work: pathlib.Path) -> list[str]:
    """Write a whole runtime into a new folder.

    Parameters
    ----------
    folder : pathlib.Path
        Where it goes.
    kind : str
        ``"full"`` or ``"slim"``.
    cache : pathlib.Path
        Where downloads are kept.
    work : pathlib.Path
        An existing, empty folder for what is needed meanwhile.

    Returns
    -------
    list of str
        What could not be made, and what that costs, in a sentence each.
    """
    got = {name: runtime_fetch.fetch(archive, cache / "downloads", say) for name, archive in parts().items()}
    lay_pyscript(got["pyscript"], folder / "pyscript")
    lay_micropython(got["micropython"], folder / "micropython")
    lay_driver(got["driver"], folder / "driver")
    lay_images(got["onnxruntime"], NETWORK, folder / "onnx")
    write_file(folder / "texts" / WORDS.name, WORDS.read_bytes())
    degraded = []
    if kind == "full":
        lay_pyodide(got["pyodide"], got["wheels"], folder / "pyodide", FULL_PACKAGES)
    else:
        degraded = lay_slim_worker(got, folder, cache, work)
    late_wheels = lay_late_wheels(got, folder / "wheels")
    texts = runtime_licences.licences(got, [*(folder / "pyodide").glob("*.whl"), *late_wheels])
    write_file(folder / "licences.txt", texts.encode())
    write_manifest(folder, kind, degraded)
    return degraded


def swap_in(new: pathlib.Path, folder: pathlib.Path, discarded: pathlib.Path) -> None:
    """Put a finished folder where the old one is."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        os.replace(folder, discarded)
    os.replace(new, folder)


@contextlib.contextmanager
def one_at_a_time(cache: pathlib.Path):
    """Make a second run wait for the first, where the system can."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with open(cache / "runtime.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up is at work: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare(folder: pathlib.Path, kind: str, cache: pathlib.Path) -> None:
    """Make a runtime folder right: by doing nothing when it is, else by building it anew.

    Parameters
    ----------
    folder : pathlib.Path
        Where the runtime is to be.
    kind : str
        ``"full"`` or ``"slim"``.
    cache : pathlib.Path
        Where downloads are kept and the new folder is assembled; on the same disk as `folder`.
    """
    with runtime_fetch.readable_disk_errors(cache):
        cache.mkdir(parents=True, exist_ok=True)
        with one_at_a_time(cache):
            reason = what_differs(folder, kind)
            if reason is None:
                return
            say(f"Making {folder.name}/: {reason}")
            runtime_fetch.remove_partial(cache)
            runtime_fetch.require_free_space(cache, ROOM_NEEDED)
            with tempfile.TemporaryDirectory(prefix=PARTIAL_PREFIX, dir=cache) as partial:
                new, work = pathlib.Path(partial) / "runtime", pathlib.Path(partial) / "work"
                work.mkdir()
                degraded = assemble(new, kind, cache, work)
                swap_in(new, folder, pathlib.Path(partial) / "old")
            for sentence in degraded:
                say(f"Warning: {sentence}")
            say(f"{folder.name}/ is ready")


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="the packages as published, nothing left out")
    parser.add_argument(
        "--upgrade",
        nargs="+",
        metavar="PART[=VERSION]",
        help="take other versions, as in --upgrade pyodide=314.0.3 pyscript (the newest)",
    )
    parser.add_argument("--into", type=pathlib.Path, metavar="DIR", help="where to lay it")
    options = parser.parse_args(arguments)
    kind = "full" if options.full else "slim"
    folder = options.into or (CACHE / "runtime-full" if options.full else ROOT / "runtime")
    try:
        if options.upgrade:
            import runtime_upgrade  # which uses what is in this module

            with runtime_fetch.readable_disk_errors(CACHE):
                print(*runtime_upgrade.upgrade(options.upgrade), sep="\n")
            return 0
        prepare(folder.resolve(), kind, CACHE)
        if not (options.into or options.full):
            page_bundle.prepare(ROOT, CACHE)
    except SetupError as error:
        print(f"runtime: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("runtime: interrupted; run this again to go on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
