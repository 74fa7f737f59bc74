"""Looking at images: how fast it goes, and pictures that are held by their addresses alone."""

from vizzy.page.importing.image_features import Pace
from vizzy.page.importing.kept_file import KeptFile, blob_of


def test_the_rate_is_that_of_late_whatever_came_before():
    pace = Pace()
    assert [pace.rate(0, second) for second in range(5)] == [0, 0, 0, 0, 0]  # the worker starts
    rates = [pace.rate(1000 * second, 4 + second) for second in range(1, 6)]  # an interrupted import: these were done before
    assert rates[-1] == 1000
    rates = [pace.rate(5000 + 3 * second, 9 + second) for second in range(1, 31)]
    assert rates[-1] == 3
    assert pace.rate(5093, 4000) == 0  # the computer slept: nothing is said until it is known
    assert pace.rate(5096, 4001) == 3


class Content:
    def __init__(self, text, kind=""):
        self.text, self.type, self.size = text, kind, len(text)

    def slice(self, begin, end, kind):
        return Content(self.text[begin:end], kind)


class Cache:
    def __init__(self, **kept):
        self._kept = kept

    async def match(self, address):
        return Response(self._kept[address]) if address in self._kept else None


class Response:
    def __init__(self, content):
        self._content = content

    async def blob(self):
        return self._content


async def test_what_a_cache_keeps_is_read_when_it_is_needed_and_may_have_moved():
    kept = KeptFile(Cache(a=Content("tilepicture")), "a", 4, "image/jpeg")
    blob = await blob_of(kept)
    assert (blob.text, blob.type) == ("picture", "image/jpeg")
    kept.move(Cache(b=Content("picture", "image/png")), "b")
    blob = await blob_of(kept)
    assert (blob.text, blob.type) == ("picture", "image/jpeg")
    kept.move(Cache(), "c")
    assert await blob_of(kept) is None
    file = Content("a file")
    assert await blob_of(file) is file
