"""Loads on first use what the start does without: modules of the page and of the worker, markup,
stylesheets.

``vizzy/late.json`` lists them by feature, and what else is kept for times without a network; tools/manifest.py
writes it from the imports. It is fetched with the first of them, so that it costs nothing at the start.

Once a visit is kept, ``sw.js`` answers with what was published when it began. Until then a newer version may have
taken its place: what comes late is used only if the page there is still this one, by its version.
"""

import asyncio
import json
import os
import sys

import js
from pyscript.ffi import to_js

from vizzy.page.client.answers import WorkerError
from vizzy.page.language import _, add_late_texts
from vizzy.page.ui import dom

MANIFEST = "vizzy/late.json"
NEW_VERSION = _("A new version of Vizzy is out: reload the page to go on. Your work is kept.")

_manifest = {}  # once it is fetched
_arrived = set()
_arriving = {}  # feature -> the task that fetches it
_turns = {}  # feature -> how often it was asked for


class Replaced(WorkerError):
    """Another version was published since this page was opened, and nothing of it may come among this one's."""


async def require_same_version():
    """Raise `Replaced` if the site has another version by now. Without a network it has none."""
    try:
        page = await (await js.fetch("./", to_js({"cache": "no-cache"}))).text()
    except Exception as error:
        print("the version could not be compared:", error)
        return
    if ">" + version() + "<" not in page:
        raise Replaced(NEW_VERSION)


def version():
    """The version that this page shows."""
    return dom.by_id("version").textContent


def failure_sentence(error, otherwise):
    """What the visitor is told of something that did not arrive."""
    return error.args[0] if isinstance(error, WorkerError) else otherwise


async def manifest():
    """The content of ``vizzy/late.json``."""
    if not _manifest:
        _manifest.update(json.loads((await _texts([MANIFEST]))[0]))
    return _manifest


async def link_styles(addresses):
    """Link stylesheets, and wait until they are in force."""
    for address in addresses:
        await _link(address)


async def load(feature):
    """Fetch what a feature needs on the page and is not here yet; who asks meanwhile waits for the same."""
    if feature in _arrived:
        return
    if feature not in _arriving:
        _arriving[feature] = asyncio.create_task(_load(feature))
    try:
        await _arriving[feature]
    finally:
        _arriving.pop(feature, None)


async def _load(feature):
    parts = (await manifest())["features"][feature]
    missing = [path for path in parts["page"] if _module_name(path) not in sys.modules]
    texts = (await asyncio.gather(_texts(missing + parts["markup"]), link_styles(parts["styles"]), add_late_texts()))[0]
    _write_modules(missing, texts)
    for markup in texts[len(missing) :]:
        _add_markup(markup)
    _arrived.add(feature)


async def load_in_worker(feature, worker):
    """Give the worker what a feature needs there; the one that replaces it gets it by itself."""
    if not worker.has_modules(feature):
        paths = (await manifest())["features"][feature]["worker"]
        names = [path.split("/", 1)[1] for path in paths]  # in the package, as the worker writes them
        await worker.add_modules(feature, dict(zip(names, await _texts(paths))))


async def fetched(feature, app, failed, in_worker=False):
    """Fetch a feature, in the worker too if asked; whether to go on with what it was asked for.

    Of several clicks made while it is fetched, the last is the one that counts.
    ``failed`` is the sentence that the page notes where it could not be fetched.
    """
    turn = _turns[feature] = _turns.get(feature, 0) + 1
    try:
        await load(feature)
        if in_worker:
            await load_in_worker(feature, app.worker)
    except Exception as error:
        sys.print_exception(error)
        app.note(failure_sentence(error, failed))
        return False
    return turn == _turns[feature]


def _module_name(path):
    return path[: -len(".py")].replace("/", ".")


async def _link(address):
    if js.document.querySelector('link[href="' + address + '"]'):
        return
    link = dom.element("link", "", None, {"rel": "stylesheet", "href": address})
    arrived = js.Promise.withResolvers()
    link.onload = arrived.resolve
    link.onerror = arrived.resolve  # a page without this style still works
    js.document.head.append(link)
    await arrived.promise


async def _texts(addresses):
    """The texts of files of this site, as they belong to this page."""
    arriving = [(address, js.fetch(address)) for address in addresses]
    texts = []
    for address, waiting in arriving:
        response = await waiting
        if not response.ok:
            await require_same_version()  # of another one it may well be missing
            raise OSError("{}: status {}".format(address, response.status))
        texts.append(await response.text())
    await require_same_version()
    return texts


def _write_modules(paths, texts):
    """Write modules, and let imports look there for what comes late of their packages.

    All modules of the start are imported by now. They are in a file system that cannot be written to, see main.py.
    """
    for path, text in zip(paths, texts):
        folder, name = path.rsplit("/", 1)
        _make_folder(folder)
        with open(folder + "/" + name, "w") as file:
            file.write(text)


def _make_folder(folder):
    """Make the folder of a package, and those that it is in; where the package is imported, have it look there."""
    parent, _slash, name = folder.rpartition("/")
    if parent:
        _make_folder(parent)
    if name not in os.listdir(parent):
        os.mkdir(folder)
    package = sys.modules.get(folder.replace("/", "."))
    if package:
        package.__path__ = folder


def _add_markup(text):
    """Put this site's own markup, which holds no data, at the end of the page."""
    announcer = js.document.getElementById("announcer")
    before = announcer.previousElementSibling
    announcer.insertAdjacentHTML("beforebegin", text)
    translate = getattr(js.window, "vizzyTranslate", None)  # of static/translate.js
    while translate and before.nextElementSibling != announcer:
        before = before.nextElementSibling
        translate(before)
