"""Answers before they are asked for: what each step of either slider from here would show.

The worker needs a fraction of a millisecond for a step, but its answer has to wait for the frame that the
slider itself draws. So while nobody waits, the page asks for all the steps a slider could take next, the near
ones first, a few at a time so that a real question is never kept waiting. A step that was asked for ahead is on
the screen within the event that made it.
"""

import asyncio

IDLE_SECONDS = 0.25  # after the last decision
MOST_KEPT = 500
NEAREST = 4  # one step of either slider, either way


def next_settings(settings):
    """Every setting that one move of one slider leads to, the near ones first.

    Parameters
    ----------
    settings : (int, int, str, str)
        Class percentile, out-of-distribution percentile, threshold mode, out-of-distribution mode.
    """
    class_percentile, ood_percentile, mode, ood_mode = settings
    reached = []
    for distance in range(1, 101):
        for step in (distance, -distance):
            if 0 <= class_percentile + step <= 100 and mode == "percentile":
                there = class_percentile + step
                reached.append((there, min(ood_percentile, there), mode, ood_mode))
            if 0 <= ood_percentile + step <= 100:
                there = ood_percentile + step
                reached.append((max(class_percentile, there), there, mode, "percentile"))
    return reached


class AnalysisPrefetcher:
    """Keeps answers to settings.

    Parameters
    ----------
    ask_many : async (list of settings) -> sequence of answers
    per_call : int
        How many to ask for at once: what that takes is what a real question may have to wait.
    """

    def __init__(self, ask_many, per_call=12):
        self._ask_many = ask_many
        self._per_call = per_call
        self._answers = {}  # settings -> (a call's answers, place): the texts stay JavaScript's until one is needed
        self._coming = set()  # settings that were asked for
        self._turn = 0

    def get(self, settings):
        """The answer to some settings, or None."""
        kept = self._answers.get(settings)
        return None if kept is None else kept[0][kept[1]]

    def forget(self):
        """The predictions are others now."""
        self._answers = {}
        self._coming = set()
        self._turn += 1

    async def prepare(self, settings):
        """Ask for what may come next from here: the nearest steps at once, the others unless it goes on from elsewhere."""
        self._turn += 1
        turn = self._turn
        wanted = next_settings(settings)
        if len(self._answers) > MOST_KEPT:
            self._answers = {key: self._answers[key] for key in wanted if key in self._answers}
        near = self._missing(wanted[: max(self._per_call, NEAREST)])
        while near and turn == self._turn:  # a key that is held down comes again before any idle moment
            some, near = near[: self._per_call], near[self._per_call :]
            await self._ask(some)
        await asyncio.sleep(IDLE_SECONDS)
        while turn == self._turn:
            some = self._missing(wanted)[: self._per_call]
            if not some:
                return
            await self._ask(some)

    def _missing(self, wanted):
        return [key for key in wanted if key not in self._answers and key not in self._coming]

    async def _ask(self, some):
        coming = self._coming
        coming.update(some)
        try:
            arrived = await self._ask_many(some)
        finally:
            coming.difference_update(some)
        if coming is self._coming:  # else they were forgotten meanwhile
            self._answers.update({key: (arrived, place) for place, key in enumerate(some)})
