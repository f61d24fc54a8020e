#!/usr/bin/env bash
# The playbooks of a running system, in earnest: a backup is restored, keys are rotated, and under load a binary is replaced and put
# back; a bad one stops nothing. Check mode changes nothing.
source "$(dirname "$0")/playbook_host.sh"
players() { harvestctl admin player list -o name --limit 500 | sort; }

play site.yml 'changed=[1-9].*failed=0'
harvestctl admin seed --set ci --players 3 --yes >/dev/null
players >"$work/players.kept"
keys=$(harvestctl admin key list -o name | wc -l)
play "backup.yml rotate_keys.yml" 'changed=[1-9].*failed=0'
[ "$(harvestctl admin key list -o name | wc -l)" = "$keys" ] || { echo "a young key was replaced"; exit 1; }
backup=$(ls "$work/host/backups/"harvest-*.tar.gz)
[ "$(stat -c %a "$backup")" = 600 ] || { echo "others can read the backup"; exit 1; }
harvestctl admin seed --set demo --players 4 --yes >/dev/null
players >"$work/players.lost"
if cmp -s "$work/players.kept" "$work/players.lost"; then echo "nothing came after the backup"; exit 1; fi
refused restore.yml 'confirm with the host' -e harvest_backup="$backup"
cp "$backup" "$work/bent.tar.gz"
sed 's/harvest-.*/bent.tar.gz/' "$backup.sha256" >"$work/bent.tar.gz.sha256"
printf x | dd of="$work/bent.tar.gz" bs=1 seek=200 conv=notrunc status=none
refused restore.yml 'Verify the backup' -e harvest_backup="$work/bent.tar.gz" -e harvest_confirm=localhost
head -c 8000 "$backup" >"$work/cut.tar.gz" # its sum is right
(cd "$work" && sha256sum cut.tar.gz >cut.tar.gz.sha256)
refused restore.yml 'Put the data aside' -e harvest_backup="$work/cut.tar.gz" -e harvest_confirm=localhost
players | cmp - "$work/players.lost"
rmdir "$work/host/state.before-"*
play "restore.yml rotate_keys.yml" 'changed=[1-9].*failed=0' -e harvest_key_age=1s -e harvest_backup="$backup" -e harvest_confirm=localhost
players | cmp - "$work/players.kept"
[ -f "$work/host/state.before-"*/harvest.db ] || { echo "what was there is gone"; exit 1; }
echo "a backup is restored, and nothing else"

[ "$(harvestctl admin key list -o name | wc -l)" = $((keys + 1)) ] || { echo "no new key"; exit 1; }
echo "an old key is replaced, a young one is not"

cp "$binary" "$work/harvestctl.new"
printf 'another build' >>"$work/harvestctl.new"
printf '#!/bin/sh\nexit 70\n' >"$work/harvestctl.bad"
play "backup.yml rotate_keys.yml rolling_upgrade.yml" 'failed=0' \
  --check -e harvest_key_age=1s -e harvest_binary="$work/harvestctl.new"
before=$(cat "$work/host/state/harvest.pid")
kill -0 "$before"
refused rolling_upgrade.yml 'Try the new binary' -e harvest_binary="$work/harvestctl.bad"
[ "$before" = "$(cat "$work/host/state/harvest.pid")" ] && kill -0 "$before" || { echo "a bad binary stopped it"; exit 1; }
echo "check mode changes nothing; a bad binary stops the upgrade and nothing else"

harvestctl loadtest run mixed --verify --bots 6 --duration 90s -o json >"$work/load" 2>&1 &
load=$!
play rolling_upgrade.yml 'changed=[1-9].*failed=0' -e harvest_binary="$work/harvestctl.new"
cmp "$work/host/bin/harvestctl" "$work/harvestctl.new"
cmp "$work/host/bin/harvestctl.previous" "$binary"
wait $load || true # how long a restart takes is the machine's affair
python3 - "$work/load" <<'PYTHON'
import json, sys
report = json.loads(next(line for line in open(sys.argv[1]) if line.startswith("{")))
assert report["longest_cut_ms"] > 0, "no bot was cut off: the upgrade was not under load"
claims = [each for each in report["thresholds"] if each["threshold"].startswith("verify")]
assert len(claims) >= 3 and all(each["passed"] for each in claims), claims
errors = {each["what"] for each in report["errors_by_kind"]}
assert errors <= {"resume took_over_10s"}, errors
PYTHON
play rolling_upgrade.yml 'changed=0 .*failed=0' -e harvest_binary="$work/harvestctl.new"
play rollback.yml 'changed=[1-9].*failed=0'
cmp "$work/host/bin/harvestctl" "$binary"
harvestctl admin health >/dev/null
echo "an upgrade under load loses nothing, a second one changes nothing, and it is rolled back"
