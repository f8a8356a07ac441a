# `make tour` shows the library at work, `make test` proves it. Both build their environment from nothing.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help tour test check format bench docs dist clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
BENCH_VENV := .venv-bench
BENCH_INSTALLED := $(BENCH_VENV)/.installed

# Two test processes on two cores: one BLAS thread each, or the idle BLAS threads of one spin in the way of the other.
PYTEST := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MPLBACKEND=Agg $(BIN)/python -m pytest -n 2

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(INSTALLED): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

$(BENCH_INSTALLED): pyproject.toml constraints.txt benchmarks/requirements.txt
	test -x $(BENCH_VENV)/bin/python || $(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --constraint constraints.txt --requirement benchmarks/requirements.txt --editable .
	touch $@

tour: $(INSTALLED) ## see what the library can do, in your terminal
	$(BIN)/sinapsi tour

test: $(INSTALLED) ## every test, the examples in docstrings, the code in README.md
	$(PYTEST) --doctest-modules tests src

check: $(INSTALLED) ## format, lint, types, import contracts, fast tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(PYTEST) -m 'not slow' tests

format: $(INSTALLED) ## put the code into the project's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(BENCH_INSTALLED) ## measure against the rivals (their own environment)
	$(BENCH_VENV)/bin/python benchmarks/run_all.py

docs: $(INSTALLED) ## the manual with its executed gallery, in docs/_build/html
	MPLBACKEND=Agg $(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

dist: $(INSTALLED) ## wheel and source archive, each tried in an empty environment
	rm -rf dist
	$(BIN)/python -m build
	for archive in dist/*.whl dist/*.tar.gz; do .ci/try-archive "$$archive"; done

clean: ## remove what was generated; the environments stay
	rm -rf dist build docs/_build docs/auto_examples docs/generated docs/sg_execution_times.rst
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests examples benchmarks -type d -name __pycache__ -prune -exec rm -rf {} +
