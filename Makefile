# What people type. Everything is done by scripts/parley.py, with nothing but Python's standard library.
.PHONY: help run test check mutants bench bench-access bench-import stop logs reset shell seed env lock
.DEFAULT_GOAL := help

# python3.11, then python3, then newer ones by name: the first that is new enough.
PYTHON := $(shell for name in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
ifeq ($(PYTHON),)
$(error Parley needs Python 3.11 or newer and found none. On Debian or Ubuntu: apt-get install python3)
endif
PARLEY := @$(PYTHON) scripts/parley.py
export PORT YES ROWS

help: ## say what can be done
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile

run: ## start Parley and print its address (PORT=9000 chooses the port)
	$(PARLEY) run

test: ## run all tests, browser tests too (ARGS="-k name -x" goes to pytest)
	$(PARLEY) test $(ARGS)

check: ## lint, migrations, production settings, templates
	$(PARLEY) check

mutants: ## damage each rule of access once and see that a test notices (ARGS="--only policy" for some)
	$(PARLEY) mutants $(ARGS)

bench: ## measure what reconciling figures costs (ROWS=10000 makes a quick run)
	$(PARLEY) bench

bench-access: ## measure what the policies cost (ROWS=100000 makes a quick run)
	$(PARLEY) bench-access

bench-import: ## measure what an import costs beside a bare COPY and django-import-export (ROWS=5000: a quick run)
	$(PARLEY) bench-import

stop: ## stop a running Parley
	$(PARLEY) stop

logs: ## follow the logs
	$(PARLEY) logs

reset: ## stop and delete the data in var/ (YES=1 without asking)
	$(PARLEY) reset

shell: ## a Python shell, or a manage.py command with ARGS
	$(PARLEY) shell $(ARGS)

seed: ## import the public record again
	$(PARLEY) seed

env: ## only bring .venv up to date
	$(PARLEY) env

lock: ## pin the packages anew after a change of requirements*.in
	$(PARLEY) lock
