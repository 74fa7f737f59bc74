"""The linter and the type checker have nothing to say, with the versions that pyproject.toml pins."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


def said_by(tool, *arguments):
    if importlib.util.find_spec(tool) is None:
        pytest.skip(f"{tool} is not installed here: ./test.sh, or pip install -e '.[lint]', brings it")
    command = [sys.executable, "-m", tool, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_linter_has_nothing_to_say():
    status, said = said_by("ruff", "check", "--no-cache", ".")
    assert status == 0, said


def test_the_type_checker_has_nothing_to_say(tmp_path):
    status, said = said_by("mypy", "--cache-dir", str(tmp_path))
    assert status == 0, said


@pytest.mark.parametrize(
    "code, tool",
    [("import os\n", "ruff check --no-cache"), ("def f() -> int:\n    return 'no'\n", "mypy --cache-dir=/dev/null")],
)
def test_both_would_speak_up(tmp_path, code, tool):
    (tmp_path / "wrong.py").write_text(code)
    name, *options = tool.split()
    settings = ["--config" if name == "ruff" else "--config-file", str(ROOT / "pyproject.toml")]
    status, said = said_by(name, *options, *settings, str(tmp_path / "wrong.py"))
    assert status == 1 and "wrong.py" in said


def test_what_lints_before_a_commit_is_what_the_tests_lint_with():
    assert set(EXTRAS["lint"]) <= set(EXTRAS["test"])
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    assert set(re.findall(r"\b(?:ruff|mypy)==[\d.]+", hooks)) == set(EXTRAS["lint"])
