#!/usr/bin/env bash
# All tests: fast ones in two processes on SQLite, the same on PostgreSQL, then browsers and races one at a time.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
step() { echo; echo "== $1 ($(date +%T))"; shift; "$@"; }
step "SQLite" python -m pytest -n 2 --dist loadgroup -m "not browser and not race"
step "PostgreSQL" python -m tests.postgres python -m pytest -n 2 --dist loadgroup -m "not browser and not race" tests/accounts tests/accreditation tests/regions
step "Races and browsers" python -m pytest -m "browser or race"
