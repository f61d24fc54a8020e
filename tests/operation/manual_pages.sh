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
said=$(mandoc -Tlint -Wwarning man/*.[157] || true)
if [ -n "$said" ]; then echo "$said"; exit 1; fi
echo "$(ls man/*.[157] | wc -l) pages"
