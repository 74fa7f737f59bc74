"""./serve.sh, with a stand-in for the set-up it calls."""

import contextlib
import pathlib
import shutil
import socket
import stat
import subprocess
import sys
import time
import urllib.request

import pytest

SERVE = pathlib.Path(__file__).resolve().parents[2] / "serve.sh"
SERVER = SERVE.parent / "tools" / "serve.py"


@pytest.fixture
def project(tmp_path):
    """A project whose set-up only says that it was called."""
    root = tmp_path / "a project"
    (root / "tools").mkdir(parents=True)
    shutil.copy(SERVE, root / "serve.sh")
    shutil.copy(SERVER, root / "tools/serve.py")
    (root / "tools/runtime.py").write_text("print('set up', flush=True)\n")
    (root / "index.html").write_text("the page")
    return root


def run(project, *arguments, **options):
    options = {"cwd": project.parent, **options}
    command = [str(project / "serve.sh"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False, **options)


@contextlib.contextmanager
def busy_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def free_port():
    with busy_port() as port:
        return port


def test_prepare_sets_up_and_stops(project):
    done = run(project, "--prepare")
    assert (done.returncode, done.stdout) == (0, "set up\n")


def test_a_set_up_that_fails_ends_it(project):
    (project / "tools/runtime.py").write_text("import sys; sys.exit('runtime: no network.')")
    done = run(project)
    assert (done.returncode, done.stderr) == (1, "runtime: no network.\n")


@contextlib.contextmanager
def serving(project):
    """The project served, from another folder; its port and the server's process."""
    port = free_port()
    command = [str(project / "serve.sh"), "--port", str(port)]
    with subprocess.Popen(command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            yield port, server
        finally:
            server.terminate()


def test_it_serves_its_own_folder_wherever_it_is_called_from(project):
    with serving(project) as (port, server):
        assert served(port, "index.html") == "the page"
        server.terminate()
        assert f"http://localhost:{port}" in server.stdout.read().decode()


def test_a_change_to_a_module_of_the_page_is_there_after_a_reload(project):
    (project / "vizzy/page").mkdir(parents=True)
    (project / "tools/page_bundle.py").write_text(
        "from pathlib import Path\nroot = Path(__file__).parents[1]\n"
        "(root / 'vizzy/page.bundle').write_text((root / 'vizzy/page/app.py').read_text() + ' compiled')\n"
    )
    with serving(project) as (port, _):
        for change in ("first", "second"):
            (project / "vizzy/page/app.py").write_text(change)
            assert served(port, "vizzy/page.bundle") == f"{change} compiled"
        (project / "vizzy/page.bundle").write_text("newer than all")
        assert served(port, "vizzy/page.bundle?again") == "newer than all"


def served(port, name):
    end = time.monotonic() + 10
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{name}") as response:
                return response.read().decode()
        except OSError:
            assert time.monotonic() < end, "nothing was served"
            time.sleep(0.05)


def test_a_busy_port_is_a_sentence_before_anything_is_made(project):
    with busy_port() as port:
        done = run(project, "--port", str(port))
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"port {port} cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["", "eighty", "0", "65536", "-1", "8000000000000"])
def test_what_is_no_port_is_a_sentence(project, port):
    done = run(project, "--port", port)
    assert done.returncode == 1
    assert "--port needs a number from 1 to 65535" in done.stderr


def test_an_option_that_is_not_there_is_a_sentence(project):
    done = run(project, "--frobnicate")
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr == "serve.sh: there is no option --frobnicate; ./serve.sh --help lists what there is.\n"
    )


def test_help_names_every_option(project):
    done = run(project, "--help")
    assert done.returncode == 0
    assert all(option in done.stdout for option in ("--prepare", "--port", "--help"))


def path_with(folder, **commands):
    """A PATH of nothing but a shell's needs and some commands of our own."""
    folder.mkdir()
    for name in ("dirname", "cat", "sh"):
        (folder / name).symlink_to(shutil.which(name))
    for name, script in commands.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(stat.S_IRWXU)
    return {"PATH": str(folder)}


def test_without_a_new_enough_python_it_says_what_is_needed(project, tmp_path):
    environment = path_with(tmp_path / "bin", python3="exit 1")
    done = run(project, "--prepare", env=environment)
    assert done.returncode == 1
    assert done.stderr.startswith("serve.sh: Python 3.11 or newer is needed and none was found")


def test_a_newer_python_beside_an_old_one_is_found(project, tmp_path):
    newer = {"python3.11": f"exec '{sys.executable}' \"$@\""}
    environment = path_with(tmp_path / "bin", python3="exit 1", **newer)
    done = run(project, "--prepare", env=environment)
    assert (done.returncode, done.stdout) == (0, "set up\n")
