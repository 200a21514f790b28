# Set up, try, test. Works with GNU make 4.3 and a plain /bin/sh on a fresh Debian; `make` alone lists the targets.
#
# Nothing here runs twice: `.venv/stamp-<hash>` says that the environment matches requirements.lock, pyproject.toml and
# this folder; Asterisk and the prompts are kept in the user's cache under names that carry a hash of their recipe.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup ready demo run test check fuzz bench bench-surge faults chaos chaos-crash soak lock clean
unexport PYTHONHOME PYTHONPATH
# else each of the hundreds of processes of a test run compiles everything anew, and each worker rewrites all asserts
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
KEY := $(shell { cat requirements.lock pyproject.toml; printf '%s' '$(CURDIR)'; } | sha256sum | cut -c1-16)
STAMP := .venv/stamp-$(KEY)
LOG := build/setup.log
TOOLS := mmdebstrap espeak-ng sox age git
# A Python from elsewhere may lack what a build left out: sqlite3 keeps the journal, ensurepip fills the environment.
SUITABLE := import sys, ensurepip, sqlite3, ssl, venv; sys.exit(sys.version_info < (3, 11))
FIND_PYTHON := for python in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do \
	if "$$python" -c '$(SUITABLE)' 2>/dev/null; then echo "$$python"; break; fi; done

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## make this machine ready: packages, Python environment, a private Asterisk, spoken prompts
	@$(BIN)/python -m hotline_agi.lab.install
	@echo "ready: make demo"

ready: $(STAMP)
	@$(BIN)/python -m hotline_agi.lab.install --quiet

demo: ready ## watch a hotline at work: callers ring, volunteers answer, the service is killed
	@$(BIN)/hotline demo

run: ready ## a hotline to ring yourself with softphones: make run BIND=<address of this machine>
	@$(BIN)/hotline try $(if $(BIND),--bind '$(BIND)') $(ARGS)

# five at once on two cores: four of them wait for phones and prompts while one computes (tests/conftest.py)
test: ready ## all tests, those with a real Asterisk too; ARGS goes to pytest
	@$(BIN)/pytest -n 5 --dist worksteal $(ARGS)

# while mypy keeps one core busy, the other one prepares what all workers of pytest load
check: $(STAMP) ## format, lint, types, import layers, and the quick tests, which need no Asterisk
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@$(BIN)/pytest --collect-only >/dev/null 2>&1 & echo '$(BIN)/mypy'; $(BIN)/mypy; found=$$?; wait; exit $$found
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -n 3 --dist worksteal -m "not asterisk and not thorough" $(ARGS)

# without a wheel of atheris for this platform inputs are changed by chance alone
fuzz: $(STAMP) ## a million inputs to all parsers, some minutes: ARGS='--target agi-header --inputs 100000'
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/python -m pip --disable-pip-version-check install --quiet \
		--only-binary :all: --require-hashes -r tests/fuzz/requirements.txt || true
	@$(BIN)/python -m tests.fuzz $(ARGS)

bench: ready ## measure: how fast phones ring, what a call costs
	@$(BIN)/python -m tests.bench $(ARGS)

bench-surge: ready ## the same surge before two queues and this product, about an hour: ARGS='--loads surge --quick'
	@$(BIN)/python -m tests.bench surge $(ARGS)

faults: ready ## each fault at each stage of a call, on real Asterisks, about half an hour: ARGS='--stage ringing --fault sigkill --jobs 3'
	@$(BIN)/python -m tests.faults $(ARGS)

chaos: ready ## 3,000 calls under random faults, ten minutes; 0 may be lost: ARGS='--calls 600 --seed 2'
	@$(BIN)/python -m tests.chaos chaos $(ARGS)

chaos-crash: ready ## the same with Asterisk killed now and then: who is up is lost, nothing may stay behind
	@$(BIN)/python -m tests.chaos crash $(ARGS)

soak: ready ## 20,000 short calls within an hour, with faults, and a look for what is left over: ARGS='--calls 2000'
	@$(BIN)/python -m tests.chaos soak $(ARGS)

lock: $(STAMP) ## pin the dependencies of pyproject.toml anew; ARGS=--upgrade for the newest ones
	@$(BIN)/python -c 'import uv' 2>/dev/null || $(BIN)/python -m pip install --quiet uv
	@$(BIN)/python -m uv pip compile pyproject.toml --quiet --extra dev --extra live --extra pictures --universal --python-version 3.11 \
		--generate-hashes --no-header --no-emit-index-url --no-emit-find-links $(ARGS) --output-file requirements.lock
	@! grep -n '://' requirements.lock || { echo 'requirements.lock names a host: see the line above' >&2; exit 1; }

clean: ## remove what tests and builds left behind; the environment and the cache stay
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find hotline_agi tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP):
	@$(MAKE) --no-print-directory -f Makefile .packages .environment

.PHONY: .packages .environment

# Other programmes use apt too, on a fresh cloud machine even at once: dpkg's lock is waited for, the one of the package
# lists is tried again, and our own set-ups queue at apt's folder. A mirror of somebody else that fails stops nothing.
.packages:
	@set -eu; missing=''; mkdir -p build; \
	for tool in $(TOOLS); do command -v $$tool >/dev/null 2>&1 || missing="$$missing $$tool"; done; \
	[ -n "$$($(FIND_PYTHON))" ] || missing="$$missing python3-venv"; \
	[ -n "$$missing" ] || exit 0; \
	if ! command -v apt-get >/dev/null; then \
		echo "hotline: this is not a Debian: install$$missing yourself, then run make again" >&2; exit 2; fi; \
	sudo=''; \
	if [ "$$(id -u)" != 0 ]; then sudo=sudo; \
		if ! command -v sudo >/dev/null; then \
			echo "hotline: as root, run: apt-get install$$missing; then run make again" >&2; exit 2; fi; fi; \
	echo "installing$$missing …"; start=$$(date +%s); \
	$$sudo env DEBIAN_FRONTEND=noninteractive LC_ALL=C flock /var/lib/apt sh -c '\
		for try in 1 2 3 4 5 6 7 8 9 10; do \
			said=$$(apt-get -q update 2>&1) && break; echo "$$said"; \
			case $$said in *"Could not get lock"*) sleep 10 ;; *) break ;; esac; done; \
		apt-get -q -y -o DPkg::Lock::Timeout=600 install --no-install-recommends "$$@"' sh $$missing \
		>$(LOG) 2>&1 </dev/null || { tail -n 5 $(LOG) >&2; \
		echo "hotline: apt could not install$$missing: mend what it says above (all of it: $(LOG))" >&2; exit 2; }; \
	echo "installing$$missing … $$(( $$(date +%s) - start )) s"

# An environment that was moved or copied here, or whose Python is gone, is made anew.
.environment:
	@set -eu; python=$$($(FIND_PYTHON)); \
	if [ -z "$$python" ]; then echo 'hotline: no Python 3.11 or newer: install one, then run make again' >&2; exit 2; fi; \
	echo 'installing Python packages …'; start=$$(date +%s); \
	if ! grep -qsF '$(CURDIR)/.venv' $(BIN)/activate || ! $(BIN)/python -c 'import pip; $(SUITABLE)' 2>/dev/null; then \
		"$$python" -m venv --clear .venv; fi; \
	pip="$(BIN)/python -m pip --disable-pip-version-check install -qq"; \
	$$pip --require-hashes -r requirements.lock; \
	$$pip --no-deps --no-build-isolation -e .; \
	rm -f .venv/stamp-*; touch $(STAMP); \
	echo "installing Python packages … $$(( $$(date +%s) - start )) s"
