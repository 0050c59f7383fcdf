# Two commands: `make run` converts samples/ into out/, `make test` runs the whole suite.
PYTHON ?= python3
BIN := .venv/bin
RUN := .venv/run.stamp
DEV := .venv/test.stamp

.PHONY: run test soak bench bundle lock clean compiled

run: $(RUN)
	@$(BIN)/python -m converter run samples -o out --fail-on never

test: $(DEV) compiled
	@$(BIN)/ruff format --check -q . && $(BIN)/ruff check -q . && $(BIN)/mypy
	@$(BIN)/python -m converter scheme test
	@$(BIN)/python -m pytest -n auto

soak: $(DEV) compiled
	@JIXIAO_SOAK=1 $(BIN)/python -m pytest -n auto -m soak

# The offline bundles for Windows and Linux, in dist/.
bundle: $(DEV)
	@$(BIN)/python .ci/bundle.py dist

# The whole job beside a naive and a wise script and the floor of its own bytes, and again where little changed: medians and ratios.
bench: $(DEV) compiled
	@$(BIN)/python -m tests.benchmarks.compare

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || (echo "需要 Python 3.11 或更高版本：make PYTHON=python3.12 run" >&2; exit 2)
	@$(PYTHON) -m venv .venv

# As pip does when it installs: else every process would compile anew where Python may not write.
compiled: $(DEV)
	@$(BIN)/python -m compileall -q converter tests

$(RUN): .ci/requirements.txt | $(BIN)/python
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r .ci/requirements.txt
	@touch $@

$(DEV): .ci/requirements-dev.txt | $(BIN)/python
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r .ci/requirements-dev.txt
	@touch $@

# Pins every version again; needs uv (pip install uv).
lock:
	@uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links -q -U -o .ci/requirements.txt
	@uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links -q -U -c .ci/requirements.txt -o .ci/requirements-dev.txt
	@echo pip | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links -q -U -o .ci/requirements-bundle.txt

clean:
	@rm -rf .venv out .out.jixiao .pytest_cache .mypy_cache .ruff_cache .hypothesis
