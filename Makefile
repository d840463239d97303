# Everything a newcomer needs is `make demo` and `make test`; both set up all they use, and leave nothing running.
.DEFAULT_GOAL := help
GO ?= go
ARGS ?=
# Without cgo nothing needs a C compiler, and whatever is built here shares what was compiled before.
export CGO_ENABLED ?= 0

help: ## Print this help
	@awk -F ':.*## ' '/^[a-z\/]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build ghexport, greenhouse-sim, the demo and chaos into bin/
	$(GO) build -o bin/ ./cmd/...

demo: build ## See the whole thing work: own Postgres, simulated Greenhouse, no configuration (ARGS=--once ends after the table)
	./bin/demo $(ARGS)

test: ## Run every test, on a private Postgres (make lint vets)
	$(GO) test -vet=off -parallel 4 -timeout 30m $(ARGS) ./...
	cd bench && $(GO) test -vet=off -timeout 5m ./...

race: ## Run every test with the race detector (PKG="./worker/..." for some)
	CGO_ENABLED=1 $(GO) test -vet=off -race -parallel 4 -timeout 60m $(ARGS) $(or $(PKG),./...)

bench: ## Measure ours beside raw River and the same guarantee by hand, some minutes (ARGS="-only drain,idle -peers river" for a part)
	cd bench && $(GO) run . $(ARGS)

bench-full: ## Measure every cell with every peer, hours (npm fetches graphile-worker; asynq needs Debian's redis-server)
	cd bench && $(GO) run . -full -install $(ARGS)

VERSION ?= $(shell git describe --tags --always --dirty)
release: ## Build static binaries for amd64 and arm64 into dist/, with checksums and a bill of materials (the same source gives the same bytes)
	rm -rf dist && mkdir dist
	for arch in amd64 arm64; do CGO_ENABLED=0 GOOS=linux GOARCH=$$arch $(GO) build -trimpath -buildvcs=false -o dist/ghexport-$(VERSION)-linux-$$arch \
		-ldflags "-s -w -buildid= -X main.stampedVersion=$(VERSION) -X main.stampedCommit=$$(git rev-parse HEAD)" ./cmd/ghexport || exit 1; done
	cd dist && for binary in ghexport-*; do $(GO) version -m $$binary > $$binary.modules.txt; done && sha256sum ghexport-* > SHA256SUMS

chaos: build ## Attack three nodes with faults of every kind and count (ARGS="--duration 60s --seed 7")
	./bin/chaos $(ARGS)

lint: ## gofmt, go vet, staticcheck
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "not gofmt-ed: $$out" >&2; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	cd bench && $(GO) vet ./...

vuln: ## Look for known vulnerabilities (needs vuln.go.dev)
	$(GO) tool govulncheck ./...

check: test lint ## What CI runs, but for the demo

clean: ## Remove what was built and what a demo left
	rm -rf bin dist .demo .cache

.PHONY: help build demo test race bench bench-full release chaos lint vuln check clean
