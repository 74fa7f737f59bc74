"""Scoring many rows in pieces: time per row and peak memory, in a loop, with 1 and 2 Dask workers, beside LabelInspector.

Parquet files of float32 probabilities of 10 classes (Dirichlet, 0.3) with a tenth of the labels drawn anew are made under
.cache/bench, and scored by class percentile 50 and out-of-distribution percentile 15, which takes the most passes. For each
size and way, one JSON line:

``in memory``
    `vizzy.confident` and `vizzy.ranking` on arrays of all rows; reading is in its time. ``same`` says whether the loop's
    parts hold the same findings, bit for bit.
``loop``
    ``python -m vizzy find --no-cluster``.
``1 worker``, ``2 workers``
    A LocalCluster of so many processes; ``peak_mb`` is that of the worker with the most. Its start is not in the time.
    ``--way "16 workers"`` measures any other number.
``LabelInspector``
    cleanlab's class for large datasets, on the same files, in batches of a row group, in one process. It has mean
    thresholds and writes no files.

Each way runs in a process of its own. ``--rows N`` for other sizes than 1,000,000 and 10,000,000; ``--quick`` for 100,000.
Rounds go through all ways in turn, so that a disturbance of a minute does not meet one way alone.
"""

import json
import resource
import shutil
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from itertools import repeat
from pathlib import Path

import numpy as np
from machine import watched
from measuring import CACHE, ROOT, report
from options import parser_for, read

CLASSES, FILE_ROWS, GROUP_ROWS, WRONG_SHARE = 10, 1_000_000, 200_000, 0.1
SIZES, QUICK_SIZES = (1_000_000, 10_000_000), (100_000,)
WAYS = ("loop", "1 worker", "2 workers", "in memory", "LabelInspector")
PERCENTILES = 50, 15
NAMES = tuple(f"c{number}" for number in range(CLASSES))


def main(argv):
    """Print a line for every size and way; returns the exit status."""
    parser = parser_for("scale-out", __doc__, 1, 1)
    parser.add_argument("--rows", type=int, action="append", help="a size; repeat")
    parser.add_argument("--way", action="append", help="one of the ways above; repeat (otherwise all)")
    options = read(parser, argv)
    for size in options.rows or (QUICK_SIZES if options.quick else SIZES):
        folder = made(size)
        for round_number in range(options.rounds):
            for way in options.way or WAYS:
                with watched() as machine:
                    line = in_a_process(way, folder)
                    line["us_per_row"] = round(1e6 * line["seconds"] / size, 2)
                    about = {"benchmark": "scale-out", "rows": size, "way": way, "round": round_number}
                    report(about | line | machine.figures())
        shutil.rmtree(results(folder), ignore_errors=True)
    return 0


def made(size):
    """The folder of the files with so many rows, made if it is not there."""
    folder = CACHE / f"scale-out-{size}"
    if folder.exists():
        return folder
    aside = folder.with_suffix(".aside")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    with ProcessPoolExecutor() as processes:
        list(processes.map(write_file, repeat(aside), range(0, size, FILE_ROWS), repeat(size)))
    aside.rename(folder)
    return folder


def write_file(folder, start, size):
    """Write the file of the rows from `start` on, of `size` in all."""
    import pyarrow as pa
    from pyarrow import parquet

    number = start // FILE_ROWS
    rng = np.random.default_rng(number)
    n = min(FILE_ROWS, size - start)
    probs = rng.dirichlet(np.full(CLASSES, 0.3), n).astype(np.float32)
    label = np.where(rng.random(n) < WRONG_SHARE, rng.integers(0, CLASSES, n), probs.argmax(axis=1))
    lists = pa.FixedSizeListArray.from_arrays(pa.array(probs.ravel()), CLASSES)
    labels = pa.array(NAMES).take(pa.array(label))
    table = pa.table({"id": np.arange(start, start + n), "label": labels, "pred_probs": lists})
    parquet.write_table(table, folder / f"{number:04d}.parquet", row_group_size=GROUP_ROWS)


def results(folder):
    """Where the loop's parts go, which the way in memory is compared with."""
    return folder.with_name(f"{folder.name}-loop")


def in_a_process(way, folder):
    """What a way takes: dict."""
    command = [sys.executable, __file__, way, str(folder)]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"{way} ended with status {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def measured(way, folder):
    """Run one way in this process: dict."""
    if way == "LabelInspector":
        return by_label_inspector(folder)
    return in_memory(folder) if way == "in memory" else in_pieces(way, folder)


def in_pieces(way, folder):
    """Score as the command does."""
    from vizzy.native.scale import engines
    from vizzy.native.scale.run import Options, run
    from vizzy.reading import Choices

    loop = way == "loop"
    out = results(folder) if loop else folder.with_name(f"{folder.name}-dask")
    shutil.rmtree(out, ignore_errors=True)
    asked = Options(str(out), *PERCENTILES, Choices(classes=NAMES))
    with nullcontext(engines.Loop()) if loop else engines.dask(workers=int(way.split()[0])) as engine:
        started = time.perf_counter()
        result = run([f"{folder}/*.parquet"], asked, engine, lambda sentence: None)
        seconds = time.perf_counter() - started
        peaks = [peak_mb()] if loop else list(engine.client.run(peak_mb).values())
    if not loop:
        shutil.rmtree(out)
    return {"seconds": round(seconds, 2), "peak_mb": max(peaks), "label_issues": result.found.label_issues}


def in_memory(folder):
    """Judge all rows at once, and compare with what the loop wrote."""
    from pyarrow import parquet

    from vizzy import confident, ranking
    from vizzy.reading.probability_forms import as_probabilities

    started = time.perf_counter()
    label, values = zip(*batches(folder), strict=True)
    label, (probs, _) = np.concatenate(label), as_probabilities(np.concatenate(values).astype(np.float64), "")
    analysis = confident.analyse(label, probs, *PERCENTILES)
    quality = ranking.label_quality(label, probs)
    seconds, peak = time.perf_counter() - started, peak_mb()
    found = ["label_quality", "is_label_issue", "is_out_of_distribution"]
    parts = parquet.read_table(sorted(results(folder).glob("part-*.parquet")), columns=found)
    expected = (quality, analysis.label_issue_mask, analysis.out_of_distribution_mask)
    same = all(np.array_equal(a.to_numpy(), b) for a, b in zip(parts.columns, expected, strict=True))
    issues = int(analysis.label_issue_mask.sum())
    return {"seconds": round(seconds, 2), "peak_mb": peak, "label_issues": issues, "same": same}


def by_label_inspector(folder):
    """Judge by cleanlab's class for data that does not fit into memory."""
    from cleanlab.experimental.label_issues_batched import LabelInspector

    started = time.perf_counter()
    inspector = LabelInspector(num_class=CLASSES, verbose=False, n_jobs=1)
    for label, probs in batches(folder):
        inspector.update_confident_thresholds(label, probs)
    for label, probs in batches(folder):
        inspector.score_label_quality(label, probs)
    issues = len(inspector.get_label_issues())
    return {"seconds": round(time.perf_counter() - started, 2), "peak_mb": peak_mb(), "label_issues": issues}


def batches(folder):
    """Labels as numbers, and probabilities as they are stored, a row group at a time."""
    from pyarrow import parquet

    number = {name: place for place, name in enumerate(NAMES)}
    for path in sorted(folder.glob("*.parquet")):
        file = parquet.ParquetFile(path)
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, ["label", "pred_probs"], use_threads=False)
            encoded = table.column("label").combine_chunks().dictionary_encode()
            of_text = np.array([number[text] for text in encoded.dictionary.to_pylist()])
            probs = table.column("pred_probs").combine_chunks().flatten().to_numpy()
            yield of_text[encoded.indices.to_numpy()], probs.reshape(-1, CLASSES)


def peak_mb():
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT)]
    print(json.dumps(measured(sys.argv[1], Path(sys.argv[2]))))
