# Two commands for a newcomer: `make serve` and `make test`. Both build .venv first, from the hashed
# lock, with uv where it is installed and with python3 -m venv and pip where it is not.

PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)
WEB := $(shell find web spec -type f -not -path '*/node_modules/*' 2>/dev/null)

TURNS ?= 1000
PEER_TURNS ?= 70
BROWSER_TURNS ?= 60
BARGEIN_TURNS ?= 120
CLASSIC_TURNS ?= 24
DELAY_TURNS ?= 12

.DEFAULT_GOAL := serve
.PHONY: serve test check pytest webtest sdk voicebench format lock spec clean

serve: .venv/ready ## talk to Pip: prints one URL (ARGS="--persona museum --port 9000")
	@$(BIN)/visavis serve $(ARGS)

test: .venv/ready-dev check webtest pytest ## everything that must hold

check: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

webtest: .venv/ready-dev
	$(BIN)/python hatch_build.py test

pytest: .venv/ready-dev sdk
	@$(BIN)/visavis models pull
	$(BIN)/python -m pytest $(ARGS)

sdk: .venv/ready-dev ## ElevenLabs' own clients, for the gateway's tests
	@$(BIN)/python hatch_build.py sdk

voicebench: .venv/ready ## a third party's harness drives /v1/pcm (ARGS="--sessions 3")
	@$(BIN)/visavis models pull
	@$(BIN)/python bench/voicebench/run.py $(ARGS)

bench: .venv/ready-dev ## what docs/latency.md shows: three hours, on a machine with nothing else to do
	@$(BIN)/visavis models pull && $(BIN)/visavis models pull kokoro-82m
	@mkdir -p build/bench
	$(BIN)/visavis bench corpus --json > build/bench/corpus.json
	$(BIN)/visavis bench peers --turns $(PEER_TURNS) --json --html build/bench/peers.html > build/bench/peers.json
	$(BIN)/visavis bench latency --turns $(TURNS) --json --html build/bench/latency.html > build/bench/latency.json
	$(BIN)/visavis bench rule --split fit --json > build/bench/rule.json
	$(BIN)/visavis bench fairness --json > build/bench/fairness.json
	$(BIN)/visavis bench bargein --turns $(BARGEIN_TURNS) --json > build/bench/bargein.json
	$(BIN)/visavis bench bargein --turns $(BROWSER_TURNS) --browser --json > build/bench/bargein-browser.json
	$(BIN)/visavis bench echo --json > build/bench/echo.json
	$(BIN)/visavis bench interleavings --json > build/bench/interleavings.json
	$(BIN)/visavis bench delay --stage stt --turns $(DELAY_TURNS) --json > build/bench/delay.json
	$(BIN)/visavis bench latency --turns $(BROWSER_TURNS) --browser --json --html build/bench/browser.html > build/bench/browser.json
	$(BIN)/visavis bench latency --turns $(CLASSIC_TURNS) --voices classic --json > build/bench/classic.json

format: .venv/ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## after changing dependencies in pyproject.toml (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 -q \
	  --extra local pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 -q \
	  --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

spec: .venv/ready-dev ## after changing wire/messages.py
	$(BIN)/python -m visavis.wire.schema
	$(BIN)/python hatch_build.py types

.venv/ready: requirements.lock pyproject.toml hatch_build.py $(WEB)
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else \
	  "Visavis needs Python 3.11 or newer, this is %d.%d. Try: make PYTHON=python3.12 serve" % v[:2])'
ifdef UV
	@test -x $(BIN)/python || uv venv --quiet --python $(PYTHON) .venv
	uv pip install --python $(BIN)/python --require-hashes -r requirements.lock
	uv pip install --python $(BIN)/python --no-deps -e .
else
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo \
	  "This Python can't make environments. On Debian: apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps -e .
endif
	@touch $@

.venv/ready-dev: .venv/ready requirements-dev.lock
ifdef UV
	uv pip install --python $(BIN)/python --require-hashes -r requirements-dev.lock
else
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements-dev.lock
endif
	@touch $@

clean: ## forget the environment and the built page; the model store stays
	rm -rf .venv src/visavis/static web/node_modules .pytest_cache .ruff_cache
