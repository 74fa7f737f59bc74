"""Shards as tasks of a Dask cluster whose workers see the same files."""

from __future__ import annotations

import argparse
import copy
import multiprocessing
from collections.abc import Callable
from functools import partial
from pathlib import Path

from embedding.store import TORCH
from vizzy.native.scale import engines

SHARDS_PER_WORKER = 4  # so that a worker that is slower, or starts late, does fewer of them
GPU = "GPU"


def embed_shards(options: argparse.Namespace, run: Callable[[argparse.Namespace], None]) -> None:
    """Embed all shards on a cluster; a shard whose worker is lost is done again by another, from where it was.

    Parameters
    ----------
    options : argparse.Namespace
        Of the command, with the address of a scheduler.
    run : callable
        Does what options say; here, one shard.

    Raises
    ------
    vizzy.reading.errors.ReadingError
        Where the cluster does not answer, is lost, or has workers without this repository, or with another version of it.
    """
    with engines.dask(options.scheduler, packages=("vizzy", "embedding")) as engine:
        workers = engine.client.scheduler_info(n_workers=-1)["workers"].values()
        if any(GPU in worker["resources"] for worker in workers):
            engine = engines.Dask(engine.client, {GPU: 1})
        of = SHARDS_PER_WORKER * max(1, len(workers))
        numbers = range(1, of + 1)
        task = partial(_shard, run=run, options=_for_workers(options), of=of, threads=_cpu_threads(options))
        engine.reduced("embedding", task, numbers, _all_done)


def _for_workers(options):
    """The options of a shard, with paths that hold in any folder."""
    options = copy.copy(options)
    for name, value in vars(options).items():
        if isinstance(value, Path):
            setattr(options, name, value.resolve())
    options.scheduler, options.restart = None, False
    return options


def _cpu_threads(options):
    """With how many threads torch runs a network here; ONNX Runtime runs it with one for each image."""
    if options.inference != TORCH:
        return None
    from embedding.torch_network import cpu_threads

    return cpu_threads()


def _shard(number, run, options, of, threads):
    if threads:
        from embedding.torch_network import use_cpu_threads

        use_cpu_threads(threads)  # as one run here has: Dask gives workers one, which changes a CPU's last bits
    options = copy.copy(options)
    options.shard = (number, of)
    if multiprocessing.current_process().daemon:  # such a process may start no others
        options.workers = 0
    run(options)


def _all_done(results):
    return None
