# Thin on purpose: scripts/environment.py makes .venv, `haven` and Python modules do the rest.
#   PYTHON=/path/to/python3.12   an interpreter for the environment
#   PARALLEL=            every test in one process
#   DATA=folder  PORT=8400       for `make up`

PYTHON ?=
DATA ?= var
PORT ?= 8400
UP ?=
# One more than there are cores: tests in a browser wait as often as they reckon.
PARALLEL ?= --numprocesses $(shell expr `nproc` + 1) --maxprocesses 4 --dist worksteal
TESTS ?=
export PYTHON

RUN := .venv/bin/python
ENVIRONMENT = @starter="$${PYTHON:-$$(command -v python3 || command -v python || true)}"; \
  if [ -z "$$starter" ]; then echo "haven: Python is missing. Install Python 3.11, 3.12 or 3.13." >&2; exit 3; fi; \
  "$$starter" scripts/environment.py

.DEFAULT_GOAL := help
.PHONY: help up test e2e check sbom bench docs translations format lock clean

help: ## say what can be made
	@echo "make WHAT, where WHAT is one of"
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{printf "%-12s %s\n", $$1, $$2}'

up: ## start the demonstration: database, worker, site; prints the address
	$(ENVIRONMENT)
	@exec $(RUN) -m haven.cli.main up --data $(DATA) --port $(PORT) $(UP)

test: ## run every test, those in a browser too where Chromium is here
	$(ENVIRONMENT) --dev
	@$(RUN) -m haven.cli.main assets get
	@$(RUN) -m pytest --e2e $(PARALLEL) $(TESTS)

e2e: ## run the tests in a browser alone
	$(ENVIRONMENT) --dev
	@$(RUN) -m haven.cli.main assets get
	@$(RUN) -m pytest --e2e -m e2e $(TESTS)

check: ## style, types, layers, Django's checks, migrations complete, known faults of libraries
	$(ENVIRONMENT) --dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	.venv/bin/lint-imports
	$(RUN) -m haven.site check --fail-level WARNING
	$(RUN) -m haven.site makemigrations --check --dry-run
	$(RUN) scripts/audit.py

sbom: ## write the list of all third-party parts, build/sbom.cdx.json
	$(ENVIRONMENT) --dev
	@$(RUN) scripts/sbom.py

bench: ## measure this machine against the peers; takes a while
	$(ENVIRONMENT) --dev
	@$(RUN) -m haven.cli.main assets get
	@$(RUN) bench/measure.py

docs: ## check every link and example, write site-docs/
	$(ENVIRONMENT) --dev
	@$(RUN) -m haven.cli.main assets get
	@$(RUN) scripts/docs.py

translations: ## gather the words on screen, merge, compile and check them
	$(ENVIRONMENT) --dev
	@$(RUN) scripts/translations.py update compile check

format: ## put the code into its form
	$(ENVIRONMENT) --dev
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check --fix .

lock: ## write the lock files anew from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --group build -o requirements.lock $(LOCK)
	uv pip compile pyproject.toml --group dev -o requirements-dev.lock $(LOCK)

LOCK = --universal --python-version 3.11 --only-binary :all: --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade --quiet

clean: ## remove the environment and what tools left; the data folder stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache build dist site-docs
