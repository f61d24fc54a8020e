#!/usr/bin/env bash
# The manual pages lint clean and are what the binary writes today.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "${HARVESTCTL:-build/release/harvestctl}")
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
"$binary" docs man --out "$fresh"
# The pages of section 7 are written by hand.
for page in "$fresh"/*; do diff -u "man/$(basename "$page")" "$page" || { echo "regenerate: harvestctl docs man --out man"; exit 1; }; done
# mandoc looks for references among the installed pages; ours are looked for here.
said=$(mandoc -Tlint man/*.[157] | grep -v 'referenced manual not found' || true)
for page in $(sed -nE 's/^\.Xr ([a-z.-]+) ([157]).*/\1.\2/p' man/*.[157] | sort -u); do
  [ -f "man/$page" ] || [[ $page =~ ^(systemd|sd_|journalctl|mandoc) ]] || said+="no page $page is here"$'\n'
done
if [ -n "$said" ]; then echo "$said"; exit 1; fi
echo "$(ls man/*.[157] | wc -l) pages"
