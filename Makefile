# `make` alone lists what there is to type. Everything runs in .venv; nothing else on the machine is changed.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SHARED ?= ../shared

.DEFAULT_GOAL := help
.PHONY: help setup run test quick check lint types web screenshots vectors bench demo faults clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/installed: pyproject.toml requirements.lock
	@echo "Installing the locked libraries into $(VENV): a minute or two, once …"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

web/dist/manifest.json: $(VENV)/installed $(shell find web/src web/*.* locale templates/codes templates/messages/wording.toml -type f 2>/dev/null)
	@node --version 2>/dev/null | grep -Eq '^v(2[0-9]|[3-9][0-9])' || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement web/node.lock
	@$(BIN)/python hatch_build.py
	@touch $@

setup: $(VENV)/installed web/dist/manifest.json ## make the virtual environment with the locked libraries

run: setup ## start the demo suite and watch officers of several countries exchange seizures (Ctrl-C ends it)
	$(BIN)/cencomm demo

test: setup ## run all tests
	$(BIN)/python -m pytest --quiet --numprocesses auto --dist loadfile

quick: setup ## run the tests that need no processes of their own
	$(BIN)/python -m pytest --quiet --numprocesses auto --dist loadfile -m "not slow"

lint: setup ## formatting and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup ## static types, strict
	$(BIN)/mypy

web: setup ## check the browser client: types, and the vectors that it shares with Python
	$(BIN)/python hatch_build.py --check

screenshots: setup ## photograph the browser client's screens with invented messages, into docs/screens/
	$(BIN)/python -m tests.browser.screenshots

check: lint types web test vectors ## what CI runs: lint, types, all tests, official vectors

vectors: setup ## run a folder of official RFC 9420 vectors: make vectors DIR=../shared/mls-vectors
	$(BIN)/python -m tests.vectors.run $(or $(DIR),$(SHARED)/mls-vectors)

bench: setup ## side-by-side measurements, as ratios, and a table of what was wanted (docs/performance.md)
	@mkdir -p var && rm -f var/bench.jsonl
	@for program in $(basename $(notdir $(wildcard bench/[a-z]*.py))); do \
	  echo "== $$program"; BENCH_FIGURES=var/bench.jsonl $(BIN)/python -m bench.$$program || exit 1; done
	@echo "== all figures" && $(BIN)/python -m bench._figures var/bench.jsonl

faults: setup ## kill, stop, fill, freeze and disconnect a suite under traffic: make faults KILLS=200 SEED=…
	$(BIN)/python -m tests.faults --kills $(or $(KILLS),200) $(if $(SEED),--seed $(SEED))

demo: setup ## play a whole file and count: make demo FILE=seizures.csv WITH=legs.csv MAPPING=routes
	$(BIN)/cencomm demo --play $(FILE) $(if $(WITH),--with $(WITH)) --mapping $(or $(MAPPING),routes) --exit

clean: ## remove what was built and the demo's data
	rm -rf $(VENV) var build dist web/dist web/build web/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
