"""The worker dies under every call in turn: each settles with a sentence within seconds, and the page goes on."""

import pytest
from in_page import run_in_page, run_in_worker
from visits import visiting
from worker_calls import ANYTHING, asking_methods

SECONDS = 10
# A worker that is terminated may still answer what it has received; one that is busy cannot.
CALL = ANYTHING + """
import js

async def outcome(waiting):
    try:
        await waiting
        return "answered"
    except Exception as error:
        return str(error.args[-1])

app.worker.lab("rule_editor.prompt", {{"line": "while True: pass"}})
try:
    for _ in range(1000):
        await asyncio.wait_for(app.worker._answer("beat"), 0.5)
    raise Exception("the worker has never been busy")
except asyncio.TimeoutError:
    pass
ending = asyncio.create_task(outcome(app.worker.{method}({arguments})))
await asyncio.sleep(0)
js.document.querySelector('script[name^="trainer"]').xworker.terminate()
return await asyncio.wait_for(ending, {seconds})
"""
# All but `cancel`, which nobody waits for.
METHODS = [(name, arguments) for name, (arguments, _) in asking_methods().items() if name != "cancel"]
# Each takes a new worker, so all are left to --all; under MicroPython every one is always tested, in
# tests/contract/test_worker_client.py, and what follows a death of the worker in test_faults.py.
pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def page(browser, site):
    """One page for all, whose worker dies again and again."""
    with visiting(browser, site, complains=True) as visit:
        visit.open().train()
        run_in_worker(visit.page, "1")  # with the labs' modules, which every worker that follows has to have
        yield visit


@pytest.mark.parametrize(("method", "arguments"), METHODS, ids=[method for method, _ in METHODS])
def test_a_call_under_which_the_worker_dies_settles_and_the_page_goes_on(page, method, arguments):
    run_in_page(page.page, "app.worker_lifecycle.trained()\nreturn None")  # else it is given up after a few
    trained = "performance.getEntriesByName('vizzy:trained').length"
    before = page.page.evaluate(trained)
    sentence = run_in_page(page.page, CALL.format(method=method, arguments=arguments, seconds=SECONDS))
    assert sentence == "Python was lost meanwhile. Try again once it has been started anew."
    page.page.wait_for_function(f"{trained} > {before}")
    assert page.page.get_attribute("html", "data-vizzy") == "trained"
    assert "It is started anew" in page.page.inner_text("#note")
    assert not page.page.is_visible("#failure")
    page.slide("class", 60 if before % 2 else 70)
