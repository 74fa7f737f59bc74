"""Making files that somebody brought the page's dataset: the worker opens them, the page shows them, the browser saves them."""

import asyncio

import js

from vizzy.page.client.answers import WorkerError
from vizzy.page.importing import image_features, local_dataset, saved_project, served_project
from vizzy.page.language import _, said
from vizzy.page.model.state import OWN_DEFAULTS, State
from vizzy.page.site import dataset_menu


class Opening:
    """Opens one `BroughtFiles`, and says how far that is in an `ImportStatus`."""

    def __init__(self, app, brought, status):
        self._app, self._brought, self._status = app, brought, status

    async def open_in_worker(self, partly):
        """Let the worker open the files: the OpenDataset, the state it begins with, and the bytes that describe it.

        None if it was cancelled: then what was open before still is. Of images, if asked (``partly``), only those that were
        looked at by now.
        """
        app, brought = self._app, self._brought
        if app.state.training:
            app.training.cancel()
        app.analyses.forget_parts()  # the worker is about to have other data, and no predictions
        if not brought.is_understood(app.worker):
            await brought.understand(app.worker, self._status.say)
            self._raise_problem()
        if brought.summary["images_to_embed"] and not await self._embed_images(partly):
            return None
        opened = await self._status.with_progress(app.worker.new_run(), app.worker.open_proposal)
        if opened is None:
            return None
        asyncio.create_task(app.offline_copy.keep_used(image_features.NETWORK if brought.images else None))
        project, fields, trained_labels = self._project(opened)
        source = local_dataset.LocalDataset(brought.files, brought.choices, project, trained_labels)
        dataset = await local_dataset.open_dataset(opened["index"], source, brought.images.tiles if brought.images else None)
        dataset.opened_in_worker(app.worker, opened)
        app.worker.most_seconds = dataset.estimated_seconds or 0
        return dataset, State(**dict(OWN_DEFAULTS, **fields)), opened["index"]

    async def show(self, dataset, state, index_bytes):
        """Put it on the page, under an address of its own, and save it."""
        app, source = self._app, dataset.source
        if source.project.id:
            js.window.history.pushState(None, "", dataset_menu.address_with("work=" + source.project.id))
        dataset_menu.name_own(dataset.index.name)
        app.open(dataset, state)
        source.keep(app.state)
        await source.project.save(dataset.index.name, source, index_bytes)
        await self._say_of_opened(dataset)
        if dataset is app.dataset and not dataset.brings_pred_probs:
            await self._train(source)

    def _raise_problem(self):
        if self._brought.summary["problem"]:
            raise WorkerError(said(self._brought.summary["problem"]))

    async def _embed_images(self, partly):
        """Compute embeddings of the images and put them among the files; whether to go on."""
        worker, brought = self._app.worker, self._brought
        names = await worker.images_to_embed()
        if brought.images is None or brought.images.names != names:
            brought.images = image_features.ImageFeatures(names, local_dataset.blobs_of(brought.files, worker))
        if not partly and not await self._status.with_progress(brought.images, lambda run: run.compute(), brought.images.words):
            return False
        self._status.say(_("Comparing the pictures…"))
        await brought.add_embeddings(worker, self._status.say)
        self._raise_problem()
        return True

    def _project(self, opened):
        """What keeps the decisions, those there are (fields of the state), and the labels that were trained on before."""
        served = self._brought.served
        if not (served and served["is_kept_by_server"]):
            return saved_project.SavedProject(), local_dataset.decided(opened), None
        fields, trained_labels = local_dataset.decided(opened), None
        if served["fields"]:
            fields, trained_labels = saved_project.decided_by(served["fields"])
        return served_project.ServedProject(served), fields, trained_labels

    async def _say_of_opened(self, dataset):
        """Say that the files are not kept, or which images were skipped."""
        app, images = self._app, self._brought.images
        if dataset.source.project.problem and dataset is app.dataset:
            app.note(_("Your files are not kept: export your work before you close the tab."))
        elif images:
            await image_features.forget_kept()
            if images.problems:
                app.note(images.skipped())

    async def _train(self, source):
        """Train as it was trained before, or if whoever serves the page asks for it."""
        served = self._brought.served
        if source.trained_labels is not None:
            await self._app.training.train(source.trained_labels)
        elif served and served["trains"]:
            self._app.training.request()
