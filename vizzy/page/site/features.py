"""What a visit fetches only when it is first asked for: modules of the page and of the worker,
markup, stylesheets.

``FEATURES`` names them, once, for the feature that loads them and for whoever keeps the page for times without a
network. They are missing from the files of ``page.json`` and ``worker.json``, so they cost nothing at the start.

Once a visit is kept, ``sw.js`` answers with what was published when it began. Until then a newer version may have
taken its place: what comes late is used only if the page there is still this one, by its version.
"""

import asyncio
import os
import sys

import js
from pyscript.ffi import to_js

from vizzy.page.client.worker_client import WorkerError
from vizzy.page.ui import dom

FEATURES = {
    "importing": {
        "page": (
            "importing/import_dialog",
            "importing/preview",
            "importing/local_dataset",
            "importing/saved_project",
            "importing/overtaken_dialog",
            "ui/image_loader",
            "review/view",
            "review/card",
            "review/actions",
            "review/export_menu",
        ),
        "worker": (
            "exporting.py",
            "reviewing.py",
            "near_duplicates.py",
            "reading/__init__.py",
            "reading/arrays.py",
            "reading/choices.py",
            "reading/columns.py",
            "reading/compression.py",
            "reading/contents.py",
            "reading/errors.py",
            "reading/features.py",
            "reading/files.py",
            "reading/formats/__init__.py",
            "reading/formats/columnar.py",
            "reading/formats/delimited.py",
            "reading/formats/json_tables.py",
            "reading/formats/spreadsheets.py",
            "reading/formats/tools.py",
            "reading/given_labels.py",
            "reading/imported.py",
            "reading/label_cells.py",
            "reading/labels.py",
            "reading/nesting.py",
            "reading/numbers.py",
            "reading/predictors.py",
            "reading/preview.py",
            "reading/probabilities.py",
            "reading/proposal.py",
            "reading/review.py",
            "reading/roles.py",
            "reading/tables.py",
        ),
        "styles": ("static/importing.css",),
        "markup": ("static/importing.html",),
    },
    "guide": {
        "page": (
            "guide/widgets",
            "guide/theory",
            "guide/menu",
            "guide/tour",
            "guide/tutorial_steps",
            "guide/tutorial",
            "guide/theory_figures",
            "guide/theory_dialog",
        ),
        "worker": (),
        "styles": ("static/guide.css",),
    },
    "labs": {
        "page": (
            "labs/plotting",
            "labs/charts",
            "labs/parts",
            "labs/sentences",
            "labs/score",
            "labs/percentiles",
            "labs/ways",
            "labs/noise",
            "labs/challenge",
            "labs/map",
            "labs/models",
            "labs/code",
            "labs/panel",
        ),
        "worker": (),
        "styles": ("static/labs.css",),
    },
    "experiments": {  # the labs' part in the worker, which may come up after the page has opened one
        "page": (),
        "worker": (
            "noise_rates.py",
            "labs/__init__.py",
            "labs/score.py",
            "labs/percentiles.py",
            "labs/deciders.py",
            "labs/noise.py",
            "labs/challenge.py",
            "labs/mapping.py",
            "labs/models.py",
            "labs/live.py",
        ),
        "styles": (),
    },
}

NEW_VERSION = "A new version of Vizzy is out: reload the page to go on. Your work is kept."

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
    if ">" + dom.by_id("version").textContent + "<" not in page:
        raise Replaced(NEW_VERSION)


def failure_sentence(error, otherwise):
    """What the visitor is told of something that did not arrive."""
    return error.args[0] if isinstance(error, Replaced) else otherwise


async def style(feature):
    """Link a feature's stylesheets, and wait until they are in force."""
    for address in FEATURES[feature]["styles"]:
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
    missing = [name for name in FEATURES[feature]["page"] if "vizzy.page." + name.replace("/", ".") not in sys.modules]
    wanted = [_module(name) for name in missing] + list(FEATURES[feature].get("markup", ()))
    _, texts = await asyncio.gather(style(feature), _texts(wanted))
    _write_modules(missing, texts)
    for markup in texts[len(missing) :]:
        _add_markup(markup)
    _arrived.add(feature)


async def load_in_worker(feature, worker):
    """Give the worker what a feature needs there; again after it was replaced."""
    if feature not in worker.features:
        paths = FEATURES[feature]["worker"]
        await worker.add_modules(dict(zip(paths, await _texts(["vizzy/" + path for path in paths]))))
        worker.features.append(feature)


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


def files():
    """The addresses of all that comes late."""
    addresses = []
    for parts in FEATURES.values():
        addresses += [_module(name) for name in parts["page"]] + ["vizzy/" + path for path in parts["worker"]]
        addresses += list(parts["styles"]) + list(parts.get("markup", ()))
    return addresses


def _module(name):
    return "vizzy/page/" + name + ".py"


async def _link(address):
    if js.document.querySelector('link[href="' + address + '"]'):
        return
    link = dom.element("link", "", None, {"rel": "stylesheet", "href": address})
    arrived = js.Promise.new(lambda resolve, _reject: _either(link, resolve))
    js.document.head.append(link)
    await arrived


def _either(link, resolve):
    """A page without this style still works: an error is an end of waiting, too."""
    link.onload = resolve
    link.onerror = resolve


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


def _write_modules(names, texts):
    """Write modules into the page's package, where imports find them."""
    package = __file__.rsplit("/", 2)[0] + "/"
    for name, text in zip(names, texts):
        folder = name.split("/")[0]
        if folder not in os.listdir(package):
            os.mkdir(package + folder)
        with open(package + name + ".py", "w") as file:
            file.write(text)


def _add_markup(text):
    """Put this site's own markup, which holds no data, at the end of the page."""
    js.document.getElementById("announcer").insertAdjacentHTML("beforebegin", text)
