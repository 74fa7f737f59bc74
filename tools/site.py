"""Make the publishable site: dist/, which holds what a browser loads, and nothing else.

    python tools/site.py                         make dist/ and report its size
    python tools/site.py --into DIR              elsewhere
    python tools/site.py --address https://…/    for publishing there: what others show of a link to it needs the address
    python tools/site.py --reference DIR         with the reference of the library, which tools/reference.py makes
    python tools/site.py --verify [PLACE]        check a folder or a published address, dist/ by default
    python tools/site.py --verify PLACE --against dist/manifest.json

What belongs to the site is found, not listed by hand: the files that index.html names, the modules that
vizzy/page.json, vizzy/worker.json and vizzy/late.json name, which tools/manifest.py writes from the imports, the
datasets that static/datasets.json names, and the runtime as its own manifest has it. Three files are made:

    README.md       what a static Space of Hugging Face reads: the folder is one as it stands
    version.json    the version of pyproject.toml
    manifest.json   the version, and the SHA-256 and size of every other file

And index.html says which build it is: after the version, a digest of all files, by which a page that is open finds
out that another took its place.

The same tree gives the same bytes. So whoever does not want to take a published site's word for it builds the
same commit and verifies the site against the manifest of that build. File times are left to the copying:
times that never changed would make browsers believe that nothing had.
It needs the standard library alone; what goes wrong is told in a sentence, with exit status 1.
"""

import argparse
import fnmatch
import hashlib
import json
import os
import posixpath
import re
import shutil
import sys
import tempfile
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import manifest as imports_manifest
import page_bundle
from manifest import relative
from runtime_fetch import SetupError

ROOT = Path(__file__).resolve().parent.parent

ALWAYS = ("index.html", "404.html", "main.py", "sw.js", "LICENSE", "CREDITS.md")
ENTRIES = ("main.py", "vizzy/worker.py")
CONFIGURATIONS = ("vizzy/page.json", "vizzy/worker.json")
LATE = "vizzy/late.json"
# In static/, but read by tools and their users alone.
TOOLS_ONLY = ("*.py", "report.txt")
MANIFEST = "manifest.json"
VERSION = "version.json"

# Where index.html tells its version.
SHOWN_VERSION = re.compile(r'(id="version">)([^<]*)')
BUILD_DIGITS = 8

# What the page links to only where it is published, behind the link to this.
REFERENCE = "reference"
LICENCES_LINK = re.compile(r'<a href="runtime/licences.txt"[^>]*>[^<]*</a>')
REFERENCE_LINK = ' · <a href="reference/" target="_blank" rel="noopener" translate="no">API reference</a>'
SOCIAL_PICTURE = re.compile(r'(<meta [^>]*(?:og|twitter):image"[^>]* content=")([^":]+)(")')
SPACE = """---
title: Vizzy
emoji: 🔎
colorFrom: indigo
colorTo: purple
sdk: static
pinned: false
license: mit
---

Find, see and fix the label errors in a dataset, in the browser.
"""

# A visit loads about a third of it. Raise this on purpose, and say in CHANGELOG.md what for.
LARGEST_SITE = 90_000_000
SECONDS_PER_FILE = 60


class SiteError(Exception):
    """What stands in the way, in a sentence."""


# --- what belongs to the site ---------------------------------------------------------------------


def site_files(root: Path) -> list[str]:
    """Every file of the site, relative to the project's root, in alphabetical order."""
    files = {*ALWAYS, *CONFIGURATIONS, LATE, *named_by_the_page(root)}
    files.update(name for name in social_pictures(root) if (root / name).is_file())
    files.update(modules(root))
    files.update(static_files(root))
    files.update(runtime_files(root))
    missing = sorted(name for name in files if not (root / name).is_file())
    if missing:
        raise SiteError(f"{', '.join(missing)} should be in the site but cannot be found.")
    return sorted(files)


def named_by_the_page(root: Path) -> set[str]:
    """The project's files that index.html names: scripts, styles, icons."""
    named = re.findall(r'\b(?:src|href)="([^"#?:]+)"', read_text(root / "index.html"))
    return {posixpath.normpath(name) for name in named}


def social_pictures(root: Path) -> set[str]:
    """The pictures that others show where they link to the page; the page does without."""
    return {posixpath.normpath(found[2]) for found in SOCIAL_PICTURE.finditer(read_text(root / "index.html"))}


def modules(root: Path) -> set[str]:
    """The Python that page and worker run, at the start and later, as tools/manifest.py wrote it down."""
    found = set(ENTRIES)
    for name in CONFIGURATIONS:
        sources = json.loads(read_text(root / name))["files"].values()
        found.update(named(root, name, map(posixpath.normpath, sources)))
    for parts in json.loads(read_text(root / LATE))["features"].values():
        for names in parts.values():
            found.update(named(root, LATE, names))
    return found


def named(root: Path, configuration: str, names: Iterable[str]) -> Iterator[str]:
    """The files that a configuration names, each of which must be there."""
    for name in names:
        if not (root / name).is_file():
            raise SiteError(f"{configuration} names {name}, which is not there.")
        yield name


def static_files(root: Path) -> set[str]:
    """What static/ holds for browsers; a dataset only if static/datasets.json offers it."""
    static = root / "static"
    offered = {entry["path"] for entry in json.loads(read_text(static / "datasets.json"))}
    unoffered = {
        path.parent
        for path in static.rglob("dataset.json")
        if path.parent.relative_to(root).as_posix() not in offered
    }
    return {
        path.relative_to(root).as_posix()
        for path in static.rglob("*")
        if path.is_file()
        and not unoffered.intersection(path.parents)
        and not any(part.startswith((".", "__")) for part in path.relative_to(static).parts)
        and not any(fnmatch.fnmatch(path.name, pattern) for pattern in TOOLS_ONLY)
    }


def runtime_files(root: Path) -> set[str]:
    """The runtime's files, each as its manifest says it must be."""
    folder = root / "runtime"
    if not (folder / MANIFEST).is_file():
        raise SiteError("There is no runtime yet: run ./serve.sh --prepare first.")
    described = json.loads(read_text(folder / MANIFEST))["files"]
    wrong = differences(described, folder_reader(folder))
    if wrong:
        raise SiteError(f"The runtime is not whole ({wrong[0]}): run ./serve.sh --prepare first.")
    return {"runtime/" + name for name in (MANIFEST, *described)}


def version(root: Path) -> str:
    """The version of pyproject.toml."""
    return str(tomllib.loads(read_text(root / "pyproject.toml"))["project"]["version"])


def read_text(path: Path) -> str:
    """A text file's content."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SiteError(f"{path.name} is missing from {path.parent}.") from None


def require_current(root: Path) -> None:
    """Refuse lists of modules that are not as the imports want them."""
    stale = imports_manifest.stale(root)
    if stale:
        raise SiteError(" ".join(stale))


# --- making it --------------------------------------------------------------------------------------


def build(
    root: Path, into: Path, largest: int = LARGEST_SITE, address: str = "", reference: Path | None = None
) -> dict:
    """Make the site's folder anew, and swap it in when it is whole.

    Parameters
    ----------
    root : Path
        The project.
    into : Path
        The folder to make; an earlier site there is replaced, anything else is refused.
    largest : int
        The most bytes that the site may have.
    address : str
        Where it will be published; "" where that is not known.
    reference : Path, optional
        The folder with the library's reference, to be published along.

    Returns
    -------
    dict
        The manifest.
    """
    if into.exists() and any(into.iterdir()) and not (into / MANIFEST).is_file():
        raise SiteError(f"{into} holds something that is no site; name another folder, or empty it.")
    files = site_files(root)
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=into.parent) as partial:
        new = Path(partial) / "new"
        for name in files:
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, new / name)
        (new / "README.md").write_text(SPACE, encoding="utf-8", newline="\n")
        if address:
            set_address(new, address)
        if reference:
            add_reference(new, reference)
        mark_build(new, version(root))
        manifest = describe(new, version(root))
        require_size(manifest, largest)
        if into.exists():
            os.replace(into, Path(partial) / "old")
        os.replace(new, into)
    return manifest


def set_address(folder: Path, address: str) -> None:
    """Name the social card's picture, and the page itself, by their whole addresses, as those who show it ask for."""
    if not re.fullmatch(r"https?://[^\s\"'<>?#]+", address):
        raise SiteError(f"--address needs the address of a folder, as in https://name.github.io/vizzy/, not {address!r}.")
    base = address.rstrip("/") + "/"
    page = SOCIAL_PICTURE.sub(lambda found: found[1] + base + found[2] + found[3], read_text(folder / "index.html"))
    page = page.replace("</title>\n", f'</title>\n  <meta property="og:url" content="{base}">\n', 1)
    (folder / "index.html").write_text(page, encoding="utf-8", newline="\n")


def add_reference(folder: Path, reference: Path) -> None:
    """Bring the library's reference into the site, and let the page link to it."""
    if not (reference / "index.html").is_file():
        raise SiteError(f"There is no reference in {reference}: run tools/reference.py --into {reference} first.")
    shutil.copytree(reference, folder / REFERENCE)
    page = read_text(folder / "index.html")
    link = LICENCES_LINK.search(page)
    if not link:
        raise SiteError("index.html has no link to runtime/licences.txt, behind which the one to the reference goes.")
    page = page[: link.end()] + REFERENCE_LINK + page[link.end() :]
    (folder / "index.html").write_text(page, encoding="utf-8", newline="\n")


def mark_build(folder: Path, site_version: str) -> None:
    """Let index.html tell the build, too: the version, and a digest of all files as they are in the project."""
    page = read_text(folder / "index.html")
    shown = SHOWN_VERSION.search(page)
    if not shown or shown[2] != site_version:
        said = f"version {shown[2]}" if shown else "no version"
        raise SiteError(f"index.html shows {said}, but pyproject.toml has {site_version}: make them agree.")
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()} {sha256(path.read_bytes())}\n".encode())
    build = f"{site_version}+{digest.hexdigest()[:BUILD_DIGITS]}"
    (folder / "index.html").write_text(SHOWN_VERSION.sub(rf"\g<1>{build}", page), encoding="utf-8", newline="\n")


def describe(folder: Path, site_version: str) -> dict:
    """Write version.json and manifest.json, and return the latter."""
    write_json(folder / VERSION, {"version": site_version})
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    files = {name: {"sha256": sha256(content), "size": len(content)} for name, content in contents.items()}
    manifest = {"version": site_version, "files": files}
    write_json(folder / MANIFEST, manifest)
    return manifest


def write_json(path: Path, content: dict) -> None:
    """Write JSON that is the same for the same content."""
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8", newline="\n")


def sha256(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def total_size(manifest: dict) -> int:
    """The bytes of all files in a manifest."""
    return sum(file["size"] for file in manifest["files"].values())


def require_size(manifest: dict, largest: int) -> None:
    """Refuse a site that has grown too large, naming its largest files; the reference apart, of which no visit loads any."""
    sizes = {name: file["size"] for name, file in manifest["files"].items() if not name.startswith(REFERENCE + "/")}
    total = sum(sizes.values())
    if total > largest:
        by_size = sorted(sizes, key=lambda name: -sizes[name])
        raise SiteError(
            f"The site has grown to {megabytes(total)}, more than the {megabytes(largest)} allowed; its largest files "
            f"are {', '.join(by_size[:3])}. Make it smaller, or raise LARGEST_SITE in tools/site.py on purpose."
        )


def report(manifest: dict) -> str:
    """The size of the site and of its parts, in lines."""
    parts: dict[str, int] = {}
    for name, file in manifest["files"].items():
        part = name.partition("/")[0] + "/" if "/" in name else "pages and texts"
        parts[part] = parts.get(part, 0) + file["size"]
    reference = parts.get(f"{REFERENCE}/", 0)
    counted = megabytes(total_size(manifest) - reference)
    lines = [
        f"  {megabytes(size):>9}  {part}" for part, size in sorted(parts.items(), key=lambda item: -item[1])
    ]
    total = f"version {manifest['version']}: {len(manifest['files'])} files, {counted} of {megabytes(LARGEST_SITE)} allowed"
    apart = f", and {megabytes(reference)} of reference" if reference else ""
    return "\n".join([total + apart, *lines])


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1e6:.2f} MB"


# --- verifying it -------------------------------------------------------------------------------------


def folder_reader(folder: Path) -> Callable[[str], bytes]:
    """What reads a folder's files by their name in a manifest."""
    return lambda name: (folder / name).read_bytes()


def web_reader(address: str) -> Callable[[str], bytes]:
    """What reads a published site's files by their name in a manifest."""

    def read(name: str) -> bytes:
        url = address.rstrip("/") + "/" + urllib.request.pathname2url(name)
        with urllib.request.urlopen(url, timeout=SECONDS_PER_FILE) as response:
            return response.read()

    return read


def differences(described: dict, read: Callable[[str], bytes]) -> list[str]:
    """What is not as a manifest's files say, a phrase each."""
    found = []
    for name, expected in described.items():
        try:
            content = read(name)
        except (OSError, urllib.error.URLError) as error:
            found.append(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}")
            continue
        if len(content) != expected["size"]:
            found.append(f"{name} has {len(content)} bytes, not {expected['size']}")
        elif sha256(content) != expected["sha256"]:
            found.append(f"{name} was changed")
    return found


def verify(place: str, against: Path | None = None) -> list[str]:
    """What is wrong with a site: a folder, or an address that starts with http.

    Parameters
    ----------
    place : str
        The folder, or the address.
    against : Path, optional
        A manifest to trust instead of the site's own.

    Returns
    -------
    list of str
        A phrase for each fault; empty for a site that is whole and unchanged.
    """
    on_the_web = place.startswith(("http://", "https://"))
    read = web_reader(place) if on_the_web else folder_reader(Path(place))
    try:
        own = read(MANIFEST)
        described = json.loads(against.read_bytes() if against else own)["files"]
    except (OSError, ValueError, KeyError) as error:
        return [f"no manifest can be read ({error})"]
    found = differences(described, read)
    if against and own != against.read_bytes():
        found.append("its manifest is another one")
    if not on_the_web:
        there = set(relative(Path(place), (path for path in Path(place).rglob("*") if path.is_file())))
        found += [f"{name} does not belong to it" for name in sorted(there - {MANIFEST, *described})]
    return found


# --- the command --------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--into", type=Path, default=ROOT / "dist", metavar="DIR", help="where to make it")
    parser.add_argument(
        "--verify", nargs="?", const=str(ROOT / "dist"), metavar="PLACE", help="a folder or an address"
    )
    parser.add_argument(
        "--against", type=Path, metavar="MANIFEST", help="a manifest to trust instead of its own"
    )
    parser.add_argument("--address", default="", metavar="URL", help="where it will be published")
    parser.add_argument("--reference", type=Path, metavar="DIR", help="the library's reference, by tools/reference.py")
    options = parser.parse_args(arguments)
    if options.verify:
        return say_verified(options.verify, options.against)
    try:
        require_current(ROOT)
        page_bundle.prepare()
        manifest = build(ROOT, options.into.resolve(), address=options.address, reference=options.reference)
    except (SiteError, SetupError, imports_manifest.ManifestError) as error:
        print(f"site: {error}", file=sys.stderr)
        return 1
    print(f"{options.into.name}/ is made, {report(manifest)}")
    for name in sorted(social_pictures(ROOT) - set(manifest["files"])):
        print(
            f"site: {name}, the picture of the page's social card, is missing and was left out.",
            file=sys.stderr,
        )
    return 0


def say_verified(place: str, against: Path | None) -> int:
    """Verify a site and say what was found."""
    found = verify(place, against)
    for phrase in found:
        print(f"site: {phrase}", file=sys.stderr)
    print(f"{place}: " + (f"{len(found)} faults" if found else "every file is as the manifest says"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
