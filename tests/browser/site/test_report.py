"""The report as a browser shows it: on a screen and on paper."""

from vizzy import reading
from vizzy.reviewing import Reviewing
from vizzy.session import Session

A4 = {"width": 680, "height": 1000}  # px, within its margins
TOO_WIDE = """[...document.querySelectorAll("table")].filter(one => one.getBoundingClientRect().right > innerWidth || one.scrollWidth > one.clientWidth + 1)
    .map(one => one.textContent.slice(0, 60))"""


def report(labels):
    """A report of some texts with such labels."""
    rows = "".join(f"{row},{labels[row % 3 if row % 9 else (row + 1) % 3]},{'about this and that ' * 9},{row % 3}.{row % 7},{row % 2}\n" for row in range(60))
    opened = reading.read([reading.InputFile("data.csv", f"id,label,text,emb_0,emb_1\n{rows}".encode())]).make()
    session = Session(opened.dataset)
    list(session.training_steps({}))
    _, content = Reviewing(session, opened.texts).export("report", opened, (50, 15, "percentile"), opened.review)
    return content.decode()


def test_a_printed_report_has_every_column_on_the_paper(browser):
    page = browser.new_page(viewport=A4)
    page.set_content(report(["a long label of several words", "complaints and refunds", "something else"]))
    assert page.evaluate(TOO_WIDE), "on a screen the widest table scrolls"
    page.emulate_media(media="print")
    assert page.evaluate(TOO_WIDE) == []
    page.close()
