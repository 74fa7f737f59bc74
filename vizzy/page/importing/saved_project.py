"""Keeping somebody's own work in the browser: the files once, the decisions as they are made.

The files go into the browser's cache storage, which takes large ones and gives them back by name; the decisions,
which must be safe even as a tab closes, into its local storage, which is written at once. A browser that refuses
either still does everything else, and warns before the page is left.
"""

import json

import js
from pyscript.ffi import to_js

from vizzy.page.importing.feature import WORKS, kept_works
from vizzy.page.model.state import reviewed
from vizzy.page.site import local_storage

CACHE = "vizzy-work"
ABOUT = "about.json"
DECISIONS = "vizzy:work:"
FIELDS = (
    "class_percentile", "ood_percentile", "threshold_mode", "changed_labels", "reviews", "trained_labels", "active", "view"
)
BY_EXAMPLE = ("changed_labels", "reviews", "trained_labels")


class SavedProject:
    """One dataset that somebody brought, and its review."""

    def __init__(self, work_id=None):
        self.id = work_id or "{:x}".format(int(js.Date.now()))
        self.problem = None  # why the files could not be kept
        self._kept = True
        self._about = None

    async def save(self, name, files, choices, index_text):
        """Keep the files, and what the page shows before they are read again."""
        self._about = {"name": name, "files": [path for path, _ in files], "choices": choices, "index": index_text}
        try:
            cache = await js.caches.open(CACHE)
            for number, (_, file) in enumerate(files):
                await cache.put(self._address(str(number)), js.Response.new(file))
            await cache.put(self._address(ABOUT), js.Response.new(json.dumps(self._about)))
            if hasattr(js.navigator.storage, "persist"):
                await js.navigator.storage.persist()
        except Exception as error:  # private windows, full disks, no secure context
            print("not kept:", error)
            self.problem = str(error)

    async def fetch(self):
        """What was kept: (dict with ``name``, ``choices`` and ``index``, list of (path, File))."""
        cache = await js.caches.open(CACHE)
        response = await cache.match(self._address(ABOUT))
        if not response:
            forget_from_list(self.id)
            raise ValueError("The browser no longer has the files of this work: bring them again.")
        self._about = json.loads(await response.text())
        files = []
        for number, path in enumerate(self._about["files"]):
            content = await (await cache.match(self._address(str(number)))).blob()
            files.append((path, js.File.new(to_js([content]), path)))
        return self._about, files

    def keep(self, state):
        """Save the decisions, at once."""
        if self._about is None or self.problem:
            self._kept = False
            return
        fields = {name: getattr(state, name) for name in FIELDS}
        for name in BY_EXAMPLE:
            fields[name] = None if fields[name] is None else list(fields[name].items())
        self._kept = local_storage.remember(DECISIONS + self.id, json.dumps(fields))
        works = [work for work in kept_works() if work["id"] != self.id]
        mine = {"id": self.id, "name": self._about["name"], "reviewed": len(reviewed(state)), "when": js.Date.now()}
        local_storage.remember(WORKS, json.dumps([mine] + works))

    def decided(self):
        """The fields of the state that were saved, and the labels that were trained on, None if none were.

        Predictions are not kept: training anew on the same labels comes to the same.
        """
        text = local_storage.recall(DECISIONS + self.id)
        fields = json.loads(text) if text else {}
        for name in BY_EXAMPLE:
            pairs = fields.get(name)
            fields[name] = None if pairs is None else {int(example): value for example, value in pairs}
        trained_labels = fields.pop("trained_labels")
        return {name: value for name, value in fields.items() if value is not None}, trained_labels

    def unsaved(self, state):
        """Whether leaving now would lose decisions."""
        return not self._kept and bool(state.reviews or state.changed_labels)

    def _address(self, name):
        return _folder(self.id) + name


def _folder(work_id):
    return "work/" + work_id + "/"


async def forget(work_id):
    """Take everything of a work away."""
    forget_from_list(work_id)
    cache = await js.caches.open(CACHE)
    for request in await cache.keys():
        if "/" + _folder(work_id) in request.url:
            await cache.delete(request)


def forget_from_list(work_id):
    """Offer a work no more."""
    local_storage.forget(DECISIONS + work_id)
    local_storage.remember(WORKS, json.dumps([work for work in kept_works() if work["id"] != work_id]))
