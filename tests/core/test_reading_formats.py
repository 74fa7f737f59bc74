"""Files in the forms in which people have them: what is read, what is said of it, and what goes back."""

import bz2
import csv
import datetime
import decimal
import gzip
import importlib.util
import io
import json
import lzma
import random
import re
import tarfile
import zipfile
from dataclasses import replace

import pytest
from brought_files import (
    CLASSES,
    GIVEN,
    array,
    given_labels,
    json_lines,
    open_document,
    open_document_cell,
    opened,
    probabilities,
    rewritten,
    workbook,
)

from vizzy import reading
from vizzy.features.written_numbers import without_units
from vizzy.reading import InputFile, ReadingError
from vizzy.reading.limits import IN_BROWSER, NATIVE
from vizzy.reading.formats import columnar, in_form_of, read_table, write_table
from vizzy.reading.formats.workbook_sizes import _extent_of_xlsb
from vizzy.reading.libraries import libraries_needed

PROBS = probabilities()
COLUMNS = ["id", "label", "text", *(f"p_{name}" for name in CLASSES)]
ROWS = [
    [f"r{row}", label, f"text {row}", *(f"{value:.6f}" for value in values)]
    for row, (label, values) in enumerate(zip(GIVEN, PROBS, strict=True))
]


def separated(delimiter=",", rows=ROWS, columns=COLUMNS, **options):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n", **options)
    writer.writerows([columns, *rows])
    return out.getvalue()


def file(content, name="data.csv"):
    return InputFile(name, content if isinstance(content, bytes) else content.encode())


def assert_read(one):
    assert given_labels(one) == GIVEN
    assert len(one.dataset) == len(GIVEN)
    assert one.dataset.pred_probs.shape == (len(GIVEN), 3)


# --- compressed ------------------------------------------------------------------------------------


def test_a_file_of_zstandard_is_read_where_python_can_and_named_where_it_cannot():
    pyarrow = pytest.importorskip("pyarrow")
    packed = file(pyarrow.compress(separated().encode(), codec="zstd", asbytes=True), "data.csv.zst")
    if importlib.util.find_spec("compression") is None:
        with pytest.raises(ReadingError, match="data.csv.zst was not read: it is compressed by Zstandard: unpack it"):
            opened(packed)
    else:
        assert_read(opened(packed))


@pytest.mark.parametrize(
    "compress, suffix",
    [
        (gzip.compress, ".gz"),
        (gzip.compress, ".gzip"),
        (bz2.compress, ".bz2"),
        (lzma.compress, ".xz"),
        (lambda content: lzma.compress(content, format=lzma.FORMAT_ALONE), ".lzma"),
    ],
    ids=["gz", "gzip", "bz2", "xz", "lzma"],
)
def test_a_compressed_file_is_read_like_what_it_holds(compress, suffix):
    assert_read(opened(file(compress(separated().encode()), f"data.csv{suffix}")))
    lines = "".join(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in ROWS)
    assert_read(opened(file(compress(lines.encode()), f"data.jsonl{suffix}")))
    with pytest.raises(ReadingError, match="data.csv.* cannot be unpacked"):
        opened(file(compress(separated().encode())[:-9], f"data.csv{suffix}"))


def test_what_a_compressed_file_unpacks_to_is_bounded():
    limits = reading.Limits(file_bytes=10_000, total_bytes=20_000, entries=9, rows=9, classes=9, advice=lambda _files: "bring a part")
    bomb = file(gzip.compress(b"a,b\n" + b"0,0\n" * 1_000_000), "data.csv.gz")
    with pytest.raises(ReadingError, match="data.csv.gz unpacks to more than"):
        reading.read([bomb], limits=limits)


# --- separated fields ----------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_found_out(delimiter):
    assert_read(opened(file(separated(delimiter))))


def test_fields_separated_by_spaces_are_read():
    rows = [[row[0], row[1], *row[3:]] for row in ROWS]
    assert_read(opened(file(separated(" ", rows, ["id", "label", *COLUMNS[3:]]), "data.txt")))


def test_quotation_marks_in_a_table_without_quoting_join_no_lines():
    texts = {2: '"begins with one', 9: 'ends with one"', 12: '5" pipe'}
    rows = [[row[0], row[1], texts.get(number, row[2]), *row[3:]] for number, row in enumerate(ROWS)]
    text = "\n".join("\t".join(row) for row in [COLUMNS, *rows]) + "\n"
    one = opened(file(text, "data.tsv"))
    assert_read(one)
    assert one.texts[2] == '"begins with one'
    assert any("Quotation marks" in note for note in one.notes)
    one_mark = opened(file(text.replace('"begins', "begins").replace('one"', "one"), "data.tsv"))
    assert one_mark.texts[12] == '5" pipe'


def test_quotation_marks_that_first_come_late_in_a_file_are_read_as_they_are_meant():
    long = "word " * 80
    labels = [CLASSES[row % 3] for row in range(900)]
    meant = {600: '"begins with one', 800: 'ends with one"'}
    lines = [f"{meant.get(row, long)}\t{label}" for row, label in enumerate(labels)]
    table = read_table(file("text\tlabel\n" + "\n".join(lines) + "\n", "data.tsv"))
    assert len(table) == 900
    assert table.rows[600][0] == '"begins with one'
    escaped = [f'"{long if row != 700 else chr(92) + chr(34) + "late" + chr(92) + chr(34)}, x",{label}' for row, label in enumerate(labels)]
    table = read_table(file("text,label\n" + "\n".join(escaped) + "\n"))
    assert len(table) == 900
    assert table.rows[700][0] == '"late", x'


def test_decimal_commas_between_semicolons_are_no_separators():
    rows = [[row[0], row[1], row[2], *(cell.replace(".", ",") for cell in row[3:])] for row in ROWS]
    assert_read(opened(file(separated(";", rows))))
    rows = [[row[0], row[1], row[2], *(f"{float(cell) * 100:.4f}%".replace(".", ",") for cell in row[3:])] for row in ROWS]
    assert_read(opened(file(separated(";", rows))))


def test_texts_over_several_lines_within_quotation_marks_stay_whole():
    rows = [[row[0], row[1], f"two\nlines, {number}", *row[3:]] for number, row in enumerate(ROWS)]
    for delimiter in (",", "\t"):
        one = opened(file(separated(delimiter, rows)))
        assert_read(one)
        assert one.texts[3] == "two\nlines, 3"


def test_quotation_marks_escaped_by_a_backslash_are_part_of_the_text():
    rows = [[row[0], row[1], f'she said "{number}", twice', *row[3:]] for number, row in enumerate(ROWS)]
    text = separated(",", rows, doublequote=False, escapechar="\\", quoting=csv.QUOTE_ALL)
    assert '\\"' in text
    one = opened(file(text))
    assert_read(one)
    assert one.texts[4] == 'she said "4", twice'


def test_a_field_may_be_longer_than_pythons_csv_allows():
    rows = [[row[0], row[1], "w " * 90_000 if number == 3 else row[2], *row[3:]] for number, row in enumerate(ROWS)]
    one = opened(file(separated(",", rows)))
    assert_read(one)
    assert len(one.texts[3]) > 131_072


@pytest.mark.parametrize(
    "above",
    [
        "# made by a program\n",
        "# one\n# two, with a comma\n",
        "My table,,,,,\n\n",
        "Report of May\n",
        "Exported on Monday, by hand, for you\n",
        "Date:,2025-01-01\nAuthor:,me\n\n",
    ],
    ids=["a comment", "two comments", "a title and a blank line", "a title", "a title with commas", "names and values"],
)
def test_lines_above_the_header_are_skipped_with_a_note_and_kept_for_writing_back(above):
    one = opened(file(above + separated()))
    assert_read(one)
    assert any("above the header" in note for note in one.notes)
    assert write_table(one.table).decode().startswith(above.splitlines()[0])
    assert one.table.place(0).endswith(f"line {len(above.splitlines()) + 2}")


def test_a_table_without_a_header_loses_no_row_and_it_is_said():
    rows = [[f"images/{number}.jpg", label] for number, label in enumerate(GIVEN)]
    text = "".join(",".join(row) + "\n" for row in rows)
    one = opened(file(text), array(PROBS))
    assert given_labels(one) == GIVEN
    assert any("holds data and not names" in note for note in one.notes)
    assert len(reading.read([file(text), array(PROBS)], reading.Choices(header=True)).contents.table) == len(GIVEN) - 1


@pytest.mark.parametrize("name", ["labels.txt", "labels.csv", "train.lst"])
def test_a_list_of_labels_loses_none_whether_they_are_words_or_numbers(name):
    one = opened(file("\n".join(GIVEN) + "\n", name), array(PROBS))
    assert given_labels(one) == GIVEN
    numbers = [CLASSES.index(label) for label in GIVEN]
    one = opened(file("\n".join(map(str, numbers)) + "\n", name), array(PROBS))
    assert one.dataset.given_label.tolist() == numbers


def test_a_header_is_no_data_where_it_is_chosen_or_looks_like_one():
    assert_read(opened(file(separated())))
    names = "red,green\n" + "red,blue\n" * 5
    assert read_table(file(names), reading.Choices(header=True)).columns == ("red", "green")
    assert len(read_table(file(names), reading.Choices(header=False))) == 6
    numbered = "0,1,2\n" + "0.5,0.25,0.25\n" * 4
    assert read_table(file(numbered)).columns == ("0", "1", "2")


@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC, csv.QUOTE_MINIMAL], ids=["all", "texts", "where needed"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_apostrophes_that_enclose_fields_are_no_part_of_them_and_come_back(quoting, delimiter):
    rows = [[row[0], row[1], f"it's{delimiter} a text{row[0]}", *row[3:]] for row in ROWS]
    one = opened(file(separated(delimiter, rows, quotechar="'", quoting=quoting)))
    assert_read(one)
    assert one.texts[4] == f"it's{delimiter} a textr4"
    assert any("Apostrophes" in note for note in one.notes)
    written = list(csv.reader(io.StringIO(write_table(one.table).decode()), delimiter=delimiter, quotechar="'"))
    assert written == [COLUMNS, *rows]


def test_apostrophes_that_only_begin_a_text_are_part_of_it():
    texts = {3: "'tis the season", 5: "'quoted'", 8: "don't"}
    one = opened(file(separated(rows=[[*row[:2], texts.get(number, row[2]), *row[3:]] for number, row in enumerate(ROWS)])))
    assert [one.texts[number] for number in texts] == list(texts.values())


LAST_LINES = ["Total,,,10,10,10", "Summe,30,,10,10,10", "(30 rows affected)", "\nExported on 2 May", "Mean,,,.3,.3,.3\nStd,,,.1,.1,.1", "# the end"]


@pytest.mark.parametrize("last", LAST_LINES)
def test_totals_and_remarks_below_a_table_are_no_rows_of_it_and_it_is_said(last):
    one = opened(file(separated() + last + "\n"))
    assert_read(one)
    assert any("last" in note and last.strip().partition(",")[0] in note for note in one.notes)


def test_a_class_called_total_and_a_line_that_is_cut_off_are_no_totals():
    assert "Total" in opened(file(separated().replace("fox", "Total"))).dataset.classes
    with pytest.raises(ReadingError, match="line 32 has 2 fields"):
        opened(file(separated() + "r30,cat"))


@pytest.mark.parametrize("units", [",,,%,%,%", "-,-,-,cm,kg,", "string,string,string,float,float,float", "[-],[-],[-],[%],[%],[%]"])
def test_a_row_of_units_below_the_header_is_no_row_of_the_table_and_it_is_said(units):
    header, _, rows = separated().partition("\n")
    one = opened(file(f"{header}\n{units}\n{rows}"))
    assert_read(one)
    assert any("units" in note for note in one.notes)


def test_the_questions_and_ids_below_the_header_of_a_survey_are_no_rows_of_the_table():
    header, _, rows = separated().partition("\n")
    questions = ",".join(f"How about {name}?" for name in COLUMNS)
    ids = ",".join('"{""ImportId"":""QID1""}"' for _ in COLUMNS)
    one = opened(file(f"{header}\n{questions}\n{ids}\n{rows}"))
    assert_read(one)
    assert one.table.place(0) == "data.csv line 4"
    assert any("Qualtrics" in note for note in one.notes)


@pytest.mark.parametrize("first", ["r,cat,x,n/a,.5,.5", "r,cat,x,abc,.5,.5"])
def test_a_first_row_with_one_faulty_number_is_no_row_of_units(first):
    header, _, rows = separated().partition("\n")
    with pytest.raises(ReadingError, match="data.csv line 2, column 'p_cat'"):
        opened(file(f"{header}\n{first}\n{rows}"))


def test_a_sheet_is_read_without_its_row_of_units_and_its_totals():
    rows = [[row[0], row[1], row[2], *map(float, row[3:])] for row in ROWS]
    sheet = [COLUMNS, ["", "", "", "%", "%", "%"], *rows, [""], ["Total", "", "", 10, 10, 10], ["Source: a survey"]]
    one = opened(file(workbook({"S": sheet}), "data.xlsx"))
    assert_read(one)
    assert one.table.place(0) == "data.xlsx row 3"


GROUPS = ["meta", "meta", "meta", "p", "p", "p"]
MERGED = ["meta", "", "", "p", "", ""]


@pytest.mark.parametrize("groups", [GROUPS, MERGED], ids=["repeated", "merged"])
def test_names_in_two_lines_are_those_of_the_second_and_it_is_said(groups):
    rows = [COLUMNS, *ROWS]
    one = opened(file(separated(rows=rows, columns=groups)))
    assert_read(one)
    assert any("two lines" in note for note in one.notes)
    assert_read(opened(file(workbook({"S": [groups, *rows]}), "data.xlsx")))


def test_names_in_two_lines_that_come_again_in_another_group_are_joined_with_it():
    columns = [["meta", "p", "", "", "q", "", ""], ["label", *CLASSES, *CLASSES]]
    rows = [[row[1], *row[3:], *row[3:]] for row in ROWS]
    table = read_table(file(separated(rows=[columns[1], *rows], columns=columns[0])))
    assert table.columns == ("meta_label", "p_cat", "p_dog", "p_fox", "q_cat", "q_dog", "q_fox")


def test_what_pandas_writes_of_a_table_with_levels_of_names_is_read():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame([row[1:] for row in ROWS], columns=pandas.MultiIndex.from_arrays([GROUPS[1:], COLUMNS[1:]]))
    assert_read(opened(file(frame.to_csv())))
    frame.index.name = "row"
    assert opened(file(frame.to_csv())).table.columns[0] == "row"
    rows = pandas.DataFrame([row[1:] for row in ROWS], columns=COLUMNS[1:])
    rows.index = pandas.MultiIndex.from_product([["a", "b", "c"], range(10)])
    one = opened(file(rows.to_csv()))
    assert_read(one)
    assert one.table.columns[:2] == ("Unnamed: 0", "Unnamed: 1")


@pytest.mark.parametrize("delimiter", [" ", "\t", ","])
def test_row_names_without_a_name_of_their_own_as_r_writes_them_are_the_ids(delimiter):
    rows = [[f"car {number}", row[1], *row[3:]] for number, row in enumerate(ROWS)]
    one = opened(file(separated(delimiter, rows, ["label", *COLUMNS[3:]], quoting=csv.QUOTE_NONNUMERIC), "cars.txt"))
    assert_read(one)
    assert one.dataset.ids[3] == "car 3"
    assert any("has no name" in note for note in one.notes)


@pytest.mark.parametrize("delimiter", [" ", "\t", ",", ";", "|"])
def test_a_table_is_read_as_it_was_written_with_cells_and_a_name_that_are_empty(delimiter):
    rows = [[f"car {number}", row[1], "" if number % 2 else "a note", *row[3:]] for number, row in enumerate(ROWS)]
    table = read_table(file(separated(delimiter, rows, ["", "label", "note", *COLUMNS[3:]], quoting=csv.QUOTE_ALL), "cars.txt"))
    again = read_table(file(write_table(table), "cars.txt"))
    assert again.columns == table.columns == ("", "label", "note", *COLUMNS[3:])
    assert again.rows == table.rows == tuple(rows)


def test_a_comma_too_many_in_every_row_is_no_name_of_a_row():
    with pytest.raises(ReadingError, match="line 2 has 3 fields, but the header names 2"):
        opened(file("label,text\n" + "".join(f"{label},hello, you\n" for label in GIVEN)))


def drawn(between, line, framed, rows=ROWS):
    edge = "|" if framed else ""
    lines = [edge + "|".join(f" {cell} " for cell in row) + edge for row in [COLUMNS, *rows]]
    ruled = edge + between.join(line * 6 for _ in COLUMNS) + edge
    return "\n".join([lines[0], ruled, *lines[1:]]) + "\n"


DRAWN = {
    "psql": drawn("+", "-", False) + "(30 rows)\n",
    "mysql": "+---+---+\n" + drawn("+", "-", True).replace("|-", "+-").replace("-|", "-+") + "+---+---+\n",
    "markdown": drawn("|", "-", True),
}


@pytest.mark.parametrize("program", DRAWN)
def test_a_table_drawn_with_lines_is_read_and_it_is_said(program):
    one = opened(file(DRAWN[program], "data.txt"))
    assert_read(one)
    assert one.texts[3] == "text 3"
    assert any("drawn with lines" in note for note in one.notes)


def test_a_complaint_about_a_table_drawn_with_lines_names_the_line_in_the_file():
    rows = [[*row[:3], "bad", *row[4:]] if number == 6 else row for number, row in enumerate(ROWS)]
    with pytest.raises(ReadingError, match="data.txt line 9, column 'p_cat' is 'bad'"):
        opened(file(drawn("+", "-", False, rows), "data.txt"))


def test_columns_of_fixed_width_with_spaces_at_the_end_of_lines_are_read():
    rows = [[row[0], row[1], *row[3:]] for row in ROWS]
    lines = ["".join(f"{cell:<12}" for cell in row) for row in [["id", "label", *COLUMNS[3:]], *rows]]
    assert_read(opened(file("\n".join(lines) + "\n", "data.txt")))


def test_an_empty_column_hides_no_first_row_of_data():
    lines = "".join(f"gj04\t{row % 2}\t\tthis is a sentence no {row}\n" for row in range(30))
    assert len(opened(file(lines, "train.tsv")).dataset) == 30


@pytest.mark.parametrize("name", ["data.sav", "data.zsav", "data.sas7bdat", "data.rda", "data.numbers", "data.md"])
def test_a_file_of_another_program_gets_a_sentence_that_says_what_it_is(name):
    with pytest.raises(ReadingError, match=rf"{name} was not read: it is an? .*(as|into) CSV"):
        opened(file(b"\x00\x01", name))
    one = reading.read([file(b"\x00\x01", name), array(PROBS)])
    assert f"{name} was not read" in one.problem


# --- other text formats ---------------------------------------------------------------------------------------

JSON_SHAPES = {
    "records": lambda: [dict(zip(COLUMNS, row, strict=True)) for row in ROWS],
    "by columns and row numbers": lambda: {
        name: {str(number): row[place] for number, row in enumerate(ROWS)} for place, name in enumerate(COLUMNS)
    },
    "lists by columns": lambda: {name: [row[place] for row in ROWS] for place, name in enumerate(COLUMNS)},
    "columns and rows apart": lambda: {"columns": COLUMNS, "data": ROWS},
    "under a key": lambda: {"version": 1, "data": [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]},
    "by rows": lambda: {f"row {number}": dict(zip(COLUMNS[1:], row[1:], strict=True)) for number, row in enumerate(ROWS)},
    "within objects": lambda: {"dataset": {"name": "d", "samples": [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]}},
    "under a key of their own": lambda: {"rasa_nlu_data": {"common_examples": [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]}},
    "each under a key": lambda: [{"data": dict(zip(COLUMNS, row, strict=True))} for row in ROWS],
    "parts of the data": lambda: {
        part: [dict(zip(COLUMNS, row, strict=True)) for row in rows] for part, rows in (("train", ROWS[:20]), ("test", ROWS[20:]))
    },
    "parts of equal size": lambda: {
        part: [dict(zip(COLUMNS, row, strict=True)) for row in rows] for part, rows in (("train", ROWS[:15]), ("dev", ROWS[15:]))
    },
    "parts of lists": lambda: {
        part: [[row[1], *map(float, row[3:])] for row in rows] for part, rows in (("train", ROWS[:20]), ("oos_test", ROWS[20:]))
    },
    "rows without names": lambda: [[row[1], *map(float, row[3:])] for row in ROWS],
}
LABELS_IN_JSON = {
    "a list": lambda: GIVEN,
    "by id": lambda: {f"{number}.jpg": label for number, label in enumerate(GIVEN)},
    "texts with objects, as spaCy": lambda: [[f"text {number}", {"cats": {label: 1}}] for number, label in enumerate(GIVEN)],
    "COCO": lambda: {
        "images": [{"id": number, "file_name": f"{number}.jpg"} for number in range(len(GIVEN))],
        "annotations": [{"id": 0, "image_id": number, "category_id": CLASSES.index(label)} for number, label in enumerate(GIVEN)],
        "categories": [{"id": number, "name": name} for number, name in enumerate(CLASSES)],
    },
}


@pytest.mark.parametrize("shape", LABELS_IN_JSON)
def test_labels_are_read_from_the_shapes_in_which_json_holds_them(shape):
    assert_read(opened(file(json.dumps(LABELS_IN_JSON[shape]()), "labels.json"), array(PROBS)))


def test_several_categories_of_an_image_in_coco_get_a_sentence_about_several_labels():
    coco = LABELS_IN_JSON["COCO"]()
    coco["annotations"].append({"id": 9, "image_id": 4, "category_id": 0})
    with pytest.raises(ReadingError, match="entry 5.*2 labels"):
        opened(file(json.dumps(coco), "coco.json"), array(PROBS))


@pytest.mark.parametrize("shape", JSON_SHAPES)
def test_json_is_read_in_the_shapes_in_which_programs_write_a_table(shape):
    assert_read(opened(file(json.dumps(JSON_SHAPES[shape]()), "data.json")))


@pytest.mark.parametrize("orient", ["split", "records", "index", "columns", "values", "table"])
@pytest.mark.parametrize("named", [False, True], ids=["counted rows", "named rows"])
def test_what_pandas_writes_as_json_is_read_in_each_of_its_orients_with_the_names_of_its_rows(orient, named):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame([[row[1], *map(float, row[3:])] for row in ROWS], columns=["label", *COLUMNS[3:]])
    if named:
        frame.index = pandas.Index([f"k{number}" for number in range(30)], name="key")
    one = opened(file(frame.to_json(orient=orient), "data.json"))
    assert_read(one)
    if named and orient not in ("records", "values"):  # these keep no names of rows
        assert one.dataset.ids[2] == "k2"


def test_what_cvat_writes_as_datumaro_is_an_item_a_row():
    labels = {"labels": [{"name": name, "parent": ""} for name in CLASSES]}
    items = [
        {
            "id": f"item{row}",
            "annotations": [{"id": 0, "type": "label", "group": 0, "label_id": CLASSES.index(label)}],
            "image": {"path": f"{row}.jpg"},
        }
        for row, label in enumerate(GIVEN)
    ]
    datumaro = {"info": {}, "categories": {"label": labels, "points": {"items": []}}, "items": items}
    one = opened(file(json.dumps(datumaro), "default.json"), array(PROBS))
    assert_read(one)
    assert (one.dataset.ids[1], one.dataset.files[1]) == ("item1", "1.jpg")
    items[4]["annotations"].append({"id": 1, "type": "label", "label_id": 0})
    with pytest.raises(ReadingError, match="entry 5.*2 labels"):
        opened(file(json.dumps(datumaro), "default.json"), array(PROBS))


@pytest.mark.parametrize("between, ends", [("\n", ("", "")), (",\n", ("", "")), (",\n", ("[", "]"))])
def test_lines_of_json_with_commas_or_as_one_list_are_read(between, ends):
    lines = between.join(json.dumps(dict(zip(COLUMNS, row, strict=True))) for row in ROWS)
    assert_read(opened(file(ends[0] + lines + ends[1], "data.jsonl")))


def test_labels_by_id_are_named_by_the_list_of_classes_beside_them():
    labels = {"classes": list(CLASSES), "labels": {f"img{row}": CLASSES.index(label) for row, label in enumerate(GIVEN)}}
    one = opened(file(json.dumps(labels), "labels.json"), array(PROBS))
    assert given_labels(one) == GIVEN
    assert one.dataset.ids[2] == "img2"


def test_arff_is_read_with_quoted_names_and_missing_values():
    head = "% made by Weka\n@RELATION r\n@attribute 'p cat' numeric\n@attribute p_dog real\n@attribute p_fox real\n"
    head += "@attribute note string\n@attribute class {cat, dog, fox}\n@data\n"
    rows = [f"{a:.4f},{b:.4f},{c:.4f},'it, \\'s {label}',{label}" for (a, b, c), label in zip(PROBS, GIVEN, strict=True)]
    one = opened(file(head + "\n".join(rows) + "\n", "data.arff"))
    assert given_labels(one) == GIVEN
    assert one.table.column("note")[0] == "it, 's cat"


SPARSE = "@relation r\n@attribute a numeric\n@attribute 'b c' real\n@attribute n {x, 'y z'}\n@attribute class {cat, 'big dog'}\n@data\n"


def test_sparse_rows_of_arff_have_0_or_the_first_declared_value_where_they_name_nothing():
    table = read_table(file(SPARSE + "{0 1.5, 3 'big dog'}\n{1 -2, 2 'y z'}\n{}\n{0 ?, 1 1e3}\n1,2,x,cat\n", "data.arff"))
    assert table.rows == (
        ["1.5", "0", "x", "big dog"],
        ["0", "-2", "y z", "cat"],
        ["0", "0", "x", "cat"],
        ["", "1e3", "x", "cat"],
        ["1", "2", "x", "cat"],
    )
    assert any("sparse" in note for note in table.notes)


def test_the_weight_of_a_row_of_arff_is_no_field_of_it():
    table = read_table(file(SPARSE + "{0 1.5, 3 'big dog'}, {2}\n1,2,x,cat, {0.5}\n", "data.arff"))
    assert table.rows == (["1.5", "0", "x", "big dog"], ["1", "2", "x", "cat"])


@pytest.mark.parametrize("row", ["{0 1.5", "{9 1}", "{0}", "{a b}", "{0 1 1 2}"])
def test_a_damaged_sparse_row_of_arff_is_named_with_its_line(row):
    with pytest.raises(ReadingError, match="data.arff line 8"):
        read_table(file(f"{SPARSE}{{0 1}}\n{row}\n", "data.arff"))


@pytest.mark.parametrize("name", ["data.libsvm", "data.txt"])
def test_libsvm_is_read_with_zeros_where_no_number_stands(name):
    table = read_table(file("cat 1:0.5 3:2\ndog 2:1 # a comment\n", name))
    assert table.columns == ("label", "feature_1", "feature_2", "feature_3")
    assert table.rows == (["cat", "0.5", "0", "2"], ["dog", "0", "1", "0"])


@pytest.mark.parametrize("name", ["train.lst", "train.txt"])
def test_a_list_of_images_as_mxnet_writes_it_has_an_id_a_label_and_a_file(name):
    lines = [f"{7 * row % 30}\t{CLASSES.index(label):.6f}\tpets/{row}.jpg" for row, label in enumerate(GIVEN)]
    one = opened(file("\n".join(lines) + "\n", name), array(PROBS))
    assert given_labels(one) == [str(CLASSES.index(label)) for label in GIVEN]
    assert (one.dataset.ids[1], one.dataset.files[1]) == ("7", "pets/1.jpg")
    lines[4] = "4\t0.000000\t1.000000\tpets/4.jpg"
    with pytest.raises(ReadingError, match=f"{name} line 5.*2 labels"):
        opened(file("\n".join(lines) + "\n", name), array(PROBS))


def test_a_list_of_images_as_caffe_writes_it_may_have_paths_with_spaces():
    lines = [f"my pets/{'' if row % 3 else 'img '}{row}.jpg {CLASSES.index(label)}" for row, label in enumerate(GIVEN)]
    table = read_table(file("\n".join(lines) + "\n", "train.txt"))
    assert table.columns == ("file", "label") and table.rows[3] == ["my pets/img 3.jpg", str(CLASSES.index(GIVEN[3]))]
    one = opened(file("\n".join(lines) + "\n", "train.txt"), array(PROBS))
    assert given_labels(one) == [str(CLASSES.index(label)) for label in GIVEN]
    assert one.dataset.files[3] == "my pets/img 3.jpg"


def test_paths_without_spaces_and_other_cells_behind_a_path_are_no_list_of_caffe_s():
    assert read_table(file("a.jpg 1\nb.jpg 2\nc.jpg 1\n", "list.txt")).rows[0] == ["a.jpg", "1"]
    assert read_table(file("file,label\nmy cat.jpg,1\nmy dog.jpg,2\n", "list.csv")).columns == ("file", "label")
    table = read_table(file("my cat.jpg\ttabby cat\nmy dog.jpg\tpoodle\n", "list.txt"))
    assert table.rows[0] == ["my cat.jpg", "tabby cat"]


@pytest.mark.parametrize("name", ["labels.json", "labels.jsonl", "labels.ndjson"])
@pytest.mark.parametrize("between", ["\n", "", " ", ",\n", "\r\n\r\n"])
def test_json_objects_one_after_the_other_are_rows_however_many_lines_they_take(name, between):
    objects = [{"text": f"a {{ text }} {row}", "label": label} for row, label in enumerate(GIVEN)]
    content = between.join(json.dumps(entry, indent=2) for entry in objects)
    table = read_table(file(content, name))
    assert table.columns == ("text", "label") and [row[1] for row in table.rows] == list(GIVEN)
    assert table.lines[1] == 4 + between.count("\n")
    assert json.loads(write_table(table).decode().splitlines()[2]) == objects[2]


@pytest.mark.parametrize("name", ["labels.json", "labels.jsonl"])
def test_json_objects_one_after_the_other_that_are_cut_off_are_named_with_the_line(name):
    objects = [{"text": f"text {row}", "label": label} for row, label in enumerate(GIVEN)]
    content = "\n".join(json.dumps(entry, indent=2) for entry in objects)
    with pytest.raises(ReadingError, match=f"{name} holds JSON objects one after the other, but line 1[0-9][0-9] is no JSON"):
        read_table(file(content[:-5], name))
    with pytest.raises(ReadingError, match="line 5"):
        read_table(file('{\n"text": "a",\n"label": "b"\n}\n[1]\n{"text": "c"}', name))


def test_a_column_of_names_of_images_is_the_image_whatever_it_is_called():
    images = [InputFile(f"photos/{row}.JPG", b"") for row in range(30)]
    lines = "".join(f"{row}.JPG,{label}\n" for row, label in enumerate(GIVEN))
    proposal = reading.read([file(lines), *images])
    assert proposal.images_to_embed == tuple(image.name for image in images)


# --- formats that take a library -------------------------------------------------------------------------------


def parquet(columns, write="parquet"):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import feather
    from pyarrow import parquet as pq

    out = io.BytesIO()
    (pq.write_table if write == "parquet" else feather.write_feather)(pyarrow.table(columns), out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["parquet", "feather"])
def test_parquet_and_feather_are_read_and_written_back(kind):
    columns = {"id": list(range(30)), "label": GIVEN, "probs": PROBS.tolist()}
    one = opened(file(parquet(columns, kind), f"data.{kind}"))
    assert_read(one)
    assert one.table.place(0) == f"data.{kind} row 1"
    again = read_table(file(write_table(one.table), f"data.{kind}"))
    assert again.columns == one.table.columns
    assert again.rows == one.table.rows
    assert_read(opened(file(parquet({"label": GIVEN}, kind), f"labels.{kind}"), array(PROBS)))
    assert_read(opened(file(parquet(columns, kind), "named-wrongly.csv")))


def test_structures_are_objects_so_those_of_probabilities_are_read_and_others_left_aside():
    classes = sorted(set(GIVEN))
    probs = [dict(zip(classes, row, strict=True)) for row in PROBS.tolist()]
    content = parquet({"label": GIVEN, "box": [{"x": 1, "y": 2}] * 30, "probs": probs})
    assert_read(opened(file(content, "data.parquet")))


def test_cells_of_arrows_types_become_what_a_person_reads():
    columns = {
        "day": [datetime.date(2020, 1, 2), None],
        "moment": [datetime.datetime(2020, 1, 2, 3, 4, 5), datetime.datetime(2021, 1, 1)],
        "price": [decimal.Decimal("1.50"), decimal.Decimal("100")],
        "raw": [b"caf\xc3\xa9", None],
        "many": [[1.5, 2.0], []],
        "big": [2**62 + 1, 3],
        "sure": [True, None],
    }
    table = read_table(file(parquet(columns), "data.parquet"))
    assert table.rows == (
        ["2020-01-02", "2020-01-02T03:04:05", "1.50", "café", [1.5, 2.0], 2**62 + 1, True],
        [None, "2021-01-01", "100.00", None, [], 3, None],
    )


def test_columns_that_were_not_changed_keep_their_types_and_added_ones_get_theirs():
    parquet_of = pytest.importorskip("pyarrow.parquet")
    pyarrow = pytest.importorskip("pyarrow")
    table = read_table(file(parquet({"day": [datetime.date(2020, 1, 2)] * 2, "n": [1, 2]}), "data.parquet"))
    wider = replace(table, columns=(*table.columns, "quality", "issue", "given"), rows=tuple([*row, 0.5, True, None] for row in table.rows))
    kinds = parquet_of.read_table(io.BytesIO(write_table(wider))).schema.types
    assert kinds == [pyarrow.date32(), pyarrow.int64(), pyarrow.float64(), pyarrow.bool_(), pyarrow.string()]


@pytest.fixture
def as_in_the_browser(monkeypatch):
    """Without pyarrow, so that arro3 reads and writes."""
    pytest.importorskip("arro3.io")
    monkeypatch.setattr(columnar, "_is_installed", lambda module: module != "pyarrow")


def test_without_pyarrow_parquet_is_read_and_written_back_alike(as_in_the_browser):
    columns = {"id": list(range(30)), "label": GIVEN, "probs": PROBS.tolist(), "day": [datetime.date(2020, 1, 2)] * 30}
    one = opened(file(parquet(columns), "data.parquet"))
    assert_read(one)
    wider = replace(one.table, columns=(*one.table.columns, "issue", "n", "given"), rows=tuple([*row, True, 1, None] for row in one.table.rows))
    written = write_table(wider)
    assert read_table(file(written, "data.parquet")).rows == wider.rows
    schema = pytest.importorskip("pyarrow.parquet").read_table(io.BytesIO(written)).schema
    assert [str(kind) for kind in schema.types[-4:]] == ["date32[day]", "bool", "int64", "string"]


def test_without_pyarrow_a_feather_file_gets_a_sentence(as_in_the_browser):
    with pytest.raises(ReadingError, match="data.feather is a Feather file, which is read by pyarrow alone: .* as CSV"):
        read_table(file(parquet({"label": GIVEN}, "feather"), "data.feather"))


def test_a_damaged_parquet_file_raises_no_other_error_without_pyarrow(as_in_the_browser):
    content = parquet({"label": GIVEN, "probs": PROBS.tolist()})
    random_numbers = random.Random(0)
    for _ in range(100):
        damaged = bytearray(content)
        for _ in range(3):
            damaged[random_numbers.randrange(4, len(content) - 8)] = random_numbers.randrange(256)
        try:
            read_table(file(bytes(damaged), "data.parquet"))
        except ReadingError as error:
            assert "data.parquet" in str(error)


@pytest.mark.parametrize("kind", ["parquet", "feather"])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_columnar_file_that_is_cut_off_is_refused_by_name(kind, share, capfd):
    content = parquet({"label": GIVEN, "probs": PROBS.tolist()}, kind)
    cut = content[: max(8, int(share * len(content)))]
    with pytest.raises(ReadingError, match=f"data.{kind} cannot be read .*: is it cut off"):
        read_table(file(cut, f"data.{kind}"))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("name", "content", "library"),
    [
        ("data.parquet", b"", "arro3"),
        ("DATA.FEATHER", b"", "arro3"),
        ("named-wrongly.csv", b"PAR1", "arro3"),
        ("data.parquet.gz", b"", "arro3"),
        ("book.xlsx", b"", "python-calamine"),
        ("old.csv", b"\xd0\xcf\x11\xe0", "python-calamine"),
    ],
)
def test_the_library_a_file_needs_is_known_before_it_is_read(name, content, library):
    assert libraries_needed([file("label\n", "labels.csv")]) == []
    assert libraries_needed([file(content, name)]) == [library]


def test_the_libraries_for_what_a_zip_holds_are_known_too_and_a_damaged_zip_needs_none():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("folder/data.parquet", "x")
        archive.writestr("folder/book.ods", "x")
    assert libraries_needed([file(out.getvalue(), "all.zip")]) == ["arro3", "python-calamine"]
    assert libraries_needed([file(out.getvalue()[:20], "all.zip")]) == []


def test_a_spreadsheet_is_read_as_a_person_sees_it():
    pytest.importorskip("python_calamine")
    rows = [["id", "label", *COLUMNS[3:]]]
    rows += [[f"{number:03d}", label, *values.tolist()] for number, (label, values) in enumerate(zip(GIVEN, PROBS, strict=True))]
    content = workbook({"Notes": [["Made in May"], ["by us"]], "Labels": rows})
    one = opened(file(content, "data.xlsx"))
    assert_read(one)
    assert one.dataset.ids[7] == "007"
    assert one.table.place(0) == "data.xlsx row 2"
    assert any("'Labels' was read" in note for note in one.notes)
    assert_read(opened(file(content, "named-wrongly.csv")))
    with pytest.raises(ReadingError, match="no sheet 'Other'"):
        opened(file(content, "data.xlsx"), sheet="Other")
    with pytest.raises(ReadingError, match=".xlsx is read but not written"):
        in_form_of(one.table, ".xlsx")


def test_whole_numbers_in_a_spreadsheet_are_written_without_a_point():
    pytest.importorskip("python_calamine")
    table = read_table(file(workbook({"S": [["label", "x"], [1.0, 2.5], [3.0, 4.0]]}), "data.xlsx"))
    assert table.rows == (["1", "2.5"], ["3", "4"])


# --- how large it is, once unpacked ---------------------------------------------------------------------------------

SMALL = replace(IN_BROWSER, file_bytes=2_000_000, total_bytes=2_000_000, rows=1_000, cells=5_000)
SHEET = workbook({"S": [["label", "x"], *([label, 1.0] for label in GIVEN)]})
DOCUMENT = [["label", "x"], *([label, "1"] for label in GIVEN)]


def refusal(content, name, limits=SMALL):
    with pytest.raises(ReadingError) as raised:
        read_table(file(content, name), limits=limits)
    assert name in str(raised.value)
    return str(raised.value)


def in_sheet(old, new):
    return lambda name, content: content.replace(old, new) if "sheet1" in name else content


@pytest.mark.parametrize("reference, row, column", [("XFD1048576", "1,048,576", "16,384"), ("AB600", "600", "28")])
def test_a_cell_that_strays_far_from_the_table_is_refused_before_the_rectangle_is_made(reference, row, column):
    stray = f'<row><c r="{reference}"><v>1</v></c></row></sheetData>'.encode()
    said = refusal(rewritten(SHEET, in_sheet(b"</sheetData>", stray)), "data.xlsx")
    assert f"row {row} and column {column}" in said
    assert "delete what stands far from the table" in said
    near = rewritten(SHEET, in_sheet(b"</sheetData>", b'<row><c r="B40"><v>1</v></c></row></sheetData>'))
    assert len(read_table(file(near, "data.xlsx"), limits=SMALL)) == len(GIVEN) + 1


def test_a_workbook_that_unpacks_to_more_than_fits_is_refused_also_where_it_declares_less():
    bomb = rewritten(SHEET, in_sheet(b"</sheetData>", b"</sheetData>" + b" " * 3_000_000))
    assert "would unpack to" in refusal(bomb, "data.xlsx")
    size = len(SHEET_XML) + 3_000_000
    lying = bomb.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != bomb
    assert "cannot be read as a spreadsheet" in refusal(lying, "data.xlsx")


with zipfile.ZipFile(io.BytesIO(SHEET)) as parts:
    SHEET_XML = parts.read("xl/worksheets/sheet1.xml")


WIDE = open_document_cell("q", ' table:number-columns-repeated="900"')


@pytest.mark.parametrize(
    "far",
    [
        f'<table:table-row table:number-rows-repeated="900">{WIDE}</table:table-row>',
        '<table:table-row table:number-rows-repeated="900"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
        f'<table:table-row><table:table-cell table:number-columns-repeated="899"/>{open_document_cell("q")}</table:table-row>',
    ],
    ids=["repeated", "strayed"],
)
def test_cells_of_an_open_document_that_are_repeated_or_stray_are_counted(far):
    assert "column 900" in refusal(open_document([*DOCUMENT, far]), "data.ods")


def test_what_an_open_document_repeats_at_its_end_without_anything_in_it_counts_for_nothing():
    empty = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    table = read_table(file(open_document([*DOCUMENT, empty]), "data.ods"), limits=SMALL)
    assert table.column("label") == GIVEN


def test_the_cells_of_a_binary_workbook_are_counted():
    def record(kind, first):
        return bytes([kind, 8]) + first.to_bytes(4, "little") + b"\0\0\0\0"

    assert _extent_of_xlsb(record(0, 4) + record(2, 7) + record(0, 9) + record(1, 1) + bytes([0x81, 0x01, 1, 255])) == (10, 8)
    parts = io.BytesIO()
    with zipfile.ZipFile(parts, "w") as archive:
        archive.writestr("xl/workbook.bin", b"")
        archive.writestr("xl/worksheets/sheet1.bin", record(0, 1_048_575) + record(2, 16_383))
    assert "row 1,048,576 and column 16,384" in refusal(parts.getvalue(), "data.xlsb")


PROTECTED = {
    "data.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(400),
    "data.ods": rewritten(
        open_document(DOCUMENT), lambda name, content: content.replace(b"/></manifest:manifest>", b"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>")
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PROTECTED)
def test_a_workbook_with_a_password_gets_a_sentence(name):
    assert "protected by a password: save a copy without one" in refusal(PROTECTED[name], name)


MISLABELLED = {
    "a web page": (b"<html><table><tr><td>cat</td></tr></table></html>", "data.xls", "web page"),
    "an XML workbook": (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "data.xls", "XML"),
    "another program's file": (b"\xd0\xcf\x11\xe0" + bytes(600), "data.xls", "cannot be read as a spreadsheet"),
    "another zip": (rewritten(SHEET, lambda name, content: b"x")[:200], "data.xlsx", "."),
}


@pytest.mark.parametrize("kind", MISLABELLED)
def test_a_file_that_is_no_workbook_whatever_its_name_gets_a_sentence(kind):
    content, name, said = MISLABELLED[kind]
    assert re.search(said, refusal(content, name))


@pytest.mark.parametrize("name", ["data.xls", "data.xlsx"])
def test_a_table_of_text_that_is_named_like_a_workbook_is_read(name):
    assert_read(opened(file(separated(), name)))
    assert_read(opened(file(separated("\t"), name)))
    assert len(read_table(file(SHEET, "data.csv"))) == len(GIVEN)


@pytest.mark.parametrize("library", ["pyarrow", "arro3"])
def test_a_parquet_file_of_more_rows_or_bytes_than_fit_is_refused_though_it_is_small(library, monkeypatch):
    pyarrow = pytest.importorskip("pyarrow")
    if library == "arro3":
        pytest.importorskip("arro3.io")
        monkeypatch.setattr(columnar, "_is_installed", lambda module: module != "pyarrow")
    many = parquet({"label": pyarrow.array(["cat"]).take(pyarrow.array([0] * 300_000))})
    assert len(many) < 20_000
    assert "holds more than the 1,000 rows" in refusal(many, "data.parquet")
    long = parquet({"label": ["cat", "dog"] * 400, "text": ["x" * 50_000] * 800})
    assert len(long) < 200_000
    assert "2 MB, unpacked, that fit" in refusal(long, "data.parquet")
    assert "5,000 cells" in refusal(parquet({f"c{n}": [1.5] * 900 for n in range(6)}), "data.parquet")
    assert len(read_table(file(parquet({"label": GIVEN}), "data.parquet"), limits=SMALL)) == len(GIVEN)


def test_feather_is_bounded_too_and_a_stream_of_arrows_is_read():
    pyarrow = pytest.importorskip("pyarrow")
    assert "holds more than" in refusal(parquet({"label": ["cat"] * 300_000}, "feather"), "data.feather")
    arrow = pyarrow.table({"label": GIVEN, **{f"p_{name}": PROBS[:, place] for place, name in enumerate(CLASSES)}})
    out = io.BytesIO()
    with pyarrow.ipc.new_stream(out, arrow.schema) as stream:
        stream.write_table(arrow, max_chunksize=7)
    assert_read(opened(file(out.getvalue(), "data.arrow")))


def test_a_sparse_table_that_is_too_large_in_full_is_refused():
    assert "too many to write out" in refusal("cat 1:0.5 900:1\n" * 10, "data.libsvm")


# --- beside a table ---------------------------------------------------------------------------------------------

LABELS = file("id,label\n" + "".join(f"{row},{label}\n" for row, label in enumerate(GIVEN)))
BESIDE = {
    "numbers separated by spaces": ("pred_probs.txt", "\n".join(" ".join(f"{value:.18e}" for value in row) for row in PROBS)),
    "numbers separated by commas": ("pred_probs.csv", "\n".join(",".join(f"{value:.18e}" for value in row) for row in PROBS)),
    "with a count of the rows": ("probs.csv", ",cat,dog,fox\n" + "\n".join(f"{n},{a},{b},{c}" for n, (a, b, c) in enumerate(PROBS))),
    "JSON lists": ("pred_probs.json", json.dumps(PROBS.tolist())),
    "JSON scores": ("preds.json", json.dumps([[{"label": c, "score": v} for c, v in zip(CLASSES, row, strict=True)] for row in PROBS.tolist()])),
    "JSON Lines of scores": ("preds.jsonl", "".join(json.dumps({"prediction": dict(zip(CLASSES, row, strict=True))}) + "\n" for row in PROBS.tolist())),
}  # fmt: skip


@pytest.mark.parametrize("form", BESIDE)
def test_predictions_beside_a_table_are_read_in_the_forms_of_text(form):
    name, text = BESIDE[form]
    one = opened(LABELS, file(text, name))
    assert_read(one)
    assert (one.dataset.pred_probs.argmax(axis=1) == one.dataset.given_label).all()
    if name == "pred_probs.csv":
        assert_read(opened(file("\n".join(GIVEN) + "\n", "labels.txt"), file(text, name)))


ORDER = ("dog, wolf", "fox", "cat")
LISTS = {
    "classes.txt": "\n".join(ORDER) + "\n",
    "labels.txt": "\n".join(ORDER) + "\n",
    "classes.json": json.dumps(ORDER),
    "label2id.json": json.dumps({name: number for number, name in enumerate(ORDER)}),
    "id2label.json": json.dumps(dict(enumerate(ORDER))),
    "config.json": json.dumps({"model_type": "bert", "id2label": dict(enumerate(ORDER)), "label2id": {}}),
    "class_indices.json": json.dumps({name: number for number, name in enumerate(ORDER)}),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_classes_beside_a_table_gives_their_order_and_it_is_said(name):
    given = ["dog, wolf" if label == "dog" else label for label in GIVEN]
    rows = "".join(f'{row},"{label}"\n' for row, label in enumerate(given))
    one = opened(file("id,label\n" + rows), array(probabilities(given, ORDER)), file(LISTS[name], name))
    assert (one.dataset.pred_probs.argmax(axis=1) == one.dataset.given_label).all()
    assert f"The classes and their order are taken from {name}." in one.notes


@pytest.mark.parametrize("text", ["cat\ndog\n", "cat\ncat\ndog\nfox\n", '{"cat": 1, "dog": 5, "fox": 9}', "[1, 2, 3]", "[" * 99])
def test_a_list_that_lacks_a_class_or_is_none_is_named_as_not_read(text):
    one = opened(LABELS, array(PROBS), file(text, "classes.json" if text[0] in "[{" else "classes.txt"))
    assert any(note.startswith("classes.") and "was not read" in note for note in one.notes)


def test_the_text_within_label_studios_tasks_is_what_features_are_made_of():
    tasks = [
        {"data": {"text": f"a message of several words, number {row}"}, "annotations": [{"result": [{"value": {"choices": [label]}}]}]}
        for row, label in enumerate(GIVEN)
    ]
    one = opened(file(json.dumps(tasks), "project.json"))
    assert one.texts[3] == "a message of several words, number 3"
    assert one.raw.texts == one.texts


def test_rows_of_another_table_in_another_order_are_matched_by_an_id_and_it_is_said():
    labels = "id,label\n" + "".join(f"{row[0]},{row[1]}\n" for row in ROWS)
    shuffled = random.Random(0).sample(ROWS, len(ROWS))
    predicted = "id,cat,dog,fox\n" + "".join(f"{row[0]},{','.join(row[3:])}\n" for row in shuffled)
    one = opened(file(labels, "labels.csv"), file(predicted, "submission.csv"))
    assert_read(one)
    assert (one.dataset.pred_probs.argmax(axis=1) == one.dataset.given_label).all()
    assert any("matched" in note and "submission.csv" in note for note in one.notes)


def test_predictions_are_matched_with_images_in_folders_by_the_names_of_the_files():
    images = [InputFile(f"pets/{row[1]}/{row[0]}.jpg", b"") for row in ROWS]
    predicted = "filename,cat,dog,fox\n" + "".join(f"{row[0]}.jpg,{','.join(row[3:])}\n" for row in ROWS)
    one = opened(*images, file(predicted, "predictions.csv"))
    assert sorted(given_labels(one)) == sorted(GIVEN)
    assert (one.dataset.pred_probs.argmax(axis=1) == one.dataset.given_label).all()


def test_names_of_images_are_matched_with_and_without_their_suffix():
    labels = "image_id,label\n" + "".join(f"{row[0]},{row[1]}\n" for row in ROWS)
    predicted = "filename,cat,dog,fox\n" + "".join(f"{row[0]}.jpg,{','.join(row[3:])}\n" for row in reversed(ROWS))
    one = opened(file(labels, "labels.csv"), file(predicted, "predictions.csv"))
    assert (one.dataset.pred_probs.argmax(axis=1) == one.dataset.given_label).all()


def test_texts_that_name_boxes_within_images_are_named_as_no_labels():
    images = [InputFile(f"yolo/images/{row}.jpg", b"") for row in range(5)]
    boxes = [file("0 0.5 0.5 0.25 1\n2 0.1 0.2 0.3 0.4\n", f"yolo/labels/{row}.txt") for row in range(5)]
    with pytest.raises(ReadingError, match="yolo/labels/0.txt and 4 files like it were not read: they name boxes of several classes"):
        opened(*images, *boxes)
    one = opened(*images, *boxes, file(separated(), "data.csv"))
    assert any("name boxes" in note for note in one.notes)


def test_a_table_without_labels_or_numbers_beside_images_in_folders_is_named_as_not_read():
    images = [InputFile(f"pets/{row[1]}/{row[0]}.jpg", b"") for row in ROWS]
    proposal = reading.read([*images, file("filename,author\n" + "".join(f"{row[0]}.jpg,me\n" for row in ROWS), "credits.csv")])
    assert sum(image is not None for image in proposal.images_to_embed) == len(ROWS)
    assert any("credits.csv was not read" in note for note in proposal.notes)


def test_texts_in_folders_are_labelled_by_these():
    texts = [file(f"this is a text about number {row}", f"news/train/{label}/{row}.txt") for row, label in enumerate(GIVEN)]
    one = opened(*texts)
    assert sorted(given_labels(one)) == sorted(GIVEN)
    assert one.texts[0] == "this is a text about number 0"
    assert one.dataset.ids[0] == "news/train/cat/0.txt"
    assert any("Each file is a text" in note for note in one.notes)


def test_images_within_a_parquet_file_are_their_paths():
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    out = io.BytesIO()
    images = [{"bytes": b"\x89PNG", "path": f"{row}.png"} for row in range(len(GIVEN))]
    parquet.write_table(arrow.table({"image": images, "label": GIVEN}), out)
    one = opened(file(out.getvalue(), "data.parquet"), array(PROBS))
    assert one.dataset.files[1] == "1.png"


# --- what is not read --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, what",
    [("embeddings.pt", "numpy.save"), ("embeddings.pkl", "pickle"), ("annotations.xml", "CVAT"), ("notes.docx", "CSV"),
     ("data.tgz", "tar archive"),
     ("strange.qqq", "no kind that is read")],
)  # fmt: skip
def test_every_file_that_is_not_read_is_named_with_what_to_do(name, what):
    strange = file(b"\x01\x02", name)
    with pytest.raises(ReadingError, match=f"{name} was not read.*{what}"):
        opened(file("id,label\n" + "".join(f"{row},{label}\n" for row, label in enumerate(GIVEN))), strange)
    one = opened(file(separated()), strange)
    assert any(note.startswith(f"{name} was not read") for note in one.notes)
    with pytest.raises(ReadingError, match=f"{name} was not read"):
        opened(array(PROBS), strange)


def test_a_table_is_written_in_the_form_that_the_output_is_named_for():
    table = read_table(file(separated()))
    lines = write_table(in_form_of(table, ".jsonl")).decode().splitlines()
    assert json.loads(lines[0])["label"] == "cat"
    as_csv = in_form_of(read_table(file("\n".join(lines), "data.jsonl")), ".csv")
    assert write_table(as_csv).decode() == separated()
    assert NATIVE.rows >= len(table)


# --- as people and their programs really write tables ------------------------------------------------


PLANTS = [[f"{row:03d}", f"{4 + row % 3 + row * 0.37 % 1:.2f}", f"{7 - row % 3 + row * 0.61 % 1:.2f}", CLASSES[row % 3]] for row in range(30)]
PLANT_COLUMNS = ["id", "width", "height", "label"]


def plants(rows=PLANTS, delimiter=",", columns=PLANT_COLUMNS):
    return separated(delimiter, rows, columns)


def assert_plants(one, columns=("width", "height")):
    assert given_labels(one) == GIVEN
    assert tuple(one.raw.columns) == columns
    assert [cells[0].strip() for cells in one.raw.columns.values()] == PLANTS[0][1:3]


def notes_of(*files):
    proposal = reading.read(files)
    assert_plants(proposal.make())
    return " ".join(proposal.notes)


@pytest.mark.parametrize("delimiter", ["^", "~", "\x01", "\x1f", "¦"])
def test_a_rare_character_separates_fields_where_no_usual_one_does(delimiter):
    assert_plants(opened(file(plants(delimiter=delimiter))))


def test_a_rare_character_within_texts_separates_nothing():
    rows = [[f"about ~{row} of it ~ sold", label] for row, label in enumerate(GIVEN)]
    one = opened(file(separated(";", rows, ["text", "label"])))
    assert one.texts[2] == "about ~2 of it ~ sold"


def test_separators_behind_the_last_field_of_every_row_but_the_header_are_no_column():
    header, *lines = plants(delimiter=";").splitlines()
    assert_plants(opened(file("\n".join([header, *(f"{line};;" for line in lines)]) + "\n")))


def test_a_header_that_comes_again_and_comments_between_rows_are_left_out_and_said():
    header, *lines = plants().splitlines()
    said = notes_of(file("\n".join([header, *lines[:10], "# the second session", header, *lines[10:20], header, *lines[20:]]) + "\n"))
    assert "The header of data.csv comes again, first at line 13: 2 rows left out." in said
    assert "Comments stand between the rows of data.csv, first at line 12: 1 row left out." in said


def test_a_column_that_comes_twice_gets_a_name_of_its_own_and_labels_that_contradict_are_refused():
    rows = [[*row[:3], row[3], row[3]] for row in PLANTS]
    proposal = reading.read([file(separated(",", rows, ["id", "size", "size", "label", "label"]))])
    assert_plants(proposal.make(), ("size", "size_2"))
    assert "Columns of data.csv have the name of another one: they are called 'size_2', 'label_2'." in proposal.notes
    rows[4][4] = "other"
    with pytest.raises(ReadingError, match="line 1 has the column 'label' twice, with other values"):
        reading.read([file(separated(",", rows, ["id", "size", "size", "label", "label"]))])


def test_rows_without_a_last_field_that_most_rows_lack_are_filled_up_but_a_line_that_is_cut_off_is_refused():
    lines = plants(columns=[*PLANT_COLUMNS, "remark"]).splitlines()
    lines[3] += ",odd"
    proposal = reading.read([file("\n".join(lines) + "\n")])
    assert given_labels(proposal.make()) == GIVEN
    assert any("29 rows of data.csv have fewer fields than the header names" in note for note in proposal.notes)
    whole = plants().splitlines()
    whole[5] = whole[5].rpartition(",")[0]
    with pytest.raises(ReadingError, match="line 6 has 3 fields, but the header names 4"):
        opened(file("\n".join(whole) + "\n"))


def test_lines_of_keys_and_values_above_a_blank_line_are_no_part_of_a_table_of_unusual_names():
    content = "Project:,Foxes\nDate:,2023-01-05\n\n" + plants(columns=["No", "breadth", "length", "animal"])
    proposal = reading.read([file(content)])
    assert_plants(proposal.make(), ("breadth", "length"))
    assert "3 lines above the header of data.csv were skipped." in proposal.notes


def test_totals_between_rows_and_a_last_row_that_sums_up_are_left_out_and_a_class_called_total_stays():
    subtotal = ["Subtotal", "55.1", "61.2", ""]
    said = notes_of(file(plants([*PLANTS[:15], subtotal, *PLANTS[15:], ["Total", "120.3", "130.9", ""]])))
    assert "is a total and no row of the table" in said
    swapped = [[row[3], row[1], row[2]] for row in PLANTS]
    total = ["Total", *(f"{sum(float(row[place]) for row in PLANTS):.1f}" for place in (1, 2))]
    assert_plants(opened(file(plants([*swapped, total], columns=["label", "width", "height"]))))
    named = opened(file(plants([*swapped, ["total", "5.5", "16.5"]], columns=["label", "width", "height"])))
    assert "total" in named.dataset.classes  # its numbers are those of a plant


@pytest.mark.parametrize(
    "written",
    [
        lambda text: f"{text} cm", lambda text: f"{text}kg", lambda text: f"${text}", lambda text: f"{text} €", lambda text: f"EUR {text}",
        lambda text: f"{text} m/s²", lambda text: f"<{text}" if text.endswith("1") else text, lambda text: f"{text} °C",
    ],
    ids=["cm", "kg", "dollars", "euros", "EUR", "m/s²", "below", "°C"],
)  # fmt: skip
def test_numbers_with_one_unit_or_currency_are_numbers_and_it_is_said(written):
    rows = [[row[0], written(row[1]), row[2], row[3]] for row in PLANTS]
    proposal = reading.read([file(plants(rows))])
    assert proposal.roles["width"] == "measurement"
    assert any("Units, currencies and signs such as < in 'width' are left off" in note for note in proposal.notes) == (rows[0][1] != PLANTS[0][1] or any("<" in row[1] for row in rows))


def test_numbers_with_different_units_and_codes_with_letters_are_no_numbers():
    for cells in (["3 cm", "2 m", "4 mm"], ["A1", "A2", "B1"], ["1st", "2nd", "3rd"], ["10:30", "11:30", "9:15"]):
        assert list(without_units(cells * 10)) == cells * 10


# --- several tables, and several sheets ----------------------------------------------------------------


MEASURED = [row[:3] for row in PLANTS]
NAMED = [[row[0], row[3]] for row in PLANTS]


def parts(measured=MEASURED, named=NAMED, key="id", other_key="id"):
    return (
        file(plants(measured, columns=[key, "width", "height"]), "measured.csv"), file(plants(named, columns=[other_key, "label"]), "labels.csv")
    )  # fmt: skip


@pytest.mark.parametrize("other_key", ["id", "sample_id"])
def test_labels_in_one_table_and_measurements_in_another_are_joined_by_their_key(other_key):
    proposal = reading.read(parts(named=NAMED[::-1], other_key=other_key))
    one = proposal.make()
    assert given_labels(one) == GIVEN[::-1]
    assert one.raw.columns["width"] == tuple(row[1] for row in PLANTS[::-1])
    assert any("The columns of measured.csv were joined to those of labels.csv" in note for note in proposal.notes)
    assert proposal.summary()["command"] == "python -m vizzy find measured.csv labels.csv"


def test_rows_that_only_one_of_two_tables_has_are_left_out_and_counted():
    proposal = reading.read(parts(MEASURED[5:], NAMED[:20]))
    assert given_labels(proposal.make()) == GIVEN[5:20]
    said = " ".join(proposal.notes)
    assert "5 rows of labels.csv are not in measured.csv" in said and "10 rows of measured.csv are not in labels.csv" in said


def test_texts_in_a_table_of_their_own_are_joined():
    texts = json_lines([{"id": row[0], "text": f"this plant is called {row[0]}"} for row in PLANTS], "texts.jsonl")
    assert opened(texts, parts(named=NAMED[::-1])[1]).texts[0] == "this plant is called 029"


def test_tables_that_name_no_rows_alike_are_not_joined():
    with pytest.raises(ReadingError, match="measured.csv has 25 rows, but there are 30 labels"):
        opened(*parts([[f"x{row[0]}", *row[1:]] for row in MEASURED[:25]]))


def test_parts_of_the_data_with_labels_are_one_below_the_other_but_two_opinions_on_the_same_rows_are_refused():
    train, test = file(plants(PLANTS[:20]), "train.csv"), file(plants(PLANTS[20:]), "test.csv")
    proposal = reading.read([train, test])
    assert_plants(proposal.make())
    assert proposal.contents.table.name == "train+test.csv" and proposal.contents.table.column("split")[19:21] == ["train", "test"]
    with pytest.raises(ReadingError, match="'ann.csv', 'ben.csv' all have labels"):
        reading.read([file(plants(), "ann.csv"), file(plants([*PLANTS[:-1], [*PLANTS[-1][:3], "cat"]]), "ben.csv")])


def test_test_data_without_labels_and_a_sample_of_a_submission_beside_training_data_are_not_read_and_named():
    test = [[f"t{row[0]}", *row[1:]] for row in MEASURED[:10]]
    files = [
        file(plants(), "train.csv"), file(plants(test, columns=PLANT_COLUMNS[:3]), "test.csv"),
        file(plants([[row[0], "cat"] for row in test], columns=["id", "label"]), "sample_submission.csv"),
    ]  # fmt: skip
    said = notes_of(*files)
    assert "test.csv was not read: its rows are others than those of train.csv." in said and "sample_submission.csv was not read" in said


def sheets_of(**sheets):
    pytest.importorskip("python_calamine")
    return InputFile("book.xlsx", workbook(sheets))


@pytest.mark.parametrize("key", ["id", "Probe"])
def test_labels_in_one_sheet_and_measurements_in_another_are_joined(key):
    book = sheets_of(Messwerte=[[key, "width", "height"], *MEASURED], Klassen=[[key, "Klasse"], *NAMED[::-1]])
    assert given_labels(opened(book)) == GIVEN[::-1]
    assert reading.read([book]).summary()["sheets_together"] == ["Klassen", "Messwerte"]


def test_sheets_with_the_same_columns_are_one_table_and_their_names_the_labels_where_there_are_no_others():
    by_class = {name: [["id", "width", "height"], *[[number, *row[1:3]] for number, row in enumerate(PLANTS) if row[3] == name]] for name in CLASSES}
    assert given_labels(opened(sheets_of(**by_class))) == sorted(GIVEN)
    by_part = opened(sheets_of(train=[PLANT_COLUMNS, *PLANTS[:20]], test=[PLANT_COLUMNS, *PLANTS[20:]]))
    assert given_labels(by_part) == GIVEN and set(by_part.table.column("split")) == {"train", "test"}
    summary = reading.read([sheets_of(**by_class)]).summary()
    assert (summary["sheet"], summary["sheets_together"]) == (None, list(by_class))
    summary = reading.read([sheets_of(**by_class)], reading.Choices(sheet=CLASSES[0])).summary()
    assert (summary["sheet"], summary["sheets_together"], summary["chosen_sheet"]) == (CLASSES[0], [], CLASSES[0])
    with_legend = reading.read([sheets_of(train=[PLANT_COLUMNS, *PLANTS[:20]], Legend=[["class", "meaning"], ["cat", "a cat"]], test=[PLANT_COLUMNS, *PLANTS[20:]])])
    assert with_legend.summary()["sheets_together"] == ["train", "test"] and len(with_legend.make().dataset) == 30
    assert "Sheets that were not read, as their columns are others: 'Legend'." in with_legend.make().notes
    by_person = reading.read([sheets_of(ann=[PLANT_COLUMNS, *PLANTS], ben=[PLANT_COLUMNS, *PLANTS[:-1], [*PLANTS[-1][:3], "cat"]])])
    assert by_person.contents.table.form.sheet == "ann" and len(by_person.make().dataset) == 30


# --- as tools write JSON and lists of texts ---------------------------------------------------------------


WORDS = ("came late and the box was torn", "works well for the price that it has", "is too small for what I wanted")
SAID = [f"the parcel of number {row} {WORDS[row % 7 % 3]}" for row in range(30)]


def as_text(value, name="data.json"):
    return file(json.dumps(value), name)


def both():
    return list(zip(SAID, GIVEN, strict=True))


SHAPES = {
    "lists of texts by label": as_text({name: [text for text, label in both() if label == name] for name in CLASSES}),
    "rows within rows": as_text({"features": [{"name": "text"}], "rows": [{"row_idx": row, "row": {"text": t, "label": g}} for row, (t, g) in enumerate(both())]}),
    "input and output": json_lines([{"input": {"text": text}, "output": {"class": label, "by": "ann"}} for text, label in both()]),
    "chats": json_lines([{"messages": [{"role": "system", "content": "Classify."}, {"role": "user", "content": t}, {"role": "assistant", "content": g}]} for t, g in both()]),
    "conversations": json_lines([{"id": row, "conversations": [{"from": "human", "value": t}, {"from": "gpt", "value": g}]} for row, (t, g) in enumerate(both())]),
    "one of two lists": as_text({"intents": [{"name": name} for name in CLASSES], "utterances": [{"text": t, "intent": g} for t, g in both()]}),
    "SageMaker": json_lines([{"source": t, "kind": CLASSES.index(g), "kind-metadata": {"class-name": g, "confidence": 0.9}} for t, g in both()], "out.manifest"),
    "Vertex": json_lines([{"classificationAnnotation": {"displayName": g, "annotationResourceLabels": {}}, "textContent": t} for t, g in both()]),
    "fastText behind": file("".join(f"{text} __label__{label}\n" for text, label in both()), "train.txt"),
    "fastText and a tab": file("".join(f"__label__{label}\t{text}\n" for text, label in both()), "train.txt"),
    "an unknown suffix": file(separated("\t", both(), ["text", "label"]), "train.part"),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_texts_and_labels_are_found_in_the_shape_in_which_a_tool_writes_them(shape):
    one = opened(SHAPES[shape], **({"roles": {"kind": "label"}} if shape == "SageMaker" else {}))
    assert dict(zip(one.texts, given_labels(one), strict=True)) == dict(both())


def test_lists_of_equal_length_with_usual_names_and_lists_of_words_stay_columns():
    assert opened(as_text({"text": SAID, "label": GIVEN})).texts == tuple(SAID)
    assert read_table(as_text({"first": ["a", "b"], "second": ["c", "d"]})).columns == ("first", "second")


def test_the_features_of_geojson_are_rows_of_their_properties_and_their_place():
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [float(row[1]), float(row[2])]}, "properties": {"label": row[3]}} for row in PLANTS
    ]  # fmt: skip
    one = opened(as_text({"type": "FeatureCollection", "features": features}, "places.geojson"))
    assert given_labels(one) == GIVEN and tuple(one.raw.columns) == ("longitude", "latitude")


@pytest.mark.parametrize(
    "kinds, flags", [(["c", "c", "d"], ["", "", "class"]), (["continuous", "continuous", "cat dog fox"], ["", "", "class"])], ids=["letters", "words"]
)
def test_the_lines_that_orange_writes_below_a_header_are_no_rows_and_tell_the_label(kinds, flags):
    rows = [kinds, flags, *[row[1:] for row in PLANTS]]
    one = opened(file(separated("\t", rows, ["width", "height", "iris"]), "iris.tab"))
    assert_plants(one)


@pytest.mark.parametrize("label", ["DESC:manner", "4", "SPAM"])
def test_lines_of_a_label_and_a_text_are_read(label):
    lines = [f"{label if row % 2 else '0'} {text}" for row, text in enumerate(SAID)]
    labels = {label, "0"}
    one = opened(file("\n".join(line.replace("0 the", "OTHER the") for line in lines) + "\n", "train.label"))
    assert set(one.dataset.classes) == labels - {"0"} | {"OTHER"} and one.texts[1] == SAID[1]


def test_lines_of_sentences_that_begin_with_few_words_are_no_labels_and_texts():
    assert "label" not in read_table(file("\n".join(f"{'The' if row % 2 else 'A'}{text[3:]}" for row, text in enumerate(SAID)) + "\n", "texts.txt")).columns


def test_a_header_behind_a_comment_sign_names_the_columns_as_numpy_writes_them():
    for delimiter in (" ", ","):
        rows = "".join(delimiter.join([*row[1:3], str(CLASSES.index(row[3]))]) + "\n" for row in PLANTS)
        table = read_table(file("# " + delimiter.join(["width", "height", "label"]) + "\n" + rows, "data.txt"))
        assert table.columns == ("width", "height", "label") and len(table) == 30


@pytest.mark.parametrize("name", ["train.conll", "doc.ann"])
def test_labels_within_texts_are_said_to_be_such(name):
    with pytest.raises(ReadingError, match=f"{name} was not read: it is a file of labels within texts"):
        opened(file("EU B-ORG\nrejects O\n\n" * 20, name))


def test_labels_of_words_are_judged_word_by_word_and_it_is_said():
    proposal = reading.read([file(separated("\t", [["EU", "B-ORG"], ["rejects", "O"]] * 15, ["word", "label"]), "ner.tsv")])
    assert any("are those of words within texts" in note for note in proposal.notes)


def test_what_is_in_a_tar_archive_is_read_but_for_images():
    for mode, suffix in (("w", ".tar"), ("w:gz", ".tar.gz"), ("w:gz", ".tgz"), ("w:bz2", ".tar.bz2"), ("w:xz", ".tar.xz")):
        assert_read(opened(file(archived({"./data/labels.csv": separated(), "./data/._labels.csv": "x"}, mode), f"all{suffix}")))
    with pytest.raises(ReadingError, match="all.tgz is a tar archive with images, such as 'cat/1.jpg'"):
        opened(file(archived({"cat/1.jpg": "", "dog/2.jpg": ""}, "w:gz"), "all.tgz"))
    with pytest.raises(ReadingError, match="all.tar cannot be unpacked"):
        opened(file(archived({"labels.csv": separated()}, "w")[:700], "all.tar"))


def archived(entries, mode):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content.encode())
            archive.addfile(entry, io.BytesIO(content.encode()))
    return out.getvalue()


@pytest.mark.parametrize("names", [("pos.txt", "neg.txt"), ("polarity.pos", "polarity.neg")])
def test_lines_of_files_that_are_called_like_labels_are_texts(names):
    one = opened(*(file("".join(f"{text}\n" for text in SAID[start::2]), name) for start, name in enumerate(names)), file("About this data.\n", "README.txt"))
    assert set(one.dataset.classes) == {"pos", "neg"}
    assert one.texts == (*SAID[::2], *SAID[1::2]) and given_labels(one)[:2] == ["pos", "pos"]


def test_files_of_parts_of_the_data_and_lists_of_words_are_no_texts_by_label():
    for names in (("train.txt", "test.txt"), ("one.txt", "two.txt")):
        content = "\n".join(SAID if names[0] == "train.txt" else ["cat", "dog", "fox"]) + "\n"
        with pytest.raises(ReadingError):
            opened(*(file(content, name) for name in names))


def test_tables_of_one_class_each_are_one_table_with_their_names_as_labels():
    files = [file(plants([[number, *row[1:3]] for number, row in enumerate(PLANTS) if row[3] == name], columns=["id", "width", "height"]), f"{name}.csv") for name in CLASSES]
    proposal = reading.read(files)
    assert given_labels(proposal.make()) == sorted(GIVEN)
    assert any("their names as labels" in note for note in proposal.notes)


# --- whether the first line holds names ---------------------------------------------------------------------


def letters_of(row):
    return ["pe"[row % 2], "xbf"[row * 7 % 5 % 3], "sy"[row * 3 % 7 % 2], "pal"[row * 11 % 7 % 3]]


@pytest.mark.parametrize(
    "rows",
    [
        [["p", "b", "y", "p"], *(letters_of(row) for row in range(30))],
        [["5", "146", "45", "132"], *([str(row % 3), str(row * 37 % 255), str(row * 91 % 255), str(row * 53 % 255)] for row in range(30))],
        [[SAID[0], "27", "eeb0"], *([text, ("27", "2,3", "14")[row % 3], f"eeb{row}"] for row, text in enumerate(SAID))],
        [["ham", "a text £5", "", ""], *([("ham", "spam")[row % 2], text, "", ""] for row, text in enumerate(SAID))],
    ],
    ids=["letters, one of which is y", "numbers in no order", "a number among words", "empty cells above empty ones"],
)
def test_a_first_line_of_data_is_no_header(rows):
    table = read_table(file(separated("\t", rows[1:], rows[0]), "data.txt"))
    assert table.columns[0] == "column_1" and len(table) == len(rows)


@pytest.mark.parametrize("header", ["y,a,b", "0,1,2", "kind,0,1", "v1,v2,,", "5,17,33"])
def test_a_first_line_of_names_is_a_header(header):
    rows = [[("yes", "no")[row % 2] if header[0] in "kv" else f"{row * 0.37 % 3:.2f}", f"{row * 0.61 % 5:.2f}", f"{row * 0.53 % 2:.2f}"] for row in range(30)]
    rows = [[*row[: header.count(",") + 1], *[""] * (header.count(",") + 1 - len(row))] for row in rows]
    rows = [[*row[:2], "", ""] if header[0] == "v" else row for row in rows]
    assert read_table(file(separated(",", rows, header.split(",")))).columns[0] == header.split(",")[0]


@pytest.mark.parametrize("place", [3, 0])
def test_of_columns_of_numbers_without_names_the_one_of_few_whole_numbers_at_an_edge_is_the_label(place):
    rows = [[f"{row * 0.37 % 3:.2f}", str(row * 37 % 19), f"{row * 0.53 % 2:.2f}"] for row in range(60)]
    for row, cells in enumerate(rows):
        cells.insert(place, f"{row % 2:.6e}" if place else str(row % 2))
    assert reading.read([file("\n".join(map(",".join, rows)) + "\n", "data.data")]).roles[f"column_{place + 1}"] == "label"


def test_a_column_called_title_that_is_the_same_everywhere_is_not_the_text():
    rows = [["Rate it", text, label] for text, label in both()]
    one = opened(file(separated(",", rows, ["Title", "Input.text", "Answer.sentiment.label"])))
    assert one.texts == tuple(SAID) and given_labels(one) == GIVEN


def test_rows_within_a_column_of_a_parquet_file_are_columns():
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    out = io.BytesIO()
    parquet.write_table(pyarrow.table({"row": pyarrow.array([{"text": text, "label": label} for text, label in both()])}), out)
    one = opened(file(out.getvalue(), "data.parquet"))
    assert one.texts == tuple(SAID) and given_labels(one) == GIVEN
