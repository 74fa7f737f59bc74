"""axe-core, asked about a page."""

from pathlib import Path

import axe_playwright_python
import pytest

DESKTOP = {"viewport": {"width": 1280, "height": 720}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
# One pair is looked at every time, all four with --all.
THEMES_AND_SIZES = pytest.mark.parametrize(
    ("theme", "size"),
    [
        pytest.param("light", DESKTOP, id="light-desktop", marks=pytest.mark.thorough),
        pytest.param("dark", PHONE, id="dark-phone"),
        pytest.param("light", PHONE, id="light-phone", marks=pytest.mark.thorough),
        pytest.param("dark", DESKTOP, id="dark-desktop", marks=pytest.mark.thorough),
    ],
)
AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe*.js")).read_text(encoding="utf-8")


# Without what it found to be right, which it takes most of its time to describe.
RUN = "async selector => (await axe.run(selector ?? document, {resultTypes: ['violations']})).violations"


# Small thumbnails in a full cell have larger equivalents in the cell's dialog, which is what WCAG 2.5.8 asks for then. Of
# long lists the first rows are looked at: the others are the same, and hundreds of them take seconds.
SMALL_TARGETS = """async () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(".sheet > :nth-child(n + 12), .group .thumbs > :nth-child(n + 30) { display: none }");
    document.adoptedStyleSheets.push(sheet);
    const {violations} = await axe.run({exclude: ["#matrix .thumbs"]}, {
        resultTypes: ["violations"], runOnly: ["target-size"], rules: {"target-size": {enabled: true}},
    });
    document.adoptedStyleSheets.pop();
    return violations.flatMap(rule => rule.nodes.map(node => node.html.slice(0, 160)));
}"""


def small_targets(page):
    """What is too small to hit with a finger, or too close to another target: axe's rule on target sizes."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return page.evaluate(SMALL_TARGETS)


def violations(page, within=None):
    """What axe-core complains about, rule and elements: on the page, or within what a selector finds there.

    A part is enough where the rest was looked at before: a whole trained page takes axe seconds.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(RUN, within)
    return [(rule["id"], [node["html"][:160] for node in rule["nodes"][:3]]) for rule in found]
