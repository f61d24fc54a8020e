# Shared by the scripts: where the repository is, plain progress lines, Debian packages, the build.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"

say() { printf '%s\n' "== $*"; }
fail() { printf '%s\n' "error: $*" >&2; exit 1; }

# What a build and a running game need; the second word of a line says why.
build_packages=(
  "g++:the compiler" "cmake:build files" "ninja-build:the build" "ccache:fast rebuilds" "pkg-config:finds libraries"
  "libboost1.81-dev:Asio, Describe" "libboost-json1.81-dev:JSON" "libboost-url1.81-dev:URLs"
  "libenet-dev:reliable UDP" "libssl-dev:TLS, DTLS, keys" "libsqlite3-dev:the embedded store" "libpq-dev:the PostgreSQL store" "libyaml-cpp-dev:configuration"
  "libcli11-dev:the command line" "libspdlog-dev:logs" "libfmt-dev:text" "libargon2-dev:passwords"
  "prometheus-cpp-dev:metrics" "libsystemd-dev:service notification" "libutf8proc-dev:column widths" "libxxhash-dev:state hashes"
  "libhiredis-dev:the protocol of Redis" "librdkafka-dev:the distributed event log"
)
test_packages=(
  "catch2:unit tests" "libbenchmark-dev:benchmarks" "libmbedtls-dev:the stand-in DTLS client"
  "clang-19:sanitizers and fuzzing" "lld-19:links their programs and the tests'" "libclang-rt-19-dev:their runtime" "llvm-19:their symbols" "clang-format-19:formatting"
  "clang-tidy-19:lint" "curl:REST by hand" "python3:test drivers" "python3-venv:holds the schemas of Kubernetes" "mandoc:man page lint" "prometheus:scrapes, and checks alerts"
  "godot3-server:a stock game client" "chromium:a stock browser" "nodejs:drives the browser" "systemd:unit files"
  "prometheus-node-exporter:figures of the machine" "ansible:the playbooks" "ansible-lint:their faults" "yamllint:their style" "sqlite3:looks into stores" "nginx-light:the HTTPS yardstick"
  "procps:finds processes" "locales:one with a decimal comma" "time:measures" "redis-server:the real one, for scripts/services and faults"
  "postgresql-15:a real server" "openjdk-17-jre-headless:runs Kafka for tests" "maven:resolves Kafka"
)

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else
    command -v sudo >/dev/null || fail "not root and no sudo: install these packages by hand: ${missing[*]}"
    sudo "$@"
  fi
}

# install_packages "name:why"… installs what is missing, in one step, and says what and why. A tool that came another
# way (a newer node, say) counts as there.
install_packages() {
  missing=()
  local entry name
  for entry in "$@"; do
    name=${entry%%:*}
    if dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed'; then continue; fi
    if [ "$name" = nodejs ] && command -v node >/dev/null; then continue; fi
    if [ "$name" = npm ] && command -v npm >/dev/null; then continue; fi
    if [ "$name" = python3 ] && command -v python3 >/dev/null; then continue; fi
    printf '   %-24s %s\n' "$name" "${entry#*:}"
    missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${#missing[@]} Debian packages (the list above says why)"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
}

# One compiler a core, and not more than the memory carries (1.5 GB each).
jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/MemAvailable/ {print int($2 / 1500000)}' /proc/meminfo)
  echo $((memory < cores ? (memory > 0 ? memory : 1) : cores))
}

# build PRESET [TARGET…]
build() {
  local preset=$1
  shift
  export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_PCH_EXTSUM=1
  cmake --preset "$preset" -DHARVEST_TESTS="${HARVEST_TESTS:-ON}" >"build-$preset.log" 2>&1 || { cat "build-$preset.log" >&2; fail "cmake --preset $preset"; }
  rm -f "build-$preset.log"
  NINJA_STATUS="[%f/%t %es] " ninja -C "build/$preset" -j"$(jobs)" "$@" | awk -v quiet="${HARVEST_QUIET:-0}" '
    /FAILED|error:|warning:/ {bad = 1} bad || NR % 25 == 0 || /ninja:/ {print; fflush()}'
}
