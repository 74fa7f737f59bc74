"""What a visit fetches only when it is first asked for: modules of the page and of the worker,
markup, stylesheets.

``FEATURES`` names them, once, for the feature that loads them and for whoever keeps the page for times without a
network. They are missing from the files of ``page.json`` and ``worker.json``, so they cost nothing at the start.
"""

import asyncio
import sys

import js

from vizzy.page import dom

FEATURES = {
    "own data": {
        "page": ("bring", "preview", "own_files", "saved_work", "pictures", "review_view", "review_card", "export_menu"),
        "worker": (
            "exporting.py",
            "reviewing.py",
            "reading/__init__.py",
            "reading/arrays.py",
            "reading/columns.py",
            "reading/contents.py",
            "reading/errors.py",
            "reading/files.py",
            "reading/labels.py",
            "reading/nesting.py",
            "reading/numbers.py",
            "reading/probabilities.py",
            "reading/proposal.py",
            "reading/review.py",
            "reading/tables.py",
            "reading/understanding.py",
        ),
        "styles": ("static/own.css",),
        "markup": ("static/own.html",),
    },
    "guide": {
        "page": ("guide_dom", "lessons", "guide_menu", "tour", "tutorial_steps", "tutorial", "learn_figures", "learn"),
        "worker": (),
        "styles": ("static/guide.css",),
    },
    "labs": {
        "page": (
            "plotting",
            "charts",
            "lab_dom",
            "lab_words",
            "lab_score",
            "lab_percentiles",
            "lab_ways",
            "lab_noise",
            "lab_challenge",
            "lab_map",
            "lab_models",
            "lab_code",
            "lab_panel",
        ),
        "worker": (),
        "styles": ("static/labs.css",),
    },
    "experiments": {  # the labs' part in the worker, which may come up after the page has opened one
        "page": (),
        "worker": (
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

_arrived = set()
_arriving = set()


async def style(feature):
    """Link a feature's stylesheets, and wait until they are in force."""
    for address in FEATURES[feature]["styles"]:
        await _link(address)


async def load(feature):
    """Fetch what a feature needs on the page and is not here yet."""
    if feature in _arrived:
        return
    await asyncio.gather(style(feature), _fetch_modules(FEATURES[feature]["page"]))
    for address in FEATURES[feature].get("markup", ()):
        await _add_markup(address)
    _arrived.add(feature)


async def load_in_worker(feature, trainer):
    """Let the worker fetch what a feature needs there; again after it was replaced."""
    if feature not in trainer.features:
        await trainer.add_modules({path: absolute("vizzy/" + path) for path in FEATURES[feature]["worker"]})
        trainer.features.append(feature)


async def fetched(feature, app, failed, in_worker=False):
    """Fetch a feature, in the worker too if asked; whether it is there. A wish made meanwhile is dropped.

    ``failed`` is the sentence that the page notes where it could not be fetched.
    """
    if feature in _arriving:
        return False
    _arriving.add(feature)
    try:
        await load(feature)
        if in_worker:
            await load_in_worker(feature, app.trainer)
    except Exception as error:
        sys.print_exception(error)
        app.note(failed)
        return False
    finally:
        _arriving.discard(feature)
    return True


def files():
    """The addresses of all that comes late."""
    addresses = []
    for parts in FEATURES.values():
        addresses += [_module(name) for name in parts["page"]] + ["vizzy/" + path for path in parts["worker"]]
        addresses += list(parts["styles"]) + list(parts.get("markup", ()))
    return addresses


def absolute(address):
    """An address of this site in full, as a worker needs it."""
    return js.URL.new(address, js.document.baseURI).href


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


async def _fetch_modules(names):
    """Write modules beside this one, where imports find them."""
    folder = __file__.rsplit("/", 1)[0] + "/"
    missing = [name for name in names if "vizzy.page." + name not in sys.modules]
    responses = [(name, js.fetch(_module(name))) for name in missing]
    for name, waiting in responses:
        response = await waiting
        if not response.ok:
            raise OSError("{}: status {}".format(_module(name), response.status))
        with open(folder + name + ".py", "w") as file:
            file.write(await response.text())


async def _add_markup(address):
    """Put a file of this site's own markup, which holds no data, at the end of the page."""
    response = await js.fetch(address)
    if not response.ok:
        raise OSError("{}: status {}".format(address, response.status))
    js.document.getElementById("announcer").insertAdjacentHTML("beforebegin", await response.text())
