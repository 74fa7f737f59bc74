"""The pictures of somebody's own data: files that were brought, or entries of a zip, made small for thumbnails."""

import asyncio

import js
from pyscript.ffi import to_js

IMAGE_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "jpe": "image/jpeg",
    "jfif": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "svg": "image/svg+xml",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "heic": "image/heic",
    "heif": "image/heif",
    "jp2": "image/jp2",
    "ppm": "image/x-portable-pixmap",
    "pgm": "image/x-portable-graymap",
    "pbm": "image/x-portable-bitmap",
    "tga": "image/x-tga",
}
TILE = 96  # px
SECONDS_BETWEEN_LOOKS = 0.2
MOST_AT_ONCE = 4  # pictures being made small
MOST_TILES = 3000
MOST_WHOLE = 200  # pictures in full
AT_ONCE = 8  # of the oldest, looked at when there are too many


def is_image(name):
    """Whether a file is a picture, by its name."""
    return name.lower().rpartition(".")[2] in IMAGE_TYPES


class ImageLoader:
    """Addresses of pictures, made when they are to be seen.

    Parameters
    ----------
    files : dict
        By name.
    blob_of : callable
        ``await blob_of(file)`` is the Blob of one of them.
    tiles : dict of str to Blob, optional
        Thumbnails that are made already.

    Attributes
    ----------
    worker
        ``await worker.image(name)`` gives the bytes of an image in a zip. None until it has opened the dataset.
    """

    def __init__(self, files, blob_of, tiles=None):
        self.worker = None
        self._files = files
        self._blob_of = blob_of
        self._made = tiles or {}
        self._whole = ObjectUrls(MOST_WHOLE)
        self._tiles = ObjectUrls(MOST_TILES)
        self._waiting = []  # (node, name)
        self._working = 0
        self._is_closed = False

    def show(self, image, name):
        """Let an ``<img>`` show a picture in full."""
        image.removeAttribute("src")
        if not name:
            return
        image.setAttribute("data-picture", name)
        if self._whole.get(name):
            image.src = self._whole.get(name)
        else:
            asyncio.create_task(self._show_later(image, name))

    def fill(self, node, name):
        """Let a thumbnail show a picture."""
        node.classList.add("own")
        node.setAttribute("data-picture", name)
        if self._tiles.get(name):
            _put(node, self._tiles.get(name))
            return
        node.style.backgroundImage = "none"
        self._waiting.append((node, name))
        if self._working < MOST_AT_ONCE:
            self._working += 1
            asyncio.create_task(self._work())

    def close(self):
        """Another dataset is opened: give the memory back."""
        self._waiting = []
        self._is_closed = True
        self._whole.close()
        self._tiles.close()

    async def _work(self):
        while self._waiting:
            node, name = self._waiting.pop(0)
            if node.getAttribute("data-picture") != name:
                continue
            if not self._tiles.get(name):
                self._tiles.add(name, await self._make_tile(name))
            if self._tiles.get(name) and node.getAttribute("data-picture") == name:
                _put(node, self._tiles.get(name))
        self._working -= 1

    async def _make_tile(self, name):
        """A small picture as a Blob; None where it cannot be read."""
        if name in self._made:
            return self._made[name]
        try:
            blob = await self._blob(name)
            if name.lower().endswith(".svg"):
                return blob
            bitmap = await js.createImageBitmap(blob)
            canvas = js.OffscreenCanvas.new(TILE, TILE)
            scale = max(TILE / bitmap.width, TILE / bitmap.height)
            width, height = bitmap.width * scale, bitmap.height * scale
            canvas.getContext("2d").drawImage(bitmap, (TILE - width) / 2, (TILE - height) / 2, width, height)
            bitmap.close()
            return await canvas.convertToBlob(to_js({"type": "image/webp", "quality": 0.8}))
        except Exception as error:  # a picture that is none: its example is shown without
            print("no picture of", name, error)
            return None

    async def _show_later(self, image, name):
        blob = await self._blob(name)
        if not self._whole.get(name):
            self._whole.add(name, blob)
        if self._whole.get(name) and image.getAttribute("data-picture") == name:
            image.src = self._whole.get(name)

    async def _blob(self, name):
        if name in self._files:
            return await self._blob_of(self._files[name])
        while not self.worker and not self._is_closed:  # a saved project is on the screen before the worker is up
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        if self._is_closed:  # the worker has the files of another dataset
            return None
        content = await self.worker.image(name)
        kind = IMAGE_TYPES.get(name.lower().rpartition(".")[2], "")
        return js.Blob.new(to_js([content]), to_js({"type": kind})) if content else None


def _put(node, address):
    node.style.backgroundImage = 'url("' + address + '")'


class ObjectUrls:
    """Object URLs by name: at most ``most`` beside those that the document shows; the one added first goes first.

    One that is shown must stay: the browser may not have loaded it yet, as images out of view are loaded late.
    """

    def __init__(self, most):
        self._most = most
        self._urls = {}
        self._is_closed = False
        self._names = []  # in the order of adding, which MicroPython's dicts do not keep

    def get(self, name):
        """The URL of a name, or None."""
        return self._urls.get(name)

    def add(self, name, blob):
        """Make a URL for a Blob; of None there is none."""
        if not blob or name in self._urls or self._is_closed:
            return
        if len(self._names) >= self._most:
            self._drop_some()
        self._urls[name] = js.URL.createObjectURL(blob)
        self._names.append(name)

    def _drop_some(self):
        """Of the oldest few, revoke those that are not shown."""
        for _ in range(min(AT_ONCE, len(self._names))):
            name = self._names.pop(0)
            if js.document.querySelector('[data-picture="' + js.CSS.escape(name) + '"]'):
                self._names.append(name)
            else:
                js.URL.revokeObjectURL(self._urls.pop(name))

    def close(self):
        """Give the memory of all of them back, and make no more."""
        self._is_closed = True
        for url in self._urls.values():
            js.URL.revokeObjectURL(url)
        self._urls, self._names = {}, []
