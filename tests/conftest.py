"""What all tests share: which of them run, repeatable random cases, and one thread for each process."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from object_stores import STORES

HERE = Path(__file__).parent
# There is a process of tests for each core: threads of numpy's and torch's would only wait for one another.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# The same cases at every run, on machines of any speed.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None, max_examples=60)
settings.load_profile("repeatable")


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="run the tests that are marked thorough, too")


# Processes take whole files in this order: what takes longest comes first, so that they end at about the same time.
FOLDERS = ("browser", "release", "embedding", "scale", "core", "contract", "page")


def place(item):
    """Where the folder of a test stands in the order."""
    folder = item.path.relative_to(HERE).parts[0]
    return FOLDERS.index(folder) if folder in FOLDERS else len(FOLDERS)


def pytest_collection_modifyitems(config, items):
    """Leave the thorough tests to ``--all``; each has a short form beside it that always runs."""
    items.sort(key=place)
    if not config.getoption("--all"):
        thorough = [item for item in items if item.get_closest_marker("thorough")]
        config.hook.pytest_deselected(items=thorough)
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]


@pytest.fixture(params=STORES)
def store(request):
    """The scheme of an object store's addresses."""
    return request.param
