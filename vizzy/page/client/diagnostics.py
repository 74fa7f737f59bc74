"""Why Python does not start: which file of the runtime is missing or cut off."""

import json

from js import fetch
from pyscript.ffi import to_js

from vizzy.page.language import _, thousands

MANIFEST = "runtime/manifest.json"
KEPT_UNPACKED = ("application/wasm", "application/x-snapshot")  # by sw.js, which says so


async def missing_file(whole=False):
    """A sentence about the first file of the runtime that cannot be had, or None where all can.

    With ``whole`` each is fetched to its end, which shows also what arrives cut off.
    """
    for address, size in await _runtime_files():
        complaint = await _complaint_about(address, size, whole)
        if complaint:
            return complaint
    return None


async def _runtime_files():
    """The files that Python starts from, (address, bytes), the manifest of the runtime first."""
    try:
        files = json.loads(await (await fetch(MANIFEST)).text())["files"]
    except Exception as error:
        print("no manifest:", error)
        files = {}
    started_from = [("runtime/" + name, files[name]["size"]) for name in files if name.startswith("pyodide/")]
    return [(MANIFEST, None)] + started_from


async def _complaint_about(address, size, whole):
    try:
        method = "GET" if whole else "HEAD"
        response = await fetch(address, to_js({"method": method, "cache": "no-store"}))
        if response.ok and size is not None:
            arrived = (await response.arrayBuffer()).byteLength if whole else _announced(response)
            if arrived is not None and arrived != size and response.headers.get("Content-Type") not in KEPT_UNPACKED:
                return _("{} arrived with {} of its {} bytes. Try again in a while.").format(address, thousands(arrived), thousands(size))
    except Exception as error:
        return _("{} could not be loaded ({}). Are you offline? Reload the page to try again.").format(address, error)
    if response.ok:
        return None
    return _("{} could not be loaded (status {}). Reload the page to try again.").format(address, response.status)


def _announced(response):
    """How many bytes a file is said to have, or None where it is packed for the way."""
    length = response.headers.get("Content-Length")
    return int(length) if length and not response.headers.get("Content-Encoding") else None
