#!/usr/bin/env bash
# All tests: fast ones in two processes on SQLite, the same on PostgreSQL, then races one at a time, and browsers. What they
# show is recorded for the proof table, which then runs only what it still lacks.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
step() { echo; echo "== $1 ($(date +%T))"; shift; "$@"; }
mkdir -p var
export PROOF_RECORD="$PWD/var/proof.jsonl"
rm -f "$PROOF_RECORD"
step "SQLite" python -m pytest -p tests.proof.recording -n 2 --dist loadscope -m "not browser and not race"
step "PostgreSQL" python -m tests.postgres python -m pytest -p tests.proof.recording -n 2 --dist loadscope -m "not browser and not race" tests/accounts tests/accreditation tests/regions
step "Races" python -m pytest -p tests.proof.recording -m race
step "Browsers" python -m pytest -p tests.proof.recording -n 2 --dist loadscope -m "browser and not race"
step "Proof" python -m tests.proof --short
