# The front door. Everything is CMake behind it; see CMakePresets.json.
SHELL := /bin/bash
JOBS ?= $(shell nproc)
export JOBS

.DEFAULT_GOAL := help
.PHONY: help packages deps build test lint demo plugin-demo bench bench-sim bench-e2e soak asan tsan fuzz install clean

help: ## This list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

packages:
	@tests/ci/install_packages.sh

deps: packages ## Install the Debian packages and build the control plane of the e2e tests (cached)
	@tests/e2e/control_plane/build.sh v1.37.2 v1.36.3 helm-v3.22.0 >/dev/null

build: packages ## Build everything, preset dev (Debug, warnings are errors)
	cmake --preset dev
	cmake --build build/dev -j $(JOBS)

test: deps ## All tests: unit, property and fuzz corpora under sanitizers, then e2e on a real control plane
	@tests/ci/run_tests.sh

lint: packages ## clang-format and clang-tidy (SINCE=<commit>: only what changed)
	cmake --preset dev >/dev/null
	cmake --build build/dev -j $(JOBS) --target proto/all
	@tests/ci/lint.sh

demo: deps ## Start a real control plane and Tutti, submit competing gangs, show what happens
	cmake --preset release >/dev/null
	cmake --build build/release -j $(JOBS) --target src/apps/all tests/e2e/all
	@tests/e2e/demo.sh build/release

plugin-demo: deps ## From a template to a plugin that the real kube-scheduler obeys; prints a figure
	cmake --preset release >/dev/null
	cmake --build build/release -j $(JOBS) --target src/apps/all plugin_demo
	@tests/e2e/plugin_demo.sh build/release

bench: packages ## Benchmarks in one process; prints lines: figure NAME VALUE UNIT
	cmake --preset bench >/dev/null
	cmake --build build/bench -j $(JOBS) --target src/apps/all tests/bench/all
	@tests/bench/run.sh build/bench

SIM_OPTIONS ?=
bench-sim: packages ## Simulated workloads against published results; prints figures (SIM_OPTIONS="--lists default --seeds 3")
	cmake --preset bench >/dev/null
	cmake --build build/bench -j $(JOBS) --target sim_bench queue_sim_bench openb_bench
	@tests/bench/run_sim.sh build/bench $(SIM_OPTIONS)

bench-e2e: deps ## Pods per second through a real kube-scheduler; prints figures
	cmake --preset release >/dev/null
	cmake --build build/release -j $(JOBS) --target src/apps/all tests/e2e/all
	@tests/e2e/bench_e2e.sh build/release

soak: deps ## 1,000 times kill -9 during gang binding; prints figures
	cmake --preset release >/dev/null
	cmake --build build/release -j $(JOBS) --target src/apps/all tests/e2e/all
	@tests/e2e/soak.sh build/release

asan: packages ## The tests of one process under AddressSanitizer and UBSan
	@tests/ci/run_tests.sh asan

tsan: packages ## The same tests under ThreadSanitizer
	@tests/ci/run_tests.sh tsan

FUZZ_SECONDS ?= 60
fuzz: packages ## Fuzz every target for FUZZ_SECONDS (60); finds are kept in build/fuzz/finds
	cmake --preset fuzz >/dev/null
	cmake --build build/fuzz -j $(JOBS) --target fuzzers
	@tests/ci/run_fuzzers.sh build/fuzz $(FUZZ_SECONDS)

PREFIX ?= /usr/local
install: packages ## Install tutti (and kubectl tutti), tutti-check and what plugin authors need (PREFIX=/usr/local)
	cmake --preset release >/dev/null
	cmake --build build/release -j $(JOBS) --target src/apps/all
	cmake --install build/release --prefix $(PREFIX)

clean: ## Remove build/ (the cached control plane stays)
	rm -rf build
