"""On Dask the findings are those of a plain loop; a worker that is killed changes nothing but the time."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import pytest

pytest.importorskip("distributed")
from pyarrow import parquet
from test_find_in_pieces import as_columns, in_files, in_pieces, rows

from vizzy.__main__ import main
from vizzy.native.scale import engines, passes
from vizzy.native.scale.run import Options, run

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [
    # Of Dask itself and of what it starts, not of what is tested.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:distributed"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def cluster():
    from distributed import LocalCluster

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        ) as cluster:
            yield cluster


def parts_of(folder):
    return {part.name: part.read_bytes() for part in sorted(folder.glob("part-*.parquet"))}


def test_a_cluster_writes_the_bytes_that_a_loop_writes_also_when_a_worker_is_killed(
    tmp_path, cluster, monkeypatch
):
    in_files(tmp_path / "parts", as_columns(*rows()), cuts=range(0, 401, 40))
    in_pieces(tmp_path)
    pattern = str(tmp_path / "parts" / "*.parquet")
    killed = []
    monkeypatch.setattr(passes, "score_piece", slow_score)

    def kill_one_while_it_scores():
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and len(parts_of(tmp_path / "dask")) < 2:
            time.sleep(0.02)
        worker = next(iter(cluster.workers.values()))
        killed.append(worker.pid)
        os.kill(worker.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_one_while_it_scores)
    killer.start()
    with engines.dask(cluster.scheduler_address) as engine:
        result = run([pattern], Options(str(tmp_path / "dask")), engine, print)
    killer.join()
    assert killed and result.found.rows == 400
    assert parts_of(tmp_path / "dask") == parts_of(tmp_path / "out")
    assert (tmp_path / "dask" / "summary.json").read_bytes() == (
        tmp_path / "out" / "summary.json"
    ).read_bytes()


def slow_score(piece, job):
    time.sleep(0.2)  # so that the worker is killed while others have done their parts
    from vizzy.native.scale.passes import score_piece

    return score_piece(piece, job)


def test_the_command_scores_on_a_scheduler_and_names_its_dashboard(tmp_path, cluster, capfd):
    in_files(tmp_path / "parts", as_columns(*rows()))
    found = in_pieces(tmp_path, ("--worst", "5"), engine=("--scheduler", cluster.scheduler_address))
    assert found.num_rows == 400 and (tmp_path / "out" / "worst.csv").exists()
    assert "Dask's dashboard: http" in capfd.readouterr().err


def test_a_bad_row_on_a_worker_is_named(tmp_path, cluster, capsys):
    label, probs = rows()
    probs[150, 1] = 5
    in_files(tmp_path / "parts", as_columns(label, probs))
    arguments = ["find", str(tmp_path / "parts" / "*.parquet"), "-o", str(tmp_path / "out")]
    assert main([*arguments, "--scheduler", cluster.scheduler_address]) == 2
    assert "part-3.parquet, row group 0, row 12" in capsys.readouterr().err


def test_a_scheduler_that_does_not_answer_is_a_sentence(tmp_path, capsys, monkeypatch):
    import dask

    paths = in_files(tmp_path / "parts", as_columns(*rows()))
    with dask.config.set({"distributed.comm.timeouts.connect": "300ms"}):
        arguments = ["find", str(paths[1]), "-o", str(tmp_path / "out"), "--scheduler", "tcp://127.0.0.1:9"]
        assert main(arguments) == 2
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err


@pytest.mark.thorough
def test_without_a_scheduler_a_cluster_of_this_machine_scores(tmp_path):
    in_files(tmp_path / "parts", as_columns(*rows()))
    found = in_pieces(tmp_path, engine=("--workers", "2"))
    assert found.equals(in_memory_free_loop(tmp_path))


def in_memory_free_loop(folder):
    out = folder / "loop"
    assert main(["find", str(folder / "parts" / "*.parquet"), "-o", str(out), "--no-cluster"]) == 0
    import pyarrow as pa

    return pa.concat_tables([parquet.read_table(part) for part in sorted(out.glob("part-*.parquet"))])


@pytest.fixture
def worker(cluster, tmp_path):
    """Starts one more worker, which another version of the package is put before, or none at all."""
    started = []

    def start(preload):
        (tmp_path / "preload.py").write_text(preload)
        command = [sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address, "--nthreads", "1"]
        command += ["--no-dashboard", "--no-nanny", "--local-directory", str(tmp_path), "--preload", str(tmp_path / "preload.py")]
        before = len(cluster.scheduler_info["workers"])
        started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        deadline = time.monotonic() + 60
        while len(cluster.scheduler_info["workers"]) == before:
            assert time.monotonic() < deadline, "the worker did not start"
            time.sleep(0.05)

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.thorough
def test_a_worker_without_the_package_is_named_before_anything_runs(tmp_path, worker, cluster, capsys):
    in_files(tmp_path / "parts", as_columns(*rows()))
    worker("import sys; sys.modules['vizzy'] = None")
    arguments = ["find", str(tmp_path / "parts" / "*.parquet"), "-o", str(tmp_path / "out")]
    assert main([*arguments, "--scheduler", cluster.scheduler_address]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert re.match(r"vizzy: The worker tcp://127\.0\.0\.1:\d+ cannot import vizzy", said)
    assert not (tmp_path / "out" / "summary.json").exists()


@pytest.mark.thorough
def test_a_worker_with_another_version_is_named_before_anything_runs(tmp_path, worker, cluster, capsys):
    in_files(tmp_path / "parts", as_columns(*rows()))
    shutil.copytree(ROOT / "vizzy", tmp_path / "other" / "vizzy", ignore=shutil.ignore_patterns("page", "__pycache__"))
    with (tmp_path / "other" / "vizzy" / "confident.py").open("a") as file:
        file.write("\n# of another version\n")
    worker(f"import sys; sys.path.insert(0, {str(tmp_path / 'other')!r})")
    arguments = ["find", str(tmp_path / "parts" / "*.parquet"), "-o", str(tmp_path / "out")]
    assert main([*arguments, "--scheduler", cluster.scheduler_address]) == 2
    assert re.match(r"vizzy: The worker tcp://127\.0\.0\.1:\d+ has another version of vizzy", capsys.readouterr().err.splitlines()[-1])
    assert not (tmp_path / "out" / "summary.json").exists()


def test_the_page_is_no_part_of_the_version_that_workers_must_have(tmp_path, monkeypatch):
    package = tmp_path / "some_package"
    for name in ("__init__.py", "rules.py", "page/app.py"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    before = engines.sources_digest(["some_package"])
    (package / "page/app.py").write_text("changed = True")
    assert engines.sources_digest(["some_package"]) == before
    (package / "rules.py").write_text("changed = True")
    assert engines.sources_digest(["some_package"]) != before
