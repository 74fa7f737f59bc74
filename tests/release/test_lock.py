"""requirements/test.lock, from which ./test.sh installs: it has what pyproject.toml pins, with the SHA-256 of each file."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements" / "test.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
# Name, version, then for which Pythons and systems, and the hashes.
ENTRIES = re.findall(r"^([\w.-]+)==(\S+)( ; [^\\\n]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n", LOCK, re.MULTILINE)


def test_what_the_project_pins_is_what_is_locked():
    locked = {f"{name}=={version}" for name, version, *_ in ENTRIES}
    assert locked >= {*EXTRAS["test"], *EXTRAS["artwork"]}


def test_what_the_package_needs_is_locked_too():
    names = {re.match(r"[\w.-]+", needed)[0] for needed in PROJECT["dependencies"]}
    assert names and {name for name, *_ in ENTRIES} >= names


def test_every_line_of_the_lock_pins_a_version_and_a_sha256():
    lines = re.sub(r"^ *#.*\n", "", LOCK, flags=re.MULTILINE).splitlines()
    assert len(lines) == sum(1 + hashes.count("--hash") for *_, hashes in ENTRIES)
    assert len(ENTRIES) > len(EXTRAS["test"])
