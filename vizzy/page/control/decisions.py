"""What a person decided: undone and redone, written into the address, and saved where the dataset's source saves it."""

import asyncio

import js

from vizzy.page.model import url
from vizzy.page.model.history import History, decisions
from vizzy.page.ui import dom

SECONDS_UNTIL_WRITTEN = 0.3


class DecisionsController:
    """Keeps the history, the address and what is saved in step with the state."""

    def __init__(self, app):
        self._app = app
        self._writing = None  # the task that will write the address
        app.on_dataset_opened(self._take_dataset)

    def _take_dataset(self, _dataset):
        self._history = History(decisions(self._app.state))
        self._search = js.window.location.search  # names the dataset
        self._show_history()

    # --- deciding ----------------------------------------------------------------------------

    def settle(self, _event=None):
        """A decision is made: one step for undo, and the address follows. Back stays what it was."""
        self._history = self._history.settle(self._app.state)
        self._settled()
        self._app.analyses.prefetch()

    def undo(self, _event=None):
        """Take the last decision back."""
        self._travel_to(self._history.undo())

    def redo(self, _event=None):
        """Take an undone decision again."""
        self._travel_to(self._history.redo())

    def _travel_to(self, history):
        self._history = history
        self._app.update(history.applied_to(self._app.state))
        self._settled()

    def _settled(self):
        self._show_history()
        self.write_address_soon()
        self._app.dataset.source.keep(self._app.state)

    def _show_history(self):
        dom.by_id("undo").disabled = not self._history.past
        dom.by_id("redo").disabled = not self._history.future

    # --- the address -------------------------------------------------------------------------

    def write_address_soon(self):
        """Let the address follow soon: browsers are slow at it, and refuse it when it comes at every key press."""
        if self._writing:
            self._writing.cancel()
        self._writing = asyncio.create_task(self._write_address_later())

    async def _write_address_later(self):
        await asyncio.sleep(SECONDS_UNTIL_WRITTEN)
        self.write_address()

    def write_address(self, _event=None):
        """Put the state into the address, in place of what stands there."""
        location = js.window.location
        fragment = url.write(self._app.state, self._app.dataset.index)
        js.window.history.replaceState(None, "", location.pathname + location.search + ("#" + fragment if fragment else ""))

    def follow_address(self, _event=None):
        """Back to another dataset is another page; within one, nothing needs to be done."""
        if js.window.location.search != self._search:
            js.window.location.reload()
