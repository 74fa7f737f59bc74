"""The dialog that brings somebody's own files: they are taken, understood by the worker, shown, and opened.

Its parts: `import_sources` (where files come from), `brought_files` (what is understood of them), `preview` (shows that),
`opening` (makes them the page's dataset) and `import_status` (how far it is, and what is wrong). Until "Open" nothing of what
is on the page changes, and files that cannot be read leave it as it was.
"""

import asyncio
import sys

from pyscript.ffi import create_proxy

from vizzy.page.client.answers import WorkerError
from vizzy.page.importing import class_order, local_dataset, preview, served_project
from vizzy.page.importing.brought_files import BroughtFiles
from vizzy.page.importing.import_sources import ImportSources
from vizzy.page.importing.import_status import ImportStatus
from vizzy.page.importing.opening import Opening
from vizzy.page.language import _, said, thousands
from vizzy.page.ui import dom

SECONDS_A_STEP = 0.4  # for which something chosen step by step stands before the worker is asked


class ImportDialog:
    """The dialog; it lives as long as the page."""

    def __init__(self, app):
        self._app = app
        self._dialog = dom.by_id("import")
        self._brought = None  # the BroughtFiles
        self._busy = False
        self._status = ImportStatus()
        self._sources = ImportSources(self._take, self._status.complain)
        self._preview = preview.Preview(self._correct)
        dom.by_id("import-open").addEventListener("click", create_proxy(lambda _event: asyncio.create_task(self._open())))
        dom.by_id("import-partial").addEventListener("click", create_proxy(lambda _event: asyncio.create_task(self._open(True))))
        dom.by_id("import-again").addEventListener("click", create_proxy(lambda _event: self._start_again()))
        self._dialog.addEventListener("close", create_proxy(lambda _event: self._status.cancel()))

    def open(self):
        """Show it, at its beginning."""
        self._start_again()
        if not self._dialog.open:
            self._dialog.showModal()

    def _start_again(self):
        self._status.cancel()
        self._status.clear_problem()
        self._show_stage(False)
        self._sources.show_projects()

    # --- files are brought -----------------------------------------------------------------

    async def take_entries(self, entries):
        """Files and folders that were dropped."""
        if not self._dialog.open:
            self.open()
        await self._take(await local_dataset.files_in(entries))

    async def take_served(self, address):
        """The files that are served together with this page, and what was decided about them."""
        self.open()
        try:
            served = await served_project.described(address)
            self._brought = BroughtFiles(await served_project.files(served, self._status.say), served)
        except OSError as error:
            self._status.complain(error.args[0])
            return
        await self._understand()
        summary = self._brought.summary
        if summary and not summary["problem"] and not served["preview"]:
            await self._open()

    async def _take(self, files):
        if self._busy:
            if self._status.can_cancel:
                self._status.complain(_("Other files are being opened: cancel that, or wait for it, and bring these then."))
            return
        self._brought = BroughtFiles(files)
        await self._understand()

    # --- they are understood, and that is corrected ------------------------------------------

    def _correct(self, changes, step_by_step=False):
        """Something in the preview was chosen otherwise.

        What is chosen step by step is understood when it has stood for a moment, or when the files are opened.
        """
        brought = self._brought
        brought.choose(changes)
        asyncio.create_task(self._understand_step(brought, brought.step) if step_by_step else self._understand())

    async def _understand_step(self, brought, step):
        await asyncio.sleep(SECONDS_A_STEP)
        while self._busy:
            await asyncio.sleep(SECONDS_A_STEP)
        if brought is self._brought and step == brought.step and not brought.is_understood(self._app.worker):
            await self._understand()

    async def _understand(self):
        self._busy = True
        self._status.clear_problem()
        self._status.show_working(True)
        dom.by_id("import-open").disabled = True
        try:
            if not await self._worker_is_up():
                return
            await self._brought.understand(self._app.worker, self._status.say)
        except Exception as error:
            self._complain_of(error, _("The files could not be read: {}"))
            return
        finally:
            self._busy = False
            self._status.show_working(False)
            self._status.say("")
        self._show_understood()

    async def _worker_is_up(self):
        """Wait until Python is; files may be brought before."""
        while self._app.state.worker == "loading":
            self._status.say(_("Waiting for Python…"))
            await asyncio.sleep(0.2)
        if self._app.state.worker == "failed":
            self._status.complain(_("Python's numerics could not be started, so nothing can be read: reload the page."))
            return False
        return True

    def _complain_of(self, error, otherwise):
        """Say what the worker says is wrong, or of an exception that nobody foresaw ``otherwise``."""
        if isinstance(error, WorkerError):
            self._status.complain(error.args[0])
            return
        sys.print_exception(error)
        self._status.complain(otherwise.format(error))

    def _show_stage(self, understood):
        dom.show(dom.by_id("import-start"), not understood)
        dom.show(dom.by_id("import-preview"), understood)
        dom.show(dom.by_id("import-partial"), False)
        for name in ("import-open", "import-again"):
            dom.show(dom.by_id(name), understood)

    def _show_understood(self):
        summary = self._brought.summary
        self._show_stage(True)
        self._preview.render(summary)
        asyncio.create_task(self._say_of_word_vectors(summary))
        if summary["problem"]:
            self._status.complain(said(summary["problem"]))
        dom.by_id("import-open").disabled = bool(summary["problem"])
        if not summary["problem"] and not class_order.holds_focus():
            dom.by_id("import-open").focus()

    async def _say_of_word_vectors(self, summary):
        """Whether vectors of words will be used of the texts, which are fetched to see that."""
        if not preview.has_texts(summary):
            self._preview.show_word_vectors("")
            return
        self._preview.show_word_vectors(preview.WORDS_LOOKED_UP)
        try:
            used = await self._app.worker.word_vectors_used()
            words = preview.WORDS_USED if used else preview.WORDS_NOT_USED
        except WorkerError as error:
            print("vectors of words:", error.args[0])
            words = preview.WORDS_NOT_THERE
        if self._brought.summary is summary:
            self._preview.show_word_vectors(words)

    # --- they are opened ---------------------------------------------------------------------

    async def _open(self, partly=False):
        """Make the files the page's dataset, and save them; of images, if asked, only those that have been looked at."""
        if self._busy:  # a second click, or something else is read
            return
        self._busy = True
        dom.enable(dom.by_id("import-open"), False)
        opening = Opening(self._app, self._brought, self._status)
        try:
            if not await self._worker_is_up():
                return
            dom.show(dom.by_id("import-partial"), False)
            self._status.say(_("Opening…"))
            opened = await opening.open_in_worker(partly)
        except Exception as error:
            self._complain_of(error, _("The files could not be opened: {}"))
            return
        finally:
            self._busy = False
            dom.enable(dom.by_id("import-open"), True)
            self._status.say("")
        if opened:
            self._dialog.close()
            await opening.show(*opened)
            dom.first_pressable("train-here", "train", "review-button", "import-button").focus()  # what comes next
        elif self._brought.images and self._dialog.open:
            self._offer_part(self._brought.images)

    def _offer_part(self, images):
        """It was cancelled: let the person go on, or be content with the images that were looked at."""
        done = images.done - len(images.problems)
        button = dom.by_id("import-partial")
        button.textContent = _("Open the {} that are done").format(thousands(done))
        dom.show(button, done > 0)
        self._status.say(_("{} of {} pictures are done. Open goes on with the others.").format(thousands(images.done), thousands(images.total)))
