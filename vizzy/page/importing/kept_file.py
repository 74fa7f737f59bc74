"""Files that the browser's cache storage keeps, read when they are needed.

A Blob that was made by a script takes memory as long as somebody holds it, and even one that was read from a cache takes an open
file: thousands of pictures are therefore held by their addresses alone.
"""


class KeptFile:
    """What a cache keeps under an address, or the end of it.

    Parameters
    ----------
    cache : js.Cache
        Itself, not its name: it can be read even after it was deleted.
    address : str
    begin : int
        Of what is kept, the bytes before this one are something else.
    kind : str, optional
        Its MIME type; otherwise the one it was kept with.
    """

    def __init__(self, cache, address, begin=0, kind=None):
        self.move(cache, address)
        self._begin, self._kind = begin, kind

    def move(self, cache, address):
        """It is kept elsewhere, alone, from now on."""
        self._cache, self._address, self._begin = cache, address, 0

    async def blob(self):
        """It as a Blob; None where the browser no longer has it."""
        response = await self._cache.match(self._address)
        if not response:
            return None
        content = await response.blob()
        return content.slice(self._begin, content.size, self._kind or content.type)


async def blob_of(file):
    """The Blob of a file: of a `KeptFile` what is kept, of another it itself."""
    return await file.blob() if isinstance(file, KeptFile) else file
