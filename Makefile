# All targets need Python 3.11 or newer with venv, and a package registry.
.DEFAULT_GOAL := help
.PHONY: help demo session test integration faults cluster puhuri portal portal-test pack packed juju bench lint lint-charm fmt lock clean
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv/bin
READY := .venv/ready

# Variables that would install packages elsewhere, or run other code.
unexport PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_CONSTRAINT PIP_REQUIREMENT PIP_NO_DEPS PIP_DRY_RUN
unexport PIP_PYTHON PYTHONHOME PYTHONPATH
unexport PYTHONDONTWRITEBYTECODE  # each process of the tests would compile all modules again
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_PYTHON_DOWNLOADS := never

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY)  ## validate, plan and apply the sample in a scratch folder; needs no cluster
	PYTHONPATH=src $(VENV)/python examples/demo.py

session: $(READY)  ## record the sessions of the tutorials in docs/tutorial/ again
	PYTHONPATH=src:tests $(VENV)/python -m tutorial_session

test: $(READY)  ## run every test that needs no cluster, in under five minutes on two cores
	$(VENV)/python -m pytest --numprocesses auto --maxprocesses 8 --dist loadfile

integration: $(READY)  ## run the tests on a real control plane (needs Go 1.26, git, sshd)
	$(VENV)/tox run -e integration

faults: $(READY)  ## inject every fault at every write there, and write docs/explanation/faults.md
	$(VENV)/tox run -e faults

cluster: $(READY)  ## run that control plane with stand-ins for Kubeflow until Ctrl-C or SIGTERM
	@PYTHONPATH=src:tests exec $(VENV)/python -m integration.cluster  # exec: SIGTERM reaches it

puhuri: $(READY)  ## run a research portal with sample data, to play with until Ctrl-C or SIGTERM
	@PYTHONPATH=tests exec $(VENV)/python -m puhuri_server  # exec: SIGTERM reaches it

portal: $(READY)  ## run the User Manager with sample people on this machine until Ctrl-C or SIGTERM
	@PYTHONPATH=src exec $(VENV)/python -m user_manager.demo  # exec: SIGTERM reaches it

portal-test: $(READY)  ## test the User Manager on PostgreSQL, in a browser, in images (needs .ci/packages)
	$(VENV)/tox run -e portal-test

pack: $(READY)  ## pack the charms for this machine, without LXD (Debian 12 with .ci/packages)
	$(VENV)/tox run -e pack

packed: $(READY)  ## test the packed charms: unpacked, and run as Juju runs them
	$(VENV)/tox run -e packed

juju: $(READY)  ## test on a real Juju; skipped without juju on PATH
	$(VENV)/tox run -e juju

bench: $(READY)  ## measure scale, speed and the portal in 35 minutes (needs Go 1.26)
	$(VENV)/tox run -e bench

lint: $(READY)  ## check style, types, imports, spelling, locks and stubs; change nothing
	$(VENV)/tox run -e lint

lint-charm: $(READY)  ## check the charms as Charmhub and Juju do (needs Python 3.12)
	$(VENV)/tox run -e lint-charm

fmt: $(READY)  ## format the code
	$(VENV)/tox run -e fmt

lock: $(READY)  ## compile pyproject.toml into the hashed locks; valid pins stay
	PATH="$(CURDIR)/$(VENV):$$PATH" scripts/lock

clean:  ## remove everything that these targets create
	rm -rf .venv .tox .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	find bench charms examples lib scripts src tests -name __pycache__ -prune -exec rm -rf {} +

# Created again when the lock changes, so that it contains exactly the packages of the lock.
$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "This needs Python 3.11 or newer; '$(PYTHON)' is not. Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "'$(PYTHON)' has no venv module. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making .venv from requirements-dev.txt (under a minute) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(VENV)/python -m pip install --quiet --no-compile --require-hashes --only-binary=:all: -r requirements-dev.txt
	@touch $@
