"""The main states of a visit, and how to get there: for the visual test and for the pictures in docs/."""

DESKTOP = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}


def loading(visit):
    """Python is still on its way; the dataset is there."""
    visit.page.route("**/runtime/pyodide/**", lambda route: None)  # never answered: it stays like this
    visit.open()
    visit.page.wait_for_function("document.querySelectorAll('#dataset-list img').length >= 48")


def untrained(visit):
    """Ready to train."""
    visit.open()
    visit.page.wait_for_function("performance.getEntriesByName('vizzy:trainer-ready').length > 0")
    visit.page.wait_for_function("document.querySelectorAll('#predictions-list .thumb').length >= 48")
    visit.page.wait_for_function("document.getElementById('status').textContent.startsWith('Ready')")


def trained(visit):
    """The results of the shipped data."""
    visit.open().train()
    visit.page.mouse.move(640, 5)
    visit.page.wait_for_timeout(600)


def active(visit):
    """A label error in the inspector."""
    trained(visit)
    visit.page.hover("#label-issues .thumb >> nth=0")
    visit.page.wait_for_selector("#inspector-probabilities:not([hidden])")
    visit.page.wait_for_timeout(400)


def tour(visit):
    """A step of the tour."""
    trained(visit)
    visit.page.click("#guide")
    visit.page.get_by_text("Look around").click()
    visit.page.wait_for_selector(".driver-popover")
    for _ in range(3):
        visit.page.click(".driver-popover-next-btn")
    visit.page.wait_for_timeout(600)


def labs(visit):
    """The threshold lab beside the matrix."""
    trained(visit)
    visit.page.click('.to-labs [data-lab="percentiles"]')
    visit.page.wait_for_selector(".chart .band")
    visit.page.mouse.move(640, 5)
    visit.page.wait_for_timeout(600)


def phone(visit):
    """The third panel of four on a phone."""
    trained(visit)
    visit.page.click('[data-goto="matrix"]')
    visit.page.wait_for_timeout(1200)


def preview(visit):
    """What was understood of somebody's files."""
    untrained(visit)
    visit.page.click("#import-button")
    visit.page.click('[data-sample^="messages.csv"]')
    visit.page.wait_for_selector("#import-preview:not([hidden])")


def review(visit):
    """The review of the sample, three decided on."""
    preview(visit)
    visit.page.click("#import-open")
    visit.page.wait_for_selector("#import", state="hidden")
    visit.train()
    visit.page.click("#review-button")
    visit.page.wait_for_selector("#queue-list .queue-row")
    for key in "akn":
        visit.page.keyboard.press(key)
    visit.page.wait_for_function("document.getElementById('reviewed').textContent.startsWith('3 of')")
    visit.page.wait_for_timeout(500)


def first_of_sample(name, reasons=3):
    """How to get to the most suspect example of a sample of raw data, and why it is suspect: so many reasons."""

    def reach(visit):
        visit.open()
        visit.page.click("#import-button")
        visit.page.click(f'[data-sample="{name}"]')
        visit.page.click("#import-open:not([disabled])")
        visit.page.wait_for_selector("#import", state="hidden")
        visit.train()
        visit.page.click("#review-button")
        visit.page.wait_for_selector(f"#review-reasons li >> nth={reasons - 1}")
        visit.page.wait_for_timeout(500)

    return reach


# name -> (how to get there, options of the browser's context)
STATES = {
    "loading": (loading, {"viewport": DESKTOP, "color_scheme": "light"}),
    "untrained": (untrained, {"viewport": DESKTOP, "color_scheme": "light"}),
    "trained": (trained, {"viewport": DESKTOP, "color_scheme": "light"}),
    "active": (active, {"viewport": DESKTOP, "color_scheme": "light"}),
    "dark": (active, {"viewport": DESKTOP, "color_scheme": "dark"}),
    "tour": (tour, {"viewport": DESKTOP, "color_scheme": "light"}),
    "labs": (labs, {"viewport": DESKTOP, "color_scheme": "light"}),
    "preview": (preview, {"viewport": DESKTOP, "color_scheme": "light"}),
    "review": (review, {"viewport": DESKTOP, "color_scheme": "light"}),
    "texts": (first_of_sample("messages.csv"), {"viewport": DESKTOP, "color_scheme": "light"}),
    "images": (first_of_sample("pictures.zip", reasons=2), {"viewport": DESKTOP, "color_scheme": "light"}),
    "measurements": (first_of_sample("iris.csv"), {"viewport": DESKTOP, "color_scheme": "light"}),
    "phone": (phone, {"viewport": PHONE, "color_scheme": "light"}),
}
