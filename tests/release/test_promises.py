"""docs/trust.md promises nothing without a test that is there, and the workflows do no more than they may."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRUST = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
PROMISES = [line for line in TRUST.splitlines() if re.match(r"\| (?!promise|-)", line)]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_there_are_promises():
    assert len(PROMISES) >= 15


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_names_a_test_that_is_there(promise):
    file, name = re.search(r"\| `(tests/[\w/]+\.py)::(test_\w+)` \|$", promise).groups()
    assert re.search(rf"^ *def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_but_for_the_job_that_publishes(path):
    text = path.read_text(encoding="utf-8")
    assert re.search(r"^permissions:\n  contents: read\n\n", text, re.MULTILINE)
    granted = re.findall(r"^ +([\w-]+): write$", text, re.MULTILINE)
    assert granted == (["pages", "id-token"] if path.name == "pages.yml" else [])
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")
    assert "pull_request_target" not in text


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_uses_official_actions_of_a_named_version(path):
    used = re.findall(r"uses: (\S+)", path.read_text(encoding="utf-8"))
    assert used and all(re.fullmatch(r"actions/[\w-]+@v\d+", action) for action in used)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_workflow_puts_what_others_write_into_a_command(path):
    for script in re.findall(r"run: (\|\n(?:          .*\n)+|.*)", path.read_text(encoding="utf-8")):
        assert "${{" not in script


def test_what_is_published_was_built_tested_and_verified():
    text = (ROOT / ".github" / "workflows" / "pages.yml").read_text(encoding="utf-8")
    steps = ["./serve.sh --prepare", "./test.sh", "tools/site.py\n", "tools/site.py --verify\n", "path: dist"]
    places = [text.index(step) for step in steps]
    assert places == sorted(places)
    assert "needs: build" in text


def test_the_version_has_an_entry_among_the_changes():
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)[1]
    assert f"\n## {version}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
