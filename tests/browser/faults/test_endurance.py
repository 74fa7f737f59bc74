"""A long visit leaves what the browser, the page's Python and the worker's hold where they were."""

import pytest
from visits import visiting
from weighing import OBJECTS, HEAP, LISTENERS, NODES, PAGE_PROXIES, PAGE_PYTHON, TAKEN, WORKER_MEMORY, weight, weight_of_all

SAMPLES = ["messages.csv", "messages-probabilities.csv"]
SLIDE = """async ([from, steps]) => {
    const pause = () => new Promise(done => setTimeout(done));
    for (let step = from; step < from + steps; step++) {
        const slider = document.getElementById(step % 2 ? "class-percentile" : "ood-percentile");
        slider.value = step % 2 ? 50 + (step * 7) % 50 : (step * 3) % 50;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await pause();
    }
    await new Promise(done => setTimeout(done, 100));
}"""
RELABEL = """async ([from, steps]) => {
    for (let step = from; step < from + steps; step++) {
        const card = document.querySelectorAll("[data-panel=dataset] .card")[step % 3];
        card.querySelector('[data-given][aria-pressed="false"]').click();
        await new Promise(done => setTimeout(done));
    }
    await new Promise(done => setTimeout(done, 100));
}"""


def use(visit, trainings, slides=20, relabellings=2):
    """Use the page in rounds that end with a training, and leave it as it was found: its own labels and settings."""
    for number in range(trainings):
        visit.page.evaluate(SLIDE, [number * slides, slides])
        visit.page.evaluate(RELABEL, [number * relabellings, relabellings])
        visit.train()
    if visit.page.is_visible("#reset"):
        visit.page.click("#reset")
        visit.train()
    visit.slide("class", 50)
    visit.slide("ood", 15)
    visit.page.wait_for_timeout(1500)  # motions end, and what gives its proxies up a little later has done so


def switch(visit, times):
    """Bring the samples in turn, each opened in the place of the last and trained."""
    page = visit.page
    for number in range(times):
        page.click("#import-button")
        page.click(f'[data-sample^="{SAMPLES[number % 2]}"]')
        page.click("#import-open:not([disabled])")
        page.wait_for_selector("#import", state="hidden")
        page.wait_for_function("['ready', 'trained'].includes(document.documentElement.dataset.vizzy)")
        if page.get_attribute("html", "data-vizzy") == "ready":
            page.click("#train")
        visit.wait("trained")


@pytest.fixture(scope="module")
def long_visit(browser, site):
    """What the page holds, before and after, of each part of one visit."""
    with visiting(browser, site) as visit:
        visit.open().train()
        use(visit, 12)
        weights = [weight_of_all(visit.page)]
        use(visit, 100)
        weights.append(weight_of_all(visit.page))
        switch(visit, 4)
        weights.append(weight_of_all(visit.page))
        switch(visit, 20)
        weights.append(weight_of_all(visit.page))
    return {"use": weights[:2], "switches": weights[2:]}


def test_a_visit_of_some_trainings_leaves_no_nodes_listeners_or_proxies_behind(browser, site):
    """120 slider steps, 6 trainings and 12 relabellings: the short form of what follows, by what needs no long run."""
    with visiting(browser, site) as visit:
        visit.open().train()
        use(visit, 2)
        before = weight_of_all(visit.page)
        use(visit, 6)
        after = weight_of_all(visit.page)
    for what, most in {NODES: 100, LISTENERS: 5, PAGE_PROXIES: 5, TAKEN: 50, WORKER_MEMORY: 0}.items():
        assert after[what] <= before[what] + most, f"{what}: {before[what]:,} before, {after[what]:,} after"


# One node left behind at each of 2,200 events would be 2,200 more, one listener or proxy at each training or switch
# 100 or 20, and a training's probabilities and summary 50 kB each time. What may grow is the history, which undoes
# without limit, at about a kilobyte a decision; and the browser keeps what it has compiled, hence the heap's slack.
MOST_MORE = {
    NODES: 100,
    LISTENERS: 10,
    HEAP: 1_500_000,
    PAGE_PYTHON: 400_000,
    PAGE_PROXIES: 5,
    TAKEN: 50,
    OBJECTS: 2_000,
    WORKER_MEMORY: 0,
}
# MicroPython's collector takes any number that looks like an address for one, so a dataset or two of those before may
# still be there, of 5,000 nodes and 120 references each. All 20 would be 100,000 and 2,400.
MOST_MORE_OF_A_SWITCH = MOST_MORE | {NODES: 25_000, TAKEN: 600, HEAP: 3_000_000}
PARTS = [("use", MOST_MORE), ("switches", MOST_MORE_OF_A_SWITCH)]


@pytest.mark.thorough
@pytest.mark.parametrize("what", MOST_MORE)
@pytest.mark.parametrize(("part", "most_more"), PARTS, ids=["use", "switches"])
def test_a_long_visit_leaves_the_page_as_light_as_it_was(long_visit, part, most_more, what):
    """2,000 slider steps, 100 trainings and 200 relabellings; 20 datasets, each opened in the place of the last."""
    before, after = long_visit[part]
    assert after[what] <= before[what] + most_more[what], f"{what}: {before[what]:,} before, {after[what]:,} after"


def test_the_scale_notices_what_is_left_behind(browser, site):
    leak = """() => {
        window.kept = Array.from({ length: 150 }, () => document.createElement("p"));
        window.kept.slice(0, 20).forEach(node => node.addEventListener("click", () => 1));
        window.heavy = Array.from({ length: 200_000 }, (_, number) => ({ number }));
    }"""
    with visiting(browser, site) as visit:
        visit.page.goto(site + "404.html")
        before = weight(visit.page)
        visit.page.evaluate(leak)
        after = weight(visit.page)
    assert [what for what in before if after[what] <= before[what] + MOST_MORE[what]] == []


LEAK_IN_PYTHON = """() => {
    const script = Object.assign(document.createElement("script"), { type: "mpy", textContent: `
import js
from pyscript.ffi import create_proxy
kept = bytearray(1_000_000)
js.window.kept = js.Array.new()
for number in range(100):
    js.window.kept.push(create_proxy(lambda: number))
    held = js.Object.new()
js.document.documentElement.setAttribute("data-leaked", "")
` });
    document.body.append(script);
}"""
LEAK_IN_THE_WORKER = "leaked = [[n] for n in range(20000)] + [bytearray(300_000_000)]"


@pytest.mark.thorough
def test_the_scale_notices_what_python_keeps(browser, site):
    with visiting(browser, site) as visit:
        page = visit.open().train().page
        before = weight_of_all(page)
        page.evaluate(LEAK_IN_PYTHON)
        page.wait_for_selector("html[data-leaked]", state="attached")
        page.click('.to-labs [data-lab="code"]')
        page.fill(".prompt-line", LEAK_IN_THE_WORKER)
        page.press(".prompt-line", "Enter")
        page.wait_for_selector(".prompt-log .asked")
        page.press(".prompt-line", "Escape")
        after = weight_of_all(page)
    for what in (PAGE_PYTHON, PAGE_PROXIES, OBJECTS, WORKER_MEMORY):
        assert after[what] > before[what] + MOST_MORE[what], what
