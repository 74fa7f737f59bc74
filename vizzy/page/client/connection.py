"""One worker and the calls under way to it: each is answered, fails, or is settled when the worker is lost."""

from js import Error, Promise, Set
from pyscript.ffi import create_proxy

from vizzy.page.client.answers import LOST, text_of
from vizzy.page.language import _

LOST_MEANWHILE = _("Python was lost meanwhile. Try again once it has been started anew.")
NOT_THERE = _("Python is just being started. Try again in a moment.")
SIGNS_OF_THE_END = ("MemoryError", "fatally failed", "out of memory")


class Connection:
    """The way to one worker. It ends with that worker: the next one has a connection of its own.

    Parameters
    ----------
    worker : JavaScript object
        Its methods are the functions that ``vizzy/worker.py`` exports; each returns a promise.
    """

    def __init__(self, worker):
        self.why_lost = None  # a sentence
        self._worker = worker
        self._under_way = Set.new()
        self._end = Promise.withResolvers()
        self._on_failure = create_proxy(self._look_at)  # made once: a proxy a call would never be freed

    def call(self, name, *arguments, silent_seconds=0):
        """Ask the worker: a promise, which is rejected as soon as the worker is lost.

        JavaScript alone links the promises, so that a call costs no task and no proxy.

        Parameters
        ----------
        name : str
        silent_seconds : float
            For how much longer than usual the worker may say nothing because of this call.
        """
        if self.why_lost:
            refused = Promise.reject(_lost(NOT_THERE))
            refused.then(None, self._on_failure)  # else the console complains where nobody waits
            return refused
        answer = getattr(self._worker, name)(*arguments)
        asked = Promise.withResolvers()
        asked.silent_seconds = silent_seconds
        self._under_way.add(asked)
        settled = self._under_way.delete.bind(self._under_way, asked)
        asked.promise.then(settled, settled)
        answer.then(None, self._on_failure)  # first: what ends the worker settles this call with it
        answer.then(asked.resolve, asked.reject)
        return asked.promise

    def lose(self, why):
        """The worker is gone, or of no use any more: settle all calls under way, and say why to whoever waits."""
        if self.why_lost:
            return
        self.why_lost = why
        for asked in list(self._under_way.values()):
            asked.reject(_lost(LOST_MEANWHILE))
        self._end.resolve(why)

    async def until_lost(self):
        """Wait for the worker's end: why, a sentence."""
        return await self._end.promise

    @property
    def silent_seconds(self):
        """For how much longer than usual the worker may say nothing, by the calls under way."""
        return max([asked.silent_seconds for asked in self._under_way.values()] or [0])

    def _look_at(self, error):
        """A call has failed; an interpreter that ran out of memory by it is not used again."""
        text = text_of(error)
        if any(sign in text for sign in SIGNS_OF_THE_END):
            self.lose(why_broken(error))


def why_broken(error):
    """What to say of a worker that fails like this."""
    return _("Python has run out of memory.") if "emory" in text_of(error) else _("Python has broken down.")


def _lost(sentence):
    error = Error.new(sentence)
    error.name = LOST
    return error


NOT_UP = Connection(None)  # until a worker is up, and between two
NOT_UP.lose(_("Python is not up."))
