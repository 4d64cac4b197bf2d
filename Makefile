# Two commands for a newcomer: make demo, make test. `make help` lists the rest.
SHELL := /bin/bash
PORT ?= 8000
PY := .venv/bin/python
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: help setup demo reset-demo test check prove bench dev lock

help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup:           ## install, create the database, load regions, calendars and programmes
	@tools/install.sh runtime
	@$(PY) manage.py setup_portal

demo:            ## install, fill the demonstration once, and serve it on PORT (default 8000)
	@tools/install.sh runtime
	@PORT=$(PORT) tools/demo.sh

reset-demo:      ## throw the demonstration away and start over
	@tools/install.sh runtime
	@PORT=$(PORT) tools/demo.sh reset

test:            ## install what tests need and run all of them, on SQLite and PostgreSQL
	@tools/install.sh test
	@tools/test.sh

check:           ## format, lint, types, import floors, migrations, deployment settings
	@tools/install.sh test-python
	@tools/check.sh

prove:           ## the proof table: faults, targets, measured, on both engines
	@tools/install.sh test
	@$(PY) -m tests.proof

bench:           ## page times and speed beside their bare limits
	@tools/install.sh test
	@$(PY) -m tests.bench

dev:             ## the development server on PORT
	@PORTAL_DEBUG=true $(PY) manage.py runserver 127.0.0.1:$(PORT)

lock:            ## rewrite the lock files from requirements/*.in
	@for one in runtime test; do pip-compile -q --generate-hashes --no-header --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o requirements/$$one.lock requirements/$$one.in; done
