# What there is to do here. `make` alone lists it.
SHELL := /bin/bash
BIN := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/mboka/bin/mboka

.PHONY: help demo test check bench build

help:
	@echo 'make demo    try Mboka in this terminal and on two phones in the browser: no account, no token'
	@echo '             (make demo ARGS="--as whatsapp --lang ln")'
	@echo 'make test    every check that CI runs'
	@echo 'make check   the same without the race detector, the fault suite and fuzzing'
	@echo 'make bench   the benchmarks'
	@echo 'make build   the binary, to $(BIN)'

build:
	@mkdir -p $(dir $(BIN))
	@CGO_ENABLED=0 go build -trimpath -o $(BIN) ./cmd/mboka

demo:
	@.ci/install postgresql
	@$(MAKE) --no-print-directory build
	@$(BIN) demo $(ARGS)

test:
	@.ci/install postgresql redis-server gcc chromium
	@.ci/check

check:
	@.ci/install postgresql redis-server chromium
	@.ci/check quick

bench:
	@.ci/install postgresql redis-server
	@go test -run '^$$' -bench . -benchmem ./...
