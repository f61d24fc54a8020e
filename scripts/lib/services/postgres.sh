# PostgreSQL 15 from Debian's packages in a cluster of its own: durable (fsync on), TLS, loopback TCP with a password.
# Its collation is not C, as with most installations: what depends on the default shows in tests.
postgres_bin=/usr/lib/postgresql/15/bin
postgres_home=$services_dir/postgres
postgres_port=${HARVEST_POSTGRES_PORT:-15432}
postgres_name=harvest_test # of the role, its password and its database

# The server refuses to run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

postgres_pid() { as_postgres head -1 "$postgres_home/data/postmaster.pid" 2>/dev/null; }
# pg_ctl would take a process that died and that nobody has reaped (as in a container) for one that runs.
postgres_runs() {
  local pid
  pid=$(postgres_pid) && grep -qs '^State:.[^Z]' "/proc/$pid/status" && grep -qs '^Name:.postgres$' "/proc/$pid/status"
}
# The socket lies in a folder of the server's user alone, which is why it needs no password.
postgres_sql() { as_postgres psql -X -q -v ON_ERROR_STOP=1 -h "$postgres_home" -p "$postgres_port" -U postgres "$@"; }

postgres_start() {
  as_postgres "$postgres_bin/pg_ctl" -D "$postgres_home/data" -l "$postgres_home/server.log" -w -t 60 start
}

postgres_make() {
  local owner fresh=$postgres_home/new
  owner=$(as_postgres id -u)
  install -d -m 0700 -o "$owner" "$postgres_home"
  rm -rf "$fresh"
  as_postgres "$postgres_bin/initdb" -D "$fresh" -U postgres -E UTF8 --locale=C.UTF-8 --locale-provider=icu \
    --icu-locale=en-US --auth-local=trust --auth-host=scram-sha-256 >"$services_dir/postgres-initdb.log" 2>&1 ||
    fail "initdb failed: see $services_dir/postgres-initdb.log"
  as_postgres openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$fresh/server.key" -out "$fresh/server.crt" 2>/dev/null
  as_postgres tee -a "$fresh/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
port = $postgres_port
unix_socket_directories = '$postgres_home'
fsync = on
synchronous_commit = on
max_connections = 200
shared_buffers = 64MB
ssl = on
log_timezone = 'UTC'
timezone = 'UTC'
CONF
  as_postgres mv "$fresh" "$postgres_home/data"
}

postgres_up() {
  [ -x "$postgres_bin/initdb" ] || fail "PostgreSQL 15 is not installed: scripts/test installs it"
  [ -d "$postgres_home/data" ] || postgres_make
  if ! postgres_runs; then
    ! on_port "$postgres_port" || fail "port $postgres_port is taken by another program: stop it first"
    as_postgres rm -f "$postgres_home/data/postmaster.pid" # of a server that died
    wait_for 60 "PostgreSQL (see $postgres_home/server.log)" postgres_start # a dead server's children take a moment to go
  fi
  wait_for 60 PostgreSQL postgres_sql -d postgres -c 'SELECT 1'
  [ "$(postgres_sql -d postgres -At -c "SELECT count(*) FROM pg_roles WHERE rolname = '$postgres_name'")" = 1 ] ||
    postgres_sql -d postgres -c "CREATE ROLE $postgres_name LOGIN PASSWORD '$postgres_name'"
  [ "$(postgres_sql -d postgres -At -c "SELECT count(*) FROM pg_database WHERE datname = '$postgres_name'")" = 1 ] ||
    postgres_sql -d postgres -c "CREATE DATABASE $postgres_name OWNER $postgres_name"
  say "PostgreSQL is up on 127.0.0.1:$postgres_port"
}

postgres_down() {
  if ! postgres_runs; then return 0; fi
  as_postgres "$postgres_bin/pg_ctl" -D "$postgres_home/data" -m fast -w -t 60 stop >/dev/null
}

postgres_status() {
  if postgres_runs; then say "PostgreSQL runs on 127.0.0.1:$postgres_port"; else say "PostgreSQL is down"; return 1; fi
}

postgres_env() {
  printf 'export HARVEST_TEST_POSTGRES=%s\n' \
    "'postgresql://$postgres_name:$postgres_name@127.0.0.1:$postgres_port/$postgres_name?sslmode=disable'"
}
