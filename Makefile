# The two commands that a newcomer needs: `make demo` and `make test`. Everything else is in CONTRIBUTING.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test setup browser lint check bench clean

demo: setup
	$(BIN)/netaudit run sample_logs/logs --config sample_logs/netaudit.toml --out out
	@echo "Open $(CURDIR)/out/ig/index.html"

test: setup browser lint check
	$(BIN)/python -m pytest -n auto

setup: $(VENV)/.ready
	@$(BIN)/python hatch_build.py >/dev/null  # the style sheet, where a template has changed

$(VENV)/.ready: pyproject.toml hatch_build.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# The browser tests drive Debian's Chromium; it is installed where it is missing and may be.
browser:
	@command -v chromium >/dev/null || ( \
	  SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq --no-install-recommends chromium )

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: setup
	$(BIN)/netaudit check

# The peers that are installed, and compressed logs; for more see benchmarks/README.md.
BENCH ?= --lines 1000000 --peers --compressed
bench: setup
	$(BIN)/python benchmarks/run.py $(BENCH)

clean:
	rm -rf $(VENV) out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis reports/templates/_built benchmarks/logs
