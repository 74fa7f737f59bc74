"""Run by test_worker_client.py under MicroPython: what becomes of calls whose worker is lost, fails or refuses."""

import asyncio
import json

from js import Error, standIn

from vizzy.page.client.answers import WorkerDefect, WorkerError, WorkerLost
from vizzy.page.client.connection import Connection
from vizzy.page.client.latest_request import LatestRequest
from vizzy.page.client.worker_client import WorkerClient


def client_of(worker):
    client = WorkerClient()
    client._connection = Connection(worker)
    client._training = client.new_run()
    return client


async def outcome(waiting):
    """What an asynchronous method or a promise ends in, in words."""
    try:
        await waiting
        return "answered"
    except Exception as error:
        kind = type(error).__name__
        return kind + ": " + str(error.args[-1])


async def kill_under(method, arguments):
    """A method is under way when its worker is lost."""
    client = client_of(standIn.worker)
    before = standIn.asked.length
    waiting = eval("lambda client: client." + method + "(" + arguments + ")")(client)
    ending = asyncio.create_task(outcome(waiting)) if waiting is not None else None
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asked = standIn.asked.length - before
    client._connection.lose("Python has stopped.")
    said = "nothing to wait for" if ending is None else await asyncio.wait_for(ending, 5)
    return {"asked": [standIn.asked[before + number] for number in range(asked)], "said": said}


async def every_method():
    for method, arguments in json.loads(argument):  # noqa: F821 (given by stand_in_worker.mjs)
        print("killed", json.dumps([method, await kill_under(method, arguments)]))


async def refusals():
    client = client_of(standIn.worker)
    standIn.answers.set("reasons", '{"error": "Bring another file."}')
    standIn.answers.set("open_proposal", '{"error": "Bring another file."}')
    print("refused", await outcome(client.open_proposal(client.new_run())))
    shown, failed = [], []
    latest = LatestRequest(client.reasons, lambda request, answer: shown.append(request), failed.append)
    latest.want(1)
    await asyncio.sleep(0.01)
    print("refused latest", shown, [type(error).__name__ + ": " + error.args[0] for error in failed])


async def failures():
    client = client_of(standIn.worker)
    for text in ("Traceback\nZeroDivisionError: division by zero", "MemoryError"):
        error = Error.new(text)
        error.on = "image"
        standIn.failing(error)
        print("failed", await outcome(client.image("a.png")), "|", client._connection.why_lost)
    print("after", await outcome(client.image("a.png")))


async def long_calls():
    client = client_of(standIn.worker)
    client.most_seconds = 7
    connection = client._connection
    print("silent", connection.silent_seconds, end=" ")
    waiting = asyncio.create_task(outcome(client.correct({})))
    await asyncio.sleep(0)
    print(connection.silent_seconds, connection._under_way.size, end=" ")
    connection.lose("Python has stopped.")
    await waiting
    await asyncio.sleep(0)
    print(connection.silent_seconds, connection._under_way.size)


async def main():
    assert issubclass(WorkerLost, WorkerError) and not issubclass(WorkerDefect, WorkerError)
    await every_method()
    await refusals()
    await long_calls()
    await failures()
    print("done")


asyncio.create_task(main())
