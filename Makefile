# Each target only wraps commands that also work without make; `make help` shows them.
# Only Python >= 3.11 with venv and the package registries are needed: uv comes from PyPI.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
UV ?= $(shell command -v uv || echo .uv/bin/uv)
# The machine's own interpreter: a download of another one fails behind a closed network.
export UV_PYTHON_DOWNLOADS := never
RUN := $(UV) run --frozen --no-sync
ARGS ?=
SEED ?= $(shell date +%s)
SECONDS ?= 60

.PHONY: help setup demo test test-all lint unit contract containers scenarios bench chaos docs fuzz suites vectors fresh-check compose-check format

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 22

setup: .venv/.synced ## Install uv (where missing) and everything that is locked

.venv/.synced: uv.lock pyproject.toml $(wildcard packages/*/pyproject.toml adapters/*/pyproject.toml) scripts/setup
	scripts/setup $(PYTHON)
	@touch $@

suites: .venv/.suites ## Install the public test vectors, too

.venv/.suites: .venv/.synced
	scripts/setup $(PYTHON) --group suites
	@touch $@

demo: setup ## Play a working day of a province; ARGS="--once --json" for one that ends
	$(RUN) hub demo $(ARGS)

test: suites ## Everything a change must pass: at most 12 minutes on 2 cores
	scripts/check test

test-all: suites ## Before a release: also what takes long
	scripts/check test-all

lint: setup ## ruff, mypy, import-linter
	scripts/check lint

unit: setup ## Tests without a broker: seconds
	$(RUN) pytest tests/unit tests/architecture packages $(ARGS)

contract: setup ## The ports' contracts on their real implementations
	$(RUN) pytest tests/contract $(ARGS)

containers: setup ## The same on PostgreSQL and Kafka in containers, where a Docker engine answers
	$(RUN) python -m tests.containers pytest tests/contract $(ARGS)

scenarios: setup ## The whole hub on a real broker
	$(RUN) pytest tests/scenarios $(ARGS)

bench: setup ## Measure against the budgets; prints a table and one JSON object
	$(RUN) hub bench $(ARGS)

chaos: setup ## Kill everything while messages flow; SEED=n repeats the moments of a run
	CHAOS_SEED=$(SEED) $(RUN) pytest tests/chaos -m "long or not long" $(ARGS)

docs: setup ## Write the generated pages: reasons, settings
	scripts/docs

fuzz: .venv/.fuzz ## Fuzz every parser, guided by coverage; SECONDS=60 for each
	for target in $$($(RUN) python -m tests.fuzz); do $(RUN) python -m tests.fuzz $$target $(SECONDS); done

.venv/.fuzz: .venv/.synced
	scripts/setup $(PYTHON) --group fuzz
	@touch $@

vectors: setup ## Write the test vectors anew: they must be as committed
	$(RUN) python -m tests.vectors.make
	$(RUN) python -m tests.vectors.make_documents
	git diff --exit-code -- tests/vectors

fresh-check: ## As root: the README's two commands on a bare Debian with python3-venv, make and git
	scripts/fresh-check

compose-check: setup ## docker-compose.yml for once: up, a message through it, a restart, down; needs a Docker engine
	scripts/compose-check

format: setup ## Format and fix what ruff can
	$(RUN) ruff check --fix . && $(RUN) ruff format .
