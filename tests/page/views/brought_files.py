"""Files that are brought: when the worker reads them, and when it only corrects what it understood."""

from vizzy.page.importing import local_dataset
from vizzy.page.importing.brought_files import BroughtFiles


class Worker:
    """Says what it was asked, and with which choices."""

    def __init__(self):
        self.started, self.asked = 1, []

    async def correct(self, choices):
        self.asked.append(("correct", dict(choices)))
        return {"problem": None}


async def read(worker, files, choices, _report):
    worker.asked.append(("read", dict(choices)))
    return {"problem": None}


async def understood(brought, worker):
    whole, local_dataset.propose = local_dataset.propose, read
    try:
        await brought.understand(worker, print)
    finally:
        local_dataset.propose = whole


async def test_files_are_read_once_and_then_only_corrected():
    brought, worker = BroughtFiles([]), Worker()
    assert not brought.is_understood(worker)
    await understood(brought, worker)
    brought.choose({"roles": {"name": "label"}})
    assert not brought.is_understood(worker)
    await understood(brought, worker)
    assert brought.is_understood(worker)
    assert worker.asked == [("read", {}), ("correct", {"roles": {"name": "label"}})]


async def test_a_worker_that_was_started_anew_reads_the_files_again_with_all_choices():
    brought, worker = BroughtFiles([]), Worker()
    brought.choose({"unlabelled": True})
    await understood(brought, worker)
    worker.started = 2
    assert not brought.is_understood(worker)
    await understood(brought, worker)
    assert worker.asked == [("read", {"unlabelled": True})] * 2


def test_choices_of_columns_add_up_until_another_header_makes_other_columns():
    brought = BroughtFiles([])
    brought.choose({"roles": {"a": "label"}})
    brought.choose({"roles": {"b": "text"}})
    assert brought.choices["roles"] == {"a": "label", "b": "text"}
    brought.choose({"header": False})
    assert brought.choices == {"roles": {}, "header": False}


def test_files_that_are_served_begin_with_what_was_chosen_for_them():
    assert BroughtFiles([], {"choices": {"sheet": "labels"}}).choices == {"sheet": "labels"}
