"""What a person decided: undone and redone, written into the address, and saved where the dataset's source saves it."""

import asyncio
import json

import js

from vizzy.page.language import _, sentences
from vizzy.page.model import url
from vizzy.page.model.history import History, decisions, from_plain, to_plain
from vizzy.page.site import local_storage
from vizzy.page.ui import dom

SECONDS_UNTIL_WRITTEN = 0.3
LEFT = "vizzy:left"  # the fragment of what the page showed when it was left, and the address from which it was left


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
        self._left_from = None  # the address when the page began to be left
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

    def begin_to_leave(self, _event):
        """A reload begins, which goes to the address as it is now, or another page is asked for: until that comes, this one goes on."""
        self._left_from = js.window.location.href

    def leave(self, _event=None):
        """The page is hidden or left: keep what waits for a timer, or for the end of a drag.

        What was put into the address since a reload began, or is now, comes too late for it.
        """
        if decisions(self._app.state) != self._history.settled:
            self._app.dataset.source.keep(self._app.state)
        self._keep_history()
        address, fragment = js.window.location.href, self._fragment()
        if address != self._written:
            return  # the visitor has typed another address
        if fragment != js.window.location.hash.lstrip("#"):
            self.write_address()
        left = json.dumps({"address": self._left_from or address, "fragment": fragment})
        local_storage.remember(LEFT, left, local_storage.FOR_THIS_TAB)

    def hide(self, _event=None):
        """The page may have become hidden, from where a phone may close it without a word."""
        if js.document.hidden:
            self.leave()

    def follow_address(self, _event=None):
        """The visitor went back or forward, or pasted a link into the open page: show what it says.

        What this page writes into the address itself raises no event. Another dataset is another page. A fragment
        without a value, as of the link to a heading, is a place on this one.
        """
        location = js.window.location
        if location.search != self._search:
            location.reload()
        elif location.href != self._written and ("=" in location.hash or not location.hash):
            self._written = location.href  # going back before it is written again is followed, too
            self._follow(location.hash)

    def _follow(self, fragment):
        """Show the state of a link: one step for undo, so that nothing of the visitor's is lost."""
        app, before = self._app, self._app.state
        changes, refused, about_others = url.read(fragment, app.dataset.index)
        self.tell_of_link(refused, about_others)
        if refused and not changes:
            self.write_address_soon()  # nothing of the link can be shown: the address says again what is
            return
        app.update(before.replace(**url.all_said(changes, app.dataset.index)))
        self.settle()
        if _loses(before, app.state):
            app.note(_("The link brought other labels and decisions. Undo brings yours back."))
        if changes.get("active") is not None:
            app.panels.scroll_to(changes["active"])

    def tell_of_link(self, refused, about_others):
        """Note what of a link was left out, see `url.read`."""
        told = []
        if refused:
            told.append(_("Part of the link could not be read and was left out: {}").format(", ".join(refused)))
        if about_others:
            told.append(_("The labels and decisions in the link are about a dataset of this site: yours stay as they are."))
        if told:
            self._app.note(sentences(told))


def _loses(before, after):
    """Whether a label or a decision of one state is not in the other."""
    return any(
        getattr(after, name).get(example) != value for name in url.KEPT_ELSEWHERE for example, value in getattr(before, name).items()
    )
