"""``vizzy find`` piece by piece writes what the command writes of the same rows in memory, bit for bit."""

import csv
import json
import re
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from vizzy.__main__ import main
from vizzy.native.scale import storage
from vizzy.native.scale import run as scale_run

CLASSES = ("bear", "cat", "dog")
FOUND = ("suggested_label", "label_quality", "is_label_issue", "is_out_of_distribution")


def rows(n=400, dtype=np.float64, seed=0):
    """Labels and probabilities of three classes, with ties, zeros, ones, and rows that know nothing."""
    rng = np.random.default_rng(seed)
    probs = rng.dirichlet([0.4, 0.4, 0.4], n)
    probs[::17] = [1, 0, 0]
    probs[::23] = 1 / 3
    probs = probs.astype(dtype)
    label = np.where(rng.random(n) < 0.2, rng.integers(0, 3, n), probs.argmax(axis=1))
    return [CLASSES[number] for number in label], probs


def as_columns(label, probs):
    named = {f"p_{name}": pa.array(probs[:, place]) for place, name in enumerate(CLASSES)}
    return pa.table({"id": [f"x{number}" for number in range(len(label))], "label": label} | named)


def as_lists(label, probs):
    return pa.table(
        {"label": label, "pred_probs": pa.array(list(probs), pa.list_(pa.from_numpy_dtype(probs.dtype)))}
    )


def as_fixed_lists(label, probs):
    lists = pa.FixedSizeListArray.from_arrays(pa.array(probs.ravel()), 3)
    return pa.table({"label": pa.array(label).dictionary_encode(), "probs": lists})


SCHEMAS = [as_columns, as_lists, as_fixed_lists]


def in_files(folder, table, cuts=(0, 0, 137, 138, 400), group_rows=50):
    """The rows of a table in several files, one of them empty: their paths."""
    folder.mkdir()
    paths = []
    for number, (start, end) in enumerate(zip(cuts[:-1], cuts[1:], strict=True)):
        paths.append(folder / f"part-{number}.parquet")
        parquet.write_table(table.slice(start, end - start), paths[-1], row_group_size=group_rows)
    return paths


def in_memory(folder, table, options=()):
    whole, out = folder / "whole.parquet", folder / "whole-found.parquet"
    parquet.write_table(table, whole)
    assert main(["find", str(whole), "-o", str(out), *options]) == 0
    return parquet.read_table(out)


def in_pieces(folder, options=(), engine=("--no-cluster",)):
    assert (
        main(["find", str(folder / "parts" / "*.parquet"), "-o", str(folder / "out"), *engine, *options]) == 0
    )
    parts = sorted((folder / "out").glob("part-*.parquet"))
    return pa.concat_tables([parquet.read_table(part) for part in parts])


def assert_same(found, expected):
    for name in FOUND:
        assert found.column(name).to_pylist() == expected.column(name).to_pylist(), name


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize(
    "options",
    [(), ("--class-percentile", "50", "--ood-percentile", "15"), ("--mean", "--ood-percentile", "30")],
    ids=["means", "percentiles", "both"],
)
def test_rows_in_pieces_have_the_findings_that_they_have_in_memory(tmp_path, schema, dtype, options):
    table = schema(*rows(dtype=dtype))
    in_files(tmp_path / "parts", table)
    found = in_pieces(tmp_path, options)
    assert_same(found, in_memory(tmp_path, table, options))
    assert sum(found.column("is_label_issue").to_pylist())


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("percentages", lambda probs: probs * 100),
        ("two decimals", lambda probs: probs.round(2)),
        ("logarithms", lambda probs: np.log(np.clip(probs, 1e-12, 1))),
        ("logits", lambda probs: np.log(np.clip(probs, 1e-12, 1)) + 3),
    ],
)
def test_other_forms_of_probabilities_are_told_from_all_rows_together(tmp_path, name, changed):
    label, probs = rows()
    table = as_columns(label, changed(probs))
    in_files(tmp_path / "parts", table)
    assert_same(in_pieces(tmp_path), in_memory(tmp_path, table))


def test_the_division_into_files_and_row_groups_changes_nothing(tmp_path, monkeypatch):
    table = as_columns(*rows())
    in_files(tmp_path / "parts", table)
    once = in_pieces(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    in_files(other / "parts", table, cuts=(0, 400), group_rows=13)
    monkeypatch.setattr("vizzy.native.scale.pieces.CHUNK_CELLS", 12)
    again = in_pieces(other)
    assert once.to_pylist() == again.to_pylist()
    both = [json.loads((folder / "out" / "summary.json").read_text()) for folder in (tmp_path, other)]
    assert both[0].pop("parts") != both[1].pop("parts")
    assert both[0] == both[1]


def test_rows_without_a_label_are_left_out_as_in_memory(tmp_path, capsys):
    label, probs = rows()
    label[7] = label[390] = None
    label[9] = "unclear"
    table = as_columns(label, probs)
    in_files(tmp_path / "parts", table)
    options = ("--leave-out-unlabelled", "--no-label", "unclear")
    found = in_pieces(tmp_path, options)
    assert found.num_rows == 400 and found.column("given_label")[9].as_py() is None
    judged = [number for number in range(400) if number not in (7, 9, 390)]
    assert_same(found.take(judged), in_memory(tmp_path, table, options).take(judged))
    assert "3 rows without a label left out" in capsys.readouterr().out


@pytest.mark.parametrize("sign", ["-1", "unlabeled", "?"])
def test_a_sign_that_there_is_no_label_is_left_out_as_in_memory_without_being_asked_about_and_said(tmp_path, capsys, sign):
    label, probs = rows()
    label[7] = label[390] = sign
    table = as_columns(label, probs)
    in_files(tmp_path / "parts", table)
    found = in_pieces(tmp_path, ())
    judged = [number for number in range(400) if number not in (7, 390)]
    assert found.column("suggested_label")[7].as_py() is None
    assert_same(found.take(judged), in_memory(tmp_path, table, ()).take(judged))
    assert re.search(rf"'{re.escape(sign)}'.* taken to mean that there is no label", capsys.readouterr().out)


def spoilt(cell, value):
    label, probs = rows()
    if cell == "label":
        label[150] = value
    else:
        probs[150, 1] = value
    return label, probs


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        ("label", None, "has no label, as in 1 row"),
        ("prob", np.nan, "column 'p_cat' is not a number"),
        ("prob", 7.0, "column 'p_cat' is 7, but a probability is between 0 and 1"),
        ("prob", 0.9, "probabilities that sum to"),
    ],
)
def test_a_bad_row_is_named_by_file_row_group_and_row(tmp_path, capsys, cell, value, said):
    in_files(tmp_path / "parts", as_columns(*spoilt(cell, value)))
    assert (
        main(["find", str(tmp_path / "parts" / "*.parquet"), "-o", str(tmp_path / "out"), "--no-cluster"])
        == 2
    )
    error = capsys.readouterr().err
    assert (
        f"{tmp_path}/parts/part-3.parquet, row group 0, row 12 (both counted from 0)" in error
        and said in error
    )


def test_a_list_of_another_length_is_named(tmp_path, capsys):
    label, probs = rows()
    lists = [list(row) for row in probs]
    lists[139] = [0.5, 0.5]
    in_files(tmp_path / "parts", pa.table({"label": label, "pred_probs": lists}))
    assert (
        main(["find", str(tmp_path / "parts" / "*.parquet"), "-o", str(tmp_path / "out"), "--no-cluster"])
        == 2
    )
    assert (
        "part-3.parquet, row group 0, row 1 (both counted from 0), column 'pred_probs' holds 2 numbers"
        in capsys.readouterr().err
    )


def test_a_text_that_can_mean_no_label_is_asked_about(tmp_path, capsys):
    label, probs = rows()
    table = as_columns(["NA" if name == "bear" else name for name in label], probs).rename_columns(
        ["id", "label", "p_NA", "p_cat", "p_dog"]
    )
    in_files(tmp_path / "parts", table)
    arguments = ["find", str(tmp_path / "parts" / "*.parquet"), "-o", str(tmp_path / "out"), "--no-cluster"]
    assert main(arguments) == 2
    assert "--keep-label NA" in capsys.readouterr().err
    assert_same(
        in_pieces(tmp_path, ("--keep-label", "NA")), in_memory(tmp_path, table, ("--keep-label", "NA"))
    )


def test_a_run_that_is_started_again_writes_only_the_parts_that_are_missing_or_damaged(tmp_path, capsys):
    in_files(tmp_path / "parts", as_columns(*rows()))
    first = in_pieces(tmp_path)
    parts = sorted((tmp_path / "out").glob("part-*.parquet"))
    content = [part.read_bytes() for part in parts]
    parts[1].unlink()
    damaged = bytearray(content[3])
    damaged[len(damaged) // 3] ^= 1
    parts[3].write_bytes(bytes(damaged))
    kept = parts[2].stat().st_mtime_ns
    capsys.readouterr()
    assert in_pieces(tmp_path).equals(first)
    assert "2 of 4 parts were there already" in capsys.readouterr().out
    assert [part.read_bytes() for part in parts] == content and parts[2].stat().st_mtime_ns == kept


@pytest.mark.parametrize("what", ["options", "files"])
def test_a_folder_of_other_results_is_refused(tmp_path, capsys, what):
    paths = in_files(tmp_path / "parts", as_columns(*rows()))
    in_pieces(tmp_path)
    if what == "files":
        parquet.write_table(as_columns(*rows(seed=1)).slice(0, 90), paths[1])
    options = ["--class-percentile", "50"] if what == "options" else []
    arguments = ["find", str(tmp_path / "parts" / "*.parquet"), "-o", str(tmp_path / "out"), "--no-cluster"]
    assert main([*arguments, *options]) == 2
    assert "holds the results of other files" in capsys.readouterr().err


def test_two_runs_into_one_folder_refuse_each_other(tmp_path, capsys):
    in_files(tmp_path / "parts", as_columns(*rows()))
    arguments = ["find", str(tmp_path / "parts" / "*.parquet"), "-o", str(tmp_path / "out"), "--no-cluster"]
    with storage.locked(str(tmp_path / "out"), print):
        assert main(arguments) == 2
    said = capsys.readouterr().err
    assert f"process {os.getpid()}" in said and "vizzy.lock" in said
    assert main(arguments) == 0
    assert not (tmp_path / "out" / storage.LOCK).exists()


def test_the_lock_of_a_run_that_died_is_taken_over(tmp_path, capsys):
    in_files(tmp_path / "parts", as_columns(*rows()))
    (tmp_path / "out").mkdir()
    dead = json.dumps({"host": os.uname().nodename, "process": 2**22 + 1, "run": "x"})
    (tmp_path / "out" / storage.LOCK).write_text(dead)
    (tmp_path / "out" / f"part-000000.parquet.0{storage.ASIDE}").write_bytes(b"half")
    in_pieces(tmp_path)
    assert "was interrupted" in capsys.readouterr().out
    assert not list((tmp_path / "out").glob(f"*{storage.ASIDE}"))


@pytest.mark.parametrize("number", [28, 13])
def test_a_full_disk_or_a_lost_permission_ends_in_a_sentence(tmp_path, capsys, monkeypatch, number):
    in_files(tmp_path / "parts", as_columns(*rows()))

    def refuse(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(storage.os, "fsync", refuse)
    assert (
        main(["find", str(tmp_path / "parts" / "*.parquet"), "-o", str(tmp_path / "out"), "--no-cluster"])
        == 2
    )
    said = capsys.readouterr().err
    assert os.strerror(number) in said and "cannot be written" in said
    assert not list((tmp_path / "out").glob(f"*{storage.ASIDE}"))


def test_the_most_suspect_are_gathered_in_a_table_that_can_be_reviewed(tmp_path):
    table = as_columns(*rows())
    in_files(tmp_path / "parts", table)
    found = in_pieces(tmp_path, ("--worst", "30"))
    gathered = (tmp_path / "out" / scale_run.WORST).read_text().splitlines()
    ids = [line.split(",")[0] for line in gathered[1:]]
    order = np.argsort(found.column("label_quality").to_numpy(), kind="stable")
    assert ids[:30] == [found.column("id")[int(row)].as_py() for row in order[:30]]
    assert 30 < len(ids) <= 33 and len(set(ids)) == len(ids)
    assert main(["find", str(tmp_path / "out" / scale_run.WORST)]) == 0


def test_a_pattern_that_names_nothing_and_a_file_named_twice_are_refused(tmp_path, capsys):
    paths = in_files(tmp_path / "parts", as_columns(*rows()))
    assert main(["find", str(tmp_path / "none-*.parquet"), "-o", str(tmp_path / "out"), "--no-cluster"]) == 2
    assert "names no Parquet file" in capsys.readouterr().err
    assert main(["find", str(paths[1]), str(paths[1]), "-o", str(tmp_path / "out"), "--no-cluster"]) == 2
    assert "more than once" in capsys.readouterr().err


def test_the_command_for_tables_in_memory_loads_none_of_what_only_pieces_need():
    code = (
        "import sys, vizzy.__main__; print({'dask', 'distributed', 'pyarrow', 'fsspec'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("schema", [as_columns, as_lists], ids=["with ids", "without ids"])
def test_decisions_on_the_most_suspect_are_written_beside_all_rows(tmp_path, capsys, schema):
    in_files(tmp_path / "parts", schema(*rows()))
    found = in_pieces(tmp_path, ("--worst", "30"))
    worst, reviewed = tmp_path / "out" / scale_run.WORST, tmp_path / "reviewed.csv"
    assert main(["find", str(worst), "-o", str(reviewed), "--accept", "all"]) == 0
    with reviewed.open(encoding="utf-8-sig", newline="") as file:
        decided = [row for row in csv.DictReader(file) if row["decision"] == "suggested label accepted"]
    assert decided
    again = in_pieces(tmp_path, ("--decisions", str(reviewed)))
    assert f"{len(decided)} rows have the label that was decided" in capsys.readouterr().out
    assert again.drop_columns("corrected_label").equals(found)
    changed = {
        row: label
        for row, label in enumerate(again.column("corrected_label").to_pylist())
        if label != again.column("given_label")[row].as_py()
    }
    assert sorted(changed.values()) == sorted(row["corrected_label"] for row in decided)
    if schema is as_columns:
        assert {f"x{row}": label for row, label in changed.items()} == {
            row["id"]: row["corrected_label"] for row in decided
        }


def test_a_table_without_decisions_is_refused(tmp_path, capsys):
    in_files(tmp_path / "parts", as_columns(*rows()))
    in_pieces(tmp_path, ("--worst", "30"))
    worst = tmp_path / "out" / scale_run.WORST
    arguments = ["find", str(tmp_path / "parts" / "*.parquet"), "-o", str(tmp_path / "out"), "--no-cluster"]
    assert main([*arguments, "--decisions", str(worst)]) == 2
    assert "holds no decisions" in capsys.readouterr().err


def test_results_among_the_input_are_refused(tmp_path, capsys):
    in_files(tmp_path / "parts", as_columns(*rows()))
    assert (
        main(["find", str(tmp_path / "parts" / "*.parquet"), "-o", f"{tmp_path}/parts/", "--no-cluster"]) == 2
    )
    assert "write to another folder" in capsys.readouterr().err
