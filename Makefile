# Two commands for a newcomer: `make demo` and `make test`. Everything they need is set up by themselves.

VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready

.PHONY: demo test unit faults bench lint format sandbox sandbox-down setup clean
.DEFAULT_GOAL := help

help:                ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+: .*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY)       ## Bring up a broken production host in a container and roll it back
	@$(PYTHON) -m sandbox.demo

test: $(READY)       ## Run the tests, against a real host in a container
	@$(PYTHON) -m sandbox up
	@$(PYTHON) -m pytest --numprocesses 2 --dist loadfile

unit: $(READY)       ## Run the tests that need no host
	@$(PYTHON) -m pytest tests/unit

faults: $(READY)     ## Inject every fault and write FAULTS.md; after a break, go on with the rest
	@$(PYTHON) -m sandbox up
	@$(PYTHON) -m pytest tests/faults --all-faults --go-on --numprocesses 2 --dist loadfile

bench: $(READY)      ## Measure, side by side, and write bench/RESULTS.md
	@$(PYTHON) -m bench

sandbox: $(READY)    ## Bring up the sandbox: a production host in a container
	@$(PYTHON) -m sandbox up

sandbox-down: $(READY)  ## Remove the sandbox and all that belongs to it
	@$(PYTHON) -m sandbox down

lint: $(READY)       ## Check style and floors
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check

format: $(READY)     ## Format the code
	@$(PYTHON) -m ruff format

setup: $(READY)      ## Make the virtual environment

$(READY): requirements.txt
	@python3 -m venv $(VENV) 2>/dev/null || sh sandbox/install-python
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@
