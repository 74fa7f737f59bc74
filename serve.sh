#!/bin/sh
# Makes what Vizzy needs (the browser runtime), then serves the app at http://localhost:8000.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
port=8000
prepare_only=no

usage() {
    cat <<'TEXT'
usage: ./serve.sh [--prepare] [--port N]

Makes all that Vizzy needs and serves it at http://localhost:8000 until Ctrl+C.

  --prepare   make it and stop; "python -m http.server" in this folder then serves the app just as well, but not changes
              to modules of vizzy/page/ made since
  --port N    serve at another port
  --help      show this
TEXT
}

fail() {
    printf 'serve.sh: %s\n' "$1" >&2
    exit 1
}

while [ $# -gt 0 ]; do
    case $1 in
        --prepare) prepare_only=yes ;;
        --port)
            [ $# -ge 2 ] || fail "--port needs a number, as in --port 8080."
            port=$2
            shift
            ;;
        --port=*) port=${1#--port=} ;;
        --help | -h)
            usage
            exit 0
            ;;
        *) fail "there is no option $1; ./serve.sh --help lists what there is." ;;
    esac
    shift
done

case $port in
    '' | *[!0-9]* | ??????*) fail "--port needs a number from 1 to 65535, not '$port'." ;;
esac
[ "$port" -ge 1 ] && [ "$port" -le 65535 ] || fail "--port needs a number from 1 to 65535, not '$port'."

# The first Python that is new enough, whatever it is called.
python=
for candidate in python3 python python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || fail "Python 3.11 or newer is needed and none was found; install it, then run this again."

port_is_free() {
    "$python" - "$port" <<'CODE'
import socket, sys
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", int(sys.argv[1])))
    except OSError as error:
        sys.exit(f"serve.sh: port {sys.argv[1]} cannot be used ({error.strerror}); choose another with --port N.")
CODE
}

[ $prepare_only = yes ] || port_is_free
"$python" "$root/tools/runtime.py"
[ $prepare_only = no ] || exit 0

echo "Vizzy is at http://localhost:$port (Ctrl+C stops it)"
exec "$python" "$root/tools/serve.py" "$port"
