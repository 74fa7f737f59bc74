"""Files that somebody brings, what was chosen about them, and what the worker understands of them."""

from vizzy.page.importing import local_dataset


class BroughtFiles:
    """The files of one import, from their arrival until they are the page's dataset.

    Parameters
    ----------
    files : list of (str, File)
        Each with its path.
    served : dict, optional
        What the server says of them, where they are served together with this page.

    Attributes
    ----------
    choices : dict
        What a person chose, where it is not to be guessed: fields of ``vizzy.reading.Choices``.
    summary : dict or None
        What the worker understands of them, as ``vizzy.reading.Proposal.summary`` makes it.
    images : vizzy.page.importing.image_features.ImageFeatures or None
        Of images that have no embeddings yet.
    step : int
        How often something was chosen.
    """

    def __init__(self, files, served=None):
        self.files, self.served = files, served
        self.choices = served["choices"] if served else {}
        self.summary = self.images = None
        self.step = 0
        self._understood_step = 0  # the step up to which the worker knows the choices
        self._read_by = None  # the start of the worker that has read the files

    def choose(self, changes):
        """Take over what was chosen; under another header or sheet the columns are others."""
        if "header" in changes or "sheet" in changes:
            self.choices["roles"] = {}
        for name, value in changes.items():
            self.choices[name] = dict(self.choices.get(name, {}), **value) if isinstance(value, dict) else value
        self.step += 1

    def is_understood(self, worker):
        """Whether this worker has read the files and knows every choice."""
        return self._read_by == worker.started and self._understood_step == self.step

    async def understand(self, worker, report):
        """Let the worker read the files, or only correct what it understood of them where it has read them before."""
        step = self.step
        if self._read_by == worker.started:
            summary = await worker.correct(self.choices)
        else:
            summary = await local_dataset.propose(worker, self.files, self.choices, report)
            self._read_by = worker.started
        self._understood_step = step
        summary["image_megabytes"] = local_dataset.image_megabytes(self.files)
        self.summary = summary

    async def add_embeddings(self, worker, report):
        """Put embeddings and hashes of the images among the files, and let the worker read these again."""
        embeddings = await worker.image_embeddings(self.images.features)
        hashes = await worker.image_hashes(self.images.greys)
        self.files = local_dataset.with_embeddings(self.files, self.images.pictures, embeddings, hashes)
        self._read_by = None
        await self.understand(worker, report)
