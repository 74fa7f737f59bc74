"""Malformed files, made by code: what a person may bring that cannot be read, and what the sentence about it must say.

`REFUSED` are refused; `ODD` look no better, but are read. Each case has a title, which is its id in the tests.
"""

import gzip
import io
import json
import pickle
import struct
import zipfile
from dataclasses import dataclass, field

import numpy as np

from vizzy.reading import InputFile


@dataclass(frozen=True)
class Case:
    """Files, and what must be said of them."""

    title: str
    files: tuple  # of InputFile
    sentence: str = ""  # a regular expression that must be found in the complaint
    choices: dict = field(default_factory=dict)


def text_file(name, text, encoding="utf-8"):
    return InputFile(name, text.encode(encoding))


def npy(array, allow_pickle=False):
    out = io.BytesIO()
    np.save(out, array, allow_pickle=allow_pickle)
    return out.getvalue()


def npz(**arrays):
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def zipped(entries, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


def table(*rows, header="id,label,p_cat,p_dog"):
    return "\n".join([header, *rows]) + "\n"


GOOD_ROWS = ("a,cat,0.9,0.1", "b,dog,0.2,0.8", "c,cat,0.6,0.4", "d,dog,0.3,0.7")
GOOD = table(*GOOD_ROWS)
LABELS = "id,label\na,cat\nb,dog\nc,cat\nd,dog\n"
EMBEDDINGS = np.arange(8.0).reshape(4, 2)
PROBS = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]])


def _csv(title, text, sentence, name="data.csv", **choices):
    return Case(title, (text_file(name, text),), sentence, choices)


def _beside(title, content, sentence, name="embeddings.npy", labels=LABELS, **choices):
    return Case(title, (text_file("labels.csv", labels), InputFile(name, content)), sentence, choices)


def _bytes(title, name, content, sentence):
    return Case(title, (InputFile(name, content),), sentence)


def _with(array, row, column, value):
    changed = array.copy()
    changed[row, column] = value
    return changed


def _zip_with_a_password():
    content = bytearray(zipped([("data.csv", GOOD)]))
    content[6] |= 1  # in the local header
    content[content.index(b"PK\x01\x02") + 8] |= 1  # and in the directory
    return bytes(content)


def _zip_that_lies_about_a_size():
    content = bytearray(zipped([("data.csv", GOOD)], zipfile.ZIP_STORED))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(content)


def _npy_of_a_huge_shape():
    out = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": (400_000_000_000_000, 2)}
    np.lib.format.write_array_header_1_0(out, header)
    return out.getvalue() + EMBEDDINGS.tobytes()


def _huge_table():
    """A file of the size of 2 GB, as far as its length is concerned, without the memory."""

    class Huge(bytes):
        def __len__(self):
            return (2 << 30) - 1  # the most that fits where an index has 32 bits

    return InputFile("huge.csv", Huge(b"id,label\n"))


REFUSED = [
    # Nothing, or not a table at all
    Case("no file", (), "There is no file: bring a table"),
    _bytes("empty", "data.csv", b"", "data.csv is empty: was it saved"),
    _csv("blank lines only", "\n\n  \n", "data.csv is empty"),
    _bytes("a byte-order mark and nothing else", "data.csv", b"\xef\xbb\xbf", "data.csv is empty"),
    _csv(
        "a header and nothing else",
        "id,label,p_cat,p_dog\n",
        "data.csv has a header but no rows: is it cut off",
    ),
    Case(
        "2 GB",
        (_huge_table(),),
        "huge.csv has 2,147 MB, but at most 200 MB fit: .*python -m vizzy find huge.csv",
    ),
    _bytes(
        "a web page",
        "data.csv",
        b"<!DOCTYPE html><html><body>404",
        "data.csv is a web page, perhaps of an error",
    ),
    _bytes(
        "a picture under another name",
        "data.csv",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "data.csv .*zero.*no text",
    ),
    _bytes(
        "an Excel workbook",
        "data.xlsx",
        zipped([("xl/workbook.xml", "<x/>")]),
        "data.xlsx (cannot be read as a spreadsheet .*|is a spreadsheet, and python-calamine .*)[Ss]ave the sheet as CSV",
    ),
    _bytes(
        "an Excel workbook named CSV",
        "data.csv",
        zipped([("xl/a.xml", "<x/>")]),
        "data.csv (cannot be read as a spreadsheet .*|is a spreadsheet, and python-calamine .*)[Ss]ave the sheet as CSV",
    ),
    _bytes(
        "Parquet", "data.parquet", b"PAR1\x15\x04", "data.parquet (cannot be read .*|is a Parquet or Feather file, .*)CSV"
    ),
    _bytes(
        "Parquet named CSV",
        "data.csv",
        b"PAR1\x15\x04",
        "data.csv (cannot be read .*|is a Parquet or Feather file, .*)CSV",
    ),
    _bytes("gzip, cut off", "data.csv.gz", gzip.compress(GOOD.encode())[:-12], "data.csv.gz cannot be unpacked as gzip"),
    _bytes("named like gzip", "data.csv.gz", GOOD.encode(), "data.csv.gz is named like a compressed file but is none"),
    _bytes(
        "a pickle", "data.pkl", pickle.dumps([1]), "data.pkl was not read: it is a Python pickle, which could run anything"
    ),
    _bytes("a pickle named CSV", "data.csv", pickle.dumps([1]), "data.csv is a Python pickle"),
    _bytes(
        "PyTorch's file",
        "model.pt",
        zipped([("archive/data.pkl", b"x")]),
        "model.pt was not read: it is a PyTorch file: save tensor",
    ),
    _bytes("a picture alone", "cat.png", b"\x89PNG", "cat.png .*without labels.*a folder for each label"),
    # Encodings
    _bytes(
        "UTF-16 cut in the middle of a letter",
        "data.csv",
        GOOD.encode("utf-16")[:-1],
        "data.csv cannot be read as utf-16",
    ),
    _bytes(
        "broken UTF-8 after its mark",
        "data.csv",
        b"\xef\xbb\xbfid,label\na,K\xe4tzchen\n",
        "as utf-8: byte 12 is 0xe4",
    ),
    Case(
        "an encoding that it is not in",
        (InputFile("data.csv", b"id,label\na,\x81\x8d\n"),),
        "cannot be read as cp1252: byte 11 is 0x81",
        {"encoding": "cp1252"},
    ),
    _csv("an encoding that does not exist", GOOD, "'klingon', which is no encoding", encoding="klingon"),
    # Header and rows
    _csv("no header", "\n".join(GOOD_ROWS), "no column with a usual name for labels.*'column_1'"),
    _csv(
        "a column twice",
        table("a,cat,dog,1", header="id,label,label,p_cat"),
        "line 1 has the column 'label' twice, with other values",
    ),
    _csv(
        "a row too long", table(*GOOD_ROWS, "e,cat,0.9,0.1,7"), "line 6 has 5 fields, but the header names 4"
    ),
    _csv("a row too short", table(*GOOD_ROWS, "e,cat"), "data.csv line 6 has 2 fields, .*the line cut off"),
    _csv(
        "a comma in a text",
        table("a,cat,one, two", "b,dog,x", header="id,label,text"),
        "line 2 has 4 fields.*quotation marks",
    ),
    _csv(
        "an open quotation mark",
        table('a,"cat,0.9,0.1', *GOOD_ROWS[1:]),
        "line 2 has a quotation mark that is not closed",
    ),
    _csv("a quotation mark inside a field", table('a,"cat"s,0.9,0.1'), "line 2 has a quotation mark.*twice"),
    _csv(
        "spaces as separators",
        "id label p_cat\na cat sat 0.9\nb dog 0.1\n",
        "no column with a usual name for labels",
    ),
    # Labels
    _csv(
        "no column of labels",
        table("1,2", "3,4", header="width,height"),
        "data.csv has no column with a usual name.*'width'",
    ),
    _csv("a chosen column that is not there", GOOD, "data.csv has no column 'kind'", roles={"kind": "label"}),
    _csv(
        "two columns chosen as labels",
        GOOD,
        "'id', 'label' are both taken",
        roles={"id": "label", "label": "label"},
    ),
    _csv(
        "a role that does not exist",
        GOOD,
        "'class' is nothing a column can be taken for",
        roles={"id": "class"},
    ),
    _csv(
        "one class",
        table("a,cat,1,0", "b,cat,1,0"),
        "'label' says 'cat' in all of 2 rows, but it takes two classes",
    ),
    _csv(
        "a label missing",
        table(*GOOD_ROWS, "e,,0.5,0.5"),
        "holds no label in 1 of 5 rows, at data.csv line 6",
    ),
    _csv(
        "labels of NaN",
        table(*GOOD_ROWS, "e,NaN,0.5,0.5", "f,N/A,1,0"),
        "no label in 2 of 6 rows.*leave them out",
    ),
    _csv("all labels missing", table("a,,1,0", "b,,0,1"), "'label' holds no label in any of 2 rows"),
    _csv(
        "labels that are measurements",
        table(*(f"{i},{i / 7:.4f},{i}" for i in range(40)), header="id,target,x1"),
        "'target' has 40 different values in 40 rows, such as .*is it an id, a text or a measurement",
    ),
    # Ids and files
    _csv(
        "an id twice", table(*GOOD_ROWS, "a,cat,1,0"), "data.csv line 6 has the id 'a', as has line 2 already"
    ),
    _csv("an id missing", table(*GOOD_ROWS, ",cat,1,0"), "data.csv line 6 has no id: give it one"),
    # Numbers in columns
    _csv(
        "a word among probabilities",
        table(*GOOD_ROWS, "e,cat,high,0.1"),
        "line 6, column 'p_cat' is 'high', but a number",
    ),
    _csv(
        "NaN among probabilities",
        table(*GOOD_ROWS, "e,cat,nan,0.1"),
        r"line 6, column 'p_cat' is not a number \(NaN\)",
    ),
    _csv(
        "an empty probability",
        table(*GOOD_ROWS, "e,cat,,0.1"),
        "line 6, column 'p_cat' is not a number.*fill it in",
    ),
    _csv("an infinite probability", table(*GOOD_ROWS, "e,cat,inf,0.1"), "line 6, column 'p_cat' is infinite"),
    _csv(
        "probabilities that sum to 0.8",
        table("a,cat,.5,.3", "b,dog,.2,.8"),
        "line 2 has probabilities that sum to 0.8",
    ),
    _csv(
        "a class without probabilities",
        table(*GOOD_ROWS, "e,bear,1,0"),
        "no column with the probabilities of 'bear'",
    ),
    _csv(
        "two columns for one class",
        table("a,cat,1,0,0", "b,dog,0,1,0", header="id,label,p_cat,p_dog,prob_cat"),
        "two columns for the class 'cat', 'p_cat' and 'prob_cat'",
    ),
    _csv(
        "a word in an embedding",
        table("a,cat,1,2", "b,dog,x,4", "c,dog,5,6", header="id,label,e0,e1"),
        "line 3, column 'e0' is 'x'",
    ),
    _csv(
        "an infinite embedding",
        table("a,cat,1,2", "b,dog,3,-inf", header="id,label,e0,e1"),
        "line 3, column 'e1' is infinite",
    ),
    _csv(
        "a number beyond all numbers",
        table("a,cat,1,2", "b,dog,3,1e999", header="id,label,e0,e1"),
        "line 3, column 'e1' is infinite",
    ),
    _csv(
        "lists of different lengths",
        'label,embedding\ncat,"[1, 2]"\ndog,"[1, 2, 3]"\n',
        "line 3, column 'embedding' lists 3 numbers, but data.csv line 2 lists 2",
    ),
    _csv(
        "a list cut short by numpy",
        'label,embedding\ncat,"[1. 2. ... 8. 9.]"\ndog,"[1. 2. ... 8. 9.]"\n',
        "tolist",
    ),
    _csv("labels and nothing else", LABELS, "labels, but nothing to check them against: add a column of texts or of measurements, embeddings"),
    # JSON
    _csv(
        "JSON Lines with a broken line",
        '{"label": "cat"}\n{"label": \n',
        "data.jsonl line 2 is no JSON",
        name="data.jsonl",
    ),
    _csv(
        "JSON Lines of lists",
        '["cat", 1]\n',
        r"data.jsonl line 1 is '\[.*must be an object",
        name="data.jsonl",
    ),
    _csv("JSON cut off", '[{"label": "cat"}, {"lab', "data.json is no JSON .*cut off", name="data.json"),
    _csv(
        "JSON that is no table", '{"cat": 1}', "data.json holds one JSON object, but a list", name="data.json"
    ),
    _csv("JSON of numbers", "[1, 2]", "data.json entry 1 is '1', but must be an object", name="data.json"),
    _csv(
        "JSON nested without end",
        "[" * 100_000,
        "data.json is no JSON .nested more than 50 levels",
        name="data.json",
    ),
    _csv(
        "probabilities that are no numbers",
        '{"label": "cat", "probs": {"cat": 1, "dog": "x"}}\n{"label": "dog", "probs": {"cat": 0, "dog": 1}}\n',
        "data.jsonl line 1, column 'probs' is .*must give every class a probability",
        name="data.jsonl",
    ),
    # Arrays
    _beside("an empty npy", b"", "embeddings.npy is empty: save the array again"),
    _beside("text named npy", b"1,2,3", "embeddings.npy is no array of numpy's"),
    _beside("an npy cut off", npy(EMBEDDINGS)[:-9], "embeddings.npy cannot be read .*is it cut off"),
    _beside("an npy cut in its header", npy(EMBEDDINGS)[:20], "embeddings.npy cannot be read"),
    _beside("an npy of a shape it does not hold", _npy_of_a_huge_shape(), "embeddings.npy cannot be read"),
    _beside(
        "a pickled npy",
        npy(np.array([{"a": 1}] * 4, dtype=object), True),
        "embeddings.npy holds Python objects, .*never loaded",
    ),
    _beside("a pickle named npy", pickle.dumps(EMBEDDINGS), "embeddings.npy holds Python objects"),
    _beside("a pickled npz", npz(a=np.array([None, {}], dtype=object)), "holds Python objects", name="a.npz"),
    _beside(
        "an npz cut off", npz(embeddings=EMBEDDINGS)[:-30], "a.npz cannot be unpacked .*cut off", name="a.npz"
    ),
    _beside(
        "embeddings of other rows",
        npy(EMBEDDINGS[:2]),
        "embeddings.npy has 2 rows, but there are 4 labels: were both",
    ),
    _beside(
        "embeddings without the first row",
        npy(EMBEDDINGS[1:]),
        "3 rows, but there are 4 labels: .*taken for a header",
    ),
    _beside(
        "embeddings with a header's row",
        npy(np.zeros((5, 2))),
        "5 rows, but there are 4 labels: .*header counted",
    ),
    _beside("embeddings on their side", npy(np.zeros((3, 4))), "3 rows, but there are 4 labels: .*Transpose"),
    _beside(
        "NaN in an embedding",
        npy(_with(EMBEDDINGS, 2, 1, np.nan)),
        r"embeddings.npy row 2 \(counted from 0\), column 1 is not a number",
    ),
    _beside(
        "infinity in an embedding",
        npy(_with(EMBEDDINGS, 3, 0, np.inf)),
        "embeddings.npy row 3 .* column 0 is infinite",
    ),
    _beside(
        "embeddings of each word",
        npy(np.zeros((4, 100, 60))),
        r"embeddings.npy has the shape \(4, 100, 60\).*two dimensions",
    ),
    _beside(
        "complex embeddings",
        npy(EMBEDDINGS + 1j),
        "nothing to check them against.*'embeddings.npy' can be taken for neither",
    ),
    _beside(
        "probabilities of too many classes",
        npy(np.full((4, 3), 1 / 3)),
        "for 3 classes, but the labels name 2",
        name="pred_probs.npy",
    ),
    _beside(
        "probabilities that are scores",
        npy(PROBS * 5),
        "pred_probs.npy row 0 .* is 4.5, but a probability",
        name="pred_probs.npy",
    ),
    _beside(
        "too few classes listed",
        npy(PROBS),
        "2 classes, but 1 are listed",
        name="pred_probs.npy",
        classes=("cat",),
    ),
    _beside(
        "other classes listed",
        npy(PROBS),
        "labelled 'dog', which the listed",
        name="pred_probs.npy",
        classes=("cat", "cow"),
    ),
    _bytes("embeddings alone", "embeddings.npy", npy(EMBEDDINGS), "'embeddings.npy' came without labels"),
    Case(
        "two tables with labels",
        (text_file("a.csv", GOOD), text_file("b.csv", GOOD)),
        "'a.csv', 'b.csv' all have labels: bring one",
    ),
    Case(
        "a second table with other ids",
        (text_file("a.csv", LABELS), text_file("p.csv", "id,cat,dog\nb,1,0\ne,0,1\nc,1,0\nd,0,1\n")),
        "p.csv line 2 has the id 'b', but a.csv line 2 has 'a': sort both alike",
    ),
    # Zips
    _bytes(
        "a zip cut off",
        "data.zip",
        zipped([("data.csv", GOOD)])[:-30],
        "data.zip cannot be unpacked .*cut off",
    ),
    _bytes("no zip", "data.zip", b"hello", "data.zip cannot be unpacked"),
    _bytes("an empty zip", "data.zip", zipped([]), "data.zip holds no files"),
    _bytes(
        "a zip with a password",
        "data.zip",
        _zip_with_a_password(),
        "data.zip holds 'data.csv', which has a password",
    ),
    _bytes(
        "a zip bomb",
        "bomb.zip",
        zipped([("data.csv", b"0" * 50_000_000)]),
        "'data.csv', which would unpack to .* times its size",
    ),
    _bytes(
        "a bomb in an npz",
        "a.npz",
        zipped([("a.npy", b"\0" * 20_000_000)]),
        "a.npz holds 'a.npy', .*times its size",
    ),
    _bytes(
        "a zip that leads outside", "data.zip", zipped([("../../etc/data.csv", GOOD)]), "leads outside of it"
    ),
    _bytes(
        "a zip with an absolute path",
        "data.zip",
        zipped([("/etc/data.csv", GOOD)]),
        "'/etc/data.csv', a path that leads outside",
    ),
    _bytes(
        "a zip with a Windows path outside",
        "data.zip",
        zipped([("..\\data.csv", GOOD)]),
        "leads outside of it",
    ),
    _bytes(
        "a zip with a wrong size",
        "data.zip",
        _zip_that_lies_about_a_size(),
        "data.zip (cannot be unpacked|holds 'data.csv', whose size)",
    ),
    _bytes(
        "a zip without a table",
        "data.zip",
        zipped([("readme.md", "hello")]),
        "readme.md was not read: it is a Markdown text",
    ),
]

ODD = [
    _csv("Windows line ends and a byte-order mark", "\ufeff" + GOOD.replace("\n", "\r\n"), ""),
    Case("UTF-16 with its mark", (text_file("data.csv", GOOD, "utf-16"),)),
    Case("UTF-16 without its mark", (text_file("data.csv", GOOD, "utf-16-le"),)),
    Case("Latin-1", (text_file("data.csv", GOOD.replace("cat", "Kätzchen"), "latin-1"),)),
    _csv("semicolons and decimal commas", GOOD.replace(",", ";").replace(".", ","), ""),
    _csv("tabs under the name of CSV", GOOD.replace(",", "\t"), ""),
    _csv("bars", GOOD.replace(",", "|"), ""),
    _csv("Excel's hint of the separator", "sep=;\n" + GOOD.replace(",", ";"), ""),
    _csv("spaces around everything", GOOD.replace(",", " , "), ""),
    _csv("a separator at every line's end", GOOD.replace("\n", ",\n"), ""),
    _csv("blank lines between", GOOD.replace("\n", "\n\n"), ""),
    _csv("numbers for labels", GOOD.replace("cat", "0").replace("dog", "1"), ""),
    _csv(
        "numbers with a fraction for labels",
        GOOD.replace(",cat", ",0.0").replace(",dog", ",1.0").replace("p_cat", "p_0").replace("p_dog", "p_1"),
        "",
    ),
    _csv("formulas in cells", GOOD.replace("a,", '"=HYPERLINK(""x"")",').replace("b,", "@SUM(1),"), ""),
    _csv("HTML in labels", GOOD.replace("cat", "<script>alert(1)</script>"), ""),
    _csv("labels of other letters", GOOD.replace("cat", "猫").replace("dog", "собака"), ""),
    _csv(
        "an absolute path to an image",
        table(*(f"/home/me/{row}" for row in GOOD_ROWS), header="file,label,p_cat,p_dog"),
        "",
    ),
    _csv("missing labels to be left out", table(*GOOD_ROWS, "e,,0.5,0.5"), "", leave_out_unlabelled=True),
    _csv(
        "bad numbers in a row that is left out", table(*GOOD_ROWS, "e,,nan,7"), "", leave_out_unlabelled=True
    ),
    _csv(
        "JSON Lines with lists",
        "\n".join(json.dumps({"label": k, "embedding": [i, 1.5]}) for i, k in enumerate(["a", "b", "a"])),
        "",
        name="d.jsonl",
    ),
    Case(
        "two tables, one of numbers",
        (text_file("a.csv", LABELS), text_file("p.csv", "id,cat,dog\na,1,0\nb,0,1\nc,1,0\nd,0,1\n")),
    ),
    Case(
        "a zip with a Mac's clutter",
        (InputFile("d.zip", zipped([("d/data.csv", GOOD), ("__MACOSX/d/._data.csv", "\0")])),),
    ),
]
