"""What the import dialog says while it works: a line of status, a problem, how far something is and a way to cancel it."""

import asyncio

from pyscript.ffi import create_proxy

from vizzy.page.language import _, percent
from vizzy.page.ui import dom

SECONDS_BETWEEN_LOOKS = 0.3  # at how far something is


def _features_made(share):
    return _("Making features: {}").format(percent(share))


class ImportStatus:
    """The dialog's line of status, its problem, its progress bar and its button that cancels."""

    def __init__(self):
        self._run = None  # what is under way, may take long and can be cancelled
        dom.by_id("import-cancel").addEventListener("click", create_proxy(lambda _event: self.cancel()))

    def say(self, words):
        """Say in a line what is being done."""
        dom.by_id("import-status").textContent = words

    def complain(self, sentence):
        """Say what is wrong."""
        problem = dom.by_id("import-problem")
        problem.textContent = sentence
        dom.show(problem, True)

    def clear_problem(self):
        """Take away what was wrong."""
        dom.show(dom.by_id("import-problem"), False)

    def show_working(self, is_working):
        """Show that something of unknown length is being done."""
        dom.show(dom.by_id("import-progress"), is_working)

    @property
    def can_cancel(self):
        """Whether something is under way that can be cancelled."""
        return self._run is not None

    def cancel(self):
        """Stop what takes long, if something does."""
        if self._run:
            self._run.cancel()

    async def with_progress(self, run, asking, words=_features_made):
        """The answer to something that may take long, with how far it is and a way to cancel it meanwhile."""
        self._run = run
        watching = asyncio.create_task(self._show_progress(run, words))
        try:
            return await asking(run)
        finally:
            watching.cancel()
            self._run = None
            self.show_working(False)
            dom.show(dom.by_id("import-cancel"), False)
            dom.by_id("import-progress").removeAttribute("value")
            dom.by_id("import-status").removeAttribute("aria-live")

    async def _show_progress(self, run, words):
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            share = await run.progress()
            if self._run is run:
                self.show_working(True)
                dom.show(dom.by_id("import-cancel"), True)
                dom.by_id("import-progress").value = share
                self.say(words(share))
                # A screen reader says the first; after it the bar has what is asked for, and the end is said again.
                dom.by_id("import-status").setAttribute("aria-live", "off")
