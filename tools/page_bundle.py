"""Compile the modules that the page starts with, and put them into one file, vizzy/page.bundle.

    python tools/page_bundle.py     make it, where it is not of the sources as they are; ./serve.sh does that

The page would otherwise fetch some fifty modules one by one, and MicroPython would compile them, before it answers at all:
together a quarter of the time until then. The file is compressed with gzip. Its first line is JSON: what it was made from,
and the names of the modules, each after those that it imports. The modules follow as an image of MicroPython's read-only file
system (ROMFS), which main.py mounts: so nothing is written, and bytecode is run where it lies.

The compiler is MicroPython's own, mpy-cross, built for WebAssembly; `runtime.lock.json` pins it. Where it does not go with the
MicroPython of the runtime (which is tried), the modules are put into the file as sources: that costs a tenth of a second
at each start, and is said.
"""

import gzip
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

import manifest
import runtime_fetch
from runtime_fetch import SetupError

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
COMPILE = pathlib.Path(__file__).with_suffix(".mjs")
COMPILER = runtime_fetch.ARCHIVES[runtime_fetch.COMPILER]
COMPILER_FOLDER = "package/build/"
MICROPYTHON = "runtime/micropython/micropython.mjs"
ROMFS_HEADER = bytes([0xD2, 0xCD, 0x31])
ROMFS_DATA, ROMFS_FOLDER, ROMFS_FILE = 2, 4, 5  # kinds of records


def say(line: str) -> None:
    """Show a line of progress at once, whether or not anyone's terminal is there."""
    print(line, flush=True)


def packed(made_from: str, modules: dict[str, bytes]) -> bytes:
    """The content of the file; the same modules give the same bytes.

    Parameters
    ----------
    made_from : str
        A digest of all that decides the content.
    modules : dict of str to bytes
        By their paths, which end in .mpy where they are compiled.
    """
    names = [name.rsplit(".", 1)[0].replace("/", ".") for name in modules]
    head = json.dumps({"made_from": made_from, "modules": names}).encode()
    return gzip.compress(head + b"\n" + romfs_image(modules), compresslevel=9, mtime=0)


def read_head(content: bytes) -> dict:
    """What the file says of itself, once all of it was unpacked: `made_from` and `modules`."""
    return json.loads(gzip.decompress(content).partition(b"\n")[0])


def romfs_image(files: dict[str, bytes]) -> bytes:
    """An image of files, as MicroPython's ``vfs.VfsRom`` reads it.

    References
    ----------
    docs.micropython.org, "The ROMFS filesystem": records of a kind, a length and a content, one within another.
    """
    tree: dict = {}
    for name, content in files.items():
        *folders, last = name.split("/")
        at = tree
        for folder in folders:
            at = at.setdefault(folder, {})
        at[last] = content
    body = romfs_records(tree)
    size = romfs_number(len(body))
    padding = bytes([0x80]) * ((len(ROMFS_HEADER) + len(size) + len(body)) % 2)  # a leading zero, for an even length
    return ROMFS_HEADER + padding + size + body


def romfs_records(tree: dict) -> bytes:
    """The records of a folder's entries: folders are dicts, files are bytes."""
    records = []
    for name, entry in tree.items():
        is_folder = isinstance(entry, dict)
        content = romfs_records(entry) if is_folder else romfs_record(ROMFS_DATA, entry)
        encoded = name.encode()
        records.append(romfs_record(ROMFS_FOLDER if is_folder else ROMFS_FILE, romfs_number(len(encoded)) + encoded + content))
    return b"".join(records)


def romfs_record(kind: int, content: bytes) -> bytes:
    """One record."""
    return romfs_number(kind) + romfs_number(len(content)) + content


def romfs_number(value: int) -> bytes:
    """A number in groups of seven bits, the highest first; all but the last have the eighth bit set."""
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.insert(0, 0x80 | value & 0x7F)
    return bytes(groups)


def in_import_order(root: pathlib.Path, names: list[str]) -> list[str]:
    """The same modules, each after those of them that it imports."""
    order: list[str] = []
    entered: set[str] = set()

    def enter(name: str) -> None:
        if name in names and name not in entered:
            entered.add(name)
            for imported in sorted(manifest.imported_files(root, name)[0]):
                enter(imported)
            order.append(name)

    for name in names:
        enter(name)
    return order


def read_sources(root: pathlib.Path) -> dict[str, str]:
    """The sources of the modules that the page starts with, by their paths, each after those that it imports."""
    try:
        names = in_import_order(root, manifest.page_start(root))
        return {name: (root / name).read_text(encoding="utf-8") for name in names}
    except (manifest.ManifestError, SyntaxError) as error:
        raise SetupError(str(error)) from None


def digest(root: pathlib.Path, sources: dict[str, str]) -> str:
    """What decides the content: the sources, this program, the compiler, and the MicroPython that is to run them."""
    if not (root / MICROPYTHON).is_file():
        raise SetupError("There is no runtime yet: run ./serve.sh --prepare first.")
    whole = hashlib.sha256(COMPILER.sha256.encode())
    for path in (pathlib.Path(__file__), COMPILE, root / MICROPYTHON):
        whole.update(path.read_bytes())
    whole.update(json.dumps(sources).encode())
    return whole.hexdigest()


def is_current(path: pathlib.Path, made_from: str) -> bool:
    """Whether a bundle is there, whole, and made from this."""
    try:
        return read_head(path.read_bytes())["made_from"] == made_from
    except (OSError, EOFError, ValueError, KeyError):
        return False


def compiled(sources: dict[str, str], root: pathlib.Path, cache: pathlib.Path) -> dict[str, bytes]:
    """Compile modules, and see that the runtime's MicroPython takes what comes of it.

    Raises
    ------
    SetupError
        Where there is no compiler, or it cannot compile a module, or MicroPython refuses what it makes.
    """
    archive = runtime_fetch.fetch(COMPILER, cache / "downloads", say)
    node = runtime_fetch.node_command(cache, say=say)
    with tempfile.TemporaryDirectory(prefix=runtime_fetch.PARTIAL_PREFIX, dir=cache) as partial:
        work = pathlib.Path(partial)
        with tarfile.open(archive) as packed:
            for member in packed.getmembers():
                content = packed.extractfile(member) if member.name.startswith(COMPILER_FOLDER) else None
                if content:
                    (work / pathlib.PurePosixPath(member.name).name).write_bytes(content.read())
        (work / "sources.json").write_text(json.dumps(sources), encoding="utf-8")
        command = [*node, str(COMPILE), str(work), str(root / MICROPYTHON)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SetupError((done.stderr.strip().splitlines() or ["mpy-cross said nothing"])[-1])
        return {
            name.removesuffix(".py") + ".mpy": (work / f"{number}.mpy").read_bytes() for number, name in enumerate(sources)
        }


def prepare(root: pathlib.Path = ROOT, cache: pathlib.Path = CACHE) -> None:
    """Make the bundle of a project, where it is not of its sources as they are."""
    path = root / manifest.BUNDLE
    sources = read_sources(root)
    made_from = digest(root, sources)
    if is_current(path, made_from):
        path.touch()  # newer than all sources, which tools/serve.py goes by
        return
    try:
        modules = compiled(sources, root, cache)
    except SetupError as error:
        say(f"Warning: The page's modules are compiled at each start: {error}")
        modules = {name: text.encode() for name, text in sources.items()}
    new = path.with_suffix(f".{os.getpid()}")
    new.write_bytes(packed(made_from, modules))
    os.replace(new, path)


def main() -> int:
    """Make it, and say in a sentence what stands in the way."""
    try:
        with runtime_fetch.readable_disk_errors(CACHE):
            CACHE.mkdir(parents=True, exist_ok=True)
            prepare()
    except SetupError as error:
        print(f"page_bundle: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
