# SPDX-License-Identifier: Apache-2.0
.DEFAULT_GOAL := help
.PHONY: help build demo test test-clocks check torture simulate mutants bench soak deb booth-test format lint install-dependencies clean

# A toolchain that was unpacked there is found even where a login shell did not put it on PATH.
export PATH := $(PATH):/opt/swift/usr/bin

SWIFT ?= swift
# More for every build, for instance -j 2.
SWIFT_BUILD_FLAGS ?=
SOURCES := Sources Tests Package.swift

# Made apart, so that neither build throws the other's results away.
CHECKED := --scratch-path .build-check -Xswiftc -warnings-as-errors -Xcc -Werror -Xcxx -Werror
RELEASE := -c release --static-swift-stdlib

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: install-dependencies ## build the release programs into .build/release
	$(SWIFT) build $(RELEASE) $(SWIFT_BUILD_FLAGS)

demo: install-dependencies ## play a booth's day on this machine; ends with a balance
	$(SWIFT) build $(SWIFT_BUILD_FLAGS)
	.build/debug/booth-demo

# What is judged by its pace has the machine for itself: ten thousand lies on sixteen buses, and then the full rate. The
# simulated booths take all of a core, and come by themselves.
ALONE := LyingUnitTests
BUSY := BoothSimulationTests
RUN_TESTS = TZ=Asia/Shanghai $(SWIFT) test --skip-build --disable-xctest

test: install-dependencies ## build and run the tests
	$(SWIFT) build --build-tests $(SWIFT_BUILD_FLAGS)
	$(RUN_TESTS) --skip $(ALONE) --skip $(BUSY)
	$(RUN_TESTS) --filter $(BUSY)
	$(RUN_TESTS) --filter $(ALONE)

test-clocks: install-dependencies ## run the tests on a Tuesday morning, a leap day, a night of a changed hour, in 2038
	$(SWIFT) build --build-tests $(SWIFT_BUILD_FLAGS)
	SWIFT="$(SWIFT)" scripts/test-clocks --skip $(ALONE)

check: install-dependencies lint ## lint, warnings as errors, and the tests
	$(SWIFT) build --build-tests $(CHECKED) $(SWIFT_BUILD_FLAGS)
	$(RUN_TESTS) $(CHECKED) --skip $(ALONE) --skip $(BUSY)
	$(RUN_TESTS) $(CHECKED) --filter $(BUSY)
	$(RUN_TESTS) $(CHECKED) --filter $(ALONE)

# The short forms of these attacks are part of the tests. SEED=2 for other lives; ATTACKS="cuts model" for some.
ATTACKS ?= cuts faults bytes rows calls full kills model room years
SEED ?= 1
SEEDS ?= 200
POINTS ?= 10000
torture: install-dependencies ## attack the journal for half an hour: POINTS power cuts, every byte, every system call, SEEDS lives
	$(SWIFT) build $(RELEASE) --product booth-torture $(SWIFT_BUILD_FLAGS)
	.build/release/booth-torture $(ATTACKS) --seed $(SEED) --seeds $(SEEDS) --points $(POINTS)

# The short form is part of the tests. SEED=4711 DAYS=100 SEEDS=1 for one of them once more.
simulate: DAYS ?= 100
simulate: install-dependencies ## live through SEEDS histories of DAYS days each, beside a judge (docs/simulation.md)
	$(SWIFT) build $(RELEASE) --product booth-simulation $(SWIFT_BUILD_FLAGS)
	.build/release/booth-simulation --seed $(SEED) --seeds $(SEEDS) --days $(DAYS)

# MUTANTS="early-lamp late-step" for some of them.
MUTANTS ?=
mutants: install-dependencies ## plant one fault after the other in a copy of the sources; the simulation has to find each
	SWIFT="$(SWIFT)" SWIFT_BUILD_FLAGS="$(SWIFT_BUILD_FLAGS)" scripts/mutants $(MUTANTS)

# Without the programs to compare with, their rows say so.
ONLY ?=
QUICK ?=
bench: install-dependencies ## measure beside baselines and budgets; ONLY="modbus idle" for some parts, QUICK=1 for a look
	-@scripts/install-dependencies bench
	$(SWIFT) build $(RELEASE) $(SWIFT_BUILD_FLAGS)
	.build/release/booth-bench $(ONLY) $(if $(QUICK),--quick)

MINUTES ?= 10
soak: install-dependencies ## see whether the agent's memory stays where it is; MINUTES=600 for ten hours
	$(SWIFT) build $(RELEASE) $(SWIFT_BUILD_FLAGS)
	.build/release/booth-bench soak --minutes $(MINUTES)

# Needs neither Swift nor the libraries here: what builds is a Debian 13 of its own.
ARCH ?= $(shell dpkg --print-architecture)
deb: ## build the Debian package into .build-deb; ARCH=amd64 or arm64, else this machine's
	@scripts/install-dependencies packaging
	@scripts/build-package $(ARCH)

booth-test: ## boot the package (ARCH as above) in a virtual booth with simulated GPIO chips; ROWS="25 31" for some
	@scripts/virtual-booth $(ARCH)

format: ## format the sources
	$(SWIFT) format --in-place --recursive $(SOURCES)

lint: ## say what `make format` would change
	$(SWIFT) format lint --strict --recursive $(SOURCES)
	@for script in scripts/* .ci/run $(filter-out %.toml %.service,$(wildcard Tests/VirtualBooth/*/*)); do bash -n $$script || exit 1; done
	@for script in deploy/debian/boothd.p*; do sh -n $$script || exit 1; done

install-dependencies: ## install what building needs and this machine lacks
	@scripts/install-dependencies

clean: ## remove what was built
	rm -rf .build .build-check .build-deb
