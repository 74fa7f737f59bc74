"""Long work in short tasks: between one and the next the browser draws, and answers the visitor.

asyncio's own sleep does not do: its loop goes on as long as any task is due, and while one works, the sleep of
another runs out.
"""

from js import Promise, performance, setTimeout, window
from pyscript.ffi import create_proxy

MOST_MS = 8  # of work at a stretch: two such at once take a frame

_in_a_while = create_proxy(lambda resolve, _reject: setTimeout(resolve, 0))
_scheduler = getattr(window, "scheduler", None)
_yield = getattr(_scheduler, "yield", None)  # not in every browser; the other way takes 8 ms


async def breathe():
    """End the browser's task, and go on as soon as it has answered the visitor."""
    if _yield:
        await _yield.call(_scheduler)
    else:
        await rest()


async def rest():
    """End the browser's task, and go on when all others had their turn: for what nobody waits for."""
    await Promise.new(_in_a_while)


async def in_breaths(steps, pause=breathe):
    """Go through an iterator of small steps, and pause whenever they have taken long."""
    began = performance.now()
    for _ in steps:
        if performance.now() - began > MOST_MS:
            await pause()
            began = performance.now()
