"""What index.html has fetched ahead is what the page asks for: one too few comes late, one too many comes for nothing."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Links(HTMLParser):
    """The addresses of a page's links by their relation."""

    def __init__(self, html):
        super().__init__()
        self.found = {}
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag == "link":
            attributes = dict(attributes)
            self.found.setdefault(attributes["rel"], []).append(attributes)


LINKS = Links((ROOT / "index.html").read_text(encoding="utf-8")).found


def test_every_module_of_the_page_is_on_its_way_early():
    page = json.loads((ROOT / "vizzy/page.json").read_text(encoding="utf-8"))
    modules = [address.removeprefix("./") for address in page["files"].values()]
    others = ["vizzy/page.json", "vizzy/worker.json", "vizzy/worker.py", "main.py", "runtime/micropython/micropython.wasm"]
    assert sorted(link["href"] for link in LINKS["preload"]) == sorted(modules + others)


def test_they_are_asked_for_as_pyscript_asks_so_that_its_request_finds_them():
    assert {(link["as"], "crossorigin" in link) for link in LINKS["preload"]} == {("fetch", True)}


def test_each_of_pyscripts_own_is_there():
    """Their names carry a fingerprint, which another version of PyScript changes."""
    ahead = [link["href"] for link in LINKS["modulepreload"]]
    assert [href for href in ahead if not (ROOT / href).is_file()] == []
    core = (ROOT / "runtime/pyscript/core.js").read_text(encoding="utf-8")
    assert "runtime/pyscript/" + re.search(r'from"\./(core-\w+\.js)"', core)[1] in ahead
