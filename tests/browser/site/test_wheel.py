"""The wheel as somebody installs it: a fresh environment runs the command, and real notebooks show the review.

It fetches packages, as an installation does.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest
from own_data import rows_of

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BIN = "Scripts" if os.name == "nt" else "bin"
LARGEST_WHEEL = 60_000_000  # PyPI takes 100 MB; README says how large it is
SECONDS = 300
LINE = re.compile(r"https?://(?:127\.0\.0\.1|localhost):(\d+)/(?:lab|tree)\?token=(\w+)")
NOTEBOOKS = {"lab": "lab/tree", "notebook": "notebooks"}  # JupyterLab, Jupyter Notebook 7: how each shows a file
CELLS = [
    """import numpy as np, pandas as pd, vizzy
random = np.random.default_rng(0)
truth = np.repeat(["cat", "dog"], 40)
embeddings = random.normal(size=(80, 4)) + 6 * (truth == "dog")[:, np.newaxis]
frame = pd.DataFrame({"label": truth, "name": [f"pet {row}" for row in range(80)]})
frame.loc[7, "label"] = "dog"
first = vizzy.review(frame, text="name", embeddings=embeddings)
second = vizzy.review(frame, text="name", embeddings=embeddings)
open("addresses.txt", "w").write(first.address + "\\n" + second.address)
first""",
    """first.result().to_csv("first.csv")
second.result().to_csv("second.csv")
open("done.txt", "w").write("done")""",
]
MARIMO = """import marimo

app = marimo.App()


@app.cell
def _():
{first}
    return (first,)


@app.cell
def _():
    import marimo

    button = marimo.ui.run_button(label="Take it")
    button
    return button, marimo


@app.cell
def _(button, first, marimo):
    marimo.stop(not button.value)
    first.result().to_csv("first.csv")
    "It is taken"
    return


if __name__ == "__main__":
    app.run()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built with the tools of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, timeout=SECONDS)
    return next(folder.glob("vizzy_label_errors-*.whl"))


@pytest.fixture(scope="module")
def fresh(wheel, tmp_path_factory):
    """The folder of programs of an environment in which the wheel and a notebook are installed."""
    folder = tmp_path_factory.mktemp("fresh") / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / BIN / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, str(wheel), "jupyterlab==4.6.6", "notebook==7.6.5", "marimo==0.25.2", "pandas"], check=True, timeout=2 * SECONDS)
    return folder / BIN


@pytest.mark.thorough
def test_the_wheel_holds_the_command_the_library_and_the_page(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    package = [path for path in (ROOT / "vizzy").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert {"vizzy/native/page.zip", *(path.relative_to(ROOT).as_posix() for path in package)} <= {*names}
    assert not [name for name in names if name.startswith(("tests/", "tools/", "bench/", "embedding/"))]
    with zipfile.ZipFile(wheel).open("vizzy/native/page.zip") as file, zipfile.ZipFile(file) as page:
        assert {"index.html", "main.py", "runtime/pyodide/snapshot.bin", "vizzy/worker.py"} <= {*page.namelist()}
    assert wheel.stat().st_size < LARGEST_WHEEL


@pytest.mark.thorough
def test_of_the_sdist_the_same_wheel_is_made_elsewhere(wheel, tmp_path):
    made = f"from setuptools import build_meta; build_meta.build_sdist({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", made], cwd=ROOT, check=True, timeout=SECONDS, stdout=subprocess.DEVNULL)
    (sdist,) = tmp_path.glob("vizzy_label_errors-*.tar.gz")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(sdist)], check=True, timeout=SECONDS)
    (other,) = tmp_path.glob("vizzy_label_errors-*.whl")
    assert contents_of(other) == contents_of(wheel)


def contents_of(wheel):
    """The files of a wheel, but for what setuptools notes of its making."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}


@pytest.mark.thorough
def test_the_readmes_commands_run_in_a_fresh_environment(fresh, tmp_path):
    shutil.copy(ROOT / "static/dataset.csv", tmp_path / "data.csv")
    shutil.copy(ROOT / "static/embeddings.npy", tmp_path)
    section = README.partition("\n## Install\n")[2].partition("\n## ")[0]
    commands = re.findall(r"^(vizzy (?:find|export-site) .*?)(?: +#.*)?$", section, re.MULTILINE)
    assert len(commands) == 2
    environment = {**os.environ, "PATH": f"{fresh}{os.pathsep}{os.environ['PATH']}"}
    for command in commands:
        words = command.replace("data.csv", "data.csv embeddings.npy").split()
        subprocess.run([str(fresh / words[0]), *words[1:]], cwd=tmp_path, check=True, env=environment, timeout=SECONDS)
    corrected = rows_of((tmp_path / "corrected.csv").read_text(encoding="utf-8"))
    assert sum(row["is_label_issue"] == "True" for row in corrected) == 9
    assert (tmp_path / "site/index.html").is_file() and (tmp_path / "site/data/0.csv").read_bytes() == (tmp_path / "data.csv").read_bytes()
    verified = [sys.executable, str(ROOT / "tools/site.py"), "--verify", str(tmp_path / "site")]
    assert subprocess.run(verified, check=False).returncode == 0


@pytest.fixture(params=NOTEBOOKS)
def jupyter(request):
    """The name of a program of Jupyter."""
    return request.param


@pytest.fixture
def lab(fresh, jupyter, tmp_path):
    """A server of Jupyter with the notebook; (address, token)."""
    cells = [
        {"cell_type": "code", "id": f"cell-{number}", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
        for number, source in enumerate(CELLS)
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "review.ipynb").write_text(json.dumps(notebook))
    command = [str(fresh / "jupyter"), jupyter, "--no-browser", "--ip=127.0.0.1", "--port=0", "--allow-root", f"--ServerApp.root_dir={tmp_path}"]
    settings = {**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path / "config"), "JUPYTER_DATA_DIR": str(tmp_path / "own")}
    server = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, env=settings)
    found = next(match for match in map(LINE.search, server.stderr) if match)
    yield f"http://127.0.0.1:{found[1]}/", found[2]
    server.terminate()
    server.wait(30)
    server.stderr.close()


def call(lab, path, body=None):
    """Ask Jupyter's server."""
    address, token = lab
    request = urllib.request.Request(address + path, data=body, headers={"Authorization": f"token {token}"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.read()


def read(address):
    with urllib.request.urlopen(address, timeout=30) as response:
        return response.read().decode()


@pytest.mark.thorough
def test_a_decision_made_in_jupyter_is_in_the_result_and_the_server_ends_with_the_kernel(lab, jupyter, browser, tmp_path):
    address, token = lab
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{address}{NOTEBOOKS[jupyter]}/review.ipynb?token={token}")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell >> nth=1")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", state="attached")
    page.click(".jp-Notebook .jp-CodeCell >> nth=0 >> .cm-content")
    page.keyboard.press("Shift+Enter")

    accept_the_first(page)
    page.click(".jp-Notebook .jp-CodeCell >> nth=1 >> .cm-content")
    page.keyboard.press("Shift+Enter")
    page.wait_for_function("document.querySelectorAll('.jp-CodeCell')[1].innerText.includes('[2]')")
    first, second = (rows_of((tmp_path / name).read_text(encoding="utf-8")) for name in ("first.csv", "second.csv"))
    assert decided_in(first) == [("7", "dog", "cat")]
    assert not [row for row in second if row["review_action"]]  # a review of its own

    served = (tmp_path / "addresses.txt").read_text().split()
    assert len({*served}) == 2 and all("vizzy-data" in read(one) for one in served)
    (kernel,) = json.loads(call(lab, "api/kernels"))
    call(lab, f"api/kernels/{kernel['id']}/restart", b"")
    for one in served:
        with pytest.raises(urllib.error.URLError):
            read(one)
    context.close()


def accept_the_first(page):
    """In the review that a notebook shows: accept what is suggested for the most suspect row."""
    review = page.frame_locator('iframe[title="Vizzy"]')
    review.locator('html[data-vizzy="trained"]').wait_for(state="attached")
    review.locator("#review-button").click()
    review.locator("#queue-list .queue-row").first.wait_for()
    assert review.locator("#review-id").text_content().startswith("7,")
    with page.expect_response(re.compile(r"/decisions$")):
        page.keyboard.press("a")


def decided_in(rows):
    return [(row[""], row["label"], row["corrected_label"]) for row in rows if row["review_action"]]


@pytest.fixture
def marimo(fresh, tmp_path):
    """A marimo server that runs the notebook as an app; its address."""
    (tmp_path / "review.py").write_text(MARIMO.format(first="\n".join(f"    {line}" for line in CELLS[0].splitlines())))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(fresh / "marimo"), "--quiet", "run", "review.py", "--headless", "--no-token", "--host", "127.0.0.1", "--port", str(port)]
    settings = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    server = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=settings)
    address = f"http://127.0.0.1:{port}/"
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError):
            read(address)
            break
        assert time.monotonic() < deadline and server.poll() is None, "marimo did not start"
        time.sleep(0.1)
    yield address
    server.terminate()
    server.wait(30)


@pytest.mark.thorough
def test_a_decision_made_in_marimo_is_in_the_result(marimo, browser, tmp_path):
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(marimo)
    accept_the_first(page)
    page.get_by_role("button", name="Take it").click()
    page.get_by_text("It is taken").wait_for()
    assert decided_in(rows_of((tmp_path / "first.csv").read_text(encoding="utf-8"))) == [("7", "dog", "cat")]
    context.close()
