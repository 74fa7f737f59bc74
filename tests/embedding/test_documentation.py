"""What docs/embeddings.md shows can be run as it stands."""

import os
import re
import shlex
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PIL", reason="pip install -e '.[embeddings]' to test the embedding tool")
from samples import files_of

from embedding import command
from vizzy.native.scale import engines

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "embeddings.md").read_text(encoding="utf-8")


def code_blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def documented_commands():
    """Every call of the tool in a shell block: its arguments."""
    for block in code_blocks("sh"):
        for line in block.replace("\\\n", " ").splitlines():
            for part in re.split(r"&&|#(?=[^0-9])", line):
                if "python build_embeddings.py" in part and not part.strip().startswith("SBATCH"):
                    arguments = part.partition("build_embeddings.py")[2].strip()
                    yield arguments if arguments.count('"') % 2 == 0 else arguments.removesuffix('"')


def test_there_are_commands_to_check():
    assert len(list(documented_commands())) >= 5


@pytest.mark.parametrize("arguments", list(documented_commands()))
def test_every_command_is_understood(arguments):
    options = command._parse(shlex.split(arguments.replace("$SLURM_ARRAY_TASK_ID", "3")))
    assert options.out


def test_every_option_that_is_named_exists():
    known = {text for action in command._parser()._actions for text in action.option_strings}
    named = set(re.findall(r"`(--[a-z-]+)", TEXT))
    assert named and named <= known


@pytest.mark.usefixtures("tiny_backbone")
def test_the_ray_example_makes_what_one_run_makes(image_folder, tmp_path, monkeypatch):
    """Ray itself is not needed: a stand-in calls each task at once."""
    task = lambda **_: lambda function: types.SimpleNamespace(remote=function)
    ray = types.SimpleNamespace(init=lambda: None, get=lambda results: results, remote=task)
    monkeypatch.setitem(sys.modules, "ray", ray)
    monkeypatch.setattr(subprocess, "run", _run_here)
    out = tmp_path / "sharded"
    example = (
        example_with("import ray").replace("/data/photos", str(image_folder)).replace("/data/mine", str(out))
    )
    exec(compile(example.replace('"cuda"', '"cpu"').replace('"8"', '"0"'), "docs/embeddings.md", "exec"), {})  # noqa: S102

    assert (
        command.main(["--images", str(image_folder), "--out", str(tmp_path / "whole"), "--workers", "0"]) == 0
    )
    np.testing.assert_array_equal(
        np.load(out / "embeddings.npy"), np.load(tmp_path / "whole" / "embeddings.npy")
    )
    assert files_of(out).keys() == files_of(tmp_path / "whole").keys()


SBATCH = """#!{python}
import subprocess, sys
subprocess.Popen(["sh", sys.argv[1]], start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print("Submitted batch job", len(sys.argv))
"""


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_example_of_dask_jobqueue_starts_workers_that_have_the_repository_and_a_gpu_each(tmp_path, monkeypatch):
    """Slurm itself is not needed: a stand-in for sbatch runs each job's script at once."""
    pytest.importorskip("dask_jobqueue")
    for name, text in {"sbatch": SBATCH.format(python=sys.executable), "scancel": "#!/bin/sh\n"}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.chdir(ROOT)
    asked = []

    def run_here(arguments, **options):
        if arguments[1:2] != ["build_embeddings.py"]:
            return really_run(arguments, **options)
        asked.append(command._parse(arguments[2:]))
        with engines.dask(asked[0].scheduler, packages=("vizzy", "embedding")) as engine:
            about = engine.client.scheduler_info(n_workers=-1)["workers"].values()
            asked.append([(worker["nthreads"], worker["resources"]) for worker in about])
            asked.append(set(engine.client.run(os.getenv, "DASK_DISTRIBUTED__WORKER__DAEMON").values()))

    monkeypatch.setattr(subprocess, "run", run_here)
    example = example_with("SLURMCluster").replace("16", "2").replace("with SLURMCluster(", "with SLURMCluster(scheduler_options={'host': '127.0.0.1'},")
    exec(compile(example, "docs/embeddings.md", "exec"), {})  # noqa: S102
    options, workers, daemon = asked
    assert (str(options.images), options.device, options.workers) == ("s3://bucket/photos", "cuda", 8)
    assert workers == [(1, {"GPU": 1.0})] * 2
    assert daemon == {"False"}


def example_with(name):
    (block,) = [block for block in code_blocks("python") if name in block]
    return block


really_run = subprocess.run


def _run_here(arguments, **options):
    """The tool within this process, where the network is a tiny one; anything else as ever."""
    if arguments[1:2] != ["build_embeddings.py"]:
        return really_run(arguments, **options)
    assert command.main(arguments[2:]) == 0
