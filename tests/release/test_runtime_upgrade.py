"""Other versions of the runtime's parts: which are taken, what is written, what a part that is other than expected costs."""

import dataclasses
import gzip
import importlib
import json
import sys
from pathlib import Path

import pytest
from runtime_packages import WHEELS, archive_of, lock_of, npm_package, quiet, runtime, runtime_fetch, runtime_slim, slim_build, wheel_of

runtime_upgrade = importlib.import_module("runtime_upgrade")

COPY = "import shutil, sys; [shutil.copy(path, '.') for path in sys.argv[1:]] or sys.exit('error: there is no such version')"


def pyodide_package(wheels, python="3.14.2", platform="pyemscripten_2026_0_wasm32"):
    """A Pyodide that was published with some wheels."""
    lock = lock_of(wheels, {"scikit-learn": ["numpy"]})
    lock["info"]["python"] = python
    for name, package in lock["packages"].items():
        package |= {"file_name": file_name(name, platform), "version": "1.0"}
    return npm_package({"pyodide-lock.json": json.dumps(lock).encode()})


def file_name(name, platform="pyemscripten_2026_0_wasm32"):
    return f"{name}-1.0-cp314-cp314-{platform}.whl"


def carrier_of(wheels, platform="pyemscripten_2026_0_wasm32"):
    return wheel_of({runtime.WHEELS_FOLDER + file_name(name, platform): content for name, content in wheels.items()})


OTHER_WHEELS = {**WHEELS, "numpy": wheel_of({"numpy/__init__.py": b"another"})}


class Registry:
    """What npm and pip can bring: requirement to the file's name and content."""

    def __init__(self, folder):
        self.folder, self.files, self.asked = folder, {}, []

    def add(self, requirement, name, content):
        path = self.folder / requirement.replace("/", "_") / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        self.files[requirement] = path

    def command(self, archive, *_):
        self.asked.append(archive.requirement)
        path = self.files.get(archive.requirement)
        return [sys.executable, "-c", COPY, *([str(path)] if path else [])]


@pytest.fixture
def registry(tmp_path, monkeypatch):
    made = Registry(tmp_path / "registry")
    monkeypatch.setattr(runtime_fetch, "client_command", made.command)
    monkeypatch.setattr(runtime_upgrade, "published_versions", lambda archive, _: [
        requirement.rpartition("@")[2] for requirement in made.files if requirement.startswith(archive.package + "@")
    ])
    return made


@pytest.fixture
def archives(tmp_path):
    """A Pyodide 1.0 and what belongs to it, downloaded; a PyScript 1.0."""
    downloads = tmp_path / "cache" / "downloads"
    downloads.mkdir(parents=True)
    carrier = carrier_of(WHEELS)
    (downloads / "open_webui-1.0-any.whl").write_bytes(carrier)
    pinned = {
        "pyodide": ("npm", "pyodide", "pyodide-1.0.tgz", b"an old one", ()),
        "pyscript": ("npm", "@pyscript/core", "pyscript-core-1.0.tgz", b"an old one", ()),
        "wheels": ("pip", "open-webui", "open_webui-1.0-any.whl", carrier, ()),
        **{
            name: ("pip", name, f"{name}-1.0.whl", b"", ("pyemscripten_2026_0_wasm32", "3.14"))
            for name in runtime.LATE_WHEELS
        },
    }
    return {
        name: dataclasses.replace(
            archive_of(content, file_name, client), package=package, platform=platform
        )
        for name, (client, package, file_name, content, platform) in pinned.items()
    }


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


class TestResolve:
    def test_a_version_is_pinned_by_what_the_registry_brings(self, registry, archives, cache):
        registry.add("@pyscript/core@2.0", "pyscript-core-2.0.tgz", b"a new one")
        resolved, notes = runtime_upgrade.resolve({"pyscript": "2.0"}, archives, cache)
        assert resolved["pyscript"] == dataclasses.replace(
            archives["pyscript"],
            version="2.0",
            file_name="pyscript-core-2.0.tgz",
            sha256=runtime.sha256(b"a new one"),
            size=9,
        )
        assert {**resolved, "pyscript": archives["pyscript"]} == archives
        assert notes == []
        assert (cache / "downloads/pyscript-core-2.0.tgz").read_bytes() == b"a new one"

    def test_the_newest_is_the_newest_release_and_an_older_one_can_be_asked_for(self, registry, archives, cache):
        for version in ("0.9", "1.9", "1.10", "2.0-alpha.1"):
            registry.add(f"@pyscript/core@{version}", f"pyscript-core-{version}.tgz", version.encode())
        newest, _ = runtime_upgrade.resolve({"pyscript": "newest"}, archives, cache)
        older, _ = runtime_upgrade.resolve({"pyscript": "0.9"}, archives, cache)
        assert (newest["pyscript"].version, older["pyscript"].version) == ("1.10", "0.9")

    def test_where_nothing_is_newer_nothing_is_fetched(self, registry, archives, cache):
        registry.add("@pyscript/core@1.0", "pyscript-core-1.0.tgz", b"an old one")
        assert runtime_upgrade.resolve({"pyscript": "newest"}, archives, cache) == (archives, [])
        assert registry.asked == []

    def test_a_pyodide_of_the_same_packages_brings_nothing_else(self, registry, archives, cache):
        registry.add("pyodide@2.0", "pyodide-2.0.tgz", pyodide_package(WHEELS))
        resolved, _ = runtime_upgrade.resolve({"pyodide": "2.0"}, archives, cache)
        assert resolved["pyodide"].version == "2.0"
        assert {**resolved, "pyodide": archives["pyodide"]} == archives

    def test_a_pyodide_of_other_packages_brings_the_wheel_that_carries_them(self, registry, archives, cache):
        registry.add("pyodide@2.0", "pyodide-2.0.tgz", pyodide_package(OTHER_WHEELS))
        registry.add("open-webui", "open_webui-7.0-any.whl", carrier_of(OTHER_WHEELS))
        resolved, _ = runtime_upgrade.resolve({"pyodide": "2.0"}, archives, cache)
        assert (resolved["wheels"].version, resolved["wheels"].file_name) == ("7.0", "open_webui-7.0-any.whl")

    def test_a_pyodide_whose_packages_cannot_be_had_is_refused_by_their_names(self, registry, archives, cache):
        registry.add("pyodide@2.0", "pyodide-2.0.tgz", pyodide_package(OTHER_WHEELS))
        registry.add("open-webui", "open_webui-7.0-any.whl", carrier_of(WHEELS))
        with pytest.raises(runtime_fetch.SetupError, match=r"2\.0 is not to be had whole: numpy-1\.0-cp314\S+, as"):
            runtime_upgrade.resolve({"pyodide": "2.0"}, archives, cache)

    def test_the_newest_pyodide_is_the_newest_that_can_be_had_whole(self, registry, archives, cache):
        registry.add("pyodide@2.0", "pyodide-2.0.tgz", pyodide_package(WHEELS))
        registry.add("pyodide@3.0", "pyodide-3.0.tgz", pyodide_package(OTHER_WHEELS))
        registry.add("pyodide@4.0", "pyodide-4.0.tgz", pyodide_package(OTHER_WHEELS))
        registry.add("open-webui", "open_webui-1.0-any.whl", carrier_of(WHEELS))
        resolved, notes = runtime_upgrade.resolve({"pyodide": "newest"}, archives, cache)
        assert resolved["pyodide"].version == "2.0"
        assert [note.partition(":")[0] for note in notes] == ["pyodide 4.0 was passed over", "pyodide 3.0 was passed over"]
        assert registry.asked.count("open-webui") == 1  # it is large

    def test_another_platform_brings_the_libraries_for_files_built_for_it(self, registry, archives, cache):
        platform = "pyemscripten_2027_0_wasm32"
        registry.add("pyodide@2.0", "pyodide-2.0.tgz", pyodide_package(WHEELS, "3.15.1", platform))
        registry.add("open-webui", "open_webui-7.0-any.whl", carrier_of(WHEELS, platform))
        for name in runtime.LATE_WHEELS:
            registry.add(name, f"{name}-5.0-cp315-cp315-{platform}.whl", b"built for it")
        resolved, _ = runtime_upgrade.resolve({"pyodide": "2.0"}, archives, cache)
        assert {(resolved[name].version, resolved[name].platform) for name in runtime.LATE_WHEELS} == {
            ("5.0", (platform, "3.15"))
        }

    def test_what_the_registry_does_not_have_is_a_sentence(self, registry, archives, cache):
        with pytest.raises(runtime_fetch.SetupError, match=r"Could not get @pyscript/core@9.9: error: there is no such version"):
            runtime_upgrade.resolve({"pyscript": "9.9"}, archives, cache)

    def test_a_part_that_there_is_not_is_named_with_those_there_are(self, archives):
        with pytest.raises(runtime_fetch.SetupError, match="no part 'python' to upgrade; the parts are pyodide, pyscript"):
            runtime_upgrade.requested(["python=3.15"], archives)

    def test_a_part_without_a_version_is_the_newest(self, archives):
        asked = runtime_upgrade.requested(["pyodide", "pyscript=2.0"], archives)
        assert asked == {"pyodide": "newest", "pyscript": "2.0"}

    def test_pip_is_asked_for_a_platform_and_for_the_newest(self, archives, monkeypatch, tmp_path):
        monkeypatch.setattr(runtime_fetch, "pip_command", lambda: ["pip"])
        asked = dataclasses.replace(archives["arro3_core"], version="")
        command = runtime_fetch.client_command(asked, tmp_path, tmp_path, quiet)
        assert command[-6:] == [
            "--platform", "pyemscripten_2026_0_wasm32", "--python-version", "3.14", "--disable-pip-version-check", "arro3_core"
        ]  # fmt: skip


class TestRewrite:
    def test_a_lock_file_that_is_written_is_read_as_it_was(self, archives):
        assert runtime_fetch.read_lock(runtime_fetch.lock_text(archives)) == archives

    def test_the_lock_file_of_the_project_is_as_the_tool_writes_it(self):
        text = runtime_fetch.LOCK.read_text(encoding="utf-8")
        assert runtime_fetch.lock_text(runtime_fetch.read_lock(text)) == text

    def test_the_tests_take_pyodides_numpy_and_leave_ranges_alone(self):
        project = 'dependencies = ["numpy>=2.0,<3"]\ntest = ["numpy==2.4.3", "scikit-learn==1.8.0"]\n'
        pins = {"numpy": "2.5.0", "scikit-learn": "1.9.1"}
        assert runtime_upgrade.with_pins(project, pins) == (
            'dependencies = ["numpy>=2.0,<3"]\ntest = ["numpy==2.5.0", "scikit-learn==1.9.1"]\n'
        )

    def test_an_upgrade_that_fails_puts_every_file_back_and_makes_the_old_runtime(
        self, registry, archives, cache, tmp_path, monkeypatch
    ):
        root = tmp_path / "project"
        root.mkdir()
        lock, project = root / "runtime.lock.json", root / "pyproject.toml"
        lock.write_text(runtime_fetch.lock_text(archives))
        project.write_text('test = ["numpy==0.1"]\n')
        before = lock.read_bytes(), project.read_bytes()
        registry.add("pyodide@2.0", "pyodide-2.0.tgz", pyodide_package(WHEELS))
        built = []

        def run_tool(name, *_, **__):
            built.append((name, json.loads(lock.read_text())["archives"]["pyodide"]["version"], project.read_text()))
            if name == "manifest.py":
                raise runtime_fetch.SetupError("tools/manifest.py failed.")

        for name, value in {"ROOT": root, "CACHE": cache, "LOCK": lock, "ARCHIVES": archives, "run_tool": run_tool}.items():
            monkeypatch.setattr(runtime_upgrade, name, value)
        with pytest.raises(runtime_fetch.SetupError, match="manifest.py failed"):
            runtime_upgrade.upgrade(["pyodide=2.0"])
        assert (lock.read_bytes(), project.read_bytes()) == before
        assert built == [
            ("runtime.py", "2.0", 'test = ["numpy==1.0"]\n'),
            ("manifest.py", "2.0", 'test = ["numpy==1.0"]\n'),
            ("runtime.py", "1.0", 'test = ["numpy==0.1"]\n'),
        ]
        assert not (root / "index.html").exists()


class TestDegraded:
    """What is made where a package is other than a change to it expects."""

    @pytest.fixture
    def build(self, tmp_path, monkeypatch):
        """A build whose steps all come to the same, of a Pyodide with none of the code that is changed."""
        build = slim_build(tmp_path)
        for name in runtime.PYODIDE_CORE:
            (build.full / name).write_bytes(name.encode())
        trace = {"modules": [], "libraries": [], "digest": "same", "late_digest": "same", "used": False}
        came_to = {"reference": {"digest": "same", "late": "same"}, "trace": trace}

        def step(name, *_, useSnapshot=False, **__):
            return came_to.get(name) or {"digest": "same", "late": "same", "restored": useSnapshot}

        monkeypatch.setattr(build, "step", step)
        monkeypatch.setattr(build, "pack", lambda _: None)
        return build

    def test_a_pyodide_that_cannot_be_changed_is_slim_without_a_snapshot(self, build):
        (degraded,) = build.make()
        assert degraded.startswith("There is no snapshot, so Python starts in seconds: Pyodide's module has no single")
        laid = {path.name: path.read_bytes() for path in build.folder.iterdir()}
        assert laid == {
            "pyodide.mjs": (runtime.TOOLS / "runtime_entry_plain.mjs").read_bytes(),
            "pyodide.core.mjs": b"pyodide.mjs",
            "pyodide.asm.mjs": b"pyodide.asm.mjs",
            "pyodide.asm.wasm": b"pyodide.asm.wasm",
        }

    def test_nothing_is_left_of_a_snapshot_that_predicts_otherwise(self, build, monkeypatch):
        monkeypatch.setattr(build, "lay_core", lambda: (build.folder / "pyodide.asm.wasm.bin").write_bytes(b""))
        monkeypatch.setattr(build, "freeze", frozen_otherwise(build))
        monkeypatch.setattr(build, "split", lambda: (build.folder / runtime_slim.REST).mkdir())
        (degraded,) = build.make()
        assert "predicts otherwise than the full one (snapshot's making)" in degraded
        assert sorted(path.name for path in build.folder.iterdir()) == [
            "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide.core.mjs", "pyodide.mjs"
        ]  # fmt: skip

    def test_a_program_that_cannot_be_split_stays_whole_and_that_is_listed(self, build, monkeypatch):
        def fail():
            (build.folder / runtime_slim.REST).mkdir()  # as far as it came
            raise runtime_fetch.SetupError("The split failed.")

        monkeypatch.setattr(build, "lay_core", lambda: None)
        monkeypatch.setattr(build, "freeze", lambda _: (build.work / "snapshot.raw").write_bytes(b"whole") and {"digest": "same"})
        monkeypatch.setattr(build, "split", fail)
        build.folder.mkdir(exist_ok=True)
        (degraded,) = build.make()
        assert degraded.startswith("A first visit fetches the whole program") and degraded.endswith("The split failed.")
        assert [path.name for path in build.folder.iterdir()] == [runtime_slim.SNAPSHOT]
        assert gzip.decompress((build.folder / runtime_slim.SNAPSHOT).read_bytes()) == b"whole"

    def test_slim_packages_that_predict_otherwise_are_refused_whatever_starts_them(self, build, monkeypatch):
        steps = build.step
        monkeypatch.setattr(
            build,
            "step",
            lambda name, *given, **named: steps(name, *given, **named) | ({"digest": "other"} if name == "verify" else {}),
        )
        with pytest.raises(runtime_fetch.SetupError, match=r"predicts otherwise .* \(slim packages\)"):
            build.make()

    def test_python_and_its_folders_are_those_of_the_package(self):
        assert runtime_slim.python_folders({"info": {"python": "3.15.0"}}) == (
            "/lib/python3.15/site-packages", "/lib/python315.zip"
        )  # fmt: skip


def frozen_otherwise(build):
    """Taking a snapshot that comes to another result."""

    def freeze(_):
        (build.folder / runtime_slim.SNAPSHOT).write_bytes(b"")
        return {"digest": "other"}

    return freeze


def test_the_runtime_that_is_served_does_without_nothing():
    path = Path(runtime.ROOT, "runtime", "manifest.json")
    manifest = json.loads(path.read_text()) if path.exists() else {}
    if manifest.get("fingerprint") != runtime.fingerprint("slim"):
        pytest.skip("./serve.sh --prepare was not run yet")
    assert manifest["degraded"] == []
