"""The page's modules in one file: it has those that the page starts with, compiled, of the sources as they are."""

import gzip
import json
import shutil
import subprocess
import textwrap

import manifest
import page_bundle
import pytest
import runtime_fetch

ROOT = page_bundle.ROOT
STARTED = """
    import {{ readFileSync }} from "node:fs";
    const {{ loadMicroPython }} = await import({micropython});
    const python = await loadMicroPython({{ stdout: console.log }});
    python.FS.mkdir("vizzy");
    python.FS.writeFile("vizzy/page.bundle", readFileSync({bundle}));
    python.runPython({code});
"""


@pytest.fixture
def project(tmp_path):
    """A copy of what the page starts with, without a bundle."""
    for name in [*manifest.page_start(ROOT), "main.py", page_bundle.MICROPYTHON, "runtime/micropython/micropython.wasm"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def names(project):
    """The modules' names in the bundle, as those of files."""
    return [name.replace(".", "/") + ".py" for name in page_bundle.read_head((project / manifest.BUNDLE).read_bytes())["modules"]]


def run_in_micropython(project, code):
    """What a program prints that main.py's unpacking precedes."""
    main = (ROOT / "main.py").read_text(encoding="utf-8")
    unpack = main[main.index("def mount(") : main.index("from vizzy.page import language")]
    program = STARTED.format(
        micropython=json.dumps(str(project / page_bundle.MICROPYTHON)),
        bundle=json.dumps(str(project / manifest.BUNDLE)),
        code=json.dumps("import deflate, io, json, sys, vfs\n" + unpack + code),
    )
    node = runtime_fetch.node_command(page_bundle.CACHE)
    command = [*node, "--input-type=module", "--eval", textwrap.dedent(program)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_it_has_the_modules_of_the_start_compiled_and_the_page_unpacks_and_imports_them(project):
    page_bundle.prepare(project, page_bundle.CACHE)
    assert sorted(names(project)) == manifest.page_start(ROOT)
    told = run_in_micropython(project, "from vizzy.page.model import state, url\nprint(state.__file__, state.DEFAULTS['ood_percentile'])")
    assert told == "/start/vizzy/page/model/state.mpy 15\n"


def test_each_module_comes_after_those_that_it_imports(project):
    page_bundle.prepare(project, page_bundle.CACHE)
    order = names(project)
    early = {
        name: [other for other in manifest.imported_files(ROOT, name)[0].intersection(order) if order.index(other) > place]
        for place, name in enumerate(order)
    }
    assert {name: others for name, others in early.items() if others} == {}


def test_it_is_made_anew_once_a_source_changes_and_not_before(project):
    page_bundle.prepare(project, page_bundle.CACHE)
    first = (project / manifest.BUNDLE).stat().st_ino
    page_bundle.prepare(project, page_bundle.CACHE)
    assert (project / manifest.BUNDLE).stat().st_ino == first
    source = project / "vizzy/vocabulary.py"
    source.write_text(source.read_text(encoding="utf-8") + "\nADDED = 7\n", encoding="utf-8")
    page_bundle.prepare(project, page_bundle.CACHE)
    assert run_in_micropython(project, "from vizzy import vocabulary\nprint(vocabulary.ADDED)") == "7\n"


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda project: (project / "vizzy/vocabulary.py").write_text("match 1:\n    case 1:\n        ADDED = 7\n"), "vizzy/vocabulary.py"),
        (lambda project: (project / page_bundle.MICROPYTHON).write_text("export const loadMicroPython = () => null"), "null"),
    ],
    ids=["a module that cannot be compiled", "a MicroPython that does not take it"],
)
def test_where_it_cannot_be_compiled_it_has_the_sources_and_says_so(project, capsys, spoil, said):
    spoil(project)
    page_bundle.prepare(project, page_bundle.CACHE)
    assert sorted(names(project)) == manifest.page_start(ROOT)
    source = (ROOT / "vizzy/page/app.py").read_bytes()
    assert source in gzip.decompress((project / manifest.BUNDLE).read_bytes())
    told = capsys.readouterr().out
    assert told.startswith("Warning: The page's modules are compiled at each start: ") and said in told


def test_a_source_with_a_fault_of_syntax_is_named(project):
    (project / "vizzy/vocabulary.py").write_text("ADDED = = 7\n")
    with pytest.raises(runtime_fetch.SetupError, match=r"invalid syntax \(vocabulary.py, line 1\)"):
        page_bundle.prepare(project, page_bundle.CACHE)


def test_a_bundle_that_was_cut_short_is_made_again(project):
    page_bundle.prepare(project, page_bundle.CACHE)
    whole = (project / manifest.BUNDLE).read_bytes()
    (project / manifest.BUNDLE).write_bytes(whole[:1000])
    page_bundle.prepare(project, page_bundle.CACHE)
    assert (project / manifest.BUNDLE).read_bytes() == whole
