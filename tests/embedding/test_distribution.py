"""On a Dask cluster the dataset has the bytes of one run."""

import warnings

import pytest

pytest.importorskip("torch", reason="pip install -e '.[embeddings]' to test embedding")
pytest.importorskip("distributed")
from samples import files_of

from embedding import command
from embedding.distribution import SHARDS_PER_WORKER

pytestmark = [
    pytest.mark.usefixtures("tiny_backbone"),
    # Of Dask itself and of what it starts, not of what is tested.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:distributed"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def cluster(request):
    """Two workers, threads of this process, so that they have the tests' small network."""
    from distributed import LocalCluster

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=False,
            protocol="tcp",
            host="127.0.0.1",
            dashboard_address=None,
            resources=getattr(request, "param", None),
        ) as cluster:
            yield cluster


def build(images, out, *options):
    arguments = [
        "--images",
        str(images),
        "--out",
        str(out),
        "--batch-size",
        "4",
        "--workers",
        "0",
        "--no-map",
    ]
    return command.main([*arguments, "--name", "colours", *options])


@pytest.mark.parametrize(
    "cluster", [None, {"GPU": 1}], indirect=True, ids=["any workers", "workers with a GPU"]
)
def test_shards_on_a_cluster_make_the_bytes_of_one_run(image_folder, tmp_path, cluster, capsys):
    assert build(image_folder, tmp_path / "whole") == 0
    capsys.readouterr()
    assert build(image_folder, tmp_path / "shared", "--scheduler", cluster.scheduler_address) == 0
    assert files_of(tmp_path / "shared") == files_of(tmp_path / "whole")
    assert f"shard {2 * SHARDS_PER_WORKER}/{2 * SHARDS_PER_WORKER} is done" in capsys.readouterr().out


def test_what_a_shard_complains_of_is_said_where_the_command_was_given(
    image_folder, tmp_path, cluster, capsys
):
    assert build(image_folder, tmp_path / "out", "--keep-work") == 0
    assert (
        build(image_folder, tmp_path / "out", "--scheduler", cluster.scheduler_address, "--image-size", "64")
        == 1
    )
    assert "--restart" in capsys.readouterr().err


def test_a_scheduler_runs_all_shards(image_folder, tmp_path, capsys):
    with pytest.raises(SystemExit):
        build(image_folder, tmp_path / "out", "--scheduler", "tcp://127.0.0.1:1", "--shard", "1/2")
    assert "leave out --shard" in capsys.readouterr().err
