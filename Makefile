# Two commands on a fresh machine with Python 3.11 or newer, make and the package index: `make run`, `make test`.

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
# The first Python that is new enough; `make PYTHON=/path/to/python3.12 run` for another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
PIP := $(PY) -m pip --disable-pip-version-check
COMPILE := $(PY) -m uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test check bench ig lock format clean venv install install-dev

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: install ## Start server, worker and a simulated municipality on 127.0.0.1:8080 (ADAPTER_PORT for another)
	@exec $(VENV)/bin/ip-adapter run

test: install-dev ## Run the tests (what needs a missing part is skipped by name); PYTEST_ARGS="-k word" narrows
	$(PY) -m pytest -n auto $(if $(PYTEST_ARGS),,--cov --cov-report=term) $(PYTEST_ARGS)

check: install-dev ## Format, lint, types, import contracts, dependency audit
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) -m tools.audit

bench: install-dev ## Measure ours beside a floor of its own, in one run
	$(PY) -m bench

ig: install-dev ## Compile the FHIR guide of ig/ into adapter/data/ (Node with npm, and no-basis: see CONTRIBUTING.md)
	$(PY) -m tools.guide build

format: install-dev ## Format, and mend what the linter can mend
	$(VENV)/bin/ruff check --fix-only --quiet .
	$(VENV)/bin/ruff format .

lock: install-dev ## Write both lock files anew (newest versions that pyproject.toml allows)
	$(COMPILE) --upgrade pyproject.toml --group build --output-file requirements.lock
	$(COMPILE) --upgrade pyproject.toml --group dev --constraints requirements.lock --output-file requirements-dev.lock
	@echo 'Now: make test check'

clean: ## Remove what was made, .venv and var/ included
	rm -rf $(VENV) var build dist htmlcov .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis ./*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ── what stands behind: only hashed packages are installed, and only when a lock file has changed ──

venv:
	@test -n "$(PYTHON)" || { echo "ip-adapter needs Python 3.11 or newer; none was found" >&2; exit 2; }
	@$(PY) -c '' 2>/dev/null || { rm -rf $(VENV) && $(PYTHON) -m venv $(VENV); }

install: venv
	@cmp -s requirements.lock $(VENV)/requirements.lock || { \
		echo "Installing locked packages ..." >&2; \
		$(PIP) install --quiet --no-deps --require-hashes --requirement requirements.lock && $(PIP) check >&2 && \
		cp requirements.lock $(VENV)/requirements.lock; }
	@cmp -s pyproject.toml $(VENV)/pyproject.toml || { \
		$(PIP) install --quiet --no-index --no-deps --no-build-isolation \
			--config-settings editable_mode=compat --editable . && \
		cp pyproject.toml $(VENV)/pyproject.toml; }

install-dev: install
	@cmp -s requirements-dev.lock $(VENV)/requirements-dev.lock || { \
		echo "Installing locked packages for development ..." >&2; \
		$(PIP) install --quiet --no-deps --require-hashes --requirement requirements-dev.lock && $(PIP) check >&2 && \
		cp requirements-dev.lock $(VENV)/requirements-dev.lock; }
