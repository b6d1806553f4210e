# Longrun: `make help` lists what there is. A newcomer needs Python 3.13, make and the package registries.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# `.python-version` lets pyenv and uv find 3.13 where the default python3 is another.
PYTHON ?= $(shell python3.13 --version >/dev/null 2>&1 && echo python3.13 || echo python3)
HOME_DIR ?= .local
PORT ?= 4566

BIN := .venv/bin
DEV := .venv/.made
STACK := .local/stack-venv/.made
OCI := .local/oci-venv/.made
LOCAL := $(BIN)/python -m local --home $(HOME_DIR) --port $(PORT)
SAM := PATH="$(CURDIR)/.local/stack-venv/bin:$$PATH" SAM_CLI_TELEMETRY=0 sam

export PYTHONPATH := $(CURDIR):$(CURDIR)/layers/longrun
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

# --- Environments -------------------------------------------------------------------------------------
# $(call environment,folder,requirements,what it is for)
define environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' || { \
	  echo 'Python 3.13 is needed: $(PYTHON) is not. Install it, or say: make PYTHON=/path/to/python3.13'; exit 1; }
	@echo "Creating $(1): $(3) …"
	@$(PYTHON) -m venv --clear $(1)
	@$(1)/bin/python -m pip install --disable-pip-version-check --require-hashes -r $(2) 2>&1 \
	  | awk '/^Collecting /{printf "\r  %d packages", ++n; fflush()} /^ *ERROR/{print} END {print "."}'
	@touch $(1)/.made
endef

.PHONY: setup
setup: $(DEV) $(STACK) ## create both environments

$(DEV): requirements/dev.txt
	$(call environment,.venv,requirements/dev.txt,tests lint types and the client)
	@if [ -f client/pyproject.toml ]; then \
	  $(BIN)/pip install --disable-pip-version-check -qq --no-deps --no-build-isolation --editable client; fi

$(STACK): requirements/stack.txt
	@mkdir -p .local
	$(call environment,.local/stack-venv,requirements/stack.txt,MiniStack and SAM)

# Large, and only some of the integration tests need it: made by the first `make test`.
.PHONY: oci
oci: $(OCI) ## create the environment of the OCI SDK and CLI, which some integration tests call

$(OCI): requirements/oci.txt
	@mkdir -p .local
	$(call environment,.local/oci-venv,requirements/oci.txt,the OCI SDK and CLI)

COMPILE := $(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate

.PHONY: requirements
requirements: $(DEV) ## pin the newest versions into the requirements files (takes minutes)
	$(COMPILE) -o requirements/dev.txt requirements/dev.in
	$(COMPILE) -o requirements/stack.txt requirements/stack.in
	$(COMPILE) -o requirements/oci.txt requirements/oci.in
	$(COMPILE) -c requirements/dev.txt -o layers/runtime/requirements.txt requirements/runtime.in
	$(COMPILE) -c requirements/dev.txt -o layers/typesetting/requirements.txt requirements/typesetting.in
	$(COMPILE) -c requirements/dev.txt -o layers/streaming/requirements.txt requirements/streaming.in
	$(COMPILE) -c requirements/dev.txt -o layers/columnar/requirements.txt requirements/columnar.in
	$(COMPILE) -c requirements/dev.txt -o layers/signatures/requirements.txt requirements/signatures.in
	$(COMPILE) -c requirements/dev.txt -o layers/archives/requirements.txt requirements/archives.in
	@# Where this machine gets its packages from is nobody else's business.
	@sed -i '/^-/d' requirements/dev.txt requirements/stack.txt requirements/oci.txt layers/*/requirements.txt

# --- The local stack ----------------------------------------------------------------------------------
.PHONY: up down status invoke why
up: setup ## start, deploy and seed the local stack (PORT=4566)
	@$(LOCAL) up

down: $(DEV) ## end it
	@$(LOCAL) down

status: $(DEV) ## does it run?
	@$(LOCAL) status

invoke: up ## run a function on an event: make invoke FUNCTION=PrintApi EVENT=events/print-api-version.json
	@$(LOCAL) invoke $(FUNCTION) $(EVENT)

why: $(DEV) ## what a failed workflow broke off with: make why OPERATION=<operation id>
	@$(LOCAL) why $(OPERATION)

.PHONY: demo bench validate
demo: up ## letters from a CSV file, a data set, a signed composition: PDFs in out/
	@$(BIN)/longrun demo --stack $(HOME_DIR)/stack.json --out out

validate: $(DEV) ## is a data file in order? make validate MAPPING=customers.mapping.yaml DATA=customers.csv
	@$(BIN)/python -m longrun.documents.mapping.validate $(MAPPING) $(DATA)

bench: up ## measure, as ratios within one run
	@$(BIN)/python -m bench --stack $(HOME_DIR)/stack.json

# --- Checks -------------------------------------------------------------------------------------------
.PHONY: test check format
test: check $(OCI) ## everything: the checks, and every test, against a local stack of its own
	@echo "== tests without a stack" && $(BIN)/pytest --numprocesses auto tests/unit tests/contract tests/template
	@echo "== tests on the stack" && $(BIN)/pytest tests/integration tests/e2e

check: setup ## format, lint, types, architecture, template
	@echo "== format" && $(BIN)/ruff format --check .
	@echo "== lint" && $(BIN)/ruff check .
	@echo "== types" && $(BIN)/mypy
	@echo "== architecture" && $(BIN)/lint-imports
	@echo "== template" && AWS_DEFAULT_REGION=us-east-1 $(SAM) validate --lint

format: $(DEV) ## put the code into shape
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

# --- AWS ----------------------------------------------------------------------------------------------
.PHONY: deploy
deploy: setup ## deploy to AWS: make deploy ENV=dev, with AWS credentials in the environment (FLAGS: more for sam deploy)
	$(SAM) build --config-env $(ENV)
	$(BIN)/python -m compileall -q -f -j 0 --invalidation-mode unchecked-hash .aws-sam/build
	$(BIN)/python -m local.built
	$(SAM) deploy --config-env $(ENV) $(FLAGS)

.PHONY: docs
docs: $(DEV) ## write what is generated: the lifecycle's table, JSON Schemas, OpenAPI (tests tell what is stale)
	@$(BIN)/python docs/generate.py
	@$(BIN)/python -c 'from pathlib import Path; from longrun.documents.formats import write_schemas; write_schemas(Path("docs/schemas"))'
	@$(BIN)/python -m longrun.contracts.print.openapi docs/openapi/print.json
	@$(BIN)/python -m longrun.contracts.work_requests.analytics.openapi docs/openapi/work-requests.json
	@$(BIN)/python -m longrun.contracts.work_requests.control_plane.openapi docs/openapi/control-plane.json
	@$(BIN)/python -m longrun.contracts.compositions.openapi docs/openapi/compositions.json

.PHONY: clean
clean: ## remove what was built and installed; ends the local stack first
	@if [ -x $(BIN)/python ]; then $(LOCAL) down; fi
	rm -rf .venv .local .aws-sam out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
