"""The publishable site: what belongs to it, that it is the same every time, and that a change to it is found."""

import functools
import hashlib
import http.server
import importlib.util
import json
import re
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "site.py"

# Not ``import site``: the standard library has a module of that name.
_spec = importlib.util.spec_from_file_location("vizzy_site", TOOL)
site = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(site)

PAGE = """<link href="static/vizzy.css"><link href='#main'><a href="https://elsewhere.example/x">paper</a>
<meta property="og:image" content="docs/card.png"><script src="runtime/core.js"></script>
<title>A page</title>
<span id="version">1.2.3</span> <a href="runtime/licences.txt" target="_blank">Licences</a>"""
CORE, LICENCES = b"the runtime's core", b"whose it is"
PROJECT = {
    "index.html": PAGE,
    "404.html": "not here",
    "main.py": "from vizzy.page import app\n",
    "sw.js": "",
    "LICENSE": "",
    "CREDITS.md": "",
    "pyproject.toml": '[project]\nversion = "1.2.3"\n',
    "vizzy/__init__.py": "",
    "vizzy/__main__.py": "import vizzy.unused",
    "vizzy/page.json": '{"files": {"./page/app.py": "./vizzy/page/app.py"}}',
    "vizzy/worker.json": '{"files": {"./core.py": "./vizzy/core.py"}}',
    "vizzy/late.json": '{"features": {"later": {"page": ["vizzy/page/fetched_later.py"], "worker": ["vizzy/late.py"]}}}',
    "vizzy/worker.py": "",
    "vizzy/core.py": "",
    "vizzy/late.py": "",
    "vizzy/unused.py": "",
    "vizzy/page/__init__.py": "",
    "vizzy/page/app.py": "",
    "vizzy/page/fetched_later.py": "",
    "vizzy/page/__pycache__/app.pyc": "",
    "static/vizzy.css": "",
    "static/datasets.json": '[{"path": "static"}, {"path": "static/digits"}]',
    "static/dataset.json": "{}",
    "static/dataset.csv": "the artists' names",
    "static/report.txt": "for whoever made it",
    "static/images/cat.webp": "a cat",
    "static/.hidden": "",
    "static/digits/dataset.json": "{}",
    "static/mine/dataset.json": "{}",
    "static/mine/images/private.webp": "nobody's business",
    "static/sample/make_sample.py": "",
    "static/sample/messages.csv": "",
    "tools/tool.py": "",
    "tests/test_it.py": "",
    "docs/notes.md": "",
    "docs/card.png": "a picture",
    "runtime/leftover.txt": "not in the runtime's manifest",
}
BELONGS = """404.html CREDITS.md LICENSE docs/card.png index.html main.py runtime/core.js runtime/licences.txt runtime/manifest.json
static/dataset.csv static/dataset.json static/datasets.json static/digits/dataset.json static/images/cat.webp
static/sample/messages.csv static/vizzy.css sw.js vizzy/core.py vizzy/late.json vizzy/late.py vizzy/page.json
vizzy/page/app.py vizzy/page/fetched_later.py vizzy/worker.json vizzy/worker.py""".split()


@pytest.fixture
def project(tmp_path):
    """A small project with a runtime."""
    root = tmp_path / "project"
    for name, text in PROJECT.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "runtime/core.js").write_bytes(CORE)
    (root / "runtime/licences.txt").write_bytes(LICENCES)
    described = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for name, content in {"core.js": CORE, "licences.txt": LICENCES}.items()
    }
    (root / "runtime/manifest.json").write_text(json.dumps({"files": described}))
    return root


@pytest.fixture
def made(project):
    """A small project's site."""
    site.build(project, project / "dist")
    return project / "dist"


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_site_holds_what_a_browser_loads_and_nothing_else(made):
    assert sorted(contents(made)) == sorted([*BELONGS, "README.md", "manifest.json", "version.json"])


def test_the_site_is_a_static_space_of_hugging_face_as_it_stands(made):
    _, header, text = (made / "README.md").read_text(encoding="utf-8").split("---\n")
    told = yaml.safe_load(header)
    assert (told["title"], told["sdk"]) == ("Vizzy", "static")
    assert text.strip()


def test_where_the_address_is_known_the_social_card_has_whole_addresses(project):
    site.build(project, project / "dist", address="https://someone.example/sites/vizzy")
    page = (project / "dist/index.html").read_text()
    assert 'og:image" content="https://someone.example/sites/vizzy/docs/card.png"' in page
    assert '<meta property="og:url" content="https://someone.example/sites/vizzy/">' in page
    assert site.verify(str(project / "dist")) == []


@pytest.mark.parametrize("address", ["someone.example/vizzy", 'https://a.example/"><script>', "https://a.example/?x=1"])
def test_what_is_no_address_of_a_folder_is_refused(project, address):
    with pytest.raises(site.SiteError, match="--address needs the address of a folder"):
        site.build(project, project / "dist", address=address)


def test_a_reference_is_published_along_and_the_page_links_to_it(project, made):
    (project / "pages").mkdir()
    (project / "pages/index.html").write_text("x" * 3000)
    assert "reference/" not in (made / "index.html").read_text()
    site.build(project, made, largest=3000, reference=project / "pages")
    assert (made / "reference/index.html").read_text() == "x" * 3000
    assert '>Licences</a> · <a href="reference/" target="_blank" rel="noopener" translate="no">API reference</a>' in (
        made / "index.html"
    ).read_text()
    assert site.verify(str(made)) == []


def test_a_reference_that_was_not_made_is_asked_for(project, made):
    with pytest.raises(site.SiteError, match="run tools/reference.py --into"):
        site.build(project, made, reference=project / "nothing")


def test_every_file_is_described_by_its_size_and_sha256(made):
    manifest = json.loads((made / "manifest.json").read_text())
    files = contents(made)
    assert manifest["version"] == "1.2.3"
    assert set(manifest["files"]) == set(files) - {"manifest.json"}
    for name, described in manifest["files"].items():
        digest = hashlib.sha256(files[name]).hexdigest()
        assert described == {"sha256": digest, "size": len(files[name])}
    assert json.loads(files["version.json"]) == {"version": "1.2.3"}


def test_the_same_tree_gives_the_same_bytes_and_takes_the_place_of_the_last_site(project, made):
    before = contents(made)
    (made / "left over").write_text("from an earlier build")
    site.build(project, made)
    assert contents(made) == before
    assert not list(project.glob(".site-*"))


def test_a_site_that_has_grown_too_large_is_refused_and_the_old_one_stays(project, made):
    before = contents(made)
    (project / "static/images/cat.webp").write_bytes(bytes(5000))
    with pytest.raises(
        site.SiteError, match="has grown to 0.01 MB, more than the 0.00 MB allowed.*static/images/cat.webp"
    ):
        site.build(project, made, largest=4000)
    assert contents(made) == before


@pytest.mark.parametrize(
    "name, sentence",
    [
        ("sw.js", "sw.js should be in the site but cannot be found."),
        ("static/vizzy.css", "static/vizzy.css should be in the site but cannot be found."),
        ("vizzy/core.py", "vizzy/worker.json names vizzy/core.py, which is not there."),
        ("vizzy/late.py", "vizzy/late.json names vizzy/late.py, which is not there."),
        ("runtime/manifest.json", "There is no runtime yet: run ./serve.sh --prepare first."),
        ("runtime/core.js", "The runtime is not whole .core.js cannot be read"),
        ("static/datasets.json", "datasets.json is missing"),
    ],
)
def test_a_missing_file_is_named(project, name, sentence):
    (project / name).unlink()
    with pytest.raises(site.SiteError, match=sentence):
        site.build(project, project / "dist")
    assert not (project / "dist").exists()


def test_a_changed_runtime_is_not_published(project):
    (project / "runtime/core.js").write_bytes(CORE[::-1])
    with pytest.raises(site.SiteError, match="core.js was changed"):
        site.build(project, project / "dist")


def test_the_page_tells_its_build_which_another_file_makes_another(project, made):
    def build():
        return re.search(r'id="version">(.+)</span>', (made / "index.html").read_text())[1]

    first = build()
    assert re.fullmatch(r"1\.2\.3\+[0-9a-f]{8}", first)
    (project / "static/images/cat.webp").write_text("another cat")
    site.build(project, made)
    assert build() != first


@pytest.mark.parametrize("shown", ["version 1.2.4", "no version"])
def test_a_page_that_shows_another_version_is_not_published(project, shown):
    told = f'<span id="version">{shown.split()[1]}</span>' if shown[0] == "v" else ""
    (project / "index.html").write_text(PAGE.replace('<span id="version">1.2.3</span>', told))
    with pytest.raises(site.SiteError, match=f"index.html shows {shown}, but pyproject.toml has 1.2.3"):
        site.build(project, project / "dist")


def test_the_page_may_do_without_the_picture_of_its_social_card(project):
    (project / "docs/card.png").unlink()
    assert "docs/card.png" not in site.site_files(project)


def test_a_folder_that_is_no_site_is_not_replaced(project):
    with pytest.raises(site.SiteError, match="holds something that is no site"):
        site.build(project, project / "docs")
    assert (project / "docs/notes.md").exists()


# --- verifying ------------------------------------------------------------------------------------


def test_a_whole_site_is_verified(made):
    assert site.verify(str(made)) == []


def test_a_changed_a_shortened_a_missing_and_a_strange_file_are_found(made):
    (made / "main.py").write_text("from evil.page import app\n")
    (made / "LICENSE").write_text("mine")
    (made / "sw.js").unlink()
    (made / "strange.js").write_text("")
    assert site.verify(str(made)) == [
        "LICENSE has 4 bytes, not 0",
        "main.py has 26 bytes, not 27",
        "sw.js cannot be read: No such file or directory",
        "strange.js does not belong to it",
    ]


def test_a_site_whose_manifest_was_changed_along_is_found_by_the_manifest_of_ones_own_build(project, made):
    own = project / "own"
    site.build(project, own)
    (made / "main.py").write_text("from evil.page import app\n")
    site.describe(_without_descriptions(made), "1.2.3")
    assert site.verify(str(made)) == []
    assert site.verify(str(made), own / "manifest.json") == [
        "main.py has 26 bytes, not 27",
        "its manifest is another one",
    ]


def _without_descriptions(folder):
    for name in ("manifest.json", "version.json"):
        (folder / name).unlink()
    return folder


def test_a_place_without_a_manifest_is_no_verified_site(tmp_path):
    (fault,) = site.verify(str(tmp_path))
    assert fault.startswith("no manifest can be read")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_said):
        pass


def test_a_published_site_is_verified_over_the_web(made):
    handler = functools.partial(_Quiet, directory=str(made.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/dist/"
        assert site.verify(address) == []
        (made / "main.py").write_text("from evil.page import app\n")
        (made / "sw.js").unlink()
        found = site.verify(address, made / "manifest.json")
        server.shutdown()
    assert found[0] == "main.py has 26 bytes, not 27"
    assert found[1].startswith("sw.js cannot be read")


def test_the_command_says_what_it_found(made):
    command = [sys.executable, str(TOOL), "--verify", str(made)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"{made}: every file is as the manifest says\n")
    (made / "main.py").unlink()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "site: main.py cannot be read: No such file or directory\n")


# --- this project's own site ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_site(tmp_path_factory):
    """This project's site, made by the command as it is run for publication."""
    if not (ROOT / "runtime/manifest.json").is_file():
        pytest.skip("there is no runtime yet: ./test.sh makes it")
    folder = tmp_path_factory.mktemp("published") / "vizzy"
    done = subprocess.run(
        [sys.executable, str(TOOL), "--into", str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"version \S+: \d+ files, [\d.]+ MB of [\d.]+ MB allowed", done.stdout)
    return folder


def test_this_projects_site_names_nothing_of_the_machine_it_was_made_on(own_site):
    trace = str(ROOT).encode() + b"/"
    assert [name for name, content in contents(own_site).items() if trace in content] == []


def test_this_projects_site_holds_no_tool_no_test_and_no_bytecode(own_site):
    for name in contents(own_site):
        assert name.partition("/")[0] in {
            *site.ALWAYS,
            *("README.md", "docs", "runtime", "static", "vizzy", "manifest.json", "version.json"),
        } or name in site.named_by_the_page(ROOT)
        assert not name.endswith(".pyc")


def test_this_projects_page_changelog_and_site_tell_one_version(own_site):
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    shown = re.search(r'id="version">([^<]+)<', (ROOT / "index.html").read_text())[1]
    built = re.search(r'id="version">([^<]+)<', (own_site / "index.html").read_text())[1]
    assert shown == version == built.partition("+")[0]
    assert json.loads((own_site / "version.json").read_text()) == {"version": version}


def test_every_part_of_this_projects_site_has_its_licence_in_it(own_site):
    listed, *texts = (own_site / "runtime/licences.txt").read_text().split("=" * 78 + "\n")
    headings, bodies = texts[::2], texts[1::2]
    assert [heading for heading, body in zip(headings, bodies, strict=True) if len(body) < 300 or "opyright" not in body] == []
    for heading in headings:
        assert f"\n  {heading}" in listed
    names = {re.split(r"[ :]", heading)[0].lower().replace("-", "_") for heading in headings}
    wheels = {path.name.partition("-")[0] for path in (own_site / "runtime/pyodide").glob("*.whl")}
    wheels |= {path.stem for path in (own_site / "runtime/wheels").glob("*.whl")}
    folders = {"driver": "driver.js", "texts": "all_minilm_l6_v2"}
    parts = {folders.get(path.name, path.name) for path in (own_site / "runtime").iterdir() if path.is_dir()} - {"wheels"}
    assert wheels and parts and wheels | parts | {"cpython", "codemirror", "openblas", "efficientnet_lite0"} <= names


def test_what_each_dataset_names_is_in_this_projects_site(own_site):
    for entry in json.loads((own_site / "static/datasets.json").read_text()):
        folder = own_site / entry["path"]
        index = json.loads((folder / "dataset.json").read_text())
        named = [*(index.get("files") or []), *(index.get("thumbnails") or {}).get("files", [])]
        named += [index[key] for key in ("embeddings", "pred_probs") if index.get(key)]
        assert [name for name in named if not (folder / name).is_file()] == []
