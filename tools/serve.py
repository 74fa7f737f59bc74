"""Serve the project as ``python -m http.server`` does, with the page's modules as they are: ./serve.sh ends in this.

    python tools/serve.py PORT

The page gets its modules compiled, in one file. Where one of them was edited since that was made, it is made anew before it
is served, so that a change is there after a reload.
"""

import functools
import http.server
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUNDLE = "/vizzy/page.bundle"
SOURCES = ("vizzy/page/**/*.py", "vizzy/*.py", "main.py")  # of vizzy/ itself the page shares some modules with the worker


def is_older_than_a_source(bundle: pathlib.Path) -> bool:
    """Whether a source may have been changed since the bundle was made; quick, as each visit waits for it."""
    made = bundle.stat().st_mtime_ns if bundle.is_file() else 0
    return any(path.stat().st_mtime_ns > made for pattern in SOURCES for path in ROOT.glob(pattern))


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files, the bundle of the page's modules as its sources are now."""

    def do_GET(self) -> None:
        """Answer a request; what goes wrong with the bundle is said here, and the last one is served."""
        if self.path.partition("?")[0] == BUNDLE and is_older_than_a_source(ROOT / BUNDLE[1:]):
            subprocess.run([sys.executable, str(ROOT / "tools" / "page_bundle.py")], check=False)
        super().do_GET()


def main(port: int) -> None:
    """Serve on this machine alone, until Ctrl+C."""
    handler = functools.partial(Handler, directory=ROOT)
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main(int(sys.argv[1]))
