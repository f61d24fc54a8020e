#!/usr/bin/env bash
# The playbook brings a healthy system up on this machine; a second run changes nothing; check mode passes on an empty host;
# a changed setting restarts it. The linters find nothing in any playbook.
source "$(dirname "$0")/playbook_host.sh"
yamllint -c playbooks/.yamllint playbooks
ansible-lint --offline --nocolor -q playbooks

# Whatever the binary is linked with, the playbook installs; what every Debian has apart.
objdump -p "$binary" | awk '$1 == "NEEDED" { print $2 }' | while read -r library; do
  case $library in libc.so.* | libm.so.* | libgcc_s.so.* | libstdc++.so.* | ld-linux*) continue ;; esac
  file=$(realpath "$(ldconfig -p | awk -v name="$library" '$1 == name { print $NF; exit }')")
  package=$({ dpkg -S "$file" || dpkg -S "${file#/usr}"; } 2>/dev/null | sed 's/:.*//') || { echo "$file is of no package"; exit 1; }
  grep -qx "  - $package" playbooks/roles/common/defaults/main.yml || { echo "$library is in $package, which the playbook does not install"; exit 1; }
done
echo "the playbook installs every library of the binary"
play site.yml 'failed=0' --check --diff
echo "check mode passes on an empty host"
play site.yml 'changed=[1-9].*failed=0'
harvestctl admin health >/dev/null
echo "the first run brings up a healthy system"
play site.yml 'changed=0 .*failed=0'
echo "the second run changes nothing"
before=$(cat "$work/host/state/harvest.pid")
sed -i "s/admin: {port: $((base + 5))}/admin: {port: $((base + 5))}\n      drain_timeout: 20s/" "$work/inventory.yml"
play site.yml 'changed=[1-9].*failed=0'
[ "$before" != "$(cat "$work/host/state/harvest.pid")" ] || { echo "a changed setting did not restart it"; exit 1; }
harvestctl admin health >/dev/null
echo "a changed setting restarts it"
