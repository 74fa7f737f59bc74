"""Where the page's files are: packed into the wheel, or in the checkout that this package is imported from."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

from vizzy.reading.errors import ReadingError

HERE = Path(__file__).resolve().parent
PACKED = HERE / "page.zip"  # setup.py makes it
CHECKOUT = HERE.parents[1]
INDEX = "index.html"
# What a browser may ask a checkout for; the published site is computed from the imports, by tools/site.py.
SERVED = (INDEX, "404.html", "main.py", "sw.js", "LICENSE", "CREDITS.md", "vizzy", "static", "runtime")


class PackedPage:
    """The page in a zip. What can be read is what the zip lists, so no name leads out of it."""

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path)
        self._names = set(self._archive.namelist())
        self._lock = threading.Lock()

    def read(self, name: str) -> bytes | None:
        """The bytes of a file of the page; None where there is none of that name."""
        if name not in self._names:
            return None
        with self._lock:
            return self._archive.read(name)

    def write_to(self, folder: Path) -> None:
        """Write the whole page into an empty folder."""
        self._archive.extractall(folder)


class CheckoutPage:
    """The page as the repository has it, with the runtime that ``./serve.sh --prepare`` made."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, name: str) -> bytes | None:
        """The bytes of a file of the page; None where there is none of that name."""
        parts = name.split("/")
        if parts[0] not in SERVED or any(part.startswith(".") or "\\" in part or ":" in part for part in parts):
            return None
        path = (self._root / name).resolve()
        return path.read_bytes() if path.is_relative_to(self._root) and path.is_file() else None

    def write_to(self, folder: Path) -> None:
        """Write the whole page into an empty folder, as it is published.

        Raises
        ------
        ReadingError
            Where the tool that makes the site fails.
        """
        command = [sys.executable, str(self._root / "tools" / "site.py"), "--into", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ReadingError(f"The page could not be made: {done.stderr.strip()}")


@functools.cache
def page() -> PackedPage | CheckoutPage:
    """The page's files; of a checkout as its sources are now.

    Returns
    -------
    PackedPage or CheckoutPage

    Raises
    ------
    ReadingError
        Where this installation has no page, or a checkout no runtime.
    """
    if PACKED.is_file():
        return PackedPage(PACKED)
    if not (CHECKOUT / INDEX).is_file():
        raise ReadingError("This installation of Vizzy has no page: install the wheel, or use a checkout of the repository.")
    if not (CHECKOUT / "runtime" / "manifest.json").is_file():
        raise ReadingError("This checkout has no browser runtime yet: run ./serve.sh --prepare first.")
    bundled = subprocess.run([sys.executable, str(CHECKOUT / "tools" / "page_bundle.py")], capture_output=True, text=True, check=False)
    if bundled.returncode:
        raise ReadingError(f"The page's modules could not be compiled: {bundled.stderr.strip()}")
    return CheckoutPage(CHECKOUT)


def with_metas(index: str, **metas: str) -> str:
    """The text of index.html with ``<meta name="vizzy-NAME" content="VALUE">`` added; values are addresses."""
    added = "".join(f"  <meta name=\"vizzy-{name}\" content={json.dumps(value)}>\n" for name, value in metas.items())
    return index.replace("</head>", added + "</head>", 1)
