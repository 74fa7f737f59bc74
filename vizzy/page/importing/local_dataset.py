"""Passes files from the browser to the worker, and makes the open dataset of them."""

import js
from pyscript.ffi import to_js

from vizzy.page.importing.kept_file import KeptFile, blob_of
from vizzy.page.importing.saved_project import SavedProject
from vizzy.page.language import _
from vizzy.page.model.dataset_index import DatasetIndex
from vizzy.page.model.open_dataset import OpenDataset
from vizzy.page.model.state import OWN_DEFAULTS
from vizzy.page.site import dataset_menu, late_loading
from vizzy.page.ui.image_loader import ImageLoader, is_image

EMBEDDINGS_FILE, IMAGE_HASHES_FILE = "embeddings.npy", "image_hashes.npy"
# What may lie beside images and is large; that it is not read is said, whatever it holds.
NEVER_READ = ("mp4", "m4v", "mov", "avi", "mkv", "webm", "dng", "cr2", "nef", "arw", "psd")


class LocalDataset:
    """Somebody's own dataset, as the app opens it.

    Parameters
    ----------
    files : list of (str, File)
        Each with its path.
    choices : dict
        What a person chose, where it is not to be guessed: fields of ``vizzy.reading.Choices``.
    project : vizzy.page.importing.saved_project.SavedProject
        Where it is saved.
    trained_labels : dict, optional
        The changed labels that were trained on when it was open last.
    """

    def __init__(self, files, choices, project, trained_labels=None):
        self.files = files
        self.choices = choices
        self.project = project
        self.trained_labels = trained_labels

    async def open(self, worker, report):
        """Make it the worker's dataset; a dict with the ``estimated_seconds`` of a training."""
        report(_("Reading your files…"), 0.95)
        await propose(worker, self.files, self.choices)
        return await worker.open_proposal(worker.new_run())

    def keep(self, state):
        """Save what was decided."""
        self.project.keep(state)

    def unsaved(self, state):
        """Whether leaving now would lose decisions."""
        return self.project.unsaved(state)


async def propose(worker, files, choices, report=lambda text: None):
    """What the worker understands of some files: the summary of a proposal.

    Sizes are checked before anything is read, and pictures are never read here.
    """
    await late_loading.load_in_worker("importing", worker)
    tables = [(name, file) for name, file in files if is_read(name)]
    await worker.check_sizes([(name, file.size) for name, file in tables])
    contents = js.Array.new()
    for name, file in files:
        if not is_read(name):
            contents.push(None)
        else:
            report(_("Reading {}…").format(name))
            contents.push(await file.arrayBuffer())
    report(_("Making sense of it…") if len(tables) == 1 else _("Making sense of them…"))
    return await worker.propose([name for name, _file in files], contents, choices)


def is_read(name):
    """Whether the worker reads what a file holds, by its name."""
    return not is_image(name) and name.lower().rpartition(".")[2] not in NEVER_READ


def image_megabytes(files):
    """The size of all images among some files, and of zips, which may hold images."""
    return sum([file.size for name, file in files if not isinstance(file, KeptFile) and (is_image(name) or name.lower().endswith(".zip"))]) / 1e6


async def open_dataset(index_bytes, source, tiles=None):
    """An OpenDataset of files, whose ``dataset.json`` the worker has made; with thumbnails that are there already.

    It comes as bytes, which JavaScript reads: with all the texts of a dataset it is too long to become MicroPython's.
    """
    index = dataset_menu.index_of(await js.Response.new(index_bytes).json())
    images = {name: file for name, file in source.files if is_image(name)}
    return OpenDataset(DatasetIndex(index, is_own=True), source, ImageLoader(images, blob_of, tiles) if index["files"] else None)


def blobs_of(files, worker):
    """What gives an image's file by its name, a Blob: ``await blob_of(name)``; of a zip the worker has them."""
    here = {name: file for name, file in files if is_image(name)}

    async def of_name(name):
        return await blob_of(here[name]) if name in here else js.Blob.new(to_js([await worker.proposed_image(name)]))

    return of_name


def with_embeddings(files, pictures, embeddings, hashes):
    """The files with embeddings and hashes of their images beside them, where large images are replaced by smaller pictures of them."""
    added = {EMBEDDINGS_FILE: embeddings, IMAGE_HASHES_FILE: hashes}
    shown = [(name, pictures.get(name, file)) for name, file in files if name not in added]
    return shown + [(name, js.File.new(to_js([content]), name)) for name, content in added.items()]


def decided(opened):
    """The fields of the state that a table which Vizzy exported brings along."""
    changed = {int(example): label for example, label in opened["changed_labels"]}
    return {"changed_labels": changed, "reviews": {int(example): action for example, action in opened["reviews"]}}


async def open_saved(project_id):
    """A project that the browser has saved: (OpenDataset, what was decided: fields of the state)."""
    project = SavedProject(project_id)
    about, files = await project.fetch()
    decided_before, trained_labels = project.decided()
    dataset = await open_dataset(about["index"], LocalDataset(files, about["choices"], project, trained_labels))
    # What was saved says its modes; that of an earlier version, which had one fewer, was by percentile.
    return dataset, decided_before if "threshold_mode" in decided_before else dict(OWN_DEFAULTS, **decided_before)


async def files_in(entries):
    """All files in what was dropped, entries or files: list of (path, File). Folders are gone through."""
    found = []
    for entry in entries:
        if not hasattr(entry, "isFile"):
            found.append((entry.name, entry))
        elif entry.isFile:
            found.append((entry.fullPath.lstrip("/"), await _file_of(entry)))
        else:
            found += await files_in(await _entries_in(entry))
    return found


def _file_of(entry):
    answer = js.Promise.withResolvers()
    entry.file(answer.resolve, answer.reject)
    return answer.promise


async def _entries_in(folder):
    """A folder's entries: a reader gives some at a time, and at the end none."""
    reader = folder.createReader()
    entries = []
    while True:
        answer = js.Promise.withResolvers()
        reader.readEntries(answer.resolve, answer.reject)
        some = await answer.promise
        if not some.length:
            return entries
        entries += [some[number] for number in range(some.length)]


def chosen(file_list):
    """The files of an ``<input type=file>``: list of (path, File)."""
    files = [file_list[number] for number in range(file_list.length)]
    return [(file.webkitRelativePath or file.name, file) for file in files]
