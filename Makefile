# Each command is a script of the same name in scripts/; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup run build watch deb image chart release test test-packages lint audit fmt settings openapi prepare-sql bench \
  screenshot clean

help: ## What can be made
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 22

setup: ## Install what building and testing need, where it is missing
	@scripts/setup test

run: ## Build the release and serve it at http://127.0.0.1:3000
	@scripts/run

build: ## Build the release: target/release/latchkey
	@scripts/build

watch: ## Serve a debug build and reload it at every change
	@scripts/watch

deb: ## Make the Debian packages in dist/
	@scripts/deb

image: ## Build the container image of the release, in dist/
	@scripts/image

chart: ## Package the Helm chart and the manifests for Kubernetes, in dist/
	@scripts/chart

release: ## Make packages, image, chart, checksums and signatures in dist/
	@scripts/release

test: ## Every check and test: format, lints, unit, database, router, browser
	@scripts/test

test-packages: ## Test the Debian packages, the image, the chart, the proxies before the portal, and upgrades
	@scripts/test-packages

lint: ## Format, lints, licences and the invariants of ARCHITECTURE.md
	@scripts/lint

audit: ## Check dependencies for known advisories; needs their database
	@scripts/audit

fmt: ## Format the code
	@cargo fmt --all

settings: ## Write the table of settings in README.md
	@scripts/settings

openapi: ## Write docs/openapi.json, the description of the API
	@scripts/openapi

prepare-sql: ## Describe the SQL of the code in crates/backend/.sqlx
	@scripts/prepare-sql

bench: ## Measure speed, size and memory of a release build
	@scripts/bench

screenshot: ## Take the README's pictures from a portal of its own
	@scripts/screenshot

clean: ## Remove what was built; the data folder stays
	@cargo clean
