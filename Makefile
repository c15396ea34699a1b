# Eight targets and no more. Two of them do everything on a fresh machine: `make run`, `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

# Where compiled modules may not be kept, every process that we start would compile them all again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run test check bench campaign notebooks clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Yiben needs Python 3.11 or newer; this is $$($(PYTHON) --version)."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
		|| { echo "Could not make a virtual environment. On Debian: apt install python3-venv"; exit 1; }
	@echo "Installing what Yiben needs, once: two to four minutes"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $(STAMP)

run: setup
	$(BIN)/yiben up

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q -n 2 -m "not slow and not browser" --hypothesis-profile quick

test: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadgroup

bench: setup
	$(BIN)/python -m tests.bench

campaign: setup
	$(BIN)/pytest -n 2 tests/campaign --campaign

notebooks: setup
	$(BIN)/pytest -q tests/notebooks

clean:
	rm -rf $(VENV) build dist out .mypy_cache .ruff_cache .pytest_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
