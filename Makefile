# What one does with this project, each by one word. `make` alone lists them.

PREFIX ?= /usr/local
nexus := .build/release/nexus
format := --recursive --configuration .swift-format Sources Tests Package.swift

# One build at a time, and no lines about entering directories.
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
.PHONY: help setup build demo test simulate check path format install clean

help: ## Lists what make can do.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Installs the few libraries the build needs, where they are missing; asks for Swift 6.2 or newer.
	@command -v swift >/dev/null || { \
	    echo "Swift 6.2 or newer must be on the path. See https://www.swift.org/install" >&2; exit 1; }
	@.ci/setup
	@said=$$(swift --version 2>&1); \
	version=$$(printf '%s\n' "$$said" | sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1); \
	oldest=$$(printf '%s\n' 6.2 "$${version:-0}" | sort -V | head -n 1); \
	[ "$$oldest" = 6.2 ] || { \
	    echo "Swift 6.2 or newer must be on the path. The one there says:" >&2; echo "$$said" >&2; exit 1; }

build: setup ## Builds nexus with optimisation, as one file that needs no Swift where it runs: .build/release/nexus
	swift build -c release --static-swift-stdlib --product nexus

demo: build ## Builds nexus and shows it at work. ARGS="..." are handed on to `nexus demo`.
	@$(nexus) demo $(ARGS)

# The tests that run commands need the debug nexus, which building everything makes as well. Quiet leaves what
# failed and the closing line, "Test run with ... passed".
test: setup ## Runs all tests. SEED=... repeats the ones that roll dice with exactly that seed.
	@.ci/setup test
	swift build --build-tests
	swift test --skip-build --disable-xctest --quiet

# In memory where there is such a place: what a simulated death leaves behind is not asked of the disk.
simulate: setup ## Lets a team live 200 lives on a bad network. SEEDS=... says how many; ARGS="--help" shows more.
	swift build -c release --static-swift-stdlib --product nexus-simulate
	@$(if $(wildcard /dev/shm),TMPDIR=$${TMPDIR:-/dev/shm}) \
	    .build/release/nexus-simulate $(or $(ARGS),--seeds $(or $(SEEDS),200))

check: setup ## Checks the formatting, and that every module imports what it declares and nothing else.
	swift format lint --strict $(format)
	.ci/check-imports

path: ## Lists the stops of one change on its way, as marked in the code; Docs/ARCHITECTURE.md tells the story.
	@grep -rn --include='*.swift' 'Path of a change, stop' Sources \
	    | sed -E 's|^([^:]*:[0-9]+):.*stop ([0-9]+): (.*)|\2\t\1\t\3|' | sort -n

format: setup ## Formats all Swift files in place.
	swift format format --in-place $(format)

install: build ## Builds nexus and puts it in /usr/local/bin. PREFIX=... chooses another place.
	@install -d "$(DESTDIR)$(PREFIX)/bin" && install -s -m 755 $(nexus) "$(DESTDIR)$(PREFIX)/bin/nexus" || { \
	    echo "It is built, but could not be put there. If that is a matter of rights:" >&2; \
	    echo "  sudo install -D -s -m 755 $(nexus) $(DESTDIR)$(PREFIX)/bin/nexus" >&2; exit 1; }
	@echo "Installed $(DESTDIR)$(PREFIX)/bin/nexus"

clean: ## Removes everything that was built or fetched for building.
	rm -rf .build
