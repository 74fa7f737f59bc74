"""Files in the forms in which people have them: what is read, what is said of it, and what goes back."""

import bz2
import csv
import gzip
import io
import json
import lzma
import zipfile

import pytest
from brought_files import CLASSES, GIVEN, array, given_labels, opened, probabilities

from vizzy import reading
from vizzy.reading import InputFile, ReadingError
from vizzy.reading.files import NATIVE
from vizzy.reading.formats import in_form_of, read_table, write_table

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


@pytest.mark.parametrize(
    "compress, suffix", [(gzip.compress, ".gz"), (bz2.compress, ".bz2"), (lzma.compress, ".xz")], ids=["gz", "bz2", "xz"]
)
def test_a_compressed_file_is_read_like_what_it_holds(compress, suffix):
    assert_read(opened(file(compress(separated().encode()), f"data.csv{suffix}")))
    lines = "".join(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in ROWS)
    assert_read(opened(file(compress(lines.encode()), f"data.jsonl{suffix}")))
    with pytest.raises(ReadingError, match="data.csv.* cannot be unpacked"):
        opened(file(compress(separated().encode())[:-9], f"data.csv{suffix}"))


def test_what_a_compressed_file_unpacks_to_is_bounded():
    limits = reading.Limits(file_bytes=10_000, total_bytes=20_000, entries=9, rows=9, classes=9, advice="bring a part")
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
    ["# made by a program\n", "# one\n# two, with a comma\n", "My table,,,,,\n\n", "Report of May\n"],
    ids=["a comment", "two comments", "a title and a blank line", "a title"],
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


def test_a_header_is_no_data_where_it_is_chosen_or_looks_like_one():
    assert_read(opened(file(separated())))
    names = "red,green\n" + "red,blue\n" * 5
    assert read_table(file(names), header=True).columns == ("red", "green")
    assert len(read_table(file(names), header=False)) == 6
    numbered = "0,1,2\n" + "0.5,0.25,0.25\n" * 4
    assert read_table(file(numbered)).columns == ("0", "1", "2")


# --- other text formats ---------------------------------------------------------------------------------------

JSON_SHAPES = {
    "records": lambda: [dict(zip(COLUMNS, row, strict=True)) for row in ROWS],
    "by columns and row numbers": lambda: {
        name: {str(number): row[place] for number, row in enumerate(ROWS)} for place, name in enumerate(COLUMNS)
    },
    "lists by columns": lambda: {name: [row[place] for row in ROWS] for place, name in enumerate(COLUMNS)},
    "columns and rows apart": lambda: {"columns": COLUMNS, "data": ROWS},
    "under a key": lambda: {"version": 1, "data": [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]},
}


@pytest.mark.parametrize("shape", JSON_SHAPES)
def test_json_is_read_in_the_shapes_in_which_programs_write_a_table(shape):
    assert_read(opened(file(json.dumps(JSON_SHAPES[shape]()), "data.json")))


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
    with pytest.raises(ReadingError, match="line 3 is a sparse row"):
        read_table(file("@relation r\n@data\n{0 1}\n", "data.arff"))


@pytest.mark.parametrize("name", ["data.libsvm", "data.txt"])
def test_libsvm_is_read_with_zeros_where_no_number_stands(name):
    table = read_table(file("cat 1:0.5 3:2\ndog 2:1 # a comment\n", name))
    assert table.columns == ("label", "feature_1", "feature_2", "feature_3")
    assert table.rows == (["cat", "0.5", "0", "2"], ["dog", "0", "1", "0"])


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


def test_a_column_of_structures_is_refused_by_name():
    content = parquet({"label": GIVEN, "box": [{"x": 1, "y": 2}] * 30})
    with pytest.raises(ReadingError, match="data.parquet, column 'box' holds structures"):
        opened(file(content, "data.parquet"))


def workbook(sheets):
    """An .xlsx file of texts and numbers: {name of a sheet: rows}."""
    out = io.BytesIO()
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kinds = "http://schemas.openxmlformats.org/package/2006"
    with zipfile.ZipFile(out, "w") as archive:
        numbered = list(enumerate(sheets, start=1))
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'spreadsheetml.worksheet+xml"/>'
            for n, _ in numbered
        )
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{kinds}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
            'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>' + overrides + "</Types>",
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{kinds}/relationships"><Relationship Id="r1" Type="{rels}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        names = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in numbered)
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{rels}"><sheets>{names}</sheets></workbook>')
        links = "".join(
            f'<Relationship Id="r{n}" Type="{rels}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{kinds}/relationships">{links}</Relationships>')
        for n, name in numbered:
            body = "".join("<row>" + "".join(map(cell, row)) + "</row>" for row in sheets[name])
            archive.writestr(f"xl/worksheets/sheet{n}.xml", f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>')
    return out.getvalue()


def cell(value):
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
    return f"<c><v>{value}</v></c>"


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


# --- what is not read --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, what",
    [("embeddings.pt", "numpy.save"), ("embeddings.pkl", "pickle"), ("annotations.xml", "CVAT"), ("notes.docx", "CSV"),
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
