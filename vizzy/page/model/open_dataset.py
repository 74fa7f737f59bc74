"""The open dataset: one object with a lifetime, replaced as a whole when another is opened."""


class OpenDataset:
    """All that belongs to one dataset while it is open.

    ``App.dataset`` is the only place that keeps it beyond its lifetime: whoever waits for an answer compares
    ``app.dataset`` with the dataset that was open when the question was asked.

    Attributes
    ----------
    index : vizzy.page.model.dataset_index.DatasetIndex
    source
        Where it comes from: ``await open(worker, report)`` opens it in the worker, ``keep(state)`` saves what is decided.
    images : vizzy.page.ui.image_loader.ImageLoader or None
        Of somebody's own data: the images that were brought.
    estimated_seconds : float or None
        About how long a training takes. None while that is not yet known, and where there is nothing to train,
        which ``brings_pred_probs`` says.
    solver_note : str or None
        Why another classifier than a support vector machine is trained.
    """

    def __init__(self, index, source, images=None, estimated_seconds=None):
        self.index = index
        self.source = source
        self.images = images
        self.estimated_seconds = estimated_seconds
        self.solver_note = None

    @property
    def brings_pred_probs(self):
        """Whether it comes with predicted probabilities, so that there is nothing to train."""
        return self.index.brings_pred_probs

    def opened_in_worker(self, worker, opened):
        """The worker has opened it: images in a zip can be asked for, and the time of a training is known.

        ``opened`` is what the worker answered.
        """
        self.estimated_seconds = opened["estimated_seconds"]
        self.solver_note = opened["solver_note"]
        if self.images:
            self.images.worker = worker

    def lost_in_worker(self):
        """The worker that had it is gone; images in a zip wait for the next one."""
        if self.images:
            self.images.worker = None

    def close(self):
        """Another dataset takes its place."""
        if self.images:
            self.images.close()
