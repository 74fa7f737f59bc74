"""licences.txt: what the runtime is made of, under which licences, with their texts.

A text is taken from the package that the part comes in. Only what no package carries stands in `tools/licences/`,
a file each, named after the part. A part without a text is an error: then nothing is made.
"""

import dataclasses
import fnmatch
import json
import pathlib
import tarfile
import zipfile

from runtime_fetch import ARCHIVES, SetupError

TEXTS = pathlib.Path(__file__).resolve().parent / "licences"
LICENCE_NAMES = ("LICEN[CS]E*", "COPYING*", "NOTICE*")
RULE = "=" * 78

OPENING = """\
Vizzy comes with the software of others, which makes it possible: thank you. Each part is listed with its licence,
and then the texts follow. Vizzy's own licence is in the file LICENSE beside index.html, and whose artwork the
pictures are made of in CREDITS.md.
"""


@dataclasses.dataclass(frozen=True)
class Part:
    """Something in the runtime, and its licence.

    Attributes
    ----------
    name : str
        What it is called.
    about : str
        Its licence by its short name, and where it is or where its source is.
    text : str
        The licence.
    """

    name: str
    about: str
    text: str


# In the npm packages: the part, what it is, the archive, the files that hold its licence; none: in TEXTS.
IN_ARCHIVES = (
    ("PyScript", "Apache-2.0; with polyscript, of the same authors", "pyscript", "LICENSE"),
    ("CodeMirror", "MIT; in PyScript, for the editor", "pyscript", "src/3rd-party-licenses/codemirror_view*"),
    ("toml", "MIT; in PyScript", "pyscript", "src/3rd-party-licenses/toml*"),
    ("coincident", "MIT; in PyScript, with others of its author", "pyscript", None),
    ("zip.js", "BSD-3-Clause; in PyScript", "pyscript", None),
    ("driver.js", "MIT", "driver", "license"),
    ("tiny-inflate", "MIT; in Pyodide's folder, as inflate.js", "inflate", "LICENSE*"),
    ("ONNX Runtime", "MIT; onnxruntime-web", "onnxruntime", None),
    ("EfficientNet-Lite0", "Apache-2.0; run by ONNX Runtime", "onnxruntime", None),
    ("all-MiniLM-L6-v2", "Apache-2.0; vectors of its words, distilled", "onnxruntime", None),
    ("MicroPython", "MIT", "micropython", None),
    (
        "Pyodide",
        "MPL-2.0; source: github.com/pyodide/pyodide, changes: tools/runtime_slim.py",
        "pyodide",
        None,
    ),
    ("CPython", "PSF-2.0; in Pyodide", "pyodide", None),
    ("Emscripten", "MIT; in Pyodide and MicroPython, with musl", "pyodide", None),
)
# Wheels that carry no licence text, and whose file in TEXTS says under which they are passed on.
WITHOUT_TEXT = {"arro3-core": "arro3", "arro3-io": "arro3"}
# What the wheels hold of others, with no word in their own licence.
IN_WHEELS = (
    ("scipy", "OpenBLAS", "BSD-3-Clause; in scipy"),
    ("scikit_learn", "LIBSVM", "BSD-3-Clause; in scikit-learn"),
)


def licences(got: dict[str, pathlib.Path], wheels: list[pathlib.Path]) -> str:
    """The text of licences.txt.

    Parameters
    ----------
    got : dict of str to pathlib.Path
        The npm packages by their names in `ARCHIVES`.
    wheels : list of pathlib.Path
        The Python packages.

    Returns
    -------
    str
        A list of all parts, then each with its text.
    """
    parts = [
        Part(_title(name, archive), about, _text_of(name, got[archive], files))
        for name, about, archive, files in IN_ARCHIVES
    ]
    for wheel in sorted(wheels):
        parts.append(_wheel_part(wheel))
        parts += [
            Part(name, about, _own_text(name)) for of, name, about in IN_WHEELS if wheel.name.startswith(of)
        ]
    listed = "\n".join(f"  {part.name}: {part.about}" for part in parts)
    texts = [f"{RULE}\n{part.name}: {part.about}\n{RULE}\n\n{part.text.strip()}\n" for part in parts]
    return "\n".join([OPENING, listed, "", *texts])


def _title(name: str, archive: str) -> str:
    """The name, with the version where the package is the part's own."""
    package = ARCHIVES[archive]
    return f"{name} {package.version}" if name.lower() in package.package else name


def _text_of(name: str, archive_path: pathlib.Path, files: str | None) -> str:
    """The licence that an npm package carries, or that no package does."""
    if files is None:
        return _own_text(name)
    with tarfile.open(archive_path) as archive:
        found = [
            member for member in archive.getmembers() if fnmatch.fnmatchcase(member.name, f"package/{files}")
        ]
        texts = [file.read().decode() for member in found if (file := archive.extractfile(member))]
    return _required(name, texts)


def _wheel_part(path: pathlib.Path) -> Part:
    """What a wheel says of itself, and the licences that it carries."""
    with zipfile.ZipFile(path) as wheel:
        described = [name for name in sorted(wheel.namelist()) if ".dist-info/" in name]
        metadata = next(wheel.read(name).decode() for name in described if name.endswith("/METADATA"))
        found = [name for name in described if _is_licence(name)]
        texts = [
            f"[{name.partition('.dist-info/')[2]}]\n\n{wheel.read(name).decode().strip()}\n" for name in found
        ]
        compiled_in = [
            line for name in described if "/sboms/" in name for line in _components(wheel.read(name))
        ]
    field = dict(line.split(": ", 1) for line in metadata.partition("\n\n")[0].splitlines() if ": " in line)
    name = f"{field['Name']} {field['Version']}"
    if field["Name"] in WITHOUT_TEXT:
        texts.append(_own_text(WITHOUT_TEXT[field["Name"]]))
    text = _required(name, texts)
    if compiled_in:
        text += "\nLibraries in Rust that are compiled in:\n" + "\n".join(f"  {line}" for line in compiled_in)
    return Part(name, field.get("License-Expression", "BSD-3-Clause"), text)


def _components(bill_of_materials: bytes) -> list[str]:
    """The libraries that a CycloneDX bill of materials lists: "name version: licence"."""
    lines = []
    for component in json.loads(bill_of_materials).get("components", ()):
        licence = " AND ".join(
            entry.get("expression") or entry["license"].get("id") or entry["license"]["name"]
            for entry in component.get("licenses", ())
        )
        lines.append(f"{component['name']} {component['version']}: {licence or 'licence not told'}")
    return sorted(lines)


def _is_licence(name: str) -> bool:
    base = name.rpartition("/")[2]
    return any(fnmatch.fnmatchcase(base, pattern) for pattern in LICENCE_NAMES)


def _own_text(name: str) -> str:
    path = TEXTS / f"{name}.txt"
    return _required(name, [path.read_text(encoding="utf-8")] if path.is_file() else [])


def _required(name: str, texts: list[str]) -> str:
    if not texts:
        raise SetupError(
            f"No licence text was found for {name}; put one into tools/licences/, or it cannot be shipped."
        )
    return "\n".join(texts)
