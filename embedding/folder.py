"""From a finished store to a dataset folder: reduction, table, pictures, map and report.

Every file is written under another name and renamed, so a page that is being served never sees half of one. The
features are read twice and never held at once; the embeddings are written through a memory map.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedding.picture_map import map_of
from embedding.report import REPORT_FILE, Facts, report_text
from embedding.sources import Source, Sources, table_row
from embedding.store import Store
from vizzy import reduction
from vizzy.dataset import (
    EMBEDDINGS_FILE,
    INDEX_FILE,
    MAP_FILE,
    TABLE_FILE,
    Dataset,
    build_dataset,
    page_index,
    read_dataset_table,
    write_dataset_table,
)

MENU_FILE = "datasets.json"


class FolderError(Exception):
    """The dataset cannot be made; the message says why."""


@dataclass(frozen=True)
class Options:
    """What the dataset is to be."""

    folder: Path
    name: str
    dimensions: int
    with_map: bool
    in_place: bool  # the folder has its table and pictures; only what is computed is written anew


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a store holds besides its features; lists are in the order of the sources."""

    kept_idx: np.ndarray
    digests: tuple[bytes, ...]  # of the kept ones
    skipped: tuple[tuple[str, str], ...]  # (id, reason)
    gram: np.ndarray


def write_dataset(sources: Sources, store: Store, options: Options) -> str:
    """Write the dataset folder of a finished store.

    Returns
    -------
    str
        The report, which is also in the folder.
    """
    outcome = _read_outcome(sources, store)
    if not len(outcome.kept_idx):
        raise FolderError("not one of the images could be read, so there is no dataset to make")
    if options.in_place and outcome.skipped:
        identifier, reason = outcome.skipped[0]
        raise FolderError(f"the dataset's image {identifier} cannot be used: {reason}")
    kept = [sources.examples[index] for index in outcome.kept_idx]
    embeddings = _write_embeddings(store, outcome, options)
    dataset = _dataset(kept, outcome, options)
    map_xy = map_of(embeddings) if options.with_map else None
    _write_index(dataset, options, map_xy)
    text = report_text(_facts(dataset, sources, outcome, embeddings, store, options))
    _replace(options.folder / REPORT_FILE, text.encode("utf-8"))
    return text


def add_to_menu(folder: Path, name: str, root: Path) -> None:
    """Name a dataset folder in the list the page makes its menu from, beside or above the folder."""
    menu = root / "static" / MENU_FILE
    try:
        path = folder.resolve().relative_to(root.resolve()).as_posix()
    except ValueError as error:
        raise FolderError(
            f"{folder} is outside {root}, so the page cannot open it: choose --out within"
        ) from error
    entries = json.loads(menu.read_text(encoding="utf-8")) if menu.is_file() else []
    entries = [entry for entry in entries if entry["path"] != path] + [{"path": path, "name": name}]
    _replace(menu, (json.dumps(entries, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))


def _read_outcome(sources: Sources, store: Store) -> Outcome:
    kept_idx, digests, skipped, gram = [], [], [], None
    for number, batch in enumerate(store.load_all()):
        width = batch.features.shape[1]
        gram = np.zeros((width, width)) if gram is None else gram
        gram += reduction.gram_matrix([batch.features], width)
        for index, kept, digest, reason in zip(
            store.plan.members(number), batch.kept_mask, batch.digests, batch.reasons, strict=True
        ):
            if kept:
                kept_idx.append(index)
                digests.append(digest.tobytes())
            else:
                skipped.append((sources.examples[index].id, str(reason)))
    return Outcome(np.array(kept_idx, dtype=np.intp), tuple(digests), tuple(skipped), gram)


def _write_embeddings(store: Store, outcome: Outcome, options: Options) -> np.ndarray:
    """Project batch after batch into the embeddings' file; returns it memory-mapped."""
    rows = reduction.components(outcome.gram, options.dimensions)
    path = options.folder / EMBEDDINGS_FILE
    unfinished = path.with_name(f".{path.name}")
    shape = (len(outcome.kept_idx), len(rows))
    written = np.lib.format.open_memmap(unfinished, mode="w+", dtype=np.float32, shape=shape)
    start = 0
    for batch in store.load_all():
        block = reduction.project(batch.features[batch.kept_mask], rows)
        written[start : start + len(block)] = block
        start += len(block)
    written.flush()
    del written
    os.replace(unfinished, path)
    return np.load(path, mmap_mode="r")


def _dataset(kept: list[Source], outcome: Outcome, options: Options) -> Dataset:
    """The dataset's table, written unless it was there, without the embeddings."""
    from embedding.pictures import picture_name, remove_unfinished

    path = options.folder / TABLE_FILE
    if not options.in_place:
        remove_unfinished(options.folder)
        rows = [
            table_row(source, picture_name(index))
            for source, index in zip(kept, outcome.kept_idx, strict=True)
        ]
        write_dataset_table(path.with_name(f".{path.name}"), rows)
        os.replace(path.with_name(f".{path.name}"), path)
    return build_dataset(read_dataset_table(path), name=options.name)


def _write_index(dataset: Dataset, options: Options, map_xy: np.ndarray | None) -> None:
    path = options.folder / INDEX_FILE
    if options.in_place and path.is_file():
        sheets = json.loads(path.read_text(encoding="utf-8")).get("thumbnails")
    else:
        sheets = _write_thumbnails(dataset, options.folder)
    index = page_index(dataset, sheets, None if map_xy is None else MAP_FILE)
    if map_xy is not None:
        unfinished = options.folder / f".{MAP_FILE}"
        np.save(unfinished, map_xy)
        os.replace(unfinished, options.folder / MAP_FILE)
    _replace(path, (json.dumps(index, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8"))


def _write_thumbnails(dataset: Dataset, folder: Path) -> dict:
    from embedding import thumbnails

    thumbnails.write_sprites(_tiles(dataset, folder), len(dataset), folder)
    return thumbnails.layout(len(dataset))


def _tiles(dataset: Dataset, folder: Path) -> Iterator:
    from vizzy.native.image_files import read_rgb
    from embedding.thumbnails import tile

    return (tile(read_rgb(folder / file)) for file in dataset.files)


def _facts(dataset, sources, outcome, embeddings, store, options) -> Facts:
    plan = store.plan
    made_with = (
        f"Embedded with {plan.backbone} ({plan.weights}) by {plan.inference}, {plan.precision} precision on {plan.device}, "
        f"reduced from {len(outcome.gram)} to {embeddings.shape[1]} dimensions."
    )
    return Facts(
        name=options.name,
        classes=dataset.classes,
        given_label=dataset.given_label,
        true_label=dataset.true_label,
        ids=dataset.ids,
        digests=outcome.digests,
        skipped=outcome.skipped,
        ignored=sources.ignored,
        embeddings=embeddings,
        made_with=made_with,
    )


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)
