"""The page's end of the worker: every call that crosses, and the steps of its start."""

import json

from js import URL, document
from pyscript import workers

STEPS = (
    ("load_packages", "Loading numpy and scikit-learn…", 0.35),
    ("import_numerics", "Importing scikit-learn…", 0.6),
)
OPENING = ("Opening the dataset…", 0.95)


class TrainerError(Exception):
    """The worker answered with a sentence for the visitor."""


class Trainer:
    """Calls the functions that ``vizzy/worker.py`` exports."""

    def __init__(self):
        self._worker = None

    async def start(self, report):
        """Bring the worker up; ``report(words, share)`` says how far it is."""
        report("Starting Python…", 0.1)
        self._worker = await workers["trainer"]
        for name, said, share in STEPS:
            report(said, share)
            await getattr(self._worker, name)()

    async def open_dataset(self, index_text, embeddings_address, report):
        """Hand a dataset over."""
        report(*OPENING)
        address = URL.new(embeddings_address, document.baseURI).href
        return _answer(await self._worker.open_dataset(index_text, address))

    async def train(self, changed_labels):
        """Train on the changed labels; returns the summary and the probabilities, a typed array."""
        answer = await self._worker.train(json.dumps(list(changed_labels.items())))
        return _answer(answer.summary), answer.pred_probs

    async def analyse(self, settings):
        """What the thresholds make of the predictions."""
        return json.loads(await self._worker.analyse(*settings))

    async def explain(self, example):
        """Why an example is where it is."""
        return json.loads(await self._worker.explain(example))

    async def cell_examples(self, given, suggested):
        """All examples of one cell of the confident joint, the worst first."""
        return json.loads(await self._worker.cell_examples(given, suggested))


def _answer(text):
    answer = json.loads(text)
    if "error" in answer:
        raise TrainerError(answer["error"])
    return answer
