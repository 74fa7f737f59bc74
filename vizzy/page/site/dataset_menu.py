"""Which dataset is open, and the menu of those that the site ships."""

import json

from js import JSON, URL, URLSearchParams, document, fetch, window
from pyscript.ffi import create_proxy

from vizzy.page.language import _
from vizzy.page.model.dataset_index import DatasetIndex
from vizzy.page.model.open_dataset import OpenDataset
from vizzy.page.model.url import quote
from vizzy.page.site import late_loading
from vizzy.page.ui import dom
from vizzy.vocabulary import MOST_FOR_SVM

DEFAULT = "static"
COLUMNS = ("ids", "files", "given_label", "true_label", "alt", "texts")
OWN = "own"  # in the menu, somebody's own data
LIST = "static/datasets.json"


def folder():
    """The folder named by ``?dataset=``, ending in "/"; only this site's own folders are opened."""
    named = URLSearchParams.new(window.location.search).get("dataset") or DEFAULT
    base = URL.new(".", document.baseURI).href
    address = URL.new(named.rstrip("/") + "/", base)
    if not address.href.startswith(base):
        raise ValueError(_("The address names a dataset of another site, which is not opened: {}").format(named))
    if address.search or address.hash:  # its dataset.json would be this very page
        raise ValueError(_("The address names no folder of this site, so no dataset is opened: {}").format(named))
    return address.href[len(base) :]


class ShippedDataset:
    """A dataset folder of this site, as the app opens it.

    Parameters
    ----------
    folder : str
    index_text : str
        What its ``dataset.json`` holds.
    is_large : bool
        Whether it is trained on by the classifier of many examples, which the worker gets with what reads files.
    """

    trained_labels = None  # nothing of an earlier visit

    def __init__(self, folder, index_text, is_large=False):
        self._folder = folder
        self._is_large = is_large
        self._index_text = index_text

    async def open(self, worker, report):
        """Make it the worker's dataset; a dict with the ``estimated_seconds`` of a training."""
        report(_("Opening the dataset…"), 0.95)
        if self._is_large:
            await late_loading.load_in_worker("importing", worker)
        return await worker.open_dataset(self._index_text, URL.new(self._folder, document.baseURI).href)

    def keep(self, _state):
        """What is decided about it stands in the address."""

    def unsaved(self, _state):
        """Whether leaving now would lose decisions."""
        return False


async def open_shipped(folder):
    """A dataset folder of this site, as an OpenDataset."""
    text = await _load_index(folder)
    index = DatasetIndex(parse_index(text), folder)
    is_large = len(index) > MOST_FOR_SVM and not index.brings_pred_probs
    return OpenDataset(index, ShippedDataset(folder, text, is_large))


async def _load_index(folder):
    """The text of a dataset folder's ``dataset.json``."""
    response = await fetch(folder + "dataset.json")
    if not response.ok:
        raise ValueError(
            _("The dataset {} could not be loaded (status {}). Check its name, or reload the page to try again.").format(
                folder.rstrip("/"), response.status
            )
        )
    return await response.text()


class Column:
    """A long list that stays JavaScript's: 100,000 texts would fill MicroPython's memory, and slow it down."""

    def __init__(self, array):
        self._array = array
        self._length = array.length

    def __len__(self):
        return self._length

    def __getitem__(self, place):
        return self._array[place]

    def index(self, value):
        """Where a value stands; ValueError if nowhere, as for a list."""
        place = -1 if value is None else self._array.indexOf(value)
        if place < 0:
            raise ValueError(value)
        return place


def parse_index(text):
    """The text of a ``dataset.json`` as DatasetIndex takes it."""
    return index_of(JSON.parse(text))


def index_of(parsed):
    """The same of JavaScript's object."""
    columns = {name: _column(parsed, name) for name in COLUMNS}
    return dict(
        columns,
        name=parsed.name,
        classes=json.loads(JSON.stringify(parsed.classes)),
        thumbnails=json.loads(JSON.stringify(parsed.thumbnails or None)),
        map=parsed.map or None,
        pred_probs=getattr(parsed, "pred_probs", None),
    )


def _column(parsed, name):
    array = getattr(parsed, name, None)
    return Column(array) if array else None


async def offer(index):
    """Fill the menu; a site with a single dataset needs none. Until then it shows the default one.

    ``index`` is that of the open dataset.
    """
    response = await fetch(LIST)
    if not response.ok:
        print("no menu of datasets:", response.status)
        return
    offered = json.loads(await response.text())
    path = index.folder.rstrip("/")
    if not index.is_own and path not in [entry["path"] for entry in offered]:
        offered.append({"path": path, "name": index.name})
    menu = dom.by_id("dataset-menu")
    dom.clear(menu)
    menu.disabled = False
    for entry in offered:
        menu.append(dom.element("option", "", _(entry["name"]), {"value": entry["path"]}))
    menu.value = path
    if index.is_own:
        name_own(index.name)
    dom.show(dom.by_id("dataset-menu-label"), len(offered) > 1)
    menu.addEventListener("change", create_proxy(_choose))


def name_own(name):
    """Let the menu show that somebody's own data is open."""
    menu = dom.by_id("dataset-menu")
    known = menu.querySelector('[value="' + OWN + '"]')
    if known:
        known.remove()
    menu.append(dom.element("option", "", name, {"value": OWN}))
    menu.value = OWN


def _choose(event):
    """Another dataset is a page of its own, which Back leaves again."""
    chosen = event.target.value
    window.location.href = address_with("" if chosen == DEFAULT else "dataset=" + quote(chosen))


def address_with(query):
    """The address of this page with another query; the language that is asked for there stays asked for."""
    language = URLSearchParams.new(window.location.search).get("lang")
    parts = [query] * bool(query) + (["lang=" + quote(language)] if language else [])
    return window.location.pathname + ("?" + "&".join(parts) if parts else "")
