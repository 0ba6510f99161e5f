# Everything a developer does, with nothing but Python 3.11+ and make: run, test, test-slow, lint, check, bench,
# conformance; profiles needs npm too.
# The first call makes .venv and installs from PyPI; later ones start at once, until pyproject.toml changes.

PORT   ?= 8080
VAR    ?= var
VENV   ?= .venv
NO_BASIS ?= ../shared/fhir/no-basis
PYTHON ?= $(firstword $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $$p; done))
PYTEST ?= $(VENV)/bin/python -m pytest -q -n auto

PIP      := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check
ADAPTER  := $(VENV)/bin/ip-adapter
RUN      := $(VENV)/.installed-run
TEST     := $(VENV)/.installed-test
EXAMPLES := $(VAR)/.examples-loaded

# What `make run` serves: the invented municipality of the examples, without tokens, on this machine only.
export ADAPTER_VAR := $(VAR)
export PORT

.PHONY: run test test-slow lint check profiles bench conformance clean
.DEFAULT_GOAL := run

run: export ADAPTER_AUTH := open
run: $(EXAMPLES)
	@$(ADAPTER) db upgrade
	@echo
	@echo "Try:"
	@echo "  curl http://127.0.0.1:$(PORT)/fhir/metadata"
	@echo "  curl http://127.0.0.1:$(PORT)/fhir/CareTeam"
	@echo "  curl http://127.0.0.1:$(PORT)/kommune/v1/saker"
	@echo "  curl http://127.0.0.1:$(PORT)/kommune/v1/openapi.json"
	@echo
	@exec $(ADAPTER) serve

test: $(TEST)
	$(PYTEST) -m "not slow"

test-slow: $(TEST)
	$(PYTEST) -m slow

lint: $(TEST)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

check: $(RUN)
	$(ADAPTER) check

# Compiles profiles/fsh with SUSHI (npm); a second run leaves no difference. NO_BASIS: HL7 Norge's definitions as XML.
profiles: $(RUN)
	$(VENV)/bin/python -m profiles $(NO_BASIS)

# SHORT=1: under three minutes, fails by counts alone; STRICT=1: fails by any goal; RECORDS: of the wide lists (10000).
bench: $(TEST)
	$(VENV)/bin/python -m bench

conformance: $(TEST)
	$(VENV)/bin/python -m tests.conformance --write

clean:
	rm -rf $(VENV) $(VAR)

$(EXAMPLES): | $(RUN)
	@mkdir -p $(VAR)
	@$(ADAPTER) db upgrade
	@$(ADAPTER) load tests/examples
	@touch $@

$(RUN): pyproject.toml | $(VENV)/bin/python
	$(PIP) -e .
	@touch $@

$(TEST): pyproject.toml | $(VENV)/bin/python
	$(PIP) -e '.[test]'
	@touch $@ $(RUN)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it with PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python's venv module is incomplete (Debian: apt-get install python3-venv)"; exit 1; }
