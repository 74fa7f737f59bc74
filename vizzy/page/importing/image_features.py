"""Features of images, computed in workers of their own (static/image_worker.mjs), which run only while they compute."""

import asyncio

import js
from js import URL, document
from pyscript.ffi import to_js

from vizzy.page.client.answers import WorkerError
from vizzy.page.importing.kept_file import KeptFile
from vizzy.page.language import _, counted, decimal, duration, sentences, thousands

SCRIPT = "static/image_worker.mjs"
NETWORK = "onnx/"  # the folder of the runtime that holds the network and what runs it
WIDTH = 1280  # features of an image
GREYS = 256  # of an image: see vizzy/image_hashes.py
MOST_WORKERS = 8  # each takes about 150 MB
IMAGES_PER_WORKER = 20  # for fewer another is not worth its start
SECONDS_PER_IMAGE, SECONDS_PER_MEGABYTE = 0.05, 0.05  # of its file: decoding takes most of the time of a large one
FEWEST_SECONDS_OF_RATE, SECONDS_OF_RATE = 1, 15  # over which the rate is measured
MOST_NAMED = 3
KEPT = "vizzy-images-2"  # the browser's cache of what was found of images that are not open yet
TILE_BYTES, IMAGE = "x-tile-bytes", "image/jpeg"
BYTES = 4 * WIDTH  # of the features; behind them come the greys, the thumbnail and the picture
SPREAD = 7919  # a prime
NOT_LOADED = _("What computes features of images could not be loaded ({}): check the connection and try again.")


class ImageFeatures:
    """What is known of some images by now; `compute` goes on where it was stopped.

    Parameters
    ----------
    names : list of str or None
        The image of each row.
    blob_of : callable
        ``await blob_of(name)`` is the image's file, a Blob.

    Attributes
    ----------
    features : Float32Array
        WIDTH numbers a row, NaN where there are none.
    greys : Uint8Array
        GREYS a row, all alike where there are none.
    tiles : dict of str to Blob
        Thumbnails.
    pictures : dict of str to KeptFile or Blob
        Of images whose files are large, what is shown in their place.
    problems : list of str
        Which images were skipped, and why.
    """

    def __init__(self, names, blob_of):
        self.names = names
        self.features = js.Float32Array.new(len(names) * WIDTH).fill(js.NaN)
        self.greys = js.Uint8Array.new(len(names) * GREYS)
        self.tiles, self.pictures, self.problems = {}, {}, []
        self._blob_of = blob_of
        # In an order in which any part of them is of all folders.
        self._waiting = sorted([row for row in range(len(names)) if names[row]], key=lambda row: row * SPREAD % len(names))
        self.total = len(self._waiting)
        self._cancelled = False
        self._pace = Pace()
        self._kept = KeptFeatures()

    @property
    def done(self):
        """How many images were looked at."""
        return self.total - len(self._waiting)

    async def progress(self):
        """How far it is, from 0 to 1."""
        return self.done / self.total

    def cancel(self):
        """Stop after the images that are being looked at."""
        self._cancelled = True

    def words(self, _share):
        """How far it is, how fast, and how long still."""
        done, total = thousands(self.done), thousands(self.total)
        rate = self._pace.rate(self.done, js.performance.now() / 1000)
        if not rate:
            return _("Looking at the pictures: {} of {}").format(done, total)
        left = duration(len(self._waiting) / rate)
        return _("Looking at the pictures: {} of {}, {} a second, {} left").format(done, total, decimal(rate, 0 if rate >= 10 else 1), left)

    async def compute(self):
        """Look at all images that were not looked at yet; whether all were, so that it was not cancelled."""
        self._cancelled = False
        await self._kept.open()
        self._pace = Pace()
        try:
            await asyncio.gather(*[self._work() for _worker in range(workers_for(len(self._waiting)))])
        except Exception:
            self._cancelled = True  # for the other workers, too
            raise
        return not self._waiting

    async def _work(self):
        worker = js.Worker.new(URL.new(SCRIPT, document.baseURI).href, to_js({"type": "module"}))
        try:
            started = await _message(worker)
            if started.failed:
                raise WorkerError(NOT_LOADED.format(started.failed))
            while self._waiting and not self._cancelled:
                await self._look_at(self._waiting.pop(), worker)
        finally:
            worker.terminate()

    async def _look_at(self, row, worker):
        name = self.names[row]
        try:
            file = await self._blob_of(name)
            address = await _address(name, file)
            found, picture = await self._kept.recall(address)
            if not found:
                worker.postMessage(file)
                found = await _message(worker)
                picture = await self._kept.remember(address, found)
        except Exception:
            self._waiting.append(row)
            raise
        if found.problem:
            self.problems.append("{}: {}".format(name, found.problem))
            return
        self.features.set(found.features, row * WIDTH)
        self.greys.set(found.greys, row * GREYS)
        self.tiles[name] = found.tile
        if picture:
            self.pictures[name] = picture

    def skipped(self):
        """Which images were skipped and why, in a sentence; empty where none was."""
        if not self.problems:
            return ""
        more = len(self.problems) - MOST_NAMED
        named = "; ".join(self.problems[:MOST_NAMED]) + (_("; and {} more").format(more) if more > 0 else "")
        return sentences([counted(len(self.problems), "{} picture was skipped.", "{} pictures were skipped."), named + "."])


class Pace:
    """The rate of the last seconds: images of an interrupted import come much faster than others, and the computer may have been asleep."""

    def __init__(self):
        self._looks = []  # (seconds, images done by then)

    def rate(self, done, seconds):
        """Images a second, 0 where that cannot be said yet, when some are done now."""
        if self._looks and self._looks[0][1] == done:  # the worker's own start is no measure
            self._looks = []
        self._looks = [look for look in self._looks if seconds - look[0] < SECONDS_OF_RATE] + [(seconds, done)]
        began, done_before = self._looks[0]
        return (done - done_before) / (seconds - began) if seconds - began >= FEWEST_SECONDS_OF_RATE else 0


class Found:
    """What was found of an image, as the worker tells it."""

    def __init__(self, features, greys, tile):
        self.features, self.greys, self.tile, self.problem = features, greys, tile, None


class KeptFeatures:
    """What was found of files, kept by the browser until they are opened, so that an interrupted import goes on.

    A file is known again by its path, size and time, an image in a zip by what it holds. A browser that keeps nothing only begins
    anew.
    """

    def __init__(self):
        self._cache, self._addresses = None, set()

    async def open(self):
        """Read what is there."""
        try:
            self._cache = await js.caches.open(KEPT)
            keys = await self._cache.keys()
            self._addresses = {keys[number].url for number in range(keys.length)}
        except Exception as error:  # private windows, no secure context
            print("an interrupted import will begin anew:", error)

    async def recall(self, address):
        """What was found of a file, and the picture of it that is kept, if one is; twice None where it was not looked at before."""
        if address not in self._addresses:
            return None, None
        response = await self._cache.match(address)
        content = await response.blob()
        begin = BYTES + GREYS
        end = begin + int(response.headers.get(TILE_BYTES))
        features = js.Float32Array.new(await content.slice(0, BYTES).arrayBuffer())
        greys = js.Uint8Array.new(await content.slice(BYTES, begin).arrayBuffer())
        tile = js.Blob.new(to_js([await content.slice(begin, end).arrayBuffer()]), to_js({"type": IMAGE}))
        return Found(features, greys, tile), self._picture(address, end) if content.size > end else None

    def _picture(self, address, begin):
        return KeptFile(self._cache, address, begin, IMAGE)

    async def remember(self, address, found):
        """Keep what was found of a file; the picture of it, if one is to be shown in its place."""
        if found.problem:
            return None
        if not self._cache:
            return found.picture
        parts = [found.features, found.greys, found.tile] + ([found.picture] if found.picture else [])
        response = js.Response.new(js.Blob.new(to_js(parts)), to_js({"headers": {TILE_BYTES: str(found.tile.size)}}))
        try:
            await self._cache.put(address, response)
        except Exception as error:  # a full disk
            self._cache = None
            print("an interrupted import will begin anew:", error)
            return found.picture
        return self._picture(address, BYTES + GREYS + found.tile.size) if found.picture else None


async def _address(name, file):
    """What a file is known again by, as an address; empty where the browser keeps nothing."""
    if hasattr(file, "lastModified"):
        known_by = "{}?{}-{}".format(js.encodeURIComponent(name), file.size, file.lastModified)
    elif js.isSecureContext:
        known_by = "sha-256?" + await _digest(file)
    else:
        return ""
    return URL.new("images/" + known_by, document.baseURI).href


async def _digest(file):
    """The SHA-256 of what a file holds, in hexadecimal digits."""
    digest = js.Uint8Array.new(await js.crypto.subtle.digest("SHA-256", await file.arrayBuffer()))
    return "".join(["{:02x}".format(digest[place]) for place in range(digest.length)])


async def forget_kept():
    """The images are open, and saved: what was kept of them is no longer needed."""
    try:
        await js.caches.delete(KEPT)
    except Exception as error:
        print("nothing was kept:", error)


async def _message(worker):
    """The data of the worker's next message."""
    answer = js.Promise.withResolvers()
    worker.onmessage = worker.onerror = answer.resolve
    event = await answer.promise
    if event.type == "error":
        raise WorkerError(NOT_LOADED.format(event.message or _("its script did not start")))
    return event.data


def workers_for(images):
    """How many workers some images are shared out among: the page and Python need a processor, too."""
    processors = max(1, (js.navigator.hardwareConcurrency or 2) - 1)
    return max(1, min(processors, MOST_WORKERS, images // IMAGES_PER_WORKER))


def estimated_seconds(images, megabytes):
    """About how long it takes to look at some images, with the size of all their files."""
    return 1 + (SECONDS_PER_IMAGE * images + SECONDS_PER_MEGABYTE * megabytes) / workers_for(images)
