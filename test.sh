#!/usr/bin/env bash
# Runs every test: ./test.sh [pytest arguments]. Makes its own environment under .cache/test.
# WITHOUT_EMBEDDINGS=1 leaves torch out, which is large, and with it the tests of build_embeddings.py.
set -euo pipefail
cd "$(dirname "$0")"

stop() { echo "test.sh: $*" >&2; exit 1; }

python=${PYTHON:-python3}
command -v "$python" >/dev/null || stop "Python 3.11 or newer is needed, but there is no $python. Install it, or name one with PYTHON=/path/to/python ./test.sh"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop "Python 3.11 or newer is needed, but $python is $("$python" -V). Name a newer one with PYTHON=/path/to/python ./test.sh"

find_chromium() {
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name"; then return; fi
  done
  return 1
}

if ! find_chromium >/dev/null; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "test.sh: installing Chromium from the system's packages"
    mkdir -p .cache
    log=.cache/chromium-install.log
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; } >"$log" 2>&1 \
      || { tail -n 5 "$log" >&2; stop "Chromium could not be installed. Install it, or name a browser with CHROMIUM=/path/to/chromium ./test.sh"; }
  else
    stop "Chromium is needed for the browser tests. Install it (on Debian or Ubuntu: sudo apt-get install chromium), or name one with CHROMIUM=/path/to/chromium ./test.sh"
  fi
fi
CHROMIUM=$(find_chromium) || stop "Chromium was installed but cannot be found. Name it with CHROMIUM=/path/to/chromium ./test.sh"
export CHROMIUM

# Firefox is driven too; without it its tests are skipped, and say so.
if ! command -v firefox-esr >/dev/null && ! command -v firefox >/dev/null && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "test.sh: installing Firefox from the system's packages"
  mkdir -p .cache
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends firefox-esr; } >.cache/firefox-install.log 2>&1 \
    || echo "test.sh: the package firefox-esr could not be installed, so the tests in Firefox are skipped"
fi

environment=.cache/test
lock=requirements/test.lock
wanted=$("$python" -V; cat pyproject.toml "$lock")
if [ "$(cat "$environment/made-for" 2>/dev/null || true)" != "$wanted" ]; then
  echo "test.sh: making the test environment in $environment"
  rm -rf "$environment"
  "$python" -m venv "$environment" || stop "the environment could not be made: is Python's venv module installed (Debian: python3-venv)?"
  failed="the test packages could not be installed: see the message above, then run ./test.sh again"
  # Nothing whose SHA-256 is not in the lock; what builds this package is among it, so no other is fetched for that.
  "$environment/bin/python" -m pip install --quiet --require-hashes --requirement "$lock" || stop "$failed"
  "$environment/bin/python" -m pip install --quiet --no-deps --no-build-isolation --editable . || stop "$failed"
  # torch is large and not to be had everywhere; without it the embedding tool's own tests are skipped, and say so.
  if [ -z "${WITHOUT_EMBEDDINGS:-}" ]; then
    "$environment/bin/python" -m pip install --quiet --editable '.[embeddings]' \
      || echo "test.sh: torch could not be installed, so the tests of build_embeddings.py are skipped"
  fi
  printf '%s' "$wanted" >"$environment/made-for"
fi

./serve.sh --prepare
exec "$environment/bin/python" -m pytest "$@"
