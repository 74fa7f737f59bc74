"""What loads when: the configurations, the preloads and the features are as the imports want them."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import manifest
import pytest

ROOT = Path(__file__).parents[2]

PROJECT = {
    "main.py": "from vizzy.page import app\n",
    "index.html": "<head>\n  <!-- preloads: by a tool -->\n  <!-- end of preloads -->\n</head>\n"
    "<body>\n  <!-- first rows: by a tool -->\n  <!-- end of first rows -->\n</body>\n",
    "static/dataset.json": '{"classes": ["yes", "<no>"], "ids": ["a", "b"], "files": ["a.webp", "b&c.webp"], '
    '"given_label": [0, 1], "alt": ["first", "a \\"second\\""]}',
    "vizzy/__init__.py": '"""A docstring."""\n',
    "vizzy/page.json": '{"interpreter": "micropython", "files": {}}',
    "vizzy/worker.json": '{"interpreter": "pyodide", "files": {"./gone.py": "./vizzy/gone.py"}}',
    "vizzy/worker.py": "def step():\n    import vizzy.session\n\ndef read():\n    from vizzy import reading, tables\n",
    "vizzy/session.py": "from vizzy import core\n",
    "vizzy/core.py": "",
    "vizzy/tables.py": "def write():\n    from vizzy import core, form\n",
    "vizzy/form.py": "",
    "vizzy/reading/__init__.py": "import importlib\n",
    "vizzy/reading/by_name.py": "from vizzy import core\n",
    "vizzy/page/__init__.py": "",
    "vizzy/page/app.py": "from vizzy.page.bring import feature\n",
    "vizzy/page/bring/__init__.py": '"""A docstring."""\n',
    "vizzy/page/bring/feature.py": "from vizzy.page.ui import dom\n\n"
    'WORKER = ("vizzy.reading", "vizzy.tables")\nSTYLES = ("static/bring.css",)\n\n'
    "async def open():\n    from vizzy.page.bring import dialog\n",
    "vizzy/page/bring/dialog.py": "from vizzy.page.ui import dom, pictures\n",
    "vizzy/page/ui/__init__.py": "from vizzy.page.ui import numbers\n",
    "vizzy/page/ui/dom.py": "",
    "vizzy/page/ui/numbers.py": "",
    "vizzy/page/ui/pictures.py": "",
    "static/app.webmanifest": '{"icons": [{"src": "icon.svg"}]}',
    "static/sample/make_sample.py": "",
    "static/sample/messages.csv": "",
    "runtime/pyscript/core.js": 'export{a}from"./core-A1.js";',
    "runtime/pyscript/core-A1.js": 'plugins={error:()=>import("./error-B2.js")}',
}


@pytest.fixture
def project(tmp_path):
    """A small project, nothing of whose manifest is written yet."""
    for name, text in PROJECT.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def read(project, name):
    return json.loads((project / name).read_text())


def preloaded(html):
    """The addresses of a page's links by their relation, with what they are fetched as."""
    found = {}

    class Links(HTMLParser):
        def handle_starttag(self, tag, attributes):
            if tag == "link":
                found.setdefault(dict(attributes)["rel"], []).append(dict(attributes))

    Links().feed(html)
    return found


LINKS = preloaded((ROOT / "index.html").read_text(encoding="utf-8"))


# --- this project ---------------------------------------------------------------------------------


def test_what_is_committed_is_as_the_imports_want_it():
    assert manifest.stale(ROOT) == []


def test_what_the_page_starts_with_is_on_its_way_early():
    page = json.loads((ROOT / "vizzy/page.json").read_text(encoding="utf-8"))
    files = [address.removeprefix("./") for address in page["files"].values()]
    others = ["vizzy/page.json", "vizzy/worker.json", "vizzy/worker.py", "main.py", "runtime/micropython/micropython.wasm.bin"]
    assert sorted(link["href"] for link in LINKS["preload"]) == sorted(files + others)


def test_they_are_asked_for_as_pyscript_asks_so_that_its_request_finds_them():
    assert {(link["as"], "crossorigin" in link) for link in LINKS["preload"]} == {("fetch", True)}


def test_on_a_phone_they_wait_for_the_first_screen():
    assert {link.get("media") for link in LINKS["preload"] + LINKS["modulepreload"]} == {"(min-width: 40rem)"}


def test_pyscript_which_the_script_of_the_start_adds_is_among_them():
    script = (ROOT / "static/start.js").read_text(encoding="utf-8")
    assert re.search(r'var PYSCRIPT = "(.*)";', script)[1] in [link["href"] for link in LINKS["modulepreload"]]


def test_each_of_pyscripts_own_is_there():
    """Their names carry a fingerprint, which another version of PyScript changes."""
    ahead = [link["href"] for link in LINKS["modulepreload"]]
    assert [href for href in ahead if not (ROOT / href).is_file()] == []
    core = (ROOT / "runtime/pyscript/core.js").read_text(encoding="utf-8")
    assert "runtime/pyscript/" + re.search(r'from"\./(core-\w+\.js)"', core)[1] in ahead


def test_each_lab_of_the_worker_comes_with_the_labs_although_it_is_imported_by_name():
    labs = {path.relative_to(ROOT).as_posix() for path in (ROOT / "vizzy/labs").glob("*.py")}
    listed = json.loads((ROOT / manifest.LATE).read_text(encoding="utf-8"))["features"]["labs"]["worker"]
    assert labs <= set(listed)


# --- any project ----------------------------------------------------------------------------------


def test_the_page_starts_with_what_is_imported_at_once_without_packages_that_are_a_docstring(project):
    manifest.write(project)
    assert manifest.page_start(project) == [
        f"vizzy/page/{name}.py" for name in ("app", "bring/feature", "ui/__init__", "ui/dom", "ui/numbers")
    ]
    assert read(project, "vizzy/page.json") == {
        "files_written_by": "tools/manifest.py",
        "interpreter": "micropython",
        "files": {"./page.bundle": "./vizzy/page.bundle"},
    }


def test_the_worker_starts_with_all_that_it_imports_but_what_comes_with_a_feature(project):
    manifest.write(project)
    assert read(project, "vizzy/worker.json")["files"] == {
        f"./{name}.py": f"./vizzy/{name}.py" for name in ("__init__", "core", "session")
    }


def test_a_feature_comes_with_what_it_imports_in_functions_and_what_that_imports(project):
    manifest.write(project)
    assert read(project, "vizzy/late.json")["features"] == {
        "bring": {
            "page": ["vizzy/page/bring/dialog.py", "vizzy/page/ui/pictures.py"],
            "worker": ["vizzy/form.py", "vizzy/reading/__init__.py", "vizzy/reading/by_name.py", "vizzy/tables.py"],
            "styles": ["static/bring.css"],
            "markup": [],
        }
    }


def test_index_html_has_the_first_rows_with_given_labels_and_every_text_escaped(project):
    manifest.write(project)
    rows = [line.strip() for line in (project / "index.html").read_text().splitlines() if 'class="card"' in line]
    assert len(rows) == 2
    assert 'src="static/a.webp" alt="first"' in rows[0]
    assert 'data-given="yes" tabindex="-1" aria-pressed="true">yes<' in rows[0]
    assert 'src="static/b&amp;c.webp" alt="a &quot;second&quot;"' in rows[1]
    assert 'data-given="&lt;no&gt;" tabindex="-1" aria-pressed="true">&lt;no&gt;<' in rows[1]


def test_a_page_without_a_place_for_the_first_rows_is_refused(project):
    page = project / "index.html"
    page.write_text(page.read_text().replace("end of first rows", "the end"))
    with pytest.raises(manifest.ManifestError, match="first rows"):
        manifest.write(project)


def test_what_comes_late_is_kept_for_offline_with_icons_and_samples(project):
    manifest.write(project)
    kept = read(project, "vizzy/late.json")["kept_for_offline"]
    others = "static/app.webmanifest static/bring.css static/icon.svg static/sample/messages.csv vizzy/late.json"
    late = "form.py page/bring/dialog.py page/ui/pictures.py reading/__init__.py reading/by_name.py tables.py"
    assert kept == sorted([*others.split(), *("vizzy/" + name for name in late.split())])


def test_index_html_preloads_the_start_and_pyscripts_fingerprinted_parts(project):
    manifest.write(project)
    links = preloaded((project / "index.html").read_text())
    assert [link["href"] for link in links["modulepreload"]] == [
        f"runtime/{name}" for name in ("pyscript/core.js", "pyscript/core-A1.js", "pyscript/error-B2.js", "micropython/micropython.mjs")
    ]
    assert "vizzy/page.bundle" in [link["href"] for link in links["preload"]]


def test_what_is_written_is_stale_once_an_import_changes_and_the_sentence_says_what_to_do(project):
    manifest.write(project)
    assert manifest.stale(project) == [] and manifest.write(project) == []
    (project / "vizzy/page/ui/new.py").write_text("")
    (project / "vizzy/page/bring/dialog.py").write_text("from vizzy.page.ui import dom, new, pictures\n")
    (project / "vizzy/session.py").write_text("")
    say = "{} is stale: run python tools/manifest.py, and commit what it writes."
    assert manifest.stale(project) == [say.format("vizzy/worker.json"), say.format("vizzy/late.json")]


@pytest.mark.parametrize(
    "name, text, sentence",
    [
        ("vizzy/page/app.py", PROJECT["vizzy/page/app.py"] + "def f():\n    import vizzy.core\n", "app.py imports vizzy/.*core.py inside a function"),
        ("vizzy/page/ui/nobodys.py", "", "Nothing that the page loads imports vizzy/page/ui/nobodys.py"),
        ("vizzy/page/bring/feature.py", 'WORKER = ("vizzy.gone",)\n', "names vizzy.gone for the worker, which is neither"),
        ("vizzy/page/bring/feature.py", 'STYLES = "static/bring.css"\n', "STYLES in .*feature.py is 'static/bring.css', but should be a tuple"),
        ("index.html", "<head></head>", "index.html lacks the comments"),
        ("runtime/pyscript/core-A1.js", "", "imports no error-….js"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(project, name, text, sentence):
    if name.endswith("feature.py"):
        (project / "vizzy/page/bring/dialog.py").unlink()
        (project / "vizzy/page/ui/pictures.py").unlink()
        text = "from vizzy.page.ui import dom\n" + text
    (project / name).write_text(text)
    with pytest.raises(manifest.ManifestError, match=sentence):
        manifest.write(project)
