#!/usr/bin/env bash
# Every event type of the source is in harvest-events(7), and no other.
set -euo pipefail
cd "$(dirname "$0")/../.."
source_types=$(grep -oE '"harvest\.[a-z]+(\.[a-z]+)+\.v[0-9]+"' common/protocol/events.hpp | tr -d '"' | sort -u)
page_types=$(grep -oE '^\.It Li harvest\.[a-z.]+\.v[0-9]+' man/harvest-events.7 | sed 's/.* //' | sort -u)
diff <(echo "$source_types") <(echo "$page_types")
echo "$(wc -l <<<"$source_types") event types"
