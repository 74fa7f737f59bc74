"""What is kept of a run, and how shards divide it."""

from dataclasses import replace

import numpy as np
import pytest

from embedding.store import Batch, Plan, Store, StoreError

PLAN = Plan(
    images=23,
    sources="s",
    backbone="tiny",
    weights="w",
    batch_size=4,
    precision="full",
    device="cpu",
    image_size=64,
)


def batch(members, value=1.0):
    size = len(members)
    return Batch(
        np.full((size, 3), value, np.float32),
        np.ones(size, bool),
        np.zeros((size, 32), np.uint8),
        np.array([""] * size),
    )


def test_batches_cover_every_image_once():
    assert [index for k in range(PLAN.batches) for index in PLAN.members(k)] == list(range(23))


@pytest.mark.parametrize("of", [1, 2, 3, 5, 6, 16])
def test_shards_cover_every_batch_once(of):
    covered = [k for number in range(1, of + 1) for k in PLAN.shard(number, of)]
    assert covered == list(range(PLAN.batches))


def test_what_was_saved_is_no_longer_missing(tmp_path):
    store = Store.open(tmp_path, PLAN)
    store.save(2, batch(PLAN.members(2), 7.0))
    assert store.missing(range(PLAN.batches)) == [0, 1, 3, 4, 5]
    assert Store.open(tmp_path, PLAN).load(2).features[0, 0] == 7.0


def test_half_a_file_is_not_taken_for_a_whole_one(tmp_path):
    store = Store.open(tmp_path, PLAN)
    (store.path(1).parent / ".0000001-99.npz").write_bytes(b"half")
    assert 1 in store.missing(range(PLAN.batches))


def test_a_damaged_file_is_named(tmp_path):
    store = Store.open(tmp_path, PLAN)
    store.path(0).write_bytes(b"PK nonsense")
    with pytest.raises(StoreError, match="0000000.npz is damaged.*delete it"):
        store.load(0)


@pytest.mark.parametrize(
    "change", [{"backbone": "resnet18"}, {"sources": "other"}, {"batch_size": 8}, {"device": "mps"}]
)
def test_a_run_that_would_give_other_numbers_does_not_continue(tmp_path, change):
    Store.open(tmp_path, PLAN)
    with pytest.raises(StoreError, match=f"{next(iter(change))} was .*--restart"):
        Store.open(tmp_path, replace(PLAN, **change))


def test_a_damaged_plan_is_named(tmp_path):
    Store.open(tmp_path, PLAN)
    (tmp_path / "plan.json").write_text("{")
    with pytest.raises(StoreError, match="plan.json is damaged"):
        Store.open(tmp_path, PLAN)
