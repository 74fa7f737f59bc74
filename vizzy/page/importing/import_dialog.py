"""The dialog that brings somebody's own files: chosen or dropped, understood by the worker, shown, opened.

Until "Open" nothing of what is on the page changes, and files that cannot be read leave it as it was.
"""

import asyncio
import sys

import js
from pyscript.ffi import create_proxy

from vizzy.page.client.answers import WorkerError
from vizzy.page.importing import class_order, image_features, local_dataset, preview, saved_project, served_project
from vizzy.page.importing.project_list import saved_projects
from vizzy.page.language import _, percent, said, thousands
from vizzy.page.model.state import OWN_DEFAULTS, State
from vizzy.page.site import dataset_menu
from vizzy.page.ui import dom

SAMPLES = "static/sample/"
SECONDS_A_STEP = 0.4  # for which something chosen step by step stands before the worker is asked
SECONDS_BETWEEN_LOOKS = 0.3  # at how far something is


def _share_in_words(share):
    return _("Making features: {}").format(percent(share))


class ImportDialog:
    """The dialog; it lives as long as the page."""

    def __init__(self, app):
        self._app = app
        self._dialog = dom.by_id("import")
        self._files = []
        self._choices = {}
        self._served = None  # what is said of the files, where they are served together with this page
        self._summary = None
        self._read_by = None  # which of the workers has the files
        self._step = self._understood = 0  # how often something was chosen otherwise, and how much of it the worker knows
        self._busy = False
        self._run = None  # the opening that is under way, which may take long
        self._images = None  # vizzy.page.importing.image_features.ImageFeatures: of images that have no embeddings yet
        self._preview = preview.Preview(self._correct)
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
        await self._take(await local_dataset.files_in(entries))

    async def take_served(self, address):
        """The files that are served together with this page, and what was decided about them."""
        self.open()
        try:
            self._served = await served_project.described(address)
            self._files = await served_project.files(self._served, self._say)
        except OSError as error:
            self._complain(error.args[0])
            return
        self._choices, self._images = self._served["choices"], None
        await self._understand(self._propose)
        if self._summary and not self._summary["problem"] and not self._served["preview"]:
            await self._open()

    def _wire(self):
        inputs = (("choose-files", "import-files"), ("choose-folder", "import-folder"))
        for button, chooser in inputs:
            dom.by_id(button).addEventListener("click", create_proxy(_click(dom.by_id(chooser))))
            dom.by_id(chooser).addEventListener("change", create_proxy(self._chosen))
        dom.by_id("import-open").addEventListener("click", create_proxy(lambda _event: asyncio.create_task(self._open())))
        dom.by_id("import-partial").addEventListener("click", create_proxy(lambda _event: asyncio.create_task(self._open(True))))
        dom.by_id("import-cancel").addEventListener("click", create_proxy(self._cancel))
        self._dialog.addEventListener("close", create_proxy(self._cancel))
        dom.by_id("import-again").addEventListener("click", create_proxy(lambda _event: self._start_again()))
        dom.by_id("import-start").addEventListener("click", create_proxy(self._clicked))

    def _cancel(self, _event=None):
        """Stop what takes long, if something does."""
        if self._run:
            self._run.cancel()

    # --- what was brought ------------------------------------------------------------------

    def _chosen(self, event):
        files = local_dataset.chosen(event.target.files)
        event.target.value = ""  # so that the same files can be chosen again
        if files:
            asyncio.create_task(self._take(files))

    def _clicked(self, event):
        """A sample, or a saved project to open or to forget."""
        for name, action in (("sample", self._take_sample), ("project", self._go_on), ("forget", self._forget)):
            button = event.target.closest("[data-" + name + "]")
            if button:
                asyncio.create_task(action(button.getAttribute("data-" + name)))

    async def _take_sample(self, names):
        files = []
        for name in names.split(" "):
            response = await js.fetch(SAMPLES + name)
            if not response.ok:
                self._complain(_("{} could not be loaded (status {}). Try again.").format(name, response.status))
                return
            files.append((name, js.File.new(js.Array.of(await response.blob()), name)))
        await self._take(files)

    async def _go_on(self, project_id):
        """A saved project is a page of its own."""
        js.window.location.href = dataset_menu.address_with("work=" + project_id)

    async def _forget(self, project_id):
        await saved_project.forget(project_id)
        self._show_projects()

    async def _take(self, files):
        if self._busy:
            if self._run:
                self._complain(_("Other files are being opened: cancel that, or wait for it, and bring these then."))
            return
        self._files, self._choices, self._images, self._served = files, {}, None, None
        await self._understand(self._propose)

    def _correct(self, changes, step_by_step=False):
        """Something in the preview was chosen otherwise; under another header or sheet the columns are others.

        What is chosen step by step is understood when it has stood for a moment, or when the files are opened.
        """
        if "header" in changes or "sheet" in changes:
            self._choices["roles"] = {}
        for name, value in changes.items():
            self._choices[name] = dict(self._choices.get(name, {}), **value) if isinstance(value, dict) else value
        self._step += 1
        asyncio.create_task(self._understand_step(self._step) if step_by_step else self._understand(self._corrected))

    async def _understand_step(self, step):
        await asyncio.sleep(SECONDS_A_STEP)
        while self._busy:
            await asyncio.sleep(SECONDS_A_STEP)
        if step == self._step != self._understood:
            await self._understand(self._corrected)

    async def _propose(self):
        worker = self._app.worker
        step = self._step
        summary = await local_dataset.propose(worker, self._files, self._choices, self._say)
        self._read_by, self._understood = worker.started, step
        return summary

    async def _corrected(self):
        """The same files with other choices; a worker that was started meanwhile reads them first."""
        if self._read_by != self._app.worker.started:
            return await self._propose()
        step = self._step
        summary = await self._app.worker.correct(self._choices)
        self._understood = step
        return summary

    async def _understand(self, asking):
        self._busy = True
        dom.show(dom.by_id("import-problem"), False)
        dom.show(dom.by_id("import-progress"), True)
        dom.by_id("import-open").disabled = True
        try:
            if not await self._worker_is_up():
                return
            self._summary = await asking()
            self._summary["image_megabytes"] = local_dataset.image_megabytes(self._files)
        except WorkerError as error:
            self._complain(error.args[0])
            return
        except Exception as error:
            sys.print_exception(error)
            self._complain(_("The files could not be read: {}").format(error))
            return
        finally:
            self._busy = False
            dom.show(dom.by_id("import-progress"), False)
            self._say("")
        self._show_understood()

    async def _worker_is_up(self):
        """Wait until Python is; files may be brought before."""
        while self._app.state.worker == "loading":
            self._say(_("Waiting for Python…"))
            await asyncio.sleep(0.2)
        if self._app.state.worker == "failed":
            self._complain(_("Python's numerics could not be started, so nothing can be read: reload the page."))
            return False
        return True

    # --- what is shown -----------------------------------------------------------------------

    def _start_again(self):
        self._cancel()
        self._summary = None
        dom.show(dom.by_id("import-problem"), False)
        self._show_stage(False)
        self._show_projects()

    def _show_stage(self, understood):
        dom.show(dom.by_id("import-start"), not understood)
        dom.show(dom.by_id("import-preview"), understood)
        dom.show(dom.by_id("import-partial"), False)
        for name in ("import-open", "import-again"):
            dom.show(dom.by_id(name), understood)

    def _show_understood(self):
        summary = self._summary
        self._show_stage(True)
        self._preview.render(summary)
        asyncio.create_task(self._say_of_word_vectors(summary))
        if summary["problem"]:
            self._complain(said(summary["problem"]))
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
        if self._summary is summary:
            self._preview.show_word_vectors(words)

    def _show_projects(self):
        projects = saved_projects()
        dom.show(dom.by_id("saved-projects"), bool(projects))
        dom.by_id("saved-projects").lastElementChild.replaceChildren(*[_project_item(project) for project in projects])

    def _say(self, words):
        dom.by_id("import-status").textContent = words

    def _complain(self, sentence):
        problem = dom.by_id("import-problem")
        problem.textContent = sentence
        dom.show(problem, True)

    # --- opening -------------------------------------------------------------------------------

    async def _open(self, partly=False):
        """Make the files the page's dataset, and save them; of images, if asked, only those that have been looked at."""
        if self._busy:  # a second click, or something else is read
            return
        self._busy = True
        dom.by_id("import-open").disabled = True
        try:
            if not await self._worker_is_up():
                return
            self._say(_("Opening…"))
            opened = await self._open_in_worker(partly)
        except Exception as error:
            sys.print_exception(error)
            self._complain(error.args[0] if isinstance(error, WorkerError) else _("The files could not be opened: {}").format(error))
            return
        finally:
            self._busy = False
            dom.by_id("import-open").disabled = False
            self._say("")
        if opened:
            self._dialog.close()
            await self._show(*opened)
        elif self._images and self._dialog.open:
            self._offer_part()

    async def _open_in_worker(self, partly):
        """Let the worker open the files: the OpenDataset, the state it begins with, and the bytes that describe it.

        None if it was cancelled: then what was open before still is.
        """
        app = self._app
        if app.state.training:
            app.training.cancel()
        app.analyses.forget_parts()  # the worker is about to have other data, and no predictions
        if self._read_by != app.worker.started or self._understood != self._step:
            self._summary = await self._corrected()
            if self._summary["problem"]:
                raise WorkerError(said(self._summary["problem"]))
        if self._summary["images_to_embed"] and not await self._embed_images(partly):
            return None
        opened = await self._with_progress(app.worker.new_run(), app.worker.open_proposal)
        if opened is None:
            return None
        asyncio.create_task(app.offline_copy.keep_used(image_features.NETWORK if self._images else None))
        project, fields, trained_labels = self._project(opened)
        source = local_dataset.LocalDataset(self._files, self._choices, project, trained_labels)
        dataset = await local_dataset.open_dataset(opened["index"], source, self._images.tiles if self._images else None)
        dataset.opened_in_worker(app.worker, opened)
        app.worker.most_seconds = dataset.estimated_seconds or 0
        return dataset, State(**dict(OWN_DEFAULTS, **fields)), opened["index"]

    def _project(self, opened):
        """What keeps the decisions, those there are (fields of the state), and the labels that were trained on before."""
        if not (self._served and self._served["is_kept_by_server"]):
            return saved_project.SavedProject(), local_dataset.decided(opened), None
        fields, trained_labels = local_dataset.decided(opened), None
        if self._served["fields"]:
            fields, trained_labels = saved_project.decided_by(self._served["fields"])
        return served_project.ServedProject(self._served), fields, trained_labels

    async def _embed_images(self, partly):
        """Compute embeddings of the images, put them among the files, and read these again; whether to go on."""
        worker = self._app.worker
        names = await worker.images_to_embed()
        if self._images is None or self._images.names != names:
            self._images = image_features.ImageFeatures(names, local_dataset.blobs_of(self._files, worker))
        images = self._images
        dom.show(dom.by_id("import-partial"), False)
        if not partly:
            whole = await self._with_progress(images, lambda run: run.compute(), images.words)
            if not whole:
                return False
        self._say(_("Comparing the pictures…"))
        embeddings = await worker.image_embeddings(images.features)
        hashes = await worker.image_hashes(images.greys)
        self._files = local_dataset.with_embeddings(self._files, images.pictures, embeddings, hashes)
        self._summary = await self._propose()
        if self._summary["problem"]:
            raise WorkerError(said(self._summary["problem"]))
        return True

    def _offer_part(self):
        """It was cancelled: let the person go on, or be content with the images that were looked at."""
        images = self._images
        done = images.done - len(images.problems)
        button = dom.by_id("import-partial")
        button.textContent = _("Open the {} that are done").format(thousands(done))
        dom.show(button, done > 0)
        self._say(_("{} of {} pictures are done. Open goes on with the others.").format(thousands(images.done), thousands(images.total)))

    async def _with_progress(self, run, asking, words=_share_in_words):
        """The answer to something that may take long, with how far it is and a way to cancel it meanwhile."""
        bar, cancel = dom.by_id("import-progress"), dom.by_id("import-cancel")
        self._run = run
        watching = asyncio.create_task(self._show_progress(run, words, bar, cancel))
        try:
            return await asking(run)
        finally:
            watching.cancel()
            self._run = None
            dom.show(bar, False)
            dom.show(cancel, False)
            bar.removeAttribute("value")
            dom.by_id("import-status").removeAttribute("aria-live")

    async def _show_progress(self, run, words, bar, cancel):
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            share = await run.progress()
            if self._run is run:
                dom.show(bar, True)
                dom.show(cancel, True)
                bar.value = share
                self._say(words(share))
                # A screen reader says the first; after it the bar has what is asked for, and the end is said again.
                dom.by_id("import-status").setAttribute("aria-live", "off")

    async def _show(self, dataset, state, index_bytes):
        """Put it on the page, under an address of its own, and save it."""
        app, source = self._app, dataset.source
        if source.project.id:
            js.window.history.pushState(None, "", dataset_menu.address_with("work=" + source.project.id))
        dataset_menu.name_own(dataset.index.name)
        app.open(dataset, state)
        source.keep(app.state)
        await source.project.save(dataset.index.name, source, index_bytes)
        if source.project.problem and dataset is app.dataset:
            app.note(_("Your files are not kept: export your work before you close the tab."))
        elif self._images:
            await image_features.forget_kept()
            if self._images.problems:
                app.note(self._images.skipped())
        if source.trained_labels is not None and dataset is app.dataset and not dataset.brings_pred_probs:
            await app.training.train(source.trained_labels)
        elif self._served and self._served["trains"] and dataset is app.dataset and not dataset.brings_pred_probs:
            app.training.request()


def _click(chooser):
    return lambda _event: chooser.click()


def _project_item(project):
    item = dom.element("li")
    forget = {"type": "button", "data-forget": project["id"], "aria-label": _("Forget {}").format(project["name"])}
    item.append(
        dom.element("button", "link", project["name"], {"type": "button", "data-project": project["id"]}),
        dom.element("span", "soft", _("{} reviewed").format(project["reviewed"]) + _when(project["when"])),
        dom.element("button", "link", _("Forget"), forget),
    )
    return item


def _when(moment):
    """When a project was saved; earlier versions kept a number that says nothing."""
    return ", " + js.Date.new(moment).toLocaleString(js.document.documentElement.lang) if isinstance(moment, str) else ""
