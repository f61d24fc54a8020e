#!/bin/bash
# T15: the same battles give the same hashes under g++ and clang, -O0 and -O3, a locale with a decimal comma and another
# time zone. Fails, not skips, where one of them is missing.
# Builds only the rules and their loader, outside the build system. Usage: check.sh [MATCHES] [WORK_DIR] [BUILDS] [SEED]
# BUILDS is "two" (g++ -O0 and the other compiler at -O3; the default) or "all" (each compiler at both). Another SEED, other battles.
set -euo pipefail
cd "$(dirname "$0")/../../../.."
matches=${1:-200}
work=${2:-$(mktemp -d)}
builds=${3:-two}
seed=${4:-1}
mkdir -p "$work"
launcher=${CMAKE_CXX_COMPILER_LAUNCHER:-$(command -v ccache || true)}

clang=""
for name in clang++-19 clang++-18 clang++-17 clang++-16 clang++-15 clang++; do
    if command -v "$name" > /dev/null; then clang=$name; break; fi
done
[ -n "$clang" ] || { echo "FAILED: no clang on this machine (package clang-19)"; exit 1; }
variants=("g++ -O0" "$clang -O3")
[ "$builds" != all ] || variants=("g++ -O0" "g++ -O3" "$clang -O0" "$clang -O3")
localedef -i de_DE -f UTF-8 "$work/de_DE.UTF-8" || { echo "FAILED: no German locale (package locales)"; exit 1; }

# A folder is one unit: most of a file's compilation is the same headers as its neighbours'.
folders=(common/game/battle common/game/battle/bots common/game/farm common/game/economy common/game/crafting common/game/progress
         common/game/rating common/config/game)
sources=(common/base/errc.cpp common/base/domain_table.cpp common/base/encoding.cpp common/base/assert.cpp common/base/time.cpp
         common/config/yaml_document.cpp tests/unit/game/determinism/battle_hashes.cpp)
for folder in "${folders[@]}"; do
    unit="$work/$(echo "$folder" | tr / _).cpp"
    printf '#include "%s"\n' "$folder"/*.cpp > "$unit"
    sources+=("$unit")
done

build() { # compiler, optimisation, folder
    mkdir -p "$3"
    local objects=()
    for source in "${sources[@]}"; do
        local object="$3/$(basename "$source").o"
        objects+=("$object")
        $launcher "$1" -std=c++20 "$2" -I. -c "$source" -o "$object"
    done
    "$1" "${objects[@]}" -lyaml-cpp -lcrypto -lfmt -o "$3/battle_hashes"
}

expected=""
compare() { # what, digest
    echo "$1: $(echo "$2" | tail -1)"
    if [ -z "$expected" ]; then expected=$2; fi
    if [ "$2" != "$expected" ]; then echo "FAILED: $1 gives other hashes"; exit 1; fi
}

for variant in "${variants[@]}"; do
    read -r compiler level <<< "$variant"
    folder="$work/$(echo "$variant" | tr -d ' +')"
    build "$compiler" "$level" "$folder"
    compare "$variant, C, UTC" "$(LC_ALL=C TZ=UTC "$folder/battle_hashes" config/game "$matches" "$seed")"
    compare "$variant, de_DE, Asia/Kathmandu" \
        "$(LOCPATH="$work" LC_ALL=de_DE.UTF-8 TZ=Asia/Kathmandu "$folder/battle_hashes" config/game "$matches" "$seed" --comma)"
done
# Both must be able to fail: the comparison, and the look at the comma.
if LC_ALL=C "$folder/battle_hashes" config/game 1 1 --comma > /dev/null; then
    echo "FAILED: the C locale passes for one with a decimal comma"; exit 1
fi
if [ "$(LC_ALL=C "$folder/battle_hashes" config/game "$matches" $((seed + 1)))" = "$expected" ]; then
    echo "FAILED: another seed gives the same digest"; exit 1
fi
echo "the same hashes in every build ($matches matches)"
