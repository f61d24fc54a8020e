#!/bin/bash
# T15: the same battles give the same hashes under g++ and clang, -O0 and -O3, another locale and time zone.
# Builds only the rules and their loader, outside the build system. Usage: check.sh [MATCHES] [WORK_DIR] [BUILDS]
# BUILDS is "two" (g++ -O0 and the other compiler at -O3; the default) or "all" (each compiler at both).
set -euo pipefail
cd "$(dirname "$0")/../../../.."
matches=${1:-200}
work=${2:-$(mktemp -d)}
builds=${3:-two}
mkdir -p "$work"
launcher=${CMAKE_CXX_COMPILER_LAUNCHER:-$(command -v ccache || true)}

clang=""
for name in clang++-19 clang++-18 clang++-17 clang++-16 clang++-15 clang++; do
    if command -v "$name" > /dev/null; then clang=$name; break; fi
done
variants=("g++ -O0" "g++ -O3")
if [ -n "$clang" ]; then
    variants=("g++ -O0" "$clang -O3")
    [ "$builds" = all ] && variants=("g++ -O0" "g++ -O3" "$clang -O0" "$clang -O3")
else
    echo "skipped: no clang on this machine, g++ alone is compared"
fi

sources=(common/base/errc.cpp common/base/encoding.cpp common/base/assert.cpp common/game/battle/*.cpp
         common/game/battle/bots/*.cpp common/game/farm/*.cpp common/config/yaml_document.cpp common/config/game/*.cpp
         tests/unit/game/determinism/battle_hashes.cpp)

build() { # compiler, optimisation, folder
    mkdir -p "$3"
    local objects=()
    for source in "${sources[@]}"; do
        local object="$3/$(echo "$source" | tr / _).o"
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
    compare "$variant, C, UTC" "$(LC_ALL=C TZ=UTC "$folder/battle_hashes" config/game "$matches" 1)"
    other=$(locale -a 2> /dev/null | grep -viE '^(C|POSIX|C\.utf-?8)$' | head -1 || true)
    compare "$variant, ${other:-C.UTF-8}, Asia/Kathmandu" \
        "$(LC_ALL=${other:-C.UTF-8} TZ=Asia/Kathmandu "$folder/battle_hashes" config/game "$matches" 1)"
done
# The comparison must be able to fail.
if [ "$(LC_ALL=C "$folder/battle_hashes" config/game "$matches" 2)" = "$expected" ]; then
    echo "FAILED: another seed gives the same digest"; exit 1
fi
echo "the same hashes in every build ($matches matches)"
