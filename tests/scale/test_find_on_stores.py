"""Addresses of object stores are read and written as paths are: the servers are emulators, on the loopback address."""

import json

import pyarrow as pa
import pytest
from object_stores import MARKS, STORES
from pyarrow import parquet
from test_find_in_pieces import as_columns, in_files, in_pieces, rows

from vizzy.__main__ import main
from vizzy.native.scale import storage

pytestmark = MARKS


@pytest.fixture
def bucket(monkeypatch, store):
    """The file system of a server of its own, with an empty bucket "rows"."""
    with STORES[store](monkeypatch, "rows") as files:
        yield files


def test_parts_in_a_store_are_those_written_to_a_folder_and_are_not_written_twice(tmp_path, store, bucket, capsys):
    paths = in_files(tmp_path / "parts", as_columns(*rows()))
    expected = in_pieces(tmp_path)
    for path in paths:
        bucket.put_file(str(path), f"rows/in/{path.name}")
    arguments = ["find", f"{store}://rows/in/*.parquet", "-o", f"{store}://rows/out/", "--no-cluster", "--worst", "5"]
    assert main(arguments) == 0
    names = sorted(bucket.glob("rows/out/part-*.parquet"))
    found = pa.concat_tables([parquet.read_table(bucket.open(name)) for name in names])
    assert found.to_pylist() == expected.to_pylist()
    assert bucket.exists("rows/out/worst.csv") and not bucket.exists(f"rows/out/{storage.LOCK}")
    bucket.rm_file(names[2])
    capsys.readouterr()
    assert main(arguments) == 0
    assert "3 of 4 parts were there already" in capsys.readouterr().out


def test_two_runs_into_one_place_in_a_store_refuse_each_other(store, bucket, tmp_path, capsys):
    paths = in_files(tmp_path / "parts", as_columns(*rows()))
    with storage.locked(f"{store}://rows/out", print):
        owner = json.loads(bucket.cat_file(f"rows/out/{storage.LOCK}"))
        assert owner["process"]
        assert main(["find", str(paths[1]), "-o", f"{store}://rows/out", "--no-cluster"]) == 2
    assert "is being written by another run" in capsys.readouterr().err


def test_a_bucket_that_is_not_there_is_a_sentence(store, bucket, tmp_path, capsys):
    paths = in_files(tmp_path / "parts", as_columns(*rows()))
    assert main(["find", f"{store}://nothing/*.parquet", "-o", str(tmp_path / "out"), "--no-cluster"]) == 2
    assert main(["find", str(paths[1]), "-o", f"{store}://nothing/out", "--no-cluster"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert any(f"{store}://nothing" in line and line.startswith("vizzy:") for line in said)
