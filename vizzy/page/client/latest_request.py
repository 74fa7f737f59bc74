"""Asks the worker for the newest of many requests, one at a time.

At most one request is in flight; a newer one replaces the one that waits behind it. Answers come through a promise's
``then``: a task of asyncio would cost several milliseconds each time, as browsers hold back timers.
"""

from pyscript.ffi import create_proxy

from vizzy.page.client.answers import WorkerError, as_error, unpacked


class LatestRequest:
    """Asks for what is wanted now and shows each answer.

    Parameters
    ----------
    ask : (request) -> promise
        Of an answer as the worker gives it.
    show : (request, answer) -> None
    failed : (error) -> None
        Called with what the question ended in (see `vizzy.page.client.answers`), or what ``show`` raised.
    known : (request) -> answer, or None where it must be asked for
    """

    def __init__(self, ask, show, failed, known=lambda request: None):
        self._ask = ask
        self._known = known
        self._show = show
        self._failed = failed
        self._wanted = None
        self._under_way = None
        self._outdated = False  # whether the answer to what is under way will no longer hold
        self.answered = None
        self._on_answer = create_proxy(self._take)  # made once: a proxy a call would never be freed
        self._on_failure = create_proxy(self._give_up)

    def want(self, request):
        """Ask for this, unless it is what the last answer was to."""
        self._wanted = request
        if request == self.answered:
            return
        answer = self._known(request)
        if answer is not None:
            self.answered = request
            self._present(request, answer)
        elif self._under_way is None:
            self._send()

    def forget(self):
        """What was answered, or is being answered, no longer holds: the same request is asked for again."""
        self.answered = None
        self._outdated = self._under_way is not None

    def drop(self):
        """Nothing is wanted any more: it was about something else."""
        self.forget()
        self._wanted = None

    def took(self, request):
        """The answer to this request came another way."""
        self._wanted = self.answered = request

    def _send(self):
        self._under_way = self._wanted
        try:
            self._ask(self._under_way).then(self._on_answer, self._on_failure)
        except Exception as error:  # what was wished for cannot even be asked
            self._fail(self._finish()[0], error)

    def _send_newer(self):
        """Ask for what is wanted, if that is not answered."""
        if self._wanted is not None and self._wanted != self.answered:
            self._send()

    def _finish(self):
        """Nothing is under way any more: what was, and whether its answer is still wanted."""
        request, self._under_way = self._under_way, None
        outdated, self._outdated = self._outdated, False
        return request, not outdated

    def _take(self, answer):
        request, holds = self._finish()
        if not holds or (self.answered is not None and self._wanted == self.answered):
            self._send_newer()  # what is wanted now may have been known, and is shown
            return
        try:
            answer = unpacked(answer)
        except WorkerError as error:
            self._fail(request, error)
            return
        self.answered = request
        self._send_newer()  # before drawing, so that the worker works meanwhile
        self._present(request, answer)

    def _give_up(self, error):
        request, holds = self._finish()
        if holds:
            self._fail(request, as_error(error))
        else:
            self._send_newer()

    def _fail(self, request, error):
        """The question ended in an error; a newer one that waits is asked."""
        if self._wanted == request:
            self._wanted = None  # not again by itself; whoever wants it again asks again
        self._send_newer()
        self._failed(error)

    def _present(self, request, answer):
        """Show an answer. What a view raises is told as what it is, and ends nothing here."""
        try:
            self._show(request, answer)
        except Exception as error:
            self._failed(error)
