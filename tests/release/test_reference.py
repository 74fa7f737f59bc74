"""The pages of the library's reference: all that its users call is in them, and they are the same every time."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.thorough  # the pages are made anew, which takes a quarter of a minute


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The text of each page by its name, made by the tool."""
    folder = tmp_path_factory.mktemp("reference")
    command = [sys.executable, str(ROOT / "tools" / "reference.py"), "--into", str(folder)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    assert "Warn" not in made.stderr, made.stderr
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.*")}


def test_what_the_package_offers_stands_on_its_first_page_with_its_sections(pages):
    first = pages["vizzy.html"]
    for name in ("find_label_issues", "LabelIssues", "LabelIssues.fit", "review"):
        assert f'id="{name}"' in first, name
    told = first.partition('id="find_label_issues"')[2].partition("</section>")[0]
    assert [section for section in ("Parameters", "Returns", "Raises", "References") if f">{section}<" not in told] == []
    assert "<strong>pred_probs</strong> (array-like of float, shape (n, K), in [0, 1])" in told


def test_every_module_of_the_library_has_a_page_and_nothing_of_the_page_has(pages):
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "vizzy").rglob("*.py")
    }
    outside = {name for name in modules if name.split(".")[1:2] in (["page"], ["worker"], ["__main__"])}
    documented = {name.removesuffix(".html").replace("/", ".") for name in pages if name.startswith("vizzy")}
    assert documented <= modules - outside
    assert documented >= {"vizzy.confident", "vizzy.ranking", "vizzy.features.texts", "vizzy.labs.models", "vizzy.native.label_issues"}


def test_the_pages_ask_nothing_of_elsewhere_and_tell_nothing_of_this_machine(pages):
    for name, text in pages.items():
        assert str(ROOT) not in text and str(Path.home()) not in text, name
        assert re.findall(r'(?:src|url\()=?["\']?(?:https?:)?//', text) == [], name
