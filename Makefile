# A fresh machine needs Python 3.11+ and this file: every target sets up what it uses.
.DEFAULT_GOAL := help
.PHONY: help refresh test ui check style types layers sql secure calls secrets leaks sbom bench badinput tamper duties controls labelled lock faults drill
export ECHELON_DATA_DIR ?= $(CURDIR)/data
export DO_NOT_TRACK := 1
export OMP_NUM_THREADS := 1

# The system's Python where it will do: distributions build it with every optimisation,
# version managers often do not, and the same tests then take a fifth longer.
SYSTEM_PYTHON := /usr/bin/python3
WILL_DO := import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))
PYTHON ?= $(shell $(SYSTEM_PYTHON) -c '$(WILL_DO)' 2>/dev/null && echo $(SYSTEM_PYTHON) || echo python3)
SIZE ?= small
LINES_small := 100000
LINES_medium := 1000000
LINES_large := 10000000
RECORDS_small := 10000
RECORDS_medium := 100000
RECORDS_large := 1000000
RECORDS ?= 0
BIN := .venv/bin
SOURCES := echelon models_ml expectations dagster_project sample_data benchmarks
INSTALL := $(if $(shell command -v uv),uv pip install --python $(BIN)/python,$(BIN)/python -m pip install --disable-pip-version-check --no-compile) --quiet

help:  ## show the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

refresh: .venv/runtime  ## set up, write the sample company if nothing has landed, publish a release
	@if [ ! -d "$(ECHELON_DATA_DIR)/landing" ]; then $(BIN)/echelon sample --size $(SIZE) --out "$(ECHELON_DATA_DIR)"; fi
	@$(BIN)/echelon refresh

test: .venv/runtime .venv/development  ## set up and run every test
	@$(BIN)/python -m pytest

ui: .venv/runtime  ## open the Dagster UI on http://localhost:3000
	@$(BIN)/echelon ui

check: style types layers sql  ## lint, types, layers

style: .venv/development
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: .venv/development
	@$(BIN)/mypy

layers: .venv/development
	@$(BIN)/lint-imports --no-cache

sql: .venv/development
	@$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_project/models dbt_project/tests

secure: calls secrets  ## dangerous calls, secrets

calls: .venv/development
	@$(BIN)/bandit --quiet --recursive --severity-level medium --configfile pyproject.toml $(SOURCES)

secrets: .venv/development
	@git ls-files -z | xargs -0 -P 2 -n 300 $(BIN)/detect-secrets-hook --exclude-files '\.lock$$'

leaks: .venv/development  ## plant personal values, refresh, break, search every store
	@$(BIN)/python -m benchmarks.leaks

sbom: .venv/sbom  ## write sbom.json, the parts list (CycloneDX), from the lock file
	@PYTHONPATH=.venv/sbom $(BIN)/python -m cyclonedx_py requirements --pyproject pyproject.toml --output-reproducible --output-file sbom.json requirements.lock

bench: .venv/runtime  ## time each stage against the bare SQL: make bench SIZE=small|medium|large
	@$(BIN)/python -m benchmarks.bench_refresh --size $(SIZE)
	@$(BIN)/python -m benchmarks.bench_allocation --lines $(LINES_$(SIZE))
	@$(BIN)/python -m benchmarks.bench_matching --records $(RECORDS_$(SIZE))
	@$(BIN)/python -m benchmarks.bench_cluster --rows $(RECORDS_$(SIZE))

tamper: .venv/development  ## tamper 1,000 times with log, manifest and release: verify must find each
	@$(BIN)/python -m benchmarks.tampering

faults: .venv/development  ## kill, starve, fill and damage refreshes; a JSON line per trial
	@$(BIN)/python -m benchmarks.faults

drill: .venv/development  ## lose 1 GB of releases and restore them from a backup, timed
	@$(BIN)/python -m benchmarks.drill

controls: .venv/development  ## spoil what each gate, test, tie and check must catch: each must fail
	@$(BIN)/python -m benchmarks.controls

duties: .venv/development  ## try to go round the separation of duties: each attempt must be refused
	@$(BIN)/python -m benchmarks.duties

badinput: .venv/runtime  ## try bad input: every named case with its twin, and 2,000 seeded mutations
	@$(BIN)/python -m benchmarks.badinput

labelled: .venv/development  ## fetch labelled lists and score matching on them: RECORDS=1000000 adds the cost
	@test -d .venv/labelled || $(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --only-binary :all: --require-hashes --target .venv/labelled -r requirements-labelled.lock
	@$(BIN)/python -m benchmarks.bench_matching --records $(RECORDS)

lock:  ## compile the hashed lock files (needs uv)
	@UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --quiet -o requirements.lock
	@UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --quiet -c requirements.lock -o requirements-dev.lock
	@UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --group sbom --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --quiet -o requirements-sbom.lock

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Echelon needs Python 3.11 or newer: set PYTHON=")'
	@echo "Installing the locked dependencies into .venv (a minute or two, once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(INSTALL) --require-hashes -r requirements.lock
	@PYTHONWARNINGS=ignore $(INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j 0 -x /tests/ .venv/lib || true
	@touch $@

.venv/runtime: .venv/installed
	@$(BIN)/python -m dagster_project.resources.compiled_project
	@touch $@

.venv/sbom: .venv/installed requirements-sbom.lock
	@rm -rf $@
	@$(INSTALL) --require-hashes --target $@ -r requirements-sbom.lock
	@touch $@

.venv/development: .venv/installed requirements-dev.lock
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@
