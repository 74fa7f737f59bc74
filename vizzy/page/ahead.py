"""Answers before they are asked for: what each step of either slider from here would show.

The worker needs a fraction of a millisecond for a step, but its answer has to wait for the frame that the
slider itself draws. So while nobody waits, the page asks for all the steps a slider could take next, the near
ones first, a few at a time so that a real question is never kept waiting. A step that was asked for ahead is on
the screen within the event that made it.
"""

import asyncio

IDLE_SECONDS = 0.25  # after the last decision
MOST_KEPT = 500


def next_settings(settings):
    """Every setting that one move of one slider leads to, the near ones first.

    Parameters
    ----------
    settings : (int, int, str)
        Class percentile, out-of-distribution percentile, threshold mode.
    """
    class_percentile, ood_percentile, mode = settings
    reached = []
    for distance in range(1, 101):
        for step in (distance, -distance):
            if 0 <= class_percentile + step <= 100 and mode == "percentile":
                there = class_percentile + step
                reached.append((there, min(ood_percentile, there), mode))
            if 0 <= ood_percentile + step <= 100:
                there = ood_percentile + step
                reached.append((max(class_percentile, there), there, mode))
    return reached


class Ahead:
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
        self._turn = 0

    def get(self, settings):
        """The answer to some settings, or None."""
        kept = self._answers.get(settings)
        return None if kept is None else kept[0][kept[1]]

    def forget(self):
        """The predictions are others now."""
        self._answers = {}
        self._turn += 1

    async def prepare(self, settings):
        """Ask for what may come next from here, unless that is asked from elsewhere meanwhile."""
        self._turn += 1
        turn = self._turn
        await asyncio.sleep(IDLE_SECONDS)
        wanted = next_settings(settings)
        if len(self._answers) > MOST_KEPT:
            self._answers = {key: self._answers[key] for key in wanted if key in self._answers}
        missing = [key for key in wanted if key not in self._answers]
        while missing and turn == self._turn:
            some, missing = missing[: self._per_call], missing[self._per_call :]
            answers = await self._ask_many(some)
            if turn == self._turn:
                self._answers.update({key: (answers, place) for place, key in enumerate(some)})
