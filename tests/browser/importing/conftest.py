"""Photographs for the tests of several modules."""

import shutil

import pytest
from own_data import shipped_pictures


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """A folder with a subfolder for each label, and in it the paths of those that lie in the wrong one."""
    folder = tmp_path_factory.mktemp("images") / "photos"
    wrong = []
    for number, (path, label) in enumerate(shipped_pictures()):
        is_wrong = number in (3, 25, 48)
        given = {"cat": "dog", "dog": "bear", "bear": "cat"}[label] if is_wrong else label
        (folder / given).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / given)
        if is_wrong:
            wrong.append(f"photos/{given}/{path.name}")
    (folder / "cat" / "damaged.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more of it")
    (folder / "notes.txt").write_text("Taken on holiday\n")
    return folder, wrong
