"""A small DOM for Node, in which the page's views are tested where a browser adds nothing: linkedom, pinned."""

import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tools"))

import runtime_fetch

LINKEDOM = runtime_fetch.Archive(
    "npm",
    "linkedom",
    "0.18.15",
    "linkedom-0.18.15.tgz",
    "8497b257d8d2960b38639345452c1f91ae191b236d075441941e900a93ca3c3a",
    234_319,
)
MODULE = "package/worker.js"  # all of it, in one module


def module_into(folder):
    """The path of the module, written into a folder."""
    archive = runtime_fetch.fetch(LINKEDOM, ROOT / ".cache" / "downloads", say=lambda _line: None)
    with tarfile.open(archive) as packed:
        content = packed.extractfile(MODULE).read()
    path = Path(folder) / "linkedom.mjs"
    path.write_bytes(content)
    return path
