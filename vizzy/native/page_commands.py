"""The commands that bring the page: ``vizzy open``, ``vizzy serve`` and ``vizzy export-site``."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
import webbrowser
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from vizzy.native.page_files import INDEX, page, with_metas
from vizzy.native.server import PageServer, ServedData
from vizzy.reading.errors import ReadingError
from vizzy.reading.files import named_paths
from vizzy.reading.suffixes import ARRAY_SUFFIXES, IMAGE_SUFFIXES
from vizzy.reading.limits import IN_BROWSER, check_sizes

MANIFEST = "manifest.json"  # of a site, as tools/site.py writes it
SECONDS_ASLEEP = 3600
UNWRITTEN = (
    "What was decided last is not on disk yet: choose Export, Write to disk in the page, or press Ctrl+C again to lose it."
)
PUBLIC = "The data are in this folder, too: whoever can open the site can read them."
SPACE = """---
title: {title}
sdk: static
pinned: false
---

Label errors in {title}, to be seen and corrected in the browser, with Vizzy.
"""


def serve(options: Namespace) -> None:
    """Serve the page until Ctrl+C."""
    _serve(PageServer(port=options.port), options)


def open_files(options: Namespace) -> None:
    """Serve the page with some files, which it opens, until Ctrl+C.

    Raises
    ------
    ReadingError
        Where both ``--in-place`` and ``--output`` are given, or a file or the port cannot be used.
    """
    files = _files(options.files)
    if options.in_place and options.output:
        raise ReadingError("--in-place and --output name two places to write to: give one of them.")
    writer = TableWriter(files, options.in_place, options.output)
    data = ServedData(list(files), write=writer.write)
    _serve(PageServer(data, options.port), options, lambda: data.is_unwritten)


def _serve(server: PageServer, options: Namespace, is_unwritten: Callable[[], bool] = lambda: False) -> None:
    if options.json:
        print(json.dumps({"address": server.address}), flush=True)
    else:
        print(f"Vizzy is at {server.address} (Ctrl+C stops it)", flush=True)
    server.start()
    if not options.no_browser and not webbrowser.open(server.address):
        print("No browser could be opened: open that address in one on this machine.", file=sys.stderr)
    _wait_for_interrupt()
    if is_unwritten():
        print(f"\n{UNWRITTEN}", file=sys.stderr, flush=True)
        _wait_for_interrupt()
    server.close()


def _wait_for_interrupt() -> None:
    try:
        while True:
            time.sleep(SECONDS_ASLEEP)
    except KeyboardInterrupt:
        pass


def _files(paths: list[str]) -> list[tuple[str, Path]]:
    """The files to open: (name, path), refused where they are too large for a browser."""
    files = named_paths(paths)
    check_sizes([(name, path.stat().st_size) for name, path in files if path.suffix.lower() not in IMAGE_SUFFIXES], IN_BROWSER)
    return files


# --- writing the table --------------------------------------------------------------------------------


class TableWriter:
    """Writes the corrected table beside the file that it was made of, or where it was told to.

    Parameters
    ----------
    files : list of (str, Path)
        What was opened.
    in_place : bool
        Whether to write over that file.
    output : Path, optional
        Where to write instead.

    Attributes
    ----------
    written : set of Path
        What was written; it is written over the next time, and no other file is.
    """

    def __init__(self, files: list[tuple[str, Path]], in_place: bool = False, output: Path | None = None) -> None:
        self._files = [(name, path) for name, path in files if path.suffix.lower() not in ARRAY_SUFFIXES + IMAGE_SUFFIXES]
        self._in_place = in_place
        self._output = output
        self.written: set[Path] = set()

    def write(self, name: str, content: bytes) -> str:
        """Write a table.

        Parameters
        ----------
        name : str
            As the page calls it: that of the file that was opened, and what was done with it.
        content : bytes

        Returns
        -------
        str
            Where it is.

        Raises
        ------
        ReadingError
            Where it cannot be written, or would be of another format than the file to write over.
        """
        target = self._target(name)
        try:
            with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".vizzy-", delete=False) as file:
                file.write(content)
            if target.exists():
                shutil.copymode(target, file.name)
            else:
                os.chmod(file.name, 0o666 & ~_umask())
            os.replace(file.name, target)
        except OSError as error:
            raise ReadingError(f"{target} cannot be written ({error.strerror}): choose another place with --output.") from error
        self.written.add(target)
        return str(target)

    def _target(self, name: str) -> Path:
        source = self._source(name)
        suffix = PurePosixPath(name).suffix.lower()
        if self._in_place:
            if "+" in name and source.stem != PurePosixPath(name).stem.removesuffix("-corrected") and len(self._files) > 1:
                raise ReadingError(f"{name} was made of several files: leave out --in-place for a table beside the first of them.")
            if suffix != source.suffix.lower():
                raise ReadingError(f"{source.name} can be read but not written: leave out --in-place for a {suffix} beside it.")
            return source
        if self._output:
            if suffix != self._output.suffix.lower():
                raise ReadingError(f"The corrected table is a {suffix} file: give --output such a name, not {self._output.name}.")
            return self._output.resolve()
        own_name = re.sub(r"[^\w. -]", "_", PurePosixPath(name.replace("\\", "/")).name)
        return self._free(source.parent, own_name or f"{source.stem}-corrected{source.suffix}")

    def _source(self, name: str) -> Path:
        """The file that the table was made of: the one whose name it has, else the first."""
        if not self._files:
            raise ReadingError("No table was opened, so there is none to write beside: use Export.")
        stem = PurePosixPath(name).stem.removesuffix("-corrected")
        same = [path for _, path in self._files if path.stem.removesuffix("-corrected") == stem or path.name.startswith(stem + ".")]
        return (same or [self._files[0][1]])[0].resolve()

    def _free(self, folder: Path, name: str) -> Path:
        """A path that has no file, or one of this run's."""
        path, number = folder / name, 2
        while path.exists() and path not in self.written:
            path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
            number += 1
        return path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


# --- one's own site -------------------------------------------------------------------------------------


def export_site(options: Namespace) -> None:
    """Make one folder of the page and some files, to be published anywhere.

    Raises
    ------
    ReadingError
        Where the folder holds something else, or a file is not there.
    """
    files, into = _files(options.files), options.output.resolve()
    if into.exists() and (not into.is_dir() or (any(into.iterdir()) and not (into / MANIFEST).is_file())):
        raise ReadingError(f"{options.output} holds something that is no site of Vizzy's: name another folder, or empty it.")
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=into.parent) as partial:
        new = Path(partial) / "new"
        new.mkdir()
        page().write_to(new)
        _add_data(new, files)
        (new / "README.md").write_text(SPACE.format(title=json.dumps(_title(files))), encoding="utf-8")
        size = _describe(new)
        if into.exists():
            os.replace(into, Path(partial) / "old")
        os.replace(new, into)
    if options.json:
        print(json.dumps({"folder": str(into), "bytes": size, "files": [name for name, _ in files]}))
    else:
        print(f"{options.output} is made: {size / 1e6:.1f} MB. Publish it with any host of static files.")
    print(f"Warning: {PUBLIC}", file=sys.stderr)


def _title(files: list[tuple[str, Path]]) -> str:
    return PurePosixPath(files[0][0]).stem


def _add_data(folder: Path, files: list[tuple[str, Path]]) -> None:
    """Copy the files into the site, and let its page open them."""
    (folder / "data").mkdir()
    entries, digest = [], hashlib.sha256()
    for number, (name, path) in enumerate(files):
        entry = {"name": name, "address": f"data/{number}{path.suffix.lower()}"}
        shutil.copyfile(path, folder / entry["address"])
        digest.update((folder / entry["address"]).read_bytes())
        entries.append(entry)
    # Other data have another address: a browser that keeps the site for use without a network notices that.
    described = f"data/files-{digest.hexdigest()[:8]}.json"
    told = {"files": entries, "choices": {}, "preview": True, "trains": False, "is_kept_by_server": False, "writes": False, "fields": None}
    (folder / described).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8", errors="replace")
    index = (folder / INDEX).read_text(encoding="utf-8")
    (folder / INDEX).write_text(with_metas(index, data=described), encoding="utf-8", newline="\n")


def _describe(folder: Path) -> int:
    """Bring the site's manifest to what is there now; the bytes of all files."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["files"] = {
        path.relative_to(folder).as_posix(): {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "size": path.stat().st_size}
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / MANIFEST
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return sum(entry["size"] for entry in manifest["files"].values())
