"""At each size, what can be pressed is large enough for a finger (WCAG 2.5.8), and every text is large enough to be read."""

import pytest
from axe import small_targets

SIZES = [(320, 640), (390, 844), (768, 1024), (1280, 720), (1920, 1080)]
PHONE, DESKTOP = SIZES[1], SIZES[3]
LEAST_TO_PRESS = 24  # px
SMALLEST = 12  # px

# Texts that are shown, those before and after elements included, with the size of their letters where it is too small.
SMALL_TEXTS = f"""() => [...document.querySelectorAll("body *")].flatMap(node => {{
    const own = [...node.childNodes].filter(one => one.nodeType === Node.TEXT_NODE).map(one => one.data.trim()).join("");
    const looks = [[own, getComputedStyle(node)], ...["::before", "::after"].map(which => {{
        const style = getComputedStyle(node, which);
        return [style.content.replace(/^"|"$|^none$|^normal$/g, "").trim(), style];
    }})];
    return looks.filter(([text, style]) => text && parseFloat(style.fontSize) < {SMALLEST} && node.checkVisibility())
        .map(([text, style]) => [text, style.fontSize, node.className]);
}})"""


def look_at(page, sizes=SIZES):
    """What is too small at any of the sizes: lists of elements by (width, height)."""
    found = {}
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(100)  # the thumbnails' sizes follow in the next frame
        found[width, height] = small_targets(page) + page.evaluate(SMALL_TEXTS)
    return {size: elements for size, elements in found.items() if elements}


def test_what_is_too_small_would_be_found(trained):
    style = ".count { height: 8px !important; line-height: 8px !important; overflow: hidden } .hint { font-size: 11px !important }"
    trained.page.evaluate("css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets = [sheet] }", style)
    assert len(look_at(trained.page, [PHONE])[PHONE]) > 3
    trained.page.evaluate("document.adoptedStyleSheets = []")


def test_nothing_is_too_small_with_results(trained):
    trained.page.hover("#label-issues .thumb")
    assert look_at(trained.page) == {}


@pytest.mark.parametrize("n_classes", [10, pytest.param(6, marks=pytest.mark.thorough), pytest.param(40, marks=pytest.mark.thorough)])
def test_nothing_is_too_small_with_many_classes(visit, made, n_classes):
    _, path = made(f"fingers-{n_classes}", n_classes)
    visit.open(f"?dataset={path}").train()
    assert look_at(visit.page) == {}


def test_with_many_classes_a_cell_opens_wherever_no_image_is(visit, made):
    _, path = made("whole-cells", 8)
    visit.open(f"?dataset={path}").train()
    cell = visit.page.locator("#matrix td.differs:not(.none)").first
    box = cell.bounding_box()
    visit.page.mouse.click(box["x"] + box["width"] - 5, box["y"] + box["height"] - 4)
    visit.page.wait_for_selector("#cell[open]")


# Axe lets a small target pass that has room around it, and a link in a sentence. In dialogs none is small: width, height
# and what it is. A label is pressed in place of its box, and an empty place beside a checkbox belongs to it.
PRESSED = f"""selector => [...document.querySelectorAll(selector)].flatMap(node => {{
    if (!node.checkVisibility({{visibilityProperty: true}}) || node.closest(".thumbs, .visually-hidden") || node.type === "file") return [];
    const box = (node.labels?.[0] ?? node).getBoundingClientRect(), after = parseFloat(getComputedStyle(node, "::after").height) || 0;
    const height = Math.max(box.height, node.getBoundingClientRect().height, after);
    return box.width && height < {LEAST_TO_PRESS} - .5 ? [[box.width, height, node.outerHTML.slice(0, 120)]] : [];
}})"""


def too_small_in(page, place):
    """What is too small, by size of the window, to read or to press in what a selector finds."""
    pressed, found = ", ".join(f"{place} {kind}" for kind in ("button", "a[href]", "select", "summary", "input")), {}
    for width, height in (PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(100)
        assert page.locator(place).is_visible()
        found[width] = page.evaluate(PRESSED, pressed) + page.evaluate(SMALL_TEXTS)
    return {width: small for width, small in found.items() if small}


@pytest.mark.thorough  # it opens every dialog at several widths
def test_nothing_in_a_dialog_or_in_the_review_is_too_small(trained):
    page = trained.page
    for opener, place in (
        ('[data-cell="cat|cat"] .count', "#cell"),
        (".private", "#about"),
        ("[popovertarget=words]", "#words"),
        ("#learn", "#learn-dialog"),
        ("#import-button", "#import"),
        ("#review-button", "#review"),
    ):
        page.click(opener)
        page.wait_for_selector(place + ":is([open], :popover-open, [aria-busy=false])")
        assert too_small_in(page, place) == {}, place
        if place == "#import":
            page.click('[data-sample^="messages.csv"]')
            page.wait_for_selector("#import-preview:not([hidden])")
            assert too_small_in(page, "#import-preview") == {}
        page.keyboard.press("Escape")
        page.wait_for_selector(place, state="hidden")
    page.keyboard.press("?")
    assert too_small_in(page, "#shortcuts") == {}
    page.keyboard.press("Escape")
