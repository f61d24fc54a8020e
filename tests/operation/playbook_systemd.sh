#!/usr/bin/env bash
# The playbook under a real systemd: a system of its own in namespaces over a throw-away copy of this machine's files.
# Installs, starts and enables the unit; a second run changes nothing; a changed setting restarts it; killed, it comes back. A backup
# is taken and restored, though the unit's user is a dynamic one.
set -euo pipefail
cd "$(dirname "$0")/../.."
skip() {
  echo "skipped: $1 (the playbook's other test runs without systemd)"
  exit 77
}
binary=$(realpath "${HARVESTCTL:-build/release/harvestctl}")
work=$(mktemp -d)
init=
cleanup() {
  [ -z "$init" ] || kill -KILL "$init" 2>/dev/null || true # the namespace's first process: everything in it goes too
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

mkdir "$work/probe"
unshare --mount --pid --uts --ipc --fork --propagation private bash -c "mount -t tmpfs tmpfs '$work/probe' && cd '$work/probe' &&
  mkdir upper work root && mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root" 2>/dev/null ||
  skip "no right to make namespaces and overlays here"

cat >"$work/boot" <<'BOOT'
#!/bin/bash
# Boots systemd in the namespaces that it is started in. Usage: boot WORK REPOSITORY BINARY
set -euo pipefail
work=$1 repository=$2 binary=$3
root=$work/root
mkdir -p "$root" "$work/layer"
mount -t tmpfs tmpfs "$work/layer"
mkdir "$work/layer/upper" "$work/layer/work"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/layer/upper,workdir=$work/layer/work" "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mkdir -p "$root$repository" "$root/srv/harvest"
mount --bind "$repository" "$root$repository"
install -m 0755 "$binary" "$root/srv/harvest/harvestctl"
rm -rf "$root/etc/systemd/system/"*.wants "$root/etc/harvest" "$root/var/lib/harvest"
# The root of its mount namespace and not a chroot: in one of those no unit may have a user namespace.
cd "$root"
mkdir -p before
pivot_root . before
umount --lazy /before
exec env -i container=test PATH="$PATH" /lib/systemd/systemd --unit=basic.target systemd.log_target=journal
BOOT
chmod +x "$work/boot"
unshare --mount --pid --uts --ipc --fork --propagation private "$work/boot" "$work" "$PWD" "$binary" >"$work/boot.log" 2>&1 &
launcher=$!

# Runs a command in there.
inside() {
  nsenter --target "$init" --mount --pid --uts --ipc --root env --chdir=/ -i PATH="$PATH" HOME=/root LANG=C.UTF-8 \
    ANSIBLE_NOCOLOR=1 ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_PIPELINING=1 "$@"
}
for _ in $(seq 100); do
  init=$(pgrep -P "$launcher" || true)
  [ -z "$init" ] || ! inside systemctl is-active --quiet basic.target 2>/dev/null || break
  sleep 0.2
done
[ -n "$init" ] && inside systemctl is-active --quiet basic.target || { cat "$work/boot.log"; skip "systemd does not come up on this machine"; }

base=$((20000 + RANDOM % 12000))
inventory() { # A setting more.
  inside tee /srv/harvest/inventory.yml >/dev/null <<YAML
---
harvest:
  hosts:
    localhost: {ansible_connection: local, ansible_python_interpreter: /usr/bin/python3}
  vars:
    harvest_binary: /srv/harvest/harvestctl
    harvest_content: $PWD/config/game
    harvest_settings:
      gateway: {port: $base}
      connsrv: {udp: {port: $((base + 1))}, tcp: {port: $((base + 2))}}
      instance: {udp: {port: $((base + 3))}, tcp: {port: $((base + 4))}}
      admin: {port: $((base + 5))}
      $*
YAML
}
play() { # EXPECTED-PATTERN ARGUMENT…
  local pattern=$1
  shift
  if ! inside ansible-playbook -i /srv/harvest/inventory.yml "$PWD/playbooks/${book:-site.yml}" "$@" >"$work/out" 2>&1; then
    cat "$work/out"
    inside journalctl --no-pager -n 40 -u harvest-all.service || true
    exit 1
  fi
  grep -E "$pattern" "$work/out" >/dev/null || { cat "$work/out"; echo "expected: $pattern"; exit 1; }
}
main_pid() { inside systemctl show --property MainPID --value harvest-all.service; }
healthy() { inside /usr/bin/harvestctl admin health --data-dir /var/lib/harvest/all >/dev/null; }

inventory
play 'failed=0' --check --diff
echo "check mode passes on an empty host"
play 'changed=[1-9].*failed=0'
healthy
inside systemctl is-enabled --quiet harvest-all.service
echo "the first run brings up a healthy unit, enabled"
play 'changed=0 .*failed=0'
echo "the second run changes nothing"
before=$(main_pid)
inventory "drain_timeout: 20s"
play 'changed=[1-9].*failed=0'
[ "$before" != "$(main_pid)" ] || { echo "a changed setting did not restart it"; exit 1; }
healthy
echo "a changed setting restarts it"
before=$(main_pid)
inside kill -KILL "$before"
for _ in $(seq 100); do
  after=$(main_pid)
  [ "$after" = 0 ] || [ "$after" = "$before" ] || ! healthy 2>/dev/null || break
  sleep 0.2
done
[ "$after" != "$before" ] && healthy || { echo "killed, it does not come back"; exit 1; }
echo "killed, it comes back"
owner() { inside stat -L -c %U:%a /var/lib/harvest/all/harvest.db; }
players() { inside /usr/bin/harvestctl admin player list -o name --limit 500 --data-dir /var/lib/harvest/all | sort; }
inside /usr/bin/harvestctl admin seed --set ci --players 3 --yes --data-dir /var/lib/harvest/all >/dev/null
players >"$work/kept"
book=backup.yml play 'changed=[1-9].*failed=0'
inside /usr/bin/harvestctl admin seed --set demo --players 4 --yes --data-dir /var/lib/harvest/all >/dev/null
backup=$(inside bash -c 'ls /var/backups/harvest/harvest-*.tar.gz')
book=restore.yml play 'changed=[1-9].*failed=0' -e harvest_backup="$backup" -e harvest_confirm=localhost
players | cmp - "$work/kept" || { echo "another state than the backup's"; exit 1; }
[ "$(owner)" = harvest-all:600 ] || { echo "the store is of $(owner)"; exit 1; }
echo "a backup is restored, for the unit's own user"
inside systemctl stop harvest-all.service
[ "$(inside systemctl show --property Result --value harvest-all.service)" = success ] || { echo "it does not stop cleanly"; exit 1; }
echo "it stops cleanly"
