"""Keeping the visit for times without a network: ``sw.js`` is told what was loaded.

Only after the first training has been drawn or the page has been quiet for a while: it must not compete
with the start. Where the browser has no service workers the page is the same, but for needing a network.
"""

import asyncio
import json

import js
from js import URL, document, navigator, performance, window
from pyscript.ffi import to_js

from vizzy.page import language
from vizzy.page.site import features

QUIET_SECONDS = 3
# Of the runtime, what is fetched only when it is asked for: rare imports, libraries, vectors of words, the labs' editor.
RARE = ("pyodide/late.zip", "pyodide/rest/", "pyodide/inflate.js", "pyodide/python_stdlib.zip", "driver/", "pyscript/codemirror", "pyscript/index-", "wheels/", "texts/", "licences.txt")
KEPT_FOR_OFFLINE = ("vizzy-site-", "vizzy-runtime-")  # as sw.js calls them; somebody's own work is not among them
BY_COMMAND = 'meta[name="vizzy-server"]'  # this page comes from the command or a notebook, and ends with it
MOST_PICTURES = 1000  # of larger datasets only what was looked at is kept, and all thumbnails


async def keep(app):
    """Register the service worker and hand it the addresses of all that this visit loaded, and every picture.

    Nothing is kept of a visit that began with one version and went on with another, which it is told.
    """
    if document.querySelector(BY_COMMAND):
        return
    await asyncio.sleep(QUIET_SECONDS)
    try:
        await features.require_same_version()
    except features.Replaced as error:
        app.note(error.args[0])
        return
    if not hasattr(navigator, "serviceWorker") or not window.isSecureContext:
        return
    try:
        await navigator.serviceWorker.register("sw.js")
        registration = await navigator.serviceWorker.ready
        rare = (await features.manifest())["kept_for_offline"] + await _rare_files() + _of_dataset(app.dataset.index) + language.late_files()
        files = set(_loaded_here() + await app.worker.loaded() + _here(rare))
        registration.active.postMessage(to_js({"files": list(files)}))
    except Exception as error:  # private windows and full disks: the page goes on without
        print("not kept for offline use:", error)


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


async def _rare_files():
    """The addresses of the runtime's files that come late, by its manifest."""
    names = json.loads(await (await js.fetch("runtime/manifest.json")).text())["files"]
    return ["runtime/" + name for name in names if any(name.startswith(rare) for rare in RARE)]


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
