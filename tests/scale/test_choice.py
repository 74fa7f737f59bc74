"""Parquet files that memory does not hold are scored piece by piece without being asked to, and a note says so."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from vizzy.__main__ import main
from vizzy.native.scale import choice
from vizzy.native.scale.choice import free_memory, why_in_pieces


@pytest.fixture
def file(tmp_path):
    """A Parquet file of 120 rows and 3 columns: its path."""
    rng = np.random.default_rng(0)
    probs = rng.dirichlet([0.5, 0.5], 120)
    label = [("cat", "dog")[number] for number in probs.argmax(axis=1) ^ (rng.random(120) < 0.1)]
    table = pa.table({"label": label, "p_cat": probs[:, 0], "p_dog": probs[:, 1]})
    parquet.write_table(table, tmp_path / "rows.parquet")
    return tmp_path / "rows.parquet"


def with_free(monkeypatch, size):
    monkeypatch.setattr(choice, "free_memory", lambda: size)


def test_what_memory_holds_is_held_in_memory(file, monkeypatch):
    with_free(monkeypatch, 1_000_000)
    assert why_in_pieces([str(file)]) is None
    with_free(monkeypatch, None)
    assert why_in_pieces([str(file)]) is None


def test_several_files_count_together(file, monkeypatch):
    with_free(monkeypatch, 360 * choice.BYTES_PER_CELL / choice.MOST_OF_FREE_MEMORY)
    assert why_in_pieces([str(file)]) is None
    assert why_in_pieces([str(file)] * 2).startswith("240 rows would take about 0.0 GB of memory of 0.0 GB that are free: ")


def test_files_of_another_kind_and_damaged_ones_are_left_to_whoever_reads_them(tmp_path, monkeypatch):
    with_free(monkeypatch, 0)
    (tmp_path / "rows.csv").write_text("label,p\n")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 and nothing")
    for name in ("rows.csv", "bad.parquet", "missing.parquet"):
        assert why_in_pieces([str(tmp_path / name)]) is None


def test_the_command_scores_them_in_pieces_with_the_same_counts_and_says_so(file, tmp_path, monkeypatch, capsys):
    assert main(["find", str(file), "--json"]) == 0
    in_memory = json.loads(capsys.readouterr().out)
    with_free(monkeypatch, 1000)
    assert main(["find", str(file), "-o", str(tmp_path / "found")]) == 0
    assert "scored piece by piece" in capsys.readouterr().err
    summary = json.loads((tmp_path / "found" / "summary.json").read_text())
    assert summary["label_issues"] == in_memory["label_issues"] > 0


def test_without_a_place_to_write_to_the_command_lists_the_most_suspect(file, monkeypatch, capsys):
    assert main(["find", str(file), "--json"]) == 0
    in_memory = json.loads(capsys.readouterr().out)
    with_free(monkeypatch, 1000)
    assert main(["find", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    same = ("label_issues", "out_of_distribution", "unconfident", "examples", "classes")
    assert {name: found[name] for name in same} == {name: in_memory[name] for name in same}
    suspects = [[(row["given_label"], row["suggested_label"], row["label_quality"]) for row in one["worst"]] for one in (found, in_memory)]
    assert suspects[0] == suspects[1]
    assert main(["find", str(file)]) == 0
    assert "Nothing was written" in capsys.readouterr().out


def test_of_parquet_one_table_is_refused(file, tmp_path, monkeypatch, capsys):
    with_free(monkeypatch, 1000)
    assert main(["find", str(file), "-o", str(tmp_path / "found.csv")]) == 2
    assert "name a folder" in capsys.readouterr().err


def test_free_memory_is_read_where_linux_says_it_and_is_else_all_there_is(tmp_path, monkeypatch):
    monkeypatch.setattr(choice, "MEMINFO", tmp_path / "meminfo")
    (tmp_path / "meminfo").write_text("MemTotal:  9 kB\nMemAvailable:    2048 kB\n")
    assert free_memory() == 2 * 2**20
    monkeypatch.setattr(choice, "MEMINFO", Path(tmp_path / "none"))
    assert free_memory() is None or free_memory() > 2**20
