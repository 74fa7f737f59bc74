"""Small packages of the shape of those that the browser runtime is made of, and its tools."""

import hashlib
import importlib
import io
import json
import pathlib
import sys
import tarfile
import zipfile

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))

runtime = importlib.import_module("runtime")
runtime_deferred = importlib.import_module("runtime_deferred")
runtime_fetch = importlib.import_module("runtime_fetch")
runtime_licences = importlib.import_module("runtime_licences")
runtime_names = importlib.import_module("runtime_names")
runtime_slim = importlib.import_module("runtime_slim")

def archive_of(content, file_name="thing-1.0.tgz", client="npm"):
    return runtime_fetch.Archive(
        client, "thing", "1.0", file_name, hashlib.sha256(content).hexdigest(), len(content)
    )


def quiet(line):
    """Take a line of progress and show nothing."""


def npm_package(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def wheel_of(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def described(name, licence=b"Copyright of its authors"):
    """The part of a wheel that says what it is."""
    folder = f"{name}-1.0.dist-info"
    told = {f"{folder}/METADATA": f"Name: {name}\nVersion: 1.0\nLicense-Expression: MIT\n\nAbout: it".encode()}
    return told if licence is None else told | {f"{folder}/licenses/LICENSE.txt": licence}


WHEELS = {
    "numpy": wheel_of({"numpy/__init__.py": b"", **described("numpy")}),
    "scikit-learn": wheel_of({"sklearn/__init__.py": b"", **described("scikit-learn")}),
    "micropip": wheel_of({"micropip.py": b"", **described("micropip")}),
}


def lock_of(wheels, depends):
    return {
        "info": {"python": "3.14.0"},
        "packages": {
            name: {
                "depends": depends.get(name, []),
                "file_name": f"{name}.whl",
                "sha256": runtime.sha256(content),
            }
            for name, content in wheels.items()
        },
    }


def slim_build(folder, node=()):
    """A build whose folders are there and empty."""
    for name in ("full", "work", "app/vizzy", "slim"):
        (folder / name).mkdir(parents=True)
    (folder / "full/pyodide-lock.json").write_text(json.dumps(lock_of(WHEELS, {})))
    return runtime_slim.SlimBuild(
        folder / "full",
        folder / "slim",
        folder / "work",
        folder / "app",
        folder / "pyscript",
        b"",
        [],
        list(node),
        quiet,
    )
