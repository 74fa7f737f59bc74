"""axe-core, asked about a page."""

from pathlib import Path

import axe_playwright_python

AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe*.js")).read_text(encoding="utf-8")


def violations(page):
    """What axe-core complains about: rule and elements."""
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [(rule["id"], [node["html"][:160] for node in rule["nodes"][:3]]) for rule in found]
