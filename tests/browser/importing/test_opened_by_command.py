"""``vizzy open``: the page comes with the data in it, and what was decided goes back to disk."""

import json
import signal
import sys
from contextlib import contextmanager

from ctrl_c import started
from own_data import open_and_train, rows_of, small_table
from visits import ROOT, Visit

ANOTHER_LABEL = "2"  # the key of the second class


@contextmanager
def opened(*arguments):
    """Run ``vizzy open``; gives its address, and ends it as Ctrl+C does."""
    command = [sys.executable, "-m", "vizzy", "open", "--json", "--no-browser", *map(str, arguments)]
    server = started(command, cwd=ROOT)
    try:
        yield json.loads(server.stdout.readline())["address"]
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(10) == 0
        server.stdout.close()


def test_a_table_is_opened_in_the_page_and_a_decision_comes_back_to_disk(browser, tmp_path):
    table = tmp_path / "pets.csv"
    table.write_text(small_table())
    with opened(table) as address:
        visit = Visit(browser.new_page(), address)
        page = visit.page
        page.goto(address)
        page.wait_for_selector("#import-open:not([disabled])")
        assert "pets: 40 rows, 2 classes" in page.text_content("#import-understood")
        open_and_train(visit)
        start_review_of_all(visit)
        example = page.text_content("#review-id").partition(",")[0]
        with page.expect_response(address + "decisions"):
            page.keyboard.press(ANOTHER_LABEL)

        page.reload()
        visit.wait("trained")
        page.click("#export-button")
        page.click("#export-write")
        page.wait_for_function("document.getElementById('export-status').textContent.startsWith('Written to')")
        assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0
        assert not visit.complaints and not visit.foreign_requests()
        page.context.close()
    decided = [row for row in rows_of((tmp_path / "pets-corrected.csv").read_text()) if row["decision"] != "undecided"]
    assert [(row["id"], row["decision"], row["corrected_label"]) for row in decided] == [(example, "another label", "odd")]
    assert table.read_text() == small_table()


def start_review_of_all(visit):
    visit.page.click("#review-button")
    visit.page.select_option("#queue-kind", "all")
    visit.page.wait_for_selector("#queue-list .queue-row")
