# Functions and folders that the scripts share. Sourced, not run.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/latchkey
TOOLS=$CACHE/tools
# Always set and absolute, so that cargo, cargo-leptos and the scripts use the same folder.
TARGET=$(realpath -ms "${CARGO_TARGET_DIR:-$ROOT/target}")
export CARGO_TARGET_DIR=$TARGET
export PATH="$TOOLS/bin:$TOOLS/node_modules/.bin:$PATH:$HOME/.cargo/bin"

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# version: prints the version, which Cargo.toml alone names.
version() { sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' Cargo.toml; }

# free_port: prints a port of 127.0.0.1 that nothing listens at.
free_port() {
  node -e 'const server = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close(); })'
}

PASSED=0
FAILED=0
# check NAME COMMAND...: runs the command, shows its output only if it fails, and counts.
check() {
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    PASSED=$((PASSED + 1))
    say "  ok      $name"
  else
    FAILED=$((FAILED + 1))
    say "  FAILED  $name"
    printf '%s\n' "$output" | sed 's/^/          /'
  fi
}
