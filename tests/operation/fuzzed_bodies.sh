#!/usr/bin/env bash
# The body of every request that a daemon or the admin API reads is fuzzed (T36).
set -euo pipefail
cd "$(dirname "$0")/../.."
readers='decode|read_body|read_data|read_request|forward_chat|pass_action|pass_craft'
# decode<> reads replies too; Nothing has no members, Request is a template's parameter.
bodies=$(grep -rhoE "\b($readers)<(harvest::)?(protocol::)?[A-Z][A-Za-z]+>" daemons cli/api --include='*.cpp' --include='*.hpp' \
  | sed -E 's/^([a-z_]+)<(.*::)?/\1 /; s/>//' \
  | awk '($1 != "decode" || $2 ~ /(Request|Call|Tournament)$/) && $2 !~ /^(Nothing|Request)$/ {print $2}' | sort -u)
for body in $bodies; do
  grep -qw "$body" tests/fuzz/bodies.cpp || { echo "tests/fuzz/bodies.cpp does not read $body" >&2; exit 1; }
done
count=$(wc -w <<<"$bodies")
[ "$count" -gt 60 ] || { echo "only $count bodies found: has a reader another name?" >&2; exit 1; }
echo "$count bodies"
