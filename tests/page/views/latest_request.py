"""Of many requests the newest is asked for, one at a time, and what becomes of a question that fails or is forgotten."""

from vizzy.page.client.answers import WorkerDefect, WorkerError
from vizzy.page.client.latest_request import LatestRequest


class Asked:
    """A promise that the test settles."""

    def __init__(self, request):
        self.request = request

    def then(self, resolved, rejected):
        self.answer, self.fail = resolved, rejected


class Desk:
    """Keeps what is asked, shown and told."""

    def __init__(self, raises=()):
        self.asked, self.shown, self.told = [], [], []
        self._raises = raises
        self.latest = LatestRequest(self._ask, self._show, self.told.append)

    def _ask(self, request):
        self.asked.append(Asked(request))
        return self.asked[-1]

    def _show(self, request, answer):
        if request in self._raises:
            raise ValueError("the view's own")
        self.shown.append((request, answer))

    def requests(self):
        return [one.request for one in self.asked]


def test_only_the_newest_of_those_that_wait_is_asked():
    desk = Desk()
    for request in (1, 2, 3):
        desk.latest.want(request)
    assert desk.requests() == [1]
    desk.asked[0].answer("one")
    assert desk.requests() == [1, 3]
    desk.asked[1].answer("three")
    assert desk.shown == [(1, "one"), (3, "three")]


def test_a_question_that_fails_does_not_drop_the_newer_one_behind_it():
    desk = Desk()
    desk.latest.want(1)
    desk.latest.want(2)
    desk.asked[0].fail(Exception("ZeroDivisionError: division by zero"))
    assert desk.requests() == [1, 2]
    desk.asked[1].answer("two")
    assert desk.shown == [(2, "two")]
    assert [type(error) for error in desk.told] == [WorkerDefect]


def test_a_refusal_is_told_and_the_same_can_be_asked_again():
    desk = Desk()
    desk.latest.want(1)
    desk.asked[0].answer('{"error": "Bring another file."}')
    assert [(type(error), error.args[0]) for error in desk.told] == [(WorkerError, "Bring another file.")]
    assert desk.shown == []
    desk.latest.want(1)
    assert desk.requests() == [1, 1]


def test_the_late_answer_to_a_forgotten_question_counts_as_nothing_and_the_same_is_asked_again():
    desk = Desk()
    desk.latest.want(1)
    desk.latest.forget()
    desk.asked[0].answer("of before")
    assert desk.shown == [] and desk.told == [] and desk.latest.answered is None
    assert desk.requests() == [1, 1]
    desk.asked[1].answer("of now")
    assert desk.shown == [(1, "of now")]


def test_the_late_failure_of_a_forgotten_question_is_not_told():
    desk = Desk()
    desk.latest.want(1)
    desk.latest.drop()
    desk.asked[0].fail(Exception("MemoryError"))
    assert desk.told == [] and desk.requests() == [1]
    desk.latest.want(2)
    assert desk.requests() == [1, 2]


def test_what_cannot_even_be_asked_is_told_and_stops_nothing():
    def ask(request):
        if request == 1:
            raise TypeError("no JSON")
        return desk._ask(request)

    desk = Desk()
    latest = LatestRequest(ask, desk._show, desk.told.append)
    latest.want(1)
    latest.want(2)
    assert [type(error) for error in desk.told] == [TypeError]
    assert desk.requests() == [2]


def test_what_a_view_raises_is_told_as_what_it_is_and_the_next_answer_is_shown():
    desk = Desk(raises=[1])
    desk.latest.want(1)
    desk.asked[0].answer("one")
    assert [(type(error), error.args[0]) for error in desk.told] == [(ValueError, "the view's own")]
    desk.latest.want(2)
    desk.asked[1].answer("two")
    assert desk.shown == [(2, "two")]
