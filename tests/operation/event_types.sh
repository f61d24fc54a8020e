#!/usr/bin/env bash
# Every event type of the source has its schema and its place in harvest-events(7), with all its members, and no other; every
# payload of one is fuzzed.
set -euo pipefail
cd "$(dirname "$0")/../.."
type='harvest\.[a-z]+(\.[a-z]+)*\.v[0-9]+'
sources=(common/protocol/events.hpp common/protocol/tournaments.hpp)
source_types=$(grep -ohE "\"$type\"" "${sources[@]}" | tr -d '"' | sort -u)
page_types=$(grep -oE "^\.It Li $type" man/harvest-events.7 | sed 's/.* //' | sort -u)
schema_types=$(find config/schemas/events -name '*.json' -printf '%f\n' | sed 's/\.json$//' | sort -u)
diff <(echo "$source_types") <(echo "$page_types")
diff <(echo "$source_types") <(echo "$schema_types")
elsewhere=$(grep -rnE "\"$type\"" common daemons cli --include='*.cpp' --include='*.hpp' | grep -vE '^common/protocol/(events|tournaments).hpp' \
  | grep -v '^cli/commands_' | grep -v '//' || true)
if [ -n "$elsewhere" ]; then echo "$elsewhere"; echo "name the type in ${sources[*]}"; exit 1; fi
python3 - <<'PYTHON'
import json, pathlib, re
page = pathlib.Path("man/harvest-events.7").read_text()
for path in sorted(pathlib.Path("config/schemas/events").glob("*.json")):
    entry = page.split(f".It Li {path.stem}\n")[1]
    members = entry.split(".Li data :\n.Li ")[1].split("\n")[0].rstrip(" .;").split()
    wanted = list(json.loads(path.read_text())["properties"])
    assert members == wanted, f"{path.stem}: the page says {members}, the schema {wanted}"
PYTHON
nested='AccountChange|AssetAmount|EventHead|FarmCut|SampleFigure' # parts of payloads
for payload in TournamentEnded $(sed -nE 's/^BOOST_DESCRIBE_STRUCT\((\w+),.*/\1/p' common/protocol/events.hpp | grep -vxE "$nested"); do
  grep -qw "$payload" tests/fuzz/events.cpp || { echo "tests/fuzz/events.cpp does not read $payload" >&2; exit 1; }
done
echo "$(wc -l <<<"$source_types") event types"
