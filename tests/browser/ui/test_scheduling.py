"""Long work in the page's Python lets the browser draw meanwhile (`vizzy.page.ui.scheduling`); asyncio's sleep would not."""

import pytest

WORK_IN_STEPS = """pause => new Promise((resolve, reject) => {
  setTimeout(reject, 20_000, new Error("the work did not end"));
  let frames = 0;
  const count = () => { frames += 1; requestAnimationFrame(count); };
  addEventListener("worked", () => resolve(frames));
  addEventListener("works", () => { frames = 0; });
  count();
  document.body.append(Object.assign(document.createElement("script"), { type: "mpy", textContent: `
import asyncio
from js import Event, performance, window
from vizzy.page.ui.scheduling import in_slices, yield_to_browser, yield_until_idle

async def sleep():
    await asyncio.sleep(0)

def steps():
    for _ in range(100):
        until = performance.now() + 3
        while performance.now() < until:
            pass
        yield

async def work():
    window.dispatchEvent(Event.new("works"))
    await in_slices(steps(), ${pause})
    window.dispatchEvent(Event.new("worked"))

asyncio.create_task(work())
` }));
})"""


@pytest.mark.without_worker
@pytest.mark.parametrize("pause", ["yield_to_browser", "yield_until_idle"])
def test_the_browser_draws_between_the_steps(visit, pause):
    assert visit.open().page.evaluate(WORK_IN_STEPS, pause) >= 3


@pytest.mark.without_worker
def test_between_the_steps_of_asyncio_alone_it_would_not(visit):
    assert visit.open().page.evaluate(WORK_IN_STEPS, "sleep") == 0
