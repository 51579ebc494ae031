# Two commands matter: `make run` builds the graph from data/ and shows the gaps, `make test` proves it.

PYTHON   ?= python3
VENV     := .venv
BIN      := $(VENV)/bin
LIVSGRAF := $(BIN)/livsgraf
PIP      := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet
# What is installed is remembered by these two, so that a second make installs nothing.
LOCKED   := $(VENV)/.lock-installed
READY    := $(VENV)/.project-installed
# `make run SERVE=no` ends with the summary.
SERVE    ?= yes
# So many processes run the tests. Each builds the shipped graph once.
JOBS     ?= 2

.DEFAULT_GOAL := help
.PHONY: help install run check test soak lock clean
.DELETE_ON_ERROR:

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(READY) ## make .venv as the lock says, with the project in it

# Debian ships Python without venv. As root we install it; others get one line that says what to do.
$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || \
	  { echo "make: no $(PYTHON) here. Install Python 3.11 or newer, or name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: $(PYTHON) is too old. Python 3.11 or newer is needed: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null; \
	  else echo "make: Python's venv module is missing. Install it first, on Debian: apt-get install python3-venv" >&2; exit 1; fi; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(LOCKED): requirements.lock | $(BIN)/python
	$(PIP) --require-hashes -r requirements.lock
	@touch $@

$(READY): pyproject.toml src/graph/__init__.py $(LOCKED)
	$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

run: $(READY) ## build the graph from data/, print the gap summary, and serve it (SERVE=no: do not)
	$(LIVSGRAF) build
	$(LIVSGRAF) gaps --summary --format table
	@if [ "$(SERVE)" != no ]; then $(LIVSGRAF) serve; fi

check: $(READY) ## lint, format, types and the house rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(LIVSGRAF) check --format table

test: check ## check, then every test, JOBS at a time (2); warnings are errors
	$(BIN)/python -m pytest -W error -m "not soak" --numprocesses $(JOBS) --dist loadfile

soak: $(READY) ## the long tests; they trace a server's system calls, for which root gets strace
	@command -v strace >/dev/null || { test "$$(id -u)" = 0 && apt-get install -y -qq strace >/dev/null; }
	$(BIN)/python -m pytest -W error -m soak

lock: $(BIN)/uv ## resolve requirements.lock anew
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --upgrade --quiet -o requirements.lock

$(BIN)/uv: | $(READY)

clean: ## remove everything that make made
	rm -rf $(VENV) .livsgraf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
