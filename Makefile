# make setup   make .venv with the locked dependencies and both commands in it
# make demo    set up, build the sample company, serve it and the capture service on this machine
# make test    set up and run every test but the slow proofs
# make proof   the slow proofs: the office and accessibility in a browser, web servers with the recipes, the wheel and the
#              oldest dependencies in environments of their own, kills, floods, long fuzzing
# make lint    ruff and mypy
# make fuzz    stamping against plain Jinja on random templates, for ten minutes; prints seeds
# make docs    write docs/cli.md and the other generated pages anew
# make bench   measure against plain Jinja, Hugo and the disk; about an hour (benchmarks/README.md)
# make lock    resolve the dependencies into requirements.lock, and change no version without need (needs uv)
# make upgrade the same with the newest versions there are (needs uv)
# make clean   remove the environment and what tools left behind; instance/ stays

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTHON ?= python3
# More at once than there are processors: many tests wait for a clock or for a program that they started.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 5)
PYTEST_FLAGS ?= -n $(WORKERS) --dist loadgroup

# The tests start our commands some hundred times: what was compiled once must not be compiled by each of them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test proof lint fuzz docs bench lock upgrade setup clean

setup: $(READY)

# uv where it is there, because it is quick; Python's own venv and pip otherwise. Both install the same locked
# versions, check their hashes, and then the project itself, editable, without looking anything up.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Espalier needs Python 3.11 or newer; name it with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@rm -f $(READY)
	@set -e; if command -v uv >/dev/null 2>&1; then \
		echo "setting up $(VENV) with uv"; \
		uv venv --quiet --allow-existing --python "$$(command -v $(PYTHON))" $(VENV); \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
		uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
		echo "setting up $(VENV) with pip"; \
		$(PYTHON) -m venv $(VENV) || { echo "on Debian: apt install python3-venv" >&2; exit 1; }; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@$(BIN)/sitegen secrets
	@touch $(READY)

demo: setup
	@$(BIN)/capture demo content

test: setup
	$(BIN)/pytest $(PYTEST_FLAGS) --durations=10 -m "not slow"

proof: WORKERS = auto
proof: setup
	$(BIN)/pytest $(PYTEST_FLAGS) -m slow

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fuzz: setup
	$(BIN)/python -m tests.stamping.fuzz --minutes 10

docs: setup
	$(BIN)/python -m tests.docs

bench: setup
	$(BIN)/python -m benchmarks

lock upgrade:
	uv pip compile pyproject.toml --extra dev --extra bench --universal $(if $(filter upgrade,$@),--upgrade) \
		--generate-hashes --no-annotate --no-header \
		--no-emit-index-url --no-emit-find-links --quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
