"""Keeping somebody's own work in the browser: the files once, the decisions as they are made.

The files go into the browser's cache storage, which takes large ones and gives them back by name; the decisions,
which must be safe even as a tab closes, into its local storage, which is written at once. A browser that refuses
either still does everything else, and warns before the page is left.
"""

import json

import js
from pyscript.ffi import to_js

from vizzy.page.importing import project_list
from vizzy.page.importing.kept_file import KeptFile, blob_of
from vizzy.page.language import _
from vizzy.page.model.history import decisions
from vizzy.page.model.state import State, reviewed
from vizzy.page.site import local_storage
from vizzy.page.ui.image_loader import is_image

CACHE = "vizzy-work"
ABOUT = "about.json"
INDEX = "index"
DECISIONS = "vizzy:work:"
VERSION = "vizzy:version:"  # which decisions these are: another with every change, whichever tab makes it
FIELDS = (
    "class_percentile",
    "ood_percentile",
    "threshold_mode",
    "ood_mode",
    "changed_labels",
    "reviews",
    "evidence",
    "trained_labels",
    "active",
    "view",
)
BY_EXAMPLE = ("changed_labels", "reviews", "evidence", "trained_labels")


class SavedProject:
    """One dataset that somebody brought, and its review."""

    def __init__(self, project_id=None):
        self.id = project_id or "".join([sign for sign in _now() if sign in "0123456789"])
        self.problem = None  # why the files could not be kept
        self._is_saved = True  # whether all that was decided is
        self._about = None  # what is saved beside the files; None until they are
        self._waiting = None  # the state that was to be saved while the files were not yet
        self._version = None  # of the decisions that this page has read or saved last
        self._decided = None  # those decisions
        self.on_overtaken = None  # called where another tab has saved other decisions

    async def save(self, name, source, index_bytes):
        """Save the files, what the page shows before they are read again, and what was decided meanwhile."""
        files = source.files
        about = {"name": name, "files": [path for path, _file in files], "choices": source.choices}
        try:
            cache = await js.caches.open(CACHE)
            for number, (_path, file) in enumerate(files):
                address = self._address(str(number))
                await cache.put(address, js.Response.new(await blob_of(file)))
                if isinstance(file, KeptFile):
                    file.move(cache, address)
            await cache.put(self._address(INDEX), js.Response.new(index_bytes))
            await cache.put(self._address(ABOUT), js.Response.new(json.dumps(about)))
        except Exception as error:  # private windows, full disks, no secure context
            print("not kept:", error)
            self.problem = str(error)
            return
        self._about = about
        if self._waiting:
            self.keep(self._waiting)
            self._waiting = None
        await _ask_to_persist()

    async def fetch(self):
        """What was kept: (dict with ``name``, ``choices`` and ``index``, an ArrayBuffer; list of (path, File or KeptFile))."""
        cache = await js.caches.open(CACHE)
        response = await cache.match(self._address(ABOUT))
        if not response:
            _forget_decisions(self.id)
            raise ValueError(_("The browser no longer has the files of this work: bring them again."))
        self._about = json.loads(await response.text())
        index = await cache.match(self._address(INDEX))
        if index:  # that of an earlier version is text among the rest
            self._about["index"] = await index.arrayBuffer()
        files = []
        for number, path in enumerate(self._about["files"]):
            kept = KeptFile(cache, self._address(str(number)))
            files.append((path, kept if is_image(path) else js.File.new(to_js([await kept.blob()]), path)))
        return self._about, files

    def keep(self, state):
        """Save the decisions: at once, or as soon as the files are saved."""
        if self._about is None or self.problem:
            self._waiting, self._is_saved = state, False
            return
        if self.is_overtaken:
            self._is_saved = False
            self.on_overtaken()
            return
        self._is_saved = local_storage.remember(DECISIONS + self.id, json.dumps(fields_of(state)))
        if self._is_saved and decisions(state) != self._decided:
            self._decided, self._version = decisions(state), _now() + str(js.Math.random())
            local_storage.remember(VERSION + self.id, self._version)
        project_list.put_first(
            {"id": self.id, "name": self._about["name"], "reviewed": len(reviewed(state)), "when": _now()}
        )

    @property
    def is_overtaken(self):
        """Whether another tab has saved decisions that this one does not know, or forgotten the project."""
        return local_storage.recall(VERSION + self.id) != self._version

    def overwrite(self, state):
        """Save this tab's decisions in place of the other tab's."""
        self._version, self._decided = local_storage.recall(VERSION + self.id), None
        self.keep(state)

    def give_way(self):
        """The other tab's decisions are kept: leaving this page loses nothing."""
        self._is_saved = True

    def decided(self):
        """The fields of the state that were saved, and the labels that were trained on, None if none were.

        Predictions are not kept: training anew on the same labels comes to the same.
        """
        text = local_storage.recall(DECISIONS + self.id)
        fields, trained_labels = decided_by(json.loads(text) if text else {})
        self._version, self._decided = local_storage.recall(VERSION + self.id), decisions(State(**fields))
        return fields, trained_labels

    def unsaved(self, state):
        """Whether leaving now would lose decisions."""
        return not self._is_saved and bool(state.reviews or state.changed_labels)

    def _address(self, name):
        return _folder(self.id) + name


def fields_of(state):
    """What is saved of a state, as it is written to JSON."""
    fields = {name: getattr(state, name) for name in FIELDS}
    for name in BY_EXAMPLE:
        fields[name] = None if fields[name] is None else list(fields[name].items())
    return fields


def decided_by(saved):
    """What ``fields_of`` made, read from JSON: (fields of a state, the labels that were trained on or None)."""
    fields = dict(saved)
    for name in BY_EXAMPLE:
        pairs = fields.get(name)
        fields[name] = None if pairs is None else {int(example): value for example, value in pairs}
    trained_labels = fields.pop("trained_labels")
    return {name: value for name, value in fields.items() if value is not None}, trained_labels


async def _ask_to_persist():
    """Ask the browser not to clear what is saved when its disk is full; it may ask the visitor, or refuse."""
    try:
        if hasattr(js.navigator.storage, "persist"):
            await js.navigator.storage.persist()
    except Exception as error:
        print("may be cleared:", error)


def _now():
    """Now, as text: a number of milliseconds is more than MicroPython's integers from JavaScript hold."""
    return js.Date.new().toISOString()


def _folder(project_id):
    return "work/" + project_id + "/"


async def forget(project_id):
    """Take everything of a project away."""
    _forget_decisions(project_id)
    cache = await js.caches.open(CACHE)
    for request in await cache.keys():
        if "/" + _folder(project_id) in request.url:
            await cache.delete(request)


def _forget_decisions(project_id):
    local_storage.forget(DECISIONS + project_id)
    local_storage.forget(VERSION + project_id)
    local_storage.forget(local_storage.UNDO + project_id)
    project_list.remove(project_id)
