"""Put the built page into the wheel, as vizzy/native/page.zip; all other settings are in pyproject.toml.

An editable installation has no such file: it serves the page from the checkout.
"""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
PAGE = "vizzy/native/page.zip"  # vizzy/native/page_files.py reads it
OLDEST = (1980, 1, 1, 0, 0, 0)  # the first time that a zip can hold: the same page gives the same bytes


class BuildWithPage(build_py):
    """Build the package, then make the site as it is published, and pack it."""

    def run(self):
        """Build it, without modules of an earlier build that are gone since."""
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        if not self.editable_mode:
            pack_page(Path(self.build_lib) / PAGE)

    def get_outputs(self, include_bytecode=1):
        """What is built, the page too."""
        outputs = super().get_outputs(include_bytecode)
        return outputs if self.editable_mode else [*outputs, str(Path(self.build_lib) / PAGE)]


def pack_page(into):
    """Make the site in a folder of its own, and pack it into one file."""
    if not (ROOT / "runtime" / "manifest.json").is_file():
        run("runtime.py")  # fetches what the browser runs
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        run("site.py", "--into", str(site))
        into.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(path for path in site.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(path.relative_to(site).as_posix(), OLDEST)
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def run(tool, *arguments):
    """Run one of the tools; it says itself what goes wrong."""
    done = subprocess.run([sys.executable, str(ROOT / "tools" / tool), *arguments], check=False)
    if done.returncode:
        raise SystemExit(f"The page could not be made, so there is no wheel: tools/{tool} says why, above.")


setup(cmdclass={"build_py": BuildWithPage})
