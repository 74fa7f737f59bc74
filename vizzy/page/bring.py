"""The dialog that brings somebody's own files: chosen or dropped, understood by the worker, shown, opened.

Until "Open" nothing of what is on the page changes, and files that cannot be read leave it as it was.
"""

import asyncio
import sys

import js
from pyscript.ffi import create_proxy

from vizzy.page import datasets, dom, own_files, saved_work, state as events
from vizzy.page.own_data import kept_works
from vizzy.page.preview import Preview
from vizzy.page.trainer import TrainerError

SAMPLES = "static/sample/"


class Bring:
    """The dialog; it lives as long as the page."""

    def __init__(self, app):
        self._app = app
        self._dialog = dom.by_id("bring")
        self._files = []
        self._choices = {}
        self._summary = None
        self._busy = False
        self._preview = Preview(self._correct)
        self._wire()

    def open(self):
        """Show it, at its beginning."""
        self._start_again()
        if not self._dialog.open:
            self._dialog.showModal()

    async def take_entries(self, entries):
        """Files and folders that were dropped."""
        if not self._dialog.open:
            self.open()
        await self._take(await own_files.files_in(entries))

    def _wire(self):
        inputs = (("choose-files", "bring-files"), ("choose-folder", "bring-folder"))
        for button, chooser in inputs:
            dom.by_id(button).addEventListener("click", create_proxy(_click(dom.by_id(chooser))))
            dom.by_id(chooser).addEventListener("change", create_proxy(self._chosen))
        dom.by_id("bring-open").addEventListener("click", create_proxy(lambda _event: asyncio.create_task(self._open())))
        dom.by_id("bring-again").addEventListener("click", create_proxy(lambda _event: self._start_again()))
        dom.by_id("bring-start").addEventListener("click", create_proxy(self._clicked))

    # --- what was brought ------------------------------------------------------------------

    def _chosen(self, event):
        files = own_files.chosen(event.target.files)
        event.target.value = ""  # so that the same files can be chosen again
        if files:
            asyncio.create_task(self._take(files))

    def _clicked(self, event):
        """A sample, or work to go on with or to forget."""
        for name, action in (("sample", self._take_sample), ("work", self._go_on), ("forget", self._forget)):
            button = event.target.closest("[data-" + name + "]")
            if button:
                asyncio.create_task(action(button.getAttribute("data-" + name)))

    async def _take_sample(self, names):
        files = []
        for name in names.split(" "):
            response = await js.fetch(SAMPLES + name)
            if not response.ok:
                self._complain("{} could not be loaded (status {}). Try again.".format(name, response.status))
                return
            files.append((name, js.File.new(js.Array.of(await response.blob()), name)))
        await self._take(files)

    async def _go_on(self, work_id):
        """Work that was kept is a page of its own."""
        js.window.location.href = js.window.location.pathname + "?work=" + work_id

    async def _forget(self, work_id):
        await saved_work.forget(work_id)
        self._show_kept()

    async def _take(self, files):
        if self._busy:
            return
        self._files, self._choices = files, {}
        await self._understand(lambda: own_files.propose(self._app.trainer, files, {}, self._say))

    def _correct(self, changes):
        """Something in the preview was chosen otherwise."""
        for name, value in changes.items():
            self._choices[name] = dict(self._choices.get(name, {}), **value) if isinstance(value, dict) else value
        asyncio.create_task(self._understand(lambda: self._app.trainer.correct(self._choices)))

    async def _understand(self, asking):
        self._busy = True
        dom.show(dom.by_id("bring-problem"), False)
        dom.show(dom.by_id("bring-progress"), True)
        dom.by_id("bring-open").disabled = True
        try:
            if not await self._trainer_is_up():
                return
            self._summary = await asking()
        except TrainerError as error:
            self._complain(error.args[0])
            return
        except Exception as error:
            sys.print_exception(error)
            self._complain("The files could not be read: {}".format(error))
            return
        finally:
            self._busy = False
            dom.show(dom.by_id("bring-progress"), False)
            self._say("")
        self._show_understood()

    async def _trainer_is_up(self):
        """Wait until Python is; files may be brought before."""
        while self._app.state.trainer == "loading":
            self._say("Waiting for Python…")
            await asyncio.sleep(0.2)
        if self._app.state.trainer == "failed":
            self._complain("Python's numerics could not be started, so nothing can be read: reload the page.")
            return False
        return True

    # --- what is shown -----------------------------------------------------------------------

    def _start_again(self):
        self._summary = None
        dom.show(dom.by_id("bring-problem"), False)
        self._show_stage(False)
        self._show_kept()

    def _show_stage(self, understood):
        dom.show(dom.by_id("bring-start"), not understood)
        dom.show(dom.by_id("bring-preview"), understood)
        for name in ("bring-open", "bring-again"):
            dom.show(dom.by_id(name), understood)

    def _show_understood(self):
        summary = self._summary
        self._show_stage(True)
        self._preview.render(summary)
        if summary["problem"]:
            self._complain(summary["problem"])
        dom.by_id("bring-open").disabled = bool(summary["problem"])
        if not summary["problem"]:
            dom.by_id("bring-open").focus()

    def _show_kept(self):
        works = kept_works()
        dom.show(dom.by_id("kept-work"), bool(works))
        items = []
        for work in works:
            item = dom.element("li")
            item.append(
                dom.element("button", "link", work["name"], {"type": "button", "data-work": work["id"]}),
                dom.element("span", "soft", "{} reviewed, {}".format(work["reviewed"], _when(work["when"]))),
                dom.element(
                    "button", "link", "Forget", {"type": "button", "data-forget": work["id"], "aria-label": "Forget " + work["name"]}
                ),
            )
            items.append(item)
        dom.by_id("kept-work").lastElementChild.replaceChildren(*items)

    def _say(self, words):
        dom.by_id("bring-status").textContent = words

    def _complain(self, sentence):
        problem = dom.by_id("bring-problem")
        problem.textContent = sentence
        dom.show(problem, True)

    # --- opening -------------------------------------------------------------------------------

    async def _open(self):
        """Make the files the page's dataset, and keep them."""
        app = self._app
        if app.state.training:
            app.cancel_training()
        self._say("Opening…")
        try:
            app.stop_looking_ahead()  # the worker is about to have other data, and no predictions
            opened = await app.trainer.open_proposal()
            catalogue = own_files.catalogue_of(opened["index"], self._files, app.trainer)
            work = saved_work.SavedWork()
            source = own_files.OwnFiles(self._files, self._choices, work)
            state = events.State(**own_files.decided(opened))
        except Exception as error:
            sys.print_exception(error)
            self._complain(error.args[0] if isinstance(error, TrainerError) else "The files could not be opened: {}".format(error))
            return
        finally:
            self._say("")
        self._dialog.close()
        location = js.window.location
        js.window.history.pushState(None, "", location.pathname + "?work=" + work.id)
        datasets.name_own(catalogue.name)
        app.open(source, catalogue, state, opened["estimated_seconds"])
        await work.save(catalogue.name, self._files, self._choices, opened["index"])
        work.keep(app.state)
        if work.problem:
            app.note("This browser does not keep your files: export your work before you close the tab.")


def _click(chooser):
    return lambda _event: chooser.click()


def _when(milliseconds):
    return js.Date.new(milliseconds).toLocaleString()
