"""What a person decided: undone and redone, written into the address, and saved where the dataset's source saves it."""

import asyncio
import json

import js

from vizzy.page.model import url
from vizzy.page.model.history import History, decisions, from_plain, to_plain
from vizzy.page.site import local_storage
from vizzy.page.ui import dom

SECONDS_UNTIL_WRITTEN = 0.3
LEFT = "vizzy:left"  # what the address did not say yet when the page was left, and that address


def fragment_of_visit():
    """The fragment that the visit begins with: the address's, or what a page that was reloaded had no time to put there."""
    location = js.window.location
    left = json.loads(local_storage.recall(LEFT, local_storage.FOR_THIS_TAB) or "{}")
    local_storage.forget(LEFT, local_storage.FOR_THIS_TAB)
    return left["fragment"] if left.get("address") == location.href else location.hash.lstrip("#")


class DecisionsController:
    """Keeps the history, the address and what is saved in step with the state."""

    def __init__(self, app):
        self._app = app
        self._writing = None  # the task that will write the address
        self._written = js.window.location.href  # the address as this page knows it; a visitor may have changed it since
        app.on_dataset_opened(self._take_dataset)

    def _take_dataset(self, _dataset):
        self._history = self._kept_history() or History(decisions(self._app.state))
        self._search = js.window.location.search  # names the dataset
        self._show_history()

    # --- deciding ----------------------------------------------------------------------------

    def settle(self, _event=None):
        """A decision is made: one step for undo, and the address follows. Back stays what it was."""
        self._history = self._history.settle(self._app.state)
        self._settled()
        self._app.analyses.ask_for_parts()

    def undo(self, _event=None):
        """Take the last decision back."""
        self._travel_to(self._history.undo())

    def redo(self, _event=None):
        """Take an undone decision again."""
        self._travel_to(self._history.redo())

    def _kept_history(self):
        """The history of an earlier visit that ended in the decisions as they are, or None."""
        key, storage = self._place_of_history()
        kept = key and local_storage.recall(key, storage)
        return from_plain(json.loads(kept), decisions(self._app.state)) if kept else None

    def _keep_history(self):
        key, storage = self._place_of_history()
        history = self._history.settle(self._app.state)
        if key and (history.past or history.future):
            local_storage.remember(key, json.dumps(to_plain(history)), storage)

    def _place_of_history(self):
        """Under which key the history is kept and where: of a saved project with it, of a shipped dataset until the tab is
        closed. The key is None where the data may be others the next time, or another tab has decided on or forgotten them.
        """
        project = getattr(self._app.dataset.source, "project", None)
        if project:
            is_ours = project.id and not project.is_overtaken
            return (local_storage.UNDO + project.id if is_ours else None), local_storage.FOR_GOOD
        return local_storage.UNDO + js.window.location.search, local_storage.FOR_THIS_TAB

    def _travel_to(self, history):
        if history is self._history:
            return
        self._history = history
        self._app.update(history.applied_to(self._app.state))
        self._settled()

    def _settled(self):
        self._show_history()
        self.write_address_soon()
        self._app.dataset.source.keep(self._app.state)

    def _show_history(self):
        dom.enable(dom.by_id("undo"), bool(self._history.past))
        dom.enable(dom.by_id("redo"), bool(self._history.future))

    # --- the address -------------------------------------------------------------------------

    def write_address_soon(self):
        """Let the address follow soon: browsers are slow at it, and refuse it when it comes at every key press."""
        if self._writing:
            self._writing.cancel()
        self._writing = asyncio.create_task(self._write_address_later())

    async def _write_address_later(self):
        await asyncio.sleep(SECONDS_UNTIL_WRITTEN)
        self.write_address()

    def write_address(self):
        """Put the state into the address, in place of what stands there."""
        location = js.window.location
        fragment = self._fragment()
        js.window.history.replaceState(None, "", location.pathname + location.search + ("#" + fragment if fragment else ""))
        self._written = location.href
        local_storage.forget(LEFT, local_storage.FOR_THIS_TAB)

    def _fragment(self):
        return url.write(self._app.state, self._app.dataset.index)

    def leave(self, _event=None):
        """The page is hidden or left: keep what waits for a timer, or for the end of a drag.

        A reload goes to the address as it was when it began, so what is put there now comes too late for it.
        """
        if decisions(self._app.state) != self._history.settled:
            self._app.dataset.source.keep(self._app.state)
        self._keep_history()
        address, fragment = js.window.location.href, self._fragment()
        if address != self._written or fragment == js.window.location.hash.lstrip("#"):
            return  # the visitor has typed another address, or all of it stands there
        self.write_address()
        left = json.dumps({"address": address, "fragment": fragment})
        local_storage.remember(LEFT, left, local_storage.FOR_THIS_TAB)

    def hide(self, _event=None):
        """The page may have become hidden, from where a phone may close it without a word."""
        if js.document.hidden:
            self.leave()

    def follow_address(self, _event=None):
        """Back to another dataset is another page; within one, nothing needs to be done."""
        if js.window.location.search != self._search:
            js.window.location.reload()
