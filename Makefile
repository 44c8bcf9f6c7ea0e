# The entry points of this repository. Each installs what it needs and only that.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:
.PHONY: help deps deps-node deps-build deps-demo deps-test deps-bench build demo fixtures test test-unit test-e2e test-vm bench lint check clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

deps: deps-build deps-demo deps-test deps-bench ## Install every package that anything below needs
deps-node:
	@scripts/install-node-modules.sh
deps-build: deps-node
	@scripts/install-deps.sh build
deps-demo:
	@scripts/install-deps.sh demo
deps-test:
	@scripts/install-deps.sh test
deps-bench:
	@scripts/install-deps.sh bench

build: deps-build ## Compile the kernel side and the TypeScript
	@scripts/build.sh

demo: build deps-demo ## A compromised build step meets the fence, containers the agent: real processes, no internet
	@demo/run.sh
	@demo/containers/run.sh

fixtures: build deps-test ## Compile what the end-to-end tests compile, once
	@node e2e/dist/build-fixtures.js

test: fixtures ## All tests: units, then end to end under Linux 6.1 in QEMU and on this kernel
	@node scripts/dist/run-tests.js unit e2e-vm-1 e2e e2e-vm-2 e2e-vm-races
test-unit: build ## Only the unit tests
	@node scripts/dist/run-tests.js unit
test-e2e: fixtures ## Only the end-to-end tests, on this kernel
	@node scripts/dist/run-tests.js e2e
test-vm: fixtures ## Only the end-to-end tests, under Linux 6.1 in QEMU
	@node scripts/dist/run-tests.js e2e-vm-1 e2e-vm-2 e2e-vm-races

bench: build deps-bench ## Measure, and write docs/benchmarks.md
	@node bench/dist/main.js

lint: deps-node ## Format and lint rules (Biome)
	@node_modules/.bin/biome check .
check: build ## Layers, dependencies, generated files, hygiene
	@node scripts/dist/check.js

clean: ## Delete everything that was built or fetched
	rm -rf .cache bpf/build node_modules
	find . -name .git -prune -o \( -name dist -o -name '*.tsbuildinfo' \) -prune -exec rm -rf {} +
