# make setup   build .venv/ from requirements.lock with the programs outreach, outreach-server and poe
# make run     the program with example data; without a display the results land in ./demo
# make test    every test, group by group, with a table at the end
#
# On a bare Debian 12 they install what is missing (as root) or print the one line that does.

PYTHON ?= python3
VENV := .venv
READY := $(VENV)/ready

.PHONY: setup run test clean
.DEFAULT_GOAL := setup

setup:
	@PYTHON='$(PYTHON)' sh .ci/machine setup
	@$(MAKE) --silent $(READY)

# Hashes and pins come from the lock; the project itself is installed on top, editable and without a
# second look at its dependencies.
$(READY): requirements.lock pyproject.toml
	@echo 'Building $(VENV) from requirements.lock (about a minute the first time) ...'
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		--requirement requirements.lock
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--editable .
	@$(VENV)/bin/python -m pip check --disable-pip-version-check
	@touch $@

run: setup
	@if [ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ]; then \
		sh .ci/machine window && exec $(VENV)/bin/outreach demo --dir demo; \
	else \
		$(VENV)/bin/outreach demo --dir demo --no-window && \
		echo 'No display: the summaries of the example week are in ./demo'; \
	fi

test:
	@PYTHON='$(PYTHON)' sh .ci/machine test
	@$(MAKE) --silent setup
	@$(VENV)/bin/poe --quiet test-all

clean:
	rm -rf $(VENV) build dist demo photos .pytest_cache .mypy_cache .ruff_cache .hypothesis
