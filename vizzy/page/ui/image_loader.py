"""The pictures of somebody's own data: files that were brought, or entries of a zip, made small for thumbnails."""

import asyncio

import js
from pyscript.ffi import to_js

IMAGE_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "svg": "image/svg+xml",
}
TILE = 96  # px
SECONDS_BETWEEN_LOOKS = 0.2
MOST_AT_ONCE = 4  # pictures being made small
MOST_TILES = 3000
MOST_WHOLE = 200  # pictures in full


class ImageLoader:
    """Addresses of pictures, made when they are to be seen; bounded, the oldest go first.

    Parameters
    ----------
    files : dict of str to File

    Attributes
    ----------
    worker
        ``await worker.image(name)`` gives the bytes of an image in a zip. None until it has opened the dataset.
    """

    def __init__(self, files):
        self.worker = None
        self._files = files
        self._whole = {}  # name -> address
        self._tiles = {}
        self._waiting = []  # (node, name)
        self._working = 0

    def show(self, image, name):
        """Let an ``<img>`` show a picture in full."""
        image.removeAttribute("src")
        if not name:
            return
        image.setAttribute("data-picture", name)
        if name in self._whole:
            image.src = self._whole[name]
        else:
            asyncio.create_task(self._show_later(image, name))

    def fill(self, node, name):
        """Let a thumbnail show a picture."""
        node.classList.add("own")
        node.setAttribute("data-picture", name)
        if name in self._tiles:
            _put(node, self._tiles[name])
            return
        node.style.backgroundImage = "none"
        self._waiting.append((node, name))
        if self._working < MOST_AT_ONCE:
            self._working += 1
            asyncio.create_task(self._work())

    def close(self):
        """Another dataset is opened: give the memory back."""
        self._waiting = []
        for address in list(self._whole.values()) + list(self._tiles.values()):
            js.URL.revokeObjectURL(address)
        self._whole, self._tiles = {}, {}

    async def _work(self):
        while self._waiting:
            node, name = self._waiting.pop(0)
            if node.getAttribute("data-picture") != name:
                continue
            if name not in self._tiles:
                address = await self._make_tile(name)
                if address:
                    _keep(self._tiles, name, address, MOST_TILES)
            if name in self._tiles and node.getAttribute("data-picture") == name:
                _put(node, self._tiles[name])
        self._working -= 1

    async def _make_tile(self, name):
        """The address of a small picture; None where it cannot be read."""
        try:
            blob = await self._blob(name)
            if name.lower().endswith(".svg"):
                return js.URL.createObjectURL(blob)
            bitmap = await js.createImageBitmap(blob)
            canvas = js.OffscreenCanvas.new(TILE, TILE)
            scale = max(TILE / bitmap.width, TILE / bitmap.height)
            width, height = bitmap.width * scale, bitmap.height * scale
            canvas.getContext("2d").drawImage(bitmap, (TILE - width) / 2, (TILE - height) / 2, width, height)
            bitmap.close()
            return js.URL.createObjectURL(await canvas.convertToBlob(to_js({"type": "image/webp", "quality": 0.8})))
        except Exception as error:  # a picture that is none: its example is shown without
            print("no picture of", name, error)
            return None

    async def _show_later(self, image, name):
        blob = await self._blob(name)
        if blob and name not in self._whole:
            _keep(self._whole, name, js.URL.createObjectURL(blob), MOST_WHOLE)
        if name in self._whole and image.getAttribute("data-picture") == name:
            image.src = self._whole[name]

    async def _blob(self, name):
        if name in self._files:
            return self._files[name]
        while not self.worker:  # a dataset that is opened again is on the screen before the worker is up
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        content = await self.worker.image(name)
        kind = IMAGE_TYPES.get(name.lower().rpartition(".")[2], "")
        return js.Blob.new(to_js([content]), to_js({"type": kind})) if content else None


def _put(node, address):
    node.style.backgroundImage = 'url("' + address + '")'


def _keep(addresses, name, address, most):
    if len(addresses) >= most:
        oldest = next(iter(addresses))
        js.URL.revokeObjectURL(addresses.pop(oldest))
    addresses[name] = address
