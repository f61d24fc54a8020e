# A host for playbooks that is a directory and a range of ports (`harvest_supervisor: process`); sourced by their tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
binary=$(realpath "${HARVESTCTL:-build/release/harvestctl}")
work=$(mktemp -d)
export HOME=$work/home ANSIBLE_LOCAL_TEMP=$work/ansible ANSIBLE_HOME=$work/ansible ANSIBLE_NOCOLOR=1 ANSIBLE_LOCALHOST_WARNING=false
export ANSIBLE_PIPELINING=1
mkdir -p "$HOME"
cleanup() {
  [ ! -x "$work/host/bin/harvest-process" ] || "$work/host/bin/harvest-process" stop || true
  rm -rf "$work"
}
trap cleanup EXIT

base=$((20000 + RANDOM % 12000))
cat >"$work/inventory.yml" <<YAML
---
harvest:
  hosts:
    localhost: {ansible_connection: local, ansible_python_interpreter: /usr/bin/python3}
  vars:
    harvest_supervisor: process
    harvest_binary: $binary
    harvest_content: $PWD/config/game
    harvest_prefix: $work/host
    harvest_etc: $work/host/etc
    harvest_state: $work/host/state
    harvest_backups: $work/host/backups
    harvest_soak: 2
    harvest_client_environment: {HOME: $HOME}
    harvest_settings:
      gateway: {port: $base}
      connsrv: {udp: {port: $((base + 1))}, tcp: {port: $((base + 2))}}
      instance: {udp: {port: $((base + 3))}, tcp: {port: $((base + 4))}}
      admin: {port: $((base + 5))}
YAML

play() { # "PLAYBOOK…" EXPECTED-PATTERN ARGUMENT…
  local books=$1 pattern=$2
  shift 2
  if ! (cd playbooks && ansible-playbook -i "$work/inventory.yml" $books "$@") >"$work/out" 2>&1; then
    cat "$work/out"; tail -20 "$work/host/state/harvest.log" 2>/dev/null || true
    exit 1
  fi
  grep -E "$pattern" "$work/out" >/dev/null || { cat "$work/out"; echo "expected: $pattern"; exit 1; }
}
refused() { # PLAYBOOK EXPECTED-PATTERN ARGUMENT…
  local named=$1 pattern=$2
  shift 2
  if ansible-playbook -i "$work/inventory.yml" "playbooks/$named" "$@" >"$work/out" 2>&1; then
    cat "$work/out"; echo "$named was not refused"
    exit 1
  fi
  grep -E "$pattern" "$work/out" >/dev/null || { cat "$work/out"; echo "expected: $pattern"; exit 1; }
}
harvestctl() { "$work/host/bin/harvestctl" "$@"; }
