"""A proxy that hears what a browser asks for, whatever the browser's own tools report."""

import http.client
import http.server
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit

NOT_FORWARDED = {"connection", "keep-alive", "transfer-encoding", "proxy-connection", "content-encoding"}


class _Recorder(http.server.BaseHTTPRequestHandler):
    """A proxy that writes down every request and passes on those to the site."""

    def _answer(self):
        self.server.asked.append(self.path)
        address = urlsplit(self.path)
        if not self.path.startswith(self.server.site):
            self.send_error(403)
            return
        upstream = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        wanted = address.path + ("?" + address.query if address.query else "")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in NOT_FORWARDED}
        upstream.request(self.command, wanted, headers=headers)
        got = upstream.getresponse()
        content = got.read()
        self.send_response(got.status)
        for name, value in got.getheaders():
            if name.lower() not in NOT_FORWARDED | {"content-length", "date", "server"}:
                self.send_header(name, value)
        if got.status != 304:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        upstream.close()

    do_GET = do_HEAD = do_POST = do_PUT = do_OPTIONS = _answer

    def do_CONNECT(self):
        self.server.asked.append(self.path)  # to an encrypted address, or for a web socket: host and port
        self.send_error(403)

    def log_message(self, *_said):
        pass


@contextmanager
def recording_proxy(site):
    """A proxy's address, and a list of every address that is asked for through it.

    It stands outside the browser and so hears page, frames, workers and service worker alike.
    """
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Recorder) as server:
        server.asked, server.site, server.daemon_threads = [], site, True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", server.asked
        server.shutdown()
