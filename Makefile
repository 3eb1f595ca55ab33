VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.nianbao-stamp
# Compiled modules are kept: the tests start Python many times.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup browser ocr demo test check fmt docs screenshots bench bench-warehouse bench-hosts bench-scale fuzz fuzz-bytes chaos clean

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

setup: $(STAMP)  ## Make .venv with the pinned dependencies and the project in it

$(STAMP): pyproject.toml constraints.txt
	@python=$$(command -v python3.11 || command -v python3 || true); \
	if [ -z "$$python" ] || ! "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  echo "make setup: Python 3.11 or later is needed; install python3.11 and run it again" >&2; exit 1; fi; \
	[ -x $(BIN)/python ] || "$$python" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,office,pdf,dashboard,dask,lake,s3,notebook,docs]'
	@touch $@

browser:  ## Install what the tests in tests/browser need: Chromium, its driver, a Chinese font
	@scripts/install_browser.sh

ocr: setup  ## Install the extra ocr (some 350 MB), which reads tables that are pictures, and run its tests
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[ocr]'
	@$(BIN)/pytest tests/extract/test_picture.py

demo: setup  ## Serve the sample site on loopback, crawl it, and ask the database
	@$(BIN)/python -m flows.demo

test: check  ## Run every check and every test
	@$(BIN)/pytest -n 4 --dist worksteal

check: setup  ## Lint, format, types, direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fmt: setup  ## Format the code and mend what the linter can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: setup  ## Make the documentation anew and as HTML in build/docs; a warning is an error
	@$(BIN)/python scripts/build_docs.py
	@$(BIN)/sphinx-build -W --keep-going -n -q -c docs . build/docs
	@echo "build/docs/docs/index.html"

screenshots: setup browser  ## Write the pictures of docs/images from the browser tests
	@NIANBAO_SCREENSHOTS=docs/images $(BIN)/pytest tests/browser/test_dashboard.py

bench: setup  ## Measure pages a second beside lxml and pandas.read_html, and an unchanged night beside requests
	@$(BIN)/python -m benchmarks.bench
	@$(BIN)/python -m benchmarks.docx_bench
	@$(BIN)/python -m benchmarks.pdf_bench
	@$(BIN)/python -m benchmarks.night unchanged

bench-hosts: setup  ## Ask 1,000 hosts with a pause of 1 s each: as long as the slowest host, not as all in a row
	@$(BIN)/python -m benchmarks.night hosts

bench-warehouse: setup  ## Measure load rate, size, marts and dashboard on 200,000 synthetic reports
	@$(BIN)/python -m benchmarks.warehouse

bench-scale: setup  ## Measure the rebuild of archives of 1,000 and 10,000 pages: pages a second, memory, two cores to one
	@$(BIN)/python -m benchmarks.scale

fuzz: setup  ## Render and read back many more hostile layouts than the tests do
	@$(BIN)/python -m benchmarks.fuzz --examples 20000
	@$(BIN)/python -m benchmarks.fuzz_files

fuzz-bytes: setup  ## Mutate sample files of every format for an hour, led by coverage: each is a page or one clear line
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	@$(BIN)/python -m benchmarks.fuzz_bytes --seconds 3600

chaos: setup  ## Kill 300 nights at random moments, and compare with nights that nobody disturbs
	@CHAOS_KILLS=300 $(BIN)/pytest -n 4 tests/flows/test_kill.py

clean:  ## Remove what make has made
	rm -rf $(VENV) var build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
