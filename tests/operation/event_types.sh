#!/usr/bin/env bash
# Every event type of the source is in harvest-events(7), and no other; every payload of one is fuzzed.
set -euo pipefail
cd "$(dirname "$0")/../.."
source_types=$(grep -oE '"harvest\.[a-z]+(\.[a-z]+)+\.v[0-9]+"' common/protocol/events.hpp | tr -d '"' | sort -u)
page_types=$(grep -oE '^\.It Li harvest\.[a-z.]+\.v[0-9]+' man/harvest-events.7 | sed 's/.* //' | sort -u)
diff <(echo "$source_types") <(echo "$page_types")
nested='AssetAmount|FarmCut' # parts of payloads
for payload in $(sed -nE 's/^BOOST_DESCRIBE_STRUCT\((\w+),.*/\1/p' common/protocol/events.hpp | grep -vxE "$nested"); do
  grep -qw "$payload" tests/fuzz/events.cpp || { echo "tests/fuzz/events.cpp does not read $payload" >&2; exit 1; }
done
echo "$(wc -l <<<"$source_types") event types"
