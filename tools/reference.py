"""Make the reference of the library: HTML pages of the docstrings, by pdoc.

    python tools/reference.py [--into .cache/reference]

Every module that runs outside the page is in it: what the library is used by (`vizzy`) first. The published site shows it under
reference/ (`site.py --reference`). The same sources give the same bytes.
Needs the package with its extras `docs` and `dask`: python -m pip install -e '.[docs,dask]'
"""

import argparse
import base64
import importlib
import json
import os
import pkgutil
import shutil
import sys
from pathlib import Path
from typing import Any

import pdoc
import pdoc.render

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # this project's package, were another one installed

vizzy: Any = importlib.import_module("vizzy")

# What needs a browser, and what is a program rather than a library.
NOT_THE_LIBRARY = ("page", "worker", "__main__")


def make(into: Path) -> int:
    """Make the pages anew; how many files they are.

    Parameters
    ----------
    into : Path
        The folder, whose content is replaced.
    """
    # What the package offers is imported when it is first asked for, so a reader of its namespace does not find it.
    for name in vizzy._LAZY:
        setattr(vizzy, name, getattr(vizzy, name))
    modules = [module.name for module in pkgutil.iter_modules(vizzy.__path__) if module.name not in NOT_THE_LIBRARY]
    vizzy.__all__ = [*sorted(vizzy._LAZY), *modules]
    icon = base64.b64encode((ROOT / "static" / "icon.svg").read_bytes()).decode()
    pdoc.render.configure(
        docformat="numpy", show_source=False, footer_text="Vizzy", favicon=f"data:image/svg+xml;base64,{icon}"
    )
    # The browser makes the index of the search: made here, it would depend on whether there is a Node.
    pdoc.render.precompile_index = lambda documents, compile_js: json.dumps(documents)
    shutil.rmtree(into, ignore_errors=True)
    pdoc.pdoc("vizzy", output_directory=into)
    pages = [path for path in into.rglob("*") if path.suffix in (".html", ".js")]
    for path in pages:  # constants that are paths are shown as values
        text = path.read_text(encoding="utf-8").replace(f"{ROOT}{os.sep}", "").replace(str(ROOT), ".")
        path.write_text(text, encoding="utf-8", newline="\n")
    return len(pages)


def main() -> int:
    """Read the command line and make the pages."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--into", type=Path, default=ROOT / ".cache" / "reference", metavar="DIR", help="where to make it")
    options = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":  # the order in which sets are shown
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, __file__, *sys.argv[1:]])
    print(f"{make(options.into)} files are made in {options.into}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
