#!/usr/bin/env bash
# Runs the tests in an environment of its own under .cache/test: ./test.sh --help
set -euo pipefail
cd "$(dirname "$0")"

usage() {
  cat <<'TEXT'
usage: ./test.sh [--all] [--coverage] [--no-system-packages] [pytest arguments]

Makes the test environment and the browser runtime, then runs the tests in three processes.

  --all                  run also the long tests: endurance, every screen, Firefox in full, every variant of a test
                         (without it a short form of each runs)
  --coverage             measure the branches of vizzy/ (without page/ and worker.py) that tests/core runs, and stop
  --no-system-packages   never install Chromium or Firefox with apt-get; without it that is done, and said, where they
                         are missing and root runs this
  --help                 show this; installs nothing

Any other argument goes to pytest: ./test.sh tests/browser/labs -k map, ./test.sh -n 4 (four processes).

  PYTHON=/path, CHROMIUM=/path   use this Python (3.11 or newer), this Chromium
  WITHOUT_EMBEDDINGS=1           leave out torch, which is large, and the tests of build_embeddings.py that need it
TEXT
}

stop() { echo "test.sh: $*" >&2; exit 1; }

system_packages=yes
coverage=no
arguments=()
for argument in "$@"; do
  case $argument in
    --help | -h) usage; exit 0 ;;
    --no-system-packages) system_packages=no ;;
    --coverage) coverage=yes ;;
    *) arguments+=("$argument") ;;
  esac
done

python=${PYTHON:-python3}
command -v "$python" >/dev/null || stop "Python 3.11 or newer is needed, but there is no $python. Install it, or name one with PYTHON=/path/to/python ./test.sh"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop "Python 3.11 or newer is needed, but $python is $("$python" -V). Name a newer one with PYTHON=/path/to/python ./test.sh"

find_chromium() {
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name"; then return; fi
  done
  return 1
}

may_install() { [ $system_packages = yes ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; }

# Install a package of the system, and say so before.
install() {
  echo "test.sh: installing $1 with apt-get (./test.sh --no-system-packages does not)"
  mkdir -p .cache
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$1"; } >".cache/$1-install.log" 2>&1
}

need_chromium() {
  if ! find_chromium >/dev/null && may_install; then
    install chromium || { tail -n 5 .cache/chromium-install.log >&2; stop "Chromium could not be installed. Install it, or name a browser with CHROMIUM=/path/to/chromium ./test.sh"; }
  fi
  CHROMIUM=$(find_chromium) || stop "Chromium is needed for the browser tests. Install it (on Debian or Ubuntu: sudo apt-get install chromium), or name one with CHROMIUM=/path/to/chromium ./test.sh"
  export CHROMIUM
}

# Firefox is driven too; without it its tests are skipped, and say so.
want_firefox() {
  if ! command -v firefox-esr >/dev/null && ! command -v firefox >/dev/null && may_install; then
    install firefox-esr || echo "test.sh: the package firefox-esr could not be installed, so the tests in Firefox are skipped"
  fi
}

environment=.cache/test
lock=requirements/test.lock

make_environment() {
  local wanted failed
  wanted=$("$python" -V; cat pyproject.toml "$lock")
  if [ "$(cat "$environment/made-for" 2>/dev/null || true)" = "$wanted" ]; then return; fi
  echo "test.sh: making the test environment in $environment"
  rm -rf "$environment"
  "$python" -m venv "$environment" || stop "the environment could not be made: is Python's venv module installed (Debian: python3-venv)?"
  failed="the test packages could not be installed: see the message above, then run ./test.sh again"
  # Modules are compiled when they are imported, which most never are: compiling all of them takes half the processor's time.
  # Nothing whose SHA-256 is not in the lock; what builds this package is among it, so no other is fetched for that.
  "$environment/bin/python" -m pip install --quiet --no-compile --require-hashes --requirement "$lock" || stop "$failed"
  "$environment/bin/python" -m pip install --quiet --no-compile --no-deps --no-build-isolation --editable . || stop "$failed"
  # torch is large and not to be had everywhere; without it the embedding tool's own tests are skipped, and say so.
  if [ -z "${WITHOUT_EMBEDDINGS:-}" ]; then
    "$environment/bin/python" -m pip install --quiet --no-compile --editable '.[embeddings]' \
      || echo "test.sh: torch could not be installed, so the tests of build_embeddings.py are skipped"
  fi
  printf '%s' "$wanted" >"$environment/made-for"
}

if [ $coverage = yes ]; then
  make_environment
  "$environment/bin/python" -m coverage run -m pytest tests/core ${arguments[@]+"${arguments[@]}"}
  exec "$environment/bin/python" -m coverage report
fi

need_chromium
want_firefox
# The browser runtime is made meanwhile: neither needs what the other makes, and installing mostly waits for downloads.
./serve.sh --prepare & preparing=$!
trap 'kill "$preparing" 2>/dev/null || true' EXIT
make_environment
wait "$preparing"
# Each process takes whole files, in the order in which they are collected: the browser's, which take longest, first.
# Three, as a test of the browser waits a third of its time, and two processors are what one can count on.
exec "$environment/bin/python" -m pytest -n 3 --dist loadfile --no-loadscope-reorder ${arguments[@]+"${arguments[@]}"}
