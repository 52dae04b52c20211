# make demo    set up, build the sample company, serve it and the capture service on this machine
# make test    set up and run every test but the slow proofs
# make proof   the slow proofs: kills, floods, long fuzzing
# make lint    ruff and mypy
# make lock    resolve the dependencies anew into requirements.lock (needs uv)

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTHON ?= python3
PYTEST_FLAGS ?= -n auto

.PHONY: demo test proof lint lock setup clean

setup: $(READY)

# uv where it is there, because it is quick; Python's own venv and pip otherwise. Both install the same locked
# versions, check their hashes, and then the project itself, editable, without looking anything up.
$(READY): requirements.lock pyproject.toml
	@set -e; if command -v uv >/dev/null 2>&1; then \
		uv venv --quiet --allow-existing --python $(PYTHON) $(VENV); \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
		uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
		$(PYTHON) -m venv $(VENV); \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@$(BIN)/sitegen secrets
	@touch $(READY)

demo: setup
	@$(BIN)/capture demo content

test: setup
	$(BIN)/pytest $(PYTEST_FLAGS) -m "not slow"

proof: setup
	$(BIN)/pytest $(PYTEST_FLAGS) -m slow

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock:
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-annotate --no-header \
		--no-emit-index-url --quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
