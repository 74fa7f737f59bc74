"""The page and some data, served to this machine alone.

It listens on the loopback address, and answers only who knows the secret in the address. Other sites' pages that are
open in the same browser are kept out, too: by ``Host``, where a name of theirs was made to lead here, and by ``Origin``
and ``Sec-Fetch-Site``, where they send requests. Nothing but the page's own files and the data that were named is read.
"""

from __future__ import annotations

import hmac
import json
import secrets
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from vizzy.native.page_files import INDEX, page, with_metas
from vizzy.reading.errors import ReadingError

LOOPBACK = "127.0.0.1"
NAMES = (LOOPBACK, "localhost")  # of this machine, as a browser may call it
DATA = "data/files.json"
SECONDS_BETWEEN_LOOKS = 0.05  # at whether to stop
MOST_BYTES = 2_000_000_000  # of what the page may send
TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "json": "application/json",
    "webmanifest": "application/manifest+json",
    "wasm": "application/wasm",
    "svg": "image/svg+xml",
    "png": "image/png",
    "webp": "image/webp",
    "py": "text/plain; charset=utf-8",
}
HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass
class ServedData:
    """What the page opens, and what comes back from it."""

    files: list[tuple[str, Path | bytes]]  # name as the page knows it, and where the content is
    choices: dict = field(default_factory=dict)  # fields of `vizzy.reading.Choices`
    preview: bool = True  # whether the page shows first what it understood
    trains: bool = False  # whether the page trains as soon as they are open
    write: Callable[[str, bytes], str] | None = None  # takes an exported table; returns where it is
    fields: dict | None = None  # of the page's state, as they were saved last: for the page that is reloaded
    is_unwritten: bool = False  # whether something was decided since the table was written
    index: dict | None = None  # what describes the open dataset, as its ``dataset.json``, once it is open

    def described(self) -> dict:
        """What the page is told."""
        return {
            "files": [{"name": name, "address": f"data/{number}"} for number, (name, _) in enumerate(self.files)],
            "choices": self.choices,
            "preview": self.preview and self.index is None,
            "trains": self.trains,
            "is_kept_by_server": True,
            "writes": self.write is not None,
            "fields": self.fields,
        }

    def content(self, number: int) -> bytes | None:
        """The bytes of a file."""
        if not 0 <= number < len(self.files):
            return None
        content = self.files[number][1]
        return content.read_bytes() if isinstance(content, Path) else content

    # --- what the page sends ---------------------------------------------------------------

    def take(self, name: str, body: bytes, query: dict) -> dict:
        """Take what the page sends; the answer.

        Raises
        ------
        ReadingError
            Where a table is to be written, but nothing is written from here.
        """
        if name == "table":
            if self.write is None:
                raise ReadingError("Nothing is written from here: use Export.")
            written = self.write(query.get("name", [""])[0], body)
            self.is_unwritten = False
            return {"written": written}
        sent = json.loads(body)
        if name == "index":
            self.index = sent
        elif name == "choices":
            self.choices = sent
        else:
            # The page sends the state first as it opens the files, which may have decisions in them.
            if self.fields is not None and decisions_in(sent) != decisions_in(self.fields):
                self.is_unwritten = True
            self.fields = sent
        return {}


def decisions_in(fields: dict) -> tuple:
    """What was decided, of the fields of a state: thresholds and views are no decisions."""
    return fields["changed_labels"], fields["reviews"]


class PageServer(ThreadingHTTPServer):
    """Serves the page, and data if there are any; see the module.

    Parameters
    ----------
    data : ServedData, optional
    port : int
        0 for one that is free.

    Attributes
    ----------
    address : str
        Of the page, with the secret.
    """

    daemon_threads = True

    def __init__(self, data: ServedData | None = None, port: int = 0) -> None:
        """Take a port, and the page.

        Raises
        ------
        ReadingError
            Where the port cannot be had.
        """
        self.page = page()
        self.data = data
        self.secret = secrets.token_urlsafe(24)
        try:
            super().__init__((LOOPBACK, port), Handler)
        except OSError as error:
            raise ReadingError(f"Port {port} cannot be used ({error.strerror}): choose another with --port.") from error

    @property
    def address(self) -> str:
        return f"http://{LOOPBACK}:{self.server_port}/{self.secret}/"

    def start(self) -> PageServer:
        """Serve in a thread, which ends with the process at the latest."""
        threading.Thread(target=self.serve_forever, args=(SECONDS_BETWEEN_LOOKS,), name="vizzy-server", daemon=True).start()
        return self

    def close(self) -> None:
        """Serve no longer."""
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that leaves while it is answered is no fault."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def index(self) -> bytes:
        """The page's HTML, which says that this server is there, and where the data are."""
        content = self.page.read(INDEX)
        assert content is not None
        data = {"data": DATA} if self.data else {}
        return with_metas(content.decode("utf-8"), server="loopback", **data).encode("utf-8")


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    server: PageServer

    def do_GET(self) -> None:
        """A file of the page, or of the data."""
        name = self._name()
        if name is None:
            return
        content = self._content(name)
        if content is None:
            self._answer(HTTPStatus.NOT_FOUND, b"There is no such file.\n")
        else:
            self._answer(HTTPStatus.OK, content, TYPES.get(name.rpartition(".")[2] or "html", "application/octet-stream"))

    def do_POST(self) -> None:
        """Decisions, or a table to write."""
        name = self._name(needs_origin=True)
        if name is None:
            return
        size = self.headers.get("Content-Length", "")
        if not size.isdigit() or int(size) > MOST_BYTES:
            self.close_connection = True
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE if size.isdigit() else HTTPStatus.LENGTH_REQUIRED, b"")
            return
        body = self.rfile.read(int(size))
        if self.server.data is None or name not in ("index", "choices", "decisions", "table"):
            self._answer(HTTPStatus.NOT_FOUND, b"There is nothing to send that to.\n")
            return
        try:
            told = self.server.data.take(name, body, parse_qs(urlsplit(self.path).query))
        except ReadingError as error:
            told = {"error": str(error)}
        self._answer(HTTPStatus.OK, json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"), TYPES["json"])

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing: the address has the secret in it."""

    # --- who may ask -----------------------------------------------------------------------

    def _name(self, needs_origin: bool = False) -> str | None:
        """What is asked for, below the secret; None if it was refused."""
        if not self._is_from_here(needs_origin):
            self.close_connection = True
            self._answer(HTTPStatus.FORBIDDEN, b"Only Vizzy's own page may ask for this.\n")
            return None
        secret, _, name = urlsplit(self.path).path.lstrip("/").partition("/")
        if not hmac.compare_digest(secret.encode(), self.server.secret.encode()):
            self.close_connection = True
            self._answer(HTTPStatus.NOT_FOUND, b"Open the address that Vizzy printed, with the secret in it.\n")
            return None
        return unquote(name) or INDEX

    def _is_from_here(self, needs_origin: bool) -> bool:
        own = [f"{name}:{self.server.server_port}" for name in NAMES]
        host, origin = self.headers.get_all("Host", []), self.headers.get_all("Origin", [])
        if len(host) != 1 or host[0].lower() not in own or len(origin) > 1 or (needs_origin and not origin):
            return False
        if origin and origin[0] != f"http://{host[0].lower()}":
            return False
        is_page = self.headers.get("Sec-Fetch-Mode") == "navigate"
        return is_page or self.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")

    # --- answering -------------------------------------------------------------------------

    def _content(self, name: str) -> bytes | None:
        data = self.server.data
        if name == INDEX:
            return self.server.index()
        if not name.startswith("data/"):
            return None if name == "sw.js" else self.server.page.read(name)  # a page that ends with this server is not kept
        if data is None:
            return None
        if name == DATA:
            return json.dumps(data.described(), ensure_ascii=False).encode("utf-8", "replace")
        number = name.removeprefix("data/")
        return data.content(int(number)) if number.isdecimal() and len(number) < 10 else None

    def _answer(self, status: HTTPStatus, content: bytes, kind: str = "text/plain; charset=utf-8") -> None:
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
