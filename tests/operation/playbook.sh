#!/usr/bin/env bash
# The playbook brings a healthy system up on this machine; a second run changes nothing; check mode passes on an empty host;
# a changed setting restarts it. The host is a directory and a range of ports (`harvest_supervisor: process`).
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "${HARVESTCTL:-build/release/harvestctl}")
work=$(mktemp -d)
export HOME=$work/home ANSIBLE_LOCAL_TEMP=$work/ansible ANSIBLE_HOME=$work/ansible ANSIBLE_NOCOLOR=1 ANSIBLE_LOCALHOST_WARNING=false
mkdir -p "$HOME"
cleanup() {
  [ ! -x "$work/host/bin/harvest-process" ] || "$work/host/bin/harvest-process" stop || true
  rm -rf "$work"
}
trap cleanup EXIT

yamllint -c playbooks/.yamllint playbooks

# Whatever the binary is linked with, the playbook installs; what every Debian has apart.
objdump -p "$binary" | awk '$1 == "NEEDED" { print $2 }' | while read -r library; do
  case $library in libc.so.* | libm.so.* | libgcc_s.so.* | libstdc++.so.* | ld-linux*) continue ;; esac
  file=$(realpath "$(ldconfig -p | awk -v name="$library" '$1 == name { print $NF; exit }')")
  package=$({ dpkg -S "$file" || dpkg -S "${file#/usr}"; } 2>/dev/null | sed 's/:.*//') || { echo "$file is of no package"; exit 1; }
  grep -qx "  - $package" playbooks/roles/common/defaults/main.yml || { echo "$library is in $package, which the playbook does not install"; exit 1; }
done
echo "the playbook installs every library of the binary"
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
    harvest_client_environment: {HOME: $HOME}
    harvest_settings:
      gateway: {port: $base}
      connsrv: {udp: {port: $((base + 1))}, tcp: {port: $((base + 2))}}
      instance: {udp: {port: $((base + 3))}, tcp: {port: $((base + 4))}}
      admin: {port: $((base + 5))}
YAML

play() { # EXPECTED-PATTERN ARGUMENT…
  local pattern=$1
  shift
  if ! ansible-playbook -i "$work/inventory.yml" playbooks/site.yml "$@" >"$work/out" 2>&1; then
    cat "$work/out"; tail -20 "$work/host/state/harvest.log" 2>/dev/null || true
    exit 1
  fi
  grep -E "$pattern" "$work/out" >/dev/null || { cat "$work/out"; echo "expected: $pattern"; exit 1; }
}

play 'failed=0' --check --diff
echo "check mode passes on an empty host"
play 'changed=[1-9].*failed=0'
"$work/host/bin/harvestctl" admin health >/dev/null
echo "the first run brings up a healthy system"
play 'changed=0 .*failed=0'
echo "the second run changes nothing"
before=$(cat "$work/host/state/harvest.pid")
sed -i "s/admin: {port: $((base + 5))}/admin: {port: $((base + 5))}\n      drain_timeout: 20s/" "$work/inventory.yml"
play 'changed=[1-9].*failed=0'
[ "$before" != "$(cat "$work/host/state/harvest.pid")" ] || { echo "a changed setting did not restart it"; exit 1; }
"$work/host/bin/harvestctl" admin health >/dev/null
echo "a changed setting restarts it"
