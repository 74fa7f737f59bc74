"""Runs long work in slices of at most `MOST_MS` and yields to the browser between them.

asyncio's own sleep does not do: its loop goes on as long as any task is due, and while one works, the sleep of
another runs out.
"""

from js import Promise, performance, setTimeout, window
from pyscript.ffi import create_proxy, to_js

MOST_MS = 8  # of work at a stretch: two such at once take a frame
MOST_WAITING = to_js({"timeout": 1000})  # a page that always moves something is never idle
_scheduler = getattr(window, "scheduler", None)
_yield = getattr(_scheduler, "yield", None)  # not in every browser; the other way takes 8 ms
_idle = getattr(window, "requestIdleCallback", None)  # not in every browser either


def call_in_frame(listener):
    """Call a proxy in the next frame, before its layout."""
    window.requestAnimationFrame(listener)


def after_frame(listener):
    """A proxy for `call_in_frame`, which has another proxy called soon after that frame is painted."""
    return create_proxy(lambda _time: setTimeout(listener, 0))


def call_when_idle(listener):
    """Call a proxy when the browser has nothing else to do, what was drawn until now included."""
    if _idle:
        _idle(listener, MOST_WAITING)
    else:
        setTimeout(listener, 0)


async def yield_until_frame():
    """Go on in the next frame, before its layout."""
    due = Promise.withResolvers()
    call_in_frame(due.resolve)
    await due.promise


async def yield_to_browser():
    """End the browser's task, and go on as soon as it has answered the visitor."""
    if _yield:
        await _yield.call(_scheduler)
    else:
        due = Promise.withResolvers()
        setTimeout(due.resolve, 0)
        await due.promise


async def yield_until_idle():
    """End the browser's task, and go on when it has nothing else to do, what was drawn until now included."""
    due = Promise.withResolvers()
    call_when_idle(due.resolve)
    await due.promise


async def in_slices(steps, pause=yield_to_browser):
    """Go through an iterator of small steps, and pause whenever they have taken long."""
    began = performance.now()
    for _ in steps:
        if performance.now() - began > MOST_MS:
            await pause()
            began = performance.now()
