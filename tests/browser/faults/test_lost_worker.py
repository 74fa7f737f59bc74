"""The worker dies under every call in turn: each settles with a sentence within seconds, and the page goes on."""

import pytest
from in_page import run_in_page, run_in_worker
from visits import visiting
from worker_calls import ANYTHING, asking_methods

SECONDS = 10
CALL = ANYTHING + """
import js

class Dying:
    'The worker, which is terminated the moment that a function is asked for, before it can answer.'

    def __init__(self, worker, asked):
        self._worker, self._asked = worker, asked

    def __getattr__(self, name):
        return lambda *arguments: self._ask(name, arguments)

    def _ask(self, name, arguments):
        answer = getattr(self._worker, name)(*arguments)
        if name in self._asked:
            js.document.querySelector('script[name^="trainer"]').xworker.terminate()
        return answer

async def outcome():
    try:
        await app.worker.{method}({arguments})
        return "answered"
    except Exception as error:
        return str(error.args[-1])

connection = app.worker._connection
connection._worker = Dying(connection._worker, {asked})
return await asyncio.wait_for(outcome(), {seconds})
"""
# All but `cancel`, which nobody waits for.
METHODS = [(name, *found) for name, found in asking_methods().items() if name != "cancel"]
# tests/contract/test_worker_client.py does the same for all, with a stand-in for the browser.
IN_SHORT = {"propose", "image", "train", "analyse", "queue", "export", "long_lab"}


@pytest.fixture(scope="module")
def page(browser, site):
    """One page for all, whose worker dies again and again."""
    with visiting(browser, site, complains=True) as visit:
        visit.open().train()
        run_in_worker(visit.page, "1")  # with the labs' modules, which every worker that follows has to have
        yield visit


@pytest.mark.parametrize(
    ("method", "arguments", "asked"),
    [pytest.param(*one, id=one[0], marks=[] if one[0] in IN_SHORT else pytest.mark.thorough) for one in METHODS],
)
def test_a_call_under_which_the_worker_dies_settles_and_the_page_goes_on(page, method, arguments, asked):
    run_in_page(page.page, "app.worker_lifecycle.trained()\nreturn None")  # else it is given up after a few
    trained = "performance.getEntriesByName('vizzy:trained').length"
    before = page.page.evaluate(trained)
    sentence = run_in_page(page.page, CALL.format(method=method, arguments=arguments, asked=asked, seconds=SECONDS))
    assert sentence == "Python was lost meanwhile. Try again once it has been started anew."
    page.page.wait_for_function(f"{trained} > {before}")
    assert page.page.get_attribute("html", "data-vizzy") == "trained"
    assert "It is started anew" in page.page.inner_text("#note")
    assert not page.page.is_visible("#failure")
    page.slide("class", 60 if before % 2 else 70)
