# homeward: `make run` starts the hub with the demo household, `make test` does all that CI does.

SHELL := /bin/sh
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:
.PHONY: run install test prove format tools bench lock clean

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
MAP := var/demo/map.hwmap
CODE := src tests scripts bench

# The first Python that is new enough, unless PYTHON names one.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

## run: start the hub with the demo household; Ctrl-C ends it
run: $(VENV)/.runtime
	@$(BIN)/homeward map info $(MAP) >/dev/null 2>&1 || $(BIN)/python scripts/sample_map.py $(MAP)
	@$(BIN)/homeward demo

## install: make the environment, nothing else
install: $(VENV)/.runtime
	@echo "Ready: make run, or $(BIN)/homeward --help"

$(BIN)/python:
	@if [ -z "$(PYTHON)" ] || ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "homeward needs Python 3.11 or newer, and found $$($(or $(PYTHON),python3) --version 2>&1 || echo none)." >&2; \
		echo "On Debian 12 or Ubuntu 24.04: sudo apt install python3 python3-venv; else: make PYTHON=/path/to/python3.11" >&2; exit 1; fi
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) cannot make environments. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@echo "Making the environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# The sources are put on the path as they are, so that running needs no build tool and no download but the lock's wheels.
$(VENV)/.runtime: requirements.lock scripts/homeward.sh | $(BIN)/python
	@echo "Installing what requirements.lock pins …"
	@$(PIP) --only-binary :all: -r requirements.lock
	@$(BIN)/python -c 'import os, pathlib, sysconfig; site = sysconfig.get_path("purelib"); \
		pathlib.Path(site, "homeward.pth").write_text(os.path.relpath("src", site) + "\n")'
	@install -m 755 scripts/homeward.sh $(BIN)/homeward
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what requirements-dev.lock pins …"
	@$(PIP) -r requirements-dev.lock
	@touch $@

## test: format, lint, types, import rules and all tests, as in CI
test: $(VENV)/.dev tools
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto

## prove: kill, flood and break into a real hub at full size, and print the figures (some twenty minutes)
prove: $(VENV)/.dev
	$(BIN)/python -m tests.proofs.kills --kills 50
	$(BIN)/python -m tests.proofs.kills --kills 50 --outside
	$(BIN)/python -m tests.proofs.garbage --messages 100000
	$(BIN)/python -m tests.proofs.break_in --attempts 10000
	$(BIN)/python -m tests.proofs.full_disk
	$(BIN)/python -m tests.proofs.soak --minutes 10

## format: put the code into shape
format: $(VENV)/.dev
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

# The browser and the broker that tests talk to. Debian starts a broker it installs; it would hold the hub's port.
tools:
	@missing=""; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing="$$missing chromium"; \
	[ -x /usr/sbin/mosquitto ] || command -v mosquitto >/dev/null || missing="$$missing mosquitto"; \
	command -v mosquitto_pub >/dev/null || missing="$$missing mosquitto-clients"; \
	[ -z "$$missing" ] && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing$$missing with apt …"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing || exit 1; \
		case "$$missing" in *"mosquitto "*|*mosquitto) systemctl disable --now mosquitto >/dev/null 2>&1 || true;; esac; \
	elif [ "$$CI" = true ]; then \
		echo "Missing:$$missing. Install them, or run as root on Debian; with CI=true nothing is skipped." >&2; exit 1; \
	else echo "Missing:$$missing; the tests that need them are skipped. sudo apt install$$missing"; fi

## bench: measure speed and memory and print a table
bench: $(VENV)/.dev
	@$(BIN)/python -m bench

## lock: pin anew what pyproject.toml asks for
lock: $(VENV)/.runtime
	@command -v uv >/dev/null || [ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet uv
	@uv=$$(command -v uv || echo $(BIN)/uv); \
	set -- --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet; \
	$$uv pip compile pyproject.toml "$$@" -o requirements.lock && \
	$$uv pip compile pyproject.toml --group dev -c requirements.lock "$$@" -o requirements-dev.lock

## clean: remove the environment and everything made by tests; keeps what the hub has learned (var)
clean:
	rm -rf $(VENV) artifacts build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage*
	find src tests scripts bench -name __pycache__ -type d -prune -exec rm -rf {} +
