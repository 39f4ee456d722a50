# Each verb calls one tool; `securecart --help` and `pytest --help` have the rest.
PYTHON ?= python3
BIN := .venv/bin
TARGET ?= local

.PHONY: up down preview test drill lint bench docs lock dist clean

up: .venv/ready ## deploy prod, then dr (TARGET=local by default: no AWS account is touched)
	$(BIN)/securecart up --target $(TARGET)

down: .venv/ready ## stop the local cloud and keep its state
	$(BIN)/securecart down --target $(TARGET)

preview: .venv/ready ## what would change, judged by the policy pack
	$(BIN)/securecart preview --target $(TARGET)

# On two cores; the engine is built once if the machine has none.
PYTEST := $(BIN)/python -m localcloud.engine && $(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

test: .venv/ready ## every test but the drills, the real engine included
	$(PYTEST) -m "not drill"

drill: .venv/ready ## disasters end to end: fail over, fail back, killed at each step, attacked; on local clouds of their own
	$(PYTEST) -m drill tests/drills

lint: .venv/ready ## style, then types
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: .venv/ready ## timings of preview, up and the policy pack on this machine
	$(BIN)/python -m tests.bench

docs: .venv/ready ## write the generated pages anew; the picture is of what `make up` deployed
	$(BIN)/python -W ignore -m components.configuration.schema && $(BIN)/python -m tools.configuration_page
	$(BIN)/python -m automation.evidence.model && $(BIN)/python -m tools.component_pages && $(BIN)/python -m tools.architecture
	cd policy && ../$(BIN)/python -m resilience_policies.docs

lock: .venv/ready ## resolve requirements.txt anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --all-extras --output-file requirements.txt pyproject.toml

dist: .venv/ready ## sdist, wheel and the policy pack by itself, with their hashes, into dist/
	rm -rf dist && $(BIN)/uv build --quiet --no-build-isolation --python $(BIN)/python --out-dir dist
	git archive --format=tar.gz --prefix=securecart-policy-pack/ --output=dist/securecart-policy-pack.tar.gz HEAD:policy
	cd dist && sha256sum -- *.tar.gz *.whl > SHA256SUMS

clean: ## remove what make made, the local cloud's state with it
	if [ -x $(BIN)/securecart ]; then $(BIN)/securecart local reset && $(BIN)/securecart down --target local; fi; rm -rf .venv .securecart dist .mypy_cache .ruff_cache .pytest_cache

.venv/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("SecureCart needs Python >= 3.11; $(PYTHON) is %d.%d. Run: make PYTHON=python3.12 ..." % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@echo "Installing the locked Python packages into .venv (once, about a minute) ..."
	$(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . && touch $@
