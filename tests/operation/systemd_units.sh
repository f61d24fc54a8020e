#!/usr/bin/env bash
# The units verify without a word, and each is exposed no more than 1.5.
set -euo pipefail
cd "$(dirname "$0")/../../config/systemd"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
# A root of its own, so that the units need not be installed: verify wants the binary and the documentation.
mkdir -p "$root/etc/systemd/system"
cp -r . "$root/etc/systemd/system/"
binary=$(realpath "${HARVESTCTL:-../../build/release/harvestctl}")
for unit in "$root"/etc/systemd/system/*.service; do sed -i "s|/usr/bin/harvestctl|$binary|" "$unit"; done
instances=()
for daemon in gateway connsrv auth match instance chat metrics; do
  cp "$root/etc/systemd/system/harvest@.service" "$root/etc/systemd/system/harvest@$daemon.service"
  instances+=("$root/etc/systemd/system/harvest@$daemon.service")
done
said=$(SYSTEMD_UNIT_PATH="$root/etc/systemd/system:" systemd-analyze verify --man=no "${instances[@]}" \
  "$root"/etc/systemd/system/{harvest-all.service,harvest-gateway.socket,harvest.target,harvest.slice} 2>&1 | grep -E 'harvest' || true)
if [ -n "$said" ]; then printf 'systemd-analyze verify says:\n%s\n' "$said"; exit 1; fi
for unit in "$root/etc/systemd/system/harvest-all.service" "${instances[@]}"; do
  systemd-analyze security --offline=true --threshold=15 --no-pager "$unit" >"$root/report" || { tail -3 "$root/report"; exit 1; }
  tail -1 "$root/report"
done
