#!/usr/bin/env bash
# The demonstration: filled once, then served. `demo.sh reset` starts over.
set -euo pipefail
cd "$(dirname "$0")/.."
export PORTAL_MODE=demo
export PORTAL_VAR=${PORTAL_VAR:-$PWD/var/demo}
port=${PORT:-8000}
py=.venv/bin/python

if ! $py -c "import socket,sys; s=socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('127.0.0.1', int('$port')))" 2>/dev/null; then
    echo "Port $port is taken. Choose another: make demo PORT=8001" >&2
    exit 1
fi
mkdir -p "$PORTAL_VAR/static"
if [ "${1:-}" = reset ]; then
    rm -rf "$PORTAL_VAR"/demo.sqlite3* "$PORTAL_VAR/files" "$PORTAL_VAR/filled" "$PORTAL_VAR/anchors.txt"
fi
if [ ! -f "$PORTAL_VAR/filled" ]; then
    # Nothing, or a fill that was broken off: both begin anew.
    rm -rf "$PORTAL_VAR"/demo.sqlite3* "$PORTAL_VAR/files" "$PORTAL_VAR/anchors.txt"
    $py manage.py setup_portal
    $py manage.py demo
    $py manage.py anchor_events
    touch "$PORTAL_VAR/filled"
else
    $py manage.py migrate --verbosity 0
fi
$py manage.py demo_accounts
echo
echo "  http://127.0.0.1:$port/        Ctrl-C stops it; the data stay."
echo
# The pages, and beside them the worker of what is done behind the pages; both end together.
.venv/bin/gunicorn config.wsgi --bind "127.0.0.1:$port" --workers 2 --threads 8 --log-level warning &
server=$!
$py manage.py work &
worker=$!
trap 'kill $server $worker 2>/dev/null; wait' EXIT
trap 'exit 0' INT TERM
wait $server
