"""Which steps of the sliders are asked for ahead, and what is kept of the answers."""

import asyncio

from coroutines import run

from vizzy.page.client import prefetch
from vizzy.page.client.prefetch import AnalysisPrefetcher, next_settings
from vizzy.page.model.events import set_class_percentile, set_ood_percentile
from vizzy.page.model.state import State


def test_every_move_of_either_slider_is_foreseen():
    state = State(class_percentile=60, ood_percentile=20)
    foreseen = set(next_settings(state.analysis_settings))
    for percentile in range(101):
        for move in (set_class_percentile, set_ood_percentile):
            settings = move(state, percentile).analysis_settings
            assert settings in foreseen or settings == state.analysis_settings, settings


def test_the_near_steps_come_first():
    assert set(next_settings((50, 15, "percentile", "percentile"))[:4]) == {
        (51, 15, "percentile", "percentile"), (49, 15, "percentile", "percentile"), (50, 16, "percentile", "percentile"), (50, 14, "percentile", "percentile"),
    }


def test_in_mean_mode_only_the_other_slider_moves():
    assert {settings[0] for settings in next_settings((50, 15, "mean", "percentile")) if settings[1] <= 50} == {50}


def test_the_class_slider_leaves_outliers_in_force_and_the_other_takes_over():
    foreseen = next_settings((50, 15, "percentile", "outliers"))
    assert {mode for _, ood_percentile, _, mode in foreseen if ood_percentile == 14} == {"percentile", "outliers"}
    assert (51, 15, "percentile", "outliers") in foreseen and (50, 16, "percentile", "percentile") in foreseen


def prepared(kept, *settings):
    async def ask_many(many):
        asked.extend(many)
        return ["answer to {} {} {} {}".format(*one) for one in many]

    asked = []
    kept._ask_many = ask_many
    for one in settings:
        run(kept.prepare(one))
    return asked


def test_answers_are_kept_and_not_asked_for_twice():
    prefetch.IDLE_SECONDS = 0
    kept = AnalysisPrefetcher(None)
    first = prepared(kept, (50, 15, "percentile", "percentile"))
    assert kept.get((51, 15, "percentile", "percentile")) == "answer to 51 15 percentile percentile"
    assert kept.get((51, 16, "percentile", "percentile")) is None
    second = prepared(kept, (51, 15, "percentile", "percentile"))
    assert len(second) < len(first)
    assert not set(second) & set(first)


def test_the_nearest_steps_are_asked_for_before_any_idle_moment():
    prefetch.IDLE_SECONDS = 3600
    asked = []

    async def ask_many(many):
        asked.extend(many)
        return many

    async def step():
        kept = AnalysisPrefetcher(ask_many)
        task = asyncio.ensure_future(kept.prepare((50, 15, "percentile", "percentile")))
        while not kept.get((51, 15, "percentile", "percentile")):
            await asyncio.sleep(0)
        task.cancel()

    run(step())
    assert asked == next_settings((50, 15, "percentile", "percentile"))[:12]


def test_what_was_kept_stays_within_bounds_and_can_be_forgotten():
    prefetch.IDLE_SECONDS = 0
    kept = AnalysisPrefetcher(None)
    prepared(kept, *[(percentile, 15, "percentile", "percentile") for percentile in range(20, 100, 10)])
    assert len(kept._answers) <= prefetch.MOST_KEPT + 200
    kept.forget()
    assert kept.get((51, 15, "percentile", "percentile")) is None
