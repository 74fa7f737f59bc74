"""Firefox ESR over WebDriver BiDi, which is JSON over a web socket: no driver has to be installed for it."""

import itertools
import json
import re
import shutil
import subprocess
import time
from contextlib import contextmanager

from websockets.sync.client import connect

PATIENCE = 120  # seconds, as in visits.py: a bound for the test, not a claim
EXECUTABLE = shutil.which("firefox-esr") or shutil.which("firefox")
EVENTS = ["log.entryAdded", "network.beforeRequestSent", "network.fetchError", "browsingContext.userPromptOpened"]
# Before anything of the page: its policy's refusals are told to the document alone.
HEAR_VIOLATIONS = """() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", event => violations.push(
        `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
}"""


class Firefox:
    """One tab, with everything it asked for and complained about."""

    def __init__(self, socket, profile):
        self.profile = profile
        self._socket = socket
        self._numbers = itertools.count(1)
        self.events = []
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=EVENTS)
        self.call("script.addPreloadScript", functionDeclaration=HEAR_VIOLATIONS)
        self._tab = self.call("browsingContext.getTree")["contexts"][0]["context"]

    def call(self, method, **params):
        """Send a command and wait for its result; what happens meanwhile is kept in ``events``."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            got = json.loads(self._socket.recv(timeout=PATIENCE))
            if got.get("id") == number:
                assert got["type"] == "success", f"{method}: {got.get('error')}: {got.get('message')}"
                return got["result"]
            self.events.append(got)

    def of_tab(self, method, **params):
        return self.call(f"browsingContext.{method}", context=self._tab, **params)

    def open(self, address):
        self.of_tab("navigate", url=address, wait="interactive")

    def evaluate(self, expression):
        """The JSON value of an expression or promise in the page."""
        wrapped = f"(async () => JSON.stringify(await ({expression}) ?? null))()"
        answer = self.call(
            "script.evaluate", expression=wrapped, target={"context": self._tab}, awaitPromise=True
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"]["value"])

    def wait_for(self, expression):
        deadline = time.monotonic() + PATIENCE
        while not self.evaluate(expression):
            assert time.monotonic() < deadline, f"in vain waited for {expression}"
            time.sleep(0.1)

    def act(self, *actions, kind="pointer"):
        self.call(
            "input.performActions",
            context=self._tab,
            actions=[{"type": kind, "id": kind, "actions": list(actions)}],
        )

    def click(self, selector):
        """A real click, on the middle of the first element that a selector finds."""
        nodes = self.of_tab("locateNodes", locator={"type": "css", "value": selector}, maxNodeCount=1)["nodes"]
        assert nodes, f"there is no {selector}"
        middle = {"type": "element", "element": {"sharedId": nodes[0]["sharedId"]}}
        self.act(
            {"type": "pointerMove", "x": 0, "y": 0, "origin": middle},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        )

    def choose_files(self, selector, *paths):
        """Files for an ``<input type=file>``."""
        nodes = self.of_tab("locateNodes", locator={"type": "css", "value": selector}, maxNodeCount=1)["nodes"]
        element = {"sharedId": nodes[0]["sharedId"]}
        self.call("input.setFiles", context=self._tab, element=element, files=[str(path) for path in paths])

    def open_train_and_review(self):
        """Open what the preview of files shows, train on it, and go to the review."""
        self.click("#import-open")
        self.wait_for("!document.getElementById('import').open")
        self.click("#train")
        self.wait_for("document.documentElement.dataset.vizzy === 'trained'")
        self.click("#review-button")

    def press(self, key, times=1):
        for _ in range(times):
            self.act({"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}, kind="key")

    def complaints(self):
        """Errors and warnings of the console, uncaught ones included, and what the policy refused."""
        logged = [event["params"] for event in self.events if event.get("method") == "log.entryAdded"]
        said = [f"{entry['level']}: {entry['text']}" for entry in logged if entry["level"] in ("error", "warn")]
        return said + self.evaluate("window.violations")

    def requests(self):
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event.get("method") == "network.beforeRequestSent"
        ]


@contextmanager
def firefox(profile, preferences=()):
    """A Firefox without a window, in a profile of its own folder."""
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in dict(preferences).items()]
    (profile / "user.js").write_text("".join(lines))
    command = [EXECUTABLE, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", str(profile)]
    process = subprocess.Popen(
        [*command, "--width=1280", "--height=720"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        listening = (re.search(r"BiDi listening on (ws://\S+)", line) for line in process.stderr)
        address = next(found[1] for found in listening if found)
        with connect(address + "/session", max_size=None) as socket:
            yield Firefox(socket, profile)
    finally:
        process.kill()
        process.stderr.close()
        process.wait()
