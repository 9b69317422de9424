# make demo          a clinic app with its encrypted database, deployed, proven
# make demo-stop     stops it; the data stays
# make demo-destroy  removes it: containers, networks, rules, data, keys
# make test          every test
# make install       programs, configuration and systemd units for a real installation

SHELL := /bin/sh
CARGO ?= cargo
PREFIX ?= /usr

.PHONY: help deps build init verify demo demo-stop demo-destroy test test-deps lint test-rust test-postgres test-clinic bench install

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

deps:
	@scripts/install-dependencies.sh

test-deps:
	@scripts/install-dependencies.sh --test

# The program that starts inside every container is linked statically: it must run in any image.
init:
	@$(CARGO) rustc -q -p ward-init --release --bin ward-init -- -C target-feature=+crt-static

# So is the program that an auditor takes away.
verify:
	@$(CARGO) rustc -q -p ward-verify --release --bin ward-verify -- -C target-feature=+crt-static

build: init verify
	$(CARGO) build --release -p wardd -p ward

demo: deps
	@python3 demo/demo.py up

demo-stop:
	@python3 demo/demo.py stop

demo-destroy:
	@python3 demo/demo.py destroy

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy -q --workspace --all-targets -- -D warnings

test-rust: init
	$(CARGO) test --workspace

# The same suite on the other store.
test-postgres:
	scripts/with-postgres.sh scripts/run-tests.py ward-spine ward-identity ward-api ward-platform:ward_platform

test-clinic:
	examples/clinic/tests/run.sh

test: test-deps lint test-rust test-postgres test-clinic

bench:
	$(CARGO) run --release -p ward-ledger --example ledger-bench
	$(CARGO) run --release -p ward-ingress --example bench
	$(CARGO) run --release -p ward-redact --example redact-bench
	$(CARGO) run --release -p ward-redact --example redact-judge

install: build
	install -D -m 0755 target/release/wardd $(DESTDIR)$(PREFIX)/bin/wardd
	install -D -m 0755 target/release/ward $(DESTDIR)$(PREFIX)/bin/ward
	install -D -m 0755 target/release/ward-verify $(DESTDIR)$(PREFIX)/bin/ward-verify
	install -D -m 0755 target/release/ward-init $(DESTDIR)$(PREFIX)/lib/ward/ward-init
	install -D -m 0644 packaging/systemd/wardd.service $(DESTDIR)/lib/systemd/system/wardd.service
	install -D -m 0644 packaging/systemd/ward-ingress.service $(DESTDIR)/lib/systemd/system/ward-ingress.service
	install -D -m 0644 packaging/systemd/run-ward.mount $(DESTDIR)/lib/systemd/system/run-ward.mount
	[ -e $(DESTDIR)/etc/ward/ward.toml ] || install -D -m 0600 crates/wardd/ward.example.toml $(DESTDIR)/etc/ward/ward.toml
