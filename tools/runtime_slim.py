"""Makes a slim Pyodide out of the published one: only the modules that the app loads, and a memory snapshot of the started interpreter.

The steps, most of which run inside Pyodide under Node (`runtime_node.mjs`, `runtime_inside.py`):

1. *Trace.* Run the app's work in small (`runtime_exercise.py`) with every public package of scipy and
   scikit-learn deferred, and see which modules and shared libraries were loaded, and which packages were
   imported without being used (`runtime_deferred.py`).
2. *Pack.* Keep those, compiled to bytecode, under the wheels' own names, with a lock file of their own; and the
   whole standard library, compiled. In the wheels nothing is compressed, and the same inputs give the same bytes.
   What a first visit does not need is in `late.zip` once more, for when it is asked for. Of the program's exports those
   are kept that a shipped library imports (`runtime_trim.mjs`).
3. *Freeze.* Start the slim Pyodide, do the work once, and write down the memory: `snapshot.bin`, from which
   `runtime_entry.mjs` starts in a fraction of the time. It is reproducible too.
4. *Split.* See which functions a first visit calls of the program and the libraries in the snapshot, and leave the rest of
   each in a file of its own, `rest/`, which is loaded when one of them is called (`runtime_split.mjs`).
5. *Check.* The published packages, the slim ones and the snapshot must come to identical predicted
   probabilities, to the last bit.

A snapshot that cannot be made (of another Pyodide, say), or that predicts otherwise, is done without: Python is then
started the ordinary way, with the slim packages, by `runtime_entry_plain.mjs`. That costs seconds at each start.

What was left out says so when it is asked for, and how to add it.
"""

import concurrent.futures
import gzip
import hashlib
import io
import json
import pathlib
import re
import shutil
import subprocess
import zipfile

from runtime_fetch import PatchError, SetupError

TOOLS = pathlib.Path(__file__).resolve().parent
STDLIB_ARCHIVE = "python_stdlib.zip"
CORE = "pyodide.core.mjs"
SNAPSHOT = "snapshot.bin"
SNAPSHOT_READER = "snapshot.mjs"
PROGRAM = "pyodide.asm.wasm.bin"
INFLATE = "inflate.js"
REST = "rest"
ENTERED = "_entered.py"  # as runtime_inside has it
LATE = "late.zip"
# Packed, since the plain servers this is for send everything as it is: three and five times as long.
PACKED_CORE = ("pyodide.asm.mjs", "pyodide.asm.wasm")
# Of a package's description: who made it, under which licence, and what it is.
KEPT_DESCRIPTION = ("METADATA", "WHEEL", "LICENSE", "LICENCE", "COPYING", "NOTICE", "licenses")
EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
FILE_MODE = 0o644 << 16


class SlimBuild:
    """One making of a slim Pyodide.

    Parameters
    ----------
    full : pathlib.Path
        A folder with Pyodide and the packages as published.
    folder : pathlib.Path
        Where the slim one goes; made.
    work : pathlib.Path
        An empty folder for what is needed meanwhile.
    app : pathlib.Path
        The project's root, whose package ``vizzy`` is what the runtime is for.
    pyscript : pathlib.Path
        The sources of PyScript's own Python package, which runs in the worker too.
    inflate : bytes
        A module of JavaScript that unpacks what is in gzip files.
    late_wheels : list of pathlib.Path
        Wheels that are loaded into this Pyodide later, as published.
    node : list of str
        How to call Node.
    say : callable
        Given a line of progress to show.
    """

    def __init__(self, full, folder, work, app, pyscript, inflate, late_wheels, node, say):
        self.full, self.folder, self.work, self.inflate, self.late_wheels = full, folder, work, inflate, late_wheels
        self.pyscript, self.node, self.say = pyscript, node, say
        self.lock = json.loads((full / "pyodide-lock.json").read_bytes())
        self.site_packages, self.standard_library = python_folders(self.lock)
        (work / "out").mkdir()
        # A copy, so that all steps see the same while someone works on it.
        shutil.copytree(app / "vizzy", work / "app" / "vizzy", ignore=shutil.ignore_patterns("__pycache__"))

    def make(self):
        """Do all the steps.

        Returns
        -------
        list of str
            What could not be made, and what that costs, in a sentence each.
        """
        self.say("Tracing what the app loads")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            reference = pool.submit(self.step, "reference", self.full)
            trace = self.trace()
            expected = reference.result()
        self.say(f"Packing {len(trace['modules'])} modules and {len(trace['libraries'])} shared libraries")
        self.pack(trace)
        traced = {"digest": trace["digest"], "late": trace["late_digest"]}
        try:
            self.say("Taking the snapshot")
            self.lay_core()
            frozen = self.freeze(trace)
            self.say("Taking out what a first visit does not call")
            degraded = self.split_or_keep_whole()
            self.say("Checking that it predicts the same")
            self.check(expected, {"trace": traced, "snapshot's making": expected | frozen})
        except SetupError as error:
            self.say("Doing without a snapshot, and checking that it predicts the same")
            self.lay_published_core()
            self.check(expected, {"trace": traced}, with_snapshot=False)
            return [f"There is no snapshot, so Python starts in seconds: {error}"]
        return degraded

    def trace(self):
        """What the app loads when all it does not use is deferred.

        A package that comes to be used is imported late, into places where stand-ins are already, so the trace
        is taken again without it, until nothing that is deferred is used.
        """
        trace = self.step("trace", self.full)
        while trace["used"]:
            trace = self.step("trace", self.full, named={"deferred": trace["deferred"]})
        return trace

    # ---- steps inside Pyodide

    def step(self, name, pyodide, wheels=None, **more):
        """Run one step under Node and return its result."""
        place = self.work / name
        place.mkdir(parents=True, exist_ok=True)
        wheels = sorted(pyodide.glob("*.whl")) if wheels is None else wheels
        config = {
            "pyodide": str(pyodide),
            "wheels": [str(wheel) for wheel in wheels],
            "sitePackages": self.site_packages,
            "mounts": self.mounts(),
            "result": str(place / "result.json"),
            **more,
        }
        (place / "config.json").write_text(json.dumps(config))
        command = [*self.node, str(TOOLS / "runtime_node.mjs"), name, str(place / "config.json")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SetupError(f"Making the slim runtime failed at its step {name}: {last_error(done.stderr)}")
        return json.loads((place / "result.json").read_text())

    def mounts(self):
        return {
            "/mnt/app": str(self.work / "app"),
            "/mnt/tools": str(TOOLS),
            "/mnt/out": str(self.work / "out"),
            "/mnt/pyscript": str(self.pyscript),
        }

    # ---- packing

    def pack(self, trace):
        """Write the compiled standard library, the slim wheels and their lock file."""
        self.folder.mkdir(parents=True)
        self.unpack_standard_library(trace)
        wheels = {name: self.unpack_wheel(package, trace) for name, package in self.lock["packages"].items()}
        # Without columns in the line tables: a traceback loses its little arrows, and the code a tenth of its size.
        self.step("compile_sources", self.full, wheels=[], env={"PYTHONNODEBUGRANGES": "1"})
        stdlib_names = self.names_under(self.standard_library)
        # Python itself reads this one, and can unpack; the others are read from their place.
        self.write_archive(STDLIB_ARCHIVE, self.standard_library, stdlib_names, zipfile.ZIP_DEFLATED)
        for name, names in wheels.items():
            package = self.lock["packages"][name]
            content = self.write_archive(package["file_name"], self.site_packages, map(compiled_name, names))
            package["sha256"] = hashlib.sha256(content).hexdigest()
        self.write_archive(LATE, self.site_packages, map(compiled_name, self.inside_packages(trace["late"])))
        (self.folder / "pyodide-lock.json").write_text(json.dumps(self.lock, indent=1, sort_keys=True) + "\n")

    def lay_core(self):
        """Write what starts Pyodide from a snapshot."""
        core = with_wasm_from_elsewhere((self.full / "pyodide.mjs").read_text())
        self.say("Taking out of the program what no library asks for")
        script, program = (self.work / f"trimmed-{name}" for name in PACKED_CORE)
        self.imported = self.step(
            "trim",
            self.full,
            wheels=[],
            program=str(self.full / "pyodide.asm.wasm"),
            script=str(self.full / "pyodide.asm.mjs"),
            others=[str(self.full / "pyodide.mjs")],
            libraries=[str(path) for path in self.unpack_libraries()],
            trimmedProgram=str(program),
            trimmedScript=str(script),
        )["imported"]
        for name, path in zip(PACKED_CORE, (script, program), strict=True):
            (self.folder / f"{name}.bin").write_bytes(packed(path.read_bytes()))
        (self.folder / CORE).write_text(core)
        shutil.copyfile(TOOLS / "runtime_entry.mjs", self.folder / "pyodide.mjs")
        shutil.copyfile(TOOLS / "runtime_snapshot.mjs", self.folder / SNAPSHOT_READER)
        (self.folder / INFLATE).write_bytes(self.inflate)

    def lay_published_core(self):
        """Write Pyodide as published, and what starts it, in place of all that is for a snapshot."""
        for name in (SNAPSHOT, SNAPSHOT_READER, LATE, INFLATE, *(f"{name}.bin" for name in PACKED_CORE)):
            (self.folder / name).unlink(missing_ok=True)
        shutil.rmtree(self.folder / REST, ignore_errors=True)
        for name in PACKED_CORE:
            shutil.copyfile(self.full / name, self.folder / name)
        shutil.copyfile(self.full / "pyodide.mjs", self.folder / CORE)
        shutil.copyfile(TOOLS / "runtime_entry_plain.mjs", self.folder / "pyodide.mjs")

    def unpack_libraries(self):
        """Lay out every shared library that may come to be linked to the program; returns their paths."""
        folder = self.work / "libraries"
        for number, wheel in enumerate([*sorted(self.folder.glob("*.whl")), *self.late_wheels]):
            with zipfile.ZipFile(wheel) as archive:
                names = [name for name in archive.namelist() if name.endswith(".so")]
                archive.extractall(folder / str(number), names)
        return sorted(folder.rglob("*.so"))

    def unpack_standard_library(self, trace):
        """Lay out the standard library, and beside it what makes the slim packages know what is missing."""
        outside = self.outside(self.standard_library)
        with zipfile.ZipFile(self.full / STDLIB_ARCHIVE) as archive:
            archive.extractall(outside)
        for name in ("deferred", "compiled"):
            shutil.copyfile(TOOLS / f"runtime_{name}.py", outside / f"_vizzy_{name}.py")
        (outside / "_vizzy_slim.py").write_text(SLIM_MODULE.format(deferred=trace["needed"]))
        (outside / "_vizzy_left_out.py").write_text(f"NAMES = frozenset({self.left_out(trace)!r})\n")

    def unpack_wheel(self, package, trace):
        """Lay out what is kept of a wheel; returns the names."""
        kept = self.inside_packages(trace["files"])
        with zipfile.ZipFile(self.full / package["file_name"]) as archive:
            names = [name for name in archive.namelist() if is_kept(name, kept)]
            archive.extractall(self.outside(self.site_packages), names)
        return names

    def left_out(self, trace):
        """The dotted names of all modules of the packages that are not kept."""
        names = set()
        for package in self.lock["packages"].values():
            with zipfile.ZipFile(self.full / package["file_name"]) as archive:
                names |= {module for name in archive.namelist() if (module := module_name(name))}
        return sorted(names - set(trace["modules"]))

    def outside(self, inside):
        """Where on the host a path of Pyodide's file system is being laid out."""
        return self.work / "out" / inside.lstrip("/")

    def inside_packages(self, paths):
        """Files of the site packages, relative to them."""
        return {path.removeprefix(self.site_packages + "/") for path in paths}

    def names_under(self, inside):
        folder = self.outside(inside)
        return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]

    def write_archive(self, file_name, inside, names, compression=zipfile.ZIP_STORED):
        """Write a zip file whose bytes follow from its content alone, and return them: no time is kept."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", compression, compresslevel=9) as archive:
            for name in sorted(names):
                entry = zipfile.ZipInfo(name, EARLIEST_ZIP_TIME)
                entry.external_attr = FILE_MODE
                entry.compress_type = compression
                archive.writestr(entry, (self.outside(inside) / name).read_bytes())
        (self.folder / file_name).write_bytes(buffer.getvalue())
        return buffer.getvalue()

    # ---- the snapshot

    def freeze(self, trace):
        """Write snapshot.bin."""
        raw = self.work / "snapshot.raw"
        result = self.step(
            "snapshot",
            self.folder,
            wheels=[],
            snapshot=str(raw),
            needed=[name for name in trace["libraries"] if ".libs/" in name],
            files=self.file_table(),
        )
        return result

    def split_or_keep_whole(self):
        """Take the program and the libraries apart; where that does not work, a first visit fetches all of them, as is returned."""
        try:
            self.split()
        except SetupError as error:
            shutil.rmtree(self.folder / REST, ignore_errors=True)
            (self.folder / SNAPSHOT).write_bytes(packed((self.work / "snapshot.raw").read_bytes()))
            return [f"A first visit fetches the whole program and all libraries, half as much again: {error}"]
        return []

    def split(self):
        """Write the program, snapshot.bin and `rest/`: what a first visit calls, and what it does not."""
        raw, program, rest, noting = (self.work / name for name in ("snapshot.raw", "program.wasm", REST, "noting"))
        rest.mkdir()
        noting.mkdir()
        paths = {"snapshot": str(raw), "program": str(program), "rest": str(rest), "noting": str(noting)}
        self.step("splitCode", self.folder, wheels=[], packages=sorted(self.lock["packages"]), imported=self.imported, **paths)
        (self.folder / SNAPSHOT).write_bytes(packed(raw.read_bytes()))
        (self.folder / PROGRAM).write_bytes(packed(program.read_bytes()))
        (self.folder / REST).mkdir()
        for path in sorted(rest.iterdir()):
            (self.folder / REST / f"{path.name}.bin").write_bytes(packed(path.read_bytes()))

    def file_table(self):
        """Where in the archives each file lies, for laying them out without reading them."""
        packages = self.lock["packages"]
        late = stored_entries(self.folder / LATE)
        late_names = {name for name, *_ in late}
        stdlib_size = (self.folder / STDLIB_ARCHIVE).stat().st_size
        return {
            "packages": sorted(packages),
            "standardLibrary": {"path": self.standard_library, "archive": STDLIB_ARCHIVE, "size": stdlib_size},
            "archives": [
                {"archive": LATE, "root": self.site_packages, "entries": late},
                *(
                    {
                        "archive": package["file_name"],
                        "root": self.site_packages,
                        "entries": [
                            entry
                            for entry in stored_entries(self.folder / package["file_name"])
                            if entry[0] not in late_names
                        ],
                    }
                    for _, package in sorted(packages.items())
                ),
            ],
        }

    def check(self, expected, results, with_snapshot=True):
        """Start the finished runtime both ways; refuse it where its predictions differ.

        Parameters
        ----------
        expected : dict
            The step ``reference``, with the packages as published.
        results : dict of str to dict
            What else came to the same keys, by name.
        with_snapshot : bool
            Whether there is one; it is started without only, where there is none.
        """
        packages = sorted(self.lock["packages"])
        ways = {"slim packages": False} | ({"snapshot": True} if with_snapshot else {})
        for name, use_snapshot in ways.items():
            result = self.step("verify", self.folder, wheels=[], useSnapshot=use_snapshot, packages=packages)
            if result["restored"] != use_snapshot:
                raise SetupError("The slim runtime's snapshot could not be restored under Node.")
            results[name] = result
        different = [
            name
            for name, result in results.items()
            if any(result[key] != digest for key, digest in expected.items())
        ]
        if different:
            raise SetupError(
                f"The slim runtime predicts otherwise than the full one ({', '.join(different)}); it is not used."
            )


SLIM_MODULE = '''"""Written by tools/runtime_slim.py: what this runtime defers until it is used."""

import _vizzy_deferred

finder = _vizzy_deferred.install({deferred!r})
'''


def python_folders(lock):
    """Where a Pyodide has its site packages and its standard library, by the version of Python in its lock file."""
    major, minor = lock["info"]["python"].split(".")[:2]
    return f"/lib/python{major}.{minor}/site-packages", f"/lib/python{major}{minor}.zip"


def packed(content):
    """Content compressed, without the time in its header, so that the same gives the same bytes."""
    return gzip.compress(content, compresslevel=9, mtime=0)


def with_wasm_from_elsewhere(core):
    """Pyodide's module, changed to take its WebAssembly, compiled, from an option where it is given one."""
    for old, new in (
        ("instantiateWasm:Ie(e.indexURL)", "instantiateWasm:Ie(e.indexURL,e.wasmModule)"),
        ("function Ie(e){", "function Ie(e,given){"),
        ('}=_(e+"pyodide.asm.wasm")', '}=given?{}:_(e+"pyodide.asm.wasm")'),
        ("let l;n?l=", "let l;if(given)l={module:await given,instance:await WebAssembly.instantiate(await given,s)};else n?l="),
    ):
        if core.count(old) != 1:
            raise PatchError(f"Pyodide's module has no single {old!r} to change; is it another version?")
        core = core.replace(old, new)
    return core


def is_kept(name, kept):
    """Whether a file of a wheel is kept: loaded when traced, or a description or licence."""
    top, _, rest = name.partition("/")
    if top.endswith(".dist-info"):
        return rest.startswith(KEPT_DESCRIPTION)
    return name in kept


def compiled_name(name):
    """A file's name once its sources are compiled."""
    return name + "c" if name.endswith(".py") else name


def module_name(name):
    """The dotted name of the module that a file of a wheel is, or None."""
    stem = name.partition(".")[0]
    if not name.endswith((".py", ".so")) or ".dist-info/" in name or ".libs/" in name or "/tests/" in name:
        return None
    return stem.removesuffix("/__init__").replace("/", ".")


def stored_entries(path):
    """The files of an archive that compresses nothing: name, place of the content, size."""
    entries = []
    with zipfile.ZipFile(path) as archive, open(path, "rb") as file:
        for entry in archive.infolist():
            # The local header is 30 bytes, then the name and an extra field, each of the length it tells.
            file.seek(entry.header_offset + 26)
            lengths = file.read(4)
            skipped = 30 + int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
            entries.append([entry.filename, entry.header_offset + skipped, entry.file_size])
    return entries


def last_error(output):
    """The line of what a failed step printed that says most."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"\w*(Error|Exception)\b", line)]
    return (errors or lines or ["it said nothing"])[-1][:300]
