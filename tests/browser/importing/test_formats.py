"""Files in the formats that take a library: it is fetched from this site, when such a file comes and not before."""

import bz2
import csv
import gzip
import io
import json
import lzma
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from brought_files import open_document, rewritten, workbook
from playwright.sync_api import expect
from own_data import as_file, bring, open_and_train, small_table, with_dialog
from visits import visiting

arro3_core = pytest.importorskip("arro3.core")
arro3_io = pytest.importorskip("arro3.io")

CASES = Path(__file__).parents[2] / "cases"
COLUMNAR_WHEELS = ["arro3_core.whl", "arro3_io.whl"]


@pytest.fixture(scope="module")
def opened(browser, site):
    """A visit shared by the tests of this module; a library is fetched by the first that needs it."""
    with visiting(browser, site) as one:
        yield one.open()


@pytest.fixture
def own(opened):
    """The shared visit with the dialog open, which has asked for nothing yet."""
    with_dialog(opened).requests.clear()
    yield opened
    assert opened.foreign_requests() == [] and opened.complaints == []


def columnar(write):
    rows = list(csv.DictReader(io.StringIO(small_table())))
    columns = {
        name: arro3_core.Array(
            [float(row[name]) if name.startswith("emb") else row[name] for row in rows],
            type=arro3_core.DataType.float64() if name.startswith("emb") else arro3_core.DataType.utf8(),
        )
        for name in rows[0]
    }
    out = io.BytesIO()
    write(arro3_core.Table.from_arrays(list(columns.values()), names=list(columns)), out)
    return out.getvalue()


def fetched(visit):
    """The names of the libraries that were asked for."""
    return sorted(address.rpartition("/")[2] for address in visit.requests if "/wheels/" in address)


def test_a_parquet_file_is_read_trained_on_and_taken_home_in_its_format(own):
    content = columnar(arro3_io.write_parquet)
    assert fetched(own) == []
    bring(own, as_file("data.parquet", content))
    assert own.page.inner_text("#import-understood") == "data: 40 rows, 2 classes, embeddings of 2 dimensions."
    assert fetched(own) == COLUMNAR_WHEELS
    open_and_train(own)
    own.page.click("#review-button")
    own.page.click("#export-button")
    with own.page.expect_download() as waiting:
        own.page.click('[data-export="table"]')
    assert waiting.value.suggested_filename == "data-corrected.parquet"
    table = arro3_io.read_parquet(io.BytesIO(waiting.value.path().read_bytes())).read_all()
    assert table.num_rows == 40
    assert table.column_names[:4] == ["id", "label", "emb_0", "emb_1"]
    assert {type(cell) for cell in table.column("label_quality").to_pylist()} == {float}


def test_a_columnar_file_that_is_cut_off_gets_a_sentence_and_the_next_is_read(own):
    content = columnar(arro3_io.write_parquet)
    bring(own, as_file("cut.parquet", content[:-30]))
    assert "cut.parquet cannot be read" in own.page.inner_text("#import-problem")
    own.page.set_input_files("#import-files", [as_file("whole.parquet", content)])
    own.page.wait_for_selector("#import-preview:not([hidden])")
    assert "whole: 40 rows" in own.page.inner_text("#import-understood")


def test_a_feather_file_gets_a_sentence_that_says_what_to_do(own):
    bring(own, as_file("data.feather", columnar(arro3_io.write_ipc)))
    problem = own.page.inner_text("#import-problem")
    assert problem.startswith("data.feather is a Feather file, which is read by pyarrow alone")
    assert "save the table as CSV or as Parquet" in problem


def test_of_a_workbook_the_sheet_with_labels_is_read_and_another_can_be_chosen(own):
    rows = list(csv.reader(io.StringIO(small_table())))
    book = workbook({"About": [["what", "why"], ["a", "b"]], "Data": rows, "More": rows[:21]})
    assert fetched(own) == []
    bring(own, as_file("book.xlsx", book))
    page = own.page
    assert page.inner_text("#import-understood") == "book: 40 rows, 2 classes, embeddings of 2 dimensions."
    assert fetched(own) == ["python_calamine.whl"]
    assert page.eval_on_selector_all("#import-sheet option", "all => all.map(one => one.value)") == ["About", "Data", "More"]
    page.select_option("#import-sheet select", "More")
    page.wait_for_function("document.getElementById('import-understood').textContent.includes('20 rows')")


def test_a_database_and_a_web_page_are_read_with_modules_that_only_they_need_and_no_library(own, tmp_path):
    rows = list(csv.reader(io.StringIO(small_table())))
    with sqlite3.connect(tmp_path / "data.db") as connection:
        connection.execute(f"CREATE TABLE measured ({', '.join(rows[0])})")
        connection.executemany(f"INSERT INTO measured VALUES ({', '.join('?' * len(rows[0]))})", rows[1:])
    connection.close()
    page = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    for name, content in {"data.db": (tmp_path / "data.db").read_bytes(), "data.html": f"<html><table>{page}</table></html>".encode()}.items():
        bring(own, as_file(name, content))
        assert "40 rows, 2 classes, embeddings of 2 dimensions" in own.page.inner_text("#import-understood"), name
        with_dialog(own)
    assert fetched(own) == []


def test_files_of_stata_matlab_and_zstandard_and_zips_within_zips_need_no_library(own):
    pandas, scipy_io, pyarrow = map(pytest.importorskip, ("pandas", "scipy.io", "pyarrow"))
    table = pandas.read_csv(io.StringIO(small_table()))
    stata, matlab, inner = io.BytesIO(), io.BytesIO(), io.BytesIO()
    table.to_stata(stata, version=118, write_index=False)
    scipy_io.savemat(matlab, {"X": table[["emb_0", "emb_1"]].to_numpy(), "labels": table["label"].to_numpy(object)}, do_compression=True)
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("table.csv", small_table())
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    zstandard = pyarrow.compress(small_table().encode(), codec="zstd", asbytes=True)
    files = {"data.dta": stata.getvalue(), "data.mat": matlab.getvalue(), "data.csv.zst": zstandard, "outer.zip": outer.getvalue()}
    for name, content in files.items():
        bring(own, as_file(name, content))
        assert "40 rows, 2 classes, embeddings of 2 dimensions" in own.page.inner_text("#import-understood"), name
        with_dialog(own)
    assert fetched(own) == []


def test_a_compressed_table_needs_no_library(own):
    bring(own, as_file("data.csv.xz", lzma.compress(small_table().encode())))
    assert "40 rows, 2 classes" in own.page.inner_text("#import-understood")
    assert fetched(own) == []


def test_the_other_formats_of_text_and_open_documents_are_read_too(own):
    rows = list(csv.DictReader(io.StringIO(small_table())))
    arff = "@relation r\n@attribute emb_0 numeric\n@attribute emb_1 numeric\n@attribute label {a,b}\n@data\n"
    arff += "".join(f"{row['emb_0']},{row['emb_1']},{row['label']}\n" for row in rows)
    libsvm = "".join(f"{row['label']} 1:{row['emb_0']} 2:{row['emb_1']}\n" for row in rows)
    files = {
        "data.csv.gz": gzip.compress(small_table().encode()),
        "data.csv.bz2": bz2.compress(small_table().encode()),
        "data.arff": arff.encode(),
        "data.libsvm": libsvm.encode(),
        "data.json": json.dumps(rows).encode(),
        "data.ods": open_document(list(csv.reader(io.StringIO(small_table())))),
    }
    for name, content in files.items():
        bring(own, as_file(name, content))
        assert "40 rows, 2 classes, embeddings of 2 dimensions" in own.page.inner_text("#import-understood"), name
        with_dialog(own)


@pytest.mark.parametrize(
    ("encoding", "labels"),
    [("cp1250", "zły;świetny"), ("cp1251", "плохо;хорошо"), ("gb18030", "差评;好评"), ("cp932", "はい;いいえ"), ("cp949", "긍정;부정"), ("mac_roman", "höher;süß")],
)
def test_a_table_in_an_old_encoding_is_read_with_the_codecs_that_the_page_has(own, encoding, labels):
    one, other = labels.split(";")
    lines = [f"{number} {word * 3} {word};{word}" for number in range(12) for word in (one, other)]
    bring(own, as_file("data.csv", "\r\n".join(["text;label", *lines, ""]).encode(encoding)))
    assert own.page.inner_text("#import-understood") == "data: 24 rows, 2 classes, texts to make features of."
    assert set(own.page.inner_text("#import-classes").split("\n")) == {f"{one}: 12", f"{other}: 12"}
    with_dialog(own)


def test_a_tar_archive_and_annotations_in_xml_are_read_with_modules_that_only_they_need(own):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        entry = tarfile.TarInfo("data/table.csv")
        entry.size = len(small_table())
        archive.addfile(entry, io.BytesIO(small_table().encode()))
    bring(own, as_file("data.tar.gz", out.getvalue()))
    assert "40 rows, 2 classes, embeddings of 2 dimensions" in own.page.inner_text("#import-understood")
    with_dialog(own)
    parts = "".join(f'<image id="{number}" name="{number}.jpg"><tag label="{"even" if number % 2 else "odd"}"></tag></image>' for number in range(20))
    probs = io.BytesIO()
    np.save(probs, np.tile([[0.1, 0.9], [0.9, 0.1]], (10, 1)))
    bring(own, as_file("annotations.xml", f"<annotations>{parts}</annotations>".encode()), as_file("pred_probs.npy", probs.getvalue()))
    assert own.page.inner_text("#import-understood") == "annotations: 20 rows, 2 classes, predicted probabilities."
    with_dialog(own)


def test_a_workbook_of_excel_97_is_read_trained_on_and_names_its_sheet(own):
    bring(own, as_file("old.xls", (CASES / "small_table.xls").read_bytes()))
    page = own.page
    assert page.inner_text("#import-understood") == "old: 40 rows, 2 classes, embeddings of 2 dimensions."
    assert page.inner_text("#import-classes").split("\n") == ["even: 20", "odd: 20"]
    assert "'Data' was read" in page.inner_text("#import-notes")
    open_and_train(own)


def test_a_stray_cell_at_a_sheets_corner_gets_a_sentence_and_the_worker_lives(own):
    stray = b'<row><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    book = workbook({"Data": list(csv.reader(io.StringIO(small_table())))})
    bring(own, as_file("far.xlsx", rewritten(book, lambda _name, content: content.replace(b"</sheetData>", stray))))
    assert "whose cells reach to row 1,048,576 and column 16,384" in own.page.inner_text("#import-problem")
    own.page.set_input_files("#import-files", [as_file("near.xlsx", book)])
    own.page.wait_for_selector("#import-preview:not([hidden])")
    assert "near: 40 rows" in own.page.inner_text("#import-understood")


def test_whether_na_is_a_class_and_in_which_order_the_probabilities_are_can_be_chosen(own):
    given = ["NA" if row == 7 else "abc"[row % 3] for row in range(60)]
    probs = np.full((60, 4), 0.02)
    probs[np.arange(60), [("c", "NA", "a", "b").index(label) for label in given]] = 0.94
    names = ",".join(("p_c", "p_NA", "p_a", "p_b"))
    table = f"label,{names}\n" + "".join(f"{label},{','.join(map(str, row))}\n" for label, row in zip(given, probs, strict=True))
    bring(own, as_file("named.csv", table))
    page = own.page
    assert page.inner_text("#import-doubtful").strip().startswith("“NA” is a class (1 row)")
    assert page.is_checked("#import-doubtful input")
    page.uncheck("#import-doubtful input")
    page.wait_for_function("document.getElementById('import-notes').textContent.includes('NA')")
    page.wait_for_selector("#import-doubtful input:not(:checked)")
    with_dialog(own)
    labels = [label if label != "NA" else "a" for label in given]
    order = np.full((60, 3), 0.03)
    order[np.arange(60), ["cab".index(label) for label in labels]] = 0.94
    content = io.BytesIO()
    np.save(content, order)
    bring(own, as_file("labels.csv", "label\n" + "\n".join(labels) + "\n"), as_file("pred_probs.npy", content.getvalue()))
    assert page.inner_text("#import-order") == "Take the columns of probabilities in the order that fits: c, a, b"
    page.click("#import-order")
    page.wait_for_function("document.getElementById('import-order').textContent.endsWith('assumed')")
    assert "agree with only" not in page.inner_text("#import-notes")


def test_classes_are_moved_to_the_places_of_their_columns_by_keyboard_and_the_agreement_follows(own):
    labels = ["abc"[row % 3] for row in range(60)]
    order = np.full((60, 3), 0.03)
    order[np.arange(60), ["cab".index(label) for label in labels]] = 0.94
    order[:30] = 1 / 3
    order[:30, 0] += 0.01
    order[:30] /= order[:30].sum(axis=1, keepdims=True)
    content = io.BytesIO()
    np.save(content, order)
    bring(own, as_file("labels.csv", "label\n" + "\n".join(labels) + "\n"), as_file("pred_probs.npy", content.getvalue()))
    page = own.page
    agreement = page.locator("#import-agreement")
    names = page.locator("#import-by-hand-list span")
    assert agreement.inner_text() == "In this order the predictions agree with 17 % of the labels."
    for column in (2, 1):
        button = page.get_by_role("button", name="Move “c” up")
        button.focus()
        page.keyboard.press("Enter")
        expect(agreement).to_contain_text(f"Column {column} now belongs to “c”.")
        expect(button).to_be_focused()
        assert names.all_inner_texts()[column - 1] == "c"
    expect(agreement).to_contain_text("agree with 67 % of the labels")
    expect(button).to_be_focused()
    assert names.all_inner_texts() == ["c", "a", "b"]
    assert button.get_attribute("aria-disabled") == "true"
    page.get_by_role("button", name="Move “b” up").click()
    page.get_by_role("button", name="Move “b” down").click()  # the steps are read when it opens, whatever was known before
    page.click("#import-open:not([disabled])")
    page.wait_for_selector("#import", state="hidden")
    own.wait("trained")
    assert page.locator("[data-given]").evaluate_all("nodes => [...new Set(nodes.map(node => node.dataset.given))]") == ["c", "a", "b"]


def test_whether_the_first_line_names_the_columns_can_be_chosen(own):
    bring(own, as_file("data.csv", small_table()))
    page = own.page
    assert page.is_checked("#import-header input")
    page.uncheck("#import-header input")
    page.wait_for_selector('#import-columns [data-name="column_1"]')
    page.check("#import-header input")
    page.wait_for_selector('#import-columns [data-name="emb_0"]')
    assert "40 rows" in page.inner_text("#import-understood")


def test_a_library_that_cannot_be_loaded_is_named_and_the_files_can_be_brought_again(visit):
    page = with_dialog(visit.open()).page
    page.context.route("**/wheels/*", lambda route: route.fulfill(status=404, body=""))
    bring(visit, as_file("data.parquet", columnar(arro3_io.write_parquet)))
    assert "arro3_core.whl, which reads such files, could not be loaded (status 404)" in page.inner_text("#import-problem")
    page.context.unroute("**/wheels/*")
    page.set_input_files("#import-files", [as_file("data.parquet", columnar(arro3_io.write_parquet))])
    page.wait_for_selector("#import-preview:not([hidden])")
    assert "40 rows" in page.inner_text("#import-understood")
    visit.complaints.clear()  # the browser itself says that a file was not there
