# Two commands for a newcomer: `make demo` and `make test`. Everything they need is set up by themselves.

VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready
DOCS := $(VENV)/.docs
SCRIPTS := $(shell find tasks tests -name '*.sh')
# Bytecode is kept: what compiles everything anew starts in twice the time.
export PYTHONDONTWRITEBYTECODE :=
SHFMT := $(VENV)/bin/shfmt -ln posix -i 2 -ci -bn

.PHONY: demo test coverage unit pythons mutants faults bench docs lint format sandbox sandbox-down setup clean
.DEFAULT_GOAL := help

help:                ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+: .*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY)       ## Bring up a broken production host in a container and roll it back
	@$(PYTHON) -m sandbox.demo

test: $(READY)       ## Run the tests, against a real host in a container, and say what they left out
	@$(PYTHON) -m sandbox up
	@$(PYTHON) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --durations 20

coverage: $(READY)   ## Run the same tests, and say which lines and branches they reach
	@$(PYTHON) -m sandbox up
	@rm -rf .coverage
	@$(PYTHON) -m coverage run -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder
	@$(PYTHON) -m coverage combine --quiet
	@$(PYTHON) -m coverage report

unit: $(READY)       ## Run the tests that need no host
	@$(PYTHON) -m pytest tests/unit --numprocesses 2

pythons:             ## Run the unit tests on every Python that can be had
	@sh tests/pythons.sh 3.10 3.11 3.12 3.13 3.14

mutants: $(READY)    ## Change the pure parts, one place at a time, and count what no unit test notices
	@$(VENV)/bin/mutmut run
	@$(VENV)/bin/mutmut results
	@$(VENV)/bin/mutmut export-cicd-stats && cat mutants/mutmut-cicd-stats.json

faults: $(READY)     ## Inject every fault, try every deployment, write FAULTS.md; after a break, go on with the rest
	@$(PYTHON) -m sandbox up
	@$(PYTHON) -m pytest tests --all-faults -m "fault or long" -p tests.reporting --numprocesses 2 --dist loadfile

bench: $(READY)      ## Measure, side by side, and write bench/RESULTS.md
	@$(PYTHON) -m bench

docs: $(DOCS)        ## Build the site of docs/ into build/site; a link that leads nowhere is an error
	@NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs build --strict

sandbox: $(READY)    ## Bring up the sandbox: a production host in a container
	@$(PYTHON) -m sandbox up

sandbox-down: $(READY)  ## Remove the sandbox and all that belongs to it
	@$(PYTHON) -m sandbox down

lint: $(READY)       ## Check style, types and scripts
	@$(PYTHON) -m ruff check --no-cache
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m mypy tasks
	@$(VENV)/bin/shellcheck $(SCRIPTS)
	@$(SHFMT) -d $(SCRIPTS)

format: $(READY)     ## Format the code
	@$(PYTHON) -m ruff format
	@$(SHFMT) -w $(SCRIPTS)

setup: $(READY)      ## Make the virtual environment

$(READY): requirements.txt
	@test -x $(PYTHON) || python3 -m venv $(VENV) 2>/dev/null || sh sandbox/install-python
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

$(DOCS): requirements-docs.txt $(READY)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement requirements-docs.txt
	@touch $@
