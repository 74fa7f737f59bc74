"""Running a coroutine in tests that share their process with the browser's."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def run(coroutine, timeout=60):
    """Run to the end and return the result, in a thread of its own: the browser tests leave a loop running in this one."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(asyncio.run, coroutine).result(timeout)
