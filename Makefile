# One door for everything: `make demo` shows it work, `make test` proves it, `make check` is what a
# commit must pass. A bare machine needs Python 3.11 or newer and make; the rest comes from uv.lock.

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .uv/bin/uv
RUN := .venv/bin/python
FAMILIES ?= 20
SEED ?= 1
SERVE ?=
SEEDS ?= 200
KILLS ?= 1000
BODIES ?= 100000
MUTANT ?=
ALL ?=
COVERAGE := .venv/bin/coverage
ABREAST := --numprocesses auto --dist worksteal

.PHONY: help demo test sim crash-matrix kill9 mutants fuzz coverage bench check static format example clean

# What can be made, one line each.
help:
	@awk '/^# /{text=substr($$0,3)} /^[a-z0-9-]+:/{split($$1,name,":"); printf "  make %-13s %s\n", name[1], text; text=""}' Makefile

# Play one simulated month with 20 families; SERVE=1 stays up.
demo: .venv/ready
	@$(RUN) -m connector demo --families $(FAMILIES) --seed $(SEED) $(if $(SERVE),--serve)

# Run every test, the slow ones with real processes included, on every core.
test: .venv/ready
	$(RUN) -m pytest $(ABREAST)

# Simulate faults, kills and people, SEEDS=200 times; a seed that fails names its replay.
sim: .venv/ready
	@$(RUN) -m tests.simulator --seeds $(SEEDS)

# Every trouble at every effect of every canonical scenario; a case that fails names its replay.
crash-matrix: .venv/ready
	@$(RUN) -m tests.crash_matrix

# Kill real daemons with SIGKILL, KILLS=1000 times, month after month; nothing may be wrong after.
kill9: .venv/ready
	@$(RUN) -m tests.kill9 --kills $(KILLS)

# Plant each bug in a copy of the code; the simulator must catch it. MUTANT=float for some.
mutants: .venv/ready
	@nice $(RUN) -m tests.mutants --only "$(MUTANT)"

# Feed BODIES=100000 mutated answers to the adapter: nothing altered, no error but ours.
fuzz: .venv/ready
	@nice $(RUN) -m tests.fuzz --bodies $(BODIES)

# Every branch of the core by its own tests; ALL=1: what the whole suite reaches, too.
coverage: .venv/ready
	$(COVERAGE) run --data-file=.coverage.core --source=connector/domain,connector/saga -m pytest -q tests/domain tests/saga
	$(COVERAGE) combine --quiet --data-file=.coverage.core
	$(COVERAGE) report --data-file=.coverage.core --fail-under=100 --show-missing --skip-covered
ifneq ($(ALL),)
	$(COVERAGE) erase
	-nice $(COVERAGE) run -m pytest $(ABREAST)
	$(COVERAGE) combine --quiet
	$(COVERAGE) report --fail-under=95 --show-missing --skip-covered
endif

# Measure what the sandbox costs: time, memory, and a yard to compare them with.
bench: .venv/ready
	$(RUN) -m benchmarks.sandbox

# What every commit passes: style, types, import contracts, and the quick tests.
check: static
	$(RUN) -m pytest $(ABREAST) -m "not slow"

# Style, types and import contracts.
static: .venv/ready
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

# Let the formatter have its way.
format: .venv/ready
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

# Write config.example.toml anew from the settings.
example: .venv/ready
	$(RUN) -c "from connector.config import example_toml; print(example_toml(), end='')" > config.example.toml

# Remove everything that was built here.
clean:
	rm -rf .venv .uv dist build .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/ready: uv.lock pyproject.toml | $(UV)
	$(UV) sync --frozen --quiet --no-python-downloads --python "$$(command -v $(PYTHON))"
	@touch $@

$(UV):
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
