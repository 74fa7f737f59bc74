"""Every call to the worker settles: the page's client under MicroPython, beside a worker that is lost, fails or refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from worker_calls import ANYTHING, asking_methods, exported

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tools"))

import runtime_fetch

HERE = Path(__file__).parent
NOT_BY_THE_CLIENT = {"load_packages", "import_numerics", "hold_lock", "beat"}  # `vizzy.page.client.liveness` asks these
METHODS = asking_methods()


@pytest.fixture(scope="module")
def said():
    """What MicroPython prints, line by line."""
    if not (ROOT / "runtime/micropython/micropython.wasm").is_file():
        pytest.skip("./serve.sh --prepare brings MicroPython")
    node = runtime_fetch.node_command(ROOT / ".cache", say=lambda _line: None)
    wanted = json.dumps([[name, arguments] for name, (arguments, _) in METHODS.items()])
    command = [*node, HERE / "stand_in_worker.mjs", ROOT, HERE / "calls_to_a_lost_worker.py", wanted, ANYTHING]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, timeout=120)
    lines = done.stdout.splitlines()
    assert lines and lines[-1] == "done", done.stdout + done.stderr[-2000:]
    return lines


def test_every_exported_function_is_asked_for_by_the_client_or_at_the_start():
    by_client = {name for _, names in METHODS.values() for name in names}
    assert by_client | NOT_BY_THE_CLIENT == set(exported())


@pytest.mark.parametrize("method", METHODS)
def test_a_call_settles_with_a_sentence_when_its_worker_is_lost(said, method):
    found = dict(json.loads(line.removeprefix("killed ")) for line in said if line.startswith("killed "))[method]
    assert found["asked"] == METHODS[method][1]
    if found["said"] != "nothing to wait for":
        kind, _, sentence = found["said"].partition(": ")
        assert kind in ("WorkerLost", "JsException"), found
        assert sentence == "Python was lost meanwhile. Try again once it has been started anew."


def test_a_refusal_is_a_sentence_and_is_never_shown_as_an_answer(said):
    assert "refused WorkerError: Bring another file." in said
    assert "refused latest [] ['WorkerError: Bring another file.']" in said


def test_a_defect_is_told_as_what_it_is_and_only_a_broken_interpreter_is_given_up(said):
    failures = [line for line in said if line.startswith("failed ")]
    assert failures == [
        "failed WorkerDefect: ZeroDivisionError: division by zero | None",
        "failed WorkerLost: Python was lost meanwhile. Try again once it has been started anew. | Python has run out of memory.",
    ]
    assert "after WorkerLost: Python is just being started. Try again in a moment." in said


def test_the_worker_may_be_silent_for_longer_only_while_a_long_call_is_under_way(said):
    assert "silent 0 157 1 0 0" in said


def test_no_promise_is_left_that_the_console_would_complain_about(said):
    assert not [line for line in said if line.startswith("UNHANDLED")]
