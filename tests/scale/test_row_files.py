"""Arrays and delimited tables scored piece by piece have the findings that they have in memory."""

import csv
import json

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from test_find_in_pieces import FOUND

from vizzy.__main__ import main
from vizzy.native.scale import choice, pieces, row_files, run, sampling

CLASSES = ("bear", "cat", "dog")
N = 400


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    """Groups, chunks and blocks of a few rows, so that every boundary is crossed many times."""
    monkeypatch.setattr(row_files, "GROUP_ROWS", 37)
    monkeypatch.setattr(sampling, "SAMPLE_ROWS", 60)
    monkeypatch.setattr(sampling, "HEAD_BYTES", 3000)
    monkeypatch.setattr(sampling, "BLOCK_BYTES", 101)
    monkeypatch.setattr(pieces, "CHUNK_CELLS", 30)
    monkeypatch.setattr(run, "divided", lambda facts, _most_rows: pieces.divided(facts, 100))


def label_and_probs(seed=0):
    rng = np.random.default_rng(seed)
    probs = rng.dirichlet([0.4, 0.4, 0.4], N)
    probs[::17] = [1, 0, 0]
    probs[::23] = 1 / 3
    return np.where(rng.random(N) < 0.2, rng.integers(0, 3, N), probs.argmax(axis=1)), probs


def found_in_memory(folder, files, options=()):
    assert main(["find", *map(str, files), "-o", str(folder / "whole.csv"), *options]) == 0
    with (folder / "whole.csv").open(encoding="utf-8-sig", newline="") as file:
        delimiter = next(sign for sign in ";\t," if sign in file.readline())
        file.seek(0)
        return list(csv.DictReader(file, delimiter=delimiter))


def found_in_pieces(folder, files, options=()):
    assert main(["find", *map(str, files), "-o", str(folder / "out"), "--no-cluster", *options]) == 0
    parts = sorted((folder / "out").glob("part-*.parquet"))
    return pa.concat_tables([parquet.read_table(part) for part in parts])


def assert_same(found, expected):
    assert found.num_rows == len(expected)
    texts = {bool: lambda value: str(value).lower(), float: lambda value: f"{value:.6g}", str: str, type(None): lambda _: ""}
    for name in ("given_label", *FOUND):
        cells = [texts[type(value)](value) for value in found.column(name).to_pylist()]
        wanted = [f"{float(row[name]):.6g}" if name == "label_quality" else row[name].lower() if name.startswith("is_") else row[name] for row in expected]
        assert cells == wanted, name


def saved(folder, **arrays):
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values)
    return [folder / f"{name}.npy" for name in arrays]


FORMS = {
    "float32": lambda label, probs: {"pred_probs": probs.astype(np.float32), "labels": label},
    "column after column": lambda label, probs: {"pred_probs": np.asfortranarray(probs), "labels": label},
    "other byte order": lambda label, probs: {"pred_probs": probs.astype(">f8"), "labels": label.astype(">i4")},
    "half precision": lambda label, probs: {"pred_probs": probs.astype(np.float16), "labels": label.astype(np.uint8)},
    "texts": lambda label, probs: {"pred_probs": probs, "labels": np.array(CLASSES)[label]},
    "a column of labels": lambda label, probs: {"pred_probs": probs, "labels": label[:, None]},
    "names of classes": lambda label, probs: {"pred_probs": probs, "labels": label, "classes": np.array(CLASSES)},
    "percentages": lambda label, probs: {"pred_probs": (probs * 100).round(1), "labels": label},
    "logits": lambda label, probs: {"logits": np.log(probs + 1e-9) + 2, "labels": label},
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "options",
    [(), pytest.param(("--class-percentile", "60", "--ood-percentile", "20"), marks=pytest.mark.thorough)],
    ids=["means", "percentiles"],
)
def test_arrays_in_pieces_have_the_findings_that_they_have_in_memory(tmp_path, form, options):
    files = saved(tmp_path, **FORMS[form](*label_and_probs()))
    found = found_in_pieces(tmp_path, files, options)
    assert_same(found, found_in_memory(tmp_path, files, options))
    assert sum(found.column("is_label_issue").to_pylist())


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed], ids=["stored", "compressed"])
def test_so_have_those_in_one_npz(tmp_path, save):
    label, probs = label_and_probs()
    save(tmp_path / "all.npz", pred_probs=probs, labels=label, classes=np.array(CLASSES))
    files = [tmp_path / "all.npz"]
    assert_same(found_in_pieces(tmp_path, files), found_in_memory(tmp_path, files))


def texts_of_labels(label):
    return [CLASSES[number] for number in label]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("labels.csv", lambda names: "id,label\n" + "".join(f"x{row},{name}\n" for row, name in enumerate(names))),
        ("labels.txt", lambda names: "\n".join(names)),
        ("labels.csv", lambda names: "\ufefflabel;note\r\n" + "".join(f'{name};"a ""b""\n; c"\r\n' for name in names) + "\r\n\r\n"),
        ("labels.tsv", lambda names: "label\ttext\n" + "".join(f'{name}\tno "closing\n' if row % 3 else f"{name}\tplain\n" for row, name in enumerate(names))),
        ("labels.csv", lambda names: "label,text\n" + "".join(f'{name},5 "inch\n' if row % 3 else f'{name}, "one ""two"",\nthree"\n' for row, name in enumerate(names))),
    ],
    ids=["with ids", "a line each", "quoted lines", "stray quotation marks", "quotation marks within texts"],
)
def test_so_have_arrays_with_labels_in_a_table(tmp_path, name, text):
    label, probs = label_and_probs()
    (tmp_path / name).write_bytes(text(texts_of_labels(label)).encode())
    files = [*saved(tmp_path, pred_probs=probs), tmp_path / name]
    assert_same(found_in_pieces(tmp_path, files), found_in_memory(tmp_path, files))


CELLS = {
    "as they are": (",", repr),
    "decimal commas": (";", lambda value: f"{value:.12f}".replace(".", ",")),
    "per cent signs": (",", lambda value: f"{100 * value:.4f}%"),
    "behind a space": (", ", repr),
    "two decimals": ("\t", lambda value: f"{value:.2f}"),
}


def table_of(label, probs, delimiter, cell):
    lines = [delimiter.join(["id", "label", *(f"p_{name}" for name in CLASSES)])]
    for row, (name, row_probs) in enumerate(zip(texts_of_labels(label), probs.tolist(), strict=True)):
        lines.append(delimiter.join([f"x{row}", f'"{name}"' if row % 5 == 0 else name, *map(cell, row_probs)]))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("cells", CELLS)
def test_so_has_a_table_with_columns_of_probabilities(tmp_path, cells):
    (tmp_path / "data.csv").write_text(table_of(*label_and_probs(), *CELLS[cells]))
    files = [tmp_path / "data.csv"]
    found = found_in_pieces(tmp_path, files)
    assert_same(found, found_in_memory(tmp_path, files))
    assert found.column("id").to_pylist() == [f"x{row}" for row in range(N)]


def test_labels_that_are_no_plain_texts_are_left_to_memory(tmp_path, capsys):
    label, probs = label_and_probs()
    lines = "".join(f"\"{{'choices': ['{name}']}}\"\n" for name in texts_of_labels(label))
    (tmp_path / "labels.csv").write_text("label\n" + lines)
    files = [*saved(tmp_path, pred_probs=probs), tmp_path / "labels.csv"]
    assert main(["find", *map(str, files), "-o", str(tmp_path / "out"), "--no-cluster"]) == 2
    assert "not one plain value a row" in capsys.readouterr().err


def test_labels_that_are_numbers_are_named_by_what_the_files_say(tmp_path):
    label, probs = label_and_probs()
    files = saved(tmp_path, pred_probs=probs, labels=label)
    (tmp_path / "classes.txt").write_text("\n".join(CLASSES))
    files.append(tmp_path / "classes.txt")
    found = found_in_pieces(tmp_path, files)
    assert_same(found, found_in_memory(tmp_path, files))
    assert set(found.column("given_label").to_pylist()) == set(CLASSES)


@pytest.mark.parametrize("kind", ["arrays", "table", "arrays and table"])
def test_what_memory_does_not_hold_is_written_as_the_same_table_some_rows_at_a_time(tmp_path, monkeypatch, capsys, kind):
    label, probs = label_and_probs()
    files = saved(tmp_path, pred_probs=probs) if "arrays" in kind else []
    files += saved(tmp_path, labels=label) if kind == "arrays" else []
    if "table" in kind:
        columns = table_of(label, probs, *CELLS["as they are"]).splitlines()
        lines = [line.split(",", 2) for line in columns]
        text = "\n".join(columns) if kind == "table" else "\n".join(f'{id},{name},"=1, a"' for id, name, _ in lines)
        (tmp_path / "data.csv").write_text(text + "\n")
        files.append(tmp_path / "data.csv")
    found_in_memory(tmp_path, files)
    monkeypatch.setattr(choice, "LEAST_BYTES", 1)
    monkeypatch.setattr(choice, "free_memory", lambda: 1000)
    capsys.readouterr()
    assert main(["find", *map(str, files), "-o", str(tmp_path / "streamed.csv")]) == 0
    assert "scored piece by piece" in capsys.readouterr().err
    assert (tmp_path / "streamed.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("are_lists", [False, True], ids=["columns", "lists"])
def test_class_names_in_the_metadata_of_parquet_are_used_as_in_memory(tmp_path, are_lists):
    label, probs = label_and_probs()
    described = {"info": {"features": {"label": {"_type": "ClassLabel", "names": list(CLASSES)}}}}
    lists = {"pred_probs": pa.array(list(probs), pa.list_(pa.float64()))}
    columns = lists if are_lists else {f"p_{name}": probs[:, place] for place, name in enumerate(CLASSES)}
    table = pa.table({"label": label} | columns).replace_schema_metadata({"huggingface": json.dumps(described)})
    parquet.write_table(table, tmp_path / "data.parquet", row_group_size=50)
    files = [tmp_path / "data.parquet"]
    found = found_in_pieces(tmp_path, files)
    assert_same(found, found_in_memory(tmp_path, files))
    assert set(found.column("given_label").to_pylist()) == set(CLASSES)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda label, probs: {"pred_probs": probs[:-1], "labels": label}, "pred_probs.npy has 399 rows, but there are 400 labels"),
        (lambda label, probs: {"pred_probs": np.where(np.arange(N)[:, None] == 150, np.nan, probs), "labels": label}, "pred_probs.npy row 150 (counted from 0), column 0"),
        (lambda label, probs: {"pred_probs": probs}, "without labels"),
        (lambda label, probs: {"embeddings": probs * 7 - 3, "labels": label}, "no array"),
        (lambda label, probs: {"pred_probs": probs, "labels": label.astype(object)}, "Python objects"),
    ],
    ids=["lengths", "not a number", "no labels", "no probabilities", "a pickle"],
)
def test_what_is_wrong_with_arrays_is_said(tmp_path, capsys, change, said):
    files = saved(tmp_path, **change(*label_and_probs()))
    assert main(["find", *map(str, files), "-o", str(tmp_path / "out"), "--no-cluster"]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [*lines[:150], "x149,cat,0.5,0.5", *lines[151:]], "data.csv line 151 has 4 fields"),
        (lambda lines: [*lines[:150], "x149,cat,0.5,0.2,much", *lines[151:]], "data.csv line 151, column 'p_dog' is 'much'"),
        (lambda lines: [*lines[:150], "x149,cat,0.5,0.2,0.1", *lines[151:]], "data.csv line 151"),
        (lambda lines: [*lines[:150], "x149,,0.5,0.2,0.3", *lines[151:]], "data.csv line 151, column 'label' has no label"),
        (lambda lines: [*lines[:150], "", *lines[150:]], "blank lines"),
    ],
    ids=["fields", "a word", "a sum", "no label", "a blank line"],
)
def test_what_is_wrong_with_a_row_of_a_table_is_said_with_its_line(tmp_path, capsys, change, said):
    lines = table_of(*label_and_probs(), *CELLS["as they are"]).splitlines()
    (tmp_path / "data.csv").write_text("\n".join(change(lines)) + "\n")
    assert main(["find", str(tmp_path / "data.csv"), "-o", str(tmp_path / "out"), "--no-cluster"]) == 2
    assert said in capsys.readouterr().err
