"""docs/trust.md promises nothing without a test that is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRUST = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
PROMISES = [line for line in TRUST.splitlines() if re.match(r"\| (?!promise|-)", line)]


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_names_a_test_that_is_there(promise):
    file, name = re.search(r"\| `(tests/[\w/]+\.py)::(test_\w+)` \|$", promise).groups()
    assert re.search(rf"^ *def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
