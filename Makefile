# Each target first makes .venv and node_modules what the lock files say; that takes a moment when
# they already are. Another Python: PYTHON=python3.12 make run
ifeq ($(origin PYTHON),undefined)
PYTHON := $(if $(wildcard .venv/bin/python),.venv/bin/python,python3)
endif
export PYTHON
BIN := .venv/bin
# As many as there are processors, up to four: with more, tests that race a clock lose.
WORKERS := $(shell n=$$(getconf _NPROCESSORS_ONLN); echo $$(( n > 4 ? 4 : n < 2 ? 2 : n )))

.PHONY: help run test bench lint ready ready-dev
help:
	@echo "make run     start Loggia; prints its address, and at first the password"
	@echo "make test    run the tests"
	@echo "make lint    check style, types, templates, imports, settings, migrations"
	@echo "make bench   measure, and print a table for each thing measured"
	@echo
	@echo "LOGGIA_PHOTOS=~/Pictures make run    serves that folder, and never writes into it"
	@echo "PYTHON=python3.12 make run           uses that Python (3.11 or newer)"

run: ready
	@exec $(BIN)/python manage.py serve

test: ready-dev
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

bench: ready-dev
	@$(BIN)/python -m bench

lint: ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	git ls-files -z --cached --others --exclude-standard 'templates/*.html' | xargs -0r $(BIN)/djade --target-version 5.2 --check
	$(BIN)/lint-imports
	@$(BIN)/python setup/check_deploy.py

ready:
	@sh setup/install.sh run

ready-dev:
	@sh setup/install.sh dev
