"""Photographs in folders, reviews with stars, measured flowers: dropped on the page, and nothing is chosen until the suspects are listed.

In each some labels are planted that are wrong. Among the first tenth of the page's list stand at least as many of them as among
the first tenth of cleanlab's, of the same features and the same classifier.
"""

import io

import numpy as np
import pytest
from firefox import EXECUTABLE, firefox
from own_data import exported, exported_bytes, rows_of, start_review, zip_of
from raw_tables import found_by_cleanlab, iris_with_ten_wrong, read, reviews, table_of

from vizzy.features.raw import embedded

TABLES = {"reviews.csv": reviews, "iris.csv": iris_with_ten_wrong}


@pytest.fixture
def tables(tmp_path):
    """The two tables as files: {name: (path, columns, rows with a wrong label)}."""
    made = {}
    for name, make in TABLES.items():
        columns, wrong_idx = make()
        (tmp_path / name).write_bytes(table_of(columns).content)
        made[name] = tmp_path / name, columns, wrong_idx
    return made


def drop(visit, path):
    """Drop a file or a folder on the middle of the page, as a file manager does."""
    session = visit.page.context.new_cdp_session(visit.page)
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 640, "y": 360, "data": data})
    session.detach()
    visit.page.wait_for_selector("#import-preview:not([hidden]), #import-problem:not([hidden])")


# However much the preview says, Open is there without scrolling; and the least room of a cell is a whole row.
STANDS_IN_VIEW = "(({ top, bottom }) => top > 0 && bottom <= innerHeight)(document.getElementById('import-open').getBoundingClientRect())"
CUT = """[...document.querySelectorAll("#matrix [data-cell]")].filter(cell => {
    const [row, thumb] = [cell.querySelector(".thumbs"), cell.querySelector(".thumb")];
    return thumb && row.clientHeight < thumb.offsetHeight - 1;
}).map(cell => cell.dataset.cell)"""


def reach_suspects(visit, path):
    """Drop it, open it, train, review: the rows of the corrected table."""
    drop(visit, path)
    assert visit.page.evaluate(STANDS_IN_VIEW)
    visit.page.click("#import-open:not([disabled])")
    visit.page.wait_for_selector("#import", state="hidden")
    visit.train()
    assert visit.page.evaluate(CUT) == []
    start_review(visit)
    rows = rows_of(exported(visit.page, "table")[1])
    visit.page.click("#review-back")
    return rows


def first_tenth(rows):
    """The places of the most suspect tenth."""
    qualities = [float(row["label_quality"]) for row in rows]
    return set(np.argsort(qualities, kind="stable")[: len(rows) // 10].tolist())


def test_reviews_with_stars_and_iris_are_dropped_and_their_wrong_labels_found(visit, tables):
    visit.open()
    for name, (path, columns, wrong_idx) in tables.items():
        rows = reach_suspects(visit, path)
        opened = embedded(read(columns).make())
        by_cleanlab = found_by_cleanlab(opened.dataset.embeddings, opened.dataset.given_label, wrong_idx)
        found = len(first_tenth(rows) & set(wrong_idx))
        assert found >= by_cleanlab and found >= 0.8 * len(wrong_idx), (name, found, by_cleanlab)


@pytest.mark.thorough  # daily: test_images.py, with the same folder
def test_a_folder_of_photographs_is_dropped_and_those_in_the_wrong_folder_are_found(visit, photos):
    folder, wrong = photos
    visit.open()
    rows = [row for row in reach_suspects(visit, folder) if row["label_quality"]]
    visit.page.click("#review-button")
    embeddings = np.load(io.BytesIO(exported_bytes(visit.page, "embeddings")[1]))
    embeddings = embeddings[~np.isnan(embeddings).any(axis=1)]
    given_label = np.unique([row["given_label"] for row in rows], return_inverse=True)[1]
    wrong_idx = [place for place, row in enumerate(rows) if row["file"] in wrong]
    found = len(first_tenth(rows) & set(wrong_idx))
    assert len(wrong_idx) == 3 and found >= found_by_cleanlab(embeddings, given_label, wrong_idx) and found >= 2


LISTED = "[...document.querySelectorAll('#queue-list .queue-row input')].map(tick => tick.getAttribute('aria-label'))"


@pytest.mark.thorough
@pytest.mark.skipif(EXECUTABLE is None, reason="no Firefox here")
def test_in_firefox_all_three_reach_the_list_of_suspects(site, tmp_path, tables, photos):
    brought = {name: path for name, (path, _, _) in tables.items()} | {"photos": zip_of(photos[0])}
    (tmp_path / "profile").mkdir()
    with firefox(tmp_path / "profile") as tab:
        tab.open(site)
        tab.wait_for("document.documentElement.dataset.vizzy === 'ready'")
        for name, path in brought.items():
            tab.click("#import-button")
            tab.wait_for("document.getElementById('import')?.open")
            tab.choose_files("#import-files", path)
            tab.wait_for("!document.getElementById('import-preview').hidden")
            tab.open_train_and_review()
            tab.wait_for("document.querySelectorAll('#queue-list .queue-row').length")
            if name in tables:
                _, columns, wrong_idx = tables[name]
                ids = read(columns).make().dataset.ids
                first = set(tab.evaluate(LISTED)[: len(ids) // 10])
                assert len(first & {f"Select {ids[row]}" for row in wrong_idx}) >= 0.8 * len(wrong_idx), name
            tab.click("#review-back")
        assert tab.complaints() == []
