# Everything from nothing: `make train` and `make test` first set up what they need in .venv.
#
# Needed on the machine: Python 3.11, 3.12 or 3.13 with its venv module, make, and access to a package
# index. No compiler.

# What `make train` trains on, a shop drawn by code unless another is named, and how.
CATALOGUE = $(EMBEDDED)
# The embedded shop has small pictures of few products; a real shop deserves more.
RECIPE  = $(if $(filter $(EMBEDDED),$(CATALOGUE)),compact,small)
DEVICES =
RUN     = runs/$(notdir $(patsubst %/,%,$(subst $(space),_,$(CATALOGUE))))
# Further arguments for the command, as in ARGS='--seed 1' (train) or ARGS='-k pooling' (test).
ARGS    =
# Processes that run tests; 0 shows what a test prints.
WORKERS = 2
# Those of experiments/campaigns.
CAMPAIGNS = kills full_disks pairs mutated_inputs
# The Python that .venv is made with (default: the first that fits), and further extras of pyproject.toml to
# install into it, as in EXTRAS=cuda12.
PYTHON  =
EXTRAS  =

# Tests and experiments start hundreds of processes; each would compile the whole package anew.
unexport PYTHONDONTWRITEBYTECODE

VENV   = .venv
EMBEDDED = catalogues/embedded
python = $(VENV)/bin/python
# Written last, so that a set-up that failed half-way is taken up again: what training needs, and all.
ready  = $(VENV)/installed$(if $(EXTRAS),-$(EXTRAS))
whole  = $(VENV)/installed-whole$(if $(EXTRAS),-$(EXTRAS))
empty  =
space  = $(empty) $(empty)

# Where `make demo` keeps what it makes, and the port of its workbench.
DEMO    = runs/demo
PORT    = 8000

.PHONY: help install train demo reproduce test lint bench campaign docs dist clean

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

install: $(whole) ## Make .venv with the package and all that its commands need [PYTHON=python3.12 EXTRAS=cuda12]

train: $(ready) $(if $(filter $(EMBEDDED),$(CATALOGUE)),$(EMBEDDED)/catalogue.json) ## Train and evaluate [CATALOGUE=folder RECIPE=file RUN=folder DEVICES=0,1 ARGS=…]
	$(python) -m fashion_models train --recipe '$(RECIPE)' --catalogue '$(CATALOGUE)' \
	  -o '$(RUN)' $(if $(DEVICES),--devices '$(DEVICES)') $(ARGS)

demo: $(whole) ## The workbench on a drawn shop, from nothing, in minutes [PORT=8000]
	@mkdir -p $(DEMO)
	@test -e $(DEMO)/shop/catalogue.json || $(python) -m fashion_models catalogue synthesise $(DEMO)/shop --products 2000
	@test -e $(DEMO)/run/finished || $(python) -m fashion_models train --recipe compact --epochs 4 \
	  --catalogue $(DEMO)/shop -o $(DEMO)/run
	@test -e $(DEMO)/shop.embeddings || $(python) -m fashion_models embed $(DEMO)/run $(DEMO)/shop -o $(DEMO)/shop.embeddings
	@test -e $(DEMO)/words.npz || $(python) -m fashion_models tags $(DEMO)/run $(DEMO)/shop \
	  --embeddings $(DEMO)/shop.embeddings --save $(DEMO)/words.npz --product p000000 >/dev/null
	$(python) -m fashion_models serve $(DEMO)/shop.embeddings --words $(DEMO)/words.npz --port $(PORT) --open

# Written last, so that an interrupted drawing is resumed.
$(EMBEDDED)/catalogue.json: | $(ready)
	$(python) -m fashion_models catalogue synthesise $(EMBEDDED)

reproduce: $(whole) ## Make the recorded tables again, in hours; says how many first [ARGS='--only tags']
	$(python) -m fashion_models.experiments --as-recorded $(ARGS)

test: $(whole) ## Run the tests, WORKERS at a time [ARGS='-k words' WORKERS=2]
	$(python) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

lint: $(whole) ## Check the source with ruff.
	$(python) -m ruff check .

bench: $(ready) ## Measure the CPU engine; beside PyTorch and onnxruntime with EXTRAS=peers [ARGS=--quick]
	$(python) experiments/benchmarks/bench.py $(ARGS)

# Each of them, even after one that found a fault.
campaign: $(whole) ## Try kills, full disks, company and bad input everywhere: hours [ARGS=--quick CAMPAIGNS=kills]
	@status=0; for name in $(CAMPAIGNS); do \
	  $(python) experiments/campaigns/$$name.py $(ARGS) || status=$$?; \
	done; exit $$status

docs: $(whole) ## Build the documentation in docs/_build/html.
	@$(pip) --no-build-isolation --use-pep517 -e '.[docs]'
	$(python) -m fashion_models.experiments.report.tables README.rst docs/*.rst
	@rm -rf docs/reference/generated
	$(python) -m sphinx -q -W -j auto docs docs/_build/html

dist: $(whole) ## Build wheel and source distribution in dist.
	@$(pip) build
	$(python) -m build .

clean: ## Remove .venv and what else make and the tests left, but no run and no catalogue.
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .hypothesis .ruff_cache docs/_build docs/reference/generated
	find . -name __pycache__ -prune -exec rm -rf {} +

# Chainer comes as source only, and its setup.py needs the pkg_resources of a setuptools below 81: hence
# that one first, and then builds that see it. The package itself is installed in place (-e).
fits = import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
pip  = $(python) -m pip --disable-pip-version-check install --quiet

$(ready): pyproject.toml
	@if ! $(python) -m pip --version >/dev/null 2>&1; then \
	  set -- $(if $(PYTHON),'$(PYTHON)',python3 python3.13 python3.12 python3.11); \
	  for candidate; do \
	    if "$$candidate" -c '$(fits)' 2>/dev/null; then found="$$candidate"; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "make: no suitable Python among: $$*. It takes 3.11, 3.12 or 3.13 with the modules venv" \
	      "and ensurepip (on Debian and Ubuntu the package python3-venv has them);" \
	      "PYTHON=/path/to/python names one." >&2; exit 1; \
	  fi; \
	  echo "Setting up $(VENV) with $$("$$found" --version); once, for a minute or a few."; \
	  "$$found" -m venv --clear $(VENV); \
	fi
	@$(pip) 'setuptools>=77,<81' wheel
	@$(pip) --no-build-isolation --use-pep517 -e '.[engine$(if $(EXTRAS),$(comma)$(EXTRAS))]'
	@touch '$@'

$(whole): $(ready)
	@$(pip) --no-build-isolation --use-pep517 -e '.[all,mpi,test,lint]'
	@touch '$@'

comma = ,
