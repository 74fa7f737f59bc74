"""What a visit holds on to: of the browser's memory, of the page's Python and of the worker's."""

import json

HEAP, NODES, LISTENERS = "JSHeapUsedSize", "Nodes", "JSEventListeners"
PAGE_PYTHON, PAGE_PROXIES, TAKEN = "bytes of MicroPython", "proxies of Python objects", "proxies of JavaScript objects"
OBJECTS, WORKER_MEMORY = "objects of the worker's Python", "bytes of the worker's WebAssembly"

# The page's interpreter collects when its heap is full, so it is asked to now; it takes a script, as it has no door.
COLLECT = """() => {
    document.documentElement.removeAttribute("data-held");
    const script = Object.assign(document.createElement("script"), { type: "mpy", textContent: `
import gc, js
gc.collect()
js.document.documentElement.setAttribute("data-held", str(gc.mem_alloc()))
` });
    document.body.append(script);
}"""
PROXIES = "[proxy_js_map.size, proxy_js_ref.filter(reference => reference !== undefined).length]"
# A line for the labs' prompt.
OF_THE_WORKER = '[__import__("gc").collect() * 0, len(__import__("gc").get_objects()), __import__("pyodide_js")._module.HEAP8.length]'


def weight(page):
    """What the browser holds for a page: bytes of its JavaScript heap, nodes, listeners."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    for _ in range(3):  # a finalizer may let go of what only the next collection can take
        session.send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(200)
    metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return {name: metrics[name] for name in (HEAP, NODES, LISTENERS)}


def weight_of_all(page):
    """The same, and what both interpreters hold; the worker is asked through the labs' prompt, which runs Python there."""
    for _ in range(3):  # what one side lets go of, the other can take only then
        weight(page)
        page.evaluate(COLLECT)
        page.wait_for_selector("html[data-held]", state="attached")
    python = int(page.get_attribute("html", "data-held"))
    page.click('.to-labs [data-lab="code"]')
    page.wait_for_selector(".prompt-line")
    page.evaluate("document.querySelector('.prompt-log').replaceChildren()")
    page.fill(".prompt-line", OF_THE_WORKER)
    page.press(".prompt-line", "Enter")
    _, objects, memory = json.loads(page.inner_text(".prompt-log span:not(.asked)"))
    page.evaluate("document.querySelector('.prompt-log').replaceChildren()")
    page.press(".prompt-line", "Escape")
    page.wait_for_selector(".prompt-line", state="hidden")
    held = weight(page)
    proxies, references = page.evaluate(PROXIES)
    return held | {
        PAGE_PYTHON: python,
        PAGE_PROXIES: proxies,
        TAKEN: references,
        OBJECTS: objects,
        WORKER_MEMORY: memory,
    }
