"""Keeping the visit for times without a network: ``sw.js`` is told what to keep, a part at a time.

It is registered as soon as the page answers, so that from then on a reload without a network shows the page or says why
not. What this start loaded is kept first, then all that the visit may need; both only while the page is quiet: it must
not compete with the start, a training or a slider. Where the browser has no service workers the page is the same, but
for needing a network.
"""

import asyncio
import json

import js
from js import URL, MessageChannel, Promise, document, navigator, performance, window
from pyscript.ffi import create_proxy, to_js

from vizzy.page.language import _, late_files
from vizzy.page.site import late_loading
from vizzy.page.ui.scheduling import yield_until_idle

QUIET_SECONDS = 0.4  # since the page was last touched, until the next part is kept
TOUCHES = ("input", "keydown", "pointerdown", "wheel")
PART = 40  # files; after each, the page looks whether it is still quiet
# What the worker has a worker of its own fetch, which it does not know of; and, of the program and the libraries, functions
# that a start may call though this one did not: without them Python breaks off.
OF_A_START = ("pyodide/snapshot.", "pyodide/rest/", "pyodide/inflate.js")
# Of the runtime, what labs and the guide fetch when they are opened. What only some data need (a network for images,
# vectors of words, libraries for formats) is large, and kept once it was used: see `OfflineCopy.keep_used`.
LATE = ("pyodide/late.zip", "pyodide/python_stdlib.zip", "driver/", "pyscript/codemirror", "pyscript/index-", "licences.txt")
KEPT_FOR_OFFLINE = ("vizzy-site-", "vizzy-runtime-")  # as sw.js calls them; somebody's own work is not among them
STARTABLE, WHOLE = "startable", "whole"  # the marks of sw.js
BY_COMMAND = 'meta[name="vizzy-server"]'  # this page comes from the command or a notebook, and ends with it
MOST_PICTURES = 1000  # of larger datasets only what was looked at is kept, and all thumbnails
NOT_KEPT_YET = _("You are offline, and this page is not kept yet: it works on, but do not reload it before you are online.")


class OfflineCopy:
    """What is kept of this visit."""

    def __init__(self, app):
        self._app = app
        self._touched = performance.now()  # the page, the last time
        touched = create_proxy(self._note_touch)
        for kind in TOUCHES:
            document.addEventListener(kind, touched, to_js({"capture": True, "passive": True}))
        window.addEventListener("offline", create_proxy(self._warn))

    def _note_touch(self, _event):
        self._touched = performance.now()

    async def _warn(self, _event):
        if not await _is_startable():
            self._app.note(NOT_KEPT_YET)

    async def register(self):
        """Register the service worker, if there may be one."""
        if document.querySelector(BY_COMMAND) or not hasattr(navigator, "serviceWorker") or not window.isSecureContext:
            return
        try:
            await navigator.serviceWorker.register("sw.js")
        except Exception as error:  # private windows and full disks: the page goes on without
            print("not kept for offline use:", error)

    async def keep(self):
        """Keep what this visit loaded, then what else it may need, every picture included.

        Nothing is kept of a visit that began with one version and went on with another, which it is told.
        """
        if not document.querySelector(BY_COMMAND):
            await self._telling_of_another_version(self._keep_visit())

    async def keep_used(self, prefix=None):
        """Keep what was loaded by now for data of somebody's own, and the files of the runtime that begin so."""
        more = await _runtime_files((prefix,)) if prefix else []
        used = [address for address in await self._loaded() if "/runtime/" in address]
        await self._telling_of_another_version(self._keep(used + _here(more)))

    async def _telling_of_another_version(self, keeping):
        """Keep files, or tell the visitor that they are not kept since another version was published."""
        try:
            await keeping
        except late_loading.Replaced as error:
            self._app.note(error.args[0])

    async def _keep_visit(self):
        await self._until_quiet()
        await late_loading.require_same_version()
        if await self._keep(await self._loaded() + _here(await _runtime_files(OF_A_START)), STARTABLE):
            late = (await late_loading.manifest())["kept_for_offline"] + await _runtime_files(LATE)
            await self._keep(_here(late + late_files() + _of_dataset(self._app.dataset.index)), WHOLE)

    async def _loaded(self):
        return _loaded_here() + await self._app.worker.loaded()

    async def _keep(self, files, mark=None):
        """Keep files, the mark with the last of them: whether all are kept.

        `late_loading.Replaced` is raised where sw.js refuses them since another version was published meanwhile.
        """
        try:
            if not hasattr(navigator, "serviceWorker") or not await navigator.serviceWorker.getRegistration():
                return False
            active = (await navigator.serviceWorker.ready).active
            for begin in range(0, len(files), PART):
                await self._until_quiet()
                part = {"files": files[begin : begin + PART], "version": late_loading.version()}
                part["completes"] = mark if begin + PART >= len(files) else None
                if not await _answer(active, part):
                    await late_loading.require_same_version()
                    return False
            return True
        except late_loading.Replaced:
            raise
        except Exception as error:  # private windows and full disks
            print("not kept for offline use:", error)
            return False

    async def _until_quiet(self):
        """Wait until nobody has touched the page for a while, no training is under way and the browser is idle."""
        while True:
            quiet = 0 if self._app.state.training else (performance.now() - self._touched) / 1000
            if quiet >= QUIET_SECONDS:
                return await yield_until_idle()
            await asyncio.sleep(QUIET_SECONDS - quiet)


async def _is_startable():
    """Whether a reload works without a network, by this visit or one before."""
    return hasattr(window, "caches") and bool(await js.caches.match(STARTABLE))


async def _answer(active, message):
    """What ``sw.js`` answers to a message."""
    channel, answered = MessageChannel.new(), Promise.withResolvers()
    channel.port1.onmessage = answered.resolve
    active.postMessage(to_js(message), to_js([channel.port2]))
    return (await answered.promise).data


async def forget(_event=None):
    """Take everything kept away and start anew."""
    try:
        registration = await navigator.serviceWorker.getRegistration()
        if registration:
            await registration.unregister()
        for name in await js.caches.keys():
            if any(name.startswith(mine) for mine in KEPT_FOR_OFFLINE):
                await js.caches.delete(name)
    except Exception as error:  # a browser that keeps nothing has nothing to forget
        print("nothing to forget:", error)
    window.location.reload()


async def _runtime_files(prefixes):
    """The addresses of the runtime's files that begin so, by its manifest."""
    names = json.loads(await (await js.fetch("runtime/manifest.json")).text())["files"]
    return ["runtime/" + name for name in names if any(name.startswith(prefix) for prefix in prefixes)]


def _of_dataset(dataset_index):
    """The addresses of its map, and of the pictures, of which the browser loads only those that come into view."""
    mapped = dataset_index.map_address()
    shown = range(len(dataset_index)) if dataset_index.has_sprites and len(dataset_index) <= MOST_PICTURES else ()
    return ([mapped] if mapped else []) + [dataset_index.picture_address(row) for row in shown]


def _here(addresses):
    return [URL.new(address, document.baseURI).href for address in addresses]


def _loaded_here():
    """The addresses of this page and of everything of this origin that it loaded."""
    base = URL.new(".", document.baseURI).href
    names = [base, base + "runtime/manifest.json"]
    entries = performance.getEntriesByType("resource")
    for number in range(entries.length):
        name = entries[number].name
        if name.startswith(base) and name not in names:
            names.append(name)
    return names
