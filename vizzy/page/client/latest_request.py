"""Asking for the newest of many wishes, one at a time.

A slider makes wishes faster than they can be granted. While one is under way only the newest of the
others is kept. Answers come through a promise's ``then``: a task of asyncio would cost several
milliseconds each time, as browsers hold back timers.
"""

import sys

from pyscript.ffi import create_proxy

_asking = []  # those with a question under way


def abandon_all():
    """Nobody will answer any more: whoever was asked is gone."""
    while _asking:
        _asking.pop().abandon()


class LatestRequest:
    """Asks for what is wanted now and shows each answer.

    Parameters
    ----------
    ask : (wish) -> promise
    show : (wish, answer) -> None
    failed : (error) -> None
    known : (wish) -> answer, or None where it must be asked for
    """

    def __init__(self, ask, show, failed, known=lambda wish: None):
        self._ask = ask
        self._known = known
        self._show = show
        self._failed = failed
        self._wanted = None
        self._under_way = None
        self._dropped = False
        self.answered = None
        self._on_answer = create_proxy(self._take)  # made once: a proxy a call would never be freed
        self._on_failure = create_proxy(self._give_up)

    def want(self, wish):
        """Ask for this, unless it is what the last answer was to."""
        self._wanted = wish
        if wish == self.answered:
            return
        answer = self._known(wish)
        if answer is not None:
            self.answered = wish
            self._show(wish, answer)
        elif self._under_way is None:
            self._send()

    def forget(self):
        """What was answered no longer holds."""
        self.answered = None

    def drop(self):
        """What is under way is wanted no more: it was about something else."""
        self._wanted = self.answered = None
        self._dropped = self._under_way is not None

    def abandon(self):
        """No answer will come to what is under way."""
        self._under_way = self._wanted = self.answered = None
        self._dropped = False

    def took(self, wish):
        """The answer to this wish came another way."""
        self._wanted = self.answered = wish

    def _send(self):
        self._under_way = self._wanted
        _asking.append(self)
        self._ask(self._under_way).then(self._on_answer, self._on_failure)

    def _take(self, answer):
        _asking.remove(self)
        wish, self._under_way = self._under_way, None
        if self._dropped:
            self._dropped = False
            if self._wanted is not None:
                self._send()
            return
        if self._wanted == self.answered:
            return  # what is wanted now was known and is shown
        self.answered = wish
        if self._wanted != wish:
            self._send()  # before drawing, so that the worker works meanwhile
        try:
            self._show(wish, answer)
        except Exception as error:
            sys.print_exception(error)
            self._failed(error)

    def _give_up(self, error):
        _asking.remove(self)
        self._under_way = None
        if self._dropped:
            self._dropped = False
            return
        self._failed(error)
