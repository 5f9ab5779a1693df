PYTHON ?= python3
POSTGRESQL ?= 15
ARGS ?=

export POSTGRESQL
bin := .venv/bin

.DEFAULT_GOAL := help
# What a recipe has begun to write when it fails is no target: an empty .env would be taken for one.
.DELETE_ON_ERROR:
.PHONY: help setup packages demo compose test test-long lint screenshots clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: packages .venv/.ready ## install what is missing: Debian packages and .venv

packages:
	@.ci/packages

.venv/.ready: pyproject.toml
	@.ci/environment $(PYTHON)
	@touch $@

demo: setup ## the dashboard on private servers; ARGS="--fresh --start" passes options
	@$(bin)/rtdash demo $(ARGS)

compose: .env ## the real engines in containers: Citus, SingleStore, Kafka; needs Docker Compose
	@docker compose up --build --detach

# Made once: the servers keep the passwords that they first started with.
.env:
	@umask 077; $(PYTHON) -c 'import re, secrets, sys; \
	sys.stdout.write(re.sub("=$$", lambda _: "=" + secrets.token_hex(16), sys.stdin.read(), flags=re.M))' <.env.example >.env

test: setup ## the tests, in minutes
	@$(bin)/pytest -m "not long" -n 2 --dist loadfile $(ARGS)

test-long: setup ## the tests that take longer
	@$(bin)/pytest -m long $(ARGS)

lint: setup ## style, types, layers
	@$(bin)/ruff check
	@$(bin)/ruff format --check
	@$(bin)/mypy
	@$(bin)/lint-imports

screenshots: setup ## pictures of the screen at three sizes
	@$(bin)/python tests/make_screenshots.py $(ARGS)

clean: ## remove the virtual environment and all caches; the demo's data stay (rtdash demo --fresh)
	@rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache snapshot_report.html
	@find . -name __pycache__ -prune -exec rm -rf {} +
