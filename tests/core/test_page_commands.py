"""The commands that bring the page, as far as they need no browser: help, refusals, exit status, JSON, the site's folder."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ctrl_c import started

from vizzy.__main__ import main
from vizzy.native import page_commands

ROOT = Path(__file__).parents[2]
COMMANDS = ("find", "open", "serve", "export-site")


@pytest.fixture
def table(tmp_path):
    (tmp_path / "pets.csv").write_text("id,label,emb_0,emb_1\na,cat,1,2\n")
    return tmp_path / "pets.csv"


class TinyPage:
    """A page of one file."""

    def read(self, name):
        return b"<head></head>" if name == "index.html" else None

    def write_to(self, folder):
        (folder / "index.html").write_text("<head>\n</head>")
        (folder / "manifest.json").write_text(json.dumps({"version": "1", "files": {}}))


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setattr(page_commands, "page", TinyPage)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert f"Example: vizzy {command}" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["open", "nowhere.csv"], "nowhere.csv does not exist"),
    (["open", "{table}", "--in-place", "-o", "out.csv"], "two places to write to"),
    (["export-site", "{table}", "-o", "{folder}"], "holds something that is no site"),
    (["export-site", "{table}", "-o", "{table}"], "holds something that is no site"),
])
def test_what_cannot_be_done_is_said_with_status_2(table, tiny, arguments, sentence, capsys):
    assert main([one.format(table=table, folder=table.parent) for one in arguments]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("port", ["x", "-1", "65536", "²"])
def test_a_port_is_a_number(port, capsys):
    with pytest.raises(SystemExit) as end:
        main(["serve", f"--port={port}"])
    assert end.value.code == 2 and "is no port" in capsys.readouterr().err


def test_a_file_too_large_for_a_browser_is_refused_before_it_is_read(table, tiny, capsys):
    with table.open("r+b") as file:
        file.truncate(300_000_000)
    assert main(["open", str(table)]) == 2
    assert "python -m vizzy find" in capsys.readouterr().err


def test_the_site_has_the_data_its_page_opens_them_and_the_warning_is_said(table, tiny, capsys):
    site = table.parent / "site"
    assert main(["export-site", str(table), "-o", str(site), "--json"]) == 0
    out = capsys.readouterr()
    assert json.loads(out.out)["files"] == ["pets.csv"] and "whoever can open the site can read them" in out.err
    address = (site / "index.html").read_text().partition('name="vizzy-data" content="')[2].partition('"')[0]
    told = json.loads((site / address).read_text())
    assert told["files"] == [{"name": "pets.csv", "address": "data/0.csv"}] and not told["is_kept_by_server"]
    assert (site / "data/0.csv").read_bytes() == table.read_bytes()
    assert (site / "README.md").read_text().startswith("---\ntitle: \"pets\"\nsdk: static\n")
    described = json.loads((site / "manifest.json").read_text())["files"]
    assert {"index.html", "data/0.csv", address, "README.md"} <= {*described}

    table.write_text(table.read_text() + "b,dog,3,4\n")
    assert main(["export-site", str(table), "-o", str(site)]) == 0
    assert address not in (site / "index.html").read_text()  # what a browser keeps for times without a network is not this


def test_find_says_what_it_found_as_json(capsys):
    assert main(["find", str(ROOT / "static/dataset.csv"), str(ROOT / "static/embeddings.npy"), "--json", "--worst", "2"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["examples"] == 300 and found["label_issues"] == 9 and len(found["worst"]) == 2
    assert found["worst"][0].keys() >= {"row", "id", "given_label", "suggested_label", "label_quality", "reasons"}
    assert found["worst"][0]["label_quality"] <= found["worst"][1]["label_quality"]


def interrupted(_seconds):
    """What Ctrl+C does, whoever handles signals in the process of the tests."""
    raise KeyboardInterrupt


def test_ctrl_c_ends_it_but_not_at_once_where_something_would_be_lost(monkeypatch, capsys):
    unwritten, closed = [True], []
    monkeypatch.setattr(page_commands.time, "sleep", interrupted)

    class Server:
        address = "http://127.0.0.1:1/secret/"

        def start(self):
            return self

        def close(self):
            closed.append(len(capsys.readouterr().err.splitlines()))

    options = type("Options", (), {"json": False, "no_browser": True})
    page_commands._serve(Server(), options, lambda: unwritten[0])
    unwritten[0] = False
    page_commands._serve(Server(), options, lambda: unwritten[0])
    assert closed == [2, 0]


def test_serve_says_its_address_and_ends_by_ctrl_c_with_status_0():
    command = [sys.executable, "-m", "vizzy", "serve", "--json", "--no-browser"]
    with started(command, cwd=ROOT, stderr=subprocess.PIPE) as server:
        line = server.stdout.readline()
        if not line:
            assert "run ./serve.sh --prepare first" in server.stderr.read()
            return
        assert json.loads(line)["address"].startswith("http://127.0.0.1:")
        time.sleep(0.3)
        server.send_signal(signal.SIGINT)
        assert server.wait(10) == 0
